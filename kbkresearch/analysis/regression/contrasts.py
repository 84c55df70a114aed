"""Which values of the variables are compared: design matrices for average effects."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import label_of
from kbkresearch.analysis.regression.averages import Contrast
from kbkresearch.errors import BadArgumentError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

SLOPE = "dy/dx"
MEAN = "mean"
_FINE, _COARSE = 1e-6, 1e-4


def variables_of(design: Design, asked: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the variables to report, refusing names that the formula does not have.

    Parameters
    ----------
    design : Design
        The fitted design.
    asked : str or sequence of str, optional
        Names; all variables of the formula by default.

    Returns
    -------
    tuple of str

    Raises
    ------
    UnknownNameError
        For another name.
    """
    names = design.variables if asked is None else (asked,) if isinstance(asked, str) else asked
    for name in names:
        if name not in design.variables:
            raise UnknownNameError("variable of the formula", name, design.variables)
    return tuple(names)


def frame_at(design: Design, at: Mapping[str, object] | None) -> pd.DataFrame:
    """Return the rows used, with some variables set to one value in all of them.

    Parameters
    ----------
    design : Design
        The fitted design.
    at : mapping of str to object, optional
        Variable to value.

    Returns
    -------
    DataFrame

    Raises
    ------
    UnknownNameError
        For a name that the formula does not have, and for an unknown level.
    BadArgumentError
        For a value that is no number, of a variable that is one.
    """
    frame = design.frame
    for name, value in (at or {}).items():
        variables_of(design, name)
        frame = frame.assign(**{name: _same(frame[name], value)})
    return frame


def is_categorical(values: pd.Series) -> bool:
    """Return whether a variable has levels that are compared, not a scale to differentiate by.

    Parameters
    ----------
    values : Series
        A column of `Design.frame`, float64 or categorical.

    Returns
    -------
    bool
        True for categorical columns, and for numbers that are all 0 or 1.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return True
    return bool(values.isin([0.0, 1.0]).all())


def effects(design: Design, names: Sequence[str], frame: pd.DataFrame) -> Iterator[Contrast]:
    """Yield the effect of each variable: a derivative, or changes from the reference level.

    Parameters
    ----------
    design : Design
        The fitted design.
    names : sequence of str
        Variables.
    frame : DataFrame
        Rows to average over.

    Yields
    ------
    Contrast
    """
    for name in names:
        if not is_categorical(design.frame[name]):
            yield _slope(design, name, frame)
            continue
        reference, *others = _levels(design.frame[name])
        base = _matrix(design, name, frame, reference)
        for level in others:
            label = f"{label_of(level)} - {label_of(reference)}"
            yield Contrast(name, label, "change", _matrix(design, name, frame, level), base)


def predictions(design: Design, names: Sequence[str], frame: pd.DataFrame) -> Iterator[Contrast]:
    """Yield the mean prediction: over the rows as they are, then with each level given to all.

    Parameters
    ----------
    design : Design
        The fitted design.
    names : sequence of str
        Variables whose levels are gone through; those on a scale are left out.
    frame : DataFrame
        Rows to average over.

    Yields
    ------
    Contrast
    """
    yield Contrast("", MEAN, "prediction", design.matrix(frame))
    for name in names:
        if is_categorical(design.frame[name]):
            for level in _levels(design.frame[name]):
                x = _matrix(design, name, frame, level)
                yield Contrast(name, label_of(level), "prediction", x)


def _levels(values: pd.Series) -> list[Any]:
    """Return the levels of a variable, the reference first."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.categories)
    return [0.0, 1.0]


def _same(values: pd.Series, value: object) -> pd.Series:
    """Return a column that holds one value, with the levels of another."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        found = {label_of(level): level for level in values.cat.categories}
        if label_of(value) not in found:
            raise UnknownNameError(f"level of {values.name}", label_of(value), found)
        level = found[label_of(value)]
        return pd.Series(pd.Categorical([level] * len(values), dtype=values.dtype), values.index)
    if not isinstance(value, Real) or not np.isfinite(float(value)):
        raise BadArgumentError(f"{values.name} is a number; it cannot be set to {value!r}.")
    return pd.Series(np.full(len(values), float(value)), values.index)


def _matrix(design: Design, name: str, frame: pd.DataFrame, level: object) -> Floats:
    """Return the design matrix with one variable set to a level in every row."""
    return design.matrix(frame.assign(**{name: _same(design.frame[name], level)}))


def _slope(design: Design, name: str, frame: pd.DataFrame) -> Contrast:
    """Return the design matrix and its derivative by a variable, by central differences.

    The step follows the size of each value, so that ``log`` and ``sqrt`` stay in their domain, and
    is bounded by the spread of the variable, so that rounding stays small.
    """
    values = frame[name].to_numpy(dtype=np.float64)
    spread = float(np.std(design.frame[name].to_numpy(dtype=np.float64)))
    step = spread * np.clip(_COARSE * np.abs(values) / spread, _FINE, _COARSE)
    above, below = values + step, values - step
    moved = design.matrix(frame.assign(**{name: above})) - design.matrix(
        frame.assign(**{name: below})
    )
    return Contrast(name, SLOPE, "slope", design.matrix(frame), moved / (above - below)[:, None])
