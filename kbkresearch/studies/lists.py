"""Lists, citations and repeated statements of a document, checked against each other.

Functions that claims files name; a study's ``recompute.py`` imports those it needs.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from kbkresearch.studies.judge import holds, holds_or
from kbkresearch.studies.model import Outcome


def counted(items: list[str], stated: int) -> Outcome:
    """Compare the items of a list with the number that is stated or implied."""
    return holds(len(set(items)) == stated, len(set(items)), items="; ".join(items))


def numbered(labels: list[str]) -> Outcome:
    """Check that the printed labels of a list follow each other."""
    broken = [place for place in range(1, len(labels)) if not _follows(*labels[place - 1 :][:2])]
    return holds(not broken, len(labels), n=len(labels), labels=", ".join(labels))


def _follows(one: str, other: str) -> bool:
    if one.isdigit() and other.isdigit():
        return int(other) == int(one) + 1
    return one.isalpha() and other.isalpha() and ord(other) == ord(one) + 1


def same_items(first: list[str], second: list[str]) -> Outcome:
    """Compare two lists of the same thing: equal, one within the other, or different."""
    return holds_or(
        set(first) == set(second),
        "ambiguous" if set(second) < set(first) else "contradicted",
        len(second),
        first=len(first),
        second=len(second),
        missing=len(set(first) - set(second)),
    )


def agree(first: str, second: str) -> Outcome:
    """Compare two printings of one thing within the chapter."""
    return holds(first == second, second)


def misprinted(printed: str, meant: str) -> Outcome:
    """Set a printed sign beside the one that is probably meant."""
    return holds_or(printed == meant, "ambiguous", meant)


def initials(words: list[str], stated: str) -> Outcome:
    """Check that an acronym is spelt by its words."""
    spelt = "".join(word[0] for word in words).upper()
    return holds(spelt == stated, spelt, n=len(words))


def stated_share(part: int, whole: int) -> Outcome:
    """Return the share of two printed numbers whose list is not printed."""
    share = Decimal(100 * part) / Decimal(whole)
    return Outcome("not_recomputable", share.quantize(Decimal("0.1"), ROUND_HALF_UP))


def later(first: str, second: str) -> Outcome:
    """Name the later of two regulations, printed as number/year, that both define one thing."""
    newest = max(first, second, key=lambda one: int(one.split("/")[1]))
    return holds_or(first == second, "ambiguous", newest)


def unlisted(items: list[str]) -> Outcome:
    """Count statements for which the document gives nothing to check them with."""
    return Outcome("not_recomputable", None, {"n": len(items)})
