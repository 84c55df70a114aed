"""What it takes to reach the next payment level, in whole persons and referrals."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.errors import BadArgumentError, MissingColumnsError
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rule_ids
from kbkresearch.regulation.registry import rules as rules_by_id
from kbkresearch.scoring.payment import unknown_types
from kbkresearch.vocabulary import FACILITY_TYPES

if TYPE_CHECKING:
    from kbkresearch.regulation.values import Indicator, RuleSet

Array: TypeAlias = np.ndarray[Any, Any]

IMPOSSIBLE = 2**62
_SAFE = 2**53
_ANY = len(FACILITY_TYPES)


def next_level(scored: pd.DataFrame, rules: RuleSet | str | None = None) -> pd.DataFrame:
    """Say, per row, the fewest changes that bring the next payment level, and what it pays.

    Parameters
    ----------
    scored : DataFrame
        As returned by `kbkresearch.score`, with the counts.
    rules : RuleSet or str, optional
        The rules it was scored with; needed for a reform, else taken from the table.

    Returns
    -------
    DataFrame
        One row per row of `scored`, same index:

        - ``payment_pct``, ``next_payment_pct``: now, and the next higher level of that facility
          type (missing at the top, and where the payment is missing or not at stake);
        - ``<count>_alone``: how many more contacts, fewer non-specialist referrals or more
          controlled members reach it when nothing else changes (missing where that alone cannot);
        - ``<count>_joint`` and ``total_joint``: the combination with the fewest changes in all;
        - ``gain_rp``: rupiah per month that the next level brings, where ``capitation_rp`` is
          there.

    Raises
    ------
    MissingColumnsError
        If the counts or the levels are not there.

    Notes
    -----
    A non-specialist referral that is avoided leaves both the numerator and the denominator of
    RRNS. A facility whose referrals would all have to go cannot reach a level that way, since RRNS
    would be undefined. Among equally small combinations the one that changes indicators further
    down the list of the rule set is taken. All changes are exact: the level is reached with them
    and not with one less.

    Examples
    --------
    >>> import pandas as pd
    >>> import kbkresearch as kbk
    >>> month = pd.DataFrame({
    ...     "facility_type": ["puskesmas"], "members": [10_000], "contacts": [1_460],
    ...     "referrals": [100], "nonspecialist_referrals": [5],
    ...     "dm_diagnosed": [100], "dm_controlled": [5],
    ...     "ht_diagnosed": [200], "ht_controlled": [10], "tariff_rp": [6_000]})
    >>> step = kbk.next_level(kbk.score(month))
    >>> step[["payment_pct", "next_payment_pct", "gain_rp"]].iloc[0].tolist()
    [90.0, 95.0, 3000000.0]
    >>> step[["contacts_alone", "nonspecialist_referrals_alone", "total_joint"]].iloc[0].tolist()
    [<NA>, 3, 3]
    """
    law = _rules_of(scored, rules)
    _check_columns(scored, law)
    ranks = {one.name: _ranks(scored, one, law) for one in law.paying}
    costs = {one.name: _costs(scored, one, ranks[one.name]) for one in law.paying}
    now = scored["payment_pct"].to_numpy(dtype=float, na_value=np.nan)
    types = _types(scored, law)
    target = _next_payment(law, types, now)
    steps: dict[str, Any] = {"payment_pct": now, "next_payment_pct": target}
    open_rows = np.flatnonzero(~np.isnan(target))
    chosen = _cheapest(law, costs, types[open_rows], target[open_rows], open_rows)
    for one in law.paying:
        alone = _alone(law, one, ranks, types, target, open_rows)
        for key, changes in _changes(costs[one.name], alone, open_rows, len(scored)).items():
            steps[f"{key}_alone"] = changes
    joint: list[Any] = []
    for place, one in enumerate(law.paying):
        for key, changes in _changes(
            costs[one.name], chosen[:, place], open_rows, len(scored)
        ).items():
            steps[f"{key}_joint"] = changes
            joint.append(changes)
    steps["total_joint"] = sum(joint[1:], joint[0])
    if "capitation_rp" in scored.columns:
        base = scored["capitation_rp"].to_numpy(dtype=float, na_value=np.nan)
        steps["gain_rp"] = base * (target - now) / 100
    return pd.DataFrame(steps, index=scored.index)


def _rules_of(scored: pd.DataFrame, rules: RuleSet | str | None) -> RuleSet:
    known = scored.attrs.get("kbk_rules", {}).get("id")
    if rules is None and known not in rule_ids():
        raise BadArgumentError(
            f"The table was scored with {known!r}, which is not a rule set of the package;"
            " give next_level(scored, rules=...) the rules it was scored with."
        )
    chosen = known if rules is None else rules
    law: RuleSet = rules_by_id(chosen) if isinstance(chosen, str) else chosen
    return law


def _check_columns(scored: pd.DataFrame, law: RuleSet) -> None:
    needed = ["payment_pct"]
    for one in law.paying:
        needed += [one.level_column, *(column for part in one.parts for column in part)]
    missing = [column for column in needed if column not in scored.columns]
    if missing:
        raise MissingColumnsError(
            f"next_level needs a table from kbk.score with counts; missing: {', '.join(missing)}.",
            list(scored.columns),
        )


def _worst_first(indicator: Indicator) -> tuple[Any, ...]:
    """Return the bands of an indicator from worst to best."""
    return indicator.bands if indicator.better == "higher" else indicator.bands[::-1]


def _ranks(scored: pd.DataFrame, indicator: Indicator, law: RuleSet) -> Array:
    """Return the rank of each row's level, 0 for the worst, -1 where it is missing."""
    order = [str(band.level) for band in _worst_first(indicator)]
    levels = scored[indicator.level_column]
    if law.has_score:
        places = levels.fillna(0).to_numpy(dtype=np.int64) - 1
    else:
        codes = pd.Categorical(levels.astype(object), categories=order).codes
        places = codes.astype(np.int64)
    ranks: Array = places
    return ranks


