"""`staffing_gap`: staff against the printed minimum by kind of facility, misprints marked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.analysis.headings import in_words
from kbkresearch.analysis.staff_tables import Staff, read_staff
from kbkresearch.analysis.standards import keys_of, lookup, remarks, standard_document
from kbkresearch.errors import BadArgumentError
from kbkresearch.formats import fill
from kbkresearch.results import Column, Result, Table, columns_of
from kbkresearch.vocabulary import STAFF_LABELS, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbkresearch.regulation.values import Document, Value

_PART = "staffing"
_TOTAL = "printed_total"
_WORDS = {
    "urban": Text("perkotaan", "urban"),
    "rural": Text("pedesaan", "rural"),
    "remote": Text("terpencil", "remote"),
    "no_area": Text("tanpa kawasan", "no area"),
    "non_inpatient": Text("non rawat inap", "without beds"),
    "inpatient": Text("rawat inap", "with beds"),
}
_STATUSES = {
    "unverified": Text("belum terverifikasi", "unverified"),
    "sourced": Text("bersumber", "sourced"),
    "corrected": Text("dikoreksi", "corrected"),
    "reform": Text("diganti pemakai", "replaced by the user"),
}
_LABELS = {
    "facility_kind": Text("Kolom baku", "Column of the standard"),
    "staff_kind": Text("Jenis tenaga", "Kind of staff"),
    "label": Text("Tenaga", "Staff"),
    "staff": Text("Ada", "Present"),
    "required": Text("Baku", "Standard"),
    "gap": Text("Selisih", "Difference"),
    "shortage": Text("Kurang", "Short"),
    "status": Text("Status baku", "Status of the standard"),
    "mark": Text("Tanda", "Mark"),
}


@dataclass(frozen=True)
class StaffingGap(Result):
    """Staff against the standard, by facility and kind of staff.

    Attributes
    ----------
    frame : DataFrame
        One row per facility and kind of staff: ``facility_id`` (where the table has it),
        ``facility_kind`` (column of the printed standard), ``staff_kind``, ``label``, ``staff``,
        ``required``, ``gap`` (staff minus required), ``shortage`` (what is lacking, 0 at least),
        ``status`` of the required number (``"unverified"`` as printed) and ``mark``, which says
        what is wrong with the line in print. Where either side is not known the gap is missing.
    totals : DataFrame
        One row per facility: ``n_kinds``, ``n_compared``, ``n_short``, ``shortage`` (of the kinds
        compared).
    """

    totals: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def title(self) -> Text:
        """Return the title."""
        return Text(
            "Tenaga dibandingkan dengan baku tercetak", "Staff against the printed standard"
        )

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the comparison as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; by default all but ``staff_kind``.

        Returns
        -------
        Table
        """
        names = [one for one in self.frame if one != "staff_kind"] if columns is None else columns
        shown = in_words(
            self.frame[list(names)], {"facility_kind": _column_label, "status": _status}
        )
        heads = tuple(_plain(one, shown) for one in columns_of(shown, _LABELS))
        return Table("staffing", self.title, heads, shown, self.notes)


def _plain(column: Column, frame: pd.DataFrame) -> Column:
    """Return a column of numbers of staff without decimals where all are whole."""
    if column.kind != "number":
        return column
    whole = (frame[column.key].dropna() % 1 == 0).all()
    return replace(column, decimals=0 if whole else 1)


