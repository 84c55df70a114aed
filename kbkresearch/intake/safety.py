"""What is checked before a parser is handed a file: nothing in it may exhaust time or memory.

What a file inflates to, how far its filled cells reach, whether its XML is proper and whether it is
encrypted. Every refusal names the file and says what to do.
"""

from __future__ import annotations

import functools
import io
import itertools
import re
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.parsers import expat

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake import xlsb
from kbkresearch.intake.plain_sheet import PlainSheet
from kbkresearch.intake.side_by_side import ahead
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1 << 20
MOST_BYTES = 512 * _MIB
RATIO, RATIO_FROM = 200, 64 * _MIB
ROOMY, MOST_CELLS, LEAST_FILLED = 5_000_000, 50_000_000, 0.1
SAVE = Text(
    "Buka dengan program lembar kerja, lalu simpan sebagai .xlsx.",
    "Open it in a spreadsheet program and save it as .xlsx.",
)
SPLIT = Text("Bagi menjadi beberapa berkas.", "Split it.")
_STRAY = Text(
    "Hapus sel-sel yang jauh dari tabel, atau bagi berkasnya.",
    "Delete stray cells far from the table, or split it.",
)
_BOMB = Text("Mungkin bom zip, jadi tidak dibuka.", "It may be a zip bomb and was not opened.")
_XML = {".xml", ".rels"}
_CHUNK, _MOST_AT_ONCE = 1 << 18, 1 << 20
_ROW_END = b"</row>"
_SHEETS = (b"sheetData", b"office:spreadsheet")
_REF = re.compile(r"([A-Za-z]{1,8})(\d{1,12})")
_ERROR_CELL = re.compile(rb"<c\s[^<>]*\st\s*=\s*[\"']e[\"']")
_HIDDEN = b"hidden="
_MANIFEST = "META-INF/manifest.xml"  # of OpenDocument: says which parts are encrypted


def bad(name: str, problem: Text, advice: Text) -> BadArgumentError:
    """Return the error that names a file, its trouble and what to do."""
    both = f"{name} {problem.id}. {advice.id}", f"{name} {problem.en}. {advice.en}"
    return BadArgumentError(Text(*both))


def damaged(name: str, id: str, en: str) -> BadArgumentError:  # noqa: A002 - the language's code
    """Return the error for a damaged file, with what is wrong in it in both languages."""
    return bad(name, Text(f"rusak: {id}", f"is damaged: {en}"), SAVE)


def locked(name: str) -> BadArgumentError:
    """Return the error for a file that is protected by a password."""
    return bad(
        name,
        Text("dilindungi kata sandi", "is protected by a password"),
        Text(
            "Buka, simpan salinannya tanpa kata sandi, lalu baca salinan itu.",
            "Open it, save a copy without one, read that.",
        ),
    )


def too_large(name: str) -> BadArgumentError:
    """Return the error for a file that does not fit into memory."""
    return bad(
        name,
        Text("terlalu besar untuk memori komputer ini", "is too large for this computer's memory"),
        Text("Bagi, lalu baca bagian-bagiannya.", "Split it and read the parts."),
    )


