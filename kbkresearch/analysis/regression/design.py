"""The one strict step before any estimator: a formula and a data frame to arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import LARGEST, complete, groups, numeric
from kbkresearch.analysis.regression.collinearity import Basis, basis, dependent
from kbkresearch.analysis.regression.formulas import Parsed, parse
from kbkresearch.analysis.regression.outcomes import Kind, Outcome, check, outcome_of
from kbkresearch.analysis.regression.outcomes import check_denominator as _check_denominator
from kbkresearch.analysis.regression.variables import like, variables_of
from kbkresearch.errors import BadArgumentError, BadColumnError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

FEW_CLUSTERS = 40
_TWO = 2


@dataclass(frozen=True, eq=False)
class Design:
    """Arrays of a regression, with names, and what was left out.

    Attributes
    ----------
    formula, outcome : str
        The formula as given, and its left-hand side.
    y : array, shape (n,)
        Outcome; for an ordinal model the codes 0 to J - 1 of `categories`.
    X : array, shape (n, k)
        Design matrix, with the intercept unless the formula (or an ordinal model) leaves it out.
    names : tuple of str
        The k names as the formula gives them: ``Intercept``, ``x``, ``C(kind)[T.blud]``.
    terms : dict of str to list of int
        Term of the formula to its columns in `X`.
    variables : tuple of str
        Data columns on the right-hand side.
    frame : DataFrame
        The used rows of those columns, numbered from 0: float64 or categorical.
    index : Index
        Labels of the rows used.
    weights, offset, denominator : array, shape (n,), or None
        Weights; logarithm of the exposure; denominators of a grouped binomial outcome.
    clusters : array of int, shape (n,), or None
        Codes 0 to G - 1 of the clusters (for mixed and GEE models: of the groups).
    cluster_name : str
        The column the clusters come from; empty where there are none.
    n_clusters : int
        G; 0 where there are none.
    categories : tuple of str, or None
        Levels of an ordinal or binary outcome, in order.
    n_dropped : int
        Rows left out.
    dropped : dict of str to int
        Rows left out by column; a row can count in several.
    notes : tuple of Text
        What a reader must know about the step from data to arrays.
    roles : dict of str to str
        Columns that were named: ``weights``, ``cluster``, ``exposure``, ``denominator``.
    spec : object
        How formulaic builds `X` again.
    ordinal : bool
        Whether the outcome is ordinal, so that `X` has no intercept.
    """

    formula: str
    outcome: str
    y: Floats
    X: Floats
    names: tuple[str, ...]
    terms: dict[str, list[int]]
    variables: tuple[str, ...]
    frame: pd.DataFrame = field(repr=False)
    index: pd.Index = field(repr=False)
    weights: Floats | None = None
    offset: Floats | None = None
    denominator: Floats | None = None
    clusters: Ints | None = None
    cluster_name: str = ""
    n_clusters: int = 0
    categories: tuple[str, ...] | None = None
    n_dropped: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)
    spec: Any = field(default=None, repr=False)
    ordinal: bool = False

    @property
    def has_intercept(self) -> bool:
        """Return whether the first column is the intercept."""
        return self.names[:1] == ("Intercept",)

    @cached_property
    def basis(self) -> Basis:
        """Return the orthonormal basis of the columns, without weights."""
        return basis(self.X)

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """Return the design matrix of other values of the same variables, in the same coding.

        Parameters
        ----------
        frame : DataFrame
            Has the columns named in `variables`, without missing values.

        Returns
        -------
        array, shape (m, k)

        Raises
        ------
        MissingColumnsError, BadColumnError
            For a column that is missing, a level that the fit has not seen, or values outside the
            domain of a function.
        """
        return _matrix(self.spec, self.conform(frame), ordinal=self.ordinal)

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the variables of the design from another frame, with the dtypes of this one.

        Parameters
        ----------
        frame : DataFrame
            Has the columns named in `variables`; missing values stay missing.

        Returns
        -------
        DataFrame
        """
        built = {name: like(frame, name, self.frame[name]) for name in self.variables}
        return pd.DataFrame(built, index=pd.RangeIndex(len(frame)))


