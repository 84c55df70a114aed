"""Analysis of variance against the certified values of NIST's Statistical Reference Datasets."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.analysis.association.associate import associate

CERTIFIED = json.loads(
    (Path(__file__).parents[1] / "oracles" / "nist" / "anova.json").read_text(encoding="utf-8")
)
SETS = [name for name in CERTIFIED if name not in {"source", "data"}]
THIRTEEN_DIGITS = ["SmLs07", "SmLs08", "SmLs09"]


def groups(name):
    """Return the responses of each treatment, as printed."""
    found = CERTIFIED[name]
    if "replicates" not in found:
        return [[Decimal(one) for one in group] for group in found["treatments"]]
    half = (found["replicates"] - 1) // 2
    return [[Decimal(a), *[Decimal(b), Decimal(c)] * half] for a, b, c in found["treatments"]]


def f_of(responses):
    labels = [chr(97 + place) for place, group in enumerate(responses) for _ in group]
    y = [float(one) for group in responses for one in group]
    found = associate(pd.DataFrame({"y": y, "g": labels}), "y", "g", method="anova")
    return found.frame.iloc[0], found


def digits(value, certified):
    return -np.log10(max(abs(value - certified) / abs(certified), 1e-16))


@pytest.mark.parametrize("name", [name for name in SETS if name not in THIRTEEN_DIGITS])
def test_certified_f_and_r_squared(name):
    certified = CERTIFIED[name]
    row, found = f_of(groups(name))
    assert digits(row["statistic"], certified["f"]) >= 9
    assert (row["df"], row["df2"]) == (certified["df"], certified["df2"])
    eta = found.effects.set_index("effect_name").loc["eta_squared", "estimate"]
    assert digits(eta, certified["r2"]) >= 9


@pytest.mark.parametrize("name", THIRTEEN_DIGITS)
def test_thirteen_constant_digits_after_taking_the_constant_off(name):
    """As the note of the result advises: in decimals, before the numbers become binary."""
    responses = [[one - 10**12 for one in group] for group in groups(name)]
    row, _ = f_of(responses)
    assert digits(row["statistic"], CERTIFIED[name]["f"]) >= 9


@pytest.mark.parametrize("name", THIRTEEN_DIGITS)
def test_thirteen_constant_digits_as_they_stand_in_float64(name):
    """Binary numbers hold 3 decimals there: F is exact for what they hold, and a note says so."""
    responses = groups(name)
    row, found = f_of(responses)
    assert row["statistic"] == pytest.approx(exact_f(responses), rel=1e-9)
    assert any("subtract a constant" in note for note in found.notes)


def exact_f(responses):
    """Return F in rational arithmetic of the responses as float64 holds them."""
    held = [[Fraction(float(one)) for one in group] for group in responses]
    n, k = sum(map(len, held)), len(held)
    means = [sum(group) / len(group) for group in held]
    grand = sum(map(sum, held)) / n
    between = sum(len(g) * (m - grand) ** 2 for g, m in zip(held, means, strict=True))
    within = sum((one - m) ** 2 for g, m in zip(held, means, strict=True) for one in g)
    return float(between / (k - 1) / (within / (n - k)))
