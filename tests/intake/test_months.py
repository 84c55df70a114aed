"""Months in cells and in names of sheets."""

from __future__ import annotations

from datetime import date, datetime, time

import numpy as np
import pandas as pd
import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake.months import month_in_name, read_month, read_months

DECEMBER, JANUARY = date(2023, 12, 1), date(2023, 1, 1)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2023, 12, 5, 8, 30),  # noqa: DTZ001
        date(2023, 12, 5),
        pd.Timestamp("2023-12-05"),
        np.datetime64("2023-12-05"),
        np.datetime64("2023-12"),
        45261, 45261.0, 45261.5, 45291.99, np.int64(45261), "45261", 202312, 202312.0, "202312",
        "2023-12", "2023/12", "12/2023", "12-2023", "2023-12-31", "2023-12-01 00:00:00",
        "2023-12-01T08:30:00.000", "01/12/2023", "1-12-2023", "31.12.2023", "25/12/2023 07:00",
        "Des 2023", "Desember 2023", "DES-23", "des'23", "DES23", "Des2023", "Des. 2023",
        "December 2023", "Dec-23", "'Des 2023", " Desember\u00a02023 ", "2023 Desember", "2023-Des",
        "Bulan Desember 2023", "5 Desember 2023", "05-Des-23", "Dec 5, 2023", "Desember/2023",
    ],
    ids=repr,
)  # fmt: skip
def test_december_2023(cell):
    found = read_month(cell)
    assert found == DECEMBER
    assert type(found) is date


@pytest.mark.parametrize(
    ("text", "month"),
    [("Januari 23", 1), ("Jan 23", 1), ("Pebruari 23", 2), ("Feb 23", 2), ("Maret 23", 3),
     ("March 23", 3), ("Mei 23", 5), ("May 23", 5), ("Juni 23", 6), ("Juli 23", 7), ("Agt 23", 8),
     ("Agustus 23", 8), ("Ags 23", 8), ("Agu 23", 8), ("Aug 23", 8), ("Sept 23", 9),
     ("Okt 23", 10), ("Oct 23", 10), ("Nop 23", 11), ("Nopember 23", 11)],
)  # fmt: skip
def test_names_in_both_languages(text, month):
    assert read_month(text) == date(2023, month, 1)


@pytest.mark.parametrize(
    "cell",
    ["12/25/2023", "13/2023", "00/2023", "31/02/2023", "01/12/23", "23 Jan", "Jan 05", "Jan 99",
     "Jan - Mar 2023", "Januari 23 - April 24", "Jan 2023 2024", "Jan 20 23", "32 Jan 2023",
     "triwulan 1", "2023", 2023, 2023.12, "12.2023", "2023.12", "122023", 202313, "202300", 40178,
     51502, "semester 1 2023", "Jan (23)", "1 2 Jan 2023", "１２/２０２３", "x" * 100, True, False,
     "#REF!", time(8, 0), float("inf"), b"Des 2023", [2023, 12], 1j, "Desember", "12", 12,
     np.timedelta64(45261, "D"), 10**400],
    ids=repr,
)  # fmt: skip
def test_what_is_not_clear_stays_unread(cell):
    assert read_month(cell) is None
    months, unreadable = read_months([cell])
    assert (months, unreadable.tolist()) == ([None], [True])


@pytest.mark.parametrize(
    "cell", [None, "", " ", "-", float("nan"), pd.NaT, pd.NA, np.datetime64("NaT", "D")], ids=repr
)
def test_blanks_are_not_unreadable(cell):
    months, unreadable = read_months([cell])
    assert (months, unreadable.tolist()) == ([None], [False])


def test_the_ends_of_the_serial_dates():
    assert read_month(40179) == date(2010, 1, 1)
    assert read_month(51501) == date(2040, 12, 1)


def test_a_month_alone_needs_its_year():
    assert read_month("Desember", year=2023) == DECEMBER
    assert read_month("12", year=2023) == read_month(12, year=2023) == DECEMBER
    assert read_month("01", year=2023) == JANUARY
    assert read_month("Jan 24", year=2023) == date(2024, 1, 1)
    assert read_month("23 Jan", year=2023) is None
    assert read_month(13, year=2023) is None
    with pytest.raises(BadArgumentError, match="23"):
        read_month("Mei", year=23)
    months, _ = read_months(["Januari", "Desember"], year=2023)
    assert months == [JANUARY, DECEMBER]


