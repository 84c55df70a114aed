"""Bands, weights, targets and formulas of the three indicators, checked against each other."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.regulation.intervals import Interval
from kbkresearch.regulation.registry import rules
from kbkresearch.studies.judge import holds, holds_or, number
from kbkresearch.studies.puskesmas_pasawahan.printed import (
    INDICATORS,
    bands,
    largest,
    lattice,
    overlaps,
    part,
    partitions,
    readings,
    values,
)
from kbkresearch.studies.rows import records
from kbkresearch.studies.words import MARKS, span
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from decimal import Decimal

    from kbkresearch.studies.model import Outcome
    from kbkresearch.studies.rows import Row

_UNBOUNDED = Interval.parse("[0, inf)")


def band(row: Row) -> Outcome:
    """Judge one printed band by whether the four of its indicator hold together."""
    name, rating = row["indicator"], row["rating"]
    law = rules("kbk-2019").indicators[name]
    applied = next(one.interval for one in law.bands if one.level == rating)
    limit = largest(row["band_printed"])
    literal = readings(row["band_printed"], _UNBOUNDED if name == "ak" else law.domain)
    fitting = {one[rating] for one in partitions(bands(name), Interval.parse(f"[0, {limit}]"))}
    others = [readings(one, _UNBOUNDED)[0] for level, one in bands(name).items() if level != rating]
    fits = fitting == {applied}
    facts = {
        "name": law.label,
        "limit": limit,
        "closed": span(literal[0], "pct"),
        "open": span(literal[-1], "pct"),
        "edge": float(_unsigned_end(literal)),
        "overlaps": sum(overlaps(literal[0], one) for one in others),
        "low": float(literal[0].low),
    }
    return holds_or(
        fits and len(literal) == 1,
        "ambiguous" if fits else "contradicted",
        span(applied, law.unit),
        **facts,
    )


def _unsigned_end(literal: tuple[Interval, ...]) -> Decimal:
    """Return the end in which two readings of a band differ."""
    first, last = literal[0], literal[-1]
    return first.low if first.low_closed != last.low_closed else first.high


def all_bands(indicator: str) -> Outcome:
    """Count the readings of an indicator's four printed bands that partition its values."""
    texts = bands(indicator)
    domain = Interval.parse(f"[0, {largest(texts[4])}]")
    fitting = partitions(texts, domain)
    tried = prod(len(readings(text, domain)) for text in texts.values())
    permille = {level: text.replace("%", "‰") for level, text in texts.items()}
    scale = rules("kbk-2019").indicators[indicator].domain
    turned = {**permille, 1: permille[1].replace(">", "≤")}
    facts: dict[str, Any] = {
        "tried": tried,
        "fitting": len(fitting),
        "permille": len(partitions(permille, scale)),
        "turned": len(partitions(turned, scale)),
        "lowest": texts[1],
        "turned_text": turned[1],
        "limit": largest(texts[4]),
    }
    return holds(len(fitting) == 1, len(fitting), **facts)


def nilai(row: Row) -> Outcome:
    """Compare a printed value with weight times rating."""
    exact = Fraction(row["weight_pct"] * row["rating"], 100)
    return number(row["value_printed"], exact, 1, name=_label(row))


def weight_listed(row: Row) -> Outcome:
    """Compare a weight of the list with the table, and say what it does to score and payment."""
    table = datasets.load("pasawahan-bands")
    held = int(table.loc[table["indicator"] == row["indicator"], "weight_pct"].iloc[0])
    return number(row["weight_pct"], held, name=_label(row), **_leverage(row["indicator"]))


def _leverage(indicator: str) -> dict[str, Any]:
    """Return what the rating of one indicator can do, the two others fixed."""
    place = INDICATORS.index(indicator)
    triples = lattice()
    paid: dict[tuple[int, ...], set[int | None]] = {}
    for one in triples:
        rest = one.ratings[:place] + one.ratings[place + 1 :]
        paid.setdefault(rest, set()).add(one.payment.get("puskesmas"))
    lowest = [one for one in triples if one.ratings[place] == 1]
    worth = values()[indicator].values()
    return {
        "span": max(worth) - min(worth),
        "cap": max(one.score for one in lowest),
        "top": max(one.payment.get("puskesmas", 0) for one in lowest),
        "moves": sum(len(found) > 1 for found in paid.values()),
        "pairs": len(paid),
    }


