"""The search for months: which combinations of ratings can have given payments and means.

An integer program with one variable per combination of levels. All its coefficients are whole
numbers (counts, and values in grid units); its bounds are loosened by half a unit, which lets no
further whole solution in and loses none to rounding; every solution is verified in whole numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, partial
from math import ceil, floor, inf, lcm
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.regulation.lookup import Outcome, outcomes
from kbkresearch.scoring.means import printed_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kbkresearch.regulation.values import Indicator, RuleSet

    Whole: TypeAlias = NDArray[np.int64]
    Floats: TypeAlias = NDArray[np.float64]

Level: TypeAlias = int | str
Span: TypeAlias = tuple[int, int]
_INFEASIBLE = 2


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


@dataclass(frozen=True)
class Search:
    """The months with given means as an integer program: one variable per combination of levels."""

    rules: RuleSet
    facility_type: str
    n: int
    means: Mapping[str, Decimal]
    unit: Fraction

    @cached_property
    def bands(self) -> dict[str, dict[Level, Span]]:
        """Return the lowest and the highest grid value of each level that a month can have."""
        return {one.name: self._levels(one) for one in self.rules.paying}

    def _levels(self, indicator: Indicator) -> dict[Level, Span]:
        """Return the levels of one indicator that leave the other months enough room."""
        found = _grid(indicator, self.unit, self._ceiling(indicator))
        if indicator.name not in self.sums:
            return found
        least, most = self.sums[indicator.name]
        rest_low = (self.n - 1) * min(first for first, _ in found.values())
        rest_high = (self.n - 1) * max(last for _, last in found.values())
        return {
            level: (first, last)
            for level, (first, last) in found.items()
            if first + rest_low <= most and last + rest_high >= least
        }

    def _ceiling(self, indicator: Indicator) -> int:
        """Return what no single value passes where the domain itself has no end."""
        return max(0, self.sums.get(indicator.name, (0, 0))[1])

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
        return tuple(one.payment[self.facility_type].value for one in self.cells)

    @cached_property
    def sums(self) -> dict[str, Span]:
        """Return the least and the largest sum, in grid units, of each printed indicator."""
        return {
            name: printed_sums(self.means[name], self.n, self.unit)
            for name in self.rules.indicators
            if name in self.means
        }

    @property
    def hopeless(self) -> bool:
        """Return whether a printed mean is no mean of `n` grid values at all."""
        return not self.cells or any(least > most for least, most in self.sums.values())

    def payments(self) -> Iterator[dict[Decimal, int]]:
        """Yield the numbers of months at each payment whose mean is printed as it was."""
        if self.hopeless:
            return
        levels = sorted({one.payment[self.facility_type].value for one in outcomes(self.rules)})
        possible = [level for level in levels if level in self.paid]
        scale = lcm(*(Fraction(level).denominator for level in levels))
        wanted = self.means.get("payment")
        for counts in _compositions(self.n, len(possible)):
            months = dict.fromkeys(levels, 0) | dict(zip(possible, counts, strict=True))
            if wanted is not None:
                low, high = printed_sums(wanted, self.n, Fraction(1, scale))
                if not low <= _total(months) * scale <= high:
                    continue
            yield months

    def mix(self, months: Mapping[Decimal, int]) -> Mix | None:
        """Return what is possible with these payments; None if nothing is."""
        ask = partial(_least, *self._rows(months))
        scores = [one.score or Fraction() for one in self.cells]
        scale = lcm(*(score.denominator for score in scores))
        cost = np.array([int(score * scale) for score in scores])
        worst = ask(cost)
        if worst is None:
            return None
        ends = [Fraction(end, scale * self.n) for end in self._span(cost, ask)]
        return Mix(
            months=MappingProxyType(dict(months)),
            mean_payment=_total(months) / self.n,
            reached=MappingProxyType(
                {name: self._reached(place, ask) for place, name in enumerate(self.bands)}
            ),
            mean_score=(ends[0], ends[1]) if self.rules.has_score else None,
            witness=self._witness(worst),
        )

    def payment_range(self) -> tuple[Fraction, Fraction] | None:
        """Return the least and the largest mean payment, if the indicators' means can be at all."""
        if self.hopeless:
            return None
        ask = partial(_least, *self._rows(None))
        scale = lcm(*(Fraction(paid).denominator for paid in self.paid))
        cost = np.array([int(paid * scale) for paid in self.paid])
        if ask(cost) is None:
            return None
        least, most = (Fraction(end, scale * self.n) for end in self._span(cost, ask))
        return least, most

    def _rows(self, months: Mapping[Decimal, int] | None) -> tuple[Whole, Floats, Floats]:
        """Return rows and their bounds: months (at each payment), and sums of values."""
        rows = [[1] * len(self.paid)]
        low: list[float] = [self.n]
        high: list[float] = [self.n]
        for level, count in (months or {}).items():
            rows.append([int(paid == level) for paid in self.paid])
            low.append(count)
            high.append(count)
        for place, (name, bands) in enumerate(self.bands.items()):
            if name in self.sums:
                least, most = self.sums[name]
                held = [bands[one.levels[place]] for one in self.cells]
                rows += [[first for first, _ in held], [last for _, last in held]]
                low += [-inf, least]
                high += [most, inf]
        return np.array(rows, np.int64), np.array(low), np.array(high)

    def _span(self, cost: Whole, ask: Callable[[Whole], Whole | None]) -> Span:
        """Return the least and the largest whole value of an objective."""
        if (cost == cost[0]).all():
            return self.n * int(cost[0]), self.n * int(cost[0])
        ends = [ask(cost), ask(-cost)]
        least, most = (int(cost @ found) for found in ends if found is not None)
        return least, most

    def _reached(self, place: int, ask: Callable[[Whole], Whole | None]) -> Mapping[Level, Span]:
        """Return how many months can have reached each level of one indicator."""
        levels = _ordered(self.rules.paying[place])
        found: dict[Level, Span] = {}
        for rank, level in enumerate(levels):
            good = levels[rank:]
            cost = np.array([int(one.levels[place] in good) for one in self.cells])
            found[level] = self._span(cost, ask) if rank else (self.n, self.n)
        return MappingProxyType(found)

    def _witness(self, counts: Whole) -> tuple[Month, ...]:
        """Return months with these combinations of levels, and values that have the means."""
        cells = [one for one, n in zip(self.cells, counts, strict=True) for _ in range(n)]
        cells.sort(key=lambda one: (one.payment[self.facility_type].value, one.score or 0))
        values = {}
        for place, (name, bands) in enumerate(self.bands.items()):
            held = [bands[one.levels[place]] for one in cells]
            total = sum(low for low, _ in held)
            if name in self.sums:
                least, most = self.sums[name]
                middle = round(Fraction(self.means[name]) * self.n / self.unit)
                total = min(max(total, least, middle), most, sum(high for _, high in held))
            values[name] = _even(held, total)
        digits = self.unit.denominator
        return tuple(
            Month(
                levels=one.levels,
                score=one.score,
                payment=one.payment[self.facility_type].value,
                values={name: Decimal(column[row]) / digits for name, column in values.items()},
            )
            for row, one in enumerate(cells)
        )


