"""The study's own tables, recomputed."""

from __future__ import annotations

from kbkresearch.results import Column, Table
from kbkresearch.studies import judge
from kbkresearch.studies.hayana_sri_wahyuni_2019 import further_tables
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
    MONTHS,
    facility,
    rate_of,
    strata,
)
from kbkresearch.studies.layout import by_name, column, table
from kbkresearch.studies.words import both
from kbkresearch.vocabulary import Text

_LIMITS = {
    "ci_low": Text("Batas bawah 95%", "95% CI low"),
    "ci_high": Text("Batas atas 95%", "95% CI high"),
}


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name, then those that the study does not have.

    Returns
    -------
    dict of str to Table
    """
    return by_name((_rates(), _tariffs(), _funds(), _totals(), *further_tables.made()))


def _rates() -> Table:
    rows = [
        {
            **who(one.facility_id, one.label),
            "members": one.members,
            "visits": one.visits,
            "rate_printed": one.rate_printed,
            "rate_permille": float(one.rate),
            **{
                f"{side}{months}": rate_of(one, months)[side]
                for months in READINGS
                for side in _LIMITS
            },
        }
        for one in strata()
    ]
    columns = (
        *heads("Kelompok", "Group"),
        column("members", "Peserta", "Members", "integer"),
        column("visits", "Kunjungan", "Visits", "integer"),
        column("rate_printed", "Rate tercetak (‰)", "Rate printed (‰)", "integer"),
        column("rate_permille", "Rate (‰)", "Rate (‰)", "number", 2),
        *(
            Column(f"{side}{months}", both("{}, {} (‰)", name, reading), "number", 1)
            for months, reading in READINGS.items()
            for side, name in _LIMITS.items()
        ),
    )
    title = Text(
        "Peserta, kunjungan, dan rate utilisasi per 1.000 peserta dengan interval kepercayaan 95%",
        "Members, visits and visits per 1,000 members with 95% confidence intervals",
    )
    method = Text(
        "Interval: metode Byar (10 kunjungan atau lebih).",
        "Intervals: Byar's method (10 visits up).",
    )
    return table("rates", title, columns, rows, method, EXPOSURE, POISSON, source=SOURCE)


def _tariffs() -> Table:
    rows = [
        {
            **who(one.facility_id, one.label),
            "printed": one.tariff_printed,
            "tariff": float(one.tariff),
            "rate_printed": one.rate_printed,
            "other": float(one.tariff_from_printed_rate),
            "gap": int(judge.rounded(one.tariff_from_printed_rate)) - one.tariff_printed,
        }
        for one in strata()
    ]
    columns = (
        *heads("Kelompok", "Group"),
        column("printed", "Tarif tercetak", "Tariff printed", "rupiah"),
        column("tariff", "Dari rate tak dibulatkan (Rp)", "From unrounded rate (Rp)", "number", 2),
        column("rate_printed", "Rate tercetak (‰)", "Rate printed (‰)", "integer"),
        column("other", "Dari rate tercetak (Rp)", "From printed rate (Rp)", "number", 2),
        column("gap", "Selisih (Rp)", "Difference (Rp)", "integer"),
    )
    title = Text("Tarif kapitasi: tercetak dan dihitung ulang", "Tariffs: printed and recomputed")
    note = Text(
        "Selisih: tarif dari rate tercetak, dibulatkan, dikurangi tarif tercetak.",
        "Difference: tariff from the printed rate, rounded, minus the printed tariff.",
    )
    return table("tariffs", title, columns, rows, note, source=SOURCE)


def _funds() -> Table:
    rows = [
        {
            **who(one.facility_id, one.label),
            "printed": one.fund_printed,
            "fund": one.fund,
            "product": one.tariff_printed * one.members,
            "gap": one.tariff_printed * one.members - one.fund_printed,
        }
        for one in strata()
    ]
    columns = (
        *heads("Kelompok", "Group"),
        column("printed", "Dana tercetak", "Fund printed", "rupiah"),
        column("fund", "Kunjungan × biaya", "Visits × cost", "rupiah"),
        column("product", "Tarif tercetak × peserta", "Printed tariff × members", "rupiah"),
        column("gap", "Selisih (Rp)", "Difference (Rp)", "integer"),
    )
    title = Text("Dana per kelompok: tercetak dan dihitung ulang", "Funds: printed and recomputed")
    return table("funds", title, columns, rows, source=SOURCE)


def _totals() -> Table:
    rows = [
        {
            "facility": label,
            "members": one.members,
            "visits": one.visits,
            "rate": float(one.rate),
            "tariff": float(one.tariff),
            "fund": one.fund,
            "pmpm": one.pmpm,
            "paid": one.paid,
            "excess": one.excess,
            "share": float(one.excess_pct),
            "excess6": MONTHS * one.excess,
        }
        for one, label in ((facility(name), label) for name, label in FACILITIES.items())
    ]
    columns = (
        FACILITY,
        column("members", "Peserta", "Members", "integer"),
        column("visits", "Kunjungan", "Visits", "integer"),
        column("rate", "Rate (‰)", "Rate (‰)", "number", 2),
        column("tariff", "Tarif tanpa pembagian (Rp)", "Undivided tariff (Rp)", "number", 2),
        column("fund", "Biaya kunjungan", "Cost of visits", "rupiah"),
        column("pmpm", "Kapitasi per peserta", "Capitation per member", "rupiah"),
        column("paid", "Dibayar", "Paid", "rupiah"),
        column("excess", "Selisih", "Difference", "rupiah"),
        column("share", "Selisih (% dibayar)", "Difference (% of paid)", "number", 1),
        column("excess6", "Selisih enam bulan", "Difference, six months", "rupiah"),
    )
    title = Text(
        "Kapitasi dibayar dan biaya kunjungan, per bulan", "Paid and cost of visits, monthly"
    )
    note = Text(
        "Selisih bukan sisa usaha: kapitasi juga membiayai operasional, promosi dan pencegahan.",
        "The difference is no surplus: capitation also pays operations, promotion and prevention.",
    )
    return table("totals", title, columns, rows, note, source=SOURCE)
