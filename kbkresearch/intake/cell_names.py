"""Names of cells such as ``AB12``, eight bytes at a time: are they names, how far do they reach.

A name of up to seven signs and the quotation mark behind it fit into one word of the processor. Its
last sign is moved into the highest byte, so that rows compare as numbers once bytes are reversed.
Longer names are rare and looked at sign by sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.octets import HIGH, ONES, ZEROS, above_nine, behind, eight_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST = 11  # three letters, seven digits, a quotation mark
_LETTERS, _TEN = 26, 10
_LAST_ROW, _LAST_COLUMN = 9_999_999, 26 + 26**2 + 26**3  # that so many signs can name
_ONE, _SEVEN, _BITS, _FULL = (np.uint64(number) for number in (1, 7, 8, 255))
_QUOTES = ONES * np.uint64(ord('"'))
_LAST = np.uint64(1 << 63)
_RUNS = tuple(np.uint64(one) for one in (0x01, 0x0101, 0x010101))  # one to three letters


def reach(text: bytes, starts: NDArray[np.intp]) -> tuple[int, int]:
    """Return the last row and the last column that some names stand for.

    Parameters
    ----------
    text : bytes
    starts : int array, shape (n,)
        Where each name begins; a quotation mark has to end it.

    Returns
    -------
    (int, int)
        Zeros if one of them is no name, or there is none.

    Examples
    --------
    >>> reach(b'B12" C7"', np.array([0, 5]))
    (12, 3)
    """
    if not len(starts):
        return 0, 0
    word = eight_bytes(text, starts)
    quote = word ^ _QUOTES
    quote = (quote - ONES) & ~quote & HIGH
    quote &= ~quote + _ONE
    long = quote == 0
    if not long.any():
        return _short(word, quote)
    parts = [_sign_by_sign(text, starts[long])]
    if not long.all():
        parts.append(_short(word[~long], quote[~long]))
    return _farthest(parts)


def _farthest(parts: list[tuple[int, int]]) -> tuple[int, int]:
    """Return the farther row and column, zeros if a part has them."""
    rows, columns = zip(*parts, strict=True)
    return (max(rows), max(columns)) if min(rows) else (0, 0)


def _short(word: NDArray[np.uint64], quote: NDArray[np.uint64]) -> tuple[int, int]:
    """Follow names of up to seven signs; `quote` has the highest bit of the byte behind each."""
    after = quote >> _SEVEN
    shift = (behind(after) + _ONE) * _BITS
    signs = ((word ^ ZEROS) & (after - _ONE)) << shift
    letters = above_nine(signs)
    rows = signs & ~((letters >> _SEVEN) * _FULL)
    first = HIGH >> (_SEVEN * _BITS) << shift
    column = _columns(word, [letters == first * run for run in _RUNS])
    if not (rows.all() and (letters < _LAST).all() and column):
        return 0, 0
    digits = int(rows.byteswap().max()).to_bytes(8, "big")
    return int("".join(map(str, digits))), column


def _columns(word: NDArray[np.uint64], runs: list[NDArray[np.bool_]]) -> int:
    """Return the last column, `runs` telling which names have one, two and three letters."""
    many = [one.any() for one in runs]
    known = runs[0] if not any(many[1:]) else runs[0] | runs[1] | runs[2]
    if not known.all():
        return 0
    last = 0
    for length, (which, some) in enumerate(zip(runs, many, strict=True), start=1):
        if not some:
            continue
        names, column = word if which.all() else word[which], np.zeros(int(which.sum()), np.uint64)
        for place in range(length):
            letter = (names >> np.uint64(8 * place) & _FULL) - np.uint64(ord("A"))
            if not (letter < _LETTERS).all():
                return 0
            column = column * np.uint64(_LETTERS) + letter + _ONE
        last = max(last, int(column.max()))
    return last


def _sign_by_sign(text: bytes, starts: NDArray[np.intp]) -> tuple[int, int]:
    """Follow names of any length."""
    array = np.frombuffer(text, dtype=np.uint8)
    places = np.minimum(starts + np.arange(_LONGEST)[:, None], len(text) - 1)
    name = array[places]
    digit, letter = name - np.uint8(ord("0")), name - np.uint8(ord("A"))
    row, column = np.zeros(len(starts), np.int32), np.zeros(len(starts), np.int32)
    before = inside = good = np.ones(len(starts), np.bool_)
    for place in range(_LONGEST):
        inside = inside & (name[place] != ord('"'))
        before = before & (letter[place] < _LETTERS)
        number = inside & ~before
        good = good & (~number | (digit[place] < _TEN))
        column = np.where(before, column * _LETTERS + letter[place] + 1, column)
        row = np.where(number, row * _TEN + digit[place], row)
    good &= ~inside & (row > 0) & (row <= _LAST_ROW) & (column > 0) & (column <= _LAST_COLUMN)
    return (int(row.max()), int(column.max())) if good.all() else (0, 0)
