"""Intervals: read from text, membership at the ends, and whether bands partition a domain."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbkresearch.regulation.intervals import Interval, partition_problems

parse = Interval.parse


@pytest.mark.parametrize(
    ("text", "low", "high", "low_closed", "high_closed"),
    [
        ("[0, 140]", "0", "140", True, True),
        ("(140, 145]", "140", "145", False, True),
        ("[4, 5)", "4", "5", True, False),
        ("(145,150)", "145", "150", False, False),
        ("  [ 2.5 , 3 ]  ", "2.5", "3", True, True),
        ("[-1, 0.001]", "-1", "0.001", True, True),
        ("[4, 4]", "4", "4", True, True),
    ],
)
def test_reads_both_ends(text, low, high, low_closed, high_closed):
    assert parse(text) == Interval(Decimal(low), Decimal(high), low_closed, high_closed)


def test_reads_an_infinite_upper_end():
    band = parse("(5000, inf)")
    assert band.high.is_infinite()
    assert 5000 not in band
    assert 10**400 in band


@pytest.mark.parametrize(
    "text",
    [
        *("", "150", "[1 2]", "[1; 2]", "1, 2", "[1, 2", "[1, 2, 3]", "{1, 2}", "[a, b]"),
        *("[1,5, 2]", "[-inf, 2]", "(inf, inf)", "[1e3, 2e3]", "[.5, 1]", "[1, 2] x"),
    ],
)
def test_refuses_what_is_no_interval(text):
    with pytest.raises(ValueError, match="is not an interval such as"):
        parse(text)


@pytest.mark.parametrize("text", ["[2, 1]", "(2, 2)", "[2, 2)", "(2, 2]"])
def test_refuses_an_interval_without_numbers(text):
    with pytest.raises(ValueError, match="holds no number"):
        parse(text)


def test_refuses_a_closed_infinite_end():
    with pytest.raises(ValueError, match="open"):
        parse("[0, inf]")


@pytest.mark.parametrize("text", ["[0, 140]", "(140, 145]", "[2.5, 3)", "(5000, inf)", "[4, 4]"])
def test_prints_what_it_read(text):
    assert str(parse(text)) == text
    assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("[140, 145]", True, True),
        ("(140, 145]", False, True),
        ("[140, 145)", True, False),
        ("(140, 145)", False, False),
    ],
)
def test_an_end_belongs_only_where_it_is_closed(text, low, high):
    band = parse(text)
    tiny = Fraction(1, 10**30)
    assert (140 in band, 145 in band) == (low, high)
    assert 140 + tiny in band
    assert 145 - tiny in band
    assert 140 - tiny not in band
    assert 145 + tiny not in band


@pytest.mark.parametrize("number", [2, 2.0, "2", "2.0", Decimal(2), Fraction(2)])
def test_any_kind_of_number_can_be_asked_for(number):
    assert number in parse("[2, 3]")
    assert number not in parse("(2, 3]")


# Partition -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bands", "domain"),
    [
        (["[0, 2]", "(2, 2.5]", "(2.5, 3]", "(3, 100]"], "[0, 100]"),
        (["(3, 100]", "[0, 2]", "(2.5, 3]", "(2, 2.5]"], "[0, 100]"),
        (["[1, 2)", "[2, 4)", "[4, 4]"], "[1, 4]"),
        (["[0, 2)", "[2, 2]", "(2, 4]"], "[0, 4]"),
        (["(0, 5000]", "(5000, inf)"], "(0, inf)"),
        (["[0, 100]"], "[0, 100]"),
    ],
)
def test_bands_that_partition(bands, domain):
    assert partition_problems([parse(band) for band in bands], parse(domain)) == []


@pytest.mark.parametrize(
    ("bands", "problem"),
    [
        ([], "no bands"),
        (["[0, 2]", "(3, 100]"], "there is a gap between [0, 2] and (3, 100]"),
        (["[0, 2]", "(1, 100]"], "[0, 2] and (1, 100] overlap"),
        (["[0, 2]", "[2, 100]"], "[0, 2] and [2, 100] overlap"),
        (["[0, 2)", "(2, 100]"], "2 is in no band: both [0, 2) and (2, 100] are open there"),
        (["[0, 2)", "[2, 2]", "[2, 100]"], "[2, 2] and [2, 100] overlap"),
        (["[0, 50]", "[0, 50]", "(50, 100]"], "[0, 50] and [0, 50] overlap"),
        (["[0, 100]", "(10, 20]"], "[0, 100] and (10, 20] overlap"),
        (["(0, 2]", "(2, 100]"], "does not begin where the domain"),
        (["[1, 2]", "(2, 100]"], "does not begin where the domain"),
        (["[-1, 2]", "(2, 100]"], "does not begin where the domain"),
        (["[0, 2]", "(2, 100)"], "does not end where the domain"),
        (["[0, 2]", "(2, 99]"], "does not end where the domain"),
        (["[0, 2]", "(2, inf)"], "does not end where the domain"),
    ],
)
def test_each_way_to_fail_is_named(bands, problem):
    found = partition_problems([parse(band) for band in bands], parse("[0, 100]"))
    assert any(problem in one for one in found), found


def test_the_printed_contact_bands_fail():
    """As printed, the lowest rating is '> 140'; that leaves 0 to 140 out and overlaps the rest."""
    printed = [parse(one) for one in ("[150, 1000]", "(145, 150)", "(140, 145]", "(140, 1000]")]
    found = partition_problems(printed, parse("[0, 1000]"))
    assert any("begin" in one for one in found)
    assert any("overlap" in one for one in found)


ENDS = st.integers(0, 4)
BANDS = st.builds(
    lambda a, b, left, right: f"{left}{min(a, b)}, {max(a, b)}{right}" if a != b else f"[{a}, {a}]",
    ENDS,
    ENDS,
    st.sampled_from("[("),
    st.sampled_from("])"),
)


@st.composite
def nearly_a_partition(draw):
    """Cut [0, 4] at some points, with an end wrong now and then."""
    cuts = sorted({0, 4, *draw(st.lists(st.integers(1, 3)))})
    ends = draw(st.lists(st.sampled_from(["](", ")[", "](", ")[", "][", ")("]), min_size=3))
    texts, left = [], "["
    for low, high, end in zip(cuts, cuts[1:], [*ends, *ends], strict=False):
        texts.append(f"{left}{low}, {high}{']' if high == 4 else end[0]}")
        left = end[1]
    return draw(st.permutations(texts))


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.lists(BANDS, min_size=1, max_size=4), nearly_a_partition()))
def test_partition_means_every_number_once(texts):
    """Counted by brute force: whole and half numbers show every gap and overlap of whole ends."""

    def inside(text, point):
        low, high = (int(end) for end in text[1:-1].split(","))
        above = point > low or (text[0] == "[" and point == low)
        return above and (point < high or (text[-1] == "]" and point == high))

    points = [Fraction(half, 2) for half in range(-2, 11)]
    once = all(sum(inside(one, p) for one in texts) == (0 <= p <= 4) for p in points)
    assert (not partition_problems([parse(one) for one in texts], parse("[0, 4]"))) == once
