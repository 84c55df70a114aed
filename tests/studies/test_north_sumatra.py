"""Puskesmas of North Sumatra: what a printed score of 2.8 allows, by hand; and the verdicts."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product

import pytest
from scipy import stats

from kbkresearch.studies.north_sumatra_2023.published import smallest_correlation

PACKAGE = "north_sumatra_2023"
SCORE = Fraction("2.8")
EXPECTED = {
    "indicators": "reproduced",
    "payment-basis": "reproduced",
    "rule-set": "reproduced",
    "aim-factors": "reproduced",
    "design": "not_recomputable",
    "coverage": "not_recomputable",
    "year": "ambiguous",
    "score-id": "not_recomputable",
    "score-en": "not_recomputable",
    "versions-agree": "reproduced",
    "score-ratings": "ambiguous",
    "score-payment": "ambiguous",
    "below-maximum-id": "reproduced",
    "below-maximum-en": "reproduced",
    "doctor-ratio-direction": "ambiguous",
    "significant-doctor-ratio-id": "not_recomputable",
    "significant-doctor-ratio-en": "not_recomputable",
    "significant-infrastructure-id": "not_recomputable",
    "significant-infrastructure-en": "not_recomputable",
    "result-consequence": "not_recomputable",
    "result-scope": "not_recomputable",
    "result-finance": "not_recomputable",
    "recommend-doctors": "not_recomputable",
    "recommend-infrastructure": "not_recomputable",
    "recommend-distribution": "not_recomputable",
}


def score(triple: tuple[int, ...]) -> Fraction:
    return Fraction(4 * triple[0] + 5 * triple[1] + triple[2], 10)


def paid(value: Fraction) -> int:
    return 100 if value == 4 else 85 + 5 * (int(value) - 1)


TRIPLES = [*product((1, 2, 3, 4), repeat=3)]
SCORES = sorted({score(triple) for triple in TRIPLES})


def extremes(mean: Fraction, value) -> tuple[Fraction, Fraction]:
    """Return least and largest mean value at a mean score: some two scores reach each."""
    found = [Fraction(value(one)) for one in SCORES if one == mean]
    for low, high in product(SCORES, repeat=2):
        if low < mean < high:
            share = (mean - low) / (high - low)
            found.append(share * value(high) + (1 - share) * value(low))
    return min(found), max(found)


# The record


def test_every_verdict_is_the_one_expected(study) -> None:
    assert {one.id: one.verdict for one in study.checks} == EXPECTED


def test_explanations_have_no_english_decimal_point_in_indonesian(study) -> None:
    for one in study.checks:
        assert not re.search(r"\d\.\d(?!\d\d)", one.explanation.id), one.id


# What follows from a score of 2.8, by hand


def test_three_ratings_have_this_score(study) -> None:
    found = [triple for triple in TRIPLES if score(triple) == SCORE]
    assert found == [(1, 4, 4), (3, 3, 1), (4, 2, 2)]
    assert study.check("score-ratings").recomputed == "(1, 4, 4), (3, 3, 1), (4, 2, 2)"
    frame = study.tables["ratings"].frame
    assert [*zip(frame["ak"], frame["rrns"], frame["rppt"], strict=True)] == found
    assert frame["payment"].tolist() == [90, 90, 90]
    assert frame["missed"].tolist() == ["AK", "AK, RRNS, RPPT", "RRNS, RPPT"]
    # a mean of 2.8 with everybody, and with nobody, on each target
    for place in range(3):
        on = [score(triple) for triple in TRIPLES if triple[place] == 4]
        off = [score(triple) for triple in TRIPLES if triple[place] < 4]
        assert min(on) <= SCORE <= max(on)
        assert min(off) <= SCORE <= max(off)
    assert "from 0% to 100%" in study.check("score-ratings").explanation


def test_the_range_of_the_mean_payment(study) -> None:
    below, above = Fraction("2.75"), Fraction("2.85")
    assert extremes(below, paid)[0] == Fraction("89.25")
    assert extremes(above, paid)[1] == Fraction("94.25")
    assert extremes(SCORE, paid) == (Fraction("89.5"), 94)
    # between the ends the range moves with the mean, so that only the closed end occurs
    near = above - Fraction(1, 10**6)
    assert extremes(near, paid)[1] < Fraction("94.25")
    assert paid(SCORE) == 90
    claim = study.check("score-payment")
    assert claim.recomputed == "89.25–94.25%"
    assert claim.recomputed.id == "89,25–94,25%"
    assert "89.25% (included) to 94.25% (excluded)" in claim.explanation
    assert "paid 90%" in claim.explanation
    frame = study.tables["payments"].frame
    assert frame["low"].tolist() == [90, 89.5, 89.25]
    assert frame["high"].tolist() == [90, 94, 94.25]
    assert frame["low_mix"][2] == "15% × 1.9 + 85% × 2.9"
    assert frame["high_mix"][2] == "< (15% × 2.0 + 85% × 3.0)"


def test_shares_at_a_payment(study) -> None:
    full = extremes(Fraction("2.85"), lambda value: int(value == 4))[1]
    assert full == Fraction(37, 60)
    lowest = extremes(Fraction("2.75"), lambda value: int(value < 2))[1]
    explanation = study.check("score-payment").explanation
    assert f"Less than {float(100 * full):.1f}%" in explanation
    assert f"up to {float(100 * lowest):.1f}% can be at 85%" in explanation
    assert (
        f"more than {float(100 * (1 - full)):.1f}%" in study.check("below-maximum-id").explanation
    )


def test_the_maximum_and_the_year(study) -> None:
    assert max(SCORES) == 4
    assert study.check("below-maximum-id").recomputed.id == "2,8 < 4"
    low, high = ((SCORE + 11 * end) / 12 for end in (1, 4))
    assert study.check("year").recomputed == f"{float(low):.2f}–{float(high):.2f}"


@pytest.mark.parametrize("n", [10, 30, 100, 300, 600])
def test_the_smallest_significant_correlation(n: int) -> None:
    # the coefficient of unrelated normal data has a beta distribution on -1 to 1
    r = smallest_correlation(n)
    null = stats.beta(n / 2 - 1, n / 2 - 1, loc=-1, scale=2)
    assert 2 * null.sf(r) == pytest.approx(0.05, rel=1e-9)


def test_significance_is_shown_by_size(study) -> None:
    frame = study.tables["correlations"].frame
    assert frame["n"].tolist() == [30, 100, 300, 600]
    assert frame["r"].round(3).tolist() == [0.361, 0.197, 0.113, 0.080]
    explanation = study.check("significant-doctor-ratio-id").explanation
    assert "0.36 is enough with 30 facilities" in explanation
    assert f"{100 * (1 - 0.95**5):.0f}%" in explanation


def test_tables_name_the_rules(study) -> None:
    assert all(table.notes and "kbk-2019" in table.source for table in study.tables.values())


# Other published values, other verdicts


def finding(item: str, column: str, value: str) -> tuple[str, str, dict[str, str]]:
    return column, value, {"item": item}


@pytest.mark.parametrize(
    ("item", "column", "value", "verdicts"),
    [
        (
            "score",
            "value_printed",
            "3,0",
            dict.fromkeys(("score-id", "score-en", "versions-agree"), "contradicted"),
        ),
        ("infrastructure", "name_printed_en", "completeness", {"aim-factors": "contradicted"}),
    ],
)
def test_another_value_changes_these_verdicts_only(changed, item, column, value, verdicts) -> None:
    assert changed("north-sumatra-findings", finding(item, column, value)) == verdicts


def test_the_highest_score_is_not_below_the_maximum(altered) -> None:
    found = altered("north-sumatra-findings", finding("score", "value_printed", "4"))
    verdicts = {one.id: one.verdict for one in found.changed}
    assert verdicts["below-maximum-id"] == verdicts["below-maximum-en"] == "contradicted"
    assert "score-payment" not in verdicts, "4 may be 3.5 rounded"
    assert all("{" not in one.explanation for one in found.checks)


def test_a_mean_between_the_scores_is_no_single_facility(changed) -> None:
    verdicts = changed("north-sumatra-findings", finding("score", "value_printed", "2,84"))
    assert verdicts["score-ratings"] == "reproduced"


def test_silence_and_reports(changed) -> None:
    assert changed(
        "north-sumatra-findings",
        finding("doctor_ratio", "printed", "not_mentioned_in_result"),
        finding("service_scope", "printed", "reported_significant"),
    ) == {
        "significant-doctor-ratio-id": "contradicted",
        "significant-doctor-ratio-en": "contradicted",
        "result-scope": "reproduced",
    }


def test_another_month(changed) -> None:
    verdicts = changed("north-sumatra-findings", finding("score", "month", "2022-12"))
    assert verdicts["versions-agree"] == "contradicted"
