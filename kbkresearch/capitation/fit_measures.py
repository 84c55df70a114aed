"""How a payment fits cost, from sums over records: pure functions, one row per group.

The sums are all that is needed, so records can be added up wherever they are (numpy, a database).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.capitation.rates import tail_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def record_sums(
    payment: Floats, cost: Floats, months: Floats, mean_cost: Floats | float
) -> dict[str, Floats]:
    """Return what each record adds to the sums that the measures need.

    Parameters
    ----------
    payment, cost : array of float, shape (n,)
        Rupiah of each record.
    months : array of float, shape (n,)
        Its member-months, above zero.
    mean_cost : float or array of float, shape (n,)
        Cost per member-month of the group that the record is in.

    Returns
    -------
    dict of str to array, shape (n,)
    """
    loss = cost - payment
    return {
        "n": np.ones(len(cost)),
        "months": months,
        "cost": cost,
        "payment": payment,
        "months_squared": months**2,
        "loss_squared": loss**2,
        "loss_months": loss * months,
        "loss_absolute": np.abs(loss),
        "loss_squared_pm": loss**2 / months,
        "cost_squared_pm": cost**2 / months,
        "cost_from_mean": np.abs(cost - mean_cost * months),
        "payment_squared": payment**2,
        "cost_squared": cost**2,
        "payment_cost": payment * cost,
        "underpaid_months": months * (loss > 0),
    }


def measures(sums: pd.DataFrame, total: pd.Series, level: float = 0.95) -> pd.DataFrame:
    """Return the measures of each group.

    Parameters
    ----------
    sums : DataFrame
        One row per group, with the sums of `record_sums`.
    total : Series
        The same of all records.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Indexed as `sums`. See `kbkresearch.capitation.evaluate.evaluate_payment`.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> one = np.array([10.0, 10.0]), np.array([4.0, 20.0]), np.array([1.0, 1.0])
    >>> sums = pd.DataFrame(record_sums(*one, mean_cost=12.0)).sum().to_frame().T
    >>> found = measures(sums, sums.iloc[0])
    >>> found[["under_compensation_pmpm", "mape"]].values.tolist()
    [[2.0, 8.0]]
    """
    s = {name: sums[name].to_numpy(float) for name in sums}
    with np.errstate(divide="ignore", invalid="ignore"):
        under = (s["cost"] - s["payment"]) / s["months"]
        spread = _linearised(
            s["n"],
            s["loss_squared"] - 2 * under * s["loss_months"] + under**2 * s["months_squared"],
            s["months"],
        )
        ratio = s["payment"] / s["cost"]
        ratio_spread = _linearised(
            s["n"],
            s["payment_squared"] - 2 * ratio * s["payment_cost"] + ratio**2 * s["cost_squared"],
            s["payment"],
        )
        margin = _margins(s["n"], level)
        explained = s["cost_squared_pm"] - s["cost"] ** 2 / s["months"]
        found = {
            "n": s["n"],
            "member_months": s["months"],
            "payment_pmpm": s["payment"] / s["months"],
            "cost_pmpm": s["cost"] / s["months"],
            "under_compensation_pmpm": under,
            "ci_low": under - margin * spread,
            "ci_high": under + margin * spread,
            "predictive_ratio": ratio,
            "predictive_ratio_ci_low": ratio * np.exp(-margin * ratio_spread),
            "predictive_ratio_ci_high": ratio * np.exp(margin * ratio_spread),
            "underpaid_pct": 100 * s["underpaid_months"] / s["months"],
            "payment_share": s["payment"] / total["payment"],
            "cost_share": s["cost"] / total["cost"],
            "case_mix_index": (s["payment"] / s["months"]) / (total["payment"] / total["months"]),
            "r2": _share_explained(s["loss_squared_pm"], explained),
            "cpm": _share_explained(s["loss_absolute"], s["cost_from_mean"]),
            "mape": s["loss_absolute"] / s["months"],
        }
    return pd.DataFrame(found, index=sums.index)


def _linearised(n: Floats, squares: Floats, over: Floats) -> Floats:
    """Return the standard error of a ratio of sums over independent records."""
    return np.where(n > 1, np.sqrt(np.maximum(squares, 0.0) * n / (n - 1)) / over, np.nan)


def _margins(n: Floats, level: float) -> Floats:
    """Return t quantiles for n records."""
    from scipy.special import stdtrit

    return np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 1 - tail_of(level)), np.nan)


def _share_explained(left: Floats, all_of_it: Floats) -> Floats:
    """Return one minus what is left; missing where there is nothing to explain."""
    return np.where(all_of_it > 0, 1 - left / all_of_it, np.nan)
