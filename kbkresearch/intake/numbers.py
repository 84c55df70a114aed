"""Columns of cells read as numbers: the decimal sign is decided per column, never per cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

import numpy as np

from kbkresearch.errors import UnknownNameError
from kbkresearch.intake.cell_rows import as_column
from kbkresearch.intake.cells import MixedColumn, NumberColumn
from kbkresearch.intake.number_cells import KINDS, SIGNS, is_blank, read_cell
from kbkresearch.intake.plain_numbers import plain_numbers
from kbkresearch.intake.text_column import TextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Column

Decided: TypeAlias = Literal[",", ".", "none", "ambiguous"]
_NUMBER, _BLANK, _UNREADABLE, _ERROR, _MISPRINT = range(len(KINDS))

__all__ = ["ReadNumbers", "is_blank", "read_numbers"]


@dataclass(frozen=True, eq=False)
class ReadNumbers:
    """A column read as numbers; every cell has a value or exactly one reason why it has none.

    Attributes
    ----------
    values : float64 array, shape (n,)
        NaN where the cell is blank, unreadable, misprinted or undecided.
    blank : bool array, shape (n,)
        Nothing was written, or a word or dash for nothing.
    unreadable : bool array, shape (n,)
        Text that is no number, truth values, dates and errors of Excel.
    error_cells : bool array, shape (n,)
        Those of the unreadable ones that are errors of Excel, such as ``#DIV/0!``.
    signs : uint8 array, shape (n,)
        The sign that the cell prints, by its place in `SIGNS`; not applied to the value.
    misprints : bool array, shape (n,)
        Digits that make no number: ``1500/00`` (150 o/oo without its letter), ``1,,5``, ``1.23.4``.
    decimal : {",", ".", "none", "ambiguous"}
        The decimal sign of the column; ``"none"`` where no cell depends on it.
    other : float64 array of shape (n,), or None
        Only where `decimal` is ambiguous: `values`, with the undecided cells read as thousands.
        Their reading as decimals is exactly a thousandth of that.
    """

    values: NDArray[np.float64]
    blank: NDArray[np.bool_]
    unreadable: NDArray[np.bool_]
    error_cells: NDArray[np.bool_]
    signs: NDArray[np.uint8]
    misprints: NDArray[np.bool_]
    decimal: Decided
    other: NDArray[np.float64] | None = None

    @property
    def undecided(self) -> NDArray[np.bool_]:
        """Return which cells are numbers whose two readings differ, with nothing to choose by."""
        return np.isnan(self.values) & ~(self.blank | self.unreadable | self.misprints)


def read_numbers(
    cells: Sequence[object],
    *,
    decimal: Literal["auto", ",", "."] = "auto",
    whole: bool = False,
) -> ReadNumbers:
    """Read a column of cells as numbers.

    Cells that can be read in one way only ("1.234,5", "0,125", "1.234.567") decide for the column.
    An amount in rupiah has no three decimals, so "Rp 4.952" decides too, unless another cell says
    the opposite. Where nothing decides, or cells contradict each other, nothing is guessed.

    Parameters
    ----------
    cells : sequence of object
        As a spreadsheet or a CSV file gives them; int and float are taken as they are.
    decimal : {"auto", ",", "."}
        The decimal sign where it is known. A cell that breaks it is a misprint.
    whole : bool
        Whether the column holds counts: a fraction among them is a slip and decides nothing.

    Returns
    -------
    ReadNumbers

    Raises
    ------
    UnknownNameError
        If `decimal` is none of the three.

    Examples
    --------
    >>> found = read_numbers(["12.345", "1.234,5", "-", "150 o/oo", "1500/00"])
    >>> found.decimal, found.values.tolist()
    (',', [12345.0, 1234.5, nan, 150.0, nan])
    >>> found = read_numbers(["12.000", "7"])
    >>> found.decimal, found.values.tolist(), found.other.tolist()
    ('ambiguous', [nan, 7.0], [12000.0, 7.0])
    """
    if decimal not in ("auto", ",", "."):
        raise UnknownNameError("decimal sign", decimal, ("auto", ",", "."))
    cells = as_column(cells)
    native = _all_native(cells)
    if native is not None:
        return native
    read = _read(cells)
    misprints, errors = read.kinds == _MISPRINT, read.kinds == _ERROR
    decided: Decided
    other = None
    if decimal == "auto":
        decided, values, other = _decide(read.comma, read.point, read.money, whole=whole)
    else:
        decided, values = decimal, read.comma if decimal == "," else read.point
        misprints |= np.isnan(values) & (read.kinds == _NUMBER)
    return ReadNumbers(
        values=values,
        blank=read.kinds == _BLANK,
        unreadable=(read.kinds == _UNREADABLE) | errors,
        error_cells=errors,
        signs=read.signs,
        misprints=misprints,
        decimal=decided,
        other=other,
    )


def _decide(
    comma: NDArray[np.float64],
    point: NDArray[np.float64],
    money: NDArray[np.bool_],
    *,
    whole: bool,
) -> tuple[Decided, NDArray[np.float64], NDArray[np.float64] | None]:
    """Choose the decimal sign of a column, its values, and the other values if none can be chosen.

    `comma` and `point` are the values if that is the decimal sign, NaN where it cannot be; `money`
    marks cells in rupiah, whose open readings count as thousands.
    """
    if comma is point:
        return "none", comma, None
    no_comma, no_point = np.isnan(comma), np.isnan(point)
    only_comma, only_point = comma[no_point & ~no_comma], point[no_comma & ~no_point]
    found = {",": only_comma, ".": only_point}
    sure = {
        sign for sign, one in found.items() if (len(one) if not whole else (one % 1 == 0).any())
    }
    votes, by_money = sure, {}
    if len(sure) != 1 or money.any():
        by_comma, by_point = np.abs(comma), np.abs(point)
        larger_by_comma, larger_by_point = by_comma > by_point, by_point > by_comma
        by_money = {",": larger_by_comma & money, ".": larger_by_point & money}
        votes = sure | {sign for sign, cells in by_money.items() if cells.any()}
    if votes == {","}:
        return ",", comma, None
    if votes == {"."}:
        return ".", point, None
    thousands = np.where(no_comma | larger_by_point, point, comma)
    undecided = larger_by_comma | larger_by_point
    if not votes and not undecided.any():
        return "none", thousands, None
    for sign, opposite in ((",", "."), (".", ",")):
        if opposite not in sure:
            undecided = undecided & ~by_money[sign]
    return "ambiguous", np.where(undecided, np.nan, thousands), thousands


def _all_native(cells: Column) -> ReadNumbers | None:
    """Read a column of nothing but int, float and None at once; None for any other column."""
    values = _native(cells)
    if values is None:
        return None
    unreadable, no = np.isinf(values), np.zeros(len(values), dtype=np.bool_)
    blank = np.isnan(values)
    values[unreadable] = np.nan
    signs = np.zeros(len(values), dtype=np.uint8)
    return ReadNumbers(values, blank, unreadable, no, signs, no.copy(), "none")


def _native(cells: Column) -> NDArray[np.float64] | None:
    """Return a column of nothing but int, float and None as an array, NaN where a cell is empty."""
    if isinstance(cells, NumberColumn):
        return cells.values.copy()
    if isinstance(cells, TextColumn):
        return None
    values, codes = cells.distinct
    if not set(map(type, values)) <= {int, float, type(None)}:
        return None
    try:
        return np.array(values, dtype=np.float64)[codes]
    except OverflowError:
        return None


class _Cells(NamedTuple):
    """What the cells of a column say, each by itself: the fields of `Cell` as arrays."""

    comma: NDArray[np.float64]
    point: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    signs: NDArray[np.uint8]
    money: NDArray[np.bool_]


def _read(cells: Column) -> _Cells:
    """Read cells; those of a plain form by array, of the others each distinct text once."""
    if isinstance(cells, MixedColumn):
        return _among_numbers(cells)
    if not isinstance(cells, TextColumn):
        return _each(cells)
    comma, point, plain = plain_numbers(cells)
    n, rest = len(cells), np.flatnonzero(~plain)
    if len(rest):
        comma, point = comma.copy(), point.copy()
    read = _Cells(comma, point, np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.bool_))
    if len(rest):
        arrays: tuple[NDArray[Any], ...] = read
        for whole, part in zip(arrays, _each(cells.take(rest)), strict=True):
            whole[rest] = part
    return read


def _among_numbers(cells: MixedColumn) -> _Cells:
    """Read floats, which need no reading, and the cells among them."""
    n, endless = len(cells), np.isinf(cells.numbers)
    comma = np.where(endless, np.nan, cells.numbers)
    kinds = np.where(np.isnan(comma), _BLANK, _NUMBER).astype(np.uint8)
    kinds[endless] = _UNREADABLE
    read = _Cells(comma, comma.copy(), kinds, np.zeros(n, np.uint8), np.zeros(n, np.bool_))
    arrays: tuple[NDArray[Any], ...] = read
    for whole, part in zip(arrays, _each(cells.others), strict=True):
        whole[cells.places] = part
    return read


def _each(cells: Column) -> _Cells:
    """Read cells of any kind."""
    values, codes = cells.distinct
    read = list(map(read_cell, values))
    comma, point = (np.array([cell[i] for cell in read], dtype=np.float64) for i in (0, 1))
    kinds = np.array([KINDS.index(cell.kind) for cell in read], dtype=np.uint8)
    signs = np.array([SIGNS.index(cell.sign) for cell in read], dtype=np.uint8)
    money = np.array([cell.money for cell in read], dtype=np.bool_)
    return _Cells(comma[codes], point[codes], kinds[codes], signs[codes], money[codes])
