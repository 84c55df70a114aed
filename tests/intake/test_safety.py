"""Sheets of plain form looked over by array: never another verdict than tag by tag."""

from __future__ import annotations

import io
import re
import zipfile

import numpy as np
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kbkresearch.errors import KbkError
from kbkresearch.intake import safety
from kbkresearch.intake.cell_names import reach
from kbkresearch.intake.plain_sheet import PlainSheet

BODY = (
    b'<row r="1" spans="1:3"><c r="A1" t="s"><v>0</v></c><c r="AB1" s="1"/></row>'
    b'<row r="2"/><row r="3"><c r="A3" t="inlineStr"><is><t xml:space="preserve"> x/></t></is></c>'
    b'<c r="XFD3"><f t="shared" si="0"/><v>1</v></c><c r="B3"><f>A1/2</f><v></v></c></row>'
)


def test_what_a_plain_sheet_says():
    sheet = PlainSheet()
    assert sheet.take(BODY.replace(b"x/>", b"x"))
    assert (sheet.n_rows, sheet.n_columns) == (3, 16384)
    assert sheet.n_filled == 6
    assert PlainSheet().take(b" \n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'<c r="A1"', b"<c r='A1'"),
        (b'<c r="A1"', b'<c s="1" r="A1"'),
        (b'<c r="A1"', b'<c r ="A1"'),
        (b'<c r="A1"', b'<c r="&#65;1"'),
        (b'<c r="A1"', b'<c r="a1"'),
        (b'<c r="A1"', b'<c r="1"'),
        (b'<c r="A1"', b'<c r="A"'),
        (b'<c r="A1"', b'<c r="A0"'),
        (b'<c r="A1"', b'<c r="A123456789012"'),
        (b'<c r="A1"', b"<c"),
        (b'<c r="A1"', b'<x:c r="A1"'),
        (b"<v>0</v>", b"<v><!-- --></v>"),
        (b"<v>0</v>", b"<v>0"),
        (b"<v>0</v>", b"0</v>"),
        (b"</c>", b""),
        (b"</row>", b""),
        (b"</row>", b"</rox>"),
        (b"</is>", b"</it>"),
        (b"<row r", b"<rows r"),
        (b"<v>0</v>", b"<v><v>0</v></v>"),
        (b"<v>0</v>", b"<foo/>"),
    ],
)
def test_what_is_not_plain_is_left_to_the_other_way(old, new):
    assert not PlainSheet().take(BODY.replace(b"x/>", b"x").replace(old, new, 1))


NAME = st.builds(
    "{}{}".format,
    st.text("ABCXYZ", min_size=1, max_size=3),
    st.integers(1, 9_999_999),
)
NO_NAME = st.one_of(
    st.sampled_from(
        ["", "A", "1", "A0", "a1", "A1B", "1A", "ABCD1", "A12345678", "A-1", "[1", "@1"]
    ),
    st.text("AZ@[09/:", max_size=10),
)


def place(name):
    """Return the row and the column of a name; zeros if it is none."""
    found = re.fullmatch(r"([A-Z]{1,3})(0*[1-9][0-9]{0,6})", name)
    if not found or len(found[2]) > 7:
        return 0, 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]), column


@given(st.lists(NAME, max_size=30), st.lists(NO_NAME, max_size=1))
def test_how_far_names_reach(names, others):
    names = names + others
    text, starts = b"", []
    for name in names:
        starts.append(len(text))
        text += name.encode() + b'"><v>'
    rows, columns = zip(*map(place, names), strict=True) if names else ((0,), (0,))
    expected = (max(rows), max(columns)) if min(rows) else (0, 0)
    assert reach(text, np.array(starts, dtype=np.intp)) == expected


def workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for row in range(40):
            sheet.write_row(row, 0, [row, f"teks {row}", None, 1.5 * row])
        sheet.write_formula(5, 5, "=1/0", None, "#DIV/0!")
    return out.getvalue()


BOOK = workbook()


def verdict(data):
    try:
        return safety.check_zip("a.xlsx", data).missed
    except KbkError as error:
        return str(error)


def sheet_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def changed(changes):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(BOOK)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                for where, value in changes:
                    at = int(where * len(text))
                    text = text[:at] + value + text[at + len(value) :]
            new.writestr(name, text)
    return out.getvalue()


@example([(0.19949795707212373, b"9999999")])  # the tag of an error cell becomes text
@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 0.999),
            st.one_of(
                st.binary(min_size=1, max_size=3),
                st.sampled_from([b"</c>", b"<c ", b"'", b'"', b"<v/>", b"9999999", b"XFD", b"/>"]),
            ),
        ),
        max_size=3,
    )
)
def test_both_ways_agree_on_mutated_sheets(changes):
    data = changed(changes)
    fast = verdict(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safety, "_plain", lambda *_: False)
        slow = verdict(data)
    proper = "not proper XML"
    # a mark of errors outside a cell costs a look and no more, and no error is spelt without a #;
    # an attribute with an impossible sign in it is all that the array does not look at
    looked = isinstance(fast, list) and isinstance(slow, list)
    looked = looked and (set(slow) <= set(fast) or b"#" not in sheet_of(data))
    assert fast == slow or looked or (proper in str(slow) and not re.search("spans", str(fast)))


def test_a_sheet_with_an_error_is_named_on_both_ways(monkeypatch):
    assert verdict(BOOK) == ["xl/worksheets/sheet1.xml"]
    monkeypatch.setattr(safety, "_plain", lambda *_: False)
    assert verdict(BOOK) == ["xl/worksheets/sheet1.xml"]
