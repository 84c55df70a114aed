"""Klinik Pratama Makmur Jaya: its verdicts, and the facts they rest on, derived anew."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from printed_csv import rows

import kbkresearch as kbk

if TYPE_CHECKING:
    from kbkresearch.studies.model import StudyResult

PACKAGE = "klinik_makmur_jaya"


def test_kbk_reproduce_finds_the_study(study: StudyResult) -> None:
    assert kbk.reproduce("klinik-makmur-jaya").id == study.id


def test_exactly_on_target_a_facility_meets_the_rules_but_not_the_strict_signs(
    study: StudyResult,
) -> None:
    strict = {">": lambda x, y: x > y, "<": lambda x, y: x < y}
    exactly = {
        "members": [1000],
        "contacts": [150],
        "referrals": [100],
        "nonspecialist_referrals": [2],
        "dm_diagnosed": [100],
        "dm_controlled": [5],
        "ht_diagnosed": [100],
        "ht_controlled": [5],
        "facility_type": ["klinik_pratama"],
    }
    scored = kbk.score(pd.DataFrame(exactly)).iloc[0]
    assert scored["score"] == 4
    assert scored["payment_pct"] == 100
    values = {"ak": 150, "rrns": 2, "rppt": 5}
    for row in rows("makmur-jaya-targets"):
        assert not strict[row["comparison"]](values[row["indicator"]], int(row["target"]))
        assert scored[f"{row['indicator']}_rating"] == 4
        check = study.check(f"target-{row['indicator']}-{row['language']}")
        assert check.verdict == "ambiguous"
        assert check.published == row["target_printed"]


@pytest.mark.parametrize(("contact", "n"), [((4,), 9), ((1, 2, 3, 4), 36)])
def test_what_two_missed_targets_allow(
    study: StudyResult, contact: tuple[int, ...], n: int
) -> None:
    tenths = [4 * a + 5 * b + c for a, b, c in product(contact, (1, 2, 3), (1, 2, 3))]
    table = {
        int(row["score_band_printed"][0]): int(row["payment_pct"])
        for row in rows("pasawahan-payments")
        if row["facility_type"] == "klinik_pratama"
    }
    paid = [table[score // 10] for score in tenths]
    frame = study.tables["missed-targets"].frame.set_index("n")
    found = frame.loc[n]
    assert len(tenths) == n
    assert (found["low"], found["high"]) == (Fraction(min(tenths), 10), Fraction(max(tenths), 10))
    assert (found["pay_low"], found["pay_high"]) == (min(paid), max(paid))
    assert (found["loss_low"], found["loss_high"]) == (100 - max(paid), 100 - min(paid))
    if n == 9:
        assert set(paid) == {96, 97}
        text = study.check("unmet-both").explanation.en
        assert "2.2 to 3.4" in text
        assert "96% or 97%" in text
        assert "3% to 4%" in text


def test_triples_of_the_missed_targets(study: StudyResult) -> None:
    frame = study.tables["missed-triples"].frame
    assert len(frame) == 9
    assert set(frame["ak"]) == {4}
    assert max(frame["rrns"].max(), frame["rppt"].max()) == 3


def test_barriers_by_part(study: StudyResult) -> None:
    own = [row for row in rows("barriers") if row["study_id"] == "klinik-makmur-jaya"]
    parts = [(row["frame"], row["indicator"]) for row in own]
    assert parts.count(("input", "all")) == 4
    assert parts.count(("process", "rrns")) == parts.count(("process", "rppt")) == 3
    assert {row["component"] for row in own if row["frame"] == "input"} == {
        "man",
        "machine",
        "method",
    }
    one_each = [one for one in study.checks if one.id.startswith("barrier-")]
    assert len(one_each) == len(own)
    assert {one.verdict for one in one_each} == {"not_recomputable"}


def test_informants_add_up(study: StudyResult) -> None:
    assert study.check("informants-id").recomputed == str(1 + 3 + 2)


@pytest.mark.parametrize(
    ("table", "cells", "verdicts"),
    [
        (
            "makmur-jaya-targets",
            [("target", 6, {"indicator": "rppt", "language": "en"})],
            {"target-rppt-en": "contradicted", "targets-agree": "contradicted"},
        ),
        (
            "makmur-jaya-targets",
            [("unit", "pct", {"indicator": "ak"})],
            {
                "target-ak-id": "contradicted",
                "target-ak-en": "contradicted",
                "contact-unit": "contradicted",
            },
        ),
        (
            "makmur-jaya-targets",
            [
                (
                    "name_printed",
                    "Controlled prosthetic patients",
                    {"indicator": "rppt", "language": "en"},
                ),
                (
                    "name_printed",
                    "Rasio Rujukan Rawat Jalan Kasus Non Spesialistik",
                    {"indicator": "rrns", "language": "id"},
                ),
            ],
            {"name-rppt-en": "contradicted", "name-rrns-id": "reproduced"},
        ),
        (
            "barriers",
            [("study_id", "another", {"study_id": "klinik-makmur-jaya", "component": "machine"})],
            {"input-components-id": "contradicted", "input-barriers": "contradicted"},
        ),
    ],
)
def test_a_changed_cell_is_found(changed, table, cells, verdicts) -> None:
    assert changed(table, *cells) == verdicts


def test_tables_hold_every_barrier(study: StudyResult) -> None:
    assert len(study.tables) == 4
    assert len(study.tables["barriers"].frame) == 10
