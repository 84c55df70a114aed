"""The recomputed tables of the abstract, and what two missed targets leave of the lattice."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.formats import fill
from kbkresearch.regulation.lookup import Outcome, outcomes
from kbkresearch.regulation.registry import rules
from kbkresearch.results import Column, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbkresearch.regulation.intervals import Interval

STUDY = "klinik-makmur-jaya"
CLINIC = "klinik_pratama"
MISSED = ("rrns", "rppt")
_FULL = 100
_MARKS = {"permille": "‰", "pct": "%"}
_LANGUAGES = {"id": Text("Indonesia", "Indonesian"), "en": Text("Inggris", "English")}
_FRAMES = {
    "input": Text("masukan", "input"),
    "process": Text("proses", "process"),
    "output": Text("keluaran", "output"),
}
_COMPONENTS = {
    "man": Text("manusia", "man"),
    "machine": Text("alat", "machine"),
    "method": Text("metode", "method"),
    "implementation": Text("pelaksanaan", "implementation"),
}
_BOTH = Text("RRNS dan RPPT", "RRNS and RPPT")
_PAID = Text("Pembayaran", "Payment")
_LOST = Text("Kehilangan dari kapitasi norma", "Loss of norm capitation")


def interval(span: Interval, unit: str) -> Text:
    """Return an interval with its unit, in the punctuation of each language."""
    english = f"{span} {_MARKS[unit]}"
    return Text(english.replace(", ", "; ").replace(".", ","), english)


def missed(*, contact_met: bool) -> tuple[Outcome, ...]:
    """Return the combinations of ratings in which RRNS and RPPT miss their targets.

    Parameters
    ----------
    contact_met : bool
        Only those in which the contact rate meets its target.

    Returns
    -------
    tuple of Outcome
    """
    law = rules("kbk-2019")
    best = {one.name: one.best.level for one in law.paying}
    found = []
    for one in outcomes(law):
        rating = dict(zip(best, one.levels, strict=True))
        short = all(rating[name] != best[name] for name in MISSED)
        if short and (rating["ak"] == best["ak"] or not contact_met):
            found.append(one)
    return tuple(found)


def spread(found: Iterable[Outcome]) -> dict[str, Any]:
    """Return number, scores, payments and losses of combinations, for a primary clinic.

    Parameters
    ----------
    found : iterable of Outcome

    Returns
    -------
    dict
        ``n``, ``low``, ``high`` (score), ``pay_low``, ``pay_high``, ``loss_low``, ``loss_high``
        (per cent of the norm capitation).
    """
    chosen = list(found)
    scores = [one.score or Fraction() for one in chosen]
    paid = [int(one.payment[CLINIC].value) for one in chosen]
    return {
        "n": len(chosen),
        "low": min(scores),
        "high": max(scores),
        "pay_low": min(paid),
        "pay_high": max(paid),
        "loss_low": _FULL - max(paid),
        "loss_high": _FULL - min(paid),
    }


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name."""
    made = (_targets(), _scenarios(), _triples(), _barriers())
    return {table.name: table for table in made}


def _table(
    name: str, title: Text, columns: tuple[Column, ...], rows: list[dict[str, Any]], *notes: Text
) -> Table:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype=object)
    source = Text(
        "Sumber: abstrak studi Klinik Pratama Makmur Jaya; dihitung ulang dengan kbkresearch",
        "Source: abstract of the Klinik Pratama Makmur Jaya study; recomputed with kbkresearch",
    )
    return Table(name, title, columns, frame, notes, source)


def _targets() -> Table:
    law = rules("kbk-2019")
    rows = []
    for row in datasets.load("makmur-jaya-targets").to_dict("records"):
        one = law.indicators[row["indicator"]]
        at = next(band.level for band in one.bands if Fraction(row["target"]) in band.interval)
        rows.append(
            {
                "indicator": one.label,
                "language": _LANGUAGES[row["language"]],
                "name": row["name_printed"],
                "printed": row["target_printed"],
                "applied": interval(one.best.interval, one.unit),
                "rating": at,
            }
        )
    return _table(
        "targets",
        Text("Target: tercetak dan menurut aturan", "Targets: printed and by the rules"),
        (
            Column("indicator", Text("Indikator", "Indicator")),
            Column("language", Text("Abstrak", "Abstract")),
            Column("name", Text("Nama tercetak", "Printed name")),
            Column("printed", Text("Target tercetak", "Printed target")),
            Column("applied", Text("Target diterapkan", "Target applied")),
            Column(
                "rating", Text("Rating tepat pada target", "Rating exactly on target"), "integer"
            ),
        ),
        rows,
        Text(
            "Tanda tercetak (> dan <) bila dibaca ketat mengecualikan nilai tepat pada target;"
            " menurut aturan nilai itu mencapai target.",
            "Read strictly, the printed signs (> and <) shut out the value exactly on target; by"
            " the rules that value meets it.",
        ),
    )


