"""Columns as arrays: every dtype means the same, what cannot be used is an error."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.analysis.columns import column, complete, groups, level_of, numeric
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    KbkError,
    MissingColumnsError,
    UnknownNameError,
)

NAN = float("nan")
SAME = {
    "float": np.array([1.5, np.nan, 3.0]),
    "float32": np.array([1.5, np.nan, 3.0], dtype="float32"),
    "Float64": pd.array([1.5, None, 3.0], dtype="Float64"),
    "decimal": [Decimal("1.5"), None, Decimal("3.00")],
    "mixed": [1.5, None, Decimal(3)],
    "decimal NaN": [Decimal("1.5"), Decimal("NaN"), 3],
    "arrow float": pd.array([1.5, None, 3.0], dtype=pd.ArrowDtype(pa.float64())),
    "arrow decimal": pd.array(
        [Decimal("1.50"), None, Decimal("3.00")], dtype=pd.ArrowDtype(pa.decimal128(12, 2))
    ),
    "categorical": pd.Categorical([1.5, None, 3.0]),
    "sparse": pd.arrays.SparseArray([1.5, np.nan, 3.0]),
}
WHOLE = {
    "int8": np.array([1, 0, 1], dtype="int8"),
    "uint64": np.array([1, 0, 1], dtype="uint64"),
    "Int64": pd.array([1, 0, 1], dtype="Int64"),
    "bool": [True, False, True],
    "boolean": pd.array([True, False, True], dtype="boolean"),
    "arrow bool": pd.array([True, False, True], dtype=pd.ArrowDtype(pa.bool_())),
    "object bool": np.array([True, np.False_, 1], dtype=object),
    "arrow int": pd.array([1, 0, 1], dtype=pd.ArrowDtype(pa.int32())),
    "categorical": pd.Categorical([1, 0, 1], [0, 1, 2]),
}


@pytest.mark.parametrize("values", SAME.values(), ids=SAME)
def test_numbers_with_a_missing_one_whatever_the_dtype(values):
    table = pd.DataFrame({"x": values})
    got = numeric(table, "x")
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, [1.5, NAN, 3.0])
    mask, n, why = complete(table, ["x"])
    assert (mask.tolist(), n, why) == ([True, False, True], 1, {"x": 1})
    found = groups(table, "x")
    assert found.codes.tolist() == [0, -1, 1]
    assert found.labels[1] == "3"


@pytest.mark.parametrize("values", WHOLE.values(), ids=WHOLE)
def test_whole_numbers_and_truth_values(values):
    table = pd.DataFrame({"x": values})
    assert numeric(table, "x").tolist() == [1.0, 0.0, 1.0]
    assert level_of(table, "x") == "binary"
    assert groups(table, "x").labels in {("0", "1"), ("False", "True")}


@pytest.mark.parametrize(
    ("values", "rows"),
    [
        ([1, "a", 2], "row 1 .'a'."),
        (["1", "2", "3"], "row 0 .'1'."),
        (["1,5", None, "2,5"], "row 0 .'1,5'."),
        (pd.to_datetime(["2024-01-01", None, "2024-02-01"]), "row 0"),
        (pd.to_timedelta([1, 2, 3], unit="D"), "row 0"),
        (pd.Categorical(["a", "b", None]), "row 0 .'a'."),
        (np.array([1j, 2, 3]), "row 0"),
        ([1.0, np.inf, -np.inf], "infinite values: row 1 .inf., row 2 .-inf."),
        (pd.array([1.0, None, np.inf], dtype="Float64"), "infinite values: row 2"),
        ([Decimal("Infinity"), Decimal(1), None], "infinite values: row 0"),
        ([[1], 2, 3], "lists"),
    ],
)
def test_what_is_no_number_is_an_error_that_names_rows_and_values(values, rows):
    with pytest.raises(BadColumnError, match=rows) as caught:
        numeric(pd.DataFrame({"x": values}), "x")
    assert caught.value.column == "x"
    assert "Column 'x'" in str(caught.value)


def test_only_the_first_rows_are_shown_and_the_rest_counted():
    with pytest.raises(BadColumnError, match=r"row c .'t2'. and 7 more") as caught:
        numeric(pd.DataFrame({"x": [f"t{i}" for i in range(10)]}, index=list("abcdefghij")), "x")
    assert len(caught.value.rows) == 10


def test_columns_are_found_once_or_not_at_all():
    table = pd.DataFrame([[1, 2, 3]], columns=["score", "members", "members"])
    assert column(table, "score").tolist() == [1]
    with pytest.raises(MissingColumnsError, match="did you mean 'score'"):
        column(table, "scores")
    with pytest.raises(MissingColumnsError, match=r"'x' is needed\."):
        column(table, "x")
    with pytest.raises(BadArgumentError, match="'members' stands 2 times"):
        column(table, "members")
    for wrong in ({"score": [1]}, table.to_numpy(), table["score"]):
        with pytest.raises(BadArgumentError, match="pandas DataFrame is needed"):
            column(wrong, "score")


@pytest.mark.parametrize(
    ("values", "labels", "codes", "ordered"),
    [
        (["b", "a", None, "b"], ("a", "b"), [1, 0, -1, 1], False),
        (["b", " ", "", "b"], ("b",), [0, -1, -1, 0], False),
        ([10, 9, 10, 2], ("2", "9", "10"), [2, 1, 2, 0], True),
        ([True, None, False, True], ("False", "True"), [1, -1, 0, 1], True),
        (
            pd.Categorical(["lo", "hi", None, "lo"], ["lo", "mid", "hi"], ordered=True),
            ("lo", "hi"),
            [0, 1, -1, 0],
            True,
        ),
        (pd.Categorical(["z", "a", "z", "z"], ["z", "a"]), ("z", "a"), [0, 1, 0, 0], False),
        (
            pd.to_datetime(["2024-02-01", "2024-01-01", None, "2024-02-01"]),
            ("2024-01-01", "2024-02-01"),
            [1, 0, -1, 1],
            True,
        ),
        ([None] * 4, (), [-1] * 4, False),
        ([1, "a", 1, None], ("1", "a"), [0, 1, 0, -1], False),
    ],
)
def test_groups_keep_order_and_leave_out_what_does_not_occur(values, labels, codes, ordered):
    found = groups(pd.DataFrame({"g": values}), "g")
    assert (found.labels, found.codes.tolist(), found.ordered) == (labels, codes, ordered)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["BLUD", "blud ", "x"], "writes one group in two ways, 'BLUD' and 'blud '"),
        (["non  blud", "non blud", "x"], "writes one group in two ways"),
        ([1, "1", 2], "writes one group in two ways"),
        ([1.0, np.inf, 2.0], "infinite values: row 1"),
        ([{}, 1, 2], "lists or other objects"),
    ],
)
def test_groups_that_cannot_be_told_apart_are_an_error(values, words):
    with pytest.raises(BadColumnError, match=words):
        groups(pd.DataFrame({"g": values}), "g")


def test_an_order_is_given_whole():
    table = pd.DataFrame({"zone": ["safe", "unsafe", None, "safe"]})
    found = groups(table, "zone", ["unsafe", "safe", "best"])
    assert (found.labels, found.codes.tolist(), found.ordered) == (
        ("unsafe", "safe"),
        [1, 0, -1, 1],
        True,
    )
    with pytest.raises(BadColumnError, match=r"that the order lacks: row 1 .'unsafe'."):
        groups(table, "zone", ["safe", "best"])


@pytest.mark.parametrize(
    ("values", "declared", "level"),
    [
        ([1.5, 2.5, 3.5], None, "numeric"),
        ([1, 2, 2], None, "binary"),
        ([1, 1, 1], None, "numeric"),
        (["a", "b", "c"], None, "nominal"),
        (["a", "b", "b"], None, "binary"),
        (["a", "a", " "], None, "nominal"),
        (pd.Categorical(["a", "b", "c"], ordered=True), None, "ordinal"),
        (pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]), None, "ordinal"),
        ([1, 2, 3], "ordinal", "ordinal"),
        ([1, 2, 3], "nominal", "nominal"),
        ([1, 2, 2], "numeric", "numeric"),
        (["a", "b", "c"], ["c", "b", "a"], "ordinal"),
        (pd.Categorical(["a", "b", "c"], ordered=True), "nominal", "nominal"),
    ],
)
def test_level_of_measurement(values, declared, level):
    assert level_of(pd.DataFrame({"x": values}), "x", declared) == level


@pytest.mark.parametrize(
    ("values", "declared", "error", "words"),
    [
        (["a", "b", "c"], "ordinal", BadColumnError, "order of its values is not known"),
        (["a", "b", "c"], "binary", BadColumnError, "more than two values"),
        (["a", "b", "c"], "scale", UnknownNameError, "numeric, ordinal, nominal, binary"),
        (["a", "b", "c"], ["a", "b"], BadColumnError, "that the order lacks"),
    ],
)
def test_a_level_the_column_cannot_have(values, declared, error, words):
    with pytest.raises(error, match=words):
        level_of(pd.DataFrame({"x": values}), "x", declared)


def test_complete_rows_are_counted_by_reason_and_infinity_is_none():
    table = pd.DataFrame({"x": [1.0, None, 3, None], "g": ["a", "", "b", "c"], "z": [1, 2, 3, 4]})
    mask, n, why = complete(table, ["x", "g", "z", "x"])
    assert (mask.tolist(), n, why) == ([True, False, True, False], 2, {"x": 2, "g": 1})
    with pytest.raises(BadColumnError, match="infinite"):
        complete(table.assign(x=[1.0, np.inf, None, 2.0]), ["x"])


@given(st.lists(st.one_of(st.none(), st.integers(-5, 5), st.sampled_from("abc")), min_size=1))
def test_groups_lead_back_to_the_cells(cells):
    table = pd.DataFrame({"g": pd.Series(cells, dtype=object)})
    try:
        found = groups(table, "g")
    except KbkError:
        return
    back = [None if code < 0 else found.labels[code] for code in found.codes]
    assert back == [None if cell is None else str(cell) for cell in cells]
    assert set(found.codes[found.codes >= 0]) == set(range(len(found.labels)))
