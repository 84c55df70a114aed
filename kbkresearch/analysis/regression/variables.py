"""The variables of a right-hand side: numbers as float64, everything else as levels."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import column, groups, is_number, label_of, numeric
from kbkresearch.errors import BadColumnError

if TYPE_CHECKING:
    from kbkresearch.analysis.columns import Groups
    from kbkresearch.analysis.regression.formulas import Parsed

_TWO = 2


def variables_of(used: pd.DataFrame, parsed: Parsed) -> pd.DataFrame:
    """Return the columns of a right-hand side, ready for a formula.

    Parameters
    ----------
    used : DataFrame
        Rows where nothing is missing.
    parsed : Parsed

    Returns
    -------
    DataFrame
        Numbered from 0: float64, or categorical with the levels that occur.

    Raises
    ------
    BadColumnError
        For constant columns, for text among numbers (a factor of both stands in ``C(...)``), and
        for factors with too many levels.
    """
    built: dict[str, Any] = {}
    for name in parsed.variables:
        if name not in parsed.factors and _holds_numbers(column(used, name)):
            built[name] = numeric(used, name)
            if (built[name] == built[name][0]).all():
                _constant(name, f"{built[name][0]:g}", len(used))
        else:
            built[name] = _factor(used, name)
    return pd.DataFrame(built, index=pd.RangeIndex(len(used)))


def _holds_numbers(series: pd.Series) -> bool:
    """Tell whether a column is one of numbers, even where a few cells hold text by mistake."""
    mixed = series.dtype == object and any(isinstance(one, Real) for one in series)
    return mixed or is_number(series)


def _factor(used: pd.DataFrame, name: str) -> pd.Categorical:
    """Return a column as a categorical with the levels that occur, two at least, not too many."""
    found = groups(used, name)
    if len(found.labels) < _TWO:
        _constant(name, ", ".join(found.labels), len(used))
    if len(found.labels) > len(used) / _TWO:
        raise BadColumnError(
            name,
            f"has {len(found.labels)} levels in {len(used)} rows, too many to estimate",
            "Group its levels, or turn it into numbers if it holds numbers written as text.",
        )
    return pd.Categorical.from_codes(found.codes, categories=_levels(column(used, name), found))


def _levels(series: pd.Series, found: Groups) -> pd.Index:
    """Return the levels of a factor: numbers where the column holds numbers, else text."""
    if not is_number(series) or series.dtype.kind == "b":
        return pd.Index(found.labels, dtype="str")
    values = [float(one) for one in found.labels]
    return pd.Index([int(one) if one.is_integer() else one for one in values])


def _constant(name: str, value: str, n: int) -> None:
    """Raise for a column that does not vary."""
    raise BadColumnError(
        name, f"is constant in the {n} rows used ({value})", "Take it out of the formula."
    )


def like(frame: pd.DataFrame, name: str, model: pd.Series) -> Any:
    """Return a column with the dtype and the levels of the one in a design.

    Parameters
    ----------
    frame : DataFrame
        Other data.
    name : str
    model : Series
        The column in the design.

    Returns
    -------
    array or Categorical
        Missing values stay missing.

    Raises
    ------
    BadColumnError
        For levels that the design lacks.
    """
    if not isinstance(model.dtype, pd.CategoricalDtype):
        return numeric(frame, name)
    found, levels = groups(frame, name), model.cat.categories
    seen = {label_of(level): code for code, level in enumerate(levels)}
    place = np.array([*(seen.get(label, -1) for label in found.labels), -1])
    codes = place[found.codes]
    strange = np.flatnonzero((codes < 0) & (found.codes >= 0))
    if len(strange):
        raise BadColumnError(
            name,
            "holds levels that the fit has not seen",
            f"Levels seen: {', '.join(seen)}.",
            frame.index.take(strange).tolist(),
            column(frame, name).iloc[strange].tolist(),
        )
    return pd.Categorical.from_codes(codes, dtype=model.dtype)
