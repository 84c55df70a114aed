"""The study's five tables joined, and the capitation that members, visits and costs give."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.capitation.adjusted import adjusted_capitation
from kbkresearch.capitation.capitate import Capitation, capitation
from kbkresearch.capitation.keyed import keyed_values
from kbkresearch.capitation.rates import RateRatio, rate_ratio
from kbkresearch.studies.hayana_sri_wahyuni_2019.divisions import AGE, SEX, WHOLE, divided
from kbkresearch.studies.rows import records
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

    from kbkresearch.capitation.strata import Counts

CLINIC, DPP = "klinik-hayana", "dpp-sri-wahyuni"
FACILITIES = {
    CLINIC: Text("Klinik Hayana", "Klinik Hayana"),
    DPP: Text("DPP dr. Sri Wahyuni", "DPP dr. Sri Wahyuni"),
}
KINDS = {AGE: Text("umur", "age"), SEX: Text("jenis kelamin", "sex")}
SEXES = {"male": Text("laki-laki", "men"), "female": Text("perempuan", "women")}
SHORT = {CLINIC: "clinic", DPP: "dpp"}
"""What the names of a facility's details begin with."""
MONTHS = 6
"""July to December, over which the study says that visits were averaged."""
ENDINGS = {1: "", MONTHS: "6"}
"""The two readings of the counts, as one month's or as means of six, with what the names of their
details end in."""
_GROUPS = ["facility_id", "stratum_kind"]
_KEY = [*_GROUPS, "stratum"]
_PRINTED = {
    "hayana-utilisation": {"visits": "visits"},
    "hayana-rates": {"rate_permille": "rate_printed"},
    "hayana-tariffs": {"unit_cost_rp": "unit_cost_rp", "tariff_rp": "tariff_printed"},
    "hayana-funds": {"members": "members_table5", "fund_rp": "fund_printed"},
}


@dataclass(frozen=True, slots=True)
class Group:
    """Members of a facility, with what they use in one month.

    Attributes
    ----------
    members, visits : int
        Tables 1 and 2.
    rate : Fraction
        Visits per 1,000 members.
    tariff : Fraction
        Rupiah per member that cover the cost of the visits.
    fund : int
        Rupiah that the tariff brings: the cost of the visits.
    unit_cost_rp : int
        Cost of a visit, Table 4.
    """

    members: int
    visits: int
    rate: Fraction
    tariff: Fraction
    fund: int
    unit_cost_rp: int


@dataclass(frozen=True, slots=True)
class Stratum(Group):
    """One age band or sex of one facility, as printed in Tables 1 to 5.

    Attributes
    ----------
    facility_id, stratum_kind, stratum : str
        Which stratum.
    rate_printed, tariff_printed, members_table5, fund_printed : int
        Tables 3, 4 and 5.
    """

    facility_id: str
    stratum_kind: str
    stratum: str
    rate_printed: int
    tariff_printed: int
    members_table5: int
    fund_printed: int

    @property
    def tariff_from_printed_rate(self) -> Fraction:
        """Return the tariff that the rate gives as it is printed, in whole per mil."""
        return Fraction(self.rate_printed * self.unit_cost_rp, 1000)

    @property
    def label(self) -> Text:
        """Return the stratum in words."""
        return SEXES.get(self.stratum) or age_label(self.stratum)


@dataclass(frozen=True, slots=True)
class Facility(Group):
    """A facility as a whole, for one month.

    Attributes
    ----------
    pmpm, paid : int
        Capitation per member, and capitation paid.
    excess : int
        What is paid minus what the visits cost.
    break_even : Fraction
        Cost of a visit at which nothing of the capitation would be left.
    """

    pmpm: int
    paid: int
    excess: int
    break_even: Fraction

    @property
    def excess_pct(self) -> Fraction:
        """Return the excess as a share of what is paid."""
        return Fraction(100 * self.excess, self.paid)

    @property
    def most_visits(self) -> int:
        """Return the visits beyond which nothing of the capitation would be left."""
        return self.paid // self.unit_cost_rp


def paid_pmpm() -> dict[object, float]:
    """Return the capitation per member and month that each facility was paid."""
    return {row["facility_id"]: row["paid_pmpm_rp"] for row in records("hayana-fund-totals")}


def reading(months: int = 1, counts: Counts = "average") -> Capitation:
    """Return rates, tariffs and funds by facility and division, for one reading of the counts.

    Parameters
    ----------
    months : int
        Months that the counts cover.
    counts : {"average", "total"}
        Whether they are means of these months, or their sums.

    Returns
    -------
    Capitation
    """
    return _reading(datasets.load, months, counts)


@lru_cache(maxsize=8)
def _reading(load: Callable[[str], pd.DataFrame], months: int, counts: Counts) -> Capitation:
    """Compute once per way of loading the tables: every claim asks for some strata."""
    strata = divided(_printed(load))
    costs = strata.drop_duplicates(_KEY)[[*_KEY, "unit_cost_rp"]]
    return capitation(
        strata, ["stratum"], costs, paid_pmpm(), months, counts=counts, groups=_GROUPS
    )


