"""`kbk.score`: what goes in, what comes out, and what every kind of bad input leads to."""

from __future__ import annotations

import copy
import io
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.errors import (
    BadArgumentError,
    BadRowsError,
    KbkError,
    MissingColumnsError,
    UnknownNameError,
)

COUNTS = [
    *("members", "contacts", "referrals", "nonspecialist_referrals"),
    *("dm_diagnosed", "dm_controlled", "ht_diagnosed", "ht_controlled"),
]
NEW = [
    *("ak_permille", "rrns_pct", "rppt_pct", "ak_rating", "rrns_rating", "rppt_rating"),
    *("score", "payment_pct"),
]
PARTS = {"ak": "ak_permille", "rrns": "rrns_pct", "rppt": "rppt_pct"}


def months(**changes):
    """Three facility-months; worked out by hand they score 4.0, 2.6 and 1.0 (see `EXPECTED`)."""
    data = pd.DataFrame(
        {
            "facility_id": ["A", "B", "C"],
            "facility_type": ["puskesmas", "klinik_pratama", "puskesmas"],
            "members": [10_000, 8_000, 5_000],
            "contacts": [1_500, 1_160, 700],
            "referrals": [100, 200, 100],
            "nonspecialist_referrals": [2, 5, 4],
            "dm_diagnosed": [100, 100, 50],
            "dm_controlled": [5, 8, 0],
            "ht_diagnosed": [200, 200, 50],
            "ht_controlled": [10, 0, 2],
        },
        index=["a", "b", "c"],
    )
    return data.assign(**changes)


EXPECTED = pd.DataFrame(
    {
        "ak_permille": [150.0, 145.0, 140.0],
        "rrns_pct": [2.0, 2.5, 4.0],
        "rppt_pct": [5.0, 4.0, 2.0],
        "ak_rating": pd.array([4, 2, 1], dtype="Int8"),
        "rrns_rating": pd.array([4, 3, 1], dtype="Int8"),
        "rppt_rating": pd.array([4, 3, 1], dtype="Int8"),
        "score": [4.0, 2.6, 1.0],
        "payment_pct": [100.0, 96.0, 85.0],
    },
    index=["a", "b", "c"],
)


def indicators(**changes):
    given = EXPECTED[["ak_permille", "rrns_pct", "rppt_pct"]]
    return given.assign(facility_type=months()["facility_type"], **changes)


def set_cell(data, row, column, value):
    """Return a copy with one cell replaced, whatever its type."""
    values = data[column].astype(object)
    values.loc[row] = value
    numeric = all(type(one) in {int, float} for one in values)
    return data.assign(**{column: values.infer_objects() if numeric else values})


def rules_found(scored, *severities):
    return [one.rule for one in kbk.findings_of(scored) if one.severity in (severities or SERIOUS)]


SERIOUS = ("error", "warning")


# What goes in and comes out --------------------------------------------------------------------


def test_the_example_by_hand():
    scored = kbk.score(months())
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert list(scored.columns) == [*months().columns, *NEW]
    assert not kbk.findings_of(scored)


def test_from_indicators():
    scored = kbk.score(indicators())
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert list(scored.columns)[:4] == ["ak_permille", "rrns_pct", "rppt_pct", "facility_type"]


def test_each_indicator_from_its_own_source():
    mixed = (
        months()
        .drop(columns=["contacts", "dm_controlled"])
        .assign(ak_permille=EXPECTED["ak_permille"], rppt_pct=EXPECTED["rppt_pct"])
    )
    pd.testing.assert_frame_equal(kbk.score(mixed)[NEW], EXPECTED)


def test_the_input_is_not_changed():
    data = months(score="old", tariff_rp=6000)
    data.attrs["mine"] = {"note": 1}
    before, attrs = data.copy(deep=True), copy.deepcopy(data.attrs)
    scored = kbk.score(data)
    scored.loc["a", "members"] = 1
    scored["contacts"] = 0
    pd.testing.assert_frame_equal(data, before)
    assert data.attrs == attrs
    assert scored.attrs["mine"] == {"note": 1}


def test_columns_that_are_there_already_stay_in_their_place():
    data = months(extra=["x", "y", "z"])
    data.insert(1, "score", ["nine", None, 3])
    data.insert(0, "payment_pct", -1)
    scored = kbk.score(data)
    added = [*(c for c in NEW if c not in data.columns), "score_printed", "payment_pct_printed"]
    assert list(scored.columns) == [*data.columns, *added]
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert scored["extra"].tolist() == ["x", "y", "z"]


INDEXES = {
    "range": pd.RangeIndex(7, 1, -2, name="no"),
    "text": pd.Index(["z", "y", "x"], name="id"),
    "duplicates": pd.Index([5, 5, 5]),
    "dates": pd.date_range("2023-01-01", periods=3, freq="MS", name="month"),
    "missing labels": pd.Index([1.5, np.nan, np.nan]),
    "levels": pd.MultiIndex.from_tuples([("A", 1), ("A", 2), ("A", 2)], names=["f", None]),
}


