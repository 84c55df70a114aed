"""Tests for an order, against R, statsmodels, brute force over orders and numeric gradients."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.nonparametric import jonckheere_terpstra

from kbkresearch.analysis.association.associate import associate
from kbkresearch.analysis.association.concordance import _merged, concordance, difference
from kbkresearch.analysis.association.correlations import kendall_se

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "association.json").read_text("utf-8"))
DATA = pd.DataFrame(ORACLE["data"]).replace({None: np.nan})
DATA = DATA.astype({"score": float, "infra": float, "ak": float})
ORDER = ORACLE["order"]
LEVELS = {"scope": "ordinal", "doctors": "ordinal"}
CLOSED = 1e-9


def run(outcome, factor, method, data=DATA, **options):
    return associate(
        data, outcome, factor, method=method, levels=LEVELS if data is DATA else None, **options
    )


def test_jonckheere_is_kendalls_test_of_r_and_that_of_statsmodels():
    row = run("rrns", "scope", "jonckheere").frame.iloc[0]
    assert row["p_value"] == pytest.approx(ORDER["jonckheere"]["p"], rel=CLOSED)
    groups = [DATA["rrns"][DATA["scope"] == one] for one in (1, 2, 3, 4)]
    expected = jonckheere_terpstra(groups, alternative="two-sided")
    assert row["statistic"] == pytest.approx(expected.statistic)
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=CLOSED)


def test_jonckheere_of_few_rows_goes_through_every_order():
    values, codes = [3.0, 1, 1, 4, 2, 6, 6], [0, 0, 1, 1, 1, 2, 2]

    def j(order):
        pairs = itertools.combinations(range(7), 2)
        return sum(
            (order[a] < order[b]) + (order[a] == order[b]) / 2
            for a, b in pairs
            if codes[a] < codes[b]
        )

    middle = sum(codes[a] < codes[b] for a, b in itertools.combinations(range(7), 2)) / 2
    every = [abs(j(one) - middle) for one in itertools.permutations(values)]
    table = pd.DataFrame(
        {"y": values, "g": pd.Categorical.from_codes(codes, list("abc"), ordered=True)}
    )
    row = run("y", "g", "jonckheere", table).frame.iloc[0]
    assert row["statistic"] == j(values)
    assert row["p_value"] == pytest.approx(
        np.mean([one >= abs(j(values) - middle) for one in every])
    )
    # the variance of the normal approximation is that of all orders, ties and all
    pairs = concordance(np.array(codes, float), np.array(values))
    spread = np.mean([(2 * (j(one) - middle)) ** 2 for one in itertools.permutations(values)])
    assert kendall_se(pairs.same_x, pairs.same_y) ** 2 == pytest.approx(spread, rel=1e-12)


@pytest.mark.parametrize("name", ORDER["estimates"])
def test_ordinal_measures_and_their_standard_errors(name):
    method = {"kendall_tau_b": "kendall_tau_b", "goodman_kruskal_gamma": "gamma"}.get(
        name, "somers_d"
    )
    found = run("scope", "doctors", method)
    row = found.effects[found.effects["effect_name"] == name].iloc[0]
    assert row["estimate"] == pytest.approx(ORDER["estimates"][name], rel=CLOSED)
    assert row["se"] == pytest.approx(ORDER["ase"][name], rel=1e-7)  # R's is a numeric gradient
    reach = stats.norm.isf(0.025) * row["se"]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(
        [row["estimate"] - reach, row["estimate"] + reach]
    )


def test_gamma_is_that_of_vcdextra_and_somers_that_of_scipy():
    gamma = run("scope", "doctors", "gamma").effects.iloc[0]
    assert [gamma["estimate"], gamma["se"]] == pytest.approx(ORDER["gamma_vcdExtra"], rel=1e-9)
    row = run("scope", "doctors", "somers_d").frame.iloc[0]
    expected = stats.somersd(DATA["doctors"], DATA["scope"])
    assert [row["effect_size"], row["p_value"]] == pytest.approx(
        [expected.statistic, expected.pvalue], rel=CLOSED
    )
    other = stats.somersd(DATA["scope"], DATA["doctors"])
    effects = run("scope", "doctors", "somers_d").effects.set_index("effect_name")["estimate"]
    assert effects["somers_d_factor_given_outcome"] == pytest.approx(other.statistic, rel=CLOSED)


def test_cochran_armitage_is_the_trend_test_of_r_and_its_slope_is_least_squares():
    found = run("met", "scope", "cochran_armitage")
    row, r = found.frame.iloc[0], ORDER["trend"]
    assert [row["statistic"] ** 2, row["p_value"]] == pytest.approx(
        [r["statistic"], r["p_value"]], rel=CLOSED
    )
    assert row["effect_size"] == pytest.approx(
        np.polyfit(DATA["scope"], DATA["met"], 1)[0], rel=1e-9
    )
    turned = run("scope", "met", "cochran_armitage").frame.iloc[0]
    assert turned["p_value"] == row["p_value"]


def test_two_groups_collapse_to_known_tests():
    data = DATA.assign(model=pd.Categorical(DATA["model"], ordered=True))
    jonckheere = run("score", "model", "jonckheere", data).frame.iloc[0]
    spss = run("score", "model", "mann_whitney", data, convention="spss").frame.iloc[0]
    assert jonckheere["p_value"] == pytest.approx(spss["p_value"], rel=1e-10)
    assert jonckheere["effect_size"] == pytest.approx(-spss["effect_size"], rel=1e-10)
    armitage = run("met", "model", "cochran_armitage", data).frame.iloc[0]
    pearson = run("met", "model", "chi2", data).frame.iloc[0]
    assert armitage["p_value"] == pytest.approx(pearson["p_value"], rel=1e-10)


COLUMN = st.lists(st.integers(0, 9), min_size=2, max_size=40)


@settings(max_examples=60, deadline=None)
@given(COLUMN, COLUMN, st.integers(1, 10))
def test_counting_pairs_is_that_of_looking_at_each(x, y, coarse):
    n = min(len(x), len(y))
    a, b = np.array(x[:n]) // coarse, np.array(y[:n])
    signs = np.sign(a[:, None] - a) * np.sign(b[:, None] - b)
    found = concordance(a.astype(float), b.astype(float))
    assert found.concordant.tolist() == (signs > 0).sum(axis=1).tolist()
    assert found.discordant.tolist() == (signs < 0).sum(axis=1).tolist()
    assert difference(a.astype(float), b.astype(float)) == signs.sum()
    below = (a[:, None] > a) & (b[:, None] > b)
    assert _merged(a, b).tolist() == below.sum(axis=1).tolist()


@pytest.mark.slow
def test_the_interval_of_gamma_and_of_somers_d_covers():
    rng = np.random.default_rng(20191231)

    def draw(n):
        x = rng.integers(0, 4, n)
        y = np.clip(np.round(0.5 * x + rng.normal(0, 1.2, n) + 1), 0, 3).astype(int)
        return pd.DataFrame({"x": x, "y": y})

    for method in ("gamma", "somers_d"):
        truth = run("y", "x", method, draw(200_000)).frame["effect_size"][0]
        hits = 0
        for _ in range(500):
            row = run("y", "x", method, draw(120)).frame.iloc[0]
            hits += row["ci_low"] <= truth <= row["ci_high"]
        assert 0.92 < hits / 500 < 0.985
