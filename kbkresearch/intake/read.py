"""`read`: any file that holds a facility-month table, as a canonical table with all findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.intake.cells import distinct, objects
from kbkresearch.intake.convert import INDEX, RATIOS, SheetColumns
from kbkresearch.intake.keys import keys_of
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
from kbkresearch.intake.rows import rejections, row_findings
from kbkresearch.intake.sheets import read_sheets
from kbkresearch.intake.units import UNITS
from kbkresearch.vocabulary import COLUMNS, Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from kbkresearch.intake.layout import RawTable
    from kbkresearch.intake.names import Heading

KINDS = ("facility_month",)
_LEFT_OUT = {
    "total": Text("baris jumlah atau rata-rata", "rows of totals or means"),
    "footnote": Text("baris catatan kaki", "footnotes"),
    "signature": Text("baris tanda tangan", "rows of a signature block"),
}


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
    progress: Callable[[int, int], object] | None = None,
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
    progress : callable, optional
        Called with the steps done and the steps in all: the file's cells read, each of its sheets
        understood, the rows checked.

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
    sheets = read_sheets(path, sheet=sheet)
    tell = progress or (lambda *_: None)
    for step, raw in enumerate(sheets, start=1):
        tell(step, len(sheets) + 2)
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
    tell(len(sheets) + 1, len(sheets) + 2)
    table = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=False)
    reading = _accept(
        table, Path(path).name, tuple(headings), findings, several=len(parts) > 1, lang=lang
    )
    tell(len(sheets) + 2, len(sheets) + 2)
    return reading


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
    columns.findings += _left_out(raw)
    columns.read_ahead(headings, raw.columns)
    personal = person_columns(raw.headings)
    for place, (heading, cells) in enumerate(zip(headings, raw.columns, strict=True)):
        if heading.name is None and (place in personal or _personal(cells)):
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
    frame = pd.DataFrame(columns.columns, copy=False)
    frame.index = _index(raw)
    return frame, headings, columns.findings


def _left_out(raw: RawTable) -> list[FindingGroup]:
    """Return which rows below the headings were taken for no data."""
    found = []
    for why, words in _LEFT_OUT.items():
        rows = tuple(row for row, reason in raw.left_out if reason == why)
        if rows:
            messages = f"{words.id}; tidak dibaca", f"{words.en}; not read"
            found.append(
                FindingGroup(
                    f"{why}_rows", "info", "", *messages, rows, (None,) * len(rows),
                    raw.file, raw.sheet,
                )
            )  # fmt: skip
    return found


def _index(raw: RawTable) -> pd.MultiIndex:
    """Return sheet and row of each record."""
    rows = np.arange(len(raw.row_numbers))
    levels: list[Any] = [[raw.sheet], np.array(raw.row_numbers, dtype=np.int64)]
    codes: list[Any] = [0 * rows, rows]
    return pd.MultiIndex(levels, codes, names=INDEX, verify_integrity=False)


def _personal(cells: Sequence[object]) -> bool:
    """Tell whether most cells identify a person; each distinct one is looked at first."""
    values, codes = distinct(cells)
    some = any(looks_personal([value]) for value in values)
    return some and looks_personal(objects(values, codes)) is not None


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
    keys = keys_of(table)
    reasons = np.full(len(table), "", dtype=object)
    out = np.zeros(len(table), dtype=np.bool_)
    for one in rejections(table, numeric, keys):
        out |= one.rows.to_numpy()
        reasons[one.rows.to_numpy()] = one.rule
        findings.append(one.finding(table))
    rejected = table[out].assign(reason=reasons[out]).reset_index()
    accepted = table[~out] if out.any() else table
    findings += row_findings(accepted, keys.among(table, ~out))
    if not several:
        accepted = accepted.set_axis(accepted.index.get_level_values("row"))
    return Reading(
        table=accepted,
        findings=Findings(findings),
        rejected=rejected,
        n_rows=len(table),
        headings=headings,
        file=file,
        lang=lang,
    )
