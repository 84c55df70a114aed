"""Ways of dividing a facility's members: the study's own two, and others of its age bands."""

from __future__ import annotations

import pandas as pd

from kbkresearch.vocabulary import Text

AGE, SEX, WHOLE, FIFTY = "age_band", "sex", "whole", "fifty"
DIVISIONS = {
    AGE: Text("umur, 14 kelompok", "age, 14 bands"),
    SEX: Text("jenis kelamin", "sex"),
    WHOLE: Text("tidak dibagi", "not divided"),
    "three": Text("umur 0–14, 15–59, 60+", "ages 0–14, 15–59, 60+"),
    "alternate": Text(
        "kelompok umur selang-seling (sembarang)", "every other age band (arbitrary)"
    ),
}
"""Those that are set side by side."""
OLD = 50
_CHILD, _ADULT = 15, 60


def divided(printed: pd.DataFrame) -> pd.DataFrame:
    """Return the strata as printed, then the age bands again under each other division.

    Parameters
    ----------
    printed : DataFrame
        One row per facility, ``stratum_kind`` and ``stratum``.

    Returns
    -------
    DataFrame
        The same columns; parts of the other divisions are numbered from the youngest.
    """
    bands = printed[printed["stratum_kind"] == AGE]
    age = bands["stratum"].map(first_age)
    parts = {
        WHOLE: age * 0,
        "three": (age >= _CHILD).astype(int) + (age >= _ADULT),
        "alternate": bands.groupby("facility_id").cumcount() % 2,
        FIFTY: (age >= OLD).astype(int),
    }
    others = (
        bands.assign(stratum_kind=name, stratum=part.astype(str)) for name, part in parts.items()
    )
    return pd.concat([printed, *others], ignore_index=True)


def first_age(band: str) -> int:
    """Return the youngest age of a band."""
    return int(band.rstrip("+").split("-")[0])
