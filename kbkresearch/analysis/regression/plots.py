"""The diagnostic figure of a fit: residuals against what was fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kbkresearch.analysis.regression.fit import Fit

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

BINNED = ("logit", "binomial", "fractional", "robust_poisson", "ordinal")
_COUNTS = ("poisson", "negbin")
_SHOWN = 5000
_LEAST_BINS, _MOST_BINS, _TWO_SE = 5, 40, 2.0
_BLUE, _ORANGE = "#0173b2", "#de8f05"

_TEXTS = {
    "fitted": Text("Nilai dugaan", "Fitted value"),
    "linear": Text("Prediktor linear", "Linear predictor"),
    "residual": Text("Residual", "Residual"),
    "pearson": Text("Residual Pearson", "Pearson residual"),
    "mean": Text("Rata-rata residual", "Mean residual"),
    "band": Text("±2 galat baku", "±2 standard errors"),
    "bins": Text("rata-rata per kelompok", "mean by bin"),
    "n": Text("baris", "rows"),
}


def residual_plot(fit: Fit, ax: Axes | None = None, lang: str = "id") -> Axes:
    """Draw residuals against fitted values; means in bins with limits for discrete outcomes.

    Parameters
    ----------
    fit : Fit
    ax : Axes, optional
        A new figure by default.
    lang : {"id", "en"}

    Returns
    -------
    Axes
        Formula, n and model stand in its title.

    References
    ----------
    Gelman A, Hill J (2007). Data Analysis Using Regression and Multilevel/Hierarchical Models,
    section 5.6 (binned residuals).
    """
    check_lang(lang)
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    if fit.model in BINNED:
        _draw_bins(fit, ax, lang)
    else:
        _draw_points(fit, ax, lang)
    ax.axhline(0, color="0.4", linewidth=0.8)
    n = f"{len(fit.design.y):,}".replace(",", "." if lang == "id" else ",")
    ax.set_title(
        f"{fit.label.to(lang)}, n = {n} {_TEXTS['n'].to(lang)}\n{fit.formula}",
        loc="left",
        fontsize=9,
    )
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _draw_points(fit: Fit, ax: Axes, lang: str) -> None:
    """Draw the residuals of rows (at most a few thousand), and their means in bins."""
    found = fit.estimates
    counts = fit.model in _COUNTS
    residuals = _pearson(fit) if counts else found.residuals
    keep = np.linspace(0, len(residuals) - 1, min(len(residuals), _SHOWN)).astype(int)
    ax.plot(found.fitted[keep], residuals[keep], "o", color=_BLUE, alpha=0.4, markersize=3)
    x, mean, _ = binned(found.fitted, residuals)
    ax.plot(x, mean, "-D", color=_ORANGE, markersize=4, label=_TEXTS["bins"].to(lang))
    ax.set_xlabel(_TEXTS["fitted"].to(lang))
    ax.set_ylabel(_TEXTS["pearson" if counts else "residual"].to(lang))
    ax.legend(frameon=False, fontsize=8)


def _draw_bins(fit: Fit, ax: Axes, lang: str) -> None:
    """Draw mean residuals in bins of the fitted values, with two standard errors around zero."""
    ordinal = fit.design.ordinal
    along = fit.estimates.linear if ordinal else fit.estimates.fitted
    x, mean, se = binned(along, fit.estimates.residuals)
    ax.fill_between(
        x, -_TWO_SE * se, _TWO_SE * se, color=_BLUE, alpha=0.15, label=_TEXTS["band"].to(lang)
    )
    ax.plot(x, mean, "o", color=_BLUE, markersize=5)
    ax.set_xlabel(_TEXTS["linear" if ordinal else "fitted"].to(lang))
    ax.set_ylabel(_TEXTS["mean"].to(lang))
    ax.legend(frameon=False, fontsize=8)


def _pearson(fit: Fit) -> Floats:
    """Return residuals divided by the standard deviation that the model gives them."""
    found = fit.estimates
    if found.working_weights is None or found.score_factors is None:
        return found.residuals
    return np.asarray(found.score_factors / np.sqrt(found.working_weights))


def binned(along: Floats, residuals: Floats) -> tuple[Floats, Floats, Floats]:
    """Return means of residuals in bins with about equal numbers of rows.

    Parameters
    ----------
    along, residuals : array, shape (n,)

    Returns
    -------
    x, mean, se : array, shape (bins,)
        Mean of `along` and of the residuals, and the latter's standard error, for about root n
        bins (5 to 40).
    """
    n = len(along)
    bins = min(max(int(np.sqrt(n)), _LEAST_BINS), _MOST_BINS)
    parts = np.array_split(np.argsort(along, kind="stable"), min(bins, n))
    x = np.array([along[part].mean() for part in parts])
    mean = np.array([residuals[part].mean() for part in parts])
    se = np.array([residuals[part].std() / np.sqrt(len(part)) for part in parts])
    return x, mean, se
