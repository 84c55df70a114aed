"""What the means of AK and RRNS say of the mean payment, whatever the number of months."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kbkresearch.regulation.lookup import outcomes
from kbkresearch.scoring.lattice import printed_interval
from kbkresearch.studies.puskesmas_kampak_2024.published import FACILITY, law

if TYPE_CHECKING:
    from collections.abc import Mapping

PERMILLE_PER_PCT = 10
_PLACES = len(str(PERMILLE_PER_PCT)) - 1


def as_per_cent(means: Mapping[str, str]) -> dict[str, str]:
    """Return the means with that of AK, printed in per cent, turned into per mil.

    The point moves, so that the number of printed digits stays.
    """
    return {**means, "ak": str(Decimal(means["ak"]).scaleb(_PLACES))}


def payment_possible(means: Mapping[str, str]) -> bool:
    """Return whether the mean payment can be as low as printed, over any number of months."""
    top = law().indicators["ak"].domain.high
    possible = Decimal(means["ak"]) <= top
    high = Fraction(printed_interval(means["payment"], half="either").high)
    return possible and least_payment(means) <= high


def share_on_both_targets(means: Mapping[str, str]) -> Fraction:
    """Return the least share of months on the targets of AK and RRNS, given their means.

    Whatever the number of months: a month below the target of AK is below it, any other at most at
    the end of the domain; and a month that misses the target of RRNS is above it.
    """
    ak, rrns = (law().indicators[name] for name in ("ak", "rrns"))
    target, top = Fraction(ak.target), Fraction(ak.domain.high)
    mean = Fraction(printed_interval(means["ak"], half="either").low)
    missed = Fraction(printed_interval(means["rrns"], half="either").high) / Fraction(rrns.target)
    return max(Fraction(), (mean - target) / (top - target) - missed)


def least_payment(means: Mapping[str, str]) -> Fraction:
    """Return a bound below which the mean payment cannot lie, given the means of AK and RRNS."""
    found = law()
    best = [found.indicators[name].best.level for name in ("ak", "rrns")]
    places = [[one.name for one in found.paying].index(name) for name in ("ak", "rrns")]
    paid = {one.levels: Fraction(one.payment[FACILITY].value) for one in outcomes(found)}
    both = min(pay for levels, pay in paid.items() if [levels[at] for at in places] == best)
    worst = min(paid.values())
    return worst + (both - worst) * share_on_both_targets(means)
