"""Files to raw cells: workbooks, delimited text, SPSS, Stata and Parquet, told by their content.

A file comes from anywhere, so it is checked before a parser sees it: what it inflates to, how far
its cells reach, whether it is encrypted. Every trouble ends in one error that names the file and
says what to do; nothing is repaired here and no cell is interpreted.
"""

from __future__ import annotations

import csv
import functools
import importlib
import io
import re
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from kbkresearch.errors import BadArgumentError, KbkError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIB = 1 << 20
MOST_BYTES = 512 * _MIB
RATIO, RATIO_FROM = 200, 64 * _MIB
ROOMY, MOST_CELLS, LEAST_FILLED = 5_000_000, 50_000_000, 0.1
_SAVE = "Open it in a spreadsheet program and save it as .xlsx."
_XML = {".xml", ".rels"}
_CHUNK = 1 << 18
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SHEETS = (b"sheetData", b"office:spreadsheet")
_REF = re.compile(r"([A-Za-z]{1,8})(\d{1,12})")
_STRAY = re.compile(rb"(?:\x03\x02\x0e\0|\x7e\x02\x0a\0|\xfd\0\x0a\0)..(..)", re.DOTALL)
_XLS_COLUMNS = 256
_TEXT_ENDINGS = {".csv", ".tsv", ".txt", ".tab", ".prn", ".dat", ""}


@dataclass(frozen=True)
class RawSheet:
    """The cells of one sheet as they stand in the file.

    Attributes
    ----------
    file : str
        Name of the file.
    name : str
        Name of the sheet; of the file without its ending where the format has no sheets.
    hidden : bool
        Whether the workbook hides the sheet.
    rows : list of list
        All rows from the first of the file on, equally long; an empty cell, and a cell that holds
        an error such as ``#DIV/0!``, is None.
    """

    file: str
    name: str
    hidden: bool
    rows: list[list[object]]


def read_sheets(path: str | Path, *, sheet: str | None = None) -> tuple[RawSheet, ...]:
    """Read the raw cells of a file.

    Parameters
    ----------
    path : str or Path
        A workbook (xlsx, xlsm, xls, xlsb, ods), delimited text (comma, semicolon, tab or bar;
        UTF-8, UTF-16 or Windows-1252), an SPSS, Stata or Parquet file. Its content decides.
    sheet : str, optional
        Read this sheet only.

    Returns
    -------
    tuple of RawSheet
        In the order of the workbook.

    Raises
    ------
    BadArgumentError
        If the file cannot be read, is protected by a password, is damaged or is not safe to open.
    UnknownNameError
        If there is no such sheet.
    """
    place = Path(path)
    data = _load(place)
    with _one_error(place):
        if data.startswith(b"PK"):
            _check_zip(place.name, data)
            return _workbook(place, data, sheet)
        if data.startswith(_OLE):
            _check_ole(place.name, data)
            return _workbook(place, data, sheet)
        if sheet not in {None, place.stem}:
            raise UnknownNameError("sheet", sheet, [place.stem])
        rows = _single(place, data)
    return (RawSheet(place.name, place.stem, hidden=False, rows=rows),)


def _single(place: Path, data: bytes) -> list[list[object]]:
    ending = place.suffix.lower()
    if data.startswith(b"PAR1"):
        return _parquet(place.name, data)
    if data.startswith((b"$FL2", b"$FL3")):
        return _statistics(place, "read_sav")
    if data.startswith(b"<stata_dta>") or (ending == ".dta" and data[0] in range(0x66, 0x74)):
        return _statistics(place, "read_dta")
    if data[:_CHUNK].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise _bad(place.name, "is a web page or XML, not a workbook", _SAVE)
    if ending not in _TEXT_ENDINGS:
        raise _bad(place.name, f"is not a {ending} file, or is damaged", _SAVE)
    return _delimited(place.name, data)


def _bad(name: str, problem: str, advice: str) -> BadArgumentError:
    return BadArgumentError(f"{name} {problem}. {advice}")


def _load(place: Path) -> bytes:
    try:
        if place.is_dir():
            raise _bad(place.name, "is a folder", "Name one file in it.")
        if not place.is_file():
            problem = "is not a plain file" if place.exists() else "does not exist"
            raise _bad(str(place), problem, "Check the path.")
        if place.stat().st_size > MOST_BYTES:
            raise _bad(place.name, f"is larger than {MOST_BYTES // _MIB} MiB", "Split it.")
        data = place.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, KbkError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise _bad(str(place), f"cannot be read: {reason}", "Check the path and rights.") from None
    if data:
        return data
    raise _bad(place.name, "is empty", "Save or download it again.")


