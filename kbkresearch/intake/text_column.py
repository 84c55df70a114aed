"""A column of a delimited text, whose cells stay where they stand until somebody looks at one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd

from kbkresearch.intake.cell_rows import as_column
from kbkresearch.intake.cells import Column
from kbkresearch.intake.octets import HIGH, WORD, ZEROS, above_nine, eight_bytes, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Distinct
    from kbkresearch.intake.plain_numbers import PlainNumbers

MOST = 255
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15)


class TextColumn(Column):
    """A column of a delimited text; an empty cell is None.

    Parameters
    ----------
    text : bytes
        UTF-8 without NUL.
    before, ends : int array, shape (n,)
        Where what delimits each cell stands in it, on either side; -1 before the first one.
    lengths : int array, shape (n,)
        How many bytes each cell has; perhaps no more than `MOST`.
    heads : uint64 array, shape (n,), optional
        The `eight_bytes` from the start of each cell on.
    tails : sequence of uint64 array, shape (n,), optional
        Those that follow, as far as they are known.
    """

    def __init__(
        self,
        text: bytes,
        before: NDArray[np.integer[Any]],
        ends: NDArray[np.integer[Any]],
        lengths: NDArray[np.integer[Any]],
        heads: NDArray[np.uint64] | None = None,
        tails: Sequence[NDArray[np.uint64]] = (),
    ) -> None:
        self.text, self.before, self.ends, self.lengths = text, before, ends, lengths
        self._heads, self._tails = heads, tails
        self.numbers: PlainNumbers | None = None  # once they have been read

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, place: int) -> str | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[str | None]: ...
    def __getitem__(self, place: int | slice) -> str | list[str | None] | None:
        """Return one cell, or those of a slice."""
        if isinstance(place, slice):
            return [*self.take(place)]
        return self.text[self.before[place] + 1 : self.ends[place]].decode() or None

    def __iter__(self) -> Iterator[str | None]:
        bounds = zip((self.before + 1).tolist(), self.ends.tolist(), strict=True)
        return iter([self.text[start:end].decode() or None for start, end in bounds])

    def take(self, places: NDArray[Any] | slice) -> TextColumn:
        """Return the cells at some places."""
        before, ends, lengths = self.before[places], self.ends[places], self.lengths[places]
        heads = None if self._heads is None else self._heads[places]
        tails = [tail[places] for tail in self._tails]
        return TextColumn(self.text, before, ends, lengths, heads, tails)

    def heads(self) -> NDArray[np.uint64]:
        """Return eight bytes from the start of each cell on, whether or not all belong to it."""
        return eight_bytes(self.text, self.before + 1) if self._heads is None else self._heads

    def words(self) -> list[NDArray[np.uint64]]:
        """Return the bytes of the cells, eight by eight, NUL behind their ends.

        Returns
        -------
        list of uint64 array, shape (n,)
            Empty if a cell is longer than 64 bytes.
        """
        words, lengths = [], self.lengths.astype(np.int16)
        for place in range(words_of(int(lengths.max(initial=0)))):
            done = WORD * place
            if not place:
                found = self.heads()
            elif place <= len(self._tails):
                found = self._tails[place - 1]
            else:
                found = eight_bytes(self.text, self.before + (1 + done))
            words.append(found & np.take(_MASKS, np.clip(lengths - done, 0, WORD)))
        return words

    @functools.cached_property
    def distinct(self) -> Distinct:
        """Return the distinct cells, and which of them each cell is."""
        if self.coded is None:
            return as_column(list(self)).distinct
        first, codes = self.coded
        return self.take(first).decoded(), codes

    def decoded(self) -> list[object]:
        """Return the cells; those of ASCII letters only by array."""
        words = self.words()
        if not words or any((word & HIGH).any() for word in words):
            return list(self)
        letters = np.stack(words, axis=1)
        size = letters.shape[1] * WORD
        texts = letters.view(f"S{size}").ravel().astype(f"U{size}").tolist()
        return [text or None for text in texts]

    def most_digits(self) -> int:
        """Return how many digits a cell has at most.

        Examples
        --------
        >>> ends = np.array([4, 8])
        >>> TextColumn(b"A 12;34x;", np.array([-1, 4]), ends, np.array([4, 3])).most_digits()
        2
        """
        words = self.words() if self.coded is None else self.take(self.coded[0]).words()
        if not words:
            return int(self.lengths.max(initial=0))
        counts = [WORD - np.bitwise_count(above_nine(word ^ ZEROS)) for word in words]
        return int(np.sum(counts, axis=0).max(initial=0))

    @functools.cached_property
    def coded(self) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
        """Return where each distinct cell stands first, and which of them each cell is.

        None where words do not tell them apart.
        """
        words = self.words()
        if not words:
            return None
        mixed = words[0]
        for word in words[1:]:
            mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX + word
        first, codes = _by_runs(mixed)
        told = all((word == word[first][codes]).all() for word in words[1:])
        return (first, codes) if told else None


def _by_runs(values: NDArray[np.uint64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each distinct value stands first, and which each is; equal neighbours are one.

    Examples
    --------
    >>> _by_runs(np.array([7, 7, 5, 7], dtype=np.uint64))
    (array([0, 2]), array([0, 0, 1, 0]))
    """
    changes = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    runs = np.flatnonzero(changes)
    codes, distinct = pd.factorize(values[runs])
    first = np.empty(len(distinct), dtype=np.intp)
    first[codes[::-1]] = runs[::-1]
    return first, np.repeat(codes, np.diff(runs, append=len(values)))
