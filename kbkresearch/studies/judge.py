"""Verdicts: whether a published number, ranking or comparison follows from what it rests on."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from kbkresearch.studies.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.studies.model import Verdict


def exact(value: Any) -> Fraction:
    """Return a published number as the decimal it shows.

    Parameters
    ----------
    value : int, float, str, Decimal or Fraction

    Returns
    -------
    Fraction

    Examples
    --------
    >>> exact(8.2)
    Fraction(41, 5)
    """
    if isinstance(value, Fraction):
        return value
    return Fraction(str(value))


def rounded(value: Fraction, decimals: int = 0) -> Fraction:
    """Return a number rounded half up.

    Examples
    --------
    >>> rounded(Fraction(84, 867) * 51109)
    Fraction(4952, 1)
    """
    ten = 10**decimals
    sign = -1 if value < 0 else 1
    return sign * Fraction((2 * abs(value) * ten + 1) // 2, ten)


def number(
    published: Any,
    recomputed: Fraction | int,
    decimals: int = 0,
    *,
    from_parts: Fraction | None = None,
    **details: Any,
) -> Outcome:
    """Compare a published number with the recomputed one.

    Parameters
    ----------
    published : number
        As printed.
    recomputed : Fraction or int
        Exact.
    decimals : int
        Decimals that are printed.
    from_parts : Fraction, optional
        What the study's own rounded parts would give.
    **details
        Further values for the explanation.

    Returns
    -------
    Outcome
        Reproduced if rounding half up to the printed digits gives the published number; rounding
        if it is one unit of the last digit away, or is what the rounded parts give; else
        contradicted. ``details`` also holds ``published``, ``exact`` and ``difference``.

    Examples
    --------
    >>> number(8.2, Fraction(86700, 10627), 1).verdict
    'reproduced'
    >>> number(8.1, Fraction(86700, 10627), 1).verdict
    'rounding'
    >>> number(9.2, Fraction(86700, 10627), 1).verdict
    'contradicted'
    """
    printed, value = exact(published), Fraction(recomputed)
    unit = Fraction(1, 10**decimals)
    shown = rounded(value, decimals)
    facts = {
        "published": _plain(printed),
        "exact": float(value),
        "difference": float(printed - value),
        **details,
    }
    if shown == printed:
        return Outcome("reproduced", _plain(shown), facts)
    near = decimals > 0 and abs(value - printed) <= unit
    if near or (from_parts is not None and rounded(from_parts, decimals) == printed):
        return Outcome("rounding", _plain(rounded(value, decimals + 1)), facts)
    return Outcome("contradicted", _plain(shown), facts)


def holds(truth: bool, recomputed: Any = None, **details: Any) -> Outcome:  # noqa: FBT001
    """Return the verdict on a statement that is either so or not.

    Parameters
    ----------
    truth : bool
        Whether the statement holds.
    recomputed : object
        What was found instead, or what shows it.
    **details
        Values for the explanation.

    Returns
    -------
    Outcome
    """
    return holds_or(truth, "contradicted", recomputed, **details)


def holds_or(
    truth: bool,  # noqa: FBT001
    otherwise: Verdict,
    recomputed: Any = None,
    /,
    **details: Any,
) -> Outcome:
    """Return the verdict on a statement that, if it is not so, is not thereby wrong.

    Parameters
    ----------
    truth : bool
        Whether the statement holds.
    otherwise : Verdict
        The verdict if not: ambiguous where it has another reading, not recomputable where a check
        does not close.
    recomputed : object
        What was found instead, or what shows it.
    **details
        Values for the explanation.

    Returns
    -------
    Outcome

    Examples
    --------
    >>> holds_or(False, "ambiguous", 5).verdict
    'ambiguous'
    """
    return Outcome("reproduced" if truth else otherwise, recomputed, details)


def largest(values: Mapping[str, Fraction | int], claimed: set[str], **details: Any) -> Outcome:
    """Compare a claim on which groups are the largest with the values themselves.

    Parameters
    ----------
    values : mapping of str to number
        Exact value of each group.
    claimed : set of str
        Groups that are said to be the largest.
    **details
        Further values for the explanation.

    Returns
    -------
    Outcome
        Reproduced if exactly these groups share the maximum. ``details`` also holds ``top`` (the
        groups that do), ``top_value`` and ``claimed_value``.

    Examples
    --------
    >>> largest({"a": 3, "b": 5}, {"a"}).recomputed
    'b'
    """
    best = max(values.values())
    top = [name for name, value in values.items() if value == best]
    facts = {
        "top": ", ".join(top),
        "top_value": float(best),
        "claimed_value": float(max(values[name] for name in claimed)),
        **details,
    }
    return holds(set(top) == claimed, ", ".join(top), **facts)


def _plain(value: Fraction) -> int | Decimal:
    """Return a decimal fraction as a number that prints as people write it."""
    if value.denominator == 1:
        return int(value)
    return (
        (Decimal(value.numerator) / Decimal(value.denominator))
        .quantize(Decimal("1e-6"), rounding=ROUND_HALF_UP)
        .normalize()
    )
