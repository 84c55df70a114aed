"""``kbk reproduce``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kbkresearch.cli.options import JSON, LANG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.studies.model import StudyResult


@click.command()
@click.argument("more", nargs=-1, metavar="")
@click.option("--study", "studies", multiple=True, metavar="ID ...", help="Only these studies.")
@click.option(
    "--out", metavar="DIR", help="Folder for report, tables and figures.  [default: kbk-report]"
)
@LANG
@JSON
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

    from kbkresearch.reporting import terminal
    from kbkresearch.studies import ids

    chosen = (*studies, *more) or ids()
    folder = Path(out or "kbk-report") if out or not as_json else None
    results = _recompute(chosen, folder, lang)
    if as_json:
        terminal.print_json(results, lang)
    else:
        terminal.print_audit(results, lang)
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
