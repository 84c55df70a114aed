"""The summary of a scored table, and the tables of its workbook."""

import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.reporting.scored import summary, workbook

COUNTS = {
    "members": 10_000, "referrals": 100, "nonspecialist_referrals": 2, "dm_diagnosed": 100,
    "dm_controlled": 5, "ht_diagnosed": 200, "ht_controlled": 10, "tariff_rp": 6_000,
}  # fmt: skip


@pytest.fixture
def scored():
    """A puskesmas that falls one contact short in January and ten in February; one that is full."""
    data = pd.DataFrame(
        {
            "facility_id": ["A", "A", "B"],
            "facility_name": ["Satu", "Satu", None],
            "facility_type": "puskesmas",
            "month": pd.to_datetime(["2023-01-01", "2023-02-01", "2023-02-01"]),
            "contacts": [1_499, 1_490, 1_500],
            **COUNTS,
        },
        index=pd.Index([7, 7, 9], name="row"),
    )
    return kbk.score(data)


def test_the_summary_counts_and_names_the_nearest_of_the_latest_month(scored):
    found = summary(scored, kbk.next_level(scored))
    assert (found["rows"], found["facilities"], found["months"]) == (3, 2, 2)
    assert found["payment_levels"] == {"100": 1, "95": 2}
    assert found["ratings"]["ak_rating"] == {"4": 1, "3": 2}
    assert found["rupiah_lost"] == 2 * 0.05 * 60e6
    assert found["nearest"] == [
        {
            "row": "7", "facility": "A", "name": "Satu", "month": "2023-02",
            "payment_pct": 95.0, "next_payment_pct": 100.0, "changes": {"contacts": 10},
            "gain_rp": 3e6,
        }
    ]  # fmt: skip


def test_a_cross_section_without_names_or_rupiah_has_a_summary(scored):
    bare = kbk.score(
        scored[["facility_type", "contacts", *COUNTS]].drop(columns="tariff_rp").reset_index()
    )
    found = summary(bare, kbk.next_level(bare))
    assert (found["facilities"], found["months"], found["rupiah_lost"]) == (None, None, None)
    assert [one["changes"] for one in found["nearest"]] == [{"contacts": 1}, {"contacts": 10}]


def test_a_row_of_several_sheets_is_named_as_a_spreadsheet_does(scored):
    rows = [("Jan 23", 7), ("Feb 23", 7), ("Feb 23", 9)]
    several = scored.set_axis(pd.MultiIndex.from_tuples(rows, names=["sheet", "row"]))
    found = summary(several, kbk.next_level(several))
    assert [one["row"] for one in found["nearest"]] == ["Feb 23!7"]


def test_every_column_has_a_label_and_says_where_it_comes_from(scored):
    group = FindingGroup("r", "warning", "contacts", "aneh; lihat", "odd; look", (("S", 7),), (1,))
    tables = {
        one.name: one
        for one in workbook(
            scored, kbk.next_level(scored), Findings([group]), kbk.rules("kbk-2019")
        )
    }
    assert list(tables) == ["scored", "findings", "next_steps", "dictionary", "rules"]
    for name in ("scored", "next_steps"):
        for column in tables[name].columns:
            assert column.key not in {column.label.id, column.label.en}
    lines = tables["dictionary"].frame.set_index(["sheet", "column"])
    origin = {
        name: str(text) for (sheet, name), text in lines["origin"].items() if sheet == "scored"
    }
    assert set(origin) == {column.key for column in tables["scored"].columns}
    assert origin["score"] == origin["ak_permille"] == "computed by kbk-2019"
    assert (origin["contacts"], origin["source_row"]) == ("file", "place in the file")
    shown = tables["findings"].frame.iloc[0]
    assert (shown["sheet"], shown["row"], shown["message"].id) == ("S", 7, "aneh; lihat")
    assert tables["next_steps"].frame["who"].tolist() == ["A, Satu, 2023-01", "A, Satu, 2023-02"]
