"""Rows in clusters: what is permuted, collapses to known answers, size and coverage."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.association.associate import associate
from kbkresearch.errors import BadArgumentError


def nested(rng, clusters=12, rows=8, *, effect=0.0, shared=1.0):
    """Facilities within districts; ``x`` belongs to the district, ``w`` to the facility."""
    district = np.repeat(np.arange(clusters), rows)
    x = rng.normal(size=clusters)[district]
    w = rng.normal(size=district.size) + rng.normal(size=clusters)[district]
    y = effect * x + shared * rng.normal(size=clusters)[district] + rng.normal(size=district.size)
    return pd.DataFrame({"y": y, "x": x, "w": w, "district": [f"d{one}" for one in district]})


@pytest.fixture
def data():
    return nested(np.random.default_rng(4))


@pytest.mark.parametrize(("factor", "scheme"), [("x", "whole clusters"), ("w", "within clusters")])
def test_what_is_permuted_depends_on_where_the_factor_varies(data, factor, scheme):
    found = associate(data, "y", factor, cluster="district")
    row = found.frame.iloc[0]
    assert scheme in row["variant"]
    assert "seed" in row["variant"]
    assert row["ci_method"] == "cluster_bootstrap_percentile"
    assert np.isnan(row["df"])
    said = "whole clusters: x" if factor == "x" else "within clusters only"
    assert any(said in note for note in found.notes)
    assert any("12 clusters" in note for note in found.notes)
    plain = associate(data, "y", factor).frame.iloc[0]
    assert row["effect_size"] == plain["effect_size"]
    assert row["statistic"] == plain["statistic"]


def test_an_outcome_of_the_cluster_is_permuted_as_a_whole(data):
    row = associate(data, "x", "w", method="pearson", cluster="district").frame.iloc[0]
    assert "whole clusters" in row["variant"]


def test_the_same_seed_gives_the_same_numbers(data):
    a, b, c = (
        associate(data, "y", "w", method="pearson", cluster="district", seed=one).frame
        for one in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(a, b)
    assert a["ci_low"][0] != c["ci_low"][0]


def test_whole_clusters_come_near_every_assignment():
    data = nested(np.random.default_rng(9), clusters=8, rows=5)
    treated = {f"d{one}" for one in (0, 3, 4, 6)}
    data["g"] = np.where(data["district"].isin(treated), "a", "b")
    row = associate(data, "y", "g", method="mann_whitney", cluster="district").frame.iloc[0]
    ranks = data["y"].rank().to_numpy().reshape(8, 5).sum(axis=1)
    sums = [ranks[list(one)].sum() for one in itertools.combinations(range(8), 4)]
    seen = ranks[[0, 3, 4, 6]].sum()
    tails = np.mean([one >= seen for one in sums]), np.mean([one <= seen for one in sums])
    assert row["p_value"] == pytest.approx(min(2 * min(tails), 1), abs=0.04)


def test_clusters_of_one_row_come_near_independent_rows():
    rng = np.random.default_rng(12)
    x = rng.normal(size=150)
    data = pd.DataFrame({"x": x, "y": 0.2 * x + rng.normal(size=150), "id": np.arange(150)})
    plain, own = (associate(data, "y", "x", cluster=one).frame.iloc[0] for one in (None, "id"))
    assert own["p_value"] == pytest.approx(plain["p_value"], abs=0.02)
    assert [own["ci_low"], own["ci_high"]] == pytest.approx(
        [plain["ci_low"], plain["ci_high"]], abs=0.05
    )


def test_copies_of_rows_do_not_make_evidence():
    rng = np.random.default_rng(3)
    base = pd.DataFrame({"x": rng.normal(size=40), "y": rng.normal(size=40), "id": np.arange(40)})
    copies = pd.concat([base] * 6, ignore_index=True)
    once, many = (
        associate(one, "y", "x", method="pearson", cluster="id").frame.iloc[0]
        for one in (base, copies)
    )
    assert many["p_value"] == pytest.approx(once["p_value"], abs=0.03)
    assert many["ci_high"] - many["ci_low"] == pytest.approx(
        once["ci_high"] - once["ci_low"], rel=0.1
    )


@pytest.mark.parametrize("method", ["kruskal_wallis", "anova"])
def test_pairs_checks_and_other_intervals_are_left_out(data, method):
    data["g"] = np.tile(list("abcd"), 24)
    found = associate(data, "y", "g", method=method, cluster="district")
    assert found.pairs.empty
    assert found.checks.empty
    assert found.effects["ci_low"].iloc[1:].isna().all()
    assert any("does not reach zero" in note for note in found.notes)


def test_tables_go_by_chi_square(data):
    data["g"], data["h"] = np.tile(list("ab"), 48), np.where(data["y"] > 0, "met", "not")
    row = associate(data, "h", "g", cluster="district").frame.iloc[0]
    assert row["effect_name"] == "odds_ratio"
    assert 0 < row["ci_low"] < row["effect_size"] < row["ci_high"]


def test_a_missing_cluster_is_a_dropped_row(data):
    data.loc[3, "district"] = None
    row = associate(data, "y", "w", method="pearson", cluster="district").frame.iloc[0]
    assert [row["n"], row["n_dropped"]] == [95, 1]


def few(data):
    return data[data["district"].isin(["d0", "d1", "d2", "d3"])]


def one_treated(data):
    return data.assign(g=np.where(data["district"] == "d0", "a", "b"))


@pytest.mark.parametrize(
    ("change", "factor", "message"),
    [
        (few, "w", "4 clusters.*at least 6"),
        (one_treated, "g", "'g'.*12 ways only"),
        (lambda d: d.assign(g=[1] + [0] * 95), "g", "'g'.*8 ways only"),
    ],
)
def test_too_few_clusters_or_arrangements_are_an_error(data, change, factor, message):
    with pytest.raises(BadArgumentError, match=message):
        associate(change(data), "y", factor, cluster="district")


@pytest.mark.slow
@pytest.mark.parametrize("factor", ["x", "w"])
def test_size_is_nominal_where_that_of_independent_rows_is_not(factor):
    rng = np.random.default_rng(20191231)
    own = plain = 0
    rounds = 80
    for _ in range(rounds):
        data = nested(rng, clusters=14, rows=6)
        own += (
            associate(data, "y", factor, method="pearson", cluster="district").frame["p_value"][0]
            <= 0.05
        )
        plain += associate(data, "y", factor, method="pearson").frame["p_value"][0] <= 0.05
    assert own / rounds <= 0.1
    assert plain / rounds > 0.15


@pytest.mark.slow
def test_the_bootstrap_interval_covers_with_many_clusters():
    rng = np.random.default_rng(20191231)
    hits = 0
    rounds = 80
    for _ in range(rounds):
        data = nested(rng, clusters=60, rows=4, effect=0.5)
        row = associate(data, "y", "x", method="pearson", cluster="district").frame.iloc[0]
        hits += row["ci_low"] <= 0.5 / np.sqrt(2.25) <= row["ci_high"]
    assert 0.89 < hits / rounds <= 1
