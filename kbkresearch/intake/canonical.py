"""One raw table to a canonical one: its columns converted, everything odd about it said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup
from kbkresearch.intake.cells import objects
from kbkresearch.intake.convert import INDEX, SheetColumns
from kbkresearch.intake.headers import SEARCHED, cell_text, is_number
from kbkresearch.intake.hidden import hidden_findings
from kbkresearch.intake.months import month_in_name, month_in_titles
from kbkresearch.intake.names import (
    is_plain,
    is_year,
    looks_personal,
    person_columns,
    read_headings,
    repeated,
    says_scale,
)
from kbkresearch.intake.persons import suspects, without_identifiers
from kbkresearch.intake.refusals import MONTHS_BESIDE, meant_twice, months_beside
from kbkresearch.intake.rows import says_mid_month
from kbkresearch.intake.settle import Formats, settle_units
from kbkresearch.vocabulary import COLUMNS, Text, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbkresearch.findings import Severity
    from kbkresearch.intake.cells import Column
    from kbkresearch.intake.layout import RawTable
    from kbkresearch.intake.names import Heading
    from kbkresearch.intake.persons import Suspects
    from kbkresearch.intake.sheets import RawSheet

_LEFT_OUT: dict[str, tuple[Severity, Text]] = {
    "total": ("info", Text(
        "baris jumlah, rata-rata atau target; tidak dibaca",
        "rows of totals, means or targets; not read",
    )),
    "footnote": ("info", Text("baris catatan kaki; tidak dibaca", "footnotes; not read")),
    "signature": ("info", Text(
        "baris tanda tangan; tidak dibaca", "rows of a signature block; not read",
    )),
    "other_table": ("error", Text(
        "tabel lain dengan urutan kolom lain; tidak dibaca, pindahkan ke lembar sendiri",
        "another table with its columns elsewhere; not read, move it to a sheet of its own",
    )),
}  # fmt: skip


_MONTH_FROM = {
    "month_from_sheet": Text("diambil dari nama lembar", "taken from the sheet's name"),
    "month_from_title": Text("diambil dari judul di atas tabel", "taken from a title above"),
    "month_not_of_title": Text(
        "nama lembar dan judul di atas tabel menyebut bulan yang berbeda; periksa mana yang benar",
        "the sheet's name and a title above tell different months; see which is right",
    ),
    "month_without_year": Text(
        "nama lembar menyebut bulan tanpa tahun; beri nama seperti 'Mei 23', atau kolom bulan",
        "the sheet's name tells a month and no year; call it 'May 23', or add a column of months",
    ),
}


class Canonical(NamedTuple):
    """One table of a file.

    Attributes
    ----------
    table : DataFrame
        Canonical; its index is sheet and row.
    headings : tuple of Heading
    findings : list of FindingGroup
    letters : dict of str to str
        What stands above each of its columns where the file is opened.
    """

    table: pd.DataFrame
    headings: tuple[Heading, ...]
    findings: list[FindingGroup]
    letters: dict[str, str]


def canonical(
    raw: RawTable, mapping: Mapping[str, str] | None, asked: Mapping[str, str]
) -> Canonical:
    """Convert one table.

    Parameters
    ----------
    raw : RawTable
    mapping : mapping of str to str, optional
        Canonical names by heading, as the caller gives them.
    asked : mapping of str to str
        Units by indicator, as the caller gives them.

    Returns
    -------
    Canonical

    Raises
    ------
    BadArgumentError
        If two columns mean the same.
    """
    headings = read_headings(raw.headings, mapping)
    if repeated(headings):
        raise meant_twice(raw, headings)
    columns = SheetColumns(raw.file, raw.sheet, raw.row_numbers)
    columns.findings += _left_out(raw) + hidden_findings(raw)
    columns.years = _years(raw, headings)
    columns.read_ahead(headings, raw.columns)
    letters: dict[str, str] = {}
    texts = [place for place, heading in enumerate(headings) if _is_text(heading)]
    some = {place: suspects(raw.columns[place]) for place in texts}
    kept = _kept(raw, headings, some, columns)
    for place in kept:
        cells = _anonymous(headings[place], raw.columns[place], some.get(place), columns)
        letters[columns.add(headings[place], cells)] = raw.letters[place]
    by_name = {one.name: one for one in headings if one.name}
    settle_units(columns, by_name, asked, Formats(raw.looks, letters, raw.row_numbers))
    _say_unknown(raw, headings, kept, columns)
    _month_from_names(raw, columns)
    _stage_from_titles(raw, columns)
    _scale_in_titles(raw, headings, columns)
    frame = pd.DataFrame(columns.columns, copy=False)
    _set_aside_uneven(raw, frame, columns)
    frame.index = _index(raw)
    return Canonical(frame, headings, columns.findings, letters)


def _kept(
    raw: RawTable,
    headings: Sequence[Heading],
    some: Mapping[int, Suspects],
    columns: SheetColumns,
) -> list[int]:
    """Return the columns to keep: all but those that identify persons."""
    personal = person_columns(raw.headings)
    kept = []
    for place, (heading, cells) in enumerate(zip(headings, raw.columns, strict=True)):
        named = place in personal and not heading.name
        if named or _personal(cells, some.get(place, [])):
            words = (
                "pengenal orang; kolom dibuang saat dibaca",
                "identifies persons; the column was dropped at reading",
            )
            columns.note("personal_identifier", heading.printed or raw.letters[place], words)
        else:
            kept.append(place)
    return kept


def _is_text(heading: Heading) -> bool:
    """Tell whether a column is kept as text: that of codes and names, and any unknown one."""
    return heading.name is None or COLUMNS[heading.name].kind == "text"


def _anonymous(
    heading: Heading, cells: Column, some: Suspects | None, columns: SheetColumns
) -> Column:
    """Return the cells of a column of text without numbers that identify persons."""
    if not some:
        return cells
    rest, held = without_identifiers(cells, some)
    words = (
        "memuat pengenal orang (NIK, nomor kartu atau telepon); nomornya dibuang saat dibaca",
        "holds the population, card or telephone number of a person; it was dropped at reading",
    )
    where = heading.name or heading.printed
    columns.report("personal_identifier", where, held, [None] * len(held), words, "warning")
    return rest


def _years(raw: RawTable, headings: Sequence[Heading]) -> Sequence[object] | None:
    """Return the cells of the column of years, if there is one."""
    pairs = zip(headings, raw.columns, strict=True)
    return next((cells for one, cells in pairs if one.name is None and is_year(one.printed)), None)


def _say_unknown(
    raw: RawTable, headings: Sequence[Heading], kept: Sequence[int], columns: SheetColumns
) -> None:
    """Report kept columns that stand for no canonical one, unless they are known to."""
    unknown = []
    for place in kept:
        heading, cells = headings[place], raw.columns[place]
        printed, left = heading.printed, headings[place - 1].name if place else None
        if not printed and left and _any_number(cells):
            words = (
                (
                    "kolom di sebelah kanannya berisi angka tanpa judul; bila judul ini digabung di"
                    " atas keduanya, pisahkan"
                ),
                (
                    "the column to its right has numbers and no heading; if this heading is merged"
                    " over both, part it"
                ),
            )
            columns.note("unnamed_column", left, words)
        elif heading.how == "unknown" and heading.near:
            columns.note("near_miss", printed, *_near_miss(heading.near, columns))
        elif heading.how == "unknown" and not (is_plain(printed) or is_year(printed)):
            unknown.append(printed)
    if months_beside(headings[place].printed for place in kept if headings[place].name is None):
        columns.note("months_as_columns", "", (MONTHS_BESIDE.id, MONTHS_BESIDE.en))
    if unknown:
        names = ", ".join(unknown)
        words = f"tak dikenal: {names}; disimpan apa adanya", f"unknown: {names}; kept as they are"
        columns.note("unknown_columns", "", words, "info")


def _near_miss(near: str, columns: SheetColumns) -> tuple[tuple[str, str], Severity]:
    """Ask whether a heading means a column; the more so if the table lacks that one."""
    there = near in columns.columns
    meant = f"{label(near, 'id')} ({near})", f"{label(near, 'en')} ({near})"
    words = (
        f"judul tak dikenal; mungkin {meant[0]}: bila ya, perbaiki atau beri mapping=",
        f"heading is not known; perhaps {meant[1]}: if so, mend it or give mapping=",
    )
    return words, "info" if there else "warning"


def _any_number(cells: Column) -> bool:
    return any(cell_text(value) and is_number(value) for value in cells.distinct[0])


def _left_out(raw: RawTable) -> list[FindingGroup]:
    """Return which rows below the headings were taken for no data."""
    found = []
    for why, (severity, words) in _LEFT_OUT.items():
        rows = tuple(row for row, reason in raw.left_out if reason == why)
        if rows:
            found.append(
                FindingGroup(
                    f"{why}_rows", severity, "", words.id, words.en, rows, (None,) * len(rows),
                    raw.file, raw.sheet,
                )
            )  # fmt: skip
    return found


def _index(raw: RawTable) -> pd.MultiIndex:
    """Return sheet and row of each record."""
    rows = np.arange(len(raw.row_numbers))
    levels: list[Any] = [[raw.sheet], raw.row_numbers]
    codes: list[Any] = [0 * rows, rows]
    return pd.MultiIndex(levels, codes, names=INDEX, verify_integrity=False)


def _personal(cells: Column, some: Suspects) -> bool:
    """Tell whether most cells identify a person; each distinct suspect is looked at first."""
    bare = [value for _, value in some if str(value).lower() == str(value).upper()]  # no letters
    alone = any(looks_personal([value]) for value in bare)
    return alone and looks_personal(objects(*cells.distinct)) is not None


def _month_from_names(raw: RawTable, columns: SheetColumns) -> None:
    """Take the month from the sheet's name, or from a title, where no column holds it."""
    if "month" in columns.columns:
        return
    rule, (named, year) = "month_from_sheet", month_in_name(columns.sheet)
    month, titled = named, month_in_titles(raw.titles)
    if month is None or year is None:
        rule, (month, year) = "month_from_title", titled
    elif titled not in {(None, None), (month, year)}:
        words = _MONTH_FROM["month_not_of_title"]
        columns.note("month_not_of_title", "month", (words.id, words.en))
    if month and year and named in {None, month}:
        columns.columns["month"] = pd.Timestamp(year, month, 1)
        words = _MONTH_FROM[rule]
        said = f"bulan {year}-{month:02} {words.id}", f"month {year}-{month:02} {words.en}"
        columns.note(rule, "month", said, "info")
    elif named:
        words = _MONTH_FROM["month_without_year"]
        columns.note("month_without_year", "month", (words.id, words.en))


