"""Headings and decimals of the columns that statistical results have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.results import Column
from kbkresearch.vocabulary import COLUMNS, STATISTICS, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import pandas as pd

_DEGREES = ("df", "df2")
_LIMITS = ("ci_low", "ci_high", "exp_ci_low", "exp_ci_high")


def headings(
    names: Iterable[object],
    frame: pd.DataFrame | None = None,
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
    frame : DataFrame, optional
        The values: degrees of freedom that are all whole are shown without decimals.
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
    given = {**_whole(frame), **(decimals or {})}
    return tuple(_heading(str(name), level, labels or {}, given) for name in names)


def _whole(frame: pd.DataFrame | None) -> dict[str, int]:
    """Return no decimals for degrees of freedom that are all whole numbers."""
    found = {} if frame is None else {name: frame[name] for name in _DEGREES if name in frame}
    return {
        name: 0
        for name, values in found.items()
        if values.dropna().map(lambda one: one == float("inf") or float(one).is_integer()).all()
    }


def _heading(
    name: str, level: float | None, labels: Mapping[str, Text], decimals: Mapping[str, int]
) -> Column:
    """Return one column."""
    known = STATISTICS.get(name) or COLUMNS.get(name)
    if known is None:
        return Column(name, labels.get(name, Text(name, name)))
    label = labels.get(name, known.label)
    if name in _LIMITS and level is not None:
        share = f"{100 * level:g}%"
        label = Text(label.id.replace("IK", f"IK {share}"), label.en.replace("CI", f"{share} CI"))
    return Column(name, label, known.kind, decimals.get(name, known.decimals))


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


def in_words(frame: pd.DataFrame, words: Mapping[str, Callable[[Any], object]]) -> pd.DataFrame:
    """Return a frame whose names of methods, columns and the like are put in words.

    Parameters
    ----------
    frame : DataFrame
    words : mapping of str to callable
        For columns that the frame may have, what turns a value into a text.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> in_words(pd.DataFrame({"method": ["chi2"]}), {"method": str.upper})["method"].tolist()
    ['CHI2']
    """
    import pandas as pd

    found = {name: word for name, word in words.items() if name in frame}
    return frame.assign(
        **{
            name: pd.Series([word(one) for one in frame[name]], frame.index, dtype=object)
            for name, word in found.items()
        }
    )