@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_any_index_stays(index):
    data = months().set_index(index)
    scored = kbk.score(data)
    pd.testing.assert_index_equal(scored.index, index, exact=True)
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED.set_index(index))
    bad = kbk.score(data.assign(contacts=[1500, -1, -1]))
    assert kbk.findings_of(bad).total("error") == 2
    assert bad["score"].isna().tolist() == [False, True, True]
    assert kbk.findings_of(bad).describe()
    assert len(kbk.findings_of(bad).frame) == 2


def test_rows_in_any_order_give_the_same():
    turned = kbk.score(months().loc[["c", "a", "b"]])
    pd.testing.assert_frame_equal(turned[NEW], EXPECTED.loc[["c", "a", "b"]])


@pytest.mark.parametrize(
    "data",
    [months().iloc[:0], pd.DataFrame(columns=[*COUNTS, "facility_type"]), indicators().iloc[:0]],
    ids=["counts", "objects", "indicators"],
)
def test_an_empty_table_gives_an_empty_table(data):
    scored = kbk.score(data)
    assert len(scored) == 0
    assert set(NEW) <= set(scored.columns)
    assert scored["ak_rating"].dtype == "Int8"
    assert scored["score"].dtype == scored["payment_pct"].dtype == np.float64


def test_other_duplicate_columns_do_not_matter_but_needed_ones_do():
    data = months(x=1, y=2).rename(columns={"y": "x"})
    pd.testing.assert_frame_equal(kbk.score(data)[NEW], EXPECTED)
    for column in ["contacts", "ht_diagnosed", "facility_type", "consequence", "tariff_rp"]:
        twice = months(consequence=True, tariff_rp=6000)
        twice = pd.concat([twice, twice[[column]]], axis=1)
        with pytest.raises(KbkError, match=f"2 columns named '{column}'"):
            kbk.score(twice)


def test_rescoring_changes_nothing():
    data = pd.concat(
        [
            months(consequence=[True, False, True], tariff_rp=[6000, 10_000, 5300]),
            months(contacts=[-1, 1160, np.nan], consequence=True, tariff_rp=1),
        ]
    )
    once = kbk.score(data)
    twice = kbk.score(once)
    pd.testing.assert_frame_equal(twice, once)
    pd.testing.assert_frame_equal(kbk.findings_of(twice).frame, kbk.findings_of(once).frame)


@pytest.mark.parametrize("options", [{"round_to": 2}, {"zero_diagnosed": "other"}])
def test_rescoring_with_the_same_options_changes_nothing(options):
    data = months(dm_diagnosed=[100, 0, 50], dm_controlled=[5, 0, 0], contacts=[1499, 1160, 701])
    once = kbk.score(data.assign(members=[9_999, 7_999, 4_999]), **options)
    twice = kbk.score(once, **options)
    pd.testing.assert_frame_equal(twice, once)
    assert rules_found(twice) == rules_found(once)


# Types of columns ------------------------------------------------------------------------------


def _as(dtype):
    return lambda data: data.astype(dict.fromkeys(COUNTS, dtype))


KINDS = {
    "int32": _as("int32"),
    "uint16": _as("uint16"),
    "float32": _as("float32"),
    "Int64": _as("Int64"),
    "Float64": _as("Float64"),
    "object": _as(object),
    "category": _as("category"),
    "Decimal": lambda data: data.assign(**{c: data[c].map(Decimal) for c in COUNTS}),
    "numpy objects": lambda data: data.assign(
        **{c: pd.Series([np.int64(v) for v in data[c]], data.index, dtype=object) for c in COUNTS}
    ),
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_counts_of_any_numeric_type(kind):
    data = kind(months())
    scored = kbk.score(data)
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert not kbk.findings_of(scored)
    pd.testing.assert_frame_equal(scored[COUNTS], data[COUNTS])


@pytest.mark.parametrize("dtype", ["int64[pyarrow]", "double[pyarrow]", "decimal128(21, 2)"])
def test_arrow_counts(dtype):
    pa = pytest.importorskip("pyarrow")
    known = pd.ArrowDtype(pa.decimal128(21, 2)) if "decimal" in dtype else dtype
    pd.testing.assert_frame_equal(kbk.score(_as(known)(months()))[NEW], EXPECTED)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, Decimal("NaN"), pd.NaT])
def test_every_way_to_be_missing(missing):
    scored = kbk.score(set_cell(months(), "b", "contacts", missing))
    assert rules_found(scored) == []
    assert rules_found(scored, "info") == ["missing_count"]
    assert scored["score"].isna().tolist() == [False, True, False]


def test_nullable_counts_with_missing_values():
    data = months(contacts=pd.array([1500, None, 700], dtype="Int64"))
    scored = kbk.score(data)
    assert scored["ak_rating"].tolist() == [4, pd.NA, 1]
    assert scored["payment_pct"].isna().tolist() == [False, True, False]


