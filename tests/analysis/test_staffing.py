"""Staff against the printed standard: nothing of the misprinted table is repaired or guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kbkresearch import datasets
from kbkresearch.analysis.staffing import staffing_gap
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)
from kbkresearch.regulation.registry import rules

KINDS = (
    "urban_non_inpatient",
    "rural_non_inpatient",
    "remote_inpatient",
    "no_area_non_inpatient",
    "no_area_inpatient",
)
PRINTED = {"Dokter": "doctor", "Dokter gigi": "dentist", "Perawat": "nurse", "Bidan": "midwife"}
DISPLACED = ["row_6", "row_7", "row_8", "row_9"]


def required(found):
    return found.frame.set_index("staff_kind")["required"]


@pytest.mark.parametrize(("number", "kind"), list(enumerate(KINDS, start=1)))
def test_required_numbers_are_the_printed_ones(number, kind):
    table = datasets.load("pasawahan-staffing")
    printed = table[table["column_no"] == number].set_index("staff_printed")["staff"]
    got = required(staffing_gap({"doctor": 1}, kind))
    for label, staff in PRINTED.items():
        assert got[staff] == printed[label]
    assert got.sum() == printed.drop("Jumlah").sum()


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_is_marked_and_the_sums_that_do_not_close_are_named(kind):
    found = staffing_gap({"doctor": 1}, kind)
    assert set(found.frame["status"]) == {"unverified"}
    assert (found.frame["mark"] != "").all()
    notes = " ".join(found.notes)
    assert "All 14 cells" in notes
    assert "lost a column" in notes
    closes = kind in {"rural_non_inpatient", "no_area_inpatient"}
    assert ("not repaired" in notes) != closes
    assert "tidak diperbaiki" in found.to_table().to_html("id")


def test_displaced_labels_are_compared_with_nothing():
    staff = {"doctor": 1, "nutrisionis": 2, "Apoteker": 1, "environmental_health": 0}
    found = staffing_gap(staff, "urban_non_inpatient").frame.set_index("staff_kind")
    for kind in ("nutritionist", "pharmacist", "environmental_health"):
        assert found.loc[kind, ["required", "gap", "shortage"]].isna().all()
        assert "displaced" in found.loc[kind, "mark"]
    assert found.loc[DISPLACED, "required"].tolist() == [1.0] * 4
    assert found.loc[DISPLACED, ["staff", "gap", "shortage"]].isna().all(axis=None)
    assert found.loc[DISPLACED, "mark"].str.contains("displaced").all()


@pytest.mark.parametrize(
    ("staff", "gap", "shortage"), [(3, -2, 2), (5, 0, 0), (7, 2, 0), (0, -5, 5), (4.5, -0.5, 0.5)]
)
def test_gap_and_shortage(staff, gap, shortage):
    found = staffing_gap({"perawat": staff}, "urban_non_inpatient")
    nurse = found.frame.set_index("staff_kind").loc["nurse"]
    assert nurse[["gap", "shortage"]].tolist() == [gap, shortage]
    assert found.totals[["n_compared", "n_short", "shortage"]].values.tolist() == [
        [1, int(shortage > 0), shortage]
    ]


def test_staff_that_is_not_given_is_missing_not_zero():
    found = staffing_gap(
        pd.DataFrame({"doctor": [1], "nurse": pd.array([None], dtype="Int64")}),
        "rural_non_inpatient",
    )
    gaps = found.frame.set_index("staff_kind")["gap"]
    assert gaps["doctor"] == 0
    assert gaps[["nurse", "midwife"]].isna().all()
    assert any("stay missing, not zero: Dentist" in note for note in found.notes)
    nothing = staffing_gap({"nurse": None}, "rural_non_inpatient")
    assert np.isnan(nothing.totals["shortage"].item())


WIDE = pd.DataFrame(
    {
        "Kode FKTP": ["B", "A"],
        "facility_kind": ["perkotaan non rawat inap", "remote_inpatient"],
        "Jumlah Dokter Umum": [1, 1],
        "Bidan": [4, 9],
        "members": [9000, 8000],
    }
)


def test_wide_and_long_tables_say_the_same():
    wide = staffing_gap(WIDE)
    long = WIDE.melt(
        id_vars=["Kode FKTP", "facility_kind"],
        value_vars=["Jumlah Dokter Umum", "Bidan"],
        var_name="jenis tenaga",
        value_name="jumlah",
    )
    pd.testing.assert_frame_equal(wide.frame, staffing_gap(long).frame)
    assert wide.totals["facility_id"].tolist() == ["B", "A"]
    assert wide.totals["shortage"].tolist() == [0, 1]
    assert "Columns that were not read: members." in wide.notes


def test_one_kind_for_all_goes_before_the_column():
    found = staffing_gap(WIDE, "column_2_rural_non_inpatient")
    assert set(found.frame["facility_kind"]) == {"column_2_rural_non_inpatient"}


def test_a_cell_compared_with_the_annex_loses_its_mark():
    path = "values.staffing.column_1_urban_non_inpatient.nurse"
    law = rules("puskesmas-standards-2019").replace({path: "6"}, id="annex")
    found = staffing_gap({"nurse": 5}, "urban_non_inpatient", law)
    nurse = found.frame.set_index("staff_kind").loc["nurse"]
    assert nurse[["required", "gap", "status", "mark"]].tolist() == [6, -1, "reform", ""]
    assert any(note.startswith("13 cells") for note in found.notes)


@pytest.mark.parametrize(
    ("staff", "kind", "error", "words"),
    [
        ({"doctor": 1}, None, BadArgumentError, "column_1_urban_non_inpatient"),
        ({"doctor": 1}, "urban_inpatient", UnknownNameError, "Did you mean"),
        ({"dokterr": 1}, KINDS[0], UnknownNameError, "Did you mean 'Dokter'"),
        ({"doctor": 1, "dokter": 2}, KINDS[0], BadArgumentError, "both stand for 'doctor'"),
        ({"doctor": -1}, KINDS[0], BadColumnError, "is negative"),
        ({"doctor": "satu"}, KINDS[0], BadColumnError, "satu"),
        (WIDE.assign(Dokter=1), None, BadArgumentError, "both stand for"),
        (WIDE.assign(**{"Kode FKTP": "A"}), None, BadColumnError, "names a facility twice: row 1"),
        (WIDE.assign(**{"Kode FKTP": [None, "A"]}), None, BadColumnError, "Name the facility"),
        (WIDE.drop(columns="Kode FKTP"), None, MissingColumnsError, "facility_id"),
        (WIDE[["Kode FKTP", "members"]], KINDS[0], MissingColumnsError, "staff_kind"),
        (WIDE.iloc[:0], KINDS[0], BadArgumentError, "no rows"),
        ({}, KINDS[0], BadArgumentError, "is empty"),
        ([1], KINDS[0], BadArgumentError, "is a list"),
        (
            pd.DataFrame({"jenis tenaga": ["Dokter", "dokter"], "jumlah": [1, 1]}),
            KINDS[0],
            BadColumnError,
            "repeats a kind of staff",
        ),
        (pd.DataFrame({"jenis tenaga": ["Dokter"]}), KINDS[0], MissingColumnsError, "'staff'"),
    ],
)
def test_bad_tables_are_refused(staff, kind, error, words):
    with pytest.raises(error, match=words):
        staffing_gap(staff, kind)


def test_another_document_is_refused():
    with pytest.raises(BadArgumentError, match="no standard of staffing"):
        staffing_gap({"doctor": 1}, KINDS[0], "kbk-2019")
