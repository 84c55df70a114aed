"""The recomputed tables of the chapter."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from kbkresearch import datasets
from kbkresearch.formats import fill
from kbkresearch.regulation.registry import rules
from kbkresearch.results import Column, Table
from kbkresearch.studies.judge import exact
from kbkresearch.studies.puskesmas_pasawahan.printed import (
    INDICATORS,
    lattice,
    readings,
    score_bands,
    shown,
    staff_columns,
    values,
)
from kbkresearch.vocabulary import Text

_STATUS = {
    "sourced": Text("sesuai cetakan", "as printed"),
    "corrected": Text("dibetulkan", "corrected"),
}
_NO_AREA = Text("(tidak tercetak)", "(not printed)")


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name."""
    made = (_bands(), _values(), _payments(), _staffing(), _rooms())
    return {table.name: table for table in made}


def _table(
    name: str,
    title: Text,
    columns: tuple[Column, ...],
    rows: list[dict[str, Any]],
    printed: str,
    *notes: Text,
) -> Table:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype=object)
    source = Text(
        f"Sumber: Bab II studi Puskesmas Pasawahan, {printed}; dihitung ulang dengan kbkresearch",
        f"Source: chapter II of the Puskesmas Pasawahan study, {printed}; recomputed with"
        " kbkresearch",
    )
    return Table(name, title, columns, frame, notes, source)


def _bands() -> Table:
    law = rules("kbk-2019")
    rows = []
    for row in datasets.load("pasawahan-bands").to_dict("records"):
        indicator = law.indicators[row["indicator"]]
        applied = next(band for band in indicator.bands if band.level == row["rating"])
        rows.append(
            {
                "indicator": indicator.label,
                "rating": row["rating"],
                "printed": row["band_printed"],
                "readings": len(readings(row["band_printed"], indicator.domain)),
                "applied": shown(applied.interval, indicator.unit),
                "status": _STATUS[applied.value.status],
                "note": applied.value.note,
            }
        )
    return _table(
        "bands",
        Text("Pita rating: tercetak dan diterapkan", "Rating bands: printed and applied"),
        (
            Column("indicator", Text("Indikator", "Indicator")),
            Column("rating", Text("Rating", "Rating"), "integer"),
            Column("printed", Text("Tercetak", "Printed")),
            Column("readings", Text("Bacaan yang mungkin", "Possible readings"), "integer"),
            Column("applied", Text("Diterapkan", "Applied")),
            Column("status", Text("Status", "Status")),
            Column("note", Text("Alasan", "Why")),
        ),
        rows,
        "Tabel 2.3",
        Text(
            "Dua bacaan: satu ujung pita tercetak tanpa tanda. Yang diterapkan ialah bacaan yang"
            " membuat keempat pita membagi habis semua nilai.",
            "Two readings: one end of the band is printed without a sign. The one applied makes"
            " the four bands cover every value once.",
        ),
    )


def _values() -> Table:
    law = rules("kbk-2019")
    rows = []
    for row in datasets.load("pasawahan-bands").to_dict("records"):
        product = Fraction(row["weight_pct"] * row["rating"], 100)
        rows.append(
            {
                "indicator": law.indicators[row["indicator"]].label,
                "weight": row["weight_pct"],
                "rating": row["rating"],
                "printed": row["value_printed"],
                "product": float(product),
                "same": exact(row["value_printed"]) == product,
            }
        )
    return _table(
        "values",
        Text("Capaian nilai: tercetak dan bobot × rating", "Values: printed and weight × rating"),
        (
            Column("indicator", Text("Indikator", "Indicator")),
            Column("weight", Text("Bobot (%)", "Weight (%)"), "integer"),
            Column("rating", Text("Rating", "Rating"), "integer"),
            Column("printed", Text("Nilai tercetak", "Printed value"), "number", 1),
            Column("product", Text("Bobot × rating", "Weight × rating"), "number", 1),
            Column("same", Text("Sama", "Same"), "boolean"),
        ),
        rows,
        "Tabel 2.3",
    )


def _payments() -> Table:
    triples = lattice()
    paid = {
        (row["score_band_printed"], row["facility_type"]): row["payment_pct"]
        for row in datasets.load("pasawahan-payments").to_dict("records")
    }
    rows = []
    for name, span in score_bands().items():
        inside = [one for one in triples if one.score in span]
        rows.append(
            {
                "band": name,
                "interval": shown(span),
                "puskesmas": paid[name, "puskesmas"],
                "clinic": paid[name, "klinik_pratama"],
                "scores": len({one.score for one in inside}),
                "triples": len(inside),
            }
        )
    return _table(
        "payments",
        Text(
            "Pembayaran menurut nilai capaian, dan kombinasi rating di baliknya",
            "Payment by score, and the combinations of ratings behind it",
        ),
        (
            Column("band", Text("Nilai tercetak", "Printed score")),
            Column("interval", Text("Bacaan", "Reading")),
            Column("puskesmas", Text("Puskesmas (%)", "Puskesmas (%)"), "integer"),
            Column("clinic", Text("Klinik Pratama (%)", "Primary clinic (%)"), "integer"),
            Column("scores", Text("Nilai yang mungkin", "Possible scores"), "integer"),
            Column("triples", Text("Kombinasi rating", "Combinations of ratings"), "integer"),
        ),
        rows,
        "Tabel 2.3, 2.4",
        _lattice_note(),
        *(_cap_note(name) for name in INDICATORS),
    )


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
    return _table(
        "staffing",
        Text("Jumlah tenaga: tercetak dan dijumlahkan", "Staff: printed totals and sums"),
        (
            Column("column", Text("Kolom", "Column"), "integer"),
            Column("area", Text("Kawasan tercetak", "Printed area")),
            Column("inpatient", Text("Sub-judul tercetak", "Printed sub-header")),
            Column("printed", Text("Total tercetak", "Printed total"), "integer"),
            Column("sum", Text("Jumlah barisnya", "Sum of its rows"), "integer"),
            Column("difference", Text("Selisih", "Difference"), "integer"),
        ),
        rows,
        "Tabel 2.1",
        Text(
            "Tabel ini kehilangan satu kolom dan tidak diperbaiki; jangan dipakai sebagai standar.",
            "This table has lost a column and is not repaired; do not use it as a standard.",
        ),
    )


def _rooms() -> Table:
    table = datasets.load("pasawahan-rooms")
    rows = [
        {
            "room_no": number,
            "room": group["room_printed"].iloc[0],
            "sets": int(group["equipment_printed"].str.startswith("Set ").sum()),
            "equipment": "; ".join(group["equipment_printed"]),
        }
        for number, group in table.groupby("room_no", sort=False)
    ]
    return _table(
        "rooms",
        Text("Ruang dan set alat sebagaimana tercetak", "Rooms and equipment sets as printed"),
        (
            Column("room_no", Text("No", "No"), "integer"),
            Column("room", Text("Ruang", "Room")),
            Column("sets", Text("Banyaknya set", "Number of sets"), "integer"),
            Column("equipment", Text("Kolom alat kesehatan", "Equipment column")),
        ),
        rows,
        "Tabel 2.2",
    )
