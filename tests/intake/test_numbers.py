"""Columns of cells read as numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from kbkresearch.errors import UnknownNameError
from kbkresearch.intake import delimited, number_cells, numbers, plain_numbers
from kbkresearch.intake.delimited import TextRows
from kbkresearch.intake.numbers import SIGNS, is_blank, read_numbers

NAN = float("nan")
MARK = {"id": ",", "en": "."}


def values(*cells, decimal="auto"):
    return [None if np.isnan(one) else one for one in read_numbers(cells, decimal=decimal).values]


@pytest.mark.parametrize(
    ("text", "value", "decimal"),
    [
        ("1.234,5", 1234.5, ","),
        ("1,234.5", 1234.5, "."),
        ("1.234.567", 1234567, ","),
        ("1,234,567", 1234567, "."),
        ("1.234.567,891", 1234567.891, ","),
        ("0,125", 0.125, ","),
        ("0.125", 0.125, "."),
        ("1234.567", 1234.567, "."),
        ("50,0", 50, ","),
        ("12,3456", 12.3456, ","),
        (",5", 0.5, ","),
        ("1 234,5", 1234.5, ","),
        ("1 234,567", 1234.567, ","),
        ("1\u00a0234.5", 1234.5, "."),
        ("1\u202f234\u2009567", 1234567, "none"),
        ("Rp 4.952", 4952, ","),
        ("Rp4,952,-", 4952, "."),
        ("Rp 4.952,-", 4952, ","),
        ("4.952,-", 4952, ","),
        ("4,952.-", 4952, "."),
        ("Rp. 51.838.915", 51838915, ","),
        ("IDR 5,000.00", 5000, "."),
        ("Rp 500", 500, "none"),
        ("(1.234,0)", -1234, ","),
        ("(Rp 5.000)", -5000, ","),
        ("Rp (5.000)", -5000, ","),
        ("-Rp 5.000", -5000, ","),
        ("Rp -5.000", -5000, ","),
        ("+5", 5, "none"),
        ("\u22125,5", -5.5, ","),
        ("'0125", 125, "none"),
        ("'1.234,5'", 1234.5, ","),
        ('"7"', 7, "none"),
        ("\ufeff7 ", 7, "none"),
        ("-0", 0, "none"),
    ],
)
def test_one_text_that_is_clear(text, value, decimal):
    found = read_numbers([text])
    assert (found.values.tolist(), found.decimal) == ([value], decimal)
    assert not (found.blank | found.unreadable | found.misprints | found.undecided).any()
    assert str(found.values[0]) != "-0.0"


@pytest.mark.parametrize("text", ["12.000", "12,345", "(1.234)", "150.000 ‰", "-999.999"])
def test_one_text_with_two_readings_is_not_guessed(text):
    found = read_numbers([text, 3])
    assert found.decimal == "ambiguous"
    assert found.undecided.tolist() == [True, False]
    thousands = read_numbers([text], decimal="." if "," in text else ",").values[0]
    part = read_numbers([text], decimal="," if "," in text else ".").values[0]
    assert found.other.tolist() == [thousands, 3]
    assert thousands / 1000 == part


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("150‰", 150, "‰"),
        ("150 o/oo", 150, "‰"),
        ("150o/oo", 150, "‰"),
        ("150 0/00", 150, "‰"),
        ("150,5 per mil", 150.5, "‰"),
        ("150 permil", 150, "‰"),
        ("150 Permille", 150, "‰"),
        ("1.500,0 o/oo", 1500, "‰"),
        ("5%", 5, "%"),
        ("5,1 %", 5.1, "%"),
        ("(5%)", -5, "%"),
        ("(5) %", -5, "%"),
        ("5 persen", 5, "%"),
        ("5", 5, ""),
    ],
)
def test_signs_are_kept_and_not_applied(text, value, sign):
    found = read_numbers([text])
    assert (found.values.tolist(), [SIGNS[one] for one in found.signs]) == ([value], [sign])


@pytest.mark.parametrize(
    "text",
    ["1500/00", "1500/oo", "1.5000/00", "1,,5", "1..234", "1.,5", "1.23.456", "1,23,4.5", "5.",
     "12 34", "1  234", "1. 234", "1.2345.678", "0.125.000", "Rp..5", "5,%", "1.234,5.6"],
)  # fmt: skip
def test_misprints(text):
    found = read_numbers([text])
    assert found.misprints.all()
    assert np.isnan(found.values).all()
    assert not (found.unreadable | found.blank).any()


BLANK = ["", " ", "-", "–", "—", "−", "n/a", "N/A", "NA", "kosong", "Tidak Ada", ".", "'",
         "...", "NaN", "Rp -", "\u00a0", None, NAN, pd.NA, pd.NaT, np.float64(NAN),
         Decimal(NAN)]  # fmt: skip


@pytest.mark.parametrize("cell", BLANK, ids=repr)
def test_blanks(cell):
    found = read_numbers([cell, "x"])
    assert found.blank.tolist() == [True, False]
    assert found.unreadable.tolist() == [False, True]
    assert is_blank(cell)


ERRORS = ["#DIV/0!", "#N/A", "#REF!", "#value!", "#NAME?", "#NUM!", "#NULL!", "####", "Err:502"]
UNREADABLE = [
    "1e3", "1E3", "１２", "١٢", "½", "2²", "1_000", "0x10", "inf", "abc", "12 orang", "01/02/2023",
    "1/2", "2023-12", "5-10", "5-", "--5", "(-5)", "(1)2", "(1)(2)", "0/00", "%", "Rp", "Rp 5%",
    "- 5", "-Rp -5", "1\n234", "nihil", "9" * 65, True, False, np.True_, datetime(2023, 1, 1),  # noqa: DTZ001
    date(2023, 1, 1), np.timedelta64(5, "D"), float("inf"), 10**400, Decimal("sNaN"), 1j, b"5", [5],
    object(),
]  # fmt: skip


@pytest.mark.parametrize("cell", UNREADABLE + ERRORS, ids=repr)
def test_unreadable(cell):
    found = read_numbers([cell, "7"])
    assert found.unreadable.tolist() == [True, False]
    assert found.error_cells.tolist() == [cell in ERRORS, False]
    assert not (found.misprints | found.blank).any()
    assert values(cell, "7") == [None, 7]
    assert not is_blank(cell)


@pytest.mark.parametrize(
    "cell", [5, 5.0, np.int64(5), np.float32(5), Decimal(5), Fraction(5)], ids=repr
)
def test_native_numbers_are_taken_as_they_are(cell):
    assert values(cell, "1,5") == [5, 1.5]
    assert values(cell) == [5]


def test_one_clear_cell_decides_for_the_column():
    assert values("12.345", "1,5", "(1.234)") == [12345, 1.5, -1234]
    assert values("12.345", "1.5", "12,345") == [12.345, 1.5, 12345]
    assert values("12.345", "0,125") == [12345, 0.125]
    assert values("12.345", "Rp 4.952") == [12345, 4952]
    assert values("12.345", "51.838.915") == [12345, 51838915]


def test_cells_that_contradict_each_other_stand_alone():
    found = read_numbers(["1,5", "1.5", "12.345", "12,345", "1.234.567", "7", "-"])
    assert found.decimal == "ambiguous"
    assert found.undecided.tolist() == [False, False, True, True, False, False, False]
    expected = [1.5, 1.5, 12345, 12345, 1234567, 7, NAN]
    np.testing.assert_array_equal(found.other, expected)
    np.testing.assert_array_equal(found.values, [1.5, 1.5, NAN, NAN, 1234567, 7, NAN])


def test_rupiah_in_both_styles_is_read_unless_decimals_contradict():
    found = read_numbers(["Rp4,952", "Rp. 4.952", "4.952"])
    assert found.decimal == "ambiguous"
    np.testing.assert_array_equal(found.values, [4952, 4952, NAN])
    # a comma is the decimal sign elsewhere in the column: 4,952 may be four rupiah and a bit
    found = read_numbers(["Rp4,952", "Rp. 51.838.915", "Rp4.952"])
    assert found.decimal == "ambiguous"
    assert found.undecided.tolist() == [True, False, False]


def test_a_known_decimal_sign_is_obeyed():
    assert values("12.000", "1,5", decimal=",") == [12000, 1.5]
    assert values("12.000", decimal=".") == [12]
    found = read_numbers(["12.000", "1.5", "x", ""], decimal=",")
    assert found.decimal == ","
    assert found.misprints.tolist() == [False, True, False, False]
    assert found.other is None
    with pytest.raises(UnknownNameError, match="decimal sign"):
        read_numbers([], decimal=";")


def test_a_native_column_is_read_without_looking_at_its_cells(monkeypatch):
    monkeypatch.delattr(numbers, "read_cell")
    found = read_numbers([1, 2.5, None, NAN] * 72_000)
    assert found.blank.sum() == 144_000
    assert found.decimal == "none"
    found = read_numbers([1, float("inf")])
    assert found.unreadable.tolist() == [False, True]
    assert np.isnan(found.values[1])


def test_a_whole_number_too_large_for_a_float_is_no_number():
    assert values(10**400, 5) == [None, 5]


def test_an_empty_column():
    found = read_numbers([])
    assert len(found.values) == len(found.signs) == len(found.undecided) == 0
    assert found.decimal == "none"


NUMBERS = st.decimals(min_value=-(10**9), max_value=10**9, places=3)
PATTERNS = st.sampled_from(
    ["#,##0", "#,##0.0", "#,##0.00", "#,##0.000", "#,##0.###", "0.00", "0.###"]
)
PREFIXES = st.sampled_from(["", "'", " ", "\u00a0"])
SUFFIXES = st.sampled_from(["", "%", " ‰", " o/oo"])


@given(
    st.lists(st.tuples(NUMBERS, PATTERNS, PREFIXES, SUFFIXES), min_size=1),
    st.sampled_from(list(MARK)),
)
@example([(Decimal(12000), "#,##0", "", "")], "id")
def test_a_column_in_one_style_reads_back_exactly_or_is_undecided(cells, lang):
    texts, wanted = [], []
    for number, pattern, prefix, suffix in cells:
        shown = format_decimal(number, format=pattern, locale=lang)
        texts.append(prefix + shown + suffix)
        plain = shown.replace(".", "") if lang == "id" else shown.replace(",", "")
        wanted.append(float(plain.replace(",", ".")))
    known = read_numbers(texts, decimal=MARK[lang])
    assert known.values.tolist() == wanted
    found = read_numbers(texts)
    assert not (found.blank | found.unreadable | found.misprints).any()
    right = found.values == np.array(wanted)
    assert (right | found.undecided).all()
    assert found.decimal in {MARK[lang], "none", "ambiguous"}
    if found.decimal == "ambiguous":
        assert not found.undecided[[len(text.strip("' ")) < 5 for text in texts]].any()
        close = np.isclose(found.other, wanted) | np.isclose(found.other / 1000, wanted)
        assert close[found.undecided].all()
    else:
        assert right.all()


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.sampled_from(list(MARK)))
def test_rupiah_in_one_style_always_reads_back(amounts, lang):
    texts = [f"Rp {format_decimal(amount, locale=lang)}" for amount in amounts]
    assert read_numbers(texts).values.tolist() == amounts


JUNK = st.one_of(
    st.text(),
    st.text(alphabet="0123456789.,- ()Rp%o/'‰#\u00a0"),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.none(),
    st.datetimes(),
    st.binary(),
    st.decimals(),
    st.complex_numbers(),
)


@given(st.lists(JUNK), st.sampled_from(["auto", ",", "."]))
def test_every_cell_has_a_value_or_one_reason(cells, decimal):
    found = read_numbers(cells, decimal=decimal)
    reasons = np.vstack([found.blank, found.unreadable, found.misprints, found.undecided])
    assert (reasons.sum(axis=0) == np.isnan(found.values)).all()
    assert not np.isinf(found.values).any()
    assert not (found.error_cells & ~found.unreadable).any()
    assert (found.other is None) == (found.decimal != "ambiguous")
    assert found.blank.tolist() == [is_blank(cell) for cell in cells]
    assert {len(found.values), len(found.signs)} == {len(cells)}


@given(
    st.lists(
        st.one_of(
            st.from_regex(r"[0-9]{1,3}([.,][0-9]{3}){0,4}([.,][0-9]{1,4})?", fullmatch=True),
            st.text("0129.,", max_size=18),
            st.text("05.,-% x:/éÿ", max_size=9),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([1, 7, 1 << 14]),
)
@example(["12345678", "1234567", "1.234.567", "1,5", "0.125", "0.500", "1.", ".5", "123.456"], 4)
def test_numbers_of_plain_form_are_read_as_cell_by_cell(cells, at_once):
    text = "".join(f"{cell};x\n" for cell in cells).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_numbers, "_ROWS", at_once)
        found = plain_numbers.plain_numbers(TextRows(text, ";").column(0))
    one_by_one = list(map(number_cells.read_cell, cells))
    for values, sign in ((found.comma, "comma"), (found.point, "point")):
        wanted = np.array([getattr(cell, sign) for cell in one_by_one])
        np.testing.assert_array_equal(values, np.where(found.plain, wanted, np.nan))
    digits = [cell.isdecimal() and cell.isascii() and len(cell) < 16 for cell in cells]
    assert found.plain[digits].all()
    assert not found.plain[[cell.kind != "number" for cell in one_by_one]].any()


def test_rows_of_a_long_text_are_found_piece_by_piece(monkeypatch):
    rows = [[f"{n}", f"nama {n}" * (n % 5), "", "x"] for n in range(300)]
    text = "".join(";".join(row) + "\n" for row in rows).encode()
    monkeypatch.setattr(delimited, "_PIECE", 97)
    monkeypatch.setattr(delimited, "_ROWS", 7)
    found = TextRows(text, ";")
    assert [found.row(place) for place in range(len(found))] == [
        [cell or None for cell in row] for row in rows
    ]
    assert [list(found.column(at)) for at in range(4)] == [
        [cell or None for cell in column] for column in zip(*rows, strict=True)
    ]
