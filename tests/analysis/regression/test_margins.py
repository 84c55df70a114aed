"""Average marginal effects against numerical derivatives in R, and against special cases."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from designs import oracle
from numpy.testing import assert_allclose

from kbkresearch.analysis.regression.margins import margins
from kbkresearch.analysis.regression.regress import MODELS, regress
from kbkresearch.analysis.regression.resample import take
from kbkresearch.errors import BadArgumentError, UnknownNameError

R = oracle("margins")
DATA = pd.DataFrame(R["data"])
DATA["funding"] = pd.Categorical(DATA["funding"])
DATA["ordered"] = pd.Categorical.from_codes(
    DATA["level"], ["1.0", "2.0", "2.5", "4.0"], ordered=True
)
RICH = "doctors + I(doctors**2) + log(members) + infrastructure * funding + consequence"
PLAIN = "doctors + infrastructure + funding + consequence"
# The reference differentiates numerically. R's glm iterates on the deviance, which leaves links
# that are not canonical 1e-6 from their maximum.
RTOL, RTOL_SE = 1e-7, 1e-6
LOOSE = {"cloglog": 50, "probit": 50}

CASES = {
    "ols": ("score", RICH, {"model": "ols"}),
    "ols_cluster": ("score", RICH, {"model": "ols", "cluster": "district", "cov": "cluster"}),
    "logit": ("met", RICH, {"model": "logit"}),
    "logit_cluster": ("met", RICH, {"model": "logit", "cluster": "district", "cov": "cluster"}),
    "probit": ("met", PLAIN, {"model": "logit", "link": "probit"}),
    "cloglog": ("met", PLAIN, {"model": "logit", "link": "cloglog", "cov": "HC0"}),
    "weighted": ("met", PLAIN, {"model": "logit", "weights": "weight"}),
    "binomial": ("controlled", PLAIN, {"model": "binomial", "denominator": "diagnosed"}),
    "fractional": ("share", PLAIN, {"model": "fractional", "cov": "HC0"}),
    "poisson": ("visits", PLAIN, {"model": "poisson", "exposure": "members"}),
    "robust_poisson": ("met", PLAIN, {"model": "robust_poisson"}),
    "ordinal": ("ordered", RICH, {"model": "ordinal"}),
    "ordinal_probit": ("ordered", PLAIN, {"model": "ordinal", "link": "probit"}),
}


def fit_of(case):
    outcome, right, options = CASES[case]
    return regress(f"{outcome} ~ {right}", DATA, **options)


def matched(found, known):
    """Return estimates and SEs of both sides in the same order."""
    known = pd.DataFrame(known)
    own = found.frame.copy()
    own["place"] = own.groupby(["variable", "contrast"], sort=False).cumcount()
    both = known.merge(own, on=["variable", "contrast", "place"], suffixes=("_r", ""))
    assert len(both) == len(known) == len(own)
    return both


@pytest.mark.parametrize("case", CASES)
def test_effects_agree_with_numerical_derivatives_in_r(case):
    both = matched(fit_of(case).margins(), R["effects"][case])
    looser = LOOSE.get(case, 1)
    assert_allclose(both["estimate"], both["estimate_r"], rtol=RTOL * looser, atol=1e-9)
    assert_allclose(both["se"], both["se_r"], rtol=RTOL_SE * looser)


def test_effects_at_values_agree_with_r():
    found = margins(fit_of("logit"), at={"doctors": 2, "funding": "private"})
    both = matched(found, R["effects"]["logit_at"])
    assert_allclose(both["estimate"], both["estimate_r"], rtol=RTOL, atol=1e-9)
    assert_allclose(both["se"], both["se_r"], rtol=RTOL_SE)
    assert "doctors = 2" in found.notes[0]


def test_effects_of_gee_agree_with_geepack():
    options = {"group": "district", "family": "binomial", "small_sample": False}
    fit = regress(f"met ~ {PLAIN}", DATA, "gee", **options)
    both = matched(fit.margins(), R["effects"]["gee"])
    assert_allclose(both["estimate"], both["estimate_r"], rtol=RTOL)
    assert_allclose(both["se"], both["se_r"], rtol=RTOL_SE)


@pytest.mark.parametrize("model", ["ols", "mixed"])
def test_linear_effects_are_the_coefficients_with_their_tests(model):
    options = {"group": "district"} if model == "mixed" else {}
    fit = regress(f"score ~ {PLAIN}", DATA, model, **options)
    found = fit.margins().frame
    order = ["doctors", "infrastructure", "funding[T.non_blud]", "funding[T.private]"]
    known = fit.frame.set_index("term").loc[[*order, "consequence"]]
    for name in ("estimate", "se", "statistic", "df", "p_value", "ci_low", "ci_high"):
        assert_allclose(found[name], known[name], rtol=1e-8)


def test_predictions_and_payment_levels_agree_with_r():
    fit, known = fit_of("ordinal"), R["predictions"]
    found = fit.margins(variables=[], of="predictions").frame
    assert list(found["level"]) == ["1.0", "2.0", "2.5", "4.0"]
    assert_allclose(found["estimate"], known["mean"], rtol=1e-8)
    assert_allclose(found["se"], known["se"], rtol=1e-6)
    payment = {1.0: 85, 2.0: 90, "2.5": 90, 4.0: 100}
    joined = fit.margins(variables=[], of="predictions", levels=payment).frame
    assert list(joined["level"]) == ["85", "90", "100"]
    assert_allclose(joined["estimate"], known["joined"], rtol=1e-8)
    assert_allclose(joined["se"], known["joined_se"], rtol=1e-6)


def test_effects_on_probabilities_sum_to_zero_and_levels_add_up():
    fit = fit_of("ordinal")
    single = fit.margins().frame
    groups = single.groupby(["variable", "contrast"])["estimate"].sum()
    assert_allclose(groups, 0, atol=1e-12)
    payment = {"1.0": 85, "2.0": 90, "2.5": 90, "4.0": 100}
    joined = fit.margins("doctors", levels=payment).frame.set_index("level")["estimate"]
    own = single[single["variable"] == "doctors"].set_index("level")["estimate"]
    assert joined["90"] == pytest.approx(own["2.0"] + own["2.5"])


def test_scores_as_numbers_are_mapped_to_payment_levels():
    scores = DATA.assign(score=1 + DATA["level"] / 2)
    fit = regress("score ~ doctors + funding", scores, "ordinal")
    found = fit.margins([], of="predictions", levels={1: 85, 1.5: 90, 2: 95, 2.5: 100}).frame
    assert list(found["level"]) == ["85", "90", "95", "100"]
    assert_allclose(found["estimate"], DATA["level"].value_counts(sort=False, normalize=True)
                    .sort_index(), atol=0.01)  # fmt: skip


def test_mean_prediction_of_a_canonical_model_is_the_mean_outcome():
    for case in ("ols", "logit", "weighted", "poisson"):
        fit = fit_of(case)
        found = fit.margins([], of="predictions").frame
        mean = np.average(fit.design.y, weights=fit.design.weights)
        assert found["estimate"][0] == pytest.approx(mean, rel=1e-8)


def test_predictions_by_level_differ_by_the_effect():
    fit = fit_of("logit")
    levels = fit.margins("funding", of="predictions").frame.set_index("contrast")["estimate"]
    effect = fit.margins("funding").frame.set_index("contrast")["estimate"]
    assert list(levels.index) == ["mean", "blud", "non_blud", "private"]
    assert effect["private - blud"] == pytest.approx(levels["private"] - levels["blud"])


@pytest.mark.parametrize(
    "term",
    [
        *("log(doctors)", "sqrt(doctors)", "poly(doctors, 2)", "scale(doctors)"),
        *("center(doctors)", "doctors:consequence"),
    ],
)
def test_derivatives_go_through_the_functions_of_a_formula(term):
    fit = regress(f"score ~ {term} + consequence", DATA)
    found = fit.margins("doctors").frame["estimate"][0]
    step = 1e-6
    up, down = (fit.predict(DATA.assign(doctors=DATA["doctors"] + s)) for s in (step, -step))
    assert found == pytest.approx((up - down).mean() / (2 * step), rel=1e-6)


def test_negative_binomial_and_a_boolean_factor():
    data = DATA.assign(consequence=DATA["consequence"].astype(bool))
    fit = regress("visits ~ doctors + consequence", data, "negbin", exposure="members")
    found = fit.margins()
    assert found.frame["contrast"].tolist()[0] == "dy/dx"
    slope = fit.estimates.params[1] * fit.estimates.fitted.mean()
    assert found.frame["estimate"][0] == pytest.approx(slope, rel=1e-8)
    one, zero = (fit.predict(data.assign(consequence=value)).mean() for value in (True, False))
    assert found.frame["estimate"][1] == pytest.approx(one - zero, rel=1e-8)


@pytest.mark.parametrize("cluster", [None, "district"])
def test_bootstrap_is_seeded_near_the_delta_method_and_respects_clusters(cluster):
    options = {"cluster": cluster, "cov": "cluster"} if cluster else {"cov": "HC0"}
    fit = regress("met ~ doctors + infrastructure", DATA, "logit", **options)
    delta = fit.margins().frame
    drawn, again = (fit.margins(method="bootstrap", n_boot=150, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(drawn.frame, again.frame)
    assert_allclose(drawn.frame["estimate"], delta["estimate"], rtol=1e-12)
    # 150 draws give an SE with a relative standard error of 6 %; few clusters add theirs
    assert_allclose(drawn.frame["se"], delta["se"], rtol=0.25)
    assert (drawn.frame["ci_low"] < drawn.frame["estimate"]).all()
    unit = "clusters of district" if cluster else "rows"
    assert f"150 samples of {unit}" in drawn.notes[-1]


@pytest.mark.parametrize(
    ("outcome", "options"),
    [
        ("met", {"model": "logit", "link": "probit"}),
        ("score", {"model": "mixed", "group": "district", "slope": "doctors", "reml": False}),
        ("met", {"model": "gee", "group": "district", "family": "binomial", "corr": "ar1"}),
    ],
)
def test_bootstrap_refits_with_the_options_of_the_fit(outcome, options):
    fit = regress(f"{outcome} ~ doctors", DATA, **options)
    estimate = MODELS[fit.model].estimator()
    again = estimate(take(fit.design, np.arange(len(DATA)), fit.design.clusters), **fit.options)
    assert_allclose(again.params, fit.estimates.params, rtol=1e-9)
    drawn = fit.margins(method="bootstrap", n_boot=30).frame
    assert_allclose(drawn["se"], fit.margins().frame["se"], rtol=0.6)


def test_bootstrap_of_an_ordinal_fit_says_how_many_samples_had_no_fit():
    small = DATA.iloc[:40].assign(ordered=lambda d: d["ordered"].cat.remove_unused_categories())
    fit = regress("ordered ~ doctors", small, "ordinal")
    found = fit.margins(method="bootstrap", n_boot=60, seed=1)
    assert found.draws.shape[1] == len(found.frame)
    lost = 60 - len(found.draws)
    assert (f"{lost} samples had no fit" in found.notes[-1]) == bool(lost)


def test_level_and_language_and_table():
    fit = fit_of("logit")
    wide, narrow = fit.margins(level=0.99).frame, fit.margins(level=0.5).frame
    assert (wide["ci_high"] - wide["ci_low"] > narrow["ci_high"] - narrow["ci_low"]).all()
    table = fit.margins().to_table()
    assert "Efek marginal rata-rata" in table.title.id
    assert "consequence: the change from 0 to 1" in str(fit.margins().notes)
    assert [column.key for column in table.columns][:3] == ["variable", "contrast", "estimate"]
    assert "private - blud" in fit.margins()._repr_html_()
    assert "Batas bawah IK 99%" in fit.margins(level=0.99).to_table().to_html("id")
    assert "level" in [column.key for column in fit_of("ordinal").margins().to_table().columns]


def test_what_cannot_be_done_is_refused():
    fit = fit_of("ordinal_probit")
    for call, error, words in (
        (lambda: fit.margins("doctor"), UnknownNameError, "doctors"),
        (lambda: fit.margins(at={"funding": "swasta"}), UnknownNameError, "level of funding"),
        (lambda: fit.margins(at={"doctors": "many"}), BadArgumentError, "doctors is a number"),
        (lambda: fit.margins(method="jackknife"), UnknownNameError, "delta"),
        (lambda: fit.margins(of="odds"), UnknownNameError, "effects"),
        (lambda: fit.margins(level=95), BadArgumentError, "between 0 and 1"),
        (lambda: fit.margins(levels={"1.0": 85}), BadArgumentError, "says nothing about 2.0"),
        (lambda: fit_of("ols").margins(levels={1: 2}), BadArgumentError, "ordinal"),
        (lambda: fit.margins(method="bootstrap", n_boot=1), BadArgumentError, "2 or more"),
        (lambda: regress("score ~ 1", DATA).margins(), BadArgumentError, "no variable"),
    ):
        with pytest.raises(error, match=words):
            call()


def test_standard_errors_follow_the_covariance_of_the_fit():
    fit = fit_of("logit")
    larger = replace(fit, estimates=replace(fit.estimates, covariance=4 * fit.estimates.covariance))
    assert_allclose(margins(larger).frame["se"], 2 * margins(fit).frame["se"])
