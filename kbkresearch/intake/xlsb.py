"""Records of binary workbooks (xlsb): their cells and their sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ERROR_KINDS = {3, 11}  # of cells: an error typed in, and one that a formula came to
_ROW, _SHEET = 0, 156
_CELLS = range(2, 12)  # 1 is a blank cell


def cells(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield the cells of a sheet that have a value.

    Parameters
    ----------
    data : bytes
        The part that holds the sheet.

    Yields
    ------
    kind, row, column, place : int
        Kind of the record; row and column from 0; where the value stands.
    """
    row = 0
    for kind, start, _ in _records(data):
        if kind == _ROW:
            row = _number(data, start)
        elif kind in _CELLS:
            yield kind, row, _number(data, start), start + 8


def sheets(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and relation of each sheet.

    Parameters
    ----------
    data : bytes
        The part that holds the workbook.

    Yields
    ------
    name, relation : str
    """
    for kind, start, _ in _records(data):
        if kind == _SHEET:
            relation, after = _text(data, start + 8)
            name, _ = _text(data, after)
            yield name, relation


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield kind, start and length of each record; both numbers have seven bits in a byte."""
    at, end = 0, len(data)
    while at < end:
        numbers = []
        for most in (2, 4):
            number = shift = 0
            for _ in range(most):
                byte = data[at] if at < end else 0
                at, number, shift = at + 1, number | (byte & 0x7F) << shift, shift + 7
                if byte < 0x80:  # noqa: PLR2004
                    break
            numbers.append(number)
        yield numbers[0], at, numbers[1]
        at += numbers[1]


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text that follows the count of its letters, and where it ends."""
    after = at + 4 + 2 * _number(data, at)
    return data[at + 4 : after].decode("utf-16-le", "replace"), after
