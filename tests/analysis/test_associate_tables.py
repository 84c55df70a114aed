"""Cross tables against R, brute force, printed theses and an independent inversion of the score."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from kbkresearch.analysis.association import exact_tables, two_by_two
from kbkresearch.analysis.association.associate import associate

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "association.json").read_text("utf-8"))
FOURFOLD = [pytest.param(one, id="-".join(map(str, one["cells"]))) for one in ORACLE["fourfold"]]
LARGER = [
    pytest.param(one, id=f"{one['rows']}x{len(one['cells']) // one['rows']}")
    for one in ORACLE["larger"]
]
CLOSED = 1e-9


def table_of(cells, rows=2):
    """Return one row of data per count; the factor is ``f``, the outcome ``y``."""
    counts = np.reshape(cells, (rows, -1))
    i, j = np.indices(counts.shape)
    times = counts.ravel()
    return pd.DataFrame({
        "f": [f"f{one}" for one in np.repeat(i.ravel(), times)],
        "y": [f"y{one}" for one in np.repeat(j.ravel(), times)],
    })  # fmt: skip


def run(cells, method, rows=2, **options):
    return associate(
        table_of(cells, rows),
        "y",
        "f",
        method=method,
        levels={"f": "nominal", "y": "nominal"},
        **options,
    )


def effect(found, name, ci_method=None):
    rows = found.effects[found.effects["effect_name"] == name]
    row = (rows if ci_method is None else rows[rows["ci_method"] == ci_method]).iloc[0]
    return [row["estimate"], row["ci_low"], row["ci_high"]]


@pytest.mark.parametrize("case", FOURFOLD)
def test_tests_of_a_fourfold_table_are_those_of_r(case):
    for method, key in (
        ("chi2", "pearson"),
        ("chi2_yates", "yates"),
        ("fisher", "fisher"),
        ("fisher_freeman_halton", "fisher"),
    ):
        assert run(case["cells"], method).frame["p_value"][0] == pytest.approx(case[key], rel=1e-7)
    row = run(case["cells"], "likelihood_ratio").frame.iloc[0]
    assert [row["statistic"], row["df"], row["p_value"]] == pytest.approx(case["lr"], rel=CLOSED)


@pytest.mark.parametrize("case", FOURFOLD)
def test_effects_of_a_fourfold_table_are_those_of_r(case):
    found = run(case["cells"], "chi2")
    # R finds the conditional limits with uniroot
    exact = effect(found, "odds_ratio_conditional")
    assert exact == pytest.approx([unbounded(one) for one in case["conditional"]], rel=1e-3)
    ninety = effect(run(case["cells"], "chi2", level=0.9), "odds_ratio_conditional")
    assert ninety[1:] == pytest.approx([unbounded(one) for one in case["ci90"]], rel=1e-3)
    assert abs(effect(found, "phi")[0]) == pytest.approx(case["phi"], rel=CLOSED)
    if min(case["cells"]):
        assert effect(found, "odds_ratio", "woolf") == pytest.approx(case["woolf"], rel=CLOSED)
        assert effect(found, "prevalence_ratio", "katz_log") == pytest.approx(
            case["katz"], rel=CLOSED
        )


def unbounded(value):
    return math.inf if value == "Inf" else value


@pytest.mark.parametrize("case", LARGER)
def test_larger_tables_are_those_of_r(case):
    pearson, lr, fisher = (
        run(case["cells"], one, case["rows"])
        for one in ("chi2", "likelihood_ratio", "fisher_freeman_halton")
    )
    for found, key in ((pearson, "pearson"), (lr, "lr")):
        row = found.frame.iloc[0]
        assert [row["statistic"], row["df"], row["p_value"]] == pytest.approx(case[key], rel=CLOSED)
    assert fisher.frame["p_value"][0] == pytest.approx(case["fisher"], rel=1e-7)
    assert fisher.frame["variant"][0] == "exact"
    # effectsize finds the limits by optimisation
    assert effect(pearson, "cramers_v") == pytest.approx(case["v"], rel=1e-4, abs=1e-5)
    assert effect(pearson, "cramers_v_bias_corrected")[0] == pytest.approx(
        case["v_adjusted"], rel=CLOSED
    )


@pytest.mark.parametrize(
    ("cells", "pearson", "yates", "fisher", "odds", "woolf"),
    [
        ((18, 6, 5, 11), 0.0061, 0.0157, 0.0095, 6.600, (1.621, 26.871)),
        ((17, 7, 5, 11), 0.0137, 0.0323, 0.0230, 5.343, (1.350, 21.144)),
    ],
)
def test_printed_theses_are_reproduced(cells, pearson, yates, fisher, odds, woolf):
    printed = associate(table_of(cells), "y", "f", convention="spss").frame.iloc[0]
    assert printed["method"] == "chi2_yates"
    assert round(printed["p_value"], 4) == yates
    assert [printed["effect_name"], printed["ci_method"]] == ["odds_ratio", "woolf"]
    limits = [printed["effect_size"], printed["ci_low"], printed["ci_high"]]
    assert limits == pytest.approx([odds, *woolf], abs=6e-4)
    sound = associate(table_of(cells), "y", "f").frame.iloc[0]
    assert [sound["method"], round(sound["p_value"], 4)] == ["chi2", pearson]
    assert round(run(cells, "fisher").frame["p_value"][0], 4) == fisher


@pytest.mark.parametrize("convention", ["spss", "recommended"])
def test_small_expected_counts_lead_to_fisher(convention):
    row = associate(table_of((9, 1, 4, 5)), "y", "f", convention=convention).frame.iloc[0]
    assert row["method"] == "fisher"
    assert row["p_value"] == pytest.approx(stats.fisher_exact([[9, 1], [4, 5]])[1], rel=1e-9)
    noted = run((9, 1, 4, 5), "chi2", convention=convention)
    assert any("expected below 5" in note for note in noted.notes)


def test_sparse_larger_tables_lead_to_freeman_halton_and_spss_to_pearson():
    cells = ORACLE["larger"][1]["cells"]
    data = table_of(cells, 3)
    assert associate(data, "y", "f").frame["method"][0] == "fisher_freeman_halton"
    assert associate(data, "y", "f", convention="spss").frame["method"][0] == "chi2"


def every_table(rows, columns):
    """Yield every table with given margins, cell by cell."""
    if len(rows) == 1:
        yield (tuple(columns),)
        return
    for first in itertools.product(*(range(c + 1) for c in columns)):
        if sum(first) == rows[0]:
            for rest in every_table(rows[1:], [c - x for c, x in zip(columns, first, strict=True)]):
                yield (first, *rest)


@pytest.mark.parametrize(
    "counts", [[[3, 0, 1], [0, 4, 2], [1, 1, 3]], [[2, 2], [0, 5], [4, 1]], [[1, 2, 3], [3, 2, 1]]]
)
def test_freeman_halton_by_going_through_every_table(counts):
    counts = np.array(counts)

    def weight(table):
        return 1 / math.prod(math.factorial(int(x)) for row in table for x in row)

    weights = [
        weight(one) for one in every_table(counts.sum(axis=1).tolist(), counts.sum(axis=0).tolist())
    ]
    seen = weight(counts)
    expected = sum(w for w in weights if w <= seen * (1 + 1e-9)) / sum(weights)
    assert exact_tables.freeman_halton(counts, 1)[0] == pytest.approx(expected, rel=1e-10)


def test_drawn_tables_come_near_the_exact_value_and_repeat():
    counts = np.reshape(ORACLE["larger"][0]["cells"], (3, 3))
    drawn = exact_tables.drawn_p(counts, 7)
    assert drawn == pytest.approx(ORACLE["larger"][0]["fisher"], abs=0.004)
    assert drawn == exact_tables.drawn_p(counts, 7)
    assert drawn != exact_tables.drawn_p(counts, 8)


def test_a_table_too_large_to_go_through_is_drawn_and_says_so():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(
        {"y": rng.choice(list("abcdef"), 900), "f": rng.choice(list("uvwxyz"), 900)}
    )
    row = associate(data, "y", "f", method="fisher_freeman_halton", seed=5).frame.iloc[0]
    assert "Monte Carlo" in row["variant"]
    assert "seed 5" in row["variant"]
    pearson = associate(data, "y", "f", method="chi2").frame["p_value"][0]
    assert row["p_value"] == pytest.approx(pearson, abs=0.03)


def score_at(kind, value, x1, n1, x2, n2):
    """The score of one tested value, its nuisance share found by numerical likelihood."""

    def share1(p2):
        if kind == "difference":
            return p2 + value
        return value * p2 if kind == "ratio" else value * p2 / (1 - p2 + value * p2)

    low, high = {
        "difference": (max(0, -value), min(1, 1 - value)),
        "ratio": (0, min(1, 1 / value if value else 1)),
        "odds": (0, 1),
    }[kind]

    def minus(p2):
        p1 = share1(p2)
        pieces = ((x1, p1), (n1 - x1, 1 - p1), (x2, p2), (n2 - x2, 1 - p2))
        return -sum(k * math.log(max(p, 1e-300)) for k, p in pieces if k)

    grid = np.linspace(low, high, 4001)[1:-1]
    best = grid[np.argmin([minus(p) for p in grid])]
    step = grid[1] - grid[0]
    p2 = optimize.minimize_scalar(
        minus,
        bounds=(max(best - step, low), min(best + step, high)),
        method="bounded",
        options={"xatol": 1e-13},
    ).x
    p1 = share1(p2)
    v1, v2 = p1 * (1 - p1) / n1, p2 * (1 - p2) / n2
    n = n1 + n2
    if kind == "difference":
        top, spread = x1 / n1 - x2 / n2 - value, v1 + v2
    elif kind == "ratio":
        top, spread = x1 / n1 - value * x2 / n2, v1 + value**2 * v2
    else:
        s1, s2 = n1 * p1 * (1 - p1), n2 * p2 * (1 - p2)
        top, spread = (x1 - n1 * p1), 1 / (1 / s1 + 1 / s2)
    return top / math.sqrt(spread * n / (n - 1))


@pytest.mark.parametrize(
    "cells", [(18, 24, 5, 16), (7, 34, 1, 34), (0, 10, 3, 12), (40, 300, 90, 310), (10, 10, 8, 12)]
)
@pytest.mark.parametrize(
    ("kind", "limits"),
    [
        ("difference", two_by_two.score_difference),
        ("ratio", two_by_two.score_prevalence_ratio),
        ("odds", two_by_two.score_odds_ratio),
    ],
)
def test_miettinen_nurminen_limits_lie_where_the_score_is_the_quantile(kind, limits, cells):
    found = limits(two_by_two.Risks(*cells), 0.95)
    for limit, z in zip(found, (1.959963985, -1.959963985), strict=True):
        if limit not in {0.0, math.inf}:
            assert score_at(kind, limit, *cells) == pytest.approx(z, abs=2e-4)


def test_miettinen_nurminen_example_of_newcombe_1998():
    # Statistics in Medicine 17:873-890, table II, example (a), method 6
    found = two_by_two.score_difference(two_by_two.Risks(56, 70, 48, 80), 0.95)
    assert [round(one, 4) for one in found] == [0.0528, 0.3382]


def test_risks_have_the_last_groups_as_event_and_as_compared():
    found = run((18, 6, 5, 11), "chi2")
    assert found.frame["direction"][0] == "'y1': f1 versus f0"
    assert effect(found, "prevalence_ratio")[0] == pytest.approx((11 / 16) / (6 / 24))
    assert effect(found, "risk_difference")[0] == pytest.approx(11 / 16 - 6 / 24)
    assert effect(found, "phi")[0] > 0


def test_turning_both_variables_round_inverts_nothing_but_the_risks():
    a, b = run((18, 6, 5, 11), "chi2"), run((11, 5, 6, 18), "chi2")
    assert effect(a, "odds_ratio") == pytest.approx(effect(b, "odds_ratio"))
    assert effect(a, "risk_difference") == pytest.approx(effect(b, "risk_difference"))
    c = run((5, 11, 18, 6), "chi2")
    for name in ("odds_ratio", "prevalence_ratio"):
        estimate, low, high = effect(c, name)
        assert [1 / estimate, 1 / high, 1 / low] == pytest.approx(effect(a, name), rel=1e-9)


@pytest.mark.parametrize("cells", [(0, 12, 6, 9), (12, 0, 6, 9), (5, 0, 0, 6)])
def test_empty_cells_have_score_limits_and_no_woolf(cells):
    found = run(cells, "chi2")
    estimate, low, high = effect(found, "odds_ratio")
    assert estimate in {0.0, math.inf}
    assert low < high
    none = found.effects[
        (found.effects["effect_name"] == "odds_ratio") & (found.effects["ci_method"] == "none")
    ]
    assert none["ci_low"].isna().all()
    assert len(none) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["odds_ratio", "prevalence_ratio", "risk_difference"])
def test_score_intervals_cover_in_small_tables(name):
    rng = np.random.default_rng(20191231)
    p0, p1, n0, n1 = 0.15, 0.4, 18, 25
    truth = {
        "odds_ratio": p1 / (1 - p1) / p0 * (1 - p0),
        "prevalence_ratio": p1 / p0,
        "risk_difference": p1 - p0,
    }[name]
    search = {
        "odds_ratio": two_by_two.score_odds_ratio,
        "prevalence_ratio": two_by_two.score_prevalence_ratio,
        "risk_difference": two_by_two.score_difference,
    }[name]
    hits = rounds = 0
    for _ in range(4000):
        risks = two_by_two.Risks(rng.binomial(n1, p1), n1, rng.binomial(n0, p0), n0)
        if risks.events + risks.reference_events:
            low, high = search(risks, 0.95)
            rounds, hits = rounds + 1, hits + (low <= truth <= high)
    assert 0.94 < hits / rounds < 0.975
