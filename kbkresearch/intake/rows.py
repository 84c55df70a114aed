"""Rules on whole rows: facility-months standing twice, mid-month figures, months lacking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup, on_rows
from kbkresearch.intake.keys import KEYS, RowKeys, keys_of
from kbkresearch.intake.lexicon import lexicon
from kbkresearch.intake.names import read_labels
from kbkresearch.intake.plausible import jumps, row_checks
from kbkresearch.vocabulary import Text

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
    example = example_rows(table, keys).to_numpy()
    empty = empty_rows(table, numeric).to_numpy() & ~example
    interim = superseded_rows(table, keys).to_numpy() & ~empty & ~example
    rest = ~(example | empty | interim)
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    part = table if rest.all() else table[rest]
    copies[rest], conflicts[rest] = repeated_rows(part, keys.among(table, rest))
    mid = _look_like_mid_month(table, keys, conflicts)
    found = zip(_REASONS, (example, empty, interim, copies, conflicts & ~mid, mid), strict=True)
    return [
        Rejection(rule, severity, *messages, pd.Series(which, index=table.index), column)
        for (rule, severity, column, messages), which in found
        if which.any()
    ]


def row_findings(table: pd.DataFrame, keys: RowKeys | None = None) -> list[FindingGroup]:
    """Return what accepted rows leave to be asked: values, series of months, mid-month figures.

    Parameters
    ----------
    table : DataFrame
        Canonical.
    keys : RowKeys, optional
        Those of the table, where they are known already.

    Returns
    -------
    list of FindingGroup
    """
    keys = keys or keys_of(table)
    found = [*_unnamed(table, keys), *row_checks(table), *jumps(table, keys)]
    return found + _interim(table) + _gaps(table, keys)


def example_rows(table: pd.DataFrame, keys: RowKeys) -> pd.Series:
    """Return the rows that are still the example of the template."""
    if keys.columns[:1] != ("facility_id",):
        return pd.Series(data=False, index=table.index)
    first = np.flatnonzero(np.diff(np.maximum.accumulate(keys.facility), prepend=-1))
    example = np.flatnonzero((table["facility_id"].iloc[first] == EXAMPLE).astype(bool))
    return pd.Series(np.isin(keys.facility, example), index=table.index)


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
        Copies: a later row that repeats an earlier one in every cell. Conflicts: rows of one
        facility-month that differ, all of them, since nobody can tell which is right.
    """
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    code = (keys or keys_of(table)).facility_months
    again = np.flatnonzero(pd.Series(code).duplicated(keep=False).to_numpy() & (code >= 0))
    if len(again):
        same = table.iloc[again].duplicated(keep="first").to_numpy()
        copies[again[same]] = True
        rest = again[~same]
        conflicts[rest[pd.Series(code[rest]).duplicated(keep=False).to_numpy()]] = True
    return pd.Series(copies, index=table.index), pd.Series(conflicts, index=table.index)


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


def missing_months(table: pd.DataFrame) -> list[FindingGroup]:
    """Report facilities whose series of months has gaps.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    list of FindingGroup
        One, on the rows after a gap, with facility and months that lack; none without months.
    """
    return _gaps(table, keys_of(table))


def _unnamed(table: pd.DataFrame, keys: RowKeys) -> list[FindingGroup]:
    """Report a table that does not say which facility, or nothing of which month, a row is."""
    if keys.columns or not len(table):
        return []
    found, series = [], (keys.facility >= 0).any()
    if series:
        words = Text(
            "tidak ada kolom nama atau kode FKTP; baris-barisnya dibaca sebagai bulan satu FKTP",
            "no column names the facility; the rows are read as the months of one",
        )
    else:
        words = Text(
            "tidak ada kolom nama atau kode FKTP; baris ganda dan deret bulan tidak diperiksa",
            "no column names the facility; repeated rows and series of months are not checked",
        )
        lacking = Text("tidak ada bulan; tambahkan kolomnya", "there is no month; add the column")
        if "month" not in table:
            found.append(FindingGroup("no_month", "warning", "month", lacking.id, lacking.en))
    severity: Severity = "info" if series else "warning"
    found += [FindingGroup("no_facility", severity, name, words.id, words.en) for name in KEYS]
    return found


def _gaps(table: pd.DataFrame, keys: RowKeys) -> list[FindingGroup]:
    facility, month = keys.facility, keys.month
    before, after = keys.in_order[:-1], keys.in_order[1:]
    lacking = (facility[after] == facility[before]) & (month[after] - month[before] > 1)
    if not lacking.any():
        return []
    key = keys.columns
    names = table[key[0]].iloc[after[lacking]] if key else [""] * int(lacking.sum())
    shown = [
        f"{one}: {_span(first + 1, last)}" if key else _span(first + 1, last)
        for one, first, last in zip(
            names,
            month[before[lacking]].tolist(),
            month[after[lacking]].tolist(),
            strict=True,
        )
    ]
    return [
        on_rows(
            table,
            after[lacking],
            "month",
            rule="missing_months",
            severity="info",
            message_id="ada bulan yang tidak terisi di antara bulan pertama dan terakhir FKTP;"
            " tambahkan barisnya bila datanya ada",
            message_en="months lack between the first and the last one of a facility;"
            " add their rows if there are data",
            values=shown,
        )
    ]


def _span(first: int, end: int) -> str:
    """Return months from `first` up to, not with, `end`: one, or the first and the last."""
    months = [f"{1970 + one // 12}-{one % 12 + 1:02}" for one in (first, end - 1)]
    return months[0] if end - first == 1 else "–".join(months)


def _interim(table: pd.DataFrame) -> list[FindingGroup]:
    """Report accepted rows that hold mid-month figures."""
    mid = np.flatnonzero(mid_month_rows(table))
    if not len(mid):
        return []
    return [
        on_rows(
            table,
            mid,
            "stage",
            rule="mid_month_rows",
            severity="warning",
            message_id="angka tengah bulan (mid KBK), bukan hasil akhir; jangan dicampur dengan"
            " angka akhir bulan lain",
            message_en="mid-month figures, not final ones; do not mix them with the final figures"
            " of other months",
        )
    ]


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
