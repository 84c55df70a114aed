"""Delimited text to rows of cells: what it is encoded in, what delimits it, where each cell is.

Where no quotation mark stands in a text, every delimiter and every line end is one, so all cells
are found at once; any other text goes through the ``csv`` module. Both give the same rows.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.intake.cells import PADDING, CellRows, Rows, TextColumn, is_range
from kbkresearch.intake.safety import SAVE, Extent, bad

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 1 << 18
_MARKS = "\t;|,"
_JUDGED = 500
_HEAD = 1 << 20


class TextRows(Rows):
    """The rows of a delimited text without quotation marks.

    Parameters
    ----------
    text : bytes
        UTF-8; its lines end in ``\\n``; no quotation mark, ``\\r`` or NUL is in it.
    delimiter : str
    """

    def __init__(self, text: bytes, delimiter: str) -> None:
        self._text = text + (b"" if text.endswith(b"\n") else b"\n") + bytes(PADDING)
        self._columns: dict[tuple[int, int, int], TextColumn] = {}
        self._known: dict[tuple[int, int, int], NDArray[np.intp]] = {}
        array = np.frombuffer(self._text, dtype=np.uint8)
        ends = np.flatnonzero((array == ord(delimiter)) | (array == ord("\n")))
        last = np.flatnonzero(array[ends] == ord("\n"))
        self._first = np.concatenate([[0], last[:-1] + 1])
        self._counts = self.lengths = last - self._first + 1
        self.width = int(self._counts.max())
        self._bounds = np.concatenate([[-1], ends])

    def __len__(self) -> int:
        return len(self._first)

    @property
    def n_cells(self) -> int:
        """Return the number of cells, padding not counted."""
        return len(self._bounds) - 1

    @property
    def longest(self) -> int:
        """Return the bytes of the longest cell."""
        return int(np.diff(self._bounds).max()) - 1

    def row(self, place: int) -> list[object]:
        """Return one row."""
        first, count = self._first[place], self._counts[place]
        starts, ends = self._bounds[first : first + count] + 1, self._bounds[first + 1 :][:count]
        cells = TextColumn(self._text, starts, ends - starts)
        return [*cells, *[None] * (self.width - len(cells))]

    def column(self, at: int, places: NDArray[np.intp] | None = None) -> TextColumn:
        """Return the cells of one column, of all rows or of those at `places`."""
        if places is None:
            places = np.arange(len(self))
        even = self.n_cells == self.width * len(self)
        if not (even and is_range(places)):
            return self._picked(at, places)
        key = at, int(places[0]), int(places[-1]) + 1
        if key not in self._columns:
            starts = self._ends(*key) + 1
            lengths = self._ends(at + 1, key[1], key[2]) - starts
            self._columns[key] = TextColumn(self._text, starts, lengths)
        return self._columns[key]

    def _ends(self, at: int, start: int, stop: int) -> NDArray[np.intp]:
        """Return where the cells left of a column end, in rows that are all equally long."""
        key = at, start, stop
        if key not in self._known:
            self._known = {one: self._known[one] for one in list(self._known)[-1:]}
            self._known[key] = self._bounds[at :: self.width][start:stop].copy()
        return self._known[key]

    def _picked(self, at: int, places: NDArray[np.intp]) -> TextColumn:
        """Return cells of rows that need not follow each other, nor be equally long."""
        there = at < self._counts[places]
        field = np.where(there, self._first[places] + at, 0)
        starts = self._bounds[field] + 1
        return TextColumn(self._text, starts, np.where(there, self._bounds[field + 1] - starts, 0))


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
    if not text or b'"' in text or b"\0" in text:
        return None
    text = text.replace(b"\r\n", b"\n") if b"\r" in text else text
    rows = None if b"\r" in text else TextRows(text, delimiter)
    return rows if rows is not None and rows.longest < csv.field_size_limit() else None


def _general(name: str, text: bytes, delimiter: str) -> tuple[CellRows, int]:
    """Read any text; return its rows and the number of its cells."""
    lines = io.StringIO(text.decode(), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        records = list(reader)
    except csv.Error as error:
        advice = 'Write a quotation mark inside a quoted cell twice ("").'
        problem = f"has a quotation mark that does not close, near line {reader.line_num} ({error})"
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
    if b"\0" in data:
        raise bad(name, "is not a table in any format that can be read", SAVE)
    try:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
    except UnicodeDecodeError:
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