@contextmanager
def _one_error(place: Path) -> Iterator[None]:
    """Turn whatever a parser raises, panics of native code too, into one error."""
    try:
        yield
    except KbkError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if type(error).__name__ == "PasswordError":
            raise _locked(place.name) from None
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise _bad(place.name, f"is damaged or not what its name says ({reason})", _SAVE) from None


def _locked(name: str) -> BadArgumentError:
    return _bad(name, "is protected by a password", "Open it, save a copy without one, read that.")


def _check_ole(name: str, data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise _locked(name)
    if any(int.from_bytes(one, "little") >= _XLS_COLUMNS for one in _STRAY.findall(data)):
        raise _bad(name, "is damaged: it has cells beyond the last column", _SAVE)


class _Extent:
    """How far the filled cells of a workbook reach: the area its reader will allocate."""

    def __init__(self, name: str) -> None:
        self.name, self.area, self.filled = name, 0, 0
        self.start()

    def start(self) -> None:
        """Begin another sheet."""
        self.row = self.column = self._rows = self._columns = self._before = 0
        self._before, self.at = self.area, (1, 1)

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
            problem = (
                f"spans {self.area:,} cells of which {self.filled:,} are filled: "
                f"one sheet reaches to row {self._rows:,}, column {self._columns:,}"
            )
            raise _bad(self.name, problem, "Delete stray cells far from the table, or split it.")

    def tag(self, name: str, attributes: dict[str, str]) -> None:
        """Take a tag of xlsx or ods; any cell counts that may hold something."""
        kind = name.rpartition(":")[2]
        if kind == "row":
            given = attributes.get("r", "")
            self.row, self.column = (int(given) if given.isdecimal() else self.row + 1), 0
        elif kind == "c":
            found = _REF.match(attributes.get("r", ""))
            self.column = _letters(found[1]) if found else self.column + 1
            self.at = (int(found[2]) if found else self.row), self.column
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
        """Take a whole binary sheet: rows are records 0, cells with a value records 2 to 11."""
        at, row, end = 0, 0, len(data)
        while at < end:
            numbers = []
            for most in (2, 4):
                number = shift = 0
                for _ in range(most):
                    byte = data[at] if at < end else 0
                    at, number, shift = at + 1, number | (byte & 0x7F) << shift, shift + 7
                    if byte < 0x80:  # noqa: PLR2004
                        break
                numbers.append(number)
            first = int.from_bytes(data[at : at + 4], "little")
            if numbers[0] == 0:
                row = first + 1
            elif numbers[0] in range(2, 12):
                self.cell(row, first + 1)
            at += numbers[1]


@functools.lru_cache(maxsize=1024)
def _letters(name: str) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _times(attributes: dict[str, str], what: str) -> int:
    given = attributes.get(f"table:number-{what}-repeated", "").strip()
    return max(int(given[:12]), 1) if given.isdecimal() else 1


def _check_zip(name: str, data: bytes) -> None:
    """Inflate every entry with a cap and follow its cells before a parser is handed the file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
    names = [entry.filename.lower() for entry in entries]
    if not any(one.startswith("xl/") or one == "content.xml" for one in names):
        raise _bad(name, "is a zip archive, not a workbook", "Unpack it and name the file inside.")
    _check_size(name, sum(entry.file_size for entry in entries), len(data))
    extent, total = _Extent(name), 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise _locked(name)
        extent.start()
        ending, inside, tail = Path(entry.filename).suffix.lower(), entry.filename.lower(), b""
        xml: Any = expat.ParserCreate()
        xml.StartDoctypeDeclHandler, xml.StartElementHandler = _refuse_doctype, extent.tag
        size, proper, binary = 0, ending in _XML, ending == ".bin" and "sheets/" in inside
        for chunk in _inflate(entry, data):
            size += len(chunk)
            _check_size(name, total + size, len(data))
            xml = _parse(xml, chunk)
            tail = tail + chunk if binary else tail[-64:] + chunk
            proper = proper or any(word in tail for word in _SHEETS)
            extent.check()
        if size != entry.file_size:
            raise _bad(name, f"is damaged: {entry.filename} is not as long as declared", _SAVE)
        total += size
        extent.xlsb(tail if binary else b"")
        if proper and not binary and not _parse(xml, b"", last=True):
            raise _bad(name, f"is damaged: {entry.filename} is not proper XML", _SAVE)
        extent.check()


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
        problem = f"inflates to {inflated // _MIB} MiB or more from {packed / _MIB:.1f} MiB"
        raise _bad(name, problem, "It may be a zip bomb and was not opened.")


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
            yield engine.decompress(waiting, _CHUNK)
            waiting = engine.unconsumed_tail
    yield engine.flush()


def _workbook(place: Path, data: bytes, wanted: str | None) -> tuple[RawSheet, ...]:
    calamine = importlib.import_module("python_calamine")
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        kinds = (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet)
        listed = [one for one in book.sheets_metadata if one.typ in kinds]
        chosen = [one for one in listed if wanted in {None, one.name}]
        if not chosen and wanted is not None:
            raise UnknownNameError("sheet", wanted, [one.name for one in listed])
        visible = calamine.SheetVisibleEnum.Visible
        sheets = []
        for one in chosen:
            cells = book.get_sheet_by_name(one.name).to_python(skip_empty_area=False)
            rows = [[None if value == "" else value for value in row] for row in cells]
            sheets.append(RawSheet(place.name, one.name, one.visible != visible, rows))
    return tuple(sheets)


def _statistics(place: Path, reader: str) -> list[list[object]]:
    try:
        package = importlib.import_module("pyreadstat")
    except ImportError:
        advice = "Install it with: pip install 'kbkresearch[spss]'"
        raise _bad(place.name, "needs the optional package pyreadstat", advice) from None
    read, extent = getattr(package, reader), _Extent(place.name)
    _, about = read(str(place), metadataonly=True)
    extent.area = extent.filled = max(about.number_rows or 0, 0) * len(about.column_names)
    extent.check()
    frame, _ = read(str(place), apply_value_formats=True, formats_as_category=False)
    return _from_columns([(str(name), frame[name].tolist()) for name in frame.columns])


def _parquet(name: str, data: bytes) -> list[list[object]]:
    try:
        package = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise _bad(name, "needs the package pyarrow", "Install it: pip install pyarrow") from None
    source = package.ParquetFile(io.BytesIO(data))
    extent = _Extent(name)
    extent.area = extent.filled = source.metadata.num_rows * source.metadata.num_columns
    extent.check()
    table = source.read()
    return _from_columns(
        [(str(one), table.column(i).to_pylist()) for i, one in enumerate(table.column_names)]
    )


def _from_columns(columns: list[tuple[str, list[Any]]]) -> list[list[object]]:
    body = zip(*(values for _, values in columns), strict=True)
    rows: list[list[object]] = [[name for name, _ in columns]]
    rows += [[None if value == "" or _absent(value) else value for value in row] for row in body]
    return rows


def _absent(value: object) -> bool:
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):
        return False


def _decode(name: str, data: bytes) -> str:
    half = data[:_CHUNK]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        nulls = half[start::2].count(0)
        if nulls > len(half) // 4 and half[1 - start :: 2].count(0) < nulls // 10:
            return data.decode(encoding)
    if b"\0" in data:
        raise _bad(name, "is not a table in any format that can be read", _SAVE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimited(name: str, data: bytes) -> list[list[object]]:
    text = _decode(name, data)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    extent, records = _Extent(name), []
    try:
        for number, record in enumerate(reader, start=1):
            extent.cell(number, max(len(record), 1))
            extent.filled += len(record)
            extent.check()
            records.append(record)
    except csv.Error as error:
        advice = 'Write a quotation mark inside a quoted cell twice ("").'
        problem = f"has a quotation mark that does not close, near line {reader.line_num} ({error})"
        raise _bad(name, problem, advice) from None
    width = max((len(record) for record in records), default=0)
    empty: list[object] = [None] * width
    return [[*(one or None for one in record), *empty[len(record) :]] for record in records]


def _delimiter(text: str) -> str:
    """Choose the delimiter under which most rows have the same number of cells, above one."""
    named = re.match(r"sep=([,;\t|])\r?\n", text)
    if named:
        return named[1]
    best, chosen = (0, 0), ","
    for mark in "\t;|,":
        widths = []
        try:
            for record in csv.reader(io.StringIO(text, newline=""), delimiter=mark):
                widths += [len(record)] if any(record) else []
                if len(widths) == 500:  # noqa: PLR2004
                    break
        except csv.Error:
            continue
        common = Counter(width for width in widths if width > 1).most_common(1)
        if common and (score := (common[0][1], -widths.index(common[0][0]))) > best:
            best, chosen = score, mark
    return chosen
