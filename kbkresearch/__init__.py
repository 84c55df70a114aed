"""Statistical research toolkit for Indonesia's performance-based capitation (KBK).

The public names, loaded when first used::

    import kbkresearch as kbk

    kbk.rules("kbk-2019")            the law as dated, cited values
    kbk.read("file.xlsx")            any file -> canonical table, with findings
    kbk.score(data)                  counts or indicators -> ratings, score, payment, rupiah
    kbk.next_level(scored)           what it takes to reach the next payment level
    kbk.capitation(strata)           rates, tariffs and funds by age, sex … against what is paid
    kbk.adjusted_capitation(strata)  the same budget, shared by the mix of members
    kbk.evaluate_payment(data)       who is paid too little
    kbk.standardise, kbk.credibility, kbk.rate_model, kbk.funds, kbk.norm_tariffs …
    kbk.describe(data, [...], by=…)  Table 1
    kbk.completeness(checklist)      rooms and equipment against the standard
    kbk.staffing_gap(staff)          staff against the standard
    kbk.explanatory(data)            explanatory variables, with the dated norms
    kbk.associate(data, "score", …)  an outcome against factors, one test each
    kbk.regress("score ~ …", data)   ten regression models; margins, assumptions, figures
    kbk.compare, kbk.blocks          fits side by side, hierarchical blocks
    kbk.select                       backward selection, as SPSS does
    kbk.power("correlation", …)      sample size, power or detectable effect
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
    "rate_interval": "kbkresearch.capitation.rates",
    "proportion_interval": "kbkresearch.capitation.proportions",
    "standardise": "kbkresearch.capitation.standardise",
    "adjusted_capitation": "kbkresearch.capitation.adjusted",
    "norm_tariffs": "kbkresearch.capitation.norms",
    "evaluate_payment": "kbkresearch.capitation.evaluate",
    "funds": "kbkresearch.capitation.funds",
    "credibility": "kbkresearch.capitation.credibility",
    "rate_model": "kbkresearch.capitation.models",
    "compare_models": "kbkresearch.capitation.models",
    "synthetic_members": "kbkresearch.capitation.synthetic",
    "completeness": "kbkresearch.analysis.infrastructure",
    "staffing_gap": "kbkresearch.analysis.staffing",
    "explanatory": "kbkresearch.analysis.factors",
    "describe": "kbkresearch.analysis.describe",
    "associate": "kbkresearch.analysis.association.associate",
    "regress": "kbkresearch.analysis.regression.regress",
    "compare": "kbkresearch.analysis.regression.compare",
    "blocks": "kbkresearch.analysis.regression.compare",
    "select": "kbkresearch.analysis.regression.selection",
    "power": "kbkresearch.analysis.power.plan",
    "reproduce": "kbkresearch.studies",
    "KbkError": "kbkresearch.errors",
}
_MODULES = ("capitation", "datasets", "studies")

__all__ = [
    "KbkError",
    "__version__",
    "adjusted_capitation",
    "associate",
    "blocks",
    "capitation",
    "compare",
    "compare_models",
    "completeness",
    "credibility",
    "datasets",
    "describe",
    "evaluate_payment",
    "explanatory",
    "findings_of",
    "funds",
    "next_level",
    "norm_tariffs",
    "power",
    "proportion_interval",
    "rate_interval",
    "rate_model",
    "read",
    "reform",
    "regress",
    "reproduce",
    "rule_ids",
    "rules",
    "rules_on",
    "score",
    "select",
    "staffing_gap",
    "standardise",
    "studies",
    "synthetic_members",
]

if TYPE_CHECKING:
    from kbkresearch import datasets, studies
    from kbkresearch.analysis.association.associate import associate
    from kbkresearch.analysis.describe import describe
    from kbkresearch.analysis.factors import explanatory
    from kbkresearch.analysis.infrastructure import completeness
    from kbkresearch.analysis.power.plan import power
    from kbkresearch.analysis.regression.compare import blocks, compare
    from kbkresearch.analysis.regression.regress import regress
    from kbkresearch.analysis.regression.selection import select
    from kbkresearch.analysis.staffing import staffing_gap
    from kbkresearch.capitation.adjusted import adjusted_capitation
    from kbkresearch.capitation.capitate import capitation
    from kbkresearch.capitation.credibility import credibility
    from kbkresearch.capitation.evaluate import evaluate_payment
    from kbkresearch.capitation.funds import funds
    from kbkresearch.capitation.models import compare_models, rate_model
    from kbkresearch.capitation.norms import norm_tariffs
    from kbkresearch.capitation.proportions import proportion_interval
    from kbkresearch.capitation.rates import rate_interval
    from kbkresearch.capitation.standardise import standardise
    from kbkresearch.capitation.synthetic import synthetic_members
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
