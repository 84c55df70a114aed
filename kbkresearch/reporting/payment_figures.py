"""Figures of capitation results: rates and tariffs, fund against paid, who gains, who is underpaid.

Every function draws one result on given axes. What lies on either side of a line is told by the
shape of its marker as well as by its colour; limits are drawn wherever the result holds them.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import seaborn as sns

from kbkresearch import formats
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.reporting.capitation import PAYMENTS, PER, in_age_order, shown, source_of
from kbkresearch.reporting.drawing import (
    CROWDED,
    MOST_SERIES,
    Rows,
    Series,
    draw_rows,
    draw_series,
    legend_above,
    name_rows,
)
from kbkresearch.reporting.figures import draw_on, source_line
from kbkresearch.results import marked_title
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from kbkresearch.capitation.adjusted import AdjustedCapitation
    from kbkresearch.capitation.capitate import Capitation
    from kbkresearch.capitation.evaluate import Evaluation
    from kbkresearch.capitation.standardise import StandardisedRates
    from kbkresearch.reporting.drawing import Floats
    from kbkresearch.reporting.figures import Painter, Size
    from kbkresearch.results import ShownResult

MOST_ROWS = 60
_MILLION = 1e6
_PER_MONTH = Text("Rp per peserta dan bulan", "Rp per member and month")


def figures_of(result: ShownResult) -> dict[str, tuple[Painter, Size]]:
    """Return the figures of a result, the first being the one that is drawn by default.

    Parameters
    ----------
    result : ShownResult

    Returns
    -------
    dict of str to (callable, (float, float))
        Function and size by name; only figures that the result holds the numbers for.
    """
    found: dict[str, tuple[Painter, Size]] = _KINDS[type(result).__name__](result)
    return found


def plot_result(
    result: ShownResult, ax: Axes | None = None, lang: str = "id", kind: str | None = None
) -> Axes:
    """Draw one figure of a result.

    Parameters
    ----------
    result : ShownResult
    ax : Axes, optional
        Where to draw; a new figure by default.
    lang : {"id", "en"}
    kind : str, optional
        Name of the figure; the first by default.

    Returns
    -------
    Axes

    Raises
    ------
    UnknownNameError
    """
    known = figures_of(result)
    name = kind or next(iter(known))
    if name not in known:
        raise UnknownNameError(f"figure of {type(result).__name__}", name, known)
    return draw_on(*known[name], ax, lang)


def _capitation(result: Capitation) -> dict[str, tuple[Painter, Size]]:
    strata = result.frame[result.by[-1] if "stratum_kind" in result.by else result.by[0]].nunique()
    wide = (float(np.clip(3.4 + 0.36 * strata, 6.5, 12)), 4.8)
    found: dict[str, tuple[Painter, Size]] = {
        "rates": (partial(_curves, result, "rate_permille"), wide),
        "tariffs": (partial(_curves, result, "tariff_rp"), wide),
    }
    if "paid_rp" in result.totals:
        found["fund_against_paid"] = (
            partial(_fund_against_paid, result),
            _tall(len(result.totals), 0.34 if len(result.totals) <= CROWDED else 0.25),
        )
    return found


def _adjusted(result: AdjustedCapitation) -> dict[str, tuple[Painter, Size]]:
    return {"gains_and_losses": (partial(_gains_and_losses, result), _tall(len(result.frame)))}


def _evaluation(result: Evaluation) -> dict[str, tuple[Painter, Size]]:
    rows = _tall(len(_groups(result)))
    found: dict[str, tuple[Painter, Size]] = {
        "under_compensation": (partial(_under_compensation, result), rows),
        "predictive_ratio": (partial(_predictive_ratio, result), rows),
    }
    if len(result.deciles):
        found["deciles"] = (partial(_deciles, result), _tall(len(result.deciles)))
    return found


def _standardised(result: StandardisedRates) -> dict[str, tuple[Painter, Size]]:
    return {"standardised": (partial(_rates_of_groups, result), _tall(len(result.frame)))}


_KINDS: dict[str, Any] = {
    "Capitation": _capitation,
    "AdjustedCapitation": _adjusted,
    "Evaluation": _evaluation,
    "StandardisedRates": _standardised,
}


def _tall(rows: int, each: float = 0.25) -> Size:
    return (8.0, 2.2 + each * min(rows, MOST_ROWS))


def _curves(result: Capitation, column: str, ax: Axes, lang: str) -> None:
    """Draw rates or tariffs by stratum with limits."""
    low, high = {
        "rate_permille": ("ci_low", "ci_high"),
        "tariff_rp": ("tariff_ci_low_rp", "tariff_ci_high_rp"),
    }[column]
    marginal = "stratum_kind" in result.by
    across = "stratum" if marginal else result.by[0]
    parts = [*result.groups, *result.by[1:]] if not marginal else list(result.groups)
    ticks = list(dict.fromkeys(result.frame[across]))
    several = []
    for key, part in result.frame.groupby(parts, sort=False) if parts else [((), result.frame)]:
        cells = part.set_index(across).reindex(ticks)
        name = ", ".join(
            shown(value, column).to(lang) for column, value in zip(parts, key, strict=True)
        )
        values, down, up = (cells[one].to_numpy(float) for one in (column, low, high))
        several.append(Series(name, values, down, up, _mean(part, column)))
    if len(several) > MOST_SERIES:
        raise BadArgumentError(
            f"{len(several)} curves cannot be told apart; at most {MOST_SERIES} are drawn."
            " Take all groups together (groups=[]) or choose some."
        )
    draw_series(
        ax,
        [_dashed(shown(one, across).to(lang)) for one in ticks],
        several,
        lang,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.24),
        ncols=min(len(several), 3),
    )
    ax.set_xlabel(Text("Kelompok", "Stratum").to(lang) if marginal else label(across, lang))
    per = PER[result.period]
    unit = {
        "rate_permille": Text(f"Rate utilisasi (‰ per {per.id})", f"Rate (‰ per {per.en})"),
        "tariff_rp": Text(
            f"Tarif (Rp per peserta per {per.id})", f"Tariff (Rp per member per {per.en})"
        ),
    }[column]
    ax.set_ylabel(unit.to(lang))
    what = {
        "rate_permille": Text("Rate utilisasi", "Utilisation rate"),
        "tariff_rp": Text("Tarif dari rate sendiri", "Tariff from own rates"),
    }[column]
    whom = Text(", semua bersama", ", all together") if not result.groups else Text("", "")
    _title(ax, Text(what.id + whom.id, what.en + whom.en), result, lang)
    percent = formats.number(100 * result.level, lang)
    note = Text(
        f"Batang: interval kepercayaan {percent}%; garis: rata-rata.",
        f"Bars: {percent}% confidence intervals; lines: means.",
    )
    source_line(ax, source_of(result, note), lang)


def _mean(part: pd.DataFrame, column: str) -> float | None:
    """Return the mean over the strata of a curve; none where cells were suppressed."""
    values = part[column].to_numpy(float)
    weights = part["member_months"].to_numpy(float)
    there = weights > 0
    if not np.isfinite(values[there]).all() or not there.any():
        return None
    return float(np.average(values[there], weights=weights[there]))


def _fund_against_paid(result: Capitation, ax: Axes, lang: str) -> None:
    """Draw the fund of own rates and what is paid, one group a row."""
    totals = result.totals.assign(_gap=result.totals["difference_rp"])
    totals = _ends(totals, "_gap").sort_values("_gap", ascending=False)
    place = np.arange(len(totals))
    fund, paid = (totals[name].to_numpy(float) / _MILLION for name in ("fund_rp", "paid_rp"))
    palette = sns.color_palette("colorblind")
    ax.hlines(place, fund, paid, color="#999999", linewidth=1.2)
    spent = Text("Biaya kunjungan", "Cost of the visits").to(lang)
    received = Text("Kapitasi dibayar", "Capitation paid").to(lang)
    ax.plot(fund, place, "o", color=palette[0], label=spent)
    look = {"markerfacecolor": "white", "markeredgecolor": palette[1], "markeredgewidth": 1.6}
    ax.plot(paid, place, "s", label=received, **look)
    if len(totals) <= CROWDED:
        for row, (one, gap) in enumerate(zip(np.maximum(fund, paid), totals["_gap"], strict=True)):
            sign = "+" if gap > 0 else ""
            ax.annotate(
                f"{sign}{formats.rupiah(gap, lang)}"
                if gap >= 0
                else f"−{formats.rupiah(-gap, lang)}",
                (one, row),
                xytext=(9, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
    name_rows(ax, _names(totals, result.groups, lang))
    ax.set_xlim(
        0, float(np.nanmax(np.maximum(fund, paid))) * (1.3 if len(totals) <= CROWDED else 1.05)
    )
    ax.xaxis.set_major_formatter(lambda value, _: formats.number(value, lang))
    per = PER[result.period]
    ax.set_xlabel(Text(f"Juta rupiah per {per.id}", f"Million rupiah per {per.en}").to(lang))
    legend_above(ax, 2)
    _title(
        ax,
        Text(
            "Kapitasi yang dibayar dan biaya kunjungan",
            "Capitation paid and the cost of the visits",
        ),
        result,
        lang,
    )
    note = Text(
        "Biaya kunjungan = kunjungan × biaya; biaya lain fasilitas tidak tercakup.",
        "Cost of the visits = visits × cost; other costs of a facility are not covered.",
    )
    source_line(ax, source_of(result, note), lang)


def _gains_and_losses(result: AdjustedCapitation, ax: Axes, lang: str) -> None:
    """Draw what each group gains or loses per member when payment follows its mix."""
    frame = result.frame.assign(
        _gap=result.frame["adjusted_pmpm_rp"] - result.frame["flat_pmpm_rp"]
    )
    frame = _ends(frame, "_gap").sort_values("_gap", ascending=False)
    gap = frame["_gap"].to_numpy(float)
    sides = (
        Text("dibayar lebih daripada datar", "paid more than flat"),
        Text("sama", "the same"),
        Text("dibayar kurang daripada datar", "paid less than flat"),
    )
    rows = Rows(_names(frame, result.groups, lang), gap, gap, gap, 0.0, sides, worse_below=True)
    draw_rows(ax, rows, lang, stems=True)
    ax.set_xlabel(_PER_MONTH.to(lang))
    _title(ax, Text("Siapa bertambah dan siapa berkurang", "Who gains and who loses"), result, lang)
    note = Text(
        "Kapitasi disesuaikan − datar, anggaran sama.", "Adjusted − flat capitation, same budget."
    )
    source_line(ax, source_of(result, note), lang)


def _groups(result: Evaluation) -> pd.DataFrame:
    """Return the groups of an evaluation; facilities only where nothing else is grouped."""
    frame = in_age_order(result.frame[result.frame["grouping"] != "all"])
    classes = frame[frame["grouping"] != "facility_id"]
    return classes if len(classes) else (frame if len(frame) else result.frame)


def _under_compensation(result: Evaluation, ax: Axes, lang: str) -> None:
    """Draw cost minus payment by group, with limits."""
    frame = _groups(result)
    sides = (
        Text("dibayar kurang", "paid too little"),
        Text("tidak dapat dipastikan", "cannot be told"),
        Text("dibayar lebih", "paid too much"),
    )
    values = _limits(frame, "under_compensation_pmpm", "ci_low", "ci_high")
    draw_rows(ax, Rows(_groups_named(frame, lang), *values, 0.0, sides), lang)
    ax.set_xlabel(
        Text(f"Biaya − pembayaran ({_PER_MONTH.id})", f"Cost − payment ({_PER_MONTH.en})").to(lang)
    )
    _title(ax, Text("Siapa dibayar kurang", "Who is paid too little"), result, lang)
    source_line(ax, source_of(result, _BARS), lang)


def _predictive_ratio(result: Evaluation, ax: Axes, lang: str) -> None:
    """Draw payment over cost by group, with limits."""
    frame = _groups(result)
    _ratios(frame, _groups_named(frame, lang), ax, lang)
    _title(ax, Text("Rasio prediktif", "Predictive ratio"), result, lang)
    source_line(ax, source_of(result, _BARS), lang)


def _deciles(result: Evaluation, ax: Axes, lang: str) -> None:
    """Draw payment over cost by tenths of member-months in order of payment."""
    tenth = Text("desil", "decile").to(lang)
    _ratios(result.deciles, [f"{tenth} {one}" for one in result.deciles["group"]], ax, lang)
    title = Text(
        "Rasio prediktif menurut desil pembayaran", "Predictive ratio by decile of payment"
    )
    _title(ax, title, result, lang)
    source_line(ax, source_of(result, _BARS), lang)


_BARS = Text("Batang: interval kepercayaan.", "Bars: confidence intervals.")


def _ratios(frame: pd.DataFrame, names: list[str], ax: Axes, lang: str) -> None:
    sides = (
        Text("dibayar lebih", "paid too much"),
        Text("tidak dapat dipastikan", "cannot be told"),
        Text("dibayar kurang", "paid too little"),
    )
    limits = ("predictive_ratio_ci_low", "predictive_ratio_ci_high")
    values = _limits(frame, "predictive_ratio", *limits)
    draw_rows(ax, Rows(names, *values, 1.0, sides, worse_below=True), lang, decimals=2)
    ax.set_xlabel(Text("Pembayaran ÷ biaya", "Payment ÷ cost").to(lang))


def _rates_of_groups(result: StandardisedRates, ax: Axes, lang: str) -> None:
    """Draw standardised rates, or observed over expected events, of every group."""
    frame = result.frame.sort_values("estimate", ascending=False)
    direct = result.method == "direct"
    scale = 1000 if direct else 1
    values = _limits(frame, "estimate", "ci_low", "ci_high", scale)
    line = 1000 * frame["n_events"].sum() / frame["population"].sum() if direct else 1.0
    sides = (
        Text("di atas acuan", "above the standard"),
        Text("tidak dapat dipastikan", "cannot be told"),
        Text("di bawah acuan", "below the standard"),
    )
    rows = Rows(_names(frame, result.groups, lang), *values, float(line), sides)
    draw_rows(ax, rows, lang, decimals=0 if direct else 2)
    ax.set_xlabel(
        Text("Kejadian per 1.000", "Events per 1,000").to(lang)
        if direct
        else Text("Teramati ÷ harapan", "Observed ÷ expected").to(lang)
    )
    _title(ax, result.title, result, lang)
    source_line(ax, source_of(result, _BARS), lang)


def _limits(
    frame: pd.DataFrame, value: str, low: str, high: str, scale: float = 1
) -> tuple[Floats, Floats, Floats]:
    """Return values and their limits as arrays."""
    found = [frame[name].to_numpy(float) * scale for name in (value, low, high)]
    return found[0], found[1], found[2]


def _title(ax: Axes, text: Text, result: ShownResult, lang: str) -> None:
    payment = PAYMENTS.get(result.frame.attrs.get("payment", ""))
    if payment is not None:
        text = Text(f"{text.id}: {payment.id}", f"{text.en}: {payment.en}")
    title = marked_title(text, synthetic=result.is_synthetic)
    ax.set_title(title.to(lang), pad=28 if ax.get_legend() and ax.yaxis_inverted() else 12)


def _names(frame: pd.DataFrame, groups: Sequence[str], lang: str) -> list[str]:
    """Return what the rows of groups are called."""
    if not groups:
        return [Text("semua", "all").to(lang)] * len(frame)
    keys = frame[list(groups)].itertuples(index=False, name=None)
    return [
        ", ".join(shown(value, name).to(lang) for name, value in zip(groups, key, strict=True))
        for key in keys
    ]


def _groups_named(frame: pd.DataFrame, lang: str) -> list[str]:
    return [
        f"{label(grouping, lang)}: {_dashed(shown(group, grouping).to(lang))}"
        if grouping in {"age_band", "sex"}
        else shown(group, grouping).to(lang)
        for grouping, group in zip(frame["grouping"], frame["group"], strict=True)
    ]


def _dashed(text: str) -> str:
    """Return a range of ages with the dash that print uses."""
    return re.sub(r"(?<=\d)-(?=\d)", "–", text)


def _ends(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return all rows, or where they are too many to read those at both ends."""
    if len(frame) <= MOST_ROWS:
        return frame
    ordered = frame.sort_values(column)
    half = MOST_ROWS // 2
    return pd.concat([ordered.head(half), ordered.tail(half)])
