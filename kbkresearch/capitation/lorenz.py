"""How gains and losses are spread: Lorenz curves and Gini coefficients, each side by itself.

A Gini coefficient of numbers that are partly negative has no bounds and no meaning of its own, so
gains are taken among those who gain and losses among those who lose.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def lorenz(amounts: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return a Lorenz curve.

    Parameters
    ----------
    amounts : array of float, shape (n,)
        Not negative, per unit of weight.
    weights : array of float, shape (n,)
        Such as member-months; above zero.

    Returns
    -------
    share_of_weights, share_of_amounts : array of float, shape (n + 1,)
        From the smallest amount on; both from 0 to 1.
    """
    order = np.argsort(amounts, kind="stable")
    people = np.append(0.0, np.cumsum(weights[order]))
    money = np.append(0.0, np.cumsum((amounts * weights)[order]))
    return people / people[-1], money / money[-1]


def gini(amounts: Floats, weights: Floats) -> float:
    """Return the Gini coefficient: twice the area between a Lorenz curve and the diagonal.

    Parameters
    ----------
    amounts, weights : array of float, shape (n,)
        As `lorenz`.

    Returns
    -------
    float
        0 where all amounts are equal, near 1 where one holds all; NaN where there is nothing.

    Examples
    --------
    >>> import numpy as np
    >>> gini(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    0.25
    """
    if len(amounts) == 0 or float(amounts @ weights) == 0:
        return float("nan")
    people, money = lorenz(amounts, weights)
    return float(1 - np.sum(np.diff(people) * (money[1:] + money[:-1])))


def gains_and_losses(gain_pmpm: Floats, months: Floats) -> tuple[pd.DataFrame, dict[str, float]]:
    """Return Lorenz curves and Gini coefficients of gains and of losses.

    Parameters
    ----------
    gain_pmpm : array of float, shape (n,)
        Payment minus cost per member-month.
    months : array of float, shape (n,)

    Returns
    -------
    curves : DataFrame
        ``side`` (gain, loss), ``share_of_months``, ``share_of_rupiah``.
    coefficients : dict of str to float
        ``gini_gain``, ``gini_loss``.
    """
    curves, coefficients = [], {}
    for side, sign in (("gain", 1.0), ("loss", -1.0)):
        there = sign * gain_pmpm > 0
        amounts, weights = sign * gain_pmpm[there], months[there]
        coefficients[f"gini_{side}"] = gini(amounts, weights)
        if there.any():
            people, money = lorenz(amounts, weights)
            curves.append(
                pd.DataFrame({"side": side, "share_of_months": people, "share_of_rupiah": money})
            )
    columns = ["side", "share_of_months", "share_of_rupiah"]
    found = pd.concat(curves, ignore_index=True) if curves else pd.DataFrame(columns=columns)
    return found, coefficients
