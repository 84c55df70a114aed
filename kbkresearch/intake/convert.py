"""Columns of raw cells to canonical columns, each with its findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.findings import FindingGroup
from kbkresearch.intake.cells import TextColumn, distinct, objects
from kbkresearch.intake.months import month_in_name, read_months
from kbkresearch.intake.names import read_labels
from kbkresearch.intake.number_cells import is_blank, is_error
from kbkresearch.intake.numbers import read_numbers
from kbkresearch.intake.side_by_side import side_by_side
from kbkresearch.intake.units import decide_unit, named_unit, to_unit
from kbkresearch.vocabulary import COLUMNS, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kbkresearch.findings import Severity
    from kbkresearch.intake.names import Heading
    from kbkresearch.intake.numbers import ReadNumbers

CODED = ("facility_type", "consequence", "funding_model", "sex")
INDEX = ("sheet", "row")
_RUPIAH = {"rp_thousand": 1e3, "rp_million": 1e6}
RATIOS = {
    "ak_permille": (("contacts", "members"),),
    "rrns_pct": (("nonspecialist_referrals", "referrals"),),
    "rppt_pct": (("dm_controlled", "dm_diagnosed"), ("ht_controlled", "ht_diagnosed")),
}


@dataclass
class SheetColumns:
    """The columns of one sheet while they are converted.

    Attributes
    ----------
    file, sheet : str
    row_numbers : list of int
        Row of each record in the sheet, 1-based.
    columns : dict of str to array, shape (n,)
        Converted columns by canonical name; unknown ones by their heading.
    findings : list of FindingGroup
    """

    file: str
    sheet: str
    row_numbers: list[int]
    columns: dict[str, Any] = field(default_factory=dict)
    findings: list[FindingGroup] = field(default_factory=list)
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
        places = np.flatnonzero(np.asarray(which, bool)).tolist()
        if not places:
            return
        self.findings.append(
            FindingGroup(
                rule=rule,
                severity=severity,
                column=column,
                message_id=messages[0],
                message_en=messages[1],
                rows=tuple(self.row_numbers[place] for place in places),
                values=tuple(_plain(cells[place]) for place in places),
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

    def read_ahead(self, headings: Sequence[Heading], columns: Sequence[Sequence[object]]) -> None:
        """Read numbers and tell texts apart, each column of text beside the others.

        Parameters
        ----------
        headings : sequence of Heading
        columns : sequence of sequence of object
            Their cells; those of a workbook wait for `add`.
        """

        def read(column: tuple[str | None, TextColumn]) -> tuple[str | None, ReadNumbers | None]:
            name, cells = column
            if _is_number(name):
                return name, read_numbers(cells)
            _ = cells.distinct
            return name, None

        named = zip([one.name for one in headings], columns, strict=True)
        texts = [(name, cells) for name, cells in named if isinstance(cells, TextColumn)]
        self._ahead = {name: found for name, found in side_by_side(read, texts) if found}

    def add(self, heading: Heading, cells: Sequence[object]) -> None:
        """Convert one column and keep it under its canonical name.

        Parameters
        ----------
        heading : Heading
        cells : sequence of object, length n
        """
        name = heading.name or heading.printed
        name = f"{name}_printed" if name in INDEX else name
        meaning = COLUMNS.get(name)
        if meaning is None:
            self.columns[name] = pd.Series(objects(*distinct(cells)), dtype=object)
        elif name in CODED:
            self._labels(name, cells)
        elif meaning.kind == "date":
            self._months(name, cells)
        elif _is_number(name):
            self._numbers(name, cells, _RUPIAH.get(heading.unit or "", 1.0))
        else:
            self._texts(name, cells)

    def _texts(self, name: str, cells: Sequence[object]) -> None:
        values, codes = distinct(cells)
        errors = np.array([is_error(value) for value in values], dtype=np.bool_)
        self.report(
            "error_cell",
            name,
            errors[codes],
            cells,
            (
                "galat lembar kerja; sel dikosongkan",
                "error of the spreadsheet; the cell is left missing",
            ),
        )
        self.columns[name] = pd.Series(
            objects(
                [
                    None if error else _text(value)
                    for value, error in zip(values, errors, strict=True)
                ],
                codes,
            ),
            dtype=object,
        )

    def _labels(self, name: str, cells: Sequence[object]) -> None:
        distinct_cells, codes = distinct(cells)
        values, unknown = read_labels(name, distinct_cells)
        errors = [place for place, cell in enumerate(distinct_cells) if is_error(cell)]
        wrong = np.isin(codes, [*unknown, *errors])
        self.report(
            "unknown_label",
            name,
            wrong,
            cells,
            (
                f"{label(name)} tidak dikenal; sel dikosongkan",
                f"unknown {name}; the cell is left missing",
            ),
        )
        self.columns[name] = pd.Series(objects(values, codes), dtype=object)

    def _months(self, name: str, cells: Sequence[object]) -> None:
        _, year = month_in_name(self.sheet)
        values, codes = distinct(cells)
        months, unread = read_months(values, year=year)
        self.report(
            "unreadable_month",
            name,
            unread[codes],
            cells,
            (
                "bulan tidak terbaca; tulis seperti 2023-12",
                "month cannot be read; write it as 2023-12",
            ),
        )
        self.columns[name] = pd.Series(pd.to_datetime(pd.Series(months, dtype=object)).array[codes])

    def _numbers(self, name: str, cells: Sequence[object], scale: float) -> None:
        found = self._ahead.pop(name, None) or read_numbers(cells)
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
        values = found.values
        if found.other is not None and COLUMNS[name].kind in {"integer", "rupiah"}:
            # a count or an amount is not printed with three decimals
            values = found.other
            self.note(
                "thousands_separator",
                name,
                (
                    "pemisah tiga angka dibaca sebagai ribuan, karena cacah tidak berdesimal",
                    "separators before three digits read as thousands: counts have no decimals",
                ),
            )
        elif found.other is not None:
            self.report(
                "ambiguous_separator",
                name,
                found.undecided,
                cells,
                (
                    "koma/titik dapat berarti desimal atau ribuan; tulis satu angka tanpa pemisah",
                    "separator may be decimal or thousands; write one number without it",
                ),
            )
        if scale != 1:
            self.note(
                "unit_converted",
                name,
                (
                    f"dikalikan {scale:g} menurut satuan kolom",
                    f"times {scale:g}, as the heading says",
                ),
                "info",
            )
        self.columns[name] = pd.Series(values * scale)
        self.columns[f"{name}\0signs"] = found.signs

    def settle_units(self, headings: Mapping[str, Heading], asked: Mapping[str, str]) -> None:
        """Bring the indicators to their canonical units, or leave them out and say why.

        Parameters
        ----------
        headings : mapping of str to Heading
            By canonical name.
        asked : mapping of str to str
            Units given by the caller, by indicator (``"ak"``).
        """
        for name, parts in RATIOS.items():
            if name in self.columns:
                self._settle(name, parts, headings[name].unit, asked.get(name.split("_")[0]))
        for name in [name for name in self.columns if name.endswith("\0signs")]:
            del self.columns[name]

    def _settle(
        self, name: str, parts: Sequence[tuple[str, str]], heading: str | None, asked: str | None
    ) -> None:
        values = self.columns[name].to_numpy(dtype=float)
        canonical = name.split("_")[1]
        decision = decide_unit(
            values,
            canonical=canonical,
            ratio=self._ratio(parts),
            named=named_unit(heading, self.columns[f"{name}\0signs"]),
            asked=asked,
        )
        if decision.unit is None:
            both = ", ".join(decision.candidates)
            short = name.split("_", maxsplit=1)[0]
            self.note(
                "ambiguous_unit",
                name,
                (
                    f"satuan dapat berarti {both}; kolom dikosongkan, beri units={{'{short}': …}}",
                    f"unit may be {both}; the column is left out, give units={{'{short}': …}}",
                ),
                "error",
            )
            self.columns[f"{name}_printed"] = self.columns[name]
            self.columns[name] = pd.Series(np.full(len(values), np.nan))
            return
        if decision.contradicts or (decision.why == "counts" and decision.unit != canonical):
            printed = decision.named or "-"
            self.note(
                "unit_converted",
                name,
                (
                    f"tercetak {printed}, ternyata {decision.unit} ({decision.why})",
                    f"printed as {printed}, is {decision.unit} ({decision.why})",
                ),
            )
        self.columns[name] = pd.Series(to_unit(values, decision.unit, canonical))

    def _ratio(self, parts: Sequence[tuple[str, str]]) -> Any:
        shares = []
        for top, bottom in parts:
            if top not in self.columns or bottom not in self.columns:
                return None
            above = self.columns[top].to_numpy(dtype=float)
            below = self.columns[bottom].to_numpy(dtype=float)
            shares.append(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))
        return np.mean(shares, axis=0)


def _is_number(name: str | None) -> bool:
    """Tell whether a canonical column is one of numbers."""
    kind = COLUMNS[name].kind if name is not None and name in COLUMNS else ""
    return kind in {"integer", "number", "rupiah"} and name not in CODED


def _text(cell: object) -> str | None:
    """Return a code or name as text; a whole number made a float by a spreadsheet loses its .0."""
    if is_blank(cell):
        return None
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | str) else str(value)
