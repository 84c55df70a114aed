"""Tables of strata as people write them."""

import pytest

from kbkresearch.errors import KbkError
from kbkresearch.intake.strata import read_strata


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_headings_numbers_and_total_rows_are_understood(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Kunjungan menurut umur"],
        [],
        [
            "No",
            "Nama FKTP",
            "Gol Umur",
            "L/P",
            "Jumlah Peserta",
            "Jumlah Kunjungan",
            "member_months",
        ],
        [1, "A", "0 – 4 th", "L", "1.867", 84, "11.202"],
        [2, "A", "≥ 5", "P", "9.760", 981, "58.560"],
        ["Jumlah", None, None, None, 11627, 1065, 69762],
    ):
        sheet.append(row)
    book.save(tmp_path / "umur.xlsx")
    reading = read_strata(tmp_path / "umur.xlsx")
    table = reading.table
    assert table["facility_id"].tolist() == ["A", "A"]
    assert table["age_band"].tolist() == ["0 – 4 th", "≥ 5"]
    assert table["sex"].tolist() == ["L", "P"]
    assert table["members"].tolist() == [1867, 9760]
    assert table["member_months"].tolist() == [11202, 58560]
    assert table.index.tolist() == [4, 5]
    assert reading.n_rows == 2
    assert len(reading.rejected) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("age_band,members,visits\n0-4,10,tiga\n", r"row 2: visits 'tiga' is no number \(1 such"),
        ("age_band,members,visits,persons\n0-4,10,3,x\n", "row 2: persons 'x' is no number"),
        ("age_band,members,visits\n", "no sheet holds rows under known headings"),
        ("a,b\n1,2\n", "no sheet holds rows under known headings"),
        ("Umur,Usia,members\n0-4,0-4,3\n", "'Umur' and 'Usia' all mean age_band"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, text, says):
    with pytest.raises(KbkError, match=says):
        read_strata(written(tmp_path / "f.csv", text))


def test_two_divisions_of_the_same_members_are_not_added_up(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for name in ("umur", "seks"):
        sheet = book.create_sheet(name)
        sheet.append([name, "Kelompok Umur", "Peserta", "Kunjungan"])
        sheet.append([1, "0+", 10, 2])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(KbkError, match="several sheets hold a table: umur, seks"):
        read_strata(tmp_path / "two.xlsx")
    assert read_strata(tmp_path / "two.xlsx", sheet="seks").table["members"].tolist() == [10]


def test_identifiers_of_persons_are_dropped_and_said(tmp_path):
    text = "NIK,Umur,Peserta,Kunjungan\n1234567890123456,0+,10,2\n"
    reading = read_strata(written(tmp_path / "f.csv", text))
    assert "NIK" not in reading.table
    assert [one.rule for one in reading.findings] == ["personal_identifier"]
