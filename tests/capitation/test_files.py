"""Member files give what the same members in memory give; synthetic members are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from kbkresearch.capitation import ages
from kbkresearch.capitation.adjusted import adjusted_capitation
from kbkresearch.capitation.capitate import capitation
from kbkresearch.capitation.evaluate import evaluate_payment
from kbkresearch.capitation.files import evaluate_file, strata_of_file
from kbkresearch.capitation.synthetic import synthetic_members
from kbkresearch.errors import KbkError

BY = ["age_band", "sex"]


@pytest.fixture(scope="module")
def members():
    found = synthetic_members(6000, facilities=5, seed=4)
    bands = ages.five_year_bands()
    codes = ages.band_codes(found["age_years"], bands)
    return found.assign(age_band=[str(bands[code]) for code in codes])


@pytest.fixture(scope="module", params=["parquet", "csv"])
def file(request, members, tmp_path_factory):
    path = tmp_path_factory.mktemp("members") / f"synthetic-mem'bers.{request.param}"
    plain = members.drop(columns="age_band").assign(
        sex=members["sex"].map({"male": "L", "female": "P"})
    )
    plain["facility_id"] = plain["facility_id"].astype(str)
    if request.param == "csv":
        plain.to_csv(path, index=False)
    else:
        plain.to_parquet(path)
    return path


def test_a_file_gives_what_its_members_give(file, members):
    cells = strata_of_file(file, BY)
    shown = [*BY, "visits", "rate_permille", "ci_low"]
    read, whole = (
        capitation(one, by=BY, months=12, unit_cost_rp=1000, groups=[]).frame[shown]
        for one in (cells, members)
    )
    pd.testing.assert_frame_equal(
        read.sort_values(BY, ignore_index=True), whole.sort_values(BY, ignore_index=True)
    )
    adjusted = adjusted_capitation(cells, BY, 5000, months=12)
    in_memory = adjusted_capitation(members, BY, 5000, months=12)
    pd.testing.assert_frame_equal(
        adjusted.frame, in_memory.frame.sort_values("facility_id", ignore_index=True)
    )
    found = evaluate_file(file, cells, adjusted, by=["age_band", "facility_id"])

    pay = in_memory.classes.merge(in_memory.frame, how="cross")
    pay["pmpm"] = pay["class_weight"] * pay["adjusted_pmpm_rp"] / pay["relative_weight"]
    paid = members.merge(pay[[*BY, "facility_id", "pmpm"]], on=[*BY, "facility_id"])
    paid["paid_rp"] = paid["pmpm"] * paid["member_months"]
    expected = evaluate_payment(paid, by=["age_band", "facility_id"])
    key = ["grouping", "group"]
    pd.testing.assert_frame_equal(
        found.frame.sort_values(key, ignore_index=True),
        expected.frame.sort_values(key, ignore_index=True),
        check_dtype=False,
        rtol=1e-9,
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"visits": -1}, "6 rows have visits, member_months or cost_rp"),
        ({"member_months": 0}, "6 rows have"),
        ({"cost_rp": None}, "6 rows have"),
        ({"age_years": None}, "age_band is missing or outside the bands in 6 rows"),
        ({"age_years": -3}, "age_band is missing or outside the bands in 6 rows"),
        ({"facility_id": None}, "facility_id is missing or outside"),
        ({"sex": "X"}, "sex 'X' is not known"),
    ],
)
def test_bad_rows_of_a_file_are_counted_and_refused(tmp_path, change, says):
    path = tmp_path / "synthetic-members.csv"
    synthetic_members(6, facilities=2).assign(**change).to_csv(path, index=False)
    with pytest.raises(KbkError, match=says):
        strata_of_file(path, BY)


def test_files_that_cannot_be_are_refused(tmp_path, file):
    path = tmp_path / "synthetic-members.csv"
    with pytest.raises(KbkError, match="does not exist"):
        strata_of_file(path, BY)
    synthetic_members(6, facilities=2).drop(columns=["visits", "age_years"]).to_csv(
        path, index=False
    )
    with pytest.raises(KbkError, match="lacks age_band, visits"):
        strata_of_file(path, BY)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(KbkError, match=r"broken\.parquet cannot be read as a table"):
        strata_of_file(tmp_path / "broken.parquet", BY)
    (tmp_path / "m.docx").write_bytes(b"")
    with pytest.raises(KbkError, match=r"member files are \.parquet"):
        strata_of_file(tmp_path / "m.docx", BY)
    cells = strata_of_file(file, BY)
    with pytest.raises(KbkError, match="not 'district'"):
        evaluate_file(file, cells, adjusted_capitation(cells, BY, 1, months=12), by=["district"])


def test_synthetic_members_say_so_and_come_again_from_their_seed():
    first, again = synthetic_members(500, 3), synthetic_members(500, 3)
    pd.testing.assert_frame_equal(first, again)
    assert first.attrs["synthetic"] is True
    assert first["member_id"].str.startswith("SYN").all()
    assert first["facility_id"].astype(str).str.startswith("SYN").all()
    assert not first.equals(synthetic_members(500, 3, seed=1))
    with pytest.raises(KbkError, match="facilities must lie"):
        synthetic_members(2, facilities=3)


def test_synthetic_members_have_the_shape_that_they_promise():
    found = synthetic_members(60_000, facilities=10, seed=2, facility_effect=0)
    rate = found["visits"].sum() / found["member_months"].sum()
    assert rate == pytest.approx(0.1, rel=0.1)
    assert found["visits"].var() > 2 * found["visits"].mean()
    bands = found.groupby(np.digitize(found["age_years"], [5, 15, 50]))
    child, school, adult, old = bands["visits"].sum() / bands["member_months"].sum()
    assert old > child > adult > school
    flat = synthetic_members(60_000, facilities=10, seed=2, facility_effect=0, age_effect=0)
    young = flat["age_years"] < 50
    rates = [
        part["visits"].sum() / part["member_months"].sum() for part in (flat[young], flat[~young])
    ]
    assert rates[0] == pytest.approx(rates[1], rel=0.05)
    for part, dearer in ((found, True), (flat, False)):
        by_age = part.groupby(part["age_years"] < 50)[["cost_rp", "visits"]].sum()
        old, child = by_age["cost_rp"] / by_age["visits"]
        assert (old / child > 1.1) == dearer
        assert dearer or old == pytest.approx(child, rel=0.03)
