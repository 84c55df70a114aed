"""Tables rendered and saved: both languages, numbers as numbers, text never a formula."""

import csv
import math
from contextlib import suppress

import openpyxl
import pandas as pd
import pytest

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.reporting.files import replacing, save_tables
from kbkresearch.reporting.render import table_html, table_markdown
from kbkresearch.results import Column, Table
from kbkresearch.vocabulary import Text


@pytest.fixture
def table():
    frame = pd.DataFrame(
        {
            "name": pd.Series([Text("satu", "one"), "=1+1", "<b>|x"], dtype=object),
            "n": [1234, None, 3],
            "rate": [0.5, math.nan, 1234.567],
            "paid_rp": [54431085, 1, None],
            "ok": [True, False, True],
        }
    )
    columns = (
        Column("name", Text("Nama", "Name")),
        Column("n", Text("Jumlah", "Count"), "integer"),
        Column("rate", Text("Rate", "Rate"), "number", 2, Text("Ukuran", "Measures")),
        Column("paid_rp", Text("Dibayar", "Paid"), "rupiah", spanner=Text("Ukuran", "Measures")),
        Column("ok", Text("Benar", "Right"), "boolean"),
    )
    notes = (Text("Catatan & isi", "Note & text"),)
    return Table(
        "contoh", Text("Judul", "Title"), columns, frame, notes, Text("Sumber: X", "Source: X")
    )


def test_html_escapes_and_speaks_both_languages(table):
    indonesian, english = table_html(table, "id"), table_html(table, "en")
    for piece in ("Judul", "satu", "1.234", "1.234,57", "Rp54.431.085", "tidak", "&lt;b&gt;", "–"):
        assert piece in indonesian
    for piece in ("Title", "one", "1,234.57", "Rp54,431,085", "Note &amp; text", 'colspan="2"'):
        assert piece in english
    assert "<b>" not in indonesian


def test_markdown_has_one_line_per_row_and_escapes_pipes(table):
    lines = [line for line in table_markdown(table, "en").splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(table.frame)
    assert all(line.replace("\\|", "").count("|") == 6 for line in lines)


def test_xlsx_holds_numbers_as_numbers_and_text_as_text(table, tmp_path):
    path = save_tables([table, table], tmp_path / "deep" / "out.xlsx", "id")
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 2
    sheet = book[book.sheetnames[0]]
    assert sheet.freeze_panes == "A4"
    assert sheet["A1"].value == "Judul"
    assert (sheet["B4"].value, sheet["C6"].value) == (1234, 1234.567)
    assert sheet["A5"].value == "=1+1"
    assert sheet["A5"].data_type == "s"
    assert sheet["C5"].value is None  # a dash would make a column of numbers one of text
    assert sheet["D4"].number_format == "#,##0"


def test_each_printed_page_of_a_wide_sheet_names_its_rows(tmp_path):
    names = ["district", "facility_name", "month", *(f"wide_column_{k}" for k in range(30))]
    columns = tuple(Column(one, Text(one, one)) for one in names)
    frame = pd.DataFrame([["x"] * len(names)], columns=names)
    path = Table("t", Text("t", "t"), columns, frame).save(tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(path).worksheets[0].print_title_cols == "$B:$C"


def test_csv_keeps_raw_values_under_their_keys(table, tmp_path):
    back = pd.read_csv(table.save(tmp_path / "out.csv", "en"))
    assert list(back.columns) == [column.key for column in table.columns]
    assert back["rate"].tolist()[2] == 1234.567
    assert back["name"][0] == "one"
    with pytest.raises(BadArgumentError, match="one table"):
        save_tables([table, table], tmp_path / "two.csv")


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_line_end_within_a_cell_begins_no_row_of_csv(tmp_path, end):
    frame = pd.DataFrame({"name": [f"one{end}=1+1"], "n": [1]})
    columns = (Column("name", Text("a", "a")), Column("n", Text("n", "n"), "integer"))
    path = Table("t", Text("t", "t"), columns, frame).save(tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        assert [row[-1] for row in csv.reader(file)] == ["n", "1"]
    assert b"\r" not in path.read_bytes()


def test_html_and_markdown_files(table, tmp_path):
    assert "<table>" in table.save(tmp_path / "out.html").read_text("utf-8")
    assert "| Nama |" in table.save(tmp_path / "out.md").read_text("utf-8")
    assert "Judul" in table._repr_html_()
    assert "Title" in table.to_markdown("en")


def test_unknown_ending_and_language_are_named(table, tmp_path):
    with pytest.raises(UnknownNameError, match=r"\.xlsx"):
        table.save(tmp_path / "out.pdf")
    with pytest.raises(UnknownNameError, match="language"):
        table.save(tmp_path / "out.html", "fr")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_whole_or_not_there(tmp_path):
    target = tmp_path / "whole.txt"
    target.write_text("old")
    with suppress(RuntimeError), replacing(target) as beside:
        beside.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["whole.txt"]


def test_a_place_that_cannot_be_written_is_an_error_with_its_name(table, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadArgumentError, match="file"):
        table.save(tmp_path / "file" / "out.csv")
