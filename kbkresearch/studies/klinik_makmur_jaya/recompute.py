"""The abstract on Klinik Pratama Makmur Jaya recomputed: one function per kind of claim.

The abstract prints targets, counts and barriers but no attainment. So its targets are held against
the dated rules, its two languages against each other, and what two missed targets allow is read
from every combination of ratings.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kbkresearch.regulation.registry import rules
from kbkresearch.studies.judge import holds, holds_or
from kbkresearch.studies.klinik_makmur_jaya.tables import CLINIC, STUDY, missed, spread, tables
from kbkresearch.studies.lists import agree, counted, misprinted, same_items
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.payment import payment_at, payment_levels, rating_at
from kbkresearch.studies.rows import barriers_of, records
from kbkresearch.studies.words import MARKS, span

if TYPE_CHECKING:
    from kbkresearch.regulation.values import Indicator, RuleSet
    from kbkresearch.studies.rows import Row

__all__ = ["agree", "counted", "misprinted", "same_items", "tables"]

_LOOSE = {">": "≥", "<": "≤"}
_STEM = 8


def _law() -> RuleSet:
    law: RuleSet = rules("kbk-2019")
    return law


def _indicator(name: str) -> Indicator:
    return _law().indicators[name]


def target(row: Row) -> Outcome:
    """Read a printed target strictly and loosely at exactly its number, beside the rules."""
    one = _indicator(row["indicator"])
    edge = Fraction(row["target"])
    rating = rating_at(one, edge)
    same = edge == Fraction(one.target) and row["unit"] == one.unit
    return holds_or(
        same and rating != one.best.level,
        "ambiguous" if same else "contradicted",
        f"{_LOOSE[row['comparison']]} {one.target}{MARKS[one.unit]}",
        name=one.label,
        edge=f"{row['target']}{MARKS[row['unit']]}",
        rating=rating,
        band=span(one.best.interval, one.unit),
    )


def targets_agree() -> Outcome:
    """Compare the targets of the two languages."""
    indonesian, english = (
        {
            row["indicator"]: (row["comparison"], row["target"], row["unit"])
            for row in records("makmur-jaya-targets")
            if row["language"] == lang
        }
        for lang in ("id", "en")
    )
    return holds(indonesian == english, len(english))


def contact_unit() -> Outcome:
    """Check that the printed unit of the contact rate lets the target be reached."""
    rows = [row for row in records("makmur-jaya-targets") if row["indicator"] == "ak"]
    one = _indicator("ak")
    fits = all(row["unit"] == one.unit and row["target"] <= one.scale for row in rows)
    share = Fraction(100 * rows[0]["target"], one.scale)
    return holds(fits, f"{rows[0]['target']}{MARKS[one.unit]}", share=share)


def name(row: Row) -> Outcome:
    """Look whether a printed name of an indicator keeps the words of its name in the rules."""
    official = _indicator(row["indicator"]).label.to(row["language"]).split(" (", maxsplit=1)[0]
    printed = row["name_printed"].casefold().split()
    lost = [
        word
        for word in official.split()
        if not any(other.startswith(word.casefold()[:_STEM]) for other in printed)
    ]
    return holds(not lost, official, words=", ".join(lost))


def indicators(items: list[str]) -> Outcome:
    """Compare the indicators that are named with those that the payment depends on."""
    paying = [one.name for one in _law().paying]
    return holds(items == paying, len(paying))


def paying(items: list[str]) -> Outcome:
    """Check that indicators are among those that the payment depends on."""
    names = [one.name for one in _law().paying]
    return holds(set(items) <= set(names), len(names))


def informants(parts: list[int], stated: int) -> Outcome:
    """Add up the informants by kind."""
    return holds(sum(parts) == stated, sum(parts), parts=" + ".join(map(str, parts)))


def adjusted() -> Outcome:
    """Count the levels at which a primary clinic is paid."""
    paid = payment_levels(_law(), CLINIC)
    return holds(len(paid) > 1, len(paid), low=paid[0], high=paid[-1])


def not_by_the_facility() -> Outcome:
    """Return the levels of payment, which the rules set and no facility."""
    paid = payment_levels(_law(), CLINIC)
    return Outcome("ambiguous", ", ".join(f"{one}%" for one in paid), {"levels": len(paid)})


def unmet(indicator: str) -> Outcome:
    """Return what a missed target leaves: ratings and values, no attainment being printed."""
    one = _indicator(indicator)
    worth = Fraction(one.weight.value) if one.weight else Fraction()
    below = [int(band.level) for band in one.bands if band is not one.best]
    facts = {
        "low": min(below) * worth,
        "high": max(below) * worth,
        "full": int(one.best.level) * worth,
        "target": span(one.best.interval, one.unit),
    }
    return Outcome("not_recomputable", f"{min(below)}–{max(below)}", facts)


def unmet_both() -> Outcome:
    """Return scores and payments that two missed targets allow, AK met or not known."""
    met, free = spread(missed(contact_met=True)), spread(missed(contact_met=False))
    facts = {f"met_{key}": value for key, value in met.items()}
    facts |= {f"free_{key}": value for key, value in free.items()}
    targets = {row["indicator"]: Fraction(row["target"]) for row in records("makmur-jaya-targets")}
    facts["strict"] = payment_at(_law(), CLINIC, targets)
    recomputed = f"{met['pay_low']}–{met['pay_high']}%"
    return Outcome("not_recomputable", recomputed, facts)


def contact_implied() -> Outcome:
    """Return how much hangs on whether the contact rate was met, which is not stated."""
    met, free = spread(missed(contact_met=True)), spread(missed(contact_met=False))
    facts = {"met": met["pay_low"], "free": free["pay_low"]}
    return Outcome("not_recomputable", f"{met['pay_low']}% / {free['pay_low']}%", facts)


def without_consequence() -> Outcome:
    """Return what a clinic is paid whose score has no consequence."""
    full = int(_law().without_consequence.value)
    return Outcome("not_recomputable", f"{full}%", {"full": full})


def barriers(stated: int, **where: str) -> Outcome:
    """Count the barriers that the abstract files under a heading."""
    own = barriers_of(STUDY)
    n = sum(all(row[key] == value for key, value in where.items()) for row in own)
    return holds(n == stated, n, total=len(own))


def components(items: list[str]) -> Outcome:
    """Compare the input components that are named with those of the barriers."""
    found = {row["component"] for row in barriers_of(STUDY) if row["frame"] == "input"}
    return holds(found == set(items), len(found))
