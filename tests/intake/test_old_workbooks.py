"""Old workbooks (xls): the file around them, their cells record by record, those with errors."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
import xlwt
from fuzz import survives
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlwt.CompoundDoc import XlsDoc

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake.error_cells import error_text
from kbkresearch.intake.ole import OleFile
from kbkresearch.intake.sheets import read_sheets
from kbkresearch.intake.xls import check_xls

FILES = Path(__file__).with_name("files")
SECTOR, SMALL = 512, 64
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF
CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
         0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA"}  # fmt: skip


# the file around the workbook


def sectors(*tables, small=END):
    """Return an OLE file whose sectors hold these tables; the first is that of all sectors."""
    header = bytearray(SECTOR)
    header[30:32] = (9).to_bytes(2, "little")
    header[60:64] = small.to_bytes(4, "little")
    header[68:72] = b"\xfe\xff\xff\xff"
    header[76:] = bytes(4) + b"\xff" * (SECTOR - 80)
    parts = [b"".join(one.to_bytes(4, "little") for one in table) for table in tables]
    return bytes(header) + b"".join(part.ljust(SECTOR, b"\xff") for part in parts)


@pytest.mark.parametrize(
    ("data", "sound"),
    [
        (sectors([END, 2, END], [], []), True),
        (sectors([END, 2, 1], [], []), False),
        (sectors([0], []), False),
        (sectors([END, END], [1, 2, END], small=1), True),
        (sectors([END, END], [1, 0], small=1), False),
        (sectors([END, END], [3, END, END, 1], small=1), True),
        (b"", False),
        (bytes(SECTOR), False),
    ],
)
def test_chains_of_sectors_end(data, sound):
    if sound:
        OleFile("a.xls", data)
        return
    with pytest.raises(BadArgumentError, match=r"a\.xls is damaged"):
        OleFile("a.xls", data)


def entry(name, first, length, kind=2):
    """Return the entry of a stream in the directory."""
    text = name.encode("utf-16-le").ljust(64, b"\0")
    rest = struct.pack("<HBB3I", 2 * len(name) + 2, kind, 1, FREE, FREE, FREE)
    return text + rest + bytes(36) + struct.pack("<III", first, length, 0)


def compound(stream, name="Workbook"):
    """Return an OLE file with one short stream, in small sectors that lie in backward order."""
    n = -(-len(stream) // SMALL)
    pieces = [stream[at : at + SMALL].ljust(SMALL, b"\0") for at in range(0, n * SMALL, SMALL)]
    held = b"".join(reversed(pieces))
    n_held = -(-len(held) // SECTOR)
    last = 3 + n_held - 1
    table = [0xFFFFFFFD, END, END, *range(4, last + 1), END]
    small = [END, *range(n - 1)]
    directory = entry("Root Entry", 3, n * SMALL, 5) + entry(name, n - 1, len(stream))
    header = bytearray(sectors(table, [], small, small=2))
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    header[24:34] = bytes.fromhex("3e00 0300 feff 0900 0600")
    header[44:52] = struct.pack("<II", 1, 1)
    header[56:60], header[64:68] = struct.pack("<I", 4096), struct.pack("<I", 1)
    header[2 * SECTOR : 3 * SECTOR] = directory.ljust(SECTOR, b"\0")
    return bytes(header) + held.ljust(n_held * SECTOR, b"\0")


@pytest.mark.parametrize("size", [4_096, 100_000, 8_000_000])
def test_a_long_stream_is_what_another_program_has_put_into_the_file(size):
    content = bytes(range(251)) * (size // 251 + 1)
    out = io.BytesIO()
    XlsDoc().save(out, content[:size])
    got = OleFile("a.xls", out.getvalue()).stream("Workbook", "Book")
    assert got[:size] == content[:size]
    assert not got[size:].strip(b"\0")


@pytest.mark.parametrize("size", [1, 64, 65, 1_000, 4_095])
def test_a_short_stream_is_put_together_from_small_sectors(size):
    content = (bytes(range(1, 252)) * 20)[:size]
    assert OleFile("a.xls", compound(content, "Book")).stream("Workbook", "Book") == content


def test_the_stream_that_is_asked_for_first_is_taken():
    data = compound(b"x" * 10, "Word")
    with pytest.raises(BadArgumentError, match=r"a\.xls holds no workbook"):
        OleFile("a.xls", data).stream("Workbook", "Book")


@pytest.mark.parametrize("at", [44, 64])
def test_more_tables_of_sectors_than_there_are(at):
    data = bytearray(compound(b"x" * 10))
    data[at : at + 4] = struct.pack("<I", 0xFFFFFF)
    with pytest.raises(BadArgumentError, match="missing"):
        OleFile("a.xls", bytes(data))


def test_a_file_that_breaks_off_is_refused():
    data = (FILES / "synthetic.xls").read_bytes()
    for size in range(0, len(data), SECTOR):
        with pytest.raises(BadArgumentError, match=r"damaged|no workbook"):
            OleFile("a.xls", data[:size]).stream("Workbook")


# the records of the workbook


def record(kind, *parts):
    content = b"".join(parts)
    return struct.pack("<HH", kind, len(content)) + content


def begin(kind, version=0x0600):
    return record(0x0809, struct.pack("<HHHHII", version, kind, 0, 0, 0, 0))


def place(row, column):
    return struct.pack("<HHH", row, column, 0)


def number(row, column, value):
    return record(0x0203, place(row, column), struct.pack("<d", value))


def typed_error(row, column, code):
    return record(0x0205, place(row, column), bytes([code, 1]))


def formula(row, column, value):
    """Return a formula, 0, that came to eight bytes."""
    return record(0x0006, place(row, column), value, bytes(6), b"\3\0\x1e\0\0")


def formula_error(row, column, code):
    return formula(row, column, bytes([2, 0, code, 0, 0, 0, 0xFF, 0xFF]))


def area(rows, columns, form="<IIHHH"):
    return record(0x0200, struct.pack(form, 0, rows, 0, columns, 0))


END_OF_PART = record(0x000A)


def book(*sheets, version=0x0600):
    """Return the records of a workbook; each sheet is the records between its begin and end."""
    names = [f"Lembar {at}".encode() for at, _ in enumerate(sheets)]
    flags = b"\0" if version == 0x0600 else b""
    head = begin(5, version)
    at = len(head) + sum(12 - (not flags) + len(name) for name in names) + len(END_OF_PART)
    parts = []
    for name, cells in zip(names, sheets, strict=True):
        text = bytes([len(name)]) + flags + name
        head += record(0x0085, struct.pack("<IH", at, 0), text)
        parts.append(begin(0x10, version) + cells + END_OF_PART)
        at += len(parts[-1])
    return head + END_OF_PART + b"".join(parts)


def test_every_error_is_read_whether_typed_or_come_to():
    typed = b"".join(typed_error(at, 1, code) for at, code in enumerate(CODES))
    come = b"".join(formula_error(at, 2, code) for at, code in enumerate(CODES))
    found = check_xls("a.xls", book(typed, come))
    assert found == [
        {(at, 1): text for at, text in enumerate(CODES.values())},
        {(at, 2): text for at, text in enumerate(CODES.values())},
    ]
    assert [error_text(code) for code in CODES] == list(CODES.values())


def test_what_looks_like_an_error_and_is_none():
    true, text, blank = b"\1\0\1", b"\0\0\0", b"\3\0\0"
    values = [one + bytes(3) + b"\xff\xff" for one in (true, text, blank)]
    values.append(struct.pack("<d", 2.5))
    values.append(b"\2\0\7\0\0\0\0\x40")  # a number whose first bytes are those of an error
    cells = b"".join(formula(at, 0, value) for at, value in enumerate(values))
    cells += record(0x0205, place(9, 0), b"\7\0")  # true, told by 7
    inside = begin(0x20) + typed_error(3, 3, 7) + END_OF_PART  # a chart
    assert check_xls("a.xls", book(cells + inside, inside + typed_error(1, 1, 7))) == [
        {},
        {(1, 1): "#DIV/0!"},
    ]


@pytest.mark.parametrize("version", [0x0500, 0x0600])
@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_error_cells_of_both_versions_are_put_in_their_places(tmp_path, version, name):
    cells = [number(1, 0, 5.5), typed_error(1, 1, 0x2A), formula_error(2, 0, 7), number(2, 3, -1)]
    form = "<IIHHH" if version == 0x0600 else "<HHHHH"
    stream = book(number(0, 0, 1), area(3, 4, form) + b"".join(cells), version=version)
    path = tmp_path / "a.xls"
    path.write_bytes(compound(stream, name))
    first, second = read_sheets(path)
    assert first.rows == [[1.0]]
    assert second.rows == [
        [None] * 4,
        [5.5, "#N/A", None, None],
        ["#DIV/0!", None, None, -1.0],
    ]


CELL = st.tuples(st.integers(0, 600), st.integers(0, 255), st.sampled_from([None, *CODES]))


@settings(max_examples=150, deadline=None)
@given(
    cells=st.lists(CELL, max_size=30, unique_by=lambda one: one[:2]),
    claims=st.none() | st.tuples(st.integers(0, 65_536), st.integers(0, 256)),
)
def test_errors_are_found_whatever_area_a_sheet_claims(cells, claims):
    written = [
        number(row, column, 1.5) if code is None else typed_error(row, column, code)
        for row, column, code in cells
    ]
    stream = book((area(*claims) if claims else b"") + b"".join(written))
    errors = {(row, column): CODES[code] for row, column, code in cells if code is not None}
    assert check_xls("a.xls", stream) == [errors]


# what a damaged or hostile one may not do


def several(row, first, count):
    cells = b"".join(struct.pack("<HI", 0, 2) for _ in range(count))
    last = struct.pack("<H", first + count - 1)
    return record(0x00BD, struct.pack("<HH", row, first), cells, last)


@pytest.mark.parametrize(
    "cells",
    [
        number(0, 256, 1),
        typed_error(0, 65_535, 7),
        formula_error(0, 300, 7),
        record(0x027E, place(0, 300), bytes(4)),
        record(0x00FD, place(0, 300), bytes(4)),
        record(0x0204, place(0, 300), b"\1\0\0a"),
        several(0, 250, 7),
        several(0, 60_000, 1),
        area(1, 256) + number(0, 256, 1),
    ],
)
def test_cells_beyond_the_last_column_are_refused(tmp_path, cells):
    path = tmp_path / "a.xls"
    path.write_bytes(compound(book(cells)))
    with pytest.raises(BadArgumentError, match=r"a\.xls is damaged: it has cells beyond the last"):
        read_sheets(path)
    assert check_xls("a.xls", book(several(0, 250, 6) + number(0, 255, 1))) == [{}]


@pytest.mark.parametrize(
    ("stream", "match"),
    [
        (book(area(65_537, 1)), "claims rows 0 to 65,537"),
        (book(record(0x0200, struct.pack("<IIHHH", 65_536, 16, 0, 16, 0))), "65,536 to 16"),
        (book(area(1, 257)), "257 columns"),
        (book(number(0, 0, 1) + number(65_535, 255, 1)), "spans 16,777,216 cells"),
        (book(area(65_536, 256) + number(0, 0, 1) + number(65_535, 255, 1)), "spans"),
        (book(*[number(65_535, 15, 1)] * 6), "spans"),
        (book(record(0x0205, b"\0\0")), "break off"),
    ],
)
def test_areas_that_no_sheet_has_are_refused(stream, match):
    with pytest.raises(BadArgumentError, match=match):
        check_xls("a.xls", stream)


def test_what_sheets_claim_is_believed_up_to_a_bound():
    roomy = area(50_000, 90) + number(49_999, 89, 1)  # all alike: the second is looked at closely
    assert check_xls("a.xls", book(roomy)) == [{}]
    with pytest.raises(BadArgumentError, match="spans 9,000,000"):
        check_xls("a.xls", book(roomy, roomy, roomy))


def test_sheets_that_lie_upon_each_other_are_refused():
    cells = b"".join(number(row, 0, 1) for row in range(400))
    alone = book(cells)
    begins = int.from_bytes(alone[len(begin(5)) + 4 :][:4], "little")
    again = record(0x0085, struct.pack("<IH", begins + 9 * 14, 0), b"\1\0a") * 9
    head = len(begin(5))
    with pytest.raises(BadArgumentError, match="upon each other"):
        check_xls("a.xls", alone[:head] + again + alone[head:])


def workbook():
    made = xlwt.Workbook()
    for name in ("Januari 23", "Febuari"):
        sheet = made.add_sheet(name)
        for row in range(12):
            for column, value in enumerate([f"Puskesmas Sintetis {row}", row, 1.5 * row, row > 3]):
                sheet.write(row, column, value)
            sheet.row(row).set_cell_error(4, "#DIV/0!")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


BOOK = workbook()


def test_a_workbook_of_another_program_is_read(tmp_path):
    path = tmp_path / "a.xls"
    path.write_bytes(BOOK)
    for sheet in read_sheets(path):
        assert sheet.rows == [
            [f"Puskesmas Sintetis {row}", row, 1.5 * row, row > 3, "#DIV/0!"] for row in range(12)
        ]


@settings(
    max_examples=400, deadline=5000, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=6)
)
def test_mutated_old_workbooks_end_in_one_error_or_none(tmp_path, changes):
    data = bytearray(BOOK)
    for at, value in changes:
        data[at] = value
    survives(tmp_path / "a.xls", bytes(data))
