"""Rates, ratios and heterogeneity: exact identities, R, closed forms and an independent search."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbkresearch.capitation.rates import (
    BYAR_FROM,
    heterogeneity,
    rate_interval,
    rate_ratio,
)
from kbkresearch.errors import BadArgumentError, UnknownNameError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "capitation_rates.json").read_text("utf-8")
)
COUNTS = st.integers(0, 5000)
POSITIVE = st.integers(1, 100_000)


def poisson_tail(count: int, mean: float) -> float:
    """P(X <= count), summed term by term in logarithms of whole-number factorials."""
    if mean == 0:
        return 1.0
    return math.fsum(
        math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)
    )


def bisect(rising, low: float, high: float) -> float:
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def limits_by_search(count: int, level: float) -> tuple[float, float]:
    """The means at which the count is only just not too large, and only just not too small."""
    tail, far = (1 - level) / 2, count + 20 * math.sqrt(count + 1) + 20
    high = bisect(lambda mean: tail - poisson_tail(count, mean), 0.0, far)
    if count == 0:
        return 0.0, high
    return bisect(lambda mean: (1 - poisson_tail(count - 1, mean)) - tail, 0.0, far), high


def byar_by_hand(count: int, level: float) -> tuple[float, float]:
    z = Decimal(repr(NormalDist().inv_cdf((1 + level) / 2)))

    def cube(value: int, sign: int) -> float:
        one = Decimal(value)
        return float(one * (1 - 1 / (9 * one) + sign * z / (3 * one.sqrt())) ** 3)

    return cube(count, -1), cube(count + 1, 1)


# Exact Poisson limits


@pytest.mark.parametrize("row", ORACLE["poisson_test"], ids=lambda row: str(row["events"]))
def test_exact_limits_are_those_of_r(row) -> None:
    found = rate_interval([row["events"]], [1], method="exact", level=row["level"])
    assert found.ci_low[0] == pytest.approx(row["low"], rel=1e-12)
    assert found.ci_high[0] == pytest.approx(row["high"], rel=1e-12)


@pytest.mark.parametrize("row", ORACLE["pois_exact"], ids=lambda row: str(row["events"]))
def test_exact_limits_are_those_that_epitools_searches_for(row) -> None:
    found = rate_interval([row["events"]], [row["exposure"]], method="exact")
    assert found.ci_low[0] == pytest.approx(row["low"], rel=1e-5)
    assert found.ci_high[0] == pytest.approx(row["high"], rel=1e-5)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 9, 10, 33, 120])
def test_exact_limits_are_the_roots_of_the_poisson_tails(count, level) -> None:
    found = rate_interval([count], [1], method="exact", level=level)
    low, high = limits_by_search(count, level)
    assert found.ci_low[0] == pytest.approx(low, rel=1e-9)
    assert found.ci_high[0] == pytest.approx(high, rel=1e-9)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [(0, 0, 3.6889), (1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (5, 1.6235, 11.6683)],
)
def test_exact_limits_are_those_of_the_published_tables(count, low, high) -> None:
    found = rate_interval([count], [1])
    assert found.ci_low[0] == pytest.approx(low, abs=5e-5)
    assert found.ci_high[0] == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_closed_forms_without_and_with_one_event(level) -> None:
    tail = (1 - level) / 2
    found = rate_interval([0, 1], [4, 1], method="exact", level=level)
    assert found.ci_low[0] == 0
    assert found.ci_high[0] == pytest.approx(-math.log(tail) / 4, rel=1e-12)
    assert found.ci_low[1] == pytest.approx(-math.log1p(-tail), rel=1e-12)


# Byar's limits


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [1, 10, 42, 1065])
def test_byar_is_the_formula(count, level) -> None:
    found = rate_interval([count], [1], method="byar", level=level)
    low, high = byar_by_hand(count, level)
    assert found.ci_low[0] == pytest.approx(max(low, 0), rel=1e-12)
    assert found.ci_high[0] == pytest.approx(high, rel=1e-12)


def test_byar_keeps_within_the_published_distance_of_exact() -> None:
    counts = np.arange(BYAR_FROM, 2000)
    ones = np.ones(counts.size)
    byar, exact = rate_interval(counts, ones, "byar"), rate_interval(counts, ones, "exact")
    assert np.abs(byar.ci_low / exact.ci_low - 1).max() < 0.002
    assert np.abs(byar.ci_high / exact.ci_high - 1).max() < 0.002


def test_byar_never_goes_below_zero() -> None:
    assert rate_interval([1], [1], method="byar", level=0.999).ci_low[0] == 0
    assert rate_interval([0], [1], method="byar").ci_low[0] == 0


def test_auto_changes_method_at_ten_events() -> None:
    counts = np.array([0, 9, 10, 11])
    auto = rate_interval(counts, np.full(4, 7.0))
    assert auto.method.tolist() == ["exact", "exact", "byar", "byar"]
    for method in ("exact", "byar"):
        alone, here = rate_interval(counts, np.full(4, 7.0), method), auto.method == method
        assert (auto.ci_low[here] == alone.ci_low[here]).all()
        assert (auto.ci_high[here] == alone.ci_high[here]).all()


@given(st.lists(st.tuples(COUNTS, POSITIVE), min_size=1, max_size=12), st.floats(0.5, 0.99))
def test_rates_lie_within_their_limits_and_scale_with_exposure(rows, level) -> None:
    events, exposure = (np.array(side) for side in zip(*rows, strict=True))
    found = rate_interval(events, exposure, level=level)
    assert (found.ci_low <= found.rate).all()
    assert (found.rate <= found.ci_high).all()
    doubled = rate_interval(events, 2 * exposure, level=level)
    assert doubled.ci_high == pytest.approx(found.ci_high / 2)
    wider = rate_interval(events, exposure, level=level + 0.005)
    assert (wider.ci_high > found.ci_high).all()


# Rate ratios


@pytest.mark.parametrize("row", ORACLE["rate_ratio"], ids=lambda row: str(row["events"]))
def test_rate_ratios_are_those_of_r(row) -> None:
    found = rate_ratio(*(row[key] for key in list(row)[:4]))
    for name, key in (("ratio", "ratio"), ("ci_low", "low"), ("ci_high", "high")):
        # R writes no infinite value to JSON
        assert getattr(found, name)[0] == pytest.approx(row.get(key, math.inf), rel=1e-10)


@given(st.integers(1, 500), POSITIVE, st.integers(1, 500), POSITIVE)
def test_the_inverse_ratio_has_the_inverse_limits(first, over, second, under) -> None:
    one, other = rate_ratio(first, over, second, under), rate_ratio(second, under, first, over)
    assert one.ratio[0] == pytest.approx(1 / other.ratio[0])
    assert one.ci_low[0] == pytest.approx(1 / other.ci_high[0], rel=1e-8)


# Heterogeneity


@pytest.mark.parametrize("row", ORACLE["chisq_test"]["results"], ids=lambda row: str(row["months"]))
def test_heterogeneity_is_that_of_r(row) -> None:
    events = np.array(ORACLE["chisq_test"]["visits"]) * row["months"]
    found = heterogeneity(events, np.array(ORACLE["chisq_test"]["members"]) * row["months"])
    assert found.df == row["df"]
    assert found.statistic == pytest.approx(row["statistic"], rel=1e-12)
    assert found.p_upper == pytest.approx(row["p_upper"], rel=1e-10)
    assert found.p_lower == pytest.approx(row["p_lower"], rel=1e-10)


@given(
    st.lists(st.tuples(COUNTS, POSITIVE), min_size=2, max_size=14).filter(
        lambda rows: any(events for events, _ in rows)
    ),
    st.integers(2, 12),
)
@settings(max_examples=50)
def test_heterogeneity_is_the_exact_sum_and_grows_with_the_months(rows, months) -> None:
    events, exposure = (np.array(side) for side in zip(*rows, strict=True))
    found = heterogeneity(events, exposure)
    pooled = Fraction(int(events.sum()), int(exposure.sum()))
    exact = sum((Fraction(e) - pooled * x) ** 2 / (pooled * x) for e, x in rows)
    assert found.statistic == pytest.approx(float(exact), rel=1e-9, abs=1e-9)
    assert found.p_upper + found.p_lower == pytest.approx(1)
    more = heterogeneity(months * events, months * exposure)
    assert more.statistic == pytest.approx(months * found.statistic, rel=1e-9, abs=1e-9)


# What is refused


@pytest.mark.parametrize("exposure", [0, -1, math.nan, math.inf])
def test_exposure_must_be_positive(exposure) -> None:
    with pytest.raises(BadArgumentError, match=r"exposure must be above 0; found .* at position 1"):
        rate_interval([1, 1], [5, exposure])
    with pytest.raises(BadArgumentError, match="exposure"):
        heterogeneity([1, 1], [5, exposure])
    with pytest.raises(BadArgumentError, match="reference_exposure"):
        rate_ratio(1, 1, 1, exposure)


@pytest.mark.parametrize("events", [-1, math.nan])
def test_events_must_be_counts(events) -> None:
    with pytest.raises(BadArgumentError, match="events must be 0 or more"):
        rate_interval([events], [1])


def test_other_arguments_that_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="byar"):
        rate_interval([1], [1], method="bayer")
    with pytest.raises(BadArgumentError, match="level"):
        rate_interval([1], [1], level=95)
    with pytest.raises(BadArgumentError, match="one per stratum"):
        rate_interval([1, 2], [1, 2, 3])
    with pytest.raises(BadArgumentError, match="two strata"):
        heterogeneity([3], [1])
    with pytest.raises(BadArgumentError, match="one event"):
        heterogeneity([0, 0], [1, 1])
    with pytest.raises(BadArgumentError, match="an event in one of the two groups"):
        rate_ratio(0, 1, 0, 1)
