"""Rate models against R, on other facilities, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.capitation.curves import fit_parts
from kbkresearch.capitation.models import compare_models, rate_model
from kbkresearch.capitation.synthetic import need, synthetic_members
from kbkresearch.errors import KbkError

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "rate_models.json").read_text())
DATA = pd.DataFrame(ORACLE["data"])
DESIGN = np.column_stack([np.ones(len(DATA)), DATA["x1"], DATA["x2"]])


@pytest.mark.parametrize("family", ["poisson", "negbin", "tweedie", "gamma", "two_part"])
@pytest.mark.parametrize("clustered", [True, False])
def test_equations_agree_with_r(family, clustered):
    y = DATA["visits" if family in {"poisson", "negbin"} else "cost"].to_numpy(float)
    clusters = DATA["facility"].to_numpy() if clustered else np.zeros(len(DATA), int)
    parts = fit_parts(family, y, DESIGN, DATA["months"].to_numpy(float), clusters)
    for part, expected in zip(parts, ORACLE["fits"][family], strict=True):
        # alpha is searched for, so it and what follows from it agree less closely
        close = {"rel": 1e-4 if family == "negbin" else 1e-6, "abs": 1e-9}
        assert part.params.tolist() == pytest.approx(expected["params"], **close)
        if family == "negbin":
            assert part.alpha == pytest.approx(expected["alpha"], rel=1e-4)
            continue
        assert part.deviance == pytest.approx(expected["deviance"], rel=1e-6)
        assert part.dispersion == pytest.approx(expected["dispersion"], rel=1e-6)
        matrix = expected["clustered" if clustered else "robust"]
        np.testing.assert_allclose(part.covariance, matrix, rtol=1e-4, atol=1e-12)


@pytest.fixture(scope="module")
def members():
    found = synthetic_members(20_000, facilities=12, seed=6, facility_effect=0.1)
    bands = np.array(["0-14", "15-49", "50+"])[np.digitize(found["age_years"], [15, 50])]
    return found.assign(age_band=bands)


@pytest.mark.parametrize(
    ("family", "outcome"),
    [("poisson", "visits"), ("negbin", "visits"), ("tweedie", "cost_rp"), ("two_part", "cost_rp")],
)
def test_a_curve_finds_the_need_behind_synthetic_members(members, family, outcome):
    model = rate_model(members, family, outcome)
    curve = model.frame[model.frame["age_years"].between(5, 75)]
    female = (curve["sex"] == "female").to_numpy()
    truth = need(curve["age_years"].to_numpy(float), female)
    if outcome == "cost_rp":
        truth *= 1 + 0.5 * curve["age_years"].to_numpy() / 90
    ratio = curve["estimate"].to_numpy() / truth
    assert np.corrcoef(curve["estimate"], truth)[0, 1] > 0.9
    assert np.std(np.log(ratio)) < 0.15
    assert (curve["ci_low"] < curve["estimate"]).all()
    assert (curve["estimate"] < curve["ci_high"]).all()
    predicted = model.predict(members)
    everyone = np.average(predicted, weights=members["member_months"])
    observed = members[outcome].sum() / members["member_months"].sum()
    assert everyone == pytest.approx(observed, rel=0.05)


def test_models_are_tried_on_facilities_left_out(members):
    found = compare_models(members, ["cells", "poisson"], folds=3)
    assert found["model"].tolist() == ["cells", "poisson"]
    assert found["calibration"].to_numpy() == pytest.approx(1, abs=0.05)
    assert (found["r2"] > 0).all()
    assert compare_models(members, ["cells", "poisson"], folds=3).equals(found)
    cost = compare_models(members, ["two_part"], "cost_rp", folds=3)
    assert cost["calibration"][0] == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({}, {"family": "tweedie"}, "family for visits: poisson, negbin; found 'tweedie'"),
        ({}, {"outcome": "cost_rp"}, "family for cost_rp: tweedie, gamma, two_part"),
        ({}, {"family": "lasso"}, "Unknown family"),
        ({}, {"outcome": "hours"}, "Unknown outcome"),
        ({"member_months": 0}, {}, "member_months must be above 0"),
        ({"visits": -1}, {}, "visits must be a number"),
        ({"sex": "X"}, {}, "sex 'X' is not known"),
        ({"age_years": np.nan}, {}, "age_years must be a number"),
        ({}, {"cluster": "district"}, "data lacks district"),
    ],
)
def test_bad_input_is_refused(members, change, options, says):
    with pytest.raises(KbkError, match=says):
        rate_model(members.head(50).assign(**change), **options)


def test_comparisons_that_cannot_be_are_refused(members):
    with pytest.raises(KbkError, match="folds must lie between 2 and 12"):
        compare_models(members, folds=13)
    with pytest.raises(KbkError, match="Unknown model 'forest'"):
        compare_models(members, ["forest"])
