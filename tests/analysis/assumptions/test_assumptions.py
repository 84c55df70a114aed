"""`fit.assumptions()`: a row for every check, on every model and on bad data; the figure; sizes."""

from fractions import Fraction

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kbkresearch.analysis.assumptions import Assumptions, assumptions, correlation, counts
from kbkresearch.analysis.assumptions.case import Case
from kbkresearch.analysis.assumptions.check import checks_of
from kbkresearch.analysis.assumptions.normality import shapiro_wilk
from kbkresearch.analysis.assumptions.registry import CHECKS, TESTS
from kbkresearch.analysis.regression.parallel_lines import brant, likelihood_ratio
from kbkresearch.analysis.regression.regress import regress
from kbkresearch.errors import UnknownNameError
from kbkresearch.vocabulary import Text

ORDER = (
    "shapiro_wilk", "lilliefors", "ks_spss", "jarque_bera", "anderson_darling", "breusch_pagan",
    "koenker", "white", "glejser", "durbin_watson", "breusch_godfrey", "runs", "reset", "vif",
    "condition_number", "cooks_distance", "linearity", "overdispersion", "zero_inflation",
    "hosmer_lemeshow", "parallel_lines",
)  # fmt: skip


def facilities(n=150, seed=7):
    rng = np.random.default_rng(seed)
    x, kind = rng.normal(size=n), rng.choice(["blud", "klinik", "non_blud"], n)
    district = np.repeat(np.arange(n // 10), 10)
    push = 0.5 * x + 0.4 * (kind == "klinik") + rng.normal(size=n // 10)[district] * 0.4
    level = np.digitize(push + rng.logistic(size=n), [-1, 0.5])
    return pd.DataFrame(
        {
            "doctors": x, "kind": kind, "district": district, "score": push + rng.normal(size=n),
            "met": (push + rng.logistic(size=n) > 0) * 1, "share": stats.norm.cdf(push),
            "level": pd.Categorical.from_codes(level, ["80%", "90%", "100%"], ordered=True),
            "visits": rng.negative_binomial(1.5, 1.5 / (1.5 + 3 * np.exp(push))),
            "referrals": 20, "nonspecialist": rng.binomial(20, stats.norm.cdf(push - 1)),
        },
        index=[f"F{i:03}" for i in range(n)],
    )  # fmt: skip


DATA = facilities()
MODELS = {
    "ols": ("score", {}),
    "logit": ("met", {}),
    "binomial": ("nonspecialist", {"denominator": "referrals"}),
    "fractional": ("share", {}),
    "poisson": ("visits", {}),
    "negbin": ("visits", {}),
    "robust_poisson": ("met", {}),
    "ordinal": ("level", {}),
    "mixed": ("score", {"group": "district"}),
    "gee": ("score", {"group": "district"}),
}


@pytest.fixture(scope="module", params=MODELS)
def checked(request):
    outcome, options = MODELS[request.param]
    fit = regress(f"{outcome} ~ doctors + kind", DATA, request.param, **options)
    return fit, fit.assumptions()


def test_every_model_has_a_row_for_every_check_in_order(checked):
    fit, found = checked
    frame = found.frame
    assert isinstance(found, Assumptions)
    assert ORDER == TESTS
    assert tuple(frame["test"].drop_duplicates()) == ORDER
    assert frame.columns.tolist() == [
        "test", "what", "statistic", "df", "df2", "p_value", "null", "method", "n", "reading",
        "advice",
    ]  # fmt: skip
    applies = frame["test"].map(lambda test: fit.model in CHECKS[test].models)
    assert frame["statistic"].notna().equals(applies)
    assert frame.loc[~applies, "reading"].str.startswith("not applicable: ").all()
    assert frame.loc[~applies, "p_value"].isna().all()
    assert frame["p_value"].dropna().between(0, 1).all()
    for name in ("null", "method", "reading", "advice"):
        assert all(isinstance(one, Text) for one in frame[name])
    assert all(one.id.strip() and one.id != one.en for one in frame["reading"])
    assert set(frame["n"]) == {len(DATA)}


def test_it_can_be_shown_saved_and_drawn_in_both_languages(checked, tmp_path):
    fit, found = checked
    assert "Pemeriksaan asumsi" in found._repr_html_()
    assert "Checks of assumptions" in found.to_table().to_html("en")
    assert found.to_table(["test", "reading"]).save(tmp_path / "checks.xlsx").exists()
    with mpl.rc_context({"backend": "agg"}):
        first = found.plot(lang="en")
        assert len(first.figure.axes) == 4
        assert all(ax.get_title(loc="left") and ax.get_xlabel() for ax in first.figure.axes)
        assert any(fit.formula in text.get_text() for text in first.texts)
        figure, (left, _) = plt.subplots(1, 2)
        assert found.plot(ax=left).figure is figure
        loose = plt.figure().add_axes((0, 0, 1, 1))
        found.plot(ax=loose)
        assert len(loose.child_axes) == 4
        plt.close("all")


def test_readings_state_sizes_and_notes_say_what_many_tests_do():
    found = regress("score ~ doctors + kind", DATA).assumptions()
    reading = found.frame.drop_duplicates("test").set_index("test")["reading"]
    assert "skewness" in reading["shapiro_wilk"]
    assert "kemencengan" in reading["shapiro_wilk"].id
    assert "times that where they should spread least" in reading["koenker"]
    assert "tolerance" in reading["vif"]
    assert " in row F" in reading["cooks_distance"]
    assert "too large" in reading["ks_spss"]
    method = found.frame.set_index("test").loc["ks_spss", "method"]
    assert "not valid" in method
    assert "tidak sahih" in method.id
    notes = " ".join(found.notes)
    for said in ("by chance", "no power", "reject trifles", "order in which they stand"):
        assert said in notes
    assert "district" not in notes
    clustered = regress("score ~ doctors", DATA, cluster="district").assumptions(["koenker"])
    assert "Rows of one district depend" in " ".join(clustered.notes)


def test_some_checks_alone_and_one_that_does_not_exist():
    fit = regress("score ~ doctors", DATA)
    assert assumptions(fit, ["vif", "runs"]).frame["test"].tolist() == ["runs", "vif"]
    with pytest.raises(UnknownNameError, match="koenker"):
        assumptions(fit, ["koenkr"])


def test_a_perfect_fit_has_no_residuals_to_check():
    data = DATA.assign(score=1 + 2 * DATA["doctors"])
    frame = regress("score ~ doctors", data).assumptions().frame.set_index("test")
    assert "the fit is perfect" in frame.loc["shapiro_wilk", "reading"]
    known = frame["statistic"].dropna().index
    assert set(known) == {"vif", "condition_number"}


@pytest.mark.parametrize("n", [3, 4, 6, 9])
def test_a_few_rows_say_what_they_are_too_few_for(n):
    frame = regress("score ~ doctors", DATA.head(n)).assumptions().frame.set_index("test")
    assert "it needs 10 rows" in frame.loc["runs", "reading"]
    assert frame["p_value"].dropna().between(0, 1).all()
    assert (n >= 5) == np.isfinite(frame.loc["lilliefors", "statistic"])
    assert (n >= 8) == np.isfinite(frame.loc["anderson_darling", "statistic"])


def test_shapiro_wilk_stops_at_5000_rows():
    values = np.random.default_rng(1).normal(size=5001)
    assert np.isfinite(shapiro_wilk(values[:5000]).p_value)
    assert "5,000" in shapiro_wilk(values).problem


@pytest.mark.parametrize(
    ("formula", "test", "why"),
    [
        ("score ~ 1", "koenker", "no explanatory variable"),
        ("score ~ 1", "reset", "no explanatory variable"),
        ("score ~ 1", "vif", "no explanatory variable"),
        ("score ~ kind", "linearity", "no numeric term"),
        ("score ~ kind", "parallel_lines", "ordinal models only"),
        ("score ~ C(met)", "reset", "already follows"),
        ("score ~ doctors + I(doctors**2)", "linearity", "already follows"),
    ],
)
def test_a_check_with_nothing_to_check_says_so(formula, test, why):
    row = regress(formula, DATA).assumptions([test]).frame.iloc[0]
    assert np.isnan(row["statistic"])
    assert why in row["reading"]


def test_weights_leave_no_expectation_for_counts():
    fit = regress("visits ~ doctors", DATA.assign(w=2.0), "poisson", weights="w")
    frame = fit.assumptions(["overdispersion", "zero_inflation"]).frame
    assert frame["reading"].str.contains("weights").all()


def test_white_takes_fitted_values_where_products_are_too_many():
    data = pd.DataFrame(np.random.default_rng(2).normal(size=(40, 8)), columns=list("yabcdefg"))
    few = regress("y ~ a + b", data).assumptions(["white"]).frame.iloc[0]
    many = regress("y ~ a + b + c + d + e + f + g", data).assumptions(["white"]).frame.iloc[0]
    assert (few["df"], many["df"]) == (5, 2)
    assert "too many terms" in many["method"]


def test_a_row_that_determines_a_coefficient_is_named():
    data = DATA.assign(only=(np.arange(150) == 0) * 1.0)
    row = regress("score ~ doctors + only", data, cov="model").assumptions(["cooks_distance"])
    assert "leverage 1): 1" in row.frame["reading"].item()
    assert np.isfinite(row.frame["statistic"].item())


def test_parallel_lines_are_those_of_the_regression_room():
    fit = regress("level ~ doctors + kind", DATA, "ordinal")
    frame = fit.assumptions(["parallel_lines"]).frame
    both = pd.concat([brant(fit.design), likelihood_ratio(fit.design)])
    assert frame["what"].tolist() == ["", "doctors", "kind"] * 2
    for name in ("statistic", "df", "p_value"):
        np.testing.assert_allclose(frame[name], both[name])
    binary = DATA.assign(level=DATA["level"].map(lambda one: "low" if one == "80%" else "high"))
    levels = pd.Categorical(binary["level"], ["low", "high"], ordered=True)
    two = regress("level ~ doctors", binary.assign(level=levels), "ordinal")
    assert "three categories" in two.assumptions(["parallel_lines"]).frame["reading"].item()


@pytest.mark.parametrize(
    ("model", "outcome", "options"),
    [
        ("mixed", "score", {}),
        ("mixed", "score", {"slope": "doctors"}),
        ("gee", "score", {"corr": "independence"}),
        ("gee", "met", {"family": "binomial"}),
    ],
)
def test_models_of_groups_are_refitted_as_they_were(model, outcome, options):
    """The square that is added has the Wald statistic that the wider formula gives it."""
    options = {"group": "district", **options}
    fit = regress(f"{outcome} ~ doctors + kind", DATA, model, **options)
    wide = regress(f"{outcome} ~ doctors + kind + I(doctors**2)", DATA, model, **options)
    found = fit.assumptions(["linearity"]).frame["statistic"].item()
    known = wide.frame.set_index("term").loc["I(doctors ** 2)", "statistic"] ** 2
    assert found == pytest.approx(known, rel=1e-4)


def test_the_runs_of_spss_are_corrected_below_50_rows():
    """R - mu moved by one half towards zero."""
    signs = np.array([1.0, -1] * 6 + [1, 1, 1, -1, -1, -1])
    plain, spss = (correlation.runs(signs, corrected=one).statistic for one in (False, True))
    found, mean, variance = 14, 1 + Fraction(2 * 9 * 9, 18), Fraction(2 * 81 * 144, 18**2 * 17)
    assert plain == pytest.approx(float(found - mean) / float(variance) ** 0.5)
    assert spss == pytest.approx(float(found - mean - Fraction(1, 2)) / float(variance) ** 0.5)
    fit = regress("score ~ doctors", DATA.head(40), convention="spss")
    assert "SPSS" in fit.assumptions(["runs"]).frame["method"].item()


@pytest.mark.parametrize(
    ("a", "b", "ratio"), [(4, 4, 0.7), (10, 3, 1.9), (2, 30, 5.0), (60, 50, 0.8)]
)
def test_imhof_gives_the_f_distribution(a, b, ratio):
    """P(chi2_a / a < ratio chi2_b / b) is a quadratic form below zero."""
    weights = np.concatenate([np.full(a, 1 / a), np.full(b, -ratio / b)])
    assert correlation.below_zero(weights) == pytest.approx(stats.f.cdf(ratio, a, b), rel=1e-6)


@pytest.mark.parametrize("model", ["ols", "poisson", "logit"])
def test_order_of_rows_and_units_change_only_what_they_should(model):
    outcome = {"ols": "score", "poisson": "visits", "logit": "met"}[model]
    ordered, scaled = ("durbin_watson", "breusch_godfrey", "runs"), ("condition_number",)

    def statistics(data, without):
        frame = regress(f"{outcome} ~ doctors + kind", data, model).assumptions().frame
        return frame.loc[~frame["test"].isin(without), "statistic"].to_numpy()

    shuffled = DATA.sample(frac=1, random_state=3)
    np.testing.assert_allclose(statistics(shuffled, ordered), statistics(DATA, ordered), rtol=1e-6)
    years = DATA.assign(doctors=2019 + 1e-3 * DATA["doctors"])
    np.testing.assert_allclose(statistics(years, scaled), statistics(DATA, scaled), rtol=1e-4)


def test_a_chosen_departure_is_found():
    """Curved mean, spread that grows, correlated rows, extra zeros, lines that are not parallel."""
    rng = np.random.default_rng(11)
    n = 600
    x = rng.uniform(1, 4, n)
    noise = np.zeros(n)
    for row in range(1, n):
        noise[row] = 0.6 * noise[row - 1] + rng.normal()
    frame = pd.DataFrame(
        {
            "x": x, "curved": (x - 2.5) ** 2 + rng.normal(size=n) / 2,
            "spread": x + x * rng.normal(size=n), "serial": x + noise,
            "heavy": x + rng.standard_t(3, size=n),
            "zeros": rng.poisson(np.exp(x / 2)) * (rng.random(n) > 0.3),
        }
    )  # fmt: skip
    wanted = {
        "curved": ("reset", "linearity"),
        "spread": ("breusch_pagan", "koenker", "white", "glejser"),
        "serial": ("durbin_watson", "breusch_godfrey", "runs"),
        "heavy": ("shapiro_wilk", "lilliefors", "jarque_bera", "anderson_darling"),
        "zeros": ("overdispersion", "zero_inflation"),
    }
    for outcome, tests in wanted.items():
        model = "poisson" if outcome == "zeros" else "ols"
        found = regress(f"{outcome} ~ x", frame, model).assumptions(tests).frame
        assert found["p_value"].max() < 1e-3, outcome
        assert not found["reading"].str.startswith("Slight").any(), outcome


def p_values(formula, model, draw, tests, n_sim, **options):
    """P-values of checks on data drawn under what the model assumes."""
    rng, found = np.random.default_rng(23), {}
    for _ in range(n_sim):
        case = Case(regress(formula, draw(rng), model, **options))
        for test in tests:
            for check in checks_of(case, test):
                found.setdefault((test, check.variant, check.what), []).append(check.p_value)
    return {key: np.array(values) for key, values in found.items()}


@pytest.mark.slow
def test_sizes_of_the_checks_of_linear_models():
    """Share below 0.05 over 1,500 samples of 60: within 0.05 plus or minus 0.025."""

    def draw(rng):
        x, z = rng.normal(size=(2, 60))
        return pd.DataFrame({"y": x + rng.normal(size=60), "x": x, "z": z})

    tests = [test for test in TESTS if "ols" in CHECKS[test].models]
    found = p_values("y ~ x + z", "ols", draw, tests, 1500)
    for (test, variant, what), p in found.items():
        share = np.mean(p < 0.05)
        if test == "ks_spss":
            assert share < 0.005  # what is wrong with it
        elif np.isfinite(p).all():
            assert 0.025 < share < 0.075, (test, variant, what, share)


@pytest.mark.slow
@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_sizes_of_the_checks_of_counts(alpha):
    def draw(rng):
        x = rng.normal(size=300)
        mean = np.exp(0.5 + 0.3 * x) * (rng.gamma(1 / alpha, alpha, 300) if alpha else 1.0)
        return pd.DataFrame({"y": rng.poisson(mean), "x": x})

    model = "negbin" if alpha else "poisson"
    tests = ["zero_inflation", "reset", "linearity", *(["overdispersion"] if not alpha else [])]
    found = p_values("y ~ x", model, draw, tests, 500)
    for key, p in found.items():
        assert 0.02 < np.mean(p < 0.05) < 0.085, key


@pytest.mark.slow
def test_size_of_hosmer_lemeshow():
    def draw(rng):
        x = rng.normal(size=300)
        return pd.DataFrame({"y": (x + rng.logistic(size=300) > 0) * 1, "x": x})

    ((_, p),) = p_values("y ~ x", "logit", draw, ["hosmer_lemeshow"], 800).items()
    assert 0.025 < np.mean(p < 0.05) < 0.08


def test_extra_zeros_follow_the_ratio_of_found_to_expected():
    """The score test of an intercept-only Poisson model, from van den Broek's formula."""
    y = np.array([0.0] * 30 + [1] * 20 + [2] * 25 + [5] * 10)
    mean, n = y.mean(), len(y)
    p0 = np.exp(-mean)
    known = (30 - n * p0) ** 2 / (n * p0 * (1 - p0) - n * mean * p0**2)
    found = counts.zero_inflation(y, np.ones((n, 1)), np.full(n, mean))
    assert found.statistic == pytest.approx(known, rel=1e-12)
    assert found.sizes["ratio"] == pytest.approx(30 / (n * p0))
