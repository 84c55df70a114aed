"""The words that files use: headings, labels, units and dates, as listed in names.toml."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.vocabulary import COLUMNS, FACILITY_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORD = re.compile(r"[^\W\d_]+|\d+|[%‰]")
CODED = ("facility_type", "consequence", "funding_model", "sex", "stage")
ZONES = tuple(name for name in COLUMNS if "_zone" in name)
STATUSES = tuple(name for name in COLUMNS if name.endswith("_status"))


@dataclass(frozen=True)
class Lexicon:
    """The lists of names.toml by key: the text in small letters without spaces and marks.

    Attributes
    ----------
    columns : dict of str to str
        Canonical column by heading.
    plain : dict of str to str
        Known headings that stand for no column: ``"plain"``, or ``"person"`` for what is dropped.
    units, kinds : dict of str to str
        Unit by its spellings, and what kind of unit it is.
    months, joining : dict of str to str
        Words of a date after a heading.
    labels : dict of str to dict of str to str
        Canonical label by what is printed, for each coded column.
    shuffled : dict of str to str
        Canonical column by the words of a heading in alphabetical order, where only one has them.
    synonyms : dict of str to str
        The one spelling of a word that has several.
    mid : tuple of str
        What a title or a sheet's name says where the figures are those of mid-month.
    """

    columns: dict[str, str]
    plain: dict[str, str]
    units: dict[str, str]
    kinds: dict[str, str]
    months: dict[str, str]
    joining: dict[str, str]
    labels: dict[str, dict[str, str]]
    synonyms: dict[str, str]
    shuffled: dict[str, str]
    mid: tuple[str, ...] = ()

    def words(self, text: str) -> list[str]:
        """Return the words, numbers and unit signs of a text in one spelling."""
        plain = unicodedata.normalize("NFKD", text).casefold()
        bare = "".join(one for one in plain if not unicodedata.combining(one))
        return [self.synonyms.get(word, word) for word in WORD.findall(bare)]

    def key(self, text: str) -> str:
        """Return what two texts share that say the same."""
        return "".join(self.words(text))


def build(raw: dict[str, Any], file: str = "names.toml") -> Lexicon:
    """Arrange the document; nothing in it may stand for two things.

    Parameters
    ----------
    raw : dict
        As read from the file.
    file : str
        Its name, for errors.

    Returns
    -------
    Lexicon

    Raises
    ------
    RuleFileError
        Where a text stands for two things, for nothing, or for a column that does not exist.
    """
    synonyms = {short: word for word, several in raw["synonyms"].items() for short in several}
    names = Lexicon({}, {}, {}, {}, {}, {}, {}, synonyms, {}, tuple(raw["titles"]["mid"]))

    def fill(place: str, into: dict[str, str], listed: Iterable[tuple[str, str]]) -> None:
        for text, meaning in listed:
            key = names.key(text)
            other = into.setdefault(key, meaning)
            if not key or other != meaning:
                problem = f"stands for both {other!r} and {meaning!r}" if key else "says nothing"
                raise RuleFileError(f"{file}: {place}.{meaning}", f"{text!r} {problem}")

    def pairs(table: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
        return [(text, meaning) for meaning, texts in table.items() for text in texts]

    unknown = sorted(set(raw["columns"]) - set(COLUMNS))
    if unknown:
        raise RuleFileError(f"{file}: columns.{unknown[0]}", "is no canonical column")
    own = [(t, c.name) for c in COLUMNS.values() for t in (c.name, c.label.id, c.label.en)]
    headings = own + pairs(raw["columns"])
    fill("columns", names.columns, headings)
    names.shuffled.update(_shuffled(names, headings))
    fill("headings", dict(names.columns), pairs(raw["headings"]))
    fill("headings", names.plain, pairs(raw["headings"]))
    for kind, table in raw["units"].items():
        fill(f"units.{kind}", names.units, pairs(table))
        names.kinds.update(dict.fromkeys(table, kind))
    fill("dates", names.months, ((one, "months") for one in raw["dates"]["months"]))
    fill("dates", names.joining, ((one, "joining") for one in raw["dates"]["joining"]))
    labels = raw["labels"]
    for column in (*CODED, "zone", "status"):
        known = names.labels.setdefault(column, {})
        fill("labels", known, ((one, "missing") for one in labels["missing"]))
        fill(f"labels.{column}", known, [*((v, v) for v in labels[column]), *pairs(labels[column])])
    own = [(t, name) for name, text in FACILITY_LABELS.items() for t in (text.id, text.en)]
    fill("labels.facility_type", names.labels["facility_type"], own)
    return names


def _shuffled(names: Lexicon, headings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the column by the sorted words of its headings, where no other column has them."""
    found: dict[str, set[str]] = {}
    for text, column in headings:
        found.setdefault(in_order(names.words(text)), set()).add(column)
    return {words: columns.pop() for words, columns in found.items() if len(columns) == 1}


def in_order(words: Iterable[str]) -> str:
    """Return words in alphabetical order: what headings share that differ in their order only."""
    return " ".join(sorted(words))


@cache
def lexicon() -> Lexicon:
    """Return the lists of the package, read once."""
    text = resources.files("kbkresearch.intake").joinpath("names.toml").read_text("utf-8")
    return build(tomllib.loads(text))


def undated(words: Sequence[str]) -> list[str]:
    """Drop a month and year (or a bare year) at the end, and the words that join them on.

    Examples
    --------
    >>> undated(["rrns", "bulan", "januari", "2023"])
    ['rrns']
    """
    names, rest, seen = lexicon(), list(words), 0
    while rest:
        last, before = rest[-1], rest[-2] if len(rest) > 1 else ""
        date = last in names.months or re.fullmatch(r"20\d\d", last)
        part = before in names.months or re.fullmatch(r"20\d\d", before)
        short = part and re.fullmatch(r"\d\d", last)
        if not (date or short or (seen and last in names.joining)):
            break
        rest.pop()
        seen += 1
    if seen and len(rest) > 1 and re.fullmatch(r"0?[1-9]|1[0-2]", rest[-1]):
        rest.pop()
    return rest
