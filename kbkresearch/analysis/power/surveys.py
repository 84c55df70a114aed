"""Sample sizes for estimating one proportion of a finite population: Slovin, Krejcie and Morgan."""

from __future__ import annotations

import math
from fractions import Fraction


def slovin(population: int, margin: float) -> float:
    """Return ``N / (1 + N e²)``.

    Parameters
    ----------
    population : int
        Size of the population, N.
    margin : float
        Margin of error, e.

    Returns
    -------
    float
        Unrounded.

    Examples
    --------
    >>> slovin(100, 0.05)
    80.0
    """
    exact = Fraction(str(margin))
    return float(population / (1 + population * exact**2))


def krejcie_morgan(population: int, margin: float, level: float, share: float) -> float:
    """Return ``X² N P (1 - P) / (d² (N - 1) + X² P (1 - P))``.

    Parameters
    ----------
    population : int
        Size of the population, N.
    margin : float
        Half the width of the interval, d.
    level : float
        Confidence level; X² is its quantile of chi-square with one degree of freedom.
    share : float
        Proportion in the population, P.

    Returns
    -------
    float
        Unrounded.

    References
    ----------
    Krejcie RV, Morgan DW (1970). Determining sample size for research activities. Educational and
    Psychological Measurement 30:607-610.

    Examples
    --------
    >>> round(krejcie_morgan(100, 0.05, 0.95, 0.5), 2)
    79.51
    """
    from scipy import stats

    spread = stats.chi2.ppf(level, 1) * share * (1 - share)
    return float(spread * population / (margin**2 * (population - 1) + spread))


def half_up(value: float) -> int:
    """Return a number rounded half up."""
    return math.floor(value + 0.5)
