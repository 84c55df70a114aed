"""Months as people write them, in cells and in names of sheets; what is ambiguous stays unread."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake.number_cells import is_blank

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_FIRST_YEAR, _LAST_YEAR = 2010, 2040  # years that two digits, or a bare number, may mean
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's serial dates
_SERIALS = (date(_FIRST_YEAR, 1, 1) - _EPOCH).days, (date(_LAST_YEAR + 1, 1, 1) - _EPOCH).days
_MONTHS = range(1, 13)
_LAST_NUMBER = 100 * (_LAST_YEAR + 1)
_LONGEST = 64
_OF_MONTH = re.compile(
    r"(?!.*cetak)(?:.*\b)?(?:bulan|bln|periode|period|month)\b", re.IGNORECASE | re.DOTALL
)  # of its data, not that of printing
_SHORTEST = 28  # days of a month at least

_ALSO = {
    "peb": 2, "pebruari": 2, "febuari": 2, "mrt": 3, "agt": 8, "ags": 8, "agust": 8, "agus": 8,
    "sept": 9, "nop": 11, "nopember": 11,
}  # fmt: skip
_FILLERS = frozenset(("bulan", "bln", "tahun", "thn"))
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+")
_BETWEEN = re.compile(r"[\s\-–/.,'’`_]*")
_YEAR = r"(?:19|20)[0-9]{2}"
_TIME = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_BARE = re.compile(r"0?[1-9]|[1-9][0-9]{1,5}")
_YEAR_FIRST = re.compile(
    rf"(?P<year>{_YEAR})(?P<by>[-/])(?P<month>[0-9]{{1,2}})(?:(?P=by)(?P<day>[0-9]{{1,2}}){_TIME})?"
)
_YEAR_LAST = re.compile(
    rf"(?:(?P<day>[0-9]{{1,2}})(?P<by>[-/.]))?(?P<month>[0-9]{{1,2}})"
    rf"(?(by)(?P=by)|[-/])(?P<year>{_YEAR})(?(by){_TIME})"
)


@lru_cache(maxsize=1)
def _month_names() -> Mapping[str, int]:
    """Return the names and short names of the months in Indonesian and English, in lower case."""
    from babel.dates import get_month_names

    names = dict(_ALSO)
    for lang in ("id", "en"):
        for width in ("wide", "abbreviated"):
            for month, name in get_month_names(width, locale=lang).items():
                names[name.lower().rstrip(".")] = month
    return names


def read_month(cell: object, *, year: int | None = None) -> date | None:
    """Read a cell as a month.

    Days come before months, as in Indonesia: 01/12/2023 is in December.

    Parameters
    ----------
    cell : object
        A date; a serial date of Excel or a number such as 202312 (2010 to 2040); or a text.
    year : int, optional
        The year of a month that stands alone: a name, or a number from 1 to 12.

    Returns
    -------
    datetime.date or None
        The first day of the month; None for a blank cell and for what is not clear.

    Raises
    ------
    BadArgumentError
        If `year` is not between 1900 and 2099.

    Examples
    --------
    >>> print(read_month("DES-23"), read_month("01/12/2023"), read_month(45261))
    2023-12-01 2023-12-01 2023-12-01
    >>> print(read_month("Mei"), read_month("Mei", year=2023), read_month("12/25/2023"))
    None 2023-05-01 None
    """
    if year is not None and not re.fullmatch(_YEAR, str(year)):
        raise BadArgumentError(f"The year is {year!r}; a year from 1900 to 2099 is needed.")
    if isinstance(cell, np.datetime64):
        cell = cell.astype("datetime64[D]").item()
    if is_blank(cell) or isinstance(cell, bool | np.timedelta64):
        return None
    if isinstance(cell, str):
        return _text_month(cell, year)
    if isinstance(cell, date):  # a datetime too
        return date(cell.year, cell.month, 1)
    if isinstance(cell, int | float | np.integer | np.floating):
        return _number_month(cell, year)
    return None


def read_months(
    cells: Sequence[object], *, year: int | None = None
) -> tuple[list[date | None], NDArray[np.bool_]]:
    """Read a column of cells as months.

    One date such as 12/25/2023 shows that a column was written month first; then its dates such as
    01/12/2023 are unreadable too, for their order cannot be relied on. So are the days 01/01/2023,
    02/01/2023, 03/01/2023 of what would be one January: months of which all are the first day.

    Parameters
    ----------
    cells : sequence of object
        Cells as `read_month` takes them.
    year : int, optional
        The year of months that stand alone.

    Returns
    -------
    months : list of datetime.date or None
        First days of the months.
    unreadable : bool array, shape (n,)
        Cells that hold something, but no clear month.

    Examples
    --------
    >>> months, unreadable = read_months(["Jan 23", None, "triwulan 1"])
    >>> months, unreadable.tolist()
    ([datetime.date(2023, 1, 1), None, None], [False, False, True])
    """
    months = [read_month(cell, year=year) for cell in cells]
    orders = [_order(cell) for cell in cells]
    if "month first" in orders or _days_of_january(cells):
        months = [
            None if order == "either" else month
            for order, month in zip(orders, months, strict=True)
        ]
    missing = [
        month is None and not is_blank(cell) for cell, month in zip(cells, months, strict=True)
    ]
    return months, np.array(missing, dtype=np.bool_)


def month_in_name(sheet_name: str) -> tuple[int | None, int | None]:
    """Find the month and the year that the name of a sheet or a file tells.

    Parameters
    ----------
    sheet_name : str
        For instance ``"Januari 23"`` or ``"Rekap KBK Des_2023"``.

    Returns
    -------
    month, year : int or None
        None for what is not told, or told more than once with different values.

    Examples
    --------
    >>> month_in_name("Januari 23"), month_in_name("Mei"), month_in_name("JAN 23 - APR 24")
    ((1, 2023), (5, None), (None, None))
    """
    text = sheet_name.strip().lower()
    whole = None if re.fullmatch(r"[0-9]{1,5}", text) else read_month(text)
    if whole:
        return whole.month, whole.year
    names = _month_names()
    tokens = list(_TOKEN.finditer(text))
    months = {names[token[0]] for token in tokens if token[0] in names}
    years = {int(token[0]) for token in tokens if re.fullmatch(_YEAR, token[0])}
    if not years:
        short = [
            _short_year(token[0])
            for before, token in pairwise(tokens)
            if before[0] in names and _BETWEEN.fullmatch(text, before.end(), token.start())
        ]
        years = {one for one in short if one is not None}
    if len(months) > 1:
        return None, None
    return (months.pop() if months else None), (years.pop() if len(years) == 1 else None)


def month_in_titles(titles: Sequence[str]) -> tuple[int | None, int | None]:
    """Find the month and the year that titles above a table tell, with a word such as "bulan".

    Parameters
    ----------
    titles : sequence of str
        The word may stand in the cell before the month.

    Returns
    -------
    month, year : int or None
        None if no title tells both, or two tell different ones.

    Examples
    --------
    >>> month_in_titles(["REKAP KBK BULAN JANUARI 2023", "Bandung, 3 Februari 2023"])
    (1, 2023)
    >>> month_in_titles(["Periode", ": 1 s/d 31 Mei 2023"]), month_in_titles(["Bulan Mei"])
    ((5, 2023), (None, None))
    """
    texts = [*titles, *(f"{before} {text}" for before, text in pairwise(titles))]
    told = {month_in_name(text) for text in texts if _OF_MONTH.match(text)}
    whole = {(month, year) for month, year in told if month and year}
    return whole.pop() if len(whole) == 1 else (None, None)


def read_years(cells: Sequence[object]) -> list[int | None]:
    """Read a column of years; None where a cell holds none from 1900 to 2099.

    Examples
    --------
    >>> read_years([2023.0, "2024", "23", None])
    [2023, 2024, 2023, None]
    """
    texts = ["" if cell is None else str(cell).strip().removesuffix(".0") for cell in cells]
    return [int(text) if re.fullmatch(_YEAR, text) else _short_year(text) for text in texts]


def _short_year(digits: str) -> int | None:
    """Return the year that two digits mean."""
    if not re.fullmatch(r"[0-9]{2}", digits):
        return None
    year = 2000 + int(digits)
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def _first_day(year: int, month: int, day: int = 1) -> date | None:
    """Return the first day of the month that a day is in, if there is such a day."""
    try:
        return date(year, month, day).replace(day=1)
    except ValueError:
        return None


def _number_month(value: float | np.integer | np.floating, year: int | None) -> date | None:
    """Read a serial date of Excel, a number such as 202312, or the number of a month of `year`."""
    if not 0 < value < _LAST_NUMBER:
        return None
    whole = int(value)
    if _SERIALS[0] <= value < _SERIALS[1]:
        return (_EPOCH + timedelta(days=whole)).replace(day=1)
    if value != whole:
        return None
    if year is not None and whole in _MONTHS:
        return date(year, whole, 1)
    years, month = divmod(whole, 100)
    return _first_day(years, month) if _FIRST_YEAR <= years <= _LAST_YEAR else None


def _text_month(text: str, year: int | None) -> date | None:
    """Read a text as a month."""
    text = text.strip().strip("'\"`").strip().lower()
    if len(text) > _LONGEST:
        return None
    if _BARE.fullmatch(text):
        return _number_month(float(text), year)
    found = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if found:
        return _first_day(int(found["year"]), int(found["month"]), int(found["day"] or 1))
    return _named_month(text, year)


def _named_month(text: str, year: int | None) -> date | None:
    """Read a text with the name of one month, and at most a year and a day."""
    if not _BETWEEN.fullmatch(_TOKEN.sub("", text)):
        return None
    tokens = [token for token in _TOKEN.findall(text) if token not in _FILLERS]
    words = [token for token in tokens if token[0] not in "0123456789"]
    month = _month_names().get(words[0]) if len(words) == 1 else None
    if month is None:
        return None
    place = tokens.index(words[0])
    before, after = tokens[:place], tokens[place + 1 :]
    if not before and not after:
        return None if year is None else date(year, month, 1)
    years = [token for token in before + after if re.fullmatch(_YEAR, token)]
    days = [token for token in before + after if token not in years]
    if not years and len(after) == 1:
        told, days = _short_year(after[0]), before
    else:
        told = int(years[0]) if len(years) == 1 else None
    if told is None or len(days) > 1:
        return None
    return _first_day(told, month, int(days[0]) if days else 1)


def _dated(cell: object) -> re.Match[str] | None:
    """Match a text such as 01/12/2023."""
    if not isinstance(cell, str):
        return None
    return _YEAR_LAST.fullmatch(cell.strip().strip("'\"`").lower())


def _order(cell: object) -> str:
    """Tell whether a text such as 01/12/2023 has its day or its month first, if that shows."""
    found = _dated(cell)
    if not found or not found["day"]:
        return "none"
    one, two, year = int(found["day"]), int(found["month"]), int(found["year"])
    if _first_day(year, two, one) is None:
        return "month first" if _first_day(year, one, two) else "none"
    return "either" if _first_day(year, one, two) and one != two else "day first"


def _days_of_january(cells: Sequence[object]) -> bool:
    """Tell whether texts such as 01/01/2023 and 02/01/2023 may be firsts of several months."""
    found = [_dated(cell) for cell in cells]
    days = [(int(one["day"]), int(one["month"])) for one in found if one and one["day"]]
    return len({day for day, _ in days}) > 1 and all(
        month == 1 and day in _MONTHS for day, month in days
    )


def is_mid_month(cell: object) -> bool:
    """Tell whether a cell is a date such as a spreadsheet makes of "Jan 23" in another year.

    Examples
    --------
    >>> is_mid_month(date(2026, 1, 23)), is_mid_month(date(2023, 1, 31)), is_mid_month("Jan 23")
    (True, False, False)
    """
    return isinstance(cell, date) and _FIRST_YEAR - 2000 <= cell.day < _SHORTEST
