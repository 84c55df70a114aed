"""The command line: ``kbk``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kbkresearch.errors import KbkError
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbkresearch.intake.read import Reading
    from kbkresearch.results import Table
    from kbkresearch.studies.model import StudyResult

_STEPS = {
    "read": Text("membaca", "reading"),
    "score": Text("menilai", "scoring"),
    "write": Text("menulis", "writing"),
}
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kbk")
def cli() -> None:
    """Research toolkit for Indonesia's performance-based capitation (KBK).

    \b
    kbk reproduce                  recompute every published study and audit its claims
    kbk score capaian.xlsx         score a recap of facility-months, with findings
    kbk template kbk.xlsx          a workbook to fill
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


@cli.command()
@click.argument("file")
@click.option(
    "--rules",
    "rules_id",
    default="kbk-2019",
    show_default=True,
    help="Rule set, or a reform file (.toml).",
)
@click.option("--sheet", help="Read this sheet only.")
@click.option(
    "--unit",
    "units",
    multiple=True,
    metavar="IND=UNIT",
    help="Unit of an indicator, such as ak=permille.",
)
@click.option("--mapping", help="File that says which heading means which column (TOML).")
@click.option(
    "--save-mapping",
    metavar="FILE",
    help="Write how headings were understood, with suggestions, to correct and give to --mapping.",
)
@click.option("--facility-type", help="Facility type of rows that name none.")
@click.option(
    "--zero-referrals", default="missing", show_default=True, help="missing, best or error."
)
@click.option(
    "--zero-diagnosed", default="missing", show_default=True, help="missing, other or error."
)
@click.option(
    "-o",
    "--out",
    metavar="OUT",
    help="Write the result: .xlsx (all sheets), .csv or .parquet (rows).",
)
@_LANG
@_JSON
def score(
    file: str,
    rules_id: str,
    out: str | None,
    lang: str,
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    **options: Any,
) -> None:
    """Read FILE, score every facility-month and say what it takes to be paid more.

    FILE is a workbook (xlsx, xls, xlsb, ods), CSV, Parquet, SPSS or Stata. Headings of BPJS recaps
    are known; a heading that only resembles one is suggested (--save-mapping), never taken.
    Findings are printed and do not stop the scoring. Exit status: 0 when the file was read, 2 when
    nothing could be.

    \b
    Examples:
      kbk score capaian.xlsx
      kbk score capaian.xlsx --sheet "Desember" --unit ak=permille -o hasil.xlsx
      kbk score capaian.csv --facility-type puskesmas --json
      kbk score capaian.xlsx --save-mapping kolom.toml
      kbk score capaian.xlsx --mapping kolom.toml -o hasil.parquet
    """
    from kbkresearch.findings import joined
    from kbkresearch.reporting import score_terminal as terminal
    from kbkresearch.reporting import scored as shown
    from kbkresearch.scoring.score import findings_of

    law = _document(rules_id)
    with terminal.patient_progress(file) as step:
        reading = _read(file, step(_STEPS["read"].to(lang)), options)
        step(_STEPS["score"].to(lang))
        result, steps = _scored(reading.table, law, options)
        findings = joined(reading.findings, findings_of(result))
        found = shown.summary(result, steps)
        if out is not None:
            tables = shown.workbook(result, steps, findings, law, lang)
            _write_scored(out, result, tables, lang, step(_STEPS["write"].to(lang)))
    if as_json:
        terminal.print_score_json(reading, found, findings, law.id)
        return
    click.echo(reading.report(lang).splitlines()[0])
    terminal.print_score(found, law.id, lang)
    terminal.print_findings(findings, lang)
    if out is not None:
        click.echo(f"\n{out}")


def _read(file: str, progress: Callable[..., None], options: dict[str, Any]) -> Reading:
    """Read the file with the options that concern reading, which are taken out."""
    from inspect import signature

    from kbkresearch.errors import BadArgumentError
    from kbkresearch.intake.read import read

    more: dict[str, Any] = (
        {"progress": progress} if "progress" in signature(read).parameters else {}
    )
    units, saved = _pairs(options.pop("units")), options.pop("save_mapping")
    reading = read(
        file, sheet=options.pop("sheet"), units=units, mapping=options.pop("mapping"), **more
    )
    if saved is not None:
        reading.save_mapping(saved)
    if not len(reading.table):
        raise BadArgumentError(f"No row could be used: {reading.report('en')}")
    return reading


def _scored(table: Any, law: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    """Return the scored table, and the next steps where there are counts and types for them."""
    from kbkresearch.scoring.next_level import next_level
    from kbkresearch.scoring.score import score as score_table

    result = score_table(table, law, **options)
    counted = all(column in result for one in law.paying for part in one.parts for column in part)
    typed = "facility_type" in result or options["facility_type"] or "any" in law.payment
    return result, next_level(result, law) if counted and typed else None


def _pairs(units: Sequence[str]) -> dict[str, str]:
    from kbkresearch.errors import BadArgumentError

    for one in units:
        if one.count("=") != 1:
            raise BadArgumentError(
                f"--unit {one!r}: write an indicator and its unit, as ak=permille."
            )
    return dict(one.split("=") for one in units)


def _write_scored(
    out: str, result: Any, tables: Sequence[Table], lang: str, progress: Callable[..., None]
) -> None:
    """Write rows as CSV or Parquet, or everything as a workbook."""
    from pathlib import Path

    from kbkresearch.reporting.files import replacing, save_tables
    from kbkresearch.reporting.scored import sourced

    ending = Path(out).suffix.lower()
    if ending == ".parquet":
        with replacing(out) as beside:
            sourced(result).to_parquet(beside)
        return
    save_tables(tables[:1] if ending == ".csv" else tables, out, lang, progress)


@cli.command()
@click.argument("file")
def template(file: str) -> None:
    """Write an empty workbook to fill with facility-months: FILE.xlsx.

    \b
    Example:
      kbk template kbk.xlsx
    """
    from kbkresearch.reporting.template import write_template

    click.echo(str(write_template(file)))


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

    from kbkresearch.reporting import terminal

    in_words = described.frame["unit"] == "text"
    columns = ("path", "value", "unit", "status", "cited")
    _show(replace(described, frame=described.frame[~in_words]), lang, columns, as_json=False)
    terminal.print_words(described.frame[in_words], described.frame)


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
    from kbkresearch.reporting import terminal

    terminal.print_table(result.to_table(columns), lang)


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