def weight_in_table(row: Row) -> Outcome:
    """Compare a weight of the table with what the printed values imply."""
    implied = values()[row["indicator"]][row["rating"]] / row["rating"] * 100
    return number(row["weight_pct"], implied, name=_label(row))


def weights_total(stated: int) -> Outcome:
    """Add up the weights of the list."""
    return number(stated, int(datasets.load("pasawahan-weights")["weight_pct"].sum()))


def target(row: Row) -> Outcome:
    """Compare a printed target with the largest possible value and with another study's target."""
    printed = row["target_printed"]
    limit, found = largest(printed), part(printed)[1]
    other = next(
        one
        for one in records("makmur-jaya-targets")
        if (one["language"], one["indicator"]) == ("id", row["indicator"])
    )
    fits = found <= limit and other["unit"] == ("permille" if limit > 100 else "pct")  # noqa: PLR2004
    return holds(
        bool(fits and found == other["target"]),
        f"{other['target']}{MARKS[other['unit']]}",
        name=_label(row),
        number=float(found),
        limit=limit,
        share=float(found) / 10,
    )


def best_is_target() -> Outcome:
    """Count the indicators whose band of rating 4 is the printed target."""
    table = datasets.load("pasawahan-bands")
    best = table[table["rating"] == table["rating"].max()]
    same = int((best["band_printed"] == best["target_printed"]).sum())
    return holds(same == len(best), same)


def ak_formula(factor: int) -> Outcome:
    """Compare the largest contact rate that the printed formula can give with the target."""
    wanted = part(bands("ak")[4])[1]
    scale = rules("kbk-2019").indicators["ak"].scale
    return holds(
        wanted <= factor, f"× {scale} (‰)", largest=factor, target=float(wanted), scale=scale
    )


def ak_definition() -> Outcome:
    """Check that persons counted once can be all members at most."""
    law = rules("kbk-2019").indicators["ak"]
    return holds(law.domain.high == law.scale, f"≤ {law.scale}‰", target=float(law.target))


def formula(
    indicator: str, place: int, symbols: list[str], words: list[str], factor: int
) -> Outcome:
    """Compare a printed formula with the sentence that explains it, and with the engine."""
    law = rules("kbk-2019").indicators[indicator]
    same = symbols == words and tuple(symbols) == law.parts[place] and factor == law.scale
    indonesian, english = (
        " / ".join(label(column, lang) for column in law.parts[place]) for lang in ("id", "en")
    )
    return holds(same, Text(f"{indonesian} × {law.scale}", f"{english} × {law.scale}"))


def mean_of_ratios(divisor: int) -> Outcome:
    """Compare the divisor of the formula with the number of ratios that are added."""
    n = len(rules("kbk-2019").indicators["rppt"].parts)
    return holds(divisor == n, n)


def referral_readings(cases: int, referred: int, referrals: int) -> Outcome:
    """Compute an example under the sentence (share of cases) and the formula (of referrals)."""
    by_words, by_formula = (Fraction(100 * referred, whole) for whole in (cases, referrals))
    return holds_or(
        by_words == by_formula,
        "ambiguous",
        f"{int(by_words)}% / {int(by_formula)}%",
        cases=cases,
        referred=referred,
        referrals=referrals,
        by_words=by_words,
        by_formula=by_formula,
    )


def lower_is_better() -> Outcome:
    """Check that lower bands of RRNS have higher ratings."""
    domain = rules("kbk-2019").indicators["rrns"].domain
    best_first = sorted(bands("rrns").items(), reverse=True)
    highs = [readings(text, domain)[0].high for _, text in best_first]
    return holds(highs == sorted(highs), len(highs), best=float(highs[0]))


def _label(row: Row) -> Text:
    name: Text = rules("kbk-2019").indicators[row["indicator"]].label
    return name
