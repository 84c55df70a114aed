"""Fitted means for other values of the variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import numeric
from kbkresearch.errors import BadColumnError

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.fit import Fit

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


def inverse_link(linear: Floats, link: str) -> Floats:
    """Return means from linear predictors.

    Parameters
    ----------
    linear : array
    link : {"identity", "log", "logit", "probit", "cloglog"}

    Returns
    -------
    array, same shape

    Examples
    --------
    >>> inverse_link(np.array([0.0]), "logit").tolist()
    [0.5]
    """
    from scipy.special import expit, ndtr

    if link == "identity":
        return linear
    if link == "log":
        return np.exp(linear)
    if link == "cloglog":
        return -np.expm1(-np.exp(linear))
    return np.asarray(expit(linear) if link == "logit" else ndtr(linear))


def mean_of(
    fit: Fit, frame: pd.DataFrame, mask: np.ndarray[Any, np.dtype[np.bool_]], exposure: str | None
) -> pd.Series | pd.DataFrame:
    """Return the fitted means of the rows of a frame.

    Parameters
    ----------
    fit : Fit
    frame : DataFrame, shape (m, ...)
    mask : array of bool, shape (m,)
        Rows where nothing is missing; the others give NaN.
    exposure : str or None
        Column of the exposure.

    Returns
    -------
    Series or DataFrame
    """
    used = frame.loc[mask]
    k = len(fit.design.names)
    linear = fit.design.matrix(used) @ fit.estimates.params[:k]
    if exposure is not None:
        linear = linear + np.log(_positive(used, exposure))
    means = inverse_link(linear, fit.link) if not fit.design.ordinal else _levels(fit, linear)
    built = np.full((len(frame), *means.shape[1:]), np.nan)
    built[mask] = means
    if built.ndim == 1:
        return pd.Series(built, index=frame.index, name=fit.design.outcome)
    return pd.DataFrame(built, index=frame.index, columns=fit.design.categories)


def _positive(frame: pd.DataFrame, name: str) -> Floats:
    """Return an exposure, refusing what is not above 0."""
    values = numeric(frame, name)
    rows = np.flatnonzero(values <= 0)
    if len(rows):
        raise BadColumnError(
            name,
            "holds values of 0 or less, and is the exposure",
            "Leave the rows out.",
            frame.index.take(rows).tolist(),
            values[rows].tolist(),
        )
    return values


def _levels(fit: Fit, linear: Floats) -> Floats:
    """Return the probabilities of the levels of an ordinal outcome."""
    thresholds = fit.estimates.params[len(fit.design.names) :]
    upto = inverse_link(thresholds - linear[:, None], fit.link)
    edges = np.column_stack([np.zeros(len(linear)), upto, np.ones(len(linear))])
    return np.diff(edges, axis=1)
