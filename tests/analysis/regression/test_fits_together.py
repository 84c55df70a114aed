"""Comparison, blocks, selection; and what a fit shows, predicts and draws."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from kbkresearch.analysis.regression.compare import blocks, compare
from kbkresearch.analysis.regression.plots import binned
from kbkresearch.analysis.regression.regress import regress
from kbkresearch.analysis.regression.selection import select
from kbkresearch.errors import BadArgumentError, BadColumnError, MissingColumnsError

ORACLE = json.loads(
    (Path(__file__).parents[2] / "oracles" / "regression.json").read_text(encoding="utf-8")
)
DATA = pd.DataFrame(ORACLE["data"])
COMPLETE = DATA.dropna()
SMALL, MIDDLE = "doctors", "doctors + infrastructure"
LARGE = "doctors + infrastructure + kind"


@pytest.fixture(autouse=True)
def _no_window():
    with mpl.rc_context({"backend": "Agg"}):
        yield
        import matplotlib.pyplot as plt

        plt.close("all")


def scores(right, **options):
    return regress(f"score ~ {right}", DATA.dropna(subset=["score", "doctors", "kind"]), **options)


# Comparison ------------------------------------------------------------------------------------


def test_the_f_change_is_that_of_r():
    fits = [scores(one, cov="model") for one in (SMALL, MIDDLE, LARGE)]
    found = compare(*fits).frame
    np.testing.assert_allclose(found["r2"], ORACLE["blocks"]["r2"], rtol=1e-10)
    np.testing.assert_allclose(
        found.loc[1:, ["statistic", "p_value"]],
        [ORACLE["f_middle"], ORACLE["f_large"]],
        rtol=1e-8,
    )
    np.testing.assert_allclose(found["r2_change"][1:], np.diff(ORACLE["blocks"]["r2"]), rtol=1e-8)
    pair = compare(fits[0], fits[2]).frame.iloc[1]
    np.testing.assert_allclose(pair[["statistic", "df", "p_value"]].tolist(), ORACLE["f_test"])
    assert "wald_p" not in found


def test_blocks_are_the_model_summary_of_spss():
    found = blocks("score", [SMALL, "infrastructure", ["kind"]], DATA, cov="model")
    frame = found.frame
    assert frame["added"].tolist() == ["doctors", "infrastructure", "kind"]
    assert frame["method"].tolist() == ["f_change"] * 3
    np.testing.assert_allclose(frame["r2"], ORACLE["blocks"]["r2"], rtol=1e-10)
    assert frame["r2_change"][0] == pytest.approx(ORACLE["blocks"]["r2"][0])
    assert frame["statistic"][0] == pytest.approx(ORACLE["blocks"]["f_small"])
    np.testing.assert_allclose(
        frame["statistic"][1:], [ORACLE["f_middle"][0], ORACLE["f_large"][0]]
    )
    assert frame["df"].tolist() == [1, 1, 2]
    assert set(frame["n"]) == {155}
    assert "5 of 160 rows" in found.notes[-1]
    assert {one.id for one in frame["null"]} == {"koefisien yang ditambahkan nol"}
    assert "Perubahan R²" in found.to_table().to_html("id")
    single = blocks("score", [SMALL], DATA).frame.iloc[0]
    assert single["p_value"] == pytest.approx(regress(f"score ~ {SMALL}", DATA).stats["f_p"])


def test_the_likelihood_ratio_is_that_of_r():
    rows = DATA.dropna(subset=["met", "doctors", "kind"])
    fits = [regress(f"met ~ {one}", rows, "logit") for one in (SMALL, LARGE)]
    found = compare(*fits).frame.iloc[1]
    np.testing.assert_allclose(found[["statistic", "df", "p_value"]].tolist(), ORACLE["lr_test"])
    assert found["method"] == "likelihood_ratio"
    block = blocks("met", [SMALL, "infrastructure + kind"], DATA, "logit").frame
    assert block["statistic"][1] == pytest.approx(ORACLE["lr_test"][0])
    assert block["statistic"][0] == pytest.approx(fits[0].stats["lr_chi2"])


def test_the_wald_test_of_one_column_is_its_t_test():
    for options in ({"cov": "HC3"}, {"cluster": "village"}):
        fits = [scores(one, **options) for one in (SMALL, MIDDLE)]
        found = compare(*fits).frame.iloc[1]
        assert found["wald_p"] == pytest.approx(fits[1].frame["p_value"].iloc[2])
    fits = [regress(f"met ~ {one}", COMPLETE, "robust_poisson") for one in (SMALL, MIDDLE)]
    found = compare(*fits).frame.iloc[1]
    assert found["method"] == "wald_chi2"
    assert found["p_value"] == pytest.approx(fits[1].frame["p_value"].iloc[2])


def test_comparisons_that_mean_nothing_are_refused():
    small, large = scores(SMALL), scores(LARGE)
    refused = {
        "same rows": (small, regress(f"score ~ {LARGE}", DATA.iloc[20:])),
        "not nested": (large, small),
        "different models": (small, regress(f"met ~ {SMALL}", COMPLETE, "logit")),
        "cannot be compared": (small, regress(f"visits ~ {SMALL}", COMPLETE)),
        "two fits": (small,),
    }
    for message, fits in refused.items():
        with pytest.raises(BadArgumentError, match=message):
            compare(*fits)
    other = scores("infrastructure + kind")
    with pytest.raises(BadArgumentError, match="test=False"):
        compare(small, other)
    assert compare(small, other, test=False).frame["aic"].notna().all()
    with pytest.raises(BadArgumentError, match="same rows"):
        compare(small, scores(LARGE, weights="w"))
    with pytest.raises(BadArgumentError, match="REML"):
        compare(*(scores(one, model="mixed", group="district") for one in (SMALL, MIDDLE)))
    with pytest.raises(BadArgumentError, match="REML"):
        compare(
            *(scores(one, model="mixed", group="district") for one in (SMALL, MIDDLE)), test=False
        )
    with pytest.raises(BadArgumentError, match="at least one block"):
        blocks("score", [], DATA)


# Selection -------------------------------------------------------------------------------------


def selectable():
    rng = np.random.default_rng(4)
    n = 220
    frame = pd.DataFrame({name: rng.normal(size=n) for name in "abcd"})
    frame["kind"] = rng.choice(["p", "q", "r"], n)
    push = frame["a"] - 0.5 * frame["b"] + 0.3 * frame["c"] * 0
    frame["met"] = (rng.random(n) < 1 / (1 + np.exp(-push))).astype(int)
    frame["score"] = push + rng.normal(size=n)
    return frame


@pytest.mark.parametrize("test", ["wald", "lr"])
@pytest.mark.parametrize(("outcome", "model"), [("met", "logit"), ("score", "ols")])
def test_each_step_removes_the_weakest_term_above_the_limit(outcome, model, test):
    data = selectable()
    terms = ["a", "b", "c", "d", "kind"]
    found = select(outcome, terms, data, model, convention="spss", screen=1, test=test)
    frame = found.frame
    left = list(terms)
    for _, rows in frame[frame["step"] > 0].groupby("step"):
        assert rows["term"].tolist() == left
        fit = regress(f"{outcome} ~ {' + '.join(left)}", data, model, cov="model")
        one = fit.frame.set_index("term")["p_value"]["a"]
        if test == "wald" or model == "ols":
            assert rows.set_index("term")["p_value"]["a"] == pytest.approx(one, rel=1e-6)
        removed = rows.loc[rows["action"] == "removed"]
        if len(removed):
            assert removed["p_value"].item() == rows["p_value"].max() > 0.10
            left.remove(removed["term"].item())
        else:
            assert rows["p_value"].max() <= 0.10
    assert found.fit is not None
    assert list(found.fit.design.terms)[1:] == left
    assert "too optimistic" in found.notes[0]
    assert "terlalu optimistis" in found.notes[0].id


def test_candidates_are_screened_one_by_one():
    data = selectable()
    found = select("met", ["a", "d", "kind"], data, convention="spss").frame
    screened = found[found["step"] == 0].set_index("term")
    for term in ("a", "d", "kind"):
        alone = regress(f"met ~ {term}", data, "logit").stats["lr_p"]
        assert screened.loc[term, "p_value"] == pytest.approx(alone)
        assert (screened.loc[term, "action"] == "candidate") == (alone < 0.25)


def test_selection_has_to_be_asked_for_by_its_convention():
    data = selectable()
    with pytest.raises(BadArgumentError, match="convention='spss'"):
        select("met", ["a"], data)
    with pytest.raises(BadArgumentError, match="each once"):
        select("met", ["a", "a"], data, convention="spss")
    nothing = select(
        "met", ["d"], data.assign(d=np.tile([1, 2], 110)), convention="spss", screen=1e-9
    )
    assert nothing.fit is None
    assert "No term is left" in nothing.notes[-1]
    assert nothing.to_table().to_html()


# What a fit gives ------------------------------------------------------------------------------

MODELS = {
    "ols": ("score", {}),
    "logit": ("met", {}),
    "binomial": ("nonspecialist", {"denominator": "referrals"}),
    "fractional": ("fraction", {}),
    "poisson": ("visits", {"exposure": "members"}),
    "negbin": ("visits", {"exposure": "members"}),
    "robust_poisson": ("met", {}),
    "ordinal": ("level", {}),
}


def fitted(model, **more):
    outcome, options = MODELS[model]
    rows = COMPLETE.assign(level=pd.cut(COMPLETE["score"], 3, labels=["low", "mid", "high"]))
    return regress(f"{outcome} ~ doctors + kind", rows, model, **options, **more), rows


@pytest.mark.parametrize("model", MODELS)
def test_predictions_of_the_used_rows_are_the_fitted_means(model):
    fit, rows = fitted(model)
    holes = rows.copy()
    holes.iloc[3, holes.columns.get_loc("doctors")] = np.nan
    found = np.asarray(fit.predict(holes))
    expected = np.asarray(fit.predict())
    assert np.isnan(found[3]).all()
    keep = np.arange(len(rows)) != 3
    np.testing.assert_allclose(found[keep], expected[keep], rtol=1e-9)
    assert fit.predict(holes).index.equals(holes.index)
    with pytest.raises(BadColumnError, match="Levels seen: blud, klinik, non_blud"):
        fit.predict(rows.assign(kind="posyandu"))
    with pytest.raises(MissingColumnsError, match="doctors"):
        fit.predict(rows.drop(columns="doctors"))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_fit_shows_itself(model, lang):
    fit, _ = fitted(model)
    html = fit.to_table().to_html(lang)
    assert "doctors" in html
    assert fit.title.to(lang).startswith(fit.label.to(lang))
    assert ("R²" in html) == any("r2" in name for name in fit.stats)
    axes = fit.plot(lang=lang)
    assert fit.formula in axes.get_title(loc="left")
    assert str(len(fit.design.y)) in axes.get_title(loc="left")
    assert axes.get_xlabel()
    assert axes.get_ylabel()
    assert "<table" in fit._repr_html_()


def test_a_fit_is_drawn_on_given_axes():
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    fit, _ = fitted("ols")
    assert fit.plot(axes) is axes


def test_a_table_is_saved_as_a_workbook(tmp_path):
    fit, _ = fitted("logit")
    path = fit.to_table().save(tmp_path / "fit.xlsx", "en")
    cells = pd.read_excel(path, header=None, engine="calamine").to_numpy().ravel().tolist()
    assert any("Odds ratio" in str(one) for one in cells)


def test_bins_hold_all_rows_in_order():
    along = np.arange(100.0)
    x, mean, se = binned(along, 2 * along)
    assert len(x) == 10
    np.testing.assert_allclose(mean, 2 * x)
    np.testing.assert_allclose(se, np.arange(10).std() * 2 / np.sqrt(10))


def test_exponents_and_intervals_stand_together():
    fit, _ = fitted("poisson", level=0.9)
    frame = fit.frame
    np.testing.assert_allclose(np.log(frame["exp_ci_low"]), frame["ci_low"])
    z = stats.norm.ppf(0.95)
    np.testing.assert_allclose(frame["ci_high"], frame["estimate"] + z * frame["se"])
    probit, _ = fitted("logit", link="probit")
    assert "exp_estimate" not in probit.frame


def test_an_exponential_too_large_to_write_is_said():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"x": rng.normal(size=80) * 1e-5})
    data["y"] = (rng.random(80) < 1 / (1 + np.exp(-1e5 * data["x"]))).astype(int)
    fit = regress("y ~ x", data, "logit")
    assert any("too large to write: x" in note for note in fit.notes)
    assert np.isinf(fit.frame["exp_estimate"][1])


def test_overdispersion_is_said_where_the_model_is_believed():
    fit, _ = fitted("poisson")
    assert fit.stats["dispersion"] > 1.5
    assert any("Dispersion" in note for note in fit.notes)
    robust, _ = fitted("poisson", cov="HC3")
    assert not any("Dispersion" in note for note in robust.notes)


def test_results_are_frozen():
    fit, _ = fitted("ols")
    with pytest.raises(AttributeError):
        fit.model = "logit"


# Size and coverage -----------------------------------------------------------------------------


def kbk_like(rng, n, n_clusters):
    """Skewed sizes, districts of unequal size, effects of districts, unequal variances."""
    district = rng.choice(
        n_clusters, n, p=np.arange(1, n_clusters + 1) / (n_clusters * (n_clusters + 1) / 2)
    )
    doctors = rng.gamma(3, 1, n)
    members = rng.gamma(1.5, 4000, n) + 500
    return pd.DataFrame(
        {
            "district": district,
            "doctors": doctors,
            "area": rng.normal(size=n_clusters)[district],
            "effect": rng.normal(0, 0.5, n_clusters)[district],
            "noise": rng.normal(0, 1, n) * (0.5 + 0.3 * doctors),
            "members": members,
        }
    )


def coverage(make, runs, truth, seed):
    rng = np.random.default_rng(seed)
    inside = 0
    for _ in range(runs):
        row = make(rng)
        inside += row["ci_low"] <= truth <= row["ci_high"]
    return inside / runs


@pytest.mark.slow
@pytest.mark.parametrize(
    "model", ["ols", "logit", "fractional", "poisson", "negbin", "robust_poisson"]
)
def test_default_intervals_cover(model):
    """Independent rows, unequal variances: 92 to 98% of 400 intervals."""

    def make(rng):
        data = kbk_like(rng, 120, 8)
        push = 0.2 * data["doctors"]
        if model == "ols":
            data["y"] = push + data["noise"]
        elif model in {"logit", "fractional"}:
            mean = 1 / (1 + np.exp(1 - push))
            data["y"] = (
                rng.binomial(1, mean) if model == "logit" else rng.beta(2 * mean, 2 - 2 * mean)
            )
        elif model == "robust_poisson":
            data["y"] = rng.binomial(1, np.minimum(0.15 * np.exp(push), 0.98))
        else:
            mean = data["members"] / 1000 * np.exp(push - 1)
            shape = 2.0
            data["y"] = (
                rng.poisson(mean)
                if model == "poisson"
                else rng.negative_binomial(shape, shape / (shape + mean))
            )
        options = {"exposure": "members"} if model in {"poisson", "negbin"} else {}
        return regress("y ~ doctors", data, model, **options).frame.iloc[1]

    assert 0.92 <= coverage(make, 400, 0.2, 5) <= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cov", "low", "high"), [(None, 0.92, 0.98), ("wild", 0.92, 0.98), ("HC3", 0, 0.8)]
)
def test_intervals_of_a_district_variable_cover_with_few_districts(cov, low, high):
    """Ten districts of unequal size; without regard to them an interval is far too narrow."""

    def make(rng):
        data = kbk_like(rng, 150, 10)
        data["y"] = 0.2 * data["area"] + 2 * data["effect"] + 0.5 * data["noise"]
        options = {} if cov == "HC3" else {"cluster": "district"}
        return regress("y ~ area", data, cov=cov, **options).frame.iloc[1]

    assert low <= coverage(make, 300, 0.2, 6) <= high
