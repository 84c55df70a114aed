"""The panels of the diagnostic figure: each draws one thing about a fit on given axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.analysis.assumptions.influence import FAR
from kbkresearch.analysis.assumptions.registry import distances
from kbkresearch.analysis.regression.plots import binned
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from kbkresearch.analysis.assumptions.case import Case
    from kbkresearch.analysis.assumptions.model import Floats

Panel: TypeAlias = "Callable[[Case, Axes, str], None]"

_BLUE, _ORANGE, _GREY = "#0173b2", "#de8f05", "0.45"
_SHOWN, _LABELLED, _MOST_COUNTS = 5000, 3, 40
_PLAIN = ("ols", "mixed", "gee")  # residuals on the scale of the outcome
_COOK_LINES = (0.5, 1.0)
_TINY = 1e-300

_TEXTS = {
    "fitted": Text("Nilai dugaan", "Fitted value"),
    "linear": Text("Prediktor linear", "Linear predictor"),
    "residual": Text("Residual", "Residual"),
    "pearson": Text("Residual Pearson", "Pearson residual"),
    "mean": Text("Rata-rata residual", "Mean residual"),
    "root": Text("√|residual baku|", "√|standardised residual|"),
    "normal": Text("Kuantil normal", "Normal quantile"),
    "quantile": Text("Kuantil residual baku", "Quantile of standardised residual"),
    "leverage": Text("Leverage", "Leverage"),
    "cook": Text("Jarak Cook", "Cook's distance"),
    "row": Text("Urutan baris", "Row"),
    "found": Text("Ditemukan", "Found"),
    "expected": Text("Diharapkan", "Expected"),
    "count": Text("Cacahan", "Count"),
    "rows": Text("Baris", "Rows"),
    "variance": Text("Ragam", "Variance"),
    "as_model": Text("seperti model", "as the model has it"),
    "bins": Text("rata-rata per kelompok", "mean by bin"),
    "two_se": Text("±2 galat baku", "±2 standard errors"),
    "log_odds": Text("Logit bagian di atas ambang", "Log odds of share above threshold"),
    "share": Text("Bagian", "Share"),
}
_HEADS = {
    "residuals": Text("Bentuk", "Form"),
    "normal": Text("Kenormalan", "Normality"),
    "scale": Text("Ragam", "Variance"),
    "influence": Text("Pengaruh baris", "Influence of rows"),
    "order": Text("Urutan baris", "Order of rows"),
    "frequencies": Text("Frekuensi cacahan", "Frequencies of counts"),
    "calibration": Text("Kalibrasi", "Calibration"),
    "parallel": Text("Garis sejajar", "Parallel lines"),
}


def _dress(ax: Axes, lang: str, head: str, x: str, y: str) -> None:
    """Write heading and axis labels."""
    ax.set_title(_HEADS[head].to(lang), loc="left", fontsize=9)
    ax.set_xlabel(_TEXTS[x].to(lang), fontsize=8)
    ax.set_ylabel(_TEXTS[y].to(lang), fontsize=8)


def _some(n: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the places of at most a few thousand rows, evenly spread."""
    return np.linspace(0, n - 1, min(n, _SHOWN)).astype(np.intp)


def _dots(ax: Axes, x: Floats, y: Floats) -> None:
    """Draw rows, at most a few thousand."""
    keep = _some(len(x))
    ax.plot(x[keep], y[keep], "o", color=_BLUE, alpha=0.4, markersize=3)


def _along(case: Case) -> Floats:
    """Return fitted means; the linear predictor for an ordinal model."""
    return case.fit.estimates.linear if case.design.ordinal else case.fit.estimates.fitted


