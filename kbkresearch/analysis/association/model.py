"""What a test returns: its statistic and p-value, effects with intervals, pairs and checks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.intp]

Convention: TypeAlias = Literal["recommended", "spss"]

NO_INTERVAL = "none"


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked of every test.

    Attributes
    ----------
    level : float
        Confidence level of the intervals.
    spss : bool
        Whether the variants that SPSS prints are wanted.
    seed : int
        Start of the random numbers, where a test needs any.
    """

    level: float = 0.95
    spss: bool = False
    seed: int = 20_191_231


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect size.

    Attributes
    ----------
    name : str
        Such as ``"spearman_rho"``.
    estimate, ci_low, ci_high : float
        Limits are NaN where no interval can be had.
    ci_method : str
        How the interval was made; ``"none"`` without one.
    se : float
        Standard error on the scale of the estimate, where the interval rests on one.
    """

    name: str
    estimate: float
    ci_low: float = math.nan
    ci_high: float = math.nan
    ci_method: str = NO_INTERVAL
    se: float = math.nan


@dataclass(frozen=True, slots=True)
class Pair:
    """Two groups compared after a test of several.

    Attributes
    ----------
    first, second : int
        Positions of the groups; the estimate is that of the first minus that of the second.
    method : str
        ``"dunn"``, ``"games_howell"`` or ``"tukey_hsd"``.
    estimate : float
        Difference of mean ranks (Dunn) or of means.
    statistic, df : float
        The pair's statistic; `df` is NaN for Dunn.
    p_value : float
        For one pair alone; NaN where the method only has the adjusted one.
    p_adjusted : float
        Over all pairs: Holm for Dunn, the studentised range for the others.
    ci_low, ci_high : float
        Simultaneous limits; NaN for Dunn.
    """

    first: int
    second: int
    method: str
    estimate: float
    statistic: float
    df: float
    p_value: float
    p_adjusted: float
    ci_low: float = math.nan
    ci_high: float = math.nan


@dataclass(frozen=True, slots=True)
class Check:
    """A check that stands beside a test, such as Levene's.

    Attributes
    ----------
    name : str
        ``"levene_mean"`` or ``"levene_median"``.
    statistic, df, df2, p_value : float
        F with its degrees of freedom.
    """

    name: str
    statistic: float
    df: float
    df2: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Tested:
    """One test.

    Attributes
    ----------
    statistic_name : str
        ``"t"``, ``"U"``, ``"H"``, ``"F"``, ``"chi2"``, ``"z"``, ``"J"`` or ``"p"`` (exact tests).
    statistic, p_value : float
        Two-sided p-value; the statistic is NaN where the test has none.
    effects : tuple of Effect
        The first one is the main one.
    variant : str
        Which variant of the method, in words: approximation, corrections, ties.
    df, df2 : float
        Degrees of freedom, NaN where there are none.
    pairs : tuple of Pair
        Groups compared two by two.
    checks : tuple of Check
        Checks beside the test.
    notes : tuple of Text
        What a reader of this row must know.
    """

    statistic_name: str
    statistic: float
    p_value: float
    effects: tuple[Effect, ...]
    variant: str
    df: float = math.nan
    df2: float = math.nan
    pairs: tuple[Pair, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[Text, ...] = ()


PERFECT = Text(
    "hubungan sempurna: selang kepercayaan tidak dapat dihitung",
    "perfect association: no interval can be computed",
)


def z_of(level: float) -> float:
    """Return the normal quantile of a two-sided level.

    Parameters
    ----------
    level : float
        Between 0 and 1.

    Returns
    -------
    float

    Examples
    --------
    >>> round(z_of(0.95), 4)
    1.96
    """
    from scipy.special import ndtri

    return float(ndtri((1 + level) / 2))


def two_sided(z: float) -> float:
    """Return the two-sided p-value of a standard normal statistic.

    Parameters
    ----------
    z : float

    Returns
    -------
    float

    Examples
    --------
    >>> round(two_sided(-1.96), 3)
    0.05
    """
    from scipy.special import ndtr

    return float(2 * ndtr(-abs(z)))


def wald(name: str, estimate: float, se: float, level: float, method: str) -> Effect:
    """Return an effect between -1 and 1 with its Wald limits, cut at the ends of that range.

    Parameters
    ----------
    name : str
    estimate, se : float
    level : float
    method : str
        Name of the interval.

    Returns
    -------
    Effect
        Without limits where the standard error is 0 or missing.

    Examples
    --------
    >>> wald("gamma", 0.9, 0.1, 0.95, "wald").ci_high
    1.0
    """
    if not se > 0:
        return Effect(name, estimate)
    reach = z_of(level) * se
    low, high = max(estimate - reach, -1.0), min(estimate + reach, 1.0)
    return Effect(name, estimate, low, high, method, se)


def fisher(name: str, estimate: float, se_z: float, level: float, method: str) -> Effect:
    """Return a correlation with limits that are symmetric on Fisher's z scale.

    Parameters
    ----------
    name : str
    estimate : float
        Between -1 and 1.
    se_z : float
        Standard error of ``atanh(estimate)``.
    level : float
    method : str
        Name of the interval.

    Returns
    -------
    Effect
        Without limits for a perfect correlation or a missing standard error.

    Examples
    --------
    >>> found = fisher("pearson_r", 0.5, 0.2, 0.95, "fisher_z")
    >>> round(found.ci_low, 3), round(found.ci_high, 3)
    (0.156, 0.736)
    """
    if abs(estimate) >= 1 or not math.isfinite(se_z):
        return Effect(name, estimate)
    middle, reach = math.atanh(estimate), z_of(level) * se_z
    se = se_z * (1 - estimate**2)
    return Effect(name, estimate, math.tanh(middle - reach), math.tanh(middle + reach), method, se)
