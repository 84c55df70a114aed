"""Summaries of a column of numbers, and standardised differences between groups.

Pure functions on arrays without missing values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Shape: TypeAlias = Literal["mean", "median"]
QUANTILES: dict[int, str] = {6: "weibull", 7: "linear"}
_SKEWED_FROM = 3
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Summary:
    """What is said of a column of numbers; NaN where it is not defined.

    Attributes
    ----------
    n : int
        Numbers.
    mean, sd : float
        Standard deviation with n - 1.
    median, q1, q3 : float
        Quartiles of the type that was asked for.
    min, max : float
    skewness : float
        Type 2, see `skewness`.
    """

    n: int
    mean: float
    sd: float
    median: float
    q1: float
    q3: float
    min: float
    max: float
    skewness: float


def summarise(values: Floats, quantile_type: int = 7) -> Summary:
    """Return the summary of numbers.

    Parameters
    ----------
    values : array, shape (n,)
    quantile_type : {6, 7}
        Definition of the quartiles by Hyndman and Fan [1]_: 7 as R and Excel, 6 as SPSS.

    Returns
    -------
    Summary

    References
    ----------
    .. [1] Hyndman RJ, Fan Y (1996). Sample quantiles in statistical packages. The American
       Statistician 50:361-365.

    Examples
    --------
    >>> found = summarise(np.array([1.0, 2, 3, 10]), quantile_type=6)
    >>> found.q1, found.median, found.q3
    (1.25, 2.5, 8.25)
    """
    if not len(values):
        return Summary(0, *[math.nan] * 8)
    how = QUANTILES[quantile_type]
    with np.errstate(over="ignore", invalid="ignore"):
        return _summary(values, how)


def _summary(values: Floats, how: str) -> Summary:
    """Return the summary of one number or more."""
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75], method=how)  # type: ignore[call-overload]
    return Summary(
        n=len(values),
        mean=float(values.mean()),
        sd=_sd(values),
        median=float(median),
        q1=float(q1),
        q3=float(q3),
        min=float(values.min()),
        max=float(values.max()),
        skewness=skewness(values),
    )


def _sd(values: Floats) -> float:
    """Return the standard deviation; exactly 0 where all numbers are the same."""
    if len(values) < _PAIR:
        return math.nan
    return 0.0 if values.min() == values.max() else float(values.std(ddof=1))


def skewness(values: Floats) -> float:
    """Return the skewness of type 2, which SPSS, SAS and Excel print.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    float
        NaN for fewer than three numbers, and where all are the same.

    Notes
    -----
    ``sqrt(n (n - 1)) / (n - 2)`` times the moment coefficient: unbiased for normal data [1]_.

    References
    ----------
    .. [1] Joanes DN, Gill CA (1998). Comparing measures of sample skewness and kurtosis. JRSS D
       47:183-189.

    Examples
    --------
    >>> round(skewness(np.array([1.0, 2, 3, 10])), 4)
    1.7636
    """
    n = len(values)
    if n < _SKEWED_FROM or values.min() == values.max():
        return math.nan
    centred = values - values.mean()
    centred = centred / np.abs(centred).max()
    moment = (centred**3).mean() / (centred**2).mean() ** 1.5
    return float(moment * math.sqrt(n * (n - 1)) / (n - 2))


def shape(parts: Iterable[Summary], limit: float) -> Shape:
    """Return which summary fits a column: mean unless one of its groups is skewed or tiny.

    Parameters
    ----------
    parts : iterable of Summary
        The groups of the column; empty and constant ones do not decide.
    limit : float
        Largest absolute skewness for which the mean is taken.

    Returns
    -------
    {"mean", "median"}
    """
    deciding = [one for one in parts if one.n and one.min < one.max]
    fits = all(one.n >= _SKEWED_FROM and abs(one.skewness) <= limit for one in deciding)
    return "mean" if fits else "median"


def difference_of_means(first: Summary, second: Summary) -> float:
    """Return the standardised difference of two groups' means, without its sign.

    Parameters
    ----------
    first, second : Summary

    Returns
    -------
    float
        ``|m1 - m2| / sqrt((s1² + s2²) / 2)`` [1]_; 0 for two equal constants, NaN for two
        different ones and for groups with fewer than two numbers.

    References
    ----------
    .. [1] Austin PC (2009). Balance diagnostics for comparing the distribution of baseline
       covariates between treatment groups. Statistics in Medicine 28:3083-3107.
    """
    if min(first.n, second.n) < _PAIR:
        return math.nan
    gap = abs(first.mean - second.mean)
    spread = math.sqrt((first.sd**2 + second.sd**2) / 2)
    if spread == 0:
        return 0.0 if gap == 0 else math.nan
    return gap / spread


def difference_of_shares(first: Floats, second: Floats) -> float:
    """Return the standardised difference of two groups' shares of levels.

    Parameters
    ----------
    first, second : array, shape (k,)
        Shares of the k levels in each group.

    Returns
    -------
    float
        Mahalanobis distance of the shares of all levels but one, with the mean of both groups'
        multinomial covariances [1]_; for two levels it is Austin's difference of proportions. NaN
        where a level tells the groups apart wholly (the distance is infinite) or a group is empty.

    References
    ----------
    .. [1] Yang D, Dalton JE (2012). A unified approach to measuring the effect size between two
       groups using SAS. SAS Global Forum 2012, paper 335.

    Examples
    --------
    >>> round(difference_of_shares(np.array([0.5, 0.5]), np.array([0.2, 0.8])), 4)
    0.6626
    """
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return math.nan
    occurs = (first + second) > 0
    first, second = first[occurs][1:], second[occurs][1:]
    gap = first - second
    covariance = (_multinomial(first) + _multinomial(second)) / 2
    direction = np.linalg.pinv(covariance, hermitian=True) @ gap
    if not np.allclose(covariance @ direction, gap, atol=1e-12):
        return math.nan
    return math.sqrt(max(float(gap @ direction), 0.0))


def _multinomial(shares: Floats) -> Floats:
    """Return the covariance matrix of one draw of a multinomial."""
    return np.diag(shares) - np.outer(shares, shares)
