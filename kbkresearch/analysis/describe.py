"""`describe`: what a table holds, column by column and group by group (Table 1 of a report)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import Groups, groups, level_of, numeric
from kbkresearch.analysis.describe_notes import notes_on
from kbkresearch.analysis.summaries import (
    QUANTILES,
    Summary,
    difference_of_means,
    difference_of_shares,
    shape,
    summarise,
)
from kbkresearch.errors import BadArgumentError, BadColumnError, UnknownNameError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Convention: TypeAlias = Literal["recommended", "spss"]
_QUANTILE_TYPE = {"recommended": 7, "spss": 6}
_SHAPES = ("auto", "mean", "median")
ALL = "(all)"
_MANY_LEVELS = 20
_SHAPIRO = range(3, 5001)


@dataclass(frozen=True)
class Description(Result):
    """Summaries of columns, whole and by group.

    Attributes
    ----------
    frame : DataFrame
        One row per column (``variable``), level of a categorical one (``level``) and ``group``;
        ``"(all)"`` are all rows that have a group. ``summary`` is ``"mean"``, ``"median"`` or
        ``"count"``: what suits the column; ``n`` and ``n_missing``; for numbers ``mean``, ``sd``,
        ``median``, ``q1``, ``q3``, ``min``, ``max``, ``skewness`` and, where asked for,
        ``shapiro_w`` and ``shapiro_p``; for levels ``count`` and ``pct`` of the group's `n`.
        ``smd`` stands in the rows of ``"(all)"``: the largest standardised difference between any
        two groups, without sign.
    by : str or None
        The column of the groups.
    groups : tuple of str
        Its labels in order.
    group_sizes : tuple of int
        Rows of each.
    """

    by: str | None = None
    groups: tuple[str, ...] = ()
    group_sizes: tuple[int, ...] = field(default=(), repr=False)

    @property
    def title(self) -> Text:
        """Return the title."""
        if self.by is None:
            return Text("Deskripsi data", "Description of the data")
        id_, en = label(self.by, "id"), label(self.by, "en")
        return Text(f"Deskripsi data menurut {id_}", f"Description of the data by {en}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the description as a table: one column per group, one line per summary.

        Parameters
        ----------
        columns : iterable of str, optional
            Groups to show (``"(all)"`` among them), and ``"smd"``; all by default.

        Returns
        -------
        Table
        """
        from kbkresearch.analysis.describe_table import layout

        return layout(self, None if columns is None else tuple(columns))


