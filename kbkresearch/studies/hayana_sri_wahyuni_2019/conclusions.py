"""What the study concludes from its numbers, and what the numbers say."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kbkresearch.studies import judge
from kbkresearch.studies.hayana_sri_wahyuni_2019.divisions import (
    AGE,
    DIVISIONS,
    FIFTY,
    OLD,
    WHOLE,
    first_age,
)
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    CLINIC,
    DPP,
    ENDINGS,
    FACILITIES,
    MONTHS,
    SHORT,
    Stratum,
    at_cost,
    compared,
    covered,
    facility,
    groups,
    rates,
    relative_need,
    total,
    transferred,
)
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.words import both, join, rupiah, shown
from kbkresearch.vocabulary import Text

_MAJORITY_PCT = 50
_RISE_PCT = 10


def total_greater() -> Outcome:
    """Judge whether tariffs by age or sex would bring a facility more than it is paid."""
    funds = {name: facility(name).fund for name in FACILITIES}
    more = all(funds[name] > facility(name).paid for name in FACILITIES)
    change = {f"{short}_change": facility(name).excess_pct for name, short in SHORT.items()}
    return judge.holds(more, join(map(rupiah, funds.values())), **_totals(), **change)


def same_excess() -> Outcome:
    """Judge whether age and sex leave the same excess, and whether any division would not."""
    found = {
        name: {total(name, division)["difference_rp"] for division in DIVISIONS}
        for name in FACILITIES
    }
    same = all(len(each) == 1 for each in found.values())
    return judge.holds(
        same,
        join(rupiah(value) for each in found.values() for value in sorted(each)),
        n=len(DIVISIONS),
        clinic_each=Fraction(facility(CLINIC).excess, facility(CLINIC).members),
        dpp_each=Fraction(facility(DPP).excess, facility(DPP).members),
        **_totals(),
    )


def either() -> Outcome:
    """Judge whether tariffs by age and by sex are the same thing: on another facility's members."""
    pairs = {"clinic": (CLINIC, DPP), "dpp": (DPP, CLINIC)}
    facts: dict[str, Any] = {"n": len(DIVISIONS)}
    for name, (source, target) in pairs.items():
        age, sex = (transferred(source, target, kind) for kind in ("age_band", "sex"))
        facts |= {f"{name}_age": age, f"{name}_sex": sex, f"{name}_gap": abs(age - sex)}
    same = facts["clinic_gap"] == facts["dpp_gap"] == 0
    seen = join([rupiah(facts["clinic_age"]), rupiah(facts["clinic_sex"])])
    return judge.holds(same, seen, **facts)


def more_suitable() -> Outcome:
    """Show both readings of tariffs by age or sex: their level, and their relative weights."""
    facts = _totals()
    for name, short in SHORT.items():
        whole, index = facility(name), relative_need()[name]
        facts |= {
            f"{short}_change": whole.excess_pct,
            f"{short}_index": 100 * (index - 1),
            f"{short}_shift": _moved(whole.paid * (index - 1)),
        }
    cut = shown(-facts["clinic_change"], 1)
    seen = both("{}%; {}%", cut, shown(facts["clinic_index"], 1))
    return Outcome("ambiguous", seen, facts)


def fairer() -> Outcome:
    """Judge whether the sum by age says anything that an undivided sum does not."""
    facts: dict[str, Any] = {}
    for name, short in SHORT.items():
        for part, division in (("age", AGE), ("whole", WHOLE)):
            facts[f"{short}_{part}"] = total(name, division)["fund_rp"]
        facts[f"{short}_tariff"] = facility(name).tariff
    differs = any(facts[f"{short}_age"] != facts[f"{short}_whole"] for short in SHORT.values())
    seen = join(rupiah(facts[f"clinic_{part}"]) for part in ("age", "whole"))
    return judge.holds(differs, seen, **facts)


def age_effect(kind: str = "age_band") -> Outcome:
    """Show the test for differences between strata under both readings of the counts."""
    facts: dict[str, Any] = {"months": MONTHS}
    for name, short in SHORT.items():
        for months, ending in ENDINGS.items():
            test = total(name, kind, months)
            facts |= {
                f"{short}_x{ending}": test["statistic"],
                f"{short}_p{ending}": test["p_value"],
                f"{short}_low{ending}": test["p_lower"],
                f"{short}_cover{ending}": covered(name, kind, months),
            }
        found = rates(name, kind)["rate_permille"]
        facts |= {f"{short}_min": found.min(), f"{short}_max": found.max()}
        facts |= {"df": total(name, kind)["df"], "bands": len(found)}
    seen = both("p {}; {}", shown(facts["clinic_p"], 3), shown(facts["clinic_p6"], 3))
    return Outcome("ambiguous", seen, facts)


def elderly() -> Outcome:
    """Show the tariffs from age 50 together and band by band, against the facility's mean."""
    facts: dict[str, Any] = {}
    for name, short in SHORT.items():
        older_first = rates(name, FIFTY).iloc[::-1]
        mean, ratio = facility(name).tariff, compared(older_first)
        facts |= {
            f"{short}_old": older_first["tariff_rp"].iloc[0],
            f"{short}_mean": mean,
            f"{short}_ratio": float(ratio.ratio[0]),
            f"{short}_low": float(ratio.ci_low[0]),
            f"{short}_high": float(ratio.ci_high[0]),
            f"{short}_below": join(
                both("{} ({})", one.label, rupiah(one.tariff))
                for one in groups(name, AGE)
                if first_age(one.stratum) >= OLD and one.tariff < mean
            ),
        }
    seen = join(rupiah(facts[f"clinic_{part}"]) for part in ("old", "mean"))
    return Outcome("ambiguous", seen, facts)


