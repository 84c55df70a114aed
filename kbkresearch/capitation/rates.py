"""Utilisation rates and their ratios with intervals, and whether strata differ beyond chance.

Pure functions on arrays. Counts are taken as they are: a count that is an average of several months
is no Poisson count, so multiply it and its exposure by the number of months first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from kbkresearch.errors import BadArgumentError, UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Method: TypeAlias = Literal["auto", "exact", "byar"]

BYAR_FROM = 10
_TWO_STRATA = 2


@dataclass(frozen=True, slots=True, eq=False)
class RateInterval:
    """Rates with confidence limits.

    Attributes
    ----------
    rate, ci_low, ci_high : array, shape (n,)
        Events per unit of exposure.
    method : array of str, shape (n,)
        ``"exact"`` or ``"byar"``, whichever gave the limits of the element.
    """

    rate: Floats
    ci_low: Floats
    ci_high: Floats
    method: NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class RateRatio:
    """Ratios of two rates with confidence limits.

    Attributes
    ----------
    ratio, ci_low, ci_high : array, shape (n,)
    """

    ratio: Floats
    ci_low: Floats
    ci_high: Floats


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """Whether rates differ between strata more, or less, than Poisson counts would.

    Attributes
    ----------
    statistic : float
        Pearson's chi-square against the pooled rate.
    df : int
        Strata minus one.
    p_upper : float
        Chance of a statistic as large or larger, if all strata had the pooled rate.
    p_lower : float
        Chance of a statistic as small or smaller. A small one means counts too regular for
        Poisson counts, for instance averages of several months.
    """

    statistic: float
    df: int
    p_upper: float
    p_lower: float


def rate_interval(
    events: ArrayLike, exposure: ArrayLike, method: Method = "auto", level: float = 0.95
) -> RateInterval:
    """Return rates with confidence limits for Poisson counts.

    Parameters
    ----------
    events : array-like, shape (n,)
        Counts of events, not negative.
    exposure : array-like, shape (n,)
        What the events are counted over, such as member-months; positive.
    method : {"auto", "exact", "byar"}
        Exact limits from the chi-square distribution [1]_, Byar's approximation [2]_, or, by
        default, exact limits below 10 events and Byar's from 10, where the two agree to about 0.2%
        at the usual level [3]_.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    RateInterval
        In events per unit of exposure. No events give a lower limit of zero.

    Raises
    ------
    BadArgumentError
        For events that are negative or missing, exposure that is not positive, or a level outside
        (0, 1).
    UnknownNameError
        For another method.

    References
    ----------
    .. [1] Garwood F (1936). Fiducial limits for the Poisson distribution. Biometrika 28:437-442.
    .. [2] Breslow NE, Day NE (1987). Statistical Methods in Cancer Research II: The Design and
       Analysis of Cohort Studies. IARC Scientific Publications 82, section 2.3.
    .. [3] Public Health England (2018). Technical Guide: Confidence Intervals.

    Examples
    --------
    >>> found = rate_interval([84, 3], [867, 100])
    >>> found.method.tolist()
    ['byar', 'exact']
    >>> (1000 * found.ci_low).round(1).tolist(), (1000 * found.ci_high).round(1).tolist()
    ([77.3, 6.2], [120.0, 87.7])
    """
    if method not in get_args(Method):
        raise UnknownNameError("method", method, get_args(Method))
    tail = tail_of(level)
    counts, over = _strata(events, exposure, "events", "exposure")
    use_byar = counts >= BYAR_FROM if method == "auto" else np.full(counts.shape, method == "byar")
    exact, byar = exact_limits(counts, tail), byar_limits(counts, tail)
    return RateInterval(
        rate=counts / over,
        ci_low=np.where(use_byar, byar[0], exact[0]) / over,
        ci_high=np.where(use_byar, byar[1], exact[1]) / over,
        method=np.where(use_byar, "byar", "exact"),
    )


def rate_ratio(
    events: ArrayLike,
    exposure: ArrayLike,
    reference_events: ArrayLike,
    reference_exposure: ArrayLike,
    level: float = 0.95,
) -> RateRatio:
    """Return ratios of two Poisson rates with exact conditional limits.

    Given the sum of both counts, the first is binomial; the Clopper-Pearson limits of its share
    give those of the ratio [1]_.

    Parameters
    ----------
    events, exposure : array-like, shape (n,)
        Counts and exposure of the groups compared.
    reference_events, reference_exposure : array-like, shape (n,)
        Counts and exposure of the groups compared with.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    RateRatio
        The upper limit is infinite where the reference has no events.

    Raises
    ------
    BadArgumentError
        As `rate_interval`, and where neither group of a pair has an event.

    References
    ----------
    .. [1] Lehmann EL, Romano JP (2005). Testing Statistical Hypotheses, 3rd ed., section 4.5.

    Examples
    --------
    >>> found = rate_ratio(623, 6189, 442, 4438)
    >>> [round(float(x[0]), 3) for x in (found.ratio, found.ci_low, found.ci_high)]
    [1.011, 0.893, 1.144]
    """
    from scipy.special import betaincinv

    tail = tail_of(level)
    first, over = _strata(events, exposure, "events", "exposure")
    second, under = _strata(
        reference_events, reference_exposure, "reference_events", "reference_exposure"
    )
    first, over, second, under = np.broadcast_arrays(first, over, second, under)
    _refuse(first + second == 0, first, "events", "needs an event in one of the two groups")
    share_low = np.where(first == 0, 0.0, betaincinv(np.maximum(first, 1), second + 1, tail))
    share_high = np.where(second == 0, 1.0, betaincinv(first + 1, np.maximum(second, 1), 1 - tail))
    with np.errstate(divide="ignore"):
        return RateRatio(
            ratio=(first / over) / (second / under),
            ci_low=share_low / (1 - share_low) * under / over,
            ci_high=share_high / (1 - share_high) * under / over,
        )


def heterogeneity(events: ArrayLike, exposure: ArrayLike) -> Heterogeneity:
    """Test whether strata share one rate, with Pearson's chi-square.

    Parameters
    ----------
    events : array-like, shape (n,)
        Counts of independent events, one per stratum, not negative.
    exposure : array-like, shape (n,)
        Exposure of each stratum, positive.

    Returns
    -------
    Heterogeneity
        Both tails: rates may differ more than chance allows, or less.

    Raises
    ------
    BadArgumentError
        For fewer than two strata, no events at all, or values as in `rate_interval`.

    Examples
    --------
    >>> found = heterogeneity([30, 10], [100, 100])
    >>> found.statistic, found.df, round(found.p_upper, 4)
    (10.0, 1, 0.0016)
    """
    from scipy.special import chdtr, chdtrc

    counts, over = _strata(events, exposure, "events", "exposure")
    if counts.size < _TWO_STRATA or counts.sum() == 0:
        raise BadArgumentError(
            "heterogeneity needs at least two strata and one event;"
            f" found {counts.size} strata with {counts.sum():g} events"
        )
    expected = over * (counts.sum() / over.sum())
    statistic = float(((counts - expected) ** 2 / expected).sum())
    df = counts.size - 1
    return Heterogeneity(statistic, df, float(chdtrc(df, statistic)), float(chdtr(df, statistic)))


def exact_limits(counts: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return exact limits of Poisson means, from gamma quantiles: half of a chi-square's."""
    from scipy.special import gammainccinv, gammaincinv

    low = np.where(counts == 0, 0.0, gammaincinv(np.where(counts == 0, 1.0, counts), tail))
    return low, gammainccinv(counts + 1, tail)