TYPE_COLUMNS = {
    "category": lambda s: s.astype("category"),
    "category with others": lambda s: s.astype(
        pd.CategoricalDtype(["none", "klinik_pratama", "puskesmas"])
    ),
    "string": lambda s: s.astype("string"),
    "object": lambda s: s.astype(object),
}


@pytest.mark.parametrize("kind", TYPE_COLUMNS.values(), ids=TYPE_COLUMNS)
@pytest.mark.parametrize("default", [None, "klinik_pratama"])
def test_facility_types_of_any_type_and_missing(kind, default):
    data = months()
    data["facility_type"] = kind(data["facility_type"].where([False, True, True]))
    scored = kbk.score(data, facility_type=default)
    first = 100.0 if default else np.nan
    assert scored["score"].tolist() == EXPECTED["score"].tolist()
    np.testing.assert_array_equal(scored["payment_pct"], [first, 96.0, 85.0])
    assert rules_found(scored) == ([] if default else ["no_facility_type"])


# Bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dropped", "needed"),
    [
        (["contacts"], ["contacts", "members", "ak_permille"]),
        (["members"], ["contacts", "members", "ak_permille"]),
        (["referrals"], ["nonspecialist_referrals", "referrals", "rrns_pct"]),
        (["ht_diagnosed"], ["dm_controlled", "ht_diagnosed", "rppt_pct"]),
    ],
)
def test_missing_columns_are_named_with_those_found(dropped, needed):
    data = months().drop(columns=dropped)
    with pytest.raises(MissingColumnsError) as caught:
        kbk.score(data)
    message = str(caught.value)
    assert all(name in message.partition("Columns found:")[0] for name in needed)
    assert message.endswith(", ".join(data.columns) + ".")
    assert caught.value.found == tuple(data.columns)


BAD = [
    ("contacts", "many", "not_a_number", "ak"),
    ("contacts", "12.000", "not_a_number", "ak"),
    ("contacts", "1e3", "not_a_number", "ak"),
    ("contacts", "", "not_a_number", "ak"),
    ("contacts", True, "not_a_number", "ak"),
    ("contacts", np.True_, "not_a_number", "ak"),
    ("contacts", pd.Timestamp("2023-01-01"), "not_a_number", "ak"),
    ("contacts", -1, "negative_count", "ak"),
    ("members", -8000, "negative_count", "ak"),
    ("contacts", -np.inf, "negative_count", "ak"),
    ("contacts", 1160.5, "fractional_count", "ak"),
    ("members", 8000.25, "fractional_count", "ak"),
    ("contacts", 8001, "numerator_above_denominator", "ak"),
    ("members", 0, "numerator_above_denominator", "ak"),
    ("members", 2**53, "impossible_count", "ak"),
    ("members", np.inf, "impossible_count", "ak"),
    ("nonspecialist_referrals", 201, "numerator_above_denominator", "rrns"),
    ("referrals", -1, "negative_count", "rrns"),
    ("dm_controlled", 101, "numerator_above_denominator", "rppt"),
    ("ht_controlled", 201, "numerator_above_denominator", "rppt"),
    ("ht_controlled", "few", "not_a_number", "rppt"),
    ("ht_diagnosed", 200.5, "fractional_count", "rppt"),
    ("dm_diagnosed", np.inf, "impossible_count", "rppt"),
    ("ht_diagnosed", 1e300, "impossible_count", "rppt"),
]


@pytest.mark.parametrize(("column", "value", "rule", "indicator"), BAD)
def test_a_bad_count_is_one_finding_and_costs_one_row(column, value, rule, indicator):
    data = set_cell(months(tariff_rp=6000), "b", column, value)
    scored = kbk.score(data)
    found = kbk.findings_of(scored)
    errors = found.frame[found.frame["severity"] == "error"]
    assert errors[["rule", "row"]].values.tolist() == [[rule, "b"]]
    assert errors["column"].item() in {column, "contacts"}
    assert rules_found(scored, "warning") == []
    others = EXPECTED.drop(index="b")
    pd.testing.assert_frame_equal(scored.loc[["a", "c"], NEW], others)
    row = scored.loc["b"]
    spoilt = {PARTS[indicator], f"{indicator}_rating", "score", "payment_pct"}
    assert {name for name in NEW if pd.isna(row[name])} == spoilt
    assert pd.isna(row["paid_rp"])
    assert pd.isna(row["capitation_rp"]) == (column == "members" and value != 0)
    kept = [name for name in NEW if name not in spoilt]
    assert row[kept].tolist() == EXPECTED.loc["b", kept].tolist()