def build(
    formula: str,
    data: pd.DataFrame,
    *,
    kind: Kind = "numeric",
    weights: str | None = None,
    cluster: str | None = None,
    exposure: str | None = None,
    denominator: str | None = None,
) -> Design:
    """Turn a formula and a data frame into arrays, refusing what an estimator would swallow.

    Parameters
    ----------
    formula : str
        See `kbkresearch.analysis.regression.formulas.parse`.
    data : DataFrame
        One row per observation; numbers may be Decimal, nullable or Arrow.
    kind : {"numeric", "binary", "ordinal", "count", "fraction", "grouped"}
        What the model needs the outcome to be; an ordinal design has no intercept.
    weights, cluster, exposure, denominator : str, optional
        Columns with these roles.

    Returns
    -------
    Design
        Rows with a missing value in a column that is used are left out and counted.

    Raises
    ------
    MissingColumnsError
        For a column that the data lack.
    BadColumnError
        For values that cannot be used, and for constant columns.
    BadArgumentError
        For too few rows, dependent columns (named), or fewer than two clusters.

    Examples
    --------
    >>> data = pd.DataFrame({"score": [1, 2, 4, 3.5], "doctors": [1, 2, 3, None]})
    >>> found = build("score ~ doctors", pd.concat([data, data + 1]))
    >>> found.names, found.X.shape, found.n_dropped, found.dropped
    (('Intercept', 'doctors'), (6, 2), 2, {'doctors': 2})
    """
    parsed = parse(formula)
    roles = {"weights": weights, "cluster": cluster, "exposure": exposure}
    given = {role: name for role, name in roles.items() if name is not None}
    if denominator is not None:
        given["denominator"] = denominator
    used, index, dropped, n_dropped = _rows(data, parsed, given)
    extra = _Extra(used, index, given)
    outcome = _outcome(used, index, parsed, kind)
    if extra.denominator is not None:
        _check_denominator(index, parsed.outcome, outcome.values, extra.denominator)
    frame = variables_of(used, parsed)
    terms, names, x, spec = _columns(parsed, frame, index, ordinal=kind == "ordinal")
    design = Design(
        formula, parsed.outcome, outcome.values, x, names, terms, parsed.variables, frame, index,
        weights=extra.weights, offset=extra.offset, denominator=extra.denominator,
        clusters=extra.clusters, cluster_name=given.get("cluster", ""),
        n_clusters=extra.n_clusters, categories=outcome.categories, n_dropped=n_dropped,
        dropped=dropped, notes=(*_dropped_note(dropped, n_dropped, len(data)), *outcome.notes),
        roles=given, spec=spec, ordinal=kind == "ordinal",
    )  # fmt: skip
    _check_size(design)
    _check_rank(design)
    return design


def _rows(
    data: pd.DataFrame, parsed: Parsed, roles: dict[str, str]
) -> tuple[pd.DataFrame, pd.Index, dict[str, int], int]:
    """Return the complete rows of the columns used, their labels, and what was left out."""
    names = list(dict.fromkeys([*parsed.outcome_variables, *parsed.variables, *roles.values()]))
    mask, _, dropped = complete(data, names)
    if "denominator" in roles:
        empty = mask & (numeric(data, roles["denominator"]) == 0)
        if empty.any():
            dropped[f"{roles['denominator']} = 0"] = int(empty.sum())
            mask = mask & ~empty
    if not mask.any():
        why = ", ".join(f"{name} ({n})" for name, n in dropped.items()) or "the data have none"
        raise BadArgumentError(f"No row is complete; missing values by column: {why}.")
    used = data[names] if mask.all() else data.loc[mask, names]
    return used, used.index, dropped, int((~mask).sum())


class _Extra:
    """Weights, offset, denominator and clusters, checked."""

    def __init__(self, used: pd.DataFrame, index: pd.Index, roles: dict[str, str]) -> None:
        def positive(role: str) -> Floats | None:
            if role not in roles:
                return None
            values = numeric(used, roles[role])
            rows = np.flatnonzero(values <= 0)
            if len(rows):
                raise BadColumnError(
                    roles[role],
                    f"holds values of 0 or less, and is used as {role}=",
                    "Set them to missing, or leave the rows out.",
                    index.take(rows).tolist(),
                    values[rows].tolist(),
                )
            return values

        self.weights = positive("weights")
        exposure = positive("exposure")
        self.offset = None if exposure is None else np.log(exposure)
        self.denominator = positive("denominator")
        if self.denominator is not None:
            check(index, roles["denominator"], self.denominator, "grouped")
        self.clusters: Ints | None = None
        self.n_clusters = 0
        if "cluster" in roles:
            found = groups(used, roles["cluster"])
            self.clusters, self.n_clusters = found.codes.astype(np.int64), len(found.labels)
            _check_clusters(roles["cluster"], self.n_clusters, len(index))


def _check_clusters(name: str, n_clusters: int, n: int) -> None:
    """Refuse fewer than two clusters."""
    if n_clusters < _TWO:
        raise BadColumnError(
            name,
            f"is one and the same in the {n} rows used",
            "Clusters are needed to differ: at least two, and 40 or more for usual intervals.",
        )


def _outcome(used: pd.DataFrame, index: pd.Index, parsed: Parsed, kind: Kind) -> Outcome:
    """Return the checked outcome, a column or an expression of columns."""
    if parsed.outcome_variables == (parsed.outcome.strip("`"),):
        return outcome_of(used, parsed.outcome_variables[0], kind)
    numbers = {name: numeric(used, name) for name in parsed.outcome_variables}
    frame = pd.DataFrame(numbers, index=pd.RangeIndex(len(used)))
    values = _evaluate(parsed.source.lhs, frame).to_numpy(dtype=np.float64)[:, -1]
    _check_finite(parsed.outcome, values, index)
    check(index, parsed.outcome, values, kind)
    return Outcome(values)


