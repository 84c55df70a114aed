"""Size and coverage of the default interval of every model, on data shaped like KBK's.

A district office has some 200 facilities; doctors are few and skewed, outcomes discrete, bounded or
with many zeros, denominators two orders of magnitude apart, districts and months alike within
themselves. Each model is fitted to data that its mean is true for; `doctors` has an effect,
`infrastructure` has none.
"""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr

from kbkresearch.analysis.regression.design import build
from kbkresearch.analysis.regression.parallel_lines import brant, likelihood_ratio
from kbkresearch.analysis.regression.regress import MODELS, regress

pytestmark = pytest.mark.slow

REPLICATIONS = 500
EFFECT = 0.25
# Binomial: 0.95 (0.05) plus or minus 3.5 standard errors of sqrt(0.05 * 0.95 / 500) = 0.0097.
TOLERANCE = 3.5 * np.sqrt(0.05 * 0.95 / REPLICATIONS)


def facilities(rng, groups=200, rows=1):
    """Return explanatory variables of facilities, or of their months."""
    n = groups * rows
    data = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(groups), rows),
            "doctors": np.round(rng.gamma(4, 0.5, n), 1),
            "infrastructure": np.round(rng.beta(5, 2, n), 2) * 5,
            "funding": rng.choice(["blud", "non_blud"], n),
            "members": np.round(rng.lognormal(8.5, 0.7, n)),
        }
    )
    index = EFFECT * data["doctors"].to_numpy() + 0.3 * (data["funding"] == "blud").to_numpy()
    return data, index


def ols(rng):
    data, index = facilities(rng)
    skewed = rng.gamma(2, 1, 200) - 2
    return data.assign(y=1.5 + index + (0.2 + 0.1 * data["doctors"]) * skewed), {}


def ols_cluster(rng):
    data, index = facilities(rng, 14, 14)
    shock = np.repeat(rng.normal(0, 0.5, 14), 14)
    return data.assign(y=1.5 + index + shock + rng.normal(size=196)), {"cluster": "unit"}


def ordinal(rng):
    data, index = facilities(rng)
    codes = np.digitize(index + rng.logistic(size=200), [-0.5, 0.4, 1.2, 2.4])
    return data.assign(y=pd.Categorical(codes, ordered=True)), {}


def logit(rng):
    data, index = facilities(rng)
    return data.assign(y=rng.binomial(1, expit(index - 1))), {}


def binomial(rng):
    data, index = facilities(rng)
    diagnosed = 1 + np.round(rng.lognormal(3, 1, 200)).astype(int)
    controlled = rng.binomial(diagnosed, expit(index - 3))
    return data.assign(y=controlled, diagnosed=diagnosed), {"denominator": "diagnosed"}


def fractional(rng):
    data, index = facilities(rng)
    referrals = 1 + rng.poisson(8, 200)  # many shares of exactly 0
    mean = expit(index - 3)
    return data.assign(y=rng.binomial(referrals, rng.beta(3 * mean, 3 - 3 * mean)) / referrals), {}


def poisson(rng):
    data, index = facilities(rng)
    return data.assign(y=rng.poisson(data["members"] * np.exp(index - 8))), {"exposure": "members"}


def negbin(rng):
    data, index = facilities(rng)
    mean = data["members"] * np.exp(index - 6) * rng.gamma(2, 0.5, 200)
    return data.assign(y=rng.poisson(mean)), {"exposure": "members"}


def robust_poisson(rng):
    data, index = facilities(rng)
    return data.assign(y=rng.binomial(1, np.minimum(np.exp(index - 2.6), 1))), {}


def mixed(rng):
    data, index = facilities(rng, 18, 8)
    shock = np.repeat(rng.normal(0, 0.6, 18), 8)
    return data.assign(y=1 + index + shock + rng.normal(size=144)), {"group": "unit"}


def gee(rng):
    data, index = facilities(rng, 30, 6)
    z = np.sqrt(0.4) * np.repeat(rng.normal(size=30), 6) + np.sqrt(0.6) * rng.normal(size=180)
    y = (ndtr(z) < expit(index - 1)).astype(int)  # the marginal mean is exactly logistic
    return data.assign(y=y), {"group": "unit", "family": "binomial"}


CASES = {
    "ols": ols, "ols_cluster": ols_cluster, "ordinal": ordinal, "logit": logit,
    "binomial": binomial, "fractional": fractional, "poisson": poisson, "negbin": negbin,
    "robust_poisson": robust_poisson, "mixed": mixed, "gee": gee,
}  # fmt: skip


def simulate(case, replications=REPLICATIONS):
    """Return the coverage of the effect, the size of the test of no effect, and the bias in SEs."""
    rng = np.random.default_rng(20190701)
    covered, rejected, errors = [], [], []
    for _ in range(replications):
        data, options = CASES[case](rng)
        model = case.split("_cluster")[0]
        fit = regress("y ~ doctors + infrastructure + funding", data, model, **options)
        terms = fit.frame.set_index("term")
        low, high = terms.loc["doctors", ["ci_low", "ci_high"]]
        covered.append(low <= EFFECT <= high)
        rejected.append(terms.loc["infrastructure", "p_value"] < 0.05)
        errors.append((terms.loc["doctors", "estimate"] - EFFECT) / terms.loc["doctors", "se"])
    return np.mean(covered), np.mean(rejected), np.mean(errors)


@pytest.mark.parametrize("case", CASES)
def test_intervals_cover_and_tests_keep_their_size(case):
    coverage, size, bias = simulate(case)
    within = TOLERANCE
    assert coverage == pytest.approx(0.95, abs=within), (coverage, size, bias)
    assert size == pytest.approx(0.05, abs=within), (coverage, size, bias)
    assert abs(bias) < 0.25, (coverage, size, bias)


def test_every_model_is_simulated():
    assert {case.split("_cluster")[0] for case in CASES} == set(MODELS)


def test_tests_of_parallel_lines_keep_their_size():
    rng = np.random.default_rng(5)
    p = {"brant": [], "likelihood_ratio": []}
    for _ in range(REPLICATIONS):
        data, _ = ordinal(rng)
        design = build("y ~ doctors + infrastructure + funding", data, kind="ordinal")
        p["brant"].append(brant(design)["p_value"][0])
        p["likelihood_ratio"].append(likelihood_ratio(design)["p_value"][0])
    for name, values in p.items():
        assert np.mean(np.array(values) < 0.05) == pytest.approx(0.05, abs=TOLERANCE), name


@pytest.mark.parametrize("case", ["logit", "ordinal"])
def test_intervals_of_marginal_effects_cover(case):
    rng = np.random.default_rng(20240101)
    many = pd.concat([CASES[case](rng)[0] for _ in range(500)], ignore_index=True)
    right = "doctors + infrastructure + funding"
    truth = regress(f"y ~ {right}", many, case).margins("doctors").frame["estimate"].to_numpy()
    covered = []
    for _ in range(REPLICATIONS):
        found = regress(f"y ~ {right}", CASES[case](rng)[0], case).margins("doctors").frame
        covered.append((found["ci_low"] <= truth) & (truth <= found["ci_high"]))
    assert_allclose(np.mean(covered, axis=0), 0.95, atol=TOLERANCE)
