"""Which check goes with which model, and how it is run on a fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.analysis.assumptions import (
    collinearity,
    correlation,
    counts,
    grouped,
    influence,
    normality,
    variance,
)
from kbkresearch.analysis.assumptions.case import Case, refit, rises, wider
from kbkresearch.analysis.assumptions.form import powers
from kbkresearch.analysis.assumptions.methods import NEGBIN
from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.analysis.assumptions.reasons import NO_NUMERIC, WEIGHTED, reason
from kbkresearch.errors import BadArgumentError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from kbkresearch.analysis.assumptions.model import Floats
    from kbkresearch.analysis.regression.ordinal import OrdinalLink

Run: TypeAlias = "Callable[[Case], list[Check]]"

_BINARY_LEVELS, _BRANT_LEVELS = 2, 3


@dataclass(frozen=True, slots=True)
class Entry:
    """A check of the list.

    Attributes
    ----------
    run : callable
        ``(case) -> list of Check``.
    models : tuple of str
        Models it is made for; for others a row says why not.
    of_residuals : bool
        Whether it has nothing to say about a perfect fit.
    """

    run: Run
    models: tuple[str, ...]
    of_residuals: bool = True


def _normality(test: Callable[[Floats], Check]) -> Run:
    """Run a test of normality on the residuals."""
    return lambda case: [test(case.residuals)]


def _variance(case: Case, found: list[Check]) -> list[Check]:
    """Add the ratio of variances to the sizes of tests of equal variance."""
    ratio = {"ratio": variance.spread_ratio(case.residuals, case.design.X)}
    return [replace(one, sizes={**one.sizes, **ratio}) for one in found]


def _breusch_pagan(case: Case) -> list[Check]:
    """Run Breusch and Pagan's test on the columns of the design."""
    return _variance(case, [variance.breusch_pagan(case.residuals, case.design.X)])


def _koenker(case: Case) -> list[Check]:
    """Run Koenker's test on the columns of the design."""
    return _variance(case, [variance.koenker(case.residuals, case.design.X)])


def _white(case: Case) -> list[Check]:
    """Run White's test on the columns of the design."""
    found = variance.white(case.residuals, case.design.X, case.fit.estimates.fitted)
    return _variance(case, [found])


def _glejser(case: Case) -> list[Check]:
    """Run Glejser's tests on the columns of the design."""
    return _variance(case, variance.glejser(case.residuals, case.design.X, case.slopes))


def _runs(case: Case) -> list[Check]:
    """Run the runs test, corrected as SPSS does under its convention."""
    corrected = case.fit.convention == "spss"
    return [correlation.runs(case.residuals, corrected=corrected)]


def _reset(case: Case) -> list[Check]:
    """Add powers of the linear predictor: square and cube for least squares, else the square."""
    if np.ptp(case.predictor) <= 1e-12 * np.abs(case.predictor).max():
        return [Check(n=case.n, problem=variance.NO_COLUMN)]
    new = powers(case.predictor, centred=case.constant)
    return [wider(case, new if case.model == "ols" else new[:, :1])]


def _linearity(case: Case) -> list[Check]:
    """Add the square of each numeric term, one at a time."""
    terms = {
        term: case.design.X[:, columns[0]]
        for term, columns in case.design.terms.items()
        if len(columns) == 1 and _numeric(case, term, case.design.X[:, columns[0]])
    }
    if not terms:
        return [Check(n=case.n, problem=NO_NUMERIC)]
    return [
        wider(case, powers(values, centred=case.constant)[:, :1]).about(term)
        for term, values in terms.items()
    ]


def _numeric(case: Case, term: str, values: Floats) -> bool:
    """Tell a numeric term from the intercept, a product, a factor and a yes-or-no column."""
    if term == "Intercept" or ":" in term:
        return False
    spared = {name for name in case.design.variables if case.design.frame[name].dtype.kind != "f"}
    return term not in spared and len(np.unique(values)) > _BINARY_LEVELS


