"""From a study's claims file to its checks: every claim expanded, recomputed and judged."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from importlib import import_module, resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import RuleFileError
from kbkresearch.formats import fill
from kbkresearch.formats import number as shown_number
from kbkresearch.studies.model import VERDICT_LABELS, VERDICTS, Check, Outcome, StudyResult
from kbkresearch.studies.rows import records
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    import pandas as pd

    from kbkresearch.studies.rows import Row

_PRINTED: dict[str, Callable[[Any], str]] = {
    "integer": lambda value: f"{value:.0f}",
    "rupiah": lambda value: f"Rp{value:,.0f}",
    "pct1": lambda value: f"{value:.1f}".replace(".", ","),
    "percent": lambda value: f"{value:.0f}%",
    "plain": lambda value: f"{value:g}".replace(".", ","),
    "text": str,
}
_NEEDS_EXPLANATION = {"contradicted", "ambiguous", "not_recomputable"}
_CHANGED = Text(
    "Putusan yang tercatat: {before}. Data, aturan, atau perhitungannya telah berubah.",
    "The verdict on record: {before}. The data, the rules or the computation have changed.",
)


def audit(package: str) -> StudyResult:
    """Recompute a study and judge each of its claims.

    Parameters
    ----------
    package : str
        Name of the study's folder, for instance ``"puskesmas_kampak_2024"``. It holds
        ``study.toml`` (what the document states) and ``recompute.py`` (how it is recomputed).

    Returns
    -------
    StudyResult

    Raises
    ------
    RuleFileError
        If the claims file does not hold together.

    Notes
    -----
    A claim of ``study.toml`` has ``id``, ``where``, ``statement``, ``expect`` and either
    ``compute`` (a function of ``recompute.py`` that returns an `Outcome`; ``args`` are handed to
    it), or none where nothing can be recomputed. A claim with ``dataset`` stands for one claim per
    row of that published table: the function is given the row, ``column`` names the published
    value, ``printed`` how it is printed, ``only`` the rows (a value, or a list of values, per
    column). A claim with ``places`` instead of ``where`` is stated several times: each key is added
    to the id, each value says where, or is a table of what differs there. ``explanation`` may hold
    places for the outcome's details.
    """
    home = f"kbkresearch.studies.{package}"
    text = resources.files(home).joinpath("study.toml").read_text("utf-8")
    content = tomllib.loads(text)
    module = import_module(f"{home}.recompute")
    checks = tuple(
        check for claim in content["claims"] for check in _checks(claim, module, package)
    )
    _refuse_repeats(checks, package)
    return StudyResult(
        frame=_frame(checks),
        notes=tuple(Text(**note) for note in content.get("notes", ())),
        id=content["id"],
        heading=Text(**content["title"]),
        citation=content["citation"],
        question=Text(**content["question"]),
        checks=checks,
        tables=MappingProxyType(module.tables()),
        figures=tuple(content.get("figures", ())),
    )


def _checks(claim: dict[str, Any], module: ModuleType, package: str) -> Iterator[Check]:
    if "places" in claim:
        rest = {key: value for key, value in claim.items() if key != "places"}
        for place, said in claim["places"].items():
            own = said if isinstance(said, dict) else {"where": said}
            one = {**rest, **own, "id": f"{claim.get('id', '?')}-{place}"}
            yield from _checks(one, module, package)
        return
    where = f"{package}/study.toml: {claim.get('id', '?')}"
    missing = {"id", "where", "statement", "expect"} - set(claim)
    if missing:
        raise RuleFileError(where, f"{min(missing)!r} is missing")
    if "dataset" not in claim:
        outcome = _outcome(claim, module, {})
        yield _check(claim, claim["id"], claim.get("published", ""), outcome, {}, where)
        return
    for row in _rows(claim["dataset"], claim.get("only", {})):
        key = "-".join(re.sub(r"[^\w.+]+", "-", str(row[name])) for name in claim["key"])
        outcome = _outcome(claim, module, {"row": row})
        published = _PRINTED[claim.get("printed", "integer")](row[claim["column"]])
        yield _check(claim, f"{claim['id']}-{key}", published, outcome, row, where)


def _rows(dataset: str, only: Mapping[str, Any]) -> Iterator[Row]:
    for row in records(dataset):
        if all(row[key] in (one if isinstance(one, list) else [one]) for key, one in only.items()):
            yield row


def _outcome(claim: dict[str, Any], module: ModuleType, given: dict[str, Any]) -> Outcome:
    if "compute" not in claim:
        return Outcome("not_recomputable")
    computed: Outcome = getattr(module, claim["compute"])(**given, **claim.get("args", {}))
    return computed


def _check(
    claim: dict[str, Any],
    id: str,  # noqa: A002 - the key of the claims files
    published: str,
    outcome: Outcome,
    row: Mapping[str, Any],
    where: str,
) -> Check:
    found, shown = outcome.recomputed, _shown(outcome.recomputed)
    facts = {**row, **outcome.details, "recomputed": shown if isinstance(found, Decimal) else found}
    expected = claim.get("expect_for", {}).get(id.removeprefix(f"{claim['id']}-"), claim["expect"])
    if expected not in VERDICTS:
        raise RuleFileError(where, f"expect = {expected!r} is not one of {', '.join(VERDICTS)}")
    explanation = Text("", "")
    if "explanation" in claim:
        explanation = fill(Text(**claim["explanation"]), facts)
    elif outcome.verdict in _NEEDS_EXPLANATION:
        if outcome.verdict == expected:
            raise RuleFileError(where, f"{id}: verdict {outcome.verdict!r} needs an explanation")
        explanation = fill(_CHANGED, {"before": VERDICT_LABELS[expected]})
    return Check(
        id=id,
        statement=fill(Text(**claim["statement"]), facts),
        where=claim["where"],
        published=published,
        recomputed=shown,
        verdict=outcome.verdict,
        expected=expected,
        explanation=explanation,
    )


def _shown(value: Any) -> Text:
    if value is None:
        return Text("", "")
    if isinstance(value, Text):
        return value
    if isinstance(value, str | bool):
        return Text(str(value), str(value))
    decimals = max(0, -int(value.as_tuple().exponent)) if hasattr(value, "as_tuple") else 0
    return Text(shown_number(value, "id", decimals), shown_number(value, "en", decimals))


def _refuse_repeats(checks: tuple[Check, ...], package: str) -> None:
    seen: set[str] = set()
    for check in checks:
        if check.id in seen:
            raise RuleFileError(f"{package}/study.toml", f"the claim {check.id!r} is there twice")
        seen.add(check.id)


def _frame(checks: tuple[Check, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "id": one.id,
                "statement_id": one.statement.id,
                "statement_en": one.statement.en,
                "where": one.where,
                "published": one.published,
                "recomputed": one.recomputed.en,
                "verdict": one.verdict,
                "expected": one.expected,
                "explanation_id": one.explanation.id,
                "explanation_en": one.explanation.en,
            }
            for one in checks
        ]
    )
