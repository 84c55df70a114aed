"""Puskesmas Kampak: what the printed means allow, derived by hand; and the recorded verdicts."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, product

import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch import datasets
from kbkresearch.studies.puskesmas_kampak_2024.bounds import (
    as_per_cent,
    least_payment,
    share_on_both_targets,
)

PACKAGE = "puskesmas_kampak_2024"
AK, RRNS, RPPT, PAID = (Fraction(text) for text in ("82.7425", "0.1025", "2.5967", "91.25"))
EXPECTED = {
    "scheme-indicators": "reproduced",
    "background-payment": "reproduced",
    "data": "not_recomputable",
    "ak-unit": "contradicted",
    "unit-rrns": "reproduced",
    "unit-rppt": "reproduced",
    "unit-payment": "reproduced",
    "payment-notation": "reproduced",
    "mean-ak": "not_recomputable",
    "mean-rrns": "not_recomputable",
    "mean-rppt": "not_recomputable",
    "mean-payment": "not_recomputable",
    "number-of-months": "not_recomputable",
    "means-fit-together": "reproduced",
    "ak-target": "reproduced",
    "ak-target-conclusion": "reproduced",
    "rppt-target": "reproduced",
    "rppt-target-conclusion": "reproduced",
    "rrns-target": "reproduced",
    "indicators-missed": "reproduced",
    "not-optimal": "reproduced",
    "ak-causes": "not_recomputable",
    "rppt-causes": "not_recomputable",
    "solutions": "not_recomputable",
}


# The record


def test_every_verdict_is_the_one_expected(study) -> None:
    assert {one.id: one.verdict for one in study.checks} == EXPECTED


def test_published_values_are_those_of_the_table(study) -> None:
    table = datasets.load("kampak-means").set_index("quantity")["mean_printed"]
    for quantity in ("ak", "rrns", "rppt"):
        assert study.check(f"mean-{quantity}").published == table[quantity]
    assert study.check("mean-payment").published == table["payment"]
    assert study.check("ak-unit").published == table["ak"]


# What follows from the printed means, by hand


def fits(mean: Fraction, decimals: int, n: int, step: Fraction) -> bool:
    half = Fraction(1, 2 * 10**decimals)
    near = round(mean * n / step)
    return any(abs(k * step / n - mean) <= half for k in (near - 1, near, near + 1))


def test_only_whole_years_fit_the_digits(study) -> None:
    cent = Fraction(1, 100)
    fitting = [
        n
        for n in range(1, 37)
        if fits(AK, 4, n, cent)
        and fits(RRNS, 4, n, cent)
        and fits(RPPT, 4, n, cent)
        and fits(PAID, 2, n, Fraction(5))
    ]
    assert fitting == [12, 24, 36]
    assert study.check("number-of-months").recomputed == "12, 24, 36"
    assert [n for n in range(1, 13) if fits(PAID, 2, n, Fraction(5))] == [4, 8, 12]
    assert [n for n in range(1, 13) if fits(RPPT, 4, n, cent)] == [3, 6, 9, 12]


def test_two_mixes_of_payments_and_no_other(study) -> None:
    # the sum of RRNS is 1.23: no month above 2, so every month has rating 4
    total = 12 * RRNS
    assert total == Fraction("1.23")
    paid = {}
    for ak, rppt in product((1, 2, 3, 4), repeat=2):
        tenths = 4 * ak + 20 + rppt
        paid[ak, rppt] = 100 if tenths == 40 else 85 + 5 * (tenths // 10 - 1)
    assert {*paid.values()} == {90, 95, 100}
    assert {ak for (ak, _), pay in paid.items() if pay >= 95} == {2, 3, 4}
    mixes = [
        (12 - high - full, high, full)
        for high in range(13)
        for full in range(13 - high)
        if 90 * (12 - high - full) + 95 * high + 100 * full == 12 * PAID
        # months at 95 need AK above 140 and months at 100 need 150: the sum must leave room
        and high * Fraction("140.01") + full * 150 <= 12 * AK
        and full * 5 <= 12 * (RPPT + Fraction("0.00005"))
    ]
    assert sorted(mixes) == [(9, 3, 0), (10, 1, 1)]
    frame = study.tables["mixes"].frame
    assert [*zip(frame["at_90"], frame["at_95"], frame["at_100"], strict=True)] == [
        (9, 3, 0),
        (10, 1, 1),
    ]
    assert frame["at_85"].tolist() == [0, 0]
    # at least as many months above 140 as are paid more than 90; at most 992.91 / 140.01
    assert frame["above"].tolist() == ["3–7", "2–7"]
    assert 12 * AK // Fraction("140.01") == 7
    assert "2 months had AK above 140‰" in study.check("means-fit-together").explanation
    assert "9 × 90% + 3 × 95%" in study.check("means-fit-together").recomputed


def test_spans_and_scores_by_going_through_all_months(study) -> None:
    low_ak = {1: 0, 2: 14001, 3: 14501, 4: 15000}
    low_rppt = {1: 0, 2: 300, 3: 400, 4: 500}
    levels = [*product((1, 2, 3, 4), repeat=2)]
    groups: dict[int, list[tuple[int, int]]] = {90: [], 95: [], 100: []}
    for ak, rppt in levels:
        tenths = 4 * ak + 20 + rppt
        groups[100 if tenths == 40 else 85 + 5 * (tenths // 10 - 1)].append((ak, rppt))
    frame = study.tables["mixes"].frame
    for row in frame.to_dict("records"):
        months = [combinations_with_replacement(groups[p], row[f"at_{p}"]) for p in (90, 95, 100)]
        possible = [
            triples
            for parts in product(*months)
            for triples in [sum(parts, ())]
            # the upper ends always leave room: twelve months at 140 and 2.99 reach both sums
            if sum(low_ak[ak] for ak, _ in triples) <= 99291
            and sum(low_rppt[rppt] for _, rppt in triples) <= 3116
        ]
        scores = [sum(4 * ak + 20 + rppt for ak, rppt in triples) / 120 for triples in possible]
        assert (row["score_low"], row["score_high"]) == pytest.approx((min(scores), max(scores)))
        above = [sum(ak >= 2 for ak, _ in triples) for triples in possible]
        on_ak = [sum(ak == 4 for ak, _ in triples) for triples in possible]
        on_rppt = [sum(rppt == 4 for _, rppt in triples) for triples in possible]
        for key, counts in (("above", above), ("ak", on_ak), ("rppt", on_rppt)):
            assert row[key] == f"{min(counts)}–{max(counts)}"
        assert row["rrns"] == "12"
    assert frame["score_high"].max() == pytest.approx(3.05)
    assert "3.05" in study.check("not-optimal").explanation


def test_the_examples_have_the_printed_means_and_payments(study) -> None:
    frame = study.tables["example-months"].frame
    for _, months in frame.groupby("mix"):
        assert len(months) == 12
        cents = (months[["ak_permille", "rrns_pct", "rppt_pct"]] * 100).round().astype(int).sum()
        means = [Fraction(int(total), 1200) for total in cents]
        assert means[:2] == [AK, RRNS]
        assert abs(means[2] - RPPT) <= Fraction("0.00005")
        scored = kbk.score(
            months[["ak_permille", "rrns_pct", "rppt_pct"]].assign(facility_type="puskesmas")
        )
        assert scored["payment_pct"].tolist() == months["payment_pct"].tolist()
        assert scored["payment_pct"].mean() == float(PAID)


def test_per_cent_is_impossible(study) -> None:
    # as per cent the twelve months sum to 9929.1 per mil: how many can lie below 150?
    below = max(n for n in range(13) if n * Fraction("149.99") + (12 - n) * 1000 >= 120 * AK)
    lowest = Fraction((12 - below) * 95 + below * 90, 12)
    assert lowest > PAID
    explanation = study.check("ak-unit").explanation
    assert f"{float(lowest):.2f}%" in explanation
    # for any number of months: shares instead of counts, and RRNS above 2 in some
    mean, missed = 10 * AK - Fraction("0.0005"), (RRNS + Fraction("0.00005")) / 2
    share = (mean - 150) / (1000 - 150) - missed
    assert least_payment(as_per_cent(printed())) == 85 + 10 * share > PAID
    assert share_on_both_targets(as_per_cent(printed())) == share
    assert f"{float(85 + 10 * share):.2f}%" in explanation
    assert "827.4‰" in explanation
    assert study.check("ak-unit").recomputed == "82.7425‰"
    frame = study.tables["units"].frame
    assert frame["mixes"].tolist() == [2, 0]
    assert frame["low"].tolist() == pytest.approx([90, float(lowest)])


def printed() -> dict[str, str]:
    return {"ak": "82.7425", "rrns": "0.1025", "rppt": "2.5967", "payment": "91.25"}


@pytest.mark.parametrize("n", [1, 2, 3, 7, 40])
def test_the_bound_holds_for_simulated_months(n: int) -> None:
    import numpy as np

    draw = np.random.default_rng(n)
    for _ in range(50):
        ak = np.where(draw.random(n) < 0.8, draw.uniform(140, 1000, n), draw.uniform(0, 150, n))
        months = pd.DataFrame(
            {
                "ak_permille": ak.round(1),
                "rrns_pct": draw.uniform(0, draw.choice([1, 4]), n).round(2),
                "rppt_pct": draw.uniform(0, 7, n).round(2),
                "facility_type": "puskesmas",
            }
        )
        scored = kbk.score(months)
        means = {
            "ak": f"{scored['ak_permille'].mean():.6f}",
            "rrns": f"{scored['rrns_pct'].mean():.6f}",
        }
        assert scored["payment_pct"].mean() >= float(least_payment(means)) - 1e-9


def test_targets_and_range_of_payment(study) -> None:
    assert AK < 150
    assert RPPT < 5
    assert RRNS <= 2
    assert PAID < 100
    assert study.check("mean-payment").recomputed.id == "90,00–95,00%"
    # seven months above 140 can all be at 95 at most; with 150 and RPPT of 5 six at 100
    assert 7 * Fraction("140.01") <= 12 * AK < 8 * Fraction("140.01")
    assert 6 * 150 <= 12 * AK < 7 * 150
    assert 6 * 5 <= 12 * RPPT < 7 * 5
    assert 90 + Fraction(6 * 10, 12) == 95
    assert "paid 90%" in study.check("mean-payment").explanation


def test_tables_show_the_means(study) -> None:
    assert [*study.tables] == ["means", "units", "counts", "mixes", "example-months"]
    assert all(table.notes and "Wahyuni" in table.source for table in study.tables.values())
    assert study.tables["means"].frame["met"].tolist() == [False, True, False, False]


# Other printed means, other verdicts


def mean(quantity: str, text: str) -> tuple[str, str, dict[str, str]]:
    return "mean_printed", text, {"quantity": quantity}


def test_another_payment_fits_no_months(altered) -> None:
    found = altered("kampak-means", mean("payment", "91.27%"))
    assert {one.id: one.verdict for one in found.changed} == {
        "mean-payment": "contradicted",
        "number-of-months": "contradicted",
        "means-fit-together": "contradicted",
        "not-optimal": "not_recomputable",
    }
    assert all("{" not in one.explanation for one in found.checks)


@pytest.mark.parametrize(
    ("quantity", "text", "verdicts"),
    [
        # so high a payment fits no months, and would leave both readings of the unit open
        (
            "payment",
            "97.50%",
            {
                "mean-payment": "contradicted",
                "means-fit-together": "contradicted",
                "ak-unit": "ambiguous",
            },
        ),
        # means on target
        (
            "ak",
            "150,0000%",
            {
                "ak-target": "contradicted",
                "ak-target-conclusion": "contradicted",
                "indicators-missed": "contradicted",
            },
        ),
        ("rrns", "90,0000%", {"rrns-target": "contradicted"}),
        ("rppt", "5,0000%", {"rppt-target": "contradicted"}),
        # without a point nothing tells a decimal from a thousands mark
        (
            "payment",
            "100%",
            {"background-payment": "contradicted", "payment-notation": "ambiguous"},
        ),
    ],
)
def test_another_mean_changes_the_verdicts(changed, quantity, text, verdicts) -> None:
    assert verdicts.items() <= changed("kampak-means", mean(quantity, text)).items()


def test_the_right_unit_is_reproduced(changed) -> None:
    unit = {name: ("unit_printed", "‰", {"quantity": name}) for name in ("ak", "rrns")}
    assert changed("kampak-means", unit["ak"]) == {"ak-unit": "reproduced"}
    assert changed("kampak-means", unit["rrns"])["unit-rrns"] == "contradicted"
