"""Headings and decimals of the columns that statistical results have in common."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kbkresearch.results import Column
from kbkresearch.vocabulary import COLUMNS, STATISTICS, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

_LIMITS = ("ci_low", "ci_high", "exp_ci_low", "exp_ci_high")


def headings(
    names: Iterable[object],
    *,
    level: float | None = None,
    labels: Mapping[str, Text] | None = None,
    decimals: Mapping[str, int] | None = None,
) -> tuple[Column, ...]:
    """Return columns of a result with their headings.

    Parameters
    ----------
    names : iterable of str
        Columns of the result's frame.
    level : float, optional
        Confidence level, added to the headings of limits.
    labels : mapping of str to Text, optional
        Headings that say more than the shared ones.
    decimals : mapping of str to int, optional
        Decimals other than the shared ones.

    Returns
    -------
    tuple of Column
        A name that no vocabulary knows is shown as it stands, as text.

    Examples
    --------
    >>> [(one.label.id, one.kind) for one in headings(["ci_low", "p_value"], level=0.9)]
    [('Batas bawah IK 90%', 'number'), ('Nilai p', 'p_value')]
    """
    return tuple(_heading(str(name), level, labels or {}, decimals or {}) for name in names)


def _heading(
    name: str, level: float | None, labels: Mapping[str, Text], decimals: Mapping[str, int]
) -> Column:
    """Return one column."""
    known = STATISTICS.get(name) or COLUMNS.get(name)
    if known is None:
        return Column(name, labels.get(name, Text(name, name)))
    column = Column(name, labels.get(name, known.label), known.kind, known.decimals)
    if name in _LIMITS and level is not None:
        share = f"{100 * level:g}%"
        own = column.label
        column = replace(
            column,
            label=Text(own.id.replace("IK", f"IK {share}"), own.en.replace("CI", f"{share} CI")),
        )
    return replace(column, decimals=decimals.get(name, column.decimals))


def filled(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a frame that hold anything.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    list of str
        Without columns that are missing or empty text in every row.

    Examples
    --------
    >>> import pandas as pd
    >>> filled(pd.DataFrame({"a": [1, None], "b": [None, None], "c": ["", ""]}))
    ['a']
    """
    return [str(name) for name in frame if not (frame[name].isna() | (frame[name] == "")).all()]
