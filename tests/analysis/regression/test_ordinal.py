"""Cumulative models against R: MASS::polr, ordinal::clm, sandwich."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from designs import design_of, oracle

from kbkresearch.analysis.regression.links import link_of
from kbkresearch.analysis.regression.ordinal import category_probabilities, cumulative
from kbkresearch.errors import BadArgumentError, BadColumnError, UnknownNameError

R = oracle("ordinal")
TERMS = ["doctors", "infrastructure", "funding"]
# Both sides end Newton's method at a decrement below 1e-12; polr's own optimiser is looser.
CLOSE, LOOSE = 1e-8, 1e-5


def facilities(**options):
    return design_of(R["data"], "level", TERMS, intercept=False, **options)


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize("link", ["logit", "probit"])
def test_estimates_agree_with_clm_and_polr(link, weights):
    fit = cumulative(facilities(weights=weights), link)
    known = R[link + ("_weighted" if weights else "")]
    np.testing.assert_allclose(fit.params, known["params"], rtol=CLOSE)
    np.testing.assert_allclose(fit.params, known["polr_params"], rtol=LOOSE)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), known["se"], rtol=CLOSE)
    np.testing.assert_allclose(fit.fitted[:5], known["fitted"], rtol=CLOSE)
    for name in ("loglik", "loglik_null", "aic", "bic"):
        assert fit.stats[name] == pytest.approx(known[name], rel=1e-9)
    assert fit.stats["n"] == 160
    assert fit.stats["n_weighted"] == known["nobs"]


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_scores_give_the_sandwich_of_r(link):
    design = facilities(clusters="district")
    fit = cumulative(design, link)
    by_row = fit.bread @ (fit.scores.T @ fit.scores) @ fit.bread
    sums = np.array([fit.scores[design.clusters == g].sum(axis=0) for g in range(16)])
    by_cluster = fit.bread @ (sums.T @ sums) @ fit.bread
    np.testing.assert_allclose(np.sqrt(np.diag(by_row)), R[link]["hc0"], rtol=1e-7)
    np.testing.assert_allclose(np.sqrt(np.diag(by_cluster)), R[link]["cluster"], rtol=1e-7)
    np.testing.assert_allclose(
        np.sqrt(np.diag(by_cluster) * 16 / 15), R[link]["cluster_adjusted"], rtol=1e-7
    )


def test_the_housing_data_of_mass_with_frequencies_as_weights():
    known = R["housing"]
    data = pd.DataFrame(known["data"])
    order = {
        "infl": ["Low", "Medium", "High"],
        "type": ["Tower", "Apartment", "Atrium", "Terrace"],
        "cont": ["Low", "High"],
    }
    fit = cumulative(design_of(data, "sat", order, intercept=False, weights="freq"))
    np.testing.assert_allclose(fit.params, known["fit"]["params"], rtol=CLOSE)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), known["fit"]["se"], rtol=CLOSE)
    # As printed in Venables and Ripley, Modern Applied Statistics with S, 4th edition, 7.3.
    np.testing.assert_allclose(fit.params[:3].round(3), [0.566, 1.289, -0.572])
    assert round(-2 * fit.stats["loglik"], 3) == 3479.149


def test_frequency_weights_equal_repeated_rows():
    data = pd.DataFrame(R["data"])
    repeated = data.loc[data.index.repeat(data["weight"])].reset_index(drop=True)
    weighted = cumulative(facilities(weights="weight"))
    long = cumulative(design_of(repeated, "level", TERMS, intercept=False))
    np.testing.assert_allclose(weighted.params, long.params, rtol=1e-10)
    np.testing.assert_allclose(weighted.covariance, long.covariance, rtol=1e-8)
    assert weighted.stats["bic"] == pytest.approx(long.stats["bic"])


def test_reversing_the_categories_turns_the_signs():
    design = facilities()
    fit, back = cumulative(design), cumulative(replace(design, y=3 - design.y))
    np.testing.assert_allclose(back.params[:4], -fit.params[:4], rtol=1e-9)
    np.testing.assert_allclose(back.params[4:], -fit.params[:3:-1], rtol=1e-9)


def test_two_categories_are_a_binary_logit_and_units_do_not_matter():
    from statsmodels.discrete.discrete_model import Logit

    design = facilities()
    design = replace(design, y=(design.y > 1).astype(float))
    fit = cumulative(design)
    known = Logit(design.y, np.column_stack([np.ones(160), design.X])).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(fit.params[:4], known.params[1:], rtol=1e-8)
    assert fit.params[4] == pytest.approx(-known.params[0])
    scale = np.array([1e-4, 1e4, 1, 1])
    moved = cumulative(replace(design, X=design.X * scale + np.array([0, 5e6, 0, 0])))
    np.testing.assert_allclose(moved.params[:4] * scale, fit.params[:4], rtol=1e-6)
    assert moved.stats["loglik"] == pytest.approx(fit.stats["loglik"], rel=1e-12)


def test_no_terms_gives_the_observed_shares_and_an_offset_is_a_known_coefficient():
    design = facilities()
    empty = cumulative(replace(design, X=np.empty((160, 0)), names=(), terms={}))
    np.testing.assert_allclose(empty.fitted[0], np.bincount(design.y.astype(int)) / 160)
    assert empty.stats["lr_chi2"] == pytest.approx(0, abs=1e-9)
    full = cumulative(design)
    known = replace(design, X=design.X[:, 1:], offset=design.X[:, 0] * full.params[0])
    np.testing.assert_allclose(cumulative(known).params, full.params[1:], rtol=1e-8)


def test_generalised_residuals_sum_to_zero_and_are_the_derivative():
    design = facilities()
    fit = cumulative(design)
    assert fit.residuals.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(fit.residuals @ design.X, 0, atol=1e-6)
    row, step = 7, 1e-6
    up, down = (
        category_probabilities(fit.linear[[row]] + s, fit.params[4:], link_of("logit"))
        for s in (step, -step)
    )
    category = int(design.y[row])
    slope = (np.log(up[0, category]) - np.log(down[0, category])) / (2 * step)
    assert fit.residuals[row] == pytest.approx(slope, rel=1e-6)


def test_separation_names_its_column():
    design = facilities()
    separating = (design.y > 1).astype(float)
    with pytest.raises(BadColumnError, match=r"'ak_met'.*separates the categories of 'level'"):
        cumulative(
            replace(
                design,
                X=np.column_stack([design.X, separating]),
                names=(*design.names, "ak_met"),
            )
        )


def test_bad_outcomes_and_links_are_refused():
    design = facilities()
    with pytest.raises(BadArgumentError, match="one category only"):
        cumulative(replace(design, y=np.zeros(160)))
    with pytest.raises(BadArgumentError, match=r"no rows in categories 2\.0"):
        cumulative(
            replace(
                design,
                y=np.where(design.y == 2, 3, design.y),
                categories=("1.0", "1.5", "2.0", "2.5"),
            )
        )
    with pytest.raises(UnknownNameError, match="cloglog"):
        cumulative(design, "cloglog")
