"""What an audited study is made of: claims as published, and the verdict of recomputing each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from kbkresearch.results import Result, Table, _reporting
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from matplotlib.axes import Axes

Verdict: TypeAlias = Literal[
    "reproduced", "rounding", "contradicted", "ambiguous", "not_recomputable"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

VERDICT_LABELS: Mapping[str, Text] = {
    "reproduced": Text("cocok", "reproduced"),
    "rounding": Text("pembulatan", "rounding"),
    "contradicted": Text("bertentangan", "contradicted"),
    "ambiguous": Text("bermakna ganda", "ambiguous"),
    "not_recomputable": Text("tak terhitung", "not computable"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What recomputing one claim gave.

    Attributes
    ----------
    verdict : Verdict
        Reproduced: the recomputed value, rounded to the printed digits, is the published one; or
        the statement holds. Rounding: it agrees only if the rounding of the parts, or one unit of
        the last printed digit, is allowed for. Contradicted: the study's own numbers, or the rule
        it cites, say otherwise. Ambiguous: two readings are possible; both are computed. Not
        recomputable: the document does not hold what is needed.
    recomputed : object
        Number, text or `Text`; None where nothing can be computed.
    details : mapping of str to object
        Numbers and words for the places of the claim's explanation.
    """

    verdict: Verdict
    recomputed: Any = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of a study and its verdict.

    Attributes
    ----------
    id : str
        Unique in the study.
    statement : Text
        What the document states, in our words.
    where : str
        Table, page or section of the document.
    published : str
        The value as printed; empty for a statement without one.
    recomputed : str
        What the package computes; empty where it cannot.
    verdict : Verdict
    expected : Verdict
        The verdict that the repository has on record.
    explanation : Text
        Why; never empty for contradicted, ambiguous and not recomputable claims.
    """

    id: str
    statement: Text
    where: str
    published: str
    recomputed: Text
    verdict: Verdict
    expected: Verdict
    explanation: Text


@dataclass(frozen=True)
class StudyResult(Result):
    """A published study, recomputed: its checks and its tables.

    Attributes
    ----------
    frame : DataFrame
        One row per check: ``id, statement_id, statement_en, where, published, recomputed,
        verdict, expected, explanation_id, explanation_en``.
    id : str
        Name of the study.
    heading : Text
        Title of the study.
    citation : str
        How the document is cited.
    question : Text
        What the study asks.
    checks : tuple of Check
    tables : mapping of str to Table
        The recomputed tables.
    figures : tuple of str
        Names of the figures that `plot` draws.
    """

    id: str = ""
    heading: Text = field(default=Text("", ""))
    citation: str = ""
    question: Text = field(default=Text("", ""))
    checks: tuple[Check, ...] = field(default=(), repr=False)
    tables: Mapping[str, Table] = field(default_factory=dict, repr=False)
    figures: tuple[str, ...] = ()

    @property
    def title(self) -> Text:
        """Return the title of the study."""
        return self.heading

    @property
    def source(self) -> Text:
        """Return the citation as source line."""
        return Text(f"Sumber: {self.citation}", f"Source: {self.citation}")

    @property
    def summary(self) -> dict[str, int]:
        """Return how many checks have each verdict."""
        return count_verdicts(self.checks)

    @property
    def changed(self) -> tuple[Check, ...]:
        """Return the checks whose verdict is not the one on record."""
        return tuple(one for one in self.checks if one.verdict != one.expected)

    @property
    def disputed(self) -> tuple[Check, ...]:
        """Return the contradicted and ambiguous checks."""
        return tuple(one for one in self.checks if one.verdict in {"contradicted", "ambiguous"})

    def check(self, id: str) -> Check:  # noqa: A002 - the key of the claims files
        """Return one check.

        Parameters
        ----------
        id : str

        Returns
        -------
        Check

        Raises
        ------
        UnknownNameError
        """
        from kbkresearch.errors import UnknownNameError

        for one in self.checks:
            if one.id == id:
                return one
        raise UnknownNameError("check", id, [one.id for one in self.checks])

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the disputed checks, or the columns asked for of all checks, as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame`.

        Returns
        -------
        Table
        """
        if columns is not None:
            return super().to_table(columns)
        table: Table = _reporting().disputed_table(self)
        return table

    def plot(self, name: str, ax: Axes | None = None, lang: str = "id") -> Axes:
        """Draw one of the study's figures.

        Parameters
        ----------
        name : str
            One of `figures`.
        ax : Axes, optional
            Where to draw; a new figure by default.
        lang : {"id", "en"}
            Language of the labels.

        Returns
        -------
        Axes
        """
        drawn: Axes = _reporting().draw(name, ax=ax, lang=lang)
        return drawn

    def _repr_html_(self) -> str:
        return str(_reporting().study_html(self, "id"))


def count_verdicts(checks: Iterable[Check]) -> dict[str, int]:
    """Return how many checks have each verdict, in the order of `VERDICTS`.

    Parameters
    ----------
    checks : iterable of Check

    Returns
    -------
    dict of str to int
    """
    found = [one.verdict for one in checks]
    return {verdict: found.count(verdict) for verdict in VERDICTS}