class Extent:
    """How far the filled cells of a workbook reach: the area its reader will allocate.

    Attributes
    ----------
    missed : bool
        Whether the sheet has cells that the reader misses, such as those that hold an error.
    hides : bool
        Whether the sheet may have hidden rows or columns.
    """

    def __init__(self, name: str) -> None:
        self.name, self.area, self.filled = name, 0, 0
        self.start()

    def start(self) -> None:
        """Begin another sheet."""
        self.row = self.column = self._rows = self._columns = self._before = 0
        self._before, self.at, self.missed, self.hides = self.area, (1, 1), False, False

    def cell(self, row: int, column: int) -> None:
        """Count a filled cell (1-based) and refuse the workbook if it reaches too far."""
        row, column = max(row, 1), max(column, 1)
        self.filled += 1
        if row <= self._rows and column <= self._columns:
            return
        self._rows, self._columns = max(self._rows, row), max(self._columns, column)
        self.area = self._before + self._rows * self._columns

    def check(self) -> None:
        """Refuse a workbook that is too large, or large and nearly empty."""
        sparse = self.area > ROOMY and self.filled < LEAST_FILLED * self.area
        if sparse or self.area > MOST_CELLS:
            problem = Text(
                f"mencakup {self.area:_} sel, hanya {self.filled:_} yang terisi: satu lembar sampai"
                f" baris {self._rows:_}, kolom {self._columns:_}".replace("_", "."),
                f"spans {self.area:,} cells of which {self.filled:,} are filled: "
                f"one sheet reaches to row {self._rows:,}, column {self._columns:,}",
            )
            raise bad(self.name, problem, _STRAY)

    def plain(self, sheet: PlainSheet) -> bool:
        """Count a sheet of plain form at once, unless it is so large that it needs a closer look.

        Cells without a value count too, so what is fine here is fine tag by tag.
        """
        area = self._before + sheet.n_rows * sheet.n_columns
        filled = self.filled + sheet.n_filled
        if area > MOST_CELLS or (area > ROOMY and filled < LEAST_FILLED * area):
            return False
        self.area, self.filled = area, filled
        return True

    def tag(self, name: str, attributes: dict[str, str]) -> None:
        """Take a tag of xlsx or ods; any cell counts that may hold something."""
        kind = name.rpartition(":")[2]
        self.hides |= kind in {"row", "col"} and "hidden" in attributes
        if kind == "row":
            given = attributes.get("r", "")
            self.row, self.column = (int(given) if given.isdecimal() else self.row + 1), 0
        elif kind == "c":
            found = _REF.match(attributes.get("r", ""))
            self.column = _letters(found[1]) if found else self.column + 1
            self.at = (int(found[2]) if found else self.row), self.column
            self.missed |= attributes.get("t") == "e"
        elif kind in {"v", "is", "f"}:
            self.cell(*self.at)
        elif kind == "table" and name == "table:table":
            self.check()
            self.start()
        elif kind == "table-row":
            self.row, self.column = self.row + _times(attributes, "rows"), 0
        elif kind in {"table-cell", "covered-table-cell"}:
            self.column += _times(attributes, "columns")
            self.at = self.row, self.column
            if any(key.endswith("value-type") for key in attributes):
                self.cell(*self.at)
        elif name == "text:p" and self.row:
            self.cell(*self.at)

    def xlsb(self, data: bytes) -> None:
        """Take a whole binary sheet."""
        for kind, row, column, _ in xlsb.cells(data):
            self.cell(row + 1, column + 1)
            self.missed |= kind in xlsb.ERRORS or kind in xlsb.PASSED_OVER


