"""Average marginal effects of every model, with delta-method or bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import label_of
from kbkresearch.analysis.headings import filled, headings
from kbkresearch.analysis.regression.averages import Responses, average
from kbkresearch.analysis.regression.contrasts import (
    effects,
    frame_at,
    is_categorical,
    predictions,
    variables_of,
)
from kbkresearch.analysis.regression.inference import infer
from kbkresearch.analysis.regression.resample import bootstrap
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kbkresearch.analysis.regression.averages import Contrast
    from kbkresearch.analysis.regression.fit import Fit

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Method: TypeAlias = Literal["delta", "bootstrap"]
Of: TypeAlias = Literal["effects", "predictions"]

METHODS: tuple[Method, ...] = ("delta", "bootstrap")
WHAT: tuple[Of, ...] = ("effects", "predictions")
START = 20_191_231
_DRAWS = 999


@dataclass(frozen=True)
class Margins(Result):
    """Average marginal effects, or average predictions.

    Attributes
    ----------
    frame : DataFrame
        One row per variable, contrast and level: `variable`, `contrast` (``"dy/dx"``, ``"b - a"``,
        or the level predicted at), `level` (category of an ordinal outcome, or the payment level it
        leads to; empty for other models), `estimate, se, statistic, df, p_value, ci_low, ci_high,
        method`.
    notes : tuple of Text
        What was averaged, and how intervals were found.
    model, formula : str
        The fit they come from.
    of : {"effects", "predictions"}
        What the rows hold.
    level : float
        Confidence level.
    draws : array, shape (n_boot, rows), or None
        Bootstrap values of the estimates.
    """

    model: str = ""
    formula: str = ""
    of: Of = "effects"
    level: float = 0.95
    draws: Floats | None = field(default=None, repr=False)

    @property
    def title(self) -> Text:
        """Return the title under which the margins are shown."""
        if self.of == "effects":
            return Text(
                f"Efek marginal rata-rata: {self.formula}",
                f"Average marginal effects: {self.formula}",
            )
        return Text(f"Prediksi rata-rata: {self.formula}", f"Average predictions: {self.formula}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the margins as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; by default those that hold anything.

        Returns
        -------
        Table
        """
        names = filled(self.frame) if columns is None else list(columns)
        limits = dict.fromkeys(("ci_low", "ci_high"), 4)
        shown = headings(names, self.frame, level=self.level, decimals=limits)
        return Table("margins", self.title, shown, self.frame, self.notes, self.source)


def margins(
    fit: Fit,
    variables: str | Sequence[str] | None = None,
    at: Mapping[str, object] | None = None,
    method: Method = "delta",
    level: float | None = None,
    seed: int = START,
    levels: Mapping[object, object] | None = None,
    of: Of = "effects",
    n_boot: int = _DRAWS,
) -> Margins:
    """Return average marginal effects on the scale of the outcome.

    Parameters
    ----------
    fit : Fit
        A fitted regression.
    variables : str or sequence of str, optional
        Variables to report; all of the formula by default.
    at : mapping of str to object, optional
        Values given to variables in every row before averaging, ``{"funding_model": "blud"}``.
    method : {"delta", "bootstrap"}
        Delta method with the fit's own covariance (robust or clustered where the fit's is), or
        percentile bootstrap of rows, of clusters where the fit has them.
    level : float, optional
        Confidence level; the fit's by default.
    seed : int
        Start of the bootstrap's random numbers.
    levels : mapping, optional
        For an ordinal outcome: category to what it leads to, such as score to payment level,
        ``{1.0: 85, 1.5: 90, ...}``. Probabilities of categories with the same level are added.
    of : {"effects", "predictions"}
        Effects, or the mean prediction itself: over the rows as they are, and with every row given
        each level of the categorical variables.
    n_boot : int
        Bootstrap samples.

    Returns
    -------
    Margins

    Raises
    ------
    UnknownNameError
        For an unknown variable, level, method or category.
    BadArgumentError
        For `levels` with another model, or that leave a category out; where more than half of the
        bootstrap samples cannot be fitted.

    Notes
    -----
    A number's effect is the derivative of the mean by it, a category's the change from the
    reference level, a column of 0 and 1 the change from 0 to 1; each is taken in every row, with
    all terms that hold the variable (products, powers), and averaged, with the fit's weights where
    it has any. Counts with an exposure are expected counts at each row's own exposure, grouped
    outcomes probabilities; a mixed model gives effects on the mean over groups. Degrees of freedom
    are the smallest among the coefficients that an effect depends on.

    References
    ----------
    Bartus T (2005). Estimation of marginal effects using margeff. The Stata Journal 5:309-329.

    Examples
    --------
    >>> from kbkresearch.analysis.regression.regress import regress
    >>> met, doctors = [0, 0, 1, 0, 1, 1, 0, 1], [1, 2, 2, 1, 3, 4, 3, 2]
    >>> fit = regress("met ~ doctors", pd.DataFrame({"met": met, "doctors": doctors}), "logit")
    >>> fit.margins().frame[["variable", "contrast", "estimate", "se"]].round(3).values.tolist()
    [['doctors', 'dy/dx', 0.248, 0.103]]
    """
    _check(fit, method, of)
    level = fit.level if level is None else level
    if not 0 < level < 1:
        raise BadArgumentError(f"level must lie between 0 and 1; found {level!r}.")
    names = variables_of(fit.design, variables)
    grouping, labels = _grouping(fit, levels)
    source = effects if of == "effects" else predictions
    contrasts: Iterable[Contrast] = source(fit.design, names, frame_at(fit.design, at))
    drawn, failed = None, 0
    if method == "bootstrap":
        contrasts = list(contrasts)  # every sample goes through them; the delta method but once
        drawn, failed = bootstrap(fit, contrasts, responses_of(fit), grouping, n_boot, seed)
    frame = _frame([_one(fit, contrast, grouping) for contrast in contrasts], labels, level)
    if drawn is not None:
        _replace_by_draws(frame, drawn, level)
    frame["method"] = method
    return Margins(
        frame=frame,
        notes=_notes(fit, names, at, method, n_boot, failed),
        model=fit.model,
        formula=fit.formula,
        of=of,
        level=level,
        draws=drawn,
    )