@pytest.mark.parametrize(("column", "value", "rule", "indicator"), BAD[::3])
def test_errors_can_be_raised_and_name_row_column_and_value(column, value, rule, indicator):  # noqa: ARG001
    data = set_cell(months(), "b", column, value)
    with pytest.raises(BadRowsError) as caught:
        kbk.score(data, errors="raise")
    assert "1 values" in str(caught.value)
    assert " b (" in str(caught.value)
    assert column in str(caught.value) or "contacts" in str(caught.value)


def test_raising_does_not_mind_what_is_merely_missing():
    kbk.score(set_cell(months(), "b", "contacts", None), errors="raise")


def test_no_members_and_no_contacts_is_an_error():
    scored = kbk.score(months(members=[10_000, 0, 5_000], contacts=[1_500, 0, 700]))
    assert rules_found(scored) == ["zero_denominator"]
    assert kbk.findings_of(scored).frame[["row", "severity", "column"]].values.tolist() == [
        ["b", "error", "members"]
    ]
    assert pd.isna(scored.loc["b", "ak_rating"])
    assert pd.isna(scored.loc["b", "payment_pct"])


@pytest.mark.parametrize(
    ("column", "value"),
    [("ak_permille", 1000.01), ("ak_permille", -0.01), ("rrns_pct", 100.5), ("rppt_pct", np.inf)],
)
@pytest.mark.parametrize("with_counts", [False, True])
def test_an_indicator_outside_its_domain(column, value, with_counts):
    data = set_cell(indicators(), "b", column, value)
    if with_counts:  # the table has counts, but not for this row
        counts = months()[COUNTS].astype(float)
        counts.loc["b"] = np.nan
        data = data.assign(**counts)
    scored = kbk.score(data)
    assert rules_found(scored, "error") == ["indicator_outside_domain"]
    assert kbk.findings_of(scored)[-1].rows == ("b",) or with_counts
    assert scored["score"].isna().tolist() == [False, True, False]
    assert scored["payment_pct"].isna().tolist() == [False, True, False]


def test_an_indicator_that_is_text_or_missing():
    data = set_cell(indicators(), "b", "rrns_pct", "2,5%")
    scored = kbk.score(data)
    assert rules_found(scored) == ["not_a_number"]
    assert kbk.findings_of(scored).frame["value"].iloc[0] == "2,5%"
    assert scored["score"].isna().tolist() == [False, True, False]
    scored = kbk.score(set_cell(indicators(), "b", "rrns_pct", None))
    assert rules_found(scored) == []
    assert scored["score"].isna().tolist() == [False, True, False]


def test_several_things_wrong_at_once_are_all_reported():
    data = months(
        contacts=[-1, 1160, 700],
        nonspecialist_referrals=[2, 201, 4],
        dm_controlled=[5, 8, 0.5],
        ht_controlled=[10, 0, 51],
    )
    found = kbk.findings_of(kbk.score(data)).frame
    assert set(zip(found["row"], found["column"], found["rule"], strict=True)) == {
        ("a", "contacts", "negative_count"),
        ("b", "nonspecialist_referrals", "numerator_above_denominator"),
        ("c", "dm_controlled", "fractional_count"),
        ("c", "ht_controlled", "numerator_above_denominator"),
    }


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"rules": "kbk-2018"}, UnknownNameError, "kbk-2019"),
        ({"rules": "tariff-2023"}, BadArgumentError, "tariff-2023"),
        ({"rules": None}, BadArgumentError, "None"),
        ({"facility_type": "hospital"}, UnknownNameError, "klinik_pratama"),
        ({"zero_referrals": "zero"}, UnknownNameError, "best"),
        ({"zero_diagnosed": "best"}, UnknownNameError, "other"),
        ({"errors": "ignore"}, UnknownNameError, "report"),
        ({"round_to": -1}, BadArgumentError, "0 to 6"),
        ({"round_to": 7}, BadArgumentError, "0 to 6"),
        ({"round_to": "2"}, BadArgumentError, "0 to 6"),
        ({"round_to": 1.5}, BadArgumentError, "0 to 6"),
    ],
)
def test_options_that_do_not_exist(options, error, words):
    with pytest.raises(error, match=words):
        kbk.score(months(), **options)


@pytest.mark.parametrize("round_to", [6, np.int64(6)])
def test_rounding_big_counts(round_to):
    big = months(dm_diagnosed=10**9, dm_controlled=5 * 10**7, ht_diagnosed=10**9)
    scored = kbk.score(big.assign(ht_controlled=5 * 10**7 - 1), round_to=round_to)
    assert scored["rppt_pct"].tolist() == [5.0] * 3


@pytest.mark.parametrize("data", [None, {"members": [1]}, np.zeros((2, 2)), pd.Series([1])])
def test_only_a_data_frame_is_scored(data):
    with pytest.raises(BadArgumentError, match="DataFrame"):
        kbk.score(data)


