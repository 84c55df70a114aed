"""What printed means allow: against brute force over all months, and against known months."""

from __future__ import annotations

import dataclasses
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import kbkresearch as kbk
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.regulation.intervals import Interval
from kbkresearch.scoring import lattice
from kbkresearch.scoring.months import _even, _least

LAW = kbk.rules("kbk-2019")
NAMES = ("ak", "rrns", "rppt")

# The rule set once more, typed in: lowest and highest value in hundredths by rating.
HUNDREDTHS = {
    "ak": {1: (0, 14000), 2: (14001, 14500), 3: (14501, 14999), 4: (15000, 100000)},
    "rrns": {1: (301, 10000), 2: (251, 300), 3: (201, 250), 4: (0, 200)},
    "rppt": {1: (0, 299), 2: (300, 399), 3: (400, 499), 4: (500, 10000)},
}
# The same in whole numbers: no whole number lies above 2 and not above 2.5.
WHOLE = {
    "ak": {1: (0, 140), 2: (141, 145), 3: (146, 149), 4: (150, 1000)},
    "rrns": {1: (4, 100), 2: (3, 3), 4: (0, 2)},
    "rppt": {1: (0, 2), 2: (3, 3), 3: (4, 4), 4: (5, 100)},
}


def tenths(triple: tuple[int, int, int]) -> int:
    return 4 * triple[0] + 5 * triple[1] + triple[2]


