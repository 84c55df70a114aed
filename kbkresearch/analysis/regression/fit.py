"""`Fit`: a fitted regression, the same for all models."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import complete
from kbkresearch.analysis.regression.collinearity import basis, inflation
from kbkresearch.analysis.regression.inference import Inference, infer
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

    from kbkresearch.analysis.regression.collinearity import Inflation
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.estimates import Estimates
    from kbkresearch.analysis.regression.wild import Wild

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True, eq=False)
class Fit(Result):
    """A fitted regression.

    Attributes
    ----------
    frame : DataFrame
        One row per term: `term, estimate, se, statistic, df, p_value, ci_low, ci_high`; where the
        exponential means something `exp_estimate, exp_ci_low, exp_ci_high, exp_name`; for ``ols``
        the standardised `beta`; `vif` and `tolerance` of the column, `gvif` of its term.
    notes : tuple of Text
        Rows left out, covariance, and what to be careful with.
    model : str
    label : Text
        The model's name for people.
    cov : str
        Covariance matrix behind the standard errors.
    design : Design
    estimates : Estimates
    stats : mapping of str to float
        Fit statistics by name.
    thresholds : DataFrame or None
        Of an ordinal model, on their own scale: `term, estimate, se, statistic, ci_low, ci_high`.
    level : float
        Confidence level.
    convention : {"recommended", "spss"}
    link : str
    exp_name : Text or None
        What the exponential of a coefficient is.
    options : mapping of str to object
        What the estimator was called with besides the design.
    """

    model: str
    label: Text
    cov: str
    design: Design = field(repr=False)
    estimates: Estimates = field(repr=False)
    stats: Mapping[str, float] = field(repr=False)
    thresholds: pd.DataFrame | None = field(repr=False)
    level: float = 0.95
    convention: str = "recommended"
    link: str = "identity"
    exp_name: Text | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def formula(self) -> str:
        """Return the formula."""
        return self.design.formula

    @property
    def title(self) -> Text:
        """Return the title under which the fit is shown."""
        return Text(f"{self.label.id}: {self.formula}", f"{self.label.en}: {self.formula}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the terms as a `Table`, fit statistics among its notes.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; by default those that hold anything.

        Returns
        -------
        Table
        """
        from kbkresearch.analysis.regression.fit_table import table_of

        return table_of(self, columns)

    def vif(self) -> pd.DataFrame:
        """Return how much the terms inflate each other's variance.

        Returns
        -------
        DataFrame
            One row per term: `term, df, gvif, gvif_scaled` (GVIF^(1/(2 df)), comparable between
            terms; its square compares with a VIF) and `tolerance` (1 / GVIF).

        Notes
        -----
        From the correlations of the design matrix. R's car::vif gives the same for least squares;
        for other models it takes the correlations of the coefficients.
        """
        found = inflation_of(self.design)
        rows = [
            (term, found.df[term], value, found.gvif_scaled[term], 1 / value)
            for term, value in found.gvif.items()
        ]
        return pd.DataFrame(rows, columns=["term", "df", "gvif", "gvif_scaled", "tolerance"])

    def predict(self, frame: pd.DataFrame | None = None) -> pd.Series | pd.DataFrame:
        """Return fitted means for other values of the variables.

        Parameters
        ----------
        frame : DataFrame, optional
            Has the variables of the formula, and the exposure where the fit has one; by default
            the rows that were used.

        Returns
        -------
        Series, shape (m,)
            Means (probabilities, fractions, expected counts), NaN where a variable is missing. A
            mixed model gives the mean over groups. For an ordinal model a DataFrame with one
            column of probabilities per level.
        """
        from kbkresearch.analysis.regression.predict import mean_of

        if frame is None:
            fitted: Any = self.estimates.fitted
            if fitted.ndim == 1:
                return pd.Series(fitted, index=self.design.index, name=self.design.outcome)
            return pd.DataFrame(fitted, index=self.design.index, columns=self.design.categories)
        exposure = self.design.roles.get("exposure")
        needed = [*self.design.variables, *([exposure] if exposure else [])]
        mask, _, _ = complete(frame, needed)
        return mean_of(self, frame, mask, exposure)

    def margins(self, *args: Any, **options: Any) -> Any:
        """Return average marginal effects; see `kbkresearch.analysis.regression.margins`."""
        from kbkresearch.analysis.regression.margins import margins

        return margins(self, *args, **options)

    def assumptions(self, *args: Any, **options: Any) -> Any:
        """Return checks of what the model assumes; see `kbkresearch.analysis.assumptions`."""
        return import_module("kbkresearch.analysis.assumptions").assumptions(self, *args, **options)

    def plot(self, ax: Axes | None = None, lang: str = "id") -> Axes:
        """Draw residuals against fitted values, binned where the outcome is discrete.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        lang : {"id", "en"}

        Returns
        -------
        Axes
        """
        from kbkresearch.analysis.regression.plots import residual_plot

        return residual_plot(self, ax, lang)


