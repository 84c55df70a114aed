"""The whole rule set as one table: every combination of levels with its score and payment.

This table is what the engine looks rows up in, and what an auditor can read.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from kbkresearch.vocabulary import FACILITY_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kbkresearch.regulation.values import RuleSet, Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one combination of levels leads to.

    Attributes
    ----------
    levels : tuple of int or str
        Level of each paying indicator, in the order of the rule set.
    score : Fraction or None
        Exact score; None where the rule set has none.
    payment : mapping of str to Value
        Payment by facility type; types without a table are absent. ``"any"`` is there where the
        rule set pays every type alike, and holds for facilities of unknown type.
    """

    levels: tuple[int | str, ...]
    score: Fraction | None
    payment: Mapping[str, Value]


@lru_cache(maxsize=32)
def outcomes(rules: RuleSet) -> tuple[Outcome, ...]:
    """Return every combination of levels with its outcome.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    tuple of Outcome
        In the order of the bands, ascending in the value of each indicator, the last indicator
        fastest.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> table = outcomes(kbk.rules("kbk-2019"))
    >>> len(table), len({one.score for one in table})
    (64, 31)
    """
    return tuple(
        _outcome(rules, tuple(band.level for band in bands))
        for bands in product(*(one.bands for one in rules.paying))
    )


def _outcome(rules: RuleSet, levels: tuple[int | str, ...]) -> Outcome:
    score = None
    if rules.has_score:
        score = sum(
            (
                Fraction(one.weight.value) * level
                for one, level in zip(rules.paying, levels, strict=True)
                if one.weight is not None and isinstance(level, int)
            ),
            Fraction(),
        )
    payment = {}
    for facility_type in (*FACILITY_TYPES, "any"):
        table = rules.payment.get(facility_type) or rules.payment.get("any")
        if table is None:
            continue
        if score is not None:
            payment[facility_type] = next(value for band, value in table.by_score if score in band)
        else:
            counts = tuple(levels.count(level) for level in rules.levels)
            payment[facility_type] = table.by_zones[counts]
    return Outcome(levels, score, payment)


def payment_for_score(rules: RuleSet, facility_type: str, score: Fraction | Decimal) -> Value:
    """Return the payment for a score.

    Parameters
    ----------
    rules : RuleSet
        With a score.
    facility_type : str
        With a payment table.
    score : Fraction or Decimal
        Within the domain of the score.

    Returns
    -------
    Value
        In per cent.
    """
    return next(value for band, value in rules.payment[facility_type].by_score if score in band)
