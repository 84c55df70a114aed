"""A fit as a table for people: headings in both languages, fit statistics under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch import formats
from kbkresearch.results import Column, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbkresearch.analysis.regression.fit import Fit
    from kbkresearch.results import Result

_COLUMNS = {
    "term": (Text("Suku", "Term"), 0),
    "estimate": (Text("Koefisien", "Estimate"), 4),
    "se": (Text("Galat baku", "SE"), 4),
    "statistic": (Text("t", "t"), 3),
    "df": (Text("db", "df"), 1),
    "p_value": (Text("Nilai p", "p-value"), 4),
    "ci_low": (Text("Batas bawah", "CI low"), 4),
    "ci_high": (Text("Batas atas", "CI high"), 4),
    "exp_estimate": (Text("exp(koefisien)", "exp(estimate)"), 3),
    "exp_ci_low": (Text("exp, batas bawah", "exp, CI low"), 3),
    "exp_ci_high": (Text("exp, batas atas", "exp, CI high"), 3),
    "beta": (Text("Beta", "Beta"), 3),
    "vif": (Text("VIF", "VIF"), 2),
    "tolerance": (Text("Tolerance", "Tolerance"), 3),
    "gvif": (Text("GVIF", "GVIF"), 2),
}
_SIDE_BY_SIDE = _COLUMNS | {
    "fit": (Text("Model", "Model"), 0),
    "added": (Text("Ditambahkan", "Added"), 0),
    "formula": (Text("Rumus", "Formula"), 0),
    "n": (Text("n", "n"), 0),
    "k": (Text("Koefisien", "Coefficients"), 0),
    "r2": (Text("R²", "R²"), 4),
    "adj_r2": (Text("R² disesuaikan", "Adjusted R²"), 4),
    "sigma": (Text("Galat baku dugaan", "SE of the estimate"), 4),
    "nagelkerke_r2": (Text("R² Nagelkerke", "Nagelkerke R²"), 4),
    "r2_change": (Text("Perubahan R²", "R² change"), 4),
    "loglik": (Text("Log-likelihood", "Log-likelihood"), 2),
    "aic": (Text("AIC", "AIC"), 2),
    "bic": (Text("BIC", "BIC"), 2),
    "method": (Text("Uji", "Test"), 0),
    "statistic": (Text("Statistik uji", "Statistic"), 3),
    "df": (Text("db1", "df1"), 0),
    "df2": (Text("db2", "df2"), 1),
    "wald_p": (Text("Nilai p Wald", "Wald p-value"), 4),
    "null": (Text("Hipotesis nol", "Null hypothesis"), 0),
    "step": (Text("Langkah", "Step"), 0),
    "action": (Text("Tindakan", "Action"), 0),
}
_WORDS = {"term", "exp_name", "added", "formula", "method", "null", "action"}
_STATS = {
    "n": (Text("n", "n"), 0),
    "n_clusters": (Text("klaster", "clusters"), 0),
    "r2": (Text("R²", "R²"), 4),
    "adj_r2": (Text("R² disesuaikan", "adjusted R²"), 4),
    "f": (Text("F", "F"), 3),
    "f_p": (Text("p (F)", "p (F)"), 4),
    "wald_f": (Text("F Wald robust", "robust Wald F"), 3),
    "wald_chi2": (Text("chi² Wald robust", "robust Wald chi²"), 3),
    "wald_p": (Text("p (Wald)", "p (Wald)"), 4),
    "lr_chi2": (Text("chi² rasio likelihood", "likelihood-ratio chi²"), 3),
    "lr_p": (Text("p (rasio likelihood)", "p (likelihood ratio)"), 4),
    "mcfadden_r2": (Text("R² McFadden", "McFadden R²"), 4),
    "nagelkerke_r2": (Text("R² Nagelkerke", "Nagelkerke R²"), 4),
    "alpha": (Text("alpha", "alpha"), 4),
    "dispersion": (Text("dispersi", "dispersion"), 3),
    "loglik": (Text("log-likelihood", "log-likelihood"), 2),
    "aic": (Text("AIC", "AIC"), 2),
    "bic": (Text("BIC", "BIC"), 2),
}
_SAME = 1e-9


def table_of(fit: Fit, columns: Iterable[str] | None = None) -> Table:
    """Return the terms of a fit as a `Table`.

    Parameters
    ----------
    fit : Fit
    columns : iterable of str, optional
        Columns of its frame; by default those that hold anything.

    Returns
    -------
    Table
    """
    names = list(columns) if columns is not None else _default(fit)
    shown = tuple(_column(name, fit) for name in names)
    notes = (_statistics(fit.stats), *fit.notes)
    return Table("regression", fit.title, shown, fit.frame, notes, fit.source)


def _default(fit: Fit) -> list[str]:
    """Return the columns that hold anything a reader needs."""
    frame = fit.frame
    hidden = {"exp_name"} | ({"gvif"} if _gvif_is_vif(fit) else set())
    return [str(name) for name in frame if name not in hidden and not frame[name].isna().all()]


def _gvif_is_vif(fit: Fit) -> bool:
    """Tell whether every term has one column, so that GVIF says nothing new."""
    known = fit.frame[["vif", "gvif"]].dropna()
    return bool(((known["vif"] - known["gvif"]).abs() <= _SAME * known["vif"]).all())


def _column(name: str, fit: Fit) -> Column:
    """Return the heading of a column of the frame."""
    heading, decimals = _COLUMNS.get(name, (Text(name, name), 3))
    if name == "exp_estimate" and fit.exp_name is not None:
        heading = Text(fit.exp_name.id.capitalize(), fit.exp_name.en.capitalize())
    if name in {"ci_low", "ci_high"}:
        share = f"{100 * fit.level:g}%"
        heading = Text(f"{heading.id} IK {share}", f"{share} {heading.en}")
    if name == "statistic" and (fit.frame["df"] == float("inf")).all():
        heading = Text("z", "z")
    return Column(name, heading, "text" if name in _WORDS else "number", decimals)


def side_by_side(result: Result, name: str, columns: Iterable[str] | None) -> Table:
    """Return fits or steps that stand side by side as a `Table`.

    Parameters
    ----------
    result : Result
        A comparison or a selection.
    name : str
        Short name of the table.
    columns : iterable of str, optional
        Columns of its frame to show; all by default.

    Returns
    -------
    Table
    """
    names = list(result.frame) if columns is None else list(columns)
    known = {key: _SIDE_BY_SIDE.get(key, (Text(key, key), 3)) for key in map(str, names)}
    shown = tuple(
        Column(key, heading, "text" if key in _WORDS else "number", decimals)
        for key, (heading, decimals) in known.items()
    )
    return Table(name, result.title, shown, result.frame, result.notes, result.source)


def _statistics(stats: Mapping[str, float]) -> Text:
    """Return the fit statistics as one line."""

    def line(lang: str) -> str:
        return "; ".join(
            f"{label.to(lang)} = {formats.number(stats[name], lang, decimals)}"
            for name, (label, decimals) in _STATS.items()
            if name in stats
        )

    return Text(f"{line('id')}.", f"{line('en')}.")
