"""The recomputed tables of the abstract on Puskesmas Kampak."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kbkresearch.formats import fill
from kbkresearch.results import Column, Table
from kbkresearch.studies.layout import by_name, column, table
from kbkresearch.studies.puskesmas_kampak_2024 import published
from kbkresearch.studies.puskesmas_kampak_2024.bounds import (
    as_per_cent,
    least_payment,
    share_on_both_targets,
)
from kbkresearch.studies.puskesmas_kampak_2024.published import INDICATORS, PAYMENT
from kbkresearch.studies.words import MARKS
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.scoring.lattice import Mix

SOURCE = Text(
    "Sumber: Wahyuni (2024), abstrak; aturan kbk-2019; dihitung dengan kbkresearch.",
    "Source: Wahyuni (2024), abstract; rules kbk-2019; computed with kbkresearch.",
)
_TWO_DECIMALS = Text(
    "Nilai bulanan dianggap berdesimal dua; abstrak tidak mencetak nilai bulanan maupun jumlah"
    " bulannya. Susunan pembayaran tetap sama bila nilainya lebih halus.",
    "Monthly values are taken to have two decimals; the abstract prints neither the monthly values"
    " nor their number. The mixes of payments stay the same if the values are finer.",
)


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name.

    Returns
    -------
    dict of str to Table
    """
    return by_name((_means(), _units(), _counts(), _mixes(), _examples()))


def _means() -> Table:
    law = published.law()
    rows = []
    for name, mean in published.printed().items():
        one = law.indicators.get(name)
        target = Decimal(published.levels()[-1]) if one is None else one.target
        value = Decimal(mean)
        higher = one is None or one.better == "higher"
        rows.append(
            {
                "quantity": PAYMENT if one is None else one.label,
                "mean": float(value),
                "unit": MARKS["pct" if one is None else one.unit],
                "target": f"{'≥' if higher else '≤'} {target:f}",
                "met": value >= target if higher else value <= target,
            }
        )
    columns = (
        column("quantity", "Besaran", "Quantity"),
        column("mean", "Rata-rata tercetak", "Printed mean", "number", 4),
        column("unit", "Satuan menurut aturan", "Unit by the rules"),
        column("target", "Target", "Target"),
        column("met", "Rata-rata mencapai target", "Mean meets the target", "boolean"),
    )
    title = Text("Rata-rata tercetak dan target", "Printed means and targets")
    note = Text(
        "AK tercetak dengan tanda %. Target pembayaran: pembayaran penuh.",
        "AK is printed with a % sign. Target of the payment: full payment.",
    )
    return table("means", title, columns, rows, note, source=SOURCE)


def _units() -> Table:
    n = published.months()
    means = published.printed()
    rows = [
        _unit_row(Text("per mil (‰)", "per mil (‰)"), means, n),
        _unit_row(Text("persen (%)", "per cent (%)"), as_per_cent(means), n),
    ]
    columns = (
        column("reading", "Bacaan", "Reading"),
        column("ak_permille", "AK (‰)", "AK (‰)", "number", 2),
        column(
            "share",
            "Bulan dengan AK dan RRNS sesuai target, paling sedikit (%)",
            "Months on the targets of AK and RRNS, at least (%)",
            "number",
            1,
        ),
        column("bound", "Pembayaran, paling rendah (%)", "Payment, at least (%)", "number", 2),
        column("low", "Pembayaran terendah (%)", "Lowest payment (%)", "number", 2),
        column("high", "Pembayaran tertinggi (%)", "Highest payment (%)", "number", 2),
        column("mixes", "Susunan yang mungkin", "Possible mixes", "integer"),
    )
    title = Text(
        "Dua bacaan satuan AK dan pembayaran yang mungkin",
        "Two readings of the unit of AK and the payments they allow",
    )
    note = Text(
        "'Paling rendah' dan 'paling sedikit' berlaku untuk jumlah bulan berapa pun; tiga kolom"
        " terakhir hasil pencarian atas {n} bulan.",
        "'At least' holds for any number of months; the last three columns are from the search"
        " over {n} months.",
    )
    return table("units", title, columns, rows, fill(note, {"n": n}), _TWO_DECIMALS, source=SOURCE)


def _unit_row(reading: Text, means: Mapping[str, str], n: int | None) -> dict[str, Any]:
    """Return what the means allow with AK read in this unit, over any months and over `n`."""
    ends = published.payment_range(means, n)
    found = published.search(means, n)
    return {
        "reading": reading,
        "ak_permille": float(means["ak"]),
        "share": 100 * float(share_on_both_targets(means)),
        "bound": float(least_payment(means)),
        "low": float(ends[0]) if ends else float("nan"),
        "high": float(ends[1]) if ends else float("nan"),
        "mixes": len(found.found) if found else 0,
    }


