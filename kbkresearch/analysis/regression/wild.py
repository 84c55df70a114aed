"""The wild cluster bootstrap of least squares, with the null hypothesis imposed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.covariance import sums
from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Draws: TypeAlias = Literal["auto", "rademacher", "webb", "all"]

DRAWS = 4999
WEBB_UP_TO = 12
_MOST_ENUMERATED = 20
_TIE = 1e-10
_DOUBLINGS = 24
_HALVINGS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Wild:
    """P-values and intervals of the wild cluster bootstrap.

    Attributes
    ----------
    p_value, ci_low, ci_high : array, shape (k,)
        Per coefficient. A limit is infinite where no value far out is rejected, as happens with
        very few clusters.
    draws : int
        Sets of weights that were used.
    weights : {"rademacher", "webb", "all"}
        Distribution of the weights; ``"all"`` are all 2^G sets of signs.
    """

    p_value: Floats
    ci_low: Floats
    ci_high: Floats
    draws: int
    weights: str


def wild_bootstrap(
    x: Floats,
    residuals: Floats,
    params: Floats,
    bread: Floats,
    codes: Ints,
    n_groups: int,
    *,
    level: float = 0.95,
    seed: int = 0,
    weights: Draws = "auto",
    draws: int = DRAWS,
) -> Wild:
    """Return bootstrap p-values of each coefficient, and intervals by inverting the test.

    Parameters
    ----------
    x : array, shape (n, k)
        Design matrix, rows multiplied by the roots of their weights where there are weights.
    residuals : array, shape (n,)
        Residuals, multiplied in the same way.
    params : array, shape (k,)
        Least-squares coefficients.
    bread : array, shape (k, k)
        Inverse of ``x' x``.
    codes : array of int, shape (n,)
        Clusters 0 to G - 1.
    n_groups : int
        G.
    level : float
        Confidence level.
    seed : int
        Start of the random generator.
    weights : {"auto", "rademacher", "webb", "all"}
        ``"auto"`` takes Webb's six points up to 12 clusters, signs above; ``"all"`` goes through
        every set of signs.
    draws : int
        Sets of weights to draw.

    Returns
    -------
    Wild

    Raises
    ------
    BadArgumentError
        For ``"all"`` with more than 20 clusters.

    Notes
    -----
    For each coefficient and hypothetical value b0, the residuals of the fit with the coefficient
    held at b0 are multiplied by one random weight per cluster, and the t statistic of b0 with a
    cluster-robust standard error is computed again. The p-value is the share of these that are at
    least as large; a drawn set counts the data themselves as one more draw. As everything is linear
    in b0, one pass over the draws gives the p-value of every b0.

    References
    ----------
    Cameron AC, Gelbach JB, Miller DL (2008). Bootstrap-based improvements for inference with
    clustered errors. Review of Economics and Statistics 90:414-427.

    Webb MD (2023). Reworking wild bootstrap-based inference for clustered errors. Canadian Journal
    of Economics 56:839-858.

    Roodman D, Nielsen MO, MacKinnon JG, Webb MD (2019). Fast and wild: bootstrap inference in Stata
    using boottest. Stata Journal 19:4-60.
    """
    kind = weights
    if kind == "auto":
        kind = "webb" if n_groups <= WEBB_UP_TO else "rademacher"
    drawn = _weights(kind, n_groups, draws, np.random.default_rng(seed))
    scores = sums(x * residuals[:, None], codes, n_groups)
    found = [
        _coefficient(j, x, scores, params, bread, codes, drawn, 1 - level, exact=kind == "all")
        for j in range(len(params))
    ]
    p, low, high = np.array(found).T
    return Wild(p, low, high, len(drawn), kind)


def _weights(kind: str, n_groups: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return sets of weights, one row per set."""
    if kind == "webb":
        points = np.sqrt([0.5, 1.0, 1.5])
        return np.asarray(rng.choice(np.concatenate([-points, points]), size=(draws, n_groups)))
    if kind == "rademacher":
        signs = np.array([-1.0, 1.0])
        return np.asarray(rng.choice(signs, size=(draws, n_groups)), dtype=np.float64)
    if n_groups > _MOST_ENUMERATED:
        raise BadArgumentError(
            f"All sets of signs of {n_groups} clusters are too many; use weights='rademacher'"
            f" (at most {_MOST_ENUMERATED} clusters)."
        )
    bits = np.arange(2**n_groups)[:, None] >> np.arange(n_groups) & 1
    return np.asarray(1.0 - 2.0 * bits, dtype=np.float64)


def _coefficient(
    j: int,
    x: Floats,
    scores: Floats,
    params: Floats,
    bread: Floats,
    codes: Ints,
    drawn: Floats,
    alpha: float,
    *,
    exact: bool,
) -> tuple[float, float, float]:
    """Return p-value and limits of one coefficient."""
    row = bread[j]
    along = sums(x * (x @ row)[:, None], codes, len(scores))
    spread = along @ bread
    top0, side0 = _parts(drawn, scores, row, spread)
    top1, side1 = _parts(drawn, along, row, spread)
    squares = [np.einsum("ij,ij->i", a, b) for a, b in ((side0, side0), (side0, side1))]
    squares.append(np.einsum("ij,ij->i", side1, side1))
    se = float(np.sqrt(((scores @ row) ** 2).sum()))

    def p_value(value: float) -> float:
        shift = (params[j] - value) / row[j]
        top = top0 + shift * top1
        variance = squares[0] + 2 * shift * squares[1] + shift**2 * squares[2]
        extreme = np.abs(top) * se >= np.abs(params[j] - value) * np.sqrt(
            np.maximum(variance, 0.0)
        ) * (1 - _TIE)
        return float(extreme.mean() if exact else (1 + extreme.sum()) / (1 + len(extreme)))

    limits = (_limit(p_value, params[j], side * se, alpha) for side in (-1, 1))
    return (p_value(0.0), *limits)  # type: ignore[return-value]


def _parts(drawn: Floats, scores: Floats, row: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return the estimate's deviation per draw, and the clusters' share in its variance."""
    own = drawn * (scores @ row)
    return own.sum(axis=1), own - (drawn @ scores) @ spread.T


def _limit(p_value: Callable[[float], float], centre: float, step: float, alpha: float) -> float:
    """Return the value, going one way from the estimate, where the p-value falls to alpha."""
    inside, outside = centre, centre + step
    for _ in range(_DOUBLINGS):
        if p_value(outside) <= alpha:
            break
        inside, outside, step = outside, outside + 2 * step, 2 * step
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(_HALVINGS):
        middle = 0.5 * (inside + outside)
        inside, outside = (middle, outside) if p_value(middle) > alpha else (inside, middle)
    return float(outside)