def _types(scored: pd.DataFrame, law: RuleSet) -> Array:
    """Return each row's facility type as its place in `FACILITY_TYPES`, `_ANY` for none."""
    default = scored.attrs.get("kbk_rules", {}).get("facility_type")
    if "facility_type" in scored.columns:
        named = scored["facility_type"].astype(object)
        filled = (
            named
            if default is None
            else named.where(named.notna() | unknown_types(scored), default)
        )
        places = pd.Categorical(filled, categories=list(FACILITY_TYPES)).codes.astype(np.int64)
        return np.where(places < 0, _ANY, places)
    if "any" in law.payment:
        return np.full(len(scored), _ANY)
    if default is None:
        raise MissingColumnsError(
            f"next_level needs facility_type to find the payment table of {law.id}.",
            list(scored.columns),
        )
    return np.full(len(scored), FACILITY_TYPES.index(default), np.int64)


def _payments(law: RuleSet) -> Array:
    """Return payment by facility type and ranks, shape (types, levels, levels, …)."""
    sizes = tuple(len(one.bands) for one in law.paying)
    table = np.full((_ANY + 1, *sizes), np.nan)
    places = [
        {band.level: rank for rank, band in enumerate(_worst_first(one))} for one in law.paying
    ]
    for outcome in outcomes(law):
        spot = tuple(place[level] for place, level in zip(places, outcome.levels, strict=True))
        for row, facility_type in enumerate((*FACILITY_TYPES, "any")):
            if facility_type in outcome.payment:
                table[(row, *spot)] = float(outcome.payment[facility_type].value)
    return table


def _next_payment(law: RuleSet, types: Array, now: Array) -> Array:
    """Return the next higher payment of each row's facility type; NaN where there is none."""
    table = _payments(law)
    target = np.full(len(now), np.nan)
    for row in range(_ANY + 1):
        levels = np.unique(table[row][~np.isnan(table[row])])
        mine = (types == row) & ~np.isnan(now)
        if not len(levels) or not mine.any():
            continue
        place = np.searchsorted(levels, now[mine], side="right")
        target[mine] = np.append(levels, np.nan)[place]
    return target


class _Costs:
    """What each rank of one indicator costs in changed counts.

    Attributes
    ----------
    total : array of int, shape (n, levels)
        Changes needed to be at a rank or better; `IMPOSSIBLE` where no change does it.
    by_count : dict of str to array of int, shape (n, levels)
        The same by the count that changes.
    """

    def __init__(self, by_count: dict[str, Array]) -> None:
        self.by_count = by_count
        self.total = np.minimum(sum(by_count.values()), IMPOSSIBLE)


def _costs(scored: pd.DataFrame, indicator: Indicator, ranks: Array) -> _Costs:
    parts = [(_whole(scored[top]), _whole(scored[bottom])) for top, bottom in indicator.parts]
    largest = max((int(side.max(initial=0)) for part in parts for side in part), default=0)
    if largest ** len(parts) * indicator.scale * 1000 > _SAFE:
        parts = [(top.astype(object), bottom.astype(object)) for top, bottom in parts]
    names = [top for top, _ in indicator.parts]
    bands = _worst_first(indicator)
    by_count = {name: np.zeros((len(scored), len(bands)), np.int64) for name in names}
    for rank, band in enumerate(bands):
        better = ranks >= rank
        if indicator.better == "lower":
            needed = [_fewer(parts[0], indicator, band)]
        elif len(parts) == 1:
            needed = [_more(parts[0], indicator, band)]
        else:
            needed = _more_of_two(parts, indicator, band)
        for name, amount in zip(names, needed, strict=True):
            by_count[name][:, rank] = np.where(better, 0, amount).astype(np.int64)
    return _Costs(by_count)


