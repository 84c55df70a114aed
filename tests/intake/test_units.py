"""Units of indicator columns: counts prove, names help, nothing is guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.intake.units import UNITS, decide_unit, named_unit, to_unit

PER = {"permille": 1000, "pct": 100, "share": 1}


@given(
    st.lists(st.tuples(st.integers(60, 400), st.integers(400, 20_000)), min_size=1, max_size=30),
    st.sampled_from(UNITS),
    st.sampled_from([None, *UNITS]),
    st.integers(3, 6),
)
def test_counts_prove_the_unit_whatever_is_named(pairs, unit, named, decimals):
    contacts, members = np.array(pairs, dtype=float).T
    printed = np.round(contacts / members * PER[unit], decimals + (unit == "share") * 3)
    found = decide_unit(printed, canonical="permille", ratio=contacts / members, named=named)
    if (printed > 0).any():
        assert (found.unit, found.why) == (unit, "counts")
        assert found.contradicts == (named not in {None, unit})
        back = to_unit(printed, unit, "permille")
        np.testing.assert_allclose(back, contacts / members * 1000, atol=1.0)


@pytest.mark.parametrize(
    ("canonical", "values", "named", "unit", "why"),
    [
        ("permille", [150.2, 99.0], None, "permille", "domain"),
        ("permille", [150.2, 99.0], "pct", "permille", "domain"),
        ("permille", [82.7425], "pct", None, "open"),
        ("permille", [82.7425], None, None, "open"),
        ("permille", [82.7425], "permille", "permille", "named"),
        ("permille", [0.15], None, None, "open"),
        ("permille", [0.15], "permille", None, "open"),
        ("pct", [2.5, 0.0], None, "pct", "domain"),
        ("pct", [0.02, 0.5], None, None, "open"),
        ("pct", [0.02, 0.5], "pct", "pct", "named"),
        ("pct", [0.02, 0.5], "share", "share", "named"),
        ("pct", [15.0, 50.0], "permille", None, "open"),
        ("pct", [15.0, 150.0], "permille", "permille", "domain"),
    ],
)
def test_without_counts(canonical, values, named, unit, why):
    found = decide_unit(np.array(values), canonical=canonical, named=named)
    assert (found.unit, found.why) == (unit, why)


def test_the_caller_decides_and_counts_that_fit_no_unit_do_not():
    values, ratio = np.array([77.0, 15.0]), np.array([0.15, 0.4])
    assert decide_unit(values, canonical="permille", ratio=ratio).why == "open"
    asked = decide_unit(values, canonical="permille", ratio=ratio, asked="pct")
    assert (asked.unit, asked.why) == ("pct", "asked")


def test_named_unit_is_the_heading_or_most_cells():
    signs = np.array([0, 1, 2, 2], dtype=np.uint8)
    assert named_unit(None, signs) == "permille"
    assert named_unit("pct", signs) == "pct"
    assert named_unit(None, np.array(["", ""])) is None


def test_an_empty_column_has_no_proof():
    found = decide_unit(np.array([np.nan]), canonical="permille", ratio=np.array([0.1]))
    assert found.unit is None
