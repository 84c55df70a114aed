"""Groups compared by ranks: Mann-Whitney with Hodges-Lehmann, Kruskal-Wallis with Dunn."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association.correlations import ranks
from kbkresearch.analysis.association.model import (
    PERFECT,
    Effect,
    Options,
    Pair,
    Tested,
    fisher,
    two_sided,
    z_of,
)
from kbkresearch.analysis.association.noncentral import f_limits

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Codes, Floats

EXACT_ROWS = 50
SMALL_GROUP = 5
SHUFFLES = 9_999
_PAIRS_HELD = 4_000_000
_SLACK = 1e-9


def mann_whitney(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether one of two groups tends to larger values.

    Parameters
    ----------
    values : array, shape (n,)
        Not constant.
    codes : array of int, shape (n,)
        0 or 1; both occur.
    options : Options

    Returns
    -------
    Tested
        U of the first group. Exact given the ties up to 50 rows; beyond, normal with ties and
        continuity corrected; under the SPSS convention always normal and without the continuity
        correction. Effects are those of the first group minus the second: rank-biserial
        correlation, Hodges-Lehmann shift.

    Examples
    --------
    >>> values, codes = np.array([1.0, 2, 3, 7, 8, 9]), np.repeat([0, 1], 3)
    >>> found = mann_whitney(values, codes, Options())
    >>> found.statistic, found.p_value, found.effects[1].estimate
    (0.0, 0.1, -6.0)
    """
    placed = ranks(values)
    first = codes == 0
    m, n = int(first.sum()), int((~first).sum())
    u = float(placed[first].sum()) - m * (m + 1) / 2
    exact = not options.spss and m + n <= EXACT_ROWS
    biserial = rank_biserial(values, codes, options.level)
    effects = (biserial, _shift(values[first], values[~first], options, exact=exact))
    notes = (PERFECT,) if abs(biserial.estimate) >= 1 else ()
    if exact:
        p = _rank_sum_p(placed, first)
        return Tested("U", u, p, effects, "exact, ties kept", notes=notes)
    correction = 0.0 if options.spss else 0.5
    distance = max(abs(u - m * n / 2) - correction, 0.0)
    p = two_sided(distance / (math.sqrt(m * n / (m + n)) * placed.std(ddof=1)))
    variant = "normal, ties corrected, " + ("without" if options.spss else "with")
    return Tested("U", u, p, effects, f"{variant} continuity correction", notes=notes)


def rank_biserial(values: Floats, codes: Codes, level: float) -> Effect:
    """Return the chance that the first group is larger minus the chance that it is smaller.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
        0 or 1.
    level : float

    Returns
    -------
    Effect
        With DeLong's standard error, which needs no equal shapes, on Fisher's z scale.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL (1988). Comparing the areas under two or more
       correlated receiver operating characteristic curves. Biometrics 44:837-845.

    Examples
    --------
    >>> rank_biserial(np.array([1.0, 2, 3, 4]), np.array([0, 1, 0, 1]), 0.95).estimate
    -0.5
    """
    placed = ranks(values)
    first = codes == 0
    m, n = int(first.sum()), int((~first).sum())
    estimate = 2 * float(placed[first].mean() - placed[~first].mean()) / (m + n)
    if m == 1 or n == 1:
        return Effect("rank_biserial", estimate)
    above = (placed[first] - ranks(values[first])) / n
    below = (placed[~first] - ranks(values[~first])) / m
    se = 2 * math.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n)
    if se == 0:
        return Effect("rank_biserial", estimate)
    on_z = se / max(1 - estimate**2, 1e-300)
    return fisher("rank_biserial", estimate, on_z, level, "delong_fisher_z")


