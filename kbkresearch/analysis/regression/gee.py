"""Generalised estimating equations: means of repeated measurements, with a working correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.estimates import Estimates
from kbkresearch.analysis.regression.iterate import Family, fitted
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
GeeFamily: TypeAlias = Literal["gaussian", "binomial", "poisson"]
Correlation: TypeAlias = Literal["exchangeable", "independence", "ar1"]

FEW_CLUSTERS = 40
_LINKS = {"gaussian": "identity", "binomial": "logit", "poisson": "log"}
_CORRELATIONS = ("exchangeable", "independence", "ar1")
_MAX_ITERATIONS = 200
_TOLERANCE = 1e-10
_BELOW_ONE = 1 - 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class _Clusters:
    """Rows sorted by cluster, in their own order within each.

    Attributes
    ----------
    codes : array of int, shape (n,)
        Clusters 0 to G - 1, ascending.
    sizes : array, shape (G,)
        Rows of each.
    """

    codes: Ints
    sizes: Floats

    def sums(self, values: Floats) -> Floats:
        """Return sums by cluster of shape (G, ...)."""
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]]).astype(np.int64)
        return np.asarray(np.add.reduceat(values, starts, axis=0), dtype=np.float64)

    def whiten(self, values: Floats, rho: float, corr: str) -> Floats:
        """Return ``R^-1 values`` for a working correlation; values have shape (n, c)."""
        if corr == "independence":
            return values
        if corr == "exchangeable":
            share = rho / (1 + (self.sizes - 1) * rho)
            return (values - (share[:, None] * self.sums(values))[self.codes]) / (1 - rho)
        joined = np.concatenate([[False], self.codes[1:] == self.codes[:-1], [False]])
        before, after = joined[:-1], joined[1:]
        own = 1 + rho**2 * (before.astype(float) + after - 1)
        moved = own[:, None] * values
        moved[1:] -= rho * before[1:, None] * values[:-1]
        moved[:-1] -= rho * after[:-1, None] * values[1:]
        return np.asarray(moved / (1 - rho**2), dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class _Fit:
    """Solution of the estimating equations.

    Attributes
    ----------
    params, rho, phi : array, shape (k,), and floats
        Coefficients, working correlation, scale.
    information : array, shape (G, k, k)
        Each cluster's part of ``X'V^-1 X``, scale left out.
    scores : array, shape (n, k)
        Each row's part of the estimating equations, in the order of the sorted rows.
    mean, linear : array, shape (n,)
        Fitted mean and linear predictor, sorted rows.
    """

    params: Floats
    rho: float
    phi: float
    information: Floats
    scores: Floats
    mean: Floats
    linear: Floats


def gee(
    design: Design,
    *,
    family: GeeFamily = "gaussian",
    corr: Correlation = "exchangeable",
    small_sample: bool | None = None,
) -> Estimates:
    """Fit a marginal model to clustered or repeated rows by generalised estimating equations.

    Parameters
    ----------
    design : Design
        Its clusters are the units that are independent of each other; the rows of a cluster stand
        in the order of time, without gaps, for ``corr="ar1"``. A denominator makes ``binomial``
        grouped.
    family : {"gaussian", "binomial", "poisson"}
        Variance function, with its usual link: identity, logit, log.
    corr : {"exchangeable", "independence", "ar1"}
        Working correlation. A wrong one costs precision, not validity.
    small_sample : bool, optional
        Whether standard errors are corrected as Mancl and DeRouen do; by default where there are
        fewer than 40 clusters.

    Returns
    -------
    Estimates
        `covariance` is the robust (sandwich) one, `model_covariance` the one that believes the
        working correlation. `df` are G - k. `stats` holds ``correlation`` and ``dispersion`` (mean
        squared Pearson residual, denominator n).

    Raises
    ------
    BadArgumentError
        Without clusters, with no more clusters than coefficients, where a coefficient hangs on one
        cluster alone, or where the iteration does not end.
    UnknownNameError
        For another family or correlation.

    Notes
    -----
    Estimating equations of [1]_. The correlation is estimated by moments, as in R's ``geepack``:
    the mean product of standardised residuals over pairs, weighted by the product of their weights;
    for ``ar1`` the value that fits the products of all pairs best by least squares. ``dispersion``
    takes weights and denominators as precisions (``geepack`` divides by their sum instead). The
    correction multiplies the residuals of each cluster by ``(I - H)^-1`` [2]_.

    References
    ----------
    .. [1] Liang, K.-Y., Zeger, S. L. (1986). Longitudinal data analysis using generalized linear
       models. Biometrika 73, 13-22.
    .. [2] Mancl, L. A., DeRouen, T. A. (2001). A covariance estimator for GEE with improved
       small-sample properties. Biometrics 57, 126-134.

    Examples
    --------
    >>> import pandas as pd
    >>> from kbkresearch.analysis.regression.design import build
    >>> data = pd.DataFrame({"score": [1, 2, 4, 5, 2, 3], "facility": list("aabbcc")})
    >>> fit = gee(build("score ~ 1", data, cluster="facility"))
    >>> round(float(fit.params[0]), 3), round(fit.stats["correlation"], 3)
    (2.833, 0.723)
    """
    _check(design, family, corr)
    order = np.argsort(np.asarray(design.clusters), kind="stable")
    codes = np.asarray(design.clusters)[order]
    clusters = _Clusters(codes, np.bincount(codes).astype(np.float64))
    fit = _solve(design, family, corr, order, clusters)
    corrected = design.n_clusters < FEW_CLUSTERS if small_sample is None else small_sample
    bread = np.asarray(np.linalg.inv(fit.information.sum(axis=0)), dtype=np.float64)
    back = np.argsort(order)
    return Estimates(
        params=fit.params,
        covariance=_robust(fit, clusters, corrected=corrected),
        model_covariance=fit.phi * bread,
        df=np.full(len(fit.params), float(design.n_clusters - len(fit.params))),
        fitted=fit.mean[back],
        linear=fit.linear[back],
        residuals=_outcome(design)[0] - fit.mean[back],
        scores=fit.scores[back],
        bread=bread,
        stats={
            "n": float(len(design.y)),
            "n_dropped": float(design.n_dropped),
            "n_clusters": float(design.n_clusters),
            "correlation": fit.rho,
            "dispersion": fit.phi,
        },
        converged=True,
        covariance_name="Mancl-DeRouen" if corrected else "sandwich",
        notes=(_note(design, corr, corrected=corrected), *_at_bound(fit.rho, clusters, corr)),
    )


def _check(design: Design, family: str, corr: str) -> None:
    """Raise for unknown names, and where there are too few clusters."""
    if family not in _LINKS:
        raise UnknownNameError("family", family, _LINKS)
    if corr not in _CORRELATIONS:
        raise UnknownNameError("working correlation", corr, _CORRELATIONS)
    if design.clusters is None:
        raise BadArgumentError(
            "Generalised estimating equations need the units that repeat: name their column as "
            "`cluster=`."
        )
    k = design.X.shape[1]
    if design.n_clusters <= k:
        raise BadArgumentError(
            f"Column {design.cluster_name!r} has {design.n_clusters} clusters for {k} "
            "coefficients; robust standard errors need more clusters than coefficients."
        )


def _outcome(design: Design) -> tuple[Floats, Floats]:
    """Return the outcome, a share where there is a denominator, and the weights."""
    weights = np.ones(len(design.y)) if design.weights is None else design.weights
    if design.denominator is None:
        return design.y, weights
    return design.y / design.denominator, weights * design.denominator


def _start(design: Design, family: str) -> Floats:
    """Return the estimates under independence; refuses separation."""
    y, weights = _outcome(design)
    if family != "gaussian":
        return fitted(design, y, Family(family, _LINKS[family]), weights).params
    root = np.sqrt(weights)
    left = y - (0.0 if design.offset is None else design.offset)
    solution = np.linalg.lstsq(design.X * root[:, None], left * root)[0]
    return np.asarray(solution, dtype=np.float64)


def _mean(linear: Floats, family: str) -> tuple[Floats, Floats]:
    """Return the mean and the variance function, which is the link's slope for all families."""
    from scipy.special import expit

    if family == "gaussian":
        return linear, np.ones(len(linear))
    if family == "poisson":
        return np.exp(linear), np.exp(linear)
    return expit(linear), expit(linear) * expit(-linear)


