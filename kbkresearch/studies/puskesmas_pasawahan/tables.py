"""The recomputed tables of the chapter."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from kbkresearch import datasets
from kbkresearch.formats import fill
from kbkresearch.regulation.registry import rules
from kbkresearch.studies.judge import exact
from kbkresearch.studies.layout import by_name, column, table
from kbkresearch.studies.puskesmas_pasawahan.printed import (
    INDICATORS,
    lattice,
    readings,
    score_bands,
    staff_columns,
    values,
)
from kbkresearch.studies.rows import records
from kbkresearch.studies.words import span
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.results import Table

_STATUS = {
    "sourced": Text("sesuai cetakan", "as printed"),
    "corrected": Text("dibetulkan", "corrected"),
}
_NO_AREA = Text("(tidak tercetak)", "(not printed)")


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name."""
    return by_name((_bands(), _values(), _payments(), _staffing(), _rooms()))


def _source(printed: str) -> Text:
    return Text(
        f"Sumber: Bab II studi Puskesmas Pasawahan, {printed}; dihitung ulang dengan kbkresearch",
        f"Source: chapter II of the Puskesmas Pasawahan study, {printed}; recomputed with"
        " kbkresearch",
    )


def _bands() -> Table:
    rows = []
    for row in records("pasawahan-bands"):
        indicator = rules("kbk-2019").indicators[row["indicator"]]
        applied = next(band for band in indicator.bands if band.level == row["rating"])
        rows.append(
            {
                "indicator": indicator.label,
                "rating": row["rating"],
                "printed": row["band_printed"],
                "readings": len(readings(row["band_printed"], indicator.domain)),
                "applied": span(applied.interval, indicator.unit),
                "status": _STATUS[applied.value.status],
                "note": applied.value.note,
            }
        )
    columns = (
        column("indicator", "Indikator", "Indicator"),
        column("rating", "Rating", "Rating", "integer"),
        column("printed", "Tercetak", "Printed"),
        column("readings", "Bacaan yang mungkin", "Possible readings", "integer"),
        column("applied", "Diterapkan", "Applied"),
        column("status", "Status", "Status"),
        column("note", "Alasan", "Why"),
    )
    title = Text("Pita rating: tercetak dan diterapkan", "Rating bands: printed and applied")
    note = Text(
        "Dua bacaan: satu ujung pita tercetak tanpa tanda. Yang diterapkan ialah bacaan yang"
        " membuat keempat pita membagi habis semua nilai.",
        "Two readings: one end of the band is printed without a sign. The one applied makes"
        " the four bands cover every value once.",
    )
    return table("bands", title, columns, rows, note, source=_source("Tabel 2.3"))


def _values() -> Table:
    rows = []
    for row in records("pasawahan-bands"):
        product = Fraction(row["weight_pct"] * row["rating"], 100)
        rows.append(
            {
                "indicator": rules("kbk-2019").indicators[row["indicator"]].label,
                "weight": row["weight_pct"],
                "rating": row["rating"],
                "printed": row["value_printed"],
                "product": float(product),
                "same": exact(row["value_printed"]) == product,
            }
        )
    columns = (
        column("indicator", "Indikator", "Indicator"),
        column("weight", "Bobot (%)", "Weight (%)", "integer"),
        column("rating", "Rating", "Rating", "integer"),
        column("printed", "Nilai tercetak", "Printed value", "number", 1),
        column("product", "Bobot × rating", "Weight × rating", "number", 1),
        column("same", "Sama", "Same", "boolean"),
    )
    title = Text(
        "Capaian nilai: tercetak dan bobot × rating", "Values: printed and weight × rating"
    )
    return table("values", title, columns, rows, source=_source("Tabel 2.3"))


