"""Regression against R: coefficients, every covariance matrix, degrees of freedom, fit statistics.

R 4.2 with MASS, sandwich, lmtest, clubSandwich and car; `tests/oracles/regression.R` makes the data
and the values. Closed forms agree to 1e-6 or better, iterated fits to 1e-4 or better.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.regression.regress import regress

ORACLE = json.loads(
    (Path(__file__).parents[2] / "oracles" / "regression.json").read_text(encoding="utf-8")
)
DATA = pd.DataFrame(ORACLE["data"]).assign(double=lambda d: 2 * d["w"])
RHS = "doctors + infrastructure + kind"
CLOSED, ITERATED = 1e-8, 1e-6

# name in the oracle: model, formula, further arguments, relative tolerance
FITS = {
    "ols": ("ols", f"score ~ {RHS}", {}, CLOSED),
    "wls": ("ols", f"score ~ {RHS}", {"weights": "w"}, CLOSED),
    "no_intercept": ("ols", "score ~ 0 + doctors + infrastructure", {}, CLOSED),
    "logit": ("logit", f"met ~ {RHS}", {}, ITERATED),
    "probit": ("logit", f"met ~ {RHS}", {"link": "probit"}, ITERATED),
    "cloglog": ("logit", f"met ~ {RHS}", {"link": "cloglog"}, ITERATED),
    "weighted_logit": ("logit", f"met ~ {RHS}", {"weights": "double"}, ITERATED),
    "binomial": ("binomial", f"nonspecialist ~ {RHS}", {"denominator": "referrals"}, ITERATED),
    "fractional": ("fractional", f"fraction ~ {RHS}", {}, ITERATED),
    "poisson": ("poisson", f"visits ~ {RHS}", {"exposure": "members"}, ITERATED),
    "robust_poisson": ("robust_poisson", f"met ~ {RHS}", {}, ITERATED),
    # R stops its own alternation at a change of 1e-8 in the likelihood
    "negbin": ("negbin", f"visits ~ {RHS}", {"exposure": "members"}, 1e-5),
}
COVS = ("model", "HC0", "HC1", "HC2", "HC3", "cluster", "CR2")
CLUSTERS = {"cluster": "village", "CR2": "district"}
ONLY_ROBUST = {"fractional", "robust_poisson"}
CASES = [
    (name, cov)
    for name, (model, *_) in FITS.items()
    for cov in COVS
    if not (model in ONLY_ROBUST and cov == "model") and (name, cov) != ("negbin", "CR2")
]


def fit(name, cov=None, **more):
    model, formula, options, _ = FITS[name]
    rows = DATA.dropna(subset=["kind"])  # in R all fits of an outcome have the same rows
    return regress(formula, rows, model, cov=cov, **options, **more)


def in_order(names):
    """Our names of R's coefficients."""
    return [
        {"(Intercept)": "Intercept"}.get(one, one)
        .replace("kindklinik", "kind[T.klinik]")
        .replace("kindnon_blud", "kind[T.non_blud]")
        for one in names
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "cov"), CASES)
def test_coefficients_and_covariance_are_those_of_r(name, cov):
    expected, rtol = ORACLE["fits"][name], FITS[name][3]
    found = fit(name, cov, cluster=CLUSTERS.get(cov))
    assert found.frame["term"].tolist() == in_order(expected["names"])
    assert found.stats["n"] == expected["n"]
    matrix = np.array(expected["vcov"][cov])
    size = np.maximum(np.abs(expected["coef"]), np.sqrt(np.diag(matrix)))  # some are nearly 0
    assert (np.abs(found.frame["estimate"] - expected["coef"]) < rtol * size).all()
    scale = np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
    assert np.abs((found.estimates.covariance - matrix) / scale).max() < 5 * rtol
    np.testing.assert_allclose(found.frame["se"], np.sqrt(np.diag(matrix)), rtol=5 * rtol)
    if cov == "CR2":
        np.testing.assert_allclose(found.frame["df"], expected["cr2_df"], rtol=1e-6)
        np.testing.assert_allclose(found.frame["p_value"], expected["cr2_p"], rtol=1e-4)


