"""`standardise`: rates of groups made comparable, by the mix or by the rates of a standard."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

import numpy as np
import pandas as pd

from kbkresearch.capitation.direct import (
    DirectInterval,
    IndirectInterval,
    Standardised,
    direct_rate,
    observed_over_expected,
)
from kbkresearch.capitation.rates import tail_of
from kbkresearch.capitation.reference import (
    POOLED,
    added_up,
    by_group,
    reference,
    reference_rates,
)
from kbkresearch.errors import BadArgumentError, BadRowsError, UnknownNameError
from kbkresearch.results import ShownResult, is_synthetic, marked
from kbkresearch.vocabulary import Text, labels_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Method: TypeAlias = Literal["direct", "indirect"]
INTERVALS: dict[str, tuple[str, ...]] = {
    "direct": get_args(DirectInterval),
    "indirect": get_args(IndirectInterval),
}
OWN = "own"
LEAST_EVENTS = 10
_COLUMNS = (
    "n_events", "population", "crude", "expected", "estimate", "variance", "ci_low", "ci_high",
    "method", "status",
)  # fmt: skip
_NOTHING = (np.nan,) * 4
_SOURCES = {
    POOLED: Text("gabungan semua kelompok", "all groups together"),
    OWN: Text("milik kelompok itu sendiri", "the group's own"),
}
_SHOWN = {
    "dobson_byar": "Dobson, Byar",
    "dobson_exact": "Dobson, exact",
    "fay_feuer": "Fay-Feuer",
    "exact": "O/E, exact",
    "byar": "O/E, Byar",
}


@dataclass(frozen=True)
class StandardisedRates(ShownResult):
    """Standardised rates, one row per group.

    Attributes
    ----------
    frame : DataFrame
        The groups' columns; ``n_events``, ``population``, ``crude`` (events per unit of
        population), ``expected`` (events at the standard's rates; missing for direct rates),
        ``estimate`` (direct: events per unit of population; indirect: observed over expected),
        ``variance``, ``ci_low``, ``ci_high``, ``method``, and ``status``, which says why an
        estimate is withheld and is empty where it is not.
    method : {"direct", "indirect"}
    level : float
        Confidence level.
    """

    method: Method = "direct"
    level: float = 0.95
    groups: tuple[str, ...] = field(default=())

    @property
    def title(self) -> Text:
        """Return the title under which the rates are shown."""
        if self.method == "direct":
            return Text("Rate terstandar langsung", "Directly standardised rates")
        return Text("Rasio kejadian teramati dan harapan", "Observed over expected events")

    def compared_with(self, reference: object) -> pd.DataFrame:
        """Return ratio and difference of every group against one.

        Parameters
        ----------
        reference : object
            Value of the group compared with; a tuple where several columns name a group.

        Returns
        -------
        DataFrame
            One row per group: the groups' columns, ``ratio``, ``ratio_ci_low``,
            ``ratio_ci_high``, ``difference``, ``difference_ci_low``, ``difference_ci_high``.

        Raises
        ------
        UnknownNameError
            If no group has that value.

        Notes
        -----
        The groups are taken as independent. Limits of the ratio are normal on the log scale with
        the delta-method variance, those of the difference normal.
        """
        from scipy.special import ndtri

        names = list(self.groups)
        keys = list(self.frame[names].itertuples(index=False, name=None))
        wanted = reference if isinstance(reference, tuple) else (reference,)
        if wanted not in keys:
            raise UnknownNameError("group", reference, [", ".join(map(str, key)) for key in keys])
        base = self.frame.iloc[keys.index(wanted)]
        z = -float(ndtri(tail_of(self.level)))
        estimate, variance = self.frame["estimate"], self.frame["variance"]
        spread = z * np.sqrt(variance / estimate**2 + base["variance"] / base["estimate"] ** 2)
        margin = z * np.sqrt(variance + base["variance"])
        ratio, difference = estimate / base["estimate"], estimate - base["estimate"]
        itself = np.array([key == wanted for key in keys])
        found = self.frame[names].assign(
            ratio=ratio,
            ratio_ci_low=ratio * np.exp(-spread),
            ratio_ci_high=ratio * np.exp(spread),
            difference=difference,
            difference_ci_low=difference - margin,
            difference_ci_high=difference + margin,
        )
        found.loc[itself, [name for name in found if "_ci_" in str(name)]] = np.nan
        return found


def standardise(
    data: pd.DataFrame,
    *,
    events: str = "visits",
    population: str = "members",
    by: Sequence[str],
    groups: Sequence[str] = (),
    standard: pd.DataFrame | str = POOLED,
    method: Method = "direct",
    interval: str | None = None,
    level: float = 0.95,
    events_variance: str | None = None,
    least_events: int = LEAST_EVENTS,
) -> StandardisedRates:
    """Standardise rates of groups for strata such as age and sex.

    Parameters
    ----------
    data : DataFrame
        Counts by group and stratum; rows of one cell are added up.
    events, population : str
        Columns of counts (visits) and of what they are counted over (members, member-months).
    by : sequence of str
        Columns that make the strata, such as ``["age_band", "sex"]``.
    groups : sequence of str
        Columns that make the groups; none for one group of all.
    standard : DataFrame, "pooled" or "own"
        The standard, keyed by the columns `by`: with `population`, or one other column of any
        name (direct), or with `events` and `population` (indirect). ``"pooled"`` is all groups of
        `data` together. ``"own"`` is each group's own, which returns what went in: the crude rate,
        or a ratio of 1.
    method : {"direct", "indirect"}
        Direct: the group's rates on the standard's mix. Indirect: observed events over those that
        the standard's rates give on the group's mix.
    interval : str, optional
        Direct: ``"dobson_byar"`` (default), ``"dobson_exact"`` or ``"fay_feuer"``; indirect:
        ``"exact"`` (default) or ``"byar"``.
    level : float
        Confidence level.
    events_variance : str, optional
        Column with the variance of each count where events are not independent: the sum over
        persons of their squared visits. For the direct method only.
    least_events : int
        A directly standardised rate of fewer events is withheld, and ``status`` says so.

    Returns
    -------
    StandardisedRates

    Raises
    ------
    MissingColumnsError
        If `data` or `standard` lacks a column.
    BadRowsError
        For counts that are missing or negative, events without population, a stratum that the
        standard lacks, or a key that stands twice in it.
    BadArgumentError, UnknownNameError
        For options that are not allowed.

    Notes
    -----
    With one stratum, or with a group's own mix as standard, a direct rate is the crude rate. A
    direct rate needs every stratum of the standard: where a group has nobody in one, its estimate
    is withheld. See `kbkresearch.capitation.direct` for the formulas and their sources.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({
    ...     "facility_id": ["A", "A", "B", "B"], "age_band": ["0-64", "65+"] * 2,
    ...     "visits": [90, 40, 30, 80], "members": [900, 100, 300, 200]})
    >>> found = standardise(data, by=["age_band"], groups=["facility_id"])
    >>> found.frame[["facility_id", "crude", "estimate"]].round(3).values.tolist()
    [['A', 0.13, 0.16], ['B', 0.22, 0.16]]
    >>> standardise(data, by=["age_band"], groups=["facility_id"],
    ...             method="indirect").frame["estimate"].round(2).tolist()
    [1.0, 1.0]
    """
    if method not in INTERVALS:
        raise UnknownNameError("method", method, INTERVALS)
    chosen = interval or INTERVALS[method][0]
    if chosen not in INTERVALS[method]:
        raise UnknownNameError(f"interval for method={method!r}", chosen, INTERVALS[method])
    if events_variance is not None and method == "indirect":
        raise BadArgumentError("events_variance is for method='direct' only.")
    if isinstance(standard, str) and standard not in _SOURCES:
        raise UnknownNameError("standard", standard, [*_SOURCES, "a DataFrame"])
    tail = tail_of(level)
    names = [events, population, *([events_variance] if events_variance else [])]
    cells = added_up(data, [*groups, *by], names, "data")
    _refuse_events_without_population(cells, events, population)
    wanted = [events, population] if method == "indirect" else [population]
    own = isinstance(standard, str) and standard == OWN
    table = POOLED if own else _named(standard, by, wanted)
    keyed = reference(cells, table, by, wanted, population)
    keys, tables = by_group(cells, groups, keyed.index, names)
    weights = keyed[population].to_numpy(float)
    rates = reference_rates(keyed, events, population) if method == "indirect" else None
    rows = []
    for place, key in enumerate(keys):
        count, people, *spread = (table[place] for table in tables)
        if own:
            weights, rates = people, None if rates is None else _own_rates(count, people)
        if rates is None:
            found, status = _direct(count, people, weights, spread, tail, chosen, least_events)
            expected = np.nan
        else:
            expected = float(rates[people > 0] @ people[people > 0])
            found, status = _indirect(count.sum(), expected, tail, chosen)
        total, persons = count.sum(), people.sum()
        crude = total / persons if persons else np.nan
        rows.append((*key, total, persons, crude, expected, *found, _SHOWN[chosen], status))
    frame = pd.DataFrame(rows, columns=[*groups, *_COLUMNS])
    notes = _notes(method, by, standard, events_variance)
    frame = marked(frame, synthetic=is_synthetic(data))
    return StandardisedRates(frame, notes, method, level, tuple(groups))


def _own_rates(count: Floats, people: Floats) -> Floats:
    """Return a group's own rates; zero, which is not used, where nobody is."""
    return np.divide(count, people, out=np.zeros_like(count), where=people > 0)


def _refuse_events_without_population(cells: pd.DataFrame, events: str, population: str) -> None:
    wrong = cells[(cells[population] == 0) & (cells[events] > 0)]
    if len(wrong):
        where = ", ".join(f"{name}={wrong[name].iloc[0]}" for name in cells.columns)
        raise BadRowsError(f"data: {events} without {population}: {where}.")


def _named(standard: pd.DataFrame | str, by: Sequence[str], wanted: list[str]) -> Any:
    """Return a standard whose only column of numbers has the name that the data use."""
    if isinstance(standard, str) or len(wanted) > 1:
        return standard
    others = [name for name in standard.columns if name not in by]
    return standard.rename(columns={others[0]: wanted[0]}) if len(others) == 1 else standard


def _direct(
    count: Floats,
    people: Floats,
    weights: Floats,
    spread: list[Floats],
    tail: float,
    interval: str,
    least_events: int,
) -> tuple[tuple[float, ...], str]:
    """Return a directly standardised rate, or nothing and why."""
    needed = weights > 0
    empty = int((people[needed] == 0).sum())
    if empty:
        return _NOTHING, f"withheld: nobody in {empty} of {int(needed.sum())} strata"
    if count.sum() < least_events:
        return _NOTHING, f"withheld: fewer than {least_events} events"
    kept = [array[needed] for array in (count, people, weights, *spread)]
    found = direct_rate(
        kept[0], kept[1], kept[2], tail, cast("DirectInterval", interval), *kept[3:]
    )
    return _numbers(found), ""


def _indirect(
    events: float, expected: float, tail: float, interval: str
) -> tuple[tuple[float, ...], str]:
    """Return observed over expected events, or nothing and why."""
    if expected <= 0:
        return _NOTHING, "withheld: no events expected"
    found = observed_over_expected(events, expected, tail, cast("IndirectInterval", interval))
    return _numbers(found), ""


def _numbers(found: Standardised) -> tuple[float, ...]:
    return found.estimate, found.variance, found.ci_low, found.ci_high


def _notes(
    method: str, by: Sequence[str], standard: pd.DataFrame | str, events_variance: str | None
) -> tuple[Text, ...]:
    """Say what was standardised for what, and what the limits take for granted."""
    strata = labels_of(by)
    table = Text("tabel yang diberikan", "the table given")
    source = _SOURCES[standard] if isinstance(standard, str) else table
    notes = [
        Text(
            f"Distandarkan menurut {strata.id}; acuan: {source.id}.",
            f"Standardised for {strata.en}; standard: {source.en}.",
        )
    ]
    if method == "indirect":
        notes.append(
            Text(
                "Rasio dua kelompok tidak dapat dibandingkan langsung: masing-masing memakai"
                " campuran pesertanya sendiri. Rate acuan dianggap pasti.",
                "Ratios of two groups cannot be compared with one another: each has its own mix."
                " The standard's rates are taken as known.",
            )
        )
    if events_variance is None:
        notes.append(
            Text(
                "Batas menganggap kunjungan saling bebas (Poisson); kunjungan berulang orang yang"
                " sama membuatnya terlalu sempit.",
                "Limits take events as independent (Poisson); repeat visits of one person make"
                " them too narrow.",
            )
        )
    return tuple(notes)
