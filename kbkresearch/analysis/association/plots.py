"""The figure of an association: effect sizes with their intervals, one line per test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.analysis.association.names import EFFECT_LABELS, RATIOS, UNSIGNED
from kbkresearch.analysis.association.registry import METHODS
from kbkresearch.results import source_line
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text, check_lang, label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from kbkresearch.analysis.association.associate import Association

_SIGNED, _UNSIGNED, _RATIO = (
    Text("arah dan kekuatan (0 = tanpa hubungan)", "direction and strength (0 = no association)"),
    Text("kekuatan tanpa arah", "strength without direction"),
    Text("rasio, skala log (1 = tanpa hubungan)", "ratio, log scale (1 = no association)"),
)
_LOOKS = {_SIGNED: ("o", "#0173b2"), _UNSIGNED: ("s", "#de8f05"), _RATIO: ("D", "#029e73")}
_DRAWN = {"o": "●", "s": "■", "D": "◆"}
_EFFECT = Text("Ukuran efek", "Effect size")
_HOLLOW = Text("lambang kosong: tanpa selang", "hollow marks: no interval")
_TWO_SIDES = {name for name, one in METHODS.items() if one.shape in {"groups", "table"}} - {
    "jonckheere"
}
_TICKS = (1, 2, 5)
_POINTS = {"id": ",", "en": "."}
_PER_ROW, _AROUND, _WIDTH = 0.5, 1.7, 7.2


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the figure."""

    label: str
    kind: Text
    estimate: float
    low: float
    high: float

    @property
    def bounded(self) -> bool:
        """Tell whether there is an interval."""
        return not (math.isnan(self.low) or math.isnan(self.high))


def forest(found: Association, ax: Axes | None = None, lang: str = "id") -> Axes:
    """Draw the main effect size of every test with its interval.

    Parameters
    ----------
    found : Association
    ax : Axes, optional
        Where to draw; a new figure by default. Ratios stand in a panel of their own, on a
        logarithmic scale, beside what is measured from zero.
    lang : {"id", "en"}

    Returns
    -------
    Axes
        The first panel. Marks differ in shape by kind of effect; n, methods and version stand in
        the source line.
    """
    check_lang(lang)
    lines = [_line(row, lang) for row in found.frame.to_dict("records")]
    panels = [
        part
        for ratio in (False, True)
        if (part := [one for one in lines if (one.kind is _RATIO) == ratio])
    ]
    places = _places(ax, [len(part) for part in panels])
    for place, part in zip(places, panels, strict=True):
        _draw(place, part, lang)
    share = formats.number(100 * found.level, lang, 0 if (100 * found.level).is_integer() else 1)
    interval = Text(f"selang kepercayaan {share}%", f"{share}% intervals").to(lang)
    places[0].set_title(f"{found.title.to(lang)}\n{interval}", loc="left", fontsize=10)
    source_line(places[-1], _source(found, lines), lang)
    return places[0]


def _line(row: dict[Any, Any], lang: str) -> _Line:
    """Return a test as a line of the figure."""
    name, estimate = row["effect_name"], float(row["effect_size"])
    kind = _RATIO if name in RATIOS else _UNSIGNED if name in UNSIGNED else _SIGNED
    words = f"{label(row['factor'], lang)}\n{EFFECT_LABELS.get(name, Text(name, name)).to(lang)}"
    if row["method"] in _TWO_SIDES and row["direction"]:
        words += f" ({row['direction'].to(lang)})"
    return _Line(words, kind, estimate, float(row["ci_low"]), float(row["ci_high"]))


def _places(ax: Axes | None, sizes: Sequence[int]) -> list[Axes]:
    """Return one axes per panel, one below the other, as high as their lines need."""
    import matplotlib.pyplot as plt

    if ax is None:
        size = (_WIDTH, _AROUND + sum(_PER_ROW * n + 0.4 for n in sizes))
        shares = {"height_ratios": [n + 1 for n in sizes]}
        _, axes = plt.subplots(
            len(sizes), figsize=size, layout="constrained", squeeze=False, gridspec_kw=shares
        )
        return list(axes.flat)
    if len(sizes) == 1:
        return [ax]
    place = ax.get_subplotspec()
    ax.set_axis_off()
    if place is None:
        return [ax.inset_axes((0, 0.56, 1, 0.44)), ax.inset_axes((0, 0, 1, 0.4))]
    grid = place.subgridspec(len(sizes), 1, height_ratios=[n + 1 for n in sizes])
    return [ax.figure.add_subplot(grid[one]) for one in range(len(sizes))]


def _draw(ax: Axes, lines: Sequence[_Line], lang: str) -> None:
    """Draw lines from top to bottom, with the value of no association."""
    from matplotlib.ticker import LogLocator, NullLocator

    ratio = lines[0].kind is _RATIO
    for place, one in enumerate(lines):
        mark, colour = _LOOKS[one.kind]
        if one.bounded:
            ax.plot([one.low, one.high], [place, place], color=colour, linewidth=1.8)
        ax.plot(
            one.estimate, place, mark, color=colour, markersize=7,
            markerfacecolor=colour if one.bounded else "white",
        )  # fmt: skip
        ax.annotate(
            _numbers(one, lang), (1.01, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=8,
        )  # fmt: skip
    ax.axvline(1 if ratio else 0, color="0.4", linewidth=0.8, linestyle="--")
    if ratio:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=_TICKS))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.10g}".replace(".", _POINTS[lang]))
    ax.set_yticks(range(len(lines)), [one.label for one in lines], fontsize=8)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    kinds = dict.fromkeys(one.kind for one in lines)
    ax.set_xlabel(
        f"{_EFFECT.to(lang)}: {'; '.join(_legend(kind, lang) for kind in kinds)}", fontsize=9
    )
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(axis="y", length=0)


def _legend(kind: Text, lang: str) -> str:
    """Return what a mark stands for."""
    return f"{_DRAWN[_LOOKS[kind][0]]} {kind.to(lang)}"


def _numbers(one: _Line, lang: str) -> str:
    """Return estimate and limits in figures."""
    shown = formats.number(one.estimate, lang, 2)
    if not one.bounded:
        return shown
    low, high = (formats.number(end, lang, 2) for end in (one.low, one.high))
    return f"{shown} ({low}; {high})"


def _source(found: Association, lines: Sequence[_Line]) -> Text:
    """Return the source line: rows, methods, what hollow marks are, version."""
    n = sorted(set(found.frame["n"]))
    methods = [METHODS[name].label for name in dict.fromkeys(found.frame["method"])]
    hollow = [] if all(one.bounded for one in lines) else [_HOLLOW]

    def line(lang: str) -> str:
        rows = "–".join(formats.number(one, lang) for one in dict.fromkeys((n[0], n[-1])))
        words = [", ".join(one.to(lang) for one in methods), *(one.to(lang) for one in hollow)]
        return "; ".join([f"n = {rows}", *words, f"kbkresearch {__version__}"])

    return Text(line("id"), line("en"))