@pytest.mark.parametrize("weighted", [0, 1])
def test_cr2_with_a_dummy_per_cluster_is_that_of_r(weighted):
    rows = DATA.dropna(subset=["kind"])
    options = {"weights": "w"} if weighted else {}
    found = regress("score ~ doctors + C(district)", rows, cluster="district", **options).frame
    expected = ORACLE["cr2_fixed"][weighted]
    ours = found.set_index("term").loc["doctors", ["estimate", "se", "df"]].tolist()
    np.testing.assert_allclose(ours, [expected[one] for one in ("coef", "se", "df")], rtol=1e-8)


@pytest.mark.parametrize("name", FITS)
def test_fit_statistics_are_those_of_r(name):
    expected, rtol = ORACLE["fits"][name], FITS[name][3]
    found = fit(name).stats
    quasi = FITS[name][0] in ONLY_ROBUST
    shared = ("r2", "adj_r2", "sigma", "deviance", "null_deviance", "dispersion", "theta")
    names = [*(one for one in shared if one in expected)]
    if not quasi:
        names += ["loglik", "aic", "bic"]
    for one in names:
        assert found[one] == pytest.approx(expected[one], rel=5 * rtol), one
    assert quasi == ("loglik" not in found)
    if "f" in expected:
        ours = [found["f"], found["f_df1"], found["f_df2"]]
        np.testing.assert_allclose(ours, expected["f"], rtol=1e-8)
    if "wald_HC3" in expected:
        np.testing.assert_allclose([found["wald_f"], found["wald_p"]], expected["wald_HC3"])
    if "lr" in expected:
        ours = [found["lr_chi2"], found["lr_df"], found["lr_p"]]
        np.testing.assert_allclose(ours, expected["lr"], rtol=1e-5)
    if name == "negbin":
        assert found["theta_se"] == pytest.approx(expected["theta_se"], rel=1e-3)
        assert found["loglik_null"] == pytest.approx(expected["loglik_null"], rel=1e-8)
        assert found["alpha"] == pytest.approx(1 / expected["theta"], rel=1e-5)


def test_intervals_inflation_and_beta_are_those_of_r():
    found = fit("ols")
    expected = ORACLE["fits"]["ols"]
    np.testing.assert_allclose(found.frame[["ci_low", "ci_high"]], expected["ci_HC3"], rtol=1e-8)
    np.testing.assert_allclose(found.vif()["gvif"], expected["gvif"], rtol=1e-9)
    np.testing.assert_allclose(found.vif()["gvif_scaled"], expected["gvif_scaled"], rtol=1e-9)
    np.testing.assert_allclose(found.frame["beta"][1:], ORACLE["beta"], rtol=1e-9)
    weighted = fit("wls").vif()
    np.testing.assert_allclose(weighted["gvif"], ORACLE["fits"]["wls"]["gvif"], rtol=1e-9)


def test_spss_and_statsmodels_leave_sigma_out_of_the_criteria():
    found = fit("ols").stats
    assert found["aic"] - found["aic_no_sigma"] == pytest.approx(2)
    assert found["bic"] - found["bic_no_sigma"] == pytest.approx(np.log(found["n"]))


def test_the_pseudo_r_squares_follow_from_the_likelihoods():
    """Cox and Snell, and Nagelkerke, as SPSS defines them."""
    found = fit("logit").stats
    n = found["n"]
    likelihoods = np.exp(found["loglik_null"] - found["loglik"])
    cox_snell = 1 - likelihoods ** (2 / n)
    assert found["cox_snell_r2"] == pytest.approx(cox_snell)
    most = 1 - np.exp(found["loglik_null"]) ** (2 / n)
    assert found["nagelkerke_r2"] == pytest.approx(cox_snell / most)
    assert found["mcfadden_r2"] == pytest.approx(1 - found["loglik"] / found["loglik_null"])
