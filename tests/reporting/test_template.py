"""The workbook to fill: filled, it is read back without a finding."""

import openpyxl
import pytest

import kbkresearch as kbk
from kbkresearch.reporting.template import write_template


@pytest.fixture
def template(tmp_path):
    return write_template(tmp_path / "kbk.xlsx")


def test_filled_it_is_read_without_a_finding(template):
    book = openpyxl.load_workbook(template)
    sheet = book["data"]
    row = [cell.value for cell in sheet[2]]
    for place, value in enumerate(row, start=1):
        sheet.cell(2, place, "0101U01" if place == 1 else value)
        sheet.cell(3, place, "0101U02" if place == 1 else value)
    book.save(template)
    reading = kbk.read(template)
    assert reading.findings == (), reading.report("en")
    assert len(reading.table) == 2
    scored = kbk.score(reading.table)
    assert kbk.findings_of(scored) == ()
    assert scored["payment_pct"].tolist() == [100.0, 100.0]
    assert scored["paid_rp"].tolist() == [60_000_000.0] * 2


def test_the_example_row_is_not_taken_for_data(template):
    reading = kbk.read(template)
    assert (len(reading.table), reading.rejected["reason"].tolist()) == (0, ["example_row"])


def test_choices_drop_down(template):
    sheet = openpyxl.load_workbook(template)["data"]
    lists = [one.formula1 for one in sheet.data_validations.dataValidation if one.type == "list"]
    assert any("puskesmas" in one for one in lists)
    assert any("ya,tidak" in one for one in lists)


def test_codes_and_months_stay_as_they_are_typed(template):
    sheet = openpyxl.load_workbook(template)["data"]
    spans = [one for one in sheet.column_dimensions.values() if one.number_format == "@"]
    as_text = {place for one in spans for place in range(one.min, one.max + 1)}
    for place, heading in enumerate((cell.value for cell in sheet[1]), start=1):
        wanted = heading in {"Kode FKTP", "Nama FKTP", "Jenis FKTP", "Bulan"}
        assert (place in as_text) == wanted, heading
        assert (sheet.cell(2, place).number_format == "@") == wanted, heading


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(kbk.KbkError, match="xlsx"):
        write_template(tmp_path / "kbk.xls")
