"""Work on pieces of a large table, side by side: NumPy lets other threads run while it computes."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_Piece = TypeVar("_Piece")
_Done = TypeVar("_Done")
_MOST = 4


def side_by_side(work: Callable[[_Piece], _Done], pieces: Sequence[_Piece]) -> list[_Done]:
    """Return what `work` makes of each piece, in order.

    Parameters
    ----------
    work : callable
        Does its work in NumPy for the most part; must not change what other pieces read.
    pieces : sequence

    Returns
    -------
    list

    Examples
    --------
    >>> side_by_side(abs, [-1, 2])
    [1, 2]
    """
    workers = min(_MOST, os.cpu_count() or 1, len(pieces))
    if workers <= 1:
        return list(map(work, pieces))
    from concurrent.futures import ThreadPoolExecutor

    waiting = iter(enumerate(pieces))  # taken from by one thread at a time
    done: dict[int, _Done] = {}

    def take() -> None:
        for place, piece in waiting:
            done[place] = work(piece)

    with ThreadPoolExecutor(workers - 1) as pool:
        others = [pool.submit(take) for _ in range(workers - 1)]
        take()
        for other in others:
            other.result()
    return [done[place] for place in range(len(pieces))]


def ahead(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Yield pieces, the next one made ready while the caller works on one.

    Parameters
    ----------
    pieces : iterator

    Yields
    ------
    object

    Examples
    --------
    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(list, itertools.islice(pieces, 1))
        while piece := following.result():
            following = pool.submit(list, itertools.islice(pieces, 1))
            yield piece[0]
