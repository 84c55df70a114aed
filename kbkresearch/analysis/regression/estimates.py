"""What every estimator returns: arrays and names of numbers, the same for all models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from kbkresearch.vocabulary import Text

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


@dataclass(frozen=True, eq=False)
class Estimates:
    """A fitted model as arrays.

    Attributes
    ----------
    params : array, shape (p,)
        Coefficients in the order of the design's columns; an ordinal model appends its thresholds
        on their own scale, so that p is k, or k + J - 1.
    covariance : array, shape (p, p)
        Covariance matrix of `params` that standard errors are taken from.
    model_covariance : array, shape (p, p)
        The model's own covariance matrix (inverse information).
    df : array, shape (p,)
        Degrees of freedom of the t distribution of each coefficient; infinite for the normal.
    fitted : array, shape (n,) or (n, J)
        Fitted means, or the probabilities of the J categories.
    linear : array, shape (n,)
        Linear predictor, with the offset where there is one.
    residuals : array, shape (n,)
        Outcome minus fitted mean (ordinal: generalised residuals, as its module says).
    scores : array, shape (n, p), or None
        Contribution of each row to the score of the log-likelihood.
    bread : array, shape (p, p), or None
        Inverse of the negative Hessian: a sandwich is ``bread @ meat @ bread``.
    leverage : array, shape (n,), or None
        Diagonal of the (weighted) hat matrix.
    stats : mapping of str to float
        Fit statistics by name.
    converged : bool
        Whether an iteration ended at its tolerance; an estimator raises where it did not.
    working_weights, score_factors : array, shape (n,), or None
        ``W`` and ``s`` of a generalised linear model: the bread is the inverse of ``X' W X`` and
        the scores are ``X * s``.
    slope : array, shape (n,), or None
        Derivative of the mean by the linear predictor; None where they are the same.
    covariance_name : str
        What `covariance` is, for the notes; empty for the model's own.
    notes : tuple of Text
        What a reader must know about this fit.
    """

    params: Floats
    covariance: Floats
    model_covariance: Floats
    df: Floats
    fitted: Floats
    linear: Floats
    residuals: Floats
    scores: Floats | None
    bread: Floats | None
    stats: Mapping[str, float]
    converged: bool
    leverage: Floats | None = None
    working_weights: Floats | None = None
    score_factors: Floats | None = None
    slope: Floats | None = None
    covariance_name: str = ""
    notes: tuple[Text, ...] = field(default=())
