"""Checks of assumptions against R: nortest, tseries, lmtest, car, AER, and definitions written out.

`tests/oracles/assumptions.R` makes the data and the values. Closed forms agree to 1e-6; p-values
that R integrates or iterates, and tests on iterated fits, to 1e-4.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.assumptions import assumptions, normality
from kbkresearch.analysis.assumptions.collinearity import condition_number
from kbkresearch.analysis.assumptions.normality import kolmogorov, lilliefors_p
from kbkresearch.analysis.regression.regress import regress

R = json.loads((Path(__file__).parents[2] / "oracles" / "assumptions.json").read_text("utf-8"))
DATA = pd.DataFrame(R["data"])
RHS = "doctors + infrastructure + kind"
NORMAL = ("shapiro_wilk", "lilliefors", "jarque_bera", "anderson_darling")
CLOSED, ITERATED = 1e-6, 1e-4


def checks(formula, model="ols", data=DATA, **options):
    return assumptions(regress(formula, data, model, **options)).frame


def rows(frame, test, method=""):
    found = frame[frame["test"].eq(test) & frame["method"].str.contains(method, regex=False)]
    assert len(found), (test, method)
    return found


def same(row, known, rtol=CLOSED):
    """Statistic, degrees of freedom and p-value of one row."""
    row = row.iloc[0] if isinstance(row, pd.DataFrame) else row
    assert row["statistic"] == pytest.approx(known["statistic"], rel=rtol)
    assert row["p_value"] == pytest.approx(known["p"], rel=10 * rtol, abs=1e-12)
    for name in ("df", "df2"):
        if name in known:
            assert row[name] == known[name]


USED = DATA.dropna(subset=["doctors", "score"])
NAMES = ["doctors", "infrastructure"]
LINEAR = {
    "ols": (f"score ~ {RHS}", USED, [*NAMES, "kind[T.klinik]", "kind[T.non_blud]"]),
    "small": ("score ~ doctors + infrastructure", USED.head(40), NAMES),
}


@pytest.fixture(scope="module", params=LINEAR)
def linear(request):
    formula, data, names = LINEAR[request.param]
    return checks(formula, data=data), R[request.param], names


@pytest.mark.parametrize("shape", R["shapes"])
@pytest.mark.parametrize("test", NORMAL)
def test_normality_of_many_shapes(shape, test):
    known = R["shapes"][shape]["tests"][test]
    found = getattr(normality, test)(np.array(R["shapes"][shape]["values"], float))
    # scipy and R carry out Royston's algorithm with different constants for the normal quantile
    rtol = 1e-4 if test == "shapiro_wilk" else CLOSED
    assert found.statistic == pytest.approx(known["statistic"], rel=rtol)
    assert found.p_value == pytest.approx(known["p"], rel=10 * rtol, abs=1e-10)


def test_linear_models(linear):
    frame, known, _ = linear
    for test in NORMAL:
        same(
            rows(frame, test), known["normal"][test], ITERATED if test == "shapiro_wilk" else CLOSED
        )
    for test in ("breusch_pagan", "koenker", "white", "breusch_godfrey", "runs", "reset"):
        same(rows(frame, test), known[test])
    same(rows(frame, "durbin_watson"), known["durbin_watson"], 1e-7)
    two_sided = f"two-sided p {known['durbin_watson']['two_sided']:.3f}"
    assert two_sided in rows(frame, "durbin_watson")["reading"].item()
    assert rows(frame, "condition_number")["statistic"].item() == pytest.approx(
        known["condition_number"]
    )
    cook = rows(frame, "cooks_distance").iloc[0]
    assert cook["statistic"] == pytest.approx(known["cooks_distance"])
    assert f"{known['cooks_far']} of {known['n']} rows" in cook["reading"]
    for term, (f, p) in known["linearity"].items():
        row = rows(frame, "linearity").set_index("what").loc[term]
        same(row, {"statistic": f, "p": p})
    assert frame["n"].eq(known["n"]).all()


def test_glejser_in_its_four_forms(linear):
    frame, known, names = linear
    known = known["glejser"]
    separate = rows(frame, "glejser", "t per coefficient")
    assert separate["what"].tolist() == names
    np.testing.assert_allclose(separate["statistic"], known["t"], rtol=CLOSED, atol=1e-10)
    np.testing.assert_allclose(separate["p_value"], known["t_p"], rtol=CLOSED)
    same(rows(frame, "glejser", "joint F"), known["f"])
    same(rows(frame, "glejser", "nR²"), known["chi2"])
    same(rows(frame, "glejser", "2/π"), known["chi2_normal"])


def test_weighted_least_squares():
    frame, known = checks(f"score ~ {RHS}", weights="w"), R["weighted"]
    same(rows(frame, "shapiro_wilk"), known["shapiro_wilk"], ITERATED)
    same(rows(frame, "koenker"), known["koenker"])
    same(rows(frame, "glejser", "joint F"), known["glejser"]["f"])
    for test in ("breusch_godfrey", "durbin_watson", "cooks_distance"):
        assert rows(frame, test)["statistic"].item() == pytest.approx(known[test]), test
    for term, (f, p) in known["linearity"].items():
        same(rows(frame, "linearity").set_index("what").loc[term], {"statistic": f, "p": p})


def test_least_squares_without_a_constant():
    frame, known = checks("score ~ 0 + doctors + infrastructure"), R["no_intercept"]
    same(rows(frame, "reset"), known["reset"])
    for term, (f, p) in known["linearity"].items():
        same(rows(frame, "linearity").set_index("what").loc[term], {"statistic": f, "p": p})


def test_inflation_is_that_of_car():
    found = rows(checks(f"score ~ {RHS}"), "vif")
    gvif, squared = R["ols"]["vif"]
    assert found["what"].tolist() == ["doctors", "infrastructure", "kind"]
    np.testing.assert_allclose(found["statistic"], gvif, rtol=1e-9)
    readings = zip(squared, found["reading"], strict=True)
    assert all(f"{one:.2f} times" in text for one, text in readings)


def test_condition_number_of_longley_is_the_published_one():
    """SAS prints 43275 for the largest condition index of Longley's data."""
    found = condition_number(np.array(R["longley"]["x"], float)).statistic
    assert found == pytest.approx(R["longley"]["condition"], rel=1e-6)
    assert round(found) == 43275


