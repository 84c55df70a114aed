"""Explanatory variables: exact norms by date, labels of two languages, findings."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.analysis.factors import explanatory
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    NoRulesInForceError,
    UnknownNameError,
)
from kbkresearch.regulation.registry import rules
from kbkresearch.scoring.score import findings_of, score

NORMS = {"doctor-ratio-2020": 4000, "doctor-ratio-2023": 5000}


def rules_found(table):
    return {one.rule for one in findings_of(table)}


@pytest.mark.parametrize("norm", NORMS)
@given(members=st.integers(1, 10**7), doctors=st.integers(0, 400))
def test_ratios_and_norm_are_exact(norm, members, doctors):
    table = explanatory(pd.DataFrame({"members": [members], "doctors": [doctors]}), norm=norm)
    one = table.iloc[0]
    assert one["doctors_per_5000"] == pytest.approx(float(Fraction(5000 * doctors, members)))
    assert one["doctor_norm_met"] == (members <= NORMS[norm] * doctors)
    assert one["doctors_needed"] == -(-members // NORMS[norm])
    if doctors:
        assert one["members_per_doctor"] == pytest.approx(float(Fraction(members, doctors)))
    else:
        assert np.isnan(one["members_per_doctor"])
        assert "no_doctor" in rules_found(table)


@pytest.mark.parametrize("edge", [-1, 0, 1])
def test_norm_holds_at_its_edge(edge):
    table = explanatory(
        pd.DataFrame({"members": [15000 + edge], "doctors": [3]}), norm="doctor-ratio-2023"
    )
    assert table["doctor_norm_met"].tolist() == [edge <= 0]


def test_each_month_has_the_norm_in_force():
    data = pd.DataFrame(
        {
            "month": pd.to_datetime(["2022-12-01", "2023-01-01", None]),
            "members": 4500,
            "doctors": 1,
        }
    )
    table = explanatory(data)
    assert table["doctor_norm_met"].tolist() == [False, True, pd.NA]
    assert {"doctor_norm", "no_month"} <= rules_found(table)
    named = " ".join(one.message_en for one in findings_of(table))
    assert all(norm in named for norm in NORMS)
    assert explanatory(data, norm="doctor-ratio-2020")["doctor_norm_met"].tolist() == [False] * 3
    with pytest.raises(NoRulesInForceError, match="doctor-ratio-2020"):
        explanatory(data.assign(month=pd.Timestamp("2019-12-01")))
    for months in (data["month"].dt.to_period("M"), data["month"].dt.strftime("%Y-%m")):
        same = explanatory(data.assign(month=months))
        assert same["doctor_norm_met"].tolist() == [False, True, pd.NA]
    with pytest.raises(BadArgumentError, match="no date"):
        explanatory(data.assign(month="first"))


def test_without_months_the_newest_norm_is_taken_and_named():
    table = explanatory(pd.DataFrame({"members": [4500], "doctors": [1]}))
    assert table["doctor_norm_met"].tolist() == [True]
    (found,) = findings_of(table)
    assert (found.rule, found.severity) == ("doctor_norm", "info")
    assert "doctor-ratio-2023" in found.message_en
    assert "newest" in found.message_en


def test_a_reformed_norm_is_used_as_it_is():
    norm = rules("doctor-ratio-2023").replace({"values.members_per_doctor_max": "2500"}, id="goal")
    table = explanatory(pd.DataFrame({"members": [4500], "doctors": [1]}), norm=norm)
    assert table[["doctor_norm_met", "doctors_needed"]].values.tolist() == [[False, 2]]


@pytest.mark.parametrize(
    ("members", "doctors", "rule", "column"),
    [
        (0, 1, "no_members", "members"),
        (-5, 1, "no_members", "members"),
        (100, -1, "negative_count", "doctors"),
    ],
)
def test_impossible_counts_are_missing_with_a_finding(members, doctors, rule, column):
    table = explanatory(
        pd.DataFrame({"members": [members, 100], "doctors": [doctors, 1]}, index=["a", "b"])
    )
    derived = ["doctors_per_5000", "members_per_doctor", "doctor_norm_met"]
    assert table.loc["a", derived].isna().all()
    assert table.loc["b", derived].notna().all()
    (found,) = (one for one in findings_of(table) if one.rule == rule)
    assert (found.column, found.rows, found.severity) == (column, ("a",), "error")


def test_missing_counts_stay_missing_and_decimals_are_numbers():
    data = pd.DataFrame(
        {"members": [Decimal(5000), None], "doctors": pd.array([None, 1], dtype="Int64")}
    )
    table = explanatory(data)
    assert table["doctor_norm_met"].isna().all()
    assert table["doctors_per_5000"].isna().all()


@pytest.mark.parametrize(
    ("column", "labels", "codes"),
    [
        (
            "funding_model",
            ["BLUD Penuh", "ppk-blud", "Belum BLUD", "Non BLUD", "not BLUD", " "],
            ["blud", "blud", "non_blud", "non_blud", "non_blud", None],
        ),
        (
            "consequence",
            ["Ya", "tanpa konsekuensi", "with consequence", 1, "0", None],
            [True, False, True, True, False, None],
        ),
        (
            "service_scope",
            ["Rawat Inap", "RJTP", "rjtp + ritp", "Non Rawat Inap", "Outpatient", ""],
            ["inpatient", "outpatient", "inpatient", "outpatient", "outpatient", None],
        ),
    ],
)
def test_labels_are_coded_in_both_languages(column, labels, codes):
    table = explanatory(pd.DataFrame({column: labels}))
    assert [None if pd.isna(one) else one for one in table[column]] == codes
    assert not findings_of(table)


def test_unknown_labels_are_missing_and_named():
    table = explanatory(pd.DataFrame({"funding_model": ["blud", "campuran"]}, index=[7, 9]))
    assert table["funding_model"].isna().tolist() == [False, True]
    (found,) = findings_of(table)
    assert (found.rule, found.rows, found.values) == ("unknown_label", (9,), ("campuran",))


def test_scope_without_a_code_stays_as_written_or_is_coded_by_the_caller():
    data = pd.DataFrame({"service_scope": ["Lengkap", "lengkap ", "Tipe 1", "Tipe 2", None]})
    table = explanatory(data)
    assert table["service_scope"].tolist()[:4] == ["Lengkap", "Lengkap", "Tipe 1", "Tipe 2"]
    assert rules_found(table) == {"scope_as_written"}
    scopes = {"full": ["lengkap"], "first": ["Tipe 1"]}
    coded = explanatory(data, scopes=scopes)
    assert coded["service_scope"].tolist()[:3] == ["full", "full", "first"]
    assert rules_found(coded) == {"unknown_label"}
    numbers = pd.DataFrame({"service_scope": [1, 2, 3]})
    assert explanatory(numbers)["service_scope"].tolist() == [1, 2, 3]


def test_printed_ratios_that_the_counts_contradict_are_found():
    data = pd.DataFrame(
        {"members": [9000, 9000], "doctors": [2, 2], "doctors_per_5000": [1.11, 1.2]}
    )
    table = explanatory(data)
    (found,) = (one for one in findings_of(table) if one.rule == "ratio_and_counts_disagree")
    assert found.rows == (1,)
    assert table["doctors_per_5000"].tolist() == pytest.approx([10 / 9, 10 / 9])


def test_the_table_keeps_its_rows_columns_and_findings_and_the_input_is_untouched():
    data = pd.DataFrame(
        {
            "members": [900, 800],
            "doctors": [1, 2],
            "ak_permille": [150.0, -1.0],
            "other": ["x", "y"],
        },
        index=["b", "a"],
    )
    before = data.copy()
    table = explanatory(data)
    pd.testing.assert_frame_equal(data, before)
    assert table.index.tolist() == ["b", "a"]
    assert table.columns.tolist()[:4] == data.columns.tolist()
    pd.testing.assert_frame_equal(explanatory(table), table)


def test_findings_of_the_score_are_kept():
    data = pd.DataFrame(
        {"facility_type": ["puskesmas"], "ak_permille": [-1.0], "members": [900], "doctors": [0]}
    )
    found = rules_found(explanatory(score(data.assign(rrns_pct=1.0, rppt_pct=6.0))))
    assert {"no_doctor", "doctor_norm"} < found


@pytest.mark.parametrize(
    ("data", "options", "error", "words"),
    [
        ({"members": [1]}, {}, MissingColumnsError, "'members' and 'doctors'"),
        ({"members": ["12 ribu"], "doctors": [1]}, {}, BadColumnError, "12 ribu"),
        ({"members": [np.inf], "doctors": [1]}, {}, BadColumnError, "infinite"),
        (
            {"members": [1], "doctors": [1]},
            {"norm": "doctor-2020"},
            UnknownNameError,
            "doctor-ratio",
        ),
        (
            {"members": [1], "doctors": [1]},
            {"norm": "kbk-2019"},
            BadArgumentError,
            "no standard of",
        ),
        ({"service_scope": ["a"]}, {"scopes": {"x": "a"}}, BadArgumentError, "a list of labels"),
        ({"service_scope": ["a"]}, {"scopes": {"x": ["a"], "y": ["A"]}}, BadArgumentError, "two"),
    ],
)
def test_bad_input(data, options, error, words):
    with pytest.raises(error, match=words):
        explanatory(pd.DataFrame(data), **options)


def test_something_else_than_a_table_is_refused():
    with pytest.raises(MissingColumnsError, match="none"):
        explanatory([1, 2])
