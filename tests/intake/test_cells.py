"""Columns of rows of objects, against the same taken cell by cell."""

import datetime as dt

import numpy as np
import pytest

from kbkresearch.intake.cell_rows import CellRows

N = 3000
ODD = {0: "head", 1: None, 1023: 7, 1024: "", 1025: True, 2047: "x", 2048: dt.date(2023, 1, 1)}
ROWS = [[ODD.get(place, float(place)), float(place), ODD.get(place, "t")] for place in range(N)]
RANGES = [(0, N), (1, N), (0, 1), (1, 3), (2, 1023), (3, 1024), (1, 1025), (1024, 2048)]
RANGES += [(1026, 2047), (1025, 2049), (1500, 1501), (2049, N), (2999, N)]


def with_none(cells):
    return [None if cell == "" else cell for cell in cells]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("ends", RANGES, ids=str)
def test_a_part_of_a_column_has_its_cells_and_their_kinds(at, ends):
    found = CellRows(ROWS).column(at, np.arange(*ends))
    expected = with_none(row[at] for row in ROWS[slice(*ends)])
    assert found == expected


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("step", [2, 512, 1023])
def test_cells_picked_here_and_there(at, step):
    places = np.arange(0, N, step)
    found = CellRows(ROWS).column(at, places)
    expected = with_none(ROWS[place][at] for place in places)
    assert found == expected


def test_rows_come_out_as_they_went_in():
    rows = CellRows(ROWS)
    assert list(rows) == list(map(with_none, ROWS))
    assert rows.column(0) == with_none(row[0] for row in ROWS)
    assert (len(CellRows([])), CellRows([]).width) == (0, 0)
