"""Tables to files: whole or not at all, numbers as numbers, text never as a formula."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.reporting.render import table_html, table_markdown
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from kbkresearch.results import Table

ENDINGS = (".xlsx", ".csv", ".html", ".md")
Progress: TypeAlias = "Callable[[int, int], object]"
_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,\s]*[%‰]?")


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


def save_tables(
    tables: Sequence[Table],
    path: str | Path,
    lang: str = "id",
    progress: Progress = lambda *_: None,
) -> Path:
    """Write tables to one file; the ending decides the format.

    Parameters
    ----------
    tables : sequence of Table
        CSV takes one.
    path : str or Path
        Ends in ``.html``, ``.md``, ``.xlsx`` or ``.csv``.
    lang : {"id", "en"}
    progress : callable, optional
        Told rows written and rows in all, now and then; by default nobody listens.

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
    writers: tuple[Callable[[Sequence[Table], Path, str, Progress], None], ...]
    writers = _xlsx, _csv, _html, _markdown
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise UnknownNameError(Text("akhiran berkas", "file ending"), ending, ENDINGS)
    with replacing(path) as beside:
        writers[ENDINGS.index(ending)](tables, beside, lang, progress)
    return Path(path)


def _html(tables: Sequence[Table], path: Path, lang: str, _: Progress) -> None:
    parts = "\n".join(table_html(table, lang) for table in tables)
    head = f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>kbkresearch</title>'
    path.write_text(f"{head}<body>{parts}</body></html>\n", encoding="utf-8")


def _markdown(tables: Sequence[Table], path: Path, lang: str, _: Progress) -> None:
    path.write_text("\n".join(table_markdown(table, lang) for table in tables), encoding="utf-8")


def _csv(tables: Sequence[Table], path: Path, lang: str, _: Progress) -> None:
    if len(tables) != 1:
        raise BadArgumentError(f"A CSV file holds one table, {len(tables)} were given; use .xlsx.")
    table = tables[0]
    frame = table.frame[[column.key for column in table.columns]]
    texts = [name for name in frame.columns if frame[name].dtype.kind not in "iufbM"]
    plain = frame.assign(**{name: [_csv_cell(one, lang) for one in frame[name]] for name in texts})
    plain.columns = [_csv_cell(str(name), lang) for name in plain.columns]
    plain.to_csv(path, index=False, lineterminator="\n")


def _csv_cell(value: Any, lang: str) -> Any:
    """Return a cell; text that a spreadsheet would run as a formula gets an apostrophe before it.

    A carriage return by itself becomes a new line: the writer quotes that one only, and a
    spreadsheet begins a row at either.

    Examples
    --------
    >>> [_csv_cell(one, "id") for one in ("=1+1", "@x", "-2,5", "-", "Klinik\\r2", 3)]
    ["'=1+1", "'@x", '-2,5', '-', 'Klinik\\n2', 3]
    """
    text = value.to(lang) if isinstance(value, Text) else value
    if not isinstance(text, str):
        return text
    mark = "'" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else ""
    return mark + text.replace("\r\n", "\n").replace("\r", "\n")


def _xlsx(tables: Sequence[Table], path: Path, lang: str, progress: Progress) -> None:
    from kbkresearch.reporting.sheets import write_workbook

    write_workbook(tables, path, lang, progress)
