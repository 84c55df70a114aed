"""Columns of text while rows are checked: each text once, so that codes are compared instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.intake.cells import objects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def categorical(texts: Sequence[str | None], codes: NDArray[np.intp]) -> pd.Categorical:
    """Return texts, spread by codes, as a categorical.

    Parameters
    ----------
    texts : sequence of str or None
        May hold one several times.
    codes : int array, shape (n,)
        Which of them each row has.

    Returns
    -------
    Categorical, length n

    Examples
    --------
    >>> categorical(["A", None, "A"], np.array([0, 1, 2])).tolist()
    ['A', nan, 'A']
    """
    places, kept = pd.factorize(objects(texts))
    return pd.Categorical.from_codes(places[codes], categories=pd.Index(kept, dtype=object))


def texts_of(column: pd.Series) -> tuple[NDArray[np.intp], list[str]]:
    """Return which text each row has, -1 where it has none, and the texts, perhaps with others.

    Parameters
    ----------
    column : Series, length n

    Returns
    -------
    codes : int array, shape (n,)
    texts : list of str

    Examples
    --------
    >>> texts_of(pd.Series(["A", None, "A"]))
    (array([ 0, -1,  0]), ['A'])
    """
    if isinstance(column.array, pd.Categorical):
        codes = np.asarray(column.array.codes, dtype=np.intp)
        return codes, column.array.categories.tolist()
    codes, texts = pd.factorize(column)
    return codes, [*map(str, texts)]


def joined(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return tables below each other; what is categorical in all of them stays so.

    Parameters
    ----------
    tables : sequence of DataFrame

    Returns
    -------
    DataFrame
    """
    if len(tables) == 1:
        return tables[0]
    coded = set.intersection(*({*_categoricals(table)} for table in tables))
    for name in coded:
        categories = np.concatenate([one[name].cat.categories.to_numpy() for one in tables])
        known = pd.CategoricalDtype(pd.Index(pd.unique(categories), dtype=object))
        tables = [one.assign(**{name: one[name].astype(known)}) for one in tables]
    return pd.concat(tables)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with texts as such, None where there is none.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    DataFrame
    """
    texts = {name: _texts(table[name]) for name in _categoricals(table)}
    return table.assign(**texts)


def _texts(column: pd.Series) -> pd.Series:
    """Return a categorical column as texts."""
    codes, texts = texts_of(column)
    return pd.Series(objects([*texts, None], codes), index=column.index, dtype="object", copy=False)


def _categoricals(table: pd.DataFrame) -> list[str]:
    """Return the names of categorical columns."""
    kinds = table.dtypes.items()
    return [str(name) for name, kind in kinds if isinstance(kind, pd.CategoricalDtype)]
