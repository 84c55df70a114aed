"""Age bands and sexes as people write them, and ages put into bands.

A band holds completed years from its first to its last age, both included; the last band may be
open. Bands that overlap count persons twice and a gap loses them, so both are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import ArrayLike, NDArray

OLDEST = 130
_YEARS = re.compile(r"\b(?:tahun|thn|th|years?(?: old)?|yrs?|usia|umur|ages?|aged)\b\.?")
_DASH = re.compile(r"\s*(?:-|–|—|−|~|\.\.+|s\s*/\s*d|s\.d\.?|sd\b|sampai(?: dengan)?|hingga|to)\s*")
_AND_ABOVE = r"(?:ke ?atas|plus|(?:and|or) (?:over|above|older|more)|(?:atau|dan) lebih)"
_FORMS = (
    (re.compile(r"(?:>=|=>|≥|⩾|min(?:imal)?\.?)\s*(\d+)"), lambda a: (a, None)),
    (re.compile(rf"(\d+)\s*(?:\+|{_AND_ABOVE}|-∞?)"), lambda a: (a, None)),
    (re.compile(r"(?:>|di ?atas|lebih dari|over|above)\s*(\d+)"), lambda a: (a + 1, None)),
    (re.compile(r"(?:<|di ?bawah|kurang dari|under|below)\s*(\d+)"), lambda a: (0, a - 1)),
    (re.compile(r"(?:<=|=<|≤|⩽|maks(?:imal)?\.?|up to)\s*(\d+)"), lambda a: (0, a)),
    (re.compile(r"(\d+)-<(\d+)"), lambda a, b: (a, b - 1)),
    (re.compile(r"(\d+)-(\d+)"), lambda a, b: (a, b)),
    (re.compile(r"(\d+)"), lambda a: (a, a)),
)


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Completed years of age from `first` to `last`, both included.

    Attributes
    ----------
    first : int
    last : int or None
        None where the band is open.
    """

    first: int
    last: int | None

    def __str__(self) -> str:
        if self.last is None:
            return f"{self.first}+"
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def read_band(label: object) -> AgeBand:
    """Read one age band in any usual spelling.

    Parameters
    ----------
    label : object
        Such as ``"0-4"``, ``"0 – 4 th"``, ``"≥ 65"``, ``"65+"``, ``"65 tahun ke atas"``,
        ``"< 5"``, ``"15 s/d 44"``, ``"0-<1"`` or ``7``. ``"> 64"`` means from 65 on.

    Returns
    -------
    AgeBand

    Raises
    ------
    BadArgumentError
        If it cannot be read, counts months, ends before it begins, or is a date.

    Examples
    --------
    >>> [str(read_band(one)) for one in ("0–4 th", "≥ 65", "65 +", "<5", "15 s/d 44 tahun", "> 64")]
    ['0-4', '65+', '65+', '0-4', '15-44', '65+']
    """
    if isinstance(label, dt.date | np.datetime64):
        raise BadArgumentError(
            f"age band {label!s} is a date: a spreadsheet turns '5-9' into 5 September."
            " Format the column as text and type the bands again."
        )
    text = " ".join(str(label).replace("\u00a0", " ").casefold().split())
    if re.search(r"\b(?:bulan|bln|months?|hari|days?)\b", text):
        raise BadArgumentError(f"age band {label!r} is not in years; put it into a band of years.")
    found = _read(_DASH.sub("-", _YEARS.sub("", text)).strip(" .()[]"))
    if found is None:
        raise BadArgumentError(
            f"age band {label!r} cannot be read; write it as '0-4', '65+' or a single age."
        )
    if found.first > OLDEST or (found.last is not None and not found.first <= found.last <= OLDEST):
        raise BadArgumentError(
            f"age band {label!r} must rise and lie between 0 and {OLDEST} years."
        )
    return found


def _read(text: str) -> AgeBand | None:
    """Read a text of digits and signs only."""
    text = re.sub(r"\s*([-<>=≤≥+])\s*", r"\1", text)
    text = re.sub(r"(?<=\d)\.0+\b", "", text)
    for form, ends in _FORMS:
        if found := form.fullmatch(text):
            return AgeBand(*ends(*map(int, found.groups())))
    return None


def read_bands(labels: Sequence[object]) -> tuple[AgeBand, ...]:
    """Read age bands in any spelling, and refuse bands that overlap or leave a gap.

    Parameters
    ----------
    labels : sequence of object, length n
        One per row; a band may stand in many rows, also in several spellings.

    Returns
    -------
    tuple of AgeBand, length n

    Raises
    ------
    BadArgumentError
        As `read_band`; and for overlaps and gaps, naming both bands.

    Examples
    --------
    >>> [str(one) for one in read_bands(["65 ke atas", "0 - 64", "≥65"])]
    ['65+', '0-64', '65+']
    """
    known = {label: read_band(label) for label in dict.fromkeys(labels)}
    check_bands(known.values())
    return tuple(known[label] for label in labels)


def check_bands(bands: Iterable[AgeBand]) -> tuple[AgeBand, ...]:
    """Return bands once each and by age; refuse overlaps and gaps.

    Raises
    ------
    BadArgumentError
        For overlaps and gaps, naming both bands.
    """
    ordered = tuple(sorted(set(bands), key=_ends))
    for lower, upper in pairwise(ordered):
        if lower.last is None or upper.first <= lower.last:
            raise BadArgumentError(
                f"age bands {lower} and {upper} overlap: a person would count twice."
                " Use bands that part the ages."
            )
        if upper.first > lower.last + 1:
            raise BadArgumentError(
                f"age bands {lower} and {upper} leave a gap: nobody aged {lower.last + 1}"
                f" to {upper.first - 1} would count. '> {upper.first - 1}' means from"
                f" {upper.first} on; write '{upper.first - 1}+' if that is meant."
            )
    return ordered


