"""Columns of a delimited text with rows of any length, against the cells that were written."""

import numpy as np
import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from kbkresearch.intake.coded import categorical, joined, plain
from kbkresearch.intake.delimited import TextRows

CELL = st.one_of(
    st.sampled_from(["", "a", "ab", "Puskesmas X", "Puskesmas Y", "é" * 9, "x" * 70, "x" * 300]),
    st.text(st.characters(codec="utf-8", exclude_characters=';"\n\r\0'), max_size=20),
)
ROWS = st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=25)


@given(ROWS, st.data())
def test_any_cells_of_rows_of_any_length(rows, data):
    found = TextRows("".join(";".join(row) + "\n" for row in rows).encode(), ";")
    width = max(map(len, rows))
    full = [[cell or None for cell in row] + [None] * (width - len(row)) for row in rows]
    assert list(found) == full
    chosen = data.draw(st.sets(st.integers(0, len(rows) - 1), min_size=1))
    for places in (np.array(sorted(chosen)), np.arange(min(chosen), max(chosen) + 1)):
        for at in range(width):
            column = found.column(at, places)
            expected = [full[place][at] for place in places]
            assert [*column] == expected
            values, codes = column.distinct
            assert [values[code] for code in codes] == expected
            assert len(set(values)) == len(values)


@given(st.lists(st.sampled_from([*"aAbB", "", "Aa" * 40]), min_size=1, max_size=30))
@example(["same head 1", "same head 2", "same head 1"])
def test_texts_that_begin_alike_are_told_apart(cells):
    column = TextRows("".join(f"x;same head{cell}\n" for cell in cells).encode(), ";").column(1)
    values, codes = column.distinct
    assert [values[code] for code in codes] == [f"same head{cell}" for cell in cells]


def test_a_text_shorter_than_a_word():
    assert [*TextRows(b"a;b", ";").column(1)] == ["b"]


def test_texts_of_several_tables_stay_coded_and_come_out_as_they_were():
    tables = [
        pd.DataFrame({"name": categorical(texts, np.arange(len(texts))), "n": float(len(texts))})
        for texts in (["B", None, "A"], ["C", "A"], [None])
    ]
    whole = joined(tables)
    assert isinstance(whole["name"].dtype, pd.CategoricalDtype)
    assert plain(whole)["name"].tolist() == ["B", None, "A", "C", "A", None]
    assert plain(whole)["n"].tolist() == [3, 3, 3, 2, 2, 1]


def test_a_column_that_one_table_lacks_is_missing_there():
    tables = [pd.DataFrame({"name": categorical(["A"], np.array([0]))}), pd.DataFrame({"n": [1.0]})]
    found = plain(joined(tables))
    assert found["name"].isna().tolist() == [False, True]
    assert found["name"].iloc[0] == "A"
