"""Rules on whole rows: facility-months standing twice, rows without a number, months lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from kbkresearch.findings import FindingGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEYS = ("facility_id", "facility_name")


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
    facility = next((name for name in _KEYS if name in table and table[name].notna().any()), None)
    if facility is None:
        return []
    return [facility, "month"] if "month" in table else [facility]


def empty_rows(table: pd.DataFrame, numeric: Sequence[str]) -> pd.Series:
    """Return the rows in which no number could be read.

    Parameters
    ----------
    table : DataFrame
    numeric : sequence of str
        Columns of numbers.

    Returns
    -------
    Series of bool
    """
    if not numeric:
        return pd.Series(data=True, index=table.index)
    return table[list(numeric)].isna().all(axis=1)


def repeated_rows(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return facility-months that stand more than once.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    copies, conflicts : Series of bool
        Copies: a later row that repeats an earlier one in every cell. Conflicts: rows of one
        facility-month that differ, all of them, since nobody can tell which is right.
    """
    nothing = pd.Series(data=False, index=table.index)
    key = key_of(table)
    if not key:
        return nothing, nothing
    named = table[key].notna().all(axis=1)
    copies = table.duplicated(keep="first") & named
    rest = table[~copies & named]
    clash = rest[rest.duplicated(subset=key, keep=False)]
    return copies, nothing.where(~table.index.isin(clash.index), other=True)


def missing_months(table: pd.DataFrame) -> list[FindingGroup]:
    """Report facilities whose series of months has gaps.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    list of FindingGroup
        One, naming the facilities and the months that lack; none without months.
    """
    key = key_of(table)
    if len(key) < 2 or not table["month"].notna().any():  # noqa: PLR2004 - facility and month
        return []
    lacking: dict[str, str] = {}
    for facility, months in table.dropna(subset=key).groupby(key[0], sort=False)["month"]:
        there = pd.PeriodIndex(months.dt.to_period("M"))
        gap = pd.period_range(there.min(), there.max(), freq="M").difference(there)
        if len(gap):
            lacking[str(facility)] = ", ".join(map(str, gap))
    if not lacking:
        return []
    return [
        FindingGroup(
            rule="missing_months",
            severity="info",
            column="month",
            message_id="ada bulan yang tidak terisi di antara bulan pertama dan terakhir",
            message_en="months lack between the first and the last one",
            rows=tuple(lacking),
            values=tuple(lacking.values()),
        )
    ]
