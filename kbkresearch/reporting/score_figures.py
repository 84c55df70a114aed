"""Figures of the score: its lattice, its bands, and what printed means allow."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import seaborn as sns
from matplotlib.colors import ListedColormap

from kbkresearch import datasets, formats
from kbkresearch.regulation.intervals import Interval
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rules
from kbkresearch.reporting.figures import source_line
from kbkresearch.scoring.lattice import (
    feasible_mixes,
    mean_payment_range,
    possible_counts,
    printed_interval,
)
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
_LAW = Text(
    "Sumber: {rules}, {law}. Setiap sel: nilai capaian; warna dan angka miring: pembayaran"
    " Puskesmas (%).",
    "Source: {rules}, {law}. Each cell: score; shade and italics: payment of Puskesmas (%).",
)


def score_lattice(ax: Axes, lang: str) -> None:
    """Draw every rating triple with its score and the payment of a Puskesmas."""
    law = rules("kbk-2019")
    ratings = (4, 3, 2, 1)
    cells: dict[tuple[Any, ...], Outcome] = {one.levels: one for one in outcomes(law)}
    columns = [(ak, rppt) for ak in ratings for rppt in ratings]
    pay = np.array(
        [
            [float(cells[ak, rrns, rppt].payment["puskesmas"].value) for ak, rppt in columns]
            for rrns in ratings
        ]
    )
    paid_levels = np.unique(pay)
    sns.heatmap(
        np.searchsorted(paid_levels, pay),
        ax=ax,
        cmap=ListedColormap(sns.light_palette("#0173b2", n_colors=len(paid_levels) + 1)[:-1]),
        cbar=False,
        linewidths=0.8,
        linecolor="white",
    )
    for row, rrns in enumerate(ratings):
        for place, (ak, rppt) in enumerate(columns):
            score = cells[ak, rrns, rppt].score or Fraction(0)
            ax.text(
                place + 0.5,
                row + 0.38,
                formats.number(float(score), lang, 1),
                ha="center",
                va="center",
                fontsize=9.5,
            )
            ax.text(
                place + 0.5,
                row + 0.72,
                formats.number(pay[row, place], lang),
                ha="center",
                va="center",
                fontsize=7.5,
                style="italic",
            )
    for edge in (4, 8, 12):
        ax.axvline(edge, color="black", linewidth=1.4)
    ax.set_yticks(np.arange(4) + 0.5, [f"RRNS {rating}" for rating in ratings], rotation=0)
    ax.set_xticks(np.arange(16) + 0.5, [str(rppt) for _, rppt in columns], rotation=0)
    ax.set_xlabel(
        Text("Rating RPPT, dalam setiap rating AK", "RPPT rating, within each AK rating").to(lang)
    )
    for place, ak in enumerate(ratings):
        ax.text(place * 4 + 2, -0.12, f"AK {ak}", ha="center", va="bottom", fontweight="bold")
    ax.set_title(
        Text(
            "64 kombinasi rating, 31 nilai, 4 tingkat pembayaran",
            "64 combinations of ratings, 31 scores, 4 payment levels",
        ).to(lang),
        pad=24,
    )
    words = {"rules": law.id, "law": law.regulation.split(",")[0]}
    source_line(ax, formats.fill(_LAW, words), lang)


def bands(ax: Axes, lang: str) -> None:
    """Draw the AK bands as printed, read literally, against the bands applied."""
    indicator = rules("kbk-2019").indicators["ak"]
    printed = printed_bands("ak")
    left, right = 132.0, 158.0
    rows: list[tuple[str, Any, int]] = []
    for band in reversed(indicator.bands):
        level = int(band.level)
        rows.append(
            (f"{level}: {printed[level]}", readings(printed[level], indicator.domain)[0], level)
        )
    rows += [
        (f"{band.level}: {band.interval}", band.interval, int(band.level))
        for band in reversed(indicator.bands)
    ]
    palette = sns.color_palette("colorblind")
    for place, (_, interval, _) in enumerate(rows):
        colour = palette[3] if place < len(indicator.bands) else palette[0]
        low, high = max(float(interval.low), left), min(float(interval.high), right)
        ax.plot([low, high], [place, place], color=colour, linewidth=5, solid_capstyle="butt")
        for end, closed in (
            (interval.low, interval.low_closed),
            (interval.high, interval.high_closed),
        ):
            if left < float(end) < right:
                face = colour if closed else "white"
                ax.plot(
                    float(end),
                    place,
                    "o",
                    markersize=9,
                    markerfacecolor=face,
                    markeredgecolor=colour,
                )
    ax.axhline(len(indicator.bands) - 0.5, color="#999999", linewidth=0.8, linestyle=":")
    ax.set_yticks(range(len(rows)), [name for name, _, _ in rows])
    ax.invert_yaxis()
    ax.set_xlim(left, right)
    ax.set_xlabel(
        Text(
            "AK (‰; tercetak sebagai %). Lingkaran penuh: batas termasuk; kosong: tidak termasuk",
            "AK (‰; printed as %). Full circle: end included; open: not included",
        ).to(lang)
    )
    for place, words in (
        (0, Text("tercetak", "as printed")),
        (4, Text("diterapkan", "as applied")),
    ):
        ax.annotate(
            words.to(lang),
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
        )
    ax.set_title(
        Text(
            "Rating AK: pita rating 1 tercetak tumpang tindih dengan tiga lainnya",
            "AK ratings: the printed band of rating 1 overlaps the three others",
        ).to(lang)
    )
    law = rules("kbk-2019")
    line = Text(
        "Sumber: Tabel 2.3 dokumen Puskesmas Pasawahan (tercetak); {rules} (diterapkan, berstatus"
        " corrected).",
        "Source: Table 2.3 of the Puskesmas Pasawahan document (printed); {rules} (applied, status"
        " corrected).",
    )
    source_line(ax, formats.fill(line, {"rules": law.id}), lang)


def feasible_months(ax: Axes, lang: str) -> None:
    """Draw every mix of monthly payments that the printed means of Puskesmas Kampak allow."""
    means = datasets.load("kampak-means").set_index("quantity")["mean"]
    printed = {str(name): str(value) for name, value in means.items()}
    months = possible_counts(printed["ak"])
    n = min(
        set(months).intersection(*(possible_counts(printed[name]) for name in ("rrns", "rppt")))
    )
    mixes = feasible_mixes(rules("kbk-2019"), "puskesmas", n, printed)
    levels = [
        level for level in mixes.found[0].months if any(mix.months[level] for mix in mixes.found)
    ]
    shades = sns.light_palette("#0173b2", n_colors=len(levels) + 1)[1:]
    for row, mix in enumerate(mixes.found):
        start = 0
        for level, shade in zip(levels, shades, strict=True):
            for month in range(start, start + mix.months[level]):
                ax.barh(row, 0.94, left=month + 0.03, height=0.6, color=shade, edgecolor="white")
                ink = "white" if level == levels[-1] else "black"
                ax.text(month + 0.5, row, f"{level}", ha="center", va="center", color=ink)
            start += mix.months[level]
    reached = Text("AK > 140‰: paling sedikit {low} bulan", "AK > 140‰: at least {low} months")
    labels = [
        formats.fill(reached, {"low": mix.reached["ak"][2][0]}).to(lang) for mix in mixes.found
    ]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.4, -0.6)
    ax.set_xlim(0, n)
    ax.set_xticks(range(0, n + 1, 3))
    ax.spines["left"].set_visible(False)
    ax.tick_params(left=False)
    ax.set_xlabel(
        Text("Banyaknya bulan; angka: pembayaran (%)", "Number of months; figures: payment (%)").to(
            lang
        )
    )
    title = Text(
        "Susunan {n} bulan yang cocok dengan semua rata-rata",
        "Mixes of {n} months that fit every printed mean",
    )
    ax.set_title(formats.fill(title, {"n": n}).to(lang))
    line = Text(
        "Sumber: Wahyuni (2024), rata-rata AK, RRNS, RPPT, dan pembayaran; pencarian atas 64"
        " kombinasi rating kbk-2019, nilai bulanan dua desimal; urutan bulan tidak diketahui.",
        "Source: Wahyuni (2024), means of AK, RRNS, RPPT and payment; search over the 64"
        " combinations of ratings of kbk-2019, monthly values of two decimals; order not known.",
    )
    source_line(ax, line, lang)


def payment_range(ax: Axes, lang: str) -> None:
    """Draw which mean payments each mean score allows, and what a mean of 2.8 allows."""
    law = rules("kbk-2019")
    palette = sns.color_palette("colorblind")
    scores = [Fraction(tenths, 10) for tenths in range(10, 41)]
    ends = [mean_payment_range(law, "puskesmas", _point(score)) for score in scores]
    where = [float(score) for score in scores]
    ax.fill_between(
        where,
        [float(end.low) for end in ends],
        [float(end.high) for end in ends],
        color=palette[0],
        alpha=0.25,
        label=Text(
            "mungkin bagi rata-rata banyak FKTP", "possible for a mean of many facilities"
        ).to(lang),
    )
    single = {
        one.score: one.payment["puskesmas"].value for one in outcomes(law) if one.score is not None
    }
    ax.plot(
        [float(score) for score in sorted(single)],
        [float(single[score]) for score in sorted(single)],
        "o",
        color="black",
        markersize=3.5,
        label=Text("satu FKTP", "a single facility").to(lang),
    )
    findings = datasets.load("north-sumatra-findings").set_index("item")
    printed = str(findings.loc[findings["value"].notna(), "value"].iloc[0])
    within = printed_interval(printed)
    found = mean_payment_range(law, "puskesmas", within)
    low, high = float(found.low), float(found.high)
    ax.axvspan(float(within.low), float(within.high), color=palette[1], alpha=0.25)
    ax.plot(
        [float(within.low), float(within.high)], [low, high], "D", color=palette[3], markersize=6
    )
    words = Text("{low:2}% sampai {high:2}%", "{low:2}% to {high:2}%")
    ax.annotate(
        formats.fill(words, {"low": low, "high": high}).to(lang),
        (float(within.high), high),
        xytext=(14, -22),
        textcoords="offset points",
        fontsize=10,
    )
    ax.set_xlabel(Text("Rata-rata nilai capaian", "Mean score").to(lang))
    ax.set_ylabel(Text("Rata-rata pembayaran (%)", "Mean payment (%)").to(lang))
    ax.xaxis.set_major_formatter(lambda value, _: formats.number(value, lang, 1))
    ax.legend(loc="upper left")
    title = Text(
        "Rata-rata nilai {mean:1} belum menentukan rata-rata pembayaran",
        "A mean score of {mean:1} does not fix the mean payment",
    )
    ax.set_title(formats.fill(title, {"mean": float(printed)}).to(lang))
    line = Text(
        "Sumber: kbk-2019, pembayaran Puskesmas; batas eksak atas semua campuran 31 nilai.",
        "Source: kbk-2019, payment of Puskesmas; exact limits over all mixtures of the 31 scores.",
    )
    source_line(ax, line, lang)


def _point(score: Fraction) -> Interval:
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return Interval(exact, exact, low_closed=True, high_closed=True)
