"""Which rule documents there are, and which one is in force on a day."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from functools import cache
from importlib import resources
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import (
    BadArgumentError,
    NoRulesInForceError,
    RuleFileError,
    UnknownNameError,
)
from kbkresearch.regulation.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.regulation.values import Document


@cache
def _documents() -> Mapping[str, Document]:
    folder = resources.files("kbkresearch.regulation")
    found: dict[str, Document] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml") and file.name != "sources.toml":
            document = parse(tomllib.loads(file.read_text("utf-8")), file.name)
            found[document.id] = document
    check_dates(found.values())
    return MappingProxyType(found)


def check_dates(documents: Any) -> None:
    """Refuse documents of one family whose dates overlap.

    Parameters
    ----------
    documents : iterable of Document

    Raises
    ------
    RuleFileError
        Naming the two documents and their dates.
    """
    for one, other in combinations(documents, 2):
        first, second = sorted((one, other), key=lambda document: document.valid_from.value)
        if one.family == other.family and first.in_force(second.valid_from.value):
            raise RuleFileError(
                f"{second.id}: validity.from",
                f"{second.valid_from.value} lies within {_dated(first)}",
            )


def _dated(one: Document) -> str:
    """Return id and dates of a document."""
    until = one.valid_until.value if one.valid_until else "now"
    return f"{one.id} ({one.valid_from.value} to {until})"


def rule_ids(family: str | None = None) -> tuple[str, ...]:
    """Return the ids of the rule documents in the package.

    Parameters
    ----------
    family : str, optional
        Only these: ``"performance"``, ``"tariff"``, ``"fund-use"``, ``"doctor-ratio"`` …

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> rule_ids("performance")
    ('kbk-2019', 'kbkp-2016', 'kbkp-2017')
    """
    return tuple(key for key, one in _documents().items() if family in {None, one.family})


def rules(id: str) -> Any:  # noqa: A002 - the word of the rule files and of the command line
    """Return a rule document of the package by its id.

    Parameters
    ----------
    id : str
        For instance ``"kbk-2019"``, ``"kbkp-2017"`` or ``"tariff-2023"``.

    Returns
    -------
    RuleSet, Tariff or Document
        Frozen.

    Raises
    ------
    UnknownNameError
        Naming the ids that exist.

    Examples
    --------
    >>> law = rules("kbk-2019")
    >>> str(law.indicators["ak"].target), law.indicators["ak"].unit
    ('150', 'permille')
    >>> law.indicators["ak"].bands[0].value.status
    'corrected'
    """
    documents = _documents()
    if id not in documents:
        raise UnknownNameError("rule set", id, documents)
    return documents[id]


def rules_on(day: str | date, family: str = "performance") -> Any:
    """Return the rule document in force on a day.

    Parameters
    ----------
    day : str or date
        ISO date, such as ``"2023-12-01"``.
    family : str
        Which kind of rules; performance rules by default.

    Returns
    -------
    RuleSet, Tariff or Document

    Raises
    ------
    NoRulesInForceError
        If none covers the day, naming the nearest ones with their dates.
    UnknownNameError
        For a family that does not exist.

    Examples
    --------
    >>> rules_on("2023-12-01").id
    'kbk-2019'
    """
    when = _as_date(day)
    families = sorted({one.family for one in _documents().values()})
    if family not in families:
        raise UnknownNameError("family of rules", family, families)
    dated = sorted(
        (one for one in _documents().values() if one.family == family),
        key=lambda one: one.valid_from.value,
    )
    for one in dated:
        if one.in_force(when):
            return one
    before = [one for one in dated if one.valid_from.value <= when][-1:]
    after = [one for one in dated if one.valid_from.value > when][:1]
    near = ", ".join(_dated(one) for one in (*before, *after))
    raise NoRulesInForceError(
        f"No {family} rules in the package are in force on {when}. Nearest: {near}."
        " Name a rule set by its id to use it all the same."
    )


def _as_date(day: object) -> date:
    when = day.date() if isinstance(day, datetime) else day
    try:
        return when if type(when) is date else date.fromisoformat(str(when))
    except ValueError:
        raise BadArgumentError(f"{day!r} is not a date such as '2023-12-01'") from None


def reform(file: str | Path) -> Any:
    r"""Read a reform from a TOML file: a baseline and the values that differ.

    Parameters
    ----------
    file : str or Path
        With ``baseline``, ``[changes]`` and, if wanted, ``id``, ``title``, ``author`` and
        ``reference``.

    Returns
    -------
    RuleSet, Tariff or Document
        A new frozen document with `provenance`.

    Raises
    ------
    RuleFileError
        If the file is not there, is no TOML, or does not hold together.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "reform.toml"
    >>> _ = path.write_text('baseline = "kbk-2019"\ntitle = "Payment of practices"\n'
    ...     '[changes."payment.dpp".by_score]\n"[4, 4]" = "100"\n"[1, 4)" = "96"\n')
    >>> reform(path).payment["dpp"].by_score[0][1].status
    'reform'
    """
    path = Path(file)
    try:
        raw = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise RuleFileError(str(path), f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleFileError(str(path), f"is no TOML file: {error}") from None
    allowed = {"baseline", "changes", "id", "title", "author", "reference"}
    unknown = sorted(set(raw) - allowed)
    complete = isinstance(raw.get("baseline"), str) and isinstance(raw.get("changes"), dict)
    if unknown or not complete:
        what = f"unknown key {unknown[0]!r}" if unknown else "'baseline' and [changes] are needed"
        raise RuleFileError(str(path), f"{what}; allowed: {', '.join(sorted(allowed))}")
    about = {key: str(raw[key]) for key in ("id", "title", "author", "reference") if key in raw}
    about.setdefault("id", path.stem)
    return rules(raw["baseline"]).replace(raw["changes"], **about)
