"""Numbers of plain form in a column of text, read all at once.

Plain are digits, with one decimal sign at the most or in groups of three; whatever else a cell may
hold is left to `read_cell`, which reads the plain ones to the same values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.intake.cells import TextColumn

_LONGEST = 16  # so that all digits together are a whole number below 2**53
_GROUP = 3
_TENS = 10.0 ** np.arange(_LONGEST + 1)


def plain_numbers(
    cells: TextColumn,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Read the cells of plain form.

    Parameters
    ----------
    cells : TextColumn, length n

    Returns
    -------
    comma, point : float array, shape (n,)
        Values if that is the decimal sign; NaN where it cannot be, and where the cell is not plain.
    plain : bool array, shape (n,)
        Which cells are plain; an empty one is not.
    """
    n = len(cells)
    words = cells.words()
    if not words or not n:
        return np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
    marks = _Marks(n)
    longest = min(int(cells.lengths.max()), _LONGEST)
    for place in range(longest):
        marks.take((words[place // 8] >> np.uint64(place % 8 * 8)).astype(np.uint8))
    short = (cells.lengths > 0) & (cells.lengths < _LONGEST)
    return marks.values(short)


class _Marks:
    """The digits and separators of cells, taken in byte by byte from the left."""

    def __init__(self, n: int) -> None:
        self.digits = np.zeros(n)  # all of them as one whole number
        self.first = np.zeros(n, np.uint8)  # how many stand before the first separator
        self.since = np.zeros(n, np.uint8)  # how many stand behind the last one
        self.dots, self.commas = np.zeros(n, np.uint8), np.zeros(n, np.uint8)
        self.grouped, self.odd = np.ones(n, np.bool_), np.zeros(n, np.bool_)
        self.zero = np.zeros(n, np.bool_)  # whether the first byte is one
        self.started = False

    def take(self, byte: NDArray[np.uint8]) -> None:
        """Take the next byte of each cell, NUL where it has ended."""
        if not self.started:
            self.zero, self.started = byte == ord("0"), True
        digit = byte - np.uint8(ord("0"))
        is_digit, dot, comma = digit < 10, byte == ord("."), byte == ord(",")  # noqa: PLR2004
        separator = dot | comma
        self.odd |= ~(is_digit | separator | (byte == 0))
        if separator.any():
            before = (self.dots + self.commas) == 0
            self.first = np.where(before & separator, self.since, self.first)
            self.grouped &= ~separator | before | (self.since == _GROUP)
            self.since[separator] = 0
            self.dots += dot
            self.commas += comma
        self.since += is_digit
        self.digits *= np.where(is_digit, np.uint8(10), np.uint8(1))
        self.digits += np.where(is_digit, digit, np.uint8(0))

    def values(
        self, short: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Return the values under either sign and which cells are plain."""
        separators = self.dots + self.commas
        one = (separators == 1) & (self.first > 0) & (self.since > 0)
        whole = (separators == 0) & (self.since > 0)
        grouped = self.grouped & (self.since == _GROUP) & (self.first > 0) & (self.first <= _GROUP)
        grouped &= ~self.zero & ((self.dots == 0) | (self.commas == 0)) & (separators > 0)
        plain = short & ~self.odd & (whole | one | grouped)
        part = self.digits / _TENS[self.since] if one.any() else self.digits
        read = []
        for decimal, group in ((self.commas, self.dots), (self.dots, self.commas)):
            fraction, thousands = one & (decimal == 1), grouped & (group > 0)
            value = np.where(fraction, part, np.nan) if one.any() else np.full(len(part), np.nan)
            read.append(np.where(plain & (whole | thousands), self.digits, value))
        return np.where(plain, read[0], np.nan), np.where(plain, read[1], np.nan), plain
