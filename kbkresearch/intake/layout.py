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
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cell_rows import CellRows
from kbkresearch.intake.cells import NumberColumn, Rows
from kbkresearch.intake.headers import (
    LEAST_KNOWN,
    SEARCHED,
    any_number,
    cell_text,
    find_header,
    is_number,
    only_units,
    opening,
    row_texts,
)
from kbkresearch.intake.plain_numbers import plain_numbers
from kbkresearch.intake.text_column import TextColumn
from kbkresearch.intake.totals import TOTAL_BEGINS, in_either_case, is_total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Column
    from kbkresearch.intake.looks import Looks
    from kbkresearch.intake.sheets import RawSheet

_UNIT_LINES = 2
_FOOTNOTE_CELLS = 3
_FOOTNOTE = re.compile(
    r"(?:sumber|source|catatan|keterangan|ket|notes?|nb|n\.b)\s*\.?\s*(?::.*)?"
    r"|(?:sumber|source)\s.*|(?:aturan|rules?)\s*:.*|\*+\s*\)?.*",
    re.IGNORECASE | re.DOTALL,
)
_FOOTNOTE_BEGINS = in_either_case("su so ca ke no nb n. at ru")
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|disetujui|mengesahkan|disahkan|dibuat\s+oleh|diperiksa\s+oleh"
    r"|penanggung\s*jawab|hormat\s+kami|acknowledged|approved)\b.*"
    r"|(?:a\.?\s*n\.|plt\.|plh\.)\s*[^\W\d].*"
    r"|kepala\s+(?:puskesmas|uptd?|klinik|dinas|cabang|bidang|seksi|tata|faskes|fktp)\b.*"
    r"|(?:nip|nrp)\s*\.?\s*:?[\s\d.\-_…]*"
    r"|[^\W\d][^\d,]*,\s*(?:\d{1,2}[\s\-/.]+)?(?:[^\W\d]+|\d{1,2})[\s\-/.]+\d{4}",
    re.IGNORECASE | re.DOTALL,
)


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
    columns : list of Column
        The cells of each column, in the rows of data.
    row_numbers : int array, shape (n,)
        The row of each in the file.
    left_out : list of (int, str)
        Every other row and why: ``"title"``, ``"blank"``, ``"total"``, ``"footnote"``,
        ``"signature"``, ``"repeated_header"``, ``"units"`` or ``"other_table"``, which begins where
        other headings stand among the numbers.
    letters : list of str
        What stands above each column where the file is opened; empty if nothing does.
    titles : list of str
        The texts above the headings.
    shifted, short : list of int
        Rows of data of a delimited text with filled cells beyond those of its headings, and with
        fewer cells than headings: what stands in them may belong to another column.
    looks : Looks, optional
        How the sheet shows its cells, where the format tells it.
    """

    file: str
    sheet: str
    headings: list[str]
    header_rows: tuple[int, ...]
    columns: list[Column]
    row_numbers: NDArray[np.intp]
    left_out: list[tuple[int, str]]
    letters: list[str]
    titles: list[str]
    shifted: list[int]
    short: list[int]
    looks: Looks | None = None

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
    rows, known = sheet.rows, functools.cache(known)
    rows = rows if isinstance(rows, Rows) else CellRows(rows)
    header = find_header(rows, known)
    if header is None:
        return None
    first, lines, headings = header
    after = first + lines
    why = {place: "title" if opening(rows[place]) else "blank" for place in range(first)}
    why |= _no_data(rows, first, after, sum(map(bool, headings)))
    why |= _other_headings(rows, after, headings, known, why)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[:after] = False
    kept[list(why)] = False
    places = np.flatnonzero(kept)
    columns = [
        (at, name, rows.column(at, places))
        for at, name in enumerate(headings)
        if name or any(map(cell_text, rows.column(at, places).distinct[0]))
    ]
    shifted, short = _uneven(rows, range(first, after), headings, places)
    return RawTable(
        file=sheet.file,
        sheet=sheet.name,
        headings=[name for _, name, _ in columns],
        header_rows=tuple(range(first + 1, after + 1)),
        columns=[cells for _, _, cells in columns],
        row_numbers=places + 1,
        left_out=[(place + 1, why[place]) for place in sorted(why)],
        letters=[_letters(at) if sheet.lettered else "" for at, _, _ in columns],
        titles=[text for row in rows[:first] for text in map(cell_text, row) if text],
        shifted=(shifted + 1).tolist(),
        short=(short + 1).tolist(),
        looks=sheet.looks,
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


def _letters(at: int) -> str:
    """Return the letters of a column, counted from 0.

    Examples
    --------
    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _no_data(rows: Rows, first: int, after: int, n_headings: int) -> dict[int, str]:
    """Return the rows below a header that are no data, and what they are."""
    above = _Above(
        [row_texts(row) for row in rows[first:after]], {row_texts(row) for row in rows[:first]}
    )
    found: dict[int, str] = {}
    units_until = after + _UNIT_LINES
    for place in _suspects(rows, after, above):
        headed = n_headings if place < units_until else 0
        why = _why_no_data(rows[place], headed) or above.again(rows, place)
        if why is not None:
            found[place] = why
        if why == "repeated_header":
            units_until = place + 1 + _UNIT_LINES
        elif why is None:
            units_until = 0
    return found | _signatures(rows, after, found)


