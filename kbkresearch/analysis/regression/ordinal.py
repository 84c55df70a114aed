"""Ordinal regression: the cumulative (proportional) logit and probit models.

The likelihood and its maximum are those of `kbkresearch.analysis.regression.latent`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.estimates import Estimates
from kbkresearch.analysis.regression.latent import derivatives, fit_bounds, probability
from kbkresearch.analysis.regression.links import link_of
from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.latent import Maximum
    from kbkresearch.analysis.regression.links import Link

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
OrdinalLink: TypeAlias = Literal["logit", "probit"]

_AT_LEAST = 2


def cumulative(design: Design, link: OrdinalLink = "logit") -> Estimates:
    """Fit a cumulative (proportional) model of an ordered outcome.

    Parameters
    ----------
    design : Design
        An ordinal design: codes 0 to J - 1 in `y`, every code used, no intercept in `X`.
    link : {"logit", "probit"}
        Proportional-odds model, or ordered probit.

    Returns
    -------
    Estimates
        `params` are the k coefficients and the J - 1 thresholds on their own scale, in the
        parametrisation ``P(Y <= j) = F(theta_j - x'b)``: a positive coefficient goes with higher
        categories. `fitted` are the probabilities of the J categories. `residuals` are generalised
        residuals, the derivative of each row's log-likelihood by its linear predictor.

    Raises
    ------
    BadArgumentError
        For fewer than two categories, or one without rows.
    BadColumnError
        Where the columns separate the categories.

    Notes
    -----
    Newton's method with the analytic gradient and Hessian; the likelihood is concave [1]_ [2]_.
    Weights multiply the rows' log-likelihoods (they count as frequencies in the model's covariance,
    as in R's ``MASS::polr``); ``bic`` and the pseudo R squares use their sum, ``n_weighted``.

    References
    ----------
    .. [1] McCullagh, P. (1980). Regression models for ordinal data. JRSS B 42, 109-142.
    .. [2] Pratt, J. W. (1981). Concavity of the log likelihood. JASA 76, 103-106.

    Examples
    --------
    >>> import pandas as pd
    >>> from kbkresearch.analysis.regression.design import build
    >>> level, doctors = [1, 1, 2, 3, 2, 3, 1, 3], [1, 2, 1, 3, 2, 4, 3, 2]
    >>> data = pd.DataFrame({"level": level, "doctors": doctors})
    >>> fit = cumulative(build("level ~ doctors", data, kind="ordinal"))
    >>> fit.params.round(3).tolist()  # the coefficient, then the thresholds
    [0.972, 1.431, 2.649]
    """
    _check_categories(design)
    latent = link_of(link)
    fit = fit_bounds(design, latent)
    scores = derivatives(fit.params, fit.bounds, latent)[0]
    k = design.X.shape[1]
    linear = design.X @ fit.params[:k] + fit.bounds.offset
    return Estimates(
        params=fit.params,
        covariance=fit.covariance,
        model_covariance=fit.covariance,
        df=np.full(len(fit.params), np.inf),
        fitted=category_probabilities(linear, fit.params[k:], latent),
        linear=linear,
        residuals=generalised_residuals(*fit.bounds.at(fit.params), latent),
        scores=scores,
        bread=fit.covariance,
        stats=_statistics(design, fit, latent),
        converged=True,
    )


def generalised_residuals(upper: Floats, lower: Floats, link: Link) -> Floats:
    """Return the derivative of each row's log-likelihood by its linear predictor.

    Parameters
    ----------
    upper, lower : array, shape (n,)
        Bounds of the observed categories on the latent scale.
    link : Link
        Latent distribution.

    Returns
    -------
    array, shape (n,)
    """
    return (link.pdf(lower) - link.pdf(upper)) / probability(upper, lower, link)


def category_probabilities(linear: Floats, thresholds: Floats, link: Link) -> Floats:
    """Return the probability of each category.

    Parameters
    ----------
    linear : array, shape (n,)
        Linear predictor.
    thresholds : array, shape (J - 1,)
        Thresholds, ascending.
    link : Link
        Latent distribution.

    Returns
    -------
    array, shape (n, J)
        Rows sum to 1.

    Examples
    --------
    >>> logit = link_of("logit")
    >>> category_probabilities(np.array([0.0]), np.array([-1.0, 1.0]), logit).round(4)
    array([[0.2689, 0.4621, 0.2689]])
    """
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    bounds = edges[None, :] - linear[:, None]
    return probability(bounds[:, 1:], bounds[:, :-1], link)


def _check_categories(design: Design) -> None:
    """Raise unless the codes run from 0 to at least 1 without a gap."""
    counts = np.bincount(design.y.astype(np.int64), minlength=len(design.categories or ()))
    if len(counts) < _AT_LEAST:
        raise BadArgumentError(
            f"Outcome {design.outcome!r} has one category only; an ordinal model needs two or more."
        )
    if not counts.all():
        labels = design.categories or tuple(map(str, range(len(counts))))
        empty = ", ".join(label for label, count in zip(labels, counts, strict=True) if not count)
        raise BadArgumentError(
            f"Outcome {design.outcome!r} has no rows in categories {empty}: "
            "leave them out of its levels, or merge them with a neighbour."
        )


def _statistics(design: Design, fit: Maximum, link: Link) -> dict[str, float]:
    """Return the fit statistics of a cumulative model."""
    from scipy import stats

    n = float(fit.bounds.weights.sum())
    empty = replace(design, X=np.empty((len(design.y), 0)), names=(), terms={})
    null = fit_bounds(empty, link).loglik
    ratio, k, p = 2 * (fit.loglik - null), design.X.shape[1], len(fit.params)
    cox_snell = float(-np.expm1(-ratio / n))
    return {
        "n": float(len(design.y)),
        "n_dropped": float(design.n_dropped),
        "n_weighted": n,
        "loglik": fit.loglik,
        "loglik_null": null,
        "aic": 2 * p - 2 * fit.loglik,
        "bic": float(np.log(n)) * p - 2 * fit.loglik,
        "lr_chi2": ratio,
        "lr_df": float(k),
        "lr_p": float(stats.chi2.sf(ratio, k)) if k else np.nan,
        "mcfadden_r2": 1 - fit.loglik / null,
        "cox_snell_r2": cox_snell,
        "nagelkerke_r2": cox_snell / float(-np.expm1(2 * null / n)),
    }