def _least(rows: Whole, low: Floats, high: Floats, cost: Whole) -> Whole | None:
    """Return whole numbers at or above zero that keep the rows and have the least cost.

    Bounds are loosened by half a unit: rows have whole coefficients, so no further whole solution
    gets in and none is lost to rounding. What comes back is checked in whole numbers.
    """
    from scipy.optimize import LinearConstraint, milp

    answer = milp(
        cost,
        constraints=LinearConstraint(rows, low - 0.5, high + 0.5),
        integrality=np.ones(len(cost)),
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == _INFEASIBLE:
        return None
    if answer.x is not None:
        counts: Whole = np.rint(answer.x).astype(np.int64)
        sums = rows @ counts
        kept = (counts >= 0).all() and (low <= sums).all() and (sums <= high).all()
        if kept and cost @ counts - answer.mip_dual_bound < 1:
            return counts
    raise ArithmeticError(f"the search for months was not decided: {answer.message}")


def _ordered(indicator: Indicator) -> tuple[Level, ...]:
    """Return the levels of an indicator, worst first."""
    levels = tuple(band.level for band in indicator.bands)
    return levels if indicator.better == "higher" else levels[::-1]


def _grid(indicator: Indicator, unit: Fraction, ceiling: int) -> dict[Level, Span]:
    """Return the lowest and the highest grid value of each level that holds one."""
    found = {}
    for band in indicator.bands:
        ends = band.interval
        low = Fraction(ends.low) / unit
        first = ceil(low) if ends.low_closed else floor(low) + 1
        if ends.high.is_infinite():
            last = max(first, ceiling)
        else:
            high = Fraction(ends.high) / unit
            last = floor(high) if ends.high_closed else ceil(high) - 1
        if first <= last:
            found[band.level] = (first, last)
    return found


def _even(held: Sequence[Span], total: int) -> list[int]:
    """Return values within their bounds that have a sum and are as even as can be."""

    def at(height: int) -> list[int]:
        return [min(max(height, low), high) for low, high in held]

    heights = range(min(low for low, _ in held), max(high for _, high in held) + 1)
    height = heights[bisect_right(heights, total, key=lambda one: sum(at(one))) - 1]
    values, higher = at(height), at(height + 1)
    for place, (value, other) in enumerate(zip(values, higher, strict=True)):
        values[place] += min(other - value, total - sum(values))
    return values


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to write a total as an ordered sum of whole numbers."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def _total(months: Mapping[Decimal, int]) -> Fraction:
    """Return the sum of payments."""
    return sum((Fraction(level) * count for level, count in months.items()), Fraction())
