"""Two by two tables: odds ratio, prevalence ratio and risk difference, each interval by its name.

The score intervals of Miettinen and Nurminen [1]_ invert a test whose variance is taken at the
nearest parameters that the tested value allows, times n / (n - 1). They hold with empty cells.

.. [1] Miettinen O, Nurminen M (1985). Comparative analysis of two rates. Statistics in Medicine
   4:213-226.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association.model import Effect, Options, z_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from kbkresearch.analysis.association.model import Floats

_FAR = 100.0
_CLOSE = 1e-14


@dataclass(frozen=True, slots=True)
class Risks:
    """Two groups and how many of each have the event.

    Attributes
    ----------
    events, total : float
        Of the group compared.
    reference_events, reference_total : float
        Of the group compared with.
    """

    events: float
    total: float
    reference_events: float
    reference_total: float

    @property
    def risk(self) -> float:
        """Return the share with the event."""
        return self.events / self.total

    @property
    def reference(self) -> float:
        """Return the share with the event in the group compared with."""
        return self.reference_events / self.reference_total

    @property
    def odds_ratio(self) -> float:
        """Return the ratio of odds; infinite or NaN with empty cells."""
        top = self.events * (self.reference_total - self.reference_events)
        return _ratio(top, self.reference_events * (self.total - self.events))

    @property
    def prevalence_ratio(self) -> float:
        """Return the ratio of shares."""
        return _ratio(self.risk, self.reference)


def risks_of(counts: Floats) -> Risks:
    """Return the risks of a table: the last column is the event, the last row is compared.

    Parameters
    ----------
    counts : array, shape (2, 2)
        Rows are groups of the factor, columns those of the outcome.

    Returns
    -------
    Risks

    Examples
    --------
    >>> risks_of(np.array([[11.0, 5], [6, 18]])).odds_ratio
    6.6
    """
    (_, b), (_, d) = counts
    return Risks(float(d), float(counts[1].sum()), float(b), float(counts[0].sum()))


def effects(counts: Floats, options: Options) -> tuple[Effect, ...]:
    """Return odds ratio, prevalence ratio and risk difference with their intervals.

    Parameters
    ----------
    counts : array, shape (2, 2)
        As in `risks_of`; no empty row or column.
    options : Options

    Returns
    -------
    tuple of Effect
        The odds ratio of the convention first: by Miettinen and Nurminen, or by Woolf (SPSS).

    Examples
    --------
    >>> found = effects(np.array([[11.0, 5], [6, 18]]), Options(spss=True))[0]
    >>> round(found.estimate, 3), round(found.ci_low, 3), round(found.ci_high, 3), found.ci_method
    (6.6, 1.621, 26.871, 'woolf')
    """
    risks, level = risks_of(counts), options.level
    odds = [
        Effect("odds_ratio", risks.odds_ratio, *score_odds_ratio(risks, level), _SCORE),
        _log_effect("odds_ratio", risks.odds_ratio, _woolf_se(counts), level, "woolf"),
    ]
    share = risks.prevalence_ratio
    return (
        *(reversed(odds) if options.spss else odds),
        conditional_odds_ratio(counts, level),
        Effect("prevalence_ratio", share, *score_prevalence_ratio(risks, level), _SCORE),
        _log_effect("prevalence_ratio", share, _katz_se(risks), level, "katz_log"),
        Effect(
            "risk_difference", risks.risk - risks.reference, *score_difference(risks, level), _SCORE
        ),
    )


_SCORE = "miettinen_nurminen"


def conditional_odds_ratio(counts: Floats, level: float) -> Effect:
    """Return the odds ratio of the table with fixed margins, with exact limits.

    Parameters
    ----------
    counts : array, shape (2, 2)
    level : float

    Returns
    -------
    Effect
        Conditional maximum likelihood, as Fisher's exact test has it; not the ratio of the cells.

    Examples
    --------
    >>> round(conditional_odds_ratio(np.array([[11.0, 5], [6, 18]]), 0.95).estimate, 3)
    6.246
    """
    from scipy.special import logsumexp

    seen = int(counts[0, 0])
    support, weights = _fixed_margins(counts)
    tail = (1 - level) / 2

    def share(log_ratio: float, inside: NDArray[np.bool_]) -> float:
        tilted = weights + support * log_ratio
        return math.exp(float(logsumexp(tilted[inside]) - logsumexp(tilted)))

    def mean(log_ratio: float) -> float:
        tilted = weights + support * log_ratio
        return float(support @ np.exp(tilted - logsumexp(tilted)))

    lowest, highest = seen == support[0], seen == support[-1]
    low = 0.0 if lowest else _solved(lambda t: -share(t, support >= seen), -tail)
    high = math.inf if highest else _solved(lambda t: share(t, support <= seen), tail)
    middle = 0.0 if lowest else math.inf if highest else _solved(lambda t: -mean(t), -seen)
    name = "odds_ratio_conditional"
    return Effect(name, middle, low, high, "exact_conditional")


def _solved(falling: Callable[[float], float], target: float) -> float:
    """Return the odds ratio at which a falling function of its logarithm takes a value."""
    return math.exp(_root(falling, target, -_FAR, _FAR))


def _fixed_margins(counts: Floats) -> tuple[Floats, Floats]:
    """Return what the first cell can be given the margins, and the log of its weight."""
    from scipy.special import gammaln

    row, column, n = counts[0].sum(), counts[:, 0].sum(), counts.sum()
    first = np.arange(max(0, row + column - n), min(row, column) + 1)
    cells = first, row - first, column - first, n - row - column + first
    return first, -sum(gammaln(one + 1) for one in cells)


def score_odds_ratio(risks: Risks, level: float) -> tuple[float, float]:
    """Return Miettinen and Nurminen's limits of the odds ratio.

    Parameters
    ----------
    risks : Risks
    level : float

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = score_odds_ratio(Risks(18, 24, 5, 16), 0.95)
    >>> round(low, 3), round(high, 3)
    (1.641, 26.543)
    """
    n1, n2 = risks.total, risks.reference_total
    events = risks.events + risks.reference_events

    def z(log_ratio: float) -> float:
        psi = math.exp(log_ratio)
        p2 = _fitted_odds(psi, n1, n2, events)
        q2 = _fitted_odds(1 / psi, n1, n2, n1 + n2 - events)
        p1, q1 = psi * p2 / (psi * p2 + q2), q2 / (psi * p2 + q2)
        distance = risks.events * q1 - (n1 - risks.events) * p1
        return distance * math.sqrt(1 / (n1 * p1 * q1) + 1 / (n2 * p2 * q2))

    return _exponential_limits(z, risks, level, risks.odds_ratio)


def score_prevalence_ratio(risks: Risks, level: float) -> tuple[float, float]:
    """Return Miettinen and Nurminen's limits of the ratio of shares.

    Parameters
    ----------
    risks : Risks
    level : float

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = score_prevalence_ratio(Risks(18, 24, 5, 16), 0.95)
    >>> round(low, 3), round(high, 3)
    (1.238, 5.489)
    """

    def z(log_ratio: float) -> float:
        phi = math.exp(log_ratio)
        p2 = _fitted_ratio(phi, risks)
        p1 = min(phi * p2, 1.0)
        spread = p1 * (1 - p1) / risks.total + phi**2 * p2 * (1 - p2) / risks.reference_total
        return _over(risks.risk - phi * risks.reference, spread)

    return _exponential_limits(z, risks, level, risks.prevalence_ratio)


def score_difference(risks: Risks, level: float) -> tuple[float, float]:
    """Return Miettinen and Nurminen's limits of the difference of shares.

    Parameters
    ----------
    risks : Risks
    level : float

    Returns
    -------
    low, high : float

    Examples
    --------
    >>> low, high = score_difference(Risks(18, 24, 5, 16), 0.95)
    >>> round(low, 3), round(high, 3)
    (0.121, 0.675)
    """
    seen = risks.risk - risks.reference

    def z(difference: float) -> float:
        p2 = _fitted_difference(difference, risks)
        p1 = min(max(p2 + difference, 0.0), 1.0)
        spread = p1 * (1 - p1) / risks.total + p2 * (1 - p2) / risks.reference_total
        return _over(seen - difference, spread)

    bound = _bound(risks, level)
    low = -1.0 if seen <= -1 else _root(z, bound, -1.0, seen)
    return low, 1.0 if seen >= 1 else _root(z, -bound, seen, 1.0)


def _exponential_limits(
    z: Callable[[float], float], risks: Risks, level: float, estimate: float
) -> tuple[float, float]:
    """Return the limits of a ratio, searched on the log scale."""
    if math.isnan(estimate):
        return math.nan, math.nan
    bound = _bound(risks, level)
    within = 0 < estimate < math.inf
    top, bottom = (math.log(estimate),) * 2 if within else (_FAR, -_FAR)
    low = 0.0 if estimate == 0 else math.exp(_root(z, bound, -_FAR, top))
    return low, math.inf if math.isinf(estimate) else math.exp(_root(z, -bound, bottom, _FAR))


def _bound(risks: Risks, level: float) -> float:
    """Return the normal quantile with the small-sample factor of the variance."""
    n = risks.total + risks.reference_total
    return z_of(level) * math.sqrt(n / (n - 1))


def _root(z: Callable[[float], float], target: float, low: float, high: float) -> float:
    """Return where a falling score passes a value, by halving: it may be infinite at the ends."""
    while high - low > _CLOSE * max(1.0, abs(low)):
        middle = (low + high) / 2
        if z(middle) > target:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _over(distance: float, spread: float) -> float:
    return distance / math.sqrt(spread) if spread > 0 else math.copysign(math.inf, distance)


def _fitted_odds(psi: float, n1: float, n2: float, events: float) -> float:
    """Return the reference share that fits best under an odds ratio."""
    a = n2 * (psi - 1)
    b = n1 * psi + n2 - events * (psi - 1)
    root = math.sqrt(max(b * b + 4 * a * events, 0.0))
    p2 = 2 * events / (b + root) if b >= 0 else (root - b) / (2 * a)
    return min(max(p2, 0.0), 1.0)


def _fitted_ratio(phi: float, risks: Risks) -> float:
    """Return the reference share that fits best under a ratio of shares."""
    events = risks.events + risks.reference_events
    a = (risks.total + risks.reference_total) * phi
    b = (risks.total + risks.reference_events) * phi + risks.events + risks.reference_total
    p2 = 2 * events / (b + math.sqrt(max(b * b - 4 * a * events, 0.0)))
    return min(max(p2, 0.0), 1.0, 1 / phi)


def _fitted_difference(difference: float, risks: Risks) -> float:
    """Return the reference share that fits best under a difference: a root of a cubic."""
    n1, n2, x2 = risks.total, risks.reference_total, risks.reference_events
    n, x = n1 + n2, risks.events + x2
    l2 = (n1 + 2 * n2) * difference - n - x
    l1 = (n2 * difference - n - 2 * x2) * difference + x
    l0 = x2 * difference * (1 - difference)
    q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    p = math.copysign(math.sqrt(max((l2 / (3 * n)) ** 2 - l1 / (3 * n), 0.0)), q)
    cosine = min(max(q / p**3, -1.0), 1.0) if p**3 else 0.0
    p2 = 2 * p * math.cos((math.pi + math.acos(cosine)) / 3) - l2 / (3 * n)
    return min(max(p2, 0.0, -difference), 1.0, 1 - difference)


def _log_effect(name: str, estimate: float, se: float, level: float, method: str) -> Effect:
    """Return a ratio with limits symmetric on the log scale; without them for empty cells."""
    if not math.isfinite(se):
        return Effect(name, estimate)
    reach = math.exp(z_of(level) * se)
    return Effect(name, estimate, estimate / reach, estimate * reach, method)


def _woolf_se(counts: Floats) -> float:
    return math.sqrt(float((1 / counts).sum())) if counts.min() > 0 else math.inf


def _katz_se(risks: Risks) -> float:
    """Return the standard error of the log ratio of shares."""
    if not risks.events or not risks.reference_events:
        return math.inf
    own = 1 / risks.events - 1 / risks.total
    square = own + 1 / risks.reference_events - 1 / risks.reference_total
    return math.sqrt(square) if square > 0 else math.inf


def _ratio(top: float, bottom: float) -> float:
    if bottom == 0:
        return math.nan if top == 0 else math.inf
    return top / bottom
