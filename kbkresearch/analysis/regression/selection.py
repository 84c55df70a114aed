"""Candidate screening and backward elimination, as SPSS users are taught; nothing to recommend."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from kbkresearch.analysis.regression.compare import compare, same_rows
from kbkresearch.analysis.regression.fit_table import side_by_side
from kbkresearch.analysis.regression.inference import wald_test
from kbkresearch.analysis.regression.regress import regress
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbkresearch.analysis.regression.fit import Fit

Test: TypeAlias = Literal["wald", "lr"]

MODELS = ("ols", "logit", "binomial", "poisson", "negbin", "ordinal")


@dataclass(frozen=True, eq=False)
class Selection(Result):
    """A model that was selected, step by step.

    Attributes
    ----------
    frame : DataFrame
        One row per step and term: `step` (0 is the screening), `term, statistic, df, p_value,
        method, action` (``"candidate"``, ``"screened_out"``, ``"kept"``, ``"removed"``), and
        `estimate` with `exp_estimate` where the term has one column.
    notes : tuple of Text
        What selection does to p-values.
    fit : Fit or None
        The final fit; None where no term is left.
    """

    fit: Fit | None = field(default=None, repr=False)

    @property
    def title(self) -> Text:
        """Return the title under which the selection is shown."""
        return Text("Seleksi model mundur (SPSS)", "Backward selection (SPSS)")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the steps as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        return side_by_side(self, "selection", columns)


def select(
    outcome: str,
    candidates: Sequence[str],
    data: pd.DataFrame,
    model: str = "logit",
    *,
    convention: str = "recommended",
    screen: float = 0.25,
    removal: float = 0.10,
    test: Test = "wald",
    **options: Any,
) -> Selection:
    """Screen candidates one by one, then drop terms backward, as SPSS does.

    Parameters
    ----------
    outcome : str
        Left-hand side.
    candidates : sequence of str
        Terms: ``"doctors"``, ``"C(funding_model)"``.
    data : DataFrame
    model : {"logit", "ols", "binomial", "poisson", "negbin", "ordinal"}
    convention : {"spss"}
        Has to be asked for; see Notes.
    screen : float
        A candidate alone in the model stays with a p-value below this; 1 keeps all.
    removal : float
        At each step the term with the largest p-value leaves if it is above this (SPSS's POUT).
    test : {"wald", "lr"}
        Wald test of the term, or likelihood ratio of the model without it.
    **options : object
        Passed to `regress`; the covariance is the model's own.

    Returns
    -------
    Selection

    Raises
    ------
    BadArgumentError
        Without ``convention="spss"``, for no candidates, and as `regress`.

    Notes
    -----
    Each candidate is screened on the rows where it is known, by the test of the whole model; the
    steps share the rows where all remaining candidates are known. SPSS's backward stepwise methods
    try to let a removed term in again (PIN .05 by the score test); that is not done here.

    P-values, intervals and R squared of a selected model take no account of the selection: they are
    too optimistic [1]_. Choosing terms from theory beforehand needs no such step.

    References
    ----------
    .. [1] Harrell FE (2015). Regression Modeling Strategies, 2nd ed., section 4.3.

    Examples
    --------
    >>> z = [1, 0, 1, 1, 0, 1]
    >>> data = pd.DataFrame({"y": [1, 3, 2, 5, 4, 6.0], "x": range(6), "z": z})
    >>> found = select("y", ["x", "z"], data, "ols", convention="spss")
    >>> found.frame[["step", "term", "action"]].values.tolist()
    [[0, 'x', 'candidate'], [0, 'z', 'screened_out'], [1, 'x', 'kept']]
    """
    _check(candidates, model, convention, screen, removal, test)
    options = {**options, "cov": "model", "convention": "spss"}
    rows = [_alone(outcome, term, data, model, screen, options) for term in candidates]
    left = [row["term"] for row in rows if row["action"] == "candidate"]
    if not left:
        return Selection(pd.DataFrame(rows), (_NOTE, _NONE_LEFT), None)
    used, _ = same_rows(_formula(outcome, left), data, options)
    fit: Fit | None = None
    step = 0
    while left:
        step += 1
        fit = regress(_formula(outcome, left), used, model, **options)
        tests = [_term(fit, outcome, term, left, used, test, options) for term in left]
        worst = max(tests, key=lambda one: float(one["p_value"]))
        gone = worst["term"] if worst["p_value"] > removal else None
        rows += [
            {"step": step, **one, "action": "removed" if one["term"] == gone else "kept"}
            for one in tests
        ]
        if gone is None:
            break
        left.remove(gone)
    notes = (_NOTE,) if left else (_NOTE, _NONE_LEFT)
    return Selection(pd.DataFrame(rows), notes, fit if left else None)


_NOTE = Text(
    "Seleksi kandidat dan metode backward memilih suku dari data yang sama: nilai p, interval, dan"
    " R² model akhir terlalu optimistis, dan hasilnya mudah berubah pada data lain. Laporkan semua"
    " kandidat, bukan hanya yang tersisa.",
    "Screening and backward elimination choose terms from the same data: p-values, intervals and R²"
    " of the final model are too optimistic, and other data may well choose others. Report all"
    " candidates, not only those that are left.",
)
_NONE_LEFT = Text("Tidak ada suku yang tersisa.", "No term is left.")


def _check(
    candidates: Sequence[str],
    model: str,
    convention: str,
    screen: float,
    removal: float,
    test: str,
) -> None:
    """Refuse what cannot be done, and selection that was not asked for by its convention."""
    if convention != "spss":
        raise BadArgumentError(
            "Selecting terms by their p-values makes the p-values of the final model too small, so"
            " it is there only to reproduce what SPSS users report: ask for it with"
            " convention='spss'. Otherwise fit all terms that theory names (kbk.regress), or"
            " compare models that were planned (kbk.blocks)."
        )
    if model not in MODELS:
        raise UnknownNameError("model to select in", model, MODELS)
    if test not in get_args(Test):
        raise UnknownNameError("test", test, get_args(Test))
    if isinstance(candidates, str) or not candidates or len(set(candidates)) < len(candidates):
        raise BadArgumentError("candidates is a list of terms, each once, such as ['doctors'].")
    for name, value in (("screen", screen), ("removal", removal)):
        if not 0 < value <= 1:
            raise BadArgumentError(f"{name} must be above 0 and at most 1; found {value!r}.")


def _formula(outcome: str, terms: Sequence[str]) -> str:
    """Return a formula of some terms."""
    return f"{outcome} ~ {' + '.join(terms)}"


def _alone(
    outcome: str, term: str, data: pd.DataFrame, model: str, screen: float, options: dict[str, Any]
) -> dict[str, Any]:
    """Return the screening of one candidate: the test of the model that holds it alone."""
    fit = regress(_formula(outcome, [term]), data, model, **options)
    row = _whole(fit)
    action = "candidate" if row["p_value"] < screen else "screened_out"
    return {"step": 0, "term": term, **_one_column(fit, term), **row, "action": action}


def _term(
    fit: Fit,
    outcome: str,
    term: str,
    left: Sequence[str],
    used: pd.DataFrame,
    test: str,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Return the test of one term among those that are left."""
    if test == "wald":
        found = asdict(wald_test(fit.design, fit.estimates, _places(fit, term)))
    else:
        others = [one for one in left if one != term]
        if not others:
            return {"term": term, **_one_column(fit, term), **_whole(fit)}
        small = regress(_formula(outcome, others), used, fit.model, **options)
        found = dict(compare(small, fit).frame.iloc[1])
    kept = {name: found[name] for name in ("statistic", "df", "p_value", "method")}
    return {"term": term, **_one_column(fit, term), **kept}


def _whole(fit: Fit) -> dict[str, Any]:
    """Return the test of a fit that has one term: that of the whole model."""
    stats = fit.stats
    if "f_p" in stats:
        found = (stats["f"], stats["f_df1"], stats["f_p"], "f_change")
    else:
        found = (stats["lr_chi2"], stats["lr_df"], stats["lr_p"], "likelihood_ratio")
    return dict(zip(("statistic", "df", "p_value", "method"), found, strict=True))


def _places(fit: Fit, term: str) -> list[int]:
    """Return the columns of a term, however its spaces are written."""
    plain = term.replace(" ", "")
    for name, places in fit.design.terms.items():
        if name.replace(" ", "").replace("`", "") == plain.replace("`", ""):
            return list(places)
    raise BadArgumentError(
        f"{term!r} is no single term of {fit.formula!r}; give each candidate as one term."
    )


def _one_column(fit: Fit, term: str) -> dict[str, float]:
    """Return estimate and exponential of a term with one column; NaN for one with several."""
    places = _places(fit, term)
    if len(places) != 1:
        return {"estimate": np.nan, "exp_estimate": np.nan}
    row = fit.frame.iloc[places[0]]
    return {"estimate": row["estimate"], "exp_estimate": row.get("exp_estimate", np.nan)}
