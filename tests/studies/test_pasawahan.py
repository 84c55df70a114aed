"""The chapter on Puskesmas Pasawahan: its verdicts, and the facts they rest on, derived anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations_with_replacement, product
from typing import TYPE_CHECKING, Any

import pytest
from printed_csv import rows

import kbkresearch as kbk
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.studies.lists import later, numbered, same_items
from kbkresearch.studies.puskesmas_pasawahan import printed

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.studies.model import StudyResult

    Changed = Callable[..., dict[str, str]]

PACKAGE = "puskesmas_pasawahan"


def printed_values() -> dict[str, dict[int, Fraction]]:
    found: dict[str, dict[int, Fraction]] = defaultdict(dict)
    for row in rows("pasawahan-bands"):
        found[row["indicator"]][int(row["rating"])] = Fraction(row["value_printed"])
    return found


def paid(score: Fraction, facility_type: str) -> int:
    """Pay by the printed table: the row of the score's whole part."""
    for row in rows("pasawahan-payments"):
        same = row["facility_type"] == facility_type
        if same and int(row["score_band_printed"][0]) == int(score):
            return int(row["payment_pct"])
    raise AssertionError(score)


def triples() -> dict[tuple[int, ...], Fraction]:
    worth = printed_values()
    return {
        levels: sum(
            (worth[name][level] for name, level in zip(worth, levels, strict=True)), Fraction()
        )
        for levels in product((1, 2, 3, 4), repeat=3)
    }


# The record ---------------------------------------------------------------------------------------


def test_every_printed_cell_has_a_check(study: StudyResult) -> None:
    ids = {one.id for one in study.checks}
    for row in rows("pasawahan-staffing"):
        kind = f"staff-{row['row_no']}" if row["row_no"] else "staff-total"
        assert f"{kind}-{row['column_no']}" in ids
    for row in rows("pasawahan-rooms"):
        assert f"room-{row['room_no']}-{row['equipment_no']}" in ids
    for row in rows("pasawahan-bands"):
        assert {
            f"band-{row['indicator']}-{row['rating']}",
            f"value-{row['indicator']}-{row['rating']}",
        } <= ids
    for indicator in ("ak", "rrns", "rppt"):
        kinds = ("weight-list", "target-list", "weight-table", "target-table")
        assert {f"{kind}-{indicator}" for kind in kinds} <= ids
    assert sum(one.id.startswith("payment-") and "%" in one.published for one in study.checks) >= 8


def test_kbk_reproduce_finds_the_study() -> None:
    assert kbk.reproduce("puskesmas-pasawahan").id == "puskesmas-pasawahan"


# Staffing -----------------------------------------------------------------------------------------


def test_staffing_totals_against_the_sums_of_their_rows(study: StudyResult) -> None:
    sums: Counter[str] = Counter()
    totals = {}
    for row in rows("pasawahan-staffing"):
        if row["staff_group"] == "total":
            totals[row["column_no"]] = int(row["staff"])
        else:
            sums[row["column_no"]] += int(row["staff"])
    assert [totals[str(n)] for n in range(1, 6)] == [23, 20, 28, 28, 20]
    assert [sums[str(n)] for n in range(1, 6)] == [22, 20, 27, 27, 20]
    for column, total in totals.items():
        check = study.check(f"staff-total-{column}")
        assert check.recomputed == str(sums[column])
        assert (check.verdict == "reproduced") == (sums[column] == total)


def test_staffing_cells_are_checked_by_what_their_total_leaves(study: StudyResult) -> None:
    closed = {"2", "5"}
    for row in rows("pasawahan-staffing"):
        if row["staff_group"] != "total":
            check = study.check(f"staff-{row['row_no']}-{row['column_no']}")
            gap = 0 if row["column_no"] in closed else 1
            assert int(check.recomputed) == int(row["staff"]) + gap
            assert check.verdict == ("not_recomputable" if gap else "reproduced")


def test_last_columns_repeat_columns_of_the_other_kind() -> None:
    columns: dict[str, list[str]] = defaultdict(list)
    for row in rows("pasawahan-staffing"):
        columns[row["column_no"]].append(row["staff"])
    assert columns["4"] == columns["3"]
    assert columns["5"] == columns["2"]
    heads = {row["column_no"]: row["inpatient_printed"] for row in rows("pasawahan-staffing")}
    assert (heads["3"], heads["4"]) == ("Rawat Inap", "Non Rawat Inap")
    assert (heads["2"], heads["5"]) == ("Non Rawat Inap", "Rawat Inap")


