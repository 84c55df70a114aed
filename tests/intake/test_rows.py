"""Rules on rows and values: against brute force, and each on a case made for it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbkresearch.intake import rows
from kbkresearch.intake.plausible import BELIEVED, JUMP
from kbkresearch.intake.row_findings import missing_months, row_findings

FINAL = {
    "members": 10_000.0, "contacts": 1_500.0, "referrals": 100.0, "nonspecialist_referrals": 2.0,
    "dm_diagnosed": 100.0, "dm_controlled": 5.0, "ht_diagnosed": 200.0, "ht_controlled": 10.0,
}  # fmt: skip


def months(*changes, facility="A", start="2023-01-01"):
    """One row per change, in successive months of one facility."""
    frame = pd.DataFrame([FINAL | change for change in changes])
    frame.insert(0, "facility_id", facility)
    frame.insert(1, "month", pd.date_range(start, periods=len(changes), freq="MS"))
    return frame


def found(table):
    return {(one.rule, one.column): one for one in row_findings(table)}


def rejected(table):
    numeric = [name for name in table if table[name].dtype == float]
    return {one.rule: np.flatnonzero(one.rows).tolist() for one in rows.rejections(table, numeric)}


def test_sound_rows_are_left_in_peace():
    table = pd.concat([months({}, {}, {}), months({}, {}, facility="B")])
    assert found(table) == {}
    assert rejected(table) == {}


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 8), st.integers(1, 2)), max_size=14)
)
def test_repeated_rows_and_gaps_are_those_of_brute_force(given_rows):
    table = pd.DataFrame(given_rows, columns=["facility_id", "month", "contacts"])
    table["month"] = pd.Timestamp(2023, 1, 1) + table["month"].map(
        lambda k: pd.DateOffset(months=k)
    )
    table["month"] = pd.to_datetime(table["month"])
    copies, conflicts = rows.repeated_rows(table)
    first = {}
    for place, row in enumerate(given_rows):
        assert copies.iloc[place] == (row in first)
        first.setdefault(row, place)
    for place, row in enumerate(given_rows):
        others = {one for one in first if one[:2] == row[:2]}
        assert conflicts.iloc[place] == (len(others) > 1 and first[row] == place)
    lacking = []
    for facility in dict.fromkeys(row[0] for row in given_rows):
        there = {row[1] for row in given_rows if row[0] == facility}
        lacking += [k for k in range(min(there), max(there)) if k not in there]
    spans = [v for one in missing_months(table) for v in one.values]
    named = [pd.period_range(*(v.split(": ")[1].split("–") * 2)[:2], freq="M") for v in spans]
    assert sum(map(len, named)) == len(lacking)


@pytest.mark.parametrize(
    ("change", "rule", "column", "severity"),
    [
        ({"contacts": 10_001.0}, "numerator_above_denominator", "contacts", "error"),
        ({"dm_diagnosed": 20_000.0}, "numerator_above_denominator", "dm_diagnosed", "error"),
        ({"referrals": -1.0}, "negative_count", "referrals", "error"),
        ({"members": 10_000.5}, "fractional_count", "members", "error"),
        ({"members": 1e16}, "impossible_count", "members", "error"),
        ({"ak_permille": 1000.1}, "indicator_outside_domain", "ak_permille", "error"),
        ({"rppt_pct": 100.5}, "indicator_outside_domain", "rppt_pct", "error"),
        ({"ak_permille": 15.0}, "indicator_disagrees_with_counts", "ak_permille", "warning"),
        ({"members": 3.0, "contacts": 1.0}, "improbable_value", "members", "warning"),
        ({"contacts": 10_000.0}, "everybody_in_contact", "contacts", "warning"),
        ({"contacts": 299.0}, "improbable_value", "ak_permille", "warning"),
        ({"contacts": 8_100.0}, "improbable_value", "ak_permille", "warning"),
        ({"nonspecialist_referrals": 61.0}, "improbable_value", "rrns_pct", "warning"),
        (
            {"dm_controlled": 95.0, "ht_controlled": 190.0},
            "improbable_value",
            "rppt_pct",
            "warning",
        ),
        ({"doctors": 400.0}, "improbable_value", "doctors", "warning"),
        ({"tariff_rp": 6.0}, "improbable_value", "tariff_rp", "warning"),
        ({"referrals": 1_501.0}, "more_referrals_than_contacts", "referrals", "warning"),
    ],
)
def test_values_that_cannot_be_or_hardly_can(change, rule, column, severity):
    table = months({}, change).assign(month=pd.NaT)
    table.index = pd.MultiIndex.from_tuples([("Jan", 4), ("Jan", 5)], names=["sheet", "row"])
    one = found(table)[rule, column]
    assert (one.severity, one.rows) == (severity, (("Jan", 5),))
    for message in (one.message_id, one.message_en):
        assert ";" in message  # what is wrong; what to do or think of


@pytest.mark.parametrize("column", BELIEVED)
def test_limits_themselves_are_believed(column):
    limits = BELIEVED[column]
    table = pd.DataFrame({"facility_id": list("ABC"), column: [limits.low, limits.high, np.nan]})
    assert found(table) == {}


@pytest.mark.parametrize(("factor", "jumps"), [(JUMP, True), (JUMP - 0.1, False), (1 / JUMP, True)])
def test_members_that_jump_within_a_series(factor, jumps):
    table = months({}, {"members": 10_000.0 * factor}, {"members": 10_000.0 * factor})
    other = months({"members": 10_000.0}, facility="B")
    shuffled = pd.concat([table, other]).iloc[[2, 3, 0, 1]]
    one = found(shuffled).get(("members_jump", "members"))
    assert (one is not None) == jumps
    if jumps:
        assert one.rows == (1,)
        assert one.values == (f"10000 → {10_000 * factor:g}",)


def test_months_that_cannot_be():
    table = months({}, {}, start="2013-12-01")
    assert found(table)["improbable_month", "month"].values == ("2013-12",)
    later = months({}, start="2923-12-01")
    assert ("improbable_month", "month") in found(later)


def test_mid_month_rows_give_way_to_final_ones_and_are_named_where_alone():
    both = pd.concat([months({}, {}), months({"contacts": 700.0})], ignore_index=True)
    both["stage"] = ["Final", None, "CAPAIAN MID KBK"]
    assert rejected(both) == {"mid_month_row": [2]}
    alone = months({}, {}).assign(stage=["mid", "final"])
    assert rejected(alone) == {}
    assert found(alone)["mid_month_rows", "stage"].rows == (0,)


@pytest.mark.parametrize(
    ("other", "hint"),
    [
        ({"contacts": 700.0, "referrals": 60.0}, "stage"),
        ({"contacts": 1_700.0, "referrals": 160.0}, "stage"),
        ({"contacts": 700.0, "referrals": 160.0}, ""),
        ({"contacts": 700.0}, ""),
    ],
)
def test_two_rows_of_which_one_looks_like_mid_month_are_rejected_with_a_hint(other, hint):
    table = pd.concat([months({}, {}), months(other)], ignore_index=True)
    assert rejected(table) == {"conflicting_rows": [0, 2]}
    (one,) = rows.rejections(table, list(FINAL))
    assert one.finding(table).column == hint
    assert one.finding(table).rows == (0, 2)


@pytest.mark.parametrize(
    ("text", "mid"),
    [("MID Januari", True), ("Capaian sementara (Des)", True), ("data tengah bulan.xlsx", True),
     ("Januari 23", False), ("Midang", False), ("", False)],
)  # fmt: skip
def test_titles_that_speak_of_mid_month(text, mid):
    assert rows.says_mid_month(text) == mid


def test_every_row_has_one_reason_at_most():
    table = pd.concat([months({}), months({}), months({"contacts": np.nan})], ignore_index=True)
    table = pd.concat([table, months({}, facility=rows.EXAMPLE)], ignore_index=True)
    table.loc[2, list(FINAL)] = np.nan
    assert rejected(table) == {"example_row": [3], "no_numbers": [2], "repeated_row": [1]}


def test_without_facility_or_month_nothing_stands_twice():
    unnamed = months({}, {}).assign(month=pd.Timestamp(2023, 1, 1), facility_id=None)
    assert rejected(unnamed) == {}
    assert found(unnamed)["no_facility", "facility_id"].severity == "warning"
    assert ("no_month", "") in found(unnamed.drop(columns="month"))
    cross_section = months({}, {"contacts": 1.0}).drop(columns="month")
    assert rejected(cross_section) == {"conflicting_rows": [0, 1]}


def test_months_without_a_facility_are_those_of_one():
    table = months({}, {}, {}, {}).drop(columns="facility_id").iloc[[0, 1, 3, 3]]
    table = table.reset_index(drop=True)
    assert rejected(table) == {"repeated_row": [3]}
    assert found(table)["missing_months", "month"].values == ("2023-03",)
    assert found(table)["no_facility", "facility_id"].severity == "info"