def describe(
    data: pd.DataFrame,
    columns: str | Sequence[str],
    by: str | None = None,
    *,
    levels: Mapping[str, Any] | None = None,
    summary: str | Mapping[str, str] = "auto",
    convention: Convention = "recommended",
    quantile_type: Literal[6, 7] | None = None,
    skew_limit: float = 1.0,
    normality: bool = False,
) -> Description:
    """Return summaries of columns, of all rows and by group.

    Parameters
    ----------
    data : DataFrame
    columns : str or sequence of str
        Columns to describe.
    by : str, optional
        Column of the groups. Rows without a group are left out and counted in the notes.
    levels : mapping of str to str or sequence, optional
        Levels of measurement: ``"numeric"``, ``"ordinal"``, ``"nominal"``, ``"binary"``, or the
        values of an ordinal column in order. A categorical dtype and truth values are understood.
    summary : {"auto", "mean", "median"} or mapping of str to str
        How numbers are summed up, for all columns or by column. ``"auto"``: mean and standard
        deviation where the absolute skewness is at most `skew_limit` in every group with at least
        three numbers, else median and quartiles.
    convention : {"recommended", "spss"}
        Quartiles of type 7, as R and Excel, or of type 6, as SPSS. Skewness is of type 2 in both.
    quantile_type : {6, 7}, optional
        Type of the quartiles, whatever the convention.
    skew_limit : float
        Where ``"auto"`` changes to the median.
    normality : bool
        Whether Shapiro-Wilk is computed, by group.

    Returns
    -------
    Description

    Raises
    ------
    BadColumnError
        For a column of numbers with text or infinite values, and for one with so many different
        texts that it names its rows.
    MissingColumnsError, BadArgumentError, UnknownNameError
        For columns, levels and options that do not exist.

    Notes
    -----
    Standardised differences do not grow with n as tests do; p-values for differences are given by
    `associate`, with their method and correction for multiplicity.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "score": [3.1, 2.8, 4.0, 3.6], "blud": ["ya", "tidak", "ya", None],
    ...     "payment_pct": [95, 90, 100, 95]})
    >>> found = describe(table, ["score", "payment_pct"], by="blud")
    >>> scores = found.frame[found.frame["variable"] == "score"]
    >>> scores[["group", "n", "median"]].values.tolist()
    [['(all)', 3, 3.1], ['tidak', 1, 2.8], ['ya', 2, 3.55]]
    """
    names = _names(columns, by)
    declared = _keyed("levels", levels or {}, names)
    shapes = _shapes(summary, names)
    if convention not in _QUANTILE_TYPE:
        raise UnknownNameError("convention", convention, _QUANTILE_TYPE)
    kind = quantile_type or _QUANTILE_TYPE[convention]
    if kind not in QUANTILES:
        raise UnknownNameError("type of quantiles", kind, map(str, QUANTILES))
    split = _split(data, by)
    rows: list[dict[str, Any]] = []
    for name in names:
        if level_of(data, name, declared.get(name)) == "numeric":
            values = _values(numeric(data, name), split)
            rows += _numbers(name, values, shapes[name], kind, skew_limit, normality=normality)
        else:
            order = declared.get(name)
            found = groups(data, name, None if isinstance(order, str) else order)
            rows += _levels(found, split)
    frame = _frame(rows, normality=normality)
    sizes = tuple(int(mask.sum()) for mask in split.masks.values())
    notes = notes_on(frame, by, len(data) - sizes[0], kind, skew_limit, normality=normality)
    return Description(frame, notes, by, tuple(split.masks)[1:], sizes)


@dataclass(frozen=True, slots=True)
class _Split:
    """The groups as masks over the rows, `ALL` first."""

    masks: dict[str, NDArray[np.bool_]]


def _split(data: pd.DataFrame, by: str | None) -> _Split:
    """Return the masks of all rows with a group, and of each group."""
    if by is None:
        return _Split({ALL: np.ones(len(data), dtype=bool)})
    found = groups(data, by)
    if not found.labels:
        raise BadColumnError(by, "is empty", "Name a column with groups, or leave `by` out.")
    _not_an_id(found, even_ordered=True)
    parts = {label: found.codes == code for code, label in enumerate(found.labels)}
    return _Split({ALL: found.codes >= 0, **parts})


def _not_an_id(found: Groups, *, even_ordered: bool = False) -> None:
    """Refuse a column with so many labels that it names rows."""
    rows, labels = int((found.codes >= 0).sum()), len(found.labels)
    if labels > max(_MANY_LEVELS, rows / 2) and (even_ordered or not found.ordered):
        raise BadColumnError(
            found.name,
            f"has {labels} different values in {rows} rows",
            "It names the rows rather than groups them: leave it out, or group it first.",
        )


