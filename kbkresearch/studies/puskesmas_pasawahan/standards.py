"""Staffing, rooms and money: the standards that the chapter prints, checked against themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch import datasets
from kbkresearch.regulation.registry import rules
from kbkresearch.studies.judge import holds, holds_or, number
from kbkresearch.studies.model import Outcome
from kbkresearch.studies.puskesmas_pasawahan.printed import staff_columns
from kbkresearch.studies.rows import barriers_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.studies.rows import Row


def only_authority(published: object, held: object, recomputed: Any, **details: Any) -> Outcome:
    """Judge a value whose only source is the chapter: not recomputable, unless a copy differs."""
    if published == held:
        return Outcome("not_recomputable", recomputed, details)
    return Outcome("contradicted", recomputed, details)


def staff_cell(row: Row) -> Outcome:
    """Compare a cell with what the printed total leaves for it; the sum must close to tell."""
    column = staff_columns()[row["column_no"]]
    implied = column.total - (column.sum - column.cells[row["row_no"]])
    closes = implied == row["staff"]
    facts = {"total": column.total, "sum": column.sum, "others": len(column.cells) - 1}
    return holds_or(closes, "not_recomputable", implied, **facts)


def staff_total(row: Row) -> Outcome:
    """Compare a printed total with the sum of the cells above it."""
    column = staff_columns()[row["column_no"]]
    return number(row["staff"], column.sum, cells=len(column.cells))


def staff_kinds(stated: int) -> Outcome:
    """Count the kinds of staff and check that the rows are numbered without a gap."""
    table = datasets.load("pasawahan-staffing").drop_duplicates("staff_printed")
    groups = table["staff_group"].value_counts()
    numbers = table["row_no"].dropna().tolist()
    return holds(
        numbers == list(range(1, stated + 1)),
        len(numbers),
        health=int(groups["health"]),
        other=int(groups["non_health"]),
    )


def staff_headers() -> Outcome:
    """Compare the number of columns with what the headers need."""
    columns = staff_columns().values()
    areas = {one.area for one in columns} - {""}
    kinds = {one.inpatient for one in columns}
    needed = len(areas) * len(kinds)
    unnamed = sum(not one.area for one in columns)
    facts = {"areas": len(areas), "kinds": len(kinds), "columns": len(columns), "unnamed": unnamed}
    return holds_or(needed == len(columns), "ambiguous", needed, **facts)


def staff_remote(without: int, beds: int) -> Outcome:
    """Compare staff without and with beds in the last two columns, as printed and interchanged."""
    columns = staff_columns()
    less, more = columns[without], columns[beds]
    facts = {
        "printed": f"{less.total} > {more.total}",
        "without": less.sum,
        "beds": more.sum,
        "like_beds": _same_rows(less.cells, columns[3].cells),
        "like_without": _same_rows(more.cells, columns[2].cells),
        "rows": len(less.cells),
    }
    readings = f"{less.sum} : {more.sum} / {more.sum} : {less.sum}"
    return holds_or(less.sum <= more.sum, "ambiguous", readings, **facts)


def _same_rows(one: Mapping[int, int], other: Mapping[int, int]) -> int:
    return sum(one[row] == other[row] for row in one)


def staff_labels(first: int, labels: list[str]) -> Outcome:
    """Read the displaced row labels in order, and look whether any number hangs on them."""
    rows = range(first, first + len(labels))
    table = datasets.load("pasawahan-staffing")
    part_of = table[table["row_no"].isin(rows)]
    found = part_of.drop_duplicates("row_no")["staff_printed"].tolist()
    same_words = " ".join(found).split() == " ".join(labels).split()
    return holds_or(
        found == labels,
        "ambiguous" if same_words else "contradicted",
        "; ".join(labels),
        cells=len(part_of),
        value=", ".join(map(str, part_of["staff"].unique().tolist())),
    )


def staff_range() -> Outcome:
    """Return the range of the totals: the chapter does not say which column is meant."""
    totals = [one.total for one in staff_columns().values()]
    return Outcome("not_recomputable", f"{min(totals)}–{max(totals)}", {"columns": len(totals)})


def roles_in_table(roles: list[str]) -> Outcome:
    """Count the roles that have a row of their own in the staffing table."""
    kinds = set(datasets.load("pasawahan-staffing")["staff_printed"])
    return Outcome("not_recomputable", len(kinds & set(roles)), {"roles": len(roles)})


def room(row: Row) -> Outcome:
    """Compare a room and its equipment with the norm that was transcribed from the same table."""
    norm = rules("puskesmas-standards-2019").values
    place = f"values.rooms.{row['room_no']}"
    name, held = (
        norm[f"{place}.{key}"].value for key in ("name", f"equipment_{row['equipment_no']}")
    )
    same = (row["room_printed"], row["equipment_printed"]) == (name.id, held.id)
    return only_authority(same, True, held, room=name, equipment=held)  # noqa: FBT003


def rooms_listed(stated: int) -> Outcome:
    """Count the rooms and check that they are numbered without a gap."""
    numbers = datasets.load("pasawahan-rooms")["room_no"].drop_duplicates().tolist()
    return holds(numbers == list(range(1, stated + 1)), len(numbers))


def room_sets(room_no: int, stated: int) -> Outcome:
    """Count the sets of a room with a lettered list."""
    table = datasets.load("pasawahan-rooms")
    places = table.loc[table["room_no"] == room_no, "equipment_no"].tolist()
    return holds(places == list(range(1, stated + 1)), len(places))


def room_without_set(room_no: int) -> Outcome:
    """Look whether the equipment column holds equipment for a room."""
    table = datasets.load("pasawahan-rooms")
    is_set = table["equipment_printed"].str.startswith("Set ")
    own = bool(is_set[table["room_no"] == room_no].any())
    facts = {"sets": int(is_set.sum()), "lines": len(table)}
    return holds_or(own, "ambiguous", int(is_set.sum()), **facts)


def rooms_for_birth(word: str) -> Outcome:
    """Count the rooms for birth in the table of rooms without beds."""
    names = datasets.load("pasawahan-rooms")["room_printed"].drop_duplicates()
    found = names[names.str.contains(word)].tolist()
    return holds_or(not found, "ambiguous", len(found), rooms=", ".join(found))


def services_share(pct: int) -> Outcome:
    """Compare the share for services with the norm, which was taken from the same sentence."""
    held = int(rules("fund-use-2022").values["values.services_min"].value)
    return only_authority(pct, held, held)


def operations_rest(pct: int) -> Outcome:
    """Compute what the share for services leaves."""
    held = int(rules("fund-use-2022").values["values.operations_max"].value)
    return holds(100 - pct == held, 100 - pct, services=pct)


def money_barriers() -> Outcome:
    """Count the money barriers that the chapter cites elsewhere."""
    own = barriers_of("puskesmas-pasawahan")
    n = sum(one["component"] == "money" for one in own)
    return holds_or(not n, "ambiguous", n, n=n, cited=len(own))


def cited_inputs(groups: dict[str, list[str]], section: str) -> Outcome:
    """Check that the barriers cited in a section are those the chapter's inputs stand for."""
    own = barriers_of("puskesmas-pasawahan")
    found = {one["component"] for one in own if section in one["where"]}
    covered = all(found & set(parts) for parts in groups.values())
    within = found <= {one for parts in groups.values() for one in parts}
    return holds(covered and within, len(groups), components=len(found), groups=len(groups))
