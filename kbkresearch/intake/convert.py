"""Columns of raw cells to canonical columns, each with its findings."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup
from kbkresearch.intake.cells import objects
from kbkresearch.intake.coded import categorical
from kbkresearch.intake.lexicon import CODED
from kbkresearch.intake.months import is_mid_month, month_in_name, read_months, read_years
from kbkresearch.intake.names import allowed_labels, read_labels
from kbkresearch.intake.number_cells import FILLED, is_blank, is_error
from kbkresearch.intake.numbers import read_numbers
from kbkresearch.intake.persons import masked
from kbkresearch.intake.plausible import HIGHEST
from kbkresearch.intake.side_by_side import side_by_side
from kbkresearch.intake.text_column import TextColumn
from kbkresearch.vocabulary import COLUMNS, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kbkresearch.findings import Severity
    from kbkresearch.intake.cells import Column
    from kbkresearch.intake.names import Heading
    from kbkresearch.intake.numbers import ReadNumbers

INDEX = ("sheet", "row")
_THOUSAND = 1e3
_RUPIAH = {"rp_thousand": 1e3, "rp_million": 1e6}


@dataclass
class SheetColumns:
    """The columns of one sheet while they are converted.

    Attributes
    ----------
    file, sheet : str
    row_numbers : int array, shape (n,)
        Row of each record in the sheet, 1-based.
    columns : dict of str to array, shape (n,)
        Converted columns by canonical name; unknown ones by their heading.
    findings : list of FindingGroup
    years : sequence of object, length n, optional
        The cells of a column of years, for months that stand alone.
    signs : dict of str to uint8 array, shape (n,)
        By column of numbers the sign that each cell prints, as `ReadNumbers` has it.
    cells : dict of str to Column, length n
        By column of numbers its raw cells.
    """

    file: str
    sheet: str
    row_numbers: NDArray[np.intp]
    columns: dict[str, Any] = field(default_factory=dict)
    findings: list[FindingGroup] = field(default_factory=list)
    years: Sequence[object] | None = None
    signs: dict[str, NDArray[np.uint8]] = field(default_factory=dict)
    cells: dict[str, Column] = field(default_factory=dict, repr=False)
    _ahead: dict[str | None, ReadNumbers] = field(default_factory=dict, repr=False)

    def report(
        self,
        rule: str,
        column: str,
        which: Any,
        cells: Sequence[object],
        messages: tuple[str, str],
        severity: Severity = "error",
    ) -> None:
        """Record a finding on the rows where `which` is true, if there are any."""
        places = np.flatnonzero(np.asarray(which, bool))
        if not len(places):
            return
        self.findings.append(
            FindingGroup(
                rule=rule,
                severity=severity,
                column=column,
                message_id=messages[0],
                message_en=messages[1],
                rows=tuple(self.row_numbers[places].tolist()),
                values=tuple(masked(_plain(cells[place])) for place in places.tolist()),
                file=self.file,
                sheet=self.sheet,
            )
        )

    def note(
        self, rule: str, column: str, messages: tuple[str, str], severity: Severity = "warning"
    ) -> None:
        """Record a finding on a column as a whole."""
        self.findings.append(
            FindingGroup(rule, severity, column, *messages, file=self.file, sheet=self.sheet)
        )

    def read_ahead(self, headings: Sequence[Heading], columns: Sequence[Column]) -> None:
        """Read numbers and tell texts apart, each column of text beside the others.

        Parameters
        ----------
        headings : sequence of Heading
        columns : sequence of Column
            Those of a workbook wait for `add`.
        """

        def read(column: tuple[str | None, TextColumn]) -> tuple[str | None, ReadNumbers | None]:
            name, cells = column
            if name is not None and _is_number(name):
                return name, _read_numbers(name, cells)
            _ = cells.coded
            return name, None

        named = zip([one.name for one in headings], columns, strict=True)
        texts = [(name, cells) for name, cells in named if isinstance(cells, TextColumn)]
        self._ahead = {name: found for name, found in side_by_side(read, texts) if found}

    def add(self, heading: Heading, cells: Column) -> str:
        """Convert one column and keep it under its canonical name, or as it is printed.

        Parameters
        ----------
        heading : Heading
        cells : Column, length n

        Returns
        -------
        str
            The name under which it is kept.
        """
        name = heading.name or heading.printed or "kolom"
        meaning = COLUMNS.get(name)
        if meaning is None:
            name = self._free(f"{name}_printed" if name in INDEX else name)
            self.columns[name] = pd.Series(objects(*cells.distinct), dtype=object, copy=False)
        elif name in CODED:
            self._labels(name, cells)
        elif meaning.kind == "date":
            self._months(name, cells)
        elif _is_number(name):
            self._numbers(name, cells, _RUPIAH.get(heading.unit or "", 1.0))
        else:
            self._texts(name, cells)
        return name

    def _free(self, name: str) -> str:
        """Return a name for a column that no column has yet."""
        names = (f"{name} {number}" for number in itertools.count(2))
        return name if name not in self.columns else next(n for n in names if n not in self.columns)

    def _texts(self, name: str, cells: Column) -> None:
        values, codes = cells.distinct
        texts = [
            value.strip() if isinstance(value, str) and value[:2] in FILLED else _text(value)
            for value in values
        ]
        errors = [place for place, one in enumerate(texts) if one is None]
        errors = [place for place in errors if is_error(values[place])]
        self.report(
            "error_cell",
            name,
            np.isin(codes, errors),
            cells,
            (
                "galat lembar kerja; sel dikosongkan",
                "error of the spreadsheet; the cell is left missing",
            ),
        )
        self.columns[name] = categorical(texts, codes)

    def _labels(self, name: str, cells: Column) -> None:
        distinct_cells, codes = cells.distinct
        values, unknown = read_labels(name, distinct_cells)
        errors = [place for place, cell in enumerate(distinct_cells) if is_error(cell)]
        wrong = np.isin(codes, [*unknown, *errors])
        allowed = ", ".join(allowed_labels(name))
        self.report(
            "unknown_label",
            name,
            wrong,
            cells,
            (
                f"{label(name)} tidak dikenal; sel dikosongkan, tulis salah satu dari: {allowed}",
                f"unknown {name}; the cell is left missing, write one of: {allowed}",
            ),
        )
        self.columns[name] = pd.Series(objects(values, codes), dtype=object, copy=False)
        if wrong.any() and f"{name}_printed" in COLUMNS:
            printed: list[object] = [None] * len(values)
            for place in (*unknown, *errors):
                printed[place] = masked(str(distinct_cells[place]).strip())
            kept = pd.Series(objects(printed, codes), dtype=object, copy=False)
            self.columns[f"{name}_printed"] = kept

    def _months(self, name: str, cells: Column) -> None:
        months, unread = self._read_months(cells)
        self.report(
            "unreadable_month",
            name,
            unread,
            cells,
            (
                "bulan tidak terbaca; tulis seperti 2023-12",
                "month cannot be read; write it as 2023-12",
            ),
        )
        self.columns[name] = pd.Series(months)
        self._doubt_months(name, cells, months)

    def _read_months(self, cells: Column) -> tuple[Any, Any]:
        """Return months, and which are unread; a column or the sheet's name may tell the year."""
        if self.years is None:
            values, codes = cells.distinct
            found, unread = read_months(values, year=month_in_name(self.sheet)[1])
            return pd.to_datetime(pd.Series(found, dtype=object)).array[codes], unread[codes]
        months, unread = objects([None] * len(cells)), np.zeros(len(cells), dtype=np.bool_)
        years = read_years(self.years)
        for year in dict.fromkeys(years):
            places = [place for place, one in enumerate(years) if one == year]
            found, missing = read_months([cells[place] for place in places], year=year)
            months[places], unread[places] = objects(found), missing
        return pd.to_datetime(pd.Series(months, dtype=object)).array, unread

    def _doubt_months(self, name: str, cells: Column, months: Any) -> None:
        """Report months that the sheet's name denies, and dates that may be a year mistaken."""
        month, year = month_in_name(self.sheet)
        if month and year:
            other = (months != pd.Timestamp(year, month, 1)) & ~pd.isna(months)
            words = (
                "berbeda dari bulan pada nama lembar; periksa mana yang benar",
                "is another month than the sheet's name says; see which is right",
            )
            self.report("month_not_of_sheet", name, other, cells, words, "warning")
        values, codes = cells.distinct
        middle = np.array([is_mid_month(value) for value in values], dtype=np.bool_)[codes]
        words = (
            (
                "tanggal di tengah bulan; 'Jan 23' yang diketik menjadi 23 Januari tahun berjalan,"
                " jadi periksa tahunnya"
            ),
            (
                "is a day amid a month; a typed 'Jan 23' becomes 23 January of the current year,"
                " so look at the year"
            ),
        )
        self.report("day_amid_month", name, middle, cells, words, "warning")

    def _numbers(self, name: str, cells: Column, scale: float) -> None:
        kind = COLUMNS[name].kind
        found = self._ahead.pop(name, None) or _read_numbers(name, cells)
        self.report(
            "not_a_number",
            name,
            found.unreadable,
            cells,
            ("bukan angka; sel dikosongkan", "is no number; the cell is left missing"),
        )
        self.report(
            "misprinted_number",
            name,
            found.misprints,
            cells,
            ("salah cetak; sel dikosongkan", "is a misprint; the cell is left missing"),
        )
        values = found.values if found.other is None else self._separated(name, found, cells)
        if kind != "number":
            signed = found.signs > 0
            words = (
                "bertanda persen atau permil di kolom cacah; sel dikosongkan",
                "has a sign of per cent or per mil among counts; the cell is left missing",
            )
            self.report("unit_in_count", name, signed, cells, words)
            values = np.where(signed, np.nan, values) if signed.any() else values
        if scale != 1:
            values = values * scale
            self.note(
                "unit_converted",
                name,
                (
                    f"dikalikan {scale:g} menurut satuan kolom",
                    f"times {scale:g}, as the heading says",
                ),
                "info",
            )
        self.columns[name] = pd.Series(values, copy=False)
        self.signs[name], self.cells[name] = found.signs, cells

    def _separated(self, name: str, found: ReadNumbers, cells: Column) -> Any:
        """Return the values of a column whose separators may be decimal or thousands."""
        thousands = found.values if found.other is None else found.other
        if COLUMNS[name].kind != "number":
            # a count or an amount is not printed with three decimals
            words = (
                "pemisah tiga angka dibaca sebagai ribuan, karena cacah tidak berdesimal",
                "separators before three digits read as thousands: counts have no decimals",
            )
            self.note("thousands_separator", name, words)
            return thousands
        impossible = found.undecided & (thousands > HIGHEST.get(name, np.inf))
        if impossible.any():
            words = (
                "pemisah tiga angka dibaca sebagai desimal, karena nilai ribuan mustahil",
                "separators before three digits read as decimal: thousands cannot be",
            )
            self.note("decimal_separator", name, words)
        words = (
            "koma/titik dapat berarti desimal atau ribuan; tulis satu angka tanpa pemisah",
            "separator may be decimal or thousands; write one number without it",
        )
        self.report("ambiguous_separator", name, found.undecided & ~impossible, cells, words)
        return np.where(impossible, thousands / _THOUSAND, found.values)


def _is_number(name: str) -> bool:
    """Tell whether a canonical column is one of numbers."""
    kind = COLUMNS[name].kind if name in COLUMNS else ""
    return kind in {"integer", "number", "rupiah"} and name not in CODED


def _read_numbers(name: str, cells: Column) -> ReadNumbers:
    """Read the cells of a canonical column of numbers."""
    return read_numbers(cells, whole=COLUMNS[name].kind == "integer")


def _text(cell: object) -> str | None:
    """Return a code or name as text; a whole number made a float by a spreadsheet loses its .0."""
    if is_blank(cell) or is_error(cell):
        return None
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int | float | str) else str(value)
