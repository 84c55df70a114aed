"""Which cells of an xlsx worksheet are formatted as percentages: they hold shares.

A spreadsheet stores 1.2 % as 0.012 and keeps the percent sign in the style of the cell. Here are
pure functions on the XML of styles and sheets, as it stands in the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_BUILTIN = {"9": "0%", "10": "0.00%"}
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].?|\[[^\]]*\]?', re.DOTALL)
_STYLE = re.compile(rb"""\ss=["'](\d{1,6})["']""")
_KIND = re.compile(rb"""\st=["'](\w+)["']""")
_PLAIN_CELL = rb"""<c( )r="(%b)(\d{1,7})"([^<>]*)>"""  # as most programs write it: found faster
_ANY_CELL = rb"""<(?:\w+:)?c\s((?:[^<>]*\s)?)r=["'](%b)(\d{1,7})["']([^<>]*)>"""


def is_percent(code: str) -> bool:
    """Tell whether a format shows a number as a percentage.

    Parameters
    ----------
    code : str
        Such as ``0.00%``; a percent sign in quotation marks or behind a backslash is only text.

    Returns
    -------
    bool

    Examples
    --------
    >>> [is_percent(code) for code in ("0.00%", "[Red]0%;-0%", '0.0"%"', "0.0\\\\%", "General")]
    [True, True, False, False, False]
    """
    return "%" in _LITERAL.sub("", code)


def percent_styles(styles: bytes) -> list[bool]:
    """Return for each style of cells, by its number, whether it shows percentages.

    Parameters
    ----------
    styles : bytes
        The part of the workbook that holds them.

    Returns
    -------
    list of bool

    Examples
    --------
    >>> percent_styles(b'<s xmlns="x"><cellXfs><xf/><xf numFmtId="10"/></cellXfs></s>')
    [False, True]
    """
    parts = {part.tag.rpartition("}")[2]: part for part in ET.fromstring(styles)}  # noqa: S314
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in parts.get("numFmts", ())}
    codes = _BUILTIN | own
    return [is_percent(codes.get(one.get("numFmtId", ""), "")) for one in parts.get("cellXfs", ())]


def percent_cells(
    sheet: bytes, letters: Collection[str], styles: Sequence[bool]
) -> dict[str, dict[int, bool]]:
    """Return for the cells with numbers in some columns whether they show percentages.

    Parameters
    ----------
    sheet : bytes
        The part of the workbook that holds the sheet.
    letters : collection of str
        Those of the columns.
    styles : sequence of bool
        For each style whether it shows percentages.

    Returns
    -------
    dict of str to dict of int to bool
        By column and row, counted from 1; a cell that holds a text, does not say where it stands
        or has a style that there is not, is absent.

    Examples
    --------
    >>> row = b'<c r="A2" s="1"><v>0.012</v></c><c r="B2"><v>1</v></c><c r="A3" t="s"><v>0</v></c>'
    >>> percent_cells(row, ["A", "B"], [False, True])
    {'A': {2: True}, 'B': {2: False}}
    """
    found: dict[str, dict[int, bool]] = {one: {} for one in letters}
    seen: dict[tuple[bytes, bytes], bool | None] = {}
    if not found:
        return found
    wanted = "|".join(letters).encode()
    cells = re.findall(_PLAIN_CELL % wanted, sheet) or re.findall(_ANY_CELL % wanted, sheet)
    for before, letter, row, after in cells:
        attributes = before, after
        if attributes not in seen:
            seen[attributes] = _shows_percent(b" " + b" ".join(attributes), styles)
        percent = seen[attributes]
        if percent is not None:
            found[letter.decode()][int(row)] = percent
    return found


def _shows_percent(attributes: bytes, styles: Sequence[bool]) -> bool | None:
    """Tell whether a cell shows a percentage; None if it holds no number or its style is none."""
    kind, style = _KIND.search(attributes), _STYLE.search(attributes)
    number = int(style[1]) if style else 0
    if (kind and kind[1] != b"n") or number >= len(styles):
        return None
    return styles[number]
