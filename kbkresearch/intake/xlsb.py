"""Records of binary workbooks (xlsb): their cells and their sheets.

A cell may leave out its column and so follow the one before it, and a text may stand in its cell
with its fonts. The reader passes over such short and rich cells, which programs on the web and old
ones write; so they are spelt out for it.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORKBOOK = "xl/workbook.bin"
ERRORS = {3, 11, 14}  # kinds of cells: an error typed in, one that a formula came to, a short one
PASSED_OVER = {*range(12, 19), 62}
_ROW, _BLANK, _TEXT, _LAST, _SHORT_BLANK, _SHORT_LAST, _RICH = 0, 1, 6, 11, 12, 18, 62
_AREA, _TABLE, _END_OF_TABLE, _SHEET = 148, 145, 146, 156
_BLOCKS = {133: 134, 37: 38, 390: 391}  # what may stand before the table: its begin and its end
_SHORTER = _SHORT_BLANK - _BLANK  # from the kind of a cell to that of a short one
_SEVEN_BITS = 0x7F


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
    row, column = 0, -1
    for kind, start, _ in _records(data, _table(data), _END_OF_TABLE):
        if kind == _ROW:
            row, column = _number(data, start), -1
        elif kind <= _LAST:
            column = _number(data, start)
            if kind != _BLANK:
                yield kind, row, column, start + 8
        elif kind <= _SHORT_LAST:
            column += 1
            if kind != _SHORT_BLANK:
                yield kind, row, column, start + 4
        elif kind == _RICH:
            column = _number(data, start)
            yield kind, row, column, start + 9


def spelt_out(data: bytes, parts: Sequence[str]) -> bytes:
    """Return a binary workbook without short and rich cells.

    Parameters
    ----------
    data : bytes
        A zipped workbook; one that is not binary is returned as it is.
    parts : sequence of str
        The parts that may hold them.

    Returns
    -------
    bytes
    """
    if not parts:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = dict.fromkeys(archive.namelist())
        if WORKBOOK not in names:
            return data
        read = {name: archive.read(name) for name in parts}
        sheets = {name: _spelt_out(content) for name, content in read.items()}
        if sheets == read:
            return data
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as new:
            for name in names:
                new.writestr(name, sheets[name] if name in sheets else archive.read(name))
    return out.getvalue()


def _spelt_out(data: bytes) -> bytes:
    """Return a sheet whose cells all say in which column they are, and no fonts."""
    parts: list[bytes] = []
    column, copied = -1, 0
    end = _table(data)
    for kind, start, size in _records(data, end, _END_OF_TABLE):
        if kind == _ROW:
            column = -1
        elif kind <= _LAST:
            column = _number(data, start)
        elif kind <= _SHORT_LAST:
            column += 1
            head = _in_sevens(kind - _SHORTER) + _in_sevens(size + 4)
            parts += [data[copied:end], head, column.to_bytes(4, "little")]
            copied = start
        elif kind == _RICH:
            column = _number(data, start)
            _, after = _text(data, start + 9)
            cell = data[start : start + 8] + data[start + 9 : min(after, start + size)]
            parts += [data[copied:end], _in_sevens(_TEXT), _in_sevens(len(cell)), cell]
            copied = start + size
        end = start + size
    return b"".join([*parts, data[copied:]])


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


def _table(data: bytes) -> int:
    """Return where the rows of a sheet begin; the end if there are none."""
    records = _records(data)
    for kind, _, _ in records:
        if kind == _AREA:
            break
    until: int | None = None
    for kind, start, size in records:
        if until is not None:
            until = None if kind == until else until
        elif kind == _TABLE:
            return start + size
        else:
            until = _BLOCKS.get(kind)
    return len(data)


def _records(data: bytes, at: int = 0, until: int = -1) -> Iterator[tuple[int, int, int]]:
    """Yield kind, start and length of each record from a place on, up to one of a kind."""
    last = len(data) - 2
    while at <= last:
        kind, size, at = data[at], data[at + 1], at + 2
        if kind > _SEVEN_BITS or size > _SEVEN_BITS:
            kind, start = _packed(data, at - 2, 2)
            size, at = _packed(data, start, 4)
        if kind == until:
            return
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


def _in_sevens(number: int) -> bytes:
    """Return a number with seven bits in each of its bytes."""
    parts = []
    while number > _SEVEN_BITS:
        parts.append(number & _SEVEN_BITS | _SEVEN_BITS + 1)
        number >>= 7
    return bytes([*parts, number])


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return a text that follows the count of its letters, and where it ends."""
    after = at + 4 + 2 * _number(data, at)
    return data[at + 4 : after].decode("utf-16-le", "replace"), after