def _ends(band: AgeBand) -> tuple[int, int]:
    """Return both ends as numbers, for ordering."""
    return band.first, OLDEST if band.last is None else band.last


def band_codes(ages_years: ArrayLike, bands: Sequence[AgeBand]) -> NDArray[np.int64]:
    """Put ages into bands.

    Parameters
    ----------
    ages_years : array-like, shape (n,)
        Ages; NaN where unknown. Completed years count: 4.9 is 4.
    bands : sequence of AgeBand, length k
        In order, without gap or overlap.

    Returns
    -------
    array of int, shape (n,)
        Place of the band; -1 where the age is unknown.

    Raises
    ------
    BadArgumentError
        For ages below 0, above 130 or outside all bands, with how many there are.

    Examples
    --------
    >>> band_codes([0, 4.9, 5, 80, float("nan")], read_bands(["0-4", "5-64", "65+"])).tolist()
    [0, 0, 1, 2, -1]
    """
    ages = np.asarray(ages_years, np.float64)
    known = np.isfinite(ages)
    last = bands[-1].last
    outside = known & ((ages < bands[0].first) | (ages >= (OLDEST if last is None else last) + 1))
    if outside.any():
        place = int(np.flatnonzero(outside)[0])
        raise BadArgumentError(
            f"{int(outside.sum())} of {ages.size} ages lie outside the bands {bands[0]} to"
            f" {bands[-1]}; the first is {ages.flat[place]:g} at position {place}."
        )
    starts = np.array([band.first for band in bands], np.float64)
    codes = np.searchsorted(starts, np.where(known, ages, starts[0]), side="right") - 1
    return np.where(known, codes, -1)


def five_year_bands(last: int = 65) -> tuple[AgeBand, ...]:
    """Return bands of five years, the last one open.

    Examples
    --------
    >>> [str(one) for one in five_year_bands(15)]
    ['0-4', '5-9', '10-14', '15+']
    """
    closed = [AgeBand(first, first + 4) for first in range(0, last, 5)]
    return (*closed, AgeBand(last, None))


def completed_years(birth_dates: ArrayLike, on: str | dt.date) -> NDArray[np.float64]:
    """Return ages in completed years by the calendar.

    Parameters
    ----------
    birth_dates : array-like of datetime64, shape (n,)
        NaT where unknown.
    on : str or date
        The day on which ages are taken.

    Returns
    -------
    array of float, shape (n,)
        NaN where unknown. Born on 29 February, a year is completed on 1 March.

    Raises
    ------
    BadArgumentError
        For births after the day, with how many there are.

    Examples
    --------
    >>> completed_years(["2000-12-31", "2001-01-01", "NaT"], "2021-12-31").tolist()
    [21.0, 20.0, nan]
    """
    born, day = np.asarray(birth_dates, "datetime64[D]"), np.datetime64(on, "D")
    late = born > day
    if late.any():
        place = int(np.flatnonzero(late)[0])
        raise BadArgumentError(
            f"{int(late.sum())} birth dates lie after {day}; the first is {born.flat[place]} at"
            f" position {place}."
        )

    def parts(days: NDArray[np.datetime64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Year, and a number that orders the days of a year."""
        month = days.astype("datetime64[M]")
        year = days.astype("datetime64[Y]")
        order = (month - year).astype(np.int64) * 100 + (days - month).astype(np.int64)
        return year.astype(np.int64), order

    unknown = np.isnat(born)
    year, order = parts(np.where(unknown, day, born))
    this_year, this_order = parts(np.asarray(day))
    ages = this_year - year - (order > this_order)
    return np.where(unknown, np.nan, ages)


def read_sexes(cells: Sequence[object]) -> NDArray[np.object_]:
    """Read sexes in any usual coding: L/P, 1/2, M/F, Laki-laki/Perempuan, Pria/Wanita.

    Parameters
    ----------
    cells : sequence of object, length n

    Returns
    -------
    array of object, shape (n,)
        ``"male"``, ``"female"``, or None for an empty cell.

    Raises
    ------
    BadArgumentError
        For a label that is not known, and where P may mean Pria as well as Perempuan.

    Examples
    --------
    >>> read_sexes(["L", "P", 1, "2", "Perempuan", None]).tolist()
    ['male', 'female', 'male', 'female', 'female', None]
    >>> read_sexes(["P", "W"]).tolist()
    ['male', 'female']
    """
    from kbkresearch.intake.names import read_labels

    distinct = list(dict.fromkeys(cells))
    letters = {str(cell).strip().upper() for cell in distinct}
    if "W" in letters:
        if letters & {"L", "F", "M"} and "P" in letters:
            raise BadArgumentError(
                "sex is coded with both P and W beside L, M or F: P may mean Pria or Perempuan."
                " Write male and female."
            )
        spelt = {"P": "Pria", "W": "Wanita"}
        plain: list[object] = [spelt.get(str(cell).strip().upper(), cell) for cell in distinct]
    else:
        plain = distinct
    values, unknown = read_labels("sex", plain)
    if unknown:
        raise BadArgumentError(
            f"sex {distinct[unknown[0]]!r} is not known; use L/P, M/F, 1/2 (1 is male) or"
            " Laki-laki/Perempuan."
        )
    meaning = dict(zip(distinct, values, strict=True))
    return np.array([meaning[cell] for cell in cells], dtype=object)
