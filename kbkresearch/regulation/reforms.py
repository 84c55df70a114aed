"""What-if changes: a new frozen document made from an old one, with where it came from."""

from __future__ import annotations

import copy
import difflib
import re
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.regulation.parse import parse
from kbkresearch.regulation.values import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kbkresearch.regulation.values import Document

_STEP = re.compile(r"(?:[^.\[\]()]|[\[(][^\])]*[\])])+")


def replace(
    document: Document,
    changes: Mapping[str, Any],
    *,
    id: str = "",  # noqa: A002 - the key of the rule files
    title: str = "",
    author: str = "",
    reference: str = "",
) -> Document:
    """Return a copy of a document with changed values.

    Parameters
    ----------
    document : Document
        The baseline; it is not changed.
    changes : mapping of str to object
        Path in the rule file and new value; a value may be a number, a text, or a table (for
        instance a whole payment table for a facility type that has none).
    id, title, author, reference : str
        About the reform; the id is ``"<baseline>+reform"`` by default.

    Returns
    -------
    Document

    Raises
    ------
    RuleFileError
        If a path does not exist or the changed document does not hold together.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> softer = kbk.rules("kbk-2019").replace(
    ...     {"indicators.ak.weight": "0.5", "indicators.rrns.weight": "0.4"})
    >>> softer.indicators["ak"].weight.value, softer.provenance.baseline
    (Decimal('0.5'), 'kbk-2019')
    >>> kbk.rules("kbk-2019").indicators["ak"].weight.value
    Decimal('0.4')
    """
    raw = copy.deepcopy(dict(document.raw))
    name = id or f"{document.id}+reform"
    raw["id"] = name
    label = title or name
    for path, value in changes.items():
        _set(raw, path, _marked(value, f"{label} ({document.id})"), name)
    provenance = Provenance(document.id, dict(changes), title, author, reference)
    return parse(raw, name, provenance)


def _marked(value: Any, label: str) -> Any:
    """Give a changed value the citation of the reform in place of the law's."""
    about = {"source": "reform", "where": label, "status": "reform"}
    if isinstance(value, dict):
        return {**about, **value}
    return {**about, "value": value if isinstance(value, str) else str(value)}


def _set(raw: dict[str, Any], path: str, value: dict[str, Any], file: str) -> None:
    *steps, last = _STEP.findall(path)
    place: Any = raw
    for step in steps:
        place = place.get(step) if isinstance(place, dict) else None
    old = place.get(last) if isinstance(place, dict) else None
    adds_table = steps == ["payment"] and "by_score" in value
    if not isinstance(place, dict) or (old is None and not adds_table):
        near = difflib.get_close_matches(path, paths(raw), n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise RuleFileError(file, f"there is no value at {path!r} to change{hint}")
    if adds_table:
        value.setdefault("unit", "pct")
    if isinstance(old, dict) and "unit" in old:
        value.setdefault("unit", old["unit"])
    place[last] = value


def paths(raw: Mapping[str, Any]) -> list[str]:
    """Return the paths of a rule file's values, in order."""
    return list(dict.fromkeys(path for path, _ in flat(raw)))


def flat(raw: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value for everything in a rule file.

    Parameters
    ----------
    raw : mapping
        The file's content.
    path : str
        Path of this part, for the recursion.

    Yields
    ------
    (str, object)
    """
    for key, value in raw.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, dict) and "value" in value:
            yield here, value["value"]
        elif isinstance(value, dict):
            yield from flat(value, here)
        else:
            yield here, value
