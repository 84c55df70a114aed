"""Numbers and sentences as people write them, in Indonesian and English."""

from __future__ import annotations

import string
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from numbers import Real
from typing import TYPE_CHECKING, Any

from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = "–"


@lru_cache(maxsize=32)
def _pattern(decimals: int) -> str:
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def number(value: Any, lang: str = "id", decimals: int = 0) -> str:
    """Return a number with the separators of a language.

    Parameters
    ----------
    value : number
        NaN and None give a dash.
    lang : {"id", "en"}
        Indonesian writes ``1.234,5``, English ``1,234.5``.
    decimals : int
        Decimals shown, rounded half up.

    Returns
    -------
    str

    Examples
    --------
    >>> number(1234.5, "id", 2), number(1234.5, "en", 2), number(float("nan"))
    ('1.234,50', '1,234.50', '–')
    """
    from babel.numbers import format_decimal

    check_lang(lang)
    if _is_missing(value):
        return MISSING
    exact = Decimal(value) if isinstance(value, int | Decimal) else Decimal(repr(float(value)))
    if exact.is_infinite():
        return "∞" if exact > 0 else "-∞"
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return format_decimal(rounded + 0, format=_pattern(decimals), locale=lang)


def _is_missing(value: Any) -> bool:
    """Tell None, NaN, NaT and NA of any numeric type."""
    if value is None:
        return True
    try:
        return not bool(value == value)  # noqa: PLR0124 - what is not itself is missing
    except TypeError:  # pandas' NA cannot tell
        return True


def p_value(value: Any, lang: str = "id", decimals: int = 3) -> str:
    """Return a p-value, with "<" where its digits shown would all be zero.

    Examples
    --------
    >>> p_value(0.0312), p_value(0.0312, "en"), p_value(float("nan"))
    ('0,031', '0.031', '–')
    >>> p_value(1e-9).split()
    ['<', '0,001']
    """
    least = 10.0**-decimals
    if not _is_missing(value) and value < least:
        return f"<\N{NO-BREAK SPACE}{number(least, lang, decimals)}"
    return number(value, lang, decimals)


def rupiah(value: Any, lang: str = "id") -> str:
    """Return an amount of rupiah.

    Examples
    --------
    >>> rupiah(51838915, "id"), rupiah(51838915, "en")
    ('Rp51.838.915', 'Rp51,838,915')
    """
    shown = number(value, lang)
    return shown if shown == MISSING else f"Rp{shown}"


class _Filler(string.Formatter):
    """Fills ``{name}``, ``{name:2}`` (decimals) and ``{name:rp}`` with numbers of a language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Text):
            return value.to(self.lang)
        if value is None:
            return MISSING
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            return str(value)
        if format_spec == "rp":
            return rupiah(value, self.lang)
        return number(value, self.lang, int(format_spec or 0))


def fill(template: Text, values: Mapping[str, Any]) -> Text:
    """Fill the places of a sentence in both languages.

    Parameters
    ----------
    template : Text
        With places such as ``{rate:1}`` (one decimal), ``{fund:rp}`` or ``{name}``.
    values : mapping of str to object
        What goes in; a `Text` is put in by language.

    Returns
    -------
    Text

    Raises
    ------
    KeyError
        If a place has no value.

    Examples
    --------
    >>> found = {"r": 100.25, "f": 4293156}
    >>> fill(Text("rate {r:1}, dana {f:rp}", "rate {r:1}, fund {f:rp}"), found).id
    'rate 100,3, dana Rp4.293.156'
    """
    return Text(
        _Filler("id").vformat(template.id, (), dict(values)),
        _Filler("en").vformat(template.en, (), dict(values)),
    )
