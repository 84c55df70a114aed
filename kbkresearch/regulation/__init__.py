"""What the law says, dated: rule sets, tariffs and norms as TOML files and frozen values."""

from kbkresearch.regulation.registry import reform, rule_ids, rules, rules_on
from kbkresearch.regulation.values import Document, RuleSet, Tariff

__all__ = ["Document", "RuleSet", "Tariff", "reform", "rule_ids", "rules", "rules_on"]
