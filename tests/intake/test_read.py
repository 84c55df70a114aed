"""Files as people hold them, read whole: right, or refused by name; every row accounted for."""

import itertools
import pathlib

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import kbkresearch as kbk
from kbkresearch.intake import delimited

HEADINGS = [
    "Bulan Kapitasi", "KAB/KOTA", "Kode PPK", "NAMA FKTP", "TIPE FKTP", "JUMLAH KONTAK",
    "PESERTA TERDAFTAR", "Kasus Non Spesialistik", "Jumlah Rujukan", "Prolanis DM Terkendali",
    "Peserta Diangnosa DM", "Prolanis HT Terkendali", "Peserta Diangnosa HT",
]  # fmt: skip
NUMBERS = [
    "contacts", "members", "nonspecialist_referrals", "referrals", "dm_controlled",
    "dm_diagnosed", "ht_controlled", "ht_diagnosed",
]  # fmt: skip


def recap(month, n=4):
    """Invented rows of a branch recap; no facility in them is real."""
    return [
        [
            month, "KOTA SINTETIS", f"0{100 + i}U01", f"PKM SINTETIS {i}", "Puskesmas",
            1_000 + 200 * i, 10_000, i, 150, 3 + i, 90, 5 + i, 210,
        ]
        for i in range(n)
    ]  # fmt: skip


def write(path, sheets, hidden=()):
    with xlsxwriter.Workbook(str(path)) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if name in hidden:
                sheet.hide()
    return path


@pytest.fixture
def workbook(tmp_path):
    title = [["CAPAIAN KBK (DATA SINTETIS)"], []]
    sheets = {
        "Januari 23": [*title, HEADINGS, *recap("Jan 2023"), ["Jumlah", "", "", "", "", 5200]],
        "Februari 23": [*title, HEADINGS, *recap("Feb 2023")],
        "catatan": [["tidak ada tabel di sini"]],
    }
    return write(tmp_path / "capaian.xlsx", sheets)


def test_a_recap_of_several_sheets_is_read_and_scored(workbook):
    reading = kbk.read(workbook)
    assert reading.n_rows == 8 == len(reading.table) + len(reading.rejected)
    assert reading.table["month"].dt.month.tolist() == [1] * 4 + [2] * 4
    assert reading.table["facility_id"].iloc[0] == "0100U01"
    assert set(reading.table["facility_type"]) == {"puskesmas"}
    assert reading.table["contacts"].tolist() == [1000, 1200, 1400, 1600] * 2
    assert reading.findings.total("error") == 0, reading.findings.describe()
    scored = kbk.score(reading.table)
    assert scored["ak_rating"].tolist() == [1, 1, 1, 4] * 2
    assert scored["payment_pct"].notna().all()
    assert scored.index.names == ["sheet", "row"]
    assert scored.index[0] == ("Januari 23", 4)


def test_text_in_indonesian_style_is_the_same_table(tmp_path, workbook):
    lines = [";".join(HEADINGS)]
    for row in recap("Jan 2023"):
        texts = [f"{v:,}".replace(",", ".") if isinstance(v, int) else v for v in row]
        lines.append(";".join(texts))
    path = tmp_path / "capaian.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    one, other = kbk.read(path).table, kbk.read(workbook, sheet="Januari 23").table
    pd.testing.assert_frame_equal(
        one[NUMBERS].reset_index(drop=True), other[NUMBERS].reset_index(drop=True)
    )


def test_counts_prove_the_unit_of_a_printed_contact_rate(tmp_path):
    rows = [["NAMA FKTP", "JUMLAH KONTAK", "PESERTA TERDAFTAR", "AK (‰)"]]
    rows += [[f"SINTETIS {i}", 1_400 + i, 10_000, (1_400 + i) / 100] for i in range(5)]
    reading = kbk.read(write(tmp_path / "ak.xlsx", {"a": rows}))
    assert reading.table["ak_permille"].round(1).tolist() == [140.0, 140.1, 140.2, 140.3, 140.4]
    assert [one.rule for one in reading.findings] == ["unit_converted"]


