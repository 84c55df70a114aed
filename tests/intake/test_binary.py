"""Binary files: damaged ones are refused before native code, and its panics stay unseen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake import binary

FILES = Path(__file__).with_name("files")
SAV = Path(__file__).parents[2] / "data" / "samples" / "synthetic-thesis.sav"
SECTOR = 512


def sectors(*tables, small=0xFFFFFFFE):
    """Return an OLE file whose sectors hold these tables; the first is that of all sectors."""
    header = bytearray(SECTOR)
    header[30:32] = (9).to_bytes(2, "little")
    header[60:64] = small.to_bytes(4, "little")
    header[68:72] = b"\xfe\xff\xff\xff"
    header[76:] = bytes(4) + b"\xff" * (SECTOR - 80)
    parts = [b"".join(one.to_bytes(4, "little") for one in table) for table in tables]
    return bytes(header) + b"".join(part.ljust(SECTOR, b"\xff") for part in parts)


END = 0xFFFFFFFE


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
        binary.check_ole("a.xls", data)
        return
    with pytest.raises(BadArgumentError, match=r"a\.xls is damaged"):
        binary.check_ole("a.xls", data)


def test_sound_files_are_let_pass():
    binary.check_ole("a.xls", (FILES / "synthetic.xls").read_bytes())
    binary.check_sav("a.sav", SAV.read_bytes())
    binary.check_cells("a.parquet", 5_000_000, 1)
    binary.check_cells("a.parquet", 40_000_000, 40_000_000)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (176, 3),  # no variable at all
        (180, 128),  # wider than its format, a number, has it
        (180, 1 << 29),
        (180, -1),  # the rest of a text that none began
        (184, 2),  # a label or none
        (188, 9),  # missing values
    ],
)
def test_a_damaged_list_of_variables_is_refused(at, value):
    data = bytearray(SAV.read_bytes())
    data[at : at + 4] = value.to_bytes(4, "little", signed=True)
    with pytest.raises(BadArgumentError, match=r"a\.sav is damaged"):
        binary.check_sav("a.sav", bytes(data))


def test_a_list_of_variables_that_breaks_off_is_refused():
    data = SAV.read_bytes()
    with pytest.raises(BadArgumentError, match="damaged"):
        binary.check_sav("a.sav", data[:176])


@pytest.mark.parametrize(("cells", "size"), [(50_000_001, 1 << 30), (6_000_000, 1_000)])
def test_more_cells_than_fit_are_refused(cells, size):
    with pytest.raises(BadArgumentError, match="cells"):
        binary.check_cells("a.parquet", cells, size)


class PanicException(BaseException):
    pass


def held(text, error=None):
    with binary.without_panics():
        os.write(2, text)
        if error:
            raise error


def test_a_panic_is_not_printed_and_everything_else_is(capfd):
    held(b"native\n")
    with pytest.raises(PanicException):
        held(b"thread panicked\n", PanicException())
    with pytest.raises(ValueError, match="x"):
        held(b"kept\n", ValueError("x"))
    os.write(2, b"after\n")
    assert capfd.readouterr().err.split() == ["native", "kept", "after"]