def kruskal_wallis(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether groups differ in their tendency to large values.

    Parameters
    ----------
    values : array, shape (n,)
        Not constant.
    codes : array of int, shape (n,)
        0 to k - 1; all occur.
    options : Options

    Returns
    -------
    Tested
        H corrected for ties, by chi-square; by Monte Carlo permutation where a group has fewer
        than 5 rows, unless the SPSS convention is wanted. Pairs by Dunn's test.

    Examples
    --------
    >>> values = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
    >>> found = kruskal_wallis(values, np.repeat([0, 1, 2], 5), Options())
    >>> round(found.statistic, 2), round(found.p_value, 4), len(found.pairs)
    (12.5, 0.0019, 3)
    """
    from scipy.special import chdtrc

    placed = ranks(values)
    counts = np.bincount(codes)
    h, df = h_statistic(placed, codes), counts.size - 1
    p, variant = float(chdtrc(df, h)), "chi-square, ties corrected"
    if counts.min() < SMALL_GROUP and not options.spss:
        p, variant = (
            _shuffled_p(placed, codes, h, options.seed),
            (f"Monte Carlo permutation, {SHUFFLES} shuffles, seed {options.seed}"),
        )
    return Tested(
        "H", h, p, (_epsilon_squared(h, values.size, df, options.level),), variant,
        df=df, pairs=_dunn(placed, codes, counts),
    )  # fmt: skip


def h_statistic(placed: Floats, codes: Codes) -> float:
    """Return Kruskal and Wallis' H of ranks, corrected for ties.

    Parameters
    ----------
    placed : array, shape (n,)
        Ranks, not constant.
    codes : array of int, shape (n,)

    Returns
    -------
    float

    Examples
    --------
    >>> round(h_statistic(np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1])), 3)
    2.4
    """
    counts = np.bincount(codes)
    used = counts > 0
    sums = np.bincount(codes, placed - placed.mean())[used]
    return float((sums**2 / counts[used]).sum() / placed.var(ddof=1))


def _epsilon_squared(h: float, n: int, df: int, level: float) -> Effect:
    """Return epsilon-squared, with the limits of the F that the ranks have."""
    share = min(h / (n - 1), 1.0)
    left = n - 1 - df
    if left <= 0 or share >= 1:
        return Effect("epsilon_squared", share)
    low, high = f_limits(share / df / ((1 - share) / left), df, left, level)
    return Effect(
        "epsilon_squared", share, low / (low + n), high / (high + n), "noncentral_f_ranks"
    )


def _shuffled_p(placed: Floats, codes: Codes, h: float, seed: int) -> float:
    """Return the share of shuffles of the ranks with an H as large."""
    rng = np.random.default_rng(seed)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    counts = np.bincount(codes)
    shuffled = rng.permuted(np.tile(placed - placed.mean(), (SHUFFLES, 1)), axis=1)
    found = (np.add.reduceat(shuffled, starts, axis=1) ** 2 / counts).sum(axis=1)
    as_large = (found >= h * placed.var(ddof=1) * (1 - _SLACK)).sum()
    return float((as_large + 1) / (SHUFFLES + 1))


def _dunn(placed: Floats, codes: Codes, counts: Codes) -> tuple[Pair, ...]:
    """Compare mean ranks two by two, with Holm's adjustment over the pairs."""
    from kbkresearch.analysis.association.multiplicity import adjusted

    means = np.bincount(codes, placed) / counts
    spread = placed.var(ddof=1)
    both = list(combinations(range(counts.size), 2))
    apart = [float(means[i] - means[j]) for i, j in both]
    z = [
        one / math.sqrt(spread * (1 / counts[i] + 1 / counts[j]))
        for one, (i, j) in zip(apart, both, strict=True)
    ]
    alone = [two_sided(one) for one in z]
    rows = zip(both, apart, z, alone, adjusted(alone, "holm"), strict=True)
    return tuple(
        Pair(i, j, "dunn", one, stat, math.nan, p, float(together))
        for (i, j), one, stat, p, together in rows
    )


def _rank_sum_p(placed: Floats, first: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    """Return the exact two-sided p-value of the first group's rank sum, given the ties."""
    m = int(first.sum())
    share = _rank_sums(placed, m)
    sums = np.arange(share.size) / 2
    middle = m * (placed.size + 1) / 2
    seen = abs(float(placed[first].sum()) - middle)
    return float(min(share[np.abs(sums - middle) >= seen - _SLACK].sum(), 1.0))


def _rank_sums(placed: Floats, m: int) -> Floats:
    """Return the null distribution of twice the sum of m ranks, by adding one rank at a time."""
    doubled = np.rint(2 * placed).astype(np.intp)
    ways = np.zeros((m + 1, int(doubled.sum()) + 1))
    ways[0, 0] = 1
    for one in doubled:
        ways[1:, one:] += ways[:-1, :-one].copy()
    return np.asarray(ways[m] / math.comb(placed.size, m))


def _shift(x: Floats, y: Floats, options: Options, *, exact: bool) -> Effect:
    """Return the Hodges-Lehmann shift with limits at order statistics of the differences."""
    m, n = x.size, y.size
    middle = (m * n - 1) // 2, m * n // 2
    estimate = sum(_difference(x, y, k) for k in middle) / 2
    ties = np.unique(x).size < m or np.unique(y).size < n
    if exact and not ties:
        below, method = _exact_position(m, n, options.level), "moses_exact"
    else:
        below, method = _normal_position(x, y, options), "moses_normal"
    if below < 0:  # too few rows for the level
        return Effect("hodges_lehmann", estimate, -math.inf, math.inf, method)
    low, high = _difference(x, y, below), _difference(x, y, m * n - 1 - below)
    return Effect("hodges_lehmann", estimate, low, high, method)


def _exact_position(m: int, n: int, level: float) -> int:
    """Return how many differences lie below the lower limit, from the exact distribution of U."""
    share = _rank_sums(np.arange(1.0, m + n + 1), m)[m * (m + 1) :: 2]
    return int(np.searchsorted(np.cumsum(share), (1 - level) / 2 * (1 + _SLACK))) - 1


def _normal_position(x: Floats, y: Floats, options: Options) -> int:
    """Return the same from the normal approximation; ties within a group stay at every shift."""
    m, n = x.size, y.size
    total = m + n
    held = np.concatenate([np.unique(one, return_counts=True)[1] for one in (x, y)]).astype(float)
    ties = float((held**3 - held).sum()) / (total * (total - 1))
    reach = z_of(options.level) * math.sqrt(m * n / 12 * (total + 1 - ties))
    return math.floor(m * n / 2 - reach - (0.0 if options.spss else 0.5))


def _difference(x: Floats, y: Floats, position: int) -> float:
    """Return the difference of x and y at a position of their ascending order, from 0."""
    if x.size * y.size <= _PAIRS_HELD:
        return float(np.partition(np.subtract.outer(x, y).ravel(), position)[position])
    low, high = float(x.min() - y.max()), float(x.max() - y.min())
    x, y = np.sort(x), np.sort(y)  # sorted on both sides, the search stays in the cache
    while low < high:
        middle = low + (high - low) / 2
        if middle in {low, high}:
            middle = low
        below = int((y.size - np.searchsorted(y, x - middle, side="left")).sum())
        if below > position:
            high = middle
        elif middle == low:
            return high
        else:
            low = middle
    return high