def test_a_converted_rate_is_compared_to_the_decimals_that_it_was_printed_with(tmp_path):
    rows = [["NAMA FKTP", "JUMLAH KONTAK", "PESERTA TERDAFTAR", "AK (%)"]]
    rows += [["SINTETIS 1", 2_840, 18_987, 14.96], ["SINTETIS 2", 2_034, 13_543, 15.02]]
    reading = kbk.read(write(tmp_path / "ak.xlsx", {"a": rows}))
    assert [one.rule for one in reading.findings] == ["unit_converted"]


def test_a_near_miss_counts_more_if_the_table_lacks_the_column(tmp_path):
    rows = [[*HEADINGS, "Juml Rujukann", "NIK"], *[[*row, 1, "x"] for row in recap("Jan 2023")]]
    rows[0][HEADINGS.index("PESERTA TERDAFTAR")] = "Pesrta terdaftar"
    reading = kbk.read(write(tmp_path / "x.xlsx", {"a": rows}))
    found = {one.column: one for one in reading.findings}
    assert found["Pesrta terdaftar"].severity == "warning"
    assert "Peserta terdaftar (members)" in found["Pesrta terdaftar"].message_id
    assert found["Juml Rujukann"].severity == "info"
    assert "unknown_columns" not in {one.rule for one in reading.findings}  # the NIK is dropped


def test_a_unit_that_nothing_decides_is_asked_for(tmp_path):
    rows = [["NAMA FKTP", "AK (%)", "RRNS (%)", "RPPT (%)"]]
    rows += [[f"SINTETIS {i}", 82.7, 1.5, 2.5] for i in range(3)]
    path = write(tmp_path / "ak.xlsx", {"a": rows})
    open_reading = kbk.read(path)
    assert open_reading.table["ak_permille"].isna().all()
    assert open_reading.table["ak_permille_printed"].tolist() == [82.7] * 3
    assert "ambiguous_unit" in {one.rule for one in open_reading.findings}
    told = kbk.read(path, units={"ak": "permille"})
    assert told.table["ak_permille"].tolist() == [82.7] * 3
    with pytest.raises(kbk.KbkError, match="permille, pct, share"):
        kbk.read(path, units={"ak": "promille"})


def test_rows_that_stand_twice_are_rejected_and_counted(tmp_path):
    rows = recap("Jan 2023")
    copy, conflict = list(rows[0]), list(rows[1])
    conflict[5] = 999
    path = write(tmp_path / "x.xlsx", {"a": [HEADINGS, *rows, copy, conflict]})
    reading = kbk.read(path)
    assert reading.n_rows == 6
    assert len(reading.table) == 3
    assert sorted(reading.rejected["reason"]) == [
        "conflicting_rows", "conflicting_rows", "repeated_row",
    ]  # fmt: skip
    assert reading.rejected["row"].tolist() == [3, 6, 7]


def test_persons_are_dropped_hidden_sheets_and_near_misses_reported(tmp_path):
    rows = [[*HEADINGS, "NIK", "Peserta Terdaftarr"]]
    rows += [[*row, f"32{i:014}", 5] for i, row in enumerate(recap("Jan 2023"))]
    path = write(
        tmp_path / "x.xlsx", {"a": rows, "b": [HEADINGS, *recap("Feb 2023")]}, hidden=["b"]
    )
    reading = kbk.read(path)
    rules = {one.rule for one in reading.findings}
    assert {"personal_identifier", "hidden_sheet", "near_miss"} <= rules
    assert "NIK" not in reading.table
    assert "32000" not in str(reading.findings.frame.to_dict())
    assert reading.n_rows == 4
    assert kbk.read(path, sheet="b").n_rows == 4


