"""Error cells of workbooks, such as ``#DIV/0!``: their reader leaves them blank."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, TypeAlias
from xml.etree import ElementTree as ET

from kbkresearch.intake import xlsb
from kbkresearch.intake.workbook_parts import sheet_parts

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
_TEXTS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
    0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


def error_cells(data: bytes, parts: Iterable[str]) -> dict[str, ErrorCells]:
    """Find the error cells of a zipped workbook that has been found safe.

    Parameters
    ----------
    data : bytes
        The workbook.
    parts : iterable of str
        The parts of an xlsx or xlsb workbook that may have error cells; one of ods is looked into
        anyway.

    Returns
    -------
    dict of str to dict
        By name of sheet: row and column of each, from 0, and its text.
    """
    wanted = set(parts)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _ODS in archive.namelist():
            return _in_content(archive.read(_ODS))
        if not wanted:
            return {}
        look = _in_binary_sheet if xlsb.WORKBOOK in archive.namelist() else _in_sheet
        listed = sheet_parts(archive)
        return {name: look(archive.read(part)) for name, part in listed if part in wanted}


def error_text(code: int) -> str:
    """Return the text that a spreadsheet shows for the code of an error.

    Examples
    --------
    >>> error_text(7)
    '#DIV/0!'
    """
    return _TEXTS.get(code, "#VALUE!")


def _in_binary_sheet(data: bytes) -> ErrorCells:
    return {
        (row, column): error_text(data[place])
        for kind, row, column, place in xlsb.cells(data)
        if kind in xlsb.ERRORS and place < len(data)
    }


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
