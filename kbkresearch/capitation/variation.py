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
    df : float
        Whole where visits are independent.
    p_value : float
        Chance of a statistic as large or larger, if all strata had one rate.
    p_lower : float
        Chance of one as small or smaller: a small one means counts more even than chance.
    method : str
    """

    statistic: float = np.nan
    df: float = 0
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
        Pearson's chi-square for independent visits; with the variance between persons, the same
        with Rao and Scott's second-order correction.

    Notes
    -----
    The correction scales statistic and degrees of freedom to the mean and the variance that the
    statistic has if strata share one rate, given the variance of visits in each. A stratum without
    visits, or of one person, takes the dispersion of the others. Wald's test, which divides by the
    variance of each stratum alone, finds too many differences in thin strata.

    References
    ----------
    Rao JNK, Scott AJ (1984). On chi-squared tests for multiway contingency tables with cell
    proportions estimated from survey data. Annals of Statistics 12:46-60.

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
    return _rao_scott(visits[there], exposure[there], variance[there])


def _rao_scott(visits: Floats, exposure: Floats, variance: Floats) -> Differ:
    """Return Pearson's chi-square, scaled to what it would be by chance between persons."""
    from scipy.special import chdtr, chdtrc

    total = visits.sum()
    expected = exposure * (total / exposure.sum())
    known = np.isfinite(variance) & (variance > 0)
    if not known.any():
        return Differ()
    dispersion = variance[known].sum() / visits[known].sum()
    spread = np.where(known, variance, dispersion * expected)
    # sum of the eigenvalues of the statistic's quadratic form, and of their squares
    first = (spread / expected).sum() - spread.sum() / total
    second = (
        (spread**2 / expected**2).sum()
        - 2 * (spread**2 / expected).sum() / total
        + spread.sum() ** 2 / total**2
    )
    df = float(first**2 / second)
    statistic = float(((visits - expected) ** 2 / expected).sum() * first / second)
    return Differ(
        statistic,
        df,
        float(chdtrc(df, statistic)),
        float(chdtr(df, statistic)),
        "Pearson chi-square, person-level (Rao-Scott)",
    )
