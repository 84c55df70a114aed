"""The diagnostic figure: four panels that suit the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kbkresearch.analysis.assumptions.case import Case
from kbkresearch.analysis.assumptions.panels import (
    Panel,
    binned_residuals,
    calibration,
    category_shares,
    cook,
    count_frequencies,
    in_row_order,
    leverage,
    mean_and_variance,
    normal_quantiles,
    residuals_by_fitted,
    scale_location,
    threshold_lines,
)
from kbkresearch.vocabulary import check_lang

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kbkresearch.analysis.regression.fit import Fit

Panels: TypeAlias = "tuple[Panel, Panel, Panel, Panel]"

_COUNTS: Panels = (residuals_by_fitted, count_frequencies, mean_and_variance, cook)
_SHARES: Panels = (binned_residuals, calibration, residuals_by_fitted, cook)
_PANELS: dict[str, Panels] = {
    "ols": (residuals_by_fitted, normal_quantiles, scale_location, leverage),
    "mixed": (residuals_by_fitted, normal_quantiles, scale_location, in_row_order),
    "poisson": _COUNTS,
    "negbin": _COUNTS,
    "logit": _SHARES,
    "robust_poisson": _SHARES,
    "binomial": _SHARES,
    "fractional": _SHARES,
    "ordinal": (binned_residuals, category_shares, threshold_lines, cook),
}
_OTHERS: Panels = (residuals_by_fitted, binned_residuals, scale_location, in_row_order)


def diagnostic_plot(fit: Fit, ax: Axes | None = None, lang: str = "id") -> Axes:
    """Draw the four diagnostic panels of a fit.

    Parameters
    ----------
    fit : Fit
    ax : Axes, optional
        The panels take its place in its figure; a new figure by default.
    lang : {"id", "en"}

    Returns
    -------
    Axes
        The first panel.
    """
    check_lang(lang)
    case = Case(fit)
    places = _places(ax)
    for place, panel in zip(places, _PANELS.get(fit.model, _OTHERS), strict=True):
        panel(case, place, lang)
        place.spines[["top", "right"]].set_visible(False)
        place.tick_params(labelsize=8)
    places[0].annotate(
        f"{fit.label.to(lang)}, n = {case.n}\n{fit.formula}",
        (0, 1.16), xycoords="axes fraction", fontsize=9,
    )  # fmt: skip
    return places[0]


def _places(ax: Axes | None) -> list[Axes]:
    """Return four axes: of a new figure, or in the place of one."""
    import matplotlib.pyplot as plt

    if ax is None:
        _, axes = plt.subplots(2, 2, figsize=(9.0, 7.2), layout="constrained")
        return list(axes.flat)
    place = ax.get_subplotspec()
    ax.set_axis_off()
    if place is None:
        corners = [(0.0, 0.58), (0.58, 0.58), (0.0, 0.0), (0.58, 0.0)]
        return [ax.inset_axes((left, bottom, 0.42, 0.38)) for left, bottom in corners]
    grid = place.subgridspec(2, 2)
    return [ax.figure.add_subplot(grid[i, j]) for i in range(2) for j in range(2)]