def _vif(case: Case) -> list[Check]:
    """Return the (generalised) variance inflation of each term."""
    found = case.fit.vif()
    if found.empty:
        return [Check(n=case.n, problem=variance.NO_COLUMN)]
    return [
        Check(
            float(gvif), df=float(df), n=case.n, what=str(term),
            variant="vif" if df == 1 else "gvif", sizes={"scaled": float(scaled) ** 2},
        )
        for term, df, gvif, scaled in zip(
            found["term"], found["df"], found["gvif"], found["gvif_scaled"], strict=True
        )
    ]  # fmt: skip


def _condition_number(case: Case) -> list[Check]:
    """Return the condition number, with a constant in an ordinal model too."""
    return [collinearity.condition_number(case.whole, case.design.weights)]


def _cooks_distance(case: Case) -> list[Check]:
    """Return the largest Cook's distance, and say of which kind it is."""
    found = influence.largest(distances(case))
    usual = "one_step" if case.fit.estimates.leverage is None else "cook"
    return [replace(found, variant="alone" if found.sizes["alone"] else usual)]


def distances(case: Case) -> Floats:
    """Return Cook's distance of each row of a fit.

    Parameters
    ----------
    case : Case
        Of a model with leverages, or an ordinal one.

    Returns
    -------
    array, shape (n,)
    """
    found = case.fit.estimates
    if found.leverage is None:
        return influence.one_step(np.asarray(found.scores), np.asarray(found.bread))
    dispersion = {
        "ols": case.fit.stats.get("sigma", 1.0) ** 2,
        "fractional": case.fit.stats.get("dispersion", 1.0),
    }.get(case.model, 1.0)
    k = case.design.X.shape[1]
    return influence.cooks_distance(case.residuals, found.leverage, k, dispersion)


def _overdispersion(case: Case) -> list[Check]:
    """Return Pearson's ratio; for counts also what their variance says about Poisson."""
    if case.design.weights is not None:
        return [Check(n=case.n, problem=WEIGHTED)]
    pearson = counts.pearson_dispersion(case.residuals, case.n - case.design.X.shape[1])
    if case.model == "binomial":
        return [pearson]
    if case.model == "negbin":
        return [pearson, _boundary(case)]
    trivedi = counts.cameron_trivedi(case.design.y, case.fit.estimates.fitted)
    return [pearson, trivedi, _boundary(case)]


def _boundary(case: Case) -> Check:
    """Compare the fit with the other one of Poisson and negative binomial."""
    y, mean, own = case.design.y, case.fit.estimates.fitted, case.fit.stats
    if case.model == "negbin":
        negbin, poisson = own, refit(case.fit, "poisson", case.design).stats
    elif ((y - mean) ** 2 - y).sum() <= 0:  # the likelihood falls as alpha leaves 0
        return _scaled(counts.boundary_ratio(0.0, 0.0, 0.0, case.n), mean)
    else:
        try:
            negbin, poisson = refit(case.fit, "negbin", case.design).stats, own
        except BadArgumentError as error:
            text = str(error)
            return Check(n=case.n, variant="boundary_lr", problem=Text(text, text))
    found = counts.boundary_ratio(negbin["loglik"], poisson["loglik"], negbin["alpha"], case.n)
    variant = NEGBIN if case.model == "negbin" else found.variant
    return replace(_scaled(found, mean), variant=variant)


def _scaled(found: Check, mean: Floats) -> Check:
    """Add the ratio of variance to mean that alpha means at the mean count."""
    ratio = 1 + found.sizes["alpha"] * float(mean.mean())
    return replace(found, sizes={**found.sizes, "ratio": ratio})


def _zero_inflation(case: Case) -> list[Check]:
    """Run the score test of extra zeros, with theta where the model has one."""
    if case.design.weights is not None:
        return [Check(n=case.n, problem=WEIGHTED)]
    stats = case.fit.stats
    alpha, spread = stats.get("alpha", 0.0), stats.get("theta_se", 0.0)
    mean = case.fit.estimates.fitted
    return [counts.zero_inflation(case.design.y, case.design.X, mean, alpha, spread)]


