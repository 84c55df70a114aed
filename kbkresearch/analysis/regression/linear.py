"""Least squares: ordinary and weighted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.collinearity import Basis, basis
from kbkresearch.analysis.regression.estimates import Estimates
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_PERFECT = 1e-22
_REFINED = 100_000


def ols(design: Design, link: str | None = None) -> Estimates:  # noqa: ARG001 - all models alike
    """Fit by least squares, weighted where the design has weights.

    Parameters
    ----------
    design : Design
    link : None
        Least squares have no link.

    Returns
    -------
    Estimates
        With the classical covariance matrix, sigma squared times the inverse of ``X' W X``.

    Notes
    -----
    The columns are centred and scaled, then decomposed by Householder reflections. Up to 100,000
    cells, steps of refinement with residuals in extended precision follow. The log-likelihood is
    R's: sigma counts as a parameter of `aic` and `bic`; `aic_no_sigma` and `bic_no_sigma` leave it
    out.

    References
    ----------
    Golub GH, Van Loan CF (2013). Matrix Computations, 4th ed., section 5.3.
    """
    found = design.basis if design.weights is None else basis(design.X, design.weights)
    root = np.ones(1) if design.weights is None else np.sqrt(design.weights)
    centre = np.average(design.y, weights=design.weights) if found.intercept else 0.0
    target = root * (design.y - centre)
    shares, rest = _project(found.Q, target)
    bread = unscaled_covariance(found)
    params = _coefficients(found, shares, centre)
    if design.X.size <= _REFINED:
        params, rest = _refine(design, params, bread, root)
    residuals = rest / root
    n, k = design.X.shape
    sse, sst = float(rest @ rest), float(target @ target)
    factors = root * rest
    return Estimates(
        params=params,
        covariance=bread * (sse / (n - k)),
        model_covariance=bread * (sse / (n - k)),
        df=np.full(k, float(n - k)),
        fitted=design.y - residuals,
        linear=design.y - residuals,
        residuals=residuals,
        scores=design.X * factors[:, None],
        bread=bread,
        stats=_stats(design, found, sse, sst),
        converged=True,
        leverage=np.einsum("ij,ij->i", found.Q, found.Q),
        working_weights=np.ones(n) if design.weights is None else design.weights,
        score_factors=factors,
        notes=_perfect_note() if sse <= _PERFECT * sst else (),
    )


def _project(q: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Return the coordinates of a vector on orthonormal columns, and what is left of it."""
    shares = q.T @ target
    rest = target - q @ shares
    more = q.T @ rest
    return shares + more, rest - q @ more


def _coefficients(found: Basis, shares: Floats, centre: float) -> Floats:
    """Return coefficients of the columns as they were from coordinates on the basis."""
    from scipy.linalg import solve_triangular

    params = np.asarray(solve_triangular(found.R, shares)) / found.scale
    if found.intercept:
        params[0] += centre - found.mean[1:] @ params[1:]
    return params


def _refine(design: Design, params: Floats, bread: Floats, root: Floats) -> tuple[Floats, Floats]:
    """Return coefficients and weighted residuals after refinement in extended precision."""
    x = root[:, None] * design.X.astype(np.longdouble)
    y = root * design.y.astype(np.longdouble)
    found = params.astype(np.longdouble)
    for _ in range(2):
        found = found + bread @ (x.T @ (y - x @ found)).astype(np.float64)
    return found.astype(np.float64), (y - x @ found).astype(np.float64)


def unscaled_covariance(found: Basis) -> Floats:
    """Return the inverse of ``X' W X`` from the basis of ``X``.

    Parameters
    ----------
    found : Basis

    Returns
    -------
    array, shape (k, k)
    """
    from scipy.linalg import solve_triangular

    root = solve_triangular(found.R, np.eye(len(found.R))) / found.scale[:, None]
    if found.intercept:
        root[0] -= found.mean[1:] @ root[1:]
    return np.asarray(root @ root.T)


def _stats(design: Design, found: Basis, sse: float, sst: float) -> dict[str, float]:
    """Return fit statistics by name."""
    from scipy.special import fdtrc

    n, k = design.X.shape
    q = k - found.intercept
    r2 = 1 - sse / sst
    log_weights = 0.0 if design.weights is None else float(np.log(design.weights).sum())
    with np.errstate(divide="ignore"):
        loglik = 0.5 * (log_weights - n * (np.log(2 * np.pi) + 1 + np.log(np.float64(sse) / n)))
        f = np.float64((sst - sse) / q) / np.float64(sse / (n - k)) if q else np.nan
    stats = {
        "n": float(n),
        "n_dropped": float(design.n_dropped),
        "r2": r2,
        "adj_r2": 1 - (1 - r2) * (n - found.intercept) / (n - k),
        "f": float(f),
        "f_df1": float(q),
        "f_df2": float(n - k),
        "f_p": float(fdtrc(q, n - k, f)) if q else np.nan,
        "sigma": float(np.sqrt(sse / (n - k))),
        "rmse": float(np.sqrt(sse / n)),
        "sse": sse,
        "loglik": float(loglik),
    }
    return stats | _information(float(loglik), n, k)


def _information(loglik: float, n: int, k: int) -> dict[str, float]:
    """Return information criteria with and without sigma as a parameter."""
    return {
        "aic": -2 * loglik + 2 * (k + 1),
        "bic": -2 * loglik + float(np.log(n)) * (k + 1),
        "aic_no_sigma": -2 * loglik + 2 * k,
        "bic_no_sigma": -2 * loglik + float(np.log(n)) * k,
    }


def _perfect_note() -> tuple[Text, ...]:
    """Say that nothing is left to explain."""
    return (
        Text(
            "Model cocok sempurna: sisa hampir nol, sehingga galat baku dan uji tidak bermakna.",
            "The fit is perfect: residuals are zero to rounding, so standard errors and tests mean"
            " nothing.",
        ),
    )
