"""Hidden rows and columns of a sheet are read, and the reading says that they are hidden."""

from __future__ import annotations

import openpyxl
import pytest
import xlsxwriter

import kbkresearch as kbk
from kbkresearch.intake import safety
from kbkresearch.intake.hidden import hidden_columns, hidden_rows
from kbkresearch.intake.strata import read_strata

HEADINGS = ["Nama FKTP", "Jumlah Kontak", "Peserta Terdaftar", "Catatan hidden="]
ROWS = [["A", 1_500, 10_000, "x"], ["B", 1_400, 9_000, None], ["C", 1_300, 9_000, "y"]]


def by_xlsxwriter(path, rows=(), columns=()):
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Jan 23")
        for number, row in enumerate([["Judul"], HEADINGS, *ROWS]):
            sheet.write_row(number, 0, row)
        for number in rows:
            sheet.set_row(number - 1, None, None, {"hidden": True})
        for letters in columns:
            sheet.set_column(letters, None, None, {"hidden": True})
    return path


def by_openpyxl(path, rows=(), columns=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Jan 23"
    for row in [["Judul"], HEADINGS, *ROWS]:
        sheet.append(row)
    for number in rows:
        sheet.row_dimensions[number].hidden = True
    for letters in columns:
        first, _, last = letters.partition(":")
        sheet.column_dimensions.group(first, last, hidden=True)
    book.save(path)
    return path


WRITERS = pytest.mark.parametrize("write", [by_xlsxwriter, by_openpyxl])


def found(path, rule):
    return [one for one in kbk.read(path).findings if one.rule == rule]


@WRITERS
@pytest.mark.parametrize("plain", [True, False])
def test_hidden_rows_of_data_are_read_and_named(tmp_path, monkeypatch, write, plain):
    path = write(tmp_path / "a.xlsx", rows=[1, 3, 5])
    if not plain:
        monkeypatch.setattr(safety, "_plain", lambda *_: False)
    (one,) = found(path, "hidden_rows")
    assert (one.severity, one.sheet, one.rows) == ("info", "Jan 23", (3, 5))
    assert kbk.read(path).table["contacts"].tolist() == [1_500, 1_400, 1_300]
    told = " ".join(kbk.read(path).report("en").split())
    assert "Jan 23 row 3; Jan 23 row 5" in told


@WRITERS
@pytest.mark.parametrize("plain", [True, False])
def test_hidden_columns_are_read_and_named(tmp_path, monkeypatch, write, plain):
    path = write(tmp_path / "a.xlsx", columns=["B:C", "F:XFD"])
    if not plain:
        monkeypatch.setattr(safety, "_plain", lambda *_: False)
    (one,) = found(path, "hidden_columns")
    assert (one.severity, one.sheet, one.rows) == ("info", "Jan 23", ())
    for message in (one.message_id, one.message_en):
        assert "Jumlah Kontak (B), Peserta Terdaftar (C);" in message
        assert "Catatan" not in message
    assert kbk.read(path).table["members"].tolist() == [10_000, 9_000, 9_000]


@WRITERS
def test_a_sheet_that_hides_nothing_has_no_finding(tmp_path, write):
    assert not {"hidden_rows", "hidden_columns"} & {
        one.rule for one in kbk.read(write(tmp_path / "a.xlsx")).findings
    }


def test_a_filter_hides_rows(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a")
        for number, row in enumerate([HEADINGS, *ROWS]):
            sheet.write_row(number, 0, row)
        sheet.autofilter("A1:D4")
        sheet.filter_column("A", "x == B")
        for number in (1, 3):
            sheet.set_row(number, options={"hidden": True})
    assert [one.rows for one in found(path, "hidden_rows")] == [(2, 4)]


def test_strata_say_so_too(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a")
        rows = [
            ["Kelompok Umur", "Jumlah Peserta", "Jumlah Kunjungan"],
            ["0-4", 10, 2],
            ["5+", 9, 1],
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, options={"hidden": True})
    reading = read_strata(path)
    assert [one.rows for one in reading.findings if one.rule == "hidden_rows"] == [(3,)]


def test_tags_however_they_are_written():
    sheet = b"""<x:col hidden='true' min='2' max='3'/><col min="4" max="4" hidden="0"/>
      <col max="7" hidden="1" min="7"/><col hidden="1"/>
      <x:row hidden='true' r='2'/><row spans="1:4" r="3" hidden="1"><c r="A3"/></row>
      <row hidden="1"/><row r="4" hidden="false"/><rows r="5" hidden="1"/>"""
    assert hidden_rows(sheet) == [2, 3]
    assert hidden_columns(sheet) == [range(2, 4), range(7, 8)]
