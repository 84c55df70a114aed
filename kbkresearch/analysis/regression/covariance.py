"""Covariance matrices of coefficients that do not trust the model's own."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from kbkresearch.errors import BadArgumentError

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
HC: TypeAlias = Literal["HC0", "HC1", "HC2", "HC3"]

LARGEST_CLUSTER = 1500
_FULL = 1e-9
_NULL = 1e-8


def hc(scores: Floats, bread: Floats, kind: HC, leverage: Floats | None = None) -> Floats:
    """Return a covariance matrix that allows unequal variances.

    Parameters
    ----------
    scores : array, shape (n, p)
        Contributions of the rows to the score.
    bread : array, shape (p, p)
        Inverse of the information.
    kind : {"HC0", "HC1", "HC2", "HC3"}
        HC1 multiplies by n / (n - p); HC2 divides squared scores by 1 - h, HC3 by its square.
    leverage : array, shape (n,), optional
        Diagonal h of the hat matrix, for HC2 and HC3.

    Returns
    -------
    array, shape (p, p)

    Raises
    ------
    BadArgumentError
        For HC2 and HC3 where a row has leverage 1 (it alone decides a coefficient), or where the
        model has no leverages.

    References
    ----------
    MacKinnon JG, White H (1985). Some heteroskedasticity-consistent covariance matrix estimators
    with improved finite sample properties. Journal of Econometrics 29:305-325.

    Zeileis A (2006). Object-oriented computation of sandwich estimators. Journal of Statistical
    Software 16(9).
    """
    n, p = scores.shape
    if kind in {"HC0", "HC1"}:
        meat = scores.T @ scores
        return bread @ meat @ bread * (n / (n - p) if kind == "HC1" else 1.0)
    if leverage is None:
        raise BadArgumentError(f"cov={kind!r} needs leverages, which this model has not; use HC1.")
    _refuse_full(leverage, kind)
    power = 0.5 if kind == "HC2" else 1.0
    adjusted = scores / ((1 - leverage) ** power)[:, None]
    return np.asarray(bread @ (adjusted.T @ adjusted) @ bread)


def _refuse_full(leverage: Floats, kind: str) -> None:
    """Refuse rows that alone decide a coefficient."""
    rows = np.flatnonzero(leverage > 1 - _FULL)
    if len(rows):
        raise BadArgumentError(
            f"cov={kind!r} cannot be computed: {len(rows)} rows alone decide a coefficient"
            f" (leverage 1; the first is row {rows[0]} of the rows used), as a level with one row"
            " does. Group levels, or use cov='HC1'."
        )


def sums(values: Floats, codes: Ints, n_groups: int) -> Floats:
    """Return the sums of rows by group.

    Parameters
    ----------
    values : array, shape (n, p)
    codes : array of int, shape (n,)
    n_groups : int

    Returns
    -------
    array, shape (n_groups, p)
    """
    columns = [np.bincount(codes, weights=one, minlength=n_groups) for one in values.T]
    return np.column_stack(columns)


def cluster(scores: Floats, bread: Floats, codes: Ints, n_groups: int) -> Floats:
    """Return a covariance matrix that allows dependence within clusters (CR1).

    Parameters
    ----------
    scores : array, shape (n, p)
    bread : array, shape (p, p)
    codes : array of int, shape (n,)
        Clusters 0 to G - 1.
    n_groups : int
        G.

    Returns
    -------
    array, shape (p, p)
        Times G / (G - 1) (n - 1) / (n - p), as Stata's regress and as R's sandwich::vcovCL with
        ``type = "HC1"``.

    References
    ----------
    Cameron AC, Miller DL (2015). A practitioner's guide to cluster-robust inference. Journal of
    Human Resources 50:317-372.
    """
    n, p = scores.shape
    summed = sums(scores, codes, n_groups)
    factor = n_groups / (n_groups - 1) * (n - 1) / (n - p)
    return np.asarray(bread @ (summed.T @ summed) @ bread * factor)


def cr2(
    x: Floats,
    factors: Floats,
    weights: Floats,
    target: Floats,
    bread: Floats,
    codes: Ints,
    n_groups: int,
) -> tuple[Floats, Floats]:
    """Return the bias-reduced cluster covariance matrix and Satterthwaite degrees of freedom.

    Parameters
    ----------
    x : array, shape (n, k)
        Design matrix.
    factors : array, shape (n,)
        Score factors: scores are ``x * factors``.
    weights : array, shape (n,)
        W of the estimator: `bread` is the inverse of ``X' W X``.
    target : array, shape (n,)
        Variances of the working model, up to a factor: ones for least squares, 1 / W for
        generalised linear models.
    bread : array, shape (k, k)
    codes : array of int, shape (n,)
    n_groups : int

    Returns
    -------
    covariance : array, shape (k, k)
    df : array, shape (k,)

    Raises
    ------
    BadArgumentError
        For a cluster too large for its matrix to be decomposed.

    References
    ----------
    Bell RM, McCaffrey DF (2002). Bias reduction in standard errors for linear regression with
    multi-stage samples. Survey Methodology 28:169-181.

    Pustejovsky JE, Tipton E (2018). Small-sample methods for cluster-robust variance estimation
    and hypothesis testing in fixed effects models. Journal of Business and Economic Statistics
    36:672-683.
    """
    plain = bool((weights == 1).all() and (target == 1).all())
    adjust = _by_rank if plain else _by_root
    order = np.argsort(codes, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(codes, minlength=n_groups))[:-1])
    middle = (x * (weights**2 * target)[:, None]).T @ x
    parts = [adjust(x[one], weights[one], target[one], bread, middle) for one in rows]
    residuals = factors / weights
    summed = np.stack([part.T @ residuals[one] for part, one in zip(parts, rows, strict=True)])
    covariance = bread @ (summed.T @ summed) @ bread
    return covariance, _satterthwaite(x, weights, target, bread, middle, parts, rows)


def _by_rank(x: Floats, _w: Floats, _t: Floats, bread: Floats, _m: Floats) -> Floats:
    """Return ``(I - H)^(-1/2) x`` of a cluster, without weights, through the k columns of H."""
    left, size, _ = np.linalg.svd(x @ np.linalg.cholesky(bread), full_matrices=False)
    rest = 1 - size**2
    root = np.where(rest > _NULL, 1 / np.sqrt(np.maximum(rest, _NULL)), 0.0)
    return np.asarray(x + left @ ((root - 1)[:, None] * (left.T @ x)))


def _by_root(x: Floats, weights: Floats, target: Floats, bread: Floats, middle: Floats) -> Floats:
    """Return ``A' W x`` of a cluster, A the symmetric root that makes the estimate unbiased."""
    if len(x) > LARGEST_CLUSTER:
        raise BadArgumentError(
            f"cov='CR2' with weights decomposes a matrix per cluster; a cluster has {len(x)} rows"
            f" (at most {LARGEST_CLUSTER}). Use cov='cluster'."
        )
    hat = x @ bread @ x.T * weights
    root = np.sqrt(target)
    cross = hat * target
    spread = np.diag(target) - cross - cross.T + x @ bread @ middle @ bread @ x.T
    values, vectors = np.linalg.eigh(root[:, None] * spread * root)
    kept = values > _NULL * max(values.max(), 0.0)
    inverse = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    adjustment = root[:, None] * ((vectors * inverse) @ vectors.T) * root
    return np.asarray(adjustment @ (weights[:, None] * x))


