"""Error cells of xlsx and ods workbooks, such as ``#DIV/0!``: their reader leaves them blank."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterable

ErrorCells: TypeAlias = dict[tuple[int, int], str]

_MARK = re.compile(rb"""\st=(?:"e"|'e')""")
_CELL = re.compile(
    rb"""<(?:\w+:)?c\s[^<>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^<>]*>"""
    rb"""(?:<(?:\w+:)?f[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>([^<]*)<"""
)
_ODS, _ODS_MARK = "content.xml", b'value-type="error"'
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_FARTHEST = 4096  # bytes from the start of a cell to the mark of its kind
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def error_cells(data: bytes, parts: Iterable[str]) -> dict[str, ErrorCells]:
    """Find the error cells of a workbook that has been found safe.

    Parameters
    ----------
    data : bytes
        The workbook.
    parts : iterable of str
        The parts of an xlsx workbook that have error cells; one of ods is looked into anyway.

    Returns
    -------
    dict of str to dict
        By name of sheet: row and column of each, from 0, and its text.
    """
    wanted = set(parts)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _ODS in archive.namelist():
            return _in_content(archive.read(_ODS))
        return (
            {}
            if not wanted
            else {
                name: _in_sheet(archive.read(part))
                for name, part in _sheets(archive)
                if part in wanted
            }
        )


def _sheets(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return the name of each sheet and of the part that holds it."""
    try:
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    except KeyError:
        return []
    parts = {link.get("Id"): posixpath.join("/xl", link.get("Target", "")) for link in links}
    return [
        (sheet.get("name", ""), parts.get(sheet.get(_LINK), "").lstrip("/"))
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet")
    ]


def _in_sheet(text: bytes) -> ErrorCells:
    found: ErrorCells = {}
    for mark in _MARK.finditer(text):
        start = text.rfind(b"<", max(mark.start() - _FARTHEST, 0), mark.start())
        cell = _CELL.match(text, start) if start >= 0 else None
        if cell:
            column = 0
            for letter in cell[1]:
                column = column * 26 + letter - 64
            found[int(cell[2]) - 1, column - 1] = cell[3].decode()
    return found


def _in_content(text: bytes) -> dict[str, ErrorCells]:
    """Find the error cells of an ods workbook: texts that are marked as errors."""
    found: dict[str, ErrorCells] = {}
    for table in ET.fromstring(text).iter(f"{_TABLE}table") if _ODS_MARK in text else ():  # noqa: S314
        inside = found.setdefault(table.get(f"{_TABLE}name", ""), {})
        at = 0
        for row in table.iter(f"{_TABLE}table-row"):
            column = 0
            for cell in row:
                if any(k.endswith("}value-type") and v == "error" for k, v in cell.items()):
                    inside[at, column] = "".join(cell.itertext()) or "#VALUE!"
                column += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
            at += int(row.get(f"{_TABLE}number-rows-repeated", 1))
    return found
