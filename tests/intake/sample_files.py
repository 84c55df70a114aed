"""Grids of cells as a person types them, written as files: the same bytes every time."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsb_writer import Error, Sheet, write_xlsb

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARK = "DATA SINTETIS – SYNTHETIC DATA"
MADE = dt.datetime(2024, 5, 2, 8, 0, 0)  # noqa: DTZ001 - formats hold local time


@dataclass
class Grid:
    """A sheet: what stands above the headings, the headings, the rows, what stands beneath.

    Each row of `rows` has in `ids` the row of the truth that it prints; None for a row that prints
    none. `gaps` names rows that the file shows and the reader is expected to leave out.
    """

    name: str
    above: list[list[Any]]
    head: list[list[Any]]
    rows: list[list[Any]]
    ids: list[int | None]
    below: list[list[Any]] = field(default_factory=list)
    hidden: bool = False

    def lines(self) -> list[list[Any]]:
        return [*self.above, *self.head, *self.rows, *self.below]

    def place(self, row: int) -> int:
        """Return the row in the file, from 1, of a row of data."""
        return len(self.above) + len(self.head) + row + 1


@dataclass
class Sample:
    """A file to be: its grids, the canonical name of each column (or None) and the truth."""

    file: str
    grids: list[Grid]
    columns: list[str | None]
    truth: pd.DataFrame

    @property
    def ending(self) -> str:
        return Path(self.file).suffix

    def copy(self) -> Sample:
        return Sample(self.file, copy.deepcopy(self.grids), list(self.columns), self.truth)


# files


def write(made: Sample, folder: Path) -> Path:
    """Write a sample in the format of its name; the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / made.file
    WRITERS[made.ending](made, path)
    return path