def _other_headings(
    rows: Rows,
    after: int,
    headings: Sequence[str],
    known: Callable[[str], bool],
    why: Mapping[int, str],
) -> dict[int, str]:
    """Return the rows of another table below, whose headings are known and stand elsewhere."""
    numeric = _by_numbers(rows, after)
    wordy = _without_numbers(rows, after, numeric)
    above = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], enumerate(wordy, after))))
    found: dict[int, str] = {}
    for place in wordy[above:]:  # those before the first number belong to the headings above
        row = {at: text for at, text in enumerate(map(cell_text, rows[place])) if text}
        there = [at for at, text in row.items() if known(text)]
        among = any(at in there for at, share in numeric.items() if share)
        if place in why or len(there) < LEAST_KNOWN or not among:
            continue
        if any(row[at].casefold() not in headings[at].casefold() for at in there):
            later = range(place, len(rows))
            return found | {one: "other_table" for one in later if why.get(one) != "signature"}
        found[place] = "repeated_header"
    return found


def _by_numbers(rows: Rows, after: int) -> dict[int, int]:
    """Return how many of the first rows have a number in each column; most of them first."""
    first = rows[after : after + SEARCHED]
    counts = {
        at: sum(bool(cell_text(row[at])) and is_number(row[at]) for row in first)
        for at in range(rows.width)
    }
    return dict(sorted(counts.items(), key=lambda one: -one[1]))


def _without_numbers(rows: Rows, after: int, columns: Iterable[int]) -> list[int]:
    """Return the rows that have no number in any of some columns."""
    pending = np.arange(after, len(rows))
    for at in columns:
        if not len(pending):
            break
        cells = rows.column(at, pending)
        if isinstance(cells, NumberColumn):
            pending = pending[np.isnan(cells.values)]
            continue
        plain = plain_numbers(cells)[2] if isinstance(cells, TextColumn) else None
        if plain is not None:
            pending = pending[~plain]
            cells = rows.column(at, pending)
        values, codes = cells.distinct
        words = [
            not isinstance(value, float | int) and (not cell_text(value) or not is_number(value))
            for value in values
        ]
        pending = pending[np.array(words, dtype=np.bool_)[codes]]
    return pending.tolist()