def staffing_gap(
    staff: pd.DataFrame | Mapping[str, Any],
    kind: str | None = None,
    standard: str | Document = "puskesmas-standards-2019",
) -> StaffingGap:
    """Return what staff facilities have and lack against the standard of their kind.

    Parameters
    ----------
    staff : DataFrame or mapping
        One row per facility, a column per kind of staff (``doctor``, ``dokter``, ``perawat`` …) and
        ``facility_id``; or one row per kind with ``staff_kind`` and ``staff``; or a mapping from
        kind of staff to number.
    kind : str, optional
        Column of the printed standard that all facilities are held against, such as
        ``"urban_non_inpatient"`` or ``"perkotaan non rawat inap"``. Without it the table needs a
        column ``facility_kind`` with these names.
    standard : str or Document
        Norm with staffing. A document whose cells were compared with the annex of the regulation
        and replaced (``rules(...).replace``) has the status ``"reform"`` in place of
        ``"unverified"``.

    Returns
    -------
    StaffingGap

    Raises
    ------
    UnknownNameError
        For a kind of facility or of staff that the standard does not have, naming near ones.
    MissingColumnsError, BadArgumentError, BadColumnError
        For a table without the columns needed, a kind that is not given, and numbers of staff that
        are negative or no numbers.

    Notes
    -----
    The table of the standard is compared as it was printed. The print lost a column, so no cell of
    it is verified and there is no line for urban and rural facilities with beds; the labels of four
    lines are displaced, so staff of these kinds are listed and compared with nothing.

    Examples
    --------
    >>> found = staffing_gap({"dokter": 1, "perawat": 3, "bidan": 6}, "urban_non_inpatient")
    >>> shown = found.frame.set_index("staff_kind")
    >>> shown.loc[["doctor", "nurse", "midwife"], ["required", "gap", "status"]].values.tolist()
    [[1.0, 0.0, 'unverified'], [5.0, -2.0, 'unverified'], [4.0, 2.0, 'unverified']]
    """
    document = standard_document(standard, _PART)
    kinds = _columns(document)
    table = read_staff(staff)
    chosen = _chosen(table, kind, list(kinds))
    rows: list[dict[str, Any]] = []
    for facility, name, counts in zip(table.facilities, chosen, table.counts, strict=True):
        head = {"facility_id": facility, "facility_kind": name}
        rows += [head | line for line in _lines(kinds[name], counts)]
    frame = pd.DataFrame(rows, dtype=object)
    numbers = dict.fromkeys(("staff", "required", "gap", "shortage"), "float64")
    frame = frame.astype(numbers)
    totals = _totals(frame)
    if not table.named:
        frame, totals = (one.drop(columns="facility_id") for one in (frame, totals))
    used = {name: kinds[name] for name in dict.fromkeys(chosen)}
    return StaffingGap(frame, _notes(used, table, frame, document), totals)


def _columns(document: Document) -> dict[str, dict[str, Value]]:
    """Return the cells of each column of the printed table, by line."""
    found: dict[str, dict[str, Value]] = {}
    for path, value in document.values.items():
        if path.startswith(f"values.{_PART}."):
            _, _, name, line = path.split(".")
            found.setdefault(name, {})[line] = value
    return found


def _chosen(table: Staff, kind: str | None, kinds: list[str]) -> list[str]:
    """Return the column of the standard that each facility is held against."""
    if kind is None and table.kinds is None:
        raise BadArgumentError(
            "Which column of the standard? Give kind=, or a column 'facility_kind', with one of:"
            f" {', '.join(kinds)}."
        )
    given = [kind] * len(table.facilities) if kind is not None else table.kinds or []
    known = {one: place for place, name in enumerate(kinds) for one in keys_of(_spellings(name))}
    return [kinds[lookup(one, known, "kind of facility", kinds)] for one in given]


def _spellings(name: str) -> tuple[str, ...]:
    """Return how a column of the printed table may be called."""
    short = name.split("_", 2)[2]
    label = _column_label(name)
    return name, short, label.id, label.en


def _column_label(name: str) -> Text:
    """Return a column of the printed table in words, read from its name."""
    area = next(one for one in _WORDS if f"_{one}_" in name)
    beds = "non_inpatient" if name.endswith("non_inpatient") else "inpatient"
    return Text(
        f"{_WORDS[area].id} {_WORDS[beds].id}",
        f"{_WORDS[area].en} {_WORDS[beds].en}",
    )


def _status(name: str) -> Text:
    """Return the status of a cell of the standard in words."""
    return _STATUSES.get(name, Text(name, name))


