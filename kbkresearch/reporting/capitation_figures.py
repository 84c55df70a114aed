"""Figures of the capitation study: rates and tariffs by age, what is paid and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import seaborn as sns

from kbkresearch import formats
from kbkresearch.reporting.drawing import Series, draw_series
from kbkresearch.reporting.figures import source_line
from kbkresearch.studies.hayana_sri_wahyuni_2019.published import (
    CLINIC,
    FACILITIES,
    covered,
    facility,
    groups,
    rates,
)
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZES = {
    "utilisation_by_age": (8, 4.6),
    "tariff_by_age": (8, 4.6),
    "paid_against_cost": (7, 3.4),
}
_RATE = ("rate_permille", "ci_low", "ci_high")
_TARIFF = ("tariff_rp", "tariff_ci_low_rp", "tariff_ci_high_rp")
_MILLION = 1e6
_SOURCE = Text(
    "Sumber: Rahmawati, doi:10.33846/2trik12115, Tabel 1 dan 2; batang: interval kepercayaan 95%"
    " (Byar) bila cacah dibaca sebagai kunjungan satu bulan; dihitung ulang dengan kbkresearch.",
    "Source: Rahmawati, doi:10.33846/2trik12115, Tables 1 and 2; bars: 95% confidence intervals"
    " (Byar) if the counts are read as one month's visits; recomputed with kbkresearch.",
)


def _by_age(ax: Axes, lang: str, *, per_member_rp: bool) -> None:
    """Draw rates (per 1,000) or tariffs of the age bands, with intervals and facilities' means."""
    several = []
    for name, label in FACILITIES.items():
        found, whole = rates(name, "age_band"), facility(name)
        value, low, high = found[list(_TARIFF if per_member_rp else _RATE)].to_numpy().T
        mean = float(whole.tariff if per_member_rp else whole.rate)
        several.append(Series(label.to(lang), value, low, high, mean))
    names = [one.stratum.replace("-", "–") for one in groups(CLINIC, "age_band")]
    draw_series(ax, names, several, lang, loc="lower right", ncols=2)
    ax.set_xlabel(Text("Kelompok umur (tahun)", "Age band (years)").to(lang))
    source_line(ax, _SOURCE, lang)


def utilisation_by_age(ax: Axes, lang: str) -> None:
    """Draw the utilisation rate by age for both facilities, with intervals and each mean."""
    _by_age(ax, lang, per_member_rp=False)
    ax.set_ylabel(Text("Rate utilisasi (‰ per bulan)", "Utilisation rate (‰ per month)").to(lang))
    title = Text("Rate utilisasi menurut umur", "Utilisation rate by age")
    if all(covered(name, "age_band", 1) == len(groups(name, "age_band")) for name in FACILITIES):
        title = Text(
            "Rate utilisasi menurut umur: interval setiap kelompok memuat rata-ratanya",
            "Utilisation by age: every interval contains the facility's mean",
        )
    ax.set_title(title.to(lang))


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


def paid_against_cost(ax: Axes, lang: str) -> None:
    """Draw what is paid against what the visits cost, for both facilities."""
    palette = sns.color_palette("colorblind")
    spent, received = (
        Text("Biaya kunjungan", "Cost of the visits"),
        Text("Kapitasi dibayar", "Capitation paid"),
    )
    for place, name in enumerate(FACILITIES):
        one, edge = facility(name), palette[place]
        _bar(ax, place - 0.2, one.fund, spent.to(lang), lang, color=edge, edgecolor=edge)
        look = {"color": "white", "edgecolor": edge, "hatch": "///"}
        _bar(ax, place + 0.2, one.paid, received.to(lang), lang, **look)
    ax.set_yticks(range(len(FACILITIES)), [label.to(lang) for label in FACILITIES.values()])
    ax.invert_yaxis()
    ax.set_xlim(0, max(facility(name).paid for name in FACILITIES) / _MILLION * 1.55)
    ax.set_xlabel(Text("Juta rupiah per bulan", "Million rupiah per month").to(lang))
    ax.set_title(
        Text(
            "Kapitasi yang dibayar dan biaya kunjungan",
            "Capitation paid and the cost of the visits",
        ).to(lang)
    )
    source = Text(
        "Sumber: Rahmawati, doi:10.33846/2trik12115, Tabel 1, 2 dan 5. Biaya kunjungan ="
        " kunjungan × {cost:rp}; biaya lain fasilitas tidak tercakup.",
        "Source: Rahmawati, doi:10.33846/2trik12115, Tables 1, 2 and 5. Cost of the visits ="
        " visits × {cost:rp}; other costs of the facility are not covered.",
    )
    source_line(ax, formats.fill(source, {"cost": facility(CLINIC).unit_cost_rp}), lang)


def _bar(ax: Axes, place: float, amount: int, name: str, lang: str, **look: Any) -> None:
    """Draw an amount of rupiah as a bar with its name."""
    bars = ax.barh(place, amount / _MILLION, 0.36, **look)
    label = f"{name}: {formats.rupiah(amount, lang)}"
    ax.bar_label(bars, [label], padding=4, fontsize=8.5)