def _stage_from_titles(raw: RawTable, columns: SheetColumns) -> None:
    """Take the figures for those of mid-month where a title or the sheet's name says so."""
    said = next((text for text in (*raw.titles, raw.sheet) if says_mid_month(text)), None)
    if said is None or "stage" in columns.columns:
        return
    columns.columns["stage"] = pd.Series(["mid"] * len(raw.row_numbers), dtype=object)
    words = (
        f"tengah bulan (mid) menurut '{said}'; tambahkan kolom 'Tahap data' bila tidak semuanya",
        f"is mid-month, as '{said}' says; add a column 'Stage of the data' if not all rows are",
    )
    columns.note("stage_from_title", "stage", words, "info")


def _scale_in_titles(raw: RawTable, headings: Sequence[Heading], columns: SheetColumns) -> None:
    """Report amounts without a unit under a title such as "(dalam ribuan rupiah)"."""
    said = next(filter(says_scale, raw.titles), None)
    words = (
        f"dibaca sebagai rupiah, padahal judul menyebut '{said}'; tulis satuannya di judul kolom",
        f"read as rupiah, though a title says '{said}'; write the unit into the heading",
    )
    for name in (one.name for one in headings if said and one.unit is None):
        if name is not None and COLUMNS[name].kind == "rupiah":
            columns.note("scale_in_title", name, words)


