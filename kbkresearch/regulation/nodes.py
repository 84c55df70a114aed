"""Places in a rule file: what stands there, what it inherits, and what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.regulation.intervals import Interval
from kbkresearch.regulation.values import STATUSES, UNITS, Value
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

_INHERITED = ("source", "where", "status", "note", "unit")


@cache
def sources() -> Mapping[str, str]:
    """Return the citations that values may name, by key."""
    text = resources.files("kbkresearch.regulation").joinpath("sources.toml").read_text("utf-8")
    return MappingProxyType({key: one["citation"] for key, one in tomllib.loads(text).items()})


@dataclass(frozen=True)
class Node:
    """A place in the document: its raw content, its path and what it inherits."""

    raw: Any
    file: str
    path: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)

    def fail(self, problem: str) -> RuleFileError:
        """Return an error that names this place."""
        return RuleFileError(f"{self.file}: {self.path or 'top level'}", problem)

    def child(self, key: str) -> Node:
        """Return the place under a key, which must be there."""
        if key not in self.table:
            raise self.fail(f"{key!r} is missing")
        inherited = {name: self.table[name] for name in _INHERITED if name in self.table}
        path = f"{self.path}.{key}" if self.path else key
        return Node(self.table[key], self.file, path, {**self.context, **inherited})

    @property
    def table(self) -> dict[str, Any]:
        """Return the content, which must be a table."""
        if not isinstance(self.raw, dict):
            raise self.fail(f"a table is needed, found {self.raw!r}")
        return self.raw

    def children(self) -> list[tuple[str, Node]]:
        """Return every key that is not inherited, with its place."""
        return [(key, self.child(key)) for key in self.table if key not in _INHERITED]

    def only(self, allowed: set[str]) -> None:
        """Refuse other keys."""
        unknown = sorted(set(self.table) - allowed - set(_INHERITED))
        if unknown:
            names = ", ".join(sorted(allowed))
            raise self.fail(f"unknown key {unknown[0]!r}; allowed here: {names}")

    def text(self) -> Text:
        """Return the content as a text in both languages."""
        if isinstance(self.raw, str):
            return Text(self.raw, self.raw)
        if isinstance(self.raw, dict) and set(self.raw) == {"id", "en"}:
            return Text(self.raw["id"], self.raw["en"])
        raise self.fail("a text needs both 'id' and 'en'")

    def choice(self, allowed: tuple[str, ...]) -> str:
        """Return the content, which must be one of some words."""
        if self.raw not in allowed:
            raise self.fail(f"{self.raw!r} is not allowed; choices: {', '.join(allowed)}")
        return str(self.raw)

    def leaf(self, read: Callable[[Node], Any], units: tuple[str, ...]) -> Value:
        """Read a value with its unit, citation, status and note."""
        is_table = isinstance(self.raw, dict)
        about = {
            **self.context,
            **({k: self.raw[k] for k in _INHERITED if k in self.raw} if is_table else {}),
        }
        content = self.child("value") if is_table else self
        for needed in ("source", "where", "status", "unit"):
            if not isinstance(about.get(needed), str) or not about[needed]:
                what = "citation: " if needed in {"source", "where"} else ""
                raise self.fail(f"the value has no {what}{needed!r}")
        if about["source"] not in {*sources(), "reform"}:
            raise self.fail(f"source {about['source']!r} is not in sources.toml")
        if about["status"] not in STATUSES:
            raise self.fail(f"status {about['status']!r} is not one of {', '.join(STATUSES)}")
        if about["unit"] not in units or about["unit"] not in UNITS:
            raise self.fail(f"unit {about['unit']!r} is wrong here; allowed: {', '.join(units)}")
        note = about.get("note")
        if about["status"] == "corrected" and not note:
            raise self.fail("a corrected value needs a 'note' that says why")
        cited = sources().get(about["source"], "what-if")
        return Value(
            value=read(content),
            unit=about["unit"],
            citation=f"{cited}: {about['where']}",
            status=about["status"],
            note=replace(self, raw=note, path=f"{self.path}.note").text() if note else Text("", ""),
        )


def decimal(node: Node) -> Decimal:
    """Return the content as an exact number, 0 or more."""
    wrong = node.fail(f'a number written as text, such as "0.4", is needed, found {node.raw!r}')
    if isinstance(node.raw, bool | float):
        raise wrong
    try:
        number = Decimal(node.raw)
    except (InvalidOperation, TypeError, ValueError):
        raise wrong from None
    if not number.is_finite() or number < 0:
        raise wrong
    return number


def interval(node: Node) -> Interval:
    """Return the content as an interval."""
    try:
        return Interval.parse(str(node.raw))
    except ValueError as error:
        raise node.fail(str(error)) from None


def day(node: Node) -> date:
    """Return the content as a date."""
    if not isinstance(node.raw, date):
        raise node.fail(f"a date such as 2020-01-01 is needed, found {node.raw!r}")
    return node.raw


def freeze(raw: Any) -> Any:
    """Return content that cannot be changed in place."""
    if isinstance(raw, Mapping):
        return MappingProxyType({key: freeze(value) for key, value in raw.items()})
    return tuple(freeze(one) for one in raw) if isinstance(raw, list | tuple) else raw
