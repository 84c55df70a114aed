"""Intervals with explicit ends, written as in the rule files: ``"(140, 145]"``.

Ends are exact decimals. A set of intervals that is used as bands must partition its domain; the
printed bands of a study need not, and `partition_problems` says how they fail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATTERN = re.compile(
    r"\s*(?P<left>[\[(])\s*(?P<low>-?\d+(?:\.\d+)?)\s*,"
    r"\s*(?P<high>-?\d+(?:\.\d+)?|inf)\s*(?P<right>[\])])\s*"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers, with each end included or not.

    Attributes
    ----------
    low, high : Decimal
        The ends; `high` may be infinite.
    low_closed, high_closed : bool
        Whether the end itself belongs to the interval.

    Examples
    --------
    >>> band = Interval.parse("(140, 145]")
    >>> 145 in band, 140 in band
    (True, False)
    >>> str(band)
    '(140, 145]'
    """

    low: Decimal
    high: Decimal
    low_closed: bool
    high_closed: bool

    @classmethod
    def parse(cls, text: str) -> Interval:
        """Read an interval from its text.

        Parameters
        ----------
        text : str
            ``[`` or ``(``, two ends with a comma between, ``]`` or ``)``; the upper end may be
            ``inf``.

        Returns
        -------
        Interval

        Raises
        ------
        ValueError
            If the text is no interval, or holds no number.
        """
        match = _PATTERN.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not an interval such as '[150, 1000]' or '(140, 145]'")
        low, high = Decimal(match["low"]), Decimal(match["high"])
        band = cls(low, high, match["left"] == "[", match["right"] == "]")
        if high < low or (high == low and not (band.low_closed and band.high_closed)):
            raise ValueError(f"{text!r} holds no number")
        if high.is_infinite() and band.high_closed:
            raise ValueError(f"{text!r}: an infinite end is open, write 'inf)'")
        return band

    def __contains__(self, value: object) -> bool:
        exact = repr(value) if isinstance(value, float) else value
        number = Fraction(exact)  # type: ignore[call-overload]  # any kind of number
        low = Fraction(self.low)
        above = number > low or (self.low_closed and number == low)
        if self.high.is_infinite():
            return above
        high = Fraction(self.high)
        return above and (number < high or (self.high_closed and number == high))

    def __str__(self) -> str:
        left, right = "[" if self.low_closed else "(", "]" if self.high_closed else ")"
        high = "inf" if self.high.is_infinite() else format(self.high, "f")
        return f"{left}{format(self.low, 'f')}, {high}{right}"


def partition_problems(bands: Sequence[Interval], domain: Interval) -> list[str]:
    """Say how intervals fail to cover a domain once and only once.

    Parameters
    ----------
    bands : sequence of Interval
        In any order.
    domain : Interval
        What they should partition.

    Returns
    -------
    list of str
        One sentence per gap, overlap or doubly open end; empty if the bands partition the domain.

    Examples
    --------
    >>> parse = Interval.parse
    >>> partition_problems([parse("[0, 2]"), parse("(2, 100]")], parse("[0, 100]"))
    []
    >>> partition_problems([parse("[0, 2)"), parse("(2, 100]")], parse("[0, 100]"))
    ['2 is in no band: both [0, 2) and (2, 100] are open there']
    """
    if not bands:
        return ["there are no bands"]
    ordered = sorted(bands, key=lambda band: (band.low, not band.low_closed, band.high))
    first, last = ordered[0], max(ordered, key=lambda band: (band.high, band.high_closed))
    problems = []
    if (first.low, first.low_closed) != (domain.low, domain.low_closed):
        problems.append(f"the lowest band {first} does not begin where the domain {domain} does")
    if (last.high, last.high_closed) != (domain.high, domain.high_closed):
        problems.append(f"the highest band {last} does not end where the domain {domain} does")
    for lower, upper in pairwise(ordered):
        if lower.high < upper.low:
            problems.append(f"there is a gap between {lower} and {upper}")
        elif lower.high > upper.low or (lower.high_closed and upper.low_closed):
            problems.append(f"{lower} and {upper} overlap")
        elif not lower.high_closed and not upper.low_closed:
            problems.append(f"{upper.low} is in no band: both {lower} and {upper} are open there")
    return problems
