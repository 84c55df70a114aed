"""One figure, one by value, or a table by keys: costs and payments as people have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.errors import BadArgumentError, BadRowsError, MissingColumnsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def keyed_values(
    given: float | Mapping[object, float] | pd.DataFrame,
    name: str,
    cells: pd.DataFrame,
    keys: Sequence[str],
) -> Floats:
    """Return one value per cell.

    Parameters
    ----------
    given : float, mapping or DataFrame
        One figure for all; a figure by value of one of the columns `keys`; or a table with the
        column `name` keyed by any of the columns `keys`.
    name : str
        What it is, for instance ``"unit_cost_rp"``.
    cells : DataFrame, n rows
    keys : sequence of str
        Columns of `cells` that may key the values.

    Returns
    -------
    array of float, shape (n,)

    Raises
    ------
    KbkError
        For values that are negative or missing, keys that stand twice, and cells without a value.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"sex": ["male", "female"]})
    >>> keyed_values({"female": 3, "male": 2}, "unit_cost_rp", cells, ["sex"]).tolist()
    [2.0, 3.0]
    """
    if isinstance(given, pd.DataFrame):
        values = _from_table(given, name, cells, keys)
    elif isinstance(given, Mapping):
        values = _from_mapping(given, name, cells, keys)
    else:
        values = np.full(len(cells), given, dtype=float)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        raise BadArgumentError(f"{name} must be 0 or more; found {values[wrong][0]:g}")
    return values


def _from_mapping(
    given: Mapping[object, float], name: str, cells: pd.DataFrame, keys: Sequence[str]
) -> Floats:
    fitting = [key for key in keys if set(cells[key]) <= set(given)]
    if not fitting:
        known = ", ".join(map(str, given))
        values = "; ".join(f"{key}: {', '.join(map(str, cells[key].unique()))}" for key in keys)
        raise BadArgumentError(f"{name} has values for {known}; the cells are {values}.")
    return np.array([given[key] for key in cells[fitting[0]]], dtype=float)


def _from_table(given: pd.DataFrame, name: str, cells: pd.DataFrame, keys: Sequence[str]) -> Floats:
    on = [key for key in keys if key in given]
    if name not in given or not on:
        raise MissingColumnsError(
            f"the table of {name} needs {name} and one or more of {', '.join(keys)}.",
            list(given.columns),
        )
    if given.duplicated(subset=on).any():
        twice = given.loc[given.duplicated(subset=on), on].iloc[0].to_dict()
        raise BadRowsError(f"the table of {name} has {twice} twice.")
    found = cells[on].merge(given[[*on, name]], on=on, how="left")[name]
    if found.isna().any():
        lacking = cells.loc[found.isna().to_numpy(), on].iloc[0].to_dict()
        raise BadRowsError(f"the table of {name} has no value for {lacking}.")
    return found.to_numpy(float)
