"""Fits side by side, tests of what one adds to another, and hierarchical blocks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import complete
from kbkresearch.analysis.regression.fit_table import side_by_side
from kbkresearch.analysis.regression.formulas import parse
from kbkresearch.analysis.regression.inference import wald_test
from kbkresearch.analysis.regression.regress import MODELS, regress
from kbkresearch.errors import BadArgumentError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbkresearch.analysis.regression.fit import Fit

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_TWO = 2
_SPANNED = 1e-8
_SHOWN = ("r2", "adj_r2", "sigma", "nagelkerke_r2", "loglik", "aic", "bic")
_ROLES = ("cluster", "weights", "exposure", "denominator", "group")


@dataclass(frozen=True, eq=False)
class Comparison(Result):
    """Fits of one outcome on the same rows.

    Attributes
    ----------
    frame : DataFrame
        One row per fit: `fit, formula, n, k` (coefficients), the fit statistics it has (`r2,
        adj_r2, sigma, nagelkerke_r2, loglik, aic, bic`), and what it adds to the fit before it:
        `r2_change`, `statistic, df, df2, p_value` of the test named in `method` with its `null`;
        with a robust covariance `wald_p` too. Blocks have `added` as well.
    notes : tuple of Text
    fits : tuple of Fit
    """

    fits: tuple[Fit, ...] = field(default=(), repr=False)

    @property
    def title(self) -> Text:
        """Return the title under which the comparison is shown."""
        outcome = self.fits[0].design.outcome if self.fits else ""
        return Text(f"Perbandingan model: {outcome}", f"Models compared: {outcome}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the fits as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        return side_by_side(self, "comparison", columns)


def compare(*fits: Fit, test: bool = True) -> Comparison:
    """Set fits side by side and test what each adds to the one before it.

    Parameters
    ----------
    *fits : Fit
        Two or more, the smallest first: the same model and outcome on the same rows.
    test : bool
        Whether to test; without, fits need not be nested.

    Returns
    -------
    Comparison

    Raises
    ------
    BadArgumentError
        For other rows, outcomes or models; for fits that are not nested, where a test is asked for.

    Notes
    -----
    Least squares give the F of the change in R squared (that SPSS prints as F Change); models with
    a likelihood the likelihood-ratio chi-square; others, a Wald test of the terms that were added.
    F and likelihood ratio trust the model's variances: where the covariance of the larger fit is
    robust, `wald_p` is the p-value that does not.

    Examples
    --------
    >>> z = [0, 1, 0, 1, 0, 0]
    >>> data = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6.0], "x": range(6), "z": z})
    >>> found = compare(regress("y ~ x", data), regress("y ~ x + z", data))
    >>> print(found.frame[["r2_change", "statistic", "df", "df2"]].round(3).iloc[1].to_list())
    [0.159, 8.486, 1.0, 3.0]
    """
    if len(fits) < _TWO:
        raise BadArgumentError("compare needs two fits or more.")
    for one in fits[1:]:
        _check_same(fits[0], one)
    rows = [_row(number, one) for number, one in enumerate(fits, start=1)]
    for small, large, row in zip(fits, fits[1:], rows[1:], strict=False):
        if "r2" in row:
            row["r2_change"] = large.stats["r2"] - small.stats["r2"]
        if test:
            row.update(_test(small, large))
    robust = any(one.cov != "model" for one in fits)
    return Comparison(_frame(rows), _NOTES if test and robust else (), fits)


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame; texts in two languages stay what they are."""
    frame = pd.DataFrame(rows)
    if "null" in frame:
        frame["null"] = pd.Series([row.get("null") for row in rows], dtype=object)
    return frame


_NOTES = (
    Text(
        "Uji F dan rasio likelihood memakai ragam menurut model; dengan galat baku robust, bacalah"
        " wald_p.",
        "F and likelihood-ratio tests trust the model's variances; with robust standard errors read"
        " wald_p.",
    ),
)


def _check_same(first: Fit, other: Fit) -> None:
    """Refuse fits that cannot be compared."""
    if (first.model, first.link) != (other.model, other.link):
        raise BadArgumentError(
            f"Fits of different models cannot be compared: {first.model!r} ({first.link}) and"
            f" {other.model!r} ({other.link})."
        )
    if {first.stats.get("reml"), other.stats.get("reml")} != {None}:
        _check_likelihoods(first, other)
    a, b = first.design, other.design
    if a.outcome != b.outcome:
        raise BadArgumentError(f"Fits of {a.outcome!r} and {b.outcome!r} cannot be compared.")
    same = len(a.y) == len(b.y) and a.index.equals(b.index) and np.array_equal(a.y, b.y)
    if not same or not _same_roles(a, b, grouped="group" in MODELS[first.model].roles):
        raise BadArgumentError(
            f"The fits do not use the same rows, weights and groups ({len(a.y)} rows of"
            f" {a.formula!r}, {len(b.y)} of {b.formula!r}). Leave out the rows where any column is"
            " missing first, or use kbk.blocks, which does."
        )


