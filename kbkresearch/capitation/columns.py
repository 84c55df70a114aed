"""Columns of counts and amounts, none missing or negative: what cannot be is refused by its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.errors import BadRowsError, MissingColumnsError
from kbkresearch.scoring.columns import numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"


def needed(data: pd.DataFrame, names: Sequence[str], what: str = "data") -> None:
    """Refuse a table that lacks columns.

    Raises
    ------
    MissingColumnsError
    """
    lacking = [name for name in names if name not in data]
    if lacking:
        raise MissingColumnsError(f"{what} lacks {', '.join(lacking)}.", list(data.columns))


def amounts(data: pd.DataFrame, name: str, what: str = "data") -> Floats:
    """Return a column of numbers.

    Parameters
    ----------
    data : DataFrame
    name : str
    what : str
        What the table is, for the message.

    Returns
    -------
    array of float, shape (n,)

    Raises
    ------
    BadRowsError
        For values that are missing, negative, infinite, or no numbers; text such as "12.000" is
        none, because it means twelve to one reader and twelve thousand to another.
    """
    values = np.asarray(numbers(data, name)[0], dtype=np.float64)
    refuse(data, ~(np.isfinite(values) & (values >= 0)), name, "must be a number, 0 or more", what)
    return values


def filled(data: pd.DataFrame, name: str, what: str = "data") -> None:
    """Refuse a column of keys with missing values.

    Raises
    ------
    BadRowsError
    """
    allowed = "must be filled in, or its rows would belong to no stratum"
    refuse(data, data[name].isna().to_numpy(), name, allowed, what)


def refuse(
    data: pd.DataFrame, wrong: NDArray[np.bool_], name: str, allowed: str, what: str = "data"
) -> None:
    """Raise if any row is wrong, with its label and value.

    Raises
    ------
    BadRowsError
    """
    if wrong.any():
        first = int(wrong.argmax())
        value = data[name].tolist()[first]
        raise BadRowsError(
            f"{what}: {name} {allowed}; found {value!r} in row {data.index[first]}"
            f" ({int(wrong.sum())} such rows)."
        )
