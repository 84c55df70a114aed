"""What the text says about the tables: rankings, formulas, periods and the excess."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.studies import judge
from kbkresearch.studies.hayana_sri_wahyuni_2019.divisions import AGE, SEX, WHOLE
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    CLINIC,
    DPP,
    ENDINGS,
    FACILITIES,
    KINDS,
    MONTHS,
    SHORT,
    Stratum,
    compared,
    facility,
    groups,
    limits,
    rates,
    strata,
    total,
)
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.rows import barriers_of, records
from kbkresearch.studies.words import both, join, rupiah, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.vocabulary import Text


_STUDY = "hayana-sri-wahyuni-2019"


def most(facility_id: str, kind: str, of: str, claimed: Sequence[str], printed: str) -> Outcome:
    """Judge which stratum has most members or visits, and its printed share."""
    found = groups(facility_id, kind)
    whole = int(total(facility_id, kind)[of])
    shares = {one.stratum: Fraction(100 * getattr(one, of), whole) for one in found}
    outcome = judge.largest(shares, set(claimed))
    digits = len(printed.partition(".")[2])
    right = all(judge.rounded(shares[name], digits) == judge.exact(printed) for name in claimed)
    per_head = max(found, key=lambda one: one.rate)
    facts = {
        **outcome.details,
        **_naming(found, claimed),
        "count": sum(getattr(one, of) for one in found if one.stratum in claimed),
        "total": whole,
        "rate": max(one.rate for one in found if one.stratum in claimed),
        "top_rate": per_head.rate,
        "top_rate_group": per_head.label,
    }
    agrees = right and outcome.verdict == "reproduced"
    best = max(shares.values())
    top = join(one.label for one in found if shares[one.stratum] == best)
    return judge.holds(agrees, both("{} ({}%)", top, shown(best, 1)), **facts)


def highest_rate(facility_id: str, kind: str, claimed: Sequence[str], printed: int) -> Outcome:
    """Judge which stratum has the highest rate of visits, and the rate that is printed for it."""
    found = groups(facility_id, kind)
    rates = {one.stratum: one.rate for one in found}
    outcome = judge.largest(rates, set(claimed))
    top = max(found, key=lambda one: one.rate)
    named = [one for one in found if one.stratum in claimed]
    right = all(one.rate_printed == printed == judge.rounded(one.rate) for one in named)
    facts = {
        **outcome.details,
        **_naming(found, claimed),
        "top_printed": top.rate_printed,
        "top_visits": top.visits,
        "top_label": top.label,
        "first_rate": named[0].rate,
        "last_rate": named[-1].rate,
        "printed": printed,
        **limits(top),
        "mean": facility(facility_id).rate,
        **(_sex_ratio(facility_id) if kind == "sex" else {}),
    }
    agrees = right and outcome.verdict == "reproduced"
    return judge.holds(agrees, both("{} ({}‰)", top.label, top.rate_printed), **facts)


def rate_formula() -> Outcome:
    """Judge whether visits over members times 1,000 gives the printed rates."""
    found = strata()
    right = sum(judge.rounded(one.rate) == one.rate_printed for one in found)
    return judge.holds(
        right == len(found), both("{} / {}", right, len(found)), n=right, of=len(found)
    )


def tariff_formula() -> Outcome:
    """Judge whether the unrounded rate times the cost of a visit gives the printed tariffs."""
    found = strata()
    right = sum(judge.rounded(one.tariff) == one.tariff_printed for one in found)
    return judge.holds(
        right == len(found),
        both("{} / {}", right, len(found)),
        n=right,
        of=len(found),
        cost=found[0].unit_cost_rp,
    )


def rounded_rates() -> Outcome:
    """Show both tariffs: from the rates as computed, and from the rates as printed."""
    found = strata()
    gaps = {one: judge.rounded(one.tariff_from_printed_rate) - one.tariff_printed for one in found}
    widest = max(gaps, key=lambda one: abs(gaps[one]))
    other = sum(gap != 0 for gap in gaps.values())
    facts = {
        "n": sum(judge.rounded(one.tariff) == one.tariff_printed for one in found),
        "of": len(found),
        "other": other,
        "same": len(found) - other,
        "widest": abs(gaps[widest]),
        "group": widest.label,
        "facility": FACILITIES[widest.facility_id],
        "rate_printed": widest.rate_printed,
        "tariff_printed": widest.tariff_printed,
        "tariff_other": judge.rounded(widest.tariff_from_printed_rate),
        "cost": widest.unit_cost_rp,
    }
    return Outcome("ambiguous", both("{} / {}", facts["n"], facts["same"]), facts)


def fund_formula() -> Outcome:
    """Show both funds: tariff times members with the tariff unrounded, and as printed."""
    found = strata()
    same = sum(one.tariff_printed * one.members == one.fund_printed for one in found)
    sums = {
        name: sum(one.tariff_printed * one.members for one in groups(name, "age_band"))
        for name in FACILITIES
    }
    clinic, dpp = facility(CLINIC), facility(DPP)
    facts = {
        "n": sum(one.fund == one.fund_printed for one in found),
        "of": len(found),
        "same": same,
        "clinic": sums[CLINIC],
        "clinic_fund": clinic.fund,
        "dpp": sums[DPP],
        "dpp_fund": dpp.fund,
    }
    return Outcome("ambiguous", both("{} / {}", facts["n"], same), facts)


def paid_formula() -> Outcome:
    """Judge whether what was paid is members times the capitation per member."""
    totals = records("hayana-fund-totals")
    right = all(row["paid_rp"] == row["members"] * row["paid_pmpm_rp"] for row in totals)
    clinic, dpp = facility(CLINIC), facility(DPP)
    return judge.holds(
        right,
        join([rupiah(clinic.paid), rupiah(dpp.paid)]),
        clinic=clinic.paid,
        clinic_pmpm=clinic.pmpm,
        clinic_members=clinic.members,
        dpp=dpp.paid,
        dpp_pmpm=dpp.pmpm,
        dpp_members=dpp.members,
    )


def difference_formula() -> Outcome:
    """Judge whether the excess is what was paid minus the fund."""
    totals = records("hayana-fund-totals")
    right = all(row["excess_rp"] == row["paid_rp"] - row["fund_rp"] for row in totals)
    clinic, dpp = facility(CLINIC), facility(DPP)
    return judge.holds(
        right,
        join([rupiah(clinic.excess), rupiah(dpp.excess)]),
        clinic=clinic.excess,
        dpp=dpp.excess,
    )


def excess(facility_id: str, kinds: Sequence[str], printed: int) -> Outcome:
    """Judge a printed excess against members, visits, cost and capitation."""
    right = all(total(facility_id, kind)["difference_rp"] == printed for kind in kinds)
    return judge.holds(right, rupiah(facility(facility_id).excess), **_money(facility_id))


def excess_everywhere(kind: str) -> Outcome:
    """Judge whether both facilities are paid more than the visits cost."""
    left = {name: total(name, kind)["difference_rp"] for name in FACILITIES}
    return judge.holds(
        all(one > 0 for one in left.values()),
        join(map(rupiah, left.values())),
        by=KINDS[kind],
        clinic=left[CLINIC],
        dpp=left[DPP],
    )


def one_month_or_six(shows: Sequence[str], form: str = "count") -> Outcome:
    """Show the amounts read as one month's and as those of July to December.

    Parameters
    ----------
    shows : sequence of str
        Names of the details that are set side by side as the recomputed value.
    form : {"count", "permille", "rupiah"}
        How they are written.

    Returns
    -------
    Outcome
    """
    facts: dict[str, Any] = {"months": MONTHS}
    for facility_id, name in SHORT.items():
        one, summed = facility(facility_id), total(facility_id, WHOLE, MONTHS, "total")
        facts |= {
            f"{name}_members": one.members,
            f"{name}_visits": one.visits,
            f"{name}_visits6": MONTHS * one.visits,
            f"{name}_rate": one.rate,
            f"{name}_rate6": summed["rate_permille"],
            f"{name}_tariff": one.tariff,
            f"{name}_tariff6": one.tariff / MONTHS,
            f"{name}_paid": one.paid,
            f"{name}_member_months": MONTHS * one.members,
            f"{name}_excess": one.excess,
            f"{name}_excess6": MONTHS * one.excess,
            f"{name}_excess_high": summed["difference_rp"],
        }
    write = {"count": shown, "permille": _permille, "rupiah": rupiah}[form]
    seen = both(" / ".join("{}" for _ in shows), *(write(facts[key]) for key in shows))
    return Outcome("ambiguous", seen, facts)


def averages() -> Outcome:
    """Say what can be told of the averaging over months, which the document does not show."""
    found = strata()
    facts = {
        "n": len(found),
        "months": MONTHS,
        "clinic_p": total(CLINIC, AGE)["p_lower"],
        "dpp_p": total(DPP, AGE)["p_lower"],
    }
    return Outcome("not_recomputable", None, facts)


def months(first: int, last: int, stated: int) -> Outcome:
    """Judge a number of months against the first and the last."""
    found = last - first + 1
    return judge.holds(found == stated, found, found=found)


def informants(listed: Sequence[str]) -> Outcome:
    """Judge whether each informant of the methods is quoted in the results."""
    quoted = _quoted()
    return judge.holds(quoted == set(listed), len(quoted), listed=len(listed), quoted=len(quoted))


def problems(traced: dict[str, list[str]]) -> Outcome:
    """Judge whether each problem of a summary is named by an informant."""
    quoted = _quoted()
    right = all(set(names) <= quoted and names for names in traced.values())
    return judge.holds(
        right,
        len(traced),
        n=len(traced),
        informants=len(quoted),
        most=max(len(names) for names in traced.values()),
    )


def _quoted() -> set[str]:
    """Return the informants whose words the study's barriers are."""
    return {row["where"].rsplit(" ", 1)[-1] for row in barriers_of(_STUDY)}