def _check_likelihoods(first: Fit, other: Fit) -> None:
    """Refuse mixed models whose likelihoods, and so AIC and BIC, measure different things."""
    same = first.design.names == other.design.names
    if first.stats["reml"] != other.stats["reml"] or (first.stats["reml"] == 1 and not same):
        raise BadArgumentError(
            "Mixed models fitted by REML have no comparable likelihoods when their terms differ;"
            " fit both with reml=False."
        )


def _same_roles(a: Any, b: Any, *, grouped: bool) -> bool:
    """Tell whether weights, offset, denominator and a model's groups are the same."""
    return all(
        (one is None and two is None)
        or (one is not None and two is not None and np.array_equal(one, two))
        for one, two in (
            (a.weights, b.weights),
            (a.offset, b.offset),
            (a.denominator, b.denominator),
            *([(a.clusters, b.clusters)] if grouped else []),
        )
    )


def _row(number: int, fit: Fit) -> dict[str, Any]:
    """Return the columns that describe one fit."""
    shown = {name: fit.stats[name] for name in _SHOWN if name in fit.stats}
    n, k = int(fit.stats["n"]), len(fit.design.names)
    return {"fit": number, "formula": fit.formula, "n": n, "k": k, **shown}


_NULL = Text("koefisien yang ditambahkan nol", "the coefficients that were added are zero")


def _test(small: Fit, large: Fit) -> dict[str, Any]:
    """Return the test of what the larger of two nested fits adds."""
    _check_nested(small, large)
    robust = _wald(small, large) if large.cov != "model" or "loglik" not in large.stats else None
    if "r2" in large.stats and "sigma" in large.stats:
        row = _f_change(small, large)
    elif "loglik" in large.stats:
        row = _likelihood_ratio(small, large)
    else:
        row, robust = _as_main(robust), None
    return row | {"null": _NULL} | ({} if robust is None else {"wald_p": robust["p_value"]})


def _check_nested(small: Fit, large: Fit) -> None:
    """Refuse fits of which the first is no special case of the second."""
    q = _centred_basis(large)
    x = small.design.X / np.sqrt((small.design.X**2).sum(axis=0))
    left = x - q @ (q.T @ x)
    fewer = small.design.X.shape[1] < large.design.X.shape[1]
    if not fewer or np.sqrt((left**2).sum(axis=0)).max() > _SPANNED:
        raise BadArgumentError(
            f"{small.formula!r} is not nested in {large.formula!r}: give the smaller fit first, or"
            " compare with test=False by AIC and BIC."
        )


def _centred_basis(fit: Fit) -> Floats:
    """Return orthonormal columns that span those of a fit, with a constant for ordinal models."""
    if not fit.design.ordinal:
        return fit.design.basis.Q
    x = np.column_stack([np.ones(len(fit.design.y)), fit.design.X])
    return np.asarray(np.linalg.qr(x)[0])


def _f_change(small: Fit, large: Fit) -> dict[str, Any]:
    """Return the F test of the change in R squared."""
    from scipy.special import fdtrc

    q = large.design.X.shape[1] - small.design.X.shape[1]
    rest = large.stats["f_df2"]
    change = (small.stats["sse"] - large.stats["sse"]) / q
    f = float(change / (large.stats["sse"] / rest))
    p = float(fdtrc(q, rest, max(f, 0.0)))
    return {"method": "f_change", "statistic": f, "df": float(q), "df2": rest, "p_value": p}


def _likelihood_ratio(small: Fit, large: Fit) -> dict[str, Any]:
    """Return the likelihood-ratio test."""
    from scipy.special import chdtrc

    q = float(large.design.X.shape[1] - small.design.X.shape[1])
    chi2 = 2 * (large.stats["loglik"] - small.stats["loglik"])
    p = float(chdtrc(q, max(chi2, 0.0)))
    return {"method": "likelihood_ratio", "statistic": chi2, "df": q, "df2": np.nan, "p_value": p}


def _wald(small: Fit, large: Fit) -> dict[str, Any] | None:
    """Return the Wald test of the columns that the larger fit has more; None if names differ."""
    added = [name for name in large.design.names if name not in small.design.names]
    if len(added) != large.design.X.shape[1] - small.design.X.shape[1]:
        return None
    places = [large.design.names.index(name) for name in added]
    return asdict(wald_test(large.design, large.estimates, places))


