"""A fit as a table for people: headings in both languages, fit statistics under it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.analysis.headings import filled, headings, in_words
from kbkresearch.results import Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbkresearch.analysis.regression.fit import Fit
    from kbkresearch.results import Result

_ESTIMATE = Text("Koefisien", "Estimate")
_LIMITS = {"ci_low": 4, "ci_high": 4}
_SIDE_BY_SIDE = {
    "method": Text("Uji", "Test"),
    "df": Text("db1", "df1"),
    "statistic": Text("Statistik uji", "Statistic"),
}
_WORDS = {
    "f_change": Text("F perubahan", "F change"),
    "likelihood_ratio": Text("rasio likelihood", "likelihood ratio"),
    "wald_f": Text("F Wald", "Wald F"),
    "wald_chi2": Text("chi² Wald", "Wald chi²"),
    "candidate": Text("calon", "candidate"),
    "screened_out": Text("tidak lolos saringan", "screened out"),
    "kept": Text("dipertahankan", "kept"),
    "removed": Text("dikeluarkan", "removed"),
}
_STATS = {
    "n": (Text("n", "n"), 0),
    "n_clusters": (Text("klaster", "clusters"), 0),
    "r2": (Text("R²", "R²"), 4),
    "adj_r2": (Text("R² disesuaikan", "adjusted R²"), 4),
    "f": (Text("F", "F"), 3),
    "f_p": (Text("p (F)", "p (F)"), 3),
    "wald_f": (Text("F Wald robust", "robust Wald F"), 3),
    "wald_chi2": (Text("chi² Wald robust", "robust Wald chi²"), 3),
    "wald_p": (Text("p (Wald)", "p (Wald)"), 3),
    "lr_chi2": (Text("chi² rasio likelihood", "likelihood-ratio chi²"), 3),
    "lr_p": (Text("p (rasio likelihood)", "p (likelihood ratio)"), 3),
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
    shown = headings(names, fit.frame, level=fit.level, labels=_labels(fit), decimals=_LIMITS)
    notes = (*_thresholds(fit), _statistics(fit.stats), *fit.notes)
    return Table("regression", fit.title, shown, fit.frame, notes, fit.source)


def _thresholds(fit: Fit) -> tuple[Text, ...]:
    """Return the thresholds of an ordinal model as one line."""
    found = fit.thresholds
    if found is None:
        return ()

    def line(lang: str, name: str, se: str) -> str:
        shown = [
            f"{term} = {formats.number(estimate, lang, 4)} ({se} {formats.number(error, lang, 4)})"
            for term, estimate, error in zip(
                found["term"], found["estimate"], found["se"], strict=True
            )
        ]
        return f"{name}: {'; '.join(shown)}."

    return (Text(line("id", "Ambang", "galat baku"), line("en", "Thresholds", "SE")),)


def _default(fit: Fit) -> list[str]:
    """Return the columns that hold anything a reader needs."""
    frame = fit.frame
    hidden = {"exp_name"} | ({"gvif"} if _gvif_is_vif(fit) else set())
    return [name for name in filled(frame) if name not in hidden]


def _gvif_is_vif(fit: Fit) -> bool:
    """Tell whether every term has one column, so that GVIF says nothing new."""
    known = fit.frame[["vif", "gvif"]].dropna()
    return bool(((known["vif"] - known["gvif"]).abs() <= _SAME * known["vif"]).all())


def _labels(fit: Fit) -> dict[str, Text]:
    """Return the headings that depend on the model."""
    normal = bool((fit.frame["df"] == float("inf")).all())
    labels = {"estimate": _ESTIMATE, "statistic": Text("z", "z") if normal else Text("t", "t")}
    if fit.exp_name is not None:
        labels["exp_estimate"] = Text(fit.exp_name.id.capitalize(), fit.exp_name.en.capitalize())
    return labels


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
    shown = headings(names, result.frame, labels=_SIDE_BY_SIDE)
    frame = in_words(result.frame, {"method": _word, "action": _word})
    return Table(name, result.title, shown, frame, result.notes, result.source)


def _word(name: Any) -> object:
    """Return the name of a test or a step in words."""
    return _WORDS.get(name, name)


def _statistics(stats: Mapping[str, float]) -> Text:
    """Return the fit statistics as one line."""

    def shown(name: str, decimals: int, lang: str) -> str:
        write = formats.p_value if name.endswith("_p") else formats.number
        return write(stats[name], lang, decimals)

    def line(lang: str) -> str:
        return "; ".join(
            f"{label.to(lang)} = {shown(name, decimals, lang)}"
            for name, (label, decimals) in _STATS.items()
            if name in stats
        )

    return Text(f"{line('id')}.", f"{line('en')}.")
