"""Numbers, intervals and lists as the studies' tables and explanations show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbkresearch.regulation.intervals import Interval

MARKS = {"permille": "‰", "pct": "%"}
"""Sign of each unit of an indicator."""


def both(template: str, *values: Any) -> Text:
    """Return a text that differs between the languages in its numbers only.

    Parameters
    ----------
    template : str
        With a place ``{}`` for each value.
    *values : Text, str or number
        A number is shown whole; `shown` gives it decimals.

    Returns
    -------
    Text

    Examples
    --------
    >>> both("{} > {}%", 1500, shown(2.5, 1)).id
    '1.500 > 2,5%'
    """
    return Text(*(template.format(*(_in(lang, one) for one in values)) for lang in ("id", "en")))


def _in(lang: str, value: Any) -> str:
    if isinstance(value, Text):
        return value.to(lang)
    return value if isinstance(value, str) else formats.number(value, lang)


def shown(value: Any, decimals: int = 0) -> Text:
    """Return a number in both languages."""
    return Text(formats.number(value, "id", decimals), formats.number(value, "en", decimals))


def rupiah(value: Any) -> Text:
    """Return an amount of rupiah in both languages."""
    return Text(formats.rupiah(value, "id"), formats.rupiah(value, "en"))


def span(interval: Interval, unit: str = "") -> Text:
    """Return an interval with its unit, with a decimal comma and a semicolon in Indonesian.

    Examples
    --------
    >>> from kbkresearch.regulation.intervals import Interval
    >>> span(Interval.parse("(2, 2.5]"), "pct").id
    '(2; 2,5] %'
    """
    english = f"{interval} {MARKS[unit]}" if unit else str(interval)
    return Text(english.replace(", ", "; ").replace(".", ","), english)


def join(texts: Iterable[Text]) -> Text:
    """Return texts as a list in words.

    Examples
    --------
    >>> join([Text("satu", "one"), Text("dua", "two"), Text("tiga", "three")]).id
    'satu, dua dan tiga'
    """
    parts = list(texts)
    return Text(
        _listed([one.id for one in parts], "dan"), _listed([one.en for one in parts], "and")
    )


def _listed(parts: list[str], last: str) -> str:
    if not parts:
        return formats.MISSING
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))
