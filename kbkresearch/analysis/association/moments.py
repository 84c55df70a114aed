"""Groups compared by their means: t tests and analysis of variance, with and without equal spread.

Intervals of standardised differences and of explained variance come from the noncentral t and F
distributions, both sides [1]_; explained variance is ``noncentrality / (noncentrality + n)``.

.. [1] Steiger JH (2004). Beyond the F test. Psychological Methods 9:164-182.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association.model import Check, Effect, Options, Pair, Tested
from kbkresearch.analysis.association.noncentral import f_limits, t_limits
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Codes, Floats

_DIGITS_LEFT = 1e-8
CANCELLATION = Text(
    "nilai hampir sama dibanding besarnya: banyak angka penting hilang; kurangi konstanta dahulu",
    "values hardly differ for their size: most digits cancel; subtract a constant first",
)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Groups by count, mean and spread.

    Attributes
    ----------
    n, mean, variance : array, shape (k,)
        Means from an origin within the data, so that few digits cancel; variances with n - 1,
        NaN for a single row.
    origin : float
    """

    n: Floats
    mean: Floats
    variance: Floats
    origin: float

    @property
    def within(self) -> float:
        """Return the sum of squares within groups."""
        return float(np.nansum((self.n - 1) * self.variance))

    @property
    def between(self) -> float:
        """Return the sum of squares between groups."""
        middle = (self.n * self.mean).sum() / self.n.sum()
        return float((self.n * (self.mean - middle) ** 2).sum())


def moments(values: Floats, codes: Codes) -> Moments:
    """Return count, mean and variance of each group.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
        0 to k - 1.

    Returns
    -------
    Moments

    Examples
    --------
    >>> found = moments(np.array([1.0, 3, 7]), np.array([0, 0, 1]))
    >>> found.mean.tolist(), found.variance.tolist()
    ([-1.0, 4.0], [2.0, nan])
    """
    origin = float(np.median(values))
    left = values - origin
    n = np.bincount(codes).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(codes, left) / n
        variance = np.bincount(codes, (left - mean[codes]) ** 2) / (n - 1)
    return Moments(n, mean, variance, origin)


