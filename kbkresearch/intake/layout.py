"""Raw cells to the table in them: which rows are headings, data, totals or something else.

No row vanishes: each row of a sheet is a header row, a row of data, or left out with a reason,
and `every_row_is_accounted_for` checks that. Where it is not certain that a row is no data, it
stays data.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kbkresearch.intake.sheets import RawSheet

_SEARCHED = 100
_LEAST_KNOWN = 2
_UNIT_LINES = 2
_FOOTNOTE_CELLS = 3
_COUNTED = 3
_TOTAL = re.compile(
    r"(?:grand\s+|sub\s*-?\s*)?(?:jumlah|jml|total|subtotal|rata\s*-?\s*rata|rerata|average|mean)"
    r"(?:\s+(?:total|keseluruhan|seluruh(?:nya)?|semua|umum|akhir|rata\s*-?\s*rata))?"
    r"\s*(?:[:=.(].*|\d+|(?:se-?|per\s+)?(?:puskesmas|pkm|klinik|fktp|faskes|dokter|dpp|kabupaten"
    r"|kab|kota|kecamatan|kec|provinsi|prov|cabang|wilayah|zona|bulan|tahun|triwulan|semester"
    r"|januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
    r"|facilities|months?|district)\b.*)?",
    re.IGNORECASE,
)
_FOOTNOTE = re.compile(
    r"(?:sumber|source|catatan|keterangan|ket|notes?|nb|n\.b)\s*\.?\s*(?::.*)?"
    r"|(?:sumber|source)\s.*|\*+\s*\)?.*",
    re.IGNORECASE | re.DOTALL,
)
_UNIT = re.compile(
    r"[(\[]?\s*(?:%|‰|o/oo|per\s*mil+e?|permil|persen|orang|jiwa|peserta|kali|kasus|kunjungan"
    r"|rujukan|rp\.?|rupiah|rp\.?\s*/\s*(?:peserta|kapita|jiwa)|n|people|visits|cases|percent)"
    r"\s*[)\]]?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"[(\[]\s*(?:\d{1,2}|[a-z])\s*[)\]]|[(\[]?\s*\d{1,2}\s*[)\]]?\s*=[\s\d()+\-*/:x×%=]+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:rp\.?)?\s*[-+(]?\s*\d[\d.,\s]*(?:\)|%|‰)?|[-–—]|n/?a", re.IGNORECASE)


@dataclass(frozen=True)
class RawTable:
    """The table found in a sheet, its cells untouched.

    Attributes
    ----------
    file, sheet : str
        Where it was found.
    headings : list of str
        One per column, two-line headings joined by a space; empty for a column that has data and
        no heading. Columns with neither are left out.
    header_rows : tuple of int
        The rows of the headings, counted from 1 as in the file.
    rows : list of list
        The rows of data.
    row_numbers : list of int
        The row of each in the file.
    left_out : list of (int, str)
        Every other row and why: ``"title"``, ``"blank"``, ``"total"``, ``"footnote"``,
        ``"repeated_header"`` or ``"units"``.
    """

    file: str
    sheet: str
    headings: list[str]
    header_rows: tuple[int, ...]
    rows: list[list[object]]
    row_numbers: list[int]
    left_out: list[tuple[int, str]]


def find_table(sheet: RawSheet, known: Callable[[str], bool]) -> RawTable | None:
    """Find the table in a sheet.

    Parameters
    ----------
    sheet : RawSheet
    known : callable
        Whether a text is the heading of a known column.

    Returns
    -------
    RawTable or None
        None if no row has two known headings or more.
    """
    header = _find_header(sheet.rows, functools.cache(known))
    if header is None:
        return None
    first, lines, headings = header
    after = first + lines
    above = _Above(
        [_texts(row) for row in sheet.rows[first:after]],
        {_texts(row) for row in sheet.rows[:first]},
    )
    left_out = [
        (number, "title" if _opening(row) else "blank")
        for number, row in enumerate(sheet.rows[:first], start=1)
    ]
    numbers, rows, units_until = [], [], after + _UNIT_LINES
    for place in range(after, len(sheet.rows)):
        row = sheet.rows[place]
        why = _why_no_data(row, units=place < units_until) or above.again(sheet.rows, place)
        if why == "repeated_header":
            units_until = place + 1 + _UNIT_LINES
        if why is None:
            numbers.append(place + 1)
            rows.append(row)
            units_until = 0
        else:
            left_out.append((place + 1, why))
    kept = [
        column
        for column, name in enumerate(headings)
        if name or any(_text(_cell(row, column)) for row in rows)
    ]
    return RawTable(
        file=sheet.file,
        sheet=sheet.name,
        headings=[headings[column] for column in kept],
        header_rows=tuple(range(first + 1, after + 1)),
        rows=[[_cell(row, column) for column in kept] for row in rows],
        row_numbers=numbers,
        left_out=left_out,
    )


def every_row_is_accounted_for(sheet: RawSheet, table: RawTable) -> bool:
    """Tell whether each row of a sheet is a header row, a row of data or left out, and once.

    Parameters
    ----------
    sheet : RawSheet
    table : RawTable
        What `find_table` found in it.

    Returns
    -------
    bool
    """
    left_out = [number for number, _ in table.left_out]
    seen = sorted([*table.header_rows, *table.row_numbers, *left_out])
    return len(table.rows) == len(table.row_numbers) and seen == [
        number for number, _ in enumerate(sheet.rows, start=1)
    ]


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())


def _texts(row: Sequence[object]) -> tuple[str, ...]:
    return tuple(_text(cell).casefold() for cell in row)


def _opening(row: Sequence[object]) -> str:
    """Return the first text of a row; empty if the row is blank."""
    return next(filter(None, map(_text, row)), "")


def _cell(row: Sequence[object], column: int) -> object:
    return row[column] if column < len(row) else None


def _is_number(cell: object) -> bool:
    """Tell whether a filled cell is a number, a date or a dash, not a word."""
    return not isinstance(cell, str) or _NUMBER.fullmatch(cell.strip()) is not None


def _find_header(
    rows: Sequence[Sequence[object]], known: Callable[[str], bool]
) -> tuple[int, int, list[str]] | None:
    """Return the first header row, the number of its lines and the headings."""
    best: tuple[int, int, int, list[str]] | None = None
    for place, row in enumerate(rows[:_SEARCHED]):
        one = [_text(cell) for cell in row]
        if not any(one):
            continue
        alone = _count(one, known)
        choice = (alone, place, 1, one)
        if place + 1 < len(rows) and not _any_number(rows[place + 1]):
            lower = rows[place + 1]
            two = _joined(row, lower, known)
            both = _count(two, known)
            below = _count(map(_text, lower), known)
            enough = both > max(alone, below) or (both == alone and _spanned(row, lower))
            if enough and not _units(lower):
                choice = (both, place, 2, two)
        if choice[0] >= _LEAST_KNOWN and (best is None or choice[0] > best[0]):
            best = choice
    return None if best is None else best[1:]


def _count(texts: Iterable[str], known: Callable[[str], bool]) -> int:
    return sum(known(text) for text in texts if text and not _is_number(text))


def _any_number(row: Sequence[object]) -> bool:
    return any(_text(cell) and _is_number(cell) for cell in row)


def _spanned(upper: Sequence[object], lower: Sequence[object]) -> bool:
    """Tell whether a lower line stands only under merged cells, some other cells having none."""
    under = [(_text(above), _text(_cell(lower, column))) for column, above in enumerate(upper)]
    spans = any(
        above and below and not right and under_right
        for (above, below), (right, under_right) in itertools.pairwise(under)
    )
    first = next((below for above, below in under if above), "")
    return spans and not first


def _joined(
    upper: Sequence[object], lower: Sequence[object], known: Callable[[str], bool]
) -> list[str]:
    """Join two lines of headings; a merged cell above stands for the empty cells to its right."""
    pairs, span = [], ""
    for column in range(max(len(upper), len(lower))):
        above, below = _text(_cell(upper, column)), _text(_cell(lower, column))
        span = (above or span) if below else ""
        pairs.append((f"{span} {below}" if span and below else above or below, below))
    times = Counter(below for _, below in pairs)
    return [
        below if times[below] == 1 and known(below) and not known(both) else both
        for both, below in pairs
    ]


def _why_no_data(row: Sequence[object], *, units: bool) -> str | None:
    first = _opening(row)
    if not first:
        return "blank"
    if units and _units(row):
        return "units"
    total = _TOTAL.fullmatch(first) is not None
    if not total and _FOOTNOTE.fullmatch(first) is None:
        return None
    others = [cell for cell in row if _text(cell)][1:]
    if total:
        return "total" if all(map(_is_number, others)) else None
    words = not any(map(_is_number, others)) and len(others) < _FOOTNOTE_CELLS
    return "footnote" if words else None


def _units(row: Sequence[object]) -> bool:
    """Tell whether a row holds nothing but units, or nothing but the numbers of the columns."""
    texts = [text for text in map(_text, row) if text]
    if all(_UNIT.fullmatch(text) or _NUMBERED.fullmatch(text) for text in texts):
        return bool(texts)
    plain = [text.removesuffix(".0") for text in texts]
    counted = [str(number) for number, _ in enumerate(texts, start=1)]
    return plain == counted and len(plain) > _COUNTED


class _Above:
    """The titles and the header of a table, to know them where a page break prints them again."""

    def __init__(self, heads: list[tuple[str, ...]], titles: set[tuple[str, ...]]) -> None:
        self.heads, self.titles = heads, titles
        self.openings = {_opening(row).casefold() for row in (*heads, *titles)} - {""}

    def again(self, rows: Sequence[Sequence[object]], place: int) -> str | None:
        """Tell what a row repeats, if it does."""
        if _opening(rows[place]).casefold() not in self.openings:
            return None
        if self._header(rows, place):
            return "repeated_header"
        if _texts(rows[place]) not in self.titles:
            return None
        for later in range(place + 1, len(rows)):
            if _opening(rows[later]) and _texts(rows[later]) not in self.titles:
                return "title" if self._header(rows, later) else None
        return None

    def _header(self, rows: Sequence[Sequence[object]], place: int) -> bool:
        lines = len(self.heads)
        return any(
            [_texts(row) for row in rows[place - line : place - line + lines]] == self.heads
            for line in range(lines)
        )