@lru_cache(maxsize=8)
def _printed(load: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    joined = load("hayana-participants")[[*_KEY, "members"]]
    for name, columns in _PRINTED.items():
        table = load(name)[[*_KEY, *columns]].rename(columns=columns)
        joined = joined.merge(table, on=_KEY, validate="1:1")
    return joined


def rates(name: str, kind: str, months: int = 1) -> pd.DataFrame:
    """Return a facility's rates by one division, reading the counts as means of these months."""
    return _part(reading(months).frame, name, kind)


def total(
    name: str, kind: str = WHOLE, months: int = 1, counts: Counts = "average"
) -> pd.Series[Any]:
    """Return a facility's totals, with the test that the strata of a division share one rate."""
    return _part(reading(months, counts).totals, name, kind).iloc[0]


def _part(frame: pd.DataFrame, name: str, kind: str) -> pd.DataFrame:
    return frame[(frame["facility_id"] == name) & (frame["stratum_kind"] == kind)]


def strata() -> tuple[Stratum, ...]:
    """Return all 32 strata in printed order."""
    return _strata(datasets.load)


@lru_cache(maxsize=8)
def _strata(load: Callable[[str], pd.DataFrame]) -> tuple[Stratum, ...]:
    own = list(Stratum.__slots__)
    rows = reading().frame.merge(_printed(load)[own], on=_KEY).to_dict("records")
    return tuple(Stratum(**_group(row), **{name: row[name] for name in own}) for row in rows)


def groups(facility: str, kind: str) -> tuple[Stratum, ...]:
    """Return the strata of one facility and one division of the study."""
    return tuple(one for one in strata() if (one.facility_id, one.stratum_kind) == (facility, kind))


def stratum_of(row: Mapping[str, Any]) -> Stratum:
    """Return the stratum that a row of a published table is about."""
    found = groups(row["facility_id"], row["stratum_kind"])
    return next(one for one in found if one.stratum == row["stratum"])


def facility(name: str) -> Facility:
    """Return a facility's members of all ages, for one month."""
    whole, money = rates(name, WHOLE).iloc[0].to_dict(), total(name)
    return Facility(
        **_group(whole),
        pmpm=int(paid_pmpm()[name]),
        paid=int(money["paid_rp"]),
        excess=int(money["difference_rp"]),
        break_even=Fraction(money["break_even_unit_cost_rp"]),
    )


def _group(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what a group needs of a row of the capitation."""
    return {
        **{name: int(row[name]) for name in ("members", "visits", "unit_cost_rp")},
        "rate": Fraction(row["rate_permille"]),
        "tariff": Fraction(row["tariff_rp"]),
        "fund": int(row["fund_rp"]),
    }


def covered(name: str, kind: str, months: int) -> int:
    """Count the strata whose 95% interval contains the facility's rate."""
    found, mean = rates(name, kind, months), total(name)["rate_permille"]
    return int(((found["ci_low"] <= mean) & (mean <= found["ci_high"])).sum())


def compared(two: pd.DataFrame) -> RateRatio:
    """Return the rate of the first of two strata over the second's, with 95% limits."""
    (first, over), (second, under) = two[["visits", "member_months"]].to_numpy()
    return rate_ratio(first, over, second, under)


def rate_of(one: Stratum, months: int) -> pd.Series[Any]:
    """Return a stratum's rate with 95% limits, reading the counts as means of these months."""
    found = rates(one.facility_id, one.stratum_kind, months)
    return found[found["stratum"] == one.stratum].iloc[0]


def limits(one: Stratum) -> dict[str, Any]:
    """Return 95% limits of a stratum's rate per 1,000, under both readings."""
    return {
        f"{side}{ending}": rate_of(one, months)[f"ci_{side}"]
        for months, ending in ENDINGS.items()
        for side in ("low", "high")
    }


def transferred(rates_of: str, members_of: str, kind: str) -> float:
    """Return what one facility's tariffs would bring for another's members."""
    members = rates(members_of, kind)
    tariffs = keyed_values(rates(rates_of, kind), "tariff_rp", members, ["stratum"])
    return float(tariffs @ members["members"].to_numpy())


def relative_need() -> dict[str, float]:
    """Return each facility's need at both's common rates by age; 1 is that of the mean member."""
    bands = reading().frame.query("stratum_kind == @AGE")
    found = adjusted_capitation(bands, ["stratum"], paid_pmpm()).frame
    return dict(zip(found["facility_id"], found["relative_weight"], strict=True))


def at_cost(unit_cost_rp: float) -> dict[str, float]:
    """Return what would be left of the capitation at another cost of a visit, by facility."""
    found = reading().sensitivity([unit_cost_rp]).query("stratum_kind == @WHOLE")
    return dict(zip(found["facility_id"], found["difference_rp"], strict=True))


def age_label(band: str) -> Text:
    """Return an age band in words: ``65+`` is printed as 65 or older."""
    shown = f"≥{band[:-1]}" if band.endswith("+") else band.replace("-", "–")
    return Text(f"{shown} tahun", f"{shown} years")