def under_fives() -> Outcome:
    """Judge whether the tariff of under-fives lies above the mean in both facilities."""
    first = {name: groups(name, "age_band")[0] for name in FACILITIES}
    above = all(first[name].tariff > facility(name).tariff for name in FACILITIES)
    facts: dict[str, Any] = {}
    for name, short in SHORT.items():
        facts |= {f"{short}_tariff": first[name].tariff, f"{short}_mean": facility(name).tariff}
        facts[f"{short}_rank"] = _rank(first[name], name)
    seen = join(rupiah(one.tariff) for one in first.values())
    return judge.holds(above, seen, **facts, bands=len(groups(CLINIC, "age_band")))


def published_pattern() -> Outcome:
    """Show how far the study's own tariffs follow the pattern that it cites."""
    facts: dict[str, Any] = {"bands": len(groups(CLINIC, "age_band"))}
    for name, short in SHORT.items():
        bands = sorted(groups(name, "age_band"), key=lambda one: -one.tariff)
        facts |= {
            f"{short}_rank": _rank(groups(name, "age_band")[0], name),
            f"{short}_top": join(one.label for one in bands[:3]),
            f"{short}_bottom": bands[-1].label,
        }
    return Outcome("not_recomputable", None, facts)


def who_comes() -> Outcome:
    """Judge whether under-fives and the old make most visits, under three meanings of old."""
    facts: dict[str, Any] = {}
    most = True
    for name, short in SHORT.items():
        bands, whole = groups(name, "age_band"), facility(name)
        shares = {
            mark: Fraction(
                100 * sum(one.visits for one in [bands[0], *bands[first:]]), whole.visits
            )
            for mark, first in (("65", -1), ("60", -2), ("50", -4))
        }
        facts |= {f"{short}_{mark}": share for mark, share in shares.items()}
        facts[f"{short}_young"] = Fraction(100 * bands[0].visits, whole.visits)
        most = most and shares["50"] > _MAJORITY_PCT
    seen = both("{}%; {}%", shown(facts["clinic_50"], 1), shown(facts["dpp_50"], 1))
    return judge.holds(most, seen, **facts)


def target(facility_id: str, claimed: str) -> Outcome:
    """Show the group that prevention should aim at, by count of visits and by rate."""
    bands = groups(facility_id, "age_band")
    one = next(each for each in bands if each.stratum == claimed)
    counts = sorted(bands, key=lambda each: -each.visits)
    rates = sorted(bands, key=lambda each: -each.rate)
    facts = {
        "group": one.label,
        "visits": one.visits,
        "members": one.members,
        "count_rank": counts.index(one) + 1,
        "rate": one.rate,
        "rate_rank": rates.index(one) + 1,
        "bands": len(bands),
        "mean": facility(facility_id).rate,
        "top": rates[0].label,
        "top_rate": rates[0].rate,
        "facility": FACILITIES[facility_id],
    }
    return Outcome("ambiguous", both("{}; {}", facts["count_rank"], facts["rate_rank"]), facts)


def loss() -> Outcome:
    """Show where a loss would begin: the cost of a visit, or the visits, that use all up."""
    facts: dict[str, Any] = _totals()
    for name, short in SHORT.items():
        one = facility(name)
        facts |= {
            f"{short}_break": one.break_even,
            f"{short}_visits": one.visits,
            f"{short}_most": one.most_visits,
        }
    facts["cost"] = facility(CLINIC).unit_cost_rp
    return Outcome("not_recomputable", None, facts)


def loss_below() -> Outcome:
    """Show a loss 'by costs below the capitation' to the letter, and as it must be meant."""
    facts = loss().details
    seen = both("{}; {}", facts["clinic_most"], facts["dpp_most"])
    return Outcome("ambiguous", seen, facts)


def unit_cost() -> Outcome:
    """Show what hangs on the cost of a visit, which the document takes from elsewhere."""
    facts = dict(loss().details)
    dearer = at_cost(facility(CLINIC).unit_cost_rp * (100 + _RISE_PCT) / 100)
    for name, short in SHORT.items():
        facts[f"{short}_dearer"] = dearer[name]
    facts["rise"] = _RISE_PCT
    return Outcome("not_recomputable", None, facts)


def _totals() -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, short in SHORT.items():
        one = facility(name)
        facts |= {
            f"{short}_paid": one.paid,
            f"{short}_fund": one.fund,
            f"{short}_excess": one.excess,
        }
    return facts


def _moved(value: float) -> Text:
    """Return by how many rupiah something falls or rises, in words."""
    amount = rupiah(abs(value))
    if value < 0:
        return Text(f"turun {amount.id}", f"falls by {amount.en}")
    return Text(f"naik {amount.id}", f"rises by {amount.en}")


def _rank(one: Stratum, name: str) -> int:
    return sorted(groups(name, "age_band"), key=lambda each: -each.tariff).index(one) + 1
