"""Binary files: damaged ones are refused before native code, and its panics stay unseen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake import binary

SAV = Path(__file__).parents[2] / "data" / "samples" / "synthetic-thesis.sav"


def test_sound_files_are_let_pass():
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
