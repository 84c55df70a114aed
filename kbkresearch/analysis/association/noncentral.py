"""Limits of noncentrality parameters: the values at which the statistic seen is just too extreme.

They carry the intervals of standardised differences, explained variance and Cramér's V [1]_.

.. [1] Steiger JH (2004). Beyond the F test. Psychological Methods 9:164-182.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def t_limits(t: float, df: float, level: float) -> tuple[float, float]:
    """Return the limits of the noncentrality of a t statistic.

    Parameters
    ----------
    t, df : float
    level : float

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = t_limits(2.0, 18, 0.95)
    >>> round(low, 3), round(high, 3)
    (-0.089, 4.04)
    """
    from scipy.stats import nct

    tail = (1 - level) / 2

    def below(ncp: float) -> float:
        return float(nct.cdf(t, df, ncp))

    return _solve(below, 1 - tail, t, -math.inf), _solve(below, tail, t, -math.inf)


def f_limits(f: float, df1: float, df2: float, level: float) -> tuple[float, float]:
    """Return the limits of the noncentrality of an F statistic, both sides.

    Parameters
    ----------
    f, df1, df2 : float
    level : float

    Returns
    -------
    low, high : float
        Not below 0.

    Examples
    --------
    >>> low, high = f_limits(5.0, 2, 30, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.421, 26.375)
    """
    from scipy.special import ncfdtr

    tail = (1 - level) / 2

    def below(ncp: float) -> float:
        return float(ncfdtr(df1, df2, ncp, f))

    return _solve(below, 1 - tail, f * df1, 0.0), _solve(below, tail, f * df1, 0.0)


def chi2_limits(statistic: float, df: float, level: float) -> tuple[float, float]:
    """Return the limits of the noncentrality of a chi-square statistic, both sides.

    Parameters
    ----------
    statistic, df : float
    level : float

    Returns
    -------
    low, high : float
        Not below 0.

    Examples
    --------
    >>> low, high = chi2_limits(9.0, 2, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.483, 23.311)
    """
    from scipy.special import chndtr

    tail = (1 - level) / 2

    def below(ncp: float) -> float:
        return float(chndtr(statistic, df, ncp))

    return _solve(below, 1 - tail, statistic, 0.0), _solve(below, tail, statistic, 0.0)


def _solve(below: Callable[[float], float], share: float, start: float, floor: float) -> float:
    """Return the noncentrality at which a falling distribution function takes a value."""
    from scipy.optimize import brentq

    if floor == 0 and below(0.0) <= share:
        return 0.0
    low = high = start
    step = 1 + abs(start) / 8
    while below(high) > share:
        high, step = high + step, 2 * step
    step = 1 + abs(start) / 8
    while below(max(low, floor)) < share:
        low, step = low - step, 2 * step
    low = max(low, floor)
    if low == high:
        return low
    return float(brentq(lambda ncp: below(ncp) - share, low, high, xtol=1e-12, rtol=1e-13))