def test_labels_of_rows_six_to_nine_are_displaced_but_complete(study: StudyResult) -> None:
    table = [row for row in rows("pasawahan-staffing") if row["row_no"] in set("6789")]
    labels = list(dict.fromkeys(row["staff_printed"] for row in table))
    meant = study.check("staff-labels").recomputed
    assert " ".join(labels) == meant.replace(";", "")
    assert {row["staff"] for row in table} == {"1"}


def test_a_changed_cell_changes_its_column(changed: Changed) -> None:
    found = changed("pasawahan-staffing", ("staff", 6, {"row_no": 3, "column_no": 2}))
    assert found.pop("staff-total-2") == "contradicted"
    cells = {f"staff-{row}-2": "not_recomputable" for row in range(1, 14)}
    assert {key: found.pop(key) for key in cells} == cells
    assert set(found) <= {"staff-remote"}


def test_a_mended_total_settles_its_column(changed: Changed) -> None:
    total = {"staff_group": "total", "column_no": 1}
    assert changed("pasawahan-staffing", ("staff", 22, total)) == {
        "staff-total-1": "reproduced",
        **{f"staff-{row}-1": "reproduced" for row in range(1, 14)},
    }


# Rooms and the norm -------------------------------------------------------------------------------


def test_norm_holds_the_rooms_as_printed() -> None:
    norm = kbk.rules("puskesmas-standards-2019")
    for row in rows("pasawahan-rooms"):
        place = f"values.rooms.{row['room_no']}"
        assert norm.values[f"{place}.name"].value.id == row["room_printed"]
        held = norm.values[f"{place}.equipment_{row['equipment_no']}"]
        assert held.value.id == row["equipment_printed"]
        assert held.status == "sourced"
    sets = [path for path in norm.values if ".equipment_" in path]
    assert len(sets) == len(rows("pasawahan-rooms")) == 15
    assert norm.kind == "norm"
    assert norm.valid_from.status == "unverified"


def test_norm_holds_the_staffing_unrepaired_and_unverified() -> None:
    norm = kbk.rules("puskesmas-standards-2019")
    columns: dict[int, list[int]] = defaultdict(list)
    for path, value in norm.values.items():
        if path.startswith("values.staffing."):
            columns[int(path.split(".")[2].split("_")[1])].append(int(value.value))
            assert (value.unit, value.status) == ("persons", "unverified")
            assert value.note.id
    printed_columns: dict[int, list[int]] = defaultdict(list)
    for row in rows("pasawahan-staffing"):
        printed_columns[int(row["column_no"])].append(int(row["staff"]))
    assert columns == printed_columns
    frame = norm.describe("id").frame
    assert set(frame["status"]) == {"sourced", "unverified"}


def test_a_room_that_differs_from_the_norm_is_contradicted(changed: Changed) -> None:
    found = changed("pasawahan-rooms", ("equipment_printed", "Set lain", {"room_no": 8}))
    assert found == {"room-8-1": "contradicted"}


# Bands --------------------------------------------------------------------------------------------


def ratings_of(value: Fraction, tests: dict[int, Callable[[Fraction], bool]]) -> list[int]:
    return [rating for rating, inside in tests.items() if inside(value)]


AK_PRINTED: dict[int, Callable[[Fraction], bool]] = {
    4: lambda x: x >= 150,
    3: lambda x: 145 < x < 150,
    2: lambda x: 140 < x <= 145,
    1: lambda x: x > 140,
}


def test_no_possible_contact_rate_in_per_cent_has_a_rating() -> None:
    assert all(not ratings_of(Fraction(tenth, 10), AK_PRINTED) for tenth in range(1001))


def test_contact_bands_in_per_mil_overlap_until_the_sign_is_turned() -> None:
    found = Counter(len(ratings_of(Fraction(value), AK_PRINTED)) for value in range(1001))
    assert found == {0: 141, 2: 860}
    turned = {**AK_PRINTED, 1: lambda x: x <= 140}
    assert all(len(ratings_of(Fraction(value), turned)) == 1 for value in range(1001))


