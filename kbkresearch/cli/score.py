"""``kbk score`` and ``kbk template``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kbkresearch.cli.options import JSON, LANG, as_options, document
from kbkresearch.vocabulary import LANGS, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kbkresearch.findings import Findings
    from kbkresearch.intake.read import Reading
    from kbkresearch.results import Table

_STEPS = {
    "read": Text("membaca", "reading"),
    "score": Text("menilai", "scoring"),
    "write": Text("menulis", "writing"),
}
_NO_ROW = Text("Tidak ada baris yang dapat dipakai", "No row could be used")


@click.command()
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
@LANG
@JSON
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
    from kbkresearch.errors import BadArgumentError, MissingColumnsError
    from kbkresearch.findings import joined
    from kbkresearch.reporting import score_terminal as terminal
    from kbkresearch.reporting import scored as shown
    from kbkresearch.scoring.score import findings_of

    if out is not None:
        _check_ending(out)
    law = document(rules_id)
    with terminal.patient_progress(file) as step:
        reading = _read(file, step(_STEPS["read"].to(lang)), options, lang)
        step(_STEPS["score"].to(lang))
        try:
            result, steps = _scored(reading.table, law, options)
        except MissingColumnsError as error:  # what reading found may say why
            both = {one: f"{error.to(one)}\n\n{reading.report(one)}" for one in LANGS}
            raise BadArgumentError(Text(**both)) from None
        findings = _as_options(joined(reading.findings, findings_of(result)))
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


def _read(file: str, progress: Callable[..., None], options: dict[str, Any], lang: str) -> Reading:
    """Read the file with the options that concern reading, which are taken out."""
    from kbkresearch.errors import BadArgumentError
    from kbkresearch.intake.read import read

    units, saved = _pairs(options.pop("units")), options.pop("save_mapping")
    reading = read(
        file,
        sheet=options.pop("sheet"),
        units=units,
        lang=lang,
        mapping=options.pop("mapping"),
        progress=progress,
    )
    if saved is not None:
        reading.save_mapping(saved)
    if not len(reading.table):
        raise BadArgumentError(f"{_NO_ROW.to(lang)}: {reading.report(lang)}")
    return reading


def _as_options(findings: Findings) -> Findings:
    """Return findings whose advice names options, not arguments in Python."""
    words = ((as_options(one.message_id), as_options(one.message_en)) for one in findings)
    return type(findings)(
        one._replace(message_id=id_, message_en=en)
        for one, (id_, en) in zip(findings, words, strict=True)
    )


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


def _check_ending(out: str) -> None:
    """Refuse a file that could not be written, before anything is read."""
    from pathlib import Path

    from kbkresearch.errors import UnknownNameError
    from kbkresearch.reporting.files import ENDINGS

    ending, choices = Path(out).suffix.lower(), (*ENDINGS, ".parquet")
    if ending not in choices:
        raise UnknownNameError(Text("akhiran berkas", "file ending"), ending, choices)


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


@click.command()
@click.argument("file")
def template(file: str) -> None:
    """Write an empty workbook to fill with facility-months: FILE.xlsx.

    \b
    Example:
      kbk template kbk.xlsx
    """
    from kbkresearch.reporting.template import write_template

    click.echo(str(write_template(file)))
