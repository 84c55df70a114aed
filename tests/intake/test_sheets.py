"""Raw cells of real files in every format, and files that want to do harm."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import re
import struct
import time
import zipfile
import zlib

import msoffcrypto.format.ooxml
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from fuzz import survives
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.intake import sheets as module
from kbkresearch.intake.sheets import RawSheet, read_sheets

ROWS = [["Kode PPK", "Nama", "Kontak"], ["0205U012", "Kampak", 812.5], ["0138U020", None, 90.0]]
TEXT_ROWS = [[cell if cell is None else str(cell) for cell in row] for row in ROWS]


def write_xlsx(target, rows=ROWS, names=("Januari 23",), cells=()):
    with xlsxwriter.Workbook(target) as book:
        for name in names:
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
            for row, column, value in cells:
                sheet.write(row, column, value)
    return target


def workbook(**options):
    return write_xlsx(io.BytesIO(), **options).getvalue()


def edited(data, change, part="sheet1.xml"):
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith(part) else content)
    return out.getvalue()


def refused(path, data, match):
    path.write_bytes(data)
    start = time.monotonic()
    with pytest.raises(BadArgumentError, match=match) as caught:
        read_sheets(path)
    assert path.name in str(caught.value)
    assert time.monotonic() - start < 10
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


# what is read


def test_xlsx_with_a_hidden_sheet(tmp_path):
    path = tmp_path / "capaian.xlsx"
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active.title = "Januari 23"
    book.create_sheet("Februari")["B2"] = "x"
    book["Februari"].sheet_state = "hidden"
    book.save(path)
    first, second = read_sheets(path)
    assert first == RawSheet("capaian.xlsx", "Januari 23", hidden=False, rows=ROWS)
    assert second.hidden
    assert second.rows == [[None, None], [None, "x"]]
    assert read_sheets(str(path), sheet="Februari") == (second,)
    with pytest.raises(UnknownNameError, match=r"'Febuari'.*Did you mean 'Februari'"):
        read_sheets(path, sheet="Febuari")


def test_cells_keep_their_kind(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append([dt.date(2023, 1, 1), True, 3, "007", "", "=1/0"])
    book.save(path)
    (sheet,) = read_sheets(path)
    assert sheet.rows[0][1:4] == [True, 3, "007"]
    assert sheet.rows[0][0] == dt.date(2023, 1, 1)
    assert set(sheet.rows[0][4:]) <= {None}


def test_the_content_decides_not_the_ending(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(workbook())
    assert read_sheets(path)[0].rows == ROWS
    path = tmp_path / "b.csv"
    path.write_bytes(workbook())
    assert read_sheets(path)[0].rows == ROWS


def test_ods(tmp_path):
    pytest.importorskip("odf")
    path = tmp_path / "a.ods"
    pd.DataFrame(ROWS).to_excel(path, engine="odf", header=False, index=False)
    assert read_sheets(path)[0].rows == ROWS


@pytest.mark.parametrize("mark", list(",;\t|"))
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_delimited_text(tmp_path, mark, encoding):
    rows = [["Kode", "Nama", "AK"], ["0205", 'Klinik "Sé"\nBaru' + mark, "151"], ["0138", "", "8"]]
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    text = "\r\n".join(mark.join(row) for row in quoted) + "\r\n\r\n"
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode(encoding))
    (sheet,) = read_sheets(path)
    assert sheet.name == "data"
    assert sheet.rows == [[cell or None for cell in row] for row in rows] + [[None] * 3]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("ak;rrns\n1,5;2,5\n3,5;4,5\n", [["ak", "rrns"], ["1,5", "2,5"], ["3,5", "4,5"]]),
        ("sep=;\na;b\n1,2;3\n", [["sep=", None], ["a", "b"], ["1,2", "3"]]),
        (
            "Rekap, 2023\n\na;b;c\n1;2;3\n",
            [["Rekap, 2023", None, None], [None] * 3, [*"abc"], [*"123"]],
        ),
        ("ak\n15\n\n3\n", [["ak"], ["15"], [None], ["3"]]),
        ("a,b\n1\n1,2,3\n", [["a", "b", None], ["1", None, None], ["1", "2", "3"]]),
    ],
)
def test_the_delimiter_is_the_one_that_makes_a_table(tmp_path, text, rows):
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert read_sheets(path)[0].rows == rows


def test_a_sheet_of_text_is_called_like_the_file(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert len(read_sheets(path, sheet="data")) == 1
    with pytest.raises(UnknownNameError, match="data"):
        read_sheets(path, sheet="Sheet1")


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_spss_and_stata_with_value_labels(tmp_path, ending):
    package = pytest.importorskip("pyreadstat")
    frame = pd.DataFrame({"nama": ["A", "B"], "tipe": [1.0, 2.0], "ak": [151.5, None]})
    path = tmp_path / f"a.{ending}"
    write = getattr(package, f"write_{ending}")
    labels = {"tipe": {1: "Puskesmas", 2: "Klinik"}}
    write(frame, str(path), variable_value_labels=labels)
    assert read_sheets(path)[0].rows == [
        ["nama", "tipe", "ak"],
        ["A", "Puskesmas", 151.5],
        ["B", "Klinik", None],
    ]
    refused(path, path.read_bytes()[:200], "damaged")


def test_parquet(tmp_path):
    path = tmp_path / "a.parquet"
    pd.DataFrame({"nama": ["A", None], "ak": [1.5, 2.0]}).to_parquet(path)
    assert read_sheets(path)[0].rows == [["nama", "ak"], ["A", 1.5], [None, 2.0]]
    refused(path, path.read_bytes()[:100], "damaged")


@pytest.mark.parametrize(
    ("start", "missing", "advice"),
    [(b"$FL2", "pyreadstat", r"kbkresearch\[spss\]"), (b"PAR1", "pyarrow", "pip install pyarrow")],
)
def test_an_optional_package_that_is_absent_is_named(tmp_path, monkeypatch, start, missing, advice):
    def absent(name):
        if name.startswith(missing):
            raise ImportError(name)
        return importlib.__import__(name)

    monkeypatch.setattr(module.importlib, "import_module", absent)
    refused(tmp_path / "a.sav", start, advice)


# what is refused


def test_no_file_folder_empty_file(tmp_path):
    refused(tmp_path / "a.xlsx", b"", "is empty")
    with pytest.raises(BadArgumentError, match="is a folder"):
        read_sheets(tmp_path)
    for path in (tmp_path / "none.xlsx", "a\0b"):
        with pytest.raises(BadArgumentError, match=r"does not exist|cannot be read"):
            read_sheets(path)


@pytest.mark.parametrize(
    ("name", "data", "match"),
    [
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        ("a.xlsx", b"a,b\n1,2\n", r"not a \.xlsx file"),
        ("a.csv", b"\x01\x00\x02\x00\x00\x07" * 50, "not a table"),
        ("a.csv", b'a,b\n1,"2\n3,4\n', "quotation mark"),
        ("a.csv", "a,b\n".encode("utf-16")[:-1], "damaged"),
        ("a.csv", b"a" * 200_000 + b",b\n", "quotation mark"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "damaged"),
        ("a.xlsx", b"PK\x03\x04" + bytes(500), "damaged"),
    ],
)
def test_what_is_no_table(tmp_path, name, data, match):
    refused(tmp_path / name, data, match)


def test_a_zip_archive_that_is_no_workbook(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "a,b")
    refused(tmp_path / "a.zip", out.getvalue(), "zip archive")


def test_a_workbook_with_a_password(tmp_path):
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(workbook())).encrypt("rahasia", out)
    refused(tmp_path / "a.xlsx", out.getvalue(), "password")


@pytest.mark.parametrize("size", [10, 100, 600, 2000, -30])
def test_a_truncated_workbook(tmp_path, size):
    refused(tmp_path / "a.xlsx", workbook()[:size], r"damaged|not a \.xlsx")


def bomb(size, declared=None, part="xl/worksheets/sheet9.xml"):
    """Return a workbook with one more part of blanks, which may declare another size."""
    out = io.BytesIO(workbook())
    with (
        zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(part, "w", force_zip64=True) as target,
    ):
        for _ in range(size >> 20):
            target.write(b"<a/>" * (1 << 18))
    data = out.getvalue()
    if declared is not None:
        crc = zlib.crc32(b"<a/>" * (declared // 4))
        at = data.rindex(b"PK\x01\x02")
        true_crc = data[at + 16 : at + 20]
        data = data[:at] + data[at:].replace(true_crc, struct.pack("<I", crc), 1)
        data = data[: at + 24] + struct.pack("<I", declared) + data[at + 28 :]
    return data


@pytest.mark.parametrize("size", [100 << 20, 600 << 20])
def test_a_zip_bomb(tmp_path, size):
    refused(tmp_path / "a.xlsx", bomb(size), "inflates to")


def test_a_zip_bomb_that_declares_a_small_size(tmp_path):
    refused(tmp_path / "a.xlsx", bomb(100 << 20, declared=1000), "inflates to")
    refused(tmp_path / "b.xlsx", bomb(1 << 20, declared=1000), "not as long as declared")


def test_a_dimension_that_lies_does_no_harm(tmp_path):
    path = tmp_path / "a.xlsx"
    lie = rb'<dimension ref="A1:XFD10000000"'
    path.write_bytes(edited(workbook(), lambda t: re.sub(rb'<dimension ref="[^"]*"', lie, t)))
    assert read_sheets(path)[0].rows == ROWS


FAR = {
    "the last cell of a sheet": lambda t: t.replace(b'r="C3"', b'r="XFD1048576"'),
    "a row that does not exist": lambda t: t.replace(b'"3"', b'"4000000000"').replace(
        b'r="A3"', b'r="A4000000000"'
    ),
    "a row number only": lambda t: t.replace(b'<row r="3"', b'<row r="99000000"').replace(
        b' r="A3"', b""
    ),
    "single quotes": lambda t: t.replace(b'r="C3"', b"r = 'XFD1048576'"),
    "behind a sign in an attribute": lambda t: t.replace(b'r="C3"', b'x=">" r="XFD1048576"'),
    "behind a comment with a quote": lambda t: t.replace(
        b'<c r="C3"', b"<!-- <c x=' --><c r='XFD1048576'"
    ),
    "behind a processing instruction": lambda t: t.replace(
        b'<c r="C3"', b"<?a <c x=' ?><c r='XFD1048576'"
    ),
    "rows without numbers": lambda t: t.replace(
        b"</sheetData>",
        b"<row/>" * 2_000_000 + b'<row><c r="Z2000004"><v>1</v></c></row></sheetData>',
    ),
}


@pytest.mark.parametrize("change", FAR.values(), ids=FAR)
def test_a_cell_far_away(tmp_path, change):
    refused(tmp_path / "a.xlsx", edited(workbook(), change), "spans")


def test_a_far_cell_behind_a_tag_in_an_attribute(tmp_path):
    hide = b"""<foo a="<c b='"/><c r='XFD1048576'"""
    data = edited(workbook(), lambda t: t.replace(b'<c r="C3"', hide))
    refused(tmp_path / "a.xlsx", data, "not proper XML")


def test_comments_in_a_sheet_are_no_cells(tmp_path):
    path = tmp_path / "a.xlsx"
    note = b'<!-- <c r="XFD1048576"><v>1</v></c> --></sheetData>'
    path.write_bytes(edited(workbook(), lambda t: t.replace(b"</sheetData>", note)))
    assert read_sheets(path)[0].rows == ROWS


def test_the_part_with_a_far_cell_may_be_called_anything(tmp_path):
    data = edited(workbook(), FAR["the last cell of a sheet"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"worksheets/sheet1.xml", b"worksheets/sheet1.png")
            new.writestr(name.replace("worksheets/sheet1.xml", "worksheets/sheet1.png"), content)
    refused(tmp_path / "a.xlsx", out.getvalue(), "spans")


def test_many_sheets_with_far_cells_count_together(tmp_path):
    data = workbook(names=[f"S{i}" for i in range(8)])
    path = tmp_path / "a.xlsx"
    path.write_bytes(data)
    assert len(read_sheets(path)) == 8
    for number in range(1, 9):
        data = edited(data, lambda t: t.replace(b'r="A3"', b'r="A300000"'), f"sheet{number}.xml")
    refused(path, data, "spans")


def test_one_stray_cell_far_down_is_read(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook(cells=[(300_000, 0, "x")]))
    rows = read_sheets(path)[0].rows
    assert len(rows) == 300_001
    assert rows[:3] == ROWS
    assert rows[-1] == ["x", None, None]


def test_formats_far_away_without_values_do_not_count(tmp_path):
    path = tmp_path / "a.xlsx"
    row = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    path.write_bytes(edited(workbook(), lambda t: t.replace(b"</sheetData>", row)))
    assert read_sheets(path)[0].rows == ROWS


def test_an_endless_tag(tmp_path):
    data = edited(workbook(), lambda t: t.replace(b"<sheetData>", b'<c x="' + b"ab" * (9 << 20)))
    refused(tmp_path / "a.xlsx", data, "not proper XML|inflates")


ODS = (
    '<?xml version="1.0"?><office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
    '<office:spreadsheet><table:table table:name="A">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)
VALUE = '<table:table-cell office:value-type="float" office:value="1"/>'
GAP = '<table:table-cell table:number-columns-repeated="{}"/>'
LINE = '<table:table-row table:number-rows-repeated="{}">{}</table:table-row>'
NAMESPACE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(rows):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", NAMESPACE)
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", ODS.format(rows))
    return out.getvalue()


def test_repeated_rows_of_ods(tmp_path):
    path = tmp_path / "a.ods"
    trailing = LINE.format(1_048_000, GAP.format(16384))
    path.write_bytes(ods(LINE.format(2, VALUE + GAP.format(2) + VALUE + GAP.format(99)) + trailing))
    assert read_sheets(path)[0].rows == [[1.0, None, None, 1.0]] * 2
    far = LINE.format(1, GAP.format(16000) + VALUE) + LINE.format(900_000, GAP.format(1))
    refused(path, ods(far + LINE.format(1, VALUE)), "spans")
    refused(path, ods(LINE.format(2_000_000_000, VALUE)), "spans")


@pytest.mark.parametrize("end", ["</table:tabl>", "", "<table:table>", "</]]>able:table>"])
def test_an_unclosed_table_on_which_a_reader_would_loop(tmp_path, end):
    data = edited(
        ods(LINE.format(1, VALUE)),
        lambda t: t.replace(b"</table:table>", end.encode()),
        "content.xml",
    )
    refused(tmp_path / "a.ods", data, "not proper XML")


def test_a_document_type_is_refused(tmp_path):
    bomb = b'<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;">]><worksheet'
    data = edited(workbook(), lambda t: t.replace(b"<worksheet", bomb))
    refused(tmp_path / "a.xlsx", data, "not proper XML")


# any damage at all


SMALL = workbook(rows=ROWS)


@settings(
    max_examples=300, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=8)
)
def test_mutated_workbooks_end_in_one_error_or_none(tmp_path, changes):
    data = bytearray(SMALL)
    for place, value in changes:
        data[place] = value
    survives(tmp_path / "a.xlsx", bytes(data))


@settings(
    max_examples=300, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["sheet1.xml", "workbook.xml", "sharedStrings.xml", "styles.xml"]),
    st.lists(
        st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=3)), min_size=1, max_size=6
    ),
)
def test_mutated_parts_of_workbooks_end_in_one_error_or_none(tmp_path, part, changes):
    def mutate(text):
        for where, value in changes:
            at = int(where * len(text))
            text = text[:at] + value + text[at + len(value) :]
        return text

    survives(tmp_path / "a.xlsx", edited(SMALL, mutate, part))


@settings(
    max_examples=200, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=200), st.sampled_from(["csv", "xlsx", "xls", "sav", "dta", "parquet"]))
def test_any_bytes_end_in_one_error_or_none(tmp_path, data, ending):
    survives(tmp_path / f"a.{ending}", data)
