"""Numbers that identify persons within the texts of a table: found, and taken out of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.intake.cell_rows import as_column
from kbkresearch.intake.cells import CodedColumn, NumberColumn
from kbkresearch.intake.text_column import TextColumn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Column

_SHORTEST, _LONG = 9, 13  # digits of a telephone number at least, and of any other
_LEAST = 1e8  # whole number of so many digits
_NO_DIGITS = bytes(set(range(256)) - {*b"0123456789", 0})
_NUMBER = re.compile(
    r"(?<![\d.,])(?:"
    r"\d{4}([ .-]?)\d{4}\1\d{4}\1\d{4}"  # population number
    r"|\d{13}"  # card number
    r"|(?:\+?62[ -]?|0)8\d{1,2}[ -]?\d{3,4}[ -]?\d{3,5}"  # telephone
    r")(?!\d)"
)
_LEFT_OVER = " \t\n,;:/()-."


Suspects: TypeAlias = list[tuple[int, object]]


def without_identifiers(
    cells: Column, some: Suspects | None = None
) -> tuple[Column, NDArray[np.bool_]]:
    """Take population numbers, card numbers and telephone numbers out of the texts of a column.

    Parameters
    ----------
    cells : Column, length n
    some : list of (int, object), optional
        Its `suspects`, where they are known.

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
    some = suspects(cells) if some is None else some
    persons = [(place, value) for place, value in some if _holds(value)]
    if not persons:
        return cells, np.zeros(len(cells), dtype=np.bool_)
    values, codes = cells.distinct
    held, rest = np.zeros(len(values), dtype=np.bool_), [*values]
    for place, value in persons:
        held[place], rest[place] = True, _rest(value)
    left, places = as_column(rest).distinct
    return CodedColumn(left, places[codes]), held[codes]


def suspects(cells: Column) -> Suspects:
    """Return the distinct cells whose digits may be those of a person, with their places.

    Examples
    --------
    >>> suspects(CodedColumn(["0205U012", "NIK 3201010101900001", "021-55108844"], np.arange(3)))
    [(1, 'NIK 3201010101900001'), (2, '021-55108844')]
    """
    if isinstance(cells, NumberColumn) and not (cells.values >= _LEAST).any():
        return []
    if isinstance(cells, TextColumn) and cells.most_digits() < _SHORTEST:
        return []
    values = cells.distinct[0]
    texts = list(map(_digits, values))
    digits = "\0".join(texts).encode("utf-8", "replace").translate(None, _NO_DIGITS).split(b"\0")
    if len(digits) != len(texts):  # there is a NUL in a cell
        return [*enumerate(values)]
    if max(map(len, digits)) < _SHORTEST:
        return []
    return [
        (place, values[place])
        for place, one in enumerate(digits)
        if len(one) >= _SHORTEST and (len(one) >= _LONG or b"08" in one or b"62" in one)
    ]


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
    """Return a text or a long whole number as text; empty for any other cell."""
    if isinstance(cell, str):
        return cell
    long = isinstance(cell, int | float) and cell >= _LEAST and cell == cell // 1
    return f"{cell:.0f}" if long else ""
