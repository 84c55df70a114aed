"""Columns of cells read as numbers: the decimal sign is decided per column, never per cell."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

import numpy as np

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Decided: TypeAlias = Literal[",", ".", "none", "ambiguous"]

_BLANKS = frozenset(
    [
        "",
        "-",
        "--",
        "---",
        "–",
        "—",
        "−",
        "_",
        ".",
        "..",
        "...",
        "…",
        "n/a",
        "na",
        "n.a",
        "n.a.",
        "nan",
        "null",
        "none",
        "kosong",
        "(kosong)",
        "tidak ada",
        "tidak ada data",
        "t/a",
        "belum ada",
        "belum ada data",
        "rp-",
        "rp -",
        "rp.-",
        "rp. -",
    ]
)
_ERROR = re.compile(
    r"#(?:div/0!|n/a|name\?|null!|num!|ref!|value!|spill!|calc!|getting_data|#+)|err:[0-9]+"
)
_QUOTES = "'\"`´‘’“”"
_SPACES = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")
    | dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", "")
    | {"−": "-"}
)
_LONGEST = 64
_BRACKETS = re.compile(r"((?:rp\.?|idr)?) *\(([^()+-]*)\)((?: *[^0-9.,() -].*)?)")
_CELL = re.compile(
    r"(?P<minus>[+-]?)(?P<money>(?:(?:rp\.?|idr) *)?)(?P<minus2>[+-]?)"
    r"(?P<body>[.,]?[0-9](?:[0-9., ]*[0-9.,])?)(?P<whole>[.,](?:--?|–|=))?"
    r"(?P<gap> *)(?P<sign>%o?|‰|[o°]/(?:oo|00)|0/(?:oo|00)|per[ -]?mil{1,2}e?|promil|persen)?"
)
_WHOLE = r"[0-9]+|[1-9][0-9]{0,2}(?:(?:GROUP[0-9]{3})+|(?: [0-9]{3})+)"
_READINGS = {
    decimal: re.compile(
        rf"(?P<whole>{_WHOLE.replace('GROUP', group)})?(?:{re.escape(decimal)}(?P<part>[0-9]+))?"
    )
    for decimal, group in ((",", r"\."), (".", ","))
}
_PERCENT = frozenset(("%", "persen"))


class _Cell(NamedTuple):
    """What one cell says by itself: its value under either decimal sign, NaN where impossible."""

    comma: float = math.nan
    point: float = math.nan
    kind: Literal["number", "blank", "unreadable", "error", "misprint"] = "number"
    sign: str = ""
    money: bool = False


_BLANK, _UNREADABLE = _Cell(kind="blank"), _Cell(kind="unreadable")
_ERROR_CELL, _MISPRINT = _Cell(kind="error"), _Cell(kind="misprint")


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
    signs : str array, shape (n,)
        ``"%"`` or ``"‰"`` where the cell prints it, else empty; not applied to the value.
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
    signs: NDArray[np.str_]
    misprints: NDArray[np.bool_]
    decimal: Decided
    other: NDArray[np.float64] | None = None

    @property
    def undecided(self) -> NDArray[np.bool_]:
        """Return which cells are numbers whose two readings differ, with nothing to choose by."""
        return np.isnan(self.values) & ~(self.blank | self.unreadable | self.misprints)


def is_blank(cell: object) -> bool:
    """Tell whether a cell holds nothing: empty, NaN, a dash, ``n/a``, ``kosong`` and the like.

    Parameters
    ----------
    cell : object
        A cell as a spreadsheet or a CSV file gives it.

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_blank(cell) for cell in (None, " – ", "Tidak ada", 0, "nihil")]
    [True, True, True, False, False]
    """
    if isinstance(cell, str):
        return _clean(cell) in _BLANKS
    return _native(cell).kind == "blank"


def read_numbers(
    cells: Sequence[object], *, decimal: Literal["auto", ",", "."] = "auto"
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
    native = _all_native(cells)
    if native is not None:
        return native
    known: dict[str, _Cell] = {}
    read = [_read(cell, known) for cell in cells]
    comma, point = (np.array([cell[i] for cell in read], dtype=np.float64) for i in (0, 1))
    kinds = np.array([cell.kind for cell in read], dtype="<U10")
    misprints, errors = kinds == "misprint", kinds == "error"
    decided: Decided
    other = None
    if decimal == "auto":
        money = np.array([cell.money for cell in read], dtype=np.bool_)
        decided, values, other = _decide(comma, point, money)
    else:
        decided, values = decimal, comma if decimal == "," else point
        misprints |= np.isnan(values) & (kinds == "number")
    return ReadNumbers(
        values=values,
        blank=kinds == "blank",
        unreadable=(kinds == "unreadable") | errors,
        error_cells=errors,
        signs=np.array([cell.sign for cell in read], dtype="<U1"),
        misprints=misprints,
        decimal=decided,
        other=other,
    )


def _decide(
    comma: NDArray[np.float64], point: NDArray[np.float64], money: NDArray[np.bool_]
) -> tuple[Decided, NDArray[np.float64], NDArray[np.float64] | None]:
    """Choose the decimal sign of a column, its values, and the other values if none can be chosen.

    `comma` and `point` are the values if that is the decimal sign, NaN where it cannot be; `money`
    marks cells in rupiah, whose open readings count as thousands.
    """
    only_comma, only_point = ~np.isnan(comma) & np.isnan(point), np.isnan(comma) & ~np.isnan(point)
    larger_by_comma, larger_by_point = np.abs(comma) > np.abs(point), np.abs(point) > np.abs(comma)
    differ = larger_by_comma | larger_by_point
    by_money = {",": larger_by_comma & money, ".": larger_by_point & money}
    sure = {sign for sign, cells in ((",", only_comma), (".", only_point)) if cells.any()}
    votes = sure | {sign for sign, cells in by_money.items() if cells.any()}
    if votes == {","}:
        return ",", comma, None
    if votes == {"."}:
        return ".", point, None
    if not votes and not differ.any():
        return "none", comma, None
    undecided = differ
    for sign, opposite in ((",", "."), (".", ",")):
        if opposite not in sure:
            undecided = undecided & ~by_money[sign]
    thousands = np.where(only_point | larger_by_point, point, comma)
    return "ambiguous", np.where(undecided, np.nan, thousands), thousands


def _all_native(cells: Sequence[object]) -> ReadNumbers | None:
    """Read a column of nothing but int, float and None at once; None for any other column."""
    if not set(map(type, cells)) <= {int, float, type(None)}:
        return None
    try:
        values = np.array(cells, dtype=np.float64)
    except OverflowError:
        return None
    unreadable, no = np.isinf(values), np.zeros(len(values), dtype=np.bool_)
    blank = np.isnan(values)
    values[unreadable] = np.nan
    signs = np.zeros(len(values), dtype="<U1")
    return ReadNumbers(values, blank, unreadable, no, signs, no.copy(), "none")


def _read(cell: object, known: dict[str, _Cell]) -> _Cell:
    """Read one cell by itself; each text only once."""
    if not isinstance(cell, str):
        return _native(cell)
    if cell not in known:
        known[cell] = _text(_clean(cell))
    return known[cell]


def _native(cell: object) -> _Cell:
    """Read a cell that is no text."""
    nothing = cell is None or type(cell).__name__ in {"NAType", "NaTType"}
    if nothing or (isinstance(cell, np.datetime64) and np.isnat(cell)):
        return _BLANK
    if isinstance(cell, bool | np.timedelta64) or not isinstance(cell, Real | Decimal):
        return _UNREADABLE
    try:
        value = float(cell)
    except (OverflowError, ValueError):
        return _UNREADABLE
    if math.isnan(value):
        return _BLANK
    return _UNREADABLE if math.isinf(value) else _Cell(value, value)


def _clean(text: str) -> str:
    """Take off what surrounds a number; write every kind of space and minus in one way."""
    return text.translate(_SPACES).strip().strip(_QUOTES).strip().lower()


def _text(text: str) -> _Cell:
    """Read a cleaned text."""
    if text in _BLANKS:
        return _BLANK
    if _ERROR.fullmatch(text):
        return _ERROR_CELL
    if len(text) > _LONGEST:
        return _UNREADABLE
    brackets = _BRACKETS.fullmatch(text)
    if brackets:
        text = "-" + "".join(brackets.groups())
    found = _CELL.fullmatch(text)
    return _number(found) if found else _UNREADABLE


def _number(found: re.Match[str]) -> _Cell:
    """Read the parts of a text that looks like a number."""
    body, sign, money = found["body"], found["sign"] or "", bool(found["money"])
    if (found["minus"] and found["minus2"]) or (sign and (money or found["whole"])):
        return _UNREADABLE
    if (sign.startswith("0") and not found["gap"]) or (money and body[0] in ".,"):
        return _MISPRINT
    negative = "-" in (found["minus"], found["minus2"])
    comma, point = (
        _value(pattern.fullmatch(body), negative=negative, whole=bool(found["whole"]))
        for pattern in _READINGS.values()
    )
    if math.isnan(comma) and math.isnan(point):
        return _MISPRINT
    shown = "" if not sign else "%" if sign in _PERCENT else "‰"
    return _Cell(comma, point, sign=shown, money=money)


def _value(found: re.Match[str] | None, *, negative: bool, whole: bool) -> float:
    """Return the value of one reading; NaN if there is none, or decimals where ``,-`` follows."""
    if found is None or (whole and found["part"]):
        return math.nan
    digits = re.sub(r"[^0-9]", "", found["whole"] or "0")
    value = float(f"{digits}.{found['part'] or 0}")
    return 0.0 - value if negative else value
