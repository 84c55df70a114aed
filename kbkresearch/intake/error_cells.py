"""Error cells of xlsx workbooks, such as ``#DIV/0!``: their reader leaves them blank."""

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
_FARTHEST = 4096  # bytes from the start of a cell to the mark of its kind
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def error_cells(data: bytes, parts: Iterable[str]) -> dict[str, ErrorCells]:
    """Find the error cells of an xlsx workbook that has been found safe.

    Parameters
    ----------
    data : bytes
        The workbook.
    parts : iterable of str
        The parts of it that have error cells.

    Returns
    -------
    dict of str to dict
        By name of sheet: row and column of each, from 0, and its text.
    """
    wanted = set(parts)
    if not wanted:
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name: _in_sheet(archive.read(part)) for name, part in _sheets(archive) if part in wanted
        }


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
