"""What-if changes: a new frozen document made from an old one, with where it came from."""

from __future__ import annotations

import copy
import difflib
import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.regulation.parse import parse
from kbkresearch.regulation.values import Provenance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbkresearch.regulation.values import Document

_STEP = re.compile(r"(?:[^.\[\]()]|[\[(][^\])]*[\])])+")
_WHOLE = {"bands", "by_score", "by_zones"}


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
        Path in the rule file and new value; a value may be a number, a text, a date, or a table. A
        table of bands, or of payments by score or zones, takes the place of the old one, and may
        be added for a facility type that has none; any other table changes what it names.
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
    raw = thaw(document.raw)
    name = id or f"{document.id}+reform"
    raw["id"] = name
    about = {
        "source": "reform",
        "where": f"{title or name} ({document.id})",
        "status": "reform",
        "note": "",
    }
    for path, value in changes.items():
        for place, part in _single(path, value):
            _set(raw, document, place, part, about, name)
    kept = MappingProxyType(copy.deepcopy(dict(changes)))
    return parse(raw, name, Provenance(document.id, kept, title, author, reference))


def thaw(raw: Any) -> Any:
    """Return a copy of frozen content that can be changed."""
    if isinstance(raw, Mapping):
        return {key: thaw(value) for key, value in raw.items()}
    return [thaw(one) for one in raw] if isinstance(raw, tuple | list) else raw


def _single(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Break a table of changes up into values, and tables that are replaced as a whole."""
    steps = _STEP.findall(path)
    if isinstance(value, Mapping) and "value" not in value and steps and steps[-1] not in _WHOLE:
        for key, part in value.items():
            yield from _single(f"{path}.{key}", part)
    else:
        yield path, value


def _set(
    raw: dict[str, Any],
    document: Document,
    path: str,
    value: Any,
    about: Mapping[str, str],
    file: str,
) -> None:
    """Put a changed value in its place, with the reform's citation instead of the law's."""
    known = [*document.values, *(_parent(one) for one in document.values)]
    steps = _STEP.findall(path)
    if len(steps) == 3 and steps[0] == "payment" and steps[-1] in _WHOLE:  # noqa: PLR2004
        raw["payment"].setdefault(steps[1], {"unit": "pct"})
    elif path not in known:
        near = difflib.get_close_matches(path, known, n=3)
        hint = f"; did you mean {' or '.join(dict.fromkeys(near))}?" if near else ""
        raise RuleFileError(file, f"there is no value at {path!r} to change{hint}")
    place: Any = raw
    for step in steps[:-1]:
        place = place[step]
    old = place.get(steps[-1])
    unit = {"unit": old["unit"]} if isinstance(old, dict) and "unit" in old else {}
    if isinstance(value, Mapping):
        place[steps[-1]] = {**about, **unit, **thaw(value)}
    else:
        plain = value if isinstance(value, str | date) else str(value)
        place[steps[-1]] = {**about, **unit, "value": plain}


def _parent(path: str) -> str:
    return ".".join(_STEP.findall(path)[:-1])


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
        if isinstance(value, Mapping) and "value" in value:
            yield here, value["value"]
        elif isinstance(value, Mapping):
            yield from flat(value, here)
        else:
            yield here, value
