"""What the abstract prints, and what its numbers are read with."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rules_on
from kbkresearch.scoring.lattice import printed_interval

if TYPE_CHECKING:
    from fractions import Fraction

    import pandas as pd

    from kbkresearch.regulation.intervals import Interval
    from kbkresearch.regulation.values import RuleSet

FACILITY = "puskesmas"
SIZES = (30, 100, 300, 600)
"""Numbers of facilities for which the smallest significant correlation is shown."""
LEVEL = 0.05


def item(name: str) -> dict[str, Any]:
    """Return one row of the published findings."""
    table = datasets.load("north-sumatra-findings").set_index("item")
    return {str(key): value for key, value in table.loc[name].items()}


def factors() -> pd.DataFrame:
    """Return the rows of the factors that the aim names."""
    table = datasets.load("north-sumatra-findings")
    return table[table["role"] == "factor"]


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
    return sorted({int(one.payment[FACILITY].value) for one in outcomes(law())})


def smallest_correlation(n: int, level: float = LEVEL) -> float:
    """Return the smallest correlation coefficient with a two-sided p-value below `level`.

    By the t distribution with n - 2 degrees of freedom: exact for Pearson's coefficient and normal
    data, close for Spearman's.
    """
    from scipy.special import stdtrit

    t = float(stdtrit(n - 2, 1 - level / 2))
    return t / sqrt(n - 2 + t * t)
