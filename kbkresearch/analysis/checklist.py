"""A checklist of rooms and equipment, matched line by line to the standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import column
from kbkresearch.analysis.standards import key, keys_of, lookup
from kbkresearch.errors import BadArgumentError, BadColumnError, MissingColumnsError
from kbkresearch.intake.names import read_headings, read_labels
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.regulation.values import Document

Unlisted: TypeAlias = Literal["missing", "absent"]
_HEADINGS = {
    "room": ("room", "ruang", "ruangan", "nama ruang", "nama ruangan"),
    "item": ("item", "equipment", "alat", "peralatan", "set", "nama alat", "set peralatan"),
    "present": ("present", "available", "ada", "tersedia", "keberadaan", "ketersediaan"),
}
_NEEDED = (
    "A checklist has a row per room or equipment set: 'present' (or 'ada') and 'room' ('ruang'),"
    " 'item' ('alat') or both are needed, 'facility_id' where there are several facilities."
)


@dataclass(frozen=True, slots=True)
class Element:
    """One line of the standard.

    Attributes
    ----------
    room : Text
        The room.
    item : Text or None
        What the room needs; None stands for the room itself.
    kind : {"room", "equipment", "requirement"}
        Requirement: the equipment column of the source holds something that is no equipment.
    note : Text
        Why, as the rule file says.
    """

    room: Text
    item: Text | None
    kind: Literal["room", "equipment", "requirement"]
    note: Text

    @property
    def name(self) -> Text:
        """Return the item, or the room where it stands for itself."""
        return self.item or self.room


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What a checklist says of the lines of the standard that it is about.

    Attributes
    ----------
    facilities : tuple of object
        In the order of the checklist; one empty text where it names none.
    named : bool
        Whether the checklist names facilities.
    elements : tuple of Element
        The lines that count: rooms, items or both, whichever the checklist has.
    present : array, shape (facilities, elements)
        1, 0, or NaN where there is no answer.
    repeated : int
        Rows that say the same as an earlier one.
    """

    facilities: tuple[Any, ...]
    named: bool
    elements: tuple[Element, ...]
    present: np.ndarray
    repeated: int


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows of a checklist: their labels, facilities, names and answers (1, 0 or NaN)."""

    labels: list[Any]
    facilities: list[Any]
    rooms: list[Any]
    items: list[Any]
    answers: list[float]
    named: bool


def standard_elements(document: Document) -> tuple[Element, ...]:
    """Return the rooms of a standard and what they need, in order.

    Parameters
    ----------
    document : Document
        With ``values.rooms``.

    Returns
    -------
    tuple of Element

    Examples
    --------
    >>> from kbkresearch.regulation.registry import rules
    >>> elements = standard_elements(rules("puskesmas-standards-2019"))
    >>> sum(one.kind == "room" for one in elements), sum(one.kind != "room" for one in elements)
    (10, 15)
    """
    found: list[Element] = []
    room = Text("", "")
    for path, value in document.values.items():
        if not path.startswith("values.rooms."):
            continue
        if path.endswith(".name"):
            room = value.value
            found.append(Element(room, None, "room", value.note))
        else:
            odd = value.note and value.status != "reform"
            kind: Any = "requirement" if odd else "equipment"
            found.append(Element(room, value.value, kind, value.note))
    return tuple(found)


def read_checklist(
    checklist: pd.DataFrame | Mapping[str, Any], elements: tuple[Element, ...], unlisted: Unlisted
) -> Answers:
    """Return the answers of a checklist by line of the standard.

    Parameters
    ----------
    checklist, unlisted
        As in `completeness`.
    elements : tuple of Element
        The standard.

    Returns
    -------
    Answers

    Raises
    ------
    UnknownNameError, BadColumnError, MissingColumnsError, BadArgumentError
        As in `completeness`.
    """
    rows = _from_mapping(checklist) if isinstance(checklist, Mapping) else _from_frame(checklist)
    places = _places(rows, elements)
    kinds = {elements[place].item is None for place in places}
    used = [place for place, one in enumerate(elements) if (one.item is None) in kinds]
    facilities = tuple(dict.fromkeys(rows.facilities))
    present, repeated = _answers(rows, places, facilities, len(elements), unlisted)
    counted = tuple(elements[place] for place in used)
    return Answers(facilities, rows.named, counted, present[:, used], repeated)


def _from_mapping(checklist: Mapping[str, Any]) -> _Rows:
    """Return the rows of a mapping."""
    rows: list[tuple[Any, Any, Any]] = []
    for name, answer in checklist.items():
        if isinstance(answer, Mapping):
            rows += [(name, item, one) for item, one in answer.items()]
        else:
            rows.append((None, name, answer))
    return _rows(pd.DataFrame(rows, columns=["room", "item", "present"], dtype=object), None)


def _from_frame(checklist: pd.DataFrame) -> _Rows:
    """Return the rows of a data frame under the names used here."""
    if not isinstance(getattr(checklist, "columns", None), pd.Index):
        raise BadArgumentError(f"checklist is a {type(checklist).__name__}; {_NEEDED}")
    heads = [str(one) for one in checklist.columns]
    names = {part: _head(heads, known) for part, known in _HEADINGS.items()}
    if names["present"] is None or not (names["room"] or names["item"]):
        raise MissingColumnsError(_NEEDED, heads)
    canonical = {one.name: one.printed for one in reversed(read_headings(heads))}
    facility = canonical.get("facility_id", canonical.get("facility_name"))
    parts = {
        part: column(checklist, name).astype(object) if name else None
        for part, name in names.items()
    }
    rows = pd.DataFrame(parts, index=checklist.index, dtype=object)
    return _rows(rows, None if facility is None else column(checklist, facility))


def _head(heads: list[str], known: tuple[str, ...]) -> str | None:
    """Return the heading that is one of the known ones; two of them are an error."""
    found = [head for head in heads if key(head) in known]
    if len(set(found)) > 1:
        raise BadArgumentError(f"{' and '.join(map(repr, found))} say the same; keep one of them.")
    return found[0] if found else None


def _rows(rows: pd.DataFrame, facility: pd.Series | None) -> _Rows:
    """Return rows with their facility and their answers as 1, 0 or NaN."""
    if rows.empty:
        raise BadArgumentError("The checklist has no rows; list at least one room or item.")
    answers, unknown = read_labels("consequence", rows["present"])
    if unknown:
        raise BadColumnError(
            "present",
            "holds answers that are not understood",
            "Write ya or tidak, ada or tidak ada, yes or no, 1 or 0.",
            rows.index.take(unknown).tolist(),
            rows["present"].iloc[unknown].tolist(),
        )
    if facility is not None and facility.isna().any():
        where = facility.index[facility.isna()].tolist()
        todo = "Name the facility of every row."
        raise BadColumnError(facility.name, "is empty", todo, where, [None] * len(where))
    return _Rows(
        labels=rows.index.tolist(),
        facilities=[""] * len(rows) if facility is None else facility.tolist(),
        rooms=rows["room"].tolist(),
        items=rows["item"].tolist(),
        answers=[np.nan if one is None else float(bool(one)) for one in answers],
        named=facility is not None,
    )


def _places(rows: _Rows, elements: tuple[Element, ...]) -> list[int]:
    """Return the line of the standard that each row is about."""
    names: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for place, one in enumerate(elements):
        for known in keys_of((one.name.id, one.name.en)):
            names[one.item is not None].setdefault(known, place)
    return [
        _place(room, item, row, names, elements)
        for row, room, item in zip(rows.labels, rows.rooms, rows.items, strict=True)
    ]


def _place(
    room: Any,
    item: Any,
    row: Any,
    names: tuple[dict[str, int], dict[str, int]],
    elements: tuple[Element, ...],
) -> int:
    """Return the line of the standard that a row is about."""
    rooms, items = names
    room, item = (None if pd.isna(one) or not str(one).strip() else one for one in (room, item))
    inside = (
        None if room is None else lookup(room, rooms, f"room (row {row})", _choices(elements, 0))
    )
    if item is None:
        if inside is None:
            raise BadArgumentError(f"Row {row} of the checklist names neither a room nor an item.")
        return inside
    known = items if inside is not None else {**rooms, **items}
    kind = f"item (row {row})" if inside is not None else f"room or item (row {row})"
    place = lookup(item, known, kind, _choices(elements, 1 if inside is not None else None))
    if inside is not None and elements[place].room != elements[inside].room:
        where = elements[place].room
        raise BadArgumentError(
            f"Row {row} lists {item!r} under {room!r}; the standard has it under {where.id!r}"
            f" ({where.en})."
        )
    return place


def _choices(elements: tuple[Element, ...], items: int | None) -> list[str]:
    """Return the names of rooms (0), of items (1) or of both (None), in both languages."""
    chosen = [one for one in elements if items is None or bool(items) == (one.item is not None)]
    return [name for one in chosen for name in (one.name.id, one.name.en)]


def _answers(
    rows: _Rows, places: list[int], facilities: tuple[Any, ...], width: int, unlisted: Unlisted
) -> tuple[np.ndarray, int]:
    """Return the answers, shape (facilities, lines): 1, 0 or NaN; and how many rows repeat."""
    order = {facility: i for i, facility in enumerate(facilities)}
    cells = [(order[one], place) for one, place in zip(rows.facilities, places, strict=True)]
    table = np.full((len(facilities), width), np.nan)
    given: dict[tuple[int, int], tuple[Any, float]] = {}
    for cell, row, answer in zip(cells, rows.labels, rows.answers, strict=True):
        if np.isnan(answer):
            continue
        first, held = given.setdefault(cell, (row, answer))
        if held != answer:
            raise BadColumnError(
                "present",
                "answers one line of the standard in two ways",
                "Keep the answer that is right.",
                [first, row],
                [bool(held), bool(answer)],
            )
        table[cell] = answer
    if unlisted == "absent":
        listed = np.zeros(table.shape, dtype=bool)
        listed[tuple(np.transpose(cells))] = True
        table[~listed] = 0.0
    return table, len(cells) - len(set(cells))
