"""The cells and totals of Tables 1 to 5, each from the cells it rests on."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kbkresearch.studies import judge
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    FACILITIES,
    KINDS,
    Stratum,
    groups,
    limits,
    stratum_of,
    total,
)
from kbkresearch.studies.words import both, rupiah, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.studies.model import Outcome


def members_cell(row: Mapping[str, Any], table: int) -> Outcome:
    """Compare members in Table 1 with those in Table 5, or the other way round."""
    one = stratum_of(row)
    other = {1: one.members_table5, 5: one.members}[table]
    return judge.number(row["members"], other, **_labels(one))


def visits_cell(row: Mapping[str, Any]) -> Outcome:
    """Compare visits in Table 2 with what the fund in Table 5 holds of unit costs."""
    one = stratum_of(row)
    return judge.number(
        row["visits"],
        Fraction(one.fund_printed, one.unit_cost_rp),
        fund=one.fund_printed,
        cost=one.unit_cost_rp,
        **_labels(one),
    )


def share_cell(row: Mapping[str, Any], of: str) -> Outcome:
    """Compare a share of members or visits with the counts."""
    one = stratum_of(row)
    count, whole = getattr(one, of), int(total(one.facility_id, one.stratum_kind)[of])
    share = Fraction(100 * count, whole)
    outcome = judge.number(row["share_pct"], share, 1, count=count, total=whole, **_labels(one))
    decimals = 1 if outcome.verdict == "reproduced" else 2
    return replace(outcome, recomputed=shown(share, decimals))


def rate_cell(row: Mapping[str, Any]) -> Outcome:
    """Compare a rate with visits and members."""
    one = stratum_of(row)
    return judge.number(row["rate_permille"], one.rate, **limits(one), **_labels(one))


def tariff_cell(row: Mapping[str, Any]) -> Outcome:
    """Compare a tariff with visits, members and the cost of a visit."""
    one = stratum_of(row)
    outcome = judge.number(
        row["tariff_rp"],
        one.tariff,
        cost=one.unit_cost_rp,
        rate_printed=one.rate_printed,
        from_printed_rate=one.tariff_from_printed_rate,
        **_labels(one),
    )
    return in_rupiah(outcome)


def fund_cell(row: Mapping[str, Any]) -> Outcome:
    """Compare a fund with visits times the cost of a visit."""
    one = stratum_of(row)
    product = one.tariff_printed * one.members
    outcome = judge.number(
        row["fund_rp"],
        one.fund,
        cost=one.unit_cost_rp,
        product=product,
        gap=abs(product - one.fund_printed),
        **_labels(one),
    )
    return in_rupiah(outcome)


def total_cell(row: Mapping[str, Any], column: str) -> Outcome:
    """Compare a total of Table 5 with the strata of its own block, age or sex."""
    found = groups(row["facility_id"], row["stratum_kind"])
    sums = total(row["facility_id"], row["stratum_kind"])
    members, fund = int(sums["members"]), int(sums["fund_rp"])
    paid = members * row["paid_pmpm_rp"]
    values = {
        "members": Fraction(members),
        "fund_rp": Fraction(fund),
        "paid_pmpm_rp": Fraction(row["paid_rp"], members),
        "paid_rp": Fraction(paid),
        "excess_rp": Fraction(paid - fund),
    }
    outcome = judge.number(
        row[column],
        values[column],
        strata=len(found),
        printed_tariffs=sum(one.tariff_printed * one.members for one in found),
        paid=paid,
        fund=fund,
        facility=FACILITIES[row["facility_id"]],
        by=KINDS[row["stratum_kind"]],
    )
    return outcome if column == "members" else in_rupiah(outcome)


def counts_agree(table: int) -> Outcome:
    """Compare the totals of a table by age with those by sex, in both facilities."""
    of = {1: "members", 2: "visits"}[table]
    sums = {(name, kind): int(total(name, kind)[of]) for name in FACILITIES for kind in KINDS}
    same = all(sums[name, "age_band"] == sums[name, "sex"] for name in FACILITIES)
    clinic, dpp = (sums[name, "age_band"] for name in FACILITIES)
    return judge.holds(same, both("{}; {}", clinic, dpp), clinic=clinic, dpp=dpp)


def in_rupiah(outcome: Outcome) -> Outcome:
    """Return an outcome whose recomputed value is shown as rupiah."""
    return replace(outcome, recomputed=rupiah(outcome.recomputed))


def _labels(one: Stratum) -> dict[str, Any]:
    return {
        "facility": FACILITIES[one.facility_id],
        "group": one.label,
        "members": one.members,
        "visits": one.visits,
    }
