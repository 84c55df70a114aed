"""Tables as sheets of a workbook: numbers as numbers, text never as a formula, readable in grey."""

from __future__ import annotations

import math
import re
from itertools import islice
from numbers import Real
from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.errors import BadArgumentError
from kbkresearch.reporting.render import cell
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kbkresearch.reporting.files import Progress
    from kbkresearch.results import Column, Table

_NAME_LIMIT = 31
_ROW_LIMIT = 1_048_576
_WIDTHS = (9, 60)
_HEAD_ROW, _FIRST_ROW = 2, 3
_SAMPLE = 500
_STEP = 2_000
_LINE, _MOST_LINES = 15, 12
_KEYS = frozenset(("month", "facility_id", "facility_name"))  # what tells rows apart on paper
_A4, _PAGE, _SMALL = 9, 260, 60  # paper, characters that fit across it, scale of wider tables
_SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
    "constant_memory": True,
}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 12},
    "head": {
        "bold": True,
        "bottom": 1,
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#E8EDF2",
        "indent": 1,
    },
    "text": {"valign": "top", "text_wrap": True, "align": "left", "indent": 1},
    "note": {"italic": True, "font_color": "#555555"},
}
# What stands out does so by lightness and by weight, so that it is seen on a grey print too.
_SEVERITY = {
    "error": {"bg_color": "#E0998C", "bold": True, "border": 1},
    "warning": {"bg_color": "#FBE6B0", "italic": True, "border": 4},
}
_BELOW_FULL: tuple[dict[str, Any], ...] = (
    {"bg_color": "#DCE9F5", "border": 4},
    {"bg_color": "#AFCBE8", "italic": True, "border": 4},
    {"bg_color": "#7FA9D6", "bold": True, "border": 1},
)


def write_workbook(tables: Sequence[Table], path: Path, lang: str, progress: Progress) -> None:
    """Write each table on a sheet of its own.

    Parameters
    ----------
    tables : sequence of Table
    path : Path
    lang : {"id", "en"}
    progress : callable
        Told rows written and rows in all.

    Raises
    ------
    BadArgumentError
        If a table has more rows than a sheet can hold.
    """
    import xlsxwriter

    for table in tables:
        if len(table.frame) + _FIRST_ROW + 2 + len(table.notes) > _ROW_LIMIT:
            raise BadArgumentError(
                f"Table {table.name!r} has {len(table.frame):,} rows, a sheet holds"
                f" {_ROW_LIMIT:,}; write .csv or .parquet instead."
            )
    total, done = sum(len(table.frame) for table in tables), 0
    with xlsxwriter.Workbook(str(path), _SAFE) as book:
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        names: set[str] = set()
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name, names))
            for row in _fill_sheet(book, sheet, table, lang, styles):
                if row % _STEP == 0:
                    progress(done + row, total)
            done += len(table.frame)
            _mark(book, sheet, table)
    progress(total, total)


def _fill_sheet(
    book: Any, sheet: Any, table: Table, lang: str, styles: dict[str, Any]
) -> Iterator[int]:
    """Write a table from its first row to its last, and yield the number of each row."""
    widths = _widths(table, lang)
    _lay_out(sheet, table, widths)
    sheet.write_string(0, 0, table.title.to(lang), styles["title"])
    heads = [column.label.to(lang) for column in table.columns]
    sheet.set_row(_HEAD_ROW, _LINE * _lines(heads, [width - 2 for width in widths]))
    for place, head in enumerate(heads):
        sheet.write_string(_HEAD_ROW, place, head, styles["head"])
    writers = [_writer(book, sheet, column, lang, styles["text"]) for column in table.columns]
    long = [k for k, one in enumerate(table.columns) if one.kind == "text"]
    for row, record in enumerate(_records(table)):
        lines = _lines([_plain(record[k], lang) for k in long], [widths[k] for k in long])
        if lines > 1:
            sheet.set_row(_FIRST_ROW + row, _LINE * lines)
        for place, (write, value) in enumerate(zip(writers, record, strict=True)):
            write(_FIRST_ROW + row, place, value)
        yield row
    under = [*table.notes, *([table.source] if table.source else [])]
    for line, note in enumerate(under, start=_FIRST_ROW + 1 + len(table.frame)):
        sheet.write_string(line, 0, note.to(lang), styles["note"])


def _plain(value: Any, lang: str) -> str:
    return value.to(lang) if isinstance(value, Text) else str(value)


