"""Payment against cost: measures against R, identities, and what is refused."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.capitation.evaluate import evaluate_payment
from kbkresearch.capitation.lorenz import gains_and_losses, gini
from kbkresearch.errors import KbkError

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "evaluation.json").read_text())
PEOPLE = pd.DataFrame(ORACLE["people"])


@pytest.mark.parametrize("cluster", [None, "facility_id"])
@pytest.mark.parametrize("group", ["all", "0-17", "18-64", "65+"])
def test_measures_and_limits_agree_with_r(group, cluster):
    frame = evaluate_payment(PEOPLE, by="age_band", cluster=cluster).frame.set_index("group")
    row, expected = frame.loc[group], ORACLE["results"][group]
    assert row["under_compensation_pmpm"] == pytest.approx(expected["under"], rel=1e-9)
    assert row["predictive_ratio"] == pytest.approx(expected["ratio"], rel=1e-9)
    for name in ("r2", "cpm", "mape"):
        assert row[name] == pytest.approx(expected[name], rel=1e-9)
    limits = expected["cluster" if cluster else "plain"]
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(limits["under"], rel=1e-6)
    assert [
        row["predictive_ratio_ci_low"],
        row["predictive_ratio_ci_high"],
    ] == pytest.approx(limits["ratio"], rel=1e-6)


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 99), st.integers(1, 99), st.integers(1, 12)),
    min_size=2,
    max_size=25,
)


@given(rows)
def test_a_payment_of_the_groups_own_mean_pays_each_group_its_cost(found):
    data = pd.DataFrame(found, columns=["group", "cost_rp", "unused", "member_months"])
    sums = data.groupby("group")[["cost_rp", "member_months"]].transform("sum")
    data["paid_rp"] = data["member_months"] * sums["cost_rp"] / sums["member_months"]
    frame = evaluate_payment(data, by="group").frame
    assert frame["under_compensation_pmpm"].to_numpy() == pytest.approx(0, abs=1e-9)
    paid = frame[frame["cost_pmpm"] > 0]
    assert paid["predictive_ratio"].to_numpy() == pytest.approx(1)


@given(rows)
def test_shares_and_order_of_rows(found):
    data = pd.DataFrame(found, columns=["group", "cost_rp", "paid_rp", "member_months"])
    frame = evaluate_payment(data, by="group").frame
    assert frame["payment_share"].iloc[1:].sum() == pytest.approx(1)
    weights = frame["member_months"].iloc[1:]
    assert np.average(frame["case_mix_index"].iloc[1:], weights=weights) == pytest.approx(1)
    other = evaluate_payment(data.iloc[::-1], by="group").frame
    pd.testing.assert_frame_equal(
        frame.sort_values("group", ignore_index=True), other.sort_values("group", ignore_index=True)
    )


def test_perfect_payment_and_payment_of_the_mean():
    data = PEOPLE.assign(paid_rp=PEOPLE["cost_rp"])
    best = evaluate_payment(data)
    assert [best.stats[name] for name in ("r2", "cpm", "mape")] == [1, 1, 0]
    mean = PEOPLE["cost_rp"].sum() / PEOPLE["member_months"].sum()
    flat = evaluate_payment(PEOPLE.assign(paid_rp=mean * PEOPLE["member_months"]))
    assert [flat.stats["r2"], flat.stats["cpm"]] == pytest.approx([0, 0], abs=1e-12)
    assert len(flat.deciles) == 0
    assert any("no deciles" in note.en for note in flat.notes)


def test_deciles_hold_a_tenth_of_the_months_and_rise_in_payment():
    rng = np.random.default_rng(7)
    data = pd.DataFrame(
        {"paid_rp": rng.permutation(1000) + 1.0, "cost_rp": rng.gamma(1, 500, 1000)}
    )
    found = evaluate_payment(data, member_months=None).deciles
    assert found["group"].tolist() == [str(one) for one in range(1, 11)]
    assert found["n"].tolist() == [100] * 10
    assert found["payment_pmpm"].is_monotonic_increasing


def test_rows_add_up_to_facilities():
    found = evaluate_payment(PEOPLE, unit="facility_id").stats
    sums = PEOPLE.groupby("facility_id")[["paid_rp", "cost_rp", "member_months"]].sum()
    same = evaluate_payment(sums.reset_index(), by="facility_id").stats
    assert found == pytest.approx(same)
    with pytest.raises(KbkError, match="age_band varies within facility_id"):
        evaluate_payment(PEOPLE, unit="facility_id", by="age_band")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9), st.integers(1, 4))
def test_gini_is_half_the_mean_difference_over_the_mean(amounts, times):
    values = np.array(amounts, float)
    if values.sum() == 0:
        assert np.isnan(gini(values, np.ones(len(values))))
        return
    pairs = sum(abs(a - b) for a, b in combinations(amounts, 2)) * 2
    expected = pairs / (2 * len(amounts) ** 2 * values.mean())
    assert gini(values, np.ones(len(values))) == pytest.approx(expected, abs=1e-12)
    assert gini(values, np.full(len(values), float(times))) == pytest.approx(expected, abs=1e-12)


def test_gains_and_losses_are_kept_apart():
    curves, coefficients = gains_and_losses(np.array([1.0, 3.0, -2.0, -2.0, 0.0]), np.ones(5))
    assert coefficients == {"gini_gain": 0.25, "gini_loss": 0.0}
    assert curves[curves["side"] == "gain"]["share_of_rupiah"].tolist() == [0, 0.25, 1]
    nobody, none = gains_and_losses(np.zeros(3), np.ones(3))
    assert len(nobody) == 0
    assert np.isnan(none["gini_gain"])


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (PEOPLE.drop(columns="cost_rp"), {}, "data lacks cost_rp"),
        (PEOPLE.assign(cost_rp=-1), {}, "cost_rp must be a number, 0 or more; found -1 in row 0"),
        (PEOPLE.assign(paid_rp=np.nan), {}, "paid_rp must be a number"),
        (PEOPLE.assign(member_months=0), {}, "member_months must be above 0"),
        (PEOPLE.assign(age_band=None), {"by": "age_band"}, "age_band must be filled in"),
        (PEOPLE.iloc[:0], {}, "no rows"),
        (PEOPLE, {"level": 0}, "level"),
        (PEOPLE, {"by": "district"}, "data lacks district"),
    ],
)
def test_bad_input_is_refused(data, options, says):
    with pytest.raises(KbkError, match=says):
        evaluate_payment(data, **options)


def test_a_single_row_has_no_limits():
    row = evaluate_payment(PEOPLE.head(1)).frame.iloc[0]
    assert np.isnan([row["ci_low"], row["ci_high"], row["predictive_ratio_ci_low"]]).all()
    assert np.isnan(row["r2"])