def standardised(case: Case) -> Floats:
    """Return residuals of standard deviation 1 under the model, by leverage where it is known.

    Parameters
    ----------
    case : Case

    Returns
    -------
    array, shape (n,)
    """
    found = case.fit.estimates
    residuals = case.residuals
    if case.model in _PLAIN:
        spare = max(case.n - len(case.design.names), 1)
        residuals = residuals / np.sqrt(float(residuals @ residuals) / spare + _TINY)
    if found.leverage is None:
        return residuals
    return np.asarray(residuals / np.sqrt(np.maximum(1 - found.leverage, 1e-10)))


def residuals_by_fitted(case: Case, ax: Axes, lang: str) -> None:
    """Draw residuals (Pearson's, where the variance follows the mean) against fitted values."""
    _dots(ax, _along(case), case.residuals)
    x, mean, _ = binned(_along(case), case.residuals)
    ax.plot(x, mean, "-", color=_ORANGE, label=_TEXTS["bins"].to(lang))
    ax.axhline(0, color=_GREY, linewidth=0.8)
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "residuals", "fitted", "residual" if case.model in _PLAIN else "pearson")


def binned_residuals(case: Case, ax: Axes, lang: str) -> None:
    """Draw mean residuals in bins, with two standard errors around zero."""
    x, mean, se = binned(_along(case), case.fit.estimates.residuals)
    band = _TEXTS["two_se"].to(lang)
    ax.fill_between(x, -2 * se, 2 * se, color=_BLUE, alpha=0.15, label=band)
    ax.plot(x, mean, "o", color=_BLUE, markersize=4)
    ax.axhline(0, color=_GREY, linewidth=0.8)
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "residuals", "linear" if case.design.ordinal else "fitted", "mean")


def normal_quantiles(case: Case, ax: Axes, lang: str) -> None:
    """Draw quantiles of residuals against those of the normal distribution."""
    from scipy.special import ndtri

    values = np.sort(standardised(case))
    normal = ndtri((np.arange(1, case.n + 1) - 0.5) / case.n)
    _dots(ax, normal, values)
    ends = normal[[0, -1]]
    ax.plot(ends, ends, color=_GREY, linewidth=0.8)
    _dress(ax, lang, "normal", "normal", "quantile")


def scale_location(case: Case, ax: Axes, lang: str) -> None:
    """Draw the root of absolute standardised residuals against fitted values."""
    roots = np.sqrt(np.abs(standardised(case)))
    _dots(ax, _along(case), roots)
    x, mean, _ = binned(_along(case), roots)
    ax.plot(x, mean, "-", color=_ORANGE, label=_TEXTS["bins"].to(lang))
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "scale", "fitted", "root")


def leverage(case: Case, ax: Axes, lang: str) -> None:
    """Draw standardised residuals against leverage, with lines of Cook's distance."""
    h, residuals = np.asarray(case.fit.estimates.leverage), standardised(case)
    _dots(ax, h, residuals)
    _label(case, ax, h, residuals)
    low, high = ax.get_ylim()
    grid = np.linspace(max(h.min(), 1e-4), min(h.max() * 1.05, 0.999), 100)
    for line in _COOK_LINES:
        edge = np.sqrt(line * case.design.X.shape[1] * (1 - grid) / grid)
        for side in (edge, -edge):
            ax.plot(grid, side, "--", color=_GREY, linewidth=0.8)
    ax.set_ylim(low, high)
    _dress(ax, lang, "influence", "leverage", "residual")


def cook(case: Case, ax: Axes, lang: str) -> None:
    """Draw Cook's distance of each row, and 4/n."""
    values = np.nan_to_num(distances(case))
    rows = np.arange(1.0, case.n + 1)
    keep = np.union1d(_some(case.n), np.argsort(values)[-_LABELLED:])
    ax.vlines(rows[keep], 0, values[keep], color=_BLUE, linewidth=0.8)
    ax.axhline(FAR / case.n, color=_GREY, linestyle="--", linewidth=0.8, label="4/n")
    _label(case, ax, rows, values)
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "influence", "row", "cook")


