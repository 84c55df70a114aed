"""Limits of rates whose events are not independent: one person comes again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
_PERSONS = ("visits_squared", "visits_months", "months_squared")


def visits_variance(strata: pd.DataFrame) -> Floats | None:
    """Return the variance of each stratum's visits between persons; None if nothing tells it.

    Parameters
    ----------
    strata : DataFrame
        As `kbkresearch.capitation.strata.strata_of` returns it.

    Returns
    -------
    array of float, shape (k,), or None
        NaN for a stratum of one person. The count itself for a stratum without visits.

    Notes
    -----
    The linearised variance of a ratio over persons, ``n / (n - 1) * sum((f - r m)²)``, with visits
    ``f``, member-months ``m`` and rate ``r`` of the stratum; it is what survey software gives for a
    simple random sample of persons. For independent (Poisson) visits it is the count on average.
    Where only ``visits_squared`` is known, all members have the same exposure.

    References
    ----------
    Stukel TA, Glynn RJ, Fisher ES, Sharp SM, Lu-Yao G, Wennberg JE (1994). Standardized rates of
    recurrent outcomes. Statistics in Medicine 13:1781-1791.

    Examples
    --------
    >>> import pandas as pd
    >>> cell = {"members": [4.0], "member_months": [4.0], "visits": [6.0], "visits_squared": [26.0]}
    >>> visits_variance(pd.DataFrame(cell)).round(3).tolist()
    [22.667]
    """
    if "visits_squared" not in strata:
        return None
    members, visits, exposure = (
        strata[name].to_numpy(float) for name in ("members", "visits", "member_months")
    )
    squared = strata["visits_squared"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = visits / exposure
        spread = squared - visits**2 / members
        if set(_PERSONS) <= set(strata.columns):
            cross, months = (strata[name].to_numpy(float) for name in _PERSONS[1:])
            spread = squared - 2 * rate * cross + rate**2 * months
        variance = np.maximum(spread, 0.0) * members / (members - 1)
    variance = np.where(members > 1, variance, np.nan)
    return np.where(visits == 0, 0.0, variance)


def widened(
    rate: Floats, low: Floats, high: Floats, visits: Floats, variance: Floats
) -> tuple[Floats, Floats]:
    """Stretch limits for independent events by what the variance between persons exceeds them.

    Parameters
    ----------
    rate, low, high : array of float, shape (k,)
        Rates with limits for independent (Poisson) events.
    visits, variance : array of float, shape (k,)
        Counts, and their variance between persons.

    Returns
    -------
    low, high : array of float, shape (k,)
        The lower limit never below zero. Without visits the limits stay as they are.

    Notes
    -----
    Simulated 95% limits cover 94 to 96% where some hundred persons come, and 92 to 93% where fewer
    than 50 do and some of them again and again: the variance is itself uncertain then.

    References
    ----------
    Dobson AJ, Kuulasmaa K, Eberle E, Scherer J (1991). Confidence intervals for weighted sums of
    Poisson parameters. Statistics in Medicine 10:457-462.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        stretch = np.where(visits > 0, np.sqrt(variance / visits), 1.0)
    return np.maximum(rate + stretch * (low - rate), 0.0), rate + stretch * (high - rate)