def _lines(texts: Sequence[str], widths: Sequence[float]) -> int:
    """Return how many lines the longest of some texts takes in its column."""
    needed = (
        -(-len(text) // max(int(width), 1)) for text, width in zip(texts, widths, strict=True)
    )
    return min(max(needed, default=1), _MOST_LINES)


def _records(table: Table) -> Iterator[tuple[Any, ...]]:
    """Yield the rows, None where a value is missing."""
    columns = (table.frame[column.key] for column in table.columns)
    return zip(*(one.astype(object).where(one.notna(), None) for one in columns), strict=True)


def _widths(table: Table, lang: str) -> list[int]:
    """Return the width of each column in characters, from its heading and its first rows."""
    samples = list(islice(_records(table), _SAMPLE))
    widths = []
    for place, column in enumerate(table.columns):
        words = column.label.to(lang).split()
        shown = (cell(record[place], column, lang) for record in samples)
        widest = max(
            [
                max(map(len, words), default=0) + 2,  # room for the button of the filter
                len(column.label.to(lang)) // 2,
                *map(len, shown),
            ]
        )
        widths.append(min(max(widest + 2, _WIDTHS[0]), _WIDTHS[1]))
    return widths


def _lay_out(sheet: Any, table: Table, widths: list[int]) -> None:
    """Set what does not depend on single cells: frozen head, filter, widths, printed page."""
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    sheet.freeze_panes(_FIRST_ROW, 0)
    if len(table.frame):
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(table.frame), max(len(widths) - 1, 0))
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_footer("&L&A&R&P / &N")
    if sum(widths) <= _PAGE:
        sheet.fit_to_pages(1, 0)
        return
    sheet.set_print_scale(_SMALL)
    keys = [place for place, one in enumerate(table.columns) if one.key in _KEYS]
    if keys and sum(widths[keys[0] : keys[-1] + 1]) <= _PAGE // 2:
        sheet.repeat_columns(keys[0], keys[-1])  # else the second page has rows without a name


def _writer(
    book: Any, sheet: Any, column: Column, lang: str, text: Any
) -> Callable[[int, int, Any], None]:
    """Return what writes one value of a column; what is missing leaves the cell blank."""
    shape = text if column.kind in {"text", "boolean"} else _shape(book, column, lang)

    def write(row: int, place: int, value: Any) -> None:
        if value is None:
            sheet.write_blank(row, place, None, shape)
        elif not isinstance(value, bool) and _is_number(value):
            sheet.write_number(row, place, float(value), shape)
        elif column.kind == "date" and hasattr(value, "year"):
            sheet.write_datetime(row, place, value, shape)
        else:
            sheet.write_string(row, place, cell(value, column, lang), text)

    return write


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Real) and math.isfinite(value)


def _shape(book: Any, column: Column, lang: str) -> Any:
    if column.kind == "date":
        month = "yyyy-mm" if column.key == "month" else "yyyy-mm-dd"
        return book.add_format({"num_format": month, "valign": "top", "align": "left"})
    decimals = column.decimals if column.kind in {"number", "p_value"} else 0
    shape = "#,##0" + ("." + "0" * decimals if decimals else "")
    if column.kind == "p_value":
        least = f"{10.0**-decimals:.{decimals}f}"
        shape = f'[<{least}]"{formats.p_value(0, lang, decimals)}";{shape}'
    return book.add_format({"num_format": shape, "valign": "top"})


def _mark(book: Any, sheet: Any, table: Table) -> None:
    """Mark severities, and payments below the full one by how far below they are."""
    last = _HEAD_ROW + len(table.frame)
    for place, column in enumerate(table.columns):
        marks: list[tuple[Any, dict[str, Any]]] = []
        if column.key == "severity":
            marks = [(f'"{severity}"', style) for severity, style in _SEVERITY.items()]
        if column.key == "payment_pct":
            levels = sorted(table.frame[column.key].dropna().unique(), reverse=True)
            lower = [float(level) for level in levels[1:]]
            shades = [_BELOW_FULL[k * len(_BELOW_FULL) // len(lower)] for k in range(len(lower))]
            marks = list(zip(lower, shades, strict=True))
        for value, style in marks:
            rule = {"type": "cell", "criteria": "==", "value": value}
            rule["format"] = book.add_format(style)
            sheet.conditional_format(_FIRST_ROW, place, last, place, rule)


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a sheet name that Excel takes, unlike any other of the workbook."""
    base = re.sub(r"[\[\]:*?/\\']", "-", name)[:_NAME_LIMIT] or "table"
    unique, count = base, 1
    while unique.lower() in taken:
        count += 1
        suffix = f"~{count}"
        unique = base[: _NAME_LIMIT - len(suffix)] + suffix
    taken.add(unique.lower())
    return unique
