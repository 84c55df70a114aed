"""What figures are made of: series with limits over ticks, and values with limits one a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import seaborn as sns

from kbkresearch import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from kbkresearch.vocabulary import Text

Floats: TypeAlias = "NDArray[np.float64]"
MOST_SERIES = 6
CROWDED = 6
_MARKERS = ("o", "s", "^", "D", "v", "P")
_LINES: tuple[Any, ...] = ("--", ":", "-.", (0, (5, 1)), (0, (1, 3)), (0, (3, 1, 1, 1)))
_STEP, _ROOM = 0.24, 0.72


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Values with limits over the same ticks.

    Attributes
    ----------
    name : str
    values, low, high : array, shape (n,)
    mean : float or None
        Drawn as a line over all ticks.
    """

    name: str
    values: Floats
    low: Floats
    high: Floats
    mean: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Values with limits, one a row, and the line that they are compared with.

    Attributes
    ----------
    names : list of str, length n
    values, low, high : array, shape (n,)
    line : float
    sides : (Text, Text, Text)
        What it means to lie above the line for certain, on either side, and below.
    worse_below : bool
        Which side has the colour of those who fare worse.
    """

    names: list[str]
    values: Floats
    low: Floats
    high: Floats
    line: float
    sides: tuple[Text, Text, Text]
    worse_below: bool = False


def draw_series(
    ax: Axes, ticks: Sequence[str], several: Sequence[Series], lang: str, **legend: Any
) -> None:
    """Draw series side by side, each with its marker, its limits and the line of its mean.

    Parameters
    ----------
    ax : Axes
    ticks : sequence of str, length n
    several : sequence of Series
    lang : {"id", "en"}
    **legend
        Where the legend goes.
    """
    palette = sns.color_palette("colorblind")
    step = min(_STEP, _ROOM / len(several))
    for place, one in enumerate(several):
        ax.errorbar(
            np.arange(len(ticks)) + (place - (len(several) - 1) / 2) * step,
            one.values,
            yerr=np.maximum(np.array([one.values - one.low, one.high - one.values]), 0),
            fmt=_MARKERS[place],
            color=palette[place],
            markersize=6,
            capsize=3,
            linewidth=1.2,
            label=one.name,
        )
        if one.mean is not None:
            ax.axhline(one.mean, color=palette[place], linestyle=_LINES[place], linewidth=1)
    ax.set_xticks(range(len(ticks)), list(ticks), rotation=45)
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(lambda value, _: formats.number(value, lang))
    if several[0].name:
        ax.legend(**legend)


def draw_rows(ax: Axes, rows: Rows, lang: str, *, stems: bool = False, decimals: int = 0) -> None:
    """Draw values with limits, one a row; their side of the line told by marker and colour."""
    palette = sns.color_palette("colorblind")
    place = np.arange(len(rows.values))
    warm, cold = (palette[0], palette[3]) if rows.worse_below else (palette[3], palette[0])
    above, below = rows.low > rows.line, rows.high < rows.line
    looks = ((above, ">", warm), (~(above | below), "o", "#777777"), (below, "<", cold))
    for (there, marker, color), side in zip(looks, rows.sides, strict=True):
        which = there & np.isfinite(rows.values)
        if not which.any():
            continue
        if stems:
            ax.hlines(place[which], rows.line, rows.values[which], color=color, linewidth=1.2)
        else:
            ax.hlines(place[which], rows.low[which], rows.high[which], color=color, linewidth=1.2)
        ax.plot(
            rows.values[which], place[which], marker, color=color, markersize=6, label=side.to(lang)
        )
    ax.axvline(rows.line, color="#333333", linewidth=0.9)
    ax.xaxis.set_major_formatter(lambda value, _: formats.number(value, lang, decimals))
    name_rows(ax, rows.names)
    legend_above(ax, 3)


def name_rows(ax: Axes, names: list[str]) -> None:
    """Name the rows of a figure, the first on top."""
    ax.set_yticks(range(len(names)), names, fontsize=8.5 if len(names) > CROWDED else 10)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.grid(axis="y", color="#EEEEEE", linewidth=0.8)
    ax.set_axisbelow(True)


def legend_above(ax: Axes, columns: int) -> None:
    """Put the legend between title and rows, where nothing is drawn."""
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, fontsize=8.5)
