"""Synthetic members to try methods on: nobody in them exists, and everything says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
SYNTHETIC = "synthetic"
_OLDEST = 90
_MEAN_RATE = 0.1
_WHOLE_YEAR, _FEMALE = 0.85, 0.5
_REPEAT = 0.35
_COST_RP, _COST_SHAPE = 50_000, 2.0


def synthetic_members(
    n: int = 300_000,
    facilities: int = 40,
    seed: int = 20260101,
    *,
    age_effect: float = 1.0,
    facility_effect: float = 0.25,
) -> pd.DataFrame:
    """Return synthetic members with visits and cost over a year.

    Parameters
    ----------
    n : int
        Members.
    facilities : int
        Facilities, of unequal size and with younger or older members.
    seed : int
    age_effect : float
        How far visits and their cost differ by age and sex: 1 as described below, 0 not at all.
    facility_effect : float
        Standard deviation of the log rate between facilities, whatever their members.

    Returns
    -------
    DataFrame
        ``member_id``, ``facility_id``, ``facility_type``, ``age_years``, ``sex``,
        ``member_months`` (1 to 12; most stay all year), ``visits``, ``cost_rp``. Identifiers begin
        with ``SYN`` and ``attrs["synthetic"]`` is true.

    Raises
    ------
    BadArgumentError
        For fewer members than facilities, or fewer than one facility.

    Notes
    -----
    The mean rate is 0.1 visits per member and month, about that of the two facilities of
    `hayana-sri-wahyuni-2019`. By age it is high below 5 and from 50 on and lowest in between, the
    shape that Kurnia and Nurwahyuni (2017) report; women of 15 to 49 come somewhat more often than
    men. Persons differ by a gamma factor (negative binomial visits), so that some come again and
    again. Cost of a visit is gamma with mean Rp50,000, higher by a half at the oldest ages.

    Examples
    --------
    >>> members = synthetic_members(1000, facilities=4)
    >>> members.attrs["synthetic"], members["facility_id"].nunique(), len(members)
    (True, 4, 1000)
    """
    if not 1 <= facilities <= n:
        raise BadArgumentError(
            f"facilities must lie between 1 and the number of members; found {facilities} of {n}"
        )
    rng = np.random.default_rng(seed)
    home = _homes(rng, n, facilities)
    age = _ages(rng, home, facilities)
    female = rng.random(n) < _FEMALE
    months = np.where(rng.random(n) < _WHOLE_YEAR, 12, rng.integers(1, 12, n)).astype(np.int64)
    practice = np.exp(rng.normal(0, facility_effect, facilities) - facility_effect**2 / 2)
    rate = _MEAN_RATE * need(age, female) ** age_effect * practice[home]
    person = rng.gamma(_REPEAT, 1 / _REPEAT, n)
    visits = rng.poisson(rate * months * person)
    mean_cost = _COST_RP * (1 + 0.5 * age / _OLDEST) ** age_effect
    shape = np.where(visits > 0, visits * _COST_SHAPE, 1.0)
    cost = np.where(visits > 0, rng.gamma(shape, mean_cost / _COST_SHAPE), 0.0).round()
    kinds = np.array(["puskesmas", "klinik_pratama"])[(np.arange(facilities) % 3 == 0).astype(int)]
    names = np.array([f"SYN-F{place + 1:03}" for place in range(facilities)])
    members = pd.DataFrame(
        {
            "member_id": [f"SYN-{place:08}" for place in range(n)],
            "facility_id": pd.Categorical.from_codes(home, categories=names.tolist()),
            "facility_type": kinds[home],
            "age_years": age.astype(np.int64),
            "sex": np.where(female, "female", "male"),
            "member_months": months,
            "visits": visits,
            "cost_rp": cost,
        }
    )
    members.attrs[SYNTHETIC] = True
    return members


def need(age_years: Floats, female: NDArray[np.bool_]) -> Floats:
    """Return how often synthetic members of an age and sex come, against the mean of about 1.

    Examples
    --------
    >>> import numpy as np
    >>> need(np.array([2.0, 30.0, 70.0]), np.array([False, True, False])).round(2).tolist()
    [1.23, 0.89, 1.63]
    """
    child = 0.95 * np.exp(-np.asarray(age_years, float) / 4)
    old = 1.05 / (1 + np.exp(-(np.asarray(age_years, float) - 52) / 7))
    fertile = (age_years >= 15) & (age_years < 50) & female  # noqa: PLR2004
    return 0.65 + child + old + 0.2 * fertile


def _homes(rng: np.random.Generator, n: int, facilities: int) -> NDArray[np.int64]:
    """Return each member's facility: sizes differ several-fold, and none is empty."""
    size = rng.gamma(3.0, size=facilities)
    rest = rng.choice(facilities, n - facilities, p=size / size.sum())
    return np.append(np.arange(facilities), rest)


def _ages(rng: np.random.Generator, home: NDArray[np.int64], facilities: int) -> Floats:
    """Return ages in completed years, a facility's members younger or older than the mean."""
    tilt = rng.normal(0, 0.35, facilities)
    years = np.arange(_OLDEST + 1)
    alive = np.exp(-((years / 62.0) ** 2.2))
    ages = np.empty(len(home))
    for place in range(facilities):
        here = np.flatnonzero(home == place)
        weight = alive * np.exp(tilt[place] * (years - 30) / 25)
        ages[here] = rng.choice(years, len(here), p=weight / weight.sum())
    return ages
