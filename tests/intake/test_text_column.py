"""Columns of a delimited text with rows of any length, against the cells that were written."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kbkresearch.errors import KbkError
from kbkresearch.intake import delimited
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


def same_as_the_general_way(text, at_once):
    """Where a text is read at once, its rows are those of the ``csv`` module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_PIECE", at_once)
        found = delimited._plain(text, ";")
    if found is None:
        return False
    rows, _ = delimited._general("a.csv", text, ";")
    if not rows.width:  # nothing but blank lines
        return True
    assert found == rows
    widths = np.maximum(rows.lengths, 1)  # the csv module gives a blank line no cell
    assert found.lengths.tolist() == widths.tolist()
    assert [[*found.column(at)] for at in range(found.width)] == [
        [*rows.column(at)] for at in range(found.width)
    ]
    return True


@settings(max_examples=300)
@given(st.text('a;"\n\r', min_size=1, max_size=24), st.sampled_from([1, 5, 1 << 20]))
@example('"a;\nb";""\n;"c"', 5)
@example('a"b;c"\n', 1)
@example('"a"";"b"\n', 1)
@example('"a\r\nb";c\r\n', 1)
def test_quotation_marks_anywhere(text, at_once):
    try:
        same_as_the_general_way(text.encode(), at_once)
    except KbkError:
        pytest.fail("read at once, though a quotation mark does not close")


@given(
    st.lists(
        st.lists(st.text('aé;\n"', max_size=4), min_size=1, max_size=3), min_size=1, max_size=8
    ),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_what_the_csv_module_writes(rows, quoting):
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=quoting, lineterminator="\n").writerows(rows)
    doubled = any('"' in cell for row in rows for cell in row)
    assert same_as_the_general_way(out.getvalue().encode(), 1 << 20) or doubled