def paid(triple: tuple[int, int, int]) -> int:
    return 100 if tenths(triple) == 40 else 85 + 5 * (tenths(triple) // 10 - 1)


def window(printed: str, n: int, unit: Fraction) -> tuple[Fraction, Fraction]:
    """Return the sums, in units, whose mean is printed so (halves either way)."""
    half = Fraction(1, 2 * 10 ** len(printed.partition(".")[2]))
    return (Fraction(printed) - half) * n / unit, (Fraction(printed) + half) * n / unit


@cache
def multisets(n: int, grid: int) -> tuple[list, dict]:
    bands = HUNDREDTHS if grid == 2 else WHOLE
    cells = [*product(*(bands[name] for name in NAMES))]
    every = [*combinations_with_replacement(cells, n)]
    sums = {"payment": np.array([[sum(map(paid, months))] * 2 for months in every])}
    for place, name in enumerate(NAMES):
        ends = [[bands[name][month[place]] for month in months] for months in every]
        sums[name] = np.array(ends).sum(axis=1)
    return every, sums


def brute(n: int, printed: dict[str, str], grid: int) -> dict[tuple[int, ...], dict]:
    """Go through every multiset of rating triples; a sum between the ends is always reached."""
    every, sums = multisets(n, grid)
    fits = np.ones(len(every), bool)
    for name, mean in printed.items():
        low, high = window(mean, n, Fraction(1) if name == "payment" else Fraction(1, 10**grid))
        low, high = -((-low.numerator) // low.denominator), high.numerator // high.denominator
        fits &= (np.maximum(sums[name][:, 0], low) <= np.minimum(sums[name][:, 1], high)).astype(
            bool
        )
    found: dict[tuple[int, ...], dict] = {}
    for place in np.flatnonzero(fits):
        months = every[place]
        key = tuple(sum(paid(month) == level for month in months) for level in (85, 90, 95, 100))
        seen = found.setdefault(key, {"score": []} | {name: {} for name in NAMES})
        seen["score"].append(Fraction(sum(map(tenths, months)), 10 * n))
        for at, name in enumerate(NAMES):
            for level in (1, 2, 3, 4):
                count = sum(month[at] >= level for month in months)
                seen[name].setdefault(level, []).append(count)
    return found


CASES = [
    (2, {"ak": "145.00", "rrns": "2.50", "rppt": "4.00", "payment": "90"}, 2),
    (2, {"ak": "145.005", "rrns": "2.5", "rppt": "3.995"}, 2),
    (2, {"ak": "149.99", "payment": "97.5"}, 2),
    (2, {"rrns": "2.00", "payment": "92.5"}, 2),
    (2, {"ak": "1000", "rrns": "0", "rppt": "100"}, 2),
    (2, {"ak": "82.7425", "rrns": "0.1025"}, 2),
    (2, {"ak": "143", "rrns": "3", "rppt": "4", "payment": "87.5"}, 0),
    (2, {"rrns": "2.5", "rppt": "3.5", "payment": "90"}, 0),
    (3, {"ak": "143.33", "rrns": "2.51", "rppt": "3.99", "payment": "91.67"}, 2),
    (3, {"ak": "827", "rrns": "0.1", "rppt": "2.6", "payment": "91.7"}, 2),
    (3, {"ak": "95.1", "rrns": "0.99", "rppt": "1.8", "payment": "93.3"}, 2),
    (3, {"ak": "147.3", "rppt": "4.7", "payment": "96.7"}, 0),
    (3, {"ak": "82.7425"}, 2),
]


@pytest.mark.parametrize(("n", "printed", "grid"), CASES)
def test_the_search_finds_what_brute_force_finds(n: int, printed: dict, grid: int) -> None:
    expected = brute(n, printed, grid)
    mixes = lattice.feasible_mixes(LAW, "puskesmas", n, printed, grid=grid)
    assert {tuple(mix.months.values()) for mix in mixes.found} == {*expected}
    for mix in mixes.found:
        seen = expected[tuple(mix.months.values())]
        assert mix.mean_score == (min(seen["score"]), max(seen["score"]))
        for name in NAMES:
            ends = {level: (min(all_), max(all_)) for level, all_ in seen[name].items()}
            assert dict(mix.reached[name]) == ends
        check_witness(mix, n, printed, grid)
    ends = lattice.months_payment_range(LAW, "puskesmas", n, without_payment(printed), grid=grid)
    means = [
        Fraction(sum(level * k for level, k in zip((85, 90, 95, 100), key, strict=True)), n)
        for key in brute(n, without_payment(printed), grid)
    ]
    assert ends == ((min(means), max(means)) if means else None)


def without_payment(printed: dict[str, str]) -> dict[str, str]:
    return {name: mean for name, mean in printed.items() if name != "payment"}


def check_witness(mix: lattice.Mix, n: int, printed: dict[str, str], grid: int) -> None:
    """Score the example months with the package's other engine."""
    rows = pd.DataFrame([month.values for month in mix.witness]).astype(float)
    rows.columns = ["ak_permille", "rrns_pct", "rppt_pct"]
    scored = kbk.score(rows.assign(facility_type="puskesmas"), rules="kbk-2019")
    ratings = [*zip(scored["ak_rating"], scored["rrns_rating"], scored["rppt_rating"], strict=True)]
    assert len(rows) == n
    assert ratings == [month.levels for month in mix.witness]
    assert sum(mix.triples.values()) == n
    assert scored["payment_pct"].tolist() == [float(month.payment) for month in mix.witness]
    assert [Fraction(str(one)) for one in scored["score"]] == [m.score for m in mix.witness]
    counts = dict.fromkeys(mix.months, 0) | dict(scored["payment_pct"].value_counts())
    assert {float(level): k for level, k in counts.items()} == {
        float(level): k for level, k in mix.months.items()
    }
    for name in NAMES:
        values = [Fraction(month.values[name]) for month in mix.witness]
        assert all((value * 10**grid).denominator == 1 for value in values)
        if name in printed:
            low, high = window(printed[name], n, Fraction(1))
            assert low <= sum(values) <= high


@st.composite
def months(draw: st.DrawFn) -> pd.DataFrame:
    near = {"ak": (13900, 15200), "rrns": (0, 400), "rppt": (200, 600)}
    n = draw(st.integers(1, 4))
    columns = {}
    for name, (low, high) in near.items():
        values = st.integers(low, high) | st.integers(0, 10000)
        columns[name] = draw(st.lists(values, min_size=n, max_size=n))
    return pd.DataFrame(columns)


@settings(deadline=None, max_examples=10)
@given(rows=months(), decimals=st.integers(0, 4), mode=st.sampled_from(["up", "even"]))
def test_months_that_happened_are_among_the_months_found(rows, decimals, mode) -> None:
    frame = pd.DataFrame(
        {
            "ak_permille": rows["ak"] / 100,
            "rrns_pct": rows["rrns"] / 100,
            "rppt_pct": rows["rppt"] / 100,
            "facility_type": "puskesmas",
        }
    )
    scored = kbk.score(frame, rules="kbk-2019")
    digits = Decimal(1).scaleb(-decimals)
    rounding = ROUND_HALF_UP if mode == "up" else ROUND_HALF_EVEN
    totals = {name: Fraction(int(rows[name].sum()), 100) for name in rows}
    totals["payment"] = Fraction(int(scored["payment_pct"].sum()))
    printed = {
        name: (Decimal(mean.numerator) / Decimal(mean.denominator)).quantize(digits, rounding)
        for name, total in totals.items()
        for mean in [total / len(rows)]
    }
    mixes = lattice.feasible_mixes(LAW, "puskesmas", len(rows), printed)
    held = {level: int((scored["payment_pct"] == level).sum()) for level in (85, 90, 95, 100)}
    mix = next(one for one in mixes.found if dict(one.months) == held)
    assert mix.mean_payment == totals["payment"] / len(rows)
    scores = sum(Fraction(str(score)) for score in scored["score"]) / len(rows)
    assert mix.mean_score[0] <= scores <= mix.mean_score[1]
    for name in NAMES:
        low, high = mixes.sums[name]
        assert low <= totals[name] <= high
        for level, (least, most) in mix.reached[name].items():
            assert least <= (scored[f"{name}_rating"] >= level).sum() <= most


def test_a_year_of_months_with_the_known_answer() -> None:
    means = {"ak": "82.7425", "rrns": "0.1025", "rppt": "2.5967", "payment": "91.25"}
    mixes = lattice.feasible_mixes(LAW, "puskesmas", 12, means)
    assert [[*mix.months.values()] for mix in mixes.found] == [[0, 9, 3, 0], [0, 10, 1, 1]]
    assert mixes.months_at(85) == (0, 0)
    assert mixes.months_at("90") == (9, 10)
    assert mixes.reached("rrns") == (12, 12)
    assert mixes.reached("ak", 2) == (2, 7)
    assert mixes.sums["ak"] == (Fraction("992.91"), Fraction("992.91"))
    for mix in mixes.found:
        check_witness(mix, 12, means, 2)
    finer = lattice.feasible_mixes(LAW, "puskesmas", 12, means, grid=4)
    assert [mix.months for mix in finer.found] == [mix.months for mix in mixes.found]


def test_no_month_can_have_means_that_contradict_each_other() -> None:
    printed = {"ak": "827.425", "rrns": "0.1025", "rppt": "2.5967", "payment": "91.25"}
    none = lattice.feasible_mixes(LAW, "puskesmas", 12, printed)
    assert none.found == ()
    assert none.mean_score is None
    with pytest.raises(BadArgumentError, match="no mix"):
        none.months_at(90)
    with pytest.raises(BadArgumentError, match="no mix"):
        none.reached("ak")
    assert lattice.months_payment_range(LAW, "puskesmas", 12, {"ak": "1001"}) is None


def test_rule_sets_with_zones_and_other_facilities() -> None:
    old = kbk.rules("kbkp-2017")
    mixes = lattice.feasible_mixes(old, "puskesmas", 2, {"ak": "182.7", "payment": "97.5"})
    assert [{int(k * 10): v for k, v in mix.months.items() if v} for mix in mixes.found] == [
        {950: 1, 1000: 1}
    ]
    assert mixes.mean_score is None
    assert mixes.found[0].mean_score is None
    clinic = lattice.feasible_mixes(LAW, "klinik_pratama", 1, {"payment": "97"})
    assert [*clinic.found[0].months] == [95, 96, 97, 100]


def test_an_indicator_without_an_upper_end() -> None:
    ak = LAW.indicators["ak"]
    best = dataclasses.replace(ak.bands[-1], interval=Interval.parse("[150, inf)"))
    contact = dataclasses.replace(ak, bands=(*ak.bands[:-1], best))
    endless = dataclasses.replace(LAW, indicators={**LAW.indicators, "ak": contact})
    same = {"ak": "300", "rrns": "1", "rppt": "6", "payment": "97.5"}
    found = lattice.feasible_mixes(endless, "puskesmas", 2, same).found
    expected = lattice.feasible_mixes(LAW, "puskesmas", 2, same).found
    assert [(m.months, m.mean_score) for m in found] == [(m.months, m.mean_score) for m in expected]
    assert lattice.feasible_mixes(endless, "puskesmas", 1, {"rrns": "1"}).reached("ak") == (0, 1)


@pytest.mark.parametrize(("counts", "bound"), [([1.0, 1.0], 0.0), ([2.0, 0.0], -5.0)])
def test_an_answer_that_does_not_verify_is_refused(monkeypatch, counts, bound) -> None:
    answer = SimpleNamespace(status=0, x=np.array(counts), mip_dual_bound=bound, message="?")
    monkeypatch.setattr("scipy.optimize.milp", lambda *_, **__: answer)
    rows, exactly = np.array([[1, 0]]), np.array([2.0])
    with pytest.raises(ArithmeticError, match="not decided"):
        _least(rows, exactly, exactly, np.array([1, 1]))


def test_bad_arguments_are_named() -> None:
    with pytest.raises(UnknownNameError, match="rkr"):
        lattice.feasible_mixes(LAW, "puskesmas", 2, {"rkr": "1"})
    with pytest.raises(UnknownNameError, match="dpp"):
        lattice.feasible_mixes(LAW, "dpp", 2, {"ak": "1"})
    with pytest.raises(BadArgumentError, match="at least one month"):
        lattice.feasible_mixes(LAW, "puskesmas", 0, {"ak": "1"})
    for wrong in (91.25, "82,7", "nan", None):
        with pytest.raises(BadArgumentError):
            lattice.possible_counts(wrong)
    with pytest.raises(UnknownNameError, match="rkr"):
        lattice.share_on_target_range(LAW, "rkr", Interval.parse("[2, 3]"))
    with pytest.raises(BadArgumentError, match="no score"):
        lattice.mean_payment_range(kbk.rules("kbkp-2017"), "puskesmas", Interval.parse("[2, 3]"))
    for empty in ("(4, 5]", "[5, 6]", "[0, 1)"):
        with pytest.raises(BadArgumentError, match="no mean score"):
            lattice.mean_payment_range(LAW, "puskesmas", Interval.parse(empty))


@given(
    bounds=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), min_size=1),
    share=st.fractions(0, 1),
)
def test_even_values_keep_bounds_and_sum(bounds, share) -> None:
    low, high = (sum(ends[side] for ends in bounds) for side in (0, 1))
    total = low + int(share * (high - low))
    values = _even(bounds, total)
    assert sum(values) == total
    assert all(low <= value <= high for value, (low, high) in zip(values, bounds, strict=True))