def _scenarios() -> Table:
    cases = (
        (Text("AK tercapai", "AK met"), True),
        (Text("AK tidak diketahui", "AK not known"), False),
    )
    rows = [{"case": label, **spread(missed(contact_met=met))} for label, met in cases]
    return _table(
        "missed-targets",
        Text(
            "RRNS dan RPPT tidak tercapai: nilai dan pembayaran klinik pratama yang mungkin",
            "RRNS and RPPT missed: possible scores and payments of a primary clinic",
        ),
        (
            Column("case", Text("Keadaan", "Case")),
            Column("n", Text("Kombinasi rating", "Combinations of ratings"), "integer"),
            Column("low", Text("Nilai terendah", "Lowest score"), "number", 1),
            Column("high", Text("Nilai tertinggi", "Highest score"), "number", 1),
            Column("pay_low", Text("Terendah (%)", "Lowest (%)"), "integer", 0, _PAID),
            Column("pay_high", Text("Tertinggi (%)", "Highest (%)"), "integer", 0, _PAID),
            Column("loss_low", Text("Terkecil (%)", "Least (%)"), "integer", 0, _LOST),
            Column("loss_high", Text("Terbesar (%)", "Most (%)"), "integer", 0, _LOST),
        ),
        rows,
        fill(
            Text(
                "Bila nilai klinik tidak berkonsekuensi, pembayarannya {full}%; abstrak tidak"
                " menyebut statusnya.",
                "If the clinic's score has no consequence it is paid {full}%; the abstract does"
                " not state its status.",
            ),
            {"full": int(rules("kbk-2019").without_consequence.value)},
        ),
    )


def _triples() -> Table:
    law = rules("kbk-2019")
    names = [one.name for one in law.paying]
    rows = [
        {
            **dict(zip(names, one.levels, strict=True)),
            "score": one.score,
            "paid": int(one.payment[CLINIC].value),
        }
        for one in sorted(missed(contact_met=True), key=lambda one: one.score or Fraction())
    ]
    return _table(
        "missed-triples",
        Text(
            "Kombinasi rating bila AK tercapai, RRNS dan RPPT tidak",
            "Combinations of ratings with AK met, RRNS and RPPT missed",
        ),
        (
            *(Column(one.name, one.label, "integer") for one in law.paying),
            Column("score", Text("Nilai capaian", "Score"), "number", 1),
            Column("paid", Text("Pembayaran klinik pratama (%)", "Clinic payment (%)"), "integer"),
        ),
        rows,
    )


def _barriers() -> Table:
    law = rules("kbk-2019")
    rows = [
        {
            "frame": _FRAMES[row["frame"]],
            "component": _COMPONENTS.get(row["component"], row["component"]),
            "indicator": law.indicators[row["indicator"]].label
            if row["indicator"] in law.indicators
            else _BOTH,
            "barrier": Text(row["barrier_id"], row["barrier_en"]),
        }
        for row in datasets.load("barriers").to_dict("records")
        if row["study_id"] == STUDY
    ]
    return _table(
        "barriers",
        Text("Kendala yang dilaporkan", "Barriers reported"),
        (
            Column("frame", Text("Bagian", "Part")),
            Column("component", Text("Komponen", "Component")),
            Column("indicator", Text("Indikator", "Indicator")),
            Column("barrier", Text("Kendala", "Barrier")),
        ),
        rows,
        Text(
            "Berasal dari wawancara; tidak ada cacah di balik kata seperti 'masih banyak'.",
            "From interviews; no counts stand behind words such as 'many'.",
        ),
    )
