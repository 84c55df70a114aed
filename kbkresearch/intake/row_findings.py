"""What accepted rows leave to be asked: who they are, months lacking, mid-month figures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.findings import FindingGroup, on_rows
from kbkresearch.intake.coded import texts_of
from kbkresearch.intake.keys import KEYS, keys_of, spellings
from kbkresearch.intake.lexicon import lexicon
from kbkresearch.intake.plausible import jumps, row_checks
from kbkresearch.intake.rows import mid_month_rows, repeated
from kbkresearch.intake.totals import region_rows
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kbkresearch.findings import Severity
    from kbkresearch.intake.keys import Codes, RowKeys


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
    """Report rows, or a table, of which nobody can say what facility or month they are."""
    if not len(table):
        return []
    if keys.columns:
        found = _without_facility(table, keys.facility) + _regions(table, keys.columns[0])
        return found + _without_month(table, keys.month) + _lost_zeros(table)
    severity: Severity = "info" if (keys.facility >= 0).any() else "warning"
    found = []
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
        found = _months_again(table, keys.month) + _without_key(table, keys.month)
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


def _without_month(table: pd.DataFrame, month: Codes) -> list[FindingGroup]:
    """Report rows that name no month where others do, as on a sheet of sums over months."""
    rows = np.flatnonzero(month < 0)
    if not len(rows) or len(rows) == len(month):
        return []
    messages = {
        "message_id": "baris tidak menyebut bulan, padahal baris lain ya; bila itu jumlah atau"
        " rata-rata beberapa bulan, baca lembar lain saja (sheet=), selain itu isi bulannya",
        "message_en": "the row names no month where others do; if it is a sum or a mean over"
        " months, read the other sheets only (sheet=), else write its month",
    }
    return [
        on_rows(table, rows, "month", rule="no_month", severity="warning", values=[], **messages)
    ]


def _lost_zeros(table: pd.DataFrame) -> list[FindingGroup]:
    """Report codes that differ from another one only by zeros in front."""
    code = KEYS[0]
    if code not in table:
        return []
    places, codes = texts_of(table[code])
    bare = [one.lstrip("0") for one in codes]
    if len(set(bare)) == len(bare):
        return []
    times = Counter(bare)
    alike = [place for place, one in enumerate(bare) if one and times[one] > 1]
    rows = np.flatnonzero(np.isin(places, alike))
    if not len(rows):
        return []
    messages = {
        "message_id": "kode ini dan kode lain hanya berbeda nol di depannya; bila FKTP-nya sama,"
        " samakan kodenya (simpan kolom kode sebagai teks)",
        "message_en": "this code and another one differ only by zeros in front; if they are one"
        " facility, write them alike (keep the column of codes as text)",
    }
    values = table[code].iloc[rows].tolist()
    return [
        on_rows(table, rows, code, rule="code_alike", severity="warning", values=values, **messages)
    ]


def _regions(table: pd.DataFrame, named_by: str) -> list[FindingGroup]:
    """Report facilities that have the name of a region, or of a type of facility."""
    rows = np.flatnonzero(region_rows(table) | _named_as_type(table))
    if not len(rows):
        return []
    messages = {
        "message_id": "nama wilayah atau jenis FKTP di tempat nama FKTP; hapus barisnya bila itu"
        " jumlah",
        "message_en": "a region or a type of facilities is named where a facility should be; delete"
        " the row if it is a total",
    }
    values = table[named_by].iloc[rows].tolist()
    return [
        on_rows(
            table, rows, "", rule="perhaps_total", severity="warning", values=values, **messages
        )
    ]


def _named_as_type(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows whose facility is called what a type of facilities is called."""
    found = np.zeros(len(table), np.bool_)
    known = lexicon().labels["facility_type"]
    for name in (one for one in KEYS if one in table):
        codes, texts = texts_of(table[name])
        plain = spellings(texts)
        types = {text for text in known.keys() & plain if known[text] != "missing"}
        if types:
            found |= np.isin(codes, [place for place, text in enumerate(plain) if text in types])
    return found


def _months_again(table: pd.DataFrame, month: Codes) -> list[FindingGroup]:
    """Report months that stand more than once where no column names a facility."""
    again = repeated(month) & (month >= 0)
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