@given(
    printed=st.decimals(0, 20, places=2) | st.decimals(0, 20, places=3),
    step=st.sampled_from(["0.01", "0.1", "0.25", "1", "5"]),
)
def test_possible_counts_against_trying_every_sum(printed, step) -> None:
    expected = []
    for n in range(1, 16):
        near = int(Fraction(printed) * n / Fraction(step))
        for steps in range(max(0, near - 2), near + 3):
            mean = Decimal(step) * steps / n
            shown = {mean.quantize(printed, mode) for mode in (ROUND_HALF_UP, ROUND_HALF_DOWN)}
            if printed in shown:
                expected.append(n)
                break
    assert [*lattice.possible_counts(printed, step=step, max_n=15)] == expected


def test_printed_digits_count() -> None:
    assert str(lattice.printed_interval("2.80")) == "[2.795, 2.805)"
    assert 2.805 not in lattice.printed_interval("2.80")
    assert str(lattice.printed_interval(Decimal(3), half="either")) == "[2.5, 3.5]"


def test_triples_with_a_score() -> None:
    for ten in range(10, 41):
        expected = [one for one in product((1, 2, 3, 4), repeat=3) if tenths(one) == ten]
        found = lattice.triples_with_score(LAW, Decimal(ten) / 10)
        assert sorted(one.levels for one in found) == expected
    assert lattice.triples_with_score(LAW, "2.85") == ()


