"""The study's five tables joined: one entry per facility and stratum, with what follows exactly."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets, formats
from kbkresearch.capitation.rates import (
    Heterogeneity,
    heterogeneity,
    own_rate_tariffs,
    rate_interval,
)
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CLINIC, DPP = "klinik-hayana", "dpp-sri-wahyuni"
FACILITIES = {
    CLINIC: Text("Klinik Hayana", "Klinik Hayana"),
    DPP: Text("DPP dr. Sri Wahyuni", "DPP dr. Sri Wahyuni"),
}
KINDS = {"age_band": Text("umur", "age"), "sex": Text("jenis kelamin", "sex")}
SEXES = {"male": Text("laki-laki", "men"), "female": Text("perempuan", "women")}
MONTHS = 6
"""July to December, over which the study says that visits were averaged."""
_KEY = ["facility_id", "stratum_kind", "stratum"]
_PRINTED = {
    "hayana-participants": {"members": "members"},
    "hayana-utilisation": {"visits": "visits"},
    "hayana-rates": {"rate_permille": "rate_printed"},
    "hayana-tariffs": {"unit_cost_rp": "unit_cost_rp", "tariff_rp": "tariff_printed"},
    "hayana-funds": {"members": "members_table5", "fund_rp": "fund_printed"},
}


@dataclass(frozen=True, slots=True)
class Stratum:
    """One age band or sex of one facility, as printed in Tables 1 to 5.

    Attributes
    ----------
    facility_id, kind, stratum : str
        Which stratum.
    members, visits, unit_cost_rp : int
        Tables 1, 2 and 4.
    rate_printed, tariff_printed, members_table5, fund_printed : int
        Tables 3, 4 and 5.
    fund : int
        Visits times the cost of a visit.
    """

    facility_id: str
    kind: str
    stratum: str
    members: int
    visits: int
    unit_cost_rp: int
    rate_printed: int
    tariff_printed: int
    members_table5: int
    fund_printed: int
    fund: int

    @property
    def rate(self) -> Fraction:
        """Return the visits per 1,000 members, exact."""
        return Fraction(1000 * self.visits, self.members)

    @property
    def tariff(self) -> Fraction:
        """Return the rupiah per member that cover the cost of the visits, exact."""
        return Fraction(self.fund, self.members)

    @property
    def tariff_from_printed_rate(self) -> Fraction:
        """Return the tariff that the rate gives as it is printed, in whole per mil."""
        return Fraction(self.rate_printed * self.unit_cost_rp, 1000)

    @property
    def label(self) -> Text:
        """Return the stratum in words."""
        return SEXES.get(self.stratum) or age_label(self.stratum)


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility as a whole, for one month.

    Attributes
    ----------
    members, visits, fund, pmpm, paid : int
        Members, visits, cost of the visits, capitation per member and capitation paid.
    """

    members: int
    visits: int
    fund: int
    pmpm: int
    paid: int

    @property
    def excess(self) -> int:
        """Return what is paid minus what the visits cost."""
        return self.paid - self.fund

    @property
    def rate(self) -> Fraction:
        """Return the visits per 1,000 members."""
        return Fraction(1000 * self.visits, self.members)

    @property
    def tariff(self) -> Fraction:
        """Return the single tariff that covers the cost of all visits."""
        return Fraction(self.fund, self.members)

    @property
    def break_even(self) -> Fraction:
        """Return the cost of a visit at which nothing of the capitation would be left."""
        return Fraction(self.paid, self.visits)


@cache
def strata() -> tuple[Stratum, ...]:
    """Return all 32 strata in printed order."""
    joined = datasets.load("hayana-participants")[_KEY]
    for name, columns in _PRINTED.items():
        table = datasets.load(name)[[*_KEY, *columns]].rename(columns=columns)
        joined = joined.merge(table, on=_KEY, validate="1:1")
    found = own_rate_tariffs(
        joined["members"].to_numpy(), joined["visits"].to_numpy(), joined["unit_cost_rp"].to_numpy()
    )
    joined["fund"] = found.fund_rp
    rows = joined.rename(columns={"stratum_kind": "kind"}).to_dict("records")
    return tuple(Stratum(**{str(name): value for name, value in row.items()}) for row in rows)