def test_bad_cells_cost_themselves_only(tmp_path):
    rows = recap("Jan 2023")
    rows[0][5], rows[1][6], rows[2][0] = "banyak", "#DIV/0!", "kapan-kapan"
    reading = kbk.read(write(tmp_path / "x.xlsx", {"a": [HEADINGS, *rows]}))
    assert reading.n_rows == len(reading.table) == 4
    found = reading.findings.frame
    bad = found[found["severity"] == "error"][["row", "column"]]
    assert sorted(bad.values.tolist()) == [
        [2, "contacts"], [3, "members"], [4, "month"],
    ]  # fmt: skip
    assert np.isnan(reading.table["contacts"].iloc[0])


def test_two_columns_for_one_thing_are_refused(tmp_path):
    rows = [[*HEADINGS, "Jumlah Peserta Terdaftar"], *[[*row, 1] for row in recap("Jan 2023")]]
    path = write(tmp_path / "x.xlsx", {"a": rows})
    with pytest.raises(kbk.KbkError, match="members"):
        kbk.read(path)


def test_a_mapping_is_written_and_read_again(tmp_path):
    rows = [["NAMA FKTP", "Kontak kami", "PESERTA TERDAFTAR"], ["SINTETIS", 15, 100]]
    path = write(tmp_path / "x.xlsx", {"a": rows})
    mapped = kbk.read(path, mapping={"Kontak kami": "contacts"})
    assert mapped.table["contacts"].tolist() == [15]
    mapped.save_mapping(tmp_path / "map.toml")
    again = kbk.read(path, mapping=tmp_path / "map.toml")
    pd.testing.assert_frame_equal(again.table, mapped.table)


@pytest.mark.parametrize("name", ["nothing.xlsx", "empty.csv", "text.csv"])
def test_what_holds_no_table_is_refused_by_name(tmp_path, name):
    if name != "nothing.xlsx":
        (tmp_path / name).write_text("" if name == "empty.csv" else "halo\ndunia\n")
    with pytest.raises(kbk.KbkError, match=name):
        kbk.read(tmp_path / name)


def test_the_report_says_how_many_rows(workbook):
    text = kbk.read(workbook).report("id")
    assert "8 baris = 8 diterima + 0 ditolak" in text


FILES = pathlib.Path(__file__).parent / "files"


@pytest.mark.parametrize("ending", ["xls", "xlsb", "ods"])
def test_older_and_other_workbooks_give_the_same_table(ending):
    files, units = [FILES / f"synthetic.{form}" for form in ("xlsx", ending)], {"rrns": "pct"}
    one, other = (kbk.read(file, units=units) for file in files)
    pd.testing.assert_frame_equal(one.table, other.table)
    assert one.n_rows == other.n_rows == 5
    assert one.table["members"].tolist() == [10_001, 10_002, 10_003, 10_004, 10_005]
    assert one.table.index.tolist() == [4, 5, 6, 7, 8]


def test_error_cells_of_a_workbook_are_findings():
    found = kbk.read(FILES / "synthetic.xlsx").findings.frame
    errors = found[found["value"] == "#DIV/0!"]
    assert errors[["sheet", "row", "column", "rule"]].values.tolist() == [
        ["Januari 23", 6, "rrns_pct", "not_a_number"]
    ]


def test_error_cells_in_other_columns_are_findings_too(tmp_path):
    rows = recap("Jan 2023")
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("a & b")
        for number, row in enumerate([HEADINGS, *rows]):
            sheet.write_row(number, 0, row)
        for column in (0, 3, 4, 5):
            sheet.write_formula(2, column, "=NA()", None, "#N/A")
    reading = kbk.read(path)
    found = reading.findings.frame
    assert found[found["value"] == "#N/A"][["sheet", "row", "column"]].values.tolist() == [
        ["a & b", 3, name] for name in ("month", "facility_name", "facility_type", "contacts")
    ]
    assert reading.table["facility_name"].isna().tolist() == [False, True, False, False]


