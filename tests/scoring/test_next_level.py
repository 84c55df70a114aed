"""`next_level` against a search through every small change, with the rules written anew."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.errors import BadArgumentError, MissingColumnsError

PAY = {"puskesmas": (85, 90, 95, 100), "klinik_pratama": (95, 96, 97, 100)}


def payment(row, facility_type):
    """Per cent paid for (members, contacts, referrals, ns, dm_d, dm_c, ht_d, ht_c), or None."""
    members, contacts, referrals, ns, dm_d, dm_c, ht_d, ht_c = row
    if referrals == 0:
        return None
    ak = Fraction(1000 * contacts, members)
    rrns = Fraction(100 * ns, referrals)
    rppt = 50 * (Fraction(dm_c, dm_d) + Fraction(ht_c, ht_d))
    a = 4 if ak >= 150 else 3 if ak > 145 else 2 if ak > 140 else 1
    b = 4 if rrns <= 2 else 3 if rrns <= Fraction(5, 2) else 2 if rrns <= 3 else 1
    c = 4 if rppt >= 5 else 3 if rppt >= 4 else 2 if rppt >= 3 else 1
    tenths = 4 * a + 5 * b + c
    return PAY[facility_type][3 if tenths == 40 else tenths // 10 - 1]


def fewest(row, facility_type):
    """Fewest changes to the next level: in all, and by each indicator alone."""
    members, contacts, referrals, ns, dm_d, dm_c, ht_d, ht_c = row
    now = payment(row, facility_type)
    target = next((p for p in PAY[facility_type] if p > now), None)
    if target is None:
        return None
    ways = {"joint": [], "contacts": [], "nonspecialist_referrals": [], "controlled": []}
    for up, down, dm, ht in product(
        range(members - contacts + 1), range(ns + 1), range(dm_d - dm_c + 1), range(ht_d - ht_c + 1)
    ):
        changed = (
            members,
            contacts + up,
            referrals - down,
            ns - down,
            dm_d,
            dm_c + dm,
            ht_d,
            ht_c + ht,
        )
        paid = payment(changed, facility_type)
        if paid is None or paid < target:
            continue
        total = up + down + dm + ht
        ways["joint"].append(total)
        if total == up:
            ways["contacts"].append(total)
        if total == down:
            ways["nonspecialist_referrals"].append(total)
        if total == dm + ht:
            ways["controlled"].append(total)
    return target, {name: min(found, default=None) for name, found in ways.items()}


COLUMNS = [
    "members", "contacts", "referrals", "nonspecialist_referrals",
    "dm_diagnosed", "dm_controlled", "ht_diagnosed", "ht_controlled",
]  # fmt: skip


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(20260101)
    made = []
    for _ in range(120):
        members, referrals = rng.integers(8, 45), rng.integers(1, 60)
        dm_d, ht_d = rng.integers(1, 12, 2)
        made.append(
            (
                int(members), int(rng.integers(0, members // 4 + 1)), int(referrals),
                int(min(rng.integers(0, 4), referrals)), int(dm_d), int(rng.integers(0, 2)),
                int(ht_d), int(rng.integers(0, 2)),
            )
        )  # fmt: skip
    return made


@pytest.mark.parametrize("facility_type", PAY)
def test_fewest_changes_agree_with_a_full_search(rows, facility_type):
    data = pd.DataFrame(rows, columns=COLUMNS).assign(facility_type=facility_type)
    steps = kbk.next_level(kbk.score(data))
    controlled = steps["dm_controlled_alone"] + steps["ht_controlled_alone"]
    for place, row in enumerate(rows):
        step, found = steps.iloc[place], fewest(row, facility_type)
        if found is None:
            assert pd.isna(step["next_payment_pct"])
            assert pd.isna(step["total_joint"])
            continue
        target, ways = found
        assert step["next_payment_pct"] == target
        got = {
            "joint": step["total_joint"],
            "contacts": step["contacts_alone"],
            "nonspecialist_referrals": step["nonspecialist_referrals_alone"],
            "controlled": controlled.iloc[place],
        }
        for name, fewest_changes in ways.items():
            shown = None if pd.isna(got[name]) else int(got[name])
            assert shown == fewest_changes, (row, name)


def test_the_joint_changes_reach_the_level_and_large_counts_stay_exact():
    big = 10**9
    data = pd.DataFrame(
        {
            "facility_type": ["puskesmas"], "members": [big], "contacts": [149_999_999],
            "referrals": [big], "nonspecialist_referrals": [20_000_001],
            "dm_diagnosed": [big], "dm_controlled": [49_999_999],
            "ht_diagnosed": [big - 1], "ht_controlled": [49_999_999], "tariff_rp": [6000],
        }
    )  # fmt: skip
    scored = kbk.score(data)
    step = kbk.next_level(scored).iloc[0]
    changed = data.copy()
    changed["contacts"] += step["contacts_joint"]
    for column in ("referrals", "nonspecialist_referrals"):
        changed[column] -= step["nonspecialist_referrals_joint"]
    for column in ("dm_controlled", "ht_controlled"):
        changed[column] += step[f"{column}_joint"]
    after = kbk.score(changed)
    assert scored["payment_pct"].item() == 95
    assert after["payment_pct"].item() == step["next_payment_pct"] == 100
    assert step["contacts_joint"] == 1
    assert step["gain_rp"] == pytest.approx(big * 6000 * 0.05)
    exact = Fraction(20_000_001 - int(step["nonspecialist_referrals_joint"]),
              big - int(step["nonspecialist_referrals_joint"]))  # fmt: skip
    assert exact <= Fraction(2, 100)


def test_rows_without_score_type_or_stake_have_no_next_level():
    row = dict(zip(COLUMNS, (100, 10, 50, 3, 10, 0, 10, 0), strict=True))
    data = pd.DataFrame([row] * 4)
    data["facility_type"] = ["puskesmas", "dpp", None, "puskesmas"]
    data.loc[0, "referrals"] = 0
    data.loc[0, "nonspecialist_referrals"] = 0
    data["consequence"] = [True, True, True, False]
    assert kbk.next_level(kbk.score(data))["next_payment_pct"].isna().all()


def test_zone_rules_have_a_next_level_too():
    row = {"members": 1000, "contacts": 140, "referrals": 100, "nonspecialist_referrals": 4,
           "prolanis_registered": 100, "prolanis_visiting": 60}  # fmt: skip
    scored = kbk.score(pd.DataFrame([row]), rules="kbkp-2017")
    step = kbk.next_level(scored).iloc[0]
    assert (step["payment_pct"], step["next_payment_pct"]) == (95, 100)
    assert step["contacts_alone"] == 10


def test_what_is_missing_is_named():
    indicators = pd.DataFrame({"ak_permille": [150], "rrns_pct": [1], "rppt_pct": [5]})
    with pytest.raises(MissingColumnsError, match="contacts"):
        kbk.next_level(kbk.score(indicators, facility_type="puskesmas"))
    counts = pd.DataFrame([dict(zip(COLUMNS, (100, 10, 50, 3, 10, 0, 10, 0), strict=True))])
    with pytest.raises(MissingColumnsError, match="facility_type"):
        kbk.next_level(kbk.score(counts))
    assert kbk.next_level(kbk.score(counts, facility_type="puskesmas")).notna().any(axis=None)
    table = {"payment.dpp": {"by_score": {"[4, 4]": "100", "[1, 4)": "96"}}}
    reformed = kbk.rules("kbk-2019").replace(table)
    scored = kbk.score(counts.assign(facility_type="dpp"), rules=reformed)
    with pytest.raises(BadArgumentError, match="rules="):
        kbk.next_level(scored)
    assert kbk.next_level(scored, reformed)["next_payment_pct"].item() == 100
