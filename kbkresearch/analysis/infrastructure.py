"""`completeness`: how much of the standard rooms and equipment sets a checklist finds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.analysis.checklist import Answers, Element, read_checklist, standard_elements
from kbkresearch.analysis.standards import remarks, standard_document
from kbkresearch.errors import UnknownNameError
from kbkresearch.formats import fill
from kbkresearch.results import Column, Result, Table, columns_of
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kbkresearch.analysis.checklist import Unlisted
    from kbkresearch.regulation.values import Document

_UNLISTED = ("missing", "absent")


@dataclass(frozen=True)
class Completeness(Result):
    """Completeness of rooms and equipment, by facility.

    Attributes
    ----------
    frame : DataFrame
        One row per facility: ``facility_id`` (where the checklist has it), ``n_items`` of the
        standard, ``n_present``, ``n_absent``, ``n_missing`` (no information),
        ``infrastructure_pct`` (present, in per cent of those with information; missing where there
        is none), ``pct_low`` and ``pct_high`` (if what is missing were all absent, all present).
    gaps : DataFrame
        The same counts by facility and ``room``, with ``lacking`` (what is absent) and ``unknown``
        (what there is no information on).
    items : DataFrame
        One row per facility and line of the standard: ``room``, ``item``, ``kind``, ``present``.
    """

    gaps: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    items: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def title(self) -> Text:
        """Return the title."""
        return Text("Kelengkapan ruang dan alat", "Completeness of rooms and equipment")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the completeness by facility as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        shown = self.frame if columns is None else self.frame[list(columns)]
        return Table("completeness", self.title, _headings(shown), shown, self.notes)

    def gaps_table(self) -> Table:
        """Return the gaps by room as a `Table`."""
        title = Text("Kekurangan menurut ruang", "Gaps by room")
        return Table("gaps", title, _headings(self.gaps), self.gaps, self.notes)


def _headings(frame: pd.DataFrame) -> tuple[Column, ...]:
    """Return the headings of a frame, percentages with one decimal."""
    return tuple(
        replace(one, decimals=1) if one.kind == "number" else one
        for one in columns_of(frame, _LABELS)
    )


_LABELS = {
    "room": Text("Ruang", "Room"),
    "n_items": Text("Baku", "Standard"),
    "n_present": Text("Ada", "Present"),
    "n_absent": Text("Tidak ada", "Absent"),
    "n_missing": Text("Tanpa keterangan", "No information"),
    "pct_low": Text("Paling sedikit (%)", "At least (%)"),
    "pct_high": Text("Paling banyak (%)", "At most (%)"),
    "lacking": Text("Yang tidak ada", "Absent"),
    "unknown": Text("Yang tanpa keterangan", "No information on"),
}


def completeness(
    checklist: pd.DataFrame | Mapping[str, Any],
    standard: str | Document = "puskesmas-standards-2019",
    *,
    unlisted: Unlisted = "missing",
) -> Completeness:
    """Return how much of the standard rooms and equipment sets is there, and what is lacking.

    Parameters
    ----------
    checklist : DataFrame or mapping
        One row per room or equipment set with ``room`` (``ruang``), ``item`` (``alat``) and
        ``present`` (``ada``: ya, tidak, ada, tidak ada, yes, no, 1, 0 or a truth value), for
        several facilities with ``facility_id``. A row without an item is about the room itself.
        Or a mapping: room or item to its presence, or room to such a mapping.
    standard : str or Document
        Norm with rooms and equipment.
    unlisted : {"missing", "absent"}
        What is known of a line of the standard that the checklist does not list: nothing, or that
        it is not there. A listed line without an answer is never taken as absent.

    Returns
    -------
    Completeness
        Of the rooms, of the equipment or of both, whichever the checklist asks for.

    Raises
    ------
    UnknownNameError
        For a room or item that the standard does not have, naming near ones.
    BadColumnError
        For an answer that is not understood, or two that contradict each other.
    MissingColumnsError, BadArgumentError
        For a checklist without the columns needed, or without rows.

    Examples
    --------
    >>> found = completeness({
    ...     "Ruang farmasi": {"Set farmasi": "ada"},
    ...     "Ruang persalinan": {
    ...         "Set obstetric dan Ginekologi": "ada", "Set Resusitasi bayi": "tidak"},
    ... })
    >>> found.frame[["n_items", "n_present", "n_absent", "n_missing"]].values.tolist()
    [[15, 2, 1, 12]]
    >>> found.frame[["infrastructure_pct", "pct_low", "pct_high"]].round(1).values.tolist()
    [[66.7, 13.3, 93.3]]
    """
    if unlisted not in _UNLISTED:
        raise UnknownNameError("treatment of what is not listed", unlisted, _UNLISTED)
    document = standard_document(standard, "rooms")
    answers = read_checklist(checklist, standard_elements(document), unlisted)
    frame = _frame(
        {"facility_id": one, **_counts(present)} for one, present in _by_facility(answers)
    )
    gaps = _frame(
        {"facility_id": one, **gap}
        for one, present in _by_facility(answers)
        for gap in _gaps(answers.elements, present)
    )
    tables = [frame, gaps, _items(answers)]
    if not answers.named:
        tables = [one.drop(columns="facility_id") for one in tables]
    return Completeness(tables[0], _notes(answers, unlisted, document), tables[1], tables[2])


def _by_facility(answers: Answers) -> Iterator[tuple[Any, np.ndarray]]:
    """Return each facility with its answers."""
    return zip(answers.facilities, answers.present, strict=True)


def _frame(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame whose texts keep both languages."""
    frame = pd.DataFrame(list(rows), dtype=object)
    counts = {name: "int64" for name in frame if str(name).startswith("n_")}
    shares = {name: "float64" for name in frame if "pct" in str(name)}
    return frame.astype({**counts, **shares})


