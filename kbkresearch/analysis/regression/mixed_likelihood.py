"""The likelihood of a linear mixed model, profiled over everything but its variance ratios.

With random effects ``b_g ~ N(0, s2 L L')`` the deviance is a function of the lower triangle ``L``
alone: fixed effects and residual variance have closed forms. Sums over the rows of each group are
taken once, so that one evaluation costs as much as there are groups, whatever the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_GRID = np.concatenate([[0.0], np.geomspace(1e-3, 1e3, 25)])
_STEP = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Sums:
    """Sums over rows that the likelihood needs.

    Attributes
    ----------
    zz, zx, zy : array, shape (G, q, q), (G, q, k), (G, q)
        Cross products within groups of the random-effect columns with themselves, with the fixed
        columns and with the outcome.
    xx, xy, yy : array, shape (k, k), (k,), float
        Cross products over all rows.
    n : int
        Rows.
    log_weights : float
        Sum of the logarithms of the weights.
    log_scale : float
        Twice the log determinant of the triangle that the fixed columns were divided by.
    """

    zz: Floats
    zx: Floats
    zy: Floats
    xx: Floats
    xy: Floats
    yy: float
    n: int
    log_weights: float
    log_scale: float


def sums_of(
    z: Floats, x: Floats, y: Floats, codes: Ints, log_weights: float, log_scale: float
) -> Sums:
    """Return the sums over rows.

    Parameters
    ----------
    z : array, shape (n, q)
        Columns with random effects, times the root of the weights.
    x : array, shape (n, k)
        Fixed columns, times the root of the weights.
    y : array, shape (n,)
        Outcome, times the root of the weights.
    codes : array of int, shape (n,)
        Groups 0 to G - 1.
    log_weights, log_scale : float
        See `Sums`.

    Returns
    -------
    Sums
    """
    n_groups = int(codes.max()) + 1

    def by_group(values: Floats) -> Floats:
        flat = values.reshape(len(codes), -1)
        sums = np.empty((n_groups, flat.shape[1]))
        for j, column in enumerate(flat.T):
            sums[:, j] = np.bincount(codes, column, n_groups)
        return sums.reshape(n_groups, *values.shape[1:])

    return Sums(
        by_group(z[:, :, None] * z[:, None, :]),
        by_group(z[:, :, None] * x[:, None, :]),
        by_group(z * y[:, None]),
        x.T @ x,
        x.T @ y,
        float(y @ y),
        len(y),
        log_weights,
        log_scale,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Profile:
    """The model at given variance ratios.

    Attributes
    ----------
    beta : array, shape (k,)
        Generalised least squares estimates.
    precision : array, shape (k, k)
        ``X'V^-1 X`` for residual variance 1.
    rss : float
        Generalised residual sum of squares.
    log_det : float
        Log determinant of ``V`` for residual variance 1.
    """

    beta: Floats
    precision: Floats
    rss: float
    log_det: float


def profile(ratios: Floats, sums: Sums) -> Profile:
    """Return fixed effects and residual sum of squares at given variance ratios.

    Parameters
    ----------
    ratios : array, shape (1,) or (3,)
        Lower triangle of ``L``, row by row.
    sums : Sums
        Sums over rows.

    Returns
    -------
    Profile
    """
    triangle = triangle_of(ratios)
    q = len(triangle)
    inner = np.eye(q) + np.einsum("ai,gab,bj->gij", triangle, sums.zz, triangle)
    root = np.linalg.cholesky(inner)
    right = np.concatenate([sums.zx, sums.zy[:, :, None]], axis=2)
    solved = np.linalg.solve(root, triangle.T @ right)
    zx, zy = solved[:, :, :-1], solved[:, :, -1]
    precision = sums.xx - np.einsum("gqi,gqj->ij", zx, zx)
    score = sums.xy - np.einsum("gqi,gq->i", zx, zy)
    beta = np.linalg.solve(precision, score)
    rss = sums.yy - float((zy**2).sum()) - float(beta @ score)
    diagonal = np.diagonal(root, axis1=1, axis2=2)
    return Profile(beta, precision, rss, 2 * float(np.log(diagonal).sum()) - sums.log_weights)


def triangle_of(ratios: Floats) -> Floats:
    """Return the lower triangle ``L`` of its entries row by row.

    Parameters
    ----------
    ratios : array, shape (1,) or (3,)
        Entries.

    Returns
    -------
    array, shape (1, 1) or (2, 2)

    Examples
    --------
    >>> triangle_of(np.array([2.0, 0.5, 1.0]))
    array([[2. , 0. ],
           [0.5, 1. ]])
    """
    q = 1 if len(ratios) == 1 else 2
    triangle = np.zeros((q, q))
    triangle[np.tril_indices(q)] = ratios
    return triangle


def deviance(ratios: Floats, sums: Sums, *, reml: bool, log_variance: float | None = None) -> float:
    """Return minus twice the (restricted) log-likelihood.

    Parameters
    ----------
    ratios : array, shape (1,) or (3,)
        Lower triangle of ``L``.
    sums : Sums
        Sums over rows.
    reml : bool
        Whether the restricted likelihood is meant.
    log_variance : float, optional
        Logarithm of the residual variance; its best value by default.

    Returns
    -------
    float
    """
    at = profile(ratios, sums)
    free = sums.n - len(at.beta) if reml else sums.n
    log_variance = float(np.log(at.rss / free)) if log_variance is None else log_variance
    value = at.log_det + free * (np.log(2 * np.pi) + log_variance) + at.rss / np.exp(log_variance)
    if reml:
        value += float(np.linalg.slogdet(at.precision)[1]) + sums.log_scale
    return float(value)


def minimise(sums: Sums, q: int, *, reml: bool) -> Floats:
    """Return the variance ratios of least deviance.

    Parameters
    ----------
    sums : Sums
        Sums over rows.
    q : {1, 2}
        Random effects of each group.
    reml : bool
        Whether the restricted likelihood is meant.

    Returns
    -------
    array, shape (1,) or (3,)
        Exactly zero where the deviance is least at a variance of zero.
    """
    from scipy import optimize

    if q == 1:
        return _line_search(lambda ratio: deviance(np.array([ratio]), sums, reml=reml))

    def target(ratios: Floats) -> float:
        return deviance(ratios, sums, reml=reml)

    limits = [(0.0, None), (None, None), (0.0, None)]
    starts = [np.array([a, 0.0, b]) for a, b in product((0.3, 1.5), repeat=2)]
    rough = min(
        (optimize.minimize(target, start, method="L-BFGS-B", bounds=limits) for start in starts),
        key=lambda found: found.fun,
    )
    fine = optimize.minimize(
        target,
        rough.x,
        method="Nelder-Mead",
        bounds=limits,
        options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000, "maxfev": 4000},
    )
    best = fine if fine.fun <= rough.fun else rough
    return np.asarray(best.x, dtype=np.float64)


def _line_search(target: Callable[[float], float]) -> Floats:
    """Return where a function of one ratio is least, zero included."""
    from scipy import optimize

    values = [target(ratio) for ratio in _GRID]
    best = int(np.argmin(values))
    low, high = _GRID[max(best - 1, 0)], _GRID[min(best + 1, len(_GRID) - 1)]
    found = optimize.minimize_scalar(
        target, bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    return np.array([float(found.x) if found.fun < values[0] else 0.0])


def satterthwaite(
    ratios: Floats, variance: float, sums: Sums, contrasts: Floats, *, reml: bool
) -> Floats:
    """Return Satterthwaite's degrees of freedom of linear contrasts of the fixed effects.

    Parameters
    ----------
    ratios : array, shape (1,) or (3,)
        Variance ratios of least deviance.
    variance : float
        Residual variance.
    sums : Sums
        Sums over rows.
    contrasts : array, shape (c, k)
        Contrasts, in the columns of `sums`.
    reml : bool
        Whether the restricted likelihood is meant.

    Returns
    -------
    array, shape (c,)

    Notes
    -----
    ``2 v^2 / (g' A g)`` with ``v`` the variance of the contrast, ``g`` its gradient by the variance
    parameters and ``A`` their covariance, twice the inverse Hessian of the deviance. Directions in
    which the deviance does not curve upwards, at a variance of zero, are left out.
    """
    point = np.append(ratios, np.log(variance))

    def criterion(at: Floats) -> float:
        return deviance(at[:-1], sums, reml=reml, log_variance=float(at[-1]))

    def variances(at: Floats) -> Floats:
        covariance = np.exp(at[-1]) * np.linalg.inv(profile(at[:-1], sums).precision)
        spread: Floats = np.einsum("ci,ij,cj->c", contrasts, covariance, contrasts)
        return spread

    values, vectors = np.linalg.eigh(_hessian(criterion, point))
    keep = values > 1e-7 * values.max()
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    gradient = _gradient(variances, point)
    noise = np.einsum("ic,ij,jc->c", gradient, 2 * inverse, gradient)
    return np.asarray(2 * variances(point) ** 2 / noise, dtype=np.float64)


def _steps(point: Floats) -> Floats:
    """Return one step for each parameter, in its own units."""
    return _STEP * np.maximum(np.abs(point), 0.1)


def _gradient(function: Callable[[Floats], Floats], point: Floats) -> Floats:
    """Return the derivatives by each parameter, by fourth-order central differences."""
    rows = []
    for i, step in enumerate(_steps(point)):
        move = np.eye(len(point))[i] * step
        near = function(point + move) - function(point - move)
        far = function(point + 2 * move) - function(point - 2 * move)
        rows.append((8 * near - far) / (12 * step))
    return np.array(rows)


def _hessian(function: Callable[[Floats], float], point: Floats) -> Floats:
    """Return the second derivatives, by fourth-order central differences."""

    def slope(at: Floats) -> Floats:
        return _gradient(lambda p: np.array(function(p)), at)

    steps = 10 * _steps(point)
    moves = np.eye(len(point)) * steps
    hessian = np.array(
        [
            (
                8 * (slope(point + m) - slope(point - m))
                - (slope(point + 2 * m) - slope(point - 2 * m))
            )
            / (12 * step)
            for m, step in zip(moves, steps, strict=True)
        ]
    )
    symmetric: Floats = (hessian + hessian.T) / 2
    return symmetric
