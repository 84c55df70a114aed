"""What the abstract prints, and what its numbers are read with."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING

from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rules_on
from kbkresearch.scoring.lattice import printed_interval
from kbkresearch.studies.payment import payment_levels
from kbkresearch.studies.rows import records

if TYPE_CHECKING:
    from fractions import Fraction

    from kbkresearch.regulation.intervals import Interval
    from kbkresearch.regulation.values import RuleSet
    from kbkresearch.studies.rows import Row

FACILITY = "puskesmas"
SIZES = (30, 100, 300, 600)
"""Numbers of facilities for which the smallest significant correlation is shown."""
LEVEL = 0.05


def item(name: str) -> Row:
    """Return one row of the published findings."""
    return next(row for row in records("north-sumatra-findings") if row["item"] == name)


def factors() -> list[Row]:
    """Return the rows of the factors that the aim names."""
    return [row for row in records("north-sumatra-findings") if row["role"] == "factor"]


def score() -> Decimal:
    """Return the printed score, with its digits."""
    return Decimal(item("score")["value_printed"].replace(",", "."))


def first_day() -> str:
    """Return the first day of the period that the score is printed for."""
    return f"{item('score')['month']}-01-01"[: len("2023-12-01")]


def law() -> RuleSet:
    """Return the performance rules in force in the month of the score."""
    found: RuleSet = rules_on(first_day())
    return found


def scores() -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest score of the rules."""
    every = [one.score for one in outcomes(law()) if one.score is not None]
    return min(every), max(every)


def within() -> Interval:
    """Return the means that are printed as the score."""
    return printed_interval(score())


def levels() -> list[int]:
    """Return the payments of the rules, ascending."""
    return payment_levels(law(), FACILITY)


def smallest_correlation(n: int, level: float = LEVEL) -> float:
    """Return the smallest correlation coefficient with a two-sided p-value below `level`.

    By the t distribution with n - 2 degrees of freedom: exact for Pearson's coefficient and normal
    data, close for Spearman's.
    """
    from scipy.special import stdtrit

    t = float(stdtrit(n - 2, 1 - level / 2))
    return t / sqrt(n - 2 + t * t)