def inflation_of(design: Design) -> Inflation:
    """Return variance inflation of a design, with its weights.

    Parameters
    ----------
    design : Design

    Returns
    -------
    Inflation
    """
    x, terms = design.X, design.terms
    if design.ordinal:
        x = np.column_stack([np.ones(len(x)), x])
        terms = {term: [place + 1 for place in places] for term, places in terms.items()}
    found = basis(x, design.weights) if design.ordinal or design.weights is not None else None
    inflated = inflation(x, terms, found or design.basis)
    cut = slice(int(design.ordinal), None)
    return replace(inflated, vif=inflated.vif[cut], tolerance=inflated.tolerance[cut])


def assemble(
    design: Design,
    found: Estimates,
    *,
    model: str,
    label: Text,
    cov: str,
    level: float,
    drawn: Wild | None,
    convention: str,
    link: str,
    options: Mapping[str, Any],
    exp_name: Text | None,
    notes: tuple[Text, ...],
) -> Fit:
    """Wrap estimates as a `Fit`.

    Parameters
    ----------
    design : Design
    found : Estimates
        With the covariance matrix in use.
    model, cov, convention, link : str
    options : mapping of str to object
    label : Text
    level : float
    drawn : Wild or None
        P-values and limits that take the place of the t distribution's.
    exp_name : Text or None
    notes : tuple of Text

    Returns
    -------
    Fit
    """
    tests = infer(found.params, found.covariance, found.df, level)
    frame = _terms(design, found, tests, drawn, exp_name)
    if model == "ols":
        frame["beta"] = standardised(design, found.params)
    inflated = inflation_of(design)
    frame["vif"], frame["tolerance"] = inflated.vif, inflated.tolerance
    owner = {place: term for term, places in design.terms.items() for place in places}
    frame["gvif"] = [inflated.gvif.get(owner.get(place, ""), np.nan) for place in range(len(frame))]
    return Fit(
        frame=frame,
        notes=(*design.notes, *notes, *found.notes, *_overflow(frame, exp_name)),
        model=model, label=label, cov=cov, design=design, estimates=found, stats=found.stats,
        thresholds=_thresholds(design, found, tests), level=level, convention=convention, link=link,
        exp_name=exp_name, options=options,
    )  # fmt: skip


def _terms(
    design: Design, found: Estimates, tests: Inference, drawn: Wild | None, exp_name: Text | None
) -> pd.DataFrame:
    """Return one row per coefficient."""
    k = len(design.names)
    columns: dict[str, Any] = {
        "term": list(design.names),
        "estimate": found.params[:k],
        "se": tests.se[:k],
        "statistic": tests.statistic[:k],
        "df": tests.df[:k] if drawn is None else np.full(k, np.nan),
        "p_value": tests.p_value[:k] if drawn is None else drawn.p_value,
        "ci_low": tests.ci_low[:k] if drawn is None else drawn.ci_low,
        "ci_high": tests.ci_high[:k] if drawn is None else drawn.ci_high,
    }
    if exp_name is not None:
        with np.errstate(over="ignore"):
            columns |= {
                f"exp_{name}": np.exp(columns[name]) for name in ("estimate", "ci_low", "ci_high")
            }
    frame = pd.DataFrame(columns)
    if exp_name is not None:
        frame["exp_name"] = pd.Series([exp_name] * k, dtype=object)
    return frame


def standardised(design: Design, params: Floats) -> Floats:
    """Return coefficients per standard deviation of column and outcome (SPSS's Beta).

    Parameters
    ----------
    design : Design
    params : array, shape (k,)

    Returns
    -------
    array, shape (k,)
        NaN for the intercept. Every column counts as it stands, dummies and products too.
    """
    spread = np.sqrt(_variance(design.X, design.weights) / _variance(design.y, design.weights))
    beta = params * spread
    if design.has_intercept:
        beta[0] = np.nan
    return np.asarray(beta)


def _variance(values: Floats, weights: Floats | None) -> Floats:
    """Return weighted variances of columns, up to a common factor."""
    centred = values - np.average(values, axis=0, weights=weights)
    return np.asarray(np.average(centred**2, axis=0, weights=weights))


def _thresholds(design: Design, found: Estimates, tests: Inference) -> pd.DataFrame | None:
    """Return the thresholds of an ordinal model."""
    if not design.ordinal or design.categories is None:
        return None
    k, levels = len(design.names), design.categories
    return pd.DataFrame(
        {
            "term": [f"{low}|{high}" for low, high in pairwise(levels)],
            "estimate": found.params[k:],
            "se": tests.se[k:],
            "statistic": tests.statistic[k:],
            "ci_low": tests.ci_low[k:],
            "ci_high": tests.ci_high[k:],
        }
    )


def _overflow(frame: pd.DataFrame, exp_name: Text | None) -> tuple[Text, ...]:
    """Say which exponentials pass what a number can hold."""
    if exp_name is None:
        return ()
    huge = np.isinf(frame["exp_estimate"]) | np.isinf(frame["exp_ci_high"])
    names = ", ".join(frame.loc[huge & np.isfinite(frame["ci_high"]), "term"])
    if not names:
        return ()
    return (
        Text(
            f"exp(koefisien) terlalu besar untuk ditulis: {names}; ubah satuan kolomnya.",
            f"exp(coefficient) is too large to write: {names}; change the unit of the column.",
        ),
    )
