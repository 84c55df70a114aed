"""The public contract of `associate`: choice, conventions, family, frames, and bad input."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from kbkresearch.analysis.association.associate import Association, associate
from kbkresearch.analysis.association.multiplicity import adjusted
from kbkresearch.analysis.association.registry import METHODS
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)
from kbkresearch.results import Result
from kbkresearch.vocabulary import Text

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "association.json").read_text("utf-8"))
DATA = pd.DataFrame(ORACLE["data"]).replace({None: np.nan})
DATA = DATA.astype({"score": float, "infra": float, "ak": float})
DATA["scope"] = pd.Categorical(DATA["scope"], ordered=True)
DATA["grade"] = pd.Categorical(
    np.where(DATA["infra"] > 80, "high", "low"), ["low", "high"], ordered=True
)
TESTS = [
    *("outcome", "factor", "method", "variant", "direction", "null", "statistic_name"),
    *("statistic", "df", "df2", "p_value", "p_adjusted", "effect_name", "effect_size"),
    *("ci_low", "ci_high", "ci_method", "n", "n_dropped"),
]
ORDINARY = ("spearman", "kendall_tau_b", "mann_whitney", "kruskal_wallis", "jonckheere", "chi2")


@pytest.mark.parametrize(
    ("outcome", "factor", "method"),
    [
        ("score", "infra", "spearman"),
        ("scope", "infra", "spearman"),
        ("score", "scope", "jonckheere"),
        ("scope", "scope2", "kendall_tau_b"),
        ("score", "model", "mann_whitney"),
        ("scope", "model", "mann_whitney"),
        ("met", "ak", "mann_whitney"),
        ("met", "scope", "cochran_armitage"),
        ("score", "type", "kruskal_wallis"),
        ("type", "score", "kruskal_wallis"),
        ("type", "scope", "kruskal_wallis"),
        ("met", "model", "chi2"),
        ("type", "model", "chi2"),
    ],
)
def test_auto_goes_by_the_levels_and_says_why(outcome, factor, method):
    data = DATA.assign(scope2=pd.Categorical(DATA["doctors"], ordered=True))
    found = associate(data, outcome, factor)
    assert found.frame["method"][0] == method
    why = next(note for note in found.notes if method in note)
    assert outcome in why
    assert factor in why
    assert method in why.to("id")


def test_declared_levels_come_before_dtypes():
    data = DATA.assign(scope=DATA["scope"].astype(int))
    assert associate(data, "score", "scope").frame["method"][0] == "spearman"
    assert (
        associate(data, "score", "scope", levels={"scope": "ordinal"}).frame["method"][0]
        == "jonckheere"
    )
    nominal = associate(data, "score", "scope", levels={"scope": "nominal"})
    assert nominal.frame["method"][0] == "kruskal_wallis"
    order = {"model": ["non_blud", "blud"]}
    found = associate(DATA, "score", "model", method="mann_whitney", levels=order).frame.iloc[0]
    assert found["direction"] == "non_blud − blud"
    plain = associate(DATA, "score", "model", method="mann_whitney").frame.iloc[0]
    assert found["effect_size"] == pytest.approx(-plain["effect_size"])


def test_the_frame_has_one_row_per_test_and_says_what_each_is():
    found = associate(DATA, ["score", "met"], ["doctors", "model", "type"])
    assert isinstance(found, Association)
    assert isinstance(found, Result)
    assert list(found.frame.columns) == TESTS
    assert len(found.frame) == 6
    assert (found.frame["n"] + found.frame["n_dropped"] == len(DATA)).all()
    assert all(isinstance(one, Text) and one.id != one.en for one in found.frame["null"])
    assert (found.frame["variant"].str.len() > 0).all()
    main = found.effects.groupby(["outcome", "factor"], sort=False).first().reset_index()
    assert main["estimate"].tolist() == found.frame["effect_size"].tolist()
    assert set(found.pairs["method"]) == {"dunn"}
    assert any("score 2" in note for note in found.notes)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("convention", ["recommended", "spss"])
def test_every_method_can_be_asked_for(method, convention):
    shape = METHODS[method].shape
    outcome, factor = {
        "pair": ("score", "doctors"),
        "partial": ("score", "doctors"),
        "groups": ("score", "grade"),
        "table": ("met", "model"),
        "trend": ("met", "scope"),
    }[shape]
    found = associate(
        DATA,
        outcome,
        factor,
        method=method,
        convention=convention,
        control="infra" if shape == "partial" else None,
    )
    row = found.frame.iloc[0]
    assert row["method"] == method
    assert 0 <= row["p_value"] <= 1
    assert (
        row["ci_low"] <= row["effect_size"] <= row["ci_high"]
        or row["effect_name"] == "omega_squared"
    )
    assert np.isfinite(row["effect_size"])


@pytest.mark.parametrize("adjust", ["holm", "bonferroni", "fdr_bh", "none"])
def test_the_family_is_every_row_of_the_call(adjust):
    factors = ["doctors", "infra", "members", "model", "type", "scope"]
    found = associate(DATA, "score", factors, adjust=adjust)
    alone = found.frame["p_value"]
    expected = alone if adjust == "none" else multipletests(alone, method=adjust)[1]
    assert found.frame["p_adjusted"].tolist() == pytest.approx(list(expected), rel=1e-12)
    assert any("6 tests" in note for note in found.notes)


def test_adjustment_is_that_of_r_and_holm_lies_between():
    r = ORACLE["adjusted"]
    for name in ("holm", "bonferroni", "fdr_bh"):
        assert adjusted(r["p"], name).tolist() == pytest.approx(r[name], rel=1e-12)
    rng = np.random.default_rng(1)
    alone = rng.random(40) ** 3
    holm, bonferroni = adjusted(alone, "holm"), adjusted(alone, "bonferroni")
    assert ((alone <= holm) & (holm <= bonferroni)).all()


def test_conventions_stand_side_by_side():
    a = associate(DATA, "score", "model").frame.iloc[0]
    b = associate(DATA, "score", "model", convention="spss").frame.iloc[0]
    assert "with continuity" in a["variant"]
    assert "without continuity" in b["variant"]
    assert a["p_value"] != b["p_value"]
    found = associate(DATA, "met", "model", convention="spss")
    assert found.frame["method"][0] == "chi2_yates"
    assert any("SPSS" in note for note in found.notes)


def test_one_name_a_list_and_a_tuple_of_names_are_all_accepted():
    frames = [associate(DATA, "score", one).frame for one in ("infra", ["infra"], ("infra",))]
    for one in frames[1:]:
        pd.testing.assert_frame_equal(one, frames[0])


def test_results_are_frozen_and_shown_in_both_languages(tmp_path):
    found = associate(DATA, "score", ["doctors", "type"])
    with pytest.raises(AttributeError):
        found.level = 0.9
    html = found._repr_html_()
    assert "Hubungan faktor dengan Nilai capaian" in html
    assert "p terkoreksi" in html
    table = found.to_table()
    assert "Association of factors" in table.to_html("en")
    for ending in ("html", "xlsx", "md", "csv"):
        assert table.save(tmp_path / f"t.{ending}").stat().st_size > 100
    assert [one.key for one in found.to_table(["factor", "null", "p_value"]).columns] == [
        "factor",
        "null",
        "p_value",
    ]


@pytest.mark.parametrize("method", ORDINARY)
def test_rows_in_another_order_and_another_index_change_nothing(method):
    factor = {
        "chi2": "model",
        "mann_whitney": "model",
        "kruskal_wallis": "type",
        "jonckheere": "scope",
    }.get(method, "infra")
    outcome = "met" if method == "chi2" else "score"
    moved = DATA.sample(frac=1, random_state=1).set_index("members")
    a, b = (associate(one, outcome, factor, method=method).frame for one in (DATA, moved))
    numbers = ["statistic", "p_value", "effect_size", "ci_low", "ci_high", "n", "n_dropped"]
    np.testing.assert_allclose(a[numbers].astype(float), b[numbers].astype(float), rtol=1e-10)


@pytest.mark.parametrize(
    "convert",
    [
        lambda s: s.map(lambda v: None if pd.isna(v) else Decimal(str(v))).astype(object),
        lambda s: s.astype("Float64"),
        lambda s: s.astype("float32").astype("float64").round(1).astype("Float64"),
        lambda s: s.astype(object),
    ],
    ids=["Decimal", "Float64", "via float32", "object"],
)
def test_decimal_and_nullable_columns_are_numbers(convert):
    data = DATA.assign(infra=convert(DATA["infra"]))
    a, b = (associate(one, "score", "infra").frame for one in (DATA, data))
    assert a["p_value"][0] == b["p_value"][0]
    assert a["n_dropped"][0] == b["n_dropped"][0] == 4


def test_nullable_integers_booleans_and_strings_are_groups():
    data = DATA.assign(met=DATA["met"].astype("boolean"), model=DATA["model"].astype("string"))
    data.loc[5, "met"] = pd.NA
    data.loc[6, "model"] = pd.NA
    row = associate(data, "met", "model").frame.iloc[0]
    assert row["method"] == "chi2"
    assert row["n_dropped"] == 2


def bad(**columns):
    return DATA.assign(**columns)


N = len(DATA)
HALF = [np.nan] * (N // 2)
COLUMN_ERRORS = [
    ("constant factor", bad(x=1.0), "score", "x", {}, "'x'.*only one value"),
    ("constant outcome", bad(x="a"), "x", "doctors", {}, "'x'.*only one value"),
    ("all missing", bad(x=np.nan), "score", "x", {}, "'x'.*no value at all"),
    (
        "one level in the rows used",
        bad(x=["a"] * (N // 2) + ["b"] * (N // 2), y=list(range(N // 2)) + HALF),
        "y",
        "x",
        {},
        "'x'.*only one value",
    ),
    (
        "no rows in common",
        bad(x=list(range(N // 2)) + HALF, y=HALF + list(range(N // 2))),
        "y",
        "x",
        {},
        "'x'.*0 rows",
    ),
    ("too few rows", DATA.head(3), "score", "infra", {}, "'infra'.*3 rows"),
    (
        "infinite",
        bad(x=np.where(np.arange(N) == 7, np.inf, np.arange(N))),
        "score",
        "x",
        {},
        "'x'.*infinite.*row 7",
    ),
    (
        "text where numbers are declared",
        DATA,
        "score",
        "type",
        {"levels": {"type": "numeric"}},
        "'type'.*no number",
    ),
    (
        "ordinal text without order",
        DATA,
        "score",
        "type",
        {"levels": {"type": "ordinal"}},
        "'type'.*order",
    ),
    (
        "names as groups",
        bad(x=[f"Puskesmas {i}" for i in range(N)]),
        "score",
        "x",
        {},
        "'x'.*78 groups in 78 rows",
    ),
    (
        "single row in a group",
        bad(x=["a"] + ["b"] * (N - 1)),
        "doctors",
        "x",
        {"method": "welch_t"},
        "'x'.*single row.*'a'",
    ),
    (
        "no variance within groups",
        bad(x=["a", "b"] * (N // 2), y=[1, 2] * (N // 2)),
        "y",
        "x",
        {"method": "anova", "levels": {"y": "numeric"}},
        "'y'.*not vary in the group",
    ),
    (
        "control follows from others",
        bad(z=2 * DATA["infra"] + 1),
        "score",
        "doctors",
        {"method": "partial_pearson", "control": ["infra", "z"]},
        "'z'.*follows from 'infra'",
    ),
    (
        "factor follows from the control",
        bad(z=-DATA["infra"]),
        "score",
        "infra",
        {"method": "partial_spearman", "control": "z"},
        "'infra'.*follows from 'z'",
    ),
    (
        "constant control",
        bad(z=3.0),
        "score",
        "doctors",
        {"method": "partial_pearson", "control": "z"},
        "'z'.*control.*one value",
    ),
]


@pytest.mark.parametrize(
    ("data", "outcome", "factor", "options", "message"),
    [pytest.param(*one[1:], id=one[0]) for one in COLUMN_ERRORS],
)
def test_a_column_that_cannot_be_used_is_named(data, outcome, factor, options, message):
    with pytest.raises(BadColumnError, match=message):
        associate(data, outcome, factor, **options)


ARGUMENT_ERRORS = [
    (
        "method does not fit",
        {"method": "pearson", "factors": "type"},
        "does not fit 'score' .numeric. and 'type' .nominal.. These fit: kruskal_wallis, anova",
    ),
    (
        "table of numbers",
        {"method": "chi2", "factors": "infra"},
        "chi2 does not fit.*These fit: spearman",
    ),
    (
        "three groups for two",
        {"method": "mann_whitney", "factors": "type"},
        "'type' has 3: clinic, practice, puskesmas. These fit: kruskal_wallis",
    ),
    ("partial without control", {"method": "partial_spearman", "factors": "infra"}, "control="),
    ("control of a nominal factor", {"factors": "type", "control": "infra"}, "kbk.regress"),
    ("nominal control", {"factors": "infra", "control": "type"}, "'type' is nominal"),
    (
        "control without a partial method",
        {"factors": "infra", "control": "members", "method": "pearson"},
        "cannot hold control.*partial_pearson",
    ),
    (
        "one column in two roles",
        {"factors": ["infra", "score"]},
        "'score' is both outcome and factors",
    ),
    ("a factor twice", {"factors": ["infra", "infra"]}, "more than once"),
    ("no factor", {"factors": []}, "factors is empty"),
    ("level", {"factors": "infra", "level": 95}, "level"),
    ("seed", {"factors": "infra", "seed": -1}, "seed"),
    ("no data frame", {"data": {"score": [1]}, "factors": "infra"}, "DataFrame"),
    (
        "column twice",
        {"data": pd.concat([DATA, DATA[["infra"]]], axis=1), "factors": "infra"},
        "'infra'.*2 times",
    ),
    (
        "control and cluster",
        {"factors": "infra", "control": "members", "cluster": "type", "method": "partial_pearson"},
        "cannot go together",
    ),
]


@pytest.mark.parametrize(
    ("options", "message"), [pytest.param(*one[1:], id=one[0]) for one in ARGUMENT_ERRORS]
)
def test_an_argument_that_cannot_be_used_is_explained(options, message):
    with pytest.raises(BadArgumentError, match=message):
        associate(**{"data": DATA, "outcome": "score"} | options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "spearmann"}, "spearman"),
        ({"convention": "stata"}, "recommended, spss"),
        ({"adjust": "sidak"}, "holm"),
        ({"levels": {"infra": "ratio"}}, "numeric"),
    ],
)
def test_an_unknown_name_lists_those_that_exist(options, message):
    with pytest.raises(UnknownNameError, match=message):
        associate(DATA, "score", "infra", **options)


@pytest.mark.parametrize(
    "options",
    [
        {"factors": "doctor"},
        {"factors": "infra", "control": "member"},
        {"factors": "infra", "cluster": "district"},
        {"factors": "infra", "levels": {"scop": "ordinal"}},
    ],
)
def test_a_column_that_is_not_there_is_named(options):
    with pytest.raises(MissingColumnsError, match="is needed"):
        associate(DATA, "score", **options)


def test_infinite_values_are_refused_whichever_role_they_stand_in():
    data = bad(x=np.where(np.arange(N) == 7, -np.inf, np.arange(N)))
    for options in (
        {"outcome": "x", "factors": "infra"},
        {"outcome": "score", "factors": "infra", "control": "x"},
    ):
        with pytest.raises(BadColumnError, match="infinite"):
            associate(data, **options)
