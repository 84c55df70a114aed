"""Cells formatted as percentages hold shares: the file says which, and the reading says so too."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kbkresearch as kbk
from kbkresearch.intake.looks import Looks
from kbkresearch.intake.number_formats import is_percent, percent_cells, percent_styles

PERCENT = "0.00%"
LINKS, NO_LINKS = "xl/_rels/workbook.xml.rels", b"<r/>"
SHEET, STYLES = "xl/worksheets/sheet1.xml", "xl/styles.xml"
ONCE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def write(path, headings, rows):
    """Write rows with xlsxwriter; a pair in them is a value and its format."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a")
        sheet.write_row(0, 0, ["Nama FKTP", *headings])
        for number, cells in enumerate(rows, start=1):
            sheet.write(number, 0, f"F{number}")
            for place, cell in enumerate(cells, start=1):
                value, code = cell if isinstance(cell, tuple) else (cell, None)
                look = book.add_format({"num_format": code}) if code else None
                sheet.write(number, place, value, look)
    return path


def rewrite(path, changes, without=()):
    """Change the parts of a workbook by regular expressions, or leave them out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name not in without}
    for name, (old, new) in changes.items():
        changed = re.sub(old, new, parts[name])
        assert changed != parts[name]
        parts[name] = changed
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def rules(reading, column):
    return [(one.rule, one.severity, one.rows) for one in reading.findings if one.column == column]


@pytest.mark.parametrize(
    ("code", "percent"),
    [
        ("0%", True),
        ("0.00%", True),
        ("#,##0.0 %;[Red]-#,##0.0 %", True),
        ('[=0]"-";0.0%', True),
        ("0.0_)%", True),
        ('0.0"%"', False),
        (r"0.0\%", False),
        ("0.0_%", False),
        ("0.0*%", False),
        ("[$%-421]0.0", False),
        ('0.0"%', False),
        ("General", False),
        ("", False),
    ],
)
def test_formats_with_a_percent_sign_that_counts(code, percent):
    assert is_percent(code) is percent


def test_styles_are_those_of_cells_and_their_own_codes_win():
    styles = b"""<styleSheet xmlns="x">
      <numFmts><numFmt numFmtId="164" formatCode="0.0%"/><numFmt numFmtId="10" formatCode="0"/>
      </numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
      <cellXfs><xf/><xf numFmtId="9"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs>
      <dxfs><dxf><numFmt numFmtId="9" formatCode="0"/></dxf></dxfs></styleSheet>"""
    assert percent_styles(styles) == [False, True, False, True]


@pytest.mark.parametrize(
    "sheet",
    [
        b"""<c r="B2" s="1"><v>1</v></c><c r="B3" s="1" t="n"/><c r="B4" s="1" t="str"/><c s="1"/>
        <c r="AB5" s="1"/><c r="B6" s="7"/><c r="B7"/><c r="B8" s="1" t="s"/>""",
        b"""<x:c s='1' r='B2'><x:v>1</x:v></x:c><x:c t='n' r="B3" s="1"/><x:c r="B4" t='str' s="1"/>
        <x:c r='AB5' s='1'/><x:c s='7' r='B6'/><x:c r='B7'/><x:c s='1' t='s' r='B8'/>""",
    ],
)
def test_cells_however_their_tags_are_written(sheet):
    assert percent_cells(sheet, ["B"], [False, True]) == {"B": {2: True, 3: True, 7: False}}
    assert percent_cells(sheet, [], [True]) == {}


@pytest.mark.parametrize("code", ["0%", "0.00%", "0.0 %;-0.0 %"])
def test_a_column_formatted_as_percentages_is_read_as_it_shows(tmp_path, code):
    headings = ["AK (‰)", "RRNS (%)", "RPPT", "Kelengkapan Sarana (%)"]
    rows = [[(0.15, code), (0.012, code), (0.05, code), (0.9, code)], [(0.1612, code), 0, 0.0, 1]]
    rows[1][3] = (1, code)
    reading = kbk.read(write(tmp_path / "a.xlsx", headings, rows))
    table = reading.table
    assert table["ak_permille"].tolist() == [150.0, 161.2]
    assert table["rrns_pct"].tolist() == [1.2, 0.0]
    assert table["rppt_pct"].tolist() == [5.0, 0.0]
    assert table["infrastructure_pct"].tolist() == [90.0, 100.0]
    for column in ("ak_permille", "rrns_pct", "rppt_pct", "infrastructure_pct"):
        assert rules(reading, column) == [("percent_format", "info", ())]
    assert "0,012 = 1,2 %" in " ".join(reading.report("id").split())
    assert "0.15 = 15 % = 150 ‰" in " ".join(reading.report("en").split())


def test_a_column_that_mixes_both_is_read_cell_by_cell_and_said_to(tmp_path):
    headings = ["AK", "RRNS (%)", "Kelengkapan Sarana (%)"]
    rows = [[(0.15, PERCENT), (0.034, PERCENT), (0.85, PERCENT)], [151.2, 1.2, 87], [149.0, 0.8, 9]]
    reading = kbk.read(write(tmp_path / "a.xlsx", headings, rows))
    assert reading.table["ak_permille"].tolist() == [150.0, 151.2, 149.0]
    assert reading.table["rrns_pct"].tolist() == [3.4, 1.2, 0.8]
    assert reading.table["infrastructure_pct"].tolist() == [85, 87, 9]
    found = {(one.rule, one.row, one.column, one.value) for one in reading.findings.expand()}
    assert found >= {
        ("percent_format", 2, "ak_permille", 0.15),
        ("percent_format", 2, "rrns_pct", 0.034),
        ("percent_format", 2, "infrastructure_pct", 0.85),
        ("unit_in_doubt", 4, "rrns_pct", 0.8),
    }
    assert "ak_permille" not in {column for rule, _, column, _ in found if rule == "unit_in_doubt"}


def test_a_plain_number_among_percentages_that_may_be_one_of_them_is_named(tmp_path):
    path = write(tmp_path / "a.xlsx", ["RRNS (%)"], [[(0.034, PERCENT)], [0.012]])
    reading = kbk.read(path)
    assert reading.table["rrns_pct"].tolist() == [3.4, 0.012]
    assert ("unit_in_doubt", "warning", (3,)) in rules(reading, "rrns_pct")


def test_empty_cells_that_are_formatted_are_no_shares(tmp_path):
    rows = [[("", PERCENT), 8_000], [0.8, 9_000], [("", PERCENT), 7_000]]
    reading = kbk.read(write(tmp_path / "a.xlsx", ["RRNS (%)", "Peserta Terdaftar"], rows))
    assert reading.table["rrns_pct"].fillna(-1).tolist() == [-1, 0.8, -1]
    assert not rules(reading, "rrns_pct")


def test_what_formats_leave_open_is_asked_for_and_the_rest_is_kept(tmp_path):
    rows = [[(0.15, PERCENT)], [15.2], [14.8]]
    path = write(tmp_path / "a.xlsx", ["AK"], rows)
    reading = kbk.read(path)
    assert reading.table["ak_permille"].tolist()[0] == 150.0
    assert reading.table["ak_permille"].isna().tolist() == [False, True, True]
    assert reading.table["ak_permille_printed"].tolist() == [0.15, 15.2, 14.8]
    asked = [one.message_en for one in reading.findings if one.rule == "ambiguous_unit"]
    assert "15.2 → 15.2 ‰ or 152 ‰" in asked[0]
    table = kbk.read(path, units={"ak": "pct"}).table
    assert table["ak_permille"].tolist() == [150.0, 152.0, 148.0]


def test_the_caller_comes_before_the_formats(tmp_path):
    path = write(tmp_path / "a.xlsx", ["AK", "RRNS (%)"], [[(0.5, PERCENT), (0.012, PERCENT)]])
    for unit in ("pct", "share"):  # 1.2 % is 0.012 as a share: what is asked for agrees
        table = kbk.read(path, units={"ak": unit, "rrns": unit}).table
        assert table[["ak_permille", "rrns_pct"]].iloc[0].tolist() == [500.0, 1.2]
    reading = kbk.read(path, units={"ak": "permille"})
    assert reading.table["ak_permille"].tolist() == [0.5]
    assert ("percent_format", "warning", (2,)) in rules(reading, "ak_permille")


COUNTED = ["Jumlah Kontak", "Peserta Terdaftar", "Kasus Non Spesialistik", "Jumlah Rujukan"]


def test_counts_come_before_the_formats_and_the_file_is_not_looked_into(tmp_path, monkeypatch):
    rows = [[1_500, 10_000, 5, 1_000, (0.15, PERCENT), (0.5, PERCENT)]]
    path = write(tmp_path / "a.xlsx", [*COUNTED, "AK (‰)", "RRNS (%)"], rows)
    monkeypatch.setattr(Looks, "percent_cells", lambda *_: pytest.fail("looked into the file"))
    table = kbk.read(path).table
    assert table[["ak_permille", "rrns_pct"]].iloc[0].tolist() == [150.0, 0.5]


def test_formats_decide_where_counts_prove_nothing(tmp_path):
    rows = [[5, 1_000, (0.005, PERCENT)], [9, 1_000, 0.9], [12, 1_000, 1.2], [8, 1_000, 0.8]]
    reading = kbk.read(write(tmp_path / "a.xlsx", [*COUNTED[2:], "RRNS (%)"], rows))
    assert reading.table["rrns_pct"].tolist() == [0.5, 0.9, 1.2, 0.8]


def test_values_above_one_are_not_looked_up(tmp_path, monkeypatch):
    path = write(tmp_path / "a.xlsx", ["AK (‰)", "RRNS (%)"], [[151.2, 1.2], [148.0, 0]])
    monkeypatch.setattr(Looks, "percent_cells", lambda *_: pytest.fail("looked into the file"))
    assert kbk.read(path).table["rrns_pct"].tolist() == [1.2, 0.0]


@pytest.mark.parametrize("heading", ["RRNS", "RRNS (%)"])
@pytest.mark.parametrize("code", ["General", "0.00", '0.00"%"', r"0.00\%"])
def test_a_cell_with_another_format_is_no_hidden_share(tmp_path, heading, code):
    path = write(tmp_path / "a.xlsx", [heading], [[(0.8, code)], [(0.5, code)], [(0, code)]])
    reading = kbk.read(path)
    assert reading.table["rrns_pct"].tolist() == [0.8, 0.5, 0.0]
    assert not rules(reading, "rrns_pct")


def test_values_that_can_hardly_be_per_cent_are_doubted_whatever_their_format(tmp_path):
    path = write(tmp_path / "a.xlsx", ["RRNS (%)", "RPPT"], [[0.012, 0.05], [0.009, 0.07]])
    reading = kbk.read(path)
    assert rules(reading, "rrns_pct") == [("unit_in_doubt", "warning", ())]
    assert rules(reading, "rppt_pct") == [("ambiguous_unit", "error", ())]


@pytest.mark.parametrize("heading", ["RRNS", "RRNS (%)"])
def test_texts_and_delimited_files_have_no_percent_format(tmp_path, heading):
    rows = [["0,8"], [("0,5", PERCENT)], ["0"]]
    text = write(tmp_path / "a.xlsx", [heading], rows)
    csv = tmp_path / "a.csv"
    csv.write_text(f"Nama FKTP;{heading}\nF1;0,8\nF2;0,5\nF3;0\n", encoding="utf-8")
    for path in (text, csv):
        reading = kbk.read(path)
        assert reading.table["rrns_pct"].tolist() == [0.8, 0.5, 0.0]
        assert not rules(reading, "rrns_pct")


def old_workbook(path, rows):
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write(number, place, cell)
    book.save(str(path))
    return path


def parquet(path, rows):
    pd.DataFrame(rows[1:], columns=rows[0]).to_parquet(path)
    return path


@pytest.mark.parametrize(("writer", "name"), [(old_workbook, "a.xls"), (parquet, "a.parquet")])
def test_numbers_without_a_format_are_asked_about_with_both_readings(tmp_path, writer, name):
    path = writer(tmp_path / name, [["Nama FKTP", "RRNS (%)"], ["A", 0.5], ["B", 0.25]])
    reading = kbk.read(path)
    assert reading.table["rrns_pct"].isna().all()
    assert rules(reading, "rrns_pct") == [("ambiguous_unit", "error", ())]
    told = " ".join(reading.report("en").split())
    assert "0.5 → 0.5 % or 50 %" in told
    assert "--unit rrns=pct or --unit rrns=share" in told
    assert kbk.read(path, units={"rrns": "pct"}).table["rrns_pct"].tolist() == [0.5, 0.25]
    assert kbk.read(path, units={"rrns": "share"}).table["rrns_pct"].tolist() == [50.0, 25.0]


def test_a_number_without_a_format_far_below_the_others_is_named(tmp_path):
    rows = [["Nama FKTP", "RRNS"], ["A", 1.2], ["B", 0.034], ["C", 0.5]]
    reading = kbk.read(old_workbook(tmp_path / "a.xls", rows))
    assert rules(reading, "rrns_pct") == [("unit_in_doubt", "warning", (3,))]


def test_what_the_package_names_itself_is_taken_as_it_says(tmp_path):
    path = parquet(tmp_path / "a.parquet", [["facility_name", "rrns_pct"], ["A", 0.01]])
    reading = kbk.read(path)
    assert reading.table["rrns_pct"].tolist() == [0.01]
    assert not rules(reading, "rrns_pct")


@ONCE
@given(
    st.lists(
        st.tuples(*[st.decimals(0, top, places=2) for top in (20, 60, 100)]),
        min_size=1,
        max_size=8,
    )
)
def test_shares_shown_as_per_cent_and_plain_per_cents_are_the_same_table(tmp_path, rows):
    headings = ["RRNS (%)", "RPPT (%)", "Kelengkapan Sarana (%)"]
    plain = [[float(one) for one in row] for row in rows]
    shares = [[(float(one / 100), PERCENT) for one in row] for row in rows]
    one = kbk.read(write(tmp_path / "a.xlsx", headings, plain)).table
    other = kbk.read(write(tmp_path / "b.xlsx", headings, shares)).table
    pd.testing.assert_frame_equal(one, other)


def test_another_writer_with_styles_that_cells_share(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["x"], [None, "Nama FKTP", "RRNS (%)"], [None, "A", 0.012], [None, "B", 1.5]):
        sheet.append(row)
    sheet["C3"].number_format = "0.00%"
    sheet.column_dimensions["C"].number_format = "0.00%"  # not that of the cells that are there
    book.save(tmp_path / "a.xlsx")
    reading = kbk.read(tmp_path / "a.xlsx")
    assert reading.table["rrns_pct"].tolist() == [1.2, 1.5]
    assert rules(reading, "rrns_pct") == [("percent_format", "warning", (3,))]


def test_without_styles_no_cell_shows_a_percentage(tmp_path):
    path = write(tmp_path / "a.xlsx", ["RRNS (%)"], [[0.8], [0.5]])
    reading = kbk.read(rewrite(path, {}, without=[STYLES]))
    assert reading.table["rrns_pct"].tolist() == [0.8, 0.5]


@pytest.mark.parametrize(
    "change",
    [
        {STYLES: (rb"<cellXfs.*</cellXfs>", b"")},
        {SHEET: (rb'(<c r="B\d") s="\d"', rb'\1 s="99"')},
        {SHEET: (rb'<c r="B\d" ', rb"<c ")},
    ],
)
def test_what_a_damaged_file_does_not_say_is_asked_for(tmp_path, change):
    path = write(tmp_path / "a.xlsx", ["RRNS (%)"], [[(0.8, PERCENT)], [(0.5, PERCENT)]])
    reading = kbk.read(rewrite(path, change))
    assert rules(reading, "rrns_pct") == [("ambiguous_unit", "error", ())]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 100])
def test_what_is_no_workbook_gives_no_answer(data):
    looks = Looks(data, SHEET, hides=True)
    assert looks.percent_cells(["A"]) == {}
    assert looks.hidden() == ([], [])


PIECES = st.sampled_from(
    [
        *[b'<c r="A1" s="1">', b'<row r="1" hidden="1">', b'<col min="9" max="1" hidden="1"/>'],
        *[b"<cellXfs>", b'<xf numFmtId="9"/>', b"</cellXfs>", b'hidden="1">', b"<s>", b"</s>"],
        *[b"<", b">", b'"', b"%"],
    ]
)


@settings(max_examples=200, deadline=None)
@given(*[st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join)] * 3)
def test_parts_of_any_content_give_an_answer_or_none(sheet, styles, links):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {SHEET: sheet, STYLES: styles, LINKS: links or NO_LINKS}.items():
            archive.writestr(name, content)
    looks = Looks(out.getvalue(), SHEET, hides=True)
    assert set(looks.percent_cells(["A"])) <= {"A"}
    rows, columns = looks.hidden()
    assert {*map(type, rows)} <= {int}
    assert {*map(type, columns)} <= {range}
