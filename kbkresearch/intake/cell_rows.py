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

from kbkresearch.intake.cells import CodedColumn, Column, MixedColumn, NumberColumn, Rows, is_range

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

_BLOCK = 1 << 8  # rows, so few that their cells are still near when they are looked at again
_NUMBER = -1
_TOLD_APART = frozenset((int, bool, dt.date, dt.datetime, dt.time, dt.timedelta))


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


class _Part(NamedTuple):
    """Some rows of a column: floats, codes of other cells, or both."""

    rows: slice
    numbers: NDArray[np.float64] | None
    codes: NDArray[np.int32] | None


class _Growing:
    """A column while it is read, to which cells are added: floats, and codes of other cells."""

    def __init__(self) -> None:
        self.values: list[object] = [None]
        self.known = _Known(self.values)
        self.parts: list[_Part] = []
        self.n = 0

    def extend(self, cells: Sequence[object]) -> None:
        """Add cells."""
        rows = slice(self.n, self.n + len(cells))
        self.n = rows.stop
        kinds = set(map(type, cells))
        if kinds == {float}:
            self.parts.append(_Part(rows, np.array(cells), None))
        elif float in kinds:
            self.parts.append(self._mixed(rows, cells))
        else:
            self.parts.append(_Part(rows, None, self.known.codes(cells, kinds)))

    def _mixed(self, rows: slice, cells: Sequence[object]) -> _Part:
        """Return floats among other cells, and the codes of those that are not empty."""
        numbers = np.array([cell if isinstance(cell, float) else math.nan for cell in cells])
        codes = np.full(len(cells), _NUMBER, np.int32)
        empty = np.flatnonzero(np.isnan(numbers)).tolist()
        others = [place for place in empty if not _is_nothing(cells[place])]
        kept = [cells[place] for place in others]
        codes[others] = self.known.codes(kept, set(map(type, kept)))
        return _Part(rows, numbers, codes)

    def stored(self) -> _Stored:
        """Return what has been read."""
        codes, numbers = np.full(self.n, _NUMBER, np.int32), np.full(self.n, np.nan)
        for part in self.parts:
            if part.numbers is not None:
                numbers[part.rows] = part.numbers
            if part.codes is not None:
                codes[part.rows] = part.codes
        return _Stored(self.values, codes, numbers)


def _is_nothing(cell: object) -> bool:
    return cell is None or cell == "" or isinstance(cell, float)  # of floats only NaN is asked


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
            found = (self[type(cell)][cell] for cell in cells)
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
        if not few.codes.any():
            return NumberColumn(numbers)
        return few if len(other) == len(codes) else MixedColumn(numbers, other, few)
