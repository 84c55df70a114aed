"""The key of a row: its facility and its month, as whole numbers that are fast to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Codes: TypeAlias = "NDArray[np.int64]"

KEYS = ("facility_id", "facility_name")
_MONTHS = 1 << 20  # more than any number of months since 1970


def key_of(table: pd.DataFrame) -> list[str]:
    """Return the columns that name a facility-month: the facility, and the month if there is one.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    list of str
        Empty if no facility is named.
    """
    facility = next((name for name in KEYS if name in table and table[name].notna().any()), None)
    if facility is None:
        return []
    return [facility, "month"] if "month" in table else [facility]


def codes_of(table: pd.DataFrame) -> tuple[Codes, Codes]:
    """Return facility and months since 1970 of each row, -1 where there is none.

    A table without facilities in which most months stand once is the series of one facility.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    facility, month : array of int, shape (n,)
    """
    key, month = key_of(table), np.full(len(table), -1, np.int64)
    if "month" in table and pd.api.types.is_datetime64_any_dtype(table["month"].dtype):
        dates = table["month"].to_numpy().astype("datetime64[M]")
        month = np.where(np.isnat(dates), -1, dates.astype(np.int64))
    if key:
        return _facilities(table), month
    known = month[month >= 0]
    series = len(known) > 0 and 2 * len(np.unique(known)) > len(known)
    return np.full(len(table), 0 if series else -1, np.int64), month


def _facilities(table: pd.DataFrame) -> Codes:
    """Return one code per facility: by what it is called first, in whatever spelling."""
    codes, known = np.full(len(table), -1, np.int64), 0
    for name in (one for one in KEYS if one in table):
        places, texts = pd.factorize(table[name])
        same, _ = pd.factorize(np.array([_spelling(one) for one in texts], dtype=object))
        found = np.array([*same, -1], dtype=np.int64)[places]
        codes = np.where((codes < 0) & (found >= 0), known + found, codes)
        known += len(same)
    return codes


def _spelling(text: object) -> str:
    """Return a code or a name without case and spaces."""
    return "".join(str(text).split()).casefold()


def facility_months(table: pd.DataFrame) -> Codes:
    """Return one code per facility-month, -1 where facility or month is not named.

    Parameters
    ----------
    table : DataFrame
        Canonical; without a month the facility alone is the key.

    Returns
    -------
    array of int, shape (n,)
    """
    facility, month = codes_of(table)
    if "month" not in table:
        return facility
    return np.where((facility < 0) | (month < 0), -1, facility * _MONTHS + month)
