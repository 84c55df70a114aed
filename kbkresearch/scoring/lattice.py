"""What printed means allow: every mix of months or facilities that can stand behind them.

A rule set has few combinations of ratings, each with one score and one payment. Printed means
therefore leave only some mixes possible, and say exactly which. Values are whole numbers of grid
units (hundredths by default), so that an open band edge is one unit away; means are compared as
fractions. The search for months is an integer program whose coefficients are whole numbers: its
rows are loosened by half a unit, which no whole solution can notice, and every solution and every
optimum is verified in whole numbers.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.regulation.lookup import Outcome, outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from kbkresearch.regulation.values import RuleSet

    Whole: TypeAlias = NDArray[np.int64]

Level: TypeAlias = int | str
Span: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of an example.

    Attributes
    ----------
    levels : tuple of int or str
        Level of each paying indicator, in the order of the rule set.
    score : Fraction or None
    payment : Decimal
        In per cent.
    values : mapping of str to Decimal
        An example value of each indicator.
    """

    levels: tuple[Level, ...]
    score: Fraction | None
    payment: Decimal
    values: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Mix:
    """Numbers of months at each payment that the printed means allow.

    Attributes
    ----------
    months : mapping of Decimal to int
        Number of months at each payment of the rule set, ascending; zeros included.
    mean_payment : Fraction
    reached : mapping of str to mapping of level to (int, int)
        For each indicator and level (worst first; the last is the target): the smallest and the
        largest number of months that can have had this level or a better one.
    mean_score : tuple of (Fraction, Fraction) or None
        Smallest and largest possible mean score; None where the rule set has no score.
    witness : tuple of Month
        An example with exactly these payments and the printed means, worst month first.
    """

    months: Mapping[Decimal, int]
    mean_payment: Fraction
    reached: Mapping[str, Mapping[Level, Span]]
    mean_score: tuple[Fraction, Fraction] | None
    witness: tuple[Month, ...]

    @property
    def triples(self) -> dict[tuple[Level, ...], int]:
        """Return the combinations of levels of the witness, each with its number of months."""
        return dict(Counter(month.levels for month in self.witness))


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
        Smallest and largest sum over the months that has the printed mean.
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
        spans = [mix.reached[indicator] for mix in self.found]
        ends = [one[next(reversed(one)) if level is None else level] for one in spans]
        return self._span(end for pair in ends for end in pair)

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
    names = [one.name for one in rules.paying]
    for key in printed:
        if key not in {*names, "payment"}:
            raise UnknownNameError("printed mean", key, [*names, "payment"])
    if n_months < 1:
        raise BadArgumentError(f"n_months = {n_months}: a mean needs at least one month")
    means = {key: printed_number(value) for key, value in printed.items()}
    search = _Search(rules, facility_type, n_months, means, Fraction(1, 10**grid))
    sums = {key: printed_sums(value, n_months, search.unit) for key, value in means.items()}
    return Mixes(
        rules=rules.id,
        facility_type=facility_type,
        n_months=n_months,
        grid=grid,
        printed=MappingProxyType(means),
        sums={key: (low * search.unit, high * search.unit) for key, (low, high) in sums.items()},
        found=tuple(mix for months in search.payments() if (mix := search.mix(months))),
    )


@dataclass(frozen=True)
class _Search:
    """The months with given means as an integer program: one variable per combination of levels."""

    rules: RuleSet
    facility_type: str
    n: int
    means: Mapping[str, Decimal]
    unit: Fraction

    @cached_property
    def bands(self) -> dict[str, dict[Level, Span]]:
        """Return the lowest and the highest grid value of each level that has one, worst first."""
        return {one.name: _grid(one, self.unit, self._ceiling(one)) for one in self.rules.paying}

    def _ceiling(self, indicator: Indicator) -> int:
        """Return what no single value passes where the domain itself has no end."""
        if indicator.name not in self.means:
            return 0
        return max(0, printed_sums(self.means[indicator.name], self.n, self.unit)[1])

    @cached_property
    def cells(self) -> tuple[Outcome, ...]:
        """Return the combinations of levels that grid values can have."""
        bands = list(self.bands.values())
        return tuple(
            one
            for one in outcomes(self.rules)
            if all(level in band for level, band in zip(one.levels, bands, strict=True))
        )

    @cached_property
    def paid(self) -> tuple[Decimal, ...]:
        """Return the payment of each cell."""
        check_type(self.rules, self.facility_type)
        return tuple(one.payment[self.facility_type].value for one in self.cells)

    def payments(self) -> Iterator[dict[Decimal, int]]:
        """Yield the numbers of months at each payment whose mean is printed as it was."""
        levels = sorted(set(self.paid))
        scale = lcm(*(Fraction(level).denominator for level in levels))
        low, high = 0, int(max(levels)) * scale * self.n
        if "payment" in self.means:
            low, high = printed_sums(self.means["payment"], self.n, Fraction(1, scale))
        for counts in _compositions(self.n, len(levels)):
            months = dict(zip(levels, counts, strict=True))
            if low <= sum(level * count for level, count in months.items()) * scale <= high:
                yield months

    def mix(self, months: Mapping[Decimal, int]) -> Mix | None:
        """Return what is possible with these payments; None if nothing is."""
        ask = partial(_least, *self._rows(months))
        scores = [one.score or Fraction() for one in self.cells]
        scale = lcm(*(score.denominator for score in scores))
        cost = [int(score * scale) for score in scores]
        worst = ask(cost)
        if worst is None:
            return None
        best = ask([-one for one in cost])
        ends = [Fraction(_dot(cost, found), scale * self.n) for found in (worst, best)]
        paid = sum((Fraction(level) * count for level, count in months.items()), Fraction())
        return Mix(
            months=MappingProxyType(dict(months)),
            mean_payment=paid / self.n,
            reached=MappingProxyType({name: self._reached(name, ask) for name in self.bands}),
            mean_score=(ends[0], ends[1]) if self.rules.has_score else None,
            witness=self._witness(worst),
        )