def design() -> Outcome:
    """Show what the study consists of: quoted sentences and tables of numbers."""
    quotes = len(barriers_of(_STUDY))
    cells = 0
    for name in (one for one in datasets.list()["name"] if one.startswith("hayana-")):
        numbers = datasets.load(name).select_dtypes("number")
        cells += numbers.drop(columns="unit_cost_rp", errors="ignore").size
    return Outcome("ambiguous", both("{}; {}", quotes, cells), {"quotes": quotes, "cells": cells})


def _money(facility_id: str) -> dict[str, Any]:
    one = facility(facility_id)
    return {
        "facility": FACILITIES[facility_id],
        "paid": one.paid,
        "fund": one.fund,
        "visits": one.visits,
        "cost": one.unit_cost_rp,
        "excess": one.excess,
        "share": one.excess_pct,
        "break_even": one.break_even,
    }


def _permille(value: Fraction) -> Text:
    return both("{}‰", shown(value, 1))


def _naming(found: Sequence[Stratum], claimed: Sequence[str]) -> dict[str, Any]:
    return {
        "facility": FACILITIES[found[0].facility_id],
        "claimed": join(one.label for one in found if one.stratum in claimed),
    }


def _sex_ratio(facility_id: str) -> dict[str, float]:
    """Return men's rate over women's, with limits under both readings."""
    facts: dict[str, float] = {}
    for months_, ending in ENDINGS.items():
        found = compared(rates(facility_id, SEX, months_))
        facts |= {
            "ratio": float(found.ratio[0]),
            f"ratio_low{ending}": float(found.ci_low[0]),
            f"ratio_high{ending}": float(found.ci_high[0]),
        }
    return facts
