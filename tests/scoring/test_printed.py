"""What a sheet prints is compared with the rules, kept, and never overwritten in silence."""

import numpy as np
import pandas as pd
import pytest

import kbkresearch as kbk

COUNTS = {
    "members": 10_000, "referrals": 100, "dm_diagnosed": 100, "dm_controlled": 5,
    "ht_diagnosed": 200, "ht_controlled": 10,
}  # fmt: skip


def table(**printed):
    """Three puskesmas: by hand 4.0 and 100 %, 3.6 and 95 %, and a row without contacts."""
    data = pd.DataFrame(
        {
            "facility_type": "puskesmas",
            "contacts": [1_500, 1_499, np.nan],
            "nonspecialist_referrals": [2, 2, 2],
            **COUNTS,
        },
        index=["a", "b", "c"],
    )
    return data.assign(**printed)


def differing(scored, rule="printed_disagrees"):
    return {
        one.column: dict(zip(one.rows, one.values, strict=True))
        for one in kbk.findings_of(scored)
        if one.rule == rule
    }


@pytest.mark.parametrize(
    ("column", "right", "wrong", "computed"),
    [
        ("ak_rating", [4, 3, None], 4, 3),
        ("score", [4.0, 3.6, None], 4.0, 3.6),
        ("payment_pct", [100, 95, None], 100, 95),
        ("payment_pct", [1.0, 0.95, None], 1.0, 95),  # printed as shares
        ("targets_met", [3, 2, None], 3, 2),
    ],
)
def test_numbers(column, right, wrong, computed):
    assert kbk.findings_of(kbk.score(table(**{column: right}))).total("warning") == 0
    scored = kbk.score(table(**{column: [right[0], wrong, right[2]]}))
    assert differing(scored) == {column: {"b": f"{float(wrong):g} ({computed:g})"}}
    if column != "targets_met":
        assert scored[f"{column}_printed"].iloc[1] == wrong
        assert scored[column].iloc[1] == computed


def test_rupiah_by_tariff_and_by_the_capitation_that_is_printed():
    by_tariff = table(tariff_rp=6_000, paid_rp=[60e6, 60e6, np.nan])
    assert differing(kbk.score(by_tariff)) == {"paid_rp": {"b": "60000000 (57000000)"}}
    printed = table(capitation_rp=50e6, paid_rp=[50e6, 50e6, np.nan])
    assert differing(kbk.score(printed)) == {"paid_rp": {"b": "50000000 (47500000)"}}


@pytest.mark.parametrize(
    ("yes", "no"), [("Tercapai", "Tidak Tercapai"), ("Aman", "Tidak Aman"), ("Ya", "BELUM")]
)
def test_targets_in_words(yes, no):
    assert differing(kbk.score(table(ak_status=[yes, no, None]))) == {}
    found = differing(kbk.score(table(ak_status=[no, yes, None], rppt_status=yes)))
    assert list(found) == ["ak_status"]
    assert set(found["ak_status"]) == {"a", "b"}
    assert "not met" in found["ak_status"]["b"]


def test_zones_of_the_earlier_rules():
    data = table(prolanis_registered=100, prolanis_visiting=95, ak_zone=["Aman", "AMAN", None])
    scored = kbk.score(data, "kbkp-2017")
    assert differing(scored) == {"ak_zone": {"b": "AMAN (unsafe)"}}
    assert scored["ak_zone_printed"].tolist()[:2] == ["Aman", "AMAN"]
    told = kbk.score(data.assign(ak_zone=None, ak_status=["Aman", "Aman", None]), "kbkp-2017")
    assert list(differing(told)["ak_status"]) == ["b"]


def test_what_cannot_be_computed_is_kept_apart():
    scored = kbk.score(table(score=[4.0, 3.6, 2.2]))
    assert differing(scored, "printed_not_checked") == {"score": {"c": 2.2}}
    assert np.isnan(scored["score"].iloc[2])
    assert scored["score_printed"].tolist() == [4.0, 3.6, 2.2]


def test_columns_that_the_package_computed_are_no_print():
    scored = kbk.score(table())
    law = kbk.rules("kbk-2019").replace({"indicators.ak.bands.4": "[151, 1000]",
                                         "indicators.ak.bands.3": "(145, 151)"})  # fmt: skip
    again = kbk.score(scored, law)
    assert differing(again) == {}
    assert not [name for name in again if name.endswith("_printed")]


@pytest.mark.parametrize("printed", [["x", None, ""], [pd.Timestamp(2023, 1, 1)] * 3])
def test_a_print_that_is_no_number_is_kept(printed):
    scored = kbk.score(table(score=pd.Series(printed, index=["a", "b", "c"], dtype=object)))
    assert "score" in differing(scored, "printed_not_checked")
    assert scored["score"].tolist()[:2] == [4.0, 3.6]
    assert scored["score_printed"].tolist()[0] == printed[0]
