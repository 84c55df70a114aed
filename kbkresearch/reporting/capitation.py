"""Capitation results for people: tables, source lines, and how their values are shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from kbkresearch.results import Column, Table, columns_of, marked_title
from kbkresearch.version import __version__
from kbkresearch.vocabulary import SEX_LABELS, Text, label

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbkresearch.capitation.adjusted import AdjustedCapitation
    from kbkresearch.capitation.capitate import Capitation
    from kbkresearch.capitation.evaluate import Evaluation
    from kbkresearch.capitation.standardise import StandardisedRates
    from kbkresearch.results import ShownResult

PER = {"month": Text("bulan", "month"), "year": Text("tahun", "year")}
PAYMENTS = {
    "evaluation": Text("pembayaran sekarang", "present payment"),
    "evaluation_adjusted": Text("pembayaran disesuaikan", "adjusted payment"),
}
_KINDS = {
    "all": Text("Semua", "All"),
    "decile_of_payment": Text("Desil pembayaran", "Decile of payment"),
}
_RATES = {"rate_permille": 1, "ci_low": 1, "ci_high": 1}
SYNTHETIC_NOTE = Text(
    "DATA SINTETIS: tidak satu pun orang atau fasilitas di dalamnya nyata.",
    "SYNTHETIC DATA: nobody and no facility in them exists.",
)
CANNOT_SHOW = (
    Text(
        "Yang tidak dapat ditunjukkan cara ini: biaya di luar kunjungan, mutu layanan, kebutuhan"
        " yang tidak datang berobat, dan apakah biaya per kunjungan itu wajar.",
        "What this method cannot show: costs other than visits, quality of care, need that does"
        " not come for care, and whether the cost of a visit is fair.",
    ),
)


def shown(value: object, column: str) -> Text:
    """Return a value of a group or stratum as it is shown.

    Examples
    --------
    >>> shown("female", "sex").id, shown("0-4", "age_band").id
    ('perempuan', '0-4')
    """
    if column == "all":
        return Text("semua", "all")
    if column in {"sex", "stratum"} and value in SEX_LABELS:
        return SEX_LABELS[str(value)]
    return Text(str(value), str(value))


def in_age_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Return groups of an evaluation, or anything else as it is, with age bands in their order."""
    if not {"grouping", "group"} <= set(frame.columns):
        return frame.copy()
    ages = frame[frame["grouping"] == "age_band"]
    first = ages["group"].map(lambda band: int(re.split(r"\D", str(band))[0]))
    order = list(range(len(frame)))
    places = [place for place, kind in enumerate(frame["grouping"]) if kind == "age_band"]
    for place, other in zip(places, first.to_numpy().argsort(kind="stable"), strict=True):
        order[place] = places[other]
    return frame.iloc[order].copy()


def source_of(result: ShownResult, note: Text | None = None) -> Text:
    """Return the source line of a result: file, tool, whether it is synthetic, and a note."""
    file = result.frame.attrs.get("file")
    what = Text(file, file) if file else Text("data yang diberikan", "the data given")
    line = Text(
        f"Sumber: {what.id}; dihitung dengan kbkresearch {__version__}.",
        f"Source: {what.en}; computed with kbkresearch {__version__}.",
    )
    for more in ([SYNTHETIC_NOTE] if result.is_synthetic else []) + ([note] if note else []):
        line = Text(f"{line.id} {more.id}", f"{line.en} {more.en}")
    return line


def tables_of(result: ShownResult) -> list[Table]:
    """Return the tables of a result.

    Parameters
    ----------
    result : Capitation, AdjustedCapitation, Evaluation or StandardisedRates

    Returns
    -------
    list of Table
    """
    found: list[Table] = _TABLES[type(result).__name__](result)
    return found


