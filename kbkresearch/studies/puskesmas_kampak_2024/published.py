"""The four printed means, and every set of months that can have them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kbkresearch.formats import MISSING
from kbkresearch.regulation.registry import rules
from kbkresearch.scoring.lattice import feasible_mixes, months_payment_range, possible_counts
from kbkresearch.studies.payment import payment_levels
from kbkresearch.studies.rows import records
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from kbkresearch.regulation.values import RuleSet
    from kbkresearch.scoring.lattice import Mix, Mixes

FACILITY = "puskesmas"
INDICATORS = ("ak", "rrns", "rppt")
PAYMENT = Text("Pembayaran kapitasi", "Capitation payment")
MOST_MONTHS = 36
"""Longest period that is tried: three years."""


def law() -> RuleSet:
    """Return the rule set that the study's payment follows."""
    found: RuleSet = rules("kbk-2019")
    return found


def printed() -> dict[str, str]:
    """Return the means with their printed digits, by quantity, with a decimal point."""
    return {
        row["quantity"]: row["mean_printed"].rstrip("%‰").replace(",", ".")
        for row in records("kampak-means")
    }


def levels() -> list[int]:
    """Return the payments that a facility can have, in per cent, ascending."""
    return payment_levels(law(), FACILITY)


def step(quantity: str) -> int | str:
    """Return what every monthly value is a multiple of: hundredths, or steps of the payment."""
    if quantity != "payment":
        return "0.01"
    low, *_, high = levels()
    return (high - low) // (len(levels()) - 1)


def counts(*quantities: str) -> tuple[int, ...]:
    """Return the numbers of months that fit the printed digits of all these means."""
    means = printed()
    fitting = [set(_counts(means[one], str(step(one)))) for one in quantities]
    return tuple(sorted(set.intersection(*fitting)))


@lru_cache(maxsize=32)
def _counts(mean: str, multiple: str) -> tuple[int, ...]:
    return possible_counts(mean, step=multiple, max_n=MOST_MONTHS)


def months() -> int | None:
    """Return the smallest number of months that fits all four means, if one does."""
    fitting = counts(*INDICATORS, "payment")
    return fitting[0] if fitting else None


def mixes() -> Mixes | None:
    """Return every mix of payments over that number of months; None if no number fits."""
    return search(printed(), months())


def search(means: Mapping[str, str], n: int | None) -> Mixes | None:
    """Return every mix of payments of `n` months with these means; None without mixes."""
    found = None if n is None else _search(tuple(means.items()), n)
    return found if found and found.found else None


@lru_cache(maxsize=8)
def _search(means: tuple[tuple[str, str], ...], n: int) -> Mixes:
    return feasible_mixes(law(), FACILITY, n, dict(means))


def payment_range(means: Mapping[str, str], n: int | None) -> tuple[Fraction, Fraction] | None:
    """Return the range of the mean payment of `n` months with these means of the indicators."""
    return None if n is None else _payment_range(tuple((key, means[key]) for key in INDICATORS), n)


@lru_cache(maxsize=8)
def _payment_range(means: tuple[tuple[str, str], ...], n: int) -> tuple[Fraction, Fraction] | None:
    return months_payment_range(law(), FACILITY, n, dict(means))


def listed(numbers: Iterable[int]) -> str:
    """Return numbers with commas between."""
    return ", ".join(map(str, numbers)) or MISSING


def shown_mix(mix: Mix) -> str:
    """Return a mix as a sum of months times payment."""
    return " + ".join(f"{n} × {level:f}%" for level, n in mix.months.items() if n)


def _weight_pct(indicator: str) -> float:
    weight = law().indicators[indicator].weight
    return 100 * float(weight.value) if weight else 0.0


def facts() -> dict[str, Any]:
    """Return what the means say of the single months, for the explanations."""
    return dict(_facts(tuple(printed().items())))


@lru_cache(maxsize=8)
def _facts(means: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    target = law().indicators
    return {
        "n": months() or MISSING,
        "counts": listed(counts(*INDICATORS, "payment")),
        "most": MOST_MONTHS,
        "target_ak": float(target["ak"].target),
        "target_rrns": float(target["rrns"].target),
        "target_rppt": float(target["rppt"].target),
        "edge_ak": float(target["ak"].edges[0][0]),
        "weight_rrns": _weight_pct("rrns"),
        "lowest": levels()[0],
        "full": levels()[-1],
        **{name: float(mean) for name, mean in means},
        **_facts_of_months(mixes()),
    }


def _facts_of_months(found: Mixes | None) -> dict[str, Any]:
    """Return what all possible months share; dashes where no months fit."""
    if found is None or (score := found.mean_score) is None:
        absent = ("mixes", "score_low", "score_high", "sum_rrns")
        spans = ("above", *INDICATORS, "at_full", "at_lowest")
        ends = (f"{one}_{end}" for one in spans for end in ("least", "most"))
        return dict.fromkeys((*absent, *ends), MISSING)
    reached = {
        "above": found.reached("ak", 2),
        **{name: found.reached(name) for name in INDICATORS},
        "at_full": found.months_at(levels()[-1]),
        "at_lowest": found.months_at(levels()[0]),
    }
    every = [shown_mix(mix) for mix in found.found]
    return {
        "mixes": Text(" atau ".join(every), " or ".join(every)),
        "score_low": float(score[0]),
        "score_high": float(score[1]),
        "sum_rrns": float(found.sums["rrns"][1]),
        **{f"{name}_least": ends[0] for name, ends in reached.items()},
        **{f"{name}_most": ends[1] for name, ends in reached.items()},
    }