@pytest.mark.parametrize("value", ["Puskesmas", "rumah sakit", 3, ""])
def test_an_unknown_facility_type_names_row_and_choices(value):
    data = months()
    data["facility_type"] = pd.Series(["puskesmas", value, "dpp"], data.index, dtype=object)
    with pytest.raises(KbkError) as caught:
        kbk.score(data)
    assert "b" in str(caught.value)
    assert "puskesmas, klinik_pratama, rs_d_pratama, dpp" in str(caught.value)


# Zero denominators -----------------------------------------------------------------------------


@pytest.mark.parametrize(("policy", "rating"), [("missing", None), ("best", 4)])
def test_no_referrals(policy, rating):
    data = months(referrals=[100, 0, 100], nonspecialist_referrals=[2, 0, 4])
    scored = kbk.score(data, zero_referrals=policy)
    found = kbk.findings_of(scored).frame
    assert found[["rule", "severity", "row", "column"]].values.tolist() == [
        ["zero_denominator", "warning", "b", "referrals"]
    ]
    row = scored.loc["b"]
    assert pd.isna(row["rrns_pct"])
    if rating is None:
        assert pd.isna(row[["rrns_rating", "score", "payment_pct"]]).all()
    else:
        assert row[["rrns_rating", "score", "payment_pct"]].tolist() == [4, 3.1, 97.0]
    pd.testing.assert_frame_equal(scored.loc[["a", "c"], NEW], EXPECTED.drop(index="b"))


@pytest.mark.parametrize("option", ["zero_referrals", "zero_diagnosed"])
def test_zero_denominators_as_errors(option):
    zeros = {
        "zero_referrals": {"referrals": 0, "nonspecialist_referrals": 0},
        "zero_diagnosed": {"ht_diagnosed": 0, "ht_controlled": 0},
    }
    data = months()
    for column, value in zeros[option].items():
        data.loc["b", column] = value
    with pytest.raises(BadRowsError, match=r"rows b \(0\)"):
        kbk.score(data, **{option: "error"})
    assert rules_found(kbk.score(months(), **{option: "error"})) == []


def test_nobody_diagnosed():
    """Rows: no DM, no HT, neither; by hand RPPT of the other disease alone is 5% and 3%."""
    data = months(
        dm_diagnosed=[0, 100, 0],
        dm_controlled=[0, 3, 0],
        ht_diagnosed=[200, 0, 0],
        ht_controlled=[10, 0, 0],
    )
    scored = kbk.score(data)
    assert scored["rppt_pct"].isna().all()
    assert scored["score"].isna().all()
    assert scored["payment_pct"].isna().all()
    found = kbk.findings_of(scored).frame
    assert sorted(zip(found["row"], found["column"], strict=True)) == [
        ("a", "dm_diagnosed"),
        ("b", "ht_diagnosed"),
        ("c", "dm_diagnosed"),
        ("c", "ht_diagnosed"),
    ]
    other = kbk.score(data, zero_diagnosed="other")
    assert other["rppt_pct"].tolist()[:2] == [5.0, 3.0]
    assert other["rppt_rating"].tolist() == [4, 2, pd.NA]
    assert other["score"].tolist()[:2] == [4.0, 2.5]
    assert other["payment_pct"].isna().tolist() == [False, False, True]
    assert set(rules_found(other)) == {"zero_denominator"}


def test_the_other_disease_alone_is_rounded_too():
    data = months(dm_diagnosed=0, dm_controlled=0, ht_diagnosed=100_000, ht_controlled=4_996)
    exact = kbk.score(data, zero_diagnosed="other")
    assert exact["rppt_pct"].tolist() == [4.996] * 3
    assert exact["rppt_rating"].tolist() == [3] * 3
    rounded = kbk.score(data, zero_diagnosed="other", round_to=2)
    assert rounded["rppt_pct"].tolist() == [5.0] * 3
    assert rounded["rppt_rating"].tolist() == [4] * 3


# Counts and indicators together ----------------------------------------------------------------


def test_counts_win_and_only_a_disagreement_is_reported():
    data = months(ak_permille=[150.0, 145.0, 150.0])
    scored = kbk.score(data)
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    found = kbk.findings_of(scored).frame
    assert found[["rule", "severity", "row", "column"]].values.tolist() == [
        ["indicator_disagrees_with_counts", "warning", "c", "ak_permille"]
    ]
    assert "150" in found["value"].item()
    assert "140" in found["value"].item()


@pytest.mark.parametrize(
    ("printed", "disagrees"),
    [
        ([66.67, 33.33], False),  # 2/3 and 1/3 printed with two decimals
        ([66.7, 33.3], False),
        ([67, 33], False),
        ([66.68, 33.33], True),
        ([66.6, 33.3], True),
        ([66.66, 33.33], True),  # cut off, not rounded
        ([200 / 3, 100 / 3], False),
        ([np.nan, 33.33], False),
    ],
)
def test_printed_precision(printed, disagrees):
    data = (
        months()
        .iloc[:2]
        .assign(referrals=[300, 300], nonspecialist_referrals=[200, 100], rrns_pct=printed)
    )
    scored = kbk.score(data)
    expected = ["indicator_disagrees_with_counts"] if disagrees else []
    assert rules_found(scored) == expected
    np.testing.assert_allclose(scored["rrns_pct"], [200 / 3, 100 / 3], rtol=1e-15)


