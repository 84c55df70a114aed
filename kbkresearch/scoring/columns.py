"""Columns of a data frame as arrays of numbers, with findings where they are not."""

from __future__ import annotations

import math
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.findings import on_rows
from kbkresearch.vocabulary import label

if TYPE_CHECKING:
    from kbkresearch.findings import FindingGroup


def numbers(data: pd.DataFrame, column: str) -> tuple[np.ndarray[Any, Any], list[FindingGroup]]:
    """Return a column as a numeric array; what is no number becomes NaN, with a finding.

    Parameters
    ----------
    data : DataFrame
    column : str

    Returns
    -------
    values : array, shape (n,)
        The column's own array where it is numeric already, else float64.
    findings : list of FindingGroup
        Text, dates or truth values in a number column.
    """
    series = data[column]
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
        return series.to_numpy(), []
    if pd.api.types.is_numeric_dtype(series.dtype) and not pd.api.types.is_bool_dtype(series.dtype):
        return series.to_numpy(dtype=np.float64, na_value=np.nan), []
    values = np.full(len(series), np.nan)
    if not (pd.api.types.is_bool_dtype(series.dtype) or series.dtype.kind in "mM"):
        values = np.array([_number(one) for one in series.tolist()], dtype=np.float64)
    wrong = np.flatnonzero(np.isnan(values) & series.notna().to_numpy())
    if not len(wrong):
        return values, []
    return values, [
        on_rows(
            data,
            wrong,
            column,
            rule="not_a_number",
            message_id=f"{label(column, 'id')} bukan angka; isi dengan angka",
            message_en=f"{column} is not a number; a number is needed",
            values=series.iloc[wrong].astype(str).tolist(),
        )
    ]


def _number(value: object) -> float:
    """Return a number, or a text of digits, as a float; NaN for anything else.

    A text such as "12.000" is twelve to one reader and twelve thousand to another, so text with a
    separator is not read.
    """
    if isinstance(value, str):
        return float(value) if value.strip().isdecimal() else math.nan
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
        return math.nan
    return float(value)
