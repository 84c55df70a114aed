"""Strata: visits and exposure by any columns, from aggregate tables or from one row per member.

Everything that capitation computes starts from the same sums per cell, so records are added up
once and never looked at again: visits, member-months, and what the variance of repeat visits needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.capitation.ages import read_bands, read_sexes
from kbkresearch.capitation.columns import amounts, filled, needed, refuse
from kbkresearch.errors import BadArgumentError, MissingColumnsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Counts: TypeAlias = Literal["total", "average"]
SUMS = ("members", "monthly_members", "member_months", "visits", "persons", "visits_squared",
        "visits_months", "months_squared", "cost_rp")  # fmt: skip
_KEY = "member_id"
_KEPT = ("persons", "cost_rp", "visits_months", "months_squared")


def strata_of(
    data: pd.DataFrame, by: Sequence[str], months: float = 1, counts: Counts | None = None
) -> pd.DataFrame:
    """Return one row per cell of `by`, with the sums that rates and their variances need.

    Parameters
    ----------
    data : DataFrame
        Aggregates: the columns `by`, ``visits``, and ``members`` or ``member_months`` (optionally
        ``months_averaged``, ``cost_rp``, and the sums of records named below). Or member records:
        one row per ``member_id``, with ``visits`` and optionally ``member_months``, ``cost_rp``.
    by : sequence of str
        Columns that make the cells. ``age_band`` and ``sex`` are read in any usual spelling.
    months : float
        Months that the counts cover.
    counts : {"total", "average"}, optional
        Whether visits are totals of these months or monthly averages of them.

    Returns
    -------
    DataFrame
        The columns `by`, in order of age and of appearance; ``members``, ``monthly_members``
        (members in an average month), ``member_months``, ``visits`` (true counts over
        ``member_months``); from records, or where the aggregates hold them, also ``persons``
        (members with a visit), ``visits_squared``, ``visits_months``, ``months_squared`` (sums
        over members) and ``cost_rp``.

    Raises
    ------
    MissingColumnsError, BadRowsError, BadArgumentError
        For columns that lack; values that are missing, negative or contradict each other; a
        member who stands twice; age bands that overlap or leave a gap.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"age_band": ["≥ 65", "0 - 64 th"], "members": [100, 900],
    ...                      "visits": [40, 90]})
    >>> cells = strata_of(data, ["age_band"], months=6, counts="average")
    >>> cells[["age_band", "member_months", "visits"]].values.tolist()
    [['0-64', 5400.0, 540.0], ['65+', 600.0, 240.0]]
    """
    if not (np.isfinite(months) and months > 0):
        raise BadArgumentError(f"months must be above 0; found {months!r}")
    needed(data, [*by, "visits"])
    sums = _records(data, months) if _KEY in data else _aggregates(data, months, counts)
    keys = {name: read_key(data, name) for name in by}
    cells = pd.DataFrame(keys | sums)
    return _added(cells, list(by))


def _added(cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Add up the rows of each cell; ages in their order, everything else as it came."""
    names = [name for name in SUMS if name in cells]
    if not by:
        return cells[names].sum().to_frame().T
    found = cells.groupby(by, sort=False, observed=True)[names].sum(min_count=1).reset_index()
    if "age_band" in by:
        order = found["age_band"].map(lambda text: int(text.rstrip("+").split("-")[0]))
        places = {name: pd.factorize(found[name])[0] for name in by} | {"age_band": order}
        found = found.iloc[np.lexsort([places[name] for name in reversed(by)])]
    return found.reset_index(drop=True)


def read_key(data: pd.DataFrame, name: str, what: str = "data") -> NDArray[np.object_]:
    """Return a column of strata, ages and sexes in one spelling.

    Parameters
    ----------
    data : DataFrame
    name : str
        ``age_band`` and ``sex`` are read in any usual spelling, others taken as they are.
    what : str
        What the table is, for the message.

    Returns
    -------
    array of object, shape (n,)

    Raises
    ------
    BadRowsError, BadArgumentError
        For keys that are missing, or ages and sexes that cannot be read or do not fit together.
    """
    filled(data, name, what)
    codes, distinct = pd.factorize(data[name])
    labels = list(distinct)
    if name == "age_band":
        labels = [str(band) for band in read_bands(labels)]
    elif name == "sex":
        labels = list(read_sexes(labels))
    return np.array(labels, dtype=object)[codes]


def _aggregates(data: pd.DataFrame, months: float, counts: Counts | None) -> dict[str, Floats]:
    """Return the sums of rows that are aggregates already."""
    if "members" not in data and "member_months" not in data:
        raise MissingColumnsError("data lacks members or member_months.", list(data.columns))
    averaged = counts == "average"
    over = np.full(len(data), float(months))
    if "months_averaged" in data:
        over, averaged = amounts(data, "months_averaged"), True
        refuse(data, over <= 0, "months_averaged", "must be above 0")
    visits = amounts(data, "visits") * (over if averaged else 1.0)
    if "members" in data:
        members = amounts(data, "members")
        exposure = amounts(data, "member_months") if "member_months" in data else members * over
    else:
        exposure = amounts(data, "member_months")
        members = exposure / over
    refuse(data, (exposure == 0) & (visits > 0), "visits", "cannot be there where no member is")
    found = {
        "members": members,
        "monthly_members": exposure / over,
        "member_months": exposure,
        "visits": visits,
    }
    found |= {name: amounts(data, name) for name in _KEPT if name in data}
    if "persons" in data:
        who = found["persons"]
        refuse(data, who > members, "persons", "cannot exceed members")
        refuse(data, who > visits, "persons", "cannot exceed visits")
    if "visits_squared" in data:
        found["visits_squared"] = amounts(data, "visits_squared")
        refuse(data, found["visits_squared"] < visits, "visits_squared", "cannot be below visits")
    return found


def _records(data: pd.DataFrame, months: float) -> dict[str, Floats]:
    """Return what each member adds to the sums."""
    twice = data.duplicated(subset=[_KEY]).to_numpy()
    refuse(data, twice, _KEY, "must stand once; add up the visits of a member first")
    visits = amounts(data, "visits")
    exposure = (
        amounts(data, "member_months")
        if "member_months" in data
        else np.full(len(data), float(months))
    )
    refuse(data, (exposure == 0) & (visits > 0), "visits", "cannot be there without member_months")
    found = {
        "members": np.ones(len(data)),
        "monthly_members": exposure / months,
        "member_months": exposure,
        "visits": visits,
        "persons": (visits > 0).astype(float),
        "visits_squared": visits**2,
        "visits_months": visits * exposure,
        "months_squared": exposure**2,
    }
    if "cost_rp" in data:
        found["cost_rp"] = amounts(data, "cost_rp")
    return found
