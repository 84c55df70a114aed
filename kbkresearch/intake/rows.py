"""Which rows are not accepted: totals, empty ones, facility-months standing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup, on_rows
from kbkresearch.intake.keys import KEYS, RowKeys, keys_of
from kbkresearch.intake.lexicon import lexicon
from kbkresearch.intake.names import read_labels
from kbkresearch.intake.totals import total_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kbkresearch.findings import Severity

EXAMPLE = "CONTOH"
_GROWING = (
    "contacts", "referrals", "nonspecialist_referrals", "dm_controlled", "ht_controlled",
    "prolanis_visiting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rejection:
    """Rows that are not accepted, and why.

    Attributes
    ----------
    rule : str
    severity : {"error", "warning"}
    message_id, message_en : str
    rows : Series of bool, shape (n,)
    column : str
        Column to look at; empty where it is the whole row.
    """

    rule: str
    severity: Severity
    message_id: str
    message_en: str
    rows: pd.Series
    column: str = ""

    def finding(self, table: pd.DataFrame) -> FindingGroup:
        """Return the finding that says so, on rows of the table's index."""
        return on_rows(
            table,
            np.flatnonzero(self.rows.to_numpy()),
            self.column,
            rule=self.rule,
            message_id=self.message_id,
            message_en=self.message_en,
            severity=self.severity,
            values=[],
        )


_REASONS: tuple[tuple[str, Severity, str, tuple[str, str]], ...] = (
    ("example_row", "warning", "", (
        "baris contoh templat; tidak dihitung",
        "example row of the template; left out",
    )),
    ("total_row", "warning", "", (
        "baris jumlah, rata-rata atau target, bukan FKTP; baris ditolak",
        "a total, mean or target, no facility; the row is rejected",
    )),
    ("no_numbers", "error", "", (
        "tidak ada angka yang terbaca; baris ditolak",
        "no number could be read; the row is rejected",
    )),
    ("mid_month_row", "warning", "", (
        "angka tengah bulan (mid KBK) di samping angka akhir FKTP dan bulan itu; baris ditolak",
        "mid-month figures beside the final ones of that facility-month; the row is rejected",
    )),
    ("repeated_row", "warning", "", (
        "salinan baris sebelumnya; baris ditolak",
        "repeats an earlier row; the row is rejected",
    )),
    ("conflicting_rows", "error", "", (
        "FKTP dan bulan sama, nilai berbeda; semua ditolak, perbaiki di berkas",
        "same facility and month, other values; all rejected, mend the file",
    )),
    ("conflicting_rows", "error", "stage", (
        ("FKTP dan bulan sama, mungkin CAPAIAN MID KBK dan capaian akhir; semua ditolak, hapus yang"
         " tengah bulan, atau tambahkan kolom 'Tahap data' (mid, final)"),
        ("same facility and month, perhaps mid-month and final; all rejected, delete the mid-month"
         " row, or add a column 'Stage of the data' (mid, final)"),
    )),
)  # fmt: skip


def rejections(
    table: pd.DataFrame, numeric: Sequence[str], keys: RowKeys | None = None
) -> list[Rejection]:
    """Return which rows are not to be accepted; a row is in one of them at most.

    Parameters
    ----------
    table : DataFrame
        Canonical.
    numeric : sequence of str
        Columns of numbers.
    keys : RowKeys, optional
        Those of the table, where they are known already.

    Returns
    -------
    list of Rejection
        Those without rows are left out.
    """
    keys = keys or keys_of(table)
    example = example_rows(table).to_numpy()
    total = total_rows(table) & ~example
    empty = empty_rows(table, numeric).to_numpy() & ~example & ~total
    interim = superseded_rows(table, keys).to_numpy() & ~empty & ~example & ~total
    rest = ~(example | total | empty | interim)
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    part = table if rest.all() else table[rest]
    copies[rest], conflicts[rest] = repeated_rows(part, keys.among(table, rest))
    mid = _look_like_mid_month(table, keys, conflicts)
    reasons = example, total, empty, interim, copies, conflicts & ~mid, mid
    found = zip(_REASONS, reasons, strict=True)
    return [
        Rejection(rule, severity, *messages, pd.Series(which, index=table.index), column)
        for (rule, severity, column, messages), which in found
        if which.any()
    ]


