"""What every room stands on: errors, findings, words, numbers as text, results and tables."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import FrozenInstanceError
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from kbkresearch import errors, formats
from kbkresearch.findings import Finding, FindingGroup, Findings, merge
from kbkresearch.results import Column, Result, Table, columns_of
from kbkresearch.vocabulary import (
    COLUMNS,
    FACILITY_LABELS,
    FACILITY_TYPES,
    Text,
    check_lang,
    label,
)

# Errors ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        *(errors.UnknownNameError, errors.NoRulesInForceError, errors.RuleFileError),
        *(errors.MissingColumnsError, errors.BadRowsError, errors.BadArgumentError),
    ],
)
def test_every_error_can_be_caught_as_one(kind):
    assert issubclass(kind, errors.KbkError)
    builtin = LookupError if kind.__name__.startswith(("Unknown", "NoRules")) else ValueError
    assert issubclass(kind, builtin)


def test_an_unknown_name_suggests_and_lists():
    error = errors.UnknownNameError("facility type", "puskesma", iter(FACILITY_TYPES))
    assert str(error) == (
        "Unknown facility type 'puskesma'. Did you mean 'puskesmas'?"
        " Choices: puskesmas, klinik_pratama, rs_d_pratama, dpp."
    )
    assert error.choices == FACILITY_TYPES
    assert "Did you mean" not in str(errors.UnknownNameError("study", "xyz", ["abc"]))
    assert str(errors.UnknownNameError("study", 3, [])) == "Unknown study 3. Choices: none."


def test_missing_columns_and_rule_files_say_where():
    error = errors.MissingColumnsError("AK needs members.", ["a", 1])
    assert str(error) == "AK needs members. Columns found: a, 1."
    assert str(errors.MissingColumnsError("AK needs members.", [])).endswith("Columns found: none.")
    error = errors.RuleFileError("a.toml: score", "is not there")
    assert (error.where, error.problem) == ("a.toml: score", "is not there")
    assert str(error) == "a.toml: score: is not there"


# Findings --------------------------------------------------------------------------------------

NEGATIVE = FindingGroup("negative", "error", "members", "negatif", "is negative", (3, "x"), (-5, 0))
WHOLE = FindingGroup("no_type", "warning", "facility_type", "tanpa jenis", "no type")
MANY = FindingGroup("missing", "info", "contacts", "kosong", "is missing", tuple(range(7)), ())


def test_findings_one_by_one():
    found = Findings([NEGATIVE, WHOLE, MANY])
    singles = list(found.expand())
    assert len(singles) == len(found.frame) == found.total() == 10
    assert [found.total(one) for one in ("error", "warning", "info")] == [2, 1, 7]
    assert singles[0] == Finding("negative", "error", "members", 3, -5, "negatif", "is negative")
    assert (singles[2].row, singles[2].value) == (None, None)
    assert [one.row for one in singles[3:]] == list(range(7))
    assert list(found.frame.columns) == list(Finding.__dataclass_fields__)
    assert found.frame["row"].tolist()[:2] == [3, "x"]


def test_row_numbers_stay_whole_beside_findings_on_the_whole_table():
    found = Findings([WHOLE, MANY])
    assert found.frame["row"].tolist() == [None, *range(7)]
    assert [type(row) for row in found.frame["row"][1:]] == [int] * 7
    assert [type(row) for row in found.summary["first_row"]] == [type(None), int]


def test_findings_by_rule():
    summary = Findings([NEGATIVE, WHOLE, MANY]).summary
    assert summary["n"].tolist() == [2, 1, 7]
    assert summary["message_id"].tolist() == ["negatif", "tanpa jenis", "kosong"]


def test_findings_as_text():
    found = Findings([MANY, WHOLE, NEGATIVE])
    assert found.describe("en", most=3, width=80).splitlines() == [
        "ERRORS (value not used)",
        "- Members: is negative (2 rows)",
        "    row 3: -5; row x: 0",
        "",
        "WARNINGS (used, but look at it)",
        "- Facility type: no type",
        "",
        "NOTES",
        "- Members with a contact: is missing (7 rows)",
        "    row 0; row 1; row 2; and 4 more",
    ]
    assert "- Peserta terdaftar: negatif (2 baris)" in found.describe("id")
    assert Findings().describe() == ""
    assert found.lines("en", most=3) == [
        "info: contacts: is missing [rows 0, 1, 2, … (+4)]",
        "warning: facility_type: no type",
        "error: members: is negative [rows 3 (-5), x (0)]",
    ]


def test_places_are_named_as_in_the_file_and_one_rule_is_one_block():
    parts = [
        FindingGroup("r", "error", "x", "a; b", "bad; do it", (4,), (1.5,), sheet=s, letter="F")
        for s in ("Jan", "Feb")
    ]
    both = FindingGroup("s", "info", "", "c", "seen", (("Mar", 9), ("Apr", 2)), ())
    shown = Findings([*parts, both]).describe("en", width=60)
    assert "- 'x': bad (2 rows)\n    Jan!F4: 1.5; Feb!F4: 1.5\n  → do it" in shown
    assert "Mar row 9; Apr row 2" in shown
    assert Findings([both]).frame[["sheet", "row"]].values.tolist() == [["Mar", 9], ["Apr", 2]]


def test_ten_thousand_findings_stay_readable_and_safe():
    long = "<script>" + "x" * 500
    many = Findings(
        FindingGroup(
            f"r{k}", "warning", f"<c{k}>", "salah", "wrong", tuple(range(500)), (long,) * 500
        )
        for k in range(40)
    )
    text = many.describe("en", width=80)
    assert len(text.splitlines()) < 200
    assert max(map(len, text.splitlines())) <= 80
    assert "20 more kinds" in text
    html = many._repr_html_()
    assert "<script>" not in html
    assert len(html) < 60_000


def test_findings_need_a_known_language():
    with pytest.raises(errors.UnknownNameError):
        Findings([WHOLE]).describe("fr")


def test_no_findings_still_have_columns():
    assert list(Findings().frame.columns) == list(Finding.__dataclass_fields__)
    assert len(Findings().summary) == Findings().total() == 0
    assert "message_en" in Findings().summary
    assert not Findings()


def test_findings_join_copy_and_are_written():
    found = merge([Findings([NEGATIVE]), [], Findings([WHOLE, MANY])])
    assert isinstance(found, Findings)
    assert [one.rule for one in found] == ["negative", "no_type", "missing"]
    assert copy.deepcopy(found) is found
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    assert json.loads(json.dumps(found))[0][0] == "negative"
    assert "is negative" in found._repr_html_()
    with pytest.raises(AttributeError):
        found.other = 1


# Words -----------------------------------------------------------------------------------------


def test_a_text_has_two_languages():
    text = Text("peserta", "members")
    assert (text, text.en, text.id) == ("members",) * 2 + ("peserta",)
    assert (text.to("en"), text.to("id")) == ("members", "peserta")
    for same in (copy.copy(text), copy.deepcopy(text), pickle.loads(pickle.dumps(text))):  # noqa: S301
        assert (same.id, same.en) == ("peserta", "members")
    with pytest.raises(errors.UnknownNameError, match="id, en"):
        text.to("fr")


@pytest.mark.parametrize("lang", ["", "ID", "en_GB", None])
def test_only_known_languages(lang):
    with pytest.raises(errors.UnknownNameError, match="language"):
        check_lang(lang)


UNITS = {"_permille": "‰", "_pct": "%", "_rp": "Rp"}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_has_labels_and_the_unit_its_name_says(name):
    meaning = COLUMNS[name]
    assert meaning.name == name
    assert name == name.lower()
    assert meaning.label.id
    assert meaning.label.en
    assert label(name, "id") == meaning.label.id
    assert label(name, "en") == meaning.label.en
    base = name.removesuffix("_printed")
    for suffix, unit in UNITS.items():
        assert base.endswith(suffix) == (meaning.unit == unit), meaning.unit
    assert (meaning.kind == "rupiah") == base.endswith("_rp")
    if meaning.kind == "integer":
        assert meaning.decimals == 0


ENGLISH_UNITS = ("persons", "referrals", "families", "visits", "per 5,000")


def test_units_are_written_in_the_language_of_the_label():
    indonesian = {name: label(name, "id", unit=True) for name in COLUMNS}
    english = {name: label(name, "en", unit=True) for name in COLUMNS}
    assert {n: t for n, t in indonesian.items() if any(u in t for u in ENGLISH_UNITS)} == {}
    assert {n: t for n, t in english.items() if "1,0" in t} == {}


def test_the_facility_month_is_covered():
    needed = """facility_id facility_name facility_type district province month members contacts
    referrals nonspecialist_referrals dm_diagnosed dm_controlled ht_diagnosed ht_controlled
    ak_permille rrns_pct rppt_pct ak_rating rrns_rating rppt_rating score payment_pct consequence
    doctors dentists infrastructure_pct funding_model service_scope doctors_per_5000
    members_per_doctor tariff_rp capitation_rp paid_rp age_band sex visits"""
    assert set(needed.split()) <= set(COLUMNS)


def test_labels_of_other_names_are_the_names():
    assert label("kolom_saya", "en", unit=True) == "kolom_saya"
    assert label("ak_permille", "id", unit=True) == "Angka Kontak (‰)"
    assert label("sex", "en", unit=True) == "Sex"
    with pytest.raises(errors.UnknownNameError):
        label("ak_permille", "fr")


def test_facility_types_have_labels():
    assert FACILITY_TYPES == ("puskesmas", "klinik_pratama", "rs_d_pratama", "dpp")
    assert tuple(FACILITY_LABELS) == FACILITY_TYPES
    assert all(text.id and text.en for text in FACILITY_LABELS.values())


def test_the_words_cannot_be_changed():
    with pytest.raises(TypeError):
        COLUMNS["new"] = COLUMNS["score"]
    with pytest.raises(FrozenInstanceError):
        COLUMNS["score"].unit = "%"


# Numbers as text -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "indonesian", "english"),
    [
        (0, 0, "0", "0"),
        (999, 0, "999", "999"),
        (1234567, 0, "1.234.567", "1,234,567"),
        (1234.5, 2, "1.234,50", "1,234.50"),
        (-1234.5, 1, "-1.234,5", "-1,234.5"),
        (0.5, 0, "1", "1"),
        (1.5, 0, "2", "2"),
        (2.5, 0, "3", "3"),
        (1.005, 2, "1,01", "1.01"),
        (149.995, 2, "150,00", "150.00"),
        (Decimal("0.125"), 2, "0,13", "0.13"),
        (Fraction(1, 4), 1, "0,3", "0.3"),
        (np.float64(2.675), 2, "2,68", "2.68"),
        (np.int64(51838915), 0, "51.838.915", "51,838,915"),
        (10**15 + 1, 0, "1.000.000.000.000.001", "1,000,000,000,000,001"),
        (-0.004, 2, "0,00", "0.00"),
        (float("nan"), 2, "–", "–"),
        (None, 0, "–", "–"),
        (pd.NA, 1, "–", "–"),
        (pd.NaT, 0, "–", "–"),
        (Decimal("NaN"), 0, "–", "–"),
        (float("inf"), 1, "∞", "∞"),
    ],
)
def test_numbers(value, decimals, indonesian, english):
    assert formats.number(value, "id", decimals) == indonesian
    assert formats.number(value, "en", decimals) == english


def test_rupiah():
    assert formats.rupiah(51_838_915, "id") == "Rp51.838.915"
    assert formats.rupiah(4951.5, "en") == "Rp4,952"
    assert formats.rupiah(None) == formats.rupiah(float("nan")) == "–"


def test_numbers_in_an_unknown_language():
    with pytest.raises(errors.UnknownNameError):
        formats.number(1, "fr")


@pytest.mark.parametrize(
    "value", [1234.5, np.float64(1234.5), Decimal("1234.5"), Fraction(2469, 2)]
)
def test_sentences_are_filled_in_both_languages(value):
    text = formats.fill(
        Text("{who}: {x:1} dari {n}, {x:rp} {ok}", "{who}: {x:1} of {n}, {x:rp} {ok}"),
        {"who": Text("peserta", "members"), "x": value, "n": 10_000, "ok": "ok"},
    )
    assert text.id == "peserta: 1.234,5 dari 10.000, Rp1.235 ok"
    assert text.en == "members: 1,234.5 of 10,000, Rp1,235 ok"


def test_sentences_with_missing_values_and_places():
    assert formats.fill(Text("{x:1}", "{x:1}"), {"x": float("nan")}).id == "–"
    assert formats.fill(Text("{x:1}", "{x:1}"), {"x": None}).en == "–"
    with pytest.raises(KeyError):
        formats.fill(Text("{x}", "{y}"), {"x": 1})


# Results and tables ----------------------------------------------------------------------------


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "facility_name": ["A", "B"],
            "ak_permille": [150.0, 149.9],
            "members": [10_000, 9_000],
            "paid_rp": [1e8, 2e8],
            "my_share": [0.5, 0.25],
            "my_count": pd.array([1, None], dtype="Int64"),
            "my_flag": [True, False],
            "my_day": pd.to_datetime(["2023-01-01", "2023-02-01"]),
        }
    )


def test_columns_are_described_by_the_vocabulary_or_by_their_values(frame):
    found = {one.key: one for one in columns_of(frame)}
    assert list(found) == list(frame.columns)
    kinds = {key: (one.kind, one.decimals) for key, one in found.items()}
    assert kinds == {
        "facility_name": ("text", 0),
        "ak_permille": ("number", 2),
        "members": ("integer", 0),
        "paid_rp": ("rupiah", 0),
        "my_share": ("number", 2),
        "my_count": ("integer", 0),
        "my_flag": ("boolean", 0),
        "my_day": ("date", 0),
    }
    assert found["ak_permille"].label.id == "Angka Kontak (‰)"
    assert found["my_share"].label.to("id") == found["my_share"].label.en == "my_share"


def test_headings_may_be_worded_otherwise(frame):
    (column,) = columns_of(frame[["members"]], {"members": Text("Jumlah", "Number")})
    assert (column.label.id, column.label.en, column.kind) == ("Jumlah", "Number", "integer")


def test_columns_whose_names_are_no_text():
    assert [one.label for one in columns_of(pd.DataFrame({2023: [1], 2024: [2]}))] == [
        "2023",
        "2024",
    ]


def test_a_result_becomes_a_table(frame):
    result = Result(frame, (Text("catatan", "note"),))
    table = result.to_table()
    assert isinstance(table, Table)
    assert [one.key for one in table.columns] == list(frame.columns)
    assert table.notes == result.notes
    shown = result.to_table(["members", "facility_name"])
    assert [one.key for one in shown.columns] == ["members", "facility_name"]
    assert list(shown.frame.columns) == ["members", "facility_name"]


def test_results_and_tables_are_frozen(frame):
    result = Result(frame, ())
    for one, name in [
        (result, "frame"),
        (result.to_table(), "title"),
        (Column("a", Text("", "")), "key"),
    ]:
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, None)
