"""Tables to files: whole or not at all, numbers as numbers, text never as a formula."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.reporting.render import cell, table_html, table_markdown
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbkresearch.results import Table

_SHEET_LIMIT = 31
_WIDTHS = (8, 60)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a file to write beside `path`, and put it in its place once it is complete.

    Parameters
    ----------
    path : str or Path
        The file wanted; its folder is made if needed.

    Yields
    ------
    Path
        The file to write.

    Raises
    ------
    BadArgumentError
        If nothing can be written there.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise BadArgumentError(f"Cannot write {target}: {error.strerror}.") from None
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(target)
    except OSError as error:
        raise BadArgumentError(f"Cannot write {target}: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> Path:
    """Write a text file, whole or not at all.

    Parameters
    ----------
    path : str or Path
    text : str

    Returns
    -------
    Path
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")
    return Path(path)


def save_tables(tables: Sequence[Table], path: str | Path, lang: str = "id") -> Path:
    """Write tables to one file; the ending decides the format.

    Parameters
    ----------
    tables : sequence of Table
        CSV takes one.
    path : str or Path
        Ends in ``.html``, ``.md``, ``.xlsx`` or ``.csv``.
    lang : {"id", "en"}

    Returns
    -------
    Path

    Raises
    ------
    UnknownNameError
        For another ending.
    BadArgumentError
        For several tables in one CSV, or a place that cannot be written.
    """
    check_lang(lang)
    writers: dict[str, Callable[[Sequence[Table], Path, str], None]] = {
        ".html": _html,
        ".md": _markdown,
        ".xlsx": _xlsx,
        ".csv": _csv,
    }
    ending = Path(path).suffix.lower()
    if ending not in writers:
        raise UnknownNameError("file ending", ending, writers)
    with replacing(path) as beside:
        writers[ending](tables, beside, lang)
    return Path(path)


def _html(tables: Sequence[Table], path: Path, lang: str) -> None:
    parts = "\n".join(table_html(table, lang) for table in tables)
    head = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>kbkresearch</title>'
    path.write_text(f"{head}<body>{parts}</body></html>\n", encoding="utf-8")


def _markdown(tables: Sequence[Table], path: Path, lang: str) -> None:
    path.write_text("\n".join(table_markdown(table, lang) for table in tables), encoding="utf-8")


def _csv(tables: Sequence[Table], path: Path, lang: str) -> None:
    if len(tables) != 1:
        raise BadArgumentError(f"A CSV file holds one table, {len(tables)} were given; use .xlsx.")
    table = tables[0]
    frame = table.frame[[column.key for column in table.columns]]
    frame = frame.map(lambda value: value.to(lang) if isinstance(value, Text) else value)
    frame.to_csv(path, index=False, lineterminator="\n")


def _xlsx(tables: Sequence[Table], path: Path, lang: str) -> None:
    import xlsxwriter

    safe = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(str(path), safe) as book:
        style = {
            "title": book.add_format({"bold": True, "font_size": 12}),
            "head": book.add_format(
                {
                    "bold": True,
                    "bottom": 1,
                    "text_wrap": True,
                    "valign": "top",
                    "bg_color": "#E8EDF2",
                }
            ),
            "text": book.add_format({"valign": "top", "text_wrap": True}),
            "note": book.add_format({"italic": True, "font_color": "#555555"}),
        }
        names: set[str] = set()
        for table in tables:
            sheet = book.add_worksheet(_sheet_name(table.name, names))
            _fill_sheet(book, sheet, table, lang, style)


def _fill_sheet(book: Any, sheet: Any, table: Table, lang: str, style: dict[str, Any]) -> None:
    sheet.write_string(0, 0, table.title.to(lang), style["title"])
    sheet.freeze_panes(3, 0)
    values = table.frame[[column.key for column in table.columns]]
    for place, column in enumerate(table.columns):
        sheet.write_string(2, place, column.label.to(lang), style["head"])
        shape = _number_format(book, column.kind, column.decimals, lang)
        widest = len(column.label.to(lang)) // 2
        for line, value in enumerate(values.iloc[:, place].tolist(), start=3):
            if shape is not None and _is_number(value):
                sheet.write_number(line, place, float(value), shape)
                widest = max(widest, len(f"{float(value):,.2f}"))
                continue
            text = cell(value, column, lang)
            sheet.write_string(line, place, text, style["text"])
            widest = max(widest, len(text))
        sheet.set_column(place, place, min(max(widest + 2, _WIDTHS[0]), _WIDTHS[1]))
    under = [*table.notes, *([table.source] if table.source else [])]
    for line, note in enumerate(under, start=4 + len(values)):
        sheet.write_string(line, 0, note.to(lang), style["note"])


def _is_number(value: Any) -> bool:
    import math
    from numbers import Real

    return isinstance(value, Real) and math.isfinite(value)


def _number_format(book: Any, kind: str, decimals: int, lang: str) -> Any:
    if kind not in {"integer", "number", "p_value", "rupiah"}:
        return None
    shape = "#,##0" + ("." + "0" * decimals if kind in {"number", "p_value"} and decimals else "")
    if kind == "p_value":
        least = f"{10.0**-decimals:.{decimals}f}"
        shape = f'[<{least}]"{formats.p_value(0, lang, decimals)}";{shape}'
    return book.add_format({"num_format": shape, "valign": "top"})


def _sheet_name(name: str, taken: set[str]) -> str:
    """Return a sheet name that Excel takes, unlike any other of the workbook."""
    base = re.sub(r"[\[\]:*?/\\']", "-", name)[:_SHEET_LIMIT] or "table"
    unique, count = base, 1
    while unique.lower() in taken:
        count += 1
        suffix = f"~{count}"
        unique = base[: _SHEET_LIMIT - len(suffix)] + suffix
    taken.add(unique.lower())
    return unique
