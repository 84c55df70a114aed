"""The study's five tables joined: one entry per facility and stratum, with what follows exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.capitation.rates import (
    Heterogeneity,
    RateInterval,
    RateRatio,
    heterogeneity,
    own_rate_tariffs,
    rate_interval,
    rate_ratio,
)
from kbkresearch.studies.rows import records
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

CLINIC, DPP = "klinik-hayana", "dpp-sri-wahyuni"
FACILITIES = {
    CLINIC: Text("Klinik Hayana", "Klinik Hayana"),
    DPP: Text("DPP dr. Sri Wahyuni", "DPP dr. Sri Wahyuni"),
}
KINDS = {"age_band": Text("umur", "age"), "sex": Text("jenis kelamin", "sex")}
SEXES = {"male": Text("laki-laki", "men"), "female": Text("perempuan", "women")}
SHORT = {CLINIC: "clinic", DPP: "dpp"}
"""What the names of a facility's details begin with."""
MONTHS = 6
"""July to December, over which the study says that visits were averaged."""
ENDINGS = {1: "", MONTHS: "6"}
"""The two readings of the counts, as one month's or as means of six, with what the names of their
details end in."""
_KEY = ["facility_id", "stratum_kind", "stratum"]
_PRINTED = {
    "hayana-participants": {"members": "members"},
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
    fund : int
        Visits times the cost of a visit.
    """

    members: int
    visits: int
    fund: int

    @property
    def rate(self) -> Fraction:
        """Return the visits per 1,000 members, exact."""
        return Fraction(1000 * self.visits, self.members)

    @property
    def tariff(self) -> Fraction:
        """Return the rupiah per member that cover the cost of the visits, exact."""
        return Fraction(self.fund, self.members)


@dataclass(frozen=True, slots=True)
class Stratum(Group):
    """One age band or sex of one facility, as printed in Tables 1 to 5.

    Attributes
    ----------
    facility_id, kind, stratum : str
        Which stratum.
    unit_cost_rp : int
        Table 4.
    rate_printed, tariff_printed, members_table5, fund_printed : int
        Tables 3, 4 and 5.
    """

    facility_id: str
    kind: str
    stratum: str
    unit_cost_rp: int
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
    unit_cost_rp : int
        Cost of a visit.
    pmpm, paid : int
        Capitation per member, and capitation paid.
    """

    unit_cost_rp: int
    pmpm: int
    paid: int

    @property
    def excess(self) -> int:
        """Return what is paid minus what the visits cost."""
        return self.paid - self.fund

    @property
    def excess_pct(self) -> Fraction:
        """Return the excess as a share of what is paid."""
        return Fraction(100 * self.excess, self.paid)

    @property
    def break_even(self) -> Fraction:
        """Return the cost of a visit at which nothing of the capitation would be left."""
        return Fraction(self.paid, self.visits)

    @property
    def most_visits(self) -> int:
        """Return the visits beyond which nothing of the capitation would be left."""
        return self.paid // self.unit_cost_rp


def strata() -> tuple[Stratum, ...]:
    """Return all 32 strata in printed order."""
    return _strata(datasets.load)


@lru_cache(maxsize=8)
def _strata(load: Callable[[str], pd.DataFrame]) -> tuple[Stratum, ...]:
    """Join the tables once per way of loading them: every claim asks for some strata."""
    joined = load("hayana-participants")[_KEY]
    for name, columns in _PRINTED.items():
        table = load(name)[[*_KEY, *columns]].rename(columns=columns)
        joined = joined.merge(table, on=_KEY, validate="1:1")
    found = own_rate_tariffs(
        joined["members"].to_numpy(), joined["visits"].to_numpy(), joined["unit_cost_rp"].to_numpy()
    )
    joined["fund"] = found.fund_rp
    rows = joined.rename(columns={"stratum_kind": "kind"}).to_dict("records")
    return tuple(Stratum(**{str(name): value for name, value in row.items()}) for row in rows)


def paid_pmpm() -> dict[str, int]:
    """Return the capitation per member and month that each facility was paid."""
    return {row["facility_id"]: row["paid_pmpm_rp"] for row in records("hayana-fund-totals")}


def groups(facility: str, kind: str) -> tuple[Stratum, ...]:
    """Return the strata of one facility and one division."""
    return tuple(one for one in strata() if (one.facility_id, one.kind) == (facility, kind))


def stratum_of(row: Mapping[str, Any]) -> Stratum:
    """Return the stratum that a row of a published table is about."""
    found = groups(row["facility_id"], row["stratum_kind"])
    return next(one for one in found if one.stratum == row["stratum"])


def facility(name: str) -> Facility:
    """Return a facility's totals for one month, summed over its age bands."""
    bands = groups(name, "age_band")
    members, pmpm = sum(one.members for one in bands), paid_pmpm()[name]
    return Facility(
        members=members,
        visits=sum(one.visits for one in bands),
        fund=sum(one.fund for one in bands),
        unit_cost_rp=bands[0].unit_cost_rp,
        pmpm=pmpm,
        paid=members * pmpm,
    )


def _read(found: Sequence[Stratum], months: int) -> tuple[list[int], list[int]]:
    """Return visits and exposure of strata, reading the counts as means of these months."""
    return [months * one.visits for one in found], [months * one.members for one in found]


def spread(name: str, kind: str, months: int) -> Heterogeneity:
    """Test whether the strata of a facility differ, reading the counts as months' means."""
    return heterogeneity(*_read(groups(name, kind), months))


def intervals(found: Sequence[Stratum], months: int) -> RateInterval:
    """Return rates of strata with 95% limits, reading the counts as months' means."""
    return rate_interval(*_read(found, months))


def covered(name: str, kind: str, months: int) -> int:
    """Count the strata whose 95% interval contains the facility's rate."""
    found, mean = intervals(groups(name, kind), months), float(facility(name).rate / 1000)
    return int(((found.ci_low <= mean) & (mean <= found.ci_high)).sum())


def sex_ratio(name: str, months: int) -> RateRatio:
    """Return men's rate over women's with 95% limits, reading the counts as months' means."""
    visits, members = _read(groups(name, "sex"), months)
    return rate_ratio(visits[0], members[0], visits[1], members[1])


def limits(one: Stratum) -> dict[str, Any]:
    """Return 95% limits of a stratum's rate per 1,000, under both readings."""
    found = {ending: intervals([one], months) for months, ending in ENDINGS.items()}
    return {
        f"{side}{ending}": 1000 * float(getattr(each, f"ci_{side}")[0])
        for ending, each in found.items()
        for side in ("low", "high")
    }


def age_label(band: str) -> Text:
    """Return an age band in words: ``65+`` is printed as 65 or older."""
    shown = f"≥{band[:-1]}" if band.endswith("+") else band.replace("-", "–")
    return Text(f"{shown} tahun", f"{shown} years")


def first_age(band: str) -> int:
    """Return the youngest age of a band."""
    return int(band.rstrip("+").split("-")[0])