def test_what_was_left_out_below_the_headings_is_said():
    reading = kbk.read(FILES / "synthetic.xlsx")
    rows = {one.rule: one.rows for one in reading.findings}
    assert rows["total_rows"] == (9,)
    assert rows["signature_rows"] == (11, 12, 14, 15)


def test_progress_is_told(workbook):
    steps = []
    kbk.read(workbook, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


HEAD = "Kode PPK;NAMA FKTP;Bulan;PESERTA TERDAFTAR;JUMLAH KONTAK;AK (‰);Tarif;Catatan"
LINE = "0{i}U01;PKM SINTÉTIS {i};0{i}/2023;1{i}.000;1.{i}00;12{i},5;Rp 5.000;x"
LINES = [LINE.format(i=i) for i in range(1, 6)]
BODIES = {
    "regular": [HEAD, *LINES],
    "title and footer": ["REKAP;;", "", HEAD, *LINES, "", "Jumlah;;;65.000", "Sumber: sintetis"],
    "ragged": [HEAD, LINES[0], "A;B", LINES[1] + ";;y", *LINES[2:]],
    "repeated header": [HEAD, *LINES[:2], HEAD, "(1);(2);(3);(4);(5);(6);(7);(8)", *LINES[2:]],
    "units": [HEAD, ";;;orang;orang;‰;Rp;", *LINES],
    "blank lines": [HEAD, "", *LINES, "", ";;;;;;;", ""],
    "first column blank": [";" + HEAD, *(";" + line for line in LINES), ";Total;;;1"],
    "other numbers": [HEAD, "1;a;1/2023;12;-;0,125;5000,5;", "2;b;2/2023;1.5;#N/A;1500/00;x;",
                      "3;c;3/2023;1234567890123456;1,,5;.5;(5);", "4;d;?;0012;5.;1.234.567;,5;"],
    "ambiguous": [HEAD, *(f"{i};a;2023-0{i};12.000;1.000;12.345;6.000;" for i in range(1, 4))],
    "signature": [HEAD, *LINES, "", "Medan, 5 Januari 2024", "Mengetahui,;;Kepala Puskesmas",
                  "dr. Sintetis", "NIP. 1975"],
    "repeated rows": [HEAD, *LINES, LINES[0], LINES[1].replace("1.200", "1.201")],
    "long cells": [HEAD, *LINES, f"9;{'n' * 100};9/2023;{'1' * 70};1;1;1;"],
    "empty": [""],
    "no table": ["a;b", "1;2"],
}  # fmt: skip
FORMS = [
    *itertools.product(["utf-8", "utf-8-sig", "utf-16", "cp1252"], [";"], ["\n"]),
    *itertools.product(["utf-8"], ["\t", "|", ","], ["\r\n"]),
]


def outcome(path):
    try:
        reading = kbk.read(path)
    except kbk.KbkError as error:
        return str(error)
    return reading


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize(("encoding", "mark", "end"), FORMS)
def test_the_fast_and_the_general_way_read_the_same(
    tmp_path, monkeypatch, body, encoding, mark, end
):
    text = end.join(body).replace("‰", "%" if encoding == "cp1252" else "‰")
    text = text.replace(",", ".") if mark == "," else text
    path = tmp_path / "a.csv"
    path.write_bytes(text.replace(";", mark).encode(encoding))
    fast = outcome(path)
    monkeypatch.setattr(delimited, "_plain", lambda *_: None)
    general = outcome(path)
    if isinstance(fast, str):
        assert fast == general
        return
    assert fast.n_rows == len(fast.table) + len(fast.rejected)
    pd.testing.assert_frame_equal(fast.table, general.table)
    pd.testing.assert_frame_equal(fast.rejected, general.rejected)
    assert fast.findings == general.findings
    assert fast.headings == general.headings


@pytest.mark.parametrize("quoted", [LINES[0].replace("PKM", '"PKM\nbaru;"'), '"' + LINES[0]])
def test_quoted_cells_go_the_general_way(tmp_path, quoted):
    path = tmp_path / "a.csv"
    path.write_text("\n".join([HEAD, quoted, *LINES[1:]]), encoding="utf-8")
    found = outcome(path)
    if isinstance(found, str):
        assert "quotation mark" in found
    else:
        assert found.table["facility_name"].iloc[0] == "PKM\nbaru; SINTÉTIS 1"
        assert found.n_rows == 5


def test_a_default_type_is_not_taken_for_one_that_is_printed_and_unknown(tmp_path):
    rows = recap("Jan 2023", 3)
    rows[1][4], rows[2][4] = "Klinik Utama", ""
    path = write(tmp_path / "types.xlsx", {"Data": [HEADINGS, *rows]})
    reading = kbk.read(path)
    (finding,) = [one for one in reading.findings if one.rule == "unknown_label"]
    assert finding.values == ("Klinik Utama",)
    assert "klinik_pratama, rs_d_pratama" in finding.message_id
    assert reading.table["facility_type"].tolist() == ["puskesmas", None, None]
    assert reading.table["facility_type_printed"].tolist() == [None, "Klinik Utama", None]
    scored = kbk.score(reading.table, facility_type="puskesmas")
    assert scored["payment_pct"].isna().tolist() == [False, True, False]
    (finding,) = [one for one in kbk.findings_of(scored) if one.column == "facility_type"]
    assert finding.rule == "unknown_facility_type"
    assert finding.message_en.startswith("1 rows")
    assert kbk.next_level(scored)["payment_pct"].isna().tolist() == [False, True, False]
    scored.to_csv(tmp_path / "again.csv", index=False)
    again = kbk.score(kbk.read(tmp_path / "again.csv").table, facility_type="puskesmas")
    assert again["payment_pct"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_labels_of_variables_are_headings_where_their_names_say_nothing(tmp_path, ending):
    package = pytest.importorskip("pyreadstat")
    columns = {
        "v1": ["A", "B"], "ak": [151.5, 140.0], "v3": [10_000.0, 9_000.0], "catatan": ["x", "y"],
        "v5": ["3201010101900001", "x"], "ak_kat": [1.0, 2.0],
    }  # fmt: skip
    labels = ["Nama FKTP", "", "Peserta terdaftar", "bebas", "NIK", "Angka Kontak (‰)"]
    path = tmp_path / f"a.{ending}"
    getattr(package, f"write_{ending}")(pd.DataFrame(columns), str(path), column_labels=labels)
    reading = kbk.read(path, units={"ak": "permille"})
    assert [*reading.table] == ["facility_name", "ak_permille", "members", "catatan", "ak_kat"]
    assert reading.table["members"].tolist() == [10_000, 9_000]
    (finding,) = [one for one in reading.findings if one.rule == "labels_as_headings"]
    assert (finding.severity, finding.message_en.partition(": ")[2]) == (
        "info", "v1 = Nama FKTP, v3 = Peserta terdaftar, v5 = NIK",
    )  # fmt: skip
    mapped = kbk.read(path, units={"ak": "permille"}, mapping={"v3": "contacts"})
    assert "contacts" in mapped.table
    assert "members" not in mapped.table


def test_months_of_stata_are_read(tmp_path):
    package = pytest.importorskip("pyreadstat")
    path = tmp_path / "a.dta"
    months, days = [756.0, 767.0], [23_011.0, 23_360.0]
    for column, shown in ((months, "%tm"), (days, "%td"), (months, "%tmMon_CCYY")):
        frame = pd.DataFrame({"nama_fktp": ["A", "B"], "bulan": column, "peserta": [1e4, 2e4]})
        package.write_dta(frame, str(path), variable_format={"bulan": shown})
        read = kbk.read(path).table["month"]
        assert read.dt.strftime("%Y-%m").tolist() == ["2023-01", "2023-12"]
