"""Power of tests as functions of sample size and effect: pure functions on numbers.

`n` is the whole sample and may be fractional, so that it can be solved for. Effects are absolute
values. ``tails=2`` counts a rejection on either side, as the test does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


def correlation_exact(n: float, r: float, alpha: float, tails: int) -> float:
    """Return the power of the t-test of a correlation in a bivariate normal sample.

    Parameters
    ----------
    n : float
        Pairs of values, above 3.
    r : float
        Correlation in the population, in [0, 1).
    alpha : float
        Significance level.
    tails : {1, 2}

    Returns
    -------
    float

    Notes
    -----
    Given the values of one variable, the test statistic has a non-central t distribution whose
    non-centrality is ``r / sqrt(1 - r**2)`` times the root of their sum of squares, a chi variable
    with ``n - 1`` degrees of freedom [1]_. The power is the mean over it, by Gauss-Legendre
    quadrature.

    References
    ----------
    .. [1] Gatsonis C, Sampson AR (1989). Multiple correlation: exact power and sample size
       calculations. Psychological Bulletin 106:516-524.

    Examples
    --------
    >>> round(correlation_exact(84, 0.3, 0.05, 2), 4)
    0.8003
    """
    from scipy import stats

    slope = r / np.sqrt(1 - r**2)
    spread = stats.chi(n - 1)
    low, high = spread.ppf(1e-15), spread.isf(1e-15)
    nodes, weights = np.polynomial.legendre.leggauss(160)
    root = low + (high - low) * (nodes + 1) / 2
    mass = weights * (high - low) / 2 * spread.pdf(root)
    return float(mass @ _t_power(n - 2, slope * root, alpha, tails) / mass.sum())


def _t_power(df: float, shift: np.ndarray | float, alpha: float, tails: int) -> np.ndarray:
    """Return the chance that a non-central t falls beyond the critical value."""
    from scipy import stats

    critical = stats.t.isf(alpha / tails, df)
    upper = stats.nct.sf(critical, df, shift)
    # the lower tail as an upper one: scipy's nct.cdf is NaN far out, its sf is not
    return np.asarray(upper + stats.nct.sf(critical, df, -shift) if tails > 1 else upper)


def correlation_fisher_z(n: float, r: float, alpha: float, tails: int) -> float:
    """Return the power of the t-test of a correlation by Fisher's z with its bias term.

    Parameters
    ----------
    n, r, alpha, tails
        As in `correlation_exact`.

    Returns
    -------
    float

    Notes
    -----
    The critical correlation is that of the t-test; z has mean ``atanh(r) + r / (2 (n - 1))`` and
    variance ``1 / (n - 3)`` [1]_. R's ``pwr.r.test`` computes the same.

    References
    ----------
    .. [1] Cohen J (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed.,
       section 12.3.

    Examples
    --------
    >>> round(correlation_fisher_z(84, 0.3, 0.05, 2), 4)
    0.7996
    """
    from scipy import stats

    critical = stats.t.isf(alpha / tails, n - 2)
    bound = np.arctanh(critical / np.sqrt(critical**2 + n - 2))
    centre = np.arctanh(r) + r / (2 * (n - 1))
    upper = stats.norm.sf((bound - centre) * np.sqrt(n - 3))
    lower = stats.norm.cdf((-bound - centre) * np.sqrt(n - 3))
    return float(upper + lower if tails > 1 else upper)


def two_means(n: float, d: float, alpha: float, tails: int, ratio: float) -> float:
    """Return the power of Student's t-test of two groups with one variance.

    Parameters
    ----------
    n : float
        Both groups together.
    d : float
        Difference of the means in standard deviations (Cohen's d).
    alpha, tails
        As in `correlation_exact`.
    ratio : float
        Size of the second group over that of the first.

    Returns
    -------
    float

    Examples
    --------
    >>> round(two_means(128, 0.5, 0.05, 2, 1), 4)
    0.8015
    """
    shift = d * np.sqrt(n * ratio) / (1 + ratio)
    return float(_t_power(n - 2, shift, alpha, tails))


def two_proportions(n: float, h: float, alpha: float, tails: int, ratio: float) -> float:
    """Return the power of the normal test of two proportions on the arcsine scale.

    Parameters
    ----------
    n, alpha, tails, ratio
        As in `two_means`.
    h : float
        Difference of ``2 arcsin(sqrt(p))`` (Cohen's h).

    Returns
    -------
    float

    Examples
    --------
    >>> round(two_proportions(126, 0.5, 0.05, 2, 1), 4)
    0.8013
    """
    from scipy import stats

    shift = h * np.sqrt(n * ratio) / (1 + ratio)
    critical = stats.norm.isf(alpha / tails)
    upper = stats.norm.sf(critical - shift)
    return float(upper + stats.norm.cdf(-critical - shift) if tails > 1 else upper)


def chi_square(n: float, w: float, alpha: float, df: int) -> float:
    """Return the power of Pearson's chi-square test.

    Parameters
    ----------
    n : float
        Rows of data in the table.
    w : float
        Effect: the root of the chi-square of the population's table, per row (Cohen's w).
    alpha : float
    df : int
        Degrees of freedom: (rows - 1) (columns - 1).

    Returns
    -------
    float

    Examples
    --------
    >>> round(chi_square(88, 0.3, 0.05, 1), 4)
    0.8035
    """
    from scipy import stats

    return float(stats.ncx2.sf(stats.chi2.isf(alpha, df), df, n * w**2))


def regression(n: float, f2: float, alpha: float, tested: int, predictors: int) -> float:
    """Return the power of the F-test of some predictors of a linear regression.

    Parameters
    ----------
    n : float
        Rows of data, above ``predictors + 1``.
    f2 : float
        Explained over unexplained variance of the tested predictors (Cohen's f²):
        ``(R² - R²_without) / (1 - R²)``.
    alpha : float
    tested, predictors : int
        Predictors tested, and all predictors of the model, the intercept aside.

    Returns
    -------
    float

    Notes
    -----
    The non-centrality is ``n f2``. For all predictors it is the same as ``f2 (u + v + 1)`` of Cohen
    (1988) and R's ``pwr.f2.test``.

    Examples
    --------
    >>> round(regression(92, 0.15, 0.05, 5, 5), 4)
    0.8042
    """
    from scipy import stats

    rest = n - predictors - 1
    return float(stats.ncf.sf(stats.f.isf(alpha, tested, rest), tested, rest, n * f2))


def solve(target: float, low: float, high: float, power: Callable[[float], float]) -> float | None:
    """Return where an increasing power function reaches a target, None where it does not.

    Parameters
    ----------
    target : float
    low, high : float
        Where to look.
    power : callable
        Power by sample size or by effect.

    Returns
    -------
    float or None
        `low` where the power is reached there already.

    Examples
    --------
    >>> round(solve(0.25, 0, 1, lambda x: x**2), 6)
    0.5
    """
    from scipy.optimize import brentq

    if power(low) >= target:
        return low
    reach = low
    while reach < high:
        below, reach = reach, min(2 * reach + 1, high)
        if power(reach) >= target:
            return float(brentq(lambda x: power(x) - target, below, reach, xtol=1e-10, rtol=1e-12))
    return None
