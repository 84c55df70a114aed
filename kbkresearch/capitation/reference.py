"""Standards and reference rates as tables keyed by strata; never a list by position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.capitation.columns import amounts, needed
from kbkresearch.capitation.strata import read_key
from kbkresearch.errors import BadRowsError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
POOLED = "pooled"


def added_up(
    data: pd.DataFrame, keys: Sequence[str], numbers: Sequence[str], what: str
) -> pd.DataFrame:
    """Return counts by key, one row a cell; what is missing, infinite or negative is refused.

    Raises
    ------
    MissingColumnsError, BadRowsError, BadArgumentError
    """
    needed(data, [*keys, *numbers], what)
    counts = pd.DataFrame(
        {name: read_key(data, name, what) for name in keys}
        | {name: amounts(data, name, what) for name in numbers}
    )
    return counts.groupby(list(keys), sort=False, observed=True)[list(numbers)].sum().reset_index()


def reference(
    cells: pd.DataFrame,
    standard: pd.DataFrame | str,
    by: Sequence[str],
    numbers: Sequence[str],
    population: str,
) -> pd.DataFrame:
    """Return a standard keyed by its strata.

    Parameters
    ----------
    cells : DataFrame
        The data: counts by group and stratum.
    standard : DataFrame or "pooled"
        The standard; all groups of the data together.
    by : sequence of str
        Columns that make the strata.
    numbers : sequence of str
        Columns of counts that the standard must hold.
    population : str
        The one of them that must be above zero in sum.

    Returns
    -------
    DataFrame
        Indexed by the strata, with `numbers`; every stratum of the data is among them.

    Raises
    ------
    KbkError
        For a standard that lacks columns or strata, has one twice, or holds nobody.
    """
    keys = list(by)
    if isinstance(standard, str):
        if standard != POOLED:
            raise UnknownNameError("standard", standard, [POOLED, "a DataFrame"])
        keyed = cells.groupby(keys, sort=False, observed=True)[list(numbers)].sum()
    else:
        counts = added_up(standard, keys, numbers, "standard")
        if len(counts) < len(standard):
            read = pd.DataFrame({name: read_key(standard, name) for name in keys})
            first = read[read.duplicated()].iloc[0].to_dict()
            raise BadRowsError(f"standard: {first} stands twice; give one row for each stratum.")
        keyed = counts.set_index(keys)
    strata = as_multi(keyed.index)
    lacking = pd.MultiIndex.from_frame(cells[keys]).difference(strata, sort=False)
    if len(lacking):
        listed = ", ".join(str(dict(zip(keys, key, strict=True))) for key in lacking[:5])
        raise BadRowsError(
            f"standard lacks {len(lacking)} strata of the data: {listed}."
            " They would be lost; add them, or bring both to the same bands."
        )
    if keyed[population].sum() <= 0:
        raise BadRowsError("standard: its population is zero.")
    return keyed


def reference_rates(keyed: pd.DataFrame, events: str, population: str) -> Floats:
    """Return the rate of each stratum of a standard.

    Raises
    ------
    BadRowsError
        For a stratum without anybody.
    """
    empty = keyed[keyed[population] <= 0]
    if len(empty):
        raise BadRowsError(f"standard: nobody in stratum {empty.index[0]}, so it has no rate.")
    rates: Floats = keyed[events].to_numpy(float) / keyed[population].to_numpy(float)
    return rates


def as_multi(index: pd.Index) -> pd.MultiIndex:
    """Return an index of one or more keys as one of tuples."""
    return index if isinstance(index, pd.MultiIndex) else pd.MultiIndex.from_arrays([index])


def by_group(
    cells: pd.DataFrame, groups: Sequence[str], strata: pd.Index, names: Sequence[str]
) -> tuple[list[tuple[Any, ...]], list[Floats]]:
    """Return the groups' keys and one table (groups, strata) per column of counts."""
    by = list(strata.names)
    columns = as_multi(strata).get_indexer(pd.MultiIndex.from_frame(cells[by]))
    if groups:
        rows, unique = pd.factorize(pd.MultiIndex.from_frame(cells[list(groups)]))
        keys = list(unique)
    else:
        rows, keys = np.zeros(len(cells), int), [()]
    tables = []
    for name in names:
        table = np.zeros((len(keys), len(strata)))
        table[rows, columns] = cells[name]
        tables.append(table)
    return keys, tables