def _columns(
    parsed: Parsed, frame: pd.DataFrame, index: pd.Index, *, ordinal: bool
) -> tuple[dict[str, list[int]], tuple[str, ...], Floats, Any]:
    """Return terms, names and values of the design matrix, and how to build it again."""
    built = _evaluate(parsed.source.rhs, frame)
    spec, names = built.model_spec, tuple(map(str, built.columns))
    terms = {str(term): list(places) for term, places in spec.term_indices.items() if places}
    x = np.asfortranarray(built.to_numpy(dtype=np.float64))
    for place, name in enumerate(names):
        _check_finite(name, x[:, place], index)
    if "1" in terms:
        terms = {"Intercept": terms.pop("1"), **terms}
    if ordinal:
        return _without_intercept(parsed, terms, names, x, spec)
    return terms, names, x, spec


def _without_intercept(
    parsed: Parsed, terms: dict[str, list[int]], names: tuple[str, ...], x: Floats, spec: Any
) -> tuple[dict[str, list[int]], tuple[str, ...], Floats, Any]:
    """Leave out the intercept, which an ordinal model's thresholds stand for."""
    if names[:1] != ("Intercept",):
        raise BadArgumentError(
            f"{parsed.text!r}: an ordinal model has thresholds in place of an intercept; do not"
            " take the intercept out of the formula."
        )
    del terms["Intercept"]
    terms = {term: [place - 1 for place in places] for term, places in terms.items()}
    return terms, names[1:], x[:, 1:], spec


def _matrix(spec: Any, frame: pd.DataFrame, *, ordinal: bool) -> Floats:
    """Build a design matrix again from a clean frame."""
    x = _evaluate(spec, frame).to_numpy(dtype=np.float64)
    for place, name in enumerate(spec.column_names):
        _check_finite(name, x[:, place], frame.index)
    return np.ascontiguousarray(x[:, 1:] if ordinal else x)


def _evaluate(source: Any, frame: pd.DataFrame) -> Any:
    """Evaluate a side of a formula on clean columns, and on nothing else."""
    from formulaic.errors import FormulaicError

    if not len(frame.columns):
        frame = pd.DataFrame({"_rows": np.zeros(len(frame))}, index=frame.index)
    context = {"sqrt": np.sqrt, "log1p": np.log1p, "abs": np.abs}
    try:
        with np.errstate(all="ignore"):
            return source.get_model_matrix(frame, context=context, na_action="ignore")
    except (FormulaicError, ValueError, TypeError, KeyError) as error:
        problem = str(error).strip().split("\n", maxsplit=1)[0]
        raise BadArgumentError(f"The formula cannot be evaluated: {problem}") from None


def _check_finite(name: str, values: Floats, index: Iterable[object]) -> None:
    """Refuse values that a function of the formula cannot give."""
    rows = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(rows):
        labels = list(index)
        raise BadColumnError(
            name,
            "is no finite number, or too large (a function outside its domain, as the log of 0)",
            "Leave the rows out, or use another function.",
            [labels[row] for row in rows],
            values[rows].tolist(),
        )


def _check_size(design: Design) -> None:
    """Refuse as many coefficients as rows, or more."""
    n, k = design.X.shape
    needed = k + len(design.categories) - 1 if design.ordinal and design.categories else k
    if n > needed:
        return
    largest = max(design.terms, key=lambda term: len(design.terms[term]), default="")
    raise BadArgumentError(
        f"{design.formula!r}: {n} rows cannot give {needed} coefficients ({design.n_dropped} rows"
        f" left out for missing values); the term with the most columns is {largest!r}"
        f" ({len(design.terms.get(largest, ()))}). Take terms out, or group levels."
    )


def _check_rank(design: Design) -> None:
    """Refuse columns that other columns determine, naming them."""
    x, names = design.X, design.names
    if not x.shape[1] and not design.ordinal:
        raise BadArgumentError(f"{design.formula!r} has no term; write 'outcome ~ 1' for a mean.")
    if design.ordinal:
        x, names = np.column_stack([np.ones(len(x)), x]), ("Intercept", *names)
        found = dependent(x, names)
    else:
        found = dependent(x, names, design.basis)
    if found:
        raise BadArgumentError(
            f"{design.formula!r}: columns depend on each other exactly: {'; '.join(found)}."
            " Take one of each set out of the formula."
        )


def _dropped_note(dropped: dict[str, int], n_dropped: int, n: int) -> tuple[Text, ...]:
    """Say how many rows were left out, and why."""
    if not n_dropped:
        return ()
    why = ", ".join(f"{name} {count}" for name, count in dropped.items())
    return (
        Text(
            f"{n_dropped} dari {n} baris tidak dipakai karena nilai kosong ({why}).",
            f"{n_dropped} of {n} rows were left out for missing values ({why}).",
        ),
    )