def _whole(series: pd.Series) -> Array:
    values = pd.to_numeric(series, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    whole: Array = np.where(np.isfinite(values), values, 0).astype(np.int64)
    return whole


def _ceil(top: Array, bottom: Array) -> Array:
    """Return the smallest whole number not below ``top / bottom``; 0 where the bottom is 0."""
    return np.where(bottom == 0, 0, -((-top) // np.where(bottom == 0, 1, bottom)))


def _past(top: Array, bottom: Array, *, closed: bool) -> Array:
    """Return the smallest whole number at (closed) or above (open) ``top / bottom``, at least 0."""
    least = _ceil(top, bottom) if closed else top // np.where(bottom == 0, 1, bottom) + 1
    return np.maximum(least, 0)


def _more(part: tuple[Array, Array], indicator: Indicator, band: Any) -> Array:
    top, bottom = part
    edge = Fraction(band.interval.low)
    scale = indicator.scale * edge.denominator
    reach = _past(
        bottom * edge.numerator, np.full_like(bottom, scale), closed=band.interval.low_closed
    )
    needed = np.maximum(reach - top, 0)
    return np.where(top + needed <= bottom, needed, IMPOSSIBLE)


def _fewer(part: tuple[Array, Array], indicator: Indicator, band: Any) -> Array:
    top, bottom = part
    edge = Fraction(band.interval.high)
    scale, limit = indicator.scale * edge.denominator, edge.numerator
    gap = np.full_like(top, max(scale - limit, 0))
    needed = _past(top * scale - bottom * limit, gap, closed=band.interval.high_closed)
    return np.where((needed <= top) & (needed < bottom), needed, IMPOSSIBLE)


def _more_of_two(parts: list[tuple[Array, Array]], indicator: Indicator, band: Any) -> list[Array]:
    """Return the fewest additions to two numerators that lift the mean of their ratios.

    Each addition to the ratio with the smaller denominator lifts the mean most, so that one is
    filled first.
    """
    (top_a, bottom_a), (top_b, bottom_b) = parts
    edge = Fraction(band.interval.low)
    scale = indicator.scale * edge.denominator
    closed = band.interval.low_closed
    lacking = 2 * edge.numerator * bottom_a * bottom_b - scale * (
        top_a * bottom_b + top_b * bottom_a
    )
    first_a = bottom_a <= bottom_b
    room_first = np.where(first_a, bottom_a - top_a, bottom_b - top_b)
    room_second = np.where(first_a, bottom_b - top_b, bottom_a - top_a)
    lift_first = scale * np.where(first_a, bottom_b, bottom_a)
    lift_second = scale * np.where(first_a, bottom_a, bottom_b)
    first = np.minimum(_past(lacking, lift_first, closed=closed), room_first)
    rest = lacking - first * lift_first
    enough = (rest <= 0) if closed else (rest < 0)
    second = np.where(enough, 0, _past(rest, lift_second, closed=closed))
    cannot = second > room_second
    add_a = np.where(first_a, first, second)
    add_b = np.where(first_a, second, first)
    return [np.where(cannot, IMPOSSIBLE, add_a), np.where(cannot, 0, add_b)]


def _cheapest(
    law: RuleSet, costs: dict[str, _Costs], types: Array, target: Array, rows: Array
) -> Array:
    """Return the rank of each indicator in the cheapest combination, shape (k, indicators)."""
    table = _payments(law)
    best = np.full(len(rows), IMPOSSIBLE, np.int64)
    chosen = np.full((len(rows), len(law.paying)), -1, np.int64)
    for combination in product(*(range(len(one.bands)) for one in law.paying)):
        pays = table[(types, *combination)] >= target
        total = np.zeros(len(rows), np.int64)
        for one, rank in zip(law.paying, combination, strict=True):
            total = np.minimum(total + costs[one.name].total[rows, rank], IMPOSSIBLE)
        better = pays & (total < best)
        best[better] = total[better]
        chosen[better] = combination
    return chosen


def _alone(
    law: RuleSet,
    indicator: Indicator,
    ranks: dict[str, Array],
    types: Array,
    target: Array,
    rows: Array,
) -> Array:
    """Return the lowest rank of one indicator that reaches the target, -1 where none does."""
    table = _payments(law)
    chosen = np.full(len(rows), -1, np.int64)
    for rank in reversed(range(len(indicator.bands))):
        spot = tuple(
            np.full(len(rows), rank) if one.name == indicator.name else ranks[one.name][rows]
            for one in law.paying
        )
        reaches = table[(types[rows], *spot)] >= target[rows]
        chosen[reaches] = rank
    return chosen


def _changes(costs: _Costs, ranks: Array, rows: Array, n: int) -> dict[str, Any]:
    """Return the changed counts for chosen ranks, missing where there is none."""
    result = {}
    known = ranks >= 0
    possible = known & (costs.total[rows, np.maximum(ranks, 0)] < IMPOSSIBLE)
    for name, amounts in costs.by_count.items():
        values = np.zeros(n, np.int64)
        missing = np.ones(n, bool)
        values[rows[possible]] = amounts[rows[possible], ranks[possible]]
        missing[rows[possible]] = False
        result[name] = pd.arrays.IntegerArray(values, missing)
    return result