def _table(
    name: str,
    title: Text,
    frame: pd.DataFrame,
    result: ShownResult,
    notes: Sequence[Text] = (),
    labels: Mapping[str, Text] | None = None,
) -> Table:
    """Return a table whose groups, sexes and rates are shown as people read them."""
    frame = in_age_order(frame)
    for column in ("sex", "stratum", "group"):
        if column in frame:
            kinds = frame["grouping"] if column == "group" else [column] * len(frame)
            words = [shown(v, k) for v, k in zip(frame[column], kinds, strict=True)]
            frame[column] = pd.Series(words, index=frame.index, dtype=object)
    for column in ("grouping", "stratum_kind"):
        if column in frame:
            words = [_KINDS.get(v, Text(label(str(v)), label(str(v), "en"))) for v in frame[column]]
            frame[column] = pd.Series(words, index=frame.index, dtype=object)
    columns = tuple(
        replace(one, decimals=_RATES[one.key], kind="number") if one.key in _RATES else one
        for one in columns_of(frame, labels)
    )
    title = marked_title(title, synthetic=result.is_synthetic)
    return Table(name, title, columns, frame, tuple(notes), source_of(result))


def _capitation_tables(result: Capitation) -> list[Table]:
    per = PER[result.period]
    labels = {
        "rate_permille": Text(f"Rate utilisasi (‰ per {per.id})", f"Rate (‰ per {per.en})"),
        "ci_low": Text("Batas bawah rate (‰)", "Rate, CI low (‰)"),
        "ci_high": Text("Batas atas rate (‰)", "Rate, CI high (‰)"),
        "fund_rp": Text(f"Dana (Rp per {per.id})", f"Fund (Rp per {per.en})"),
        "tariff_rp": Text(f"Tarif (Rp per peserta per {per.id})",
                          f"Tariff (Rp per member per {per.en})"),
    }  # fmt: skip
    totals = result.totals.drop(columns="fund_per_cost", errors="ignore")
    title = Text("Jumlah, pembayaran, dan selisih", "Totals, payment and difference")
    return [
        _table("rates", result.title, result.frame, result, (*result.notes, *CANNOT_SHOW), labels),
        _table("totals", title, totals, result, (), labels),
    ]


def _adjusted_tables(result: AdjustedCapitation) -> list[Table]:
    title = Text("Kapitasi per kelas peserta", "Capitation by class of members")
    return [
        _table("adjusted", result.title, result.frame, result, result.notes),
        _table("classes", title, result.classes, result),
    ]


def _evaluation_tables(result: Evaluation) -> list[Table]:
    bounds = {
        "ci_low": Text("Batas bawah kekurangan (Rp)", "Under-compensation, CI low (Rp)"),
        "ci_high": Text("Batas atas kekurangan (Rp)", "Under-compensation, CI high (Rp)"),
    }
    payment = PAYMENTS.get(result.frame.attrs.get("payment", ""))
    title = result.title
    if payment is not None:
        title = Text(f"{title.id}: {payment.id}", f"{title.en}: {payment.en}")
    found = [_table("evaluation", title, result.frame, result, result.notes, bounds)]
    if len(result.deciles):
        title = Text("Pembayaran terhadap biaya menurut desil", "Payment against cost by decile")
        found.append(_table("deciles", title, result.deciles, result, (), bounds))
    return [replace(one, columns=_whole_rupiah(one.columns)) for one in found]


def _whole_rupiah(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return columns whose limits are rupiah, as in an evaluation."""
    limits = {"ci_low", "ci_high"}
    return tuple(replace(one, decimals=0) if one.key in limits else one for one in columns)


def _standardised_tables(result: StandardisedRates) -> list[Table]:
    plain = {"ci_low": 4, "ci_high": 4}
    (one,) = [_table("standardised", result.title, result.frame, result, result.notes)]
    columns = tuple(replace(c, decimals=plain.get(c.key, c.decimals)) for c in one.columns)
    return [replace(one, columns=columns)]


_TABLES: dict[str, Callable[[Any], list[Table]]] = {
    "Capitation": _capitation_tables,
    "AdjustedCapitation": _adjusted_tables,
    "Evaluation": _evaluation_tables,
    "StandardisedRates": _standardised_tables,
}
