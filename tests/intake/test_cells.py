"""Columns of cells, against the same taken cell by cell."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.intake import cell_rows
from kbkresearch.intake.cell_rows import CellRows, as_column
from kbkresearch.intake.cells import NumberColumn

N = 3000
ODD = {0: "head", 1: None, 1023: 7, 1024: "", 1025: True, 2047: "x", 2048: dt.date(2023, 1, 1)}
ROWS = [[ODD.get(place, float(place)), float(place), ODD.get(place, "t")] for place in range(N)]
RANGES = [(0, N), (1, N), (0, 1), (1, 3), (2, 1023), (3, 1024), (1, 1025), (1024, 2048)]
RANGES += [(1026, 2047), (1025, 2049), (1500, 1501), (2049, N), (2999, N)]
CELLS = st.one_of(
    st.sampled_from(["", None, "a", "b", 0.0, 1.0, 1, True, dt.date(2023, 1, 1), math.nan]),
    st.floats(allow_nan=False),
    st.integers(-5, 5),
    st.lists(st.integers(0, 1), max_size=2),
)


def with_none(cells):
    return [
        None if cell == "" or (isinstance(cell, float) and math.isnan(cell)) else cell
        for cell in cells
    ]


def same(found, expected):
    """Cells of the same kinds and values: 1, 1.0 and True are not the same."""
    found = [*found]
    assert found == expected
    assert [*map(type, found)] == [*map(type, expected)]


def spread(column):
    values, codes = column.distinct
    assert set(codes.tolist()) == set(range(len(values)))
    return [values[code] for code in codes.tolist()]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("ends", RANGES, ids=str)
def test_a_part_of_a_column_has_its_cells(at, ends):
    found = CellRows(ROWS).column(at, np.arange(*ends))
    expected = with_none(row[at] for row in ROWS[slice(*ends)])
    same(found, expected)
    same([found[place] for place in range(len(found))], expected)
    assert found[: len(found) // 2] == expected[: len(found) // 2]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("step", [2, 512, 1023])
def test_cells_picked_here_and_there(at, step):
    places = np.arange(0, N, step)
    same(CellRows(ROWS).column(at, places), with_none(ROWS[place][at] for place in places))


def test_rows_come_out_as_they_went_in():
    rows = CellRows(ROWS)
    assert list(rows) == list(map(with_none, ROWS))
    assert rows.column(0) == with_none(row[0] for row in ROWS)
    assert (len(CellRows([])), CellRows([]).width) == (0, 0)


@given(st.lists(CELLS, max_size=40), st.sampled_from([1, 3, 256]), st.data())
def test_distinct_cells_spread_by_their_codes_are_the_cells(cells, block, data):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_rows, "_BLOCK", block)
        rows = CellRows([[cell] for cell in cells])
    if not cells:
        return
    places = np.array(sorted(data.draw(st.sets(st.integers(0, len(cells) - 1), min_size=1))))
    column = rows.column(0, places)
    expected = [with_none([cells[place]])[0] for place in places]
    same(column, expected)
    same(spread(column), expected)


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        ([1.0, math.nan], True),
        ([1.0, "", None, 2.5], True),
        ([1.0, 2], False),
        ([1.0, True], False),
        ([1.0, "2"], False),
        (["head", 1.0, 2.0], False),
    ],
)
def test_floats_and_nothing_else_are_an_array(cells, numbers):
    assert isinstance(as_column(cells), NumberColumn) == numbers
    below = CellRows([["head"], *([cell] for cell in cells)])
    assert isinstance(below.column(0, np.arange(1, len(below))), NumberColumn) == numbers


def test_not_a_number_is_an_empty_cell_beside_whatever_stands():
    cells = [math.nan, dt.date(2023, 1, 1), 2.0, math.nan]
    same(as_column(cells), [None, dt.date(2023, 1, 1), 2.0, None])


def test_equal_texts_are_one_however_often_they_stand_there():
    values, codes = CellRows([["a"], ["b"], [""], ["a"], [None]]).column(0).distinct
    assert sorted(map(str, values)) == ["None", "a", "b"]
    assert len(codes) == 5