def _set_aside_uneven(raw: RawTable, frame: pd.DataFrame, columns: SheetColumns) -> None:
    """Report rows with too many or too few cells; take the numbers from those with too many."""
    rows = raw.row_numbers
    shifted = np.isin(rows, raw.shifted)
    words = (
        (
            "selnya lebih banyak daripada judul kolom; beri tanda kutip pada isi yang memuat"
            " pemisah, atau simpan dengan titik koma"
        ),
        (
            "has more cells than there are headings; put what holds a delimiter into quotation"
            " marks, or save it with semicolons"
        ),
    )
    blank = [None] * len(rows)
    columns.report("too_many_cells", "", shifted, blank, words)
    if shifted.any():
        numeric = frame.select_dtypes("number").columns
        frame.loc[shifted, numeric] = np.nan
    words = (
        "selnya lebih sedikit daripada judul kolom; periksa apakah isinya bergeser",
        "has fewer cells than there are headings; look whether what it holds has shifted",
    )
    columns.report("too_few_cells", "", np.isin(rows, raw.short), blank, words, "warning")


def holds_numbers(raw: RawSheet) -> bool:
    """Tell whether a sheet has rows with several numbers, as a table would.

    Parameters
    ----------
    raw : RawSheet

    Returns
    -------
    bool
    """
    return any(
        sum(isinstance(cell, int | float) or (bool(cell) and is_number(cell)) for cell in row) > 1
        for row in raw.rows[:SEARCHED]
    )


def with_letters(
    findings: Sequence[FindingGroup], parts: Sequence[Canonical]
) -> list[FindingGroup]:
    """Name the column's letter in findings on rows, where all tables have it at the same one.

    Parameters
    ----------
    findings : sequence of FindingGroup
    parts : sequence of Canonical

    Returns
    -------
    list of FindingGroup
    """
    letters: dict[str, set[str]] = {}
    for part in parts:
        for column, letter in part.letters.items():
            letters.setdefault(column, set()).add(letter)
    known = {column: one.pop() for column, one in letters.items() if len(one) == 1}
    own = {part.table.index[0][0]: part.letters for part in parts if len(part.table)}
    return [
        one._replace(letter=own.get(one.sheet, known).get(one.column) or None) if one.rows else one
        for one in findings
    ]
