"""Generalised estimating equations against R's geepack, and against statsmodels."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from designs import design_of, oracle
from numpy.testing import assert_allclose

from kbkresearch.analysis.regression.gee import gee
from kbkresearch.errors import BadArgumentError, UnknownNameError

R = oracle("gee")
DATA = pd.DataFrame(R["data"])
# geepack's and this package's search for the autocorrelation both end near 1e-8.
RTOL = {"independence": 1e-9, "exchangeable": 1e-7, "ar1": 1e-6}
CASES = {
    "gaussian": ("score", "gaussian", {}),
    "binomial": ("met", "binomial", {}),
    "poisson": ("visits", "poisson", {"offset": np.log(DATA["members"].to_numpy(float))}),
    "grouped": ("controlled", "binomial", {"denominator": DATA["diagnosed"].to_numpy(float)}),
    "weighted": ("score", "gaussian", {"weights": "weight"}),
}


def panel(case="gaussian", data=DATA):
    outcome, family, options = CASES[case]
    return design_of(data, outcome, ["doctors", "blud"], clusters="facility", **options), family


def se(covariance):
    return np.sqrt(np.diag(covariance))


@pytest.mark.parametrize("corr", RTOL)
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_geepack(case, corr):
    design, family = panel(case)
    known, rtol = R[case][corr], RTOL[corr]
    fit = gee(design, family=family, corr=corr, small_sample=False)
    assert_allclose(fit.params, known["params"], rtol=rtol)
    assert_allclose(se(fit.covariance), known["se"], rtol=rtol)
    assert fit.stats["correlation"] == pytest.approx(known["correlation"], rel=rtol)
    # geepack divides the weighted squares by the sum of the weights, not by n.
    weights = {"grouped": DATA["diagnosed"], "weighted": DATA["weight"]}.get(case)
    factor = 1.0 if weights is None else weights.mean()
    assert fit.stats["dispersion"] == pytest.approx(known["dispersion"] * factor, rel=rtol)
    assert_allclose(se(fit.model_covariance), np.array(known["naive"]) * factor**0.5, rtol=rtol)
    corrected = gee(design, family=family, corr=corr)
    assert_allclose(se(corrected.covariance), known["mancl_derouen"], rtol=rtol)
    assert "Mancl-DeRouen" in corrected.notes[0]
    assert (corrected.df == 22).all()


@pytest.mark.parametrize("case", ["gaussian", "binomial", "poisson"])
def test_agrees_with_statsmodels(case):
    from statsmodels.genmod import families
    from statsmodels.genmod.cov_struct import Exchangeable
    from statsmodels.genmod.generalized_estimating_equations import GEE

    design, family = panel(case)
    engine = {"gaussian": families.Gaussian, "binomial": families.Binomial}.get(
        family, families.Poisson
    )()
    known = GEE(
        design.y,
        design.X,
        design.clusters,
        family=engine,
        cov_struct=Exchangeable(),
        offset=design.offset,
    ).fit(cov_type="bias_reduced", ddof_scale=0, ctol=1e-8, maxiter=200)
    fit = gee(design, family=family)
    assert_allclose(fit.params, known.params, rtol=1e-6)
    assert_allclose(se(fit.covariance), known.bse, rtol=1e-6)


def test_independence_with_single_rows_is_least_squares_with_hc_errors():
    design, _ = panel()
    alone = replace(design, clusters=np.arange(len(DATA)), n_clusters=len(DATA))
    fit = gee(alone, corr="exchangeable")
    bread = np.linalg.inv(design.X.T @ design.X)
    beta = bread @ design.X.T @ design.y
    left = design.y - design.X @ beta
    hat = np.einsum("ij,jk,ik->i", design.X, bread, design.X)
    assert_allclose(fit.params, beta, rtol=1e-9)
    for small, scale in ((False, 1.0), (True, 1 / (1 - hat))):  # HC0; HC3 in its jackknife form
        meat = design.X.T @ (((left * scale) ** 2)[:, None] * design.X)
        found = gee(alone, corr="independence", small_sample=small)
        assert_allclose(found.covariance, bread @ meat @ bread, rtol=1e-8)
    assert fit.stats["correlation"] == 0


@pytest.mark.parametrize("corr", RTOL)
def test_order_of_clusters_and_units_do_not_matter(corr):
    fit = gee(panel()[0], corr=corr)
    rng = np.random.default_rng(2)
    order = rng.permutation(25) + 1
    mixed_up = pd.concat([DATA[DATA["facility"] == g] for g in order])
    apart = mixed_up.sort_values("month", kind="stable")  # facilities interleaved
    for data in (mixed_up, apart):
        other = gee(design_of(data, "score", ["doctors", "blud"], clusters="facility"), corr=corr)
        # the correlation is searched for, so a coefficient near zero agrees in absolute terms
        close = {"rtol": 10 * RTOL[corr], "atol": 1e-8}
        assert_allclose(other.params, fit.params, **close)
        assert_allclose(other.covariance, fit.covariance, **close)
        assert_allclose(pd.Series(other.fitted, data.index).sort_index(), fit.fitted, **close)


def test_separation_and_lack_of_clusters_are_refused():
    design, _ = panel("binomial")
    separated = replace(
        design, X=np.column_stack([design.X, design.y]), names=(*design.names, "met_too")
    )
    with pytest.raises(Exception, match="met_too"):
        gee(separated, family="binomial")
    with pytest.raises(BadArgumentError, match="cluster="):
        gee(replace(design, clusters=None))
    few = replace(design, clusters=np.arange(len(DATA)) % 3, n_clusters=3)
    with pytest.raises(BadArgumentError, match="3 clusters for 3"):
        gee(few)
    one = (design.clusters == 4).astype(float)
    with pytest.raises(BadArgumentError, match="single cluster"):
        gee(replace(design, X=np.column_stack([design.X, one])))
    with pytest.raises(UnknownNameError, match="working correlation"):
        gee(design, corr="exchangable")
    with pytest.raises(UnknownNameError, match="family"):
        gee(design, family="gamma")
