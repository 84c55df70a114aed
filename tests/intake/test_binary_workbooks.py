"""Binary workbooks (xlsb): their cells of every kind, those with errors, and damaged ones."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import pytest
from fuzz import survives
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsb_writer import ERRORS, Error, Sheet, record, text, write_xlsb

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake import xlsb
from kbkresearch.intake.safety import check_zip
from kbkresearch.intake.sheets import read_sheets

ROWS = [
    [None, None, None, None],
    [None, "Pébruari ‰ – 中", 12_345_679, 100.25],
    [None, True, False, dt.date(2023, 2, 1)],
    [None, -5, 0.1, 2.0**31],
]


def written(tmp_path, *sheets):
    path = tmp_path / "a.xlsb"
    write_xlsb(path, list(sheets))
    return path


@pytest.mark.parametrize("short", [True, False])
def test_cells_of_every_kind(tmp_path, short):
    path = written(
        tmp_path,
        Sheet("Jänuari & <23>", ROWS, merged=[(1, 0, 1, 1)], short=short),
        Sheet("kosong", []),
        Sheet("lama", [["x"]], hidden=True),
    )
    first, empty, hidden = read_sheets(path)
    assert first.rows == ROWS
    assert [one.name for one in (first, empty, hidden)] == ["Jänuari & <23>", "kosong", "lama"]
    assert [one.hidden for one in (first, empty, hidden)] == [False, False, True]
    assert empty.rows == []


@pytest.mark.parametrize("form", ["formulas", "typed", "short"])
def test_every_error_is_read_whether_typed_or_come_to(tmp_path, form):
    rows = [[1, *map(Error, ERRORS)], [None, 2], [*[None] * 12, Error("#N/A")], [Error("#REF!")]]
    second = Sheet("b", rows, formulas=form == "formulas", short=form == "short")
    path = written(tmp_path, Sheet("a", [[1]]), second)
    plain, sheet = read_sheets(path)
    assert plain.rows == [[1]]
    assert sheet.rows == [[*row, *[None] * (13 - len(row))] for row in rows]
    assert check_zip("a.xlsb", path.read_bytes()) == ["xl/worksheets/sheet2.bin"]


def test_a_sheet_of_nothing_but_errors(tmp_path):
    path = written(tmp_path, Sheet("a", [[None], [None, Error("#NUM!")]]))
    (sheet,) = read_sheets(path)
    assert sheet.rows == [[None, None], [None, "#NUM!"]]


def test_names_and_parts_of_sheets_go_by_their_relations():
    listed = b"".join(
        record(156, struct.pack("<II", 0, number), text(f"rId{relation}"), text(name))
        for number, (name, relation) in enumerate({"Zéta": 7, "Alfa": 300}.items())
    )
    data = record(131) + record(143) + listed + record(144)
    assert list(xlsb.sheets(data)) == [("Zéta", "rId7"), ("Alfa", "rId300")]


def test_a_blank_short_cell_takes_a_column():
    cells = record(6, struct.pack("<II", 4, 0), text("a")) + record(12, bytes(4))
    cells += record(1, struct.pack("<II", 9, 0)) + record(17, bytes(4), text("b"))
    row = record(0, struct.pack("<I", 2), bytes(13))
    data = row + cells + row + record(15, bytes(4), b"\1")
    places = [(6, 2, 4), (17, 2, 10), (15, 2, 0)]
    assert [one[:3] for one in xlsb.cells(data)] == places


@pytest.mark.parametrize("length", [1, 120, 124, 127, 128, 20_000])
def test_texts_of_short_cells_may_be_of_any_length(tmp_path, length):
    first, second = "a" * length, "é" * length
    cells = record(6, struct.pack("<II", 0, 0), text(first)) + record(17, bytes(4), text(second))
    path = written(tmp_path, Sheet("a", [["x", "y"]]), Sheet("b", [[1]]))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.bin"]
    start, end = sheet.index(record(7, bytes(12))), sheet.index(record(146))
    parts["xl/worksheets/sheet1.bin"] = sheet[:start] + cells + sheet[end:]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert [one.rows for one in read_sheets(path)] == [[[first, second]], [[1]]]


@pytest.mark.parametrize("kind", [2, 3, 5, 7, 8, 11])
@pytest.mark.parametrize("ending", ["bin", "BIN", "dat"])
def test_far_cells_are_refused_whatever_the_part_is_called(tmp_path, kind, ending):
    row, cell = struct.pack("<I", 1_048_575), struct.pack("<II", 16_383, 0)
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        sheet = record(129) + record(0, row + bytes(8)) + record(kind, cell + bytes(8))
        archive.writestr(f"xl/worksheets/sheet1.{ending}", sheet)
    with pytest.raises(BadArgumentError, match=r"a\.xlsb spans"):
        read_sheets(path)


@given(st.lists(st.tuples(st.integers(0, 2**14 - 1), st.binary(max_size=300)), max_size=8))
def test_records_are_found_whatever_their_kinds_and_lengths(content):
    cells = [
        (kind, place, place + 1) for place, (kind, _) in enumerate(content) if kind in range(2, 12)
    ]
    data = b"".join(
        record(0, struct.pack("<I", place)) + record(kind, struct.pack("<II", place + 1, 0), body)
        for place, (kind, body) in enumerate(content)
        if kind
    )
    assert [one[:3] for one in xlsb.cells(data)] == cells
    *cut, _ = [*xlsb.cells(data[: len(data) // 2]), None]
    assert [one[:3] for one in cut[:-1]] == cells[: max(len(cut) - 1, 0)]


def book():
    out = io.BytesIO()
    rows = [[f"Puskesmas {row}", row, 1.5 * row, Error("#DIV/0!")] for row in range(12)]
    write_xlsb(out, [Sheet("Januari", rows), Sheet("Febuari", rows, short=True)])
    return out.getvalue()


BOOK = book()


@settings(
    max_examples=400, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["sheet1.bin", "sheet2.bin", "/workbook.bin", "Strings.bin", "styles.bin"]),
    st.lists(
        st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=3)), min_size=1, max_size=5
    ),
)
def test_mutated_parts_end_in_one_error_or_none(tmp_path, part, changes):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            for where, value in changes if name.endswith(part) else ():
                at = int(where * len(content))
                content = content[:at] + value + content[at + len(value) :]
            new.writestr(name, content)
    survives(tmp_path / "a.xlsb", out.getvalue())
