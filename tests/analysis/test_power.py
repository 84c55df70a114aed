"""Planning of samples: R's pwr, an exact density, published tables, exact enumeration."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from kbkresearch.analysis.power.ordinal import OrdinalDesign, score_statistic
from kbkresearch.analysis.power.plan import power
from kbkresearch.errors import BadArgumentError, KbkError, UnknownNameError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "power.json").read_text("utf-8"),
)
OPTIONS = ("method", "ratio", "df", "predictors")
KBK = (0.15, 0.31, 0.53, 0.01)


def named(row):
    return "-".join(str(row.get(key)) for key in ("design", "method", "effect", "n", "alpha"))


def asked(row):
    options = {key: row[key] for key in OPTIONS if key in row}
    sides = "two-sided" if row["two"] else "one-sided"
    return {"design": row["design"], "alpha": row["alpha"], "alternative": sides, **options}


@pytest.mark.parametrize("row", ORACLE["rows"], ids=named)
def test_power_and_sample_size_agree_with_r(row):
    # closed forms; the exact correlation is held against a numerical integral of rel. tol. 1e-10
    found = power(n=row["n"], effect=row["effect"], **asked(row)).frame.iloc[0]
    assert found["power"] == pytest.approx(row["power"], rel=1e-7, abs=1e-9)
    if "n_80" in row:
        solved = power(effect=row["effect"], power=0.8, **asked(row)).frame.iloc[0]
        assert solved["n_exact"] == pytest.approx(row["n_80"], rel=1e-6)
        assert solved["n"] >= solved["n_exact"] - 1e-5
        assert solved["power"] >= 0.8 - 1e-9


@pytest.mark.parametrize(
    "options",
    [
        {"design": "correlation", "n": 100},
        {"design": "correlation", "n": 100, "method": "fisher_z", "alternative": "one-sided"},
        {"design": "two_means", "n": 90, "ratio": 2},
        {"design": "two_proportions", "n": 200, "p1": 0.3},
        {"design": "chi2", "n": 150, "df": 2},
        {"design": "regression", "n": 150, "predictors": 6, "tested": 2},
        {"design": "ordinal", "n": 200, "probabilities": KBK, "simulations": 500},
    ],
)
def test_effect_power_and_n_lead_back_to_each_other(options):
    plan = power(power=0.85, **options).frame.iloc[0]
    assert plan["solved_for"] == "effect"
    again = {key: value for key, value in options.items() if key != "p1"}
    check = power(effect=plan["effect_size"], **again).frame.iloc[0]
    tolerance = 0.004 if options["design"] == "ordinal" else 1e-8
    assert check["power"] == pytest.approx(0.85, abs=tolerance)


def test_proportions_stand_for_their_effect():
    h = abs(2 * math.asin(math.sqrt(0.3)) - 2 * math.asin(math.sqrt(0.5)))
    by_shares = power("two_proportions", p1=0.3, p2=0.5).frame.iloc[0]
    assert by_shares["effect_size"] == pytest.approx(h)
    assert by_shares["n"] == power("two_proportions", effect=h).frame["n"].item()
    detectable = power("two_proportions", n=int(by_shares["n"]), p1=0.3).frame.iloc[0]
    assert detectable["p2"] == pytest.approx(0.5, abs=0.003)
    assert np.isnan(power("two_proportions", n=10, p1=0.95).frame["p2"].item())


@pytest.mark.parametrize("sign", [1, -1])
def test_sign_of_an_effect_does_not_matter(sign):
    assert power("correlation", effect=sign * 0.3).frame["n"].item() == 84


@pytest.mark.parametrize(
    ("population", "n"),  # table 1 of Krejcie and Morgan (1970)
    [(10, 10), (50, 44), (100, 80), (220, 140), (500, 217), (1000, 278), (1000000, 384)],
)
def test_krejcie_morgan_is_the_published_table(population, n):
    assert power("krejcie_morgan", population=population).frame["n"].item() == n


@pytest.mark.parametrize(
    ("population", "margin", "n"),
    [(100, 0.05, 80), (400, 0.05, 200), (1000, 0.05, 286), (100, 0.1, 50), (613, 0.1, 86)],
)
def test_slovin_is_rounded_up_exactly(population, margin, n):
    plan = power("slovin", population=population, margin=margin)
    assert (
        plan.frame["n"].item() == n == math.ceil(population / (1 + population * margin**2) - 1e-9)
    )
    # its own reading: z = 2, p = 0.5 and a correction by N
    plain = 4 * 0.25 / margin**2
    assert plan.frame["n_exact"].item() == pytest.approx(plain / (1 + plain / population))


@pytest.mark.parametrize("design", ["slovin", "krejcie_morgan"])
def test_survey_formulas_say_what_they_do_not_assure(design):
    english = " ".join(power(design, population=300).notes)
    for words in ("0.5", "simple random sample", "does not assure power", "cluster"):
        assert words in english


def test_notes_speak_of_planning_not_of_achieved_power():
    plan = power("correlation", n=50, effect=0.3)
    assert "before the data are seen" in " ".join(plan.notes)
    assert "sebelum data dilihat" in plan.to_table().to_html("id")
    assert "ICC" in plan._repr_html_()


def test_score_statistic_is_kruskal_wallis_with_ties():
    x, y = (np.array([ORACLE["score"][key]]) for key in ("x", "y"))
    z = score_statistic(x.astype(float), y)
    assert z[0] ** 2 == pytest.approx(ORACLE["score"]["statistic"], rel=1e-12)


def exact_power(first, second, n1, n2, alpha=0.05):
    """Sum the chance of every pair of tables in which the test rejects."""

    def tables(shares, n):
        for counts in itertools.product(range(n + 1), repeat=len(shares)):
            if sum(counts) == n:
                yield counts, stats.multinomial.pmf(counts, n, shares)

    x = np.repeat([0.0, 1.0], [n1, n2])[None]
    codes = range(len(first))
    return sum(
        chance * other
        for (one, chance), (two, other) in itertools.product(
            tables(first, n1), list(tables(second, n2))
        )
        if abs(score_statistic(x, np.array([[*np.repeat(codes, one), *np.repeat(codes, two)]]))[0])
        > stats.norm.isf(alpha / 2)
    )


def test_simulated_power_is_the_enumerated_one():
    first, odds_ratio = np.array([0.3, 0.4, 0.3]), 8.0
    below = np.cumsum(first)[:-1]
    odds = below / (1 - below) / odds_ratio
    second = np.diff(odds / (1 + odds), prepend=0, append=1)
    exact = exact_power(first, second, 6, 9)
    plan = power(
        "ordinal", n=15, effect=odds_ratio, ratio=1.5, probabilities=first, simulations=20000
    ).frame.iloc[0]
    assert plan[["n1", "n2"]].tolist() == [6, 9]
    assert abs(plan["power"] - exact) < 4 * plan["power_se"]


@pytest.mark.parametrize("ratio", [1.0, 2.0, None])
def test_simulated_sample_size_is_near_whiteheads_formula(ratio):
    design = OrdinalDesign(np.array(KBK), ratio, 0.05, 2, 2000, 3)
    chosen = {"predictor": "normal"} if ratio is None else {"ratio": ratio}
    plan = power("ordinal", effect=1.5, probabilities=KBK, seed=3, **chosen).frame.iloc[0]
    assert plan["n"] == pytest.approx(design.formula_n(1.5, 0.8), rel=0.1)
    assert plan["power"] == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("ratio", [1.0, 3.0, None])
@pytest.mark.parametrize("n", [30, 120])
def test_simulated_test_keeps_its_size(n, ratio):
    size = OrdinalDesign(np.array(KBK), ratio, 0.05, 2, 40000, 5).power(n, 1.0)
    assert size == pytest.approx(0.05, abs=0.006)


def test_same_seed_same_answer_and_another_seed_another_sample():
    def found(seed):
        return (
            power("ordinal", n=60, effect=3.0, probabilities=KBK, simulations=300, seed=seed)
            .frame["power"]
            .item()
        )

    assert found(1) == found(1)
    assert len({found(seed) for seed in range(1, 6)}) > 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"design": "corelation"}, UnknownNameError, "correlation"),
        ({"design": "correlation", "effect": 0.3, "alternative": "less"}, UnknownNameError, "less"),
        ({"design": "correlation", "effect": 0.3, "method": "z"}, UnknownNameError, "fisher_z"),
        ({"design": "correlation"}, BadArgumentError, "Two of n, effect and power"),
        (
            {"design": "correlation", "n": 9, "effect": 0.3, "power": 0.8},
            BadArgumentError,
            "Two of",
        ),
        ({"design": "correlation", "effect": 1.0}, BadArgumentError, "effect is 1"),
        ({"design": "correlation", "effect": 0.0}, BadArgumentError, "effect is 0"),
        ({"design": "correlation", "effect": math.nan}, BadArgumentError, "effect is nan"),
        ({"design": "correlation", "effect": 0.3, "power": 0.05}, BadArgumentError, "power is"),
        ({"design": "correlation", "effect": 0.3, "alpha": 5}, BadArgumentError, "alpha is 5"),
        ({"design": "correlation", "n": 3, "effect": 0.3}, BadArgumentError, "from 4"),
        ({"design": "correlation", "n": 50.5, "effect": 0.3}, BadArgumentError, "whole number"),
        ({"design": "correlation", "effect": 1e-5}, BadArgumentError, "No sample up to"),
        ({"design": "two_means", "n": 4, "power": 0.9999999, "alpha": 1e-9}, KbkError, "No effect"),
        ({"design": "correlation", "effect": 0.3, "df": 2}, BadArgumentError, "df is no option"),
        ({"design": "chi2", "effect": 0.3}, BadArgumentError, "df is None"),
        ({"design": "chi2", "effect": -0.3, "df": 1}, BadArgumentError, "effect is -0.3"),
        ({"design": "chi2", "effect": 0.3, "df": 1, "alternative": "one-sided"}, KbkError, "sides"),
        ({"design": "regression", "effect": 0.1, "predictors": 2, "tested": 3}, KbkError, "tested"),
        ({"design": "regression", "effect": 0.1, "predictors": 9, "n": 10}, KbkError, "from 11"),
        ({"design": "two_means", "effect": 0.5, "ratio": 0}, BadArgumentError, "ratio is 0"),
        ({"design": "two_proportions", "p2": 0.5}, BadArgumentError, "p1 and p2"),
        ({"design": "two_proportions", "p1": 1.0, "p2": 0.5}, BadArgumentError, "p1 is 1.0"),
        ({"design": "ordinal", "effect": 2.0}, BadArgumentError, "probabilities is None"),
        (
            {"design": "ordinal", "effect": 2.0, "probabilities": (0.5, 0.6)},
            KbkError,
            "add up to 1",
        ),
        ({"design": "ordinal", "effect": 1.0, "probabilities": KBK}, BadArgumentError, "no effect"),
        ({"design": "ordinal", "effect": 1.001, "probabilities": KBK}, KbkError, "No sample"),
        ({"design": "ordinal", "predictor": "x", "probabilities": KBK}, UnknownNameError, "normal"),
        (
            {"design": "ordinal", "predictor": "normal", "ratio": 2, "probabilities": KBK},
            BadArgumentError,
            "no groups",
        ),
        (
            {"design": "two_means", "n": 8, "ratio": 20},
            BadArgumentError,
            "one group would be empty",
        ),
        (
            {"design": "ordinal", "effect": 0.5, "alternative": "one-sided", "probabilities": KBK},
            BadArgumentError,
            "odds ratios above 1",
        ),
        ({"design": "slovin"}, BadArgumentError, "population is None"),
        ({"design": "slovin", "population": 100, "margin": 5}, BadArgumentError, "margin is 5"),
        ({"design": "slovin", "population": 100, "n": 50}, BadArgumentError, "only gives"),
    ],
)
def test_bad_input_says_what_is_allowed(options, error, words):
    with pytest.raises(error, match=words):
        power(**options)
