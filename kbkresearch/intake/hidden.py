"""Hidden rows and columns of an xlsx worksheet: they are read, and it is said that they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kbkresearch.findings import FindingGroup
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbkresearch.intake.layout import RawTable

_MARK = re.compile(rb"""hidden=["'](?:1|true)["'][^<>]*>""")
_ROW, _COLUMN = (re.compile(rb"<(?:\w+:)?%b\s" % kind) for kind in (b"row", b"col"))
_LONGEST_TAG = 4096
_PLACE = re.compile(rb"""\sr=["'](\d{1,7})["']""")
_SPAN = re.compile(rb"""\s(min|max)=["'](\d{1,7})["']""")
_ROWS = Text(
    "baris tersembunyi di lembar kerja (disaring atau disembunyikan), tetapi tetap dibaca; hapus"
    " barisnya dari berkas bila tidak boleh ikut dihitung",
    "is hidden in the sheet (by a filter or by hand) and was read all the same; delete the row from"
    " the file if it is not to count",
)
_COLUMNS = Text(
    "kolom tersembunyi di lembar kerja, tetapi tetap dibaca: {}; hapus kolomnya dari berkas bila"
    " tidak boleh dipakai",
    "columns hidden in the sheet were read all the same: {}; delete them from the file if they are"
    " not to be used",
)


def hidden_rows(sheet: bytes) -> list[int]:
    """Return the hidden rows of a worksheet.

    Parameters
    ----------
    sheet : bytes
        Its XML.

    Returns
    -------
    list of int
        Counted from 1.

    Examples
    --------
    >>> hidden_rows(b'<row r="2" hidden="1"><c/></row><row r="3" hidden="0"/>')
    [2]
    """
    places = [_PLACE.search(tag) for tag in _hidden(sheet) if _ROW.match(tag)]
    return [int(place[1]) for place in places if place]


def hidden_columns(sheet: bytes) -> list[range]:
    """Return the hidden columns of a worksheet.

    Parameters
    ----------
    sheet : bytes
        Its XML.

    Returns
    -------
    list of range
        Counted from 1.

    Examples
    --------
    >>> hidden_columns(b'<cols><col min="2" max="4" hidden="1"/><col min="5" max="5"/></cols>')
    [range(2, 5)]
    """
    spans = [dict(_SPAN.findall(tag)) for tag in _hidden(sheet) if _COLUMN.match(tag)]
    return [range(int(one[b"min"]), int(one[b"max"]) + 1) for one in spans if len(one) == 2]  # noqa: PLR2004


def _hidden(sheet: bytes) -> Iterator[bytes]:
    """Yield the tags that say that something is hidden."""
    for mark in _MARK.finditer(sheet):
        start = sheet.rfind(b"<", max(mark.start() - _LONGEST_TAG, 0), mark.start())
        if start >= 0:
            yield sheet[start : mark.end()]


def hidden_findings(raw: RawTable) -> list[FindingGroup]:
    """Report which rows of data and which columns of a table are hidden.

    Parameters
    ----------
    raw : RawTable

    Returns
    -------
    list of FindingGroup
    """
    if raw.looks is None or not raw.looks.hides:
        return []
    hidden, spans = raw.looks.hidden()
    data, found = set(raw.row_numbers.tolist()), []
    rows = tuple(row for row in hidden if row in data)
    if rows:
        found.append(
            FindingGroup(
                "hidden_rows", "info", "", _ROWS.id, _ROWS.en, rows, (None,) * len(rows),
                raw.file, raw.sheet,
            )
        )  # fmt: skip
    pairs = zip(raw.headings, raw.letters, strict=True)
    names = [
        f"{heading} ({letter})".strip()
        for heading, letter in pairs
        if any(_number(letter) in span for span in spans)
    ]
    if names:
        listed = ", ".join(names)
        found.append(
            FindingGroup(
                "hidden_columns", "info", "", _COLUMNS.id.format(listed),
                _COLUMNS.en.format(listed), file=raw.file, sheet=raw.sheet,
            )
        )  # fmt: skip
    return found


def _number(letters: str) -> int:
    """Return the number of a column, counted from 1.

    Examples
    --------
    >>> _number("A"), _number("AB")
    (1, 28)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
