"""What every check returns, and the least squares that several of them rest on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.vocabulary import Text

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

NAN = float("nan")
_TOLERANCE, _SURE = 1e-9, 1e-7


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one assumption.

    Attributes
    ----------
    statistic, df, df2, p_value : float
        NaN where the check has none.
    n : int
        Rows it rests on.
    variant : str
        Which form of the test, where there are several.
    what : str
        The term it is about; empty for the model.
    sizes : mapping of str to float
        How large the departure is, in numbers that do not depend on n.
    problem : Text or None
        Why there is no statistic.
    """

    statistic: float = NAN
    df: float = NAN
    df2: float = NAN
    p_value: float = NAN
    n: int = 0
    variant: str = ""
    what: str = ""
    sizes: Mapping[str, float] = field(default_factory=dict)
    problem: Text | None = None

    def about(self, what: str) -> Check:
        """Return the check as one about a term."""
        return replace(self, what=what)


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """An auxiliary regression, whose columns may depend on each other.

    Attributes
    ----------
    fitted : array, shape (n,)
    sse : float
        Sum of squared residuals.
    total : float
        Sum of squares about the mean.
    rank : int
        Independent columns.
    """

    fitted: Floats
    sse: float
    total: float
    rank: int

    @property
    def explained(self) -> float:
        """Return the share of the sum of squares about the mean."""
        return 1 - self.sse / self.total if self.total > 0 else NAN


def least_squares(y: Floats, x: Floats) -> Auxiliary:
    """Regress on columns that may depend on each other.

    Parameters
    ----------
    y : array, shape (n,)
    x : array, shape (n, k)

    Returns
    -------
    Auxiliary

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [1, 2, 3, 4], [2, 4, 6, 8]])
    >>> found = least_squares(np.array([1.0, 3.0, 2.0, 4.0]), x)
    >>> found.rank, round(found.sse, 6)
    (2, 1.8)
    """
    q = orthonormal(x)
    fitted = q @ (q.T @ y)
    fitted = fitted + q @ (q.T @ (y - fitted))
    rest, centred = y - fitted, y - y.mean()
    return Auxiliary(fitted, float(rest @ rest), float(centred @ centred), q.shape[1])


def orthonormal(x: Floats) -> Floats:
    """Return orthonormal columns that span what the columns of a matrix span.

    Parameters
    ----------
    x : array, shape (n, k)

    Returns
    -------
    array, shape (n, rank)
    """
    from scipy.linalg import qr

    scale = np.sqrt(np.einsum("ij,ij->j", x, x))
    scale[scale == 0] = 1.0
    q, r = qr(x / scale, mode="economic", check_finite=False)
    if x.shape[1] > len(x) or (np.abs(np.diag(r)) <= _SURE).any():  # order the columns, slower
        q, r, _ = qr(x / scale, mode="economic", pivoting=True, check_finite=False)
    return np.asarray(q[:, np.abs(np.diag(r)) > _TOLERANCE])


def with_constant(x: Floats) -> Floats:
    """Return a design matrix with a constant column in front, unless it is there.

    Parameters
    ----------
    x : array, shape (n, k)

    Returns
    -------
    array, shape (n, k or k + 1)
    """
    if x.shape[1] and (x[:, 0] == 1).all():
        return x
    return np.column_stack([np.ones(len(x)), x])
