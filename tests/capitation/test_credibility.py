"""Credibility against R's actuar, and what it must collapse to."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kbkresearch.capitation.credibility import buhlmann_straub, credibility, within_periods
from kbkresearch.errors import KbkError

ORACLE = json.loads((Path(__file__).parents[1] / "oracles" / "credibility.json").read_text())


def test_the_estimator_agrees_with_actuar():
    values, weights = np.array(ORACLE["values"]), np.array(ORACLE["weights"], float)
    cells = np.repeat(np.arange(len(values)), values.shape[1])
    means, sums, within = within_periods(values.ravel(), weights.ravel(), cells)
    found = buhlmann_straub(means, sums, within)
    assert found.within == pytest.approx(ORACLE["within"], rel=1e-9)
    assert found.between == pytest.approx(ORACLE["between"], rel=1e-9)
    assert found.collective == pytest.approx(ORACLE["collective"], rel=1e-9)
    assert found.z.tolist() == pytest.approx(ORACLE["z"], rel=1e-9)
    assert found.estimate.tolist() == pytest.approx(ORACLE["estimate"], rel=1e-9)


def panel(rates, members=500, periods=4, seed=11):
    rng = np.random.default_rng(seed)
    rows = [
        (f"F{place:02}", "0-64", period, members, rng.poisson(rate * members))
        for place, rate in enumerate(rates)
        for period in range(periods)
    ]
    return pd.DataFrame(rows, columns=["facility_id", "age_band", "month", "members", "visits"])


def test_cells_that_differ_only_by_chance_are_drawn_to_the_reference():
    found = credibility(panel([0.1] * 30), ["age_band"])
    assert (found.frame["z"] < 0.5).all()
    same = panel([0.1] * 4).assign(visits=50)
    none = credibility(same, ["age_band"])
    assert none.between == 0
    assert none.frame["credible_permille"].tolist() == pytest.approx([100] * 4)
    assert any("no more than chance" in note.en for note in none.notes)


def test_large_cells_that_differ_keep_their_own_rate():
    found = credibility(panel(np.linspace(0.05, 0.3, 12), members=100_000), ["age_band"]).frame
    assert (found["z"] > 0.99).all()
    assert found["credible_permille"].tolist() == pytest.approx(found["raw_permille"], rel=0.01)


def test_periods_and_poisson_agree_where_visits_are_poisson():
    data = panel(np.linspace(0.05, 0.3, 40))
    by_period = credibility(data, ["age_band"], period="month")
    by_chance = credibility(data, ["age_band"])
    assert by_period.dispersion == pytest.approx(1, abs=0.25)
    assert by_period.frame["z"].tolist() == pytest.approx(by_chance.frame["z"], abs=0.1)


def test_repeat_visits_lower_credibility():
    rng = np.random.default_rng(3)
    people = pd.DataFrame(
        {"member_id": np.arange(4000), "facility_id": rng.choice(list("ABCDEFGH"), 4000),
         "age_band": "0-64"}
    )  # fmt: skip
    people["visits"] = rng.negative_binomial(0.2, 0.2 / 0.5, 4000)
    person = credibility(people, ["age_band"])
    poisson = credibility(people, ["age_band"], process="poisson")
    assert person.dispersion > 1.5
    assert (person.frame["z"] <= poisson.frame["z"] + 1e-12).all()


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (panel([0.1])[:1], {}, "at least two cells"),
        (panel([0.1, 0.2]), {"process": "bayes"}, "Unknown process"),
        (panel([0.1, 0.2]), {"process": "person"}, "needs member records"),
        (panel([0.1, 0.2], periods=1), {"period": "month"}, "no cell has two periods"),
        (panel([0.1, 0.2]).drop(columns="visits"), {}, "lacks visits"),
    ],
)
def test_bad_input_is_refused(data, options, says):
    with pytest.raises(KbkError, match=says):
        credibility(data, ["age_band"], **options)
