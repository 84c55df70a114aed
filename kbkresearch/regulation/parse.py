"""From the text of a rule file to frozen values, refusing whatever does not hold together.

A table of the file may carry ``source``, ``where``, ``status``, ``note`` and ``unit``; all values
below inherit them, and may override them. So every value ends with a unit, a citation and a status
of its own, or the file does not load.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.regulation.intervals import Interval, partition_problems
from kbkresearch.regulation.nodes import Node, day, decimal, freeze, interval
from kbkresearch.regulation.values import (
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
from kbkresearch.vocabulary import COLUMNS, FACILITY_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

_RATIO = 2
ZERO_POLICIES = ("zero_referrals", "zero_diagnosed")
_HEADER = {"id", "kind", "family", "regulation", "title", "validity"}
_BODY = {
    "performance": {"levels", "indicators", "score", "payment", "consequence", "definitions"},
    "tariff": {"rates", "ranges", "definitions"},
    "norm": {"values", "definitions"},
}


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
    root = Node(dict(raw), file)
    kind = root.child("kind").choice(tuple(_BODY))
    root.only(_HEADER | _BODY[kind])
    validity = root.child("validity")
    validity.only({"from", "until"})
    starts = validity.child("from").leaf(day, ("date",))
    ends = validity.child("until").leaf(day, ("date",)) if "until" in validity.table else None
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
            values[f"definitions.{key}"] = node.leaf(Node.text, ("text",))
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
        raw=freeze(raw),
        provenance=provenance,
        **body,
    )


def _levels(node: Node) -> tuple[int | str, ...]:
    levels = node.raw
    if not isinstance(levels, list | tuple) or len({type(one) for one in levels}) != 1:
        raise node.fail(f"a list of ratings or of zones is needed, found {levels!r}")
    if type(levels[0]) not in {int, str}:
        raise node.fail(f"levels are numbers or names, found {levels[0]!r}")
    return tuple(levels)


def _parts(node: Node) -> tuple[tuple[str, str], ...]:
    parts = node.raw
    shape = isinstance(parts, list | tuple) and parts
    if not shape or not all(isinstance(one, list | tuple) and len(one) == _RATIO for one in parts):
        raise node.fail(f"pairs of numerator and denominator are needed, found {parts!r}")
    for column in (column for part in parts for column in part):
        if column not in tuple(COLUMNS):
            raise node.fail(f"{column!r} is no column of the vocabulary")
    return tuple((top, bottom) for top, bottom in parts)


def _performance(root: Node, values: dict[str, Value]) -> dict[str, Any]:
    levels = _levels(root.child("levels"))
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
    domain = _score_domain(root.child("score"), paying) if has_score else None
    payment = {}
    for facility_type, node in root.child("payment").children():
        if facility_type not in {*FACILITY_TYPES, "any"}:
            raise node.fail(f"unknown facility type; choices: {', '.join(FACILITY_TYPES)}, any")
        payment[facility_type] = (
            _payment_by_score(facility_type, node, domain, values)
            if domain
            else _payment_by_zones(facility_type, node, levels, len(paying), values)
        )
    without = root.child("consequence").child("without").leaf(decimal, ("pct",))
    values["consequence.without"] = without
    return {
        "indicators": MappingProxyType(indicators),
        "levels": levels,
        "score_domain": domain,
        "payment": MappingProxyType(payment),
        "without_consequence": without,
    }


def _score_domain(node: Node, paying: list[Indicator]) -> Interval:
    """Read the domain of the score; it reaches from the lowest to the highest that there can be."""
    domain = interval(node.child("domain"))
    ends = [
        sum(Fraction(one.weight.value) * pick(_ratings(one, node)) for one in paying if one.weight)
        for pick in (min, max)
    ]
    if not all(end in domain for end in ends):
        low, high = (float(end) for end in ends)
        raise node.fail(f"scores reach from {low:g} to {high:g}, outside the domain {domain}")
    return domain


def _ratings(indicator: Indicator, node: Node) -> list[int]:
    ratings = [band.level for band in indicator.bands if isinstance(band.level, int)]
    if len(ratings) != len(indicator.bands):
        raise node.fail(f"a score needs levels that are numbers; {indicator.name} has names")
    return ratings


def _indicator(
    name: str, node: Node, levels: tuple[int | str, ...], values: dict[str, Value]
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
    domain = interval(node.child("domain"))
    bands = []
    for key, band in node.child("bands").children():
        level: int | str = int(key) if key.isdecimal() else key
        if level not in levels:
            raise band.fail(f"level {key!r} is not one of {', '.join(map(str, levels))}")
        value = band.leaf(interval, (unit,))
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
    in_payment = node.table.get("in_payment", True)
    if not isinstance(in_payment, bool):
        raise node.fail(f"in_payment is true or false, found {in_payment!r}")
    zero_policy = ""
    if "zero_policy" in node.table:
        zero_policy = node.child("zero_policy").choice(ZERO_POLICIES)
    weight = None
    if "weight" in node.table:
        weight = node.child("weight").leaf(decimal, ("share",))
        values[f"{node.path}.weight"] = weight
    return Indicator(
        name=name,
        label=node.child("label").text(),
        unit=unit,
        scale=scale,
        better=better,
        parts=_parts(node.child("parts")),
        bands=tuple(bands),
        domain=domain,
        weight=weight,
        in_payment=in_payment,
        zero_policy=zero_policy,
    )


def _payment_by_score(
    facility_type: str, node: Node, domain: Interval, values: dict[str, Value]
) -> PaymentTable:
    node.only({"by_score"})
    bands = []
    for key, entry in node.child("by_score").children():
        value = entry.leaf(decimal, ("pct",))
        values[entry.path] = value
        bands.append((interval(replace(entry, raw=key)), value))
    problems = partition_problems([band for band, _ in bands], domain)
    if problems:
        raise node.fail("; ".join(problems))
    return PaymentTable(facility_type, by_score=tuple(sorted(bands, key=lambda one: one[0].low)))


def _payment_by_zones(
    facility_type: str, node: Node, levels: tuple[int | str, ...], n: int, values: dict[str, Value]
) -> PaymentTable:
    node.only({"by_zones"})
    found: dict[tuple[int, ...], Value] = {}
    for key, entry in node.child("by_zones").children():
        value = entry.leaf(decimal, ("pct",))
        values[entry.path] = value
        counts = key.split(",")
        if not all(count.isdecimal() for count in counts):
            raise entry.fail(f"{key!r} is no list of numbers of indicators")
        found[tuple(int(count) for count in counts)] = value
    needed = {
        tuple(chosen.count(level) for level in levels)
        for chosen in combinations_with_replacement(levels, n)
    }
    if set(found) != needed:
        odd = min(set(found) ^ needed)
        raise node.fail(f"the combination {odd} of {levels} is missing or not possible")
    return PaymentTable(facility_type, by_zones=MappingProxyType(found))


def _tariff(root: Node, values: dict[str, Value]) -> dict[str, Any]:
    rates, ranges = [], []
    for facility_type, node in root.child("rates").children():
        for _, entry in node.children():
            entry.only({"members_per_doctor", "doctor", "dentist", "value"})
            tariff = entry.leaf(decimal, ("rp_pmpm",))
            values[entry.path] = tariff
            ratio = entry.table.get("members_per_doctor")
            rates.append(
                TariffRate(
                    facility_type=facility_type,
                    members_per_doctor=interval(entry.child("members_per_doctor"))
                    if ratio
                    else None,
                    doctor=entry.table.get("doctor", True if ratio else None),
                    dentist=entry.table.get("dentist"),
                    tariff=tariff,
                )
            )
    for facility_type, node in root.child("ranges").children():
        node.only({"low", "high"})
        low, high = (node.child(end).leaf(decimal, ("rp_pmpm",)) for end in ("low", "high"))
        values[f"{node.path}.low"], values[f"{node.path}.high"] = low, high
        if low.value > high.value:
            raise node.fail(f"the range begins ({low.value}) above its end ({high.value})")
        ranges.append(TariffRange(facility_type, low, high))
    return {"rates": tuple(rates), "ranges": tuple(ranges)}


def _norm(root: Node, values: dict[str, Value]) -> dict[str, Any]:
    def collect(node: Node) -> None:
        if not isinstance(node.raw, dict) or "value" in node.table:
            textual = (node.table if isinstance(node.raw, dict) else node.context).get(
                "unit"
            ) == "text"
            units = tuple(unit for unit in UNITS if unit != "date")
            values[node.path] = node.leaf(Node.text if textual else decimal, units)
            return
        for key, child in node.children():
            if key != "label":
                collect(child)

    collect(root.child("values"))
    return {}
