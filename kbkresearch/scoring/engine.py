"""The engine: from arrays of counts to band codes, exactly, and from codes to score and payment.

Nothing here sees a data frame. Counts are whole numbers in float64 arrays, which hold whole numbers
exactly up to 2**53; a comparison such as ``1000 * contacts >= 150 * members`` is therefore exact as
long as both sides stay below that, and rows where they might not are decided with Python's own
integers. No ratio is ever rounded before it is compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import lcm, prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from kbkresearch.intake.plausible import EXACT
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.vocabulary import FACILITY_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from kbkresearch.regulation.values import Indicator, RuleSet

Floats: TypeAlias = "NDArray[np.float64]"
Codes: TypeAlias = "NDArray[np.uint8]"
Bools: TypeAlias = "NDArray[np.bool_]"

BLOCK = 131_072


@dataclass(frozen=True)
class BandPlan:
    """An indicator's band edges, ready to be compared with.

    Attributes
    ----------
    scale : float
        What a ratio is multiplied by (1000 or 100), times the common denominator of the edges.
    edges : tuple of (float, bool)
        Edge times the common denominator, and whether the edge belongs to the band above it.
    values : tuple of (float, bool)
        The same edges in the unit of the indicator.
    factor : float
        Largest number that a denominator is multiplied by in a comparison.
    bounds : tuple of float
        Domain of the indicator.
    unit_scale : int
        1000 or 100.
    """

    scale: float
    edges: tuple[tuple[float, bool], ...]
    values: tuple[tuple[float, bool], ...]
    factor: float
    bounds: tuple[float, float]
    unit_scale: int

    @property
    def missing(self) -> int:
        """Return the code of a missing level: one more than the last band."""
        return len(self.edges) + 1


@lru_cache(maxsize=128)
def plan(indicator: Indicator) -> BandPlan:
    """Return an indicator's edges scaled to whole numbers.

    Parameters
    ----------
    indicator : Indicator

    Returns
    -------
    BandPlan

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> plan(kbk.rules("kbk-2019").indicators["rrns"]).edges
    ((4.0, False), (5.0, False), (6.0, False))
    """
    exact = [(Fraction(edge), closed) for edge, closed in indicator.edges]
    common = lcm(1, *(edge.denominator for edge, _ in exact))
    scaled = tuple((float(edge * common), closed) for edge, closed in exact)
    scale = float(indicator.scale * common)
    return BandPlan(
        scale=scale,
        edges=scaled,
        values=tuple((float(edge), closed) for edge, closed in exact),
        factor=max((scale, *(edge for edge, _ in scaled))),
        bounds=(float(indicator.domain.low), float(indicator.domain.high)),
        unit_scale=indicator.scale,
    )


def combine(parts: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Return numerator and denominator of the mean of ratios.

    Parameters
    ----------
    parts : sequence of (array, array)
        Numerator and denominator of each ratio, shape (n,), whole numbers.

    Returns
    -------
    numerator, denominator : array of float, shape (n,)
        For one ratio the arrays themselves.

    Examples
    --------
    >>> one = np.array([1.0]), np.array([10.0])
    >>> other = np.array([3.0]), np.array([20.0])
    >>> [int(side[0]) for side in combine([one, other])]
    [50, 400]
    """
    if len(parts) == 1:
        return parts[0]
    (top, bottom), *rest = parts
    with np.errstate(invalid="ignore", over="ignore"):
        for next_top, next_bottom in rest:
            top, bottom = top * next_bottom + next_top * bottom, bottom * next_bottom
        return top, bottom * len(parts)


def clean(parts: Sequence[tuple[Floats, Floats]], *, whole: bool = False) -> Bools:
    """Return which rows hold counts that can be used as they are.

    Parameters
    ----------
    parts : sequence of (array, array)
        Numerator and denominator of each ratio, shape (n,); NaN where missing.
    whole : bool
        Whether they come from columns of integers, and so need no look at fractions.

    Returns
    -------
    array of bool, shape (n,)
        Whole numbers, 0 <= numerator <= denominator, denominator above zero.
    """
    fine: Bools | None = None
    for top, bottom in parts:
        one = top >= 0
        one &= top <= bottom
        one &= bottom > 0
        one &= bottom < EXACT
        if not whole:
            one &= np.floor(top) == top
            one &= np.floor(bottom) == bottom
        fine = one if fine is None else fine & one
    if fine is None:
        raise ValueError("an indicator needs at least one ratio")
    return fine


