"""Rate, tariff and fund of every cell, with limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.capitation.dependent import visits_variance, widened
from kbkresearch.capitation.rates import rate_interval, tail_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def tariffs(
    cells: pd.DataFrame,
    cost: Floats,
    *,
    cost_se: float = 0.0,
    factor: float = 1.0,
    months: int = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return cells with rate, tariff and fund, and limits of rate and tariff.

    Parameters
    ----------
    cells : DataFrame
        As `kbkresearch.capitation.strata.strata_of` returns it.
    cost : array of float, shape (k,)
        Rupiah per visit.
    cost_se : float
        Its standard error.
    factor : float
        What one rupiah of cost becomes in the tariff.
    months : int
        Months of the period that rates, tariffs and funds are stated for.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        With ``fund_per_cost``, the fund for each rupiah of unit cost. Rates are missing, and
        ``status`` says so, where nobody is. Of whole counts and costs, rates and tariffs of a
        month are the floats nearest to the exact quotients, and funds are exact.
    """
    visits, exposure = (cells[name].to_numpy(float) for name in ("visits", "member_months"))
    rate, low, high, method = _limits(visits, exposure, visits_variance(cells), level)
    tariff_low, tariff_high = _product_limits(rate, low, high, cost, cost_se, level)
    people, scale = cells["monthly_members"].to_numpy(float), months * factor
    with np.errstate(invalid="ignore"):
        # products before quotients: one rounding only
        rate_permille = 1000 * months * visits / exposure
        tariff = scale * visits * cost / exposure
        fund_per_cost = scale * (visits * people / exposure)
    return cells.assign(
        members=people,
        rate_permille=rate_permille,
        ci_low=1000 * months * low,
        ci_high=1000 * months * high,
        method=method,
        unit_cost_rp=cost,
        tariff_rp=tariff,
        tariff_ci_low_rp=scale * tariff_low,
        tariff_ci_high_rp=scale * tariff_high,
        fund_rp=fund_per_cost * cost,
        fund_per_cost=fund_per_cost,
        status=np.where(exposure > 0, "", "nobody"),
    )


def _limits(
    visits: Floats, exposure: Floats, variance: Floats | None, level: float
) -> tuple[Floats, Floats, Floats, NDArray[np.object_]]:
    """Return rates per member-month with limits; missing where nobody is."""
    there = exposure > 0
    rate, low, high = (np.full(len(visits), np.nan) for _ in range(3))
    method = np.full(len(visits), "", dtype=object)
    if there.any():
        found = rate_interval(visits[there], exposure[there], level=level)
        rate[there], low[there], high[there] = found.rate, found.ci_low, found.ci_high
        method[there] = found.method
    if variance is not None:
        low, high = widened(rate, low, high, visits, variance)
        method[there & (visits > 0)] += ", person-level"
    return rate, low, high, method


def _product_limits(
    rate: Floats, low: Floats, high: Floats, cost: Floats, cost_se: float, level: float
) -> tuple[Floats, Floats]:
    """Return limits of rate times cost; both vary on the log scale where the cost is uncertain."""
    if cost_se == 0:
        return low * cost, high * cost
    from scipy.special import ndtri

    with np.errstate(divide="ignore", invalid="ignore"):
        spread = -float(ndtri(tail_of(level))) * cost_se / cost
        down = np.exp(-np.hypot(np.log(rate / low), spread))
        up = np.exp(np.hypot(np.log(high / rate), spread))
        none = rate == 0
        lower = np.where(none, 0.0, rate * cost * down)
        return lower, np.where(none, high * cost * np.exp(spread), rate * cost * up)
