"""The key of a row: its facility and its month, as whole numbers that are fast to compare."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.intake.cells import objects

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        Code of the facility, in whatever spelling, and months since 1970; -1 where there is none.
        Facilities are in the order of first appearance, first those with a code, then those with a
        name only. A table without facilities in which most months stand once is the series of one.
    alone : bool
        Whether one column names all facilities that are named.
    """

    columns: tuple[str, ...]
    facility: Codes
    month: Codes
    alone: bool = False

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
        if not (self.alone and named.any()):
            return keys_of(table[which])
        facility[named] = pd.factorize(facility[named])[0]
        return RowKeys(self.columns, facility, self.month[which], self.alone)


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
        codes, dates = pd.factorize(table["month"].to_numpy())
        month = np.append(dates.astype("datetime64[M]").astype(np.int64), -1)[codes]
    columns, facility, alone = _facilities(table)
    if columns:
        both = (*columns, "month") if "month" in table else columns
        return RowKeys(both, facility, month, alone)
    known = month[month >= 0]
    series = len(known) > 0 and 2 * len(np.unique(known)) > len(known)
    return RowKeys((), np.full(len(table), 0 if series else -1, np.int64), month)


def _facilities(table: pd.DataFrame) -> tuple[tuple[str, ...], Codes, bool]:
    """Return the column that names facilities, a code for each, and whether it names them all.

    A facility is known by what it is called first, its code or else its name, in any spelling.
    """
    codes, known = np.full(len(table), -1, np.int64), 0
    naming: list[str] = []
    for name in (one for one in KEYS if one in table):
        if naming and (codes >= 0).all():
            break
        places, texts = pd.factorize(table[name])
        same, _ = pd.factorize(objects(spellings([*map(str, texts)])))
        found = np.append(same, -1)[places]
        more = (codes < 0) & (found >= 0)
        if more.any():
            naming.append(name)
            codes = np.where(more, known + found, codes)
        known += len(same)
    return tuple(naming[:1]), codes, len(naming) == 1


def spellings(texts: Sequence[str]) -> list[str]:
    """Return codes or names without case and spaces.

    Examples
    --------
    >>> spellings(["Klinik  A", "klinik a"])
    ['klinika', 'klinika']
    """
    lines = "\0".join(texts)
    if lines.count("\0") >= len(texts):  # one of them has a NUL in it, or there is none
        return ["".join(text.split()).casefold() for text in texts]
    return "".join(lines.replace(" ", "").casefold().split()).split("\0")
