"""Score and payment: what the printed values add up to, and what the printed bands pay."""

from __future__ import annotations

from decimal import Decimal
from math import gcd, prod
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.regulation.registry import rule_ids, rules
from kbkresearch.scoring.means import possible_counts
from kbkresearch.studies.judge import holds, holds_or
from kbkresearch.studies.puskesmas_kampak_2024 import published as kampak
from kbkresearch.studies.puskesmas_pasawahan.printed import (
    FACILITIES,
    INDICATORS,
    lattice,
    partitions,
    readings,
    score_bands,
    score_domain,
)
from kbkresearch.studies.puskesmas_pasawahan.standards import only_authority
from kbkresearch.studies.words import span

if TYPE_CHECKING:
    from kbkresearch.studies.model import Outcome
    from kbkresearch.studies.rows import Row


def score_range() -> Outcome:
    """Compare the range of the sums with the range of the printed payment bands."""
    domain, spans = score_domain(), score_bands().values()
    low, high = min(one.low for one in spans), max(one.high for one in spans)
    triples = lattice()
    facts = {"triples": len(triples), "scores": len({one.score for one in triples})}
    return holds((domain.low, domain.high) == (low, high), span(domain), **facts)


def score_band(row: Row) -> Outcome:
    """Judge one printed band of the score by whether the four hold together."""
    domain = score_domain()
    literal = readings(row["score_band_printed"], domain)
    names = score_bands()
    fitting = partitions({name: name for name in names}, domain)
    facts = {"closed": span(literal[0]), "open": span(literal[-1]), "edge": float(literal[0].low)}
    fits = len(fitting) == 1
    return holds_or(
        fits and len(literal) == 1,
        "ambiguous" if fits else "contradicted",
        span((fitting[0] if fits else names)[row["score_band_printed"]]),
        **facts,
    )


def score_partition() -> Outcome:
    """Count the readings of the printed score bands that cover every score once."""
    names, domain = score_bands(), score_domain()
    tried = prod(len(readings(name, domain)) for name in names)
    fitting = len(partitions({name: name for name in names}, domain))
    return holds(fitting == 1, fitting, tried=tried, domain=span(domain))


def payment(row: Row) -> Outcome:
    """Compare a printed payment with the rule set, which was transcribed from the same table."""
    found = score_bands()[row["score_band_printed"]]
    table = rules("kbk-2019").payment[row["facility_type"]].by_score
    held = next((int(value.value) for one, value in table if one == found), None)
    return only_authority(row["payment_pct"], held, held, **_mean_payment())


def _mean_payment() -> dict[str, Any]:
    """Return the mean payment that a study of one Puskesmas prints, beside both columns."""
    mean = Decimal(kampak.printed()["payment"])
    table = datasets.load("pasawahan-payments").groupby("facility_type")["payment_pct"]
    columns = {str(name): sorted(group.tolist()) for name, group in table}
    step = gcd(*columns["puskesmas"])
    counts = possible_counts(mean, step=str(step), max_n=12)
    return {
        "mean": float(mean),
        "low": min(columns["puskesmas"]),
        "high": max(columns["puskesmas"]),
        "clinic_low": min(columns["klinik_pratama"]),
        "counts": ", ".join(map(str, counts)),
        "below": max((one for one in columns["puskesmas"] if one < mean), default=0),
        "above": min((one for one in columns["puskesmas"] if one > mean), default=0),
    }


def payment_column() -> Outcome:
    """Check that the mean payment of another Puskesmas fits its column and no other."""
    facts = _mean_payment()
    fits = facts["low"] <= facts["mean"] <= facts["high"] and facts["mean"] < facts["clinic_low"]
    return holds(bool(fits and facts["counts"]), f"{facts['below']}–{facts['above']}%", **facts)


def _paid(facility_type: str = "puskesmas") -> list[int]:
    """Return what each combination of ratings is paid; 0 where no printed band holds its score."""
    return [one.payment.get(facility_type, 0) for one in lattice()]


def lowest_payment(puskesmas: int, klinik_pratama: int) -> Outcome:
    """Compare the lowest payments with those over every combination of ratings."""
    low = {name: min(_paid(name)) for name in FACILITIES}
    shown_low = " / ".join(f"{value}%" for value in low.values())
    stated = {"puskesmas": puskesmas, "klinik_pratama": klinik_pratama}
    losses = {f"lost_{name}": 100 - value for name, value in low.items()}
    return holds(low == stated, shown_low, **losses, triples=len(lattice()))


def full_payment(stated: int) -> Outcome:
    """Count the combinations of ratings that are paid in full."""
    full = [one for one in lattice() if one.payment.get("puskesmas") == stated]
    best = max(one.score for one in lattice())
    ratings = " / ".join(", ".join(map(str, one.ratings)) for one in full)
    return holds({one.score for one in full} == {best}, len(full), at=ratings)


def paid_facilities(named: list[str]) -> Outcome:
    """Compare the kinds of facility that the chapter names with the columns of the table."""
    columns = datasets.load("pasawahan-payments")["facility_type"].unique().tolist()
    missing = [one for one in named if one not in columns]
    return holds(
        not missing, len(columns), named=len(named), columns=len(columns), missing=len(missing)
    )


def payment_rises() -> Outcome:
    """Check that a higher score is never paid less, and count how many scores share a payment."""
    ordered = sorted(lattice(), key=lambda one: one.score)
    paid = [one.payment.get("puskesmas", 0) for one in ordered]
    return holds(
        paid == sorted(paid),
        len(set(paid)),
        scores=len({one.score for one in ordered}),
        levels=len(set(paid)),
        low=min(paid),
        high=max(paid),
    )


def members_alone() -> Outcome:
    """Look whether the number of members alone fixes what is paid."""
    paid = set(_paid())
    return holds_or(len(paid) == 1, "ambiguous", len(paid), low=min(paid), high=max(paid))


def extra_income() -> Outcome:
    """Look whether any combination of ratings is paid more than the norm capitation."""
    paid = _paid()
    facts = {"high": max(paid), "low": min(paid), "span": max(paid) - min(paid), "norm": 100}
    return holds_or(facts["high"] > facts["norm"], "ambiguous", f"≤ {max(paid)}%", **facts)


def summed_ratings() -> Outcome:
    """Count how many combinations of ratings share a score."""
    triples = lattice()
    scores = [one.score for one in triples]
    most = max(set(scores), key=lambda score: (scores.count(score), score))
    return holds(
        len(INDICATORS) == len(triples[0].ratings),
        len(set(scores)),
        triples=len(triples),
        scores=len(set(scores)),
        most=most,
        times=scores.count(most),
    )


def definition_year(year: int) -> Outcome:
    """Set a definition from before performance-based payment beside the payments of the table."""
    first = min(rules(one).valid_from.value.year for one in rule_ids("performance"))
    levels = len({one.payment.get("puskesmas") for one in lattice()})
    fits = levels == 1 or year >= first
    return holds_or(fits, "ambiguous", levels, first=str(first), year=str(year))


def regulation_title(printed: str) -> Outcome:
    """Compare the words of a printed title with the title of the regulation."""
    title = rules("kbk-2019").regulation.split(", ", 1)[1]
    return holds(printed in title, title)