def test_rows_without_counts_use_the_indicator_and_say_nothing_wrong():
    """Two recaps in one table: one with counts, one with printed indicators."""
    counts = months().astype(dict.fromkeys(COUNTS, float))
    counts.loc["b", COUNTS] = np.nan
    scored = kbk.score(counts.assign(**EXPECTED[list(PARTS.values())]))
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert not kbk.findings_of(scored), kbk.findings_of(scored).describe()


@pytest.mark.parametrize("missing", [["contacts"], ["members"], ["dm_controlled", "ht_controlled"]])
def test_rows_with_some_counts_only_use_the_indicator(missing):
    """A recap that prints members (for the rupiah) and AK, but not the contacts behind it."""
    counts = months().astype(dict.fromkeys(COUNTS, float))
    counts.loc["b", missing] = np.nan
    scored = kbk.score(counts.assign(**EXPECTED[list(PARTS.values())]))
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)


def test_rows_without_counts_are_rounded_too():
    data = months(ak_permille=[150.0, 149.996, 140.0], contacts=[1500, np.nan, 700])
    data.loc["b", "members"] = np.nan
    scored = kbk.score(data, round_to=2)
    assert scored["ak_permille"].tolist() == [150.0, 150.0, 140.0]
    assert scored["ak_rating"].tolist() == [4, 4, 1]


def test_a_bad_count_is_not_papered_over_by_the_indicator():
    data = months(ak_permille=[150.0, 145.0, 140.0], contacts=[1500, -1, 700])
    scored = kbk.score(data)
    assert rules_found(scored) == ["negative_count"]
    assert pd.isna(scored.loc["b", "score"])


# Consequence -----------------------------------------------------------------------------------

CONSEQUENCE = {
    "bool objects": [True, False, None],
    "numbers": [1, 0, np.nan],
    "nullable": pd.array([True, False, None], dtype="boolean"),
    "Int64": pd.array([1, 0, None], dtype="Int64"),
    "category": pd.Categorical([True, False, None]),
}


@pytest.mark.parametrize("values", CONSEQUENCE.values(), ids=CONSEQUENCE)
def test_consequence_true_false_and_missing(values):
    scored = kbk.score(months(consequence=values))
    np.testing.assert_array_equal(scored["payment_pct"], [100.0, 100.0, np.nan])
    assert scored["score"].tolist() == EXPECTED["score"].tolist()
    found = kbk.findings_of(scored).frame
    assert found[["rule", "row"]].values.tolist() == [["unknown_consequence", "c"]]


def test_arrow_consequence():
    pytest.importorskip("pyarrow")
    scored = kbk.score(months(consequence=pd.array([True, False, None], dtype="bool[pyarrow]")))
    np.testing.assert_array_equal(scored["payment_pct"], [100.0, 100.0, np.nan])


@pytest.mark.parametrize("value", [True, False])
def test_plain_truth_values(value):
    scored = kbk.score(months(consequence=value))
    expected = EXPECTED["payment_pct"].tolist() if value else [100.0] * 3
    assert scored["payment_pct"].tolist() == expected
    assert not kbk.findings_of(scored)


@pytest.mark.parametrize("value", ["ya", "True", 2, -1])
def test_a_consequence_that_is_neither_true_nor_false(value):
    scored = kbk.score(set_cell(months(consequence=True), "b", "consequence", value))
    assert rules_found(scored) == ["unknown_consequence"]
    assert scored["payment_pct"].isna().tolist() == [False, True, False]


# Payment and rupiah ----------------------------------------------------------------------------


def test_practices_have_a_score_but_no_payment():
    scored = kbk.score(months(facility_type="dpp", tariff_rp=8800))
    assert scored["score"].tolist() == EXPECTED["score"].tolist()
    assert scored["payment_pct"].isna().all()
    assert scored["paid_rp"].isna().all()
    assert scored["capitation_rp"].tolist() == [88_000_000, 70_400_000, 44_000_000]
    (finding,) = kbk.findings_of(scored)
    assert (finding.rule, finding.severity) == ("no_payment_table", "warning")
    assert "3 rows of dpp" in finding.message_en
    assert "rules.replace" in finding.message_en
    assert "3 baris dpp" in finding.message_id


def test_a_reform_may_pay_practices():
    law = kbk.rules("kbk-2019").replace(
        {"payment.dpp": {"by_score": {"[4, 4]": "100", "[2, 4)": "98", "[1, 2)": "96.5"}}}
    )
    scored = kbk.score(months(), rules=law, facility_type=None)
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    scored = kbk.score(months(facility_type="dpp"), rules=law)
    assert scored["payment_pct"].tolist() == [100.0, 98.0, 96.5]
    assert not kbk.findings_of(scored)
    assert scored.attrs["kbk_rules"]["id"] == "kbk-2019+reform"
    assert list(scored.attrs["kbk_rules"]["changes"]) == ["payment.dpp"]


