"""A column of a delimited text, whose cells stay where they stand until somebody looks at one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

from kbkresearch.intake.cell_rows import as_column
from kbkresearch.intake.cells import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Distinct

_WORD = 8
_MOST_WORDS = 8
PADDING = _WORD * _MOST_WORDS
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_WORD + 1)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class TextColumn(Column):
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
    def distinct(self) -> Distinct:
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
        return as_column(list(self)).distinct


def windows(text: bytes) -> NDArray[np.uint64]:
    """Return the eight bytes of a text from each of its places on, the first one the lowest."""
    return np.ndarray((len(text) - _WORD + 1,), "<u8", text, strides=(1,))
