"""Columns of ratios brought to their canonical units, or left out with the question in what unit.

What counts prove comes first. A cell that the file formats as a percentage holds a share; of the
others the caller, the heading or the cells name the unit. Numbers of at most 1 that a reader hands
over without their formats may be shares, so what a heading says does not settle them.
"""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kbkresearch.intake.cells import NumberColumn
from kbkresearch.intake.plausible import RATIOS, ratio_of
from kbkresearch.intake.text_column import TextColumn
from kbkresearch.intake.units import (
    UnitDecision,
    conversion,
    decide_unit,
    hardly_per_cent,
    hardly_shares,
    named_unit,
    open_question,
    other_signs,
    perhaps_shares,
    shown_as_percent,
    to_unit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Column
    from kbkresearch.intake.convert import SheetColumns
    from kbkresearch.intake.looks import Looks
    from kbkresearch.intake.names import Heading

_OTHER_SIGN = (
    "tanda satuannya lain dari sel-sel lain di kolom ini; sel dikosongkan",
    "has another sign of its unit than the rest of the column; the cell is left missing",
)
_SMALL_AMONG_OTHERS = (
    "paling besar 1 dan mungkin proporsi, padahal sel lain di kolom ini bukan; periksa satuannya",
    "is 1 or less, perhaps a share, where others in the column are none; look at its unit",
)
_ASKED_OTHERWISE = (
    "berformat persen di berkas, tetapi dibaca dalam permil sesuai permintaan; periksa satuannya",
    "is formatted as a percentage in the file and read as per mil, as asked for; look at its unit",
)


class Shown(NamedTuple):
    """How the cells of a column are shown.

    Attributes
    ----------
    percent : bool array, shape (n,)
        The file formats the number in the cell as a percentage.
    known : bool array, shape (n,)
        It is known whether it does; of a text it always is.
    """

    percent: NDArray[np.bool_]
    known: NDArray[np.bool_]


class Formats:
    """How the ratios of a sheet are shown; the file is looked into when one is in question.

    Parameters
    ----------
    looks : Looks or None
        None where the kind of file does not tell.
    letters : mapping of str to str
        What stands above each canonical column.
    row_numbers : int array, shape (n,)
        Row of each record in the sheet, 1-based.
    """

    def __init__(
        self, looks: Looks | None, letters: Mapping[str, str], row_numbers: NDArray[np.intp]
    ) -> None:
        self._looks, self._row_numbers = looks, row_numbers
        self._letters = {name: letter for name, letter in letters.items() if is_ratio(name)}

    def shown(self, name: str, cells: Column) -> Shown:
        """Return how the cells of a column are shown.

        Parameters
        ----------
        name : str
            Its canonical name.
        cells : Column, length n

        Returns
        -------
        Shown
        """
        found = self._found.get(self._letters.get(name, ""), {})
        told = [found.get(row) for row in self._row_numbers.tolist()]
        percent = np.array([one is True for one in told], dtype=np.bool_)
        there = np.array([one is not None for one in told], dtype=np.bool_)
        return Shown(percent, there | ~_holds_number(cells))

    @functools.cached_property
    def _found(self) -> Mapping[str, Mapping[int, bool]]:
        return self._looks.percent_cells(self._letters.values()) if self._looks else {}


def is_ratio(name: str) -> bool:
    """Tell whether a column holds ratios, which a sheet may show as percentages."""
    return name in RATIOS or name.endswith("_pct")


def settle_units(
    columns: SheetColumns,
    headings: Mapping[str, Heading],
    asked: Mapping[str, str],
    formats: Formats,
) -> None:
    """Bring the ratios of a sheet to their canonical units, or leave them out and say why.

    Parameters
    ----------
    columns : SheetColumns
    headings : mapping of str to Heading
        By canonical name.
    asked : mapping of str to str
        Units given by the caller, by indicator (``"ak"``).
    formats : Formats
    """
    for name, heading in headings.items():
        if name in RATIOS:
            _Ratio(columns, name, heading, formats).settle(asked.get(name.split("_")[0]))
        elif is_ratio(name) and name in columns.signs:
            _Ratio(columns, name, heading, formats).read_as_named()


class _Ratio:
    """One column of ratios while its unit is settled.

    Parameters
    ----------
    columns : SheetColumns
    name : str
        The column.
    heading : Heading
    formats : Formats
    """

    def __init__(
        self, columns: SheetColumns, name: str, heading: Heading, formats: Formats
    ) -> None:
        self.columns, self.name, self.heading, self.formats = columns, name, heading, formats
        self.canonical = name.rsplit("_", 1)[1]
        self.values: NDArray[np.float64] = columns.columns[name].to_numpy(dtype=float)
        self.signs = columns.signs[name]
        with np.errstate(invalid="ignore"):
            self.small = (self.values > 0) & (self.values <= 1) & (self.signs == 0)
        self.shares = np.zeros(len(self.values), dtype=np.bool_)
        self.unsure = self.shares

    def settle(self, asked: str | None) -> None:
        """Bring an indicator to its canonical unit, or leave it out."""
        named = named_unit(self.heading.unit, self.signs)
        decide = functools.partial(
            decide_unit, canonical=self.canonical, ratio=self._by_counts(), asked=asked
        )
        decision = decide(self.values, named=named)
        if decision.why != "counts" and self.small.any():
            self._look(asked)
            named = named or self._surely_percent()
            decision = self._of_formats(decide(self.rest, named=named))
        if decision.unit is None:
            if np.isfinite(self.values).any():
                self._leave_out(decision)
            return
        if decision.contradicts or decision.unit != self.canonical:
            told = decision.why in {"asked", "named"} and not decision.contradicts
            words = conversion(decision.unit, decision, self.canonical)
            self.columns.note("unit_converted", self.name, words, "info" if told else "warning")
        elif decision.why in {"named", "domain"}:
            self._doubt()
        odd = other_signs(self.signs, self.rest, decision.unit)
        self.columns.report("unit_of_cell", self.name, odd, NumberColumn(self.values), _OTHER_SIGN)
        rest = np.where(odd, np.nan, self.rest) if odd.any() else self.rest
        self._keep(to_unit(rest, decision.unit, self.canonical))

    def read_as_named(self) -> None:
        """Read percentages for which no other unit can be given."""
        if self.small.any():
            self._look(None)
        self._doubt()
        self._keep(self.rest)

    @property
    def rest(self) -> NDArray[np.float64]:
        """Return the values that no format settles; NaN for the others."""
        return np.where(self.shares, np.nan, self.values) if self.shares.any() else self.values

    def _keep(self, rest: NDArray[np.float64]) -> None:
        """Keep the values that no format settles, as they have been converted, and the others."""
        if self.shares.any():
            rest = np.where(self.shares, to_unit(self.values, "share", self.canonical), rest)
        self.columns.columns[self.name] = pd.Series(rest, copy=False)

    def _look(self, asked: str | None) -> None:
        """Look up which cells are formatted as percentages, and say so."""
        shown = self.formats.shown(self.name, self.columns.cells[self.name])
        self.unsure = self.small & ~shown.known
        percent = shown.percent & (np.nan_to_num(self.values) != 0)
        cells = NumberColumn(self.values)
        if asked == "permille":
            self.columns.report(
                "percent_format", self.name, percent, cells, _ASKED_OTHERWISE, "warning"
            )
        elif percent.any():
            self.shares = percent
            mixed = bool((np.nan_to_num(self.rest) != 0).any())
            words = shown_as_percent(self.name, float(self.values[percent][0]), mixed=mixed)
            if mixed:
                self.columns.report("percent_format", self.name, percent, cells, words, "warning")
            else:
                self.columns.note("percent_format", self.name, words, "info")

    def _surely_percent(self) -> str | None:
        """Return the unit of values that are shown as they are and too large to be shares."""
        sure = not self.unsure.any() and hardly_shares(self.name, self.rest)
        return "pct" if sure else None

    def _of_formats(self, decision: UnitDecision) -> UnitDecision:
        """Return the unit that formats leave: none is needed for nothing, none known if unsure."""
        if self.shares.any() and not (np.nan_to_num(self.rest) != 0).any():
            return UnitDecision(self.canonical, "domain", (self.canonical,), None)
        open_to_shares = decision.why == "named" and decision.unit == self.canonical == "pct"
        literal = self.heading.how == "canonical" or bool(np.nanmax(self.rest, initial=0.0) > 1)
        if open_to_shares and self.unsure.any() and not literal:
            return UnitDecision(None, "open", ("pct", "share"), decision.named)
        return decision

    def _leave_out(self, decision: UnitDecision) -> None:
        """Leave out an indicator that can be read in two units."""
        values = self.rest[np.isfinite(self.rest)]
        nonzero = values[values != 0]
        words = open_question(self.name, decision, float(nonzero[0]) if len(nonzero) else None)
        self.columns.note("ambiguous_unit", self.name, words, "error")
        self.columns.columns[f"{self.name}_printed"] = self.columns.columns[self.name]
        self._keep(np.full(len(self.values), np.nan))

    def _doubt(self) -> None:
        """Report percentages that may be shares."""
        settled = (self.signs != 0) | self.shares
        with np.errstate(invalid="ignore"):
            large = bool((self.values > 1).any() or self.shares.any())
        small = self.small & ~settled
        if not large and small.any() and self.heading.how != "canonical":
            hardly = hardly_per_cent(self.name, self.values[small])
            if 2 * hardly.sum() > len(hardly):
                words = perhaps_shares(self.name, float(self.values[small][0]))
                self.columns.note("unit_in_doubt", self.name, words)
        elif large:
            if self.name in RATIOS and not settled.any():
                small &= self.unsure & hardly_per_cent(self.name, self.values)
            self.columns.report(
                "unit_in_doubt", self.name, small, NumberColumn(self.values),
                _SMALL_AMONG_OTHERS, "warning",
            )  # fmt: skip

    def _by_counts(self) -> Any:
        """Return the indicator as a share, as the counts beside it give it, if they are there."""
        scale, parts = RATIOS[self.name]
        counts = {
            one: self.columns.columns[one].to_numpy(dtype=float)
            for one in itertools.chain(*parts)
            if one in self.columns.columns
        }
        ratio = ratio_of(counts, self.name)
        return None if ratio is None else ratio / scale


def _holds_number(cells: Column) -> NDArray[np.bool_]:
    """Return which cells hold a number, not a text."""
    if isinstance(cells, NumberColumn | TextColumn):
        return np.full(len(cells), isinstance(cells, NumberColumn))
    values, codes = cells.distinct
    return np.array([not isinstance(one, str) for one in values], dtype=np.bool_)[codes]
