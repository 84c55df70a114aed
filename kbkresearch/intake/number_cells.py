"""One cell read as a number by itself: its value under either decimal sign, or why it has none."""

from __future__ import annotations

import math
import re
import string
from decimal import Decimal
from numbers import Real
from typing import Literal, NamedTuple, TypeAlias, get_args

import numpy as np

Kind: TypeAlias = Literal["number", "blank", "unreadable", "error", "misprint"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SIGNS = "", "%", "‰"
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
FILLED = frozenset(
    first + second
    for first in string.ascii_letters + string.digits
    for second in string.ascii_letters + string.digits
    if (first + second).lower() not in {word[:2] for word in (*_BLANKS, "err:")}
)  # with none of these does a word for nothing or an error begin
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


class Cell(NamedTuple):
    """What one cell says by itself.

    Attributes
    ----------
    comma, point : float
        Its value if that is the decimal sign; NaN where it cannot be.
    kind : {"number", "blank", "unreadable", "error", "misprint"}
    sign : {"", "%", "‰"}
        The sign printed with it.
    money : bool
        Whether it is an amount in rupiah.
    """

    comma: float = math.nan
    point: float = math.nan
    kind: Kind = "number"
    sign: str = ""
    money: bool = False


_BLANK, _UNREADABLE = Cell(kind="blank"), Cell(kind="unreadable")
_ERROR_CELL, _MISPRINT = Cell(kind="error"), Cell(kind="misprint")


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
        return cell[:2] not in FILLED and _clean(cell) in _BLANKS
    return _native(cell).kind == "blank"


def is_error(cell: object) -> bool:
    """Tell whether a cell holds an error of a spreadsheet, such as ``#DIV/0!`` or ``Err:502``.

    Parameters
    ----------
    cell : object

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_error(cell) for cell in ("#N/A", "n/a", 0)]
    [True, False, False]
    """
    if not isinstance(cell, str) or ("#" not in cell and ":" not in cell):
        return False
    return _ERROR.fullmatch(_clean(cell)) is not None


def read_cell(cell: object) -> Cell:
    """Read one cell by itself.

    Parameters
    ----------
    cell : object
        As a spreadsheet or a text file gives it.

    Returns
    -------
    Cell

    Examples
    --------
    >>> read_cell("1.234")
    Cell(comma=1234.0, point=1.234, kind='number', sign='', money=False)
    """
    return _text(_clean(cell)) if isinstance(cell, str) else _native(cell)


def _native(cell: object) -> Cell:
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
    return _UNREADABLE if math.isinf(value) else Cell(value, value)


def _clean(text: str) -> str:
    """Take off what surrounds a number; write every kind of space and minus in one way."""
    text = text if text.isascii() else text.translate(_SPACES)
    return text.strip().strip(_QUOTES).strip().lower()


def _text(text: str) -> Cell:
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


def _number(found: re.Match[str]) -> Cell:
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
    return Cell(comma, point, sign=shown, money=money)


def _value(found: re.Match[str] | None, *, negative: bool, whole: bool) -> float:
    """Return the value of one reading; NaN if there is none, or decimals where ``,-`` follows."""
    if found is None or (whole and found["part"]):
        return math.nan
    digits = re.sub(r"[^0-9]", "", found["whole"] or "0")
    value = float(f"{digits}.{found['part'] or 0}")
    return 0.0 - value if negative else value