def responses_of(fit: Fit) -> Responses:
    """Return how the means of a fit follow from its parameters.

    Parameters
    ----------
    fit : Fit
        A fitted regression.

    Returns
    -------
    Responses
    """
    design, n = fit.design, len(fit.design.y)
    weights = np.ones(n) if design.weights is None else design.weights
    offset = np.zeros(n) if design.offset is None else design.offset
    n_cuts = len(fit.estimates.params) - design.X.shape[1] if design.ordinal else 0
    return Responses(fit.link, weights / weights.sum(), offset, n_cuts)


def _check(fit: Fit, method: str, of: str) -> None:
    """Refuse unknown names, and a formula without variables."""
    if method not in METHODS:
        raise UnknownNameError("method of margins", method, METHODS)
    if of not in WHAT:
        raise UnknownNameError("kind of margins", of, WHAT)
    if of == "effects" and not fit.design.variables:
        raise BadArgumentError(f"{fit.formula!r} has no variable, so there is no effect.")


def _grouping(fit: Fit, levels: Mapping[object, object] | None) -> tuple[Floats, tuple[str, ...]]:
    """Return which categories are added up, shape (L, J), and the labels of the sums."""
    if not fit.design.ordinal or fit.design.categories is None:
        if levels is not None:
            raise BadArgumentError(f"levels= is for ordinal models; this one is {fit.model!r}.")
        return np.eye(1), ("",)
    categories = fit.design.categories
    if levels is None:
        return np.eye(len(categories)), categories
    target = {name: label_of(to) for category, to in levels.items() for name in _names(category)}
    missing = [category for category in categories if category not in target]
    if missing:
        raise BadArgumentError(
            f"levels= says nothing about {', '.join(missing)}; it must map every category of "
            f"{fit.design.outcome!r}: {', '.join(categories)}."
        )
    labels = tuple(dict.fromkeys(target[category] for category in categories))
    return np.array([[float(target[c] == one) for c in categories] for one in labels]), labels


def _names(category: object) -> set[str]:
    """Return what a category may be called: 1.0 is '1' in a column of numbers, '1.0' in text."""
    return {label_of(category), str(category)}


@dataclass(frozen=True, eq=False, slots=True)
class _Found:
    """A contrast with its estimates, standard errors and degrees of freedom, shape (L,) each."""

    contrast: tuple[str, str]
    estimate: Floats
    variance: Floats
    df: Floats