def _payments() -> Table:
    triples = lattice()
    paid = {
        (row["score_band_printed"], row["facility_type"]): row["payment_pct"]
        for row in records("pasawahan-payments")
    }
    rows = []
    for name, reading in score_bands().items():
        inside = [one for one in triples if one.score in reading]
        rows.append(
            {
                "band": name,
                "interval": span(reading),
                "puskesmas": paid[name, "puskesmas"],
                "clinic": paid[name, "klinik_pratama"],
                "scores": len({one.score for one in inside}),
                "triples": len(inside),
            }
        )
    columns = (
        column("band", "Nilai tercetak", "Printed score"),
        column("interval", "Bacaan", "Reading"),
        column("puskesmas", "Puskesmas (%)", "Puskesmas (%)", "integer"),
        column("clinic", "Klinik Pratama (%)", "Primary clinic (%)", "integer"),
        column("scores", "Nilai yang mungkin", "Possible scores", "integer"),
        column("triples", "Kombinasi rating", "Combinations of ratings", "integer"),
    )
    title = Text(
        "Pembayaran menurut nilai capaian, dan kombinasi rating di baliknya",
        "Payment by score, and the combinations of ratings behind it",
    )
    notes = (_lattice_note(), *(_cap_note(name) for name in INDICATORS))
    return table("payments", title, columns, rows, *notes, source=_source("Tabel 2.3, 2.4"))


def _lattice_note() -> Text:
    triples = lattice()
    return fill(
        Text(
            "{triples} kombinasi rating hanya menghasilkan {scores} nilai, dari {low:1} sampai"
            " {high:1}: nilai yang sama dapat berasal dari capaian yang berbeda.",
            "{triples} combinations of ratings give only {scores} scores, from {low:1} to {high:1}:"
            " the same score can come from different attainment.",
        ),
        {
            "triples": len(triples),
            "scores": len({one.score for one in triples}),
            "low": min(one.score for one in triples),
            "high": max(one.score for one in triples),
        },
    )


def _cap_note(indicator: str) -> Text:
    place = INDICATORS.index(indicator)
    worth = values()[indicator].values()
    return fill(
        Text(
            "{name}: rating 1 membatasi nilai pada {cap:1}; dari rating terendah ke tertinggi nilai"
            " berubah {span:1}.",
            "{name}: rating 1 holds the score at {cap:1} at most; from the lowest to the highest"
            " rating the score moves by {span:1}.",
        ),
        {
            "name": rules("kbk-2019").indicators[indicator].label,
            "cap": max(one.score for one in lattice() if one.ratings[place] == 1),
            "span": max(worth) - min(worth),
        },
    )


def _staffing() -> Table:
    rows = [
        {
            "column": number,
            "area": one.area or _NO_AREA,
            "inpatient": one.inpatient,
            "printed": one.total,
            "sum": one.sum,
            "difference": one.total - one.sum,
        }
        for number, one in staff_columns().items()
    ]
    columns = (
        column("column", "Kolom", "Column", "integer"),
        column("area", "Kawasan tercetak", "Printed area"),
        column("inpatient", "Sub-judul tercetak", "Printed sub-header"),
        column("printed", "Total tercetak", "Printed total", "integer"),
        column("sum", "Jumlah barisnya", "Sum of its rows", "integer"),
        column("difference", "Selisih", "Difference", "integer"),
    )
    title = Text("Jumlah tenaga: tercetak dan dijumlahkan", "Staff: printed totals and sums")
    note = Text(
        "Tabel ini kehilangan satu kolom dan tidak diperbaiki; jangan dipakai sebagai standar.",
        "This table has lost a column and is not repaired; do not use it as a standard.",
    )
    return table("staffing", title, columns, rows, note, source=_source("Tabel 2.1"))


def _rooms() -> Table:
    printed = datasets.load("pasawahan-rooms")
    rows = [
        {
            "room_no": number,
            "room": group["room_printed"].iloc[0],
            "sets": int(group["equipment_printed"].str.startswith("Set ").sum()),
            "equipment": "; ".join(group["equipment_printed"]),
        }
        for number, group in printed.groupby("room_no", sort=False)
    ]
    columns = (
        column("room_no", "No", "No", "integer"),
        column("room", "Ruang", "Room"),
        column("sets", "Banyaknya set", "Number of sets", "integer"),
        column("equipment", "Kolom alat kesehatan", "Equipment column"),
    )
    title = Text("Ruang dan set alat sebagaimana tercetak", "Rooms and equipment sets as printed")
    return table("rooms", title, columns, rows, source=_source("Tabel 2.2"))