@pytest.mark.parametrize(
    ("d", "n", "z", "p", "right"),
    [(0.061, 100, 0.606, 0.856, 0.46), (0.097, 50, 0.687, 0.733, 0.29)],
)
def test_kolmogorov_smirnov_as_spss_printed_it(d, n, z, p, right):
    """Two published outputs: D is rounded there, so Z is taken as printed."""
    assert kolmogorov(z / np.sqrt(n), n) == pytest.approx((z, p), abs=5e-4)
    assert kolmogorov(d, n)[0] == pytest.approx(z, abs=0.0005 * np.sqrt(n))
    assert lilliefors_p(d, n) == pytest.approx(right, abs=0.03)


GLM = {
    "logit": (f"met ~ {RHS}", {}),
    "binomial": (f"nonspecialist ~ {RHS}", {"denominator": "referrals"}),
    "poisson": (f"few ~ {RHS}", {"exposure": "members"}),
}


@pytest.mark.parametrize("model", GLM)
def test_models_of_shares_and_counts(model):
    formula, options = GLM[model]
    frame, known = checks(formula, model, **options), R[model]
    same(rows(frame, "reset", "likelihood ratio"), known["reset"], ITERATED)
    for term, one in known["linearity"].items():
        same(rows(frame, "linearity").set_index("what").loc[term], one, ITERATED)
    found = rows(frame, "cooks_distance")["statistic"].item()
    assert found == pytest.approx(known["cooks_distance"], rel=ITERATED)
    if model != "logit":
        same(rows(frame, "overdispersion", "Pearson"), known["pearson"], ITERATED)
    assert frame["n"].eq(known["n"]).all()


ROBUST = {
    "logit": ("logit", "met", {"cov": "HC3"}),
    "clustered": ("logit", "met", {"cluster": "district"}),
    "fractional": ("fractional", "part", {}),
    "robust_poisson": ("robust_poisson", "met", {}),
}


@pytest.mark.parametrize("name", ROBUST)
def test_models_with_robust_covariances_get_robust_tests(name):
    model, outcome, options = ROBUST[name]
    frame = checks(f"{outcome} ~ {RHS}", model, **options)
    same(rows(frame, "reset", "Wald"), R["robust"][name]["reset"], ITERATED)
    found = rows(frame, "cooks_distance")["statistic"].item()
    assert found == pytest.approx(R["robust"][name]["cooks_distance"], rel=ITERATED)


def test_hosmer_lemeshow_with_and_without_ties():
    data = DATA.dropna(subset=["doctors"]).assign(full=lambda d: (d["infrastructure"] > 75) * 1)
    same(
        rows(checks(f"met ~ {RHS}", "logit", data), "hosmer_lemeshow"),
        R["logit"]["hosmer_lemeshow"],
    )
    tied = rows(checks("met ~ kind + full", "logit", data), "hosmer_lemeshow")
    same(tied, R["ties"])
    assert tied["df"].item() < 8


def test_counts_against_their_variance_and_their_zeros():
    known = R["poisson"]
    frame = checks(f"few ~ {RHS}", "poisson", exposure="members")
    trivedi = rows(frame, "overdispersion", "Cameron")
    same(trivedi, known["cameron_trivedi"], ITERATED)
    assert f"{known['cameron_trivedi']['ratio']:.2f} times" in trivedi["reading"].item()
    same(rows(frame, "overdispersion", "Likelihood ratio"), known["boundary"], ITERATED)
    same(rows(frame, "zero_inflation", "van den Broek"), known["zero_inflation"], ITERATED)
    calm = checks(f"calm ~ {RHS}", "poisson", DATA.dropna(subset=["doctors"]))
    edge = rows(calm, "overdispersion", "Likelihood ratio").iloc[0]
    assert (edge["statistic"], edge["p_value"]) == (0, 1)
    pearson = rows(calm, "overdispersion", "Pearson").iloc[0]
    assert pearson["statistic"] == pytest.approx(R["calm"]["pearson"], rel=ITERATED)
    assert pearson["p_value"] > 0.9


def test_negative_binomial_against_its_variance_and_its_zeros():
    known = R["negbin"]
    frame = checks(f"few ~ {RHS}", "negbin", exposure="members")
    pearson = rows(frame, "overdispersion", "Pearson")["statistic"].item()
    assert pearson == pytest.approx(known["pearson"], rel=ITERATED)
    same(rows(frame, "overdispersion", "Likelihood ratio"), R["poisson"]["boundary"], ITERATED)
    # the information of theta is differentiated numerically in R
    same(rows(frame, "zero_inflation"), known["zero_inflation"], 1e-3)
    expected = known["zero_inflation_expected"]["statistic"]
    assert rows(frame, "zero_inflation")["statistic"].item() == pytest.approx(expected, rel=0.1)
