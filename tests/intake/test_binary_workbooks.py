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


BEFORE = (  # cells in a block before the table are none
    record(129) + record(148, bytes(16)) + record(37, bytes(6)) + record(145)
    + record(5, bytes(16)) + record(146) + record(38) + record(145)
)  # fmt: skip
AFTER = record(146) + record(5, struct.pack("<II", 16_383, 0), bytes(8))


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
    assert check_zip("a.xlsb", path.read_bytes()).missed == ["xl/worksheets/sheet2.bin"]


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
    assert [one[:3] for one in xlsb.cells(BEFORE + data + AFTER)] == places
    assert list(xlsb.cells(data)) == []


def with_cells(path, cells):
    """Put other records in the place of the cells of the first sheet."""
    write_xlsb(path, [Sheet("a", [["x", "y"]]), Sheet("b", [[1]])])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    row = record(0, struct.pack("<I", 0), bytes(13))
    parts["xl/worksheets/sheet1.bin"] = BEFORE + row + cells + AFTER
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return [one.rows for one in read_sheets(path)]


@pytest.mark.parametrize("length", [1, 120, 124, 127, 128, 20_000])
def test_texts_of_short_cells_may_be_of_any_length(tmp_path, length):
    first, second = "a" * length, "é" * length
    cells = record(6, struct.pack("<II", 0, 0), text(first)) + record(17, bytes(4), text(second))
    assert with_cells(tmp_path / "a.xlsb", cells) == [[[first, second]], [[1]]]


def test_a_text_with_fonts_in_its_cell(tmp_path):
    fonts = struct.pack("<IHHHH", 2, 0, 0, 3, 1)
    rich = record(62, struct.pack("<II", 1, 0), b"\1", text("Pébruari"), fonts)
    plain = [record(62, struct.pack("<II", at, 0), b"\0", text("x")) for at in (3, 4, 5, 6)]
    short = record(17, bytes(4), text("y"))
    rows = with_cells(tmp_path / "a.xlsb", rich + short + b"".join(plain))
    assert rows == [[[None, "Pébruari", "y", "x", "x", "x", "x"]], [[1]]]
    rows = with_cells(tmp_path / "b.xlsb", plain[0] + short + b"".join(plain[2:]))
    assert rows == [[[None, None, None, "x", "y", "x", "x"]], [[1]]]
    rows = with_cells(tmp_path / "c.xlsb", b"".join(plain) + short)  # as long as before
    assert rows == [[[None, None, None, "x", "x", "x", "x", "y"]], [[1]]]


@pytest.mark.parametrize("kind", [2, 3, 5, 7, 8, 11, 62])
@pytest.mark.parametrize("ending", ["bin", "BIN", "dat"])
def test_far_cells_are_refused_whatever_the_part_is_called(tmp_path, kind, ending):
    row, cell = struct.pack("<I", 1_048_575), struct.pack("<II", 16_383, 0)
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        sheet = BEFORE + record(0, row + bytes(8)) + record(kind, cell + bytes(8))
        archive.writestr(f"xl/worksheets/sheet1.{ending}", sheet)
    with pytest.raises(BadArgumentError, match=r"a\.xlsb spans"):
        read_sheets(path)


KINDS = st.integers(0, 70) | st.integers(0, 2**14 - 1)


@given(st.lists(st.tuples(KINDS, st.binary(max_size=300)), max_size=8))
def test_records_are_found_whatever_their_kinds_and_lengths(content):
    with_column = {*range(2, 12), 62}
    cells = [
        (kind, place, place + 1 if kind in with_column else 0)
        for place, (kind, _) in enumerate(content)
        if kind in with_column or kind in range(13, 19)
    ]
    data = BEFORE + b"".join(
        record(0, struct.pack("<I", place)) + record(kind, struct.pack("<II", place + 1, 0), body)
        for place, (kind, body) in enumerate(content)
        if kind not in {0, 146}
    )
    assert [one[:3] for one in xlsb.cells(data + AFTER)] == cells
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
