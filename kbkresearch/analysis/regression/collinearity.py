"""Columns that others determine: exactly (an error) or nearly (variance inflation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_TOLERANCE = 1e-10
_NEGLIGIBLE = 1e-6
_SIMPLE = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """A design matrix as ``X = (shift + Q @ R) * scale``, centred where it has an intercept.

    Attributes
    ----------
    mean, scale : array, shape (k,)
        Mean that was taken off each column (0 without an intercept, and for the intercept) and the
        norm it was divided by.
    Q : array, shape (n, k)
        Orthonormal columns; the first is constant where there is an intercept.
    R : array, shape (k, k)
        Upper triangular; its diagonal is the share of a column that the columns before it leave.
    intercept : bool
        Whether the first column of `X` is one.
    """

    mean: Floats
    scale: Floats
    Q: Floats
    R: Floats
    intercept: bool


@dataclass(frozen=True, slots=True, eq=False)
class Inflation:
    """How much the other columns inflate the variance of each coefficient.

    Attributes
    ----------
    vif, tolerance : array, shape (k,)
        Per column, NaN for the intercept; tolerance is 1 / VIF.
    gvif, gvif_scaled : dict of str to float
        Per term: generalised VIF, and GVIF^(1/(2 df)).
    df : dict of str to int
        Columns of each term.
    """

    vif: Floats
    tolerance: Floats
    gvif: dict[str, float]
    gvif_scaled: dict[str, float]
    df: dict[str, int]


def basis(x: Floats, weights: Floats | None = None) -> Basis:
    """Return an orthonormal basis of the columns, centred before anything is squared.

    Parameters
    ----------
    x : array, shape (n, k)
        Design matrix; an intercept, if any, is its first column.
    weights : array, shape (n,), optional
        Positive weights; the rows are multiplied by their roots.

    Returns
    -------
    Basis
    """
    from scipy.linalg import qr

    intercept = bool(x.shape[1]) and bool((x[:, 0] == 1).all())
    mean = np.average(x, axis=0, weights=weights) if intercept else np.zeros(x.shape[1])
    mean[:1] = 0.0
    work = np.subtract(x, mean, order="F")
    if weights is not None:
        work *= np.sqrt(weights)[:, None]
    scale = np.sqrt(np.einsum("ij,ij->j", work, work))
    scale[scale == 0] = 1.0
    work /= scale
    q, r = qr(work, mode="economic", overwrite_a=True, check_finite=False)
    return Basis(mean, scale, q, r, intercept)


def dependent(x: Floats, names: Sequence[str], found: Basis | None = None) -> list[str]:
    """Say which columns the columns before them determine.

    Parameters
    ----------
    x : array, shape (n, k)
    names : sequence of str
        The k names.
    found : Basis, optional
        Basis of `x` where it is known.

    Returns
    -------
    list of str
        One equation per dependent column, such as ``"total = doctors + nurses"``; empty at full
        rank.

    Examples
    --------
    >>> x = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 0], [1, 0, 1.0]])
    >>> dependent(x, ["Intercept", "blud", "non_blud"])
    ['non_blud = Intercept - blud']
    """
    found = found or basis(x)
    share = np.abs(np.diag(found.R))
    loss = np.abs(x).max(axis=0) * np.sqrt(len(x)) / found.scale * np.finfo(float).eps * 64
    weak = share < np.maximum(_TOLERANCE, loss)
    weak[0] = weak[0] and not found.intercept
    kept = np.flatnonzero(~weak)
    return [_equation(found, int(j), kept[kept < j], names) for j in np.flatnonzero(weak)]


def _equation(found: Basis, column: int, before: np.ndarray[Any, Any], names: Sequence[str]) -> str:
    """Write a column as the combination of others that gives it."""
    if len(before) == 0:
        return f"{names[column]} = 0"
    share = np.linalg.lstsq(found.R[:, before], found.R[:, column], rcond=None)[0]
    factor = share * found.scale[column] / found.scale[before]
    if found.intercept:
        factor[0] += found.mean[column] - factor[1:] @ found.mean[before[1:]]
    size = np.abs(factor) * found.scale[before]
    parts = [
        _part(float(one), names[place])
        for one, place, big in zip(factor, before, size, strict=True)
        if big > _NEGLIGIBLE * max(size.max(), found.scale[column])
    ]
    text = " ".join(parts) or "+ 0"
    return f"{names[column]} = {text.removeprefix('+ ').replace('- ', '-', text.startswith('-'))}"


def _part(factor: float, name: str) -> str:
    """Write one summand with its sign."""
    sign, size = ("-", -factor) if factor < 0 else ("+", factor)
    return f"{sign} {name}" if abs(size - 1) < _SIMPLE else f"{sign} {size:.4g} {name}"


def inflation(x: Floats, terms: Mapping[str, Sequence[int]], found: Basis) -> Inflation:
    """Return variance inflation of columns and terms, from the correlations of the design.

    Parameters
    ----------
    x : array, shape (n, k)
        Design matrix at full rank.
    terms : mapping of str to sequence of int
        Columns of each term; the intercept's is passed over.
    found : Basis
        Basis of `x`, with weights where the model has them.

    Returns
    -------
    Inflation

    Notes
    -----
    With the correlation matrix split into the term's own block, the block of the others and the
    whole, GVIF is det(own) det(others) / det(whole). For a term of one column it is the VIF, the
    diagonal of the inverse correlation matrix. Without an intercept columns are not centred.

    References
    ----------
    Fox J, Monette G (1992). Generalized collinearity diagnostics. Journal of the American
    Statistical Association 87:178-183.
    """
    moving = np.arange(int(found.intercept), x.shape[1])
    own = found.R[np.ix_(moving, moving)]
    correlation = own.T @ own
    vif = np.full(x.shape[1], np.nan)
    vif[moving] = np.diag(np.linalg.inv(correlation)) if len(moving) else ()
    place = {int(column): i for i, column in enumerate(moving)}
    blocks = {
        term: [place[column] for column in columns if column in place]
        for term, columns in terms.items()
    }
    blocks = {term: own for term, own in blocks.items() if own}
    gvif = {term: _generalised(correlation, own) for term, own in blocks.items()}
    df = {term: len(own) for term, own in blocks.items()}
    scaled = {term: value ** (1 / (2 * df[term])) for term, value in gvif.items()}
    return Inflation(vif, 1 / vif, gvif, scaled, df)


def _generalised(correlation: Floats, own: list[int]) -> float:
    """Return det(own) det(others) / det(whole), by logarithms."""
    others = np.setdiff1d(np.arange(len(correlation)), own)

    def log_det(rows: Any) -> float:
        return float(np.linalg.slogdet(correlation[np.ix_(rows, rows)])[1]) if len(rows) else 0.0

    whole = log_det(np.arange(len(correlation)))
    return float(np.exp(log_det(own) + log_det(others) - whole))
