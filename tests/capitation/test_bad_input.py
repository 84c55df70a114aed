"""What people's tables hold, through every door: read, or refused with a message; never dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kbkresearch.capitation.adjusted import adjusted_capitation
from kbkresearch.capitation.capitate import capitation
from kbkresearch.capitation.credibility import credibility
from kbkresearch.capitation.evaluate import evaluate_payment
from kbkresearch.capitation.files import strata_of_file
from kbkresearch.capitation.models import rate_model
from kbkresearch.capitation.standardise import standardise
from kbkresearch.capitation.synthetic import synthetic_members
from kbkresearch.errors import KbkError

BY = ["age_band", "sex"]
BANDS = ["0-4", "5-64", "65+"]
DATA = pd.MultiIndex.from_product(
    [["A", "B"], BANDS, ["male", "female"]], names=["facility_id", *BY]
).to_frame(index=False)
DATA = DATA.assign(
    members=[90, 80, 700, 750, 60, 70, 40, 45, 300, 310, 90, 95],
    visits=[12, 9, 50, 61, 15, 18, 6, 5, 20, 25, 22, 30],
)
MEMBERS = synthetic_members(60, facilities=2).assign(age_band="0+")
STANDARD = DATA.groupby(BY, as_index=False, sort=False)[["members", "visits"]].sum()

DOORS = {
    "capitation": lambda data: capitation(data, BY, 1000),
    "adjusted": lambda data: adjusted_capitation(data, BY, 8000),
    "standardise": lambda data: standardise(data, by=BY, groups=["facility_id"], least_events=0),
    "credibility": lambda data: credibility(data, BY),
}
WITH_STANDARD = {
    "direct": lambda standard: standardise(
        DATA, by=BY, groups=["facility_id"], standard=standard, least_events=0
    ),
    "indirect": lambda standard: standardise(
        DATA, by=BY, groups=["facility_id"], standard=standard, method="indirect"
    ),
    "adjusted": lambda standard: adjusted_capitation(DATA, BY, 8000, rates=standard),
    "credibility": lambda standard: credibility(DATA, BY, rates=standard),
}

through_every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
with_every_standard = pytest.mark.parametrize("door", WITH_STANDARD.values(), ids=WITH_STANDARD)


def spelt(data, bands, sexes):
    return data.assign(
        age_band=data["age_band"].map(dict(zip(BANDS, bands, strict=True))),
        sex=data["sex"].map(dict(zip(["male", "female"], sexes, strict=True))),
    )


SPELLINGS = pytest.mark.parametrize(
    ("bands", "sexes"),
    [
        (["0 - 4", "5 - 64", "≥ 65"], ["L", "P"]),
        (["0–4 th", "5–64 th", "≥65 th"], [1, 2]),
        (["0 s/d 4", "5 s/d 64", "65 ke atas"], ["M", "F"]),
        (["< 5", "5 sampai 64", "> 64"], ["Laki-laki", "Perempuan"]),
        (["under 5", "5 to 64 years", "65 and over"], ["Pria", "Wanita"]),
        (["00-04", "05-64", "65-"], ["1", "2"]),
        (["≤ 4", "(5-64)", ">= 65"], ["m", "f"]),
        (["0-<5", "5-<65", "65 +"], ["LAKI - LAKI", "PEREMPUAN"]),
        (["di bawah 5 tahun", "Umur 5-64", "65 tahun ke atas"], ["male", "female"]),
        (["0—4 tahun", "5—64 tahun", "min. 65"], ["l", "p"]),
    ],
)


@through_every_door
@SPELLINGS
def test_every_spelling_gives_the_same_numbers(door, bands, sexes):
    plain = door(DATA).frame
    pd.testing.assert_frame_equal(door(spelt(DATA, bands, sexes)).frame, plain)
    # one facility writes one way, the other another
    mixed = pd.concat([DATA[:6], spelt(DATA[6:], bands, ["male", "female"])])
    pd.testing.assert_frame_equal(door(mixed).frame, plain)


@with_every_standard
@SPELLINGS
def test_a_standard_may_be_spelt_otherwise_than_the_data(door, bands, sexes):
    found = door(spelt(STANDARD, bands, sexes).iloc[::-1]).frame
    expected = door(STANDARD).frame
    for name in expected.select_dtypes("number"):
        assert found[name].tolist() == pytest.approx(expected[name].tolist(), nan_ok=True)


@through_every_door
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age_band": ["0-4", "4-64", "65+"]}, "0-4 and 4-64 overlap"),
        ({"age_band": ["0-4", "5-64", "60+"]}, "overlap"),
        ({"age_band": ["0-4", "10-64", "65+"]}, "leave a gap"),
        ({"age_band": ["0-4", "5-64", "lansia"]}, "'lansia' cannot be read"),
        ({"age_band": ["0-4", "5-64", None]}, "age_band must be filled in"),
        ({"age_band": ["0-11 bulan", "5-64", "65+"]}, "not in years"),
        ({"sex": ["L", "X"]}, "sex 'X' is not known"),
        ({"sex": ["L", None]}, "sex must be filled in"),
        ({"sex": [1, 3]}, "not known"),
        ({"facility_id": None}, "facility_id must be filled in"),
        ({"visits": -3}, "visits must be a number, 0 or more; found -3"),
        ({"visits": np.inf}, "visits must be a number"),
        ({"members": -1}, "members must be a number, 0 or more; found -1"),
        ({"members": "1.200"}, "found '1.200'"),
        ({"members": 0}, "(where no member is|without members)"),
    ],
)
def test_what_cannot_be_is_refused_at_every_door(door, change, says):
    data = DATA.copy()
    for name, value in change.items():
        if isinstance(value, list):
            own = BANDS if name == "age_band" else ["male", "female"]
            data[name] = data[name].map(dict(zip(own, value, strict=True)))
        else:
            data[name] = data[name].astype(object)
            data.loc[3, name] = value
    with pytest.raises(KbkError, match=says):
        door(data)


@with_every_standard
def test_a_standard_that_lacks_a_stratum_or_has_one_twice_is_refused(door):
    with pytest.raises(KbkError, match=r"standard lacks 1 strata of the data: .*65\+.*female"):
        door(STANDARD[:-1])
    with pytest.raises(KbkError, match="standard lacks"):
        door(STANDARD[STANDARD["sex"] == "male"])
    with pytest.raises(KbkError, match="overlap"):
        door(STANDARD.assign(age_band=STANDARD["age_band"].replace("65+", "60+")))


@pytest.mark.parametrize("kind", ["direct", "indirect"])
def test_one_stratum_in_two_spellings_stands_twice_in_a_standard(kind):
    twice = pd.concat([STANDARD, STANDARD[-1:].assign(age_band="≥ 65")])
    with pytest.raises(KbkError, match=r"standard: .*65\+.* stands twice"):
        WITH_STANDARD[kind](twice)


@pytest.mark.parametrize("door", ["capitation", "adjusted", "credibility"])
@pytest.mark.parametrize(
    ("persons", "says"), [(91, "persons cannot exceed members"), (13, "persons cannot exceed vis")]
)
def test_fewer_members_or_visits_than_persons_are_refused(door, persons, says):
    with pytest.raises(KbkError, match=says):
        DOORS[door](DATA.assign(persons=[persons] + [1] * 11))


@pytest.mark.parametrize(
    "call",
    [
        lambda: capitation(DATA, BY, -1),
        lambda: capitation(DATA, ["sex"], {"male": 1, "female": -1}),
        lambda: capitation(DATA, ["sex"], pd.DataFrame({"sex": ["male", "female"],
                                                        "unit_cost_rp": [5, -1]})),
        lambda: capitation(DATA.assign(cost_rp=-1), BY),
        lambda: capitation(MEMBERS.assign(cost_rp=-1), BY, months=12),
        lambda: adjusted_capitation(DATA.assign(cost_rp=-1), BY, 1, measure="cost_rp"),
        lambda: adjusted_capitation(DATA, BY, -1),
        lambda: evaluate_payment(MEMBERS.assign(cost_rp=-1, paid_rp=1)),
        lambda: evaluate_payment(MEMBERS.assign(paid_rp=-1)),
        lambda: rate_model(MEMBERS.assign(cost_rp=-1), "tweedie", "cost_rp"),
    ],
)  # fmt: skip
def test_negative_costs_and_payments_are_refused(call):
    with pytest.raises(KbkError, match=r"_rp must be (a number, )?0 or more; found -1"):
        call()


def test_negative_costs_in_a_file_are_refused(tmp_path):
    path = tmp_path / "synthetic-members.csv"
    cost = np.where(np.arange(60) < 4, -5.0, MEMBERS["cost_rp"])
    MEMBERS.assign(cost_rp=cost).to_csv(path, index=False)
    with pytest.raises(KbkError, match="4 rows have visits, member_months or cost_rp"):
        strata_of_file(path, ["sex"])


def test_costs_and_payments_that_lack_a_stratum_or_a_facility_are_refused():
    costs = STANDARD[:-1].assign(unit_cost_rp=1)
    with pytest.raises(KbkError, match="no value for"):
        capitation(DATA, BY, costs)
    with pytest.raises(KbkError, match="paid_pmpm_rp has values for A"):
        capitation(DATA, BY, 1, {"A": 8000})
    with pytest.raises(KbkError, match="base_pmpm_rp has values for A"):
        adjusted_capitation(DATA, BY, {"A": 8000})


@through_every_door
def test_categories_that_nobody_has_add_nothing(door):
    sexes = pd.Categorical(DATA["sex"], categories=["female", "male", "unknown"])
    found = door(DATA.assign(sex=sexes)).frame
    pd.testing.assert_frame_equal(found, door(DATA).frame, check_categorical=False)
