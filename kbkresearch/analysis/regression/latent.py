"""The likelihood of cumulative models and its maximum, by Newton's method.

An ordered outcome with J categories is read as a latent scale cut at J - 1 thresholds,
``P(Y <= j | x) = F(theta_j - x'b)``. Every row then lies between a lower and an upper bound, both
linear in the parameters, ``lower = L p`` and ``upper = U p``, and its log-likelihood
``log(F(upper) - F(lower))`` is concave in ``p`` for both links. One Newton iteration on ``U`` and
``L`` therefore serves the proportional model and the models in which some coefficients differ
between thresholds (`kbkresearch.analysis.regression.parallel_lines`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.errors import BadArgumentError, BadColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.links import Link

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_MAX_ITERATIONS = 100
_SUSPICIOUS = 12  # Newton needs four to eight iterations unless the maximum lies at infinity
_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class Bounds:
    """Where each row lies on the latent scale, as linear functions of the parameters.

    Attributes
    ----------
    upper, lower : array, shape (n, p)
        Rows times the parameters (less the offset) are the bounds of each observed category.
    top, bottom : array of bool, shape (n,)
        Rows in the last (first) category, whose upper (lower) bound is infinite.
    offset, weights : array, shape (n,)
        Known part of the linear predictor; weights.
    """

    upper: Floats
    lower: Floats
    top: np.ndarray[Any, np.dtype[np.bool_]]
    bottom: np.ndarray[Any, np.dtype[np.bool_]]
    offset: Floats
    weights: Floats

    def at(self, params: Floats) -> tuple[Floats, Floats]:
        """Return the upper and lower bounds at `params`, each of shape (n,)."""
        upper = np.where(self.top, np.inf, self.upper @ params - self.offset)
        return upper, np.where(self.bottom, -np.inf, self.lower @ params - self.offset)


def bounds_of(design: Design, free: Sequence[int] = ()) -> Bounds:
    """Return the bounds of a cumulative model.

    Parameters
    ----------
    design : Design
        An ordinal design: codes 0 to J - 1 in `y`, no intercept in `X`.
    free : sequence of int
        Columns of `X` whose coefficient differs between thresholds; none in the proportional model.

    Returns
    -------
    Bounds
        Parameters in the order: coefficients of the other columns; then, threshold by threshold,
        the threshold and its coefficients of the free columns.
    """
    codes = design.y.astype(np.int64)
    n, n_cuts = len(codes), int(codes.max())
    common = np.delete(design.X, list(free), axis=1)
    local = np.column_stack([np.ones(n), -design.X[:, list(free)]])
    cuts = np.vstack([np.eye(n_cuts), np.zeros(n_cuts)])  # the last row: no such threshold

    def rows(cut: Ints) -> Floats:
        own = (cuts[cut][:, :, None] * local[:, None, :]).reshape(n, -1)
        exists = (cut >= 0) & (cut < n_cuts)
        return np.hstack([np.where(exists[:, None], -common, 0.0), own])

    ones, zeros = np.ones(n), np.zeros(n)
    return Bounds(
        rows(codes),
        rows(codes - 1),
        codes == n_cuts,
        codes == 0,
        zeros if design.offset is None else design.offset,
        ones if design.weights is None else design.weights,
    )


def probability(upper: Floats, lower: Floats, link: Link) -> Floats:
    """Return ``F(upper) - F(lower)`` without cancellation in the upper tail.

    Parameters
    ----------
    upper, lower : array, shape (n,)
        Bounds on the latent scale.
    link : Link
        Latent distribution; it is symmetric.

    Returns
    -------
    array, shape (n,)

    Examples
    --------
    >>> from kbkresearch.analysis.regression.links import link_of
    >>> probability(np.array([np.inf]), np.array([40.0]), link_of("logit"))
    array([4.24835426e-18])
    """
    mirrored = lower > 0
    high, low = np.where(mirrored, -lower, upper), np.where(mirrored, -upper, lower)
    return link.cdf(high) - link.cdf(low)


def log_likelihood(params: Floats, bounds: Bounds, link: Link) -> float:
    """Return the log-likelihood, minus infinity where a category has no room.

    Parameters
    ----------
    params : array, shape (p,)
        Parameters.
    bounds : Bounds
        The model and the data.
    link : Link
        Latent distribution.

    Returns
    -------
    float
    """
    chance = probability(*bounds.at(params), link)
    used = bounds.weights > 0
    if not np.all(chance[used] > 0):
        return -np.inf
    return float(bounds.weights[used] @ np.log(chance[used]))


def derivatives(params: Floats, bounds: Bounds, link: Link) -> tuple[Floats, Floats]:
    """Return the scores of the rows and the negative Hessian of the log-likelihood.

    Parameters
    ----------
    params : array, shape (p,)
        Parameters.
    bounds : Bounds
        The model and the data.
    link : Link
        Latent distribution.

    Returns
    -------
    scores : array, shape (n, p)
        Weighted contributions to the score.
    information : array, shape (p, p)
        Negative Hessian.
    """
    upper, lower = bounds.at(params)
    chance = probability(upper, lower, link)
    chance = np.where(bounds.weights > 0, chance, 1.0)
    at_upper, at_lower = link.pdf(upper) / chance, link.pdf(lower) / chance
    w = bounds.weights
    scores = (w * at_upper)[:, None] * bounds.upper - (w * at_lower)[:, None] * bounds.lower
    curve_upper = w * (at_upper**2 - link.slope(upper) / chance)
    curve_lower = w * (at_lower**2 + link.slope(lower) / chance)
    cross = bounds.upper.T @ ((w * at_upper * at_lower)[:, None] * bounds.lower)
    information = (
        bounds.upper.T @ (curve_upper[:, None] * bounds.upper)
        + bounds.lower.T @ (curve_lower[:, None] * bounds.lower)
        - cross
        - cross.T
    )
    return scores, information


def maximise(bounds: Bounds, start: Floats, link: Link) -> tuple[Floats, int]:
    """Maximise the log-likelihood by Newton's method with step halving.

    Parameters
    ----------
    bounds : Bounds
        The model and the data.
    start : array, shape (p,)
        Where to begin; the likelihood must be positive there.
    link : Link
        Latent distribution.

    Returns
    -------
    params : array, shape (p,)
        Maximum of the log-likelihood.
    iterations : int
        Newton steps taken.

    Raises
    ------
    BadArgumentError
        Where the iteration does not end.

    Notes
    -----
    Ends when the Newton decrement, twice the expected gain of the next step, has fallen below
    1e-12; the step that showed this is still taken.
    """
    params, value = start, log_likelihood(start, bounds, link)
    for iteration in range(1, _MAX_ITERATIONS + 1):
        scores, information = derivatives(params, bounds, link)
        gradient = scores.sum(axis=0)
        step = _solve(information, gradient)
        decrement = float(gradient @ step)
        size = 1.0
        while (trial := log_likelihood(params + size * step, bounds, link)) < value - 1e-9 * abs(
            value
        ):
            size /= 2
        params, value = params + size * step, trial
        if decrement < _TOLERANCE:
            return params, iteration
    raise BadArgumentError(
        f"The ordinal model did not converge in {_MAX_ITERATIONS} Newton steps. Look for factor "
        "levels with very few rows, and for columns on very different scales."
    )


def _solve(information: Floats, gradient: Floats) -> Floats:
    """Return the Newton step; of least length where the information is singular."""
    try:
        step = np.linalg.solve(information, gradient)
    except np.linalg.LinAlgError:
        step = np.linalg.lstsq(information, gradient)[0]
    return np.asarray(step, dtype=np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Maximum:
    """A fitted cumulative model.

    Attributes
    ----------
    params : array, shape (p,)
        Maximum-likelihood estimates, in the order of `bounds_of`.
    covariance : array, shape (p, p)
        Inverse of the negative Hessian.
    loglik : float
        Log-likelihood.
    bounds : Bounds
        The model and the data it was fitted to.
    """

    params: Floats
    covariance: Floats
    loglik: float
    bounds: Bounds


def fit_bounds(design: Design, link: Link, free: Sequence[int] = ()) -> Maximum:
    """Fit a cumulative model, proportional unless columns are free to differ by threshold.

    Parameters
    ----------
    design : Design
        An ordinal design: codes 0 to J - 1 in `y`, no intercept in `X`.
    link : Link
        Latent distribution.
    free : sequence of int
        Columns of `X` whose coefficient differs between thresholds.

    Returns
    -------
    Maximum

    Raises
    ------
    BadColumnError
        Where the columns separate the categories, so that no finite estimate exists.
    BadArgumentError
        Where the iteration does not end.

    Notes
    -----
    The iteration runs on centred and scaled columns; estimates and covariance are then taken back
    to the columns as they are.
    """
    bounds = bounds_of(design, free)
    back = _unscale(design.X, list(free), int(design.y.max()))
    scaled = Bounds(
        bounds.upper @ back,
        bounds.lower @ back,
        bounds.top,
        bounds.bottom,
        bounds.offset,
        bounds.weights,
    )
    params, iterations = maximise(scaled, _start(design, link, list(free)), link)
    if iterations > _SUSPICIOUS:
        _refuse_separation(design, bounds, free)
    covariance = back @ np.linalg.inv(derivatives(params, scaled, link)[1]) @ back.T
    return Maximum(back @ params, covariance, log_likelihood(params, scaled, link), bounds)


def _unscale(x: Floats, free: list[int], n_cuts: int) -> Floats:
    """Return the matrix that takes parameters of standardised columns to those of the raw ones."""
    centre, spread = (x.mean(axis=0), x.std(axis=0)) if x.shape[1] else (np.empty(0), np.empty(0))
    spread = np.where(spread > 0, spread, 1.0)
    common = np.setdiff1d(np.arange(x.shape[1]), free)
    local = np.diag(np.concatenate([[1.0], 1 / spread[free]]))
    local[0, 1:] = centre[free] / spread[free]
    k, width = len(common), len(local)
    back = np.zeros((k + n_cuts * width, k + n_cuts * width))
    back[:k, :k] = np.diag(1 / spread[common])
    back[k:, k:] = np.kron(np.eye(n_cuts), local)
    back[k::width, :k] = centre[common] / spread[common]
    return back


def _start(design: Design, link: Link, free: list[int]) -> Floats:
    """Return thresholds that reproduce the observed shares, all coefficients zero."""
    counts = np.bincount(design.y.astype(np.int64), design.weights)
    cuts = link.ppf(np.cumsum(counts)[:-1] / counts.sum())
    cuts = cuts + (0.0 if design.offset is None else float(np.mean(design.offset)))
    width, k = 1 + len(free), design.X.shape[1] - len(free)
    start = np.zeros(k + width * len(cuts))
    start[k::width] = cuts
    return start


def _refuse_separation(design: Design, bounds: Bounds, free: Sequence[int]) -> None:
    """Raise where the likelihood rises for ever in some direction, naming its columns.

    The log-likelihood is concave and rises without end along ``d`` if and only if no row's upper
    bound falls, no lower bound rises, and some bound moves: a linear programme.
    """
    from scipy.optimize import linprog

    used = bounds.weights > 0
    moves = np.vstack([bounds.upper[used & ~bounds.top], -bounds.lower[used & ~bounds.bottom]])
    moves = np.unique(moves, axis=0)
    moves = moves / np.abs(moves).max(axis=0).clip(min=1e-300)
    found = linprog(-moves.sum(axis=0), A_ub=-moves, b_ub=np.zeros(len(moves)), bounds=(-1, 1))
    if found.status != 0 or -found.fun < 1e-7:  # noqa: PLR2004 - the solver's own tolerance
        return
    common = [name for i, name in enumerate(design.names) if i not in set(free)]
    guilty = [name for name, d in zip(common, found.x, strict=False) if abs(d) > 1e-7]  # noqa: PLR2004
    guilty = guilty or [design.names[i] for i in free]
    raise BadColumnError(
        ", ".join(guilty),
        f"separates the categories of {design.outcome!r} completely or nearly so: the likelihood "
        "has no maximum, every estimate would be an accident of the iteration",
        "Leave it out, merge categories or factor levels, or compare groups with an exact test.",
    )
