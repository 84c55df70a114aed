"""The recomputed tables of the abstract, and what two missed targets leave of the lattice."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kbkresearch.formats import fill
from kbkresearch.regulation.lookup import Outcome, outcomes
from kbkresearch.regulation.registry import rules
from kbkresearch.results import Column, Table
from kbkresearch.studies.layout import by_name, column, table
from kbkresearch.studies.payment import rating_at
from kbkresearch.studies.rows import COMPONENTS, FRAMES, barriers_of, records
from kbkresearch.studies.words import span
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

STUDY = "klinik-makmur-jaya"
CLINIC = "klinik_pratama"
MISSED = ("rrns", "rppt")
_FULL = 100
_LANGUAGES = {"id": Text("Indonesia", "Indonesian"), "en": Text("Inggris", "English")}
_BOTH = Text("RRNS dan RPPT", "RRNS and RPPT")
_PAID = Text("Pembayaran", "Payment")
_LOST = Text("Kehilangan dari kapitasi norma", "Loss of norm capitation")
SOURCE = Text(
    "Sumber: abstrak studi Klinik Pratama Makmur Jaya; dihitung ulang dengan kbkresearch",
    "Source: abstract of the Klinik Pratama Makmur Jaya study; recomputed with kbkresearch",
)


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
    return by_name((_targets(), _scenarios(), _triples(), _barriers()))


def _targets() -> Table:
    rows = []
    for row in records("makmur-jaya-targets"):
        one = rules("kbk-2019").indicators[row["indicator"]]
        rows.append(
            {
                "indicator": one.label,
                "language": _LANGUAGES[row["language"]],
                "name": row["name_printed"],
                "printed": row["target_printed"],
                "applied": span(one.best.interval, one.unit),
                "rating": rating_at(one, Fraction(row["target"])),
            }
        )
    columns = (
        column("indicator", "Indikator", "Indicator"),
        column("language", "Abstrak", "Abstract"),
        column("name", "Nama tercetak", "Printed name"),
        column("printed", "Target tercetak", "Printed target"),
        column("applied", "Target diterapkan", "Target applied"),
        column("rating", "Rating tepat pada target", "Rating exactly on target", "integer"),
    )
    title = Text("Target: tercetak dan menurut aturan", "Targets: printed and by the rules")
    note = Text(
        "Tanda tercetak (> dan <) bila dibaca ketat mengecualikan nilai tepat pada target;"
        " menurut aturan nilai itu mencapai target.",
        "Read strictly, the printed signs (> and <) shut out the value exactly on target; by"
        " the rules that value meets it.",
    )
    return table("targets", title, columns, rows, note, source=SOURCE)


def _scenarios() -> Table:
    cases = {
        Text("AK tercapai", "AK met"): True,
        Text("AK tidak diketahui", "AK not known"): False,
    }
    rows = [{"case": label, **spread(missed(contact_met=met))} for label, met in cases.items()]
    columns = (
        column("case", "Keadaan", "Case"),
        column("n", "Kombinasi rating", "Combinations of ratings", "integer"),
        column("low", "Nilai terendah", "Lowest score", "number", 1),
        column("high", "Nilai tertinggi", "Highest score", "number", 1),
        column("pay_low", "Terendah (%)", "Lowest (%)", "integer", 0, _PAID),
        column("pay_high", "Tertinggi (%)", "Highest (%)", "integer", 0, _PAID),
        column("loss_low", "Terkecil (%)", "Least (%)", "integer", 0, _LOST),
        column("loss_high", "Terbesar (%)", "Most (%)", "integer", 0, _LOST),
    )
    title = Text(
        "RRNS dan RPPT tidak tercapai: nilai dan pembayaran klinik pratama yang mungkin",
        "RRNS and RPPT missed: possible scores and payments of a primary clinic",
    )
    note = Text(
        "Bila nilai klinik tidak berkonsekuensi, pembayarannya {full}%; abstrak tidak"
        " menyebut statusnya.",
        "If the clinic's score has no consequence it is paid {full}%; the abstract does"
        " not state its status.",
    )
    full = {"full": int(rules("kbk-2019").without_consequence.value)}
    return table("missed-targets", title, columns, rows, fill(note, full), source=SOURCE)


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
    columns = (
        *(Column(one.name, one.label, "integer") for one in law.paying),
        column("score", "Nilai capaian", "Score", "number", 1),
        column("paid", "Pembayaran klinik pratama (%)", "Clinic payment (%)", "integer"),
    )
    title = Text(
        "Kombinasi rating bila AK tercapai, RRNS dan RPPT tidak",
        "Combinations of ratings with AK met, RRNS and RPPT missed",
    )
    return table("missed-triples", title, columns, rows, source=SOURCE)


def _barriers() -> Table:
    labels = {name: one.label for name, one in rules("kbk-2019").indicators.items()}
    rows = [
        {
            "frame": FRAMES[row["frame"]],
            "component": COMPONENTS[row["component"]],
            "indicator": labels.get(row["indicator"], _BOTH),
            "barrier": Text(row["barrier_id"], row["barrier_en"]),
        }
        for row in barriers_of(STUDY)
    ]
    columns = (
        column("frame", "Bagian", "Part"),
        column("component", "Komponen", "Component"),
        column("indicator", "Indikator", "Indicator"),
        column("barrier", "Kendala", "Barrier"),
    )
    title = Text("Kendala yang dilaporkan", "Barriers reported")
    note = Text(
        "Berasal dari wawancara; tidak ada cacah di balik kata seperti 'masih banyak'.",
        "From interviews; no counts stand behind words such as 'many'.",
    )
    return table("barriers", title, columns, rows, note, source=SOURCE)