def test_hospitals_are_paid_by_an_unverified_table_and_it_says_so():
    scored = kbk.score(months(facility_type="rs_d_pratama"))
    assert scored["payment_pct"].tolist() == [100.0, 96.0, 95.0]
    assert rules_found(scored) == ["unverified_rule"]


def test_no_facility_type_at_all():
    data = months().drop(columns="facility_type")
    scored = kbk.score(data)
    assert scored["score"].tolist() == EXPECTED["score"].tolist()
    assert scored["payment_pct"].isna().all()
    assert rules_found(scored) == ["no_facility_type"]
    assert "3 rows" in kbk.findings_of(scored)[0].message_en
    assert kbk.score(data, facility_type="puskesmas")["payment_pct"].tolist() == [100.0, 90.0, 85.0]


def test_rupiah():
    scored = kbk.score(months(tariff_rp=[6000, 10_000, 5300.5]))
    assert scored["capitation_rp"].tolist() == [60_000_000, 80_000_000, 26_502_500]
    assert scored["paid_rp"].tolist() == [60_000_000, 76_800_000, 22_527_125]
    assert list(scored.columns)[-2:] == ["capitation_rp", "paid_rp"]
    assert "paid_rp" not in kbk.score(months())
    assert "paid_rp" not in kbk.score(indicators(tariff_rp=6000))


@pytest.mark.parametrize(
    ("value", "rules"),
    [(None, []), (-1, ["negative_tariff"]), ("Rp6.000", ["not_a_number"])],
)
def test_a_tariff_that_cannot_be_used(value, rules):
    scored = kbk.score(set_cell(months(tariff_rp=6000), "b", "tariff_rp", value))
    assert rules_found(scored) == rules
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert scored["paid_rp"].isna().tolist() == [False, True, False]
    assert scored["capitation_rp"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("value", "rule"),
    [("many", "not_a_number"), (-1, "negative_count"), (0.5, "fractional_count"), (np.inf, "imp")],
)
def test_members_that_only_the_rupiah_need(value, rule):
    data = indicators(members=[10_000, 8_000, 5_000], tariff_rp=6000)
    scored = kbk.score(set_cell(data, "b", "members", value))
    assert [one[: len(rule)] for one in rules_found(scored)] == [rule]
    pd.testing.assert_frame_equal(scored[NEW], EXPECTED)
    assert scored["capitation_rp"].isna().tolist() == [False, True, False]


# The earlier rule sets -------------------------------------------------------------------------


def commitment(**changes):
    """Worked out by hand: AK 250, 150 and 149.9; RRNS 0.99, 1 and 5; RPPB 90, 89.9 and 50."""
    data = pd.DataFrame(
        {
            "members": [1000, 1000, 10_000],
            "contacts": [250, 150, 1499],
            "referrals": [10_000, 100, 100],
            "nonspecialist_referrals": [99, 1, 5],
            "prolanis_registered": [100, 1000, 200],
            "prolanis_visiting": [90, 899, 100],
        }
    )
    return data.assign(**changes)


@pytest.mark.parametrize(
    ("rules", "zones", "paid"),
    [
        (
            "kbkp-2016",
            [
                ["achievement", "achievement", "achievement"],
                ["safe", "safe", "safe"],
                ["unsafe", "unsafe", "safe"],
            ],
            [115.0, 100.0, 80.0],
        ),
        (
            "kbkp-2017",
            [["safe", "safe", "safe"], ["safe", "safe", "safe"], ["unsafe", "unsafe", "safe"]],
            [100.0, 100.0, 92.5],
        ),
    ],
)
@pytest.mark.parametrize("kind", [None, "dpp", "puskesmas"])
def test_commitment_rules_give_zones_and_payment(rules, zones, paid, kind):
    scored = kbk.score(commitment(tariff_rp=1000), rules, facility_type=kind)
    names = ["ak_zone", "rrns_zone", "rppb_zone"]
    assert scored[names].astype(str).values.tolist() == zones
    assert scored["payment_pct"].tolist() == paid
    assert scored["paid_rp"].tolist() == [10_000 * one for one in [paid[0], paid[1], 10 * paid[2]]]
    assert not {"score", "ak_rating", "rkr_pct", "rkr_zone", "rppt_pct"} & set(scored.columns)
    assert scored["ak_zone"].dtype.ordered
    assert list(scored["ak_zone"].cat.categories) == list(kbk.rules(rules).levels)
    assert not kbk.findings_of(scored)