@pytest.mark.parametrize(
    ("indicator", "closed", "open_"),
    [
        (
            "rrns",
            {
                4: lambda x: x <= 2,
                3: lambda x: 2 < x <= 2.5,
                2: lambda x: 2.5 < x <= 3,
                1: lambda x: x > 3,
            },
            {
                4: lambda x: x <= 2,
                3: lambda x: 2 < x < 2.5,
                2: lambda x: 2.5 < x < 3,
                1: lambda x: x > 3,
            },
        ),
        (
            "rppt",
            {
                4: lambda x: x >= 5,
                3: lambda x: 4 <= x < 5,
                2: lambda x: 3 <= x < 4,
                1: lambda x: x < 3,
            },
            {
                4: lambda x: x >= 5,
                3: lambda x: 4 < x < 5,
                2: lambda x: 3 < x < 4,
                1: lambda x: x < 3,
            },
        ),
    ],
)
def test_unsigned_ends_have_one_reading_that_partitions(
    study: StudyResult, indicator: str, closed: Any, open_: Any
) -> None:
    grid = [Fraction(step, 100) for step in range(10001)]
    assert all(len(ratings_of(value, closed)) == 1 for value in grid)
    assert [float(value) for value in grid if not ratings_of(value, open_)] == (
        [2.5, 3.0] if indicator == "rrns" else [3.0, 4.0]
    )
    law = kbk.rules("kbk-2019").indicators[indicator]
    for value in grid:
        level = next(band.level for band in law.bands if value in band.interval)
        assert [level] == ratings_of(value, closed)
    for rating in (2, 3):
        assert study.check(f"band-{indicator}-{rating}").verdict == "ambiguous"
    assert study.check(f"bands-{indicator}").recomputed == "1"


def test_targets_agree_with_another_study_but_for_the_unit(study: StudyResult) -> None:
    other = {
        row["indicator"]: row for row in rows("makmur-jaya-targets") if row["language"] == "id"
    }
    for row in rows("pasawahan-weights"):
        number = row["target_printed"].rstrip("%")
        assert number == other[row["indicator"]]["target"]
        same_unit = other[row["indicator"]]["unit"] == "pct"
        verdict = study.check(f"target-list-{row['indicator']}").verdict
        assert verdict == ("reproduced" if same_unit else "contradicted")


def test_contact_bands_in_per_mil_with_the_sign_turned_would_hold(changed: Changed) -> None:
    mended = ["≥ 150‰", "> 145‰ - < 150‰", "> 140‰ - 145‰", "≤ 140‰"]
    found = changed(
        "pasawahan-bands",
        ("band_printed", mended, {"indicator": "ak"}),
        ("target_printed", "≥ 150‰", {"indicator": "ak"}),
    )
    assert found == {
        "band-ak-4": "reproduced",
        "band-ak-3": "reproduced",
        "band-ak-2": "ambiguous",
        "band-ak-1": "reproduced",
        "bands-ak": "reproduced",
        "target-table-ak": "reproduced",
    }


def test_a_band_that_leaves_a_gap_is_contradicted(changed: Changed) -> None:
    cell = ("band_printed", "> 3,5%", {"indicator": "rrns", "rating": 1})
    assert changed("pasawahan-bands", cell) == {
        **{f"band-rrns-{rating}": "contradicted" for rating in (1, 2, 3, 4)},
        "bands-rrns": "contradicted",
    }


def test_printed_bands_that_are_no_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="no printed end"):
        printed.part("kira-kira 3%")


# Values, score and payment ------------------------------------------------------------------------


def test_every_value_is_weight_times_rating(study: StudyResult) -> None:
    for row in rows("pasawahan-bands"):
        exact = Fraction(row["weight_pct"]) * int(row["rating"]) / 100
        assert Fraction(row["value_printed"]) == exact
        assert study.check(f"value-{row['indicator']}-{row['rating']}").verdict == "reproduced"
    assert sum(int(row["weight_pct"]) for row in rows("pasawahan-weights")) == 100


