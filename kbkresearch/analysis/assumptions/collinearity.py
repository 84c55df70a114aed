"""Do columns of the design say the same? The condition number; VIF comes with the fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats


def condition_number(x: Floats, weights: Floats | None = None) -> Check:
    """Return the scaled condition number of a design matrix, its constant included.

    Parameters
    ----------
    x : array, shape (n, k)
    weights : array, shape (n,), optional

    Returns
    -------
    Check
        The largest singular value over the smallest, with each column divided by its norm and not
        centred; SPSS's largest condition index.

    References
    ----------
    Belsley DA, Kuh E, Welsch RE (1980). Regression Diagnostics, chapter 3.

    Examples
    --------
    >>> round(condition_number(np.array([[1.0, 1], [1, 2], [1, 3]])).statistic, 4)
    5.0952
    """
    rows = x if weights is None else x * np.sqrt(weights)[:, None]
    values = np.linalg.svd(rows / np.sqrt((rows**2).sum(axis=0)), compute_uv=False)
    return Check(float(values[0] / values[-1]), n=len(x))