def _hosmer_lemeshow(case: Case) -> list[Check]:
    """Compare fitted probabilities with shares found."""
    if case.design.weights is not None:
        return [Check(n=case.n, problem=WEIGHTED)]
    return [grouped.hosmer_lemeshow(case.design.y, case.fit.estimates.fitted)]


def _parallel_lines(case: Case) -> list[Check]:
    """Return Brant's test and the likelihood ratio, for all terms and for each."""
    from kbkresearch.analysis.regression.parallel_lines import OVERALL, brant, likelihood_ratio

    if len(case.design.categories or ()) < _BRANT_LEVELS or not case.design.X.shape[1]:
        return [Check(n=case.n, problem=reason("parallel_lines", "two_categories"))]
    link: OrdinalLink = "probit" if "probit" in case.fit.link else "logit"
    found = [_parallel(case, test(case.design, link)) for test in (brant, likelihood_ratio)]
    return [
        replace(one, what="" if one.what == OVERALL else one.what) for rows in found for one in rows
    ]


def _parallel(case: Case, frame: pd.DataFrame) -> list[Check]:
    """Return the rows of a test of parallel lines as checks."""
    wanted = ["term", "method", "statistic", "df", "p_value", "problem"]
    return [
        Check(
            float(statistic), df=float(df), p_value=float(p), n=case.n, variant=method, what=term,
            sizes=rises(float(statistic), float(df), case.n),
            problem=Text(problem, problem) if problem else None,
        )
        for term, method, statistic, df, p, problem in frame[wanted].to_numpy(dtype=object)
    ]  # fmt: skip


_ALL = (
    "ols", "logit", "binomial", "fractional", "poisson", "negbin", "robust_poisson", "ordinal",
    "mixed", "gee",
)  # fmt: skip
_OLS = ("ols",)
_NORMAL = ("ols", "mixed")

CHECKS: dict[str, Entry] = {
    "shapiro_wilk": Entry(_normality(normality.shapiro_wilk), _NORMAL),
    "lilliefors": Entry(_normality(normality.lilliefors), _NORMAL),
    "ks_spss": Entry(_normality(normality.ks_spss), _NORMAL),
    "jarque_bera": Entry(_normality(normality.jarque_bera), _NORMAL),
    "anderson_darling": Entry(_normality(normality.anderson_darling), _NORMAL),
    "breusch_pagan": Entry(_breusch_pagan, _OLS),
    "koenker": Entry(_koenker, _OLS),
    "white": Entry(_white, _OLS),
    "glejser": Entry(_glejser, _OLS),
    "durbin_watson": Entry(lambda c: [correlation.durbin_watson(c.residuals, c.rows)], _OLS),
    "breusch_godfrey": Entry(lambda c: [correlation.breusch_godfrey(c.residuals, c.rows)], _OLS),
    "runs": Entry(_runs, ("ols", "binomial", "fractional", "poisson", "negbin")),
    "reset": Entry(_reset, _ALL),
    "vif": Entry(_vif, _ALL, of_residuals=False),
    "condition_number": Entry(_condition_number, _ALL, of_residuals=False),
    "cooks_distance": Entry(_cooks_distance, _ALL[:-2]),
    "linearity": Entry(_linearity, _ALL),
    "overdispersion": Entry(_overdispersion, ("poisson", "negbin", "binomial")),
    "zero_inflation": Entry(_zero_inflation, ("poisson", "negbin")),
    "hosmer_lemeshow": Entry(_hosmer_lemeshow, ("logit",)),
    "parallel_lines": Entry(_parallel_lines, ("ordinal",)),
}
TESTS = tuple(CHECKS)
NORMALITY = TESTS[:5]
VARIANCE = TESTS[5:9]