def test_home_visits_are_rated_but_do_not_change_the_payment():
    data = commitment(families=[100, 100, 0], families_visited=[100, 99, 0])
    scored = kbk.score(data, "kbkp-2016")
    assert scored["rkr_zone"].tolist()[:2] == ["safe", "unsafe"]
    assert pd.isna(scored["rkr_zone"].iloc[2])
    assert scored["payment_pct"].tolist() == [115.0, 100.0, 80.0]
    assert rules_found(scored) == ["zero_denominator"]


@pytest.mark.parametrize(("policy", "paid"), [({}, np.nan), ({"zero_referrals": "best"}, 110.0)])
def test_commitment_rules_and_zero_referrals(policy, paid):
    data = commitment(referrals=[0, 100, 100], nonspecialist_referrals=[0, 1, 5])
    scored = kbk.score(data.assign(prolanis_visiting=[89, 899, 100]), "kbkp-2016", **policy)
    np.testing.assert_array_equal(scored["payment_pct"], [paid, 100.0, 80.0])
    assert scored["rrns_zone"].isna().tolist() == [not policy, False, False]


def test_a_table_for_one_type_comes_before_the_table_for_any():
    from kbkresearch.regulation.parse import parse
    from kbkresearch.regulation.reforms import thaw

    raw = thaw(kbk.rules("kbkp-2017").raw)
    raw["payment"]["klinik_pratama"] = {
        "unit": "pct",
        "where": "elsewhere",
        "by_zones": {"0,3": "50", "1,2": "40", "2,1": "30", "3,0": "20"},
    }
    law = parse(raw, "both.toml")
    data = commitment(facility_type=["klinik_pratama", "puskesmas", None])
    assert kbk.score(data, law)["payment_pct"].tolist() == [50.0, 100.0, 92.5]


# Findings and rules travel with the table ------------------------------------------------------


def _pickled(data):
    return pickle.loads(pickle.dumps(data))  # noqa: S301 - our own bytes


def _parquet(data):
    pytest.importorskip("pyarrow")
    file = io.BytesIO()
    data.to_parquet(file)
    return pd.read_parquet(io.BytesIO(file.getvalue()))


TRIPS = {
    "copy": lambda data: data.copy(),
    "slice": lambda data: data.loc[["b", "c"]],
    "pickle": _pickled,
    "parquet": _parquet,
}


@pytest.mark.parametrize("trip", TRIPS.values(), ids=TRIPS)
def test_findings_travel(trip):
    scored = kbk.score(set_cell(months(), "b", "contacts", -1))
    before = kbk.findings_of(scored)
    after = kbk.findings_of(trip(scored))
    assert after.describe("id") == before.describe("id")
    assert after.total("error") == before.total("error") == 1
    assert after == before
    pd.testing.assert_frame_equal(after.frame, before.frame)
    assert trip(scored).attrs["kbk_rules"]["id"] == "kbk-2019"


@pytest.mark.parametrize("trip", TRIPS.values(), ids=TRIPS)
def test_a_reform_travels(trip):
    law = kbk.rules("kbk-2019").replace(
        {"indicators.ak.weight": Decimal("0.5"), "indicators.rrns.weight": Decimal("0.4")}
    )
    after = trip(kbk.score(months(), law))
    assert after.attrs["kbk_rules"]["id"] == "kbk-2019+reform"
    assert {p: str(v) for p, v in after.attrs["kbk_rules"]["changes"].items()} == {
        "indicators.ak.weight": "0.5",
        "indicators.rrns.weight": "0.4",
    }


def test_the_table_says_what_scored_it():
    about = kbk.score(months()).attrs["kbk_rules"]
    assert about["id"] == "kbk-2019"
    assert about["version"] == kbk.__version__
    assert about["changes"] == {}


def test_findings_read_in_both_languages():
    found = kbk.findings_of(kbk.score(months(contacts=[1500, -1, -2])))
    assert found.lines("en") == [
        "error: contacts: contacts is negative; a count is 0 or more [rows b (-1), c (-2)]"
    ]
    assert "contacts is negative (2 rows)\n    row b: -1; row c: -2" in found.describe("en")
    assert "kontak negatif (2 baris)\n    baris b: -1; baris c: -2" in found.describe("id")
    assert "and 1 more" in found.describe("en", most=1)
    assert found.summary[["rule", "n", "first_row", "first_value"]].values.tolist() == [
        ["negative_count", 2, "b", -1]
    ]


def test_a_table_that_was_not_scored_has_no_findings():
    assert kbk.findings_of(months()).total() == 0


def test_a_lack_of_columns_is_told_in_both_languages():
    with pytest.raises(MissingColumnsError) as caught:
        kbk.score(pd.DataFrame({"members": [1000], "contacts": [150]}))
    assert str(caught.value).startswith("RRNS needs the counts nonspecialist_referrals, referrals")
    told = caught.value.to("id")
    assert told.startswith("RRNS memerlukan cacah ")
    assert "Kolom yang ada: members, contacts." in told
