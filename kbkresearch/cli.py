"""The command line: ``kbk``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kbkresearch.errors import KbkError
from kbkresearch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.results import Table
    from kbkresearch.studies.model import StudyResult

_LANG = click.option(
    "--lang",
    type=click.Choice(["id", "en"]),
    default="id",
    show_default=True,
    help="Language of the output: Indonesian or English.",
)
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else."
)


_SHORT, _SHORT_FIRST = 12, 40


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kbk")
def cli() -> None:
    """Research toolkit for Indonesia's performance-based capitation (KBK).

    \b
    kbk reproduce                  recompute every published study and audit its claims
    kbk rules show kbk-2019        the rules, with citation and status of every value
    """


@cli.command()
@click.argument("more", nargs=-1, metavar="")
@click.option("--study", "studies", multiple=True, metavar="ID ...", help="Only these studies.")
@click.option(
    "--out", metavar="DIR", help="Folder for report, tables and figures.  [default: kbk-report]"
)
@_LANG
@_JSON
def reproduce(
    studies: tuple[str, ...],
    more: tuple[str, ...],
    out: str | None,
    lang: str,
    as_json: bool,  # noqa: FBT001 - a flag of the command line
) -> None:
    """Recompute the published studies and say what agrees and what does not.

    Prints a table of verdicts and every contradicted or ambiguous claim, and writes report.html
    (one file, works offline), tables/ (CSV and one xlsx) and figures/ (SVG and PNG). With --json
    the audit goes to standard output, and files are written only if --out is given.

    Exit status: 0 when the audit ran, 1 when a verdict is not the one on record, 2 on an error.

    \b
    Examples:
      kbk reproduce
      kbk reproduce --study puskesmas-kampak-2024 --lang en --out kampak
      kbk reproduce --study north-sumatra-2023 klinik-makmur-jaya
      kbk reproduce --json > audit.json
    """
    from pathlib import Path

    from kbkresearch.studies import ids

    chosen = (*studies, *more) or ids()
    folder = Path(out or "kbk-report") if out or not as_json else None
    results = _recompute(chosen, folder, lang)
    if as_json:
        _print_json(results, lang)
    else:
        _print_audit(results, lang)
        click.echo(f"\n{folder}/report.html")
    changed = [f"{one.id}: {check.id}" for one in results for check in one.changed]
    if changed:
        click.echo("Verdicts that are not the ones on record: " + ", ".join(changed), err=True)
        sys.exit(1)


def _recompute(chosen: Sequence[str], folder: Any, lang: str) -> list[StudyResult]:
    """Recompute studies, and write their report into a folder, with a progress bar."""
    from rich.console import Console
    from rich.progress import Progress

    from kbkresearch.studies import reproduce as recompute

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(chosen) + 1)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=name)

        results = []
        for name in dict.fromkeys(chosen):
            bar.update(task, description=name)
            results.append(recompute(name))
            step(name)
        if folder is not None:
            from kbkresearch.reporting.page import report_figures, write_report

            bar.update(task, total=len(chosen) + len(report_figures(results)) + 2)
            write_report(results, folder, lang, step)
    return results


def _print_json(results: Sequence[StudyResult], lang: str) -> None:
    import json

    from kbkresearch.studies.model import count_verdicts

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


def _print_audit(results: Sequence[StudyResult], lang: str) -> None:
    from dataclasses import replace

    from rich.console import Console
    from rich.markup import escape

    from kbkresearch.reporting.audits import verdict_table
    from kbkresearch.studies.model import VERDICT_LABELS
    from kbkresearch.vocabulary import Text

    console = Console(highlight=False)
    counts = verdict_table(results)
    found = tuple(one for one in counts.columns if counts.frame[one.key].any())
    _print_table(console, replace(counts, columns=found), lang)
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


def _print_table(console: Any, table: Table, lang: str) -> None:
    """Print a table in the terminal: numbers to the right, short columns never broken."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table as Grid

    from kbkresearch.reporting.render import rows

    lines = list(rows(table, lang))
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


@cli.group()
def rules() -> None:
    """Show the rules as dated, cited values.

    \b
    Examples:
      kbk rules list
      kbk rules show kbk-2019 --lang id
      kbk rules diff kbkp-2016 kbkp-2017
    """


@rules.command("list")
@_LANG
@_JSON
def rules_list(lang: str, as_json: bool) -> None:  # noqa: FBT001
    """List the rule sets, tariffs and norms with their dates.

    \b
    Example:
      kbk rules list --json
    """
    from kbkresearch.regulation.describe import overview

    shown = ("id", "title", "valid_from", "valid_until", "dates")
    _show(overview(), lang, shown, as_json=as_json)


@rules.command("show")
@click.argument("id")
@click.option("--lookup", is_flag=True, help="Every combination of ratings with score and payment.")
@_LANG
@_JSON
def rules_show(id: str, lookup: bool, lang: str, as_json: bool) -> None:  # noqa: A002, FBT001
    """Show every value of rule set ID with its unit, citation and status.

    ID may also be the path of a reform file (it ends in .toml).

    \b
    Examples:
      kbk rules show kbk-2019
      kbk rules show kbk-2019 --lookup
    """
    from kbkresearch.regulation.describe import describe, lookup_result

    document = _document(id)
    if lookup:
        _show(lookup_result(document), lang, as_json=as_json)
        return
    described = describe(document, lang)
    if as_json:
        _show(described, lang, as_json=True)
        return
    from dataclasses import replace

    in_words = described.frame["unit"] == "text"
    columns = ("path", "value", "unit", "status", "cited")
    _show(replace(described, frame=described.frame[~in_words]), lang, columns, as_json=False)
    _print_words(described.frame[in_words], described.frame)


@rules.command("diff")
@click.argument("baseline")
@click.argument("changed")
@_LANG
@_JSON
def rules_diff(baseline: str, changed: str, lang: str, as_json: bool) -> None:  # noqa: FBT001
    """Show what differs between two rule sets (ids, or paths of reform files).

    \b
    Example:
      kbk rules diff kbkp-2016 kbkp-2017
    """
    from kbkresearch.regulation.describe import difference

    _show(difference(_document(baseline), _document(changed)), lang, as_json=as_json)


def _document(name: str) -> Any:
    from kbkresearch.regulation.registry import reform
    from kbkresearch.regulation.registry import rules as rules_by_id

    return reform(name) if name.endswith(".toml") else rules_by_id(name)


def _show(result: Any, lang: str, columns: Sequence[str] | None = None, *, as_json: bool) -> None:
    if as_json:
        click.echo(result.frame.to_json(orient="records", force_ascii=False, indent=2))
        return
    from rich.console import Console

    _print_table(Console(highlight=False), result.to_table(columns), lang)


def _print_words(in_words: Any, rows: Any) -> None:
    """Print the rules in words, the notes on values, and the citations by their number."""
    from rich.console import Console
    from rich.markup import escape

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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors of the package end it with their message and status 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="kbk")
    except KbkError as error:
        click.echo(f"kbk: {error}", err=True)
        sys.exit(2)
