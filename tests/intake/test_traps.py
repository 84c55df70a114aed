"""Small files that once were, or easily are, misread in silence: the wrong value is never the news.

Each trap names cells (row in the file, canonical column) and what a careless reader makes of them.
Such a value may be read only with a finding that names the row or the column, or not at all.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from click.testing import CliRunner

import kbkresearch as kbk
from kbkresearch.cli import cli
from kbkresearch.findings import merge

FILES = Path(__file__).with_name("files")
RATES = ["Nama FKTP", "AK (‰)", "RRNS (%)", "RPPT (%)"]
COUNTS = [
    "Nama FKTP", "Jumlah Kontak", "Peserta Terdaftar", "Kasus Non Spesialistik", "Jumlah Rujukan",
    "DM Terkendali", "Diagnosa DM", "HT Terkendali", "Diagnosa HT",
]  # fmt: skip
THREE = COUNTS[:3]
HEAD = "Nama FKTP;Jumlah Kontak;Peserta Terdaftar\n"
ROW = [1_500, 10_000, 1, 100, 5, 100, 10, 200]
JAN_23 = dt.date(2024, 1, 23)  # what a spreadsheet of 2024 makes of "Jan 23"

TRAPS = {
    "a percent sign in one cell of per mil": (
        [RATES, ["A", "151,2 ‰", 1.0, 2.0], ["B", "15,3%", 1.0, 2.0], ["C", "150,1 ‰", 1.0, 2.0]],
        [(3, "ak_permille", 15.3)],
    ),
    "a percent sign in one cell among numbers": (
        [RATES, ["A", 151.2, 1.0, 2.0], ["B", "15,3%", 1.0, 2.0], ["C", 150.1, 1.0, 2.0]],
        [(3, "ak_permille", 15.3)],
    ),
    "cells formatted as percentages are shares": (
        [RATES, ["A", 0.1512, 0.015, 0.08], ["B", 0.1611, 0.0, 0.05]],
        [(2, "ak_permille", 0.1512), (2, "rrns_pct", 0.015), (2, "rppt_pct", 0.08)],
    ),
    "per cent under a heading of per mil": (
        [RATES, ["A", 15.12, 1.5, 8.0], ["B", 16.11, 0.0, 5.0]],
        [(2, "ak_permille", 15.12), (3, "ak_permille", 16.11)],
    ),
    "shares and percentages of infrastructure": (
        [[*RATES, "Sarpras (%)"], ["A", 151, 1, 8, 0.85], ["B", 161, 0, 5, 0.9],
         ["C", 171, 0, 5, "87%"]],
        [(2, "infrastructure_pct", 0.85), (3, "infrastructure_pct", 0.9)],
    ),
    "shares among texts with a percent sign": (
        [RATES, ["A", 151, "1,2%", "5,1%"], ["B", 161, 0.031, 0.052]],
        [(3, "rrns_pct", 0.031), (3, "rppt_pct", 0.052)],
    ),
    "a sign of per mil where per cent is usual": (
        [["Nama FKTP", "AK (‰)", "RRNS (‰)", "RPPT (‰)"], ["A", 151, 15, 50], ["B", 161, 9, 46]],
        [(2, "rrns_pct", 15.0), (2, "rppt_pct", 50.0)],
    ),
    "impossible explanatory values": (
        [[*RATES, "Sarpras (%)", "Jumlah Dokter"], ["A", 151, 1, 8, 730, -2],
         ["B", 161, 0, 5, 90, 2]],
        [(2, "infrastructure_pct", 730.0), (2, "doctors", -2.0)],
    ),
    "a percent sign in a count": (
        [THREE, ["A", 1_501, 10_000], ["B", "15%", 10_000]],
        [(3, "contacts", 15.0)],
    ),
    "one decimal among counts with dots": (
        HEAD + "A;1.500;10.000\nB;1.400;9.5\nC;2.000;11.000\n",
        [(2, "members", 10.0), (4, "members", 11.0)],
    ),
    "one fraction among counts with dots": (
        HEAD + "A;1.500;10.000\nB;812.5;9.000\nC;2.000;11.000\n",
        [(2, "contacts", 1.5), (4, "contacts", 2.0)],
    ),
    "totals behind the month": (
        [["Bulan Kapitasi", *COUNTS], ["Des 2023", "A", *ROW], ["Des 2023", "TOTAL", *ROW],
         ["Des 2023", "Target", 150, None, 2, None, 5, None, 5, None]],
        [(3, "contacts", 1_500.0), (4, "contacts", 150.0)],
    ),
    "totals behind a running number": (
        [["No", *COUNTS], [1, "A", *ROW], [2, "JUMLAH", *ROW], [3, "Rata2", *ROW]],
        [(3, "contacts", 1_500.0), (4, "contacts", 1_500.0)],
    ),
    "a second table with other columns": (
        [THREE, ["A", 1_500, 10_000], ["B", 1_400, 9_000], [], ["Tabel 2"],
         ["Nama FKTP", "Peserta Terdaftar", "Jumlah Kontak"], ["C", 10_000, 1_500]],
        [(7, "contacts", 10_000.0), (7, "members", 1_500.0)],
    ),
    "older headings in another order above": (
        [["Nama FKTP", "Peserta Terdaftar", "Jumlah Kontak"], [], THREE, ["A", 1_500, 10_000]],
        [(4, "members", 1_500.0), (4, "contacts", 10_000.0)],
    ),
    "target and result under one heading": (
        [["Nama FKTP", "AK (‰)", None, "RRNS (%)", None],
         [None, "Target", "Capaian", "Target", "Capaian"], ["A", 150, 161, 2, 1]],
        [(3, "ak_permille", 150.0), (3, "rrns_pct", 2.0)],
    ),
    "decimal commas between commas": (
        "Nama FKTP,AK (‰),RRNS (%),RPPT (%)\nA,151,2,1,5,8,1\nB,161,2,0,5,7,1\n",
        [(2, "rrns_pct", 2.0), (2, "rppt_pct", 1.0)],
    ),
    "a delimiter in a name": (
        HEAD[:-1] + ";Jumlah Rujukan\nA;1500;10000;100\nKlinik B; Baru;1400;9000;90\n",
        [(3, "members", 1_400.0), (3, "referrals", 9_000.0)],
    ),
    "a delimiter that lacks": (
        HEAD[:-1] + ";Jumlah Rujukan\nA;1500;10000;100\nB 1400;9000;90\n",
        [(3, "contacts", 9_000.0), (3, "members", 90.0)],
    ),
    "months of one facility stand twice": (
        [["Bulan", *THREE[1:]], ["Jan 2023", 1_500, 10_000], ["Jan 2023", 1_400, 10_000]],
        [(2, "contacts", 1_500.0), (3, "contacts", 1_400.0)],
    ),
    "rows without a code stand twice": (
        [["Kode PPK", *THREE], ["01", "A", 1_500, 9_000], [None, "B", 1_400, 9_000],
         [None, "B", 1_400, 9_000]],
        [(4, "contacts", 1_400.0)],
    ),
    "codes in two spellings": (
        [["Kode PPK", *THREE], ["0101U01", "A", 1_500, 9_000], ["0101u01 ", "A", 1_500, 9_000]],
        [(3, "contacts", 1_500.0)],
    ),
    "merged cells of facilities": (
        [["Nama FKTP", "Bulan", *THREE[1:]], ["A", "Jan 2023", 1_500, 10_000],
         [None, "Feb 2023", 1_400, 10_000]],
        [(3, "facility_name", None)],
    ),
    "dates of the United States that are all firsts": (
        "Bulan;" + HEAD + "01/01/2023;A;15;100\n02/01/2023;B;14;90\n12/01/2023;C;14;90\n",
        [(3, "month", pd.Timestamp(2023, 1, 1)), (4, "month", pd.Timestamp(2023, 1, 1))],
    ),
    "a total of its own name": (
        [THREE, ["A", 1_500, 10_000], ["B", 1_400, 9_000], ["C", 1_400, 9_000],
         ["Binjai", 4_300, 28_000]],
        [(5, "contacts", 4_300.0)],
    ),
    "a region among facilities": (
        [THREE, ["A", 1_500, 10_000], ["Kota Binjai", 2_900, 19_500], ["Semua FKTP", 3_000, 9_000]],
        [(3, "contacts", 2_900.0), (4, "contacts", 3_000.0)],
    ),
    "a title that speaks of thousands": (
        [["Pembayaran (dalam ribuan rupiah)"], [*THREE, "Kapitasi Dibayar"],
         ["A", 1_500, 10_000, 57_000]],
        [(3, "paid_rp", 57_000.0)],
    ),
    "subtotals by type of facility": (
        [THREE, ["A", 1_500, 10_000], ["PUSKESMAS", 1_510, 10_100], ["Klinik Pratama", 10, 100]],
        [(3, "contacts", 1_510.0), (4, "contacts", 10.0)],
    ),
    "months in merged cells": (
        [["Bulan", *THREE], ["Jan 2023", "A", 1_500, 10_000], [None, "B", 1_400, 9_000]],
        [(3, "month", None)],
    ),
    "a code that lost its zero": (
        [["Bulan", "Kode PPK", *THREE[1:]], ["Jan 2023", "0101", 1_500, 10_000],
         ["Feb 2023", 101, 1_500, 10_000]],
        [(3, "facility_id", "101")],
    ),
    "one heading over two columns of numbers": (
        [["Nama FKTP", "AK (‰)", None, "RRNS (%)"], ["A", 150, 161, 2], ["B", 150, 171, 2]],
        [(2, "ak_permille", 150.0), (3, "ak_permille", 150.0)],
    ),
    "a day where a year was meant": (
        [["Bulan", *THREE], [dt.date(2026, 1, 23), "A", 1_500, 10_000]],
        [(2, "month", pd.Timestamp(2026, 1, 1))],
    ),
    "a row that is too short": (
        HEAD[:-1] + ";Jumlah Rujukan\nA;1500;10000;100\nB;9000;90\n",
        [(3, "contacts", 9_000.0), (3, "members", 90.0)],
    ),
    "a printed score that the counts deny": (
        [[*RATES, "Nilai Capaian"], ["A", 151.2, 1.5, 8.0, 1.0], ["B", 151.2, 1.5, 8.0, 4.0]],
        [(2, "score", 4.0)],
    ),
}  # fmt: skip


def write(path, rows):
    if isinstance(rows, str):
        path = path.with_suffix(".csv")
        path.write_text(rows, encoding="utf-8")
        return path
    sheets = rows if isinstance(rows, dict) else {"a": rows}
    options = {"default_date_format": "mmm-yy", "strings_to_formulas": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(lines):
                for place, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, place, cell)
    return path


def equal(value, wrong):
    if wrong is None:
        return pd.isna(value)
    return not pd.isna(value) and value == wrong


def read_and_score(path):
    """Return the table as scored, where it can be, and all findings."""
    reading = kbk.read(path)
    assert reading.n_rows == len(reading.table) + len(reading.rejected)
    try:
        scored = kbk.score(reading.table, facility_type="puskesmas")
    except kbk.KbkError:
        return reading.table, list(reading.findings.expand())
    return scored, list(merge([reading.findings, kbk.findings_of(scored)]).expand())


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_does_not_close_in_silence(tmp_path, name):
    rows, wrong = TRAPS[name]
    path = write(tmp_path / "trap.xlsx", rows)
    try:
        table, found = read_and_score(path)
    except kbk.KbkError as error:
        if path.name not in str(error):
            raise
        return
    told = {(one.row, one.column or None) for one in found}
    for row, column, value in wrong:
        silent = not {(row, column), (row, None), (None, column)} & told
        if row in table.index and column in table and silent:
            assert not equal(table.loc[row, column], value), (row, column)


def test_a_sheet_that_is_not_understood_is_named(tmp_path):
    table = [THREE, ["A", 1_500, 10_000]]
    odd = [["Nm", "Kntk", "Psrta"], ["A", 1, 2]]
    reading = kbk.read(write(tmp_path / "a.xlsx", {"Januari 23": table, "Maret 23": odd}))
    assert "Maret 23" in {one.sheet for one in reading.findings}


def test_unknown_columns_of_one_heading_are_all_kept(tmp_path):
    rows = [[*THREE, "Ket", "Ket"], ["A", 1_500, 10_000, "satu", "dua"]]
    table = kbk.read(write(tmp_path / "a.xlsx", rows)).table
    assert {"satu", "dua"} <= set(table.iloc[0].tolist())


def test_a_month_that_contradicts_the_name_of_its_sheet_is_named(tmp_path):
    rows = [["Bulan Kapitasi", *THREE], [JAN_23, "A", 1_500, 10_000]]
    reading = kbk.read(write(tmp_path / "a.xlsx", {"Januari 23": rows}))
    assert "month" in {one.column for one in reading.findings}


def test_mid_month_is_taken_from_titles_and_names_of_sheets(tmp_path):
    table = [THREE, ["A", 1_500, 10_000]]
    sheets = {"Jan 23 MID": table, "Feb 23": [["CAPAIAN MID KBK"], *table], "Mar 23": table}
    reading = kbk.read(write(tmp_path / "a.xlsx", sheets))
    assert reading.table["stage"].fillna("final").tolist() == ["mid", "mid", "final"]
    rules = {one.rule for one in reading.findings}
    assert {"stage_from_title", "mid_month_rows"} <= rules


def test_a_month_is_taken_from_a_title_above_the_table(tmp_path):
    sheets = {
        "Rekap": [["REKAP CAPAIAN KBK BULAN JANUARI 2023"], THREE, ["A", 1_500, 10_000]],
        "Rekap (2)": [["Periode", ": Februari 2023"], THREE, ["A", 1_400, 10_000]],
        "Mei": [["Dicetak bulan Juni 2023"], THREE, ["A", 1_300, 10_000]],
        "Juni": [["CAPAIAN BULAN JUNI 2023"], THREE, ["A", 1_200, 10_000]],
        "Jul 23": [["CAPAIAN BULAN JUNI 2023"], THREE, ["A", 1_100, 10_000]],
    }
    reading = kbk.read(write(tmp_path / "a.xlsx", sheets))
    months = reading.table["month"].dt.strftime("%Y-%m").fillna("-").tolist()
    assert months == ["2023-01", "2023-02", "-", "2023-06", "2023-07"]
    told = {(one.rule, one.sheet) for one in reading.findings if one.column == "month"}
    wanted = {
        "month_from_title": "Rekap",
        "month_without_year": "Mei",
        "month_not_of_title": "Jul 23",
    }
    assert told >= set(wanted.items())


def test_a_sheet_of_sums_beside_those_of_months_is_named(tmp_path):
    table = [THREE, ["A", 1_500, 10_000]]
    sheets = {"Jan 23": table, "Feb 23": table, "Rekap 2023": [THREE, ["A", 3_000, 20_000]]}
    reading = kbk.read(write(tmp_path / "a.xlsx", sheets))
    found = [(one.rule, one.sheet, one.row) for one in reading.findings.expand()]
    assert ("no_month", "Rekap 2023", 2) in found


def test_a_column_of_years_completes_months(tmp_path):
    rows = [["Tahun", "Bulan", *THREE], [2023, "Desember", "A", 1, 2], ["2024", 1, "A", 1, 2]]
    table = kbk.read(write(tmp_path / "a.xlsx", rows)).table
    assert table["month"].tolist() == [pd.Timestamp(2023, 12, 1), pd.Timestamp(2024, 1, 1)]


def test_headings_over_two_lines_in_any_order_of_words(tmp_path):
    rows = [
        ["No", "Nama FKTP", "DM", None, "AK (‰)", None],
        [None, None, "Terkendali", "Diagnosa", "Target", "Capaian"],
        [1, "A", 10, 100, 150, 161],
    ]
    table = kbk.read(write(tmp_path / "a.xlsx", rows)).table
    read = table[["dm_controlled", "dm_diagnosed", "ak_permille"]].iloc[0].tolist()
    assert read == [10, 100, 161]


def test_headings_over_three_lines_under_the_full_names_of_the_indicators(tmp_path):
    rows = [
        ["No", "Nama FKTP", "RASIO RUJUKAN NON SPESIALISTIK", None,
         "RASIO PESERTA PROLANIS TERKENDALI", None, None],
        [None, None, "Jumlah Rujukan", "Capaian", "DM", None, "Capaian"],
        [None, None, None, "(%)", "Terkendali", "Terdiagnosa", "(%)"],
        [1, "A", 100, 1, 5, 90, 5.6],
    ]  # fmt: skip
    table = kbk.read(write(tmp_path / "a.xlsx", rows)).table
    names = ["referrals", "rrns_pct", "dm_controlled", "dm_diagnosed", "rppt_pct"]
    assert table[names].iloc[0].tolist() == [100, 1, 5, 90, 5.6]


def test_places_in_a_workbook_have_the_letter_of_the_column(tmp_path):
    rows = [["x"], [None, *THREE], [None, "A", "?", 10_000], [None, "B", 1_500, 50]]
    reading = kbk.read(write(tmp_path / "a.xlsx", {"Jan 23": rows}))
    shown = reading.report("en")
    assert "Jan 23!C3: ?" in shown
    assert "Jan 23!D4: 50" in shown  # of a check on the whole table
    assert "diterima" in reading._repr_html_()
    assert reading.findings.to_html("id") in reading._repr_html_()


def test_counts_whose_ratio_is_larger_than_any_number(tmp_path):
    rows = [["Nama FKTP", "Kontak", "Peserta", "AK (‰)"], ["A", 1e300, 1e-300, 150.0]]
    reading = kbk.read(write(tmp_path / "a.xlsx", [*rows, ["B", 1_500, 10_000, 150.0]]))
    told = {(one.row, one.column) for one in reading.findings.expand()}
    assert told >= {(2, "contacts"), (2, "members")}
    assert reading.table["contacts"].tolist()[1:] == [1_500]


def test_an_open_unit_is_asked_for_with_what_each_would_make_of_a_value(tmp_path):
    path = write(tmp_path / "a.xlsx", [["Nama FKTP", "AK", "RRNS (%)"], ["A", 15.1, 1.2]])
    told = " ".join(kbk.read(path).report("id").split())
    assert "15,1 → 15,1 ‰ atau 151 ‰" in told
    assert "--unit ak=permille atau --unit ak=pct" in told
    told = " ".join(kbk.read(path, units={"ak": "pct"}).report("en").split())
    assert "read as per cent (%): as asked for" in told


@pytest.mark.parametrize("sign", [",", "."])
def test_indicators_with_three_decimals_each_are_no_thousands(tmp_path, sign):
    rows = f"Nama FKTP;AK (‰);RRNS (%)\nA;150{sign}125;1{sign}125\nB;145{sign}500;2{sign}250\n"
    reading = kbk.read(write(tmp_path / "a.csv", rows))
    assert reading.table["ak_permille"].tolist() == [150.125, 145.5]
    assert reading.table["rrns_pct"].tolist() == [1.125, 2.25]
    assert {one.rule for one in reading.findings} == {"decimal_separator"}


def test_a_rate_of_which_no_cell_can_be_read_is_not_asked_for_its_unit(tmp_path):
    rows = [[*THREE, "RRNS"], ["A", 1_500, 10_000, "?"]]
    reading = kbk.read(write(tmp_path / "a.xlsx", rows))
    assert [one.rule for one in reading.findings] == ["not_a_number"]


def test_shares_that_may_be_percentages_are_asked_about_with_both_readings(tmp_path):
    rows = [["Nama FKTP", "RRNS (%)", "RPPT (%)", "Sarpras (%)"], ["A", 0.0125, "0,5%", 0.9]]
    path = write(tmp_path / "a.xlsx", rows)
    told = " ".join(kbk.read(path).report("en").split())
    assert "0.0125 = 1.25 %: give --unit rrns=share" in told
    assert "0.9 = 90 %: multiply by 100" in told
    assert "rppt" not in told  # its sign settles it
    assert kbk.read(path, units={"rrns": "share"}).table["rrns_pct"].tolist() == [1.25]


def test_a_share_that_is_named_is_converted_and_said_to_be(tmp_path):
    rows = [["Nama FKTP", "AK (‰)", "RRNS (proporsi)"], ["A", 151, 0.012]]
    reading = kbk.read(write(tmp_path / "a.xlsx", rows))
    assert reading.table["rrns_pct"].tolist() == [1.2]
    assert [one.rule for one in reading.findings] == ["unit_converted"]


def test_identifiers_of_persons_are_dropped_wherever_they_stand(tmp_path):
    nik = [f"32010101019000{number:02}" for number in range(5)]
    rows = [
        ["Kode PPK", *THREE, "Catatan", "Nama PJ Prolanis"],
        [nik[0], "A", 1_500, 10_000, f"NIK {nik[1]}", "dr. Siti"],
        [nik[2], "B (0812-3456-7890)", 1_400, 9_000, "0001234567890", "dr. Budi"],
        [nik[3], "C", f"NIK {nik[4]}", 9_000, "1.234.567.890.123", None],
    ]
    reading = kbk.read(write(tmp_path / "a.xlsx", rows))
    assert reading.table["facility_name"].tolist() == ["A", "B", "C"]
    assert reading.table["Catatan"].tolist() == ["NIK", None, "1.234.567.890.123"]
    assert not {"facility_id", "Nama PJ Prolanis"} & set(reading.table)
    found = [one for one in reading.findings.expand() if one.rule == "personal_identifier"]
    assert {(one.column, one.row) for one in found} == {
        *[("Kode PPK", None), ("Nama PJ Prolanis", None)],
        *[("facility_name", 3), ("Catatan", 2), ("Catatan", 3)],
    }
    shown = reading.report() + reading.findings.frame.to_string()
    assert not any(one in shown for one in [*nik, "3456", "1234567890", "Siti"])


def test_a_source_line_is_no_row(tmp_path):
    rows = [THREE, ["A", 1_500, 10_000], ["Aturan: kbk-2019"]]
    assert kbk.read(write(tmp_path / "a.xlsx", rows)).n_rows == 1


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls"])
def test_error_cells_of_a_workbook_are_named(ending):
    reading = kbk.read(FILES / f"synthetic.{ending}")
    named = [(one.row, one.value) for one in reading.findings.expand() if one.column == "rrns_pct"]
    assert (6, "#DIV/0!") in named


def test_error_cells_of_a_spreadsheet_are_named(tmp_path):
    path = write(tmp_path / "a.xlsx", [[*THREE, "Jumlah Dokter"], ["A", 1_500, 10_000, 1]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    error = b'<c r="D2" t="e"><v>#REF!</v></c>'
    changed = re.sub(rb'<c r="D2"><v>1</v></c>', error, parts[sheet])
    assert changed != parts[sheet]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**parts, sheet: changed}.items():
            archive.writestr(name, content)
    reading = kbk.read(path)
    assert reading.table["doctors"].isna().all()
    assert reading.findings.total() > 0


# files that want to do harm


def refused(path, match):
    with pytest.raises(kbk.KbkError, match=match):
        kbk.read(path)
    run = CliRunner().invoke(cli, ["score", str(path)])
    assert isinstance(run.exception, kbk.KbkError)


def test_an_opendocument_workbook_with_a_password(tmp_path):
    path = tmp_path / "a.ods"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data'
        ' manifest:checksum="x"/></manifest:file-entry></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", os.urandom(2_000))
        archive.writestr("META-INF/manifest.xml", manifest)
    refused(path, "password")


def test_a_small_parquet_file_of_ten_million_rows(tmp_path):
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path, n = tmp_path / "a.parquet", 10_000_000
    table = pa.table({"nama_fktp": pa.nulls(n), "kontak": pa.nulls(n), "peserta": pa.nulls(n)})
    pq.write_table(table, path)
    assert path.stat().st_size < 1 << 20
    refused(path, "rows|cells|large")


def test_a_circle_in_the_sectors_of_an_old_workbook(tmp_path):
    path = tmp_path / "a.xls"
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[24:32] = bytes.fromhex("3e000300feff0900")
    header[32:34] = (6).to_bytes(2, "little")
    header[44:52] = (1).to_bytes(4, "little") + (1).to_bytes(4, "little")
    header[60:64] = header[68:72] = b"\xfe\xff\xff\xff"
    header[76:512] = bytes(4) + b"\xff" * 432
    table = (0xFFFFFFFD).to_bytes(4, "little") + (1).to_bytes(4, "little") + b"\xff" * 504
    path.write_bytes(bytes(header) + table + bytes(512))
    refused(path, "damaged")


# refusals, in both languages


def told(path, **options):
    with pytest.raises(kbk.KbkError) as caught:
        kbk.read(path, **options)
    assert caught.value.to("en") == str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("data", "indonesian", "english"),
    [
        (None, "tidak ada. Periksa tempat", "does not exist. Check"),
        (b"", "kosong. Simpan atau unduh lagi.", "is empty. Save or download it again."),
        (b"PK\3\4" + b"x" * 50, "rusak, atau bukan berkas seperti namanya", "is damaged or not"),
        (b"<html></html>", "adalah halaman web", "is a web page"),
        (b"satu;dua\n1;2\n", "tidak ada lembar dengan tabel", "no sheet holds a table"),
    ],
)
def test_a_refusal_speaks_the_language_asked_for(tmp_path, data, indonesian, english):
    path = tmp_path / "a.csv"
    if data is not None:
        path.write_bytes(data)
    error = told(path, lang="id")
    assert indonesian in error.to("id")
    assert english in str(error)
    assert error.__notes__ == [error.to("id")]
    assert not hasattr(told(path, lang="en"), "__notes__")


def test_a_sheet_that_is_not_there_is_said_in_both_languages(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Nama FKTP,Peserta\nA,1\n", encoding="utf-8")
    error = told(path, sheet="b")
    assert error.to("id") == "Tidak ada lembar 'b'. Pilihan: a."
    assert str(error) == "Unknown sheet 'b'. Choices: a."


@pytest.mark.parametrize(
    ("headings", "english", "indonesian"),
    [
        ("Nama FKTP,AK,Angka Kontak", "give mapping= to name", "beri mapping="),
        ("Nama FKTP,AK,AK", "'AK' and 'AK' (B, C) all mean ak_permille; rename or", "ganti judul"),
        ("Nama FKTP,AK,,Nama FKTP,AK", "if two tables stand side by side", "tabel berdampingan"),
        ("Nama FKTP,AK Jan 2023,AK Feb 2023,AK Mar 2023", "months stand side by side", "berjajar"),
        ("Wilayah kerja,Jan,Feb,Mar", "months stand side by side", "satu baris per FKTP dan bulan"),
    ],
)
def test_what_helps_is_said_for_columns_that_mean_the_same(tmp_path, headings, english, indonesian):
    path = tmp_path / "a.csv"
    row = ",".join(["A", *"1" * headings.count(",")])
    path.write_text(f"{headings}\n{row}\n", encoding="utf-8")
    error = told(path)
    assert english in str(error)
    assert indonesian in error.to("id")


def test_months_beside_each_other_in_a_table_that_is_known_are_a_finding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Kode PPK,Nama FKTP,Jan,Feb,Mar\n1,A,5,6,7\n", encoding="utf-8")
    assert "months_as_columns" in [one.rule for one in kbk.read(path).findings]