def _counts(present: np.ndarray) -> dict[str, float]:
    """Return counts and percentages of answers."""
    n, missing = len(present), int(np.isnan(present).sum())
    yes = int(np.nansum(present))
    known = n - missing
    return {
        "n_items": n,
        "n_present": yes,
        "n_absent": known - yes,
        "n_missing": missing,
        "infrastructure_pct": 100 * yes / known if known else np.nan,
        "pct_low": 100 * yes / n,
        "pct_high": 100 * (yes + missing) / n,
    }


def _gaps(elements: tuple[Element, ...], present: np.ndarray) -> Iterator[dict[str, Any]]:
    """Yield counts and what is lacking, room by room."""
    for room in dict.fromkeys(one.room for one in elements):
        inside = np.array([one.room == room for one in elements])
        own = [one for one in elements if one.room == room]
        answers = present[inside]
        lacking = _joined(one for one, a in zip(own, answers, strict=True) if a == 0)
        unknown = _joined(one for one, a in zip(own, answers, strict=True) if np.isnan(a))
        yield {"room": room, **_counts(answers), "lacking": lacking, "unknown": unknown}


def _joined(elements: Iterable[Element]) -> Text:
    """Return the names of lines as one text."""
    names = [one.name for one in elements]
    return Text("; ".join(one.id for one in names), "; ".join(one.en for one in names))


def _items(answers: Answers) -> pd.DataFrame:
    """Return one row per facility and line of the standard."""
    times = len(answers.facilities)
    elements = answers.elements * times
    values = [None if np.isnan(one) else bool(one) for one in answers.present.ravel()]
    facilities = [one for one in answers.facilities for _ in answers.elements]
    return pd.DataFrame(
        {
            "facility_id": facilities,
            "room": pd.Series([one.room for one in elements], dtype=object),
            "item": pd.Series([one.item for one in elements], dtype=object),
            "kind": [one.kind for one in elements],
            "present": pd.array(values, dtype="boolean"),
        }
    )


_OF = {
    (True,): Text("{n} ruang", "{n} rooms"),
    (False,): Text("{n} set peralatan", "{n} equipment sets"),
    (False, True): Text("{n} ruang dan set peralatan", "{n} rooms and equipment sets"),
}
_BASE = Text(
    "Dihitung atas {what} dari {law}; infrastructure_pct = yang ada / yang berketerangan × 100.",
    "Counted over {what} of {law}; infrastructure_pct = present / with information × 100.",
)
_REQUIREMENT = Text(
    "'{item}' dihitung sebagai satu baris baku walaupun bukan alat. {why}",
    "'{item}' counts as a line of the standard although it is no equipment. {why}",
)
_UNKNOWN = Text(
    "{n} baris baku tanpa keterangan di {k} FKTP: tidak dihitung sebagai tidak ada; pct_low dan"
    " pct_high menunjukkan batasnya.",
    "{n} lines of the standard without information in {k} facilities: not counted as absent;"
    " pct_low and pct_high are the bounds.",
)
_ABSENT = Text(
    "Yang tidak tercantum dalam daftar periksa dihitung sebagai tidak ada, atas permintaan.",
    "What the checklist does not list is counted as absent, as asked.",
)
_REPEATED = Text(
    "{n} baris daftar periksa berulang dengan jawaban yang tidak berlawanan; dihitung satu kali.",
    "{n} rows of the checklist repeat a line without contradicting it; it is counted once.",
)


def _notes(answers: Answers, unlisted: Unlisted, document: Document) -> tuple[Text, ...]:
    """Return what the percentages rest on."""
    asked = answers.elements
    kinds = tuple(sorted({one.item is None for one in asked}))
    law = f"{document.id} ({document.regulation})"
    what = fill(_OF[kinds], {"n": len(asked)})
    notes = [fill(_BASE, {"what": what, "law": law})]
    notes += [
        fill(_REQUIREMENT, {"item": one.name, "why": one.note})
        for one in asked
        if one.kind == "requirement"
    ]
    missing = np.isnan(answers.present)
    if missing.any():
        counts = {"n": int(missing.sum()), "k": int(missing.any(axis=1).sum())}
        notes.append(fill(_UNKNOWN, counts))
    if unlisted == "absent":
        notes.append(_ABSENT)
    if answers.repeated:
        notes.append(fill(_REPEATED, {"n": answers.repeated}))
    return (*notes, *remarks(document, "rooms"))
