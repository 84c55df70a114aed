"""The chapter's printed tables read literally: what each band can mean, and the scores they give.

A printed band may leave an end without a sign ("> 2% - 2,5%"): then it has two readings. Bands are
told to hold together by whether some choice of readings covers all values once and only once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from kbkresearch.regulation.intervals import Interval, partition_problems
from kbkresearch.studies.judge import exact
from kbkresearch.studies.rows import records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.studies.rows import Row

INDICATORS = ("ak", "rrns", "rppt")
FACILITIES = ("puskesmas", "klinik_pratama")
_PART = re.compile(r"\s*(?P<sign>[≥≤<>]?)\s*(?P<number>\d+(?:,\d+)?)\s*[%‰]?\s*")
_CLOSED = {"": (True, False), ">": (False,), "≥": (True,), "<": (False,), "≤": (True,)}
_UNBOUNDED = Decimal("inf")


def part(printed: str) -> tuple[str, Decimal]:
    """Return sign and number of one end of a printed band, or of a printed target.

    Examples
    --------
    >>> part("> 2,5%")
    ('>', Decimal('2.5'))
    """
    match = _PART.fullmatch(printed)
    if match is None:
        raise ValueError(f"{printed!r} is no printed end of a band")
    return match["sign"], Decimal(match["number"].replace(",", "."))


def largest(printed: str) -> int:
    """Return the largest value of a share in the printed unit: 100 for %, 1000 for ‰."""
    return 1000 if "‰" in printed else 100


def readings(printed: str, domain: Interval) -> tuple[Interval, ...]:
    """Return every interval that a printed band can mean.

    Parameters
    ----------
    printed : str
        As the table has it.
    domain : Interval
        Gives the end that is not printed.

    Returns
    -------
    tuple of Interval
        Two where one end carries no sign, the closed one first.

    Examples
    --------
    >>> [str(one) for one in readings("> 2% - 2,5%", Interval.parse("[0, 100]"))]
    ['(2, 2.5]', '(2, 2.5)']
    """
    ends = [part(one) for one in printed.split("-")]
    sign, number = ends[0]
    if len(ends) > 1:
        last, high = ends[1]
        return tuple(
            Interval(number, high, low_closed=left, high_closed=right)
            for left in _CLOSED[sign]
            for right in _CLOSED[last]
        )
    if not sign:
        return (Interval(number, number, low_closed=True, high_closed=True),)
    closed = _CLOSED[sign][0]
    if sign in "<≤":
        return (Interval(domain.low, number, domain.low_closed, closed),)
    if number > domain.high:
        return (Interval(number, _UNBOUNDED, closed, high_closed=False),)
    return (Interval(number, domain.high, closed, domain.high_closed),)


def partitions(bands: Mapping[Any, str], domain: Interval) -> list[dict[Any, Interval]]:
    """Return the readings of printed bands that cover a domain once and only once.

    Parameters
    ----------
    bands : mapping of object to str
        Printed bands, by rating or score.
    domain : Interval

    Returns
    -------
    list of dict
        One interval per band; empty if no reading does.
    """
    return [
        dict(zip(bands, chosen, strict=True))
        for chosen in product(*(readings(one, domain) for one in bands.values()))
        if not partition_problems(chosen, domain)
    ]


def overlaps(one: Interval, other: Interval) -> bool:
    """Return whether two intervals share a number."""
    low, high = sorted((one, other), key=lambda band: (band.low, not band.low_closed))
    return high.low < low.high or (high.low == low.high and high.low_closed and low.high_closed)


@dataclass(frozen=True, slots=True)
class Triple:
    """One combination of ratings, as the printed tables score and pay it.

    Attributes
    ----------
    ratings : tuple of int
        Of AK, RRNS and RPPT.
    score : Fraction
        Sum of the three printed values.
    payment : mapping of str to int
        Per cent by facility type; empty where no printed band holds the score.
    """

    ratings: tuple[int, ...]
    score: Fraction
    payment: Mapping[str, int]


def values() -> dict[str, dict[int, Fraction]]:
    """Return the printed value ("nilai") of each rating, by indicator."""
    found: dict[str, dict[int, Fraction]] = {name: {} for name in INDICATORS}
    for row in records("pasawahan-bands"):
        found[row["indicator"]][row["rating"]] = exact(row["value_printed"])
    return found


def bands(indicator: str) -> dict[int, str]:
    """Return the printed bands of an indicator by rating."""
    return {
        row["rating"]: row["band_printed"]
        for row in records("pasawahan-bands")
        if row["indicator"] == indicator
    }


def score_domain() -> Interval:
    """Return the range of the score: the sums of the lowest and of the highest values."""
    worth = values().values()
    ends = (sum((pick(one.values()) for one in worth), Fraction()) for pick in (min, max))
    low, high = (Decimal(end.numerator) / Decimal(end.denominator) for end in ends)
    return Interval(low, high, low_closed=True, high_closed=True)


def score_bands() -> dict[str, Interval]:
    """Return the printed bands of the score as intervals, unsigned ends closed."""
    domain = score_domain()
    names = dict.fromkeys(row["score_band_printed"] for row in records("pasawahan-payments"))
    return {name: readings(name, domain)[0] for name in names}


def lattice() -> tuple[Triple, ...]:
    """Return every combination of ratings with the score and payment that the tables give it."""
    paid: dict[str, dict[str, int]] = {}
    for row in records("pasawahan-payments"):
        paid.setdefault(row["score_band_printed"], {})[row["facility_type"]] = row["payment_pct"]
    spans, worth = score_bands(), values()
    triples = []
    for ratings in product(*(sorted(worth[name]) for name in INDICATORS)):
        score = sum(
            (worth[name][level] for name, level in zip(INDICATORS, ratings, strict=True)),
            Fraction(),
        )
        band = next((name for name, span in spans.items() if score in span), None)
        triples.append(Triple(ratings, score, paid[band] if band else {}))
    return tuple(triples)


@dataclass(frozen=True, slots=True)
class StaffColumn:
    """One printed column of the staffing table.

    Attributes
    ----------
    area, inpatient : str
        Header and sub-header over it; the header is empty where nothing is printed.
    cells : mapping of int to int
        Number of staff by printed row number.
    total : int
        As printed.
    """

    area: str
    inpatient: str
    cells: Mapping[int, int]
    total: int

    @property
    def sum(self) -> int:
        """Return the sum of the cells."""
        return sum(self.cells.values())


def staff_columns() -> dict[int, StaffColumn]:
    """Return the printed columns of the staffing table, by position."""
    columns: dict[int, list[Row]] = {}
    for row in records("pasawahan-staffing"):
        columns.setdefault(row["column_no"], []).append(row)
    return {number: _staff_column(rows) for number, rows in columns.items()}


def _staff_column(rows: list[Row]) -> StaffColumn:
    area = rows[0]["area_printed"]
    return StaffColumn(
        area=area if isinstance(area, str) else "",
        inpatient=rows[0]["inpatient_printed"],
        cells={row["row_no"]: row["staff"] for row in rows if row["staff_group"] != "total"},
        total=next(row["staff"] for row in rows if row["staff_group"] == "total"),
    )
