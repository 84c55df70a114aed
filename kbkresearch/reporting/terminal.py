"""What the command line prints: tables, audits, rules in words, summaries, and their JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from kbkresearch.reporting.audits import verdict_table
from kbkresearch.reporting.render import rows as shown_rows
from kbkresearch.studies.model import VERDICT_LABELS, count_verdicts
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.results import Table
    from kbkresearch.studies.model import StudyResult

_SHORT, _SHORT_FIRST = 12, 40


def print_json(results: Sequence[StudyResult], lang: str) -> None:
    """Print the audit of studies as one JSON object."""
    studies = [
        {
            "id": one.id,
            "title": one.heading.to(lang),
            "citation": one.citation,
            "checks": [
                {
                    "id": check.id,
                    "statement": check.statement.to(lang),
                    "where": check.where,
                    "published": check.published,
                    "recomputed": check.recomputed.to(lang),
                    "verdict": check.verdict,
                    "explanation": {"id": check.explanation.id, "en": check.explanation.en},
                }
                for check in one.checks
            ],
        }
        for one in results
    ]
    summary = count_verdicts(check for one in results for check in one.checks)
    found = {"version": __version__, "studies": studies, "summary": summary}
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


def print_audit(results: Sequence[StudyResult], lang: str) -> None:
    """Print the verdicts by study, and every disputed claim."""
    console = Console(highlight=False)
    counts = verdict_table(results)
    found = tuple(one for one in counts.columns if counts.frame[one.key].any())
    print_table(replace(counts, columns=found), lang)
    labels = (Text("tercetak", "published"), Text("dihitung ulang", "recomputed"))
    for one in results:
        if one.disputed:
            console.print(f"\n[bold]{escape(one.heading.to(lang))}[/bold] ({one.id})")
        for check in one.disputed:
            verdict = VERDICT_LABELS[check.verdict].to(lang).upper()
            console.print(
                f"\n  [bold]{verdict}[/bold]  {escape(check.id)}  ({escape(check.where)})"
            )
            console.print(f"  {escape(check.statement.to(lang))}")
            shown = [(labels[0], check.published), (labels[1], check.recomputed.to(lang))]
            for name, value in shown:
                if value:
                    console.print(f"    {name.to(lang)}: {escape(value)}")
            console.print(f"  → {escape(check.explanation.to(lang))}")


def print_table(table: Table, lang: str) -> None:
    """Print a table in the terminal: numbers to the right, short columns never broken."""
    console = Console(highlight=False)
    lines = list(shown_rows(table, lang))
    grid = Grid(
        title=table.title.to(lang),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        padding=0,
        show_edge=False,
    )
    for place, column in enumerate(table.columns):
        right = column.kind in {"integer", "number", "rupiah"}
        widest = max((len(line[place]) for line in lines), default=0)
        word = max(map(len, column.label.to(lang).split()))
        grid.add_column(
            column.label.to(lang),
            justify="right" if right else "left",
            min_width=max(widest, word) if widest <= (_SHORT if place else _SHORT_FIRST) else None,
        )
    for line in lines:
        grid.add_row(*(escape(value) for value in line))
    console.print(grid)
    for note in [*table.notes, *([table.source] if table.source else [])]:
        console.print(f"[dim]{escape(note.to(lang))}[/dim]")


def print_words(in_words: Any, rows: Any) -> None:
    """Print the rules in words, the notes on values, and the citations by their number."""
    console = Console(highlight=False)
    for one in in_words.itertuples():
        console.print(f"\n{escape(one.path)} ({one.status}) \\[{one.cited}]\n  {escape(one.value)}")
    console.print()
    for note, group in rows[rows["note"] != ""].groupby("note", sort=False):
        paths = ", ".join(group["path"])
        console.print(f"{escape(paths)} ({group['status'].iloc[0]}): {escape(note)}")
    console.print()
    for number, citation in rows[["cited", "citation"]].drop_duplicates().itertuples(index=False):
        console.print(f"[dim]\\[{number}] {escape(citation)}[/dim]")
