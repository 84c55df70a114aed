"""Numbers of plain form in a column of text, read all at once.

Plain are digits, with one decimal sign at the most or in groups of three; whatever else a cell may
hold is left to `read_cell`, which reads the plain ones to the same values. A cell of eight bytes or
fewer, and nearly all are, is one whole number to the processor: its digits are added up eight at a
time (Lemire 2018, "Quickly parsing eight digits"), the first of them in the lowest byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kbkresearch.intake.octets import WORD, ZEROS, above_nine, behind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.intake.text_column import TextColumn

_LONGEST = 16  # so that all digits together are a whole number below 2**53
_GROUP = 3
_TENS = 10.0 ** np.arange(_LONGEST + 1)
_ROWS = 1 << 17  # taken at a time: few enough to stay near the processor, enough for two threads
_BITS = 8
_BYTE, _BEFORE_LAST_BIT = np.uint64(8), np.uint64(7)
_ONE, _FULL = np.uint64(1), np.uint64(0xFF)
_COMMA, _DOT = (np.uint64(ord(sign) ^ ord("0")) for sign in ",.")
_LAST = np.uint64(1 << 56)  # marks the last byte; others are marked likewise
_BEFORE_GROUP, _GROUP_BITS = np.uint64(1 << 32), np.uint64(8 * _GROUP)
_STEPS = tuple(
    (np.uint64((10**digits << 8 * digits) + 1), np.uint64(8 * digits), np.uint64(mask))
    for digits, mask in (
        (1, 0x00FF00FF00FF00FF),
        (2, 0x0000FFFF0000FFFF),
        (4, 0x00000000FFFFFFFF),
    )
)


class PlainNumbers(NamedTuple):
    """Cells read as numbers of plain form.

    Attributes
    ----------
    comma, point : float array, shape (n,)
        Values if that is the decimal sign; NaN where it cannot be, and where the cell is not plain.
        One and the same array where no cell has a sign.
    plain : bool array, shape (n,)
        Which cells are plain; an empty one is not.
    """

    comma: NDArray[np.float64]
    point: NDArray[np.float64]
    plain: NDArray[np.bool_]


def plain_numbers(cells: TextColumn) -> PlainNumbers:
    """Read the cells of plain form, once for each column.

    Parameters
    ----------
    cells : TextColumn, length n

    Returns
    -------
    PlainNumbers
    """
    if cells.numbers is not None:
        return cells.numbers
    n = len(cells)
    comma = point = np.empty(n)
    plain = np.empty(n, np.bool_)
    for at in range(0, n, _ROWS):
        rows = slice(at, at + _ROWS)
        read = _block(cells.take(rows))
        comma[rows], plain[rows] = read.comma, read.plain
        if read.point is not read.comma and point is comma:
            point = comma.copy()
        point[rows] = read.point
    cells.numbers = PlainNumbers(comma, point, plain)
    return cells.numbers


def _block(cells: TextColumn) -> PlainNumbers:
    """Read some cells."""
    lengths = cells.lengths
    short = (lengths > 0) & (lengths <= WORD)
    shift = _BITS * (np.uint64(WORD) - np.minimum(lengths, WORD).astype(np.uint64))
    # what a digit means in its byte, the last one in the last byte, nothing before the first
    word = (cells.heads() ^ ZEROS) << shift
    marks = above_nine(word)
    longer = np.flatnonzero(~short & (lengths > 0) & (lengths < _LONGEST))
    if marks.any() or len(longer):
        read = _one_sign(word, marks, _ONE << shift, short)
    else:
        values = _eight_digits(word)
        np.putmask(values, ~short, np.nan)
        read = PlainNumbers(values, values, short)
    if len(longer):
        for whole, some in zip(read, _byte_by_byte(cells.take(longer)), strict=True):
            whole[longer] = some
    return read


def _eight_digits(word: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the whole number that eight digits make, one in each byte."""
    for factor, width, mask in _STEPS:
        word = (word * factor >> width) & mask
    return word.view(np.int64).astype(np.float64)


def _one_sign(
    word: NDArray[np.uint64],
    marks: NDArray[np.uint64],
    first: NDArray[np.uint64],
    short: NDArray[np.bool_],
) -> PlainNumbers:
    """Read cells of up to eight bytes, of which one at the most may be a separator.

    `marks` has the highest bit of each byte that is no digit, `first` the lowest of the first one.
    Two separators stand in no plain number so short.
    """
    mark, whole = marks >> _BEFORE_LAST_BIT, marks == 0
    sign = word & (mark * _FULL)
    comma, dot = sign == mark * _COMMA, sign == mark * _DOT
    within = whole | ((mark > first) & (mark < _LAST))
    plain = short & ((marks & (marks - _ONE)) == 0) & (comma | dot) & within
    # the digits before the separator move into its place
    below, above = word & (mark - _ONE), word & ~((mark << _BYTE) - _ONE)
    values = _eight_digits(np.where(whole, word, (below << _BYTE) | above))
    grouped = plain & (mark == _BEFORE_GROUP)
    if grouped.any():
        grouped &= (mark <= first << _GROUP_BITS) & ((word & (first * _FULL)) != 0)
    thousands = np.where(grouped, values, np.nan)
    values /= _TENS[behind(mark).view(np.int64)]
    by_comma, by_point = (np.where(plain & one, values, thousands) for one in (comma, dot))
    return PlainNumbers(by_comma, by_point, plain)


def _byte_by_byte(cells: TextColumn) -> PlainNumbers:
    """Read cells that are longer."""
    words = cells.words()
    marks = _Marks(len(cells))
    for place in range(int(cells.lengths.max())):
        marks.take((words[place // 8] >> np.uint64(place % 8 * 8)).astype(np.uint8))
    return marks.values()


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

    def values(self) -> PlainNumbers:
        """Return the values under either sign and which cells are plain."""
        separators = self.dots + self.commas
        one = (separators == 1) & (self.first > 0) & (self.since > 0)
        whole = (separators == 0) & (self.since > 0)
        grouped = self.grouped & (self.since == _GROUP) & (self.first > 0) & (self.first <= _GROUP)
        grouped &= ~self.zero & ((self.dots == 0) | (self.commas == 0)) & (separators > 0)
        plain = ~self.odd & (whole | one | grouped)
        part = self.digits / _TENS[self.since] if one.any() else self.digits
        read = []
        for decimal, group in ((self.commas, self.dots), (self.dots, self.commas)):
            fraction, thousands = one & (decimal == 1), grouped & (group > 0)
            value = np.where(fraction, part, np.nan) if one.any() else np.full(len(part), np.nan)
            read.append(np.where(plain & (whole | thousands), self.digits, value))
        return PlainNumbers(
            np.where(plain, read[0], np.nan), np.where(plain, read[1], np.nan), plain
        )
