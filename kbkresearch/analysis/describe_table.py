"""A description laid out as Table 1: one column per group, one line per summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kbkresearch.errors import UnknownNameError
from kbkresearch.formats import fill
from kbkresearch.results import Column, Table
from kbkresearch.vocabulary import COLUMNS, FACILITY_LABELS, Text, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.analysis.describe import Description

_ALL = Text("Semua", "All")
_SMD = Text("SMD", "SMD")
_MISSING = Text("  kosong, n", "  missing, n")
_ENDINGS = {
    "mean": Text(", rerata (SB)", ", mean (SD)"),
    "median": Text(", median (Q1–Q3)", ", median (Q1–Q3)"),
    "count": Text(", n (%)", ", n (%)"),
}
_CELLS = {"mean": "{mean:%d} ({sd:%d})", "median": "{median:%d} ({q1:%d}–{q3:%d})"}
_COUNT = Text("{count} ({pct:1})", "{count} ({pct:1})")
_TRUTH = {"True": Text("  ya", "  yes"), "False": Text("  tidak", "  no")}
_DECIMALS = 2


def layout(found: Description, shown: tuple[str, ...] | None) -> Table:
    """Return a description as a table.

    Parameters
    ----------
    found : Description
    shown : tuple of str or None
        Groups to show, and ``"smd"``; None for all.

    Returns
    -------
    Table

    Raises
    ------
    UnknownNameError
        For a group that does not exist.
    """
    groups = tuple(dict.fromkeys(found.frame["group"]))
    choices = (*groups, *(["smd"] if found.by else []))
    for one in shown or ():
        if one not in choices:
            raise UnknownNameError("group", one, choices)
    wanted = shown or choices
    lines = [_sizes(found, groups)]
    for _, part in found.frame.groupby("variable", sort=False):
        lines += _lines(part)
    columns = [Column("line", Text("", ""))]
    columns += [Column(one, _heading(found, one), "text") for one in wanted if one != "smd"]
    if "smd" in wanted:
        columns.append(Column("smd", _SMD, "number", 2))
    frame = pd.DataFrame(lines, columns=[one.key for one in columns], dtype=object)
    return Table("description", found.title, tuple(columns), frame, found.notes, found.source)


def _heading(found: Description, group: str) -> Text:
    """Return the heading of a group."""
    return _ALL if group == "(all)" else _value(found.by or "", group)


def _sizes(found: Description, groups: tuple[str, ...]) -> dict[str, Any]:
    """Return the first line: rows of each group."""
    sizes = dict(zip(groups, found.group_sizes, strict=True))
    return {"line": Text("n", "n")} | {g: _count_text(size) for g, size in sizes.items()}


def _count_text(n: int) -> Text:
    return fill(Text("{n}", "{n}"), {"n": n})


def _lines(part: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the lines of one column."""
    first = part.iloc[0]
    name, summary = str(first["variable"]), str(first["summary"])
    ending = _ENDINGS[summary]
    head = Text(label(name, "id") + ending.id, label(name, "en") + ending.en)
    smd = first["smd"]
    if summary == "count":
        lines = [{"line": head, "smd": smd} | dict.fromkeys(part["group"], "")]
        for level, rows in part.groupby("level", sort=False):
            cells = {row["group"]: fill(_COUNT, row) for row in _records(rows)}
            lines.append({"line": _value(name, str(level), "  "), **cells})
    else:
        cells = {row["group"]: _number(row) for row in _records(part)}
        lines = [{"line": head, "smd": smd, **cells}]
    missing = part.drop_duplicates("group").set_index("group")["n_missing"]
    if missing.any():
        counts = {str(group): _count_text(int(n)) for group, n in missing.items()}
        lines.append({"line": _MISSING, **counts})
    return lines


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column name."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _number(row: Mapping[Any, Any]) -> Text:
    """Return the summary of numbers in a group."""
    name = row["variable"]
    decimals = min(COLUMNS[name].decimals + 1, _DECIMALS) if name in COLUMNS else _DECIMALS
    pattern = _CELLS[row["summary"]].replace("%d", str(decimals))
    return fill(Text(pattern, pattern), row)


def _value(column: str, value: str, indent: str = "") -> Text:
    """Return a value of a column of levels in words."""
    if value in _TRUTH:
        truth = _TRUTH[value]
        return Text(indent + truth.id.strip(), indent + truth.en.strip())
    words = FACILITY_LABELS.get(value) if column == "facility_type" else None
    return Text(indent + (words.id if words else value), indent + (words.en if words else value))
