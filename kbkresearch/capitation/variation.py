"""Whether rates of strata differ beyond chance, for independent and for repeat visits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from kbkresearch.capitation.dependent import visits_variance
from kbkresearch.capitation.rates import heterogeneity

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


class Differ(NamedTuple):
    """A test that strata share one rate; missing where it cannot be made.

    Attributes
    ----------
    statistic : float
    df : int
    p_value : float
        Chance of a statistic as large or larger, if all strata had one rate.
    p_lower : float
        Chance of one as small or smaller: a small one means counts more even than chance.
    method : str
    """

    statistic: float = np.nan
    df: int = 0
    p_value: float = np.nan
    p_lower: float = np.nan
    method: str = ""


def strata_differ(strata: pd.DataFrame) -> Differ:
    """Test whether strata share one rate.

    Parameters
    ----------
    strata : DataFrame
        Of one group, as `kbkresearch.capitation.strata.strata_of` returns it.

    Returns
    -------
    Differ
        Pearson's chi-square for independent visits; with the variance between persons, Wald's
        chi-square of the rates around their precision-weighted mean, over strata that have one.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"visits": [30, 10], "member_months": [100, 100]})
    >>> found = strata_differ(cells)
    >>> found.statistic, found.df, found.method
    (10.0, 1, 'Pearson chi-square, Poisson')
    """
    exposure, visits = (strata[name].to_numpy(float) for name in ("member_months", "visits"))
    there = exposure > 0
    if there.sum() <= 1 or visits.sum() == 0:
        return Differ()
    variance = visits_variance(strata)
    if variance is None:
        found = heterogeneity(visits[there], exposure[there])
        return Differ(
            found.statistic, found.df, found.p_upper, found.p_lower, "Pearson chi-square, Poisson"
        )
    return _wald(visits, exposure, variance)


def _wald(visits: Floats, exposure: Floats, variance: Floats) -> Differ:
    from scipy.special import chdtr, chdtrc

    usable = variance > 0
    df = int(usable.sum()) - 1
    if df < 1:
        return Differ()
    rate, spread = visits[usable] / exposure[usable], variance[usable] / exposure[usable] ** 2
    mean = float(np.average(rate, weights=1 / spread))
    statistic = float(((rate - mean) ** 2 / spread).sum())
    return Differ(
        statistic,
        df,
        float(chdtrc(df, statistic)),
        float(chdtr(df, statistic)),
        f"Wald chi-square, person-level, {df + 1} of {len(visits)} strata",
    )
