"""Mixed models against R: lme4, lmerTest and nlme."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from designs import design_of, oracle
from numpy.testing import assert_allclose

from kbkresearch.analysis.regression.mixed import mixed
from kbkresearch.errors import BadArgumentError, UnknownNameError

R = oracle("mixed")
DATA = pd.DataFrame(R["data"])
SLEEP = pd.DataFrame(R["sleepstudy"]["data"])
# lme4's optimiser stops at a deviance up to 3e-10 above the one found here (asserted below), where
# variances agree to about 1e-5 and everything else to 1e-6.
RTOL, RTOL_VARIANCE = 1e-5, 5e-5


def panel(outcome="score", terms=("doctors", "members", "funding"), **options):
    return design_of(DATA, outcome, list(terms), clusters="district", **options)


def sleep():
    return design_of(SLEEP, "reaction", ["days"], clusters="subject")


CASES = {
    "reml": (panel, {}, {}, R["intercept_reml"]),
    "ml": (panel, {}, {"reml": False}, R["intercept_ml"]),
    "weights": (panel, {"weights": "weight"}, {}, R["intercept_weighted"]),
    "slope_reml": (panel, {"terms": ("doctors", "funding")}, {"slope": "doctors"}, R["slope_reml"]),
    "slope_ml": (
        panel,
        {"terms": ("doctors", "funding")},
        {"slope": "doctors", "reml": False},
        R["slope_ml"],
    ),
    "no_variance": (panel, {"outcome": "alike", "terms": ("doctors",)}, {}, R["alike"]),
    "sleepstudy": (sleep, {}, {}, R["sleepstudy"]["intercept"]),
    "sleepstudy_slope": (sleep, {}, {"slope": "days"}, R["sleepstudy"]["slope"]),
}


@pytest.mark.parametrize("case", CASES)
def test_agrees_with_lme4_and_lmertest(case):
    build, data, options, known = CASES[case]
    fit = mixed(build(**data), **options)
    assert_allclose(fit.params, known["params"], rtol=RTOL)
    assert_allclose(np.sqrt(np.diag(fit.covariance)), known["se"], rtol=RTOL)
    assert_allclose(fit.df, known["df"], rtol=RTOL_VARIANCE)
    assert_allclose(fit.fitted[:8], known["fitted"], rtol=RTOL)
    assert_allclose(fit.linear[:8], known["fixed"], rtol=RTOL)
    assert_allclose(fit.residuals[:8], known["residuals"], rtol=RTOL, atol=1e-5)
    stats = fit.stats
    order = (
        ["var_group", "var_slope", "cov_intercept_slope"] if "slope" in options else ["var_group"]
    )
    components = [stats[name] for name in [*order, "var_residual"]]
    assert_allclose(components, known["components"], rtol=RTOL_VARIANCE, atol=1e-12)
    assert stats["loglik"] >= known["loglik"] - 1e-9
    for name in ("loglik", "aic", "bic"):
        assert stats[name] == pytest.approx(known[name], rel=1e-10)


def test_agrees_with_nlme():
    fit, known = mixed(panel()), R["nlme"]
    assert_allclose(fit.params, known["params"], rtol=RTOL)
    assert_allclose(np.sqrt(np.diag(fit.covariance)), known["se"], rtol=RTOL)
    assert_allclose(
        [fit.stats["var_group"], fit.stats["var_residual"]], known["components"], rtol=1e-6
    )
    assert fit.stats["loglik"] == pytest.approx(known["loglik"], abs=1e-9)


def balanced(groups=8, rows=5, seed=4):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(groups), rows)
    y = 3 + rng.normal(size=groups)[codes] + rng.normal(size=groups * rows)
    return pd.DataFrame({"g": codes, "y": y, "x": np.tile(np.arange(rows), groups)})


def test_balanced_data_give_the_anova_estimates_exactly():
    data = balanced()
    fit = mixed(design_of(data, "y", [], clusters="g"))
    within = data.groupby("g")["y"].var().mean()
    between = 5 * data.groupby("g")["y"].mean().var()
    assert fit.stats["var_residual"] == pytest.approx(within, rel=1e-7)
    assert fit.stats["var_group"] == pytest.approx((between - within) / 5, rel=1e-6)
    assert fit.stats["icc"] == pytest.approx((between - within) / (between + 4 * within), rel=1e-6)
    assert fit.df[0] == pytest.approx(7, rel=1e-5)  # G - 1, exact where groups are equal
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(np.sqrt(between / 40), rel=1e-6)


def test_variance_of_zero_is_least_squares_and_says_so():
    design = panel("alike", ("doctors",))
    fit = mixed(design)
    solution, rss = np.linalg.lstsq(design.X, design.y)[:2]
    assert_allclose(fit.params, solution, rtol=1e-9)
    assert fit.stats["var_group"] == 0 == fit.stats["icc"] == fit.stats["lr_group"]
    assert fit.stats["var_residual"] == pytest.approx(rss[0] / (len(design.y) - 2))
    assert_allclose(fit.df, len(design.y) - 2)
    assert "estimated as zero" in fit.notes[0]
    assert "nol" in fit.notes[0].id


def test_group_sums_of_scores_vanish_in_total_and_units_do_not_matter():
    design = panel()
    fit = mixed(design)
    assert_allclose((fit.scores / np.abs(fit.scores).max(axis=0)).sum(axis=0), 0, atol=1e-8)
    moved = replace(design, X=design.X * np.array([1, 1e3, 1e-3, 1]), y=1e6 + 100 * design.y)
    far = mixed(moved)
    scale = 100 / np.array([1, 1e3, 1e-3, 1])
    assert_allclose(far.params[1:], (fit.params * scale)[1:], rtol=1e-6)
    assert_allclose(far.df, fit.df, rtol=1e-4)
    assert far.stats["icc"] == pytest.approx(fit.stats["icc"], rel=1e-6)


def test_an_offset_is_a_known_coefficient():
    design = panel()
    moved = mixed(replace(design, offset=design.X[:, 1] * 0.5))
    fit = mixed(design)
    assert_allclose(moved.params, fit.params - np.array([0, 0.5, 0, 0]), rtol=1e-7)
    assert_allclose(moved.fitted, fit.fitted, rtol=1e-7)


def test_a_slope_on_the_boundary_is_noted():
    fit = mixed(panel(terms=("doctors", "funding")), slope="doctors")  # lme4 says singular too
    assert fit.stats["cor_intercept_slope"] == pytest.approx(1)
    assert "boundary" in fit.notes[1]
    assert len(mixed(sleep(), slope="days").notes) == 1


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        ({"clusters": None}, {}, BadArgumentError, "group="),
        ({"clusters": np.zeros(40, int)}, {}, BadArgumentError, "one group only"),
        ({"clusters": np.arange(40)}, {}, BadArgumentError, "single row"),
        ({"y": np.tile(np.arange(5.0), 8)}, {}, BadArgumentError, "exactly"),
        ({"weights": np.zeros(40)}, {}, BadArgumentError, "positive"),
        ({}, {"slope": "doctor"}, UnknownNameError, "random slope"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, options, error, words):
    design = design_of(balanced(), "y", ["x"], clusters="g")
    with pytest.raises(error, match=words):
        mixed(replace(design, **change), **options)
