"""The synthetic samples: what they say, that they are made again, and their way there and back."""

from __future__ import annotations

import zipfile

import pandas as pd
import pytest
from click.testing import CliRunner
from dirt import problems, same
from make_samples import FOLDER, SAMPLES
from sample_files import MARK, Error, write

import kbkresearch as kbk
from kbkresearch.cli import cli
from kbkresearch.findings import merge
from kbkresearch.intake.sheets import read_sheets

MOST_BYTES = 1 << 20
ALL = pytest.mark.parametrize("name", SAMPLES)


def facility_type(made):
    """Return the type to score by where the file names none."""
    return None if "facility_type" in made.truth else "puskesmas"


def test_the_folder_holds_the_samples_and_little_else():
    files = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert set(files) == {make().file for make in SAMPLES.values()} | {
        "README.md",
        "make_members.py",
    }
    assert sum(files.values()) < MOST_BYTES
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert all(name in readme for name in files)


@ALL
def test_a_sample_is_made_again_from_its_seed(tmp_path, name):
    made = SAMPLES[name]()
    first, second = write(made, tmp_path / "a"), write(SAMPLES[name](), tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    kept = {one.name: one for one in read_sheets(FOLDER / made.file)}
    for one in read_sheets(first):  # the help on the template's other sheet is not the sample's
        assert one == kept[one.name] or "help" in one.name


@ALL
def test_a_sample_says_in_its_name_and_inside_that_it_is_synthetic(name):
    path = FOLDER / SAMPLES[name]().file
    assert path.name.startswith("synthetic-")
    assert inside(path)
    table = kbk.read(path).table
    if "facility_name" in table:
        assert table["facility_name"].str.contains("Sintetis").all()


def inside(path):
    """Tell whether a file bears the mark: in a cell, or in what it says about itself."""
    if any(MARK in str(cell) for one in read_sheets(path) for row in one.rows for cell in row):
        return True
    data = path.read_bytes()
    if zipfile.is_zipfile(path):
        return False
    return any(MARK[:30].encode(code) in data for code in ("utf-8", "utf-16-le"))


@ALL
def test_a_sample_is_read_as_the_truth(name):
    made = SAMPLES[name]()
    reading = kbk.read(FOLDER / made.file)
    scored = kbk.score(reading.table, facility_type=facility_type(made))
    found = merge([reading.findings, kbk.findings_of(scored)])
    assert not problems(made, reading, list(found.expand()), strict=True)
    assert len(reading.table) == len(made.truth)
    assert scored["score"].notna().any()


@pytest.mark.parametrize("name", ["old_workbook", "binary_workbook"])
def test_each_error_cell_of_a_sample_is_told_where_it_stands(name):
    made = SAMPLES[name]()
    told = {
        (one.sheet, one.row, one.column, one.value)
        for one in kbk.read(FOLDER / made.file).findings.expand()
    }
    errors = {
        (one.name, one.place(at), made.columns[place], str(cell))
        for one in made.grids
        for at, row in enumerate(one.rows)
        for place, cell in enumerate(row)
        if isinstance(cell, Error)
    }
    assert len(errors) > 8
    assert {one for one in told if str(one[3]).startswith("#")} == errors


@ALL
@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_read_scored_written_and_read_again_is_the_same_table(tmp_path, name, ending):
    made = SAMPLES[name]()
    path, out = FOLDER / made.file, tmp_path / f"scored.{ending}"
    typed = facility_type(made)
    asked = ["--facility-type", typed] if typed else []
    run = CliRunner().invoke(cli, ["score", str(path), "-o", str(out), *asked])
    assert run.exit_code == 0, run.output
    first = kbk.score(kbk.read(path).table, facility_type=typed)
    again = kbk.read(out)
    assert again.n_rows == len(again.table) + len(again.rejected)
    assert len(again.table) == len(first)
    columns = [one for one in first if one in {*made.truth, "payment_pct", "paid_rp", "ak_rating"}]
    for column in columns:
        pairs = zip(first[column], again.table[column], strict=True)
        assert all(same(one, other) for one, other in pairs), column
    scored = kbk.score(again.table, facility_type=typed)
    assert scored["score"].tolist() == pytest.approx(first["score"].tolist(), nan_ok=True)


INJECTED = ["=HYPERLINK(A1)", "+1", "-1+2", "@x", "=1+1|cmd", "\t=1+1", "\r=1+1", "'=1+1"]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_no_text_of_a_file_becomes_a_formula_in_what_is_written(tmp_path, ending):
    months = pd.DataFrame({
        "facility_name": INJECTED, "=2+2": INJECTED, "facility_type": "puskesmas",
        "members": 10_000, "contacts": 1_500, "referrals": 100, "nonspecialist_referrals": 2,
        "dm_diagnosed": 100, "dm_controlled": 5, "ht_diagnosed": 200, "ht_controlled": 10,
    })  # fmt: skip
    months.loc[0, "contacts"] = -5
    source, out = tmp_path / "a.parquet", tmp_path / f"b.{ending}"
    months.to_parquet(source)
    run = CliRunner().invoke(cli, ["score", str(source), "-o", str(out)])
    assert run.exit_code == 0, run.output
    if ending == "xlsx":
        with zipfile.ZipFile(out) as archive:
            sheets = [archive.read(one) for one in archive.namelist() if "worksheets/" in one]
        assert sheets
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        return
    cells = [cell for row in read_sheets(out)[0].rows for cell in row if cell is not None]
    dangerous = [one for one in cells if str(one)[:1] in "=+-@\t\r" and not _number(one)]
    assert not dangerous


def _number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True
