"""Any table and any damage: read or refused, no traceback, no lost row, in bounded time and memory.

Thousands of damaged files: ``uv run pytest -m slow tests/intake/test_fuzz.py``.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import xlsxwriter
from fuzz import MOST_SECONDS, files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_tables import BULAN, COUNTS, recap_columns

import kbkresearch as kbk

SOUND = {"refused", "read", "scored"}
MOST_MIB = 1024
USUAL, MANY, STEP = 308, 8_800, 880


def read_damaged(first, last, folder):
    """Read the damaged files of some seeds in another process; return what became of each."""
    script = Path(__file__).with_name("fuzz.py")
    done = subprocess.run(
        [sys.executable, str(script), str(first), str(last), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    ended = f"status {done.returncode} at {lines[-1] if lines else 'the start'}\n{done.stderr}"
    assert done.returncode == 0, ended
    return [line for line in lines if "outcome" in line]


def judge(found, n):
    wrong = [line for line in found if line["outcome"] not in SOUND]
    assert not wrong, "\n".join(
        f"seed {one['seed']} {one['file']}: {one['outcome']}" for one in wrong
    )
    assert len(found) == n
    assert max(line["seconds"] for line in found) < MOST_SECONDS
    assert max(line["mib"] for line in found) < MOST_MIB
    assert {line["file"] for line in found} == {path.name for path in files()}


def test_damaged_samples_are_read_or_refused(tmp_path):
    found = read_damaged(0, USUAL, tmp_path)
    judge(found, USUAL)
    assert set(Counter(line["outcome"] for line in found)) >= {"refused", "scored"}


@pytest.mark.slow
@pytest.mark.parametrize("first", range(USUAL, USUAL + MANY, STEP))
def test_many_damaged_samples_are_read_or_refused(tmp_path, first):
    judge(read_damaged(first, first + STEP, tmp_path), STEP)


# tables of anything

KNOWN = [heading for heading, *_ in recap_columns(str, str)]
HEADINGS = st.one_of(
    st.sampled_from([*KNOWN, "AK (‰)", "RRNS (%)", "RPPT", "No", "Keterangan", "Tarif", "members"]),
    st.text(max_size=12),
)
NUMBERS = st.one_of(
    st.integers(0, 30_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**30), 10**30),
)
WORDS = st.sampled_from([
    "1.500", "1,5", "150 ‰", "15%", "-", "n/a", "Rp 6.000", "#REF!", "Jumlah", "Jan 2023", "ya",
    "2023-12", "Puskesmas", "CONTOH", "=1+1", "'007", "1500/00", "3501010000000001", "(12)",
    "Sumber: x",
])  # fmt: skip
CELLS = st.one_of(
    st.none(), st.booleans(), NUMBERS, WORDS, st.text(max_size=8),
    st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1)),
)  # fmt: skip


@st.composite
def tables(draw):
    headings = draw(st.lists(HEADINGS, min_size=2, max_size=8))
    row = st.lists(CELLS, min_size=0, max_size=len(headings) + 1)
    above = draw(st.lists(st.lists(CELLS, max_size=3), max_size=3))
    return [*above, headings, *draw(st.lists(row, min_size=1, max_size=8))]


def write_cells(path, rows):
    """Write cells of any kind; what a workbook cannot hold becomes text."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";").writerows(
                [["" if cell is None else cell for cell in row] for row in rows]
            )
        return
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "d/m/y",
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                huge = isinstance(cell, int) and abs(cell) > 10**15
                if cell is not None:
                    sheet.write(number, place, str(cell) if huge else cell)


ANY = settings(
    max_examples=60,
    deadline=MOST_SECONDS * 1000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@ANY
@given(rows=tables(), ending=st.sampled_from(["xlsx", "csv"]))
def test_any_table_is_read_or_refused_and_no_row_is_lost(tmp_path, rows, ending):
    path = tmp_path / f"any.{ending}"
    write_cells(path, rows)
    try:
        reading = kbk.read(path)
    except kbk.KbkError as error:
        if path.name not in str(error):
            raise
        return
    assert reading.n_rows == len(reading.table) + len(reading.rejected)
    placed = [*reading.table.index, *reading.rejected["row"]]
    assert len(set(placed)) == len(placed)
    assert all(reading.report(lang) for lang in ("id", "en"))
    try:
        scored = kbk.score(reading.table, facility_type="puskesmas")
    except kbk.KbkError:
        return
    assert scored.index.equals(reading.table.index)


ROW = st.lists(st.integers(0, 10**9), min_size=8, max_size=8)


@ANY
@given(
    counts=st.lists(
        st.lists(st.integers(0, 10**9), min_size=8, max_size=8), min_size=1, max_size=9
    ),
    dirt=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 7), CELLS), max_size=4),
    ending=st.sampled_from(["xlsx", "csv"]),
)
def test_whole_numbers_stay_what_they_are_whatever_stands_beside_them(
    tmp_path, counts, dirt, ending
):
    headings = [heading for heading, name, _ in recap_columns(str, str) if name in COUNTS]
    names = [name for _, name, _ in recap_columns(str, str) if name in COUNTS]
    rows = [[f"Puskesmas {BULAN[at]} {at}", *row] for at, row in enumerate(counts)]
    spoiled = {(row, column): cell for row, column, cell in dirt if row < len(rows)}
    for (row, column), cell in spoiled.items():
        rows[row][1 + column] = cell
    path = tmp_path / f"counts.{ending}"
    write_cells(path, [["Nama FKTP", *headings], *rows])
    try:
        reading = kbk.read(path)
    except kbk.KbkError:
        return
    told = {(one.row, one.column) for one in reading.findings.expand()}
    assert reading.n_rows == len(rows)
    for at, values in zip(reading.table.index, reading.table.to_dict("records"), strict=True):
        for column, name in enumerate(names):
            if (at - 2, column) not in spoiled and not {(at, name), (None, name)} & told:
                assert values[name] == counts[at - 2][column]


def test_seeds_give_the_same_damage_every_time():
    from fuzz import damaged

    assert all(damaged(seed) == damaged(seed) for seed in range(0, 44, 7))
    assert len({damaged(seed)[1] for seed in range(44)}) > 40
