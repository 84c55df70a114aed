"""Records of old workbooks (BIFF 5 and 8): where their cells lie, and which of them hold an error.

Their reader would allocate whatever area a damaged record points to, and leaves cells that hold an
error blank. Ordinary cells are skipped in runs, so that a sound workbook costs next to nothing.
"""

from __future__ import annotations

import functools
import re
import struct
from typing import TYPE_CHECKING

from kbkresearch.intake.error_cells import ErrorCells, error_text
from kbkresearch.intake.safety import ROOMY, Extent, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS, _COLUMNS = 65_536, 256
_BOF, _EOF, _SHEET, _DIMENSIONS = 0x0809, 0x000A, 0x0085, 0x0200
_FORMULA, _BOOL_OR_ERROR, _NUMBERS = 0x0006, 0x0205, 0x00BD
# formula, several numbers, rich text, text of the table, number, text, true or false, small number
_CELLS = {_FORMULA, _NUMBERS, 0x00D6, 0x00FD, 0x0203, 0x0204, _BOOL_OR_ERROR, 0x027E}
_SHORTEST = 8  # bytes of a record of a cell
_FORMS = {10: "<HHHH", 14: "<IIHH"}  # of the area of a sheet, by length
_NOTHING = re.compile(rb"(?!)")


def check_xls(name: str, stream: bytes) -> list[ErrorCells]:
    """Follow the cells of an old workbook before its reader does.

    Parameters
    ----------
    name : str
        Of the file.
    stream : bytes
        The records of the workbook.

    Returns
    -------
    list of dict
        For each sheet in order: row and column of each error cell, from 0, and its text.

    Raises
    ------
    BadArgumentError
        If cells lie beyond the last row or column, or span a large and nearly empty area.
    """
    cells, found, looked_at = _Cells(name), [], 0
    for start in _sheets(stream):
        records = _Records(stream, start)
        found.append(cells.errors(records))
        looked_at += records.at - start
        if looked_at > 2 * len(stream):
            raise damaged(name, "lembarnya bertumpuk", "its sheets lie upon each other")
    return found


class _Records:
    """The records from one place to the end of what begins there, without charts inside it.

    Attributes
    ----------
    at : int
        Where the next record begins; whoever walks may move it on.
    """

    def __init__(self, stream: bytes, at: int) -> None:
        self.stream, self.at = stream, at

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield the kind and the content of each."""
        depth = 0
        while self.at + 4 <= len(self.stream):
            kind, size = struct.unpack_from("<HH", self.stream, self.at)
            start = self.at + 4
            self.at = start + size
            depth += kind == _BOF
            if depth <= 1:
                if kind == _EOF:
                    return
                yield kind, self.stream[start : self.at]
            depth -= kind == _EOF


def _sheets(stream: bytes) -> list[int]:
    """Return where each sheet begins."""
    return [
        int.from_bytes(content[:4], "little")
        for kind, content in _Records(stream, 0)
        if kind == _SHEET
    ]


class _Cells:
    """The cells of a workbook, sheet by sheet: how far they reach and which hold an error.

    A sheet says in which area its cells lie. As long as all these areas together are small, cells
    inside them are skipped; every other cell is looked at and counted.
    """

    def __init__(self, name: str) -> None:
        self.extent, self._declared = Extent(name), 0

    def errors(self, records: _Records) -> ErrorCells:
        """Follow the cells of one sheet and return those that hold an error."""
        self.extent.start()
        found: ErrorCells = {}
        inside = _NOTHING
        for kind, content in records:
            if kind == _DIMENSIONS:
                inside = self._skipped(content)
            elif kind in _CELLS:
                place = self._place(kind, content)
                code = _error(kind, content)
                if code is not None:
                    found[place] = error_text(code)
            if run := inside.match(records.stream, records.at):
                records.at = run.end()
        self.extent.check()
        return found

    def _skipped(self, content: bytes) -> re.Pattern[bytes]:
        """Return what matches records of cells in the area that a sheet declares."""
        form = _FORMS.get(len(content))
        if form is None:
            return _NOTHING
        first, rows, _, columns = struct.unpack_from(form, content)
        if rows > _ROWS or columns > _COLUMNS or first > rows > 0:
            raise damaged(
                self.extent.name,
                f"satu lembar menyatakan baris {first} sampai {rows}, {columns} kolom",
                f"a sheet claims rows {first:,} to {rows:,}, {columns:,} columns",
            )
        self._declared += rows * columns
        small = rows and columns and self._declared <= ROOMY
        return _ordinary(rows - 1, columns - 1) if small else _NOTHING

    def _place(self, kind: int, content: bytes) -> tuple[int, int]:
        """Count a cell, or the several of one record; return row and column of the first."""
        if len(content) < _SHORTEST:
            raise damaged(self.extent.name, "ada sel yang terputus", "it has cells that break off")
        row, column = struct.unpack_from("<HH", content)
        last = column + max(len(content) // 6 - 2, 0) if kind == _NUMBERS else column
        if last >= _COLUMNS:
            raise damaged(
                self.extent.name,
                "ada sel di luar kolom terakhir",
                "it has cells beyond the last column",
            )
        for one in range(column, last + 1):
            self.extent.cell(row + 1, one + 1)
        return row, column


def _error(kind: int, content: bytes) -> int | None:
    """Return the code of the error that a cell holds; None if it holds something else."""
    if kind == _BOOL_OR_ERROR and content[7:8] == b"\1":
        return content[6]
    if kind == _FORMULA and content[6:7] == b"\2" and content[12:14] == b"\xff\xff":
        return content[8]
    return None


@functools.lru_cache(maxsize=256)
def _ordinary(row: int, column: int) -> re.Pattern[bytes]:
    """Return what matches the records of rows, and of ordinary cells up to a row and a column.

    A number, a small number or a text of the table; rows and blank cells have no content.
    """
    low, high = _up_to(row & 0xFF), row >> 8
    rows = low + _one(high) if not high else b"(?:.%b|%b%b)" % (_up_to(high - 1), low, _one(high))
    place = rows + _up_to(column) + rb"\0"
    return re.compile(
        rb"(?:(?:\x03\x02\x0e\0%b.{10}|\x7e\x02\x0a\0%b.{6}|\xfd\0\x0a\0%b.{6})"
        rb"|\x08\x02\x10\0.{16}|\x01\x02\x06\0.{6})++" % (place, place, place),
        re.DOTALL,
    )


def _up_to(last: int) -> bytes:
    return b"[\\x00-\\x%02x]" % last


def _one(byte: int) -> bytes:
    return b"\\x%02x" % byte
