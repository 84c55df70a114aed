"""Rows of objects, as parsers hand them over, kept by column while they are read.

Floats become an array at once; any other cell is kept once, however often it stands there, so that
neither memory nor the garbage collector has to hold millions of objects.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kbkresearch.intake.cells import CodedColumn, Column, NumberColumn, Rows, is_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 8  # rows, so few that their cells are still near when they are looked at again
_NUMBER = -1
_TOLD_APART = frozenset((int, float, bool, dt.date, dt.datetime, dt.time, dt.timedelta))
_FLOAT_OR_EMPTY = frozenset((float, str, type(None)))


class CellRows(Rows):
    """Rows of objects; an empty text in them counts as None.

    Parameters
    ----------
    rows : iterable of sequence of object
        Equally long.
    lengths : int array, shape (n,), optional
        Cells of each row before it was padded.
    """

    def __init__(
        self, rows: Iterable[Sequence[object]], lengths: NDArray[np.intp] | None = None
    ) -> None:
        self.lengths, self._n = lengths, 0
        columns: list[_Growing] = []
        waiting = iter(rows)
        while block := list(itertools.islice(waiting, _BLOCK)):
            self._n += len(block)
            columns = columns or [_Growing() for _ in block[0]]
            for column, cells in zip(columns, zip(*block, strict=True), strict=True):
                column.extend(cells)
        self._columns = [column.stored() for column in columns]
        self.width = len(columns)

    def __len__(self) -> int:
        return self._n

    def row(self, place: int) -> list[object]:
        """Return one row."""
        return [column.cell(place) for column in self._columns]

    def column(self, at: int, places: NDArray[np.intp] | None = None) -> Column:
        """Return the cells of one column, of all rows or of those at `places`."""
        if places is None:
            return self._columns[at].take(slice(None))
        whole = slice(places[0], places[-1] + 1) if is_range(places) else places
        return self._columns[at].take(whole)


def as_column(cells: Sequence[object]) -> Column:
    """Return cells as a column.

    Parameters
    ----------
    cells : sequence of object, length n
        An empty text in them counts as None.

    Returns
    -------
    Column

    Examples
    --------
    >>> as_column(["a", 1.0, "", "a"])
    ['a', 1.0, None, 'a']
    """
    if isinstance(cells, Column):
        return cells
    growing = _Growing()
    growing.extend(cells)
    return growing.stored().take(slice(None))


class _Growing:
    """A column while it is read, to which cells are added: parts of floats and of codes."""

    def __init__(self) -> None:
        self.values: list[object] = [None]
        self.known = _Known(self.values)
        self.parts: list[NDArray[np.float64] | NDArray[np.int32]] = []

    def extend(self, cells: Sequence[object]) -> None:
        """Add cells."""
        kinds = set(map(type, cells))
        numbers = _floats(cells, kinds)
        self.parts.append(self.known.codes(cells, kinds) if numbers is None else numbers)

    def stored(self) -> _Stored:
        """Return what has been read."""
        ends = np.cumsum([0, *map(len, self.parts)]).tolist()
        codes = np.full(ends[-1], _NUMBER, np.int32)
        numbers = np.full(ends[-1], np.nan)
        for start, end, part in zip(ends, ends[1:], self.parts, strict=False):
            (codes if part.dtype == np.int32 else numbers)[start:end] = part
        return _Stored(self.values, codes, numbers)


def _floats(cells: Sequence[object], kinds: set[type]) -> NDArray[np.float64] | None:
    """Return cells as an array, NaN where one is empty; None if they are not all floats."""
    if kinds == {float}:
        return np.array(cells)
    if float in kinds and kinds <= _FLOAT_OR_EMPTY:
        bare = [math.nan if cell is None or cell == "" else cell for cell in cells]
        return np.array(bare) if set(map(type, bare)) == {float} else None
    return None


def _is_nan(cell: object) -> bool:
    return isinstance(cell, float) and math.isnan(cell)


class _Known(dict[type, "_Codes | _Each"]):
    """The codes of cells by their kind; a cell that is new gets the next code.

    Parameters
    ----------
    values : list of object
        Takes each cell at the place of its code; holds None as the first.
    """

    def __init__(self, values: list[object]) -> None:
        self.coded = values
        self[str], self[type(None)] = _Codes(values, {"": 0}), _Codes(values, {None: 0})

    def __missing__(self, kind: type) -> _Codes | _Each:
        new = _Codes(self.coded, {}) if kind in _TOLD_APART else _Each(self.coded)
        return self.setdefault(kind, new)

    def codes(self, cells: Sequence[object], kinds: set[type]) -> NDArray[np.int32]:
        """Return the codes of cells of some kinds."""
        if len(kinds) == 1:
            found: Iterable[int] = map(self[kinds.pop()].__getitem__, cells)
        else:
            found = (0 if _is_nan(cell) else self[type(cell)][cell] for cell in cells)
        return np.fromiter(found, np.int32, len(cells))


class _Each:
    """The codes of cells that are not compared, such as lists."""

    def __init__(self, coded: list[object]) -> None:
        self.coded = coded

    def __getitem__(self, cell: object) -> int:
        self.coded.append(cell)
        return len(self.coded) - 1


class _Codes(dict[object, int]):
    """The codes of cells of one kind."""

    def __init__(self, coded: list[object], known: Mapping[object, int]) -> None:
        super().__init__(known)
        self.coded = coded

    def __missing__(self, cell: object) -> int:
        self.coded.append(cell)
        return self.setdefault(cell, len(self.coded) - 1)


class _Stored(NamedTuple):
    """A column that has been read: where a code is `_NUMBER`, the cell is a float or empty."""

    values: list[object]
    codes: NDArray[np.int32]
    numbers: NDArray[np.float64]

    def cell(self, place: int) -> object:
        """Return one cell."""
        code = self.codes[place]
        return NumberColumn(self.numbers)[place] if code == _NUMBER else self.values[code]

    def take(self, places: slice | NDArray[np.intp]) -> Column:
        """Return some cells."""
        codes, numbers = self.codes[places], self.numbers[places]
        other = np.flatnonzero(codes != _NUMBER)
        if not len(other):
            return NumberColumn(numbers)
        few = CodedColumn(self.values, codes[other])
        if {type(cell) for cell in few.distinct[0]} <= {float, type(None)}:
            numbers = numbers.copy()
            numbers[other] = np.array([*few], dtype=np.float64)
            return NumberColumn(numbers)
        if len(other) == len(codes):
            return few
        values, places = NumberColumn(np.delete(numbers, other)).distinct
        codes = codes.copy()
        codes[codes == _NUMBER] = places + len(self.values)
        return CodedColumn(self.values + values, codes)
