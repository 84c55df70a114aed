"""`read`: any file that holds a facility-month table, as a canonical table with all findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.errors import KbkError, UnknownNameError
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.intake.canonical import canonical, holds_numbers, with_letters
from kbkresearch.intake.coded import joined, plain
from kbkresearch.intake.keys import keys_of
from kbkresearch.intake.layout import find_table
from kbkresearch.intake.months import month_in_name
from kbkresearch.intake.names import column_of, load_mapping, read_headings, save_mapping
from kbkresearch.intake.plausible import RATIOS
from kbkresearch.intake.refusals import no_table
from kbkresearch.intake.row_findings import row_findings
from kbkresearch.intake.rows import rejections
from kbkresearch.intake.safety import too_large
from kbkresearch.intake.sheets import read_sheets
from kbkresearch.intake.units import UNITS
from kbkresearch.intake.variable_labels import telling_labels, with_labels
from kbkresearch.vocabulary import COLUMNS, Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from kbkresearch.findings import Severity
    from kbkresearch.intake.canonical import Canonical
    from kbkresearch.intake.layout import RawTable
    from kbkresearch.intake.names import Heading
    from kbkresearch.intake.sheets import RawSheet

KINDS = ("facility_month",)
_HIDDEN = (
    "hidden_sheet",
    Text(
        "lembar tersembunyi tidak dibaca; beri sheet= untuk membacanya",
        "hidden sheet was not read; give sheet= to read it",
    ),
)
_NOT_UNDERSTOOD = (
    "sheet_not_read",
    Text(
        "lembar ini tidak dibaca karena judul kolomnya tidak dikenal; perbaiki judulnya atau beri"
        " mapping=",
        "this sheet was not read, for its headings are not known; mend them or give mapping=",
    ),
)


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
        return "\n".join([self._first_line(lang), self.findings.describe(lang, most)]).rstrip()

    def _first_line(self, lang: str) -> str:
        """Return how many rows there are."""
        rows, accepted, rejected = (
            ("baris", "diterima", "ditolak") if lang == "id" else ("rows", "accepted", "rejected")
        )
        return (
            f"{self.file}: {self.n_rows} {rows} = {len(self.table)} {accepted}"
            f" + {len(self.rejected)} {rejected}"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self._first_line(self.lang))}</p>{self.findings.to_html(self.lang)}"

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
    names = load_mapping(mapping) if isinstance(mapping, str | Path) else mapping
    read_headings([], names)  # a mapping to a column that does not exist is refused at once
    try:
        return _read(Path(path), sheet, names, asked, lang, progress or (lambda *_: None))
    except (MemoryError, KbkError) as error:
        told = error if isinstance(error, KbkError) else too_large(Path(path).name)
        if told.to(lang) != str(told):
            told.add_note(told.to(lang))
        raise told from None


def _read(
    path: Path,
    sheet: str | None,
    mapping: Mapping[str, str] | None,
    asked: Mapping[str, str],
    lang: str,
    tell: Callable[[int, int], object],
) -> Reading:
    """Read all sheets of a file that hold a table."""
    parts: list[Canonical] = []
    findings: list[FindingGroup] = []
    sheets = read_sheets(path, sheet=sheet)
    for step, raw in enumerate(sheets, start=1):
        tell(step, len(sheets) + 2)
        if raw.hidden and sheet is None:
            findings.append(_unread(raw, "warning", _HIDDEN))
            continue
        found, taken = _table_in(raw, mapping)
        findings += taken
        if found is not None:
            parts.append(canonical(found, mapping, asked))
            findings += parts[-1].findings
        elif holds_numbers(raw):
            severity: Severity = "warning" if month_in_name(raw.name)[0] else "info"
            findings.append(_unread(raw, severity, _NOT_UNDERSTOOD))
    if not parts:
        raise no_table(path.name, sheets)
    tell(len(sheets) + 1, len(sheets) + 2)
    reading = _accept(path.name, parts, findings, lang)
    tell(len(sheets) + 2, len(sheets) + 2)
    return reading


def _table_in(
    raw: RawSheet, mapping: Mapping[str, str] | None
) -> tuple[RawTable | None, list[FindingGroup]]:
    """Return the table of a sheet, and what was done to its headings."""
    labels = telling_labels(raw.labels, mapping)
    found = find_table(raw, lambda one: column_of(labels.get(one, one), mapping) is not None)
    if found is None or not labels:
        return found, []
    found, taken = with_labels(found, labels)
    return found, [taken]


def _checked_units(units: Mapping[str, str]) -> Mapping[str, str]:
    indicators = [name.split("_")[0] for name in RATIOS]
    for indicator, unit in units.items():
        if indicator not in indicators:
            raise UnknownNameError("indicator in units", indicator, indicators)
        if unit not in UNITS:
            raise UnknownNameError(f"unit of {indicator}", unit, UNITS)
    return units


def _unread(raw: RawSheet, severity: Severity, why: tuple[str, Text]) -> FindingGroup:
    """Return the finding that a sheet was not read."""
    rule, words = why
    return FindingGroup(rule, severity, "", words.id, words.en, file=raw.file, sheet=raw.name)


def _accept(
    file: str, parts: Sequence[Canonical], findings: list[FindingGroup], lang: str
) -> Reading:
    """Part accepted from rejected rows, and say so."""
    tables = [one.table for one in parts]
    table = joined(tables)
    numeric = [
        name
        for name in table.columns
        if name in COLUMNS and COLUMNS[name].kind in {"integer", "number", "rupiah"}
    ]
    keys = keys_of(table)
    refused = rejections(table, numeric, keys)
    findings += [one.finding(table) for one in refused]
    out = np.zeros(len(table), dtype=np.bool_)
    for one in refused:
        out |= one.rows.to_numpy()
    reasons = np.full(int(out.sum()), "", dtype=object)
    for one in refused:
        reasons[one.rows.to_numpy()[out]] = one.rule
    findings += row_findings(table[~out] if out.any() else table, keys.among(table, ~out))
    table = plain(table)
    rejected = table[out].assign(reason=reasons).reset_index()
    accepted = table[~out] if out.any() else table
    if len(parts) == 1:
        accepted = accepted.set_axis(accepted.index.get_level_values("row"))
    return Reading(
        table=accepted,
        findings=Findings(with_letters(findings, parts)),
        rejected=rejected,
        n_rows=len(table),
        headings=tuple(dict.fromkeys(one for part in parts for one in part.headings)),
        file=file,
        lang=lang,
    )
