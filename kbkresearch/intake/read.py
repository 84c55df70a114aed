"""`read`: any file that holds a facility-month table, as a canonical table with all findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.intake.convert import INDEX, RATIOS, SheetColumns
from kbkresearch.intake.layout import find_table
from kbkresearch.intake.months import month_in_name
from kbkresearch.intake.names import (
    load_mapping,
    looks_personal,
    person_columns,
    read_headings,
    repeated,
    save_mapping,
)
from kbkresearch.intake.rows import empty_rows, missing_months, repeated_rows
from kbkresearch.intake.sheets import read_sheets
from kbkresearch.intake.units import UNITS
from kbkresearch.vocabulary import COLUMNS, check_lang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.intake.layout import RawTable
    from kbkresearch.intake.names import Heading

KINDS = ("facility_month",)
EXAMPLE = "CONTOH"


@dataclass(frozen=True)
class Reading:
    """What a file held.

    Attributes
    ----------
    table : DataFrame
        Accepted rows with canonical columns; unknown columns as they are. The index is the row in
        the file (with the sheet, where there are several).
    findings : Findings
        Everything that was repaired, left out, or is worth a look, with sheet and row.
    rejected : DataFrame
        Rows that were not accepted, with ``sheet``, ``row`` and ``reason``.
    n_rows : int
        Data rows in the file: ``len(table) + len(rejected)``, always.
    headings : tuple of Heading
        How each heading was understood.
    file : str
        Name of the file.
    lang : {"id", "en"}
        Language in which it shows itself.
    """

    table: pd.DataFrame = field(repr=False)
    findings: Findings = field(repr=False)
    rejected: pd.DataFrame = field(repr=False)
    n_rows: int
    headings: tuple[Heading, ...] = field(repr=False)
    file: str
    lang: str = "id"

    def report(self, lang: str | None = None, most: int = 5) -> str:
        """Return a summary as text: rows, columns, findings.

        Parameters
        ----------
        lang : {"id", "en"}, optional
            That of the reading by default.
        most : int
            Rows named in each finding.

        Returns
        -------
        str
        """
        lang = check_lang(lang or self.lang)
        first = (
            f"{self.file}: {self.n_rows} baris = {len(self.table)} diterima"
            f" + {len(self.rejected)} ditolak"
            if lang == "id"
            else f"{self.file}: {self.n_rows} rows = {len(self.table)} accepted"
            f" + {len(self.rejected)} rejected"
        )
        return "\n".join([first, self.findings.describe(lang, most)]).rstrip()

    def _repr_html_(self) -> str:
        from html import escape

        lines = self.report().splitlines()
        items = "".join(f"<li>{escape(line)}</li>" for line in lines[1:])
        return f"<p>{escape(lines[0])}</p><ul>{items}</ul>"

    def save_mapping(self, path: str | Path) -> None:
        """Write how headings were understood, to be corrected and given to `read` again.

        Parameters
        ----------
        path : str or Path
            A TOML file.
        """
        save_mapping(path, self.headings)


def read(
    path: str | Path,
    *,
    kind: str | None = None,
    sheet: str | None = None,
    units: Mapping[str, str] | None = None,
    mapping: str | Path | Mapping[str, str] | None = None,
    lang: str = "id",
) -> Reading:
    """Read a file of facility-months into a canonical table, collecting all findings in one pass.

    Parameters
    ----------
    path : str or Path
        A workbook (xlsx, xls, xlsb, ods), delimited text, or a Parquet, SPSS or Stata file.
    kind : str, optional
        Kind of table; ``"facility_month"`` is the only one.
    sheet : str, optional
        Read this sheet only; by default all visible sheets that hold a table.
    units : mapping of str to str, optional
        Unit of an indicator column that can be read in two ways, for instance
        ``{"ak": "permille"}``.
    mapping : mapping, str or Path, optional
        Canonical name by heading, or a file that `Reading.save_mapping` wrote.
    lang : {"id", "en"}
        Language in which the reading shows itself.

    Returns
    -------
    Reading

    Raises
    ------
    KbkError
        If the file cannot be read, or holds no table that is understood.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import kbkresearch as kbk
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "recap.csv"
    >>> _ = path.write_text("NAMA FKTP;JUMLAH KONTAK;PESERTA TERDAFTAR\\nA;1.500;10.000\\n")
    >>> kbk.read(path).table[["facility_name", "contacts", "members"]].values.tolist()
    [['A', 1500.0, 10000.0]]
    """
    check_lang(lang)
    if kind not in {None, *KINDS}:
        raise UnknownNameError("kind of table", kind, KINDS)
    asked = _checked_units(units or {})
    names = (
        mapping if mapping is None or not isinstance(mapping, str | Path) else load_mapping(mapping)
    )
    parts, headings, findings = [], [], []
    for raw in read_sheets(path, sheet=sheet):
        if raw.hidden and sheet is None:
            findings.append(_hidden(raw.file, raw.name))
            continue
        found = find_table(raw, lambda text: read_headings([text], names)[0].name is not None)
        if found is not None:
            frame, understood, noted = _canonical(found, names, asked)
            parts.append(frame)
            headings += [one for one in understood if one not in headings]
            findings += noted
    if not parts:
        raise BadArgumentError(
            f"{Path(path).name}: no sheet holds a table with at least two known headings such as"
            " 'PESERTA TERDAFTAR' and 'JUMLAH KONTAK'; give mapping= if yours have other names."
        )
    table = pd.concat(parts, ignore_index=False)
    return _accept(
        table, Path(path).name, tuple(headings), findings, several=len(parts) > 1, lang=lang
    )


def _checked_units(units: Mapping[str, str]) -> Mapping[str, str]:
    indicators = [name.split("_")[0] for name in RATIOS]
    for indicator, unit in units.items():
        if indicator not in indicators:
            raise UnknownNameError("indicator in units", indicator, indicators)
        if unit not in UNITS:
            raise UnknownNameError(f"unit of {indicator}", unit, UNITS)
    return units


def _hidden(file: str, name: str) -> FindingGroup:
    return FindingGroup(
        "hidden_sheet",
        "warning",
        "",
        "lembar tersembunyi tidak dibaca; beri sheet= untuk membacanya",
        "hidden sheet was not read; give sheet= to read it",
        file=file,
        sheet=name,
    )


def _canonical(
    raw: RawTable, mapping: Mapping[str, str] | None, asked: Mapping[str, str]
) -> tuple[pd.DataFrame, tuple[Heading, ...], list[FindingGroup]]:
    """Convert one table; its index is (sheet, row)."""
    headings = read_headings(raw.headings, mapping)
    twice = repeated(headings)
    if twice:
        name, printed = next(iter(twice.items()))
        both = " and ".join(map(repr, printed))
        raise BadArgumentError(
            f"{raw.file}, sheet {raw.sheet}: the columns {both} all mean {name};"
            " give mapping= to name the one to use."
        )
    columns = SheetColumns(raw.file, raw.sheet, raw.row_numbers)
    personal = person_columns(raw.headings)
    for place, heading in enumerate(headings):
        cells = [row[place] for row in raw.rows]
        what = "heading" if place in personal else looks_personal(cells)
        if what is not None and heading.name is None:
            columns.note(
                "personal_identifier",
                heading.printed,
                ("pengenal orang dibuang saat dibaca", "identifier of persons dropped at reading"),
            )
            continue
        if heading.how == "unknown" and heading.near:
            columns.note(
                "near_miss",
                heading.printed,
                (
                    f"kolom tak dikenal; maksudnya {heading.near}?",
                    f"unknown; is it {heading.near}?",
                ),
                "info",
            )
        columns.add(heading, cells)
    columns.settle_units({one.name: one for one in headings if one.name}, asked)
    _month_from_sheet(columns)
    frame = pd.DataFrame(columns.columns)
    frame.index = pd.MultiIndex.from_product([[raw.sheet], raw.row_numbers], names=INDEX)
    return frame, headings, columns.findings


def _month_from_sheet(columns: SheetColumns) -> None:
    """Take the month from the sheet's name where no column holds it and the name has the year."""
    month, year = month_in_name(columns.sheet)
    if "month" in columns.columns or month is None or year is None:
        return
    columns.columns["month"] = pd.Timestamp(year, month, 1)
    columns.note(
        "month_from_sheet",
        "month",
        (
            f"bulan {year}-{month:02} diambil dari nama lembar",
            f"month {year}-{month:02} taken from the sheet's name",
        ),
        "info",
    )


