"""Columns of a data frame as arrays for statistics, strictly: what cannot be used is an error.

Every analysis takes its columns through here, so that a Decimal column, a nullable one or one with
an infinite value means the same everywhere. Missing stays missing: NaN in numbers, -1 in codes.
"""

from __future__ import annotations

import difflib
import math
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from pandas.api import types

from kbkresearch.errors import (
    BadArgumentError,
    BadColumnError,
    MissingColumnsError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from numpy.typing import NDArray

Level: TypeAlias = Literal["numeric", "ordinal", "nominal", "binary"]
LEVELS: tuple[Level, ...] = get_args(Level)
BINARY = 2
_UNITS = "Check them, or give the column in larger units."
_NUMBERS = "Numbers are needed: read the file with kbk.read, or recode the column first."
LARGEST = 1e50
_INFINITE = "A division by zero may be behind them; set them to missing or leave the rows out."


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A column as groups.

    Attributes
    ----------
    name : str
        The column.
    codes : array of int, shape (n,)
        Position of each row's group in `labels`; -1 where the cell is missing.
    labels : tuple of str
        The groups that occur, in order: that of a categorical dtype, else ascending.
    ordered : bool
        Whether the order means something: an ordered categorical, a number, a truth value, a date.
    """

    name: str
    codes: NDArray[np.intp]
    labels: tuple[str, ...]
    ordered: bool


def column(data: pd.DataFrame, name: Hashable) -> pd.Series:
    """Return one column of a data frame.

    Parameters
    ----------
    data : DataFrame
    name : hashable
        Name of the column.

    Returns
    -------
    Series, shape (n,)

    Raises
    ------
    MissingColumnsError
        If there is none of that name; near names are suggested.
    BadArgumentError
        If `data` is no data frame, or has the name more than once.

    Examples
    --------
    >>> column(pd.DataFrame({"doctors": [1, 2]}), "doctor")
    Traceback (most recent call last):
    kbkresearch.errors.MissingColumnsError: Column 'doctor' is needed; did you mean 'doctors'? \
Columns found: doctors.
    """
    columns = getattr(data, "columns", None)
    if not isinstance(columns, pd.Index):
        found = type(data).__name__
        raise BadArgumentError(f"data is a {found}; a pandas DataFrame is needed.")
    positions = np.flatnonzero(columns == name)
    if len(positions) == 1:
        return data.iloc[:, int(positions[0])]
    if len(positions):
        raise BadArgumentError(
            f"Column {name!r} stands {len(positions)} times in the data; rename or drop the others."
        )
    near = difflib.get_close_matches(str(name), map(str, columns), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    raise MissingColumnsError(f"Column {name!r} is needed{hint}", list(columns))


def numeric(data: pd.DataFrame, name: Hashable) -> NDArray[np.float64]:
    """Return a column as float64 numbers, NaN where a cell is missing.

    Parameters
    ----------
    data : DataFrame
    name : hashable
        Name of the column: numbers of any dtype (Decimal, nullable, Arrow, object), truth values,
        or a categorical of numbers.

    Returns
    -------
    array of float64, shape (n,)
        May share memory with the data: do not write to it.

    Raises
    ------
    BadColumnError
        For text, dates, infinite values and values above 1e50, with the first rows and what
        stands there.
    MissingColumnsError, BadArgumentError
        As in `column`.

    Examples
    --------
    >>> numeric(pd.DataFrame({"x": [Decimal("1.5"), None, 2]}), "x").tolist()
    [1.5, nan, 2.0]
    """
    series = column(data, name)
    values = _floats(series)
    missing = np.isnan(values)
    if missing.any():
        _refuse(series, missing & ~_isna(series), "holds what is no number", _NUMBERS)
    _refuse(series, np.isinf(values), "holds infinite values", _INFINITE)
    _refuse(series, np.abs(values) > LARGEST, "holds values too large to compute with", _UNITS)
    return values


def _floats(series: pd.Series) -> NDArray[np.float64]:
    """Return a column as float64, NaN for whatever is no number."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        categories = _floats(series.cat.categories.to_series(index=None))
        return np.append(categories, np.nan)[series.cat.codes.to_numpy()]
    if (
        series.dtype.kind == "c"
        or types.is_datetime64_any_dtype(series)
        or series.dtype.kind in "mM"
    ):
        return np.full(len(series), np.nan)
    if types.is_numeric_dtype(series) and not types.is_object_dtype(series):
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.array([_float(one) for one in series.tolist()], dtype=np.float64)


def _float(value: object) -> float:
    """Return a number as a float; NaN for text, dates and missing values."""
    return float(value) if isinstance(value, Real | Decimal | np.bool_) else math.nan


def _isna(series: pd.Series) -> NDArray[np.bool_]:
    """Tell the cells that are missing; a text of nothing but spaces is one of them."""
    if types.is_numeric_dtype(series) or isinstance(series.dtype, pd.CategoricalDtype):
        return np.asarray(series.isna(), dtype=bool)
    return _factorize(series)[0] < 0


def _factorize(series: pd.Series) -> tuple[NDArray[np.intp], list[Any]]:
    """Return codes and values in order of appearance; -1 for what is missing or blank."""
    try:
        codes, found = pd.factorize(series, use_na_sentinel=True)
    except TypeError:
        problem, todo = "holds lists or other objects", "One number or one text per cell is needed."
        raise BadColumnError(series.name, problem, todo) from None
    values = found.tolist()
    kept = np.array([not (isinstance(one, str) and not one.strip()) for one in values], dtype=bool)
    if kept.all():
        return codes, values
    place = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    return place[codes], [one for one, keep in zip(values, kept, strict=True) if keep]


def _refuse(series: pd.Series, wrong: NDArray[np.bool_], problem: str, todo: str) -> None:
    """Raise if any row is wrong, with its label and value."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        labels = series.index.take(rows).tolist()
        raise BadColumnError(series.name, problem, todo, labels, series.iloc[rows].tolist())


def groups(data: pd.DataFrame, name: Hashable, order: Sequence[object] | None = None) -> Groups:
    """Return a column as codes of its groups.

    Parameters
    ----------
    data : DataFrame
    name : hashable
        Name of the column. Groups that do not occur are left out; an empty text is missing.
    order : sequence of object, optional
        Every value that occurs, in the order that is meant.

    Returns
    -------
    Groups

    Raises
    ------
    BadColumnError
        For infinite values, for labels that differ only in case or in spaces, and for values that
        `order` does not name.
    MissingColumnsError, BadArgumentError
        As in `column`.

    Examples
    --------
    >>> found = groups(pd.DataFrame({"model": ["blud", "non_blud", None, "blud"]}), "model")
    >>> found.codes.tolist(), found.labels, found.ordered
    ([0, 1, -1, 0], ('blud', 'non_blud'), False)
    """
    series = column(data, name)
    codes, values, ordered = _factors(series)
    if order is not None:
        codes, values, ordered = _in_order(series, codes, values, order), list(order), True
    used = np.bincount(codes[codes >= 0], minlength=len(values)) > 0
    place = np.append(np.cumsum(used) - 1, -1)
    labels = tuple(label_of(one) for one, kept in zip(values, used, strict=True) if kept)
    _distinct(series.name, labels)
    return Groups(str(name), place[codes], labels, ordered)


def _factors(series: pd.Series) -> tuple[NDArray[np.intp], list[Any], bool]:
    """Return codes, values in order, and whether the order means something."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        codes = series.cat.codes.to_numpy().astype(np.intp)
        return codes, series.cat.categories.tolist(), bool(series.cat.ordered)
    codes, values = _factorize(series)
    if is_number(series):
        infinite = np.array([math.isinf(one) for one in values], dtype=bool)
        _refuse(series, np.append(infinite, False)[codes], "holds infinite values", _INFINITE)
    ordered = is_number(series) or types.is_datetime64_any_dtype(series)
    ranks = sorted(range(len(values)), key=lambda i: values[i] if ordered else str(values[i]))
    place = np.empty(len(values) + 1, dtype=np.intp)
    place[ranks], place[-1] = np.arange(len(values)), -1
    return place[codes], [values[i] for i in ranks], ordered


def _in_order(
    series: pd.Series, codes: NDArray[np.intp], values: list[object], order: Sequence[object]
) -> NDArray[np.intp]:
    """Return the codes of an order that the caller gave."""
    place = [order.index(one) if one in order else -1 for one in values]
    new = np.array([*place, -1], dtype=np.intp)[codes]
    todo = f"The order given is {list(order)}; name every value in it."
    _refuse(series, (new < 0) & (codes >= 0), "holds values that the order lacks", todo)
    return new


def _distinct(name: Hashable, labels: tuple[str, ...]) -> None:
    """Refuse labels that a reader would take for the same."""
    seen: dict[str, str] = {}
    for one in labels:
        other = seen.setdefault(" ".join(one.split()).casefold(), one)
        if other != one or labels.count(one) > 1:
            raise BadColumnError(
                name,
                f"writes one group in two ways, {other!r} and {one!r}",
                "Write the group in one way, or name the groups so that they differ.",
            )


def label_of(value: object) -> str:
    """Return a value of a column as the label of its group: a whole number without decimals."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, Integral | float | Decimal | np.floating):
        return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)
    if isinstance(value, pd.Timestamp) and value == value.normalize():
        return str(value.date())
    return str(value)


def is_number(series: pd.Series) -> bool:
    """Tell whether a column holds numbers or truth values, whatever its dtype, missing ones aside.

    Parameters
    ----------
    series : Series

    Returns
    -------
    bool
        False for text, dates and categoricals, and for a column without a single value.
    """
    if isinstance(series.dtype, pd.CategoricalDtype) or series.dtype.kind in "cmM":
        return False
    if not types.is_object_dtype(series):
        return bool(types.is_numeric_dtype(series) or types.is_bool_dtype(series))
    kept = series[series.notna()].tolist()
    return bool(kept) and all(isinstance(one, Real | Decimal | np.bool_) for one in kept)


def level_of(
    data: pd.DataFrame, name: Hashable, declared: Level | Sequence[object] | None = None
) -> Level:
    """Return the level of measurement of a column.

    Parameters
    ----------
    data : DataFrame
    name : hashable
        Name of the column.
    declared : {"numeric", "ordinal", "nominal", "binary"} or sequence of object, optional
        What the caller says it is; a sequence gives the values of an ordinal column in order.

    Returns
    -------
    {"numeric", "ordinal", "nominal", "binary"}
        Undeclared: two values are binary; numbers are numeric; an ordered categorical and dates
        are ordinal; the rest is nominal. A column without values or with one is never binary.

    Raises
    ------
    UnknownNameError
        For another level.
    BadColumnError
        For a text column declared ordinal without an order (two values stand in the order of
        the alphabet), or one declared binary with more values than two.

    Examples
    --------
    >>> table = pd.DataFrame({"score": [3.1, 2.8, 4.0], "blud": ["ya", "tidak", "ya"]})
    >>> level_of(table, "score"), level_of(table, "blud"), level_of(table, "score", "ordinal")
    ('numeric', 'binary', 'ordinal')
    """
    series = column(data, name)
    if declared is not None:
        return _declared(data, series, declared)
    if len(_used(series)) == BINARY:
        return "binary"
    if is_number(series):
        return "numeric"
    return "ordinal" if _has_order(series) else "nominal"


def _used(series: pd.Series) -> list[object]:
    """Return the distinct values of a column, missing ones aside."""
    return _factorize(series)[1]


def _has_order(series: pd.Series) -> bool:
    """Tell whether the order of a column's values means something without being told."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return bool(series.cat.ordered)
    return is_number(series) or types.is_datetime64_any_dtype(series)


def _declared(data: pd.DataFrame, series: pd.Series, declared: Any) -> Level:
    """Return the declared level if the column can have it."""
    if not isinstance(declared, str):
        groups(data, series.name, declared)
        return "ordinal"
    if declared not in LEVELS:
        raise UnknownNameError("level of measurement", declared, LEVELS)
    if declared == "ordinal" and not _has_order(series) and len(_used(series)) > BINARY:
        raise BadColumnError(
            series.name,
            "is declared ordinal, but the order of its values is not known",
            "Make it an ordered categorical, or give its values in order instead of 'ordinal'.",
        )
    if declared == "binary" and len(groups(data, series.name).labels) > BINARY:
        raise BadColumnError(
            series.name, "is declared binary and has more than two values", "Recode it first."
        )
    return declared


def complete(
    data: pd.DataFrame, names: Iterable[Hashable]
) -> tuple[NDArray[np.bool_], int, dict[str, int]]:
    """Return the rows where none of some columns is missing.

    Parameters
    ----------
    data : DataFrame
    names : iterable of hashable
        Names of the columns.

    Returns
    -------
    mask : array of bool, shape (n,)
        True where nothing is missing.
    n_dropped : int
        Rows that are not complete.
    dropped : dict of str to int
        Missing cells by column, for columns that have any; a row can count in several.

    Raises
    ------
    BadColumnError
        For infinite values: they are no missing values.

    Examples
    --------
    >>> mask, n, why = complete(pd.DataFrame({"x": [1, None], "y": ["a", ""]}), ["x", "y"])
    >>> mask.tolist(), n, why
    ([True, False], 1, {'x': 1, 'y': 1})
    """
    mask = np.ones(len(data), dtype=bool)
    dropped: dict[str, int] = {}
    for name in dict.fromkeys(names):
        series = column(data, name)
        missing = np.isnan(numeric(data, name)) if is_number(series) else _isna(series)
        if missing.any():
            dropped[str(name)] = int(missing.sum())
            mask &= ~missing
    return mask, int((~mask).sum()), dropped
