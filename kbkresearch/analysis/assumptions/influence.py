"""How far single rows move the coefficients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

FAR = 4.0


def cooks_distance(pearson: Floats, leverage: Floats, k: int, dispersion: float) -> Floats:
    """Return Cook's distance of each row.

    Parameters
    ----------
    pearson : array, shape (n,)
        Residuals over the root of their variance function: plain ones for least squares, times the
        roots of the weights.
    leverage : array, shape (n,)
    k : int
        Coefficients.
    dispersion : float
        Residual variance of least squares; 1 for Poisson and binomial models.

    Returns
    -------
    array, shape (n,)
        NaN for a row that determines a coefficient alone (leverage 1).

    References
    ----------
    Cook RD (1977). Technometrics 19:15-18.

    Williams DA (1987). Applied Statistics 36:181-191.
    """
    free = np.where(leverage < 1 - 1e-10, 1 - leverage, np.nan)
    return np.asarray((pearson / free) ** 2 * leverage / (dispersion * k))


def one_step(scores: Floats, bread: Floats) -> Floats:
    """Return how far one Newton step without each row moves the parameters, as Cook's distance.

    Parameters
    ----------
    scores : array, shape (n, p)
        Contribution of each row to the score.
    bread : array, shape (p, p)
        Inverse information.

    Returns
    -------
    array, shape (n,)
        ``s' bread s / p``.

    References
    ----------
    Pregibon D (1981). Logistic regression diagnostics. Annals of Statistics 9:705-724.
    """
    return np.asarray(np.einsum("ij,jk,ik->i", scores, bread, scores) / scores.shape[1])


def largest(distances: Floats) -> Check:
    """Sum up the distances of all rows.

    Parameters
    ----------
    distances : array, shape (n,)

    Returns
    -------
    Check
        The largest distance; `sizes` has its row, how many rows lie beyond 4/n, and how many
        determine a coefficient alone.
    """
    n = len(distances)
    known = np.nan_to_num(distances, nan=-1.0)
    far = int((known > FAR / n).sum())
    sizes = {
        "row": float(known.argmax()),
        "far": float(far),
        "share_pct": 100 * far / n,
        "alone": float(np.isnan(distances).sum()),
    }
    return Check(float(known.max()), n=n, sizes=sizes)
