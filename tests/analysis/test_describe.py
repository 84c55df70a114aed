"""Description of tables: R's quantiles, skewness and tests; differences by hand; bad columns."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.describe import ALL, describe
from kbkresearch.analysis.summaries import (
    difference_of_means,
    difference_of_shares,
    skewness,
    summarise,
)
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "describe.json").read_text("utf-8"),
)
NUMBERS = ("ak_permille", "rrns_pct", "score")
TABLE = pd.DataFrame(ORACLE["data"])


def row(found, variable, group=ALL, level=None):
    frame = found.frame
    chosen = (frame["variable"] == variable) & (frame["group"] == group)
    if level is not None:
        chosen &= frame["level"] == level
    return frame[chosen].iloc[0]


@pytest.mark.parametrize(
    ("convention", "quartiles"), [("recommended", "type_7"), ("spss", "type_6")]
)
@pytest.mark.parametrize("group", [ALL, "blud", "non_blud"])
@pytest.mark.parametrize("name", NUMBERS)
def test_summaries_of_numbers_are_those_of_r(name, group, convention, quartiles):
    found = describe(TABLE, NUMBERS, by="model", convention=convention, normality=True)
    expected, got = ORACLE["numbers"][group][name], row(found, name, group)
    for key in ("n", "mean", "sd", "median", "min", "max", "skewness"):
        assert got[key] == pytest.approx(expected[key], rel=1e-10), key
    # R and scipy hold the test's polynomials in different precision
    assert got["shapiro_w"] == pytest.approx(expected["shapiro_w"], rel=1e-8)
    assert got["shapiro_p"] == pytest.approx(expected["shapiro_p"], rel=1e-6)
    assert got[["q1", "q3"]].tolist() == pytest.approx(expected[quartiles], rel=1e-12)


@pytest.mark.parametrize("group", [ALL, "blud", "non_blud"])
def test_counts_and_percentages_of_levels(group):
    found = describe(TABLE, "scope", by="model")
    expected = ORACLE["counts"][group]
    for level, count in expected.items():
        got = row(found, "scope", group, level)
        assert got["count"] == count
        assert got["pct"] == pytest.approx(100 * count / sum(expected.values()))


@pytest.mark.parametrize("name", [*NUMBERS, "scope", "consequence"])
def test_standardised_differences_are_those_of_r(name):
    found = describe(TABLE, [*NUMBERS, "scope", "consequence"], by="model")
    assert row(found, name)["smd"] == pytest.approx(ORACLE["smd"][name], rel=1e-10)


def test_difference_of_two_proportions_is_austins():
    p, q = Fraction(2, 5), Fraction(1, 4)
    exact = math.sqrt((p - q) ** 2 / ((p * (1 - p) + q * (1 - q)) / 2))
    shares = [np.array([float(1 - one), float(one)]) for one in (p, q)]
    assert difference_of_shares(*shares) == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1.0, 0.0], [0.0, 1.0], math.nan),  # told apart wholly
        ([0.5, 0.5, 0.0], [0.5, 0.0, 0.5], None),
        ([0.2, 0.8], [0.2, 0.8], 0.0),
        ([1.0, 0.0], [1.0, 0.0], 0.0),
        ([1.0, 0.0, 0.0], [0.5, 0.5, 0.0], None),
    ],
)
def test_difference_of_shares_at_the_edges(first, second, expected):
    got = difference_of_shares(np.array(first), np.array(second))
    if expected is None:
        assert got > 0
        turned = difference_of_shares(np.array(first[::-1]), np.array(second[::-1]))
        assert got == pytest.approx(turned)
    else:
        assert got == pytest.approx(expected, nan_ok=True)


def test_largest_of_several_groups_without_sign():
    table = pd.DataFrame({"x": [1.0, 2, 5, 6, 2, 3], "g": list("aabbcc")})
    parts = [summarise(np.array(one)) for one in ([1.0, 2], [5.0, 6], [2.0, 3])]
    assert row(describe(table, "x", by="g"), "x")["smd"] == pytest.approx(
        difference_of_means(parts[0], parts[1])
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3, 4, 5.5], "mean"),
        ([0, 0, 0, 0, 1, 9.5], "median"),
        ([1.5, 2.5], "binary"),
        ([7.5, 7.5, 7.5], "mean"),
    ],
)
def test_shape_decides_between_mean_and_median(values, kind):
    found = describe(pd.DataFrame({"x": values}), "x")
    assert found.frame["summary"].iloc[0] == ("count" if kind == "binary" else kind)
    for asked in ("mean", "median"):
        if kind != "binary":
            forced = describe(pd.DataFrame({"x": values}), "x", summary={"x": asked})
            assert forced.frame["summary"].iloc[0] == asked


def test_one_skewed_group_decides_for_the_column():
    table = pd.DataFrame({"x": [1.0, 2, 3, 4, 0, 0, 0, 9], "g": list("aaaabbbb")})
    assert set(describe(table, "x", by="g").frame["summary"]) == {"median"}
    assert set(describe(table, "x", by="g", skew_limit=5).frame["summary"]) == {"mean"}


def test_skewness_keeps_its_digits_far_from_zero_and_at_any_scale():
    x = np.array([1.0, 2, 3, 10])
    assert skewness(x + 1e9) == pytest.approx(skewness(x), rel=1e-6)
    assert skewness(x * 1e-200) == pytest.approx(skewness(x), rel=1e-12)
    assert math.isnan(skewness(np.full(5, 0.1)))


def test_levels_are_declared_or_read_from_the_dtype():
    table = pd.DataFrame({"rating": [1, 2, 4, 4], "zone": ["safe", "unsafe", "safe", "best"]})
    order = ["unsafe", "safe", "best"]
    found = describe(table, ["rating", "zone"], levels={"rating": "ordinal", "zone": order})
    assert found.frame["level"].tolist() == ["1", "2", "4", *order]
    typed = table.assign(zone=pd.Categorical(table["zone"], order, ordered=True))
    assert describe(typed, "zone").frame["level"].tolist() == order


def test_missing_values_are_counted_by_column_and_group():
    found = describe(TABLE, ["ak_permille", "scope"], by="model")
    for name in ("ak_permille", "scope"):
        missing = TABLE[name].isna() & TABLE["model"].notna()
        assert row(found, name)["n_missing"] == missing.sum() > 0
        for group in ("blud", "non_blud"):
            assert (
                row(found, name, group)["n_missing"] == (missing & (TABLE["model"] == group)).sum()
            )
    assert found.group_sizes == (82, *TABLE["model"].value_counts().sort_index())
    assert any("1 rows without a value in model" in note for note in found.notes)


def test_row_order_changes_nothing():
    columns = [*NUMBERS, "scope", "consequence"]
    one = describe(TABLE, columns, by="model").frame
    other = describe(TABLE.sample(frac=1, random_state=1), columns, by="model").frame
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([np.nan, np.nan, np.nan], "x holds no value at all"),
        ([None, None, None], "x holds no value at all"),
        ([2.5, 2.5, 2.5], "x holds one value only"),
        (["a", "a", "a"], "x holds one value only"),
    ],
)
def test_columns_without_information_are_noted(values, words):
    found = describe(pd.DataFrame({"x": values}), "x")
    assert f"{words}." in found.notes
    assert "x" in found.to_table().to_html("id")


def test_one_group_has_no_difference_and_says_so():
    found = describe(pd.DataFrame({"x": [1.0, 2, 3], "g": ["a"] * 3}), "x", by="g")
    assert math.isnan(row(found, "x")["smd"])
    assert "g holds one group only: there is no difference." in found.notes


def test_shapiro_is_left_out_where_it_does_not_apply():
    table = pd.DataFrame({"x": np.arange(5003.0), "g": ["a"] * 5001 + ["b"] * 2})
    found = describe(table, "x", by="g", normality=True)
    assert found.frame["shapiro_p"].isna().all()
    assert "shapiro_p" not in describe(table, "x").frame


def test_table_reads_in_both_languages():
    table = TABLE.rename(columns={"scope": "service_scope"})
    shown = describe(table, ["score", "consequence", "rrns_pct"], by="model").to_table()
    indonesian, english = shown.to_markdown("id"), shown.to_markdown("en")
    assert "Nilai capaian, rerata (SB)" in indonesian
    assert "Score, mean (SD)" in english
    assert "RRNS, median (Q1–Q3)" in indonesian
    mean = row(describe(TABLE, "score"), "score")["mean"]
    assert f"{mean:.2f}".replace(".", ",") in describe(TABLE, "score").to_table().to_markdown("id")
    assert "| yes |" in english.replace("  yes", "yes")
    only = describe(table, "score", by="model").to_table(["blud", "smd"])
    assert [one.key for one in only.columns] == ["line", "blud", "smd"]


def test_table_is_saved_as_a_workbook(tmp_path):
    path = describe(TABLE, ["score", "scope"], by="model").to_table().save(tmp_path / "t.xlsx")
    assert pd.read_excel(path, header=None, engine="openpyxl").shape[0] > 6


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"columns": []}, BadArgumentError, "columns is empty"),
        ({"columns": "scor"}, MissingColumnsError, "did you mean 'score'"),
        ({"columns": "score", "by": "modell"}, MissingColumnsError, "did you mean 'model'"),
        ({"columns": ["score", "model"], "by": "model"}, BadArgumentError, "in `by`"),
        ({"columns": "score", "convention": "sas"}, UnknownNameError, "spss"),
        ({"columns": "score", "quantile_type": 5}, UnknownNameError, "quantiles"),
        ({"columns": "score", "summary": "mode"}, UnknownNameError, "median"),
        ({"columns": "score", "levels": {"scope": "nominal"}}, UnknownNameError, "levels"),
        ({"columns": "scope", "levels": {"scope": "ordinal"}}, BadColumnError, "order"),
        ({"columns": "scope", "levels": {"scope": "numeric"}}, BadColumnError, "no number"),
        ({"columns": "infinite"}, BadColumnError, "row 1 .inf."),
        ({"columns": "name"}, BadColumnError, "83 different values"),
        ({"columns": "score", "by": "name"}, BadColumnError, "83 different values"),
        ({"columns": "score", "by": "row"}, BadColumnError, "83 different values"),
        ({"columns": "score", "by": "nothing"}, BadColumnError, "is empty"),
    ],
)
def test_bad_input_names_the_column(options, error, words):
    table = TABLE.assign(
        name=[f"Puskesmas {i}" for i in range(len(TABLE))],
        infinite=[1.0, np.inf, *range(len(TABLE) - 2)],
        row=range(len(TABLE)),
        nothing=None,
    )
    with pytest.raises(error, match=words):
        describe(table, **options)


def test_a_group_that_is_not_there_cannot_be_shown():
    with pytest.raises(UnknownNameError, match="non_blud"):
        describe(TABLE, "score", by="model").to_table(["nonblud"])
