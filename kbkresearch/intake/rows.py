"""Rules on whole rows: facility-months standing twice, mid-month figures, months lacking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup, on_rows
from kbkresearch.intake.keys import KEYS, codes_of, facility_months, key_of
from kbkresearch.intake.lexicon import lexicon
from kbkresearch.intake.names import read_labels
from kbkresearch.intake.plausible import jumps, row_checks
from kbkresearch.intake.totals import region_rows, total_rows
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kbkresearch.findings import Severity
    from kbkresearch.intake.keys import Codes

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


def rejections(table: pd.DataFrame, numeric: Sequence[str]) -> list[Rejection]:
    """Return which rows are not to be accepted; a row is in one of them at most.

    Parameters
    ----------
    table : DataFrame
        Canonical.
    numeric : sequence of str
        Columns of numbers.

    Returns
    -------
    list of Rejection
        Those without rows are left out.
    """
    example = example_rows(table).to_numpy()
    total = total_rows(table) & ~example
    empty = empty_rows(table, numeric).to_numpy() & ~example & ~total
    interim = superseded_rows(table).to_numpy() & ~empty & ~example & ~total
    rest = np.flatnonzero(~(example | total | empty | interim))
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    copies[rest], conflicts[rest] = repeated_rows(table.iloc[rest])
    mid = _look_like_mid_month(table, conflicts)
    reasons = example, total, empty, interim, copies, conflicts & ~mid, mid
    found = zip(_REASONS, reasons, strict=True)
    return [
        Rejection(rule, severity, *messages, pd.Series(which, index=table.index), column)
        for (rule, severity, column, messages), which in found
        if which.any()
    ]


def row_findings(table: pd.DataFrame) -> list[FindingGroup]:
    """Return what accepted rows leave to be asked: values, series of months, mid-month figures.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    list of FindingGroup
    """
    facility, month = codes_of(table)
    found = [*_unnamed(table, facility, month), *row_checks(table), *jumps(table, facility, month)]
    return found + _interim(table) + _gaps(table, facility, month)


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
        empty &= table[name].isna().to_numpy()
    return pd.Series(empty, index=table.index)


def repeated_rows(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return facility-months that stand more than once.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    copies, conflicts : Series of bool
        Copies: a later row that repeats an earlier one in every cell but the spelling of its
        facility. Conflicts: rows of one
        facility-month that differ, all of them, since nobody can tell which is right.
    """
    copies, conflicts = np.zeros(len(table), bool), np.zeros(len(table), bool)
    code = facility_months(table)
    again = np.flatnonzero(pd.Series(code).duplicated(keep=False).to_numpy() & (code >= 0))
    if len(again):
        cells = table.iloc[again].drop(columns=[name for name in KEYS if name in table])
        same = cells.assign(**{KEYS[0]: code[again]}).duplicated(keep="first").to_numpy()
        copies[again[same]] = True
        rest = again[~same]
        conflicts[rest[pd.Series(code[rest]).duplicated(keep=False).to_numpy()]] = True
    return pd.Series(copies, index=table.index), pd.Series(conflicts, index=table.index)


def superseded_rows(table: pd.DataFrame) -> pd.Series:
    """Return the mid-month rows of facility-months that have a final row too.

    Parameters
    ----------
    table : DataFrame
        With the column ``stage``, else there are none.

    Returns
    -------
    Series of bool
    """
    mid = mid_month_rows(table)
    if not mid.any():
        return pd.Series(mid, index=table.index)
    code = facility_months(table)
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
    return _gaps(table, *codes_of(table))


