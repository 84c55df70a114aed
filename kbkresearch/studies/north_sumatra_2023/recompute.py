"""The abstract on Puskesmas of North Sumatra recomputed: what the claims of ``study.toml`` name.

The abstract prints one score and no statistics. What can be checked is what that score can stand
for, and what would have to be printed for the rest to be checked.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from kbkresearch.regulation.registry import rules_on
from kbkresearch.scoring.lattice import (
    mean_payment_range,
    share_at_level_range,
    share_on_target_range,
    triples_with_score,
)
from kbkresearch.studies import judge
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.north_sumatra_2023.published import (
    FACILITY,
    LEVEL,
    SIZES,
    factors,
    first_day,
    item,
    law,
    levels,
    score,
    scores,
    smallest_correlation,
    within,
)
from kbkresearch.studies.north_sumatra_2023.tables import tables
from kbkresearch.studies.words import both, shown
from kbkresearch.vocabulary import Text

__all__ = [
    "below_maximum",
    "doctor_ratio",
    "factors_named",
    "named_indicators",
    "payment_basis",
    "reported",
    "rule_set",
    "score_payment",
    "score_reading",
    "score_value",
    "significance",
    "tables",
    "versions_agree",
    "whole_year",
]

MONTHS = 12

# The scheme


def named_indicators(id: list[str], en: list[str]) -> Outcome:  # noqa: A002 - the language's code
    """Compare the indicators that the abstract names with those of the rules in force."""
    labels = [one.label.id.split(" (")[0] for one in law().paying]
    same = [name.casefold() for name in id] == [label.casefold() for label in labels]
    short = ", ".join(one.name.upper() for one in law().paying)
    return judge.holds(same and len(en) == len(id), short, rules=law().id, count=len(labels))


def payment_basis() -> Outcome:
    """Return the payments that the score leads to."""
    paid = levels()
    return judge.holds(
        len(paid) > 1,
        ", ".join(f"{level}%" for level in reversed(paid)),
        levels=len(paid),
        low=float(paid[0]),
        high=float(paid[-1]),
    )


def rule_set() -> Outcome:
    """Return the rules in force in the month of the score."""
    found = law()
    return judge.holds(
        found.has_score,
        found.id,
        since=str(found.valid_from.value),
        status=found.valid_from.status,
    )


# The score


def score_value(printed: str) -> Outcome:
    """Return whether the printed score is that of the table, and on the scale of the rules."""
    value = Decimal(printed.replace(",", "."))
    low, high = scores()
    facts = {"low": float(low), "high": float(high)}
    fits = low <= value <= high and value == score()
    return Outcome("not_recomputable" if fits else "contradicted", None, facts)


def versions_agree(id: str, en: str, month: str) -> Outcome:  # noqa: A002 - the language's code
    """Compare score and month of the two versions."""
    same = judge.exact(id.replace(",", ".")) == judge.exact(en) == judge.exact(score())
    return judge.holds(same and item("score")["month"] == month, Text(id, en), month=month)


def score_reading() -> Outcome:
    """Return the ratings with this score, and what a mean of it leaves open."""
    found = triples_with_score(law(), score())
    shares = [share_on_target_range(law(), one.name, within()) for one in law().paying]
    facts = {
        "score": float(score()),
        "triples": ", ".join(f"({', '.join(map(str, one.levels))})" for one in found),
        "count": len(found),
        "share_low": 100 * float(max(one.low for one in shares)),
        "share_high": 100 * float(min(one.high for one in shares)),
    }
    return judge.holds_or(not found, "ambiguous", facts["triples"], **facts)


def score_payment() -> Outcome:
    """Return the payment of one facility with this score, and of many with this mean."""
    paid = mean_payment_range(law(), FACILITY, within())
    single = {one.payment[FACILITY].value for one in triples_with_score(law(), score())}
    full = share_at_level_range(law(), FACILITY, within(), levels()[-1])
    lowest = share_at_level_range(law(), FACILITY, within(), levels()[0])
    facts = {
        "score": float(score()),
        "from": float(within().low),
        "to": float(within().high),
        "single": ", ".join(f"{one:f}" for one in single),
        "low": float(paid.low),
        "high": float(paid.high),
        "low_word": _word(attained=paid.low_attained),
        "high_word": _word(attained=paid.high_attained),
        "full": levels()[-1],
        "share_full": 100 * float(full.high),
        "lowest": levels()[0],
        "share_lowest": 100 * float(lowest.high),
        "without": float(law().without_consequence.value),
    }
    same = paid.low == paid.high and {paid.low} == {Fraction(one) for one in single}
    seen = both("{}–{}%", shown(paid.low, 2), shown(paid.high, 2))
    return judge.holds_or(same, "ambiguous", seen, **facts)


def _word(*, attained: bool) -> Text:
    return Text("termasuk", "included") if attained else Text("tidak termasuk", "excluded")


def below_maximum() -> Outcome:
    """Compare the score with the highest one."""
    value, (_, best) = score(), scores()
    full = share_at_level_range(law(), FACILITY, within(), levels()[-1])
    below = Fraction(value) < best
    sign = "<" if below else "≥"
    return judge.holds(
        below,
        both("{} {} {}", shown(value, 1), sign, best),
        score=float(value),
        best=float(best),
        gap=float(best - Fraction(value)),
        share_below=100 * float(1 - full.high),
    )


def whole_year() -> Outcome:
    """Return what one month says of the mean of its year."""
    low, high = scores()
    one = Fraction(score())
    covered = 1 if len(item("score")["month"]) > len("2023") else MONTHS
    rest = MONTHS - covered
    least, most = ((one * covered + end * rest) / MONTHS for end in (low, high))
    facts = {"covered": covered, "months": MONTHS, "score": float(score())}
    facts |= {"low": float(least), "high": float(most)}
    seen = both("{}–{}", shown(least, 2), shown(most, 2))
    return judge.holds_or(rest == 0, "ambiguous", seen, **facts)


# The factors


def factors_named(id: list[str], en: list[str]) -> Outcome:  # noqa: A002 - the language's code
    """Compare the factors of the aim in both versions, and count those the result speaks of."""
    table = factors()
    names = {lang: [row[f"name_printed_{lang}"] for row in table] for lang in ("id", "en")}
    same = names == {"id": id, "en": en}
    named = sum(row["printed"] == "reported_significant" for row in table)
    return judge.holds(same, len(table), count=len(table), named=named, silent=len(table) - named)


def significance(name: str) -> Outcome:
    """Return how large a correlation has to be to be called significant, by sample size."""
    facts: dict[str, float] = {}
    for place, n in enumerate(SIZES, 1):
        r = smallest_correlation(n)
        facts |= {f"n{place}": n, f"r{place}": r, f"explained{place}": 100 * r**2}
    tested = len(factors())
    family = 100 * (1 - (1 - LEVEL) ** tested)
    printed = item(name)["printed"] == "reported_significant"
    return Outcome(
        "not_recomputable" if printed else "contradicted",
        None,
        facts | {"level": LEVEL, "factors": tested, "family": family},
    )


def reported(name: str) -> Outcome:
    """Return whether the result says anything of a factor that the aim names."""
    silent = item(name)["printed"] == "not_mentioned_in_result"
    return judge.holds_or(
        not silent, "not_recomputable", None, without=float(law().without_consequence.value)
    )


def doctor_ratio() -> Outcome:
    """Return the two readings of a ratio of doctors to members."""
    norm = rules_on(first_day(), family="doctor-ratio")
    most = norm.values["values.members_per_doctor_max"].value
    double = 2 * most
    share = Fraction(most) / Fraction(double)
    seen = both("{} : 1 = {} : {}", double, shown(share, 1), most)
    facts = {"norm": float(most), "double": float(double), "doctors": float(share)}
    return Outcome("ambiguous", seen, facts)