def codes_from_counts(
    parts: Sequence[tuple[Floats, Floats]], bands: BandPlan
) -> tuple[Codes, Floats]:
    """Return the band of each row, decided exactly, and the indicator's value.

    Parameters
    ----------
    parts : sequence of (array, array)
        Numerator and denominator of each ratio, shape (n,). Rows that are not `clean` give
        codes and values without meaning.
    bands : BandPlan

    Returns
    -------
    codes : array of uint8, shape (n,)
        0 for the lowest band.
    values : array of float, shape (n,)
        The indicator in its unit.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> ak = plan(kbk.rules("kbk-2019").indicators["ak"])
    >>> contacts, members = np.array([149_999_999.0, 150_000_000.0]), np.array([1e9, 1e9])
    >>> codes_from_counts([(contacts, members)], ak)[0].tolist()
    [2, 3]
    """
    top, bottom = combine(parts)
    codes = np.zeros(top.shape, np.uint8)
    passed, limit = np.empty(top.shape, bool), np.empty(top.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scaled = top * bands.scale
        for edge, closed in bands.edges:
            np.multiply(bottom, edge, out=limit)
            (np.greater_equal if closed else np.greater)(scaled, limit, out=passed)
            codes += passed.view(np.uint8)
        values = np.multiply(top, bands.unit_scale, out=scaled)
        values /= bottom
    wide = bottom >= EXACT / bands.factor
    if wide.any():
        _decide_exactly(np.flatnonzero(wide), parts, bands, codes)
    return codes, values


def _decide_exactly(
    rows: NDArray[np.intp],
    parts: Sequence[tuple[Floats, Floats]],
    bands: BandPlan,
    codes: Codes,
) -> None:
    """Decide rows whose products pass 2**53 with Python's integers, in place."""
    for row in rows:
        pairs = [(top[row], bottom[row]) for top, bottom in parts]
        if not all(0 <= top <= bottom < EXACT for top, bottom in pairs):
            continue
        ratio = sum(Fraction(int(top), int(bottom)) for top, bottom in pairs) / len(pairs)
        scaled = ratio * int(bands.scale)
        codes[row] = sum(
            scaled >= int(edge) if closed else scaled > int(edge) for edge, closed in bands.edges
        )


def codes_from_values(values: Floats, bands: BandPlan) -> Codes:
    """Return the band of indicator values that were read, not computed.

    Parameters
    ----------
    values : array of float, shape (n,)
        In the unit of the indicator. A value read from a decimal text compares as that decimal.
    bands : BandPlan

    Returns
    -------
    array of uint8, shape (n,)
        0 for the lowest band, `BandPlan.missing` for NaN and outside the domain.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> ak = plan(kbk.rules("kbk-2019").indicators["ak"])
    >>> codes_from_values(np.array([140.0, 140.01, 149.996, 150.0, np.nan]), ak).tolist()
    [0, 1, 2, 3, 4]
    """
    codes = np.zeros(values.shape, np.uint8)
    passed = np.empty(values.shape, bool)
    for edge, closed in bands.values:
        (np.greater_equal if closed else np.greater)(values, edge, out=passed)
        codes += passed.view(np.uint8)
    low, high = bands.bounds
    inside = np.greater_equal(values, low, out=passed)
    inside &= values <= high
    if not inside.all():
        codes[~inside] = bands.missing
    return codes


def round_half_up(top: int, bottom: int, scale: int, decimals: int) -> float:
    """Return ``scale * top / bottom`` rounded half up to `decimals`, decided exactly.

    Examples
    --------
    >>> round_half_up(149995, 1_000_000, 1000, 2), round_half_up(1, 8, 100, 0)
    (150.0, 13.0)
    """
    ten: int = 10**decimals
    return ((2 * scale * ten * top + bottom) // (2 * bottom)) / ten


@dataclass(frozen=True)
class Lookup:
    """The rule set as arrays to look codes up in.

    Attributes
    ----------
    sizes : tuple of int
        Number of codes of each paying indicator, the missing one included.
    score : array of float, shape (prod(sizes),)
        Score by combined code; NaN where an indicator is missing.
    payment : array of float, shape (n_types + 1, prod(sizes))
        Payment in per cent by facility type (in the order of `FACILITY_TYPES`) and combined code.
        The last row is for a missing facility type: NaN unless the rule set pays any type alike.
    """

    sizes: tuple[int, ...]
    score: Floats
    payment: Floats


@lru_cache(maxsize=32)
def lookup(rules: RuleSet) -> Lookup:
    """Return the lookup arrays of a rule set.

    Parameters
    ----------
    rules : RuleSet

    Returns
    -------
    Lookup

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> lookup(kbk.rules("kbk-2019")).payment.shape
    (5, 125)
    """
    sizes = tuple(len(one.bands) + 1 for one in rules.paying)
    score = np.full(sizes, np.nan)
    payment = np.full((len(FACILITY_TYPES) + 1, *sizes), np.nan)
    inner = tuple(slice(0, size - 1) for size in sizes)
    shape = tuple(size - 1 for size in sizes)
    every = outcomes(rules)
    if rules.has_score:
        score[inner] = np.array([float(one.score or 0) for one in every]).reshape(shape)
    for row, facility_type in enumerate((*FACILITY_TYPES, "any")):
        paid = [one.payment.get(facility_type) for one in every]
        numbers = [float(one.value) if one else np.nan for one in paid]
        payment[row][inner] = np.array(numbers).reshape(shape)
    return Lookup(sizes, score.reshape(-1), payment.reshape(len(FACILITY_TYPES) + 1, prod(sizes)))


def combined_code(codes: Sequence[Codes], sizes: Sequence[int]) -> NDArray[np.uint16]:
    """Return one code per row for the codes of all paying indicators.

    Parameters
    ----------
    codes : sequence of array of uint8, shape (n,)
    sizes : sequence of int
        Number of codes of each indicator.

    Returns
    -------
    array of uint16, shape (n,)
    """
    total = codes[0].astype(np.uint16)
    for one, size in zip(codes[1:], sizes[1:], strict=True):
        total *= np.uint16(size)
        total += one
    return total
