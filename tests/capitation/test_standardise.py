"""Standardised rates against R, and the special cases that they must collapse to."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kbkresearch.capitation.dependent import visits_variance
from kbkresearch.capitation.standardise import standardise
from kbkresearch.capitation.strata import strata_of
from kbkresearch.errors import BadArgumentError, BadRowsError, KbkError, MissingColumnsError

ORACLES = Path(__file__).parents[1] / "oracles"
ORACLE = json.loads((ORACLES / "standardise.json").read_text())
PERSONS = json.loads((ORACLES / "standardise_persons.json").read_text())
BANDS = ORACLE["bands"]
DATA = pd.concat(
    pd.DataFrame({"facility_id": name, "age_band": BANDS, "visits": one["events"],
                  "members": one["population"]})
    for name, one in ORACLE["groups"].items()
)  # fmt: skip
STANDARD = pd.DataFrame(
    {"age_band": BANDS, "members": ORACLE["standard"], "visits": ORACLE["reference_events"]}
)
KEYS = {"by": ["age_band"], "groups": ["facility_id"]}


@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("interval", ["dobson_byar", "dobson_exact", "fay_feuer", "exact", "byar"])
def test_estimates_and_limits_agree_with_r(interval, level):
    method = "indirect" if interval in {"exact", "byar"} else "direct"
    # shuffled, for the standard is a keyed table and no vector by position
    found = standardise(DATA.sample(frac=1, random_state=1), standard=STANDARD.iloc[::-1],
                        method=method, interval=interval, level=level, **KEYS)  # fmt: skip
    frame = found.frame.set_index("facility_id")
    expected = {one["group"]: one for one in ORACLE["results"] if one["level"] == level}
    for name, one in expected.items():
        row = frame.loc[name]
        assert row["crude"] == pytest.approx(one["crude"], rel=1e-12)
        assert row["n_events"] == sum(ORACLE["groups"][name]["events"])
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(one[interval], rel=1e-9)
        if method == "direct":
            assert [row["estimate"], row["variance"]] == pytest.approx(
                [one["estimate"], one["variance"]], rel=1e-12
            )
            assert row["estimate"] == pytest.approx(one["fay_estimate"], rel=1e-12)
        else:
            assert row["expected"] == pytest.approx(one["expected"], rel=1e-12)
            assert row["estimate"] == pytest.approx(one["ratio"], rel=1e-12)


@pytest.mark.parametrize(("opinion", "close"), [("persons", 1e-9), ("counts", 1e-6)])
def test_survey_and_epi_give_the_same_estimates_and_variances(opinion, close):
    cells = strata_of(pd.DataFrame(PERSONS["people"]), ["facility_id", "age_band"])
    cells["between"] = visits_variance(cells)
    found = standardise(
        cells, standard=pd.DataFrame(PERSONS["standard"]), **KEYS,
        events_variance="between" if opinion == "persons" else None,
    ).frame.set_index("facility_id")  # fmt: skip
    for one in PERSONS[opinion]:
        row = found.loc[one["facility_id"]]
        assert row["estimate"] == pytest.approx(one["estimate"], rel=close)
        assert row["variance"] == pytest.approx(one["se"] ** 2, rel=close)


counts = st.lists(st.tuples(st.integers(0, 60), st.integers(60, 900)), min_size=1, max_size=6)


def one_group(cells):
    bands = [f"{place}" for place in range(len(cells))]
    visits, members = zip(*cells, strict=True)
    return pd.DataFrame({"age_band": bands, "visits": visits, "members": members})


@given(counts)
def test_the_own_mix_as_standard_gives_the_crude_rate(cells):
    data = one_group(cells)
    row = standardise(data, by=["age_band"], standard=data, least_events=0).frame.iloc[0]
    assert row["estimate"] == pytest.approx(row["crude"], abs=1e-15)
    own = standardise(data, by=["age_band"], standard="own", least_events=0).frame.iloc[0]
    assert own["estimate"] == pytest.approx(own["crude"], abs=1e-15)
    pooled = standardise(data, by=["age_band"], method="indirect").frame.iloc[0]
    if row["n_events"]:
        assert pooled["estimate"] == pytest.approx(1)


@given(counts, st.integers(2, 50))
def test_scale_of_the_standard_does_not_matter_and_scaled_populations_scale_the_rate(cells, times):
    data = one_group(cells)
    standard = data.assign(members=data["members"].to_numpy()[::-1])
    one = standardise(data, by=["age_band"], standard=standard, least_events=0).frame.iloc[0]
    same = standardise(
        data, by=["age_band"], standard=standard.assign(members=standard["members"] * times),
        least_events=0,
    ).frame.iloc[0]  # fmt: skip
    thinner = standardise(
        data.assign(members=data["members"] * times), by=["age_band"], standard=standard,
        least_events=0,
    ).frame.iloc[0]  # fmt: skip
    for name in ("estimate", "ci_low", "ci_high"):
        assert same[name] == pytest.approx(one[name], nan_ok=True)
        assert thinner[name] == pytest.approx(one[name] / times, nan_ok=True)


def test_own_rates_always_expect_what_was_observed():
    direct = standardise(DATA, standard="own", **KEYS).frame
    assert direct["estimate"].tolist() == pytest.approx(direct["crude"].tolist())
    indirect = standardise(DATA, standard="own", method="indirect", **KEYS)
    assert indirect.frame["estimate"].tolist() == pytest.approx([1, 1, 1])
    assert any("the group's own" in note.en for note in indirect.notes)


def test_repeat_visits_widen_the_limits():
    data = DATA[DATA["facility_id"] == "A"].assign(squares=lambda one: 3 * one["visits"])
    plain = standardise(data, standard=STANDARD[["age_band", "members"]], **KEYS).frame.iloc[0]
    wide = standardise(
        data, standard=STANDARD[["age_band", "members"]], events_variance="squares", **KEYS
    ).frame.iloc[0]
    assert wide["variance"] == pytest.approx(3 * plain["variance"])
    assert wide["ci_high"] - wide["estimate"] == pytest.approx(
        np.sqrt(3) * (plain["ci_high"] - plain["estimate"])
    )


def test_what_cannot_be_known_is_withheld_and_says_why():
    data = pd.DataFrame(
        {
            "facility_id": ["few"] * 2 + ["empty"] * 2 + ["none"] * 2,
            "age_band": ["0-64", "65+"] * 3,
            "visits": [4, 5, 20, 0, 0, 0],
            "members": [40, 50, 200, 0, 100, 10],
        }
    )
    direct = standardise(data, **KEYS).frame.set_index("facility_id")
    assert direct["estimate"].isna().all()
    assert direct["status"].tolist() == [
        "withheld: fewer than 10 events",
        "withheld: nobody in 1 of 2 strata",
        "withheld: fewer than 10 events",
    ]
    indirect = standardise(data, method="indirect", **KEYS).frame.set_index("facility_id")
    assert indirect.loc["none", ["estimate", "ci_low"]].tolist() == [0, 0]
    assert indirect.loc["none", "ci_high"] > 0
    assert (indirect["status"] == "").all()


def test_ratios_and_differences_against_a_group():
    found = standardise(DATA, **KEYS, least_events=0)
    compared = found.compared_with("B").set_index("facility_id")
    estimate = found.frame.set_index("facility_id")["estimate"]
    assert compared.loc["A", "ratio"] == pytest.approx(estimate["A"] / estimate["B"])
    assert compared.loc["A", "difference"] == pytest.approx(estimate["A"] - estimate["B"])
    assert compared.loc["B", ["ratio", "difference"]].tolist() == [1, 0]
    assert np.isnan(compared.loc["B", "ratio_ci_low"])
    inside = compared.drop(index="B")
    assert (inside["ratio_ci_low"] < inside["ratio"]).all()
    assert (inside["ratio"] < inside["ratio_ci_high"]).all()
    with pytest.raises(KbkError, match="Unknown group 'Z'"):
        found.compared_with("Z")


def altered(**columns):
    return DATA.assign(**columns)


@pytest.mark.parametrize(
    ("data", "options", "error", "says"),
    [
        (DATA.drop(columns="visits"), {}, MissingColumnsError, "lacks visits"),
        (altered(visits=-1), {}, BadRowsError, "visits must be a number, 0 or more; found -1"),
        (altered(members=np.nan), {}, BadRowsError, "members must be a number"),
        (altered(members="many"), {}, BadRowsError, "'many' in row"),
        (altered(members=0), {}, BadRowsError, "visits without members"),
        (altered(age_band=None), {}, BadRowsError, "age_band must be filled in"),
        (DATA, {"standard": STANDARD.iloc[:4]}, BadRowsError, "lacks 1 strata .*'65\\+'"),
        (DATA, {"standard": pd.concat([STANDARD] * 2)}, BadRowsError, "stands twice"),
        (DATA, {"standard": STANDARD.assign(members=0)}, BadRowsError, "population is zero"),
        (DATA, {"standard": STANDARD.assign(members=[0, 1, 1, 1, 1]), "method": "indirect"},
         BadRowsError, "nobody in stratum 0-4"),
        (DATA, {"standard": "esp2013"}, KbkError, "Unknown standard"),
        (DATA, {"method": "both"}, KbkError, "Unknown method"),
        (DATA, {"interval": "exact"}, KbkError, "dobson_byar, dobson_exact, fay_feuer"),
        (DATA, {"level": 95}, BadArgumentError, "level"),
        (DATA, {"method": "indirect", "events_variance": "visits"}, BadArgumentError, "direct"),
    ],
)  # fmt: skip
def test_bad_input_is_refused(data, options, error, says):
    with pytest.raises(error, match=says):
        standardise(data, **KEYS, **options)