def _one(fit: Fit, contrast: Contrast, grouping: Floats) -> _Found:
    """Return the average of one contrast with its delta-method variance."""
    found = fit.estimates
    value, gradient = average(contrast, found.params, responses_of(fit))
    value, gradient = grouping @ value, grouping @ gradient
    variance = np.einsum("ri,ij,rj->r", gradient, found.covariance, gradient)
    share = np.abs(gradient) * np.sqrt(np.abs(np.diag(found.covariance)))
    counts = share > 1e-9 * share.max(axis=1, keepdims=True)
    df = np.where(counts, found.df, np.inf).min(axis=1)
    return _Found((contrast.variable, contrast.label), value, variance, df)


def _frame(found: Iterable[_Found], labels: tuple[str, ...], level: float) -> pd.DataFrame:
    """Return one row per contrast and level."""
    found = list(found)
    estimate = np.concatenate([one.estimate for one in found])
    variance = np.concatenate([one.variance for one in found])
    df = np.concatenate([one.df for one in found])
    tests = infer(estimate, np.diag(variance), df, level)
    return pd.DataFrame(
        {
            "variable": [one.contrast[0] for one in found for _ in labels],
            "contrast": [one.contrast[1] for one in found for _ in labels],
            "level": [label for _ in found for label in labels],
            "estimate": estimate,
            "se": tests.se,
            "statistic": tests.statistic,
            "df": df,
            "p_value": tests.p_value,
            "ci_low": tests.ci_low,
            "ci_high": tests.ci_high,
        }
    )


def _replace_by_draws(frame: pd.DataFrame, drawn: Floats, level: float) -> None:
    """Put the bootstrap's standard errors, percentile limits and p-values into a frame."""
    frame["se"] = drawn.std(axis=0, ddof=1)
    frame["statistic"] = frame["estimate"] / frame["se"]
    frame["df"] = np.nan
    side = np.minimum((drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0))
    frame["p_value"] = np.minimum(2 * (1 + side) / (1 + len(drawn)), 1.0)
    limits = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    frame["ci_low"], frame["ci_high"] = limits


def _notes(
    fit: Fit,
    names: Sequence[str],
    at: Mapping[str, object] | None,
    method: str,
    n_boot: int,
    failed: int,
) -> tuple[Text, ...]:
    """Return what was averaged and how intervals were found."""
    n = len(fit.design.y)
    fixed = ", ".join(f"{name} = {value}" for name, value in (at or {}).items())
    weighted = fit.design.weights is not None
    notes = [
        Text(
            f"Rata-rata atas {n} baris" + (", dibobot" if weighted else "")
            + (f", dengan {fixed}." if fixed else "."),
            f"Averages over {n} rows" + (", weighted" if weighted else "")
            + (f", with {fixed}." if fixed else "."),
        )
    ]  # fmt: skip
    numeric = (name for name in names if fit.design.frame[name].dtype == np.float64)
    binary = [name for name in numeric if is_categorical(fit.design.frame[name])]
    if binary:
        listed = ", ".join(binary)
        notes.append(
            Text(
                f"{listed}: perubahan dari 0 ke 1, bukan turunan.",
                f"{listed}: the change from 0 to 1, not a derivative.",
            )
        )
    if fit.design.offset is not None:
        notes.append(
            Text(
                "Efek pada jumlah yang diharapkan, pada pajanan tiap baris.",
                "Effects on expected counts, at each row's exposure.",
            )
        )
    return (*notes, _method_note(fit, method, n_boot, failed))


def _method_note(fit: Fit, method: str, n_boot: int, failed: int) -> Text:
    """Return how intervals were found."""
    if method == "delta":
        cov = "cluster" if fit.cov == "wild" else fit.cov  # the bootstrap has no matrix of its own
        return Text(
            f"Galat baku dengan metode delta dari kovarians model ({cov}).",
            f"Delta-method standard errors from the fit's covariance ({cov}).",
        )
    unit = Text("baris", "rows")
    if fit.design.clusters is not None:
        unit = Text(f"klaster {fit.design.cluster_name}", f"clusters of {fit.design.cluster_name}")
    lost = Text("", "")
    if failed:
        lost = Text(f" {failed} sampel tidak dapat diduga.", f" {failed} samples had no fit.")
    return Text(
        f"Bootstrap persentil, {n_boot} sampel {unit.id}.{lost.id}",
        f"Percentile bootstrap, {n_boot} samples of {unit.en}.{lost.en}",
    )
