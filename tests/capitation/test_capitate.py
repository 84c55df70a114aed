"""Rates, tariffs and funds by any strata: identities, periods, repeat visits, bad input."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from kbkresearch import datasets
from kbkresearch.capitation.capitate import capitation
from kbkresearch.capitation.dependent import visits_variance
from kbkresearch.capitation.proportions import proportion_interval
from kbkresearch.capitation.rates import rate_interval
from kbkresearch.capitation.strata import strata_of
from kbkresearch.capitation.variation import strata_differ
from kbkresearch.errors import BadArgumentError, BadRowsError, KbkError

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "capitation_persons.json").read_text())
PEOPLE = pd.DataFrame(ORACLE["people"])
PAID = {"klinik-hayana": 10000, "dpp-sri-wahyuni": 8000}
CELLS = pd.DataFrame({"age_band": ["0-64", "65+"], "members": [900, 100], "visits": [90, 40]})


def study(kind):
    both = datasets.load("hayana-participants").merge(
        datasets.load("hayana-utilisation"), on=["facility_id", "stratum_kind", "stratum"]
    )
    return both[both["stratum_kind"] == kind].rename(columns={"stratum": kind})


@pytest.mark.parametrize("kind", ["age_band", "sex"])
def test_the_study_to_the_rupiah(kind):
    found = capitation(study(kind), by=[kind], unit_cost_rp=51109, paid_pmpm_rp=PAID)
    printed = datasets.load("hayana-tariffs")
    printed = printed[printed["stratum_kind"] == kind]
    assert found.frame["tariff_rp"].round().tolist() == printed["tariff_rp"].tolist()
    totals = datasets.load("hayana-fund-totals")
    totals = totals[totals["stratum_kind"] == kind].set_index("facility_id")
    ours = found.totals.set_index("facility_id")
    assert ours["fund_rp"].tolist() == totals["fund_rp"].tolist()
    assert ours["difference_rp"].tolist() == totals["excess_rp"].tolist()
    assert any("always add up" in note.en for note in found.notes)


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.integers(0, 99),
                  st.integers(1, 999)),
        min_size=1, max_size=12,
    ),
    st.integers(0, 10**6),
)  # fmt: skip
@settings(deadline=None, max_examples=50)
def test_every_partition_returns_the_same_fund(rows, cost):
    data = pd.DataFrame(rows, columns=["age", "class", "visits", "members"])
    funds = [
        capitation(data, by=by, unit_cost_rp=cost).totals["fund_rp"].sum()
        for by in (["age"], ["class"], ["age", "class"], [])
    ]
    assert funds == [data["visits"].sum() * cost] * 4


@given(
    st.lists(st.tuples(st.integers(1, 10**5), st.integers(0, 5000)), min_size=1, max_size=20),
    st.integers(0, 10**7),
    st.sampled_from([1, 6]),
)
@settings(deadline=None, max_examples=50)
def test_tariffs_are_the_nearest_to_exact_quotients_and_funds_exact(rows, cost, months):
    members, visits = zip(*rows, strict=True)
    data = pd.DataFrame({"class": range(len(rows)), "members": members, "visits": visits})
    found = capitation(data, ["class"], cost, 8000, months, counts="average")
    for row, (people, count) in zip(found.frame.to_dict("records"), rows, strict=True):
        assert row["fund_rp"] == count * cost
        assert row["rate_permille"] == float(Fraction(1000 * count, people))
        if months == 1:
            assert row["tariff_rp"] == float(Fraction(count * cost, people))
        assert row["tariff_rp"] == pytest.approx(float(Fraction(count * cost, people)), rel=1e-15)
    assert found.totals["fund_rp"].tolist() == [sum(visits) * cost]
    assert found.totals["difference_rp"].tolist() == [8000 * sum(members) - sum(visits) * cost]
    if sum(visits):
        even = float(Fraction(8000 * sum(members), sum(visits)))
        assert found.totals["break_even_unit_cost_rp"].tolist() == [even]


def test_marginal_tables_stand_one_under_the_other():
    data = pd.DataFrame(
        {"age_band": ["0-4", "0-4", "5+", "5+"], "sex": ["L", "P"] * 2, "members": [10, 20, 30, 40],
         "visits": [1, 2, 3, 4]}
    )  # fmt: skip
    found = capitation(data, by=["age_band", "sex"], unit_cost_rp=10, marginal=True)
    assert found.frame[["stratum_kind", "stratum", "visits"]].values.tolist() == [
        ["age_band", "0-4", 3], ["age_band", "5+", 7], ["sex", "male", 4], ["sex", "female", 6]
    ]  # fmt: skip
    assert found.frame.groupby("stratum_kind")["share_pct"].sum().tolist() == [100, 100]
    assert found.totals["fund_rp"].tolist() == [100]


@pytest.mark.parametrize("by_column", [False, True])
def test_averages_of_months_use_the_true_exposure(by_column):
    if by_column:
        found = capitation(CELLS.assign(months_averaged=6), by=["age_band"], unit_cost_rp=1000)
    else:
        found = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, months=6, counts="average")
    truth = rate_interval([540, 240], [5400, 600])
    assert found.frame["ci_low"].tolist() == pytest.approx(1000 * truth.ci_low)
    assert found.frame["ci_high"].tolist() == pytest.approx(1000 * truth.ci_high)
    assert found.frame["fund_rp"].tolist() == [90000, 40000]


def test_an_undeclared_period_shows_both_readings():
    found = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, months=6)
    assert found.frame["rate_permille"].tolist() == pytest.approx([1000 / 60, 400 / 6])
    assert found.frame["rate_permille_if_average"].tolist() == pytest.approx([100, 400])
    assert found.frame["fund_rp_if_average"].tolist() == pytest.approx([90000, 40000])
    assert any("NOT DECLARED" in note.en for note in found.notes)
    declared = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, months=6, counts="total")
    assert "rate_permille_if_average" not in declared.frame
    one = capitation(CELLS, by=["age_band"], unit_cost_rp=1000)
    assert any("read as one month's counts" in note.en for note in one.notes)


def test_a_year_is_twelve_months():
    month = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, paid_pmpm_rp=500)
    year = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, paid_pmpm_rp=500, period="year")
    for name in ("rate_permille", "ci_high", "tariff_rp", "fund_rp"):
        assert year.frame[name].tolist() == pytest.approx(12 * month.frame[name])
    for name in ("paid_rp", "difference_rp"):
        assert year.totals[name].tolist() == pytest.approx(12 * month.totals[name])
    assert year.totals["break_even_unit_cost_rp"][0] == pytest.approx(500 * 1000 / 130)


def test_factors_and_costs_by_stratum():
    plain = capitation(CELLS, by=["age_band"], unit_cost_rp={"0-64": 1000, "65+": 2000})
    assert plain.frame["fund_rp"].tolist() == [90000, 80000]
    table = pd.DataFrame({"age_band": ["65+", "0-64"], "unit_cost_rp": [2000, 1000]})
    assert capitation(CELLS, by=["age_band"], unit_cost_rp=table).frame["fund_rp"].tolist() == [
        90000, 80000
    ]  # fmt: skip
    more = capitation(
        CELLS, by=["age_band"], unit_cost_rp=1000, trend=0.1, years=2, loading=0.2,
        administration=0.25,
    )  # fmt: skip
    assert more.frame["tariff_rp"].tolist() == pytest.approx(
        np.array([100, 400]) * 1.1**2 * 1.2 / 0.75
    )
    assert sum("Tariffs include" in note.en for note in more.notes) == 3
    assert more.sensitivity([1000])["fund_rp"][0] == pytest.approx(more.totals["fund_rp"][0])


def test_an_uncertain_cost_widens_the_tariff():
    sure = capitation(CELLS, by=["age_band"], unit_cost_rp=1000).frame
    same = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, unit_cost_se_rp=1e-9).frame
    unsure = capitation(CELLS, by=["age_band"], unit_cost_rp=1000, unit_cost_se_rp=100).frame
    assert same["tariff_ci_low_rp"].tolist() == pytest.approx(sure["tariff_ci_low_rp"])
    assert (unsure["tariff_ci_low_rp"] < sure["tariff_ci_low_rp"]).all()
    assert (unsure["tariff_ci_high_rp"] > sure["tariff_ci_high_rp"]).all()
    assert unsure["tariff_rp"].tolist() == sure["tariff_rp"].tolist()


def test_variance_between_persons_agrees_with_survey_software():
    cells = strata_of(PEOPLE, ["age_band"]).set_index("age_band")
    expected = pd.DataFrame(ORACLE["rates"]).set_index("age_band").loc[cells.index]
    exposure = cells["member_months"]
    assert (cells["visits"] / exposure).tolist() == pytest.approx(expected["rate"].tolist())
    assert (visits_variance(cells) / exposure**2).tolist() == pytest.approx(
        expected["variance"].tolist(), rel=1e-9
    )
    same = cells.drop(columns=["visits_months", "months_squared"])
    assert visits_variance(same).tolist() == pytest.approx(
        expected["total_variance"].tolist(), rel=1e-9
    )


def test_repeat_visits_stretch_the_limits_of_records():
    found = capitation(PEOPLE, by=["age_band"], unit_cost_rp=1000, months=12)
    naive = rate_interval(found.frame["visits"], found.frame["member_months"])
    width = found.frame["ci_high"] - found.frame["ci_low"]
    stretch = np.sqrt(
        visits_variance(strata_of(PEOPLE, ["age_band"])) / found.frame["visits"].to_numpy()
    )
    assert (width / (1000 * (naive.ci_high - naive.ci_low))).tolist() == pytest.approx(stretch)
    assert (stretch > 1).all()
    assert found.frame["method"].tolist() == ["byar, person-level"] * 3
    assert "person-level" in found.totals["method"][0]


def test_the_test_between_persons_has_the_moments_of_its_eigenvalues():
    cells = strata_of(PEOPLE, ["age_band"])
    exposure, visits = cells["member_months"].to_numpy(), cells["visits"].to_numpy()
    expected = exposure * visits.sum() / exposure.sum()
    centred = np.eye(3) - np.outer(exposure, np.ones(3)) / exposure.sum()
    spread = centred @ np.diag(visits_variance(cells)) @ centred.T
    roots = np.linalg.eigvals(spread / expected).real
    pearson = ((visits - expected) ** 2 / expected).sum()
    found = strata_differ(cells)
    assert found.df == pytest.approx(roots.sum() ** 2 / (roots**2).sum())
    assert found.statistic == pytest.approx(pearson * roots.sum() / (roots**2).sum())
    assert found.p_value == pytest.approx(chi2.sf(found.statistic, found.df))
    assert found.p_value + found.p_lower == pytest.approx(1)


@pytest.mark.parametrize("dispersion", [1, 4])
def test_equal_dispersion_leaves_the_degrees_of_freedom_and_divides_the_statistic(dispersion):
    members, visits = np.array([40.0, 300.0, 25.0, 1000.0]), np.array([12.0, 56.0, 9.0, 190.0])
    expected = members * visits.sum() / members.sum()
    squares = dispersion * expected * (members - 1) / members + visits**2 / members
    cells = pd.DataFrame({"members": members, "member_months": members, "visits": visits})
    found = strata_differ(cells.assign(visits_squared=squares))
    plain = strata_differ(cells)
    assert found.df == pytest.approx(plain.df)
    assert found.statistic == pytest.approx(plain.statistic / dispersion)


def test_proportions_agree_with_r():
    expected = pd.DataFrame(ORACLE["proportions"])
    for method in ("wilson", "exact"):
        found = proportion_interval(expected["events"], expected["n"], method=method)
        assert found.ci_low.tolist() == pytest.approx(expected[f"{method}_low"], abs=1e-12)
        assert found.ci_high.tolist() == pytest.approx(expected[f"{method}_high"], rel=1e-9)
    for events, n in ((5, 4), (-1, 4), (0, 0), (1.5, 4), (np.nan, 4)):
        with pytest.raises(BadArgumentError, match="whole numbers from 0 to n"):
            proportion_interval(events, n)


def test_empty_strata_zero_visits_and_a_single_stratum_are_named():
    data = pd.DataFrame(
        {"age_band": ["0-4", "5-9", "10+"], "members": [0, 50, 20], "visits": [0, 0, 4]}
    )
    found = capitation(data, by=["age_band"], unit_cost_rp=1000).frame
    assert found["status"].tolist() == ["nobody", "", ""]
    assert np.isnan(found["rate_permille"][0])
    assert found.loc[1, ["rate_permille", "ci_low", "fund_rp"]].tolist() == [0, 0, 0]
    assert found["ci_high"][1] > 0
    one = capitation(data.iloc[2:], by=["age_band"], unit_cost_rp=1000)
    assert one.totals["method"][0] == ""
    assert np.isnan(one.totals["p_value"][0])


def test_small_cells_are_missing_and_marked_never_zero():
    data = pd.DataFrame(
        {"facility_id": ["A"] * 3 + ["B"] * 2, "age_band": ["0-4", "5-9", "10+", "0-9", "10+"]}
    ).assign(members=100, visits=[3, 8, 40, 0, 9])
    data.loc[3:, "age_band"] = ["0-4", "5+"]
    given_away = [
        capitation(part, by=["age_band"], unit_cost_rp=1).suppressed().frame["visits"].tolist()
        for _, part in data.groupby("facility_id")
    ]
    np.testing.assert_array_equal(given_away[0], [np.nan, np.nan, 40])
    np.testing.assert_array_equal(given_away[1], [0, 9])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"visits": -1}, "visits must be a number, 0 or more; found -1 in row 0"),
        ({"visits": np.nan}, "visits must be a number"),
        ({"visits": "12.000"}, "found '12.000' in row 0"),
        ({"visits": "banyak"}, "'banyak'"),
        ({"members": 0}, "where no member is"),
        ({"age_band": None}, "age_band must be filled in"),
        ({"age_band": ["0-64", "60+"]}, "overlap"),
        ({"age_band": ["0-60", "65+"]}, "gap"),
        ({"persons": 200}, "persons cannot exceed members"),
        ({"persons": [95, 20]}, "persons cannot exceed visits"),
        ({"visits_squared": 1}, "visits_squared cannot be below visits"),
        ({"months_averaged": 0}, "months_averaged must be above 0"),
    ],
)
def test_bad_rows_are_refused_with_their_place(change, says):
    data = CELLS.assign(**change)
    with pytest.raises(KbkError, match=says):
        capitation(data, by=["age_band"], unit_cost_rp=1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"unit_cost_rp": -5}, "unit_cost_rp must be 0 or more; found -5"),
        ({}, "unit_cost_rp is needed"),
        ({"unit_cost_rp": {"0-64": 1}}, "has values for 0-64; the cells are age_band: 0-64, 65"),
        (
            {"unit_cost_rp": pd.DataFrame({"age_band": ["0-64"], "unit_cost_rp": [1]})},
            "no value for",
        ),
        (
            {"unit_cost_rp": pd.DataFrame({"age_band": ["65+"] * 2, "unit_cost_rp": [1, 2]})},
            "twice",
        ),
        ({"unit_cost_rp": 1, "unit_cost_se_rp": -1}, "unit_cost_se_rp"),
        ({"unit_cost_rp": 1, "paid_pmpm_rp": -1}, "paid_pmpm_rp must be 0 or more"),
        ({"unit_cost_rp": 1, "months": 0}, "months must be above 0"),
        ({"unit_cost_rp": 1, "period": "week"}, "Unknown period"),
        ({"unit_cost_rp": 1, "counts": "mean"}, "Unknown counts"),
        ({"unit_cost_rp": 1, "administration": 1}, "administration is a share"),
        ({"unit_cost_rp": 1, "loading": -0.1}, "loading is a share"),
        ({"unit_cost_rp": 1, "level": 95}, "level"),
    ],
)
def test_bad_options_are_refused(options, says):
    with pytest.raises(KbkError, match=says):
        capitation(CELLS, by=["age_band"], **options)


def test_columns_that_lack_and_members_who_stand_twice_are_refused():
    with pytest.raises(KbkError, match="data lacks class"):
        capitation(CELLS, by=["class"], unit_cost_rp=1)
    with pytest.raises(KbkError, match="data lacks members or member_months"):
        capitation(CELLS.drop(columns="members"), by=["age_band"], unit_cost_rp=1)
    with pytest.raises(BadRowsError, match="member_id must stand once"):
        capitation(pd.concat([PEOPLE, PEOPLE.head(1)]), by=["age_band"], unit_cost_rp=1)
