"""Rows and columns of cells, so arranged that nothing is done twice to equal cells.

Cells that a parser has made into objects are kept as they are; those of a delimited text stay where
they stand in it until somebody looks at one.
"""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_BLOCK = 1 << 10  # rows
_WORD = 8
_MOST_WORDS = 8
PADDING = _WORD * _MOST_WORDS
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class Rows(Sequence[list[object]]):
    """Rows of cells, equally long, that can be had by column too; an empty cell is None."""

    width: int
    lengths: NDArray[np.intp] | None = None  # of delimited rows; None where a format pads them

    @abstractmethod
    def row(self, place: int) -> list[object]:
        """Return one row."""

    @abstractmethod
    def column(self, at: int, places: NDArray[np.intp] | None = None) -> Sequence[object]:
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


class CellRows(Rows):
    """Rows of objects; an empty text in them counts as None.

    Parameters
    ----------
    rows : sequence of sequence of object
        Equally long.
    lengths : int array, shape (n,), optional
        Cells of each row before it was padded.
    """

    def __init__(
        self, rows: Sequence[Sequence[object]], lengths: NDArray[np.intp] | None = None
    ) -> None:
        self.lengths = lengths
        self._n, self.width = len(rows), len(rows[0]) if rows else 0
        self._columns: list[list[object]] = [[] for _ in range(self.width)]
        self._kinds: list[list[set[type]]] = [[] for _ in range(self.width)]
        # block by block, so that the cells are still near when their kinds are asked for
        for start in range(0, self._n, _BLOCK):
            parts = zip(*rows[start : start + _BLOCK], strict=True)
            for column, kinds, part in zip(self._columns, self._kinds, parts, strict=True):
                column.extend(part)
                kinds.append(set(map(type, part)))

    def __len__(self) -> int:
        return self._n

    def row(self, place: int) -> list[object]:
        """Return one row."""
        cells = [column[place] for column in self._columns]
        return [None if cell == "" else cell for cell in cells]

    def column(self, at: int, places: NDArray[np.intp] | None = None) -> ObjectColumn:
        """Return the cells of one column, of all rows or of those at `places`."""
        if places is None or is_range(places):
            start, stop = (0, self._n) if places is None else (int(places[0]), int(places[-1]) + 1)
            cells = ObjectColumn(self._columns[at][start:stop])
            cells.kinds = self._kinds_between(at, start, stop)
        else:
            whole = self._columns[at]
            cells = ObjectColumn([whole[place] for place in places.tolist()])
        if any(issubclass(kind, str) for kind in cells.kinds) and "" in cells:
            return ObjectColumn([None if cell == "" else cell for cell in cells])
        return cells

    def _kinds_between(self, at: int, start: int, stop: int) -> set[type]:
        """Return the kinds of the cells of a column in some rows that follow each other."""
        first, last = -(-start // _BLOCK), stop // _BLOCK
        cells = self._columns[at]
        if first > last:
            return set(map(type, cells[start:stop]))
        ends = cells[start : first * _BLOCK] + cells[last * _BLOCK : stop]
        return set(map(type, ends)).union(*self._kinds[at][first:last])


class ObjectColumn(list[object]):
    """A column of objects, not to be changed."""

    @functools.cached_property
    def kinds(self) -> set[type]:
        """Return the types of the cells."""
        return set(map(type, self))


class TextColumn(Sequence[object]):
    """A column of a delimited text; an empty cell is None.

    Parameters
    ----------
    text : bytes
        UTF-8 without NUL, followed by `PADDING` of them.
    starts, lengths : int array, shape (n,)
        Where each cell stands in it.
    heads : uint64 array, shape (n,), optional
        Eight bytes of the text from the start of each cell on, as `windows` has them.
    """

    def __init__(
        self,
        text: bytes,
        starts: NDArray[np.integer[Any]],
        lengths: NDArray[np.integer[Any]],
        heads: NDArray[np.uint64] | None = None,
    ) -> None:
        self.text, self.starts, self.lengths, self._heads = text, starts, lengths, heads

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[str | None]: ...
    def __getitem__(self, place: int | slice) -> str | list[str | None] | None:
        """Return one cell, or those of a slice."""
        if isinstance(place, slice):
            return [*self.take(place)]
        start = self.starts[place]
        return self.text[start : start + self.lengths[place]].decode() or None

    def __iter__(self) -> Iterator[str | None]:
        starts, ends = self.starts.tolist(), (self.starts + self.lengths).tolist()
        for start, end in zip(starts, ends, strict=True):
            yield self.text[start:end].decode() or None

    def take(self, places: NDArray[Any] | slice) -> TextColumn:
        """Return the cells at some places."""
        heads = None if self._heads is None else self._heads[places]
        return TextColumn(self.text, self.starts[places], self.lengths[places], heads)

    def heads(self) -> NDArray[np.uint64]:
        """Return eight bytes from the start of each cell on, whether or not all belong to it."""
        return windows(self.text)[self.starts] if self._heads is None else self._heads

    def words(self) -> list[NDArray[np.uint64]]:
        """Return the bytes of the cells, eight by eight, NUL behind their ends.

        Returns
        -------
        list of uint64 array, shape (n,)
            Empty if a cell is longer than `PADDING`.
        """
        longest = int(self.lengths.max(initial=0))
        if longest > PADDING:
            return []
        words = []
        for start in range(0, max(longest, 1), _WORD):
            inside = np.clip(self.lengths - start, 0, _WORD)
            found = windows(self.text)[self.starts + start] if start else self.heads()
            words.append(found & _MASKS[inside])
        return words

    @functools.cached_property
    def distinct(self) -> tuple[list[object], NDArray[np.intp]]:
        """Return the distinct cells, and which of them each cell is."""
        words = self.words()
        if words:
            mixed = words[0]
            for word in words[1:]:
                mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX + word
            codes, keys = pd.factorize(mixed)
            first = np.empty(len(keys), dtype=np.intp)
            first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
            if all((word == word[first][codes]).all() for word in words[1:]):
                return list(self.take(first)), codes
        return _factorized(list(self))


def windows(text: bytes) -> NDArray[np.uint64]:
    """Return the eight bytes of a text from each of its places on, the first one the lowest."""
    return np.ndarray((len(text) - _WORD + 1,), "<u8", text, strides=(1,))


def is_range(places: NDArray[np.intp]) -> bool:
    """Tell whether some places, in order, follow each other without a gap."""
    return bool(len(places) and places[-1] - places[0] + 1 == len(places))


def distinct(cells: Sequence[object]) -> tuple[list[object], NDArray[np.intp]]:
    """Return distinct cells, and which of them each cell is.

    Parameters
    ----------
    cells : sequence of object, length n

    Returns
    -------
    values : list of object
        Each text once; cells of another kind as often as they stand there.
    codes : int array, shape (n,)

    Examples
    --------
    >>> distinct(["a", None, "a"])
    (['a', None], array([0, 1, 0]))
    """
    if isinstance(cells, TextColumn):
        return cells.distinct
    if kinds_of(cells) <= {str, type(None)}:
        return _factorized(cells)
    return list(cells), np.arange(len(cells))


def kinds_of(cells: Sequence[object]) -> set[type]:
    """Return the types of some cells."""
    return cells.kinds if isinstance(cells, ObjectColumn) else set(map(type, cells))


def _factorized(cells: Sequence[object]) -> tuple[list[object], NDArray[np.intp]]:
    codes, found = pd.factorize(objects(cells))
    values = [*found, None]
    return values[: len(found) + int((codes < 0).any())], np.where(codes < 0, len(found), codes)


def objects(cells: Sequence[object], codes: NDArray[np.intp] | None = None) -> NDArray[np.object_]:
    """Return cells as an array of objects, spread by `codes` if they are distinct ones."""
    array = np.fromiter(cells, dtype=object, count=len(cells))
    return array if codes is None else array[codes]
