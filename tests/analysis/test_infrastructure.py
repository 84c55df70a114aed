"""Completeness of rooms and equipment: counts by hand, names of two languages, refusals."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.checklist import standard_elements
from kbkresearch.analysis.infrastructure import completeness
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)
from kbkresearch.regulation.registry import rules

LAW = rules("puskesmas-standards-2019")
ELEMENTS = standard_elements(LAW)
ROOMS = [one.room for one in ELEMENTS if one.item is None]
ITEMS = [one for one in ELEMENTS if one.item is not None]
COUNTS = ["n_items", "n_present", "n_absent", "n_missing"]
PERCENTAGES = ["infrastructure_pct", "pct_low", "pct_high"]


def full(lang, answer="ada"):
    return pd.DataFrame(
        {
            "ruang": [one.room.to(lang) for one in ITEMS],
            "alat": [one.item.to(lang) for one in ITEMS],
            "ada": answer,
        }
    )


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize(("answer", "pct"), [("ada", 100.0), ("tidak ada", 0.0)])
def test_everything_and_nothing(lang, answer, pct):
    found = completeness(full(lang, answer))
    assert found.frame["infrastructure_pct"].tolist() == [pct]
    assert found.frame[COUNTS].values.tolist() == [[15, 15 * pct / 100, 15 - 15 * pct / 100, 0]]
    assert len(found.gaps) == 10
    assert (found.gaps["lacking"] == "").all() == (pct == 100)


@pytest.mark.parametrize(
    "answers",
    [
        ("ya", "tidak"),
        ("Ada", "Tidak Ada"),
        ("yes", "no"),
        (True, False),
        (1, 0),
        (1.0, 0.0),
        ("1", "0"),
    ],
)
def test_answers_in_any_form(answers):
    yes, no = answers
    checklist = full("id", yes)
    checklist["ada"] = checklist["ada"].astype(object)
    checklist.loc[[0, 3], "ada"] = no
    found = completeness(checklist)
    assert found.frame[COUNTS].values.tolist() == [[15, 13, 2, 0]]
    assert found.frame["infrastructure_pct"].item() == pytest.approx(100 * 13 / 15)


def test_what_is_not_listed_is_missing_unless_asked_and_what_is_blank_always():
    checklist = full("id").iloc[:6].copy()
    checklist.loc[1, "ada"] = "tidak"
    checklist.loc[2, "ada"] = None
    found = completeness(checklist)
    assert found.frame[COUNTS].values.tolist() == [[15, 4, 1, 10]]
    assert found.frame[PERCENTAGES].values.tolist()[0] == pytest.approx([80, 400 / 15, 1400 / 15])
    assert "10 lines of the standard without information" in " ".join(found.notes)
    absent = completeness(checklist, unlisted="absent")
    assert absent.frame[COUNTS].values.tolist() == [[15, 4, 10, 1]]
    assert any("as asked" in note for note in absent.notes)


def test_nothing_known_gives_no_percentage():
    found = completeness(full("id", None))
    assert math.isnan(found.frame["infrastructure_pct"].item())
    assert found.frame[["pct_low", "pct_high"]].values.tolist() == [[0, 100]]


def test_facilities_and_rooms_have_their_own_gaps():
    checklist = pd.concat(
        [full("id").assign(**{"Kode FKTP": "B"}), full("en").assign(**{"Kode FKTP": "A"})]
    ).reset_index(drop=True)
    checklist.loc[checklist["alat"] == "Newborn resuscitation set", "ada"] = "tidak"
    found = completeness(checklist)
    assert found.frame["facility_id"].tolist() == ["B", "A"]
    assert found.frame["n_absent"].tolist() == [0, 1]
    gaps = found.gaps.set_index(["facility_id", "room"])["lacking"]
    assert gaps["A", "Delivery room"].id == "Set Resusitasi bayi"
    assert (gaps.drop(("A", "Delivery room")) == "").all()
    assert (found.items.groupby("facility_id").size() == 15).all()


def test_rooms_alone_items_alone_and_both():
    rooms = completeness({room.id: True for room in ROOMS})
    assert rooms.frame[COUNTS].values.tolist() == [[10, 10, 0, 0]]
    assert "10 rooms" in rooms.notes[0]
    items = completeness({"Set farmasi": "ada"})
    assert items.frame[COUNTS].values.tolist() == [[15, 1, 0, 14]]
    both = completeness({"Set farmasi": "ada", "Ruang farmasi": "tidak"})
    assert both.frame[COUNTS].values.tolist() == [[25, 1, 1, 23]]


def test_the_queue_is_named_as_a_requirement():
    found = completeness(full("id"))
    (queue,) = found.items.loc[found.items["kind"] == "requirement", "item"]
    assert "antrian" in queue.id
    assert any("no equipment" in note and "queue" in note for note in found.notes)
    assert not any("no equipment" in note for note in completeness({"Ruang farmasi": 1}).notes)


@pytest.mark.parametrize(
    "name",
    [
        "RUANG KIA,  KB dan imunisasi",
        "4. Ruang KIA, KB, dan Imunisasi",
        "4) ruang kia/kb/dan imunisasi",
    ],
)
def test_names_differ_in_case_numbers_and_punctuation(name):
    found = completeness({name: "ada"})
    assert found.items.loc[found.items["present"].fillna(value=False), "room"].tolist() == [
        ROOMS[3]
    ]


def test_brackets_may_be_left_out():
    found = completeness({"Ruang komunikasi informasi dan edukasi": 1})
    assert found.frame["n_present"].item() == 1


def test_repeated_rows_count_once_and_contradictions_are_refused():
    checklist = pd.concat([full("id"), full("id").iloc[[0]]], ignore_index=True)
    found = completeness(checklist)
    assert found.frame["n_present"].item() == 15
    assert any("1 rows of the checklist repeat" in note for note in found.notes)
    checklist.loc[15, "ada"] = "tidak"
    with pytest.raises(BadColumnError, match=r"row 0 .True., row 15 .False."):
        completeness(checklist)


def test_row_order_changes_only_the_order_of_facilities():
    checklist = full("id").assign(facility_id=["A", "B", "C"] * 5)
    one = completeness(checklist).frame.set_index("facility_id")
    other = completeness(checklist.iloc[::-1]).frame.set_index("facility_id")
    pd.testing.assert_frame_equal(one, other.loc[one.index])


def test_a_reformed_standard_is_held_to():
    path = "values.rooms.8.equipment_1"
    changed = LAW.replace({path: "Set obat"}, id="other")
    assert completeness({"Set obat": 1}, changed).frame["n_present"].item() == 1
    assert "other" in completeness({"Set obat": 1}, changed).notes[0]


def test_tables_read_in_both_languages(tmp_path):
    found = completeness(full("id", "tidak"))
    assert "Ruang farmasi" in found.gaps_table().to_markdown("id")
    assert "Pharmacy room" in found.gaps_table().to_markdown("en")
    assert "Kelengkapan sarana (%)" in found._repr_html_()
    assert found.to_table().save(tmp_path / "t.xlsx").exists()


@pytest.mark.parametrize(
    ("checklist", "error", "words"),
    [
        ({"Ruang farmasii": 1}, UnknownNameError, "Did you mean 'Ruang farmasi'"),
        ({"Ruang farmasi": {"Set farmasy": 1}}, UnknownNameError, "Did you mean 'Set farmasi'"),
        ({"Ruang rapat": {"Set farmasi": 1}}, UnknownNameError, "room .row 0. 'Ruang rapat'"),
        ({"Ruang farmasi": {"Set Resusitasi bayi": 1}}, BadArgumentError, "Ruang persalinan"),
        ({"Ruang farmasi": "mungkin"}, BadColumnError, "row 0 .'mungkin'."),
        ({"Ruang farmasi": 2}, BadColumnError, "row 0 .2."),
        ({}, BadArgumentError, "no rows"),
        (pd.DataFrame({"ruang": ["a"]}), MissingColumnsError, "'present' .or 'ada'."),
        (pd.DataFrame({"ada": [1]}), MissingColumnsError, "'room' .'ruang'."),
        (pd.DataFrame({"ada": [1], "ruang": [None]}), BadArgumentError, "Row 0 .* neither"),
        (pd.DataFrame({"ada": [1], "tersedia": [1], "ruang": ["x"]}), BadArgumentError, "the same"),
        (
            pd.DataFrame(
                {"ada": [1, 1], "ruang": ["Ruang farmasi"] * 2, "facility_id": ["a", None]}
            ),
            BadColumnError,
            "Name the facility",
        ),
        ([1, 2], BadArgumentError, "is a list"),
    ],
)
def test_bad_checklists_are_refused(checklist, error, words):
    with pytest.raises(error, match=words):
        completeness(checklist)


def test_bad_options_are_refused():
    with pytest.raises(UnknownNameError, match="absent"):
        completeness({"Set farmasi": 1}, unlisted="zero")
    with pytest.raises(BadArgumentError, match="no standard of rooms"):
        completeness({"Set farmasi": 1}, "doctor-ratio-2023")
    with pytest.raises(UnknownNameError, match="puskesmas-standards-2019"):
        completeness({"Set farmasi": 1}, "puskesmas-standard-2019")


def test_counts_are_whole_and_shares_float():
    frame = completeness(full("id")).frame
    assert all(frame[name].dtype == np.int64 for name in COUNTS)
    assert all(frame[name].dtype == np.float64 for name in PERCENTAGES)