# Means over facilities


def linear_program(value, mean: float, sign: int) -> float:
    triples = [*product((1, 2, 3, 4), repeat=3)]
    answer = linprog(
        [sign * value(one) for one in triples],
        A_eq=[[1] * 64, [tenths(one) / 10 for one in triples]],
        b_eq=[1, mean],
    )
    return sign * answer.fun


@pytest.mark.parametrize("low", [100, 187, 275, 395])
@pytest.mark.parametrize("width", [0, 10])
def test_ranges_over_facilities_against_linear_programming(low: int, width: int) -> None:
    high = min(low + width, 400)
    within = Interval.parse(f"[{low / 100}, {high / 100}]")
    grid = [low / 100, *(k / 100 for k in range(low, high) if k % 10 == 0), high / 100]
    cases = [
        (lattice.mean_payment_range(LAW, "puskesmas", within), paid),
        (lattice.share_at_level_range(LAW, "puskesmas", within, 100), lambda t: paid(t) == 100),
        (lattice.share_at_level_range(LAW, "puskesmas", within, 90), lambda t: paid(t) == 90),
        (lattice.share_on_target_range(LAW, "rrns", within), lambda t: t[1] == 4),
        (lattice.share_on_target_range(LAW, "ak", within), lambda t: t[0] == 4),
    ]
    for found, value in cases:
        assert float(found.low) == pytest.approx(
            min(linear_program(value, mean, 1) for mean in grid), abs=1e-7
        )
        assert float(found.high) == pytest.approx(
            max(linear_program(value, mean, -1) for mean in grid), abs=1e-7
        )
        assert (found.low_attained, found.high_attained) == (True, True)
        for end, mix in ((found.low, found.low_mix), (found.high, found.high_mix)):
            assert sum(part.share for part in mix) == 1
            assert all(part.share > 0 for part in mix)
            assert all(part.score == Fraction(tenths(part.levels), 10) for part in mix)
            assert sum(part.score * part.share for part in mix) in within
            assert sum(int(value(part.levels)) * part.share for part in mix) == end


