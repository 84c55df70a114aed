"""From the text of a rule file to frozen values, refusing whatever does not hold together.

A table of the file may carry ``source``, ``where``, ``status``, ``note`` and ``unit``; all values
below inherit them, and may override them. So every value ends with a unit, a citation and a status
of its own, or the file does not load.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from itertools import combinations_with_replacement
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.regulation.intervals import Interval, partition_problems
from kbkresearch.regulation.values import (
    STATUSES,
    UNITS,
    Band,
    Document,
    Indicator,
    PaymentTable,
    Provenance,
    RuleSet,
    Tariff,
    TariffRange,
    TariffRate,
    Value,
)
from kbkresearch.vocabulary import FACILITY_TYPES, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_INHERITED = ("source", "where", "status", "note", "unit")
_HEADER = {"id", "kind", "family", "regulation", "title", "validity"}
_BODY = {
    "performance": {"levels", "indicators", "score", "payment", "consequence", "definitions"},
    "tariff": {"rates", "ranges", "definitions"},
    "norm": {"values", "definitions"},
}


@cache
def sources() -> Mapping[str, str]:
    """Return the citations that values may name, by key."""
    text = resources.files("kbkresearch.regulation").joinpath("sources.toml").read_text("utf-8")
    return MappingProxyType({key: one["citation"] for key, one in tomllib.loads(text).items()})


@dataclass(frozen=True)
class _Node:
    """A place in the document: its raw content, its path and what it inherits."""

    raw: Any
    file: str
    path: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)

    def fail(self, problem: str) -> RuleFileError:
        return RuleFileError(f"{self.file}: {self.path or 'top level'}", problem)

    def child(self, key: str) -> _Node:
        if key not in self.table:
            raise self.fail(f"{key!r} is missing")
        inherited = {name: self.table[name] for name in _INHERITED if name in self.table}
        path = f"{self.path}.{key}" if self.path else key
        return _Node(self.table[key], self.file, path, {**self.context, **inherited})

    @property
    def table(self) -> dict[str, Any]:
        if not isinstance(self.raw, dict):
            raise self.fail(f"a table is needed, found {self.raw!r}")
        return self.raw

    def children(self) -> list[tuple[str, _Node]]:
        return [(key, self.child(key)) for key in self.table if key not in _INHERITED]

    def only(self, allowed: set[str]) -> None:
        unknown = sorted(set(self.table) - allowed - set(_INHERITED))
        if unknown:
            names = ", ".join(sorted(allowed))
            raise self.fail(f"unknown key {unknown[0]!r}; allowed here: {names}")

    def text(self) -> Text:
        if isinstance(self.raw, str):
            return Text(self.raw, self.raw)
        if isinstance(self.raw, dict) and set(self.raw) == {"id", "en"}:
            return Text(self.raw["id"], self.raw["en"])
        raise self.fail("a text needs both 'id' and 'en'")

    def choice(self, allowed: tuple[str, ...]) -> str:
        if self.raw not in allowed:
            raise self.fail(f"{self.raw!r} is not allowed; choices: {', '.join(allowed)}")
        return str(self.raw)

    def leaf(self, read: Callable[[_Node], Any], units: tuple[str, ...]) -> Value:
        """Read a value with its unit, citation, status and note."""
        is_table = isinstance(self.raw, dict)
        about = {
            **self.context,
            **({k: self.raw[k] for k in _INHERITED if k in self.raw} if is_table else {}),
        }
        content = self.child("value") if is_table else self
        for needed in ("source", "where", "status", "unit"):
            if not about.get(needed):
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


def _decimal(node: _Node) -> Decimal:
    wrong = node.fail(f'a number written as text, such as "0.4", is needed, found {node.raw!r}')
    if isinstance(node.raw, bool | float):
        raise wrong
    try:
        return Decimal(node.raw)
    except (InvalidOperation, TypeError, ValueError):
        raise wrong from None


def _interval(node: _Node) -> Interval:
    try:
        return Interval.parse(str(node.raw))
    except ValueError as error:
        raise node.fail(str(error)) from None


def _date(node: _Node) -> date:
    if not isinstance(node.raw, date):
        raise node.fail(f"a date such as 2020-01-01 is needed, found {node.raw!r}")
    return node.raw


def parse(raw: Mapping[str, Any], file: str, provenance: Provenance | None = None) -> Document:
    """Turn a rule file's content into a checked document.

    Parameters
    ----------
    raw : mapping
        The file as TOML gives it.
    file : str
        Name of the file, for messages.
    provenance : Provenance, optional
        For reforms: where the content came from.

    Returns
    -------
    Document
        A `RuleSet`, a `Tariff`, or a plain document of norms.

    Raises
    ------
    RuleFileError
        If anything is missing, unknown, of a wrong unit, or does not hold together.
    """
    root = _Node(dict(raw), file)
    kind = root.child("kind").choice(tuple(_BODY))
    root.only(_HEADER | _BODY[kind])
    validity = root.child("validity")
    validity.only({"from", "until"})
    starts = validity.child("from").leaf(_date, ("date",))
    ends = validity.child("until").leaf(_date, ("date",)) if "until" in validity.table else None
    if ends and ends.value < starts.value:
        raise validity.fail(f"it ends ({ends.value}) before it begins ({starts.value})")
    values: dict[str, Value] = {"validity.from": starts}
    if ends:
        values["validity.until"] = ends
    body: dict[str, Any] = {"performance": _performance, "tariff": _tariff, "norm": _norm}[kind](
        root, values
    )
    if "definitions" in raw:
        for key, node in root.child("definitions").children():
            values[f"definitions.{key}"] = node.leaf(_Node.text, ("text",))
    cls: type[Document] = {"performance": RuleSet, "tariff": Tariff, "norm": Document}[kind]
    return cls(
        id=str(root.child("id").raw),
        kind=kind,
        family=str(root.child("family").raw),
        title=root.child("title").text(),
        regulation=str(root.child("regulation").raw),
        valid_from=starts,
        valid_until=ends,
        values=MappingProxyType(values),
        raw=MappingProxyType(dict(raw)),
        provenance=provenance,
        **body,
    )


def _performance(root: _Node, values: dict[str, Value]) -> dict[str, Any]:
    levels = tuple(root.child("levels").raw)
    indicators = {
        name: _indicator(name, node, levels, values)
        for name, node in root.child("indicators").children()
    }
    paying = [one for one in indicators.values() if one.in_payment]
    weights = [one.weight for one in paying if one.weight is not None]
    has_score = "score" in root.table
    if has_score and (len(weights) < len(paying) or sum(w.value for w in weights) != 1):
        found = " + ".join(str(w.value) for w in weights)
        raise root.child("indicators").fail(f"the weights must add to 1, found {found}")
    domain = _interval(root.child("score").child("domain")) if has_score else None
    payment = {}
    for facility_type, node in root.child("payment").children():
        if facility_type not in {*FACILITY_TYPES, "any"}:
            raise node.fail(f"unknown facility type; choices: {', '.join(FACILITY_TYPES)}, any")
        payment[facility_type] = (
            _payment_by_score(facility_type, node, domain, values)
            if domain
            else _payment_by_zones(facility_type, node, levels, len(paying), values)
        )
    without = root.child("consequence").child("without").leaf(_decimal, ("pct",))
    values["consequence.without"] = without
    return {
        "indicators": MappingProxyType(indicators),
        "levels": levels,
        "score_domain": domain,
        "payment": MappingProxyType(payment),
        "without_consequence": without,
    }


def _indicator(
    name: str, node: _Node, levels: tuple[int | str, ...], values: dict[str, Value]
) -> Indicator:
    node.only(
        {
            "label",
            "scale",
            "better",
            "parts",
            "domain",
            "weight",
            "bands",
            "in_payment",
            "zero_policy",
        }
    )
    unit = node.child("unit").choice(("permille", "pct"))
    scale = node.child("scale").raw
    if scale != {"permille": 1000, "pct": 100}[unit]:
        raise node.fail(f"scale {scale!r} does not fit the unit {unit!r}")
    domain = _interval(node.child("domain"))
    bands = []
    for key, band in node.child("bands").children():
        level: int | str = int(key) if key.isdecimal() else key
        if level not in levels:
            raise band.fail(f"level {key!r} is not one of {', '.join(map(str, levels))}")
        value = band.leaf(_interval, (unit,))
        values[band.path] = value
        bands.append(Band(level, value.value, value))
    problems = partition_problems([band.interval for band in bands], domain)
    if problems:
        raise node.child("bands").fail("; ".join(problems))
    bands.sort(key=lambda band: (band.interval.low, not band.interval.low_closed))
    better = node.child("better").choice(("higher", "lower"))
    ranks = [levels.index(band.level) for band in bands]
    if ranks != sorted(ranks, reverse=better == "lower"):
        raise node.child("bands").fail(f"the levels do not rise as {name} gets {better}")
    weight = None
    if "weight" in node.table:
        weight = node.child("weight").leaf(_decimal, ("share",))
        values[f"{node.path}.weight"] = weight
    return Indicator(
        name=name,
        label=node.child("label").text(),
        unit=unit,
        scale=scale,
        better=better,
        parts=tuple((top, bottom) for top, bottom in node.child("parts").raw),
        bands=tuple(bands),
        domain=domain,
        weight=weight,
        in_payment=bool(node.table.get("in_payment", True)),
        zero_policy=str(node.table.get("zero_policy", "")),
    )


def _payment_by_score(
    facility_type: str, node: _Node, domain: Interval, values: dict[str, Value]
) -> PaymentTable:
    node.only({"by_score"})
    bands = []
    for key, entry in node.child("by_score").children():
        value = entry.leaf(_decimal, ("pct",))
        values[entry.path] = value
        bands.append((_interval(replace(entry, raw=key)), value))
    problems = partition_problems([band for band, _ in bands], domain)
    if problems:
        raise node.fail("; ".join(problems))
    return PaymentTable(facility_type, by_score=tuple(sorted(bands, key=lambda one: one[0].low)))


def _payment_by_zones(
    facility_type: str, node: _Node, levels: tuple[int | str, ...], n: int, values: dict[str, Value]
) -> PaymentTable:
    node.only({"by_zones"})
    found: dict[tuple[int, ...], Value] = {}
    for key, entry in node.child("by_zones").children():
        value = entry.leaf(_decimal, ("pct",))
        values[entry.path] = value
        found[tuple(int(part) for part in key.split(","))] = value
    needed = {
        tuple(chosen.count(level) for level in levels)
        for chosen in combinations_with_replacement(levels, n)
    }
    if set(found) != needed:
        odd = min(set(found) ^ needed)
        raise node.fail(f"the combination {odd} of {levels} is missing or not possible")
    return PaymentTable(facility_type, by_zones=MappingProxyType(found))


def _tariff(root: _Node, values: dict[str, Value]) -> dict[str, Any]:
    rates, ranges = [], []
    for facility_type, node in root.child("rates").children():
        for _, entry in node.children():
            entry.only({"members_per_doctor", "doctor", "dentist", "value"})
            tariff = entry.leaf(_decimal, ("rp_pmpm",))
            values[entry.path] = tariff
            ratio = entry.table.get("members_per_doctor")
            rates.append(
                TariffRate(
                    facility_type=facility_type,
                    members_per_doctor=_interval(entry.child("members_per_doctor"))
                    if ratio
                    else None,
                    doctor=entry.table.get("doctor", True if ratio else None),
                    dentist=entry.table.get("dentist"),
                    tariff=tariff,
                )
            )
    for facility_type, node in root.child("ranges").children():
        node.only({"low", "high"})
        low, high = (node.child(end).leaf(_decimal, ("rp_pmpm",)) for end in ("low", "high"))
        values[f"{node.path}.low"], values[f"{node.path}.high"] = low, high
        if low.value > high.value:
            raise node.fail(f"the range begins ({low.value}) above its end ({high.value})")
        ranges.append(TariffRange(facility_type, low, high))
    return {"rates": tuple(rates), "ranges": tuple(ranges)}


def _norm(root: _Node, values: dict[str, Value]) -> dict[str, Any]:
    def collect(node: _Node) -> None:
        if not isinstance(node.raw, dict) or "value" in node.table:
            textual = (node.table if isinstance(node.raw, dict) else node.context).get(
                "unit"
            ) == "text"
            units = tuple(unit for unit in UNITS if unit != "date")
            values[node.path] = node.leaf(_Node.text if textual else _decimal, units)
            return
        for key, child in node.children():
            if key != "label":
                collect(child)

    collect(root.child("values"))
    return {}