def example_rows(table: pd.DataFrame) -> pd.Series:
    """Return the rows that are still the example of the template."""
    if "facility_id" not in table:
        return pd.Series(data=False, index=table.index)
    return (table["facility_id"] == EXAMPLE).astype(bool)


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
    empty = np.ones(len(table), bool)
    for name in numeric:
        if not empty.any():
            break
        empty &= table[name].isna().to_numpy()
    return pd.Series(empty, index=table.index)


def repeated_rows(table: pd.DataFrame, keys: RowKeys | None = None) -> tuple[pd.Series, pd.Series]:
    """Return facility-months that stand more than once.

    Parameters
    ----------
    table : DataFrame
    keys : RowKeys, optional
        Those of the table, where they are known already.

    Returns
    -------
    copies, conflicts : Series of bool
        Copies: a later row that repeats an earlier one in every cell but the spelling of its
        facility. Conflicts: rows of one
        facility-month that differ, all of them, since nobody can tell which is right.
    """
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    code = (keys or keys_of(table)).facility_months
    again = np.flatnonzero(repeated(code) & (code >= 0))
    if len(again):
        cells = table.iloc[again].drop(columns=[name for name in KEYS if name in table])
        same = cells.assign(**{KEYS[0]: code[again]}).duplicated(keep="first").to_numpy()
        copies[again[same]] = True
        rest = again[~same]
        conflicts[rest[repeated(code[rest])]] = True
    return pd.Series(copies, index=table.index), pd.Series(conflicts, index=table.index)


def repeated(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which codes stand more than once.

    Examples
    --------
    >>> repeated(np.array([3, 1, 3])).tolist()
    [True, False, True]
    """
    order = np.argsort(codes, kind="stable")  # quick where rows are in order already
    same = np.diff(codes[order]) == 0
    found = np.zeros(len(codes), np.bool_)
    found[order[1:][same]] = found[order[:-1][same]] = True
    return found


def superseded_rows(table: pd.DataFrame, keys: RowKeys) -> pd.Series:
    """Return the mid-month rows of facility-months that have a final row too.

    Parameters
    ----------
    table : DataFrame
        With the column ``stage``, else there are none.
    keys : RowKeys
        Those of the table.

    Returns
    -------
    Series of bool
    """
    mid = mid_month_rows(table)
    if not mid.any():
        return pd.Series(mid, index=table.index)
    code = keys.facility_months
    final = np.unique(code[~mid & (code >= 0)])
    return pd.Series(mid & np.isin(code, final), index=table.index)


def mid_month_rows(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows that hold mid-month figures, as their ``stage`` says.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    array of bool, shape (n,)
    """
    if "stage" not in table:
        return np.zeros(len(table), bool)
    places, printed = pd.factorize(table["stage"])
    labels, _ = read_labels("stage", printed)
    mid: NDArray[np.bool_] = np.array([*(one == "mid" for one in labels), False])[places]
    return mid


def says_mid_month(text: str) -> bool:
    """Tell whether a title, a file's or a sheet's name speaks of mid-month figures.

    Examples
    --------
    >>> says_mid_month("CAPAIAN MID KBK Januari 2023"), says_mid_month("Midang Jaya")
    (True, False)
    """
    words = lexicon()
    said = f" {' '.join(words.words(text))} "
    return any(f" {' '.join(words.words(mark))} " in said for mark in words.mid)


def _look_like_mid_month(
    table: pd.DataFrame, keys: RowKeys, conflicts: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return pairs of conflicting rows of which one may be the mid-month view of the other.

    None of its counts that grow during a month exceeds the other's, and several are smaller.
    """
    found = np.zeros(len(table), bool)
    growing = [name for name in _GROWING if name in table]
    places = np.flatnonzero(conflicts)
    if not len(places) or not growing:
        return found
    code = keys.facility_months[places]
    places, code = places[np.argsort(code, kind="stable")], np.sort(code)
    _, first, size = np.unique(code, return_index=True, return_counts=True)
    first = first[size == len(("mid-month", "final"))]
    one, other = places[first], places[np.minimum(first + 1, len(places) - 1)]
    counts = table[growing].to_numpy(dtype=float, na_value=np.nan)
    gap = np.nan_to_num(counts[other] - counts[one])
    alike = (gap >= 0).all(axis=1) | (gap <= 0).all(axis=1)
    alike &= (gap != 0).sum(axis=1) > 1
    found[one[alike]] = found[other[alike]] = True
    return found