def _unnamed(table: pd.DataFrame, facility: Codes, month: Codes) -> list[FindingGroup]:
    """Report rows, or a table, of which nobody can say what facility or month they are."""
    if not len(table):
        return []
    if key_of(table):
        return _without_facility(table, facility) + _regions(table)
    severity: Severity = "info" if (facility >= 0).any() else "warning"
    found: list[FindingGroup] = []
    if severity == "info":
        words = Text(
            "tidak ada kolom nama atau kode FKTP; baris-barisnya dibaca sebagai bulan satu FKTP",
            "no column names the facility; the rows are read as the months of one",
        )
    else:
        words = Text(
            "tidak ada kolom nama atau kode FKTP; baris ganda dan deret bulan tidak diperiksa",
            "no column names the facility; repeated rows and series of months are not checked",
        )
        found = _months_again(table, month) + _without_key(table, month)
    return [FindingGroup("no_facility", severity, KEYS[0], words.id, words.en), *found]


def _without_facility(table: pd.DataFrame, facility: Codes) -> list[FindingGroup]:
    """Report rows that name no facility where others do, as below merged cells."""
    rows = np.flatnonzero(facility < 0)
    if not len(rows):
        return []
    messages = {
        "message_id": "baris tidak menyebut FKTP, mungkin karena sel digabung;"
        " isi nama atau kodenya di setiap baris",
        "message_en": "the row names no facility, perhaps under a merged cell;"
        " write its name or code in every row",
    }
    return [on_rows(table, rows, "", rule="no_facility", severity="warning", values=[], **messages)]


def _without_key(table: pd.DataFrame, month: Codes) -> list[FindingGroup]:
    """Report rows that name neither a facility nor a month."""
    rows = np.flatnonzero(month < 0)
    if not len(rows):
        return []
    messages = {
        "message_id": "baris tidak menyebut FKTP maupun bulan, jadi dapat saja baris rata-rata;"
        " tambahkan kolom bulan",
        "message_en": "the row names neither facility nor month, so it may be one of means;"
        " add a column of months",
    }
    return [on_rows(table, rows, "", rule="no_month", severity="warning", values=[], **messages)]


def _regions(table: pd.DataFrame) -> list[FindingGroup]:
    """Report facilities that have the name of a region."""
    rows = np.flatnonzero(region_rows(table))
    if not len(rows):
        return []
    messages = {
        "message_id": "nama wilayah di tempat nama FKTP; hapus barisnya bila itu jumlah wilayah",
        "message_en": "a region is named where a facility should be; delete the row if it is a"
        " total of the region",
    }
    values = table[key_of(table)[0]].iloc[rows].tolist()
    return [
        on_rows(
            table, rows, "", rule="perhaps_total", severity="warning", values=values, **messages
        )
    ]


def _months_again(table: pd.DataFrame, month: Codes) -> list[FindingGroup]:
    """Report months that stand more than once where no column names a facility."""
    again = pd.Series(month).duplicated(keep=False).to_numpy() & (month >= 0)
    if not again.any():
        return []
    messages = {
        "message_id": "bulan ini ada di beberapa baris dan tidak ada kolom FKTP; tambahkan nama"
        " FKTP, atau hapus baris gandanya bila semuanya satu FKTP",
        "message_en": "this month stands in several rows and no column names the facility; add the"
        " names, or delete what stands twice if all are one facility",
    }
    rows = np.flatnonzero(again)
    return [
        on_rows(table, rows, "", rule="month_repeated", severity="warning", values=[], **messages)
    ]


def _gaps(table: pd.DataFrame, facility: Codes, month: Codes) -> list[FindingGroup]:
    known = np.flatnonzero((facility >= 0) & (month >= 0))
    order = known[np.lexsort((month[known], facility[known]))]
    before, after = order[:-1], order[1:]
    lacking = (facility[after] == facility[before]) & (month[after] - month[before] > 1)
    if not lacking.any():
        return []
    key = key_of(table)
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


def _look_like_mid_month(table: pd.DataFrame, conflicts: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return pairs of conflicting rows of which one may be the mid-month view of the other.

    None of its counts that grow during a month exceeds the other's, and several are smaller.
    """
    found = np.zeros(len(table), bool)
    growing = [name for name in _GROWING if name in table]
    places = np.flatnonzero(conflicts)
    if not len(places) or not growing:
        return found
    code = facility_months(table)[places]
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