def _counts() -> Table:
    law = published.law()
    every = {name: law.indicators[name].label for name in INDICATORS} | {"payment": PAYMENT}
    rows = [
        {
            "quantity": name,
            "step": float(published.step(key)),
            "counts": published.listed(published.counts(key)),
        }
        for key, name in every.items()
    ]
    rows.append(
        {
            "quantity": Text("Keempatnya", "All four"),
            "step": None,
            "counts": published.listed(published.counts(*every)),
        }
    )
    columns = (
        column("quantity", "Rata-rata", "Mean"),
        column("step", "Kelipatan nilai bulanan", "Monthly values in steps of", "number", 2),
        column("counts", "Jumlah bulan yang mungkin", "Possible numbers of months"),
    )
    most = published.MOST_MONTHS
    title = Text(
        f"Jumlah bulan (sampai {most}) yang cocok dengan angka tercetak",
        f"Numbers of months (up to {most}) that fit the printed digits",
    )
    return table("counts", title, columns, rows, _TWO_DECIMALS, source=SOURCE)


def _found() -> tuple[Mix, ...]:
    found = published.mixes()
    return found.found if found else ()


def _span(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _mixes() -> Table:
    edge = f"{published.law().indicators['ak'].edges[0][0]:f}"
    rows = [
        {
            "mix": place,
            **{f"at_{level:f}": n for level, n in mix.months.items()},
            "above": _span(mix.reached["ak"][2]),
            **{name: _span(mix.reached[name][4]) for name in INDICATORS},
            "score_low": float(mix.mean_score[0]) if mix.mean_score else float("nan"),
            "score_high": float(mix.mean_score[1]) if mix.mean_score else float("nan"),
        }
        for place, mix in enumerate(_found(), 1)
    ]
    paid = Text("Bulan dengan pembayaran", "Months paid")
    reached = Text("Bulan yang mencapai", "Months that reached")
    score = Text("Rata-rata nilai capaian", "Mean score")
    columns = (
        column("mix", "Susunan", "Mix", "integer"),
        *(
            column(f"at_{level}", f"{level}%", f"{level}%", "integer", 0, paid)
            for level in published.levels()
        ),
        column("above", f"AK > {edge}‰", f"AK > {edge}‰", spanner=reached),
        *(
            column(name, f"target {name.upper()}", f"{name.upper()} target", spanner=reached)
            for name in INDICATORS
        ),
        column("score_low", "terendah", "lowest", "number", 2, score),
        column("score_high", "tertinggi", "highest", "number", 2, score),
    )
    n = published.months()
    title = Text(
        f"Semua susunan pembayaran {n} bulan yang cocok dengan keempat rata-rata",
        f"All mixes of {n} monthly payments that fit the four means",
    )
    return table("mixes", title, columns, rows, _TWO_DECIMALS, source=SOURCE)


def _examples() -> Table:
    rows = [
        {
            "mix": place,
            "month": number,
            "ak_permille": float(month.values["ak"]),
            "rrns_pct": float(month.values["rrns"]),
            "rppt_pct": float(month.values["rppt"]),
            "ratings": "–".join(map(str, month.levels)),
            "score": float(month.score or 0),
            "payment_pct": float(month.payment),
        }
        for place, mix in enumerate(_found(), 1)
        for number, month in enumerate(mix.witness, 1)
    ]
    columns = (
        column("mix", "Susunan", "Mix", "integer"),
        column("month", "Bulan", "Month", "integer"),
        *(
            Column(key, Text(label(key, "id", unit=True), label(key, "en", unit=True)), "number", 2)
            for key in ("ak_permille", "rrns_pct", "rppt_pct")
        ),
        column("ratings", "Rating AK–RRNS–RPPT", "Ratings AK–RRNS–RPPT"),
        column("score", "Nilai capaian", "Score", "number", 1),
        column("payment_pct", "Pembayaran (%)", "Payment (%)", "number", 0),
    )
    title = Text(
        "Contoh nilai bulanan yang rata-ratanya persis seperti tercetak",
        "Example of monthly values whose means are exactly as printed",
    )
    note = Text(
        "Bukan data Puskesmas Kampak: satu dari sangat banyak kemungkinan per susunan, diurutkan"
        " menurut pembayaran; urutan bulan yang sebenarnya tidak diketahui.",
        "Not data of Puskesmas Kampak: one of very many possibilities per mix, ordered by payment;"
        " the true order of the months is not known.",
    )
    return table("example-months", title, columns, rows, note, _TWO_DECIMALS, source=SOURCE)
