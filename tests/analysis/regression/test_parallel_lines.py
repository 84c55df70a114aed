"""Parallel lines against R: ordinal::clm with nominal effects; Brant's formula on glm fits."""

from dataclasses import replace

import numpy as np
import pytest
from designs import design_of, oracle

from kbkresearch.analysis.regression.parallel_lines import brant, likelihood_ratio
from kbkresearch.errors import BadArgumentError

R = oracle("ordinal")
TERMS = ["doctors", "infrastructure", "funding"]


def facilities(**options):
    return design_of(R["data"], "level", TERMS, intercept=False, **options)


@pytest.mark.parametrize(
    ("test", "name"), [(brant, "brant"), (likelihood_ratio, "likelihood_ratio")]
)
@pytest.mark.parametrize("case", ["logit", "probit", "logit_weighted"])
def test_statistics_agree_with_r(test, name, case):
    link, _, weighted = case.partition("_")
    frame = test(facilities(weights="weight" if weighted else None), link).set_index("term")
    assert list(frame.index) == ["all", *TERMS]
    for term, known in R[name][case].items():
        assert frame.loc[term, "statistic"] == pytest.approx(known["statistic"], rel=1e-6)
        assert frame.loc[term, "df"] == known["df"]
        assert frame.loc[term, "p_value"] == pytest.approx(known["p"], rel=1e-5)
    assert set(frame["method"]) == {name}


@pytest.mark.parametrize("test", [brant, likelihood_ratio])
def test_lines_that_are_not_parallel_are_found(test):
    rng = np.random.default_rng(3)
    x = rng.normal(size=2000)
    low, high = rng.logistic(size=2000) + 0.2 * x > -1, rng.logistic(size=2000) + 1.5 * x > 1
    data = {"y": low.astype(int) + (low & high), "x": x}
    assert test(design_of(data, "y", ["x"], intercept=False))["p_value"].max() < 1e-6


@pytest.mark.parametrize("test", [brant, likelihood_ratio])
def test_a_term_that_cannot_be_freed_says_why(test):
    design = facilities()
    middle = np.flatnonzero((design.y == 1) | (design.y == 2))[:20]
    odd = np.isin(np.arange(160), middle) * 1.0  # never in the lowest category
    design = replace(
        design,
        X=np.column_stack([design.X, odd]),
        names=(*design.names, "odd"),
        terms={**design.terms, "odd": [4]},
    )
    frame = test(design)
    assert np.isnan(frame["statistic"].iloc[-1])
    assert "separates the categories" in frame["problem"].iloc[-1]


def test_two_categories_or_no_terms_are_refused():
    design = facilities()
    with pytest.raises(BadArgumentError, match="three or more"):
        brant(replace(design, y=(design.y > 1).astype(float)))
    with pytest.raises(BadArgumentError, match="no term"):
        likelihood_ratio(replace(design, X=np.empty((160, 0)), names=(), terms={}))


def test_freed_lines_that_cross_are_remarked_on():
    rng = np.random.default_rng(8)
    x = np.round(rng.normal(size=300) * 3, 1)
    low, high = rng.logistic(size=300) - x > -1, rng.logistic(size=300) + x > 1
    data = {"y": low.astype(int) + (low & high), "x": x}
    frame = likelihood_ratio(design_of(data, "y", ["x"], intercept=False))
    assert np.isfinite(frame["statistic"]).all()
    assert "lines cross in" in frame["remark"][0]
