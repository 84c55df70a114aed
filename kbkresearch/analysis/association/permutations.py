"""Exact null distributions by going through every order of a few rows."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.analysis.association.model import Floats

MOST_ROWS = 9
_SLACK = 1e-9
_BLOCK = 20_000


@lru_cache(maxsize=2)
def _orders(n: int) -> NDArray[np.int8]:
    return np.array(list(itertools.permutations(range(n))), dtype=np.int8)


def product_p(x: Floats, y: Floats) -> float:
    """Return the exact two-sided p-value of a product of two centred columns.

    Parameters
    ----------
    x, y : array, shape (n,)
        At most `MOST_ROWS` rows; ranks for Spearman. Ties are kept as they are.

    Returns
    -------
    float
        Share of the n! orders whose product is as far from zero.

    Examples
    --------
    >>> product_p(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 4]))
    0.08333333333333333
    """
    a, b = x - x.mean(), y - y.mean()
    found = np.abs(a[_orders(a.size)] @ b)
    return float(np.mean(found >= abs(float(a @ b)) - _SLACK * max(1.0, float(a @ a))))


def concordance_p(x: Floats, y: Floats) -> float:
    """Return the exact two-sided p-value of concordant minus discordant pairs.

    Parameters
    ----------
    x, y : array, shape (n,)
        At most `MOST_ROWS` rows. Ties are kept as they are.

    Returns
    -------
    float
        Share of the n! orders whose difference is as far from zero.

    Examples
    --------
    >>> concordance_p(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 4]))
    0.08333333333333333
    """
    i, j = np.triu_indices(x.size, 1)
    of_x = np.sign(x[:, None] - x).astype(np.int8)
    of_y = np.sign(y[i] - y[j]).astype(np.int16)
    seen = abs(int(of_x[i, j] @ of_y))
    orders = _orders(x.size)
    as_far = 0
    for start in range(0, len(orders), _BLOCK):
        block = orders[start : start + _BLOCK]
        as_far += int((np.abs(of_x[block[:, i], block[:, j]] @ of_y) >= seen).sum())
    return as_far / len(orders)