@cache
def paid_pmpm() -> Mapping[str, int]:
    """Return the capitation per member and month that each facility was paid."""
    totals = datasets.load("hayana-fund-totals")
    return {str(row["facility_id"]): int(row["paid_pmpm_rp"]) for row in totals.to_dict("records")}


def forget() -> None:
    """Read the published tables anew the next time they are needed."""
    strata.cache_clear()
    paid_pmpm.cache_clear()


def groups(facility: str, kind: str) -> tuple[Stratum, ...]:
    """Return the strata of one facility and one division."""
    return tuple(one for one in strata() if (one.facility_id, one.kind) == (facility, kind))


def stratum_of(row: Mapping[str, Any]) -> Stratum:
    """Return the stratum that a row of a published table is about."""
    return next(
        one
        for one in groups(row["facility_id"], row["stratum_kind"])
        if one.stratum == row["stratum"]
    )


def facility(name: str) -> Facility:
    """Return a facility's totals for one month, summed over its age bands."""
    bands = groups(name, "age_band")
    members, pmpm = sum(one.members for one in bands), paid_pmpm()[name]
    return Facility(
        members=members,
        visits=sum(one.visits for one in bands),
        fund=sum(one.fund for one in bands),
        pmpm=pmpm,
        paid=members * pmpm,
    )


def spread(name: str, kind: str, months: int) -> Heterogeneity:
    """Test whether the strata of a facility differ, reading the counts as months' means."""
    found = groups(name, kind)
    return heterogeneity(
        [months * one.visits for one in found], [months * one.members for one in found]
    )


def limits(one: Stratum) -> dict[str, Any]:
    """Return 95% limits of a stratum's rate per 1,000, for counts of one month and means of six."""
    found = {
        mark: rate_interval([months * one.visits], [months * one.members])
        for months, mark in ((1, ""), (MONTHS, "6"))
    }
    return {
        f"{side}{mark}": 1000 * float(getattr(each, f"ci_{side}")[0])
        for mark, each in found.items()
        for side in ("low", "high")
    }


def age_label(band: str) -> Text:
    """Return an age band in words: ``65+`` is printed as 65 or older."""
    shown = f"≥{band[:-1]}" if band.endswith("+") else band.replace("-", "–")
    return Text(f"{shown} tahun", f"{shown} years")


def first_age(band: str) -> int:
    """Return the youngest age of a band."""
    return int(band.rstrip("+").split("-")[0])


def both(template: str, *values: Any) -> Text:
    """Return a text that differs between the languages in its numbers only."""
    shown = {
        lang: [
            value.to(lang) if isinstance(value, Text) else formats.number(value, lang)
            for value in values
        ]
        for lang in ("id", "en")
    }
    return Text(template.format(*shown["id"]), template.format(*shown["en"]))


def shown(value: Any, decimals: int = 0) -> Text:
    """Return a number in both languages."""
    return Text(formats.number(value, "id", decimals), formats.number(value, "en", decimals))


def rupiah(value: Any) -> Text:
    """Return an amount of rupiah in both languages."""
    return Text(formats.rupiah(value, "id"), formats.rupiah(value, "en"))


def join(texts: Iterable[Text]) -> Text:
    """Return texts as a list in words."""
    parts = list(texts)
    return Text(
        _listed([one.id for one in parts], "dan"), _listed([one.en for one in parts], "and")
    )


def moved(value: Any) -> Text:
    """Return by how many rupiah something falls or rises, in words."""
    amount = rupiah(abs(value))
    if value < 0:
        return Text(f"turun {amount.id}", f"falls by {amount.en}")
    return Text(f"naik {amount.id}", f"rises by {amount.en}")


def _listed(parts: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else "–"
