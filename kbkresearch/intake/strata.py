"""`read_strata`: any file that holds visits and members by age, sex or other strata."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.errors import BadArgumentError, BadRowsError
from kbkresearch.findings import Findings
from kbkresearch.intake.cells import objects
from kbkresearch.intake.coded import plain
from kbkresearch.intake.convert import SheetColumns
from kbkresearch.intake.hidden import hidden_findings
from kbkresearch.intake.layout import find_table
from kbkresearch.intake.names import looks_personal, person_columns, read_headings, repeated
from kbkresearch.intake.numbers import read_numbers
from kbkresearch.intake.read import Reading
from kbkresearch.intake.settle import Formats, settle_units
from kbkresearch.intake.sheets import read_sheets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.intake.cells import Column
    from kbkresearch.intake.layout import RawTable

_AS_PRINTED = ("age_band", "sex")
_SUMS = (
    "member_months", "months_averaged", "persons", "visits_squared", "visits_months",
    "months_squared", "cost_rp",
)  # fmt: skip


def read_strata(
    path: str | Path,
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    lang: str = "id",
) -> Reading:
    """Read a table of strata with headings and numbers as people write them.

    Parameters
    ----------
    path : str or Path
        As for `kbkresearch.read`.
    sheet : str, optional
        The sheet to read; needed where several hold a table, for two divisions of the same
        members are not to be added up.
    mapping : mapping of str to str, optional
        Canonical name by heading.
    lang : {"id", "en"}
        Language in which the reading shows itself.

    Returns
    -------
    Reading
        Its table has canonical columns such as ``facility_id``, ``age_band``, ``sex``,
        ``members``, ``visits``, indexed by the row of the file; age bands and sexes as printed,
        unknown columns as they are. No row is rejected.

    Raises
    ------
    KbkError
        If the file cannot be read, holds no such table or several, or has cells that are no
        numbers where numbers belong.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "umur.csv"
    >>> _ = path.write_text("Kelompok Umur;Jumlah Peserta;Jumlah Kunjungan\\n0-4;1.867;84\\n")
    >>> read_strata(path).table.values.tolist()
    [['0-4', 1867.0, 84.0]]
    """
    file = Path(path).name
    found = []
    for raw in read_sheets(path, sheet=sheet):
        if raw.hidden and sheet is None:
            continue
        table = find_table(raw, lambda text: read_headings([text], mapping)[0].name is not None)
        if table is not None and len(table.row_numbers):
            found.append(table)
    if not found:
        raise BadArgumentError(
            f"{file}: no sheet holds rows under known headings such as 'Kelompok Umur',"
            " 'Jumlah Peserta' and 'Jumlah Kunjungan' (age_band, members, visits)."
        )
    if len(found) > 1:
        names = ", ".join(one.sheet for one in found)
        raise BadArgumentError(f"{file}: several sheets hold a table: {names}. Name one of them.")
    return _canonical(found[0], mapping, lang)


def _canonical(raw: RawTable, mapping: Mapping[str, str] | None, lang: str) -> Reading:
    headings = read_headings(raw.headings, mapping)
    for name, printed in repeated(headings).items():
        both = " and ".join(map(repr, printed))
        raise BadArgumentError(f"{raw.file}, sheet {raw.sheet}: {both} all mean {name}.")
    columns = SheetColumns(raw.file, raw.sheet, raw.row_numbers)
    columns.findings += hidden_findings(raw)
    personal, letters = person_columns(raw.headings), dict[str, str]()
    for place, (heading, cells) in enumerate(zip(headings, raw.columns, strict=True)):
        name = heading.name or heading.printed
        if name in _AS_PRINTED:
            columns.columns[name] = pd.Series(objects(*cells.distinct), dtype=object)
        elif name in _SUMS:
            columns.columns[name] = pd.Series(_numbers(columns, name, cells))
        elif heading.name is None and (place in personal or looks_personal(cells)):
            text = ("pengenal orang dibuang saat dibaca", "identifier of persons dropped")
            columns.note("personal_identifier", heading.printed, text)
        else:
            letters[columns.add(heading, cells)] = raw.letters[place]
    by_name = {one.name: one for one in headings if one.name}
    settle_units(columns, by_name, {}, Formats(raw.looks, letters, raw.row_numbers))
    findings = Findings(columns.findings)
    _refuse(findings)
    table = plain(pd.DataFrame(columns.columns))
    table.index = pd.Index(raw.row_numbers, name="row")
    if "facility_id" not in table and "facility_name" in table:
        table.insert(0, "facility_id", table["facility_name"])
    nothing = table.iloc[:0].assign(reason="")
    return Reading(table, findings, nothing, len(table), headings, raw.file, lang)


def _numbers(columns: SheetColumns, name: str, cells: Column) -> object:
    """Return a column of sums as numbers; separators before three digits are thousands."""
    found = read_numbers(cells)
    text = ("bukan angka", "is no number")
    columns.report("not_a_number", name, found.unreadable | found.misprints, cells, text)
    return np.asarray(found.values if found.other is None else found.other, dtype=float)


def _refuse(findings: Findings) -> None:
    """Raise if a cell could not be read: a stratum left out is a total that is wrong."""
    for group in findings:
        if group.severity == "error":
            where = f"row {group.rows[0]}: " if group.rows else ""
            value = f" {group.values[0]!r}" if group.values else ""
            raise BadRowsError(
                f"{group.file}, sheet {group.sheet}, {where}{group.column}{value}"
                f" {group.message_en.partition(';')[0]} ({group.size} such cells)."
            )
