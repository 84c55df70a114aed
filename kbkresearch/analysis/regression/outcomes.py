"""The outcome of a model: what values it may hold, and its codes where it holds categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.columns import column, groups, is_number, numeric
from kbkresearch.errors import BadArgumentError, BadColumnError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    import pandas as pd

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Kind: TypeAlias = Literal["numeric", "binary", "ordinal", "count", "fraction", "grouped"]

_TWO = 2


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Checked values of an outcome.

    Attributes
    ----------
    values : array, shape (n,)
        Numbers, or codes of `categories`.
    categories : tuple of str, or None
        Levels of an ordinal outcome, or of a binary one that was no number.
    notes : tuple of Text
        Which level counts as the event.
    """

    values: Floats
    categories: tuple[str, ...] | None = None
    notes: tuple[Text, ...] = ()


def outcome_of(data: pd.DataFrame, name: str, kind: Kind) -> Outcome:
    """Return the outcome of a model, checked for the kind that the model needs.

    Parameters
    ----------
    data : DataFrame
        Rows where nothing is missing.
    name : str
        The column.
    kind : {"numeric", "binary", "ordinal", "count", "fraction", "grouped"}

    Returns
    -------
    Outcome

    Raises
    ------
    BadColumnError
        For values that the kind does not allow, and for a constant outcome.

    Examples
    --------
    >>> import pandas as pd
    >>> found = outcome_of(pd.DataFrame({"met": ["ya", "tidak", "ya"]}), "met", "binary")
    >>> found.values.tolist(), str(found.notes[0])
    ([1.0, 0.0, 1.0], "met: the event is 'ya' (2 of 3 rows), against 'tidak'.")
    """
    if kind == "ordinal":
        return _ordinal(data, name)
    if kind == "binary" and not is_number(column(data, name)):
        return _two_labels(data, name)
    found = Outcome(numeric(data, name))
    check(data.index, name, found.values, kind)
    return found


def check(index: pd.Index, name: str, values: Floats, kind: Kind) -> None:
    """Raise where values of an outcome are not allowed.

    Parameters
    ----------
    index : Index
        Labels of the rows.
    name : str
    values : array, shape (n,)
    kind : {"numeric", "binary", "count", "fraction", "grouped"}

    Raises
    ------
    BadColumnError
    """
    if kind == "binary":
        _refuse(index, name, values, (values != 0) & (values != 1), *_BINARY)
    if kind in {"count", "grouped"}:
        _refuse(index, name, values, (values < 0) | (values % 1 != 0), *_COUNTS)
    if kind == "fraction":
        _refuse(index, name, values, (values < 0) | (values > 1), *_FRACTION)
    if kind != "grouped" and (values == values[:1]).all():
        raise BadColumnError(
            name,
            f"is constant in the {len(values)} rows used ({values[0]:g})",
            "An outcome that does not vary cannot be explained.",
        )


_BINARY = (
    "holds values other than 0 and 1",
    "Code the event as 1 and the other as 0, or use text such as 'ya' and 'tidak'.",
)
_COUNTS = (
    "holds values that are no counts (whole numbers of 0 or more)",
    "Give the counts themselves, and what they are counted over as exposure= or denominator=.",
)
_FRACTION = (
    "holds values outside 0 to 1",
    "Give the fraction: divide a percentage by 100 first, a rate per mil by 1000.",
)


def check_denominator(index: pd.Index, name: str, values: Floats, denominator: Floats) -> None:
    """Raise where a numerator passes its denominator, or all rows are none or all.

    Parameters
    ----------
    index : Index
    name : str
        The numerator's column.
    values, denominator : array, shape (n,)

    Raises
    ------
    BadColumnError
    """
    todo = "Check which column is the numerator, and the rows named."
    _refuse(index, name, values, values > denominator, "is larger than its denominator", todo)
    if (values == 0).all() or (values == denominator).all():
        raise BadColumnError(
            name,
            "is nothing, or all of its denominator, in every row used",
            "An outcome that does not vary cannot be explained.",
        )


def _refuse(
    index: pd.Index, name: str, values: Floats, wrong: Any, problem: str, todo: str
) -> None:
    """Raise if any row is wrong, with its label and value."""
    rows = np.flatnonzero(wrong)
    if len(rows):
        raise BadColumnError(name, problem, todo, index.take(rows).tolist(), values[rows].tolist())


def _two_labels(data: pd.DataFrame, name: str) -> Outcome:
    """Return a text or categorical outcome with two levels: the second is the event."""
    found = groups(data, name)
    if len(found.labels) != _TWO:
        raise BadColumnError(
            name,
            f"has {len(found.labels)} levels ({', '.join(found.labels[:5])}); two are needed",
            "Recode it to 0 and 1.",
        )
    other, event = found.labels
    n = int((found.codes == 1).sum())
    note = Text(
        f"{name}: peristiwanya '{event}' ({n} dari {len(data)} baris), dibandingkan '{other}'.",
        f"{name}: the event is '{event}' ({n} of {len(data)} rows), against '{other}'.",
    )
    return Outcome(found.codes.astype(np.float64), found.labels, (note,))


def _ordinal(data: pd.DataFrame, name: str) -> Outcome:
    """Return codes of an outcome whose order is known."""
    found = groups(data, name)
    if len(found.labels) < _TWO:
        raise BadColumnError(
            name,
            f"is constant in the {len(data)} rows used ({', '.join(found.labels)})",
            "An outcome that does not vary cannot be explained.",
        )
    if not found.ordered:
        raise BadColumnError(
            name,
            f"is text without a known order ({', '.join(found.labels[:5])})",
            "Make it an ordered categorical: pd.Categorical(values, categories=[...],"
            " ordered=True).",
        )
    if len(found.labels) > len(data) // _TWO:
        raise BadArgumentError(
            f"{name!r} has {len(found.labels)} levels in {len(data)} rows: too many for an ordinal"
            " model; use model='ols', or group its levels."
        )
    return Outcome(found.codes.astype(np.float64), found.labels)