def test_one_date_with_the_month_first_makes_the_column_doubtful():
    months, unreadable = read_months(
        ["01/12/2023", "12/25/2023", "05/05/2023", "2023-12-01", "25/12/2023", "13/32/2023", ""]
    )
    assert months == [None, None, date(2023, 5, 1), DECEMBER, DECEMBER, None, None]
    assert unreadable.tolist() == [True, True, False, False, False, True, False]
    months, unreadable = read_months(["01/12/2023", "25/12/2023"])
    assert months == [DECEMBER, DECEMBER]
    assert not unreadable.any()


def test_an_empty_column():
    months, unreadable = read_months([])
    assert months == []
    assert unreadable.dtype == bool
    assert len(unreadable) == 0


@pytest.mark.parametrize(
    ("name", "month", "year"),
    [("Januari 23", 1, 2023), ("Mei", 5, None), ("Desember", 12, None), ("Maret 24", 3, 2024),
     ("Rekap KBK Des_2023", 12, 2023), ("APR24 (rev 2)", 4, 2024), ("April 24 rev 2", 4, 2024),
     ("2023-12", 12, 2023), ("12-2023", 12, 2023), ("202312", 12, 2023), ("KBK 2023", None, 2023),
     ("2023", None, 2023), ("Mei (2)", 5, None), ("Mei (12)", 5, None), ("24 April", 4, None),
     ("Capaian KBK (JAN 23 - APR 24)", None, None), ("Jan-Mar 2023", None, None),
     ("Mei 2022-2023", 5, None), ("April 24 2023", 4, 2023), ("Januari/January 23", 1, 2023),
     ("Sheet1", None, None), ("12", None, None), ("45261", None, None), ("", None, None),
     ("Marunda", None, None), ("Jan 99", 1, None)],
)  # fmt: skip
def test_names_of_sheets(name, month, year):
    assert month_in_name(name) == (month, year)


DATES = st.dates(date(2010, 1, 1), date(2040, 12, 31))
FORMATS = st.sampled_from(
    [
        "MMMM y",
        "MMM yy",
        "MMM-yy",
        "d MMMM y",
        "dd-MMM-yy",
        "dd/MM/y",
        "y-MM",
        "MM/y",
        "yMM",
        "y-MM-dd",
    ]
)


@given(DATES, FORMATS, st.sampled_from(["id", "en"]), st.sampled_from([str, str.upper, str.lower]))
def test_a_written_date_reads_back(day, pattern, lang, case):
    assert read_month(case(format_date(day, pattern, locale=lang))) == day.replace(day=1)


@given(DATES)
def test_a_serial_date_reads_back(day):
    assert read_month((day - date(1899, 12, 30)).days) == day.replace(day=1)


@given(
    DATES, st.sampled_from(["MMMM yy", "MMM y", "'Rekap' MMM_yy"]), st.sampled_from(["id", "en"])
)
def test_the_name_of_a_sheet_reads_back(day, pattern, lang):
    assert month_in_name(format_date(day, pattern, locale=lang)) == (day.month, day.year)


JUNK = st.one_of(
    st.text(),
    st.text(alphabet="0123456789/-. 'desjanmr:tT"),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.datetimes(),
    st.times(),
    st.binary(),
    st.decimals(),
)


@given(st.lists(JUNK))
def test_junk_never_raises(cells):
    months, unreadable = read_months(cells)
    assert len(months) == len(unreadable) == len(cells)
    for month, wrong in zip(months, unreadable, strict=True):
        assert month is None or (type(month) is date and month.day == 1 and not wrong)


@given(st.one_of(st.text(), st.text(alphabet="0123456789/-. janmei()")))
def test_junk_names_never_raise(name):
    month, year = month_in_name(name)
    assert month is None or 1 <= month <= 12
    assert year is None or 1900 <= year <= 2099
