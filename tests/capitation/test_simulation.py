"""Seeded simulations: what limits cover, how often tests err, and what adjustment gains.

Every simulation runs briefly by default and at length with ``-m slow``. Shares may miss their
target by four binomial standard errors of the simulation, and by the allowance that a design names
because the method is an approximation there.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from kbkresearch.capitation.adjusted import adjusted_capitation
from kbkresearch.capitation.ages import band_codes, five_year_bands
from kbkresearch.capitation.capitate import capitation
from kbkresearch.capitation.credibility import credibility
from kbkresearch.capitation.evaluate import evaluate_payment
from kbkresearch.capitation.files import evaluate_file, strata_of_file
from kbkresearch.capitation.standardise import standardise
from kbkresearch.capitation.strata import strata_of
from kbkresearch.capitation.synthetic import synthetic_members

LEVEL = 0.95
SQUARES = ["visits_squared", "visits_months", "months_squared"]
YEAR = {"unit_cost_rp": 1, "months": 12, "counts": "total"}
AT_ONCE = 500_000


def runs(short, long):
    """A brief simulation, and a long one on demand."""
    return pytest.mark.parametrize(
        "reps", [pytest.param(short, id="short"), pytest.param(long, id="long", marks=SLOW)]
    )


SLOW = pytest.mark.slow


def near(found, target, reps, allowance=0.0):
    return abs(found - target) <= 4 * math.sqrt(target * (1 - target) / reps) + allowance


def covers(low, high, truth):
    return float(((low <= truth) & (truth <= high)).mean())


def cells(rng, reps, n, rate, frailty):
    """Sums of n persons, `reps` times: unequal months, and a gamma factor of each person's own."""
    parts = []
    for start in range(0, reps, max(AT_ONCE // n, 1)):
        size = (min(max(AT_ONCE // n, 1), reps - start), n)
        months = np.where(rng.random(size) < 0.85, 12, rng.integers(1, 12, size)).astype(float)
        person = rng.gamma(frailty, 1 / frailty, size) if frailty else 1.0
        visits = rng.poisson(rate * months * person).astype(float)
        parts.append(
            pd.DataFrame(
                {
                    "replicate": np.arange(start, start + size[0]),
                    "members": float(n),
                    "member_months": months.sum(1),
                    "visits": visits.sum(1),
                    "visits_squared": (visits**2).sum(1),
                    "visits_months": (visits * months).sum(1),
                    "months_squared": (months**2).sum(1),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


# Limits of rates


@runs(500, 10_000)
@pytest.mark.parametrize(
    ("frailty", "n", "visits", "allowance"),
    [
        (None, 300, 300, 0.01),
        (None, 3000, 100, 0.015),
        (2, 300, 300, 0.01),
        (0.35, 300, 300, 0.015),
        (0.35, 3000, 3000, 0.01),
        (0.1, 3000, 3000, 0.01),
        (0.35, 50, 40, 0.03),
        (0.1, 300, 300, 0.03),
    ],
)
def test_limits_between_persons_cover_where_poisson_limits_do_not(
    frailty, n, visits, allowance, reps
):
    rng = np.random.default_rng([reps, n, visits])
    rate = visits / (n * 11.1)
    data = cells(rng, reps, n, rate, frailty)
    naive, person = (
        capitation(one, ["replicate"], **YEAR).frame for one in (data.drop(columns=SQUARES), data)
    )
    covered = covers(person["ci_low"], person["ci_high"], 1000 * rate)
    assert near(covered, LEVEL, reps, allowance)
    covered_naively = covers(naive["ci_low"], naive["ci_high"], 1000 * rate)
    if frailty is None:
        assert near(covered_naively, LEVEL, reps, allowance)
    else:
        assert covered_naively < 0.91
        assert covered_naively < covered - 0.03


@runs(500, 10_000)
@pytest.mark.parametrize(("frailty", "n"), [(None, 50), (0.35, 300)])
@pytest.mark.parametrize("visits", [1, 4, 8])
def test_limits_of_low_counts_cover_at_least_what_they_claim(frailty, n, visits, reps):
    rng = np.random.default_rng([reps, n, visits])
    data = cells(rng, reps, n, visits / (n * 11.1), frailty)
    found = capitation(data, ["replicate"], **YEAR).frame
    covered = covers(found["ci_low"], found["ci_high"], 1000 * visits / (n * 11.1))
    assert covered >= LEVEL - 4 * math.sqrt(LEVEL * (1 - LEVEL) / reps)


# Tests that strata share one rate


def p_values(rng, reps, sizes, rates, frailty):
    data = pd.concat(
        [
            cells(rng, reps, n, rate, frailty).assign(stratum=place)
            for place, (n, rate) in enumerate(zip(sizes, rates, strict=True))
        ]
    )
    return [
        capitation(one, ["stratum"], groups=["replicate"], **YEAR).totals[["p_value", "p_lower"]]
        for one in (data.drop(columns=SQUARES), data)
    ]


@runs(250, 5000)
@pytest.mark.parametrize("sizes", [[100] * 14, list(range(30, 450, 30)), [300, 300]])
def test_heterogeneity_errs_as_often_as_it_says(sizes, reps):
    rng = np.random.default_rng([reps, *sizes])
    rates = [0.05] * len(sizes)
    naive, person = p_values(rng, reps, sizes, rates, None)
    for name in ("p_value", "p_lower"):
        assert near((naive[name] < 0.05).mean(), 0.05, reps, 0.012)
    assert near((person["p_value"] < 0.05).mean(), 0.05, reps, 0.02)
    naive, person = p_values(rng, reps, sizes, rates, 0.35)
    assert (naive["p_value"] < 0.05).mean() > (0.15 if len(sizes) == 2 else 0.6)
    assert near((person["p_value"] < 0.05).mean(), 0.05, reps, 0.02)


@runs(100, 1000)
def test_heterogeneity_between_persons_finds_what_there_is(reps):
    rng = np.random.default_rng(reps)
    _, person = p_values(rng, reps, [400] * 7, np.linspace(0.05, 0.12, 7), 0.35)
    assert (person["p_value"] < 0.05).mean() > 0.9


# Credibility


@runs(12, 200)
@pytest.mark.parametrize(
    ("members", "spread", "frailty"),
    [
        ((10,), 0.3, None),
        ((10,), 0.3, 0.35),
        ((5, 20, 100, 2000), 0.3, 0.35),
        ((100,), 0.3, None),
        ((5000,), 0.3, None),
        ((50,), 0.0, None),
    ],
)
def test_credible_rates_foretell_the_next_year_as_well_as_the_better_of_both(
    members, spread, frailty, reps
):
    base = {"0-4": 0.12, "5-49": 0.07, "50+": 0.15}
    rng = np.random.default_rng([reps, *members])
    errors = []
    for _ in range(reps):
        practice = rng.gamma(1 / spread**2, spread**2, 40) if spread else np.ones(40)
        truth = np.outer(practice, list(base.values())).ravel()
        data = pd.concat(
            cells(rng, 1, int(rng.choice(members)), rate, frailty) for rate in truth
        ).assign(facility_id=np.repeat(np.arange(40), 3), age_band=[*base] * 40)
        found = credibility(data, ["age_band"], months=12, counts="total").frame
        guesses = found[["raw_permille", "credible_permille", "reference_permille"]].to_numpy()
        errors.append(((guesses - 1000 * truth[:, None]) ** 2).mean(0))
    raw, credible, pooled = np.mean(errors, axis=0)
    # next year's observed rates scatter about the truth by the same amount for all three guesses;
    # a fiftieth of the raw error is the price of not knowing how far cells differ
    margin = 4 * np.std(np.array(errors)[:, 1]) / math.sqrt(reps)
    assert credible <= min(raw, pooled) + margin + 0.02 * raw
    if max(members) <= 50:
        assert credible < 0.7 * raw
    if min(members) >= 5000:
        assert credible == pytest.approx(raw, rel=0.05)


# Adjusted capitation


BY = ["age_band", "sex"]


def banded(members):
    bands = five_year_bands()
    names = np.array([str(band) for band in bands])
    return members.assign(age_band=names[band_codes(members["age_years"], bands)])


@pytest.mark.parametrize("age_effect", [1.0, 0.0])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_adjustment_pays_the_old_what_they_need_only_where_they_need_it(age_effect, seed):
    past, now = (
        banded(synthetic_members(40_000, 8, one, age_effect=age_effect, facility_effect=0))
        for one in (seed, seed + 100)
    )
    flat = now["cost_rp"].sum() / now["member_months"].sum()
    adjusted = adjusted_capitation(
        now, BY, flat, rates=strata_of(past, BY), measure="cost_rp", months=12
    )
    now = now.merge(adjusted.classes[[*BY, "class_pmpm_rp"]], on=BY)
    assert_gain(
        *(
            evaluate_payment(now.assign(paid_rp=pmpm * now["member_months"]), by="age_band")
            for pmpm in (flat, now["class_pmpm_rp"])
        ),
        age_effect,
    )


def assert_gain(flat, adjusted, age_effect):
    """Judge both payments by the under-compensation of members of 65 and older."""
    before, after = (one.frame.set_index("group").loc["65+"] for one in (flat, adjusted))
    was, is_ = before["under_compensation_pmpm"], after["under_compensation_pmpm"]
    half = before["ci_high"] - was
    # the reference is another sample of members: both means have about the same error
    chance = 2 * math.sqrt(2) * half
    if age_effect:
        assert was > 4 * half
        assert abs(is_) < chance
        assert abs(is_) < 0.35 * was
    else:
        assert abs(was) < chance
        assert abs(is_) < chance
        assert is_ == pytest.approx(was, abs=chance)


@pytest.mark.slow
@pytest.mark.parametrize("age_effect", [1.0, 0.0])
def test_adjustment_pays_the_old_what_they_need_in_a_file_of_members(age_effect, tmp_path):
    cells_of = []
    for seed in (1, 2):
        path = tmp_path / f"synthetic-{seed}.parquet"
        members = synthetic_members(seed=seed, age_effect=age_effect, facility_effect=0)
        members.astype({"facility_id": str}).to_parquet(path)
        cells_of.append(strata_of_file(path, BY))
    past, now = cells_of
    base = now["cost_rp"].sum() / now["member_months"].sum()
    evaluated = []
    for reference in (past.assign(cost_rp=past["member_months"]), past):
        rates = reference.groupby(BY, as_index=False)[["member_months", "cost_rp"]].sum()
        adjusted = adjusted_capitation(now, BY, base, rates=rates, measure="cost_rp", months=12)
        evaluated.append(evaluate_file(path, now, adjusted, by=["age_band"]))
    assert_gain(*evaluated, age_effect)


# Standardised rates and payment against cost


@runs(600, 10_000)
@pytest.mark.parametrize("interval", ["dobson_byar", "dobson_exact", "fay_feuer"])
@pytest.mark.parametrize(
    ("people", "rates", "standard", "allowance"),
    [
        ([500, 500, 500, 500], [0.02, 0.03, 0.05, 0.08], [1, 1, 1, 1], 0.01),
        ([5000, 9000, 4000, 2000], [0.1, 0.05, 0.08, 0.2], [1, 3, 2, 2], 0.01),
        ([50, 900, 900, 60], [0.05, 0.03, 0.05, 0.12], [4, 2, 1, 4], 0.025),
    ],
)
def test_limits_of_directly_standardised_rates_cover(
    interval, people, rates, standard, allowance, reps
):
    rng = np.random.default_rng([reps, *people])
    truth = np.average(rates, weights=standard)
    found = standardised(rng, people, rates, standard, interval, reps)
    assert near(covers(found["ci_low"], found["ci_high"], truth), LEVEL, reps, allowance)


@runs(600, 10_000)
def test_fay_feuer_is_safe_where_a_thin_stratum_weighs_much_and_dobson_is_not(reps):
    people, rates, standard = [60, 300, 80, 20], [0.03, 0.02, 0.03, 0.08], [2, 3, 2, 2]
    truth = np.average(rates, weights=standard)
    covered = {}
    for interval in ("dobson_byar", "fay_feuer"):
        rng = np.random.default_rng([reps, 7])
        found = standardised(rng, people, rates, standard, interval, reps)
        covered[interval] = covers(found["ci_low"], found["ci_high"], truth)
    assert covered["fay_feuer"] > LEVEL
    assert 0.84 < covered["dobson_byar"] < 0.93


def standardised(rng, people, rates, standard, interval, reps):
    strata = np.arange(len(people))
    data = pd.DataFrame(
        {
            "replicate": np.repeat(np.arange(reps), len(people)),
            "stratum": np.tile(strata, reps),
            "visits": rng.poisson(np.multiply(people, rates), (reps, len(people))).ravel(),
            "members": np.tile(people, reps),
        }
    )
    weights = pd.DataFrame({"stratum": strata, "members": standard})
    return standardise(
        data, by=["stratum"], groups=["replicate"], standard=weights, interval=interval,
        least_events=0,
    ).frame  # fmt: skip


@runs(600, 10_000)
def test_standardised_rates_of_repeat_visits_need_the_squares_of_persons(reps):
    rng = np.random.default_rng(reps)
    data = pd.concat(
        cells(rng, reps, n, rate, 0.35).assign(stratum=place)
        for place, (n, rate) in enumerate([(400, 0.04), (300, 0.06), (200, 0.1)])
    )
    standard = pd.DataFrame({"stratum": [0, 1, 2], "member_months": [3, 3, 4]})
    truth = 0.3 * 0.04 + 0.3 * 0.06 + 0.4 * 0.1
    options = {"by": ["stratum"], "groups": ["replicate"], "population": "member_months"}
    naive, person = (
        standardise(data, standard=standard, events_variance=one, **options).frame
        for one in (None, "visits_squared")
    )
    assert covers(naive["ci_low"], naive["ci_high"], truth) < 0.8
    assert near(covers(person["ci_low"], person["ci_high"], truth), LEVEL, reps, 0.02)


def costs(rng, size, frailty, practice=1.0):
    """Months and cost of persons: Rp5,000 per member and month on average."""
    months = np.where(rng.random(size) < 0.85, 12, rng.integers(1, 12, size)).astype(float)
    visits = rng.poisson(0.1 * months * rng.gamma(frailty, 1 / frailty, size) * practice)
    paid = rng.gamma(np.maximum(visits, 1) * 2.0, 25_000)
    return months, np.where(visits > 0, paid, 0.0)


@runs(500, 3000)
@pytest.mark.parametrize(("n", "allowance"), [(100, 0.03), (300, 0.02), (1000, 0.01)])
def test_limits_of_under_compensation_cover(n, allowance, reps):
    rng = np.random.default_rng([reps, n])
    months, cost = costs(rng, reps * n, 0.35)
    data = pd.DataFrame({"member_months": months, "cost_rp": cost, "paid_rp": 4000 * months})
    found = evaluate_payment(data.assign(group=np.repeat(np.arange(reps), n)), by="group")
    frame = found.frame.iloc[1:]
    assert near(covers(frame["ci_low"], frame["ci_high"], 1000), LEVEL, reps, allowance)
    ratio = frame["predictive_ratio_ci_low"], frame["predictive_ratio_ci_high"]
    assert near(covers(*ratio, 0.8), LEVEL, reps, allowance)


@runs(400, 3000)
def test_limits_of_under_compensation_allow_for_facilities(reps):
    rng = np.random.default_rng(reps)
    facilities, members = 30, 25
    place = np.repeat(np.arange(reps * facilities), members)
    practice = rng.gamma(4, 1 / 4, reps * facilities)[place]
    months, cost = costs(rng, len(place), 1.0, practice)
    data = pd.DataFrame(
        {"member_months": months, "cost_rp": cost, "paid_rp": 4000 * months,
         "facility_id": place, "group": place // facilities}
    )  # fmt: skip
    by_person, by_facility = (
        evaluate_payment(data, by="group", cluster=one).frame.iloc[1:]
        for one in (None, "facility_id")
    )
    assert covers(by_person["ci_low"], by_person["ci_high"], 1000) < 0.85
    assert near(covers(by_facility["ci_low"], by_facility["ci_high"], 1000), LEVEL, reps, 0.02)
