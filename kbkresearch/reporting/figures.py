"""Figures: one function each, drawn on given axes, in either language, fit for print.

Colours are from seaborn's colour-blind palette; nothing is told by colour alone.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import UnknownNameError
from kbkresearch.reporting.files import replacing
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from matplotlib.axes import Axes

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
    import matplotlib as mpl

    check_lang(lang)
    if name not in _HOMES:
        raise UnknownNameError("figure", name, FIGURES)
    module = import_module(f"kbkresearch.reporting.{_HOMES[name]}")
    with mpl.rc_context(_STYLE):
        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots(figsize=module.SIZES[name], layout="constrained")
        getattr(module, name)(ax, lang)
    return ax


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
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    for name in names:
        if name not in _HOMES:
            raise UnknownNameError("figure", name, FIGURES)
        sizes = import_module(f"kbkresearch.reporting.{_HOMES[name]}").SIZES
        with mpl.rc_context(_STYLE):
            figure = Figure(figsize=sizes[name], layout="constrained")
            FigureCanvasAgg(figure)
            draw(name, figure.add_subplot(), lang)
            for kind in formats:
                with replacing(folder / f"{name}.{kind}") as beside:
                    figure.savefig(beside, format=kind, metadata=_FORMATS[kind], dpi=150)
        yield name, folder / f"{name}.svg"