def _lines(cells: Mapping[str, Value], counts: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return the comparison of one facility, in the order of the standard."""
    lines = [
        _line(kind, counts.get(kind, np.nan), value)
        for kind, value in cells.items()
        if kind != _TOTAL
    ]
    return lines + [_line(kind, n, None) for kind, n in counts.items() if kind not in cells]


def _line(kind: str, staff: float, value: Value | None) -> dict[str, Any]:
    """Return one kind of staff against its cell; a displaced label is compared with nothing."""
    displaced = value is None or kind not in STAFF_LABELS
    required = np.nan if value is None else float(value.value)
    gap = np.nan if displaced else staff - required
    status = value.status if value else None
    mark = _DISPLACED if displaced else _UNVERIFIED if status == "unverified" else Text("", "")
    return {
        "staff_kind": kind,
        "label": STAFF_LABELS.get(kind, Text(kind, kind)),
        "staff": staff,
        "required": required,
        "gap": gap,
        "shortage": np.nan if np.isnan(gap) else max(required - staff, 0.0),
        "status": status,
        "mark": mark,
    }


def _totals(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of each facility over the kinds that are compared."""
    return pd.DataFrame(
        [
            {
                "facility_id": facility,
                "facility_kind": part["facility_kind"].iloc[0],
                "n_kinds": len(part),
                "n_compared": int(part["gap"].notna().sum()),
                "n_short": int((part["shortage"] > 0).sum()),
                "shortage": float(part["shortage"].sum(min_count=1)),
            }
            for facility, part in frame.groupby("facility_id", sort=False)
        ]
    )


_DISPLACED = Text(
    "label tercetak bergeser: tidak dibandingkan", "label displaced in print: not compared"
)
_UNVERIFIED = Text("sel belum terverifikasi", "cell not verified")
_MARKED = Text(
    "Semua {n} sel baku yang dipakai berstatus 'unverified'. {why}",
    "All {n} cells of the standard used have the status 'unverified'. {why}",
)
_SOME = Text(
    "{n} sel baku yang dipakai berstatus 'unverified'. {why}",
    "{n} cells of the standard used have the status 'unverified'. {why}",
)
_SUM = Text(
    "Kolom {name}: selnya berjumlah {sum}, total tercetak {total}; tidak diperbaiki.",
    "Column {name}: its cells add up to {sum}, the printed total is {total}; not repaired.",
)
_IGNORED = Text("Kolom yang tidak dibaca: {names}.", "Columns that were not read: {names}.")
_NOT_GIVEN = Text(
    "Jenis tenaga tanpa jumlah dibiarkan kosong, bukan nol: {names}.",
    "Kinds of staff without a number stay missing, not zero: {names}.",
)


def _notes(
    used: Mapping[str, Mapping[str, Value]], table: Staff, frame: pd.DataFrame, document: Document
) -> tuple[Text, ...]:
    """Return what is wrong with the standard that was used, and what was not read."""
    cells = [one for column in used.values() for one in column.values()]
    doubtful = [one for one in cells if one.status == "unverified"]
    notes: list[Text] = []
    if doubtful:
        words = _MARKED if len(doubtful) == len(cells) else _SOME
        notes.append(fill(words, {"n": len(doubtful), "why": doubtful[0].note}))
    for name, column in used.items():
        parts = sum(value.value for line, value in column.items() if line != _TOTAL)
        if _TOTAL in column and parts != column[_TOTAL].value:
            facts = {"name": name, "sum": parts, "total": column[_TOTAL].value}
            notes.append(fill(_SUM, facts))
    if table.ignored:
        notes.append(fill(_IGNORED, {"names": ", ".join(table.ignored)}))
    known = frame["staff_kind"].isin(list(STAFF_LABELS)) & frame["staff"].isna()
    lacking = frame.loc[known, "label"].drop_duplicates().tolist()
    if lacking:
        names = Text(", ".join(one.id for one in lacking), ", ".join(one.en for one in lacking))
        notes.append(fill(_NOT_GIVEN, {"names": names}))
    return (*notes, *remarks(document, _PART))
