"""Tables that the study does not have: what its numbers can tell, and what they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.studies.hayana_sri_wahyuni_2019.divisions import AGE, DIVISIONS, SEX, WHOLE
from kbkresearch.studies.hayana_sri_wahyuni_2019.layout import (
    EXPOSURE,
    FACILITY,
    POISSON,
    READINGS,
    SOURCE,
    heads,
    who,
)
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    FACILITIES,
    KINDS,
    compared,
    facility,
    rates,
    total,
    transferred,
)
from kbkresearch.studies.layout import column, table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.results import Table


def made() -> tuple[Table, ...]:
    """Return the tables.

    Returns
    -------
    tuple of Table
    """
    return (_men_and_women(), _divisions(), _transfers(), _heterogeneity(), _break_even())


def _men_and_women() -> Table:
    rows = []
    for name in FACILITIES:
        for months, reading in READINGS.items():
            sexes = rates(name, SEX, months)
            men, women = sexes["rate_permille"]
            found = compared(sexes)
            rows.append(
                {
                    **who(name, reading),
                    "men": men,
                    "women": women,
                    "ratio": float(found.ratio[0]),
                    "ci_low": float(found.ci_low[0]),
                    "ci_high": float(found.ci_high[0]),
                }
            )
    columns = (
        *heads("Bacaan", "Reading"),
        column("men", "Laki-laki (‰)", "Men (‰)", "number", 2),
        column("women", "Perempuan (‰)", "Women (‰)", "number", 2),
        column("ratio", "Rasio", "Ratio", "number", 3),
        column("ci_low", "Batas bawah 95%", "95% CI low", "number", 3),
        column("ci_high", "Batas atas 95%", "95% CI high", "number", 3),
    )
    title = Text("Rate laki-laki dibanding perempuan", "Men's rate against women's")
    method = Text("Interval: eksak bersyarat.", "Intervals: exact conditional.")
    return table("men-and-women", title, columns, rows, method, POISSON, source=SOURCE)


def _divisions() -> Table:
    rows = [
        {
            **who(name, label),
            "parts": len(rates(name, division)),
            "fund": int(total(name, division)["fund_rp"]),
            "excess": int(total(name, division)["difference_rp"]),
        }
        for name in FACILITIES
        for division, label in DIVISIONS.items()
    ]
    columns = (
        *heads("Pembagian peserta", "Division of the members"),
        column("parts", "Banyak kelompok", "Groups", "integer"),
        column("fund", "Jumlah dana", "Sum of funds", "rupiah"),
        column("excess", "Selisih", "Difference", "rupiah"),
    )
    title = Text(
        "Selisih sama untuk pembagian mana pun, karena jumlahnya selalu kunjungan × biaya",
        "Any division leaves the same difference, as the sum is always visits × cost",
    )
    return table("divisions", title, columns, rows, source=SOURCE)


def _transfers() -> Table:
    rows = [
        {
            "source": FACILITIES[source],
            "members": FACILITIES[members],
            "age": transferred(source, members, AGE),
            "sex": transferred(source, members, SEX),
            "whole": transferred(source, members, WHOLE),
        }
        for source in FACILITIES
        for members in FACILITIES
    ]
    columns = (
        column("source", "Tarif dari", "Tariffs of"),
        column("members", "Untuk peserta", "For the members of"),
        column("age", "Menurut umur", "By age", "rupiah"),
        column("sex", "Menurut jenis kelamin", "By sex", "rupiah"),
        column("whole", "Tarif tunggal", "Single tariff", "rupiah"),
    )
    title = Text(
        "Dana bila tarif satu FKTP dipakai untuk peserta FKTP lain",
        "Funds when one facility's tariffs are used for another's members",
    )
    note = Text(
        "Hanya di sini umur dan jenis kelamin berbeda; pada peserta sendiri ketiganya sama.",
        "Only here do age and sex differ; on a facility's own members all three are equal.",
    )
    return table("transfers", title, columns, rows, note, source=SOURCE)


def _heterogeneity() -> Table:
    rows: list[dict[str, Any]] = []
    for name in FACILITIES:
        for kind, label in KINDS.items():
            for months, reading in READINGS.items():
                test = total(name, kind, months)
                rows.append(
                    {
                        **who(name, label),
                        "reading": reading,
                        "statistic": test["statistic"],
                        "df": test["df"],
                        "p_upper": test["p_value"],
                        "p_lower": test["p_lower"],
                    }
                )
    columns = (
        *heads("Menurut", "By"),
        column("reading", "Bacaan", "Reading"),
        column("statistic", "χ² Pearson", "Pearson χ²", "number", 2),
        column("df", "db", "df", "integer"),
        column("p_upper", "p (ragam lebih besar)", "p (more spread)", "number", 4),
        column("p_lower", "p (ragam lebih kecil)", "p (less spread)", "number", 4),
    )
    title = Text(
        "Apakah rate berbeda antarkelompok melebihi kebetulan?",
        "Do rates differ between groups more than chance allows?",
    )
    null = Text(
        "Hipotesis nol: semua kelompok satu FKTP punya satu rate.",
        "Null hypothesis: all groups of a facility share one rate.",
    )
    return table("heterogeneity", title, columns, rows, null, EXPOSURE, POISSON, source=SOURCE)


def _break_even() -> Table:
    rows = []
    for name in FACILITIES:
        one = facility(name)
        rows.append(
            {
                "facility": FACILITIES[name],
                "cost": one.unit_cost_rp,
                "break_even": float(one.break_even),
                "times": float(one.break_even / one.unit_cost_rp),
                "visits": one.visits,
                "most": one.most_visits,
            }
        )
    columns = (
        FACILITY,
        column("cost", "Biaya per kunjungan dipakai", "Cost per visit used", "rupiah"),
        column("break_even", "Biaya impas", "Break-even cost", "rupiah"),
        column("times", "Kali lipat", "Times", "number", 2),
        column("visits", "Kunjungan per bulan", "Visits a month", "integer"),
        column("most", "Kunjungan impas", "Break-even visits", "integer"),
    )
    title = Text(
        "Biaya per kunjungan, dan banyak kunjungan, yang menghabiskan kapitasi",
        "Cost per visit, and number of visits, that use up the capitation",
    )
    note = Text(
        "Tanpa biaya lain. Biaya per kunjungan dari laporan nasional, tanpa ketidakpastian.",
        "Without other costs. The cost per visit is from a national report, without uncertainty.",
    )
    return table("break-even", title, columns, rows, note, source=SOURCE)
