"""Average effects on the scale of the outcome: pure functions on design matrices.

Every response is a smooth function of one linear predictor, ``mu(x'b)``. An ordinal model has
J - 1 of them, the chances ``P(Y > j) = F(x'b - theta_j)`` of passing each threshold, from which the
probabilities of its categories are differences. So one formula for a mean, its derivative and its
gradient by the parameters serves every model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True, eq=False, slots=True)
class Contrast:
    """What is averaged over the rows.

    Attributes
    ----------
    variable, label : str
        The variable, and what is done to it (``"dy/dx"``, ``"blud - non_blud"``).
    kind : {"slope", "change", "prediction"}
        Derivative, difference of two predictions, or a prediction.
    x : array, shape (n, k)
        Design matrix (of the second value, for a change).
    other : array, shape (n, k), or None
        Its derivative by the variable (slope), or that of the first value (change).
    """

    variable: str
    label: str
    kind: Literal["slope", "change", "prediction"]
    x: Floats
    other: Floats | None = None

    def rows(self, chosen: Ints) -> Contrast:
        """Return the contrast on some of the rows."""
        other = None if self.other is None else self.other[chosen]
        return Contrast(self.variable, self.label, self.kind, self.x[chosen], other)


@dataclass(frozen=True, eq=False, slots=True)
class Responses:
    """How means follow from parameters, and how rows are averaged.

    Attributes
    ----------
    link : {"identity", "log", "logit", "probit", "cloglog"}
        Link.
    weights : array, shape (n,)
        Shares of the rows in the average; they sum to 1.
    offset : array, shape (n,)
        Known part of the linear predictor.
    n_cuts : int
        Thresholds that follow the coefficients among the parameters; 0 unless ordinal.
    """

    link: str
    weights: Floats
    offset: Floats
    n_cuts: int = 0


def curve(linear: Floats, link: str) -> tuple[Floats, Floats, Floats]:
    """Return the mean and its first two derivatives by the linear predictor.

    Parameters
    ----------
    linear : array, shape (n,)
        Linear predictor.
    link : {"identity", "log", "logit", "probit", "cloglog"}
        Link.

    Returns
    -------
    mean, first, second : array, shape (n,)

    Examples
    --------
    >>> [float(one[0]) for one in curve(np.array([0.0]), "logit")]
    [0.5, 0.25, 0.0]
    """
    from scipy.special import expit, ndtr

    if link == "identity":
        return linear, np.ones_like(linear), np.zeros_like(linear)
    if link == "log":
        mean = np.exp(linear)
        return mean, mean, mean
    if link == "cloglog":
        hazard = np.exp(linear)
        first = hazard * np.exp(-hazard)
        return -np.expm1(-hazard), first, first * (1 - hazard)
    if link == "probit":
        first = np.exp(-0.5 * linear**2) / np.sqrt(2 * np.pi)
        return ndtr(linear), first, -linear * first
    mean, rest = expit(linear), expit(-linear)
    return mean, mean * rest, mean * rest * (rest - mean)


def average(contrast: Contrast, params: Floats, responses: Responses) -> tuple[Floats, Floats]:
    """Return the average of a contrast over the rows, and its gradient.

    Parameters
    ----------
    contrast : Contrast
        What is averaged.
    params : array, shape (p,)
        Coefficients, then thresholds where there are any.
    responses : Responses
        How means follow from them.

    Returns
    -------
    value : array, shape (r,)
        One value; for an ordinal model one for each category.
    gradient : array, shape (r, p)
        Derivatives by the parameters.
    """
    k = contrast.x.shape[1]
    if not responses.n_cuts:
        value, gradient, _ = _at(contrast, params, 0.0, responses)
        return np.array([value]), gradient[None, :]
    passed = [_at(contrast, params[:k], cut, responses) for cut in params[k:]]
    values = np.array([one[0] for one in passed])
    own = np.diag([-one[2] for one in passed])
    gradient = np.hstack([np.array([one[1] for one in passed]), own])
    certain = float(contrast.kind == "prediction")
    to_categories = -np.diff(np.eye(responses.n_cuts + 2)[:, 1:-1], axis=0)
    shift = np.zeros(responses.n_cuts + 1)
    shift[0] = certain
    return shift + to_categories @ values, to_categories @ gradient


def _at(
    contrast: Contrast, beta: Floats, cut: float, responses: Responses
) -> tuple[float, Floats, float]:
    """Return the average of one response, its gradient by the coefficients, and by the shift."""
    w = responses.weights
    mean, first, second = curve(contrast.x @ beta + responses.offset - cut, responses.link)
    if contrast.kind == "prediction" or contrast.other is None:
        return float(w @ mean), (w * first) @ contrast.x, float(w @ first)
    if contrast.kind == "slope":
        steep = contrast.other @ beta
        gradient = (w * second * steep) @ contrast.x + (w * first) @ contrast.other
        return float(w @ (first * steep)), gradient, float(w @ (second * steep))
    base, base_first, _ = curve(contrast.other @ beta + responses.offset - cut, responses.link)
    gradient = (w * first) @ contrast.x - (w * base_first) @ contrast.other
    return float(w @ (mean - base)), gradient, float(w @ (first - base_first))
