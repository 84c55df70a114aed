"""What printed means allow: every mix of months or facilities that can stand behind them.

A rule set has few combinations of ratings, each with one score and one payment. Printed means
therefore leave only some mixes possible, and say exactly which. Values are whole numbers of grid
units (hundredths by default), so that an open band edge is one unit away; means are compared as
fractions. This module is the door: months are searched in `kbkresearch.scoring.months`, means over
facilities and printed digits are dealt with in `kbkresearch.scoring.means`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.scoring.means import (
    MeanRange,
    Part,
    check_type,
    mean_payment_range,
    possible_counts,
    printed_interval,
    printed_number,
    share_at_level_range,
    share_on_target_range,
    triples_with_score,
)
from kbkresearch.scoring.months import Mix, Month, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbkresearch.regulation.values import RuleSet
    from kbkresearch.scoring.months import Level, Span

__all__ = [
    "MeanRange",
    "Mix",
    "Mixes",
    "Month",
    "Part",
    "feasible_mixes",
    "mean_payment_range",
    "months_payment_range",
    "possible_counts",
    "printed_interval",
    "share_at_level_range",
    "share_on_target_range",
    "triples_with_score",
]


@dataclass(frozen=True, slots=True)
class Mixes:
    """All mixes of payments that printed means allow.

    Attributes
    ----------
    rules, facility_type : str
        Rule set and facility type.
    n_months, grid : int
        Number of months, and decimals of the monthly values.
    printed : mapping of str to Decimal
        Printed means by indicator, and ``"payment"``.
    sums : mapping of str to (Fraction, Fraction)
        For each indicator: the smallest and the largest sum over the months that has the printed
        mean; the first is above the second if none has it.
    found : tuple of Mix
        Empty if no months can have these means.
    """

    rules: str
    facility_type: str
    n_months: int
    grid: int
    printed: Mapping[str, Decimal]
    sums: Mapping[str, tuple[Fraction, Fraction]]
    found: tuple[Mix, ...] = field(repr=False)

    def months_at(self, payment: Decimal | int | str) -> Span:
        """Return the smallest and the largest number of months at a payment, over all mixes."""
        return self._span(mix.months.get(Decimal(payment), 0) for mix in self.found)

    def reached(self, indicator: str, level: Level | None = None) -> Span:
        """Return the smallest and the largest number of months at a level or better.

        Parameters
        ----------
        indicator : str
        level : int or str, optional
            The target by default.

        Returns
        -------
        tuple of (int, int)
            Over all mixes.
        """
        ends: list[int] = []
        for mix in self.found:
            spans = mix.reached[indicator]
            ends += spans[[*spans][-1] if level is None else level]
        return self._span(ends)

    @property
    def mean_score(self) -> tuple[Fraction, Fraction] | None:
        """Return the smallest and the largest mean score over all mixes."""
        ends = [end for mix in self.found for end in mix.mean_score or ()]
        return (min(ends), max(ends)) if ends else None

    def _span(self, numbers: Iterable[int]) -> Span:
        all_numbers = list(numbers)
        if not all_numbers:
            raise BadArgumentError("no mix of months has the printed means")
        return min(all_numbers), max(all_numbers)


def feasible_mixes(
    rules: RuleSet,
    facility_type: str,
    n_months: int,
    printed: Mapping[str, str | Decimal],
    *,
    grid: int = 2,
) -> Mixes:
    """Return every mix of payments that months with the printed means can have had.

    Parameters
    ----------
    rules : RuleSet
    facility_type : str
        With a payment table.
    n_months : int
    printed : mapping of str to str or Decimal
        Means over the months as printed, in the unit of the rule set: of ``"payment"`` and of each
        paying indicator (``"ak"``, ``"rrns"``, ``"rppt"``). One that is left out is not known.
    grid : int
        Decimals of the monthly values.

    Returns
    -------
    Mixes

    Raises
    ------
    UnknownNameError
        For another key, or a facility type without a payment table.
    BadArgumentError
        For fewer months than one, or a mean that is no printed number.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> means = {"ak": "82.74", "rrns": "0.10", "rppt": "2.60", "payment": "91.25"}
    >>> mixes = feasible_mixes(kbk.rules("kbk-2019"), "puskesmas", 4, means)
    >>> [[f"{months} x {level}" for level, months in mix.months.items()] for mix in mixes.found]
    [['0 x 85', '3 x 90', '1 x 95', '0 x 100']]
    >>> mixes.reached("ak", 2), mixes.reached("rrns")
    ((1, 2), (4, 4))
    """
    search = _search(rules, facility_type, n_months, printed, grid)
    sums = search.sums.items()
    return Mixes(
        rules=rules.id,
        facility_type=facility_type,
        n_months=n_months,
        grid=grid,
        printed=search.means,
        sums=MappingProxyType(
            {name: (low * search.unit, high * search.unit) for name, (low, high) in sums}
        ),
        found=tuple(mix for months in search.payments() if (mix := search.mix(months))),
    )


def months_payment_range(
    rules: RuleSet,
    facility_type: str,
    n_months: int,
    printed: Mapping[str, str | Decimal],
    *,
    grid: int = 2,
) -> tuple[Fraction, Fraction] | None:
    """Return the smallest and the largest mean payment of months with printed indicator means.

    Parameters
    ----------
    rules, facility_type, n_months, printed, grid
        As in `feasible_mixes`; without ``"payment"``.

    Returns
    -------
    tuple of (Fraction, Fraction) or None
        None if no months can have these means.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> means = {"ak": "82.7", "rrns": "0.1", "rppt": "2.6"}
    >>> ends = months_payment_range(kbk.rules("kbk-2019"), "puskesmas", 12, means)
    >>> [float(end) for end in ends]
    [90.0, 95.0]
    """
    return _search(rules, facility_type, n_months, printed, grid).payment_range()


def _search(
    rules: RuleSet,
    facility_type: str,
    n_months: int,
    printed: Mapping[str, str | Decimal],
    grid: int,
) -> Search:
    check_type(rules, facility_type)
    names = [one.name for one in rules.paying]
    for key in printed:
        if key not in {*names, "payment"}:
            raise UnknownNameError("printed mean", key, [*names, "payment"])
    if n_months < 1:
        raise BadArgumentError(f"n_months = {n_months}: a mean needs at least one month")
    means = MappingProxyType({key: printed_number(value) for key, value in printed.items()})
    return Search(rules, facility_type, n_months, means, Fraction(1, 10**grid))
