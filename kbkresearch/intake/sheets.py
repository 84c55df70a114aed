"""Files to raw cells: workbooks, delimited text, SPSS, Stata and Parquet, told by their content.

A file comes from anywhere, so it is checked before a parser sees it: what it inflates to, how far
its cells reach, whether it is encrypted. Every trouble ends in one error that names the file and
says what to do; nothing is repaired here and no cell is interpreted.
"""

from __future__ import annotations

import importlib
import io
import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch.errors import BadArgumentError, KbkError, UnknownNameError
from kbkresearch.intake.binary import check_cells, check_sav, without_panics
from kbkresearch.intake.cell_rows import CellRows
from kbkresearch.intake.delimited import read_delimited
from kbkresearch.intake.error_cells import error_cells
from kbkresearch.intake.looks import looks_of
from kbkresearch.intake.ole import OleFile
from kbkresearch.intake.safety import MOST_BYTES, SAVE, SPLIT, bad, check_zip, locked, too_large
from kbkresearch.intake.xls import check_xls
from kbkresearch.intake.xlsb import spelt_out
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from kbkresearch.intake.cells import Rows
    from kbkresearch.intake.error_cells import ErrorCells
    from kbkresearch.intake.looks import Looks

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_TEXT_ENDINGS = {".csv", ".tsv", ".txt", ".tab", ".prn", ".dat", ""}
_HEAD = 1 << 18
_SHEET = Text("lembar", "sheet")
_FOLDER = (
    Text("adalah folder", "is a folder"),
    Text("Sebutkan satu berkas di dalamnya.", "Name one file in it."),
)
_EMPTY = Text("kosong", "is empty"), Text("Simpan atau unduh lagi.", "Save or download it again.")
_ABSENT, _NO_FILE = Text("tidak ada", "does not exist"), Text("bukan berkas", "is not a plain file")
_CHECK = Text("Periksa tempat dan hak aksesnya.", "Check the path and rights.")
_STATA_MONTH = "%tm"
_LAST_STATA_MONTH = 12 * (2100 - 1960)


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
    rows : sequence of list
        All rows from the first of the file on, equally long; an empty cell is None, one that holds
        an error is its text, such as ``#DIV/0!``.
    lettered : bool
        Whether whoever opens the file sees letters above the columns.
    labels : mapping of str to str
        The label of each variable by its name, where the format has them.
    looks : Looks, optional
        How the sheet shows its cells, where the format tells it.
    """

    file: str
    name: str
    hidden: bool
    rows: Sequence[list[object]]
    lettered: bool = True
    labels: Mapping[str, str] = field(default_factory=dict)
    looks: Looks | None = field(default=None, repr=False, compare=False)


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
            noted = check_zip(place.name, data)
            data = spelt_out(data, noted.missed)
            named, looks = error_cells(data, noted.missed), looks_of(data, noted.hiding)
            found = _workbook(place, data, sheet, lambda _, name: named.get(name, {}))
            return tuple(replace(one, looks=looks.get(one.name)) for one in found)
        if data.startswith(_OLE):
            listed = check_xls(place.name, OleFile(place.name, data).stream(*_STREAMS))
            return _workbook(place, data, sheet, lambda number, _: listed[number])
        if sheet not in {None, place.stem}:
            raise UnknownNameError(_SHEET, sheet, [place.stem])
        typed = _typed(place, data)
        rows, labels = typed or (_text(place, data), {})
    return (RawSheet(place.name, place.stem, False, rows, typed is None, labels),)  # noqa: FBT003


def _typed(place: Path, data: bytes) -> tuple[Rows, dict[str, str]] | None:
    """Read a file whose columns have names and kinds: Parquet, SPSS or Stata; labels too."""
    if data.startswith(b"PAR1"):
        return _parquet(place.name, data), {}
    if data.startswith((b"$FL2", b"$FL3")):
        return _statistics(place, "read_sav", data)
    old = place.suffix.lower() == ".dta" and data[0] in range(0x66, 0x74)
    if old or data.startswith(b"<stata_dta>"):
        return _statistics(place, "read_dta", data)
    return None


def _text(place: Path, data: bytes) -> Rows:
    """Read delimited text."""
    ending = place.suffix.lower()
    if data[:_HEAD].lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        problem = Text(
            "adalah halaman web atau XML, bukan buku kerja", "is a web page or XML, not a workbook"
        )
        raise bad(place.name, problem, SAVE)
    if ending not in _TEXT_ENDINGS:
        problem = Text(
            f"bukan berkas {ending}, atau rusak", f"is not a {ending} file, or is damaged"
        )
        raise bad(place.name, problem, SAVE)
    return read_delimited(place.name, data)


def _load(place: Path) -> bytes:
    try:
        if place.is_dir():
            raise bad(place.name, *_FOLDER)
        if not place.is_file():
            raise bad(str(place), _NO_FILE if place.exists() else _ABSENT, _CHECK)
        if place.stat().st_size > MOST_BYTES:
            most = f"{MOST_BYTES >> 20} MiB"
            raise bad(place.name, Text(f"lebih dari {most}", f"is larger than {most}"), SPLIT)
        data = place.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, KbkError):
            raise
        reason = getattr(error, "strerror", None) or error
        problem = Text(f"tidak dapat dibaca: {reason}", f"cannot be read: {reason}")
        raise bad(str(place), problem, _CHECK) from None
    if data:
        return data
    raise bad(place.name, *_EMPTY)


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
            raise locked(place.name) from None
        if isinstance(error, MemoryError):
            raise too_large(place.name) from None
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        problem = Text(
            f"rusak, atau bukan berkas seperti namanya ({reason})",
            f"is damaged or not what its name says ({reason})",
        )
        raise bad(place.name, problem, SAVE) from None


def _workbook(
    place: Path, data: bytes, wanted: str | None, errors: Callable[[int, str], ErrorCells]
) -> tuple[RawSheet, ...]:
    """Read a workbook; `errors` are the error cells of a sheet, by its number and its name."""
    calamine = importlib.import_module("python_calamine")
    with (
        without_panics(),
        calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book,
    ):
        kinds = (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet)
        listed = [(at, one) for at, one in enumerate(book.sheets_metadata) if one.typ in kinds]
        chosen = [(at, one) for at, one in listed if wanted in {None, one.name}]
        if not chosen and wanted is not None:
            raise UnknownNameError(_SHEET, wanted, [one.name for _, one in listed])
        visible = calamine.SheetVisibleEnum.Visible
        sheets = []
        for at, one in chosen:
            sheet = book.get_sheet_by_name(one.name)
            rows = CellRows(_rows(sheet, errors(at, one.name), place.name, len(data)))
            sheets.append(RawSheet(place.name, one.name, one.visible != visible, rows))
    return tuple(sheets)


def _rows(sheet: Any, errors: ErrorCells, name: str, n_bytes: int) -> Iterator[list[object]]:
    """Return the rows of a sheet from its first row and column on, errors in their places."""
    (_, left), (bottom, right) = (sheet.start, sheet.end) if sheet.start else ((0, 0), (-1, -1))
    rows: Iterator[list[object]] = sheet.iter_rows()
    if not errors:
        return ([*[""] * left, *row] for row in rows) if left else rows
    height = max(bottom, *(row for row, _ in errors)) + 1
    width = max(right, *(column for _, column in errors)) + 1
    check_cells(name, height * width, n_bytes)
    full = itertools.islice(itertools.chain(rows, itertools.repeat([])), height)
    return _with_errors(([*[""] * left, *row] for row in full), width, errors)


def _with_errors(
    rows: Iterable[list[object]], width: int, errors: ErrorCells
) -> Iterator[list[object]]:
    """Yield rows as wide as all, with the texts of error cells, which may lie beyond the others."""
    wrong: dict[int, list[int]] = {}
    for number, column in errors:
        wrong.setdefault(number, []).append(column)
    for number, cells in enumerate(rows):
        cells += [""] * (width - len(cells))  # noqa: PLW2901
        for column in wrong.get(number, ()):
            cells[column] = errors[number, column]
        yield cells


def _statistics(place: Path, reader: str, data: bytes) -> tuple[Rows, dict[str, str]]:
    try:
        package = importlib.import_module("pyreadstat")
    except ImportError:
        raise _needs(place.name, "pyreadstat", "'kbkresearch[spss]'") from None
    if reader == "read_sav":
        check_sav(place.name, data)
    read = getattr(package, reader)
    _, about = read(str(place), metadataonly=True)
    cells = max(about.number_rows or 0, 0) * len(about.column_names)
    check_cells(place.name, cells, len(data))
    frame, _ = read(str(place), apply_value_formats=True, formats_as_category=False)
    for name, shown in about.original_variable_types.items():
        if shown.startswith(_STATA_MONTH) and frame[name].dtype.kind in "if":
            frame[name] = _stata_months(frame[name].to_numpy(dtype=float))
    labels = {str(one): text or "" for one, text in about.column_names_to_labels.items()}
    return _from_columns([(str(name), frame[name].tolist()) for name in frame.columns]), labels


def _stata_months(counted: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return months counted from January 1960 as dates; what cannot be one stays a number.

    Examples
    --------
    >>> _stata_months(np.array([756, np.nan, 202301])).tolist()
    [datetime.date(2023, 1, 1), nan, 202301.0]
    """
    months = counted.astype(object)
    there = (counted >= 0) & (counted < _LAST_STATA_MONTH) & (counted % 1 == 0)
    since = np.datetime64("1960-01") + counted[there].astype(np.int64)
    months[there] = since.astype("datetime64[D]").astype(object)
    return months


def _parquet(name: str, data: bytes) -> Rows:
    try:
        package = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise _needs(name, "pyarrow", "pyarrow") from None
    source = package.ParquetFile(io.BytesIO(data))
    check_cells(name, source.metadata.num_rows * source.metadata.num_columns, len(data))
    table = source.read()
    return _from_columns(
        [(str(one), table.column(i).to_pylist()) for i, one in enumerate(table.column_names)]
    )


def _needs(name: str, package: str, installed_as: str) -> BadArgumentError:
    """Return the error for a file whose reader is not installed."""
    problem = Text(f"memerlukan paket {package}", f"needs the optional package {package}")
    command = f"pip install {installed_as}"
    return bad(name, problem, Text(f"Pasang dengan: {command}", f"Install it with: {command}"))


def _from_columns(columns: list[tuple[str, list[Any]]]) -> Rows:
    body = zip(*(values for _, values in columns), strict=True)
    rows: list[list[object]] = [[name for name, _ in columns]]
    rows += [[None if _absent(value) else value for value in row] for row in body]
    return CellRows(rows)


def _absent(value: object) -> bool:
    try:
        return value is None or bool(value != value)  # noqa: PLR0124
    except (TypeError, ValueError):
        return False
