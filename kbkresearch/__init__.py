"""Statistical research toolkit for Indonesia's performance-based capitation (KBK).

The public names, loaded when first used::

    import kbkresearch as kbk

    kbk.rules("kbk-2019")            the law as dated, cited values
    kbk.read("file.xlsx")            any file -> canonical table, with findings
    kbk.score(data)                  counts or indicators -> ratings, score, payment, rupiah
    kbk.next_level(scored)           what it takes to reach the next payment level
    kbk.reproduce("hayana-…")        a published study, recomputed and audited
    kbk.studies.list()               the studies
    kbk.datasets.load("…")           the published tables
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kbkresearch.version import __version__

_HOMES = {
    "rules": "kbkresearch.regulation.registry",
    "rules_on": "kbkresearch.regulation.registry",
    "rule_ids": "kbkresearch.regulation.registry",
    "reform": "kbkresearch.regulation.registry",
    "score": "kbkresearch.scoring.score",
    "findings_of": "kbkresearch.scoring.score",
    "next_level": "kbkresearch.scoring.next_level",
    "read": "kbkresearch.intake.read",
    "reproduce": "kbkresearch.studies",
    "KbkError": "kbkresearch.errors",
}
_MODULES = ("datasets", "studies")

__all__ = [
    "KbkError",
    "__version__",
    "datasets",
    "findings_of",
    "next_level",
    "read",
    "reform",
    "reproduce",
    "rule_ids",
    "rules",
    "rules_on",
    "score",
    "studies",
]

if TYPE_CHECKING:
    from kbkresearch import datasets, studies
    from kbkresearch.errors import KbkError
    from kbkresearch.intake.read import read
    from kbkresearch.regulation.registry import reform, rule_ids, rules, rules_on
    from kbkresearch.scoring.next_level import next_level
    from kbkresearch.scoring.score import findings_of, score
    from kbkresearch.studies import reproduce


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"kbkresearch.{name}")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kbkresearch' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
