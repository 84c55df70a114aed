"""A fitted model as the arrays that checks take, and the model with columns added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.form import FEW_ROWS, NOTHING_NEW, added, new_columns
from kbkresearch.analysis.assumptions.model import Check, orthonormal, with_constant
from kbkresearch.errors import KbkError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.estimates import Estimates
    from kbkresearch.analysis.regression.fit import Fit

_PERFECT = 1e-22
_LIKELIHOOD = ("logit", "binomial", "poisson", "negbin", "ordinal")
_OWN_COVARIANCE = ("mixed", "gee")


@dataclass(frozen=True, eq=False)
class Case:
    """A fit, and what checks need of it.

    Attributes
    ----------
    fit : Fit
    """

    fit: Fit

    @property
    def model(self) -> str:
        """Return the name of the model."""
        return self.fit.model

    @property
    def design(self) -> Design:
        """Return the design."""
        return self.fit.design

    @property
    def n(self) -> int:
        """Return the rows used."""
        return len(self.design.y)

    @cached_property
    def root(self) -> Floats:
        """Return the roots of the weights, or ones."""
        weights = self.design.weights
        return np.ones(self.n) if weights is None else np.sqrt(weights)

    @cached_property
    def residuals(self) -> Floats:
        """Return residuals that the model gives one variance: Pearson's, or weighted ones."""
        found = self.fit.estimates
        if found.working_weights is None or found.score_factors is None:
            return np.asarray(found.residuals * self.root)
        return np.asarray(found.score_factors / np.sqrt(found.working_weights))

    @cached_property
    def rows(self) -> Floats:
        """Return the design matrix times the roots of the weights."""
        return np.asarray(self.design.X * self.root[:, None])

    @cached_property
    def whole(self) -> Floats:
        """Return the design matrix; an ordinal model's with a constant for its thresholds."""
        return with_constant(self.design.X) if self.design.ordinal else self.design.X

    @cached_property
    def predictor(self) -> Floats:
        """Return the linear predictor without the offset."""
        offset = self.design.offset
        return self.fit.estimates.linear - (0.0 if offset is None else offset)

    @cached_property
    def span(self) -> Floats:
        """Return an orthonormal basis of `whole`, for least squares with the weights."""
        return orthonormal(self.rows if self.model == "ols" else self.whole)

    @property
    def constant(self) -> bool:
        """Return whether the model has a constant, or thresholds in its place."""
        return self.design.ordinal or self.design.has_intercept

    @cached_property
    def total(self) -> float:
        """Return the (weighted) sum of squares of the outcome about its mean."""
        y, root = self.design.y, self.root
        return float((((y - np.average(y, weights=root**2)) * root) ** 2).sum())

    @cached_property
    def perfect(self) -> bool:
        """Return whether nothing is left to explain."""
        return bool(self.residuals @ self.residuals <= _PERFECT * self.total)

    @property
    def slopes(self) -> list[str]:
        """Return the names of the columns other than the intercept."""
        return [name for name in self.design.names if name != "Intercept"]


def refit(fit: Fit, model: str, design: Design) -> Estimates:
    """Fit a model of `regress` to a design, with the options of a fit.

    Parameters
    ----------
    fit : Fit
    model : str
        Another model has its defaults.
    design : Design

    Returns
    -------
    Estimates
    """
    from kbkresearch.analysis.regression.regress import MODELS

    options = fit.options if model == fit.model else {}
    return MODELS[model].estimator()(design, **options)


def wider(case: Case, columns: Floats) -> Check:
    """Test whether columns improve a fit: by F, by likelihood ratio, or by a Wald test.

    The Wald test takes the place of the likelihood ratio where the fit has clusters or a robust
    covariance, or no likelihood.

    Parameters
    ----------
    case : Case
    columns : array, shape (n, m)

    Returns
    -------
    Check
        `variant` is ``"f"``, ``"lr"``, ``"wald_robust"``, ``"wald_cluster"`` or ``"wald"``.
        `sizes` has by how much R squared, or its like, rises.
    """
    if case.model == "ols":
        return added(case.residuals, case.span, columns * case.root[:, None], case.total)
    new = new_columns(case.span, columns)
    if not new.shape[1]:
        return Check(n=case.n, problem=NOTHING_NEW)
    if case.n <= len(case.fit.estimates.params) + new.shape[1]:
        return Check(n=case.n, problem=FEW_ROWS)
    try:
        found = refit(case.fit, case.model, _widened(case.design, new))
    except KbkError as error:
        return Check(n=case.n, problem=_no_fit(error))
    return _compare(case, found, new.shape[1])


def _widened(design: Design, new: Floats) -> Design:
    """Return a design with further columns."""
    k, m = design.X.shape[1], new.shape[1]
    return replace(
        design,
        X=np.column_stack([design.X, new]),
        names=(*design.names, *(f"added_{j}" for j in range(m))),
        terms={**design.terms, "added": list(range(k, k + m))},
    )


def _compare(case: Case, found: Estimates, m: int) -> Check:
    """Return the test that the last m coefficients are zero."""
    from scipy.special import chdtrc

    if case.model in _LIKELIHOOD and case.design.clusters is None and case.fit.cov == "model":
        variant = "lr"
        statistic = max(2 * (found.stats["loglik"] - case.fit.stats["loglik"]), 0.0)
    else:
        variant, covariance = _covariance(case, found)
        k = case.design.X.shape[1]
        last = slice(k, k + m)
        slopes = found.params[last]
        statistic = float(slopes @ np.linalg.solve(covariance[last, last], slopes))
    sizes = rises(statistic, m, case.n)
    p = float(chdtrc(m, statistic))
    return Check(statistic, df=float(m), p_value=p, n=case.n, variant=variant, sizes=sizes)


def rises(chi_square: float, df: float, n: int) -> dict[str, float]:
    """Return what a chi-square is worth as a rise of R squared, and more than chance gives.

    Parameters
    ----------
    chi_square, df : float
    n : int

    Returns
    -------
    dict of str to float
        ``r2_rise``, 1 - exp(-chi_square / n); ``excess``, the same of what exceeds `df`.
    """
    excess = max(chi_square - df, 0.0)
    return {
        "r2_rise": float(-np.expm1(-chi_square / n)),
        "excess": float(-np.expm1(-excess / n)),
    }


def _covariance(case: Case, found: Estimates) -> tuple[str, Floats]:
    """Return the sandwich by cluster or by row; the model's own where it is made for groups."""
    if case.model in _OWN_COVARIANCE or found.scores is None or found.bread is None:
        return "wald", found.covariance
    scores, codes = found.scores, case.design.clusters
    if codes is not None:
        sums = np.zeros((case.design.n_clusters, scores.shape[1]))
        np.add.at(sums, codes, scores)
        scores = sums
    bread = found.bread
    return "wald_robust" if codes is None else "wald_cluster", bread @ (scores.T @ scores) @ bread


def _no_fit(error: KbkError) -> Text:
    """Say why the wider model has no fit."""
    return Text(
        f"model yang diperluas tidak dapat ditaksir ({error})",
        f"the wider model has no fit ({error})",
    )
