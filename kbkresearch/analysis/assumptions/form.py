"""Is something missing from the right-hand side? Columns added to least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

_TOLERANCE = 1e-8

NOTHING_NEW = Text(
    "suku tambahan sudah dapat dibentuk dari kolom yang ada dalam model",
    "what would be added already follows from columns of the model",
)
FEW_ROWS = Text(
    "terlalu sedikit baris untuk suku tambahan", "too few rows for the columns to be added"
)


def powers(values: Floats, *, centred: bool = True) -> Floats:
    """Return square and cube of values brought to mean 0 and standard deviation 1.

    Parameters
    ----------
    values : array, shape (n,)
        Not constant.
    centred : bool
        Whether the model has a constant. Without one the values are only scaled, since taking off
        the mean would bring a constant in.

    Returns
    -------
    array, shape (n, 2)
    """
    z = values - values.mean() if centred else values
    z = z / np.sqrt(np.mean(z**2))
    return np.column_stack([z**2, z**3])


def new_columns(span: Floats, columns: Floats) -> Floats:
    """Return what columns add to a design: orthogonal to it and to each other.

    Parameters
    ----------
    span : array, shape (n, k)
        Orthonormal basis of the design.
    columns : array, shape (n, m)

    Returns
    -------
    array, shape (n, r)
        Of standard deviation 1 about zero; r is smaller than m where columns add nothing.
    """
    kept = np.empty((len(span), 0))
    for column in columns.T:
        rest = column
        for _ in range(2):
            rest = rest - span @ (span.T @ rest) - kept @ (kept.T @ rest) / len(span)
        size = np.sqrt(np.mean(rest**2))
        if size > _TOLERANCE * np.sqrt(np.mean(column**2)):
            kept = np.column_stack([kept, rest / size])
    return kept


def added(residuals: Floats, span: Floats, columns: Floats, total: float) -> Check:
    """Test by F whether columns improve a least-squares fit.

    Parameters
    ----------
    residuals : array, shape (n,)
        Of the fit without the columns; with weights, these and the other arrays are multiplied by
        their roots.
    span : array, shape (n, k)
        Orthonormal basis of the design.
    columns : array, shape (n, m)
        What is added.
    total : float
        Sum of squares of the outcome about its mean.

    Returns
    -------
    Check
        `sizes` has by how much R squared rises, and how much of it is more than chance gives.

    References
    ----------
    Ramsey JB (1969). Tests for specification errors in classical linear least-squares regression
    analysis. Journal of the Royal Statistical Society B 31:350-371.
    """
    from scipy.special import fdtrc

    new = new_columns(span, columns)
    n, k, m = len(residuals), span.shape[1], new.shape[1]
    if not m:
        return Check(n=n, problem=NOTHING_NEW)
    if n <= k + m:
        return Check(n=n, problem=FEW_ROWS)
    gain = float(((new.T @ residuals) ** 2).sum() / n)
    rest = n - k - m
    variance = (float(residuals @ residuals) - gain) / rest
    f = gain / m / variance
    sizes = {"r2_rise": gain / total, "excess": max(gain - m * variance, 0.0) / total}
    return Check(f, float(m), float(rest), float(fdtrc(m, rest, f)), n, "f", sizes=sizes)
