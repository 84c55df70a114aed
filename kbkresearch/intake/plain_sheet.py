"""Worksheets of plain form, as nearly all programs write them, looked over by array.

Plain is a sheet whose rows hold nothing but cells that name their place first, with values,
formulas or texts in them, each closed. Its XML is proper if what stands around the rows is, and how
far its cells reach shows in their names. Of any other sheet nothing is said here: the caller has to
read it tag by tag.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cell_names import reach

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LAST_TAG = len("</row>")  # at least
# kinds of tags
_ROW, _CELL, _VALUE, _FORMULA, _INLINE, _TEXT = range(1, 7)
_END = 8  # the end of a kind is the kind and this
_EMPTY, _EMPTY_ROW, _EMPTY_CELL = 7, 8, 15  # elements without an end
_TAGS = {
    b"row": _ROW, b"/ro": _ROW + _END, b"c r": _CELL, b"/c>": _CELL + _END,
    b"v>": _VALUE, b"v ": _VALUE, b"/v>": _VALUE + _END,
    b"f>": _FORMULA, b"f ": _FORMULA, b"/f>": _FORMULA + _END, b"v/>": _EMPTY,
    b"is>": _INLINE, b"/is": _INLINE + _END, b"t>": _TEXT, b"t ": _TEXT, b"/t>": _TEXT + _END,
}  # fmt: skip
_REST = {_ROW: (b" />",), _ROW + _END: (b"w", b">"), _INLINE + _END: (b">",)}  # fourth byte on
_EMPTIED = {_ROW: _EMPTY_ROW, _CELL: _EMPTY_CELL, _VALUE: _EMPTY, _FORMULA: _EMPTY}
_IN_CELL = (_VALUE, _FORMULA, _INLINE, _EMPTY, _CELL + _END)
_IN_ROW = (_CELL, _EMPTY_CELL, _ROW + _END)
_ROWS = (_ROW, _EMPTY_ROW)
_NEXT = {
    **dict.fromkeys((_ROW, _CELL + _END, _EMPTY_CELL), _IN_ROW),
    **dict.fromkeys((_ROW + _END, _EMPTY_ROW), _ROWS),
    **dict.fromkeys((_CELL, _VALUE + _END, _FORMULA + _END, _INLINE + _END, _EMPTY), _IN_CELL),
    _VALUE: (_VALUE + _END,),
    _FORMULA: (_FORMULA + _END,),
    _INLINE: (_TEXT,),
    _TEXT: (_TEXT + _END,),
    _TEXT + _END: (_INLINE + _END,),
}


@functools.cache
def _kinds() -> NDArray[np.uint8]:
    """Return the kind of a tag by its first three bytes, 0 where a plain sheet has no such tag."""
    kinds = np.zeros(1 << 24, dtype=np.uint8)
    for text, kind in _TAGS.items():
        start = int.from_bytes(text, "little")
        kinds[start :: 1 << 8 * len(text)][: 256 ** (3 - len(text))] = kind
    return kinds


@functools.cache
def _follows() -> NDArray[np.bool_]:
    """Return whether a kind of tag may follow another, by 16 times this and the other."""
    allowed = np.zeros((16, 16), dtype=np.bool_)
    for one, others in _NEXT.items():
        allowed[one, list(others)] = True
    return allowed.ravel()


class PlainSheet:
    """What the rows of a worksheet of plain form say, piece by piece.

    Attributes
    ----------
    n_rows, n_columns : int
        The last row and column that a cell names.
    n_filled : int
        How many values, formulas and texts the cells hold.
    """

    def __init__(self) -> None:
        self.n_rows = self.n_columns = self.n_filled = 0

    def take(self, piece: bytes) -> bool:
        """Look over some whole rows; False if they are not of plain form."""
        array = np.frombuffer(piece, dtype=np.uint8)
        tags = np.flatnonzero(array == ord("<"))
        if not len(tags):
            return not piece.strip()
        if tags[-1] + _LAST_TAG > len(piece):
            return False
        heads: NDArray[np.uint32] = np.ndarray((len(piece) - 4,), "<u4", piece, 1, (1,))
        kinds = np.take(_kinds(), heads[tags] & np.uint32(0xFFFFFF))
        self.n_filled += sum(int((kinds == one).sum()) for one in (_VALUE, _FORMULA, _INLINE))
        return _proper(array, tags, kinds) and self._names(piece, array, tags[kinds == _CELL])

    def _names(self, piece: bytes, array: NDArray[np.uint8], cells: NDArray[np.intp]) -> bool:
        """Follow the names of cells; False if one is not where and as it should be."""
        if not len(cells):
            return True
        given = (array[cells + 4] == ord("=")) & (array[cells + 5] == ord('"'))
        row, column = reach(piece, cells + len('<c r="')) if given.all() else (0, 0)
        self.n_rows, self.n_columns = max(self.n_rows, row), max(self.n_columns, column)
        return row > 0


def _proper(array: NDArray[np.uint8], tags: NDArray[np.intp], kinds: NDArray[np.uint8]) -> bool:
    """Tell whether tags are all known, and each is closed within its own kind."""
    if not kinds.all() or not all(
        _one_of(array[tags[kinds == kind] + 4 + place], signs)
        for kind, ends in _REST.items()
        for place, signs in enumerate(ends)
    ):
        return False
    if _nested(kinds):
        return True
    after = np.append(tags[1:], len(array))
    closed = (array[after - 2] == ord("/")) & (array[after - 1] == ord(">"))
    closed &= array[tags + 2] != ord(">")
    for kind, emptied in _EMPTIED.items():
        kinds = np.where(closed & (kinds == kind), np.uint8(emptied), kinds)
    return _nested(kinds)


def _one_of(found: NDArray[np.uint8], signs: bytes) -> bool:
    return bool(functools.reduce(np.logical_or, [found == sign for sign in signs]).all())


def _nested(kinds: NDArray[np.uint8]) -> bool:
    pairs = kinds[:-1] * np.uint8(16) + kinds[1:]
    whole = kinds[0] in _ROWS and kinds[-1] in {_ROW + _END, _EMPTY_ROW}
    return bool(whole and np.take(_follows(), pairs).all())
