"""Rows and columns of cells, so arranged that nothing is done twice to equal cells."""

from __future__ import annotations

import functools
import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Distinct: TypeAlias = "tuple[list[object], NDArray[np.intp]]"


class Column(Sequence[object]):
    """A column of cells, not to be changed; an empty cell is None."""

    @functools.cached_property
    @abstractmethod
    def distinct(self) -> Distinct:
        """Return the distinct cells, and which of them each cell is."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr([*self])


class NumberColumn(Column):
    """A column of nothing but floats.

    Parameters
    ----------
    values : float64 array, shape (n,)
        NaN where the cell is empty.
    """

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    @overload
    def __getitem__(self, place: int) -> float | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[float | None]: ...
    def __getitem__(self, place: int | slice) -> float | list[float | None] | None:
        """Return one cell, or those of a slice."""
        if isinstance(place, slice):
            return [*NumberColumn(self.values[place])]
        value = float(self.values[place])
        return None if math.isnan(value) else value

    def __iter__(self) -> Iterator[float | None]:
        return (None if math.isnan(value) else value for value in self.values.tolist())

    @functools.cached_property
    def distinct(self) -> Distinct:
        """Return the distinct cells, and which of them each cell is."""
        codes, found = pd.factorize(self.values)
        values: list[object] = [*found.tolist(), None]
        codes[codes < 0] = len(found)
        return values if (codes == len(found)).any() else values[:-1], codes


class CodedColumn(Column):
    """A column of cells of any kind.

    Parameters
    ----------
    values : list of object
        The cells that there are, each once, perhaps with others.
    codes : int array, shape (n,)
        Which of them each cell is.
    """

    def __init__(self, values: list[object], codes: NDArray[np.integer[Any]]) -> None:
        self.values, self.codes = values, codes

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> list[object]: ...
    def __getitem__(self, place: int | slice) -> object:
        """Return one cell, or those of a slice."""
        if isinstance(place, slice):
            return [self.values[code] for code in self.codes[place].tolist()]
        return self.values[self.codes[place]]

    @functools.cached_property
    def distinct(self) -> Distinct:
        """Return the distinct cells, and which of them each cell is."""
        there = np.bincount(self.codes, minlength=len(self.values)) > 0
        used = np.flatnonzero(there).tolist()
        return [self.values[code] for code in used], (np.cumsum(there) - 1)[self.codes]


class MixedColumn(Column):
    """A column of floats with other cells among them.

    Parameters
    ----------
    numbers : float64 array, shape (n,)
        NaN where the cell is empty or another.
    places : int array, shape (k,)
        Where other cells stand, in order.
    others : CodedColumn, length k
        Those cells.
    """

    def __init__(
        self, numbers: NDArray[np.float64], places: NDArray[np.intp], others: CodedColumn
    ) -> None:
        self.numbers, self.places, self.others = numbers, places, others

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> list[object]: ...
    def __getitem__(self, place: int | slice) -> object:
        """Return one cell, or those of a slice."""
        if isinstance(place, slice):
            return [*self][place]
        at = int(np.searchsorted(self.places, place))
        if at < len(self.places) and self.places[at] == place:
            return self.others[at]
        return NumberColumn(self.numbers)[place]

    def __iter__(self) -> Iterator[object]:
        cells: list[object] = [*NumberColumn(self.numbers)]
        for place, cell in zip(self.places.tolist(), self.others, strict=True):
            cells[place] = cell
        return iter(cells)

    @functools.cached_property
    def distinct(self) -> Distinct:
        """Return the distinct cells, and which of them each cell is."""
        floats = np.delete(self.numbers, self.places)
        parts = NumberColumn(floats).distinct, self.others.distinct
        codes = np.empty(len(self), dtype=np.intp)
        codes[np.delete(np.arange(len(self)), self.places)] = parts[0][1]
        codes[self.places] = parts[1][1] + len(parts[0][0])
        return [*parts[0][0], *parts[1][0]], codes


class Rows(Sequence[list[object]]):
    """Rows of cells, equally long, that can be had by column too; an empty cell is None."""

    width: int
    lengths: NDArray[np.intp] | None = None  # of delimited rows; None where a format pads them

    @abstractmethod
    def row(self, place: int) -> list[object]:
        """Return one row."""

    @abstractmethod
    def column(self, at: int, places: NDArray[np.intp] | None = None) -> Column:
        """Return the cells of one column, of all rows or of those at `places`."""

    @overload
    def __getitem__(self, place: int) -> list[object]: ...
    @overload
    def __getitem__(self, place: slice) -> list[list[object]]: ...
    def __getitem__(self, place: int | slice) -> list[object] | list[list[object]]:
        """Return one row, or those of a slice."""
        if isinstance(place, slice):
            return [self.row(one) for one in range(*place.indices(len(self)))]
        return self.row(range(len(self))[place])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(list(self))


def is_range(places: NDArray[np.intp]) -> bool:
    """Tell whether some places, in order, follow each other without a gap."""
    return bool(len(places) and places[-1] - places[0] + 1 == len(places))


def objects(cells: Sequence[object], codes: NDArray[np.intp] | None = None) -> NDArray[np.object_]:
    """Return cells as an array of objects, spread by `codes` if they are distinct ones."""
    array = np.fromiter(cells, dtype=object, count=len(cells))
    return array if codes is None else array[codes]
