"""The key of a row: its facility and its month, as whole numbers that are fast to compare."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

Codes: TypeAlias = "NDArray[np.int64]"

KEYS = ("facility_id", "facility_name")
_MONTHS = 1 << 20  # more than any number of months since 1970


@dataclass(frozen=True)
class RowKeys:
    """What the rows of a table are about.

    Attributes
    ----------
    columns : tuple of str
        Those that name a facility-month: the facility, and the month if there is one; none if no
        facility is named.
    facility, month : array of int, shape (n,)
        Code of the facility, in the order of first appearance, and months since 1970; -1 where
        there is none. A table without facilities in which most months stand once is the series of
        one facility.
    """

    columns: tuple[str, ...]
    facility: Codes
    month: Codes

    @functools.cached_property
    def facility_months(self) -> Codes:
        """Return one code per facility-month, -1 where facility or month is not named.

        Without a column of months the facility alone is the key.
        """
        if self.columns and "month" not in self.columns:
            return self.facility
        none = (self.facility < 0) | (self.month < 0)
        return np.where(none, -1, self.facility * _MONTHS + self.month)

    @functools.cached_property
    def in_order(self) -> NDArray[np.intp]:
        """Return the places of the rows that name both, by facility and within it by month."""
        known = np.flatnonzero((self.facility >= 0) & (self.month >= 0))
        code = self.facility[known] * _MONTHS + self.month[known]
        return known[np.argsort(code, kind="stable")]

    def among(self, table: pd.DataFrame, which: NDArray[np.bool_]) -> RowKeys:
        """Return what some rows of the table are about, as if there were no others."""
        if which.all():
            return self
        facility = self.facility[which]
        named = facility >= 0
        if not (self.columns and named.any()):
            return keys_of(table[which])
        facility[named] = pd.factorize(facility[named])[0]
        return RowKeys(self.columns, facility, self.month[which])


def keys_of(table: pd.DataFrame) -> RowKeys:
    """Return what the rows of a table are about.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    RowKeys
    """
    month = np.full(len(table), -1, np.int64)
    if "month" in table and pd.api.types.is_datetime64_any_dtype(table["month"].dtype):
        dates = table["month"].to_numpy().astype("datetime64[M]")
        month = np.where(np.isnat(dates), -1, dates.astype(np.int64))
    for name in KEYS:
        codes = pd.factorize(table[name])[0] if name in table else np.zeros(0)
        if (codes >= 0).any():
            both = (name, "month") if "month" in table else (name,)
            return RowKeys(both, codes.astype(np.int64), month)
    known = month[month >= 0]
    series = len(known) > 0 and 2 * len(np.unique(known)) > len(known)
    return RowKeys((), np.full(len(table), 0 if series else -1, np.int64), month)