def _solve(design: Design, family: str, corr: str, order: Ints, clusters: _Clusters) -> _Fit:
    """Iterate between coefficients and working correlation."""
    x, (y, weights) = design.X[order], _outcome(design)
    y, weights = y[order], weights[order]
    offset = np.zeros(len(y)) if design.offset is None else design.offset[order]
    params = _start(design, family)
    for _ in range(_MAX_ITERATIONS):
        linear = x @ params + offset
        mean, variance = _mean(linear, family)
        root = np.sqrt(weights / variance)
        residual, scaled = root * (y - mean), (root * variance)[:, None] * x
        phi = float(np.mean(residual**2))
        rho = _correlation((y - mean) / np.sqrt(variance), weights, clusters, corr)
        white = clusters.whiten(scaled, rho, corr)
        information = clusters.sums(scaled[:, :, None] * white[:, None, :])
        scores = white * residual[:, None]
        total = information.sum(axis=0)
        step = np.linalg.solve(total, scores.sum(axis=0))
        if float(step @ total @ step) < _TOLERANCE**2 * phi:
            return _Fit(params, rho, phi, information, scores, mean, linear)
        params = params + step
    raise BadArgumentError(
        f"The estimating equations with corr={corr!r} did not converge; use "
        "corr='independence', whose robust standard errors are as valid."
    )


