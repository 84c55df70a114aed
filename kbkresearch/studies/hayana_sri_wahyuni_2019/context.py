"""What the introduction, the discussion and the reference list state about the world around."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kbkresearch.regulation.registry import rules, rules_on
from kbkresearch.studies import judge
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    CLINIC,
    DPP,
    FACILITIES,
    facility,
    paid_pmpm,
)
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.words import both, rupiah, shown
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

_TYPES = {CLINIC: "klinik_pratama", DPP: "dpp"}
_THIS_STUDY = "10.33846/2trik12115"
_MIDDLE_OF_DATA = date(2019, 10, 1)


def grew(before: int, after: int) -> Outcome:
    """Judge whether a number increased."""
    rise = Fraction(100 * (after - before), before)
    return judge.holds(after > before, both("+{}", after - before), rise=after - before, pct=rise)


def share(part: int, whole: int, printed: int) -> Outcome:
    """Compare a share in whole per cent with its parts."""
    return judge.number(printed, Fraction(100 * part, whole), part=part, whole=whole)


def named(names: Sequence[str], stated: int, regencies: int, cities: int, all_: int) -> Outcome:
    """Judge a number of provinces against those named, and districts against all there are."""
    holds = len(names) == stated and regencies + cities <= all_
    return judge.holds(holds, len(names), n=len(names), districts=regencies + cities, all=all_)


def all_use(first: str, inpatient: str, total: str, outpatient: str, members: int) -> Outcome:
    """Show what the parts of a total of visits add up to, as printed and with the part left out."""
    one, two, three = (judge.exact(value) for value in (first, inpatient, total))
    left = three - one - two
    facts = {
        "one": one,
        "two": one + two,
        "total": three,
        "left": left,
        "press": judge.exact(outpatient),
        "matches": int(left == judge.exact(outpatient)),
        "monthly": one * 10**6 / members * 1000 / 12,
        "here": facility(CLINIC).rate,
    }
    added = shown(one + two, 1)
    return Outcome("ambiguous", Text(f"{added.id} juta", f"{added.en} million"), facts)


def doctor_norm(doctors: int) -> Outcome:
    """Show the norm of members per doctor, whose only source is this study, and the facilities."""
    norm = rules("doctor-ratio-2020").values["values.members_per_doctor_max"]
    circular = _THIS_STUDY in norm.citation
    clinic, dpp = facility(CLINIC).members, facility(DPP).members
    facts = {
        "norm": int(norm.value),
        "clinic": clinic,
        "dpp": dpp,
        "clinic_needs": -(-clinic // int(norm.value)),
        "dpp_needs": -(-dpp // int(norm.value)),
        "doctors": doctors,
        "each": Fraction(clinic + dpp, doctors),
    }
    return Outcome("not_recomputable" if circular else "reproduced", None, facts)


def tariff_range() -> Outcome:
    """Judge whether the tariffs of the regulation are ranges."""
    low, high, status = _range(CLINIC)
    seen = both("{}–{}", rupiah(low), rupiah(high))
    return judge.holds(low < high, seen, low=low, high=high, status=status)


def paid_in_range(facility_id: str) -> Outcome:
    """Judge a capitation paid against the range of its kind, if a source confirms the range."""
    low, high, status = _range(facility_id)
    paid = paid_pmpm()[facility_id]
    facts = {"low": low, "high": high, "paid": paid, "facility": FACILITIES[facility_id]}
    seen = both("{}–{}", rupiah(low), rupiah(high))
    if status == "unverified":
        return Outcome("not_recomputable", seen, facts)
    return judge.holds(low <= paid <= high, seen, **facts)


def in_payment(indicators: Sequence[str]) -> Outcome:
    """Judge whether indicators decide the payment under the rules of the data's year."""
    law = rules_on(_MIDDLE_OF_DATA)
    paying = [one.name for one in law.paying]
    facts = {"law": law.id, "paying": ", ".join(name.upper() for name in paying), "n": len(paying)}
    return judge.holds(set(indicators) <= set(paying), facts["paying"], **facts)


def pays_less() -> Outcome:
    """Judge whether each indicator missed lowers the payment."""
    law = rules_on(_MIDDLE_OF_DATA)
    table = law.payment["any"].by_zones
    steps = [table[missed, len(law.paying) - missed].value for missed in range(len(law.paying) + 1)]
    falls = all(later < sooner for sooner, later in pairwise(steps))
    names = dict(zip(("none", "one", "two", "three"), map(float, steps), strict=True))
    facts = {
        "law": law.id,
        "target": float(law.indicators["ak"].target),
        "rate": facility(CLINIC).rate,
    }
    return judge.holds(falls, both("{}–{}%", shown(steps[-1]), shown(steps[0])), **facts, **names)


def respondents(total: int, named_: int, others: int) -> Outcome:
    """Show both readings of a number of respondents of whom fewer are named."""
    facts = {"total": total, "named": named_, "unnamed": total - named_, "others": others}
    return Outcome("ambiguous", both("{} ≠ {}", named_, total), facts)


def period(research: str, first: str, last: str) -> Outcome:
    """Show two dates of the same research as fieldwork and as months of the data."""
    started, ended = date.fromisoformat(f"{first}-01"), date.fromisoformat(f"{last}-01")
    other = date.fromisoformat(f"{research}-01")
    inside = started <= other <= ended
    after = 12 * (other.year - ended.year) + other.month - ended.month
    facts = {"after": after}
    seen = Text(f"{after} bulan sesudahnya", f"{after} months later")
    return Outcome("reproduced" if inside else "ambiguous", seen, facts)


def same(first: str, second: str, second_en: str = "") -> Outcome:
    """Judge whether two places of the document say the same.

    Parameters
    ----------
    first, second : str
        What the claim says, and what the other place says.
    second_en : str
        The latter in English, where it is no name.

    Returns
    -------
    Outcome
    """
    other = Text(second, second_en or second)
    return judge.holds(first == second, other, first=first, second=other)


def years(stated: int, listed: int) -> Outcome:
    """Show two years of the same work as two readings."""
    facts = {"stated": str(stated), "listed": str(listed), "apart": abs(listed - stated)}
    facts["tariff"] = rules_on(_MIDDLE_OF_DATA, "tariff").regulation
    return Outcome("ambiguous" if stated != listed else "reproduced", str(listed), facts)


def references(cited: Sequence[int], listed: int) -> Outcome:
    """Judge whether the references are numbered as they are first cited, and all are cited."""
    order = list(dict.fromkeys(cited))
    right = order == list(range(1, listed + 1))
    return judge.holds(right, len(order), n=len(order), listed=listed)


def table_there(cited: str, tables: int) -> Outcome:
    """Judge whether a table that is cited exists."""
    numbers = [str(number) for number in range(1, tables + 1)]
    return judge.holds(cited in numbers, ", ".join(numbers), cited=cited, tables=tables)


def _range(facility_id: str) -> tuple[int, int, str]:
    law: Any = rules_on(_MIDDLE_OF_DATA, "tariff")
    found = next(one for one in law.ranges if one.facility_type == _TYPES[facility_id])
    return int(found.low.value), int(found.high.value), str(found.low.status)
