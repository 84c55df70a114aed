"""The table in a sheet: titles, headings, units, totals and footnotes, and no row lost."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.intake.layout import every_row_is_accounted_for, find_table
from kbkresearch.intake.sheets import RawSheet

KNOWN = {
    "kode ppk",
    "nama fktp",
    "jumlah kontak",
    "peserta terdaftar",
    "jumlah rujukan",
    "prolanis dm terkendali",
    "prolanis dm terdiagnosa",
    "bulan",
    "angka kontak",
}
HEAD = ["Kode PPK", "NAMA FKTP", "JUMLAH KONTAK", "PESERTA TERDAFTAR"]
ONE = ["0205U012", "Puskesmas Kampak", 812.0, 5400.0]
TWO = ["0138U020", "Klinik Total Medika", 90.0, 600.0]


def known(text):
    return text.casefold() in KNOWN


def found(rows):
    width = max(map(len, rows), default=0)
    sheet = RawSheet(
        "a.xlsx", "S", hidden=False, rows=[r + [None] * (width - len(r)) for r in rows]
    )
    table = find_table(sheet, known)
    if table is not None:
        assert every_row_is_accounted_for(sheet, table)
    return table


def test_a_plain_table():
    table = found([HEAD, ONE, TWO])
    assert table.headings == HEAD
    assert table.header_rows == (1,)
    assert table.rows == [ONE, TWO]
    assert table.row_numbers.tolist() == [2, 3]
    assert table.left_out == []
    assert (table.file, table.sheet) == ("a.xlsx", "S")


def test_all_that_stands_around_a_table_is_named():
    table = found(
        [
            ["CAPAIAN KBK KABUPATEN TRENGGALEK"],
            ["Bulan", ": Januari 2023"],
            [],
            HEAD,
            ["(1)", "(2)", "(3)", "(4)"],
            [None, None, "orang", "jiwa"],
            ONE,
            ["Subtotal", None, 812.0, 5400.0],
            [None, "  ", None, None],
            ["CAPAIAN KBK KABUPATEN TRENGGALEK"],
            HEAD,
            ["(1)", "(2)", "(3)", "(4)"],
            TWO,
            ["TOTAL PUSKESMAS", None, "902", "6.000"],
            ["Rata-rata", None, "451,0", "–"],
            [],
            ["Sumber: BPJS Kesehatan Cabang Tulungagung, 2023"],
            ["*) data sementara"],
            ["Keterangan", ": AK = angka kontak"],
        ]
    )
    assert table.rows == [ONE, TWO]
    assert table.row_numbers.tolist() == [7, 13]
    assert table.header_rows == (4,)
    reasons = ["title", "title", "blank", "units", "units", "total", "blank", "title"]
    reasons += ["repeated_header", "units", "total", "total", "blank", *["footnote"] * 3]
    places = [1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 19]
    assert table.left_out == list(zip(places, reasons, strict=True))


def test_two_lines_of_headings_are_joined_and_merged_cells_filled():
    upper = ["Kode PPK", "Nama FKTP", "Prolanis DM", None, "Jumlah", None, "Catatan"]
    lower = [None, None, "Terkendali", "Terdiagnosa", "Kontak", "Rujukan", None]
    rows = [["Rekap"], upper, lower, ["0205U012", "A", 1.0, 2.0, 3.0, 4.0, None], upper, lower]
    table = found(rows)
    assert table.header_rows == (2, 3)
    assert table.headings == [
        *["Kode PPK", "Nama FKTP", "Prolanis DM Terkendali", "Prolanis DM Terdiagnosa"],
        *["Jumlah Kontak", "Jumlah Rujukan", "Catatan"],
    ]
    assert table.row_numbers.tolist() == [4]
    assert table.left_out == [(1, "title"), (5, "repeated_header"), (6, "repeated_header")]


def test_three_lines_of_headings_are_joined():
    first = ["Kode PPK", "Nama FKTP", "Prolanis", None, "Jumlah", None]
    second = [None, None, "DM", None, "Kontak", "Rujukan"]
    third = [None, None, "Terkendali", "Terdiagnosa", None, None]
    table = found([["Rekap"], first, second, third, ["0205U012", "A", 1.0, 2.0, 3.0, 4.0]])
    assert table.header_rows == (2, 3, 4)
    assert table.headings == [
        *["Kode PPK", "Nama FKTP", "Prolanis DM Terkendali", "Prolanis DM Terdiagnosa"],
        *["Jumlah Kontak", "Jumlah Rujukan"],
    ]
    assert table.rows == [["0205U012", "A", 1.0, 2.0, 3.0, 4.0]]


BLOCK = [
    [None, None, "Medan, 5 Januari 2024", None],
    ["Mengetahui,", None, "Kepala Puskesmas Kampak", None],
    [],
    ["(.................)", None, "dr. Siti Sintetis, M.Kes", None],
    ["NIP.", 197501012000011001, "NIP. 19750101 200001 2 001", None],
]


def test_a_signature_block_at_the_end_is_no_data():
    table = found([HEAD, ONE, TWO, ["Total", None, 1.0, 2.0], [], *BLOCK])
    assert table.row_numbers.tolist() == [2, 3]
    assert [why for _, why in table.left_out] == [
        *["total", "blank", "signature", "signature", "blank", "signature", "signature"]
    ]


@pytest.mark.parametrize(
    "row", [["1", "2", "3"], [1.0, 2.0, 3.0], ["(1)", "(2)", "(3)"], ["A", "B", "C"], [*"abc"]]
)
def test_the_numbers_of_three_columns_right_below_their_headings_are_no_data(row):
    numbered = [HEAD[1:], row, ONE[1:], TWO[1:]]
    assert found(numbered).row_numbers.tolist() == [3, 4]
    assert found(numbered[:1] + numbered[2:] + [row]).row_numbers.tolist() == [2, 3, 4]


@pytest.mark.parametrize(
    "row", [[1.0, 2.0, None, 3.0], [1.0, 3.0, 2.0, None], ["A", "B", "C", 4.0]]
)
def test_few_numbers_that_leave_out_a_heading_are_data(row):
    assert found([HEAD, row, ONE]).row_numbers.tolist() == [2, 3]


@pytest.mark.parametrize("row", BLOCK[:2])
def test_a_line_like_a_signature_above_data_stays_data(row):
    assert found([HEAD, ONE, row, TWO]).row_numbers.tolist() == [2, 3, 4]


def test_a_lower_heading_that_is_known_alone_needs_no_upper_one():
    upper = ["Identitas", None, "Capaian", None]
    table = found([upper, HEAD, ONE])
    assert table.header_rows == (2,)
    assert table.headings == HEAD


def test_the_line_above_tells_equal_lower_headings_apart():
    upper = ["Kode PPK", "Nama FKTP", "Semester 1", None, "Semester 2", None]
    lower = [None, None, "Target", "Capaian", "Target", "Capaian"]
    table = found([upper, lower, ["0205U012", "A", 1.0, 2.0, 3.0, 4.0]])
    assert table.headings[2:] == [
        *["Semester 1 Target", "Semester 1 Capaian", "Semester 2 Target", "Semester 2 Capaian"]
    ]
    assert table.header_rows == (1, 2)


@pytest.mark.parametrize(
    "row",
    [
        ["Total Medika", None, 1.0, 2.0],
        ["Jumlah", "Puskesmas A", 1.0, 2.0],
        ["Total", "0205U012", 1.0, 2.0],
        ["0205U012", "Total", 1.0, 2.0],
        [13.0, "Jumlah", 1.0, 2.0],
        ["Sumber Rejo", None, 1.0, 2.0],
        ["Keterangan", None, 1.0, 2.0],
        ["Totalindo Clinic", None, 1.0, 2.0],
        [None, None, None, 2.0],
        ["Puskesmas A", None, None, None],
    ],
)
def test_what_may_be_data_stays_data(row):
    assert found([HEAD, ONE, row]).row_numbers.tolist() == [2, 3]


@pytest.mark.parametrize(
    "name",
    [
        *["Jumlah", "TOTAL", "Total :", "Rata-rata", "rata rata", "Rerata", "Grand Total"],
        *["Sub Total", "Subtotal Kecamatan Kampak", "Jumlah Kab. Trenggalek", "Total 2023"],
        *["Jumlah Januari 2023", "Total Keseluruhan", "Jumlah (N)", "Average"],
    ],
)
def test_words_of_totals(name):
    assert found([HEAD, ONE, [None, name, 1.0, "2,5 %"]]).left_out == [(3, "total")]


def test_numbers_under_the_header_are_column_numbers_only_if_they_count_the_columns():
    assert found([HEAD, [1.0, 2.0, 3.0, 4.0], ONE]).left_out == [(2, "units")]
    assert found([HEAD, ["1", "2", "3", "4=2/3*100"], ONE]).row_numbers.tolist() == [2, 3]
    assert found([HEAD, [1.0, 3.0, 2.0, 4.0], ONE]).row_numbers.tolist() == [2, 3]
    assert found([HEAD, ONE, [1.0, 2.0, 3.0, 4.0]]).row_numbers.tolist() == [2, 3]


def test_empty_columns_go_and_unnamed_columns_with_data_stay():
    table = found([[None, *HEAD, None, None], [None, *ONE, None, "x"]])
    assert table.headings == [*HEAD, ""]
    assert table.rows == [[*ONE, "x"]]


def test_a_heading_without_data_stays():
    assert found([[*HEAD, "Jumlah Rujukan"], ONE]).headings[-1] == "Jumlah Rujukan"


def test_no_table_without_two_known_headings():
    assert found([]) is None
    assert found([["Kode PPK", "x"], ["1", "2"]]) is None
    assert found([[None], ["Daftar isi"]]) is None


def test_cells_of_any_kind_pass_through():
    row = [dt.date(2023, 1, 1), True, 0.0, dt.timedelta(1)]
    assert found([HEAD, row]).rows == [row]


CELLS = st.sampled_from(
    [None, None, "", " ", *HEAD, "Total", "Jumlah", "Sumber: x", "(1)", "%", "A", 1.0, 2.0, "3,5"]
)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=12), st.integers(0, 12))
def test_every_row_is_somewhere_whatever_the_sheet(rows, place):
    rows = [*rows[:place], HEAD, ONE, *rows[place:]]
    table = found(rows)
    assert table is not None
    assert every_row_is_accounted_for(RawSheet("a", "S", hidden=False, rows=rows), table)
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        assert [c for c in rows[number - 1] if c is not None and str(c).strip()] == [
            c for c in row if c is not None and str(c).strip()
        ]


def test_a_lost_row_is_noticed():
    rows = [HEAD, ONE, TWO]
    table = found(rows)
    more = RawSheet("a", "S", hidden=False, rows=[*rows, ONE])
    assert not every_row_is_accounted_for(more, table)