def _correlation(pearson: Floats, weights: Floats, clusters: _Clusters, corr: str) -> float:
    """Return the working correlation by moments of standardised residuals."""
    if corr == "independence" or clusters.sizes.max() < 2:  # noqa: PLR2004 - pairs
        return 0.0
    weighted = weights * pearson / np.sqrt(np.average(pearson**2, weights=weights))
    if corr == "ar1":
        return _autoregressive(weighted, weights, clusters)
    products = clusters.sums(weighted) ** 2 - clusters.sums(weighted**2)
    pairs = clusters.sums(weights) ** 2 - clusters.sums(weights**2)
    lowest = _lowest(clusters)
    rho = float(products.sum() / pairs.sum())
    return float(np.clip(rho, lowest * _BELOW_ONE, _BELOW_ONE))


def _lowest(clusters: _Clusters) -> float:
    """Return the common correlation below which the largest cluster can have none."""
    return -1 / float(clusters.sizes.max() - 1)


def _autoregressive(weighted: Floats, weights: Floats, clusters: _Clusters) -> float:
    """Return the autocorrelation whose powers fit the products of all pairs best."""
    from scipy.optimize import minimize_scalar

    longest = int(clusters.sizes.max())
    lags = np.arange(1, longest)

    def total(values: Floats, lag: int) -> float:
        same = clusters.codes[lag:] == clusters.codes[:-lag]
        return float((values[lag:] * values[:-lag])[same].sum())

    pairs = np.array([total(weights, lag) for lag in range(1, longest)])
    products = np.array([total(weighted, lag) for lag in range(1, longest)])
    found = minimize_scalar(
        lambda rho: float(pairs @ rho ** (2 * lags) - 2 * products @ rho**lags),
        bounds=(-_BELOW_ONE, _BELOW_ONE),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x)


def _robust(fit: _Fit, clusters: _Clusters, *, corrected: bool) -> Floats:
    """Return the sandwich covariance.

    The corrected score of a cluster is ``X'V^-1 (I - H)^-1 r = (I - B_g B^-1)^-1 u_g``, so that
    nothing larger than k by k is inverted.
    """
    total = fit.information.sum(axis=0)
    scores = clusters.sums(fit.scores)
    if not corrected:
        half = np.linalg.solve(total, scores.T)
        return np.asarray(half @ half.T, dtype=np.float64)
    rest = total - fit.information
    scale = np.sqrt(np.outer(np.diag(total), np.diag(total)))
    if np.linalg.cond(rest / scale).max() > 1e12 * np.linalg.cond(total / scale):
        raise BadArgumentError(
            "Without one of its clusters the model could not be estimated: a coefficient hangs on "
            "a single cluster. Merge levels, or leave that term out."
        )
    half = np.linalg.solve(rest, scores[:, :, None])[:, :, 0]
    return np.asarray(half.T @ half, dtype=np.float64)


def _note(design: Design, corr: str, *, corrected: bool) -> Text:
    """Return how standard errors were found."""
    g, df = design.n_clusters, design.n_clusters - design.X.shape[1]
    if corrected:
        return Text(
            f"GEE, korelasi kerja {corr}; galat baku robust dengan koreksi Mancl-DeRouen "
            f"({g} klaster), t dengan {df} derajat bebas.",
            f"GEE, working correlation {corr}; robust standard errors with the Mancl-DeRouen "
            f"correction ({g} clusters), t with {df} degrees of freedom.",
        )
    return Text(
        f"GEE, korelasi kerja {corr}; galat baku robust tanpa koreksi sampel kecil "
        f"({g} klaster), t dengan {df} derajat bebas.",
        f"GEE, working correlation {corr}; robust standard errors without small-sample correction "
        f"({g} clusters), t with {df} degrees of freedom.",
    )


def _at_bound(rho: float, clusters: _Clusters, corr: str) -> tuple[Text, ...]:
    """Say that the working correlation is held at the least that the largest cluster allows."""
    held = corr == "exchangeable" and rho < 0 and rho <= _lowest(clusters) * _BELOW_ONE
    if not held:
        return ()
    return (
        Text(
            f"Korelasi kerja tertahan di batas bawah klaster terbesar ({rho:.3f}); bandingkan"
            " dengan corr='independence'.",
            f"The working correlation is held at the least that the largest cluster allows"
            f" ({rho:.3f}); compare corr='independence'.",
        ),
    )
