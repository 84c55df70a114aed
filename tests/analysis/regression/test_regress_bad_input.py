"""What a regression refuses, and that the message names the column and what to do."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.regression.regress import MODELS, regress
from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)

N = 60


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "score": rng.normal(2, 1, N).round(2),
            "doctors": rng.gamma(4, 1, N).round(2),
            "kind": rng.choice(["blud", "klinik", "non_blud"], N),
            "district": rng.integers(0, 9, N),
            "same": 1.0,
            "members": rng.integers(500, 9000, N),
            "referrals": rng.integers(5, 50, N),
            "name": [f"facility {i}" for i in range(N)],
            "infinite": np.where(np.arange(N) == 5, np.inf, 1.0 * np.arange(N)),
            "zero": np.arange(N) % 2,
            "empty": np.nan,
        }
    )
    frame["twice"] = 2 * frame["doctors"] - 3
    frame["sum"] = frame["doctors"] + frame["members"]
    frame["is_blud"] = (frame["kind"] == "blud").astype(int)
    frame["is_klinik"] = (frame["kind"] == "klinik").astype(int)
    frame["high"] = (frame["doctors"] > 4).astype(int)
    frame["none_in_blud"] = np.where(frame["kind"] == "blud", 0, frame["zero"])
    frame["counts"] = rng.poisson(3, N)
    frame["percent"] = frame["counts"] * 10.0
    frame["few"] = rng.choice([4, 5, 6], N)
    frame["vast"] = frame["doctors"] * 1e160
    frame["mixed"] = ["12,5" if row == 3 else row % 7 for row in range(N)]
    return frame


CASES = {
    "no such column": ("score ~ doctor", {}, MissingColumnsError, "did you mean 'doctors'"),
    "no such outcome": ("skor ~ doctors", {}, MissingColumnsError, "'skor'"),
    "no such cluster": ("score ~ doctors", {"cluster": "distrik"}, MissingColumnsError, "distrik"),
    "no formula": ("score, doctors", {}, BadArgumentError, r"outcome ~ x1 \+ x2"),
    "broken formula": ("score ~ doctors +", {}, BadArgumentError, "cannot be read"),
    "two outcomes": ("score + zero ~ doctors", {}, BadArgumentError, "one outcome"),
    "outcome on both sides": ("score ~ doctors + score", {}, BadArgumentError, "both sides"),
    "a function of Python": ("score ~ eval(doctors)", {}, UnknownNameError, "eval"),
    "an import": ("score ~ __import__('os')", {}, UnknownNameError, "__import__"),
    "an index": ("score ~ doctors[0]", {}, BadArgumentError, "not allowed"),
    "a caller's variable": ("score ~ doctors + N", {}, MissingColumnsError, "'N'"),
    "an attribute": ("score ~ doctors.mean()", {}, UnknownNameError, "doctors.mean"),
    "a random effect": ("score ~ doctors + (1|district)", {}, BadArgumentError, "read"),
    "constant outcome": ("same ~ doctors", {}, BadColumnError, "constant"),
    "constant factor": ("score ~ doctors + same", {}, BadColumnError, "'same' is constant"),
    "all missing": ("score ~ empty", {}, BadArgumentError, "empty"),
    "infinite": ("score ~ infinite", {}, BadColumnError, "row 5"),
    "text as a number": ("name ~ doctors", {}, BadColumnError, "'name'"),
    "as many levels as rows": ("score ~ name", {}, BadColumnError, "60 levels in 60 rows"),
    "log of zero": ("score ~ log(zero)", {}, BadColumnError, r"log\(zero\)"),
    "affine": ("score ~ doctors + twice", {}, BadArgumentError, "twice = -3 Intercept \\+ 2 doc"),
    "a sum": ("score ~ doctors + members + sum", {}, BadArgumentError, "sum = doctors \\+ members"),
    "dummy and factor": (
        "score ~ C(kind) + is_klinik",
        {},
        BadArgumentError,
        r"is_klinik = C\(kind\)\[T.klinik\]",
    ),
    "too many terms": (
        "score ~ C(kind) * C(district) * C(few)",
        {},
        BadArgumentError,
        "60 rows cannot give",
    ),
    "no term at all": ("score ~ 0", {}, BadArgumentError, "no term"),
    "every column": ("score ~ .", {}, BadArgumentError, "write every column out"),
    "text among numbers": ("score ~ mixed", {}, BadColumnError, "row 3 \\('12,5'\\)"),
    "too large": ("score ~ vast", {}, BadColumnError, "too large"),
    "one cluster": ("score ~ doctors", {"cluster": "same"}, BadColumnError, "one and the same"),
    "zero weight": ("score ~ doctors", {"weights": "zero"}, BadColumnError, "0 or less"),
    "unknown model": ("score ~ doctors", {"model": "lasso"}, UnknownNameError, "ols"),
    "unknown covariance": ("score ~ doctors", {"cov": "HC4"}, UnknownNameError, "HC3"),
    "unknown convention": ("score ~ doctors", {"convention": "stata"}, UnknownNameError, "spss"),
    "unknown option": ("score ~ doctors", {"robust": True}, UnknownNameError, "robust"),
    "level": ("score ~ doctors", {"level": 95}, BadArgumentError, "between 0 and 1"),
    "cluster without column": ("score ~ doctors", {"cov": "CR2"}, BadArgumentError, "cluster="),
    "clusters ignored": (
        "score ~ doctors",
        {"cluster": "district", "cov": "HC3"},
        BadArgumentError,
        "ignores the clusters",
    ),
    "link of ols": ("score ~ doctors", {"link": "log"}, UnknownNameError, "identity"),
    "exposure of ols": ("score ~ doctors", {"exposure": "members"}, BadArgumentError, "poisson"),
    "logit of a number": ("score ~ doctors", {"model": "logit"}, BadColumnError, "0 and 1"),
    "logit of three levels": ("kind ~ doctors", {"model": "logit"}, BadColumnError, "3 levels"),
    "constant binary": ("same ~ doctors", {"model": "logit"}, BadColumnError, "constant"),
    "ordinal text": ("kind ~ doctors", {"model": "ordinal"}, BadColumnError, "order"),
    "no denominator": ("counts ~ doctors", {"model": "binomial"}, BadArgumentError, "denominator"),
    "above the denominator": (
        "members ~ doctors",
        {"model": "binomial", "denominator": "referrals"},
        BadColumnError,
        "larger than its denominator",
    ),
    "per cent as a fraction": (
        "percent ~ doctors",
        {"model": "fractional"},
        BadColumnError,
        "divide a percentage by 100",
    ),
    "no counts": ("doctors ~ members", {"model": "poisson"}, BadColumnError, "no counts"),
    "no overdispersion": ("few ~ doctors", {"model": "negbin"}, BadArgumentError, "alpha is 0"),
    "model covariance of prevalence ratios": (
        "zero ~ doctors",
        {"model": "robust_poisson", "cov": "model"},
        BadArgumentError,
        "robust",
    ),
    "wild logit": (
        "zero ~ doctors",
        {"model": "logit", "cov": "wild", "cluster": "district"},
        BadArgumentError,
        "least squares",
    ),
    "mixed without groups": ("score ~ doctors", {"model": "mixed"}, BadArgumentError, "group="),
    "separated by a number": ("high ~ doctors", {"model": "logit"}, BadArgumentError, "'doctors'"),
    "separated with others": (
        "high ~ members + doctors + C(kind)",
        {"model": "logit"},
        BadArgumentError,
        "'doctors' predicts 'high' perfectly",
    ),
    "separated by a combination": (
        "above ~ doctors + score",
        {"model": "logit"},
        BadArgumentError,
        "'doctors', 'score' predicts",
    ),
    "quasi-separated by a level": (
        "none_in_blud ~ C(kind)",
        {"model": "logit"},
        BadArgumentError,
        r"separation",
    ),
    "separated prevalence": (
        "none_in_blud ~ is_blud + doctors",
        {"model": "robust_poisson"},
        BadArgumentError,
        "'is_blud'",
    ),
    "separated counts": (
        "none_in_blud ~ is_blud + doctors",
        {"model": "poisson"},
        BadArgumentError,
        "'is_blud'",
    ),
    "separated shares": (
        "none ~ is_blud + doctors",
        {"model": "binomial", "denominator": "referrals"},
        BadArgumentError,
        "'is_blud'",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.replace(" ", "_"))
def test_it_is_refused_with_a_reason(case, data):
    formula, options, error, message = CASES[case]
    full = data.assign(
        above=lambda d: (d["doctors"] + d["score"] > 6).astype(int),
        none=lambda d: np.where(d["is_blud"] == 1, 0, d["referrals"] // 2),
    )
    with pytest.raises(error, match=message):
        regress(formula, full, **options)


def test_a_repeated_column_is_refused(data):
    with pytest.raises(BadArgumentError, match="stands 2 times"):
        regress("score ~ doctors", pd.concat([data, data[["doctors"]]], axis=1))


def test_a_row_that_decides_a_coefficient_alone_is_said(data):
    lonely = data.assign(lonely=(np.arange(N) == 3).astype(int))
    with pytest.raises(BadArgumentError, match="leverage 1"):
        regress("score ~ doctors + lonely", lonely, cov="HC3")
    fit = regress("score ~ doctors + lonely", lonely)
    assert fit.cov == "HC1"
    assert any("leverage 1" in note for note in fit.notes)


@pytest.mark.parametrize(
    "kind", ["decimal", "Int64", "Float64", "float32", "object", "bool", "category"]
)
def test_numbers_of_any_dtype_are_numbers(kind, data):
    plain = data.assign(doctors=data["doctors"].round(), high=data["high"])
    values = plain["high" if kind == "bool" else "doctors"].astype(int)
    typed = {
        "decimal": lambda: pd.Series([Decimal(int(v)) for v in values], dtype=object),
        "object": lambda: values.astype(object),
        "category": lambda: pd.Series(pd.Categorical(values)),
    }.get(kind, lambda: values.astype(kind))()
    expected = regress("score ~ x", plain.assign(x=values.astype(float)))
    wrapped = "C(x)" if kind == "category" else "x"
    if kind == "category":
        expected = regress("score ~ C(x)", plain.assign(x=values))
    found = regress(f"score ~ {wrapped}", plain.assign(x=typed))
    assert found.frame["term"].tolist() == expected.frame["term"].tolist()
    np.testing.assert_allclose(found.frame["estimate"], expected.frame["estimate"], rtol=1e-12)


def test_a_formula_has_the_functions_it_says(data):
    given = data.assign(year=2016 + data["district"] % 3, **{"two words": data["score"] ** 2})
    terms = {
        "C(kind, Treatment('klinik'))": 2, "C(year, Treatment(2017))": 2, "C(kind, Sum)": 2,
        "C(kind, contr.treatment('blud'))": 2, "`two words`": 1, "log(`two words` + 1)": 1,
        "sqrt(doctors)": 1, "np.log(doctors)": 1, "{doctors ** 2}": 1, "I(doctors > 4)": 1,
        "poly(doctors, 2)": 2, "bs(doctors, df=4)": 4, "scale(doctors)": 1, "kind:doctors": 3,
        "center(doctors)": 1, "log1p(members)": 1, "abs(score - 2)": 1,
    }  # fmt: skip
    for term, width in terms.items():
        fit = regress(f"counts ~ {term}", given)
        assert fit.design.X.shape[1] == 1 + width, term
        rebuilt = fit.design.matrix(given.iloc[::-1])[::-1]
        np.testing.assert_allclose(rebuilt, fit.design.X, rtol=1e-12, err_msg=term)
    logged = regress("log(doctors) ~ members", given)
    assert logged.design.outcome == "log(doctors)"
    np.testing.assert_allclose(logged.design.y, np.log(data["doctors"]))


def test_missing_values_are_left_out_everywhere_and_counted(data):
    holes = data.astype({"doctors": "Float64"}).assign(w=1.0)
    holes.loc[[2, 3], "doctors"] = pd.NA
    holes.loc[[3, 8], "kind"] = None
    holes["district"] = holes["district"].astype("Int64")
    holes.loc[20, "district"] = pd.NA
    fit = regress("score ~ doctors + kind", holes, cluster="district", weights="w")
    assert (fit.stats["n"], fit.stats["n_dropped"]) == (56, 4)
    assert fit.design.dropped == {"doctors": 2, "kind": 2, "district": 1}
    assert "4 of 60 rows were left out" in fit.notes[0]
    assert "4 dari 60 baris" in fit.notes[0].id
    clean = data.drop(index=[2, 3, 8, 20])
    same = regress("score ~ doctors + kind", clean, cluster="district")
    pd.testing.assert_frame_equal(fit.frame, same.frame, rtol=1e-10)


def test_rows_without_a_denominator_are_left_out_and_counted(data):
    data = data.assign(n=data["referrals"].where(np.arange(N) > 2, 0))
    data["k"] = (data["n"] * 0.4).round()
    fit = regress("k ~ doctors", data, "binomial", denominator="n")
    assert fit.design.dropped == {"n = 0": 3}
    assert fit.stats["n"] == N - 3


def test_which_level_is_the_event_is_said(data):
    text = data.assign(met=data["zero"].map({0: "tidak", 1: "ya"}))
    fit = regress("met ~ doctors", text, "logit")
    number = regress("zero ~ doctors", data, "logit")
    np.testing.assert_allclose(fit.frame["estimate"], number.frame["estimate"], rtol=1e-12)
    assert any("the event is 'ya' (30 of 60 rows)" in note for note in fit.notes)


def test_few_clusters_choose_cr2_and_say_so(data):
    fit = regress("score ~ doctors", data, cluster="district")
    assert fit.cov == "CR2"
    assert any("9 clusters (district), fewer than 40" in note for note in fit.notes)
    many = regress("score ~ doctors", data, cluster="name")
    assert many.cov == "cluster"
    plain = regress("score ~ doctors", data, cluster="district", cov="cluster")
    assert any("too narrow" in note for note in plain.notes)
    assert plain.frame["df"].tolist() == [8, 8]


def test_every_model_is_named_in_both_languages():
    assert all(one.label.id and one.label.en for one in MODELS.values())


def test_names_with_signs_stand_between_backticks(data):
    names = {"score": "skor (2019)", "doctors": "AK (permil)", "kind": "jenis/kelas", "few": "2019"}
    formula = "`skor (2019)` ~ `AK (permil)` + C(`jenis/kelas`) + `2019`"
    found = regress(formula, data.rename(columns=names)).frame
    plain = regress("score ~ doctors + C(kind) + few", data).frame
    assert {"AK (permil)", "2019"} < set(found["term"])
    np.testing.assert_allclose(sorted(found["estimate"]), sorted(plain["estimate"]), rtol=1e-10)
