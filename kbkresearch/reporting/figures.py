"""Figures: one function each, drawn on given axes, in either language, fit for print.

Colours are from seaborn's colour-blind palette; nothing is told by colour alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from kbkresearch.errors import UnknownNameError
from kbkresearch.reporting.files import replacing
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from matplotlib.axes import Axes

Painter: TypeAlias = "Callable[[Axes, str], None]"
Size: TypeAlias = tuple[float, float]

_HOMES = {
    "utilisation_by_age": "capitation_figures",
    "tariff_by_age": "capitation_figures",
    "paid_against_cost": "capitation_figures",
    "score_lattice": "score_figures",
    "bands": "score_figures",
    "feasible_months": "score_figures",
    "payment_range": "score_figures",
    "barrier_matrix": "study_figures",
    "verdicts": "study_figures",
}
FIGURES = tuple(_HOMES)

_STYLE: Any = {
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlesize": 11,
    "axes.titlepad": 12,
    "axes.labelsize": 10,
    "figure.dpi": 110,
    "font.size": 10,
    "legend.frameon": False,
    "svg.hashsalt": "kbkresearch",
}
_CHARACTERS_PER_INCH = 15
_FORMATS = {"svg": {"Date": None}, "png": {"Software": None}}


def draw(name: str, ax: Axes | None = None, lang: str = "id") -> Axes:
    """Draw a figure.

    Parameters
    ----------
    name : str
        One of `FIGURES`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    lang : {"id", "en"}

    Returns
    -------
    Axes
        With title, axis labels with units, and a source line under it.

    Raises
    ------
    UnknownNameError
        Naming the figures that exist.
    """
    paint, size = _named(name)
    return draw_on(paint, size, ax, lang)


def draw_on(paint: Painter, size: Size, ax: Axes | None = None, lang: str = "id") -> Axes:
    """Draw with a function in the style of the package.

    Parameters
    ----------
    paint : callable
        Takes axes and a language.
    size : (float, float)
        Inches of a new figure.
    ax : Axes, optional
    lang : {"id", "en"}

    Returns
    -------
    Axes
    """
    import matplotlib as mpl

    check_lang(lang)
    figure: Any = None
    if ax is None:
        import matplotlib.pyplot as plt

        # outside the context: what a notebook's backend sets when first used has to stay set
        figure = plt.figure(figsize=size, layout="constrained", dpi=_STYLE["figure.dpi"])
    with mpl.rc_context(_STYLE):
        drawn = ax or figure.add_subplot()
        paint(drawn, lang)
    return drawn


def _named(name: str) -> tuple[Painter, Size]:
    """Return the function and the size of a figure."""
    if name not in _HOMES:
        raise UnknownNameError("figure", name, FIGURES)
    module = import_module(f"kbkresearch.reporting.{_HOMES[name]}")
    return getattr(module, name), module.SIZES[name]


def source_line(ax: Axes, text: Text, lang: str) -> None:
    """Write where the numbers of a figure come from, under it.

    Parameters
    ----------
    ax : Axes
    text : Text
    lang : {"id", "en"}
    """
    import textwrap

    figure = ax.get_figure(root=True)
    if figure is None:
        return
    lines = textwrap.wrap(text.to(lang), int(figure.get_figwidth() * _CHARACTERS_PER_INCH))
    look = {"ha": "left", "x": 0.01, "fontsize": 7.5, "color": "#555555"}
    figure.supxlabel("\n".join(lines), **look)


def save_figures(
    names: Iterable[str], folder: Path, lang: str = "id", formats: Iterable[str] = ("svg", "png")
) -> Iterator[tuple[str, Path]]:
    """Draw figures and write each in every format.

    Parameters
    ----------
    names : iterable of str
        From `FIGURES`.
    folder : Path
    lang : {"id", "en"}
    formats : iterable of {"svg", "png"}

    Yields
    ------
    (str, Path)
        Name and SVG file of each figure when it has been written. The same figure gives the same
        bytes each time.
    """
    for name in names:
        paint, size = _named(name)
        yield name, save_figure(paint, size, folder / name, lang, formats)


def save_figure(
    paint: Painter,
    size: Size,
    path: Path,
    lang: str = "id",
    formats: Iterable[str] = ("svg", "png"),
) -> Path:
    """Draw with a function and write the figure in every format.

    Parameters
    ----------
    paint : callable
        Takes axes and a language.
    size : (float, float)
        Inches.
    path : Path
        Without ending.
    lang : {"id", "en"}
    formats : iterable of {"svg", "png"}

    Returns
    -------
    Path
        The SVG file. The same figure gives the same bytes each time.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        draw_on(paint, size, figure.add_subplot(), lang)
        for kind in formats:
            with replacing(path.with_name(f"{path.name}.{kind}")) as beside:
                figure.savefig(beside, format=kind, metadata=_FORMATS[kind], dpi=150)
    return path.with_name(f"{path.name}.svg")