def _as_main(robust: dict[str, Any] | None) -> dict[str, Any]:
    """Return a Wald test as the test of a model without a likelihood."""
    if robust is None:
        raise BadArgumentError(
            "This model has no likelihood, and its fits name their columns differently, so nothing"
            " can be tested; write both formulas with the same terms, or use test=False."
        )
    return robust


def blocks(
    outcome: str,
    steps: Sequence[str | Sequence[str]],
    data: pd.DataFrame,
    model: str = "ols",
    **options: Any,
) -> Comparison:
    """Fit hierarchical blocks: terms enter block by block, on the same rows.

    Parameters
    ----------
    outcome : str
        Left-hand side.
    steps : sequence of str or of sequences of str
        Terms that each block adds: ``["doctors", ["C(funding_model)", "infrastructure_pct"]]``.
    data : DataFrame
    model : str
    **options : object
        Passed to `regress`.

    Returns
    -------
    Comparison
        As SPSS's Model Summary: R squared, its change, F Change with its degrees of freedom and
        p-value, the first block against the intercept alone. `fits` holds the fit of each block.

    Raises
    ------
    BadArgumentError
        For no block or an empty one; and as `regress`.

    Examples
    --------
    >>> z = [0, 1, 0, 1, 0, 0]
    >>> data = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6.0], "x": range(6), "z": z})
    >>> found = blocks("y", ["x", "z"], data, cov="model")
    >>> found.frame[["added", "r2", "r2_change"]].round(3).to_dict("list")
    {'added': ['x', 'z'], 'r2': [0.784, 0.944], 'r2_change': [0.784, 0.159]}
    """
    added = [[one] if isinstance(one, str) else list(one) for one in steps]
    if not added or not all(added):
        raise BadArgumentError("blocks needs at least one block, and every block a term.")
    terms = [" + ".join(block) for block in added]
    formulas = [f"{outcome} ~ {' + '.join(terms[:place])}" for place in range(1, len(terms) + 1)]
    used, n_dropped = same_rows(formulas[-1], data, options)
    fits = tuple(regress(one, used, model, **options) for one in formulas)
    found = compare(*fits) if len(fits) > 1 else None
    records: list[Any] = found.frame.to_dict("records") if found else [_row(1, fits[0])]
    rows: list[dict[str, Any]] = [dict(one) for one in records]
    rows[0] |= _first(fits[0])
    frame = _frame([{**row, "added": term} for row, term in zip(rows, terms, strict=True)])
    frame.insert(1, "added", frame.pop("added"))
    notes = (*(found.notes if found else ()), *_dropped(n_dropped, len(data)))
    return Comparison(frame, notes, fits)


def _first(fit: Fit) -> dict[str, Any]:
    """Return what the first block adds to the intercept alone."""
    stats = fit.stats
    robust = {"wald_p": stats["wald_p"]} if "wald_p" in stats else {}
    if "f_p" in stats:
        return robust | {
            "r2_change": stats["r2"], "method": "f_change", "statistic": stats["f"],
            "df": stats["f_df1"], "df2": stats["f_df2"], "p_value": stats["f_p"], "null": _NULL,
        }  # fmt: skip
    if "lr_p" in stats:
        return robust | {
            "method": "likelihood_ratio", "statistic": stats["lr_chi2"], "df": stats["lr_df"],
            "p_value": stats["lr_p"], "null": _NULL,
        }  # fmt: skip
    return {}


def same_rows(
    formula: str, data: pd.DataFrame, options: dict[str, Any]
) -> tuple[pd.DataFrame, int]:
    """Return the rows where nothing of a formula and of named roles is missing.

    Parameters
    ----------
    formula : str
    data : DataFrame
    options : dict
        Options of `regress`; those that name columns count.

    Returns
    -------
    used : DataFrame
    n_dropped : int
    """
    parsed = parse(formula)
    named = [options[role] for role in _ROLES if options.get(role) is not None]
    mask, n_dropped, _ = complete(data, [*parsed.outcome_variables, *parsed.variables, *named])
    return data.loc[mask], n_dropped


def _dropped(n_dropped: int, n: int) -> tuple[Text, ...]:
    """Say how many rows no block uses."""
    if not n_dropped:
        return ()
    return (
        Text(
            f"{n_dropped} dari {n} baris tidak dipakai di semua blok karena nilai kosong.",
            f"{n_dropped} of {n} rows were left out of all blocks for missing values.",
        ),
    )