def test_lattice_of_the_printed_tables_is_that_of_the_rules() -> None:
    scores = triples()
    assert len(scores) == 64
    assert len(set(scores.values())) == 31
    assert (min(scores.values()), max(scores.values())) == (1, 4)
    engine = {one.levels: one for one in outcomes(kbk.rules("kbk-2019"))}
    for one in printed.lattice():
        assert one.score == scores[one.ratings] == engine[one.ratings].score
        for facility_type in ("puskesmas", "klinik_pratama"):
            amount = paid(one.score, facility_type)
            assert one.payment[facility_type] == amount
            assert int(engine[one.ratings].payment[facility_type].value) == amount


def test_what_each_rating_can_do(study: StudyResult) -> None:
    scores = triples()
    moves = []
    for place in range(3):
        found = defaultdict(set)
        for levels, score in scores.items():
            found[levels[:place] + levels[place + 1 :]].add(paid(score, "puskesmas"))
        moves.append(sum(len(levels) > 1 for levels in found.values()))
    assert moves == [16, 16, 6]
    assert max(score for levels, score in scores.items() if levels[1] == 1) == Fraction("2.5")
    assert "6 of 16" in study.check("weight-list-rppt").explanation.en
    assert "2.5 at most" in study.check("weight-list-rrns").explanation.en
    assert "0,3" in study.check("weight-list-rppt").explanation.id


def test_a_mean_of_another_puskesmas_fits_its_column_only() -> None:
    mean = next(
        Fraction(row["mean"]) for row in rows("kampak-means") if row["quantity"] == "payment"
    )

    def months(facility_type: str) -> list[int]:
        table = rows("pasawahan-payments")
        levels = [int(row["payment_pct"]) for row in table if row["facility_type"] == facility_type]
        return [
            n
            for n in range(1, 13)
            if any(sum(mix) == n * mean for mix in combinations_with_replacement(levels, n))
        ]

    assert months("puskesmas") == [4, 8, 12]
    assert months("klinik_pratama") == []


def test_a_changed_value_is_found(changed: Changed) -> None:
    cell = ("value_printed", 1.4, {"indicator": "rrns", "rating": 3})
    assert set(changed("pasawahan-bands", cell)) == {"value-rrns-3"}


def test_a_changed_top_value_breaks_score_and_weight(changed: Changed) -> None:
    cell = ("value_printed", 1.5, {"indicator": "ak", "rating": 4})
    broken = {"value-ak-4", "weight-table-ak", "score-range", "score-partition"}
    assert broken <= set(changed("pasawahan-bands", cell))


def test_a_changed_payment_is_found(changed: Changed) -> None:
    where = {"score_band_printed": "1 - < 2", "facility_type": "puskesmas"}
    assert changed("pasawahan-payments", ("payment_pct", 80, where)) == {
        "payment-puskesmas-1-2": "contradicted",
        "payment-lowest": "contradicted",
    }


def test_a_payment_that_falls_is_found(changed: Changed) -> None:
    where = {"score_band_printed": "3 - < 4", "facility_type": "puskesmas"}
    found = changed("pasawahan-payments", ("payment_pct", 80, where))
    assert found["outcome-payment"] == "contradicted"


# Lists and tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "verdict"),
    [
        (["a", "b", "c"], "reproduced"),
        (["1", "2", "3"], "reproduced"),
        (["1", "2", "3", "b", "c"], "contradicted"),
        (["a", "c"], "contradicted"),
    ],
)
def test_numbered_lists(labels: list[str], verdict: str) -> None:
    assert numbered(labels).verdict == verdict


def test_lists_that_agree_contain_each_other_or_differ() -> None:
    assert same_items(["a", "b"], ["b", "a"]).verdict == "reproduced"
    assert same_items(["a", "b"], ["a"]).verdict == "ambiguous"
    assert same_items(["a"], ["b"]).verdict == "contradicted"
    assert later("75/2014", "43/2019").recomputed == "43/2019"


def test_tables_say_what_the_checks_say(study: StudyResult) -> None:
    assert set(study.tables) == {"bands", "values", "payments", "staffing", "rooms"}
    payments = study.tables["payments"].frame
    assert payments["triples"].tolist() == [1, 17, 31, 15]
    assert payments["scores"].sum() == 31
    staffing = study.tables["staffing"].frame
    assert staffing["difference"].tolist() == [1, 0, 1, 1, 0]
    assert study.tables["values"].frame["same"].all()
    assert study.tables["rooms"].frame["sets"].sum() == 14