def byar_limits(counts: Floats, tail: float) -> tuple[Floats, Floats]:
    """Return Byar's limits of Poisson means."""
    from scipy.special import ndtri

    z = -float(ndtri(tail))
    lower, upper = np.where(counts == 0, 1.0, counts), counts + 1
    low = lower * (1 - 1 / (9 * lower) - z / (3 * np.sqrt(lower))) ** 3
    high = upper * (1 - 1 / (9 * upper) + z / (3 * np.sqrt(upper))) ** 3
    return np.where(counts == 0, 0.0, np.maximum(low, 0.0)), high


def _strata(
    events: ArrayLike, exposure: ArrayLike, events_name: str, exposure_name: str
) -> tuple[Floats, Floats]:
    try:
        counts, over = np.broadcast_arrays(
            np.atleast_1d(np.asarray(events, np.float64)),
            np.atleast_1d(np.asarray(exposure, np.float64)),
        )
    except (TypeError, ValueError) as error:
        raise BadArgumentError(
            f"{events_name} and {exposure_name} must be numbers, one per stratum: {error}"
        ) from None
    _refuse(~(np.isfinite(counts) & (counts >= 0)), counts, events_name, "must be 0 or more")
    _refuse(~(np.isfinite(over) & (over > 0)), over, exposure_name, "must be above 0")
    return counts, over


def _refuse(wrong: NDArray[np.bool_], values: Floats, name: str, allowed: str) -> None:
    places = np.flatnonzero(wrong)
    if places.size:
        at = int(places[0])
        raise BadArgumentError(f"{name} {allowed}; found {values.flat[at]:g} at position {at}")


def tail_of(level: float) -> float:
    """Return the chance beyond one limit of a two-sided interval.

    Raises
    ------
    BadArgumentError
        For a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise BadArgumentError(f"level must lie between 0 and 1; found {level!r}")
    return (1 - level) / 2
