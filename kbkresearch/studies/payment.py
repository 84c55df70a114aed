"""What rules rate and pay at printed values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch.regulation.lookup import outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal
    from fractions import Fraction

    from kbkresearch.regulation.values import Indicator, RuleSet


def payment_levels(law: RuleSet, facility: str) -> list[int]:
    """Return the payments that a facility type can have, in per cent, ascending."""
    return sorted({int(one.payment[facility].value) for one in outcomes(law)})


def rating_at(indicator: Indicator, value: Fraction | Decimal | int) -> int | str:
    """Return the rating of exactly this value of an indicator."""
    return next(band.level for band in indicator.bands if value in band.interval)


def payment_at(law: RuleSet, facility: str, values: Mapping[str, Fraction | Decimal | int]) -> int:
    """Return what a facility type is paid with exactly these values of the indicators."""
    levels = tuple(rating_at(one, values[one.name]) for one in law.paying)
    return next(int(one.payment[facility].value) for one in outcomes(law) if one.levels == levels)