def _examples(table: pd.DataFrame) -> pd.Series:
    """Return the rows that are still the example of the template."""
    if "facility_id" not in table:
        return pd.Series(data=False, index=table.index)
    return table["facility_id"] == EXAMPLE


def _accept(
    table: pd.DataFrame,
    file: str,
    headings: tuple[Heading, ...],
    findings: list[FindingGroup],
    *,
    several: bool,
    lang: str,
) -> Reading:
    """Part accepted from rejected rows, and say so."""
    numeric = [
        name
        for name in table.columns
        if name in COLUMNS and COLUMNS[name].kind in {"integer", "number", "rupiah"}
    ]
    empty = empty_rows(table, numeric)
    copies, conflicts = repeated_rows(table[~empty])
    copies = copies.reindex(table.index, fill_value=False)
    conflicts = conflicts.reindex(table.index, fill_value=False)
    reasons = pd.Series("", index=table.index, dtype=object)
    example = _examples(table)
    rejections: list[tuple[pd.Series, Any]] = [
        (
            example,
            ("example_row", "warning", "baris contoh templat", "example row of the template"),
        ),
        (empty, ("no_numbers", "error", "tidak ada angka yang terbaca", "no number could be read")),
        (copies, ("repeated_row", "warning", "salinan baris sebelumnya", "repeats an earlier row")),
        (
            conflicts,
            (
                "conflicting_rows",
                "error",
                "FKTP dan bulan sama, nilai berbeda; semua ditolak, perbaiki di berkas",
                "same facility and month, other values; all rejected, mend the file",
            ),
        ),
    ]
    for which, (rule, severity, message_id, message_en) in rejections:
        reasons[which] = rule
        for name, group in table[which].groupby(level="sheet", sort=False):
            findings.append(
                FindingGroup(
                    rule,
                    severity,
                    "",
                    message_id,
                    message_en,
                    rows=tuple(group.index.get_level_values("row")),
                    values=(None,) * len(group),
                    file=file,
                    sheet=str(name),
                )
            )
    rejected = table[reasons != ""].assign(reason=reasons[reasons != ""]).reset_index()
    accepted = table[reasons == ""]
    findings += missing_months(accepted)
    if not several:
        accepted = accepted.droplevel("sheet")
    return Reading(
        table=accepted,
        findings=Findings(findings),
        rejected=rejected,
        n_rows=len(table),
        headings=headings,
        file=file,
        lang=lang,
    )
