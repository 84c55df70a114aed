"""Records of binary workbooks (xlsb): their cells and their sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ERROR_KINDS = {3, 11}  # of cells: an error typed in, and one that a formula came to
_ROW, _SHEET = 0, 156
_SEVEN_BITS = 0x7F
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
    """Yield kind, start and length of each record."""
    at, last = 0, len(data) - 2
    while at <= last:
        kind, size, at = data[at], data[at + 1], at + 2
        if kind > _SEVEN_BITS or size > _SEVEN_BITS:
            kind, start = _packed(data, at - 2, 2)
            size, at = _packed(data, start, 4)
        yield kind, at, size
        at += size


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    """Return a number that has seven bits in each of its bytes, and where it ends."""
    number = 0
    for place, byte in enumerate(data[at : at + most]):
        number |= (byte & _SEVEN_BITS) << 7 * place
        if byte <= _SEVEN_BITS:
            return number, at + place + 1
    return number, at + most


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text that follows the count of its letters, and where it ends."""
    after = at + 4 + 2 * _number(data, at)
    return data[at + 4 : after].decode("utf-16-le", "replace"), after
