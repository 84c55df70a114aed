"""The capitation study: every table cell recomputed here anew, and every judgment on it."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from printed_csv import rows

from kbkresearch.studies.hayana_sri_wahyuni_2019 import published
from kbkresearch.studies.hayana_sri_wahyuni_2019.divisions import DIVISIONS, FIFTY

PACKAGE = "hayana_sri_wahyuni_2019"
COST = 51109
CLINIC, DPP = "klinik-hayana", "dpp-sri-wahyuni"


def printed(name: str) -> list[dict[str, str]]:
    return rows(f"hayana-{name}")


def key(row: dict[str, str]) -> tuple[str, str, str]:
    return row["facility_id"], row["stratum_kind"], row["stratum"]


def half_up(value: Fraction, digits: int = 0) -> Fraction:
    return Fraction((2 * value * 10**digits + 1) // 2, 10**digits)


MEMBERS = {key(row): int(row["members"]) for row in printed("participants")}
VISITS = {key(row): int(row["visits"]) for row in printed("utilisation")}
RATES = {one: Fraction(1000 * VISITS[one], MEMBERS[one]) for one in MEMBERS}
TARIFFS = {one: Fraction(COST * VISITS[one], MEMBERS[one]) for one in MEMBERS}
BANDS = {name: [one for one in MEMBERS if one[:2] == (name, "age_band")] for name in (CLINIC, DPP)}


def whole(name: str, of: dict[tuple[str, str, str], int]) -> int:
    return sum(of[one] for one in BANDS[name])


def test_the_whole_document_is_there(study) -> None:
    places = " ".join({check.where for check in study.checks})
    for part in (
        *(f"Tabel {number}" for number in range(1, 6)),
        *("Abstrak", "Abstract", "Latar Belakang", "Metode", "Hasil", "Pembahasan"),
        *("Kesimpulan", "Saran", "Daftar Pustaka"),
    ):
        assert part in places
    cells = [check for check in study.checks if re.match(r"t\d-", check.id)]
    assert len(cells) > 10 * len(MEMBERS)


# Tables 1 to 5, from Tables 1 and 2 alone


def test_every_cell_follows_from_members_and_visits() -> None:
    assert len(MEMBERS) == 32
    for row in printed("rates"):
        assert half_up(RATES[key(row)]) == int(row["rate_permille"])
    for row in printed("tariffs"):
        assert int(row["unit_cost_rp"]) == COST
        assert half_up(TARIFFS[key(row)]) == int(row["tariff_rp"])
        assert half_up(RATES[key(row)]) == int(row["rate_permille"])
    for row in printed("funds"):
        assert half_up(TARIFFS[key(row)]) == int(row["tariff_rp"])
        assert MEMBERS[key(row)] == int(row["members"])
        assert VISITS[key(row)] * COST == int(row["fund_rp"])
    for name, of in (("participants", MEMBERS), ("utilisation", VISITS)):
        for row in printed(name):
            total = sum(of[one] for one in of if one[:2] == key(row)[:2])
            assert half_up(Fraction(100 * of[key(row)], total), 1) == Fraction(row["share_pct"])
    for row in printed("fund-totals"):
        mine = [one for one in MEMBERS if one[:2] == (row["facility_id"], row["stratum_kind"])]
        members, fund = sum(MEMBERS[one] for one in mine), COST * sum(VISITS[one] for one in mine)
        paid = members * int(row["paid_pmpm_rp"])
        assert (members, fund, paid, paid - fund) == tuple(
            int(row[column]) for column in ("members", "fund_rp", "paid_rp", "excess_rp")
        )


def test_every_cell_check_recomputes_the_printed_value(study) -> None:
    for check in study.checks:
        if re.match(
            r"t\d-(members|visits|share|rate|tariff|fund|total|paid-pmpm|excess)", check.id
        ):
            assert check.verdict == "reproduced"
            assert check.recomputed.en.replace(",", "") == check.published.replace(
                ",", "." if "share" in check.id else ""
            )


def test_rounded_rates_and_tariffs_give_other_results(study) -> None:
    others = [
        row
        for row in printed("tariffs")
        if half_up(Fraction(int(row["rate_permille"]) * COST, 1000)) != int(row["tariff_rp"])
    ]
    assert len(others) == 31
    assert study.check("t4-printed-rate").recomputed.en == "32 / 1"
    products = [int(row["tariff_rp"]) * int(row["members"]) for row in printed("funds")]
    funds = [int(row["fund_rp"]) for row in printed("funds")]
    assert not any(one == other for one, other in zip(products, funds, strict=True))
    assert study.check("res-fund-formula").recomputed.en == "32 / 0"


# Rankings and conclusions


def test_the_highest_rates_are_not_where_the_text_says(study) -> None:
    highest = {name: max(BANDS[name], key=RATES.get)[2] for name in BANDS}
    assert highest == {CLINIC: "65+", DPP: "5-9"}
    assert RATES[CLINIC, "age_band", "10-14"] != RATES[CLINIC, "age_band", "50-54"]
    for place in ("table3", "table4", "discussion"):
        assert study.check(f"highest-age-clinic-{place}").verdict == "contradicted"
        assert study.check(f"highest-age-dpp-{place}").verdict == "reproduced"


def test_adjusted_tariffs_would_pay_less(study) -> None:
    for name, pmpm in ((CLINIC, 10000), (DPP, 8000)):
        assert COST * whole(name, VISITS) < pmpm * whole(name, MEMBERS)
    for place in ("abstract", "discussion", "conclusion"):
        assert study.check(f"total-greater-{place}").verdict == "contradicted"
        assert study.check(f"same-excess-{place}").verdict == "reproduced"
        assert study.check(f"either-{place}").verdict == "contradicted"


def test_age_and_sex_differ_on_other_members(study) -> None:
    def carried(kind):
        return sum(
            TARIFFS[CLINIC, kind, one[2]] * MEMBERS[one]
            for one in MEMBERS
            if one[:2] == (DPP, kind)
        )

    age, sex = carried("age_band"), carried("sex")
    assert age != sex
    shown = study.check("either-abstract").explanation.en
    for value in (age, sex, abs(age - sex)):
        assert f"Rp{int(half_up(value)):,}" in shown


def test_relative_weights_are_indirect_standardisation() -> None:
    pooled = {
        band: Fraction(
            sum(VISITS[name, "age_band", band] for name in BANDS),
            sum(MEMBERS[name, "age_band", band] for name in BANDS),
        )
        for _, _, band in BANDS[CLINIC]
    }
    crude = Fraction(
        sum(whole(name, VISITS) for name in BANDS), sum(whole(name, MEMBERS) for name in BANDS)
    )
    need = published.relative_need()
    for name, bands in BANDS.items():
        expected = sum(pooled[one[2]] * MEMBERS[one] for one in bands)
        exact = expected / (crude * whole(name, MEMBERS))
        assert need[name] == pytest.approx(float(exact), rel=1e-14)


def test_under_fives_and_old_against_the_mean(study) -> None:
    mean = {name: Fraction(COST * whole(name, VISITS), whole(name, MEMBERS)) for name in BANDS}
    assert TARIFFS[CLINIC, "age_band", "0-4"] < mean[CLINIC]
    assert TARIFFS[DPP, "age_band", "0-4"] > mean[DPP]
    assert study.check("dis-under-fives").verdict == "contradicted"
    assert TARIFFS[CLINIC, "age_band", "60-64"] == min(TARIFFS[one] for one in BANDS[CLINIC])
    assert TARIFFS[DPP, "age_band", "65+"] < mean[DPP]
    assert "Rp4,316" in study.check("dis-elderly").explanation.en


def test_who_comes(study) -> None:
    old = {65: ("65+",), 60: ("60-64", "65+"), 50: ("50-54", "55-59", "60-64", "65+")}
    text = study.check("bg-who-comes").explanation.en
    for bands in old.values():
        for name in BANDS:
            visits = sum(VISITS[name, "age_band", band] for band in ("0-4", *bands))
            share = Fraction(100 * visits, whole(name, VISITS))
            assert share < 50
            assert f"{float(half_up(share, 1))}%" in text


def test_chi_square_under_both_readings(study) -> None:
    text = study.check("dis-age-main").explanation.en
    for name, month, half in ((CLINIC, "5.59", "33.5"), (DPP, "3.34", "20.0")):
        pooled = Fraction(whole(name, VISITS), whole(name, MEMBERS))
        exact = sum(
            (VISITS[one] - pooled * MEMBERS[one]) ** 2 / (pooled * MEMBERS[one])
            for one in BANDS[name]
        )
        assert f"{float(exact):.2f}" == month
        assert f"{float(6 * exact):.1f}" == half
        assert month in text
        assert half in text
        assert (
            study.tables["heterogeneity"]
            .frame["statistic"]
            .round(9)
            .isin([round(float(exact), 9), round(float(6 * exact), 9)])
            .sum()
            == 2
        )
    for p in ("0.960", "0.996", "0.0014", "0.094"):
        assert p in text


def test_targets_lead_by_count_not_by_rate(study) -> None:
    for name, band, short, rank in ((CLINIC, "55-59", "clinic", 5), (DPP, "50-54", "dpp", 8)):
        assert max(BANDS[name], key=VISITS.get)[2] == band
        rates = sorted(BANDS[name], key=RATES.get, reverse=True)
        assert rates.index((name, "age_band", band)) + 1 == rank
        assert study.check(f"target-{short}").recomputed.en == f"1; {rank}"


def test_break_even_costs(study) -> None:
    frame = study.tables["break-even"].frame
    for name, pmpm, found in zip((CLINIC, DPP), (10000, 8000), frame["break_even"], strict=True):
        exact = Fraction(pmpm * whole(name, MEMBERS), whole(name, VISITS))
        assert found == pytest.approx(float(exact), rel=1e-15)
    assert frame["break_even"].round().tolist() == [99784, 80224]


def test_rules_are_judged_with_what_they_rest_on(study) -> None:
    assert study.check("bg-indicators").verdict == "reproduced"
    assert study.check("bg-indicator-rkr").verdict == "contradicted"
    assert study.check("t5-paid-in-range-clinic").verdict == "reproduced"
    # the range is unverified, and the norm is known from this very document only
    assert study.check("t5-paid-in-range-dpp").verdict == "not_recomputable"
    assert study.check("bg-doctor-norm").verdict == "not_recomputable"


# The identity


@pytest.mark.parametrize("kind", [*DIVISIONS, FIFTY])
def test_every_division_divides_all_members_and_leaves_the_same_difference(kind) -> None:
    for name, pmpm in ((CLINIC, 10000), (DPP, 8000)):
        parts, fund = published.rates(name, kind), COST * whole(name, VISITS)
        assert parts["members"].sum() == whole(name, MEMBERS)
        assert parts["visits"].sum() == whole(name, VISITS)
        assert parts["fund_rp"].sum() == fund
        left = pmpm * whole(name, MEMBERS) - fund
        assert published.total(name, kind)["difference_rp"] == left


def test_rates_and_tariffs_are_the_nearest_to_the_exact_ones() -> None:
    found = published.strata()
    assert [float(one.rate) for one in found] == [float(one) for one in RATES.values()]
    assert [float(one.tariff) for one in found] == [float(one) for one in TARIFFS.values()]


# Changed cells change verdicts


@pytest.mark.parametrize(
    ("name", "where", "column", "value", "verdicts"),
    [
        (
            "tariffs",
            {"facility_id": CLINIC, "stratum": "0-4"},
            "tariff_rp",
            4953,
            {"t4-tariff-klinik-hayana-0-4": "contradicted", "res-tariff-basis": "contradicted"},
        ),
        (
            "rates",
            {"facility_id": DPP, "stratum": "10-14"},
            "rate_permille",
            78,
            {
                "t3-rate-dpp-sri-wahyuni-10-14": "contradicted",
                "rate-formula-table3": "contradicted",
            },
        ),
        (
            "participants",
            {"facility_id": CLINIC, "stratum": "male"},
            "share_pct",
            58.3,
            {"t1-share-klinik-hayana-male": "rounding"},
        ),
        (
            "fund-totals",
            {"facility_id": DPP, "stratum_kind": "sex"},
            "excess_rp",
            12490240,
            {
                "t5-excess-dpp-sri-wahyuni-sex": "contradicted",
                "res-difference-formula": "contradicted",
            },
        ),
        (
            "utilisation",
            {"facility_id": CLINIC, "stratum": "0-4"},
            "visits",
            95,
            {
                "dis-under-fives": "reproduced",
                "t2-visits-klinik-hayana-0-4": "contradicted",
                "t2-same-total": "contradicted",
                "excess-clinic-abstract": "contradicted",
            },
        ),
        (
            "utilisation",
            {"facility_id": DPP, "stratum": "5-9"},
            "visits",
            24,
            {"highest-age-dpp-table3": "contradicted"},
        ),
        (
            "fund-totals",
            {"facility_id": CLINIC},
            "paid_pmpm_rp",
            3000,
            {
                "dis-excess-age": "contradicted",
                "t5-paid-in-range-clinic": "contradicted",
                "t5-paid-pmpm-klinik-hayana-sex": "contradicted",
            },
        ),
        ("fund-totals", {}, "paid_pmpm_rp", 3000, {"total-greater-abstract": "reproduced"}),
        (
            "utilisation",
            {"stratum_kind": "age_band", "stratum": "0-4"},
            "visits",
            5000,
            {"bg-who-comes": "reproduced"},
        ),
    ],
)
def test_a_changed_cell_changes_the_verdict(changed, name, where, column, value, verdicts) -> None:
    assert verdicts.items() <= changed(f"hayana-{name}", (column, value, where)).items()


# Tables and figures


def test_tables_show_what_they_say(study) -> None:
    assert set(study.tables) == {
        *("rates", "men-and-women", "tariffs", "funds", "totals", "divisions", "transfers"),
        *("heterogeneity", "break-even"),
    }
    for table in study.tables.values():
        assert not table.frame.isna().any(axis=None)
        labels = [one.label.en for one in table.columns]
        assert len(set(labels)) == len(labels)
    assert study.tables["divisions"].frame.groupby("facility")["excess"].nunique().eq(1).all()
    assert (study.tables["tariffs"].frame["gap"] != 0).sum() == 31
    rates = study.tables["rates"].frame
    assert ((rates["ci_low1"] < rates["ci_low6"]) & (rates["ci_high6"] < rates["ci_high1"])).all()
    assert rates["rate_permille"].tolist() == [float(one) for one in RATES.values()]


def test_figures_exist(study) -> None:
    from kbkresearch.reporting.figures import FIGURES

    assert set(study.figures) <= set(FIGURES)
