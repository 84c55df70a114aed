"""Fisher's exact test beyond two by two (Freeman-Halton): exact where it can be, else simulated.

The exact distribution is built column by column. What is kept of the columns so far is only what
the rows have left and the probability reached; paths that agree in both are one [1]_.

.. [1] Mehta CR, Patel NR (1983). A network algorithm for performing Fisher's exact test in r × c
   contingency tables. Journal of the American Statistical Association 78:427-434.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kbkresearch.analysis.association.model import Floats

    Counts: TypeAlias = NDArray[np.int64]

MOST_PATHS = 5_000_000
MOST_FILLINGS = 200_000
TABLES = 20_000
_SAME = 1e-7


def freeman_halton(counts: Counts, seed: int) -> tuple[float, str]:
    """Return the p-value of Fisher's test for a table of any size.

    Parameters
    ----------
    counts : array of int, shape (r, c)
        No empty row or column.
    seed : int
        Start of the random numbers, should tables have to be drawn.

    Returns
    -------
    p_value : float
        Chance, given the margins, of a table that is as likely as the one seen or less.
    variant : str
        ``"exact"``, or how many tables were drawn from which seed.

    Examples
    --------
    >>> p, how = freeman_halton(np.array([[3, 0, 1], [0, 4, 2]]), 1)
    >>> round(p, 4), how
    (0.0333, 'exact')
    """
    table = counts.T if counts.shape[0] > counts.shape[1] else counts
    p = exact_p(table)
    if p is not None:
        return p, "exact"
    return drawn_p(table, seed), f"Monte Carlo, {TABLES} tables, seed {seed}"


def exact_p(counts: Counts) -> float | None:
    """Return the exact p-value, or None if there are too many paths.

    Parameters
    ----------
    counts : array of int, shape (r, c)
        Best with no more rows than columns.

    Returns
    -------
    float or None

    Examples
    --------
    >>> round(exact_p(np.array([[3, 0], [0, 3]])), 12)
    0.1
    """
    columns = sorted((int(one) for one in counts.sum(axis=0)), reverse=True)
    nodes: dict[tuple[int, ...], tuple[Floats, Floats]] = {
        tuple(sorted(counts.sum(axis=1).tolist())): (np.zeros(1), np.ones(1))
    }
    for column in columns:
        grown = _grow(nodes, column)
        if grown is None:
            return None
        nodes = grown
    logs, paths = next(iter(nodes.values()))
    scale = _log_margins(counts)
    seen = -float(_log_factorial(counts).sum())
    as_rare = logs <= seen + _SAME
    return min(float((paths[as_rare] * np.exp(logs[as_rare] + scale)).sum()), 1.0)


def drawn_p(counts: Counts, seed: int) -> float:
    """Return the p-value from tables drawn with the same margins.

    Parameters
    ----------
    counts : array of int, shape (r, c)
    seed : int

    Returns
    -------
    float
        The table seen counts as one of the draws, so it is never 0.

    Examples
    --------
    >>> abs(drawn_p(np.array([[3, 0], [0, 3]]), 1) - 0.1) < 0.01
    True
    """
    from scipy.stats import random_table

    margins = counts.sum(axis=1), counts.sum(axis=0)
    drawn = random_table(*margins).rvs(TABLES, random_state=np.random.default_rng(seed))
    logs = -_log_factorial(drawn).sum(axis=(1, 2))
    as_rare = int((logs <= -float(_log_factorial(counts).sum()) + _SAME).sum())
    return (as_rare + 1) / (TABLES + 1)


def _grow(
    nodes: dict[tuple[int, ...], tuple[Floats, Floats]], column: int
) -> dict[tuple[int, ...], tuple[Floats, Floats]] | None:
    """Add one column in every way; None if the paths become too many."""
    found: dict[tuple[int, ...], list[tuple[Floats, Floats]]] = {}
    work = fillings = 0
    for left, (logs, paths) in nodes.items():
        for cells in _fillings(left, column):
            work, fillings = work + logs.size, fillings + 1
            if work > MOST_PATHS or fillings > MOST_FILLINGS:
                return None
            rest = tuple(sorted(a - b for a, b in zip(left, cells, strict=True)))
            reached = logs - math.fsum(math.lgamma(one + 1) for one in cells)
            found.setdefault(rest, []).append((reached, paths))
    return {rest: _merge(parts) for rest, parts in found.items()}


def _merge(parts: list[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Join paths that have reached the same probability."""
    logs = np.concatenate([one for one, _ in parts])
    paths = np.concatenate([one for _, one in parts])
    _, first, which = np.unique(np.round(logs, 9), return_index=True, return_inverse=True)
    return logs[first], np.asarray(np.bincount(which, paths), dtype=np.float64)


def _fillings(left: tuple[int, ...], column: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to take a column's total from what the rows have left."""
    if len(left) == 1:
        if column <= left[0]:
            yield (column,)
        return
    after = sum(left[1:])
    for one in range(max(0, column - after), min(left[0], column) + 1):
        for rest in _fillings(left[1:], column - one):
            yield (one, *rest)


def _log_margins(counts: Counts) -> float:
    """Return the part of a table's log probability that its margins fix."""
    margins = np.concatenate([counts.sum(axis=0), counts.sum(axis=1)])
    return float(_log_factorial(margins).sum()) - math.lgamma(int(counts.sum()) + 1)


def _log_factorial(counts: Counts) -> Floats:
    from scipy.special import gammaln

    return np.asarray(gammaln(np.asarray(counts, dtype=np.float64) + 1))
