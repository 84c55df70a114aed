"""One indicator of a table: where it comes from, its band code in every row, its findings."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.errors import MissingColumnsError
from kbkresearch.findings import on_rows
from kbkresearch.intake.plausible import disagreement
from kbkresearch.scoring.checks import Repair
from kbkresearch.scoring.columns import numbers
from kbkresearch.scoring.engine import (
    BLOCK,
    BandPlan,
    clean,
    codes_from_counts,
    codes_from_values,
    combine,
    plan,
    round_half_up,
)
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.findings import FindingGroup
    from kbkresearch.regulation.values import Indicator, RuleSet
    from kbkresearch.scoring.engine import Codes, Floats

Array: TypeAlias = np.ndarray[Any, Any]

_WORTH_THREADS = 2


@dataclass(frozen=True)
class Source:
    """Where an indicator comes from: counts, the indicator as given, or both.

    Attributes
    ----------
    data : DataFrame
        The table.
    indicator : Indicator
    bands : BandPlan
    parts : tuple of (array, array)
        Numerator and denominator columns, shape (n,); empty where there are no counts.
    given : array of float, shape (n,), or None
        The indicator as the table has it.
    """

    data: pd.DataFrame
    indicator: Indicator
    bands: BandPlan
    parts: tuple[tuple[Array, Array], ...]
    given: Floats | None

    def block(self, rows: Any) -> list[tuple[Floats, Floats]]:
        """Return the counts of some rows as float64."""
        return [(top[rows].astype(float), bottom[rows].astype(float)) for top, bottom in self.parts]


def source(data: pd.DataFrame, indicator: Indicator, found: list[FindingGroup]) -> Source | None:
    """Find an indicator's columns in a table.

    Parameters
    ----------
    data : DataFrame
    indicator : Indicator
    found : list of FindingGroup
        Gets findings on what is no number.

    Returns
    -------
    Source or None
        None for an indicator that the table lacks and the payment does not need.

    Raises
    ------
    MissingColumnsError
        If the payment needs it.
    """
    needed = [column for part in indicator.parts for column in part]
    counted = all(column in data.columns for column in needed)
    if not counted and indicator.column not in data.columns:
        if not indicator.in_payment:
            return None
        name = indicator.name.upper()
        counts = ", ".join(f"{label(one, 'id')} ({one})" for one in needed)
        raise MissingColumnsError(
            Text(
                f"{name} memerlukan cacah {counts}, atau indikatornya ({indicator.column}).",
                f"{name} needs the counts {', '.join(needed)} or the indicator {indicator.column}.",
            ),
            list(data.columns),
        )

    def read(column: str) -> Array:
        values, wrong = numbers(data, column)
        found.extend(wrong)
        return values

    parts = tuple((read(top), read(bottom)) for top, bottom in indicator.parts) if counted else ()
    given = read(indicator.column).astype(float) if indicator.column in data.columns else None
    return Source(data, indicator, plan(indicator), parts, given)


def in_blocks(work: Callable[[slice], None], n: int) -> None:
    """Run `work` on blocks of rows that fit the processor's cache, on all cores.

    Parameters
    ----------
    work : callable
        Given the slice of a block; blocks do not overlap.
    n : int
        Number of rows.
    """
    blocks = [slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
    if len(blocks) < _WORTH_THREADS:
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, blocks):
            pass


def rate(
    origin: Source, policy: str, round_to: int | None, found: list[FindingGroup]
) -> tuple[Codes, Floats]:
    """Return band codes and values of one indicator.

    Parameters
    ----------
    origin : Source
    policy : str
        What to do with zero denominators.
    round_to : int or None
        Decimals to round to before rating.
    found : list of FindingGroup
        Gets the findings.

    Returns
    -------
    codes : array of uint8, shape (n,)
    values : array of float, shape (n,)
    """
    if not origin.parts:
        return _rate_given(origin, round_to, found)
    n = len(origin.data)
    codes, values, fine = np.empty(n, np.uint8), np.empty(n), np.empty(n, bool)
    whole = all(side.dtype.kind in "iu" for part in origin.parts for side in part)

    def work(block: slice) -> None:
        parts = origin.block(block)
        fine[block] = clean(parts, whole=whole)
        codes[block], values[block] = codes_from_counts(parts, origin.bands)

    in_blocks(work, n)
    rest = np.flatnonzero(~fine)
    if len(rest):
        repair = Repair(
            origin.data, origin.indicator, origin.bands, rest, origin.block(rest), policy
        )
        repair.run(None if origin.given is None else origin.given[rest])
        codes[rest], values[rest] = repair.codes, repair.values
        found.extend(repair.findings)
        _outside(origin, values, found)
    if origin.given is not None:
        found.extend(disagreement(origin.data, origin.indicator.column, origin.given, values))
    if round_to is not None:
        _round(origin, fine, round_to, codes, values)
    return codes, values


def _rate_given(
    origin: Source, round_to: int | None, found: list[FindingGroup]
) -> tuple[Codes, Floats]:
    """Rate an indicator that the table holds without its counts."""
    given = origin.given if origin.given is not None else np.full(len(origin.data), np.nan)
    values = given if round_to is None else _rounded(given, round_to)
    name = origin.indicator.column
    _outside(origin, given, found)
    empty = np.flatnonzero(origin.data[name].isna().to_numpy())
    if len(empty):
        found.append(
            on_rows(
                origin.data,
                empty,
                name,
                rule="missing_indicator",
                message_id=f"{label(name, 'id', unit=True)} kosong",
                message_en=f"{name} is missing",
                severity="info",
            )
        )
    return codes_from_values(values, origin.bands), values


def _outside(origin: Source, values: Floats, found: list[FindingGroup]) -> None:
    """Report indicators outside their domain."""
    low, high = origin.bands.bounds
    name, domain = origin.indicator.column, origin.indicator.domain
    outside = np.flatnonzero((values < low) | (values > high))
    if len(outside):
        found.append(
            on_rows(
                origin.data,
                outside,
                name,
                rule="indicator_outside_domain",
                message_id=f"{label(name, 'id', unit=True)} di luar ranah {domain}",
                message_en=f"{name} is outside its domain {domain}",
            )
        )


def _rounded(values: Floats, decimals: int) -> Floats:
    """Round the decimals that values show half up."""
    unique, inverse = np.unique(values, return_inverse=True)
    rounded = []
    for value in unique.tolist():
        exact = Fraction(repr(value)) if np.isfinite(value) else None
        rounded.append(
            value
            if exact is None
            else round_half_up(exact.numerator, exact.denominator, 1, decimals)
        )
    return np.array(rounded, dtype=float)[inverse]


def _round(
    origin: Source, fine: np.ndarray[Any, Any], decimals: int, codes: Codes, values: Floats
) -> None:
    """Rate anew after rounding, in place; ratios of counts are rounded exactly."""
    rows = np.flatnonzero(fine)
    whole: Any = [
        tuple(side[rows].astype(np.int64).astype(object) for side in part) for part in origin.parts
    ]
    top, bottom = combine(whole)
    scale = origin.bands.unit_scale
    values[rows] = [
        round_half_up(int(a), int(b), scale, decimals) for a, b in zip(top, bottom, strict=True)
    ]
    repaired = ~fine & ~np.isnan(values)
    values[repaired] = _rounded(values[repaired], decimals)
    known = fine | repaired
    codes[known] = codes_from_values(values[known], origin.bands)


def levels(indicator: Indicator, codes: Codes, law: RuleSet) -> Any:
    """Return band codes as ratings (nullable integers) or zones (ordered categories).

    Parameters
    ----------
    indicator : Indicator
    codes : array of uint8, shape (n,)
    law : RuleSet

    Returns
    -------
    IntegerArray or Categorical, shape (n,)
    """
    if law.has_score:
        ratings = np.array([*(int(band.level) for band in indicator.bands), 1], np.int8)
        return pd.arrays.IntegerArray(ratings.take(codes), codes == len(indicator.bands))
    order = np.array([*(law.levels.index(band.level) for band in indicator.bands), -1], np.int8)
    zones = pd.Index([str(level) for level in law.levels])
    return pd.Categorical.from_codes(order.take(codes), zones, ordered=True)
