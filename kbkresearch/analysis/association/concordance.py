"""Pairs of rows that agree or disagree in the order of two variables, and what follows from them.

Counting goes through the table of values where it is small, else by merging in n log² n steps, so
that a continuous variable of many rows is no problem.
Standard errors are those of the contingency table [1]_, written per row; ties need nothing extra.

.. [1] Brown MB, Benedetti JK (1977). Sampling behavior of tests for correlation in two-way
   contingency tables. Journal of the American Statistical Association 72:309-315.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association.model import Effect, wald

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Codes, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """How each row stands to all others.

    Attributes
    ----------
    concordant, discordant : array of float, shape (n,)
        Other rows that are ordered alike, or oppositely, in both variables.
    same_x, same_y : array of float, shape (n,)
        Rows with the same value, the row itself among them.
    """

    concordant: Floats
    discordant: Floats
    same_x: Floats
    same_y: Floats

    @property
    def difference(self) -> float:
        """Return concordant minus discordant, every pair counted twice."""
        return float((self.concordant - self.discordant).sum())

    @property
    def null_se(self) -> float:
        """Return the standard error of `difference` under independence, from the table."""
        own = self.concordant - self.discordant
        return 2 * math.sqrt(max(float((own**2).sum() - own.sum() ** 2 / own.size), 0.0))


def concordance(x: Floats, y: Floats) -> Concordance:
    """Count, for each row, the rows that agree with it and those that do not.

    Parameters
    ----------
    x, y : array, shape (n,)

    Returns
    -------
    Concordance

    Examples
    --------
    >>> found = concordance(np.array([1.0, 2, 3, 3]), np.array([1.0, 3, 2, 4]))
    >>> found.concordant.tolist(), found.discordant.tolist()
    ([3.0, 2.0, 1.0, 2.0], [0.0, 1.0, 1.0, 0.0])
    """
    (a, of_x), (b, of_y) = _dense(x), _dense(y)
    up, down = a.max() - a, b.max() - b
    return Concordance(
        concordant=_dominated(a, b) + _dominated(up, down),
        discordant=_dominated(a, down) + _dominated(up, b),
        same_x=of_x[a].astype(np.float64),
        same_y=of_y[b].astype(np.float64),
    )


def difference(x: Floats, y: Floats) -> float:
    """Return concordant minus discordant rows, every pair counted twice.

    Parameters
    ----------
    x, y : array, shape (n,)

    Returns
    -------
    float

    Examples
    --------
    >>> difference(np.array([1.0, 2, 3]), np.array([1.0, 3, 2]))
    2.0
    """
    (a, _), (b, _) = _dense(x), _dense(y)
    return float(2 * (_dominated(a, b) - _dominated(a, b.max() - b)).sum())


def _dense(values: Floats) -> tuple[Codes, Codes]:
    """Return codes of the values in their order, and how many rows have each."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return codes.astype(np.intp), counts


def _dominated(a: Codes, b: Codes) -> Floats:
    """Count, for each row, the rows that are smaller in both codes."""
    n, rows, columns = a.size, int(a.max()) + 1, int(b.max()) + 1
    if rows * columns <= n:
        table = np.zeros((rows + 1, columns + 1))
        table[1:, 1:] = np.bincount(a * columns + b, minlength=rows * columns).reshape(rows, -1)
        return np.asarray(table.cumsum(axis=0).cumsum(axis=1)[a, b])
    return _merged(a, b)


def _merged(a: Codes, b: Codes) -> Floats:
    """Count the same by merging ever longer runs of rows."""
    n = a.size
    order = np.lexsort((-b, a))  # ties in a fall in b, so that an earlier one is never smaller
    keys = b[order] * n - np.arange(n) + n - 1  # ties in b: the later one first
    found = np.zeros(n)
    place = np.arange(n)
    by_key = np.argsort(keys, kind="stable")
    width = 1
    while width < n:
        block = place[by_key] // (2 * width)
        run = by_key[np.argsort(block, kind="stable")]
        left = (run // width) % 2 == 0
        before = np.cumsum(left) - np.arange(n) // (2 * width) * width
        found[run[~left]] += before[~left]
        width *= 2
    counted = np.empty(n)
    counted[order] = found
    return counted


def tau_b(pairs: Concordance, level: float) -> Effect:
    """Return Kendall's tau-b with the standard error of the table (ASE1).

    Parameters
    ----------
    pairs : Concordance
    level : float

    Returns
    -------
    Effect
    """
    n = pairs.same_x.size
    free_x, free_y = _free(pairs.same_x), _free(pairs.same_y)
    w = math.sqrt(free_x * free_y)
    tau = pairs.difference / w
    own = 2 * w * (pairs.concordant - pairs.discordant)
    own += tau * (pairs.same_x * free_y + pairs.same_y * free_x)
    spread = float((own**2).sum()) - n**3 * tau**2 * (free_x + free_y) ** 2
    se = 0.0 if abs(tau) >= 1 else math.sqrt(max(spread, 0.0)) / w**2
    return wald("kendall_tau_b", tau, se, level, "wald_ase1")


def gamma(pairs: Concordance, level: float) -> Effect:
    """Return Goodman and Kruskal's gamma with the standard error of the table (ASE1).

    Parameters
    ----------
    pairs : Concordance
    level : float

    Returns
    -------
    Effect
        NaN where every pair is tied.
    """
    agree, differ = float(pairs.concordant.sum()), float(pairs.discordant.sum())
    total = agree + differ
    if total == 0:
        return Effect("goodman_kruskal_gamma", math.nan)
    own = differ * pairs.concordant - agree * pairs.discordant
    se = 4 / total**2 * math.sqrt(float((own**2).sum()))
    return wald("goodman_kruskal_gamma", (agree - differ) / total, se, level, "wald_ase1")


def somers_d(name: str, pairs: Concordance, same_given: Floats, level: float) -> Effect:
    """Return Somers' D of one variable given the other, with its standard error (ASE1).

    Parameters
    ----------
    name : str
        Name of the effect.
    pairs : Concordance
    same_given : array, shape (n,)
        `Concordance.same_x` or `same_y`, of the variable that is given (independent).
    level : float

    Returns
    -------
    Effect
    """
    free = _free(same_given)
    d = pairs.difference / free
    own = free * (pairs.concordant - pairs.discordant) - pairs.difference * (
        same_given.size - same_given
    )
    return wald(name, d, 2 / free**2 * math.sqrt(float((own**2).sum())), level, "wald_ase1")


def _free(same: Floats) -> float:
    """Return the pairs of rows, each counted twice, that differ in a variable."""
    return float(same.size**2 - same.sum())