def _satterthwaite(
    x: Floats,
    weights: Floats,
    target: Floats,
    bread: Floats,
    middle: Floats,
    parts: list[Floats],
    rows: list[Any],
) -> Floats:
    """Return the degrees of freedom of each coefficient under the working model."""
    inner = bread @ middle @ bread
    parted = list(zip(parts, rows, strict=True))
    moments = np.stack([x[one].T @ part for part, one in parted])
    crossed = np.stack(
        [(x[one] * (weights[one] * target[one])[:, None]).T @ part for part, one in parted]
    )
    own = np.stack([(part * target[one][:, None]).T @ part for part, one in parted])

    def of(column: Floats) -> float:
        u, v = moments @ column, crossed @ column
        shared = v @ bread @ u.T
        products = u @ inner @ u.T - shared - shared.T
        products[np.diag_indices_from(products)] += (own @ column) @ column
        return float(np.trace(products) ** 2 / (products**2).sum())

    return np.array([of(column) for column in bread])


def wald(params: Floats, covariance: Floats, places: list[int]) -> tuple[float, int]:
    """Return the Wald chi-square that some coefficients are zero, and its degrees of freedom.

    Parameters
    ----------
    params : array, shape (p,)
    covariance : array, shape (p, p)
    places : list of int
        The coefficients.

    Returns
    -------
    statistic : float
        NaN where the covariance matrix of these coefficients has no full rank (fewer clusters
        than coefficients).
    df : int
    """
    block = covariance[np.ix_(places, places)]
    scale = np.sqrt(np.diag(block))
    if not len(places) or not (scale > 0).all():
        return float("nan"), len(places)
    correlation = block / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, tol=_NULL) < len(places):
        return float("nan"), len(places)
    ratio = params[places] / scale
    return float(ratio @ np.linalg.solve(correlation, ratio)), len(places)
