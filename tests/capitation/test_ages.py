"""Age bands and sexes in the spellings that people use."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.capitation import ages
from kbkresearch.errors import BadArgumentError

SPELLINGS = {
    "0-4": [
        "0-4",
        "0 - 4",
        "0–4 th",
        "0—4 tahun",
        "0 s/d 4",
        "0 s.d. 4 thn",
        "0 sampai 4",
        "00-04",
        "0 to 4 years",
        "< 5",
        "<5 th",
        "di bawah 5 tahun",
        "under 5",
        "≤ 4",
        "Umur 0-4",
        "0-<5",
        "0\u00a0-\u00a04",
        "(0-4)",
        "0 sampai dengan 4 Tahun",
    ],
    "65+": [
        "65+",
        "65 +",
        "≥ 65",
        ">=65",
        "≥65 Tahun",
        "65 ke atas",
        "65 tahun ke atas",
        "65 keatas",
        "> 64",
        "lebih dari 64",
        "65 and over",
        "65 or older",
        "min. 65",
        "65 plus",
        "65-",
    ],
    "7": ["7", 7, 7.0, "7 th", "7-7"],
}


@pytest.mark.parametrize(
    ("meant", "spelt"), [(meant, one) for meant, every in SPELLINGS.items() for one in every]
)
def test_a_band_is_read_in_every_spelling(meant, spelt):
    assert str(ages.read_band(spelt)) == meant


@pytest.mark.parametrize(
    ("spelt", "says"),
    [
        ("lansia", "cannot be read"),
        ("", "cannot be read"),
        (None, "cannot be read"),
        ("0-11 bulan", "not in years"),
        ("9-5", "must rise"),
        ("0-4000", "between 0 and 130"),
        ("-5", "cannot be read"),
        (dt.datetime(2026, 9, 5), "is a date"),  # noqa: DTZ001 - as a spreadsheet gives it
        ("5-9-14", "cannot be read"),
    ],
)
def test_what_is_no_band_is_refused(spelt, says):
    with pytest.raises(BadArgumentError, match=says):
        ages.read_band(spelt)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["0-4", "4-9"], "0-4 and 4-9 overlap"),
        (["0-64", "60+"], "overlap"),
        (["65+", "70-74"], "overlap"),
        (["0-4", "6-9"], "leave a gap: nobody aged 5 to 5"),
        (["60-64", "> 65"], "write '65\\+' if that is meant"),
    ],
)
def test_bands_that_do_not_part_the_ages_are_refused(labels, says):
    with pytest.raises(BadArgumentError, match=says):
        ages.read_bands(labels)


@given(st.lists(st.integers(1, 100), unique=True, max_size=12), st.integers(0, 130))
def test_every_age_falls_into_the_one_band_that_holds_it(starts, age):
    firsts = [0, *sorted(starts)]
    labels = [f"{a} - {b - 1} th" for a, b in itertools.pairwise(firsts)]
    bands = ages.check_bands(ages.read_bands([*labels, f"≥ {firsts[-1]}"]))
    band = bands[ages.band_codes([age], bands)[0]]
    assert band.first <= age
    assert band.last is None or age <= band.last


def test_ages_outside_the_bands_are_refused_not_dropped():
    bands = ages.read_bands(["0-4", "5-9"])
    for age in (-1, 10, 131):
        with pytest.raises(BadArgumentError, match="1 of 2 ages lie outside"):
            ages.band_codes([3, age], bands)
    assert ages.band_codes([np.nan, 9.99], bands).tolist() == [-1, 1]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2026, 1, 1)), st.integers(0, 40000))
def test_completed_years_agree_with_the_calendar(born, days):
    on = born + dt.timedelta(days=days)
    expected = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    assert ages.completed_years([born], on)[0] == expected


def test_births_after_the_day_are_refused():
    with pytest.raises(BadArgumentError, match="1 birth dates lie after 2020-01-01"):
        ages.completed_years(["2019-01-01", "2020-01-02"], "2020-01-01")


@pytest.mark.parametrize(
    ("cells", "males"),
    [
        (["L", "P"], [True, False]),
        ([1, 2.0, "1"], [True, False, True]),
        (["M", "f"], [True, False]),
        (["Pria", "Wanita"], [True, False]),
        (["P", "W"], [True, False]),
        (["laki - laki", "PEREMPUAN"], [True, False]),
    ],
)
def test_sexes_are_read_in_every_coding(cells, males):
    assert [one == "male" for one in ages.read_sexes(cells)] == males


@pytest.mark.parametrize(
    ("cells", "says"),
    [(["L", "P", "W"], "Pria or Perempuan"), (["L", "X"], "'X' is not known"), ([3], "not known")],
)
def test_sexes_that_may_mean_either_are_refused(cells, says):
    with pytest.raises(BadArgumentError, match=says):
        ages.read_sexes(cells)
