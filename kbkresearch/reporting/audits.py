"""The checks of a study as tables and as a notebook's rich display."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from kbkresearch.reporting.render import table_html
from kbkresearch.results import Column, Table
from kbkresearch.studies.model import VERDICT_LABELS
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kbkresearch.studies.model import Check, StudyResult

_COLUMNS = (
    Column("id", Text("Klaim", "Claim")),
    Column("where", Text("Letak", "Where")),
    Column("statement", Text("Pernyataan", "Statement")),
    Column("published", Text("Tercetak", "Published")),
    Column("recomputed", Text("Dihitung ulang", "Recomputed")),
    Column("verdict", Text("Putusan", "Verdict")),
    Column("explanation", Text("Penjelasan", "Explanation")),
)


def checks_table(name: str, title: Text, checks: Iterable[Check], source: Text) -> Table:
    """Return checks as a table, one row each.

    Parameters
    ----------
    name : str
        Name of the table.
    title : Text
    checks : iterable of Check
    source : Text

    Returns
    -------
    Table
        Its text cells are bilingual.
    """
    import pandas as pd

    frame = pd.DataFrame(
        [
            (
                one.id,
                one.where,
                one.statement,
                one.published,
                one.recomputed,
                VERDICT_LABELS[one.verdict],
                one.explanation,
            )
            for one in checks
        ],
        columns=[column.key for column in _COLUMNS],
        dtype=object,
    )
    return Table(name, title, _COLUMNS, frame, (), source)


def disputed_table(study: StudyResult) -> Table:
    """Return the contradicted and ambiguous claims of a study as a table.

    Parameters
    ----------
    study : StudyResult

    Returns
    -------
    Table
    """
    title = Text(
        f"{study.heading.id}: klaim yang bertentangan atau bermakna ganda",
        f"{study.heading.en}: contradicted and ambiguous claims",
    )
    return checks_table(f"{study.id}-disputed", title, study.disputed, study.source)


def verdict_table(studies: Iterable[StudyResult]) -> Table:
    """Return how many claims of each study have each verdict.

    Parameters
    ----------
    studies : iterable of StudyResult

    Returns
    -------
    Table
    """
    import pandas as pd

    rows = [{"study": one.id, **one.summary, "total": len(one.checks)} for one in studies]
    columns = (
        Column("study", Text("Studi", "Study")),
        *(Column(verdict, name, "integer") for verdict, name in VERDICT_LABELS.items()),
        Column("total", Text("Klaim", "Claims"), "integer"),
    )
    frame = pd.DataFrame(rows, columns=[column.key for column in columns], dtype=object)
    title = Text("Putusan atas setiap klaim, per studi", "Verdicts on every claim, by study")
    return Table("verdicts", title, columns, frame)


def study_html(study: StudyResult, lang: str = "id") -> str:
    """Return a study's summary as an HTML fragment, for notebooks.

    Parameters
    ----------
    study : StudyResult
    lang : {"id", "en"}

    Returns
    -------
    str
    """
    counts = " · ".join(
        f"{VERDICT_LABELS[verdict].to(lang)}: <b>{n}</b>"
        for verdict, n in study.summary.items()
        if n
    )
    return (
        f"<h3>{escape(study.heading.to(lang))}</h3><p>{escape(study.citation)}</p>"
        f"<p>{counts}</p>{table_html(disputed_table(study), lang)}"
    )
