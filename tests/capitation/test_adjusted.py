"""Adjusted capitation, norm tariffs and funds: budget, weights, exact ratios, refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.capitation.adjusted import adjusted_capitation
from kbkresearch.capitation.funds import funds
from kbkresearch.capitation.norms import norm_tariffs
from kbkresearch.errors import KbkError

STRATA = pd.DataFrame(
    {
        "facility_id": ["A", "A", "B", "B"],
        "age_band": ["0-64", "65+"] * 2,
        "members": [900, 100, 500, 500],
        "visits": [90, 30, 50, 150],
    }
)

cells = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["0-4", "5-64", "65+"]), st.integers(1, 99),
              st.integers(1, 99)),
    min_size=1, max_size=15,
)  # fmt: skip


@given(cells, st.dictionaries(st.sampled_from("ABC"), st.integers(1, 9), min_size=3))
def test_weights_average_one_and_the_budget_holds(rows, base):
    data = pd.DataFrame(rows, columns=["facility_id", "class", "members", "visits"])
    found = adjusted_capitation(data, ["class"], base)
    frame = found.frame
    assert np.average(frame["relative_weight"], weights=frame["members"]) == pytest.approx(1)
    classes = found.classes
    assert np.average(classes["class_weight"], weights=classes["members"]) == pytest.approx(1)
    assert frame["adjusted_rp"].sum() == pytest.approx(frame["flat_rp"].sum())
    assert frame["difference_rp"].sum() == pytest.approx(0, abs=1e-6)


@given(cells)
def test_against_exact_fractions(rows):
    data = pd.DataFrame(rows, columns=["facility_id", "class", "members", "visits"])
    frame = adjusted_capitation(data, ["class"], 8000).frame.set_index("facility_id")
    rate = {}
    for name in data["class"].unique():
        part = data[data["class"] == name]
        rate[name] = Fraction(int(part["visits"].sum()), int(part["members"].sum()))
    mean = Fraction(int(data["visits"].sum()), int(data["members"].sum()))
    for name, part in data.groupby("facility_id"):
        need = sum(
            rate[c] * m for c, m in zip(part["class"], part["members"].tolist(), strict=True)
        )
        weight = need / int(part["members"].sum()) / mean
        assert frame.loc[name, "relative_weight"] == pytest.approx(float(weight), rel=1e-12)
        assert frame.loc[name, "adjusted_pmpm_rp"] == pytest.approx(float(8000 * weight), rel=1e-12)


def test_the_same_mix_is_paid_the_flat_capitation_whatever_its_visits():
    data = STRATA.assign(members=[900, 100, 90, 10])
    frame = adjusted_capitation(data, ["age_band"], 8000).frame
    assert frame["adjusted_pmpm_rp"].tolist() == pytest.approx([8000, 8000])


def test_a_reference_of_another_period_is_keyed_and_spelt_as_people_do():
    rates = pd.DataFrame(
        {"age_band": ["≥ 65 th", "0 - 64"], "members": [1000, 1000], "visits": [600, 200]}
    )
    found = adjusted_capitation(STRATA, ["age_band"], 8000, rates=rates)
    assert found.frame["expected_permille"].tolist() == pytest.approx([240, 400])
    assert found.frame["relative_weight"].tolist() == pytest.approx([240 / 320, 400 / 320])
    with pytest.raises(KbkError, match="standard lacks 2 strata"):
        adjusted_capitation(
            STRATA, ["age_band"], 8000, rates=rates.assign(age_band=["60+", "0-59"])[:1]
        )


def test_need_in_rupiah():
    data = STRATA.assign(cost_rp=[10, 20, 30, 40])
    frame = adjusted_capitation(data, ["age_band"], 100, measure="cost_rp").frame
    rates = np.array([40 / 1400, 60 / 600])
    assert frame["expected_pmpm_rp"].tolist() == pytest.approx(
        [0.9 * rates[0] + 0.1 * rates[1], rates.mean()]
    )


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({"visits": 0}, {}, "rates are all zero"),
        ({"members": [0, 0, 5, 5], "visits": [0, 0, 1, 1]}, {}, "nobody is registered in"),
        ({}, {"measure": "hours"}, "Unknown measure"),
        ({}, {"measure": "cost_rp"}, "data lacks cost_rp"),
        ({}, {"base_pmpm_rp": -1}, "base_pmpm_rp must be 0 or more"),
        ({}, {"base_pmpm_rp": {"A": 1}}, "base_pmpm_rp has values for A"),
        ({}, {"rates": "national"}, "Unknown standard 'national'"),
    ],
)
def test_bad_input_is_refused(change, options, says):
    options = {"base_pmpm_rp": 8000} | options
    with pytest.raises(KbkError, match=says):
        adjusted_capitation(STRATA.assign(**change), ["age_band"], **options)


@pytest.mark.parametrize(
    ("kind", "members", "doctors", "dentists", "tariff"),
    [
        ("puskesmas", 10000, 2, 1, 7000),
        ("puskesmas", 10001, 2, 1, 6000),
        ("puskesmas", 10000, 2, 0, 6300),
        ("puskesmas", 10001, 2, 0, 5300),
        ("puskesmas", 10000, 0, 1, 4300),
        ("puskesmas", 10000, 0, 0, 3600),
        ("klinik_pratama", 5000, 1, 1, 12000),
        ("rs_d_pratama", 5001, 1, 0, 9000),
        ("dpp", 5000, 1, None, 8800),
        ("dpp", 5000, None, None, np.nan),
        ("dpp", 5000, 0, None, np.nan),
        ("puskesmas", 10000, None, 1, np.nan),
    ],
)
def test_norm_tariffs_as_the_article_states_them(kind, members, doctors, dentists, tariff):
    row = pd.DataFrame(
        {"facility_type": [kind], "members": members, "doctors": [doctors], "dentists": [dentists]}
    )
    found = norm_tariffs(row).iloc[0]
    assert found["tariff_rp"] == pytest.approx(tariff, nan_ok=True)
    assert found["tariff_basis"] != ""
    assert (found["tariff_status"] == "sourced") == (not np.isnan(tariff))


def test_norms_are_compared_by_facility():
    facilities = pd.DataFrame(
        {"facility_id": ["B", "A"], "facility_type": ["puskesmas", "klinik_pratama"],
         "doctors": [1, 1], "dentists": [0, 0]}
    )  # fmt: skip
    frame = adjusted_capitation(STRATA, ["age_band"], 8000, facilities=facilities).frame
    assert frame["norm_pmpm_rp"].tolist() == [10000, 6300]
    assert frame["norm_rp"].tolist() == [10000000, 6300000]
    with pytest.raises(KbkError, match="has no facility_type"):
        adjusted_capitation(STRATA, ["age_band"], 8000, facilities=facilities[:1])
    old = adjusted_capitation(
        STRATA, ["age_band"], 8000, facilities=facilities, tariff="tariff-2016"
    ).frame
    assert old["norm_pmpm_rp"][0] == 10000
    assert np.isnan(old["norm_pmpm_rp"][1])
    assert "range but no tariff" in old["norm_basis"][1]


def test_funds_at_every_payment_level():
    data = pd.DataFrame(
        {"facility_id": ["A", "B"], "facility_type": ["puskesmas", "klinik_pratama"],
         "capitation_rp": [1_000_000, 2_000_000], "payment_pct": [90.0, np.nan]}
    )  # fmt: skip
    frame = funds(data, services_pct=70).frame
    assert frame["payment_pct"].tolist() == [100, 95, 90, 85, 100, 97, 96, 95]
    assert frame["is_actual"][:4].tolist() == [False, False, True, False]
    assert frame["is_actual"][4:].isna().all()
    assert (frame["services_rp"] + frame["operations_rp"]).tolist() == frame["paid_rp"].tolist()
    assert (frame["paid_rp"] + frame["lost_rp"]).tolist() == frame["capitation_rp"].tolist()
    assert frame["services_rp"][2] == 630_000
    with pytest.raises(KbkError, match="services_pct must lie between 60"):
        funds(data, services_pct=50)
    with pytest.raises(KbkError, match="payment table"):
        funds(data.assign(facility_type="dpp"))