@settings(max_examples=20, deadline=None)
@given(
    facilities=st.lists(st.tuples(*[st.sampled_from([1, 2, 3, 4])] * 3), min_size=1, max_size=30),
    tops=st.booleans(),
)
def test_any_facilities_lie_within_the_range(facilities, tops) -> None:
    if tops:
        facilities = [(4, 4, min(one)) for one in facilities]
    mean = Fraction(sum(map(tenths, facilities)), 10 * len(facilities))
    shown = Decimal(mean.numerator) / Decimal(mean.denominator)
    within = lattice.printed_interval(shown.quantize(Decimal("0.1"), ROUND_HALF_UP))
    money = Fraction(sum(map(paid, facilities)), len(facilities))
    range_ = lattice.mean_payment_range(LAW, "puskesmas", within)
    assert range_.low <= money <= range_.high
    assert range_.high_attained or money < range_.high
    assert range_.low_attained or money > range_.low
    full = lattice.share_at_level_range(LAW, "puskesmas", within, "100")
    assert full.low <= Fraction(facilities.count((4, 4, 4)), len(facilities)) <= full.high


def test_ends_that_rounding_excludes() -> None:
    closed = lattice.mean_payment_range(LAW, "puskesmas", Interval.parse("[2.75, 2.85]"))
    half_open = lattice.mean_payment_range(LAW, "puskesmas", Interval.parse("[2.75, 2.85)"))
    other = lattice.mean_payment_range(LAW, "puskesmas", Interval.parse("(2.75, 2.85]"))
    for found in (closed, half_open, other):
        assert (found.low, found.high) == (Fraction("89.25"), Fraction("94.25"))
    attained = [(one.low_attained, one.high_attained) for one in (closed, half_open, other)]
    assert attained == [(True, True), (True, False), (False, True)]
    # where the hull is flat, the value of an excluded end occurs inside
    flat = lattice.mean_payment_range(LAW, "puskesmas", Interval.parse("(1.1, 1.2)"))
    assert (flat.low, flat.low_attained) == (85, True)
    assert (flat.high, flat.high_attained) == (86, False)
    # beyond the largest score there is nothing
    top = lattice.mean_payment_range(LAW, "puskesmas", lattice.printed_interval("4.0"))
    assert (top.high, top.high_attained) == (100, True)
    assert (top.low, top.low_attained) == (Fraction(195, 2), True)
