"""Raw cells to the table in them: which rows are headings, data, totals or something else.

No row vanishes: each row of a sheet is a header row, a row of data, or left out with a reason,
and `every_row_is_accounted_for` checks that. Where it is not certain that a row is no data, it
stays data. What a row is shows in its first text, so each distinct one is looked at once, and only
rows that may be something else than data are looked at as a whole.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cells import CellRows, Rows, distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kbkresearch.intake.sheets import RawSheet

_SEARCHED = 100
_LEAST_KNOWN = 2
_HEADER_LINES = 3
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
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|disetujui|mengesahkan|disahkan|dibuat\s+oleh|diperiksa\s+oleh"
    r"|penanggung\s*jawab|hormat\s+kami|acknowledged|approved)\b.*"
    r"|(?:a\.?\s*n\.|plt\.|plh\.)\s*[^\W\d].*"
    r"|kepala\s+(?:puskesmas|uptd?|klinik|dinas|cabang|bidang|seksi|tata|faskes|fktp)\b.*"
    r"|(?:nip|nrp)\s*\.?\s*:?[\s\d.\-_…]*"
    r"|[^\W\d][^\d,]*,\s*(?:\d{1,2}[\s\-/.]+)?(?:[^\W\d]+|\d{1,2})[\s\-/.]+\d{4}",
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
        One per column, headings of two or three lines joined by spaces; empty for a column that
        has data and no heading. Columns with neither are left out.
    header_rows : tuple of int
        The rows of the headings, counted from 1 as in the file.
    columns : list of sequence
        The cells of each column, in the rows of data.
    row_numbers : list of int
        The row of each in the file.
    left_out : list of (int, str)
        Every other row and why: ``"title"``, ``"blank"``, ``"total"``, ``"footnote"``,
        ``"signature"``, ``"repeated_header"`` or ``"units"``.
    """

    file: str
    sheet: str
    headings: list[str]
    header_rows: tuple[int, ...]
    columns: list[Sequence[object]]
    row_numbers: list[int]
    left_out: list[tuple[int, str]]

    @property
    def rows(self) -> list[list[object]]:
        """Return the rows of data."""
        if not self.columns:
            return [[] for _ in self.row_numbers]
        return list(map(list, zip(*self.columns, strict=True)))


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
    rows = sheet.rows if isinstance(sheet.rows, Rows) else CellRows(sheet.rows)
    header = _find_header(rows, functools.cache(known))
    if header is None:
        return None
    first, lines, headings = header
    after = first + lines
    why = {place: "title" if _opening(rows[place]) else "blank" for place in range(first)}
    why |= _no_data(rows, first, after)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[:after] = False
    kept[list(why)] = False
    places = np.flatnonzero(kept)
    columns = [
        (name, rows.column(at, places))
        for at, name in enumerate(headings)
        if name or any(map(_text, distinct(rows.column(at, places))[0]))
    ]
    return RawTable(
        file=sheet.file,
        sheet=sheet.name,
        headings=[name for name, _ in columns],
        header_rows=tuple(range(first + 1, after + 1)),
        columns=[cells for _, cells in columns],
        row_numbers=(places + 1).tolist(),
        left_out=[(place + 1, why[place]) for place in sorted(why)],
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
    even = all(len(cells) == len(table.row_numbers) for cells in table.columns)
    return even and seen == list(range(1, len(sheet.rows) + 1))


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


def _find_header(rows: Rows, known: Callable[[str], bool]) -> tuple[int, int, list[str]] | None:
    """Return the first header row, the number of its lines and the headings."""
    best: tuple[int, int, int, list[str]] | None = None
    head = rows[: _SEARCHED + _HEADER_LINES]
    for place in range(min(len(rows), _SEARCHED)):
        lines = head[place : place + _HEADER_LINES]
        if best is not None and _most(lines) <= best[0]:
            continue
        choice = _header_at(lines, known)
        if choice[0] >= _LEAST_KNOWN and (best is None or choice[0] > best[0]):
            best = choice[0], place, *choice[1:]
    return None if best is None else best[1:]


def _most(lines: Sequence[Sequence[object]]) -> int:
    """Return how many headings lines can have at most: the columns with a word in them."""
    return sum(
        any(_text(cell) and not _is_number(cell) for cell in column)
        for column in zip(*lines, strict=True)
    )


def _header_at(
    rows: Sequence[Sequence[object]], known: Callable[[str], bool]
) -> tuple[int, int, list[str]]:
    """Return how many headings are known if a header starts here, its lines and the headings."""
    texts = [list(map(_text, row)) for row in rows]
    alone = _joined(texts[:1], known)
    choice = _count(alone, known), 1, alone
    if not any(alone):
        return choice
    for lines in range(2, len(rows) + 1):
        lower = texts[lines - 1]
        if not any(lower) or _any_number(rows[lines - 1]) or _units(lower):
            break
        both = _joined(texts[:lines], known)
        count = _count(both, known)
        below = max(_count(_joined(texts[start:lines], known), known) for start in range(1, lines))
        one_more = choice[1] == lines - 1 and _spanned(_joined(texts[: lines - 1], known), lower)
        if count > max(choice[0], below) or (count == choice[0] and one_more):
            choice = count, lines, both
    return choice


def _count(texts: Iterable[str], known: Callable[[str], bool]) -> int:
    return sum(known(text) for text in texts if text and not _is_number(text))


def _any_number(row: Sequence[object]) -> bool:
    return any(_text(cell) and _is_number(cell) for cell in row)


def _spanned(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether a lower line stands only under merged cells, some other cells having none."""
    under = list(zip(upper, lower, strict=True))
    spans = any(
        above and below and not right and under_right
        for (above, below), (right, under_right) in itertools.pairwise(under)
    )
    first = next((below for above, below in under if above), "")
    return spans and not first


def _joined(lines: Sequence[Sequence[str]], known: Callable[[str], bool]) -> list[str]:
    """Join lines of headings; a merged cell above stands for the empty cells to its right."""
    if len(lines) == 1:
        return list(lines[0])
    pairs, span = [], ""
    for above, below in zip(lines[0], _joined(lines[1:], known), strict=True):
        span = (above or span) if below else ""
        pairs.append((f"{span} {below}" if span and below else above or below, below))
    times = Counter(below for _, below in pairs)
    return [
        below if times[below] == 1 and known(below) and not known(both) else both
        for both, below in pairs
    ]


def _no_data(rows: Rows, first: int, after: int) -> dict[int, str]:
    """Return the rows below a header that are no data, and what they are."""
    above = _Above(
        [_texts(row) for row in rows[first:after]], {_texts(row) for row in rows[:first]}
    )
    found: dict[int, str] = {}
    units_until = after + _UNIT_LINES
    for place in _suspects(rows, after, above):
        why = _why_no_data(rows[place], units=place < units_until) or above.again(rows, place)
        if why is not None:
            found[place] = why
        if why == "repeated_header":
            units_until = place + 1 + _UNIT_LINES
        elif why is None:
            units_until = 0
    return found | _signatures(rows, after, found)


def _suspects(rows: Rows, after: int, above: _Above) -> list[int]:
    """Return the rows that may be no data, by their first text, and those that follow a header."""
    pending, suspects = np.arange(after, len(rows)), [np.arange(0)]
    for at in range(rows.width):
        values, codes = distinct(rows.column(at, pending))
        texts = list(map(_text, values))
        blank = np.array([not text for text in texts], dtype=np.bool_)
        doubtful = np.array([above.may_be_no_data(text) for text in texts], dtype=np.bool_)
        suspects.append(pending[(doubtful & ~blank)[codes]])
        pending = pending[blank[codes]]
        if not len(pending):
            break
    found = np.concatenate([*suspects, pending])
    near = [found + line for line in range(_UNIT_LINES + 1)]
    places = np.unique(np.concatenate([np.arange(after, after + _UNIT_LINES), *near]))
    return [int(place) for place in places if place < len(rows)]


def _signatures(rows: Rows, after: int, found: Mapping[int, str]) -> dict[int, str]:
    """Return the rows of a signature block: those without numbers at the end, from its mark on."""
    end = len(rows)
    for place in range(len(rows) - 1, max(after, len(rows) - _SEARCHED) - 1, -1):
        row = rows[place]
        if place not in found and _any_number(row) and not _SIGNATURE.fullmatch(_opening(row)):
            break
        if any(_SIGNATURE.fullmatch(_text(cell)) for cell in row):
            end = place
    return {place: "signature" for place in range(end, len(rows)) if place not in found}


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

    def may_be_no_data(self, opening: str) -> bool:
        """Tell whether a row that opens with this text may repeat one of them or sum up others."""
        if opening.casefold() in self.openings:
            return True
        if opening[:1].isdigit():  # as most codes begin, and no word does
            return False
        return bool(_TOTAL.fullmatch(opening) or _FOOTNOTE.fullmatch(opening))

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