def _xlsx(made: Sample, path: Path) -> None:
    import xlsxwriter

    options = {
        "default_date_format": "mmm-yy",
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": MARK, "comments": MARK, "created": MADE})
        for one in made.grids:
            sheet = book.add_worksheet(one.name)
            for number, place, cell in _cells(one):
                if isinstance(cell, Error):
                    sheet.write_formula(number, place, f"={cell}", None, str(cell))
                else:
                    sheet.write(number, place, cell)
            for top, left, bottom, right in merged(one):
                sheet.merge_range(top, left, bottom, right, one.lines()[top][left])
            if one.hidden:
                sheet.hide()


def _cells(one: Grid) -> Iterator[tuple[int, int, Any]]:
    """Yield row, column and content of each cell that has one, as Python has it."""
    for number, row in enumerate(one.lines()):
        for place, cell in enumerate(row):
            if cell is not None:
                yield number, place, cell.item() if isinstance(cell, np.generic) else cell


def merged(one: Grid) -> Iterator[tuple[int, int, int, int]]:
    """Yield the headings merged with the empty cells to their right, or else beneath them."""
    if len(one.head) < 2:
        return
    top, (upper, lower) = len(one.above), one.head
    for place, text in enumerate(upper):
        if text is None:
            continue
        last = place
        while last + 1 < len(upper) and upper[last + 1] is None and lower[last + 1] is not None:
            last += 1
        bottom = top + (lower[place] is None)
        if (last, bottom) != (place, top):
            yield top, place, bottom, last


def _xls(made: Sample, path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    dated = xlwt.easyxf(num_format_str="mmm-yy")
    for one in made.grids:
        sheet = book.add_sheet(one.name, cell_overwrite_ok=True)
        sheet.visibility = int(one.hidden)
        for number, place, cell in _cells(one):
            if isinstance(cell, Error):
                sheet.row(number).set_cell_error(place, str(cell))
            elif isinstance(cell, dt.date):
                sheet.write(number, place, cell, dated)
            else:
                sheet.write(number, place, cell)
        for top, left, bottom, right in merged(one):
            sheet.merge(top, bottom, left, right)
    book.save(str(path))


def _xlsb(made: Sample, path: Path) -> None:
    sheets = []
    for number, one in enumerate(made.grids):
        rows: list[list[Any]] = [[None] * len(row) for row in one.lines()]
        for line, place, cell in _cells(one):
            rows[line][place] = cell
        short = number % 2 == 1  # as programs on the web write them
        sheets.append(Sheet(one.name, rows, one.hidden, list(merged(one)), short=short))
    write_xlsb(path, sheets)


def _delimited(made: Sample, path: Path) -> None:
    mark, encoding = (";", "cp1252") if made.ending == ".csv" else ("\t", "utf-16")
    out = io.StringIO(newline="")
    lines = [row for one in made.grids for row in one.lines()]
    width = max(map(len, lines))
    for row in lines:
        cells = [*row, *[None] * (width - len(row))]
        csv.writer(out, delimiter=mark).writerow(["" if cell is None else cell for cell in cells])
    path.write_bytes(out.getvalue().encode(encoding, errors="replace"))


def _frame(made: Sample) -> tuple[pd.DataFrame, dict[str, dict[int, str]]]:
    """Return the first grid as typed columns, with value labels for the coded ones."""
    one = made.grids[0]
    lines = [*one.rows, *one.below]
    names, labels, columns = [str(text) for text in one.head[0]], {}, {}
    for place, name in enumerate(names):
        cells = [row[place] if place < len(row) else None for row in lines]
        kinds = {type(cell) for cell in cells if cell is not None}
        canonical = made.columns[place] if place < len(made.columns) else None
        if len(kinds) > 1 and not kinds <= {int, float}:
            cells = [None if cell is None else str(cell) for cell in cells]
        elif canonical in {"facility_type", "funding_model", "consequence", "service_scope"}:
            texts = sorted({cell for cell in cells if cell is not None})
            labels[name] = dict(enumerate(texts, start=1))
            codes = {text: code for code, text in labels[name].items()}
            cells = [None if cell is None else codes[cell] for cell in cells]
        columns[name] = cells
    return pd.DataFrame(columns), labels


def _sav(made: Sample, path: Path) -> None:
    import pyreadstat

    frame, labels = _plain_names(*_frame(made))
    pyreadstat.write_sav(frame, str(path), file_label=MARK[:60], variable_value_labels=labels)
    data = bytearray(path.read_bytes())
    data[92:109] = b"02 May 2408:00:00"  # date and time of writing
    path.write_bytes(data)


def _plain_names(
    frame: pd.DataFrame, labels: dict[str, dict[int, str]]
) -> tuple[pd.DataFrame, dict[str, dict[int, str]]]:
    """Name columns as SPSS and Stata allow it."""

    def named(text: str) -> str:
        return re.sub(r"\W+", "_", text).strip("_")[:32]

    return frame.rename(columns=named), {named(name): codes for name, codes in labels.items()}


def _dta(made: Sample, path: Path) -> None:
    frame, labels = _plain_names(*_frame(made))
    dates = [name for name in frame if any(isinstance(cell, dt.date) for cell in frame[name])]
    for name in frame:
        if name in dates:
            frame[name] = pd.to_datetime(frame[name])
        elif frame[name].dtype.kind not in "if":
            frame[name] = frame[name].fillna("").astype(object)
    frame.to_stata(
        path,
        write_index=False,
        version=118,
        data_label=MARK,
        time_stamp=MADE,
        value_labels=labels,
        convert_dates=dict.fromkeys(dates, "td"),
    )


def _parquet(made: Sample, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    one = made.grids[0]
    lines = [*one.rows, *one.below]
    arrays = []
    for place, _ in enumerate(one.head[0]):
        cells = [row[place] if place < len(row) else None for row in lines]
        kinds = {type(cell) for cell in cells if cell is not None}
        if len(kinds) > 1 and not kinds <= {int, float}:
            cells = [None if cell is None else str(cell) for cell in cells]
        elif kinds == {int, float}:
            cells = [None if cell is None else float(cell) for cell in cells]
        arrays.append(pa.array(cells))
    table = pa.Table.from_arrays(arrays, names=[str(text) for text in one.head[0]])
    pq.write_table(table.replace_schema_metadata({"title": MARK}), path)


def _ods(made: Sample, path: Path) -> None:
    from odf import dc, meta, table, text
    from odf.opendocument import OpenDocumentSpreadsheet

    book = OpenDocumentSpreadsheet()
    book.meta.addElement(dc.Title(text=MARK))
    book.meta.addElement(meta.CreationDate(text=MADE.isoformat()))
    for one in made.grids:
        sheet = table.Table(name=one.name)
        if one.hidden:
            sheet.setAttribute("stylename", _hidden_style(book))
        for row in one.lines():
            line = table.TableRow()
            for value in row:
                line.addElement(_ods_cell(table, text, value))
            sheet.addElement(line)
        book.spreadsheet.addElement(sheet)
    book.write(io.BytesIO())  # the library declares the names that it has met so far
    book.save(str(path))
    _same_dates(path)


def _hidden_style(book: Any) -> Any:
    from odf.style import Style, TableProperties

    style = Style(name="hidden", family="table")
    style.addElement(TableProperties(display="false"))
    book.automaticstyles.addElement(style)
    return style


def _ods_cell(table: Any, text: Any, value: Any) -> Any:
    if value is None:
        return table.TableCell()
    if isinstance(value, bool):
        return table.TableCell(valuetype="boolean", booleanvalue=str(value).lower())
    if isinstance(value, int | float):
        return table.TableCell(valuetype="float", value=value)
    if isinstance(value, dt.date):
        return table.TableCell(valuetype="date", datevalue=value.isoformat())
    cell = table.TableCell(valuetype="string")
    cell.addElement(text.P(text=str(value)))
    return cell


def _template(made: Sample, path: Path) -> None:
    """Fill the empty workbook that the command writes, in place of its example."""
    import openpyxl

    from kbkresearch.reporting.template import write_template

    write_template(path)
    book = openpyxl.load_workbook(path)
    sheet, (one, *others) = book["data"], made.grids
    sheet.delete_rows(1, sheet.max_row)
    for row in one.lines():
        sheet.append(row)
    sheet.sheet_state = "hidden" if one.hidden else "visible"
    for other in others:
        extra = book[other.name] if other.name in book.sheetnames else book.create_sheet(other.name)
        first = extra.max_row + 2 if extra.max_row > 1 else 1
        for number, row in enumerate(other.lines(), start=first):
            for place, cell in enumerate(row, start=1):
                extra.cell(number, place, cell)
        extra.sheet_state = "hidden" if other.hidden else "visible"
    book.properties.title = book.properties.description = MARK
    book.save(path)
    _same_dates(path)


def _same_dates(path: Path) -> None:
    """Write a zip file again with one date for every part."""
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename in {"docProps/core.xml", "meta.xml"}:
                content = re.sub(
                    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?", b"2024-05-02T08:00:00Z", content
                )
            fixed = zipfile.ZipInfo(entry.filename, MADE.timetuple()[:6])
            fixed.compress_type = entry.compress_type
            new.writestr(fixed, content)
    path.write_bytes(out.getvalue())


def _any_xlsx(made: Sample, path: Path) -> None:
    (_template if made.file == "synthetic-template.xlsx" else _xlsx)(made, path)


WRITERS: dict[str, Callable[[Sample, Path], None]] = {
    ".xlsx": _any_xlsx, ".csv": _delimited, ".txt": _delimited, ".sav": _sav, ".dta": _dta,
    ".parquet": _parquet, ".ods": _ods, ".xls": _xls, ".xlsb": _xlsb,
}  # fmt: skip
