"""The abstract on Puskesmas Kampak recomputed: what the claims of ``study.toml`` name.

Monthly values are not printed. What can be checked is whether the printed means agree with each
other, with the rule set and with what the abstract concludes; the search over all months that can
have these means does the rest.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from kbkresearch.formats import MISSING
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.scoring.lattice import printed_interval
from kbkresearch.studies import judge
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.payment import payment_at
from kbkresearch.studies.puskesmas_kampak_2024 import published
from kbkresearch.studies.puskesmas_kampak_2024.bounds import (
    PERMILLE_PER_PCT,
    as_per_cent,
    least_payment,
    payment_possible,
    share_on_both_targets,
)
from kbkresearch.studies.puskesmas_kampak_2024.published import FACILITY, INDICATORS, PAYMENT
from kbkresearch.studies.puskesmas_kampak_2024.tables import tables
from kbkresearch.studies.rows import records
from kbkresearch.studies.words import MARKS, both, shown

if TYPE_CHECKING:
    from kbkresearch.studies.model import Verdict
    from kbkresearch.studies.rows import Row
    from kbkresearch.vocabulary import Text

__all__ = [
    "mean_digits",
    "means_fit",
    "missed_indicators",
    "missed_target",
    "named_indicators",
    "number_of_months",
    "optimal",
    "payment_below_full",
    "payment_mean",
    "payment_notation",
    "rrns_met",
    "tables",
    "unit_ak",
    "unit_printed",
]


# Units and digits


def unit_printed(row: Row) -> Outcome:
    """Compare the printed unit of a mean with the unit in the rules."""
    name = row["quantity"]
    law = published.law()
    payment_unit = law.payment[FACILITY].by_score[0][1].unit
    mark = MARKS[law.indicators[name].unit if name in INDICATORS else payment_unit]
    return judge.holds(row["unit_printed"] == mark, mark, name=_name(name))


def _name(quantity: str) -> Text:
    return PAYMENT if quantity == "payment" else published.law().indicators[quantity].label


def unit_ak() -> Outcome:
    """Compare the two readings of the mean contact rate with the other three means."""
    means = published.printed()
    as_pct = as_per_cent(means)
    possible = {"pct": payment_possible(as_pct), "permille": payment_possible(means)}
    range_as_pct = published.payment_range(as_pct, published.months())
    target = published.law().indicators["ak"].target
    facts = published.facts() | {
        "as_permille": float(as_pct["ak"]),
        "as_pct": float(means["ak"]) / PERMILLE_PER_PCT,
        "target_pct": float(target) / PERMILLE_PER_PCT,
        "share": 100 * float(share_on_both_targets(as_pct)),
        "bound": float(least_payment(as_pct)),
        "by_search": float(range_as_pct[0]) if range_as_pct else MISSING,
        "target_misread": float(target),
    }
    printed = {row["quantity"]: row["unit_printed"] for row in records("kampak-means")}
    verdict: Verdict = "contradicted"
    if printed["ak"] != MARKS["pct"] or (possible["pct"] and not possible["permille"]):
        verdict = "reproduced"
    elif possible["pct"]:
        verdict = "ambiguous"
    return Outcome(verdict, both("{}‰", shown(Decimal(means["ak"]), 4)), facts)


def payment_notation() -> Outcome:
    """Return how a decimal point among decimal commas can be read."""
    text = published.printed()["payment"]
    as_thousands = int(text.replace(".", ""))
    full = published.levels()[-1]
    only_decimal = Decimal(text) <= full < as_thousands
    return judge.holds_or(
        only_decimal,
        "ambiguous",
        Decimal(text),
        thousands=as_thousands,
        full=full,
    )


# Means and months


def mean_digits(row: Row) -> Outcome:
    """Return the numbers of months that fit the digits of a mean."""
    fitting = published.counts(row["quantity"])
    facts = {
        "fitting": published.listed(fitting),
        "most": published.MOST_MONTHS,
        "name": _name(row["quantity"]),
    }
    if not fitting:
        return Outcome("contradicted", None, facts)
    return Outcome("not_recomputable", f"n = {published.listed(fitting[:4])} …", facts)


def payment_mean() -> Outcome:
    """Return the mean payments that months with the other three means can have."""
    means, n = published.printed(), published.months()
    facts = published.facts() | {
        "steps": published.step("payment"),
        "of_means": payment_at(
            published.law(), FACILITY, {name: Decimal(means[name]) for name in INDICATORS}
        ),
        "total": float(means["payment"]) * n if n else MISSING,
        "low": MISSING,
        "high": MISSING,
    }
    ends = published.payment_range(means, n)
    within = printed_interval(means["payment"], half="either")
    if ends is None or within.high < ends[0] or within.low > ends[1]:
        return Outcome("contradicted", None, facts)
    low, high = map(float, ends)
    seen = both("{}–{}%", shown(low, 2), shown(high, 2))
    return Outcome("not_recomputable", seen, facts | {"low": low, "high": high})


def number_of_months() -> Outcome:
    """Return the numbers of months that fit the digits of all four means."""
    fitting = published.counts(*INDICATORS, "payment")
    facts = {
        "fitting": published.listed(fitting),
        "most": published.MOST_MONTHS,
        "by_payment": published.listed(published.counts("payment")[:3]),
        "by_rppt": published.listed(published.counts("rppt")[:3]),
        "steps": published.step("payment"),
    }
    verdict: Verdict = "not_recomputable" if fitting else "contradicted"
    return Outcome(verdict, published.listed(fitting), facts)


def means_fit() -> Outcome:
    """Return the mixes of payments that fit all four means."""
    found = published.mixes()
    facts = published.facts()
    return judge.holds(found is not None, facts["mixes"], **facts)


# Targets and conclusions


def missed_target(quantity: str) -> Outcome:
    """Compare the mean of an indicator with its target."""
    one = published.law().indicators[quantity]
    mean = Decimal(published.printed()[quantity])
    missed = mean < one.target if one.better == "higher" else mean > one.target
    sign = "<" if missed else "≥"
    return judge.holds(missed, _compared(mean, sign, one.target), **published.facts())


def rrns_met() -> Outcome:
    """Compare the mean referral ratio with its target, from which every month follows."""
    one = published.law().indicators["rrns"]
    mean = Decimal(published.printed()["rrns"])
    met = mean <= one.target
    return judge.holds(met, _compared(mean, "≤" if met else ">", one.target), **published.facts())


def _compared(mean: Decimal, sign: str, target: Decimal | int) -> Text:
    digits = -int(mean.as_tuple().exponent)
    return both("{} {} {}", shown(mean, digits), sign, f"{target}")


def missed_indicators() -> Outcome:
    """Compare the indicators that are said to miss their targets with those whose means do."""
    printed = {row["quantity"]: row["target_status"] for row in records("kampak-means")}
    said = {name for name in INDICATORS if printed[name] == "reported_not_met"}
    found = {name for name in INDICATORS if missed_target(name).verdict == "reproduced"}
    names = ", ".join(name.upper() for name in INDICATORS if name in found)
    return judge.holds(said == found, names, missed=len(found), all=len(INDICATORS))


def named_indicators(count: int, keywords: list[str]) -> Outcome:
    """Compare the indicators that the abstract names with those of the rule set."""
    paying = [one.label.id.split(" (")[0] for one in published.law().paying]
    same = [word.casefold() for word in paying] == [word.casefold() for word in keywords]
    return judge.holds(
        same and len(paying) == count,
        len(paying),
        rules=published.law().id,
        names=", ".join(paying),
    )


def payment_below_full() -> Outcome:
    """Compare the mean payment with the full one."""
    mean, full = Decimal(published.printed()["payment"]), published.levels()[-1]
    below = mean < full
    facts = published.facts() | {"gap": float(full - mean)}
    return judge.holds(below, _compared(mean, "<" if below else "≥", full), **facts)


def optimal() -> Outcome:
    """Return whether the highest score is out of reach for the mean of the months."""
    found = published.mixes()
    facts = published.facts()
    best = max(one.score or Fraction() for one in outcomes(published.law()))
    facts["best"] = float(best)
    if found is None or found.mean_score is None:
        return Outcome("not_recomputable", None, facts)
    low, high = found.mean_score
    return judge.holds(high < best, both("{}–{}", shown(low, 2), shown(high, 2)), **facts)
