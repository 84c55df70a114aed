"""The two languages, one text in both, and what a column holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

Lang: TypeAlias = Literal["id", "en"]
LANGS: tuple[Lang, ...] = ("id", "en")
Kind: TypeAlias = Literal["text", "integer", "number", "p_value", "rupiah", "date", "boolean"]


def check_lang(lang: str) -> Lang:
    """Return `lang` if it is a language of the package, else raise.

    Parameters
    ----------
    lang : str
        ``"id"`` (Indonesian) or ``"en"`` (English).

    Returns
    -------
    {"id", "en"}

    Raises
    ------
    UnknownNameError
        For any other value.

    Examples
    --------
    >>> check_lang("id")
    'id'
    """
    if lang not in LANGS:
        raise UnknownNameError("language", lang, LANGS)
    return lang


class Text(str):
    """One text in Indonesian and English; used as a plain string it is the English one.

    Parameters
    ----------
    id, en : str
        The text in each language.

    Examples
    --------
    >>> Text("peserta", "members").to("id")
    'peserta'
    >>> "registered " + Text("peserta", "members")
    'registered members'
    """

    __slots__ = ("id",)
    id: str

    def __new__(cls, id: str, en: str) -> Self:  # noqa: A002 - the language's own code
        """Make a text of its two wordings."""
        text = super().__new__(cls, en)
        text.id = id
        return text

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return self.id, self.en

    @property
    def en(self) -> str:
        """Return the English text."""
        return str(self)

    def to(self, lang: str) -> str:
        """Return the text in `lang`."""
        return self.id if check_lang(lang) == "id" else self.en


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a canonical column holds.

    Attributes
    ----------
    name : str
        Canonical column name.
    kind : {"text", "integer", "number", "p_value", "rupiah", "date", "boolean"}
        How values are stored and shown.
    unit : Text
        Unit of measure; empty where there is none.
    label : Text
        Short label for tables and figures.
    decimals : int
        Decimals shown by default.
    """

    name: str
    kind: Kind
    unit: Text
    label: Text
    decimals: int = 0


_UNITS = {
    "persons": Text("orang", "persons"),
    "referrals": Text("rujukan", "referrals"),
    "families": Text("keluarga", "families"),
    "visits": Text("kunjungan", "visits"),
    "score": Text("1,0–4,0", "1.0–4.0"),
    "per 5,000": Text("per 5.000", "per 5,000"),
}


def meanings(
    rows: Iterable[tuple[str, Kind, str | Text, str, str, int]],
) -> dict[str, ColumnMeaning]:
    """Return columns by name.

    Parameters
    ----------
    rows : iterable of tuple
        Name, kind, unit, label in Indonesian and English, decimals.

    Returns
    -------
    dict of str to ColumnMeaning
    """
    return {
        name: ColumnMeaning(
            name,
            kind,
            unit if isinstance(unit, Text) else _UNITS.get(unit, Text(unit, unit)),
            Text(label_id, label_en),
            decimals,
        )
        for name, kind, unit, label_id, label_en, decimals in rows
    }