def _uneven(
    rows: Rows, header: range, headings: Sequence[str], places: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows of a delimited text with cells beyond the headings, and with too few."""
    lengths = rows.lengths
    if lengths is None:
        return places[:0], places[:0]
    most = max(int(lengths[header].max()), 1)
    least = max((at + 1 for at, name in enumerate(headings) if name), default=0)
    more = [one for one in places[lengths[places] > most] if any(map(cell_text, rows[one][most:]))]
    return np.array(more, dtype=np.intp), places[lengths[places] < least]


def _suspects(rows: Rows, after: int, above: _Above) -> list[int]:
    """Return the rows that may be no data, by their first text, and those that follow a header."""
    pending, suspects = np.arange(after, len(rows)), [np.arange(0)]
    for at in range(rows.width):
        blank, doubtful = above.looked_at(rows.column(at, pending))
        suspects.append(pending[doubtful])
        pending = pending[blank]
        if not len(pending):
            break
    found = np.concatenate([*suspects, pending])
    near = [found + line for line in range(_UNIT_LINES + 1)]
    places = np.unique(np.concatenate([np.arange(after, after + _UNIT_LINES), *near]))
    return [int(place) for place in places if place < len(rows)]


def _signatures(rows: Rows, after: int, found: Mapping[int, str]) -> dict[int, str]:
    """Return the rows of a signature block: those without numbers at the end, from its mark on."""
    end = len(rows)
    for place in range(len(rows) - 1, max(after, len(rows) - SEARCHED) - 1, -1):
        row = rows[place]
        if place not in found and any_number(row) and not _SIGNATURE.fullmatch(opening(row)):
            break
        if any(_SIGNATURE.fullmatch(cell_text(cell)) for cell in row):
            end = place
    return {place: "signature" for place in range(end, len(rows)) if place not in found}


def _why_no_data(row: Sequence[object], n_headings: int) -> str | None:
    """Return what a row is that is no data; it may be units if it stands under some headings."""
    first = opening(row)
    if not first:
        return "blank"
    if n_headings and only_units(row, n_headings):
        return "units"
    total = is_total(first)
    if not total and _FOOTNOTE.fullmatch(first) is None:
        return None
    others = [cell for cell in row if cell_text(cell)][1:]
    if total:
        return "total" if all(map(is_number, others)) else None
    words = not any(map(is_number, others)) and len(others) < _FOOTNOTE_CELLS
    return "footnote" if words else None


class _Above:
    """The titles and the header of a table, to know them where a page break prints them again."""

    def __init__(self, heads: list[tuple[str, ...]], titles: set[tuple[str, ...]]) -> None:
        self.heads, self.titles = heads, titles
        self.openings = {opening(row).casefold() for row in (*heads, *titles)} - {""}
        pairs = " ".join(one[:2] for one in self.openings if len(one) > 1 and one[:2].isalnum())
        self.begins = TOTAL_BEGINS | _FOOTNOTE_BEGINS | in_either_case(pairs)

    def looked_at(self, cells: Column) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which cells are blank, and which may open a row that is no data."""
        if isinstance(cells, NumberColumn) and not any(map(is_number, self.openings)):
            blank = np.isnan(cells.values)
            return blank, np.zeros(len(cells), np.bool_)
        values, codes = cells.distinct
        texts = [cell if isinstance(cell, str) else "" for cell in values]
        data = {pair for pair in {text[:2] for text in texts} if self._opens_data(pair)}
        odd = [place for place, text in enumerate(texts) if text[:2] not in data]
        empty = [place for place in odd if not cell_text(values[place])]
        some = [place for place in odd if self.may_be_no_data(cell_text(values[place]))]
        return np.isin(codes, empty), np.isin(codes, some)

    def _opens_data(self, pair: str) -> bool:
        """Tell whether the first two letters of a cell say that it opens a row of data."""
        return len(pair) > 1 and pair.isascii() and pair.isalnum() and pair not in self.begins

    def may_be_no_data(self, first: str) -> bool:
        """Tell whether a row that opens with this text may repeat one of them or sum up others."""
        if first.casefold() in self.openings:
            return True
        return is_total(first) or _FOOTNOTE.fullmatch(first) is not None

    def again(self, rows: Sequence[Sequence[object]], place: int) -> str | None:
        """Tell what a row repeats, if it does."""
        if opening(rows[place]).casefold() not in self.openings:
            return None
        if self._header(rows, place):
            return "repeated_header"
        if row_texts(rows[place]) not in self.titles:
            return None
        for later in range(place + 1, len(rows)):
            if opening(rows[later]) and row_texts(rows[later]) not in self.titles:
                return "title" if self._header(rows, later) else None
        return None

    def _header(self, rows: Sequence[Sequence[object]], place: int) -> bool:
        lines = len(self.heads)
        return any(
            [row_texts(row) for row in rows[place - line : place - line + lines]] == self.heads
            for line in range(lines)
        )
