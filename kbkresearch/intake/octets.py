"""Eight bytes of a text at a time, as one word of the processor, the first byte the lowest.

What is done to all eight at once: tell digits from other signs, count the bytes behind a mark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words: TypeAlias = NDArray[np.uint64]

WORD = 8
LONGEST = 64  # bytes that are compared as words
ONES, HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
ZEROS = ONES * np.uint64(ord("0"))
_ABOVE_NINE = ONES * np.uint64(128 - 10)
_BEHIND = np.uint64(0xE0C0A08060402000), np.uint64(61)  # bytes behind a mark, in its top bits


def words_of(longest: int) -> int:
    """Return how many words of eight bytes hold each cell; none where cells are too long.

    Examples
    --------
    >>> words_of(0), words_of(9), words_of(65)
    (1, 2, 0)
    """
    return 0 if longest > LONGEST else max(-(-longest // WORD), 1)


def eight_bytes(text: bytes, places: NDArray[np.integer[Any]]) -> Words:
    """Return the eight bytes of a text from some places on, the first the lowest, NUL behind it.

    Examples
    --------
    >>> eight_bytes(b"A;B", np.array([0, 2])).tolist() == [0x423B41, 0x42]
    True
    """
    there = places <= len(text) - WORD
    windows: Words = np.ndarray((max(len(text) - WORD + 1, 0),), "<u8", text, strides=(1,))
    found = windows[places] if there.all() else np.zeros(len(places), np.uint64)
    if there.all():
        return found
    found[there] = windows[places[there]]
    last = places[~there].tolist()
    found[~there] = [int.from_bytes(text[one : one + WORD], "little") for one in last]
    return found


def above_nine(words: Words) -> Words:
    """Return the highest bit of each byte that is above nine.

    Examples
    --------
    >>> hex(above_nine(np.array([0x7F0A_0900], dtype=np.uint64))[0])
    '0x80800000'
    """
    return (((words & ~HIGH) + _ABOVE_NINE) | words) & HIGH


def behind(marks: Words) -> Words:
    """Return how many bytes stand behind the one of which each word has the lowest bit.

    Examples
    --------
    >>> behind(np.array([1 << 56, 1 << 8, 1], dtype=np.uint64)).tolist()
    [0, 6, 7]
    """
    return marks * _BEHIND[0] >> _BEHIND[1]