@functools.lru_cache(maxsize=1024)
def _letters(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _times(attributes: dict[str, str], what: str) -> int:
    given = attributes.get(f"table:number-{what}-repeated", "").strip()
    return max(int(given[:12]), 1) if given.isdecimal() else 1


class Noted(NamedTuple):
    """The parts of a workbook that are worth a second look.

    Attributes
    ----------
    missed : list of str
        Worksheets of xlsx or xlsb with cells that their reader misses: errors, and cells of xlsb in
        forms of their own.
    hiding : list of str
        Worksheets of xlsx that may have hidden rows or columns.
    """

    missed: list[str]
    hiding: list[str]


def check_zip(name: str, data: bytes) -> Noted:
    """Inflate every entry with a cap and follow its cells before a parser is handed the file.

    Parameters
    ----------
    name : str
        Of the file.
    data : bytes
        A zip archive.

    Returns
    -------
    Noted

    Raises
    ------
    BadArgumentError
        If it is no workbook, or not safe to open.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    if not any(one.startswith("xl/") or one == "content.xml" for one in names):
        raise bad(
            name,
            Text("adalah arsip zip, bukan buku kerja", "is a zip archive, not a workbook"),
            Text(
                "Ekstrak, lalu sebutkan berkas di dalamnya.", "Unpack it and name the file inside."
            ),
        )
    _check_size(name, sum(entry.file_size for entry in entries), len(data))
    extent, total, noted = Extent(name), 0, Noted([], [])
    if any(_encrypted(entry, data) for entry in entries):
        raise locked(name)
    for entry in entries:
        extent.start()
        chunks = functools.partial(_chunks, name, entry, data, total)
        if not _plain(ahead(chunks()), extent):
            _tag_by_tag(name, entry.filename, chunks(), extent)
        total += entry.file_size
        extent.check()
        noted.missed.extend([entry.filename] * extent.missed)
        noted.hiding.extend([entry.filename] * extent.hides)
    return noted


def _encrypted(entry: zipfile.ZipInfo, data: bytes) -> bool:
    """Tell whether an entry is encrypted, or says that others are."""
    told = entry.filename == _MANIFEST and b"encryption-data" in next(_inflate(entry, data), b"")
    return told or bool(entry.flag_bits & 1)


def _plain(chunks: Iterator[bytes], extent: Extent) -> bool:
    """Look over a worksheet of plain form; False if it is none, or has to be looked at closely."""
    first = next(chunks, b"")
    head, opens, rest = first.partition(b"<sheetData>")
    xml, sheet = _parse(_parser(), head + opens), PlainSheet()
    if not opens or xml is None:
        return False
    extent.hides = _HIDDEN in head
    for chunk in itertools.chain([b""], chunks):
        text = rest + chunk
        end = text.rfind(_ROW_END) + len(_ROW_END) if _ROW_END in text else 0
        rows, rest = text[:end], text[end:]
        if not sheet.take(rows):
            return False
        extent.missed |= _has_error(rows)
        extent.hides |= _HIDDEN in rows
        if b"</sheetData>" in rest:
            break
    between, ends, rest = rest.partition(b"</sheetData>")
    if not sheet.take(between) or not ends:
        return False
    for chunk in itertools.chain([ends + rest], chunks):
        xml = _parse(xml, chunk)
    return _parse(xml, b"", last=True) is not None and extent.plain(sheet)


def _has_error(rows: bytes) -> bool:
    """Tell whether a cell in some rows holds an error such as ``#N/A``, by its tag."""
    return b"#" in rows and _ERROR_CELL.search(rows) is not None


def _tag_by_tag(name: str, part: str, chunks: Iterator[bytes], extent: Extent) -> None:
    """Look at any part, whatever it is called and holds."""
    ending, tail = Path(part).suffix.lower(), b""
    proper = ending in _XML
    binary = not proper and "sheets/" in part.lower()
    xml = _parser()
    xml.StartElementHandler = extent.tag
    for chunk in chunks:
        xml = _parse(xml, chunk)
        tail = tail + chunk if binary else tail[-64:] + chunk
        proper = proper or any(word in tail for word in _SHEETS)
        extent.check()
    extent.xlsb(tail if binary else b"")
    if proper and not binary and not _parse(xml, b"", last=True):
        raise damaged(name, f"{part} bukan XML yang benar", f"{part} is not proper XML")


def _chunks(name: str, entry: zipfile.ZipInfo, data: bytes, before: int) -> Iterator[bytes]:
    """Yield the content of an entry, up to what a file of this size may inflate to."""
    size = 0
    for chunk in _inflate(entry, data):
        size += len(chunk)
        _check_size(name, before + size, len(data))
        yield chunk
    if size != entry.file_size:
        part = entry.filename
        raise damaged(name, f"panjang {part} tidak sesuai", f"{part} is not as long as declared")


def _parser() -> Any:
    """Return an XML parser that refuses document types."""
    xml: Any = expat.ParserCreate()
    xml.StartDoctypeDeclHandler = _refuse_doctype
    return xml


def _parse(xml: Any, chunk: bytes, *, last: bool = False) -> Any:
    """Feed a parser; None once the text is no proper XML, on which readers may loop for ever."""
    try:
        if xml is not None:
            xml.Parse(chunk, last)
    except expat.ExpatError:
        return None
    return xml


def _refuse_doctype(*_: object) -> None:
    raise expat.ExpatError("document type")


def _check_size(name: str, inflated: int, packed: int) -> None:
    if inflated > MOST_BYTES or (inflated > RATIO_FROM and inflated > RATIO * packed):
        sizes = f"{inflated // _MIB} MiB", f"{packed / _MIB:.1f} MiB"
        problem = Text(
            "mengembang menjadi {} atau lebih dari {}".format(*sizes),
            "inflates to {} or more from {}".format(*sizes),
        )
        raise bad(name, problem, _BOMB)


def _inflate(entry: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """Yield the content of an entry whatever size it declares."""
    at = entry.header_offset
    if data[at : at + 4] != b"PK\x03\x04":
        raise zipfile.BadZipFile("no local header")
    at += 30 + sum(int.from_bytes(data[at + i : at + i + 2], "little") for i in (26, 28))
    packed = memoryview(data)[at : at + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[i : i + _CHUNK]) for i in range(0, len(packed), _CHUNK))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise zipfile.BadZipFile(f"compression method {entry.compress_type}")
    engine = zlib.decompressobj(-15)
    for start in range(0, len(packed), _CHUNK):
        waiting = bytes(packed[start : start + _CHUNK])
        while waiting and not engine.eof:
            yield engine.decompress(waiting, _MOST_AT_ONCE)
            waiting = engine.unconsumed_tail
    yield engine.flush()
