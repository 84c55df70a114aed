"""Delimited text to rows of cells: what it is encoded in, what delimits it, where each cell is.

Where quotation marks stand around whole cells, as nearly all programs write them, all cells are
found at once; any other text goes through the ``csv`` module. Both give the same rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cell_rows import CellRows
from kbkresearch.intake.cells import Rows, is_range
from kbkresearch.intake.octets import WORD, eight_bytes, words_of
from kbkresearch.intake.safety import SAVE, Extent, bad
from kbkresearch.intake.side_by_side import side_by_side
from kbkresearch.intake.text_column import MOST, TextColumn
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_TABLE = Text(
    "bukan tabel dalam format yang dapat dibaca", "is not a table in any format that can be read"
)
_CHUNK = 1 << 18
_PIECE, _ROWS = 1 << 20, 1 << 12  # bytes, and rows, looked over at a time
_MARKS = "\t;|,"
_QUOTE, _LINE_END = ord('"'), ord("\n")
_JUDGED = 500
_HEAD = 1 << 20


class TextRows(Rows):
    """The rows of a delimited text with quotation marks around whole cells or none.

    Parameters
    ----------
    text : bytes
        UTF-8; its lines end in ``\\n``; no ``\\r`` or NUL is in it.
    delimiter : str
    quoted : bool
        Whether there are quotation marks in it.
    """

    def __init__(self, text: bytes, delimiter: str, *, quoted: bool = False) -> None:
        self._text = text if text.endswith(b"\n") else text + b"\n"
        array = np.frombuffer(self._text, dtype=np.uint8)
        self._bounds, last = _bounds(array, ord(delimiter), quoted=quoted)
        self._before, self._ends = self._bounds[:-1], self._bounds[1:]
        if quoted:
            marks = (array[self._before + 1] == _QUOTE).astype(np.int32)
            self._before, self._ends = self._before + marks, self._ends - marks
        self._first = np.concatenate([[0], last[:-1] + 1])
        self._counts = self.lengths = last - self._first + 1
        self.width = int(self._counts.max())
        # rows of other lengths, and those that would stand before the first and after the last
        self._uneven = np.flatnonzero(np.pad(self._counts, 1) != self.width) - 1
        self._runs: dict[int, list[TextColumn]] = {}
        self._taken: dict[tuple[int, int, int], TextColumn] = {}

    def __len__(self) -> int:
        return len(self._first)

    @property
    def n_cells(self) -> int:
        """Return the number of cells, padding not counted."""
        return len(self._bounds) - 1

    def longer_than(self, most: int) -> bool:
        """Tell whether a cell has more bytes."""
        last = self._bounds[self._first + self._counts]
        rows = np.flatnonzero(np.diff(last, prepend=-1) > most)
        return any(
            int(np.diff(self._bounds[one]).max()) - 1 > most for one in map(self._of, rows.tolist())
        )

    def _of(self, place: int) -> slice:
        """Return the bounds of the cells of a row."""
        return slice(self._first[place], self._first[place] + self._counts[place] + 1)

    def row(self, place: int) -> list[object]:
        """Return one row."""
        cells = self._cells(np.arange(self._first[place], self._first[place] + self._counts[place]))
        return [*cells, *[None] * (self.width - len(cells))]

    def _cells(self, which: NDArray[np.intp]) -> TextColumn:
        """Return some cells, counted through all rows."""
        before, ends = self._before[which], self._ends[which]
        return TextColumn(self._text, before, ends, ends - before - 1)

    def column(self, at: int, places: NDArray[np.intp] | None = None) -> TextColumn:
        """Return the cells of one column, of all rows or of those at `places`."""
        if places is None:
            places = np.arange(len(self))
        first = self._run_of(places)
        if first is None:
            return self._picked(at, places)
        if not is_range(places):
            return self._runs[first][at].take(places - first)
        key = at, int(places[0]), int(places[-1])
        if key not in self._taken:
            rows = slice(key[1] - first, key[2] + 1 - first)
            self._taken[key] = self._runs[first][at].take(rows)
        return self._taken[key]

    def _run_of(self, places: NDArray[np.intp]) -> int | None:
        """Find the columns of the full rows around some; None if one between them is not full."""
        if not len(places):
            return None
        after = int(np.searchsorted(self._uneven, places[0]))
        first, stop = int(self._uneven[after - 1]) + 1, int(self._uneven[after])
        if stop <= places[-1]:
            return None
        if first not in self._runs:
            self._runs[first] = self._columns(first, stop)
        return first

    def _columns(self, first: int, stop: int) -> list[TextColumn]:
        """Return the columns of rows that are all full, found while their text is near."""
        n = stop - first
        cells = slice(self._first[first], self._first[first] + n * self.width)
        before, ends = (one[cells].reshape(n, -1) for one in (self._before, self._ends))
        lengths, heads = (np.empty((self.width, n), kind) for kind in (np.uint8, np.uint64))
        # further words of cells as long as some in the middle, far from headings
        some = slice(n // 2, n // 2 + _ROWS)
        longest = np.minimum(ends[some] - before[some] - 1, MOST).max(axis=0).tolist()
        counts = [max(words_of(one) - 1, 0) for one in longest]
        which = np.repeat(np.arange(self.width), counts)
        ahead = [WORD * place for count in counts for place in range(1, count + 1)]
        further, tails = np.array(ahead, np.int32), np.empty((len(which), n), np.uint64)

        def find(row: int) -> None:
            rows = slice(row, row + _ROWS)
            starts = before[rows] + 1
            lengths[:, rows] = np.minimum(ends[rows] - starts, MOST).T
            heads[:, rows] = eight_bytes(self._text, starts.ravel()).reshape(starts.shape).T
            places = starts[:, which] + further
            tails[:, rows] = eight_bytes(self._text, places.ravel()).reshape(places.shape).T

        side_by_side(find, range(0, n, _ROWS))
        columns = zip(before.T, ends.T, lengths, heads, strict=True)
        return [
            TextColumn(self._text, *one, tails=[*tails[which == at]])
            for at, one in enumerate(columns)
        ]

    def _picked(self, at: int, places: NDArray[np.intp]) -> TextColumn:
        """Return cells of rows that need not follow each other, nor be equally long."""
        there = at < self._counts[places]
        cells = self._cells(np.where(there, self._first[places] + at, 0))
        ends = np.where(there, cells.ends, cells.before + 1)
        return TextColumn(self._text, cells.before, ends, ends - cells.before - 1)


def _bounds(
    text: NDArray[np.uint8], delimiter: int, *, quoted: bool
) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    """Return where all cells end, -1 before the first, and which cells are the last of their rows.

    The places of the latter are those among the cells.
    """
    starts = range(0, len(text), _PIECE)
    marks = [np.count_nonzero(text[at : at + _PIECE] == _QUOTE) if quoted else 0 for at in starts]

    def find(piece_of: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
        start, before = piece_of
        piece = text[start : start + _PIECE]
        bounds = (piece == delimiter) | (piece == _LINE_END)
        if quoted:
            bounds &= np.logical_xor.accumulate(piece == _QUOTE) == bool(before % 2)
        ends = np.flatnonzero(bounds)
        return ends.astype(np.int32) + np.int32(start), np.flatnonzero(piece[ends] == _LINE_END)

    so_far = np.cumsum([0, *marks]).tolist()
    found = side_by_side(find, [*zip(starts, so_far, strict=False)])
    before = np.cumsum([0, *(len(ends) for ends, _ in found)]).tolist()
    last = [lines + n for (_, lines), n in zip(found, before, strict=False)]
    bounds = np.concatenate([np.array([-1], np.int32), *(ends for ends, _ in found)])
    return bounds, np.concatenate(last)


def read_delimited(name: str, data: bytes) -> Rows:
    """Read delimited text.

    Parameters
    ----------
    name : str
        Of the file.
    data : bytes
        UTF-8, UTF-16 or Windows-1252; delimited by comma, semicolon, tab or bar.

    Returns
    -------
    Rows

    Raises
    ------
    BadArgumentError
        If it is no text, or a quotation mark in it does not close.
    """
    text = _utf8(name, data)
    delimiter = _delimiter(text)
    plain = _plain(text, delimiter)
    rows, cells = (plain, plain.n_cells) if plain else _general(name, text, delimiter)
    extent = Extent(name)
    extent.area, extent.filled = len(rows) * max(rows.width, 1), cells + len(rows)
    extent.check()
    return rows


def _plain(text: bytes, delimiter: str) -> TextRows | None:
    """Find all cells of a text at once; None where quotation marks or the like forbid it."""
    quoted, returns = _among(b'"\r', text)
    lines = text.replace(b"\r\n", b"\n") if returns else text
    if not text or (returns and b"\r" in lines):
        return None
    if quoted and not _around_cells(lines, delimiter):
        return None
    rows = TextRows(lines, delimiter, quoted=quoted)
    ends = lines.count(b"\n") + (not lines.endswith(b"\n")) if returns else len(rows)
    within = len(rows) < ends  # a line ends within a cell, where the csv module keeps its sign
    return None if within or rows.longer_than(csv.field_size_limit() - 1) else rows


def _among(signs: bytes, text: bytes) -> list[bool]:
    """Tell which signs are in a text, piece by piece so that it is gone through once."""
    pieces = (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))
    found = [[sign in piece for sign in signs] for piece in pieces]
    return [any(one) for one in zip(*found, strict=True)] or [False] * len(signs)


def _around_cells(text: bytes, delimiter: str) -> bool:
    """Tell whether quotation marks stand around whole cells, and nowhere else."""
    array = np.frombuffer(delimiter.encode() + text + delimiter.encode(), dtype=np.uint8)
    marks = np.flatnonzero(array == _QUOTE)
    sides = np.concatenate([array[marks[::2] - 1], array[marks[1::2] + 1]])
    return len(marks) % 2 == 0 and bool(((sides == ord(delimiter)) | (sides == _LINE_END)).all())


def _general(name: str, text: bytes, delimiter: str) -> tuple[CellRows, int]:
    """Read any text; return its rows and the number of its cells."""
    lines = io.StringIO(text.decode(), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        records = list(reader)
    except csv.Error as error:
        advice = Text(
            'Tulis tanda kutip di dalam sel berkutip dua kali ("").',
            'Write a quotation mark inside a quoted cell twice ("").',
        )
        problem = Text(
            f"memuat tanda kutip yang tidak ditutup, dekat baris {reader.line_num} ({error})",
            f"has a quotation mark that does not close, near line {reader.line_num} ({error})",
        )
        raise bad(name, problem, advice) from None
    width = max(map(len, records), default=0)
    lengths = np.array([len(record) for record in records], dtype=np.intp)
    padded = [[*record, *[""] * (width - len(record))] for record in records]
    return CellRows(padded, lengths), int(np.maximum(lengths, 1).sum())


def _utf8(name: str, data: bytes) -> bytes:
    """Return a text in UTF-8, without a mark of its encoding."""
    half = data[:_CHUNK]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16").encode()
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nulls = half[start::2].count(0)
        if nulls > len(half) // 4 and half[1 - start :: 2].count(0) < nulls // 10:
            return data.decode(encoding).encode()
    decoder, proper = codecs.getincrementaldecoder("utf-8")(), True
    for start in range(0, len(data), _CHUNK):
        piece = data[start : start + _CHUNK]
        if b"\0" in piece:
            raise bad(name, _NO_TABLE, SAVE)
        try:
            proper = proper and decoder.decode(piece, final=start + _CHUNK >= len(data)) is not None
        except UnicodeDecodeError:
            proper = False
    if not proper:
        return data.decode("cp1252", errors="replace").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _delimiter(text: bytes) -> str:
    """Choose the delimiter under which most rows have the same number of cells, above one."""
    named = re.match(rb"sep=([,;\t|])\r?\n", text)
    if named:
        return named[1].decode()
    best, chosen = (0, 0), ","
    for mark in _MARKS:
        widths = _widths(text[:_HEAD], mark)
        if len(widths) < _JUDGED and len(text) > _HEAD:
            widths = _widths(text, mark)
        common = Counter(width for width in widths if width > 1).most_common(1)
        if common and (score := (common[0][1], -widths.index(common[0][0]))) > best:
            best, chosen = score, mark
    return chosen


def _widths(text: bytes, mark: str) -> list[int]:
    """Return the widths of the first rows that are not blank; none if it cannot be read so."""
    widths: list[int] = []
    try:
        lines = io.StringIO(text.decode(errors="ignore"), newline="")
        for record in csv.reader(lines, delimiter=mark):
            widths += [len(record)] if any(record) else []
            if len(widths) == _JUDGED:
                break
    except csv.Error:
        return []
    return widths
