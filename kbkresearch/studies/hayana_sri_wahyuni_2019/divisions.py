"""Ways of dividing a facility's members, and what tariffs cost where they did not come from."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kbkresearch.capitation.rates import own_rate_tariffs
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    FACILITIES,
    Stratum,
    first_age,
    groups,
)
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_CHILD, _ADULT, _OLD = 15, 60, 50


def divisions(name: str) -> Mapping[Text, Sequence[Sequence[Stratum]]]:
    """Return five ways of dividing one facility's members, two of them the study's own.

    Parameters
    ----------
    name : str
        The facility.

    Returns
    -------
    mapping of Text to sequence of sequence of Stratum
        The groups of each division, each made of printed strata.
    """
    bands, sexes = groups(name, "age_band"), groups(name, "sex")
    return {
        Text("umur, 14 kelompok", "age, 14 bands"): [[one] for one in bands],
        Text("jenis kelamin", "sex"): [[one] for one in sexes],
        Text("tidak dibagi", "not divided"): [bands],
        Text("umur 0–14, 15–59, 60+", "ages 0–14, 15–59, 60+"): _split(
            bands,
            lambda one: (first_age(one.stratum) >= _CHILD) + (first_age(one.stratum) >= _ADULT),
        ),
        Text("kelompok umur selang-seling (sembarang)", "every other age band (arbitrary)"): [
            bands[0::2],
            bands[1::2],
        ],
    }


def fund_of(parts: Sequence[Sequence[Stratum]]) -> int:
    """Return what own-rate tariffs of the parts add up to, each times its members."""
    found = own_rate_tariffs(
        [sum(one.members for one in part) for part in parts],
        [sum(one.visits for one in part) for part in parts],
        parts[0][0].unit_cost_rp,
    )
    return int(found.fund_rp.sum())


def fifty_and_over(name: str) -> tuple[Sequence[Stratum], Sequence[Stratum]]:
    """Return a facility's age bands below 50 and from 50."""
    younger, older = _split(
        groups(name, "age_band"), lambda one: int(first_age(one.stratum) >= _OLD)
    )
    return younger, older


def transferred(rates_of: str, members_of: str, kind: str) -> Fraction:
    """Return what one facility's tariffs would bring for another's members."""
    tariffs = {one.stratum: one.tariff for one in groups(rates_of, kind)}
    return sum(
        (tariffs[one.stratum] * one.members for one in groups(members_of, kind)),
        start=Fraction(),
    )


def index_of(name: str, kind: str) -> Fraction:
    """Return a facility's relative need: its strata at both facilities' common rates.

    One means the need of the average member of both facilities together.
    """
    pooled: dict[str, list[int]] = {}
    for each in FACILITIES:
        for one in groups(each, kind):
            sums = pooled.setdefault(one.stratum, [0, 0])
            sums[0] += one.visits
            sums[1] += one.members
    crude = Fraction(
        sum(visits for visits, _ in pooled.values()), sum(members for _, members in pooled.values())
    )
    own = groups(name, kind)
    expected = sum((one.members * Fraction(*pooled[one.stratum]) for one in own), start=Fraction())
    return expected / (crude * sum(one.members for one in own))


def _split(bands: Sequence[Stratum], part: Callable[[Stratum], int]) -> list[Sequence[Stratum]]:
    numbers = sorted({part(one) for one in bands})
    return [[one for one in bands if part(one) == number] for number in numbers]