def _names(columns: str | Sequence[str], by: str | None) -> list[str]:
    """Return the columns to describe, each once."""
    names = list(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    if not names:
        raise BadArgumentError("columns is empty; name at least one column.")
    if by in names:
        raise BadArgumentError(f"{by!r} stands in `columns` and in `by`; leave it out of one.")
    return names


def _keyed(option: str, given: Mapping[str, Any], names: list[str]) -> Mapping[str, Any]:
    """Return an option by column, refusing columns that are not described."""
    for name in given:
        if name not in names:
            raise UnknownNameError(f"column in {option}", name, names)
    return given


def _shapes(summary: str | Mapping[str, str], names: list[str]) -> dict[str, str]:
    """Return the summary that is asked for each column."""
    given = dict.fromkeys(names, summary) if isinstance(summary, str) else dict(summary)
    for one in _keyed("summary", given, names).values():
        if one not in _SHAPES:
            raise UnknownNameError("summary", one, _SHAPES)
    return {name: given.get(name, "auto") for name in names}


def _values(
    numbers: NDArray[np.float64], split: _Split
) -> dict[str, tuple[NDArray[np.float64], int]]:
    """Return the numbers of each group without the missing ones, and how many these are."""
    known = ~np.isnan(numbers)
    return {
        name: (numbers[mask & known], int((mask & ~known).sum()))
        for name, mask in split.masks.items()
    }


def _numbers(
    name: str,
    values: dict[str, tuple[NDArray[np.float64], int]],
    asked: str,
    quantile_type: int,
    limit: float,
    *,
    normality: bool,
) -> list[dict[str, Any]]:
    """Return the rows of a column of numbers."""
    parts = {group: summarise(one, quantile_type) for group, (one, _) in values.items()}
    grouped = [one for group, one in parts.items() if group != ALL]
    chosen = shape(grouped or parts.values(), limit) if asked == "auto" else asked
    rows = []
    for group, (one, missing) in values.items():
        row: dict[str, Any] = {"variable": name, "level": None, "group": group, "summary": chosen}
        row |= {"n_missing": missing, **_fields(parts[group])}
        if normality:
            row |= _shapiro(one)
        rows.append(row)
    rows[0]["smd"] = _largest(grouped, difference_of_means)
    return rows


def _fields(one: Summary) -> dict[str, Any]:
    return {name: getattr(one, name) for name in Summary.__dataclass_fields__}


def _shapiro(values: NDArray[np.float64]) -> dict[str, float]:
    """Return the Shapiro-Wilk test; missing where it does not apply."""
    from scipy import stats

    if len(values) not in _SHAPIRO or values.min() == values.max():
        return {"shapiro_w": math.nan, "shapiro_p": math.nan}
    found = stats.shapiro(values)
    return {"shapiro_w": float(found.statistic), "shapiro_p": float(found.pvalue)}


def _levels(found: Groups, split: _Split) -> list[dict[str, Any]]:
    """Return the rows of a column of levels."""
    _not_an_id(found)
    width = len(found.labels)
    counts = {
        group: np.bincount(found.codes[mask & (found.codes >= 0)], minlength=width)
        for group, mask in split.masks.items()
    }
    missing = {g: int((mask & (found.codes < 0)).sum()) for g, mask in split.masks.items()}
    rows = [
        {"variable": found.name, "level": label, "group": group, "summary": "count"}
        | {"n": int(count.sum()), "n_missing": missing[group]}
        | {"count": int(count[code]), "pct": _pct(count)[code]}
        for code, label in enumerate(found.labels)
        for group, count in counts.items()
    ]
    shares = [_pct(count) / 100 for group, count in counts.items() if group != ALL]
    largest = _largest(shares, difference_of_shares)
    for row in rows:
        if row["group"] == ALL:
            row["smd"] = largest
    return rows or [_nothing(found.name, group, n) for group, n in missing.items()]


def _nothing(name: str, group: str, missing: int) -> dict[str, Any]:
    """Return the row of a column without a single value."""
    row = {"variable": name, "level": None, "group": group, "summary": "count"}
    return {**row, "n": 0, "n_missing": missing, "count": 0}


def _pct(counts: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return counts as per cent of their sum; missing where there is none."""
    total = counts.sum()
    return 100 * counts / total if total else np.full(len(counts), np.nan)


def _largest(parts: Sequence[Any], difference: Any) -> float:
    """Return the largest difference of any two groups; missing if one is not defined."""
    found = [difference(one, other) for one, other in combinations(parts, 2)]
    return max(found) if found and not any(map(math.isnan, found)) else math.nan


def _frame(rows: list[dict[str, Any]], *, normality: bool) -> pd.DataFrame:
    """Return the rows as a frame with all its columns."""
    tests = ["shapiro_w", "shapiro_p"] if normality else []
    keys = ["variable", "level", "group", "summary", "n", "n_missing", "count", "pct"]
    keys += ["mean", "sd", "median", "q1", "q3", "min", "max", "skewness", *tests, "smd"]
    frame = pd.DataFrame(rows, columns=keys)
    frame["count"] = frame["count"].astype("Int64")
    return frame.astype(dict.fromkeys(keys[7:], "float64"))
