"""What a printed mean can stand for, and what a mean score says about payments and targets.

All in fractions: a mean over facilities is a mixture of the rule set's few scores, so that its
range follows from the convex hull of score and payment. Ends that rounding excludes are told from
ends that can occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.regulation.intervals import Interval
from kbkresearch.regulation.lookup import Outcome, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbkresearch.regulation.values import RuleSet


@dataclass(frozen=True, slots=True)
class Part:
    """A share of the facilities, all with the same ratings.

    Attributes
    ----------
    levels : tuple of int or str
        Level of each paying indicator; an example, as other ratings may have the same score.
    score : Fraction
    share : Fraction
        Of all facilities, 0 to 1.
    """

    levels: tuple[int | str, ...]
    score: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class MeanRange:
    """The range of a mean over facilities, given their mean score.

    Attributes
    ----------
    mean_score : Interval
        What was given.
    low, high : Fraction
        The ends of the range.
    low_attained, high_attained : bool
        Whether the end itself can occur; not where it belongs to an excluded end of `mean_score`.
    low_mix, high_mix : tuple of Part
        Facilities that give the end, at most two kinds, ascending in score.
    """

    mean_score: Interval
    low: Fraction
    high: Fraction
    low_attained: bool
    high_attained: bool
    low_mix: tuple[Part, ...]
    high_mix: tuple[Part, ...]


def printed_interval(printed: str | Decimal, *, half: Literal["up", "either"] = "up") -> Interval:
    """Return the numbers that are printed as a given one.

    Parameters
    ----------
    printed : str or Decimal
        As printed: its digits count, ``"2.80"`` is not ``"2.8"``.
    half : {"up", "either"}
        Whether a number halfway between two printed ones is rounded up, or may go either way.

    Returns
    -------
    Interval

    Raises
    ------
    BadArgumentError
        For a float, which has no printed digits, and for what is no number.

    Examples
    --------
    >>> str(printed_interval("2.8")), str(printed_interval("2.8", half="either"))
    ('[2.75, 2.85)', '[2.75, 2.85]')
    """
    number = printed_number(printed)
    margin = Decimal(5).scaleb(int(number.as_tuple().exponent) - 1)
    return Interval(number - margin, number + margin, True, half == "either")  # noqa: FBT003


def possible_counts(
    printed: str | Decimal, *, step: str | Decimal = "0.01", max_n: int = 60
) -> tuple[int, ...]:
    """Return the numbers of observations whose mean can be printed so.

    The sum of n values that are multiples of `step` is one too; only some n have such a sum with
    the printed mean (a test of granularity, as GRIM). Halves may have been rounded either way.

    Parameters
    ----------
    printed : str or Decimal
        The mean, with its printed digits.
    step : str or Decimal
        What every value is a multiple of.
    max_n : int
        Largest number of observations to try.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> possible_counts("2.5967", max_n=12), possible_counts("91.25", step="5", max_n=12)
    ((3, 6, 9, 12), (4, 8, 12))
    """
    unit = Fraction(printed_number(step))
    windows = ((n, *printed_sums(printed, n, unit)) for n in range(1, max_n + 1))
    return tuple(n for n, low, high in windows if low <= high)


def printed_sums(printed: str | Decimal, n: int, unit: Fraction) -> tuple[int, int]:
    """Return the smallest and the largest sum of `n` values that has the printed mean.

    Parameters
    ----------
    printed : str or Decimal
        The mean, with its printed digits; halves may have been rounded either way.
    n : int
        Number of values.
    unit : Fraction
        Every value is a multiple of it.

    Returns
    -------
    tuple of (int, int)
        In units; the first is above the second if there is no such sum.

    Examples
    --------
    >>> printed_sums("2.5967", 12, Fraction(1, 100)), printed_sums("2.5967", 4, Fraction(1, 100))
    ((3116, 3116), (1039, 1038))
    """
    window = printed_interval(printed, half="either")
    low, high = (Fraction(end) * n / unit for end in (window.low, window.high))
    return ceil(low), floor(high)


def printed_number(printed: object) -> Decimal:
    """Return a printed number with its digits.

    Raises
    ------
    BadArgumentError
        For a float, which has no printed digits, and for what is no number.
    """
    if isinstance(printed, float):
        raise BadArgumentError(f"{printed!r} is a float: give the mean as text, with its digits")
    try:
        number = Decimal(str(printed))
    except InvalidOperation:
        raise BadArgumentError(f"{printed!r} is no printed number such as '91.25'") from None
    if not number.is_finite():
        raise BadArgumentError(f"{printed!r} is no printed number such as '91.25'")
    return number


def triples_with_score(rules: RuleSet, score: Decimal | Fraction | str) -> tuple[Outcome, ...]:
    """Return the combinations of levels that have a score.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> [one.levels for one in triples_with_score(kbk.rules("kbk-2019"), "2.8")]
    [(1, 4, 4), (3, 3, 1), (4, 2, 2)]
    """
    return tuple(one for one in outcomes(rules) if one.score == Fraction(score))


def mean_payment_range(rules: RuleSet, facility_type: str, mean_score: Interval) -> MeanRange:
    """Return what the mean payment of facilities can be, given the range of their mean score.

    Nothing is assumed of the number of facilities, so any shares can occur. The range also holds
    for means that weight facilities (by members, say), if both means use the same weights.

    Parameters
    ----------
    rules : RuleSet
        With a score.
    facility_type : str
        With a payment table.
    mean_score : Interval
        For instance ``printed_interval("2.8")``.

    Returns
    -------
    MeanRange
        In per cent of the norm capitation.

    Raises
    ------
    UnknownNameError
        For a facility type without a payment table.
    BadArgumentError
        If the rule set has no score, or none within `mean_score`.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> law = kbk.rules("kbk-2019")
    >>> paid = mean_payment_range(law, "puskesmas", printed_interval("2.8"))
    >>> float(paid.low), float(paid.high), paid.low_attained, paid.high_attained
    (89.25, 94.25, True, False)
    >>> [(float(part.score), float(part.share)) for part in paid.high_mix]
    [(2.0, 0.15), (3.0, 0.85)]
    """
    check_type(rules, facility_type)
    return _mean_range(rules, mean_score, lambda one: Fraction(one.payment[facility_type].value))


def share_at_level_range(
    rules: RuleSet, facility_type: str, mean_score: Interval, payment: Decimal | int | str
) -> MeanRange:
    """Return what share of facilities can be at a payment, given the range of their mean score.

    Parameters
    ----------
    rules, facility_type, mean_score
        As in `mean_payment_range`.
    payment : Decimal, int or str
        In per cent.

    Returns
    -------
    MeanRange
        Shares, 0 to 1.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> law = kbk.rules("kbk-2019")
    >>> full = share_at_level_range(law, "puskesmas", printed_interval("2.8"), 100)
    >>> str(full.low), str(full.high), full.high_attained
    ('0', '37/60', False)
    """
    check_type(rules, facility_type)
    level = Decimal(payment)
    return _mean_range(
        rules, mean_score, lambda one: Fraction(one.payment[facility_type].value == level)
    )


def share_on_target_range(rules: RuleSet, indicator: str, mean_score: Interval) -> MeanRange:
    """Return what share of facilities can meet a target, given the range of their mean score.

    Parameters
    ----------
    rules, mean_score
        As in `mean_payment_range`.
    indicator : str
        ``"ak"``, ``"rrns"`` or ``"rppt"``.

    Returns
    -------
    MeanRange
        Shares, 0 to 1.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> met = share_on_target_range(kbk.rules("kbk-2019"), "ak", printed_interval("2.8"))
    >>> int(met.low), int(met.high)
    (0, 1)
    """
    names = [one.name for one in rules.paying]
    if indicator not in names:
        raise UnknownNameError("indicator", indicator, names)
    place, best = names.index(indicator), rules.indicators[indicator].best.level
    return _mean_range(rules, mean_score, lambda one: Fraction(one.levels[place] == best))


def check_type(rules: RuleSet, facility_type: str) -> None:
    """Refuse a facility type without a payment table."""
    known = outcomes(rules)[0].payment
    if facility_type not in known:
        raise UnknownNameError("facility type with a payment table", facility_type, known)


def _mean_range(
    rules: RuleSet, mean_score: Interval, value: Callable[[Outcome], Fraction]
) -> MeanRange:
    if not rules.has_score:
        raise BadArgumentError(f"{rules.id} has no score")
    low, low_attained, low_mix = _least(_by_score(rules, value, 1), mean_score)
    high, high_attained, high_mix = _least(_by_score(rules, value, -1), mean_score)
    return MeanRange(mean_score, low, -high, low_attained, high_attained, low_mix, high_mix)


def _by_score(
    rules: RuleSet, value: Callable[[Outcome], Fraction], sign: int
) -> dict[Fraction, tuple[Fraction, Outcome]]:
    """Return, for each score ascending, the least signed value and the outcome that has it."""
    least: dict[Fraction, tuple[Fraction, Outcome]] = {}
    for one in outcomes(rules):
        score = one.score or Fraction()
        found = sign * value(one)
        if score not in least or found < least[score][0]:
            least[score] = found, one
    return dict(sorted(least.items()))


def _least(
    points: Mapping[Fraction, tuple[Fraction, Outcome]], within: Interval
) -> tuple[Fraction, bool, tuple[Part, ...]]:
    """Return the least mean value, whether it occurs, and the mix that has it.

    The least mean at a mean score is the lower hull of the points; over an interval it lies at an
    end or at a point of the hull. The middle is tried too: if it equals the value of an excluded
    end, the hull is flat there and the value occurs.
    """
    hull = _lower_hull([(score, value) for score, (value, _) in points.items()])
    ends = [min(max(Fraction(end), hull[0]), hull[-1]) for end in (within.low, within.high)]
    tried = [*ends, (ends[0] + ends[1]) / 2, *(score for score in hull if score in within)]
    if not any(mean in within for mean in tried):
        raise BadArgumentError(f"no mean score lies within {within}")

    def rank(mean: Fraction) -> tuple[Fraction, bool]:
        total = sum((points[score][0] * share for score, share in _mixture(hull, mean)), Fraction())
        return total, mean not in within

    best = min(tried, key=rank)
    value, missed = rank(best)
    mix = (Part(points[score][1].levels, score, share) for score, share in _mixture(hull, best))
    return value, not missed, tuple(mix)


def _lower_hull(points: list[tuple[Fraction, Fraction]]) -> list[Fraction]:
    """Return the places of the points on the lower convex hull, those on its edges included."""
    hull: list[tuple[Fraction, Fraction]] = []
    for x, y in points:
        while len(hull) > 1:
            (left, low), (middle, between) = hull[-2:]
            if (between - low) * (x - left) <= (y - low) * (middle - left):
                break
            hull.pop()
        hull.append((x, y))
    return [place for place, _ in hull]


def _mixture(hull: list[Fraction], mean: Fraction) -> tuple[tuple[Fraction, Fraction], ...]:
    """Return the neighbours on the hull that have a mean, each with its share."""
    below = max(score for score in hull if score <= mean)
    above = min(score for score in hull if score >= mean)
    if below == above:
        return ((below, Fraction(1)),)
    share = (above - mean) / (above - below)
    return (below, share), (above, 1 - share)
