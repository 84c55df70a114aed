"""Numbers that identify persons within the texts of a table: found, and taken out of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cells import CodedColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Column

_SHORTEST = 9  # digits of a telephone number at least
_NUMBER = re.compile(
    r"(?<![\d.,])(?:"
    r"\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}"  # population number
    r"|\d{13}"  # card number
    r"|(?:\+?62[ -]?|0)8\d{1,2}[ -]?\d{3,4}[ -]?\d{3,5}"  # telephone
    r")(?!\d)"
)
_LEFT_OVER = " \t\n,;:/()-."


def without_identifiers(cells: Column) -> tuple[Column, NDArray[np.bool_]]:
    """Take population numbers, card numbers and telephone numbers out of the texts of a column.

    Parameters
    ----------
    cells : Column, length n

    Returns
    -------
    cells : Column, length n
        The same where nothing is taken out; None where nothing else is in the cell.
    held : bool array, shape (n,)
        Which cells held such a number.

    Examples
    --------
    >>> notes = ["NIK 3201010101900001, baru", "0812-3456-7890", "1.234.567"]
    >>> without_identifiers(CodedColumn(notes, np.arange(3)))[0]
    ['NIK , baru', None, '1.234.567']
    """
    values, codes = cells.distinct
    held = np.array([_holds(value) for value in values], dtype=np.bool_)
    if not held.any():
        return cells, np.zeros(len(cells), dtype=np.bool_)
    rest = [_rest(value) if found else value for value, found in zip(values, held, strict=True)]
    each = {value: code for code, value in enumerate(dict.fromkeys(rest))}
    new_codes = np.array([each[value] for value in rest], dtype=np.intp)
    return CodedColumn([*each], new_codes[codes]), held[codes]


def masked(value: object) -> object:
    """Return a value found in a cell, to be shown, without numbers that identify persons.

    Examples
    --------
    >>> masked("NIK 3201010101900001"), masked("1.234.567"), masked(5)
    ('NIK …', '1.234.567', 5)
    """
    return _NUMBER.sub("…", _digits(value)) if _holds(value) else value


def _holds(cell: object) -> bool:
    """Tell whether a cell holds a number that identifies a person."""
    text = _digits(cell)
    return len(text) >= _SHORTEST and _NUMBER.search(text) is not None


def _rest(cell: object) -> str | None:
    """Return what else is in the cell."""
    return _NUMBER.sub("", _digits(cell)).strip(_LEFT_OVER) or None


def _digits(cell: object) -> str:
    """Return a text or a whole number as text; empty for any other cell."""
    if isinstance(cell, str):
        return cell
    whole = isinstance(cell, int | float) and not isinstance(cell, bool) and cell == cell // 1
    return f"{cell:.0f}" if whole else ""