def _label(case: Case, ax: Axes, x: Floats, y: Floats) -> None:
    """Name the rows that move the coefficients most."""
    for row in np.argsort(np.nan_to_num(distances(case)))[-_LABELLED:]:
        ax.annotate(str(case.design.index[row]), (x[row], y[row]), fontsize=7)


def in_row_order(case: Case, ax: Axes, lang: str) -> None:
    """Draw residuals in the order of the rows."""
    _dots(ax, np.arange(1.0, case.n + 1), case.residuals)
    ax.axhline(0, color=_GREY, linewidth=0.8)
    _dress(ax, lang, "order", "row", "residual")


def count_frequencies(case: Case, ax: Axes, lang: str) -> None:
    """Draw how often each count is found and expected."""
    from scipy import stats

    mean, alpha = case.fit.estimates.fitted, case.fit.stats.get("alpha", 0.0)
    most = int(min(case.design.y.max(), _MOST_COUNTS))
    values = np.arange(most + 1)
    found = [(case.design.y == value).sum() for value in values]
    theta = 1 / alpha if alpha else 0.0
    expected = [
        (stats.nbinom.pmf(value, theta, theta / (theta + mean)) if alpha
         else stats.poisson.pmf(value, mean)).sum()
        for value in values
    ]  # fmt: skip
    ax.bar(values, found, color=_BLUE, alpha=0.5, label=_TEXTS["found"].to(lang))
    ax.plot(values, expected, "-o", color=_ORANGE, markersize=3, label=_TEXTS["expected"].to(lang))
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "frequencies", "count", "rows")


def mean_and_variance(case: Case, ax: Axes, lang: str) -> None:
    """Draw squared residuals in bins of the mean, beside the variance of the model."""
    mean, alpha = case.fit.estimates.fitted, case.fit.stats.get("alpha", 0.0)
    x, found, _ = binned(mean, (case.design.y - mean) ** 2)
    ax.plot(x, found, "o", color=_BLUE, markersize=4, label=_TEXTS["found"].to(lang))
    ax.plot(x, x + alpha * x**2, color=_ORANGE, label=_TEXTS["as_model"].to(lang))
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "scale", "fitted", "variance")


def calibration(case: Case, ax: Axes, lang: str) -> None:
    """Draw shares found against shares fitted, in bins."""
    fitted = case.fit.estimates.fitted
    x, gap, se = binned(fitted, case.fit.estimates.residuals)
    ax.errorbar(x, x + gap, 2 * se, fmt="o", color=_BLUE, markersize=4, linewidth=0.8)
    ends = [float(x.min()), float(x.max())]
    ax.plot(ends, ends, color=_GREY, linewidth=0.8)
    _dress(ax, lang, "calibration", "expected", "found")


def category_shares(case: Case, ax: Axes, lang: str) -> None:
    """Draw the share of each category found and expected along the linear predictor."""
    along, fitted = case.fit.estimates.linear, case.fit.estimates.fitted
    for code, name in enumerate(case.design.categories or ()):
        x, found, _ = binned(along, (case.design.y == code).astype(np.float64))
        _, expected, _ = binned(along, fitted[:, code])
        (line,) = ax.plot(x, expected, "-", linewidth=1, label=name)
        ax.plot(x, found, "o", color=line.get_color(), markersize=3)
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "calibration", "linear", "share")


def threshold_lines(case: Case, ax: Axes, lang: str) -> None:
    """Draw log odds of lying above each threshold along the linear predictor, parallel if true."""
    along = case.fit.estimates.linear
    names = case.design.categories or ()
    for code, name in enumerate(names[:-1]):
        x, above, _ = binned(along, (case.design.y > code).astype(np.float64))
        size = case.n / len(x)
        odds = (above * size + 0.5) / ((1 - above) * size + 0.5)
        ax.plot(x, np.log(odds), "-o", markersize=3, label=f"> {name}")
    ax.legend(frameon=False, fontsize=7)
    _dress(ax, lang, "parallel", "linear", "log_odds")
