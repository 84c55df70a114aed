"""Figures of the score: its lattice, its bands, and what printed means allow."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.colors import ListedColormap

from kbkresearch import formats
from kbkresearch.regulation.intervals import Interval
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rules
from kbkresearch.reporting.figures import source_line
from kbkresearch.scoring.lattice import (
    mean_payment_range,
)
from kbkresearch.studies.north_sumatra_2023 import published as north_sumatra
from kbkresearch.studies.puskesmas_kampak_2024 import published as kampak
from kbkresearch.studies.puskesmas_pasawahan.printed import bands as printed_bands
from kbkresearch.studies.puskesmas_pasawahan.printed import readings
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kbkresearch.regulation.lookup import Outcome

SIZES = {
    "score_lattice": (9, 4.2),
    "bands": (8, 4.2),
    "feasible_months": (8, 3.6),
    "payment_range": (7.4, 4.6),
}
_RATINGS = (4, 3, 2, 1)
_AK_SHOWN = (132.0, 158.0)
_LAW = Text(
    "Sumber: {rules}, {law}. Setiap sel: nilai capaian; warna dan angka miring: pembayaran"
    " Puskesmas (%).",
    "Source: {rules}, {law}. Each cell: score; shade and italics: payment of Puskesmas (%).",
)


def score_lattice(ax: Axes, lang: str) -> None:
    """Draw every rating triple with its score and the payment of a Puskesmas."""
    law = rules("kbk-2019")
    cells: dict[tuple[Any, ...], Outcome] = {one.levels: one for one in outcomes(law)}
    columns = [*product(_RATINGS, _RATINGS)]
    grid = [[cells[ak, rrns, rppt] for ak, rppt in columns] for rrns in _RATINGS]
    pay = np.array([[float(one.payment["puskesmas"].value) for one in row] for row in grid])
    paid_levels = np.unique(pay)
    sns.heatmap(
        np.searchsorted(paid_levels, pay),
        ax=ax,
        cmap=ListedColormap(sns.light_palette("#0173b2", n_colors=len(paid_levels) + 1)[:-1]),
        cbar=False,
        linewidths=0.8,
        linecolor="white",
    )
    for (row, place), paid in np.ndenumerate(pay):
        score = formats.number(float(grid[row][place].score or 0), lang, 1)
        shown = formats.number(paid, lang)
        middle: dict[str, Any] = {"ha": "center", "va": "center"}
        ax.text(place + 0.5, row + 0.38, score, fontsize=9.5, **middle)
        ax.text(place + 0.5, row + 0.72, shown, fontsize=7.5, style="italic", **middle)
    for edge in (4, 8, 12):
        ax.axvline(edge, color="black", linewidth=1.4)
    ax.set_yticks(np.arange(4) + 0.5, [f"RRNS {rating}" for rating in _RATINGS], rotation=0)
    ax.set_xticks(np.arange(16) + 0.5, [str(rppt) for _, rppt in columns], rotation=0)
    ax.set_xlabel(
        Text("Rating RPPT, dalam setiap rating AK", "RPPT rating, within each AK rating").to(lang)
    )
    for place, ak in enumerate(_RATINGS):
        ax.text(place * 4 + 2, -0.12, f"AK {ak}", ha="center", va="bottom", fontweight="bold")
    title = Text(
        "64 kombinasi rating, 31 nilai, 4 tingkat pembayaran",
        "64 combinations of ratings, 31 scores, 4 payment levels",
    )
    ax.set_title(title.to(lang), pad=24)
    words = {"rules": law.id, "law": law.regulation.split(",")[0]}
    source_line(ax, formats.fill(_LAW, words), lang)


def bands(ax: Axes, lang: str) -> None:
    """Draw the AK bands as printed, read literally, against the bands applied."""
    indicator = rules("kbk-2019").indicators["ak"]
    texts = {int(band.level): printed_bands("ak")[int(band.level)] for band in indicator.bands}
    printed = {
        f"{level}: {text}": readings(text, indicator.domain)[0] for level, text in texts.items()
    }
    applied = {f"{band.level}: {band.interval}": band.interval for band in indicator.bands}
    rows = [*reversed(printed.items()), *reversed(applied.items())]
    palette = sns.color_palette("colorblind")
    for place, (_, interval) in enumerate(rows):
        _band(ax, place, interval, palette[3] if place < len(printed) else palette[0])
    ax.axhline(len(printed) - 0.5, color="#999999", linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.invert_yaxis()
    ax.set_xlim(*_AK_SHOWN)
    ax.set_xlabel(
        Text(
            "AK (‰; tercetak sebagai %). Lingkaran penuh: batas termasuk; kosong: tidak termasuk",
            "AK (‰; printed as %). Full circle: end included; open: not included",
        ).to(lang)
    )
    sides = {0: Text("tercetak", "as printed"), len(printed): Text("diterapkan", "as applied")}
    for place, words in sides.items():
        at = ("axes fraction", "data")
        ax.annotate(words.to(lang), (1.01, place), xycoords=at, va="center", fontsize=9)
    title = Text(
        "Rating AK: pita rating 1 tercetak tumpang tindih dengan tiga lainnya",
        "AK ratings: the printed band of rating 1 overlaps the three others",
    )
    ax.set_title(title.to(lang))
    source = Text(
        "Sumber: Tabel 2.3 dokumen Puskesmas Pasawahan (tercetak); {rules} (diterapkan, berstatus"
        " corrected).",
        "Source: Table 2.3 of the Puskesmas Pasawahan document (printed); {rules} (applied, status"
        " corrected).",
    )
    source_line(ax, formats.fill(source, {"rules": "kbk-2019"}), lang)


def _band(ax: Axes, place: int, interval: Interval, colour: Any) -> None:
    """Draw an interval as a bar, its ends as full or open circles."""
    left, right = _AK_SHOWN
    low, high = max(float(interval.low), left), min(float(interval.high), right)
    ax.plot([low, high], [place, place], color=colour, linewidth=5, solid_capstyle="butt")
    ends = ((interval.low, interval.low_closed), (interval.high, interval.high_closed))
    for end, closed in ends:
        if left < float(end) < right:
            face = colour if closed else "white"
            look = {"markersize": 9, "markerfacecolor": face, "markeredgecolor": colour}
            ax.plot(float(end), place, "o", **look)


def feasible_months(ax: Axes, lang: str) -> None:
    """Draw every mix of monthly payments that the printed means of Puskesmas Kampak allow."""
    n, found = kampak.months(), kampak.mixes()
    mixes = found.found if found else ()
    levels = [one for one in mixes[0].months if any(mix.months[one] for mix in mixes)]
    shades = sns.light_palette("#0173b2", n_colors=len(levels) + 1)[1:]
    for row, mix in enumerate(mixes):
        paid = [level for level in levels for _ in range(mix.months[level])]
        for month, level in enumerate(paid):
            shade = shades[levels.index(level)]
            ax.barh(row, 0.94, left=month + 0.03, height=0.6, color=shade, edgecolor="white")
            ink = "white" if level == levels[-1] else "black"
            ax.text(month + 0.5, row, f"{level}", ha="center", va="center", color=ink)
    reached = Text("AK > 140‰: paling sedikit {low} bulan", "AK > 140‰: at least {low} months")
    labels = [formats.fill(reached, {"low": mix.reached["ak"][2][0]}).to(lang) for mix in mixes]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.set_xlim(0, n)
    ax.set_xticks(range(0, (n or 0) + 1, 3))
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False)
    axis = Text("Banyaknya bulan; angka: pembayaran (%)", "Number of months; figures: payment (%)")
    ax.set_xlabel(axis.to(lang))
    title = Text(
        "Susunan {n} bulan yang cocok dengan semua rata-rata",
        "Mixes of {n} months that fit every printed mean",
    )
    ax.set_title(formats.fill(title, {"n": n}).to(lang))
    source = Text(
        "Sumber: Wahyuni (2024), rata-rata AK, RRNS, RPPT, dan pembayaran; pencarian atas 64"
        " kombinasi rating kbk-2019, nilai bulanan dua desimal; urutan bulan tidak diketahui.",
        "Source: Wahyuni (2024), means of AK, RRNS, RPPT and payment; search over the 64"
        " combinations of ratings of kbk-2019, monthly values of two decimals; order not known.",
    )
    source_line(ax, source, lang)


def payment_range(ax: Axes, lang: str) -> None:
    """Draw which mean payments each mean score allows, and what a printed mean allows."""
    _possible_payments(ax, lang)
    _printed_score(ax, lang)
    ax.set_xlabel(Text("Rata-rata nilai capaian", "Mean score").to(lang))
    ax.set_ylabel(Text("Rata-rata pembayaran (%)", "Mean payment (%)").to(lang))
    ax.xaxis.set_major_formatter(lambda value, _: formats.number(value, lang, 1))
    ax.legend(loc="upper left")
    title = Text(
        "Rata-rata nilai {mean:1} belum menentukan rata-rata pembayaran",
        "A mean score of {mean:1} does not fix the mean payment",
    )
    ax.set_title(formats.fill(title, {"mean": north_sumatra.score()}).to(lang))
    source = Text(
        "Sumber: kbk-2019, pembayaran Puskesmas; batas eksak atas semua campuran 31 nilai.",
        "Source: kbk-2019, payment of Puskesmas; exact limits over all mixtures of the 31 scores.",
    )
    source_line(ax, source, lang)


def _possible_payments(ax: Axes, lang: str) -> None:
    """Draw the range of the mean payment by mean score, and the payment of one facility."""
    law = rules("kbk-2019")
    scores = [Fraction(tenths, 10) for tenths in range(10, 41)]
    ends = [mean_payment_range(law, "puskesmas", _point(score)) for score in scores]
    many = Text("mungkin bagi rata-rata banyak FKTP", "possible for a mean of many facilities")
    ax.fill_between(
        [float(score) for score in scores],
        [float(end.low) for end in ends],
        [float(end.high) for end in ends],
        color=sns.color_palette("colorblind")[0],
        alpha=0.25,
        label=many.to(lang),
    )
    single = {one.score or Fraction(): one.payment["puskesmas"].value for one in outcomes(law)}
    ax.plot(
        [float(score) for score in sorted(single)],
        [float(single[score]) for score in sorted(single)],
        "o",
        color="black",
        markersize=3.5,
        label=Text("satu FKTP", "a single facility").to(lang),
    )


def _printed_score(ax: Axes, lang: str) -> None:
    """Draw the means that are printed as the score of North Sumatra, and what they allow."""
    palette = sns.color_palette("colorblind")
    within = north_sumatra.within()
    found = mean_payment_range(rules("kbk-2019"), "puskesmas", within)
    ends = [float(within.low), float(within.high)]
    paid = {"low": float(found.low), "high": float(found.high)}
    ax.axvspan(*ends, color=palette[1], alpha=0.25)
    ax.plot(ends, [*paid.values()], "D", color=palette[3], markersize=6)
    ax.annotate(
        formats.fill(Text("{low:2}% sampai {high:2}%", "{low:2}% to {high:2}%"), paid).to(lang),
        (ends[1], paid["high"]),
        xytext=(14, -22),
        textcoords="offset points",
        fontsize=10,
    )


def _point(score: Fraction) -> Interval:
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return Interval(exact, exact, low_closed=True, high_closed=True)