def student_t(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether two means differ, their groups having the same spread.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
        0 or 1, each at least twice; values vary within a group.
    options : Options

    Returns
    -------
    Tested
        Differences are those of the first group minus the second.

    Examples
    --------
    >>> found = student_t(np.array([1.0, 2, 3, 3, 4, 5]), np.array([0, 0, 0, 1, 1, 1]), Options())
    >>> round(found.statistic, 4), found.df, round(found.p_value, 4)
    (-2.4495, 4.0, 0.0705)
    """
    groups = moments(values, codes)
    df = values.size - 2.0
    spread = math.sqrt(groups.within / df)
    se = spread * math.sqrt(float((1 / groups.n).sum()))
    return _compared(values, codes, groups, (se, df, spread), options, "pooled variance")


def welch_t(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether two means differ, whatever the spread of their groups.

    Parameters
    ----------
    values, codes, options
        As in `student_t`.

    Returns
    -------
    Tested
        Standardised by the root of the mean of both variances.

    Examples
    --------
    >>> found = welch_t(np.array([1.0, 2, 3, 2, 4, 9]), np.array([0, 0, 0, 1, 1, 1]), Options())
    >>> round(found.statistic, 4), round(found.df, 3)
    (-1.3887, 2.306)
    """
    groups = moments(values, codes)
    parts = groups.variance / groups.n
    df = float(parts.sum() ** 2 / (parts**2 / (groups.n - 1)).sum())
    spread = math.sqrt(float(groups.variance.mean()))
    se = math.sqrt(float(parts.sum()))
    return _compared(values, codes, groups, (se, df, spread), options, "Welch-Satterthwaite")


def _compared(
    values: Floats,
    codes: Codes,
    groups: Moments,
    scale: tuple[float, float, float],
    options: Options,
    variant: str,
) -> Tested:
    """Return a t test from the difference's standard error, its df and the standardiser."""
    from scipy.special import stdtr, stdtrit

    se, df, spread = scale
    apart = float(groups.mean[0] - groups.mean[1])
    t = apart / se
    reach = float(stdtrit(df, (1 + options.level) / 2)) * se
    low, high = (one * se / spread for one in t_limits(t, df, options.level))
    j = small_sample_factor(df)
    d = Effect("cohens_d", apart / spread, low, high, "noncentral_t")
    g = Effect("hedges_g", j * apart / spread, j * low, j * high, "noncentral_t")
    means = Effect("mean_difference", apart, apart - reach, apart + reach, "t", se)
    return Tested(
        "t", t, float(2 * stdtr(df, -abs(t))),
        (d, g, means) if options.spss else (g, d, means),
        variant, df=df, checks=(levene(values, codes, options),), notes=_cancelled(values, groups),
    )  # fmt: skip


def small_sample_factor(df: float) -> float:
    """Return the factor that takes the bias out of Cohen's d.

    Parameters
    ----------
    df : float

    Returns
    -------
    float

    Examples
    --------
    >>> round(small_sample_factor(10), 4)
    0.9227
    """
    from scipy.special import gammaln

    return math.exp(float(gammaln(df / 2) - gammaln((df - 1) / 2)) - math.log(df / 2) / 2)


def anova(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether means of groups differ, the groups having the same spread.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
        0 to k - 1, n above k; values vary within a group.
    options : Options

    Returns
    -------
    Tested
        Pairs by Tukey's honestly significant difference.

    Examples
    --------
    >>> values = np.array([1.0, 2, 3, 3, 4, 5, 5, 6, 10])
    >>> found = anova(values, np.repeat([0, 1, 2], 3), Options())
    >>> round(found.statistic, 4), found.df, found.df2
    (6.3333, 2, 6)
    """
    from scipy.special import fdtrc

    groups = moments(values, codes)
    df, df2 = groups.n.size - 1, values.size - groups.n.size
    error = groups.within / df2
    f = groups.between / df / error
    total = groups.between + groups.within
    eta = _explained("eta_squared", groups.between / total, (f, df, df2), values.size, options)
    unbiased = max((groups.between - df * error) / (total + error), 0.0)
    omega = _explained("omega_squared", unbiased, (f, df, df2), values.size, options)
    return Tested(
        "F", f, float(fdtrc(df, df2, f)),
        (eta, omega) if options.spss else (omega, eta),
        "equal variances", df=df, df2=df2,
        pairs=_ranged(groups, np.full(groups.n.size, error), df2, "tukey_hsd", options.level),
        checks=(levene(values, codes, options),), notes=_cancelled(values, groups),
    )  # fmt: skip


def anova_welch(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether means of groups differ, whatever the spread of the groups.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
        0 to k - 1, each at least twice; values vary within every group.
    options : Options

    Returns
    -------
    Tested
        Explained variance as an ordinary F of this size and so many rows would give it; pairs by
        Games and Howell.

    References
    ----------
    .. [1] Welch BL (1951). On the comparison of several mean values. Biometrika 38:330-336.

    Examples
    --------
    >>> values = np.array([1.0, 2, 3, 3, 4, 5, 5, 6, 10])
    >>> found = anova_welch(values, np.repeat([0, 1, 2], 3), Options())
    >>> round(found.statistic, 4), round(found.df2, 3)
    (5.2542, 3.704)
    """
    from scipy.special import fdtrc

    groups = moments(values, codes)
    f, df, df2 = welch_f(groups)
    n, test = values.size, (f, df, df2)
    unbiased = max(df * (f - 1) / (df * (f - 1) + n), 0.0)
    omega = _explained("omega_squared", unbiased, test, n, options)
    eta = _explained("eta_squared", df * f / (df * f + n - df - 1), test, n, options)
    return Tested(
        "F", f, float(fdtrc(df, df2, f)), (eta, omega) if options.spss else (omega, eta),
        "Welch, variances not assumed equal", df=df, df2=df2,
        pairs=_ranged(groups, groups.variance, None, "games_howell", options.level),
        checks=(levene(values, codes, options),), notes=_cancelled(values, groups),
    )  # fmt: skip


def welch_f(groups: Moments) -> tuple[float, int, float]:
    """Return Welch's F and its degrees of freedom.

    Parameters
    ----------
    groups : Moments

    Returns
    -------
    f : float
    df : int
    df2 : float

    Examples
    --------
    >>> groups = moments(np.array([1.0, 2, 3, 3, 4, 5]), np.array([0, 0, 0, 1, 1, 1]))
    >>> f, df, df2 = welch_f(groups)  # the square of Welch's t
    >>> round(f, 6), df, round(df2, 6)
    (6.0, 1, 4.0)
    """
    weight = groups.n / groups.variance
    share = weight / weight.sum()
    df = groups.n.size - 1
    spread = float(((1 - share) ** 2 / (groups.n - 1)).sum()) / (groups.n.size**2 - 1)
    middle = (share * groups.mean).sum()
    between = float((weight * (groups.mean - middle) ** 2).sum()) / df
    return between / (1 + 2 * (groups.n.size - 2) * spread), df, 1 / (3 * spread)


def levene(values: Floats, codes: Codes, options: Options) -> Check:
    """Test whether groups have the same spread.

    Parameters
    ----------
    values : array, shape (n,)
    codes : array of int, shape (n,)
    options : Options

    Returns
    -------
    Check
        Distances from medians (Brown-Forsythe); from means under the SPSS convention.

    Examples
    --------
    >>> found = levene(np.array([1.0, 2, 3, 1, 5, 9]), np.array([0, 0, 0, 1, 1, 1]), Options())
    >>> found.name, round(found.statistic, 3)
    ('levene_median', 2.118)
    """
    from scipy.special import fdtrc

    left = values - np.median(values)
    parts = [left[codes == i] for i in range(int(codes.max()) + 1)]
    middle = np.array([one.mean() if options.spss else np.median(one) for one in parts])
    groups = moments(np.abs(left - middle[codes]), codes)
    df, df2 = groups.n.size - 1, values.size - groups.n.size
    name = "levene_mean" if options.spss else "levene_median"
    if groups.within == 0:
        return Check(name, math.nan, df, df2, math.nan)
    f = groups.between / df / (groups.within / df2)
    return Check(name, f, df, df2, float(fdtrc(df, df2, f)))


def _explained(
    name: str, estimate: float, test: tuple[float, float, float], n: int, options: Options
) -> Effect:
    """Return a share of variance with the limits that the noncentral F gives."""
    low, high = f_limits(*test, options.level)
    return Effect(name, estimate, low / (low + n), high / (high + n), "noncentral_f")


def _ranged(
    groups: Moments, variance: Floats, df: float | None, method: str, level: float
) -> tuple[Pair, ...]:
    """Compare means two by two with the studentised range; Welch's df where none is given."""
    from scipy.stats import studentized_range

    found = []
    k = groups.n.size
    for i, j in combinations(range(k), 2):
        parts = np.array([variance[i] / groups.n[i], variance[j] / groups.n[j]])
        se = math.sqrt(float(parts.sum()))
        free = df or float(parts.sum() ** 2 / (parts**2 / (groups.n[[i, j]] - 1)).sum())
        apart = float(groups.mean[i] - groups.mean[j])
        q = abs(apart) / se * math.sqrt(2)
        reach = _range_quantile(level, k, free) * se / math.sqrt(2)
        p = min(max(float(studentized_range.sf(q, k, free)), 0.0), 1.0)
        found.append(
            Pair(i, j, method, apart, apart / se, free, math.nan, p, apart - reach, apart + reach)
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _range_quantile(level: float, k: int, df: float) -> float:
    """Return a quantile of the studentised range; kept, as one takes a tenth of a second."""
    from scipy.stats import studentized_range

    return float(studentized_range.ppf(level, k, df))


def _cancelled(values: Floats, groups: Moments) -> tuple[Text, ...]:
    """Say so where most digits of the values cancel."""
    size = float(np.abs(values).max()) * np.finfo(np.float64).eps
    spread = math.sqrt(groups.within / values.size)
    return (CANCELLATION,) if size > _DIGITS_LEFT * spread else ()
