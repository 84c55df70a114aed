"""Figures of the capitation study: rates and tariffs by age, what is paid and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns

from kbkresearch import datasets, formats
from kbkresearch.capitation.rates import own_rate_tariffs, rate_interval
from kbkresearch.reporting.figures import source_line
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

SIZES = {
    "utilisation_by_age": (8, 4.6),
    "tariff_by_age": (8, 4.6),
    "paid_against_cost": (7, 3.4),
}
_NAMES = {"klinik-hayana": "Klinik Hayana", "dpp-sri-wahyuni": "DPP dr. Sri Wahyuni"}
_MARKERS = {"klinik-hayana": "o", "dpp-sri-wahyuni": "s"}
_SOURCE = Text(
    "Sumber: Rahmawati, doi:10.33846/2trik12115, Tabel 1 dan 2; batang: interval kepercayaan 95%"
    " (Byar) bila cacah dibaca sebagai kunjungan satu bulan; dihitung ulang dengan kbkresearch.",
    "Source: Rahmawati, doi:10.33846/2trik12115, Tables 1 and 2; bars: 95% confidence intervals"
    " (Byar) if the counts are read as one month's visits; recomputed with kbkresearch.",
)


def by_age() -> pd.DataFrame:
    """Return members, visits and the unit cost by facility and age band, as published."""
    key = ["facility_id", "stratum_kind", "stratum"]
    members = datasets.load("hayana-participants")[[*key, "members"]]
    visits = datasets.load("hayana-utilisation")[[*key, "visits"]]
    costs = datasets.load("hayana-tariffs")[[*key, "unit_cost_rp"]]
    joined = members.merge(visits, on=key, validate="1:1").merge(costs, on=key, validate="1:1")
    return joined[joined["stratum_kind"] == "age_band"]


def _by_age(ax: Axes, lang: str, *, per_member_rp: bool) -> None:
    palette = sns.color_palette("colorblind")
    table = by_age()
    for place, (facility, group) in enumerate(table.groupby("facility_id", sort=False)):
        name = str(facility)
        members, visits = group["members"].to_numpy(), group["visits"].to_numpy()
        cost = float(group["unit_cost_rp"].iloc[0]) if per_member_rp else 1000.0
        found = rate_interval(visits, members)
        mean = visits.sum() / members.sum() * cost
        where = np.arange(len(group)) + (place - 0.5) * 0.24
        reach = np.array([found.rate - found.ci_low, found.ci_high - found.rate]) * cost
        ax.errorbar(
            where,
            found.rate * cost,
            yerr=reach,
            fmt=_MARKERS[name],
            color=palette[place],
            markersize=6,
            capsize=3,
            linewidth=1.2,
            label=_NAMES[name],
        )
        ax.axhline(mean, color=palette[place], linestyle=("--", ":")[place], linewidth=1)
    bands = table["stratum"].drop_duplicates().str.replace("-", "–").tolist()
    ax.set_xticks(range(len(bands)), bands, rotation=45)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: formats.number(value, lang))
    ax.set_xlabel(Text("Kelompok umur (tahun)", "Age band (years)").to(lang))
    ax.legend(loc="lower right", ncols=2)


def utilisation_by_age(ax: Axes, lang: str) -> None:
    """Draw the utilisation rate by age for both facilities, with intervals and each mean."""
    _by_age(ax, lang, per_member_rp=False)
    ax.set_ylabel(Text("Rate utilisasi (‰ per bulan)", "Utilisation rate (‰ per month)").to(lang))
    ax.set_title(
        Text(
            "Rate utilisasi menurut umur: interval setiap kelompok memuat rata-ratanya",
            "Utilisation by age: every interval contains the facility's mean",
        ).to(lang)
        if _every_interval_holds_the_mean()
        else Text("Rate utilisasi menurut umur", "Utilisation rate by age").to(lang)
    )
    source_line(ax, _SOURCE, lang)


def _every_interval_holds_the_mean() -> bool:
    for _, group in by_age().groupby("facility_id"):
        members, visits = group["members"].to_numpy(), group["visits"].to_numpy()
        found, mean = rate_interval(visits, members), visits.sum() / members.sum()
        if not ((found.ci_low <= mean) & (mean <= found.ci_high)).all():
            return False
    return True


def tariff_by_age(ax: Axes, lang: str) -> None:
    """Draw the tariff by age for both facilities, with intervals and each mean."""
    _by_age(ax, lang, per_member_rp=True)
    ax.set_ylabel(
        Text("Tarif (Rp per peserta per bulan)", "Tariff (Rp per member per month)").to(lang)
    )
    ax.set_title(
        Text(
            "Tarif kapitasi menurut umur; garis: rata-rata fasilitas",
            "Capitation tariff by age; lines: the facility's mean",
        ).to(lang)
    )
    source_line(ax, _SOURCE, lang)


def paid_against_cost(ax: Axes, lang: str) -> None:
    """Draw what is paid against what the visits cost, for both facilities."""
    palette = sns.color_palette("colorblind")
    totals = datasets.load("hayana-fund-totals")
    totals = totals[totals["stratum_kind"] == "age_band"].set_index("facility_id")
    labels = (
        Text("Biaya kunjungan", "Cost of the visits"),
        Text("Kapitasi dibayar", "Capitation paid"),
    )
    rows: list[Any] = []
    for place, (facility, group) in enumerate(by_age().groupby("facility_id", sort=False)):
        cost = own_rate_tariffs(
            group["members"].to_numpy(), group["visits"].to_numpy(), group["unit_cost_rp"].iloc[0]
        ).fund_rp.sum()
        paid = float(totals["paid_rp"][str(facility)])
        for shift, value, colour, hatch, name in (
            (-0.2, float(cost), palette[place], "", labels[0]),
            (0.2, paid, "white", "///", labels[1]),
        ):
            bars = ax.barh(
                place + shift,
                value / 1e6,
                0.36,
                color=colour,
                edgecolor=palette[place],
                hatch=hatch,
            )
            ax.bar_label(
                bars, [f"{name.to(lang)}: {formats.rupiah(value, lang)}"], padding=4, fontsize=8.5
            )
        rows.append(_NAMES[str(facility)])
    ax.set_yticks(range(len(rows)), rows)
    ax.invert_yaxis()
    ax.set_xlim(0, float(totals["paid_rp"].max()) / 1e6 * 1.55)
    ax.set_xlabel(Text("Juta rupiah per bulan", "Million rupiah per month").to(lang))
    ax.set_title(
        Text(
            "Kapitasi yang dibayar dan biaya kunjungan",
            "Capitation paid and the cost of the visits",
        ).to(lang)
    )
    cost_line = Text(
        "Sumber: Rahmawati, doi:10.33846/2trik12115, Tabel 1, 2 dan 5. Biaya kunjungan ="
        " kunjungan × {cost:rp}; biaya lain fasilitas tidak tercakup.",
        "Source: Rahmawati, doi:10.33846/2trik12115, Tables 1, 2 and 5. Cost of the visits ="
        " visits × {cost:rp}; other costs of the facility are not covered.",
    )
    unit_cost = int(by_age()["unit_cost_rp"].iloc[0])
    source_line(ax, formats.fill(cost_line, {"cost": unit_cost}), lang)
