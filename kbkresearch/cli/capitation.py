"""``kbk capitation``: its options, and what it prints and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from kbkresearch.cli.options import JSON, LANG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.reporting.capitation_run import Asked, Run


@click.command()
@click.argument("file")
@click.option("--unit-cost", metavar="RP", help="Cost of one visit; read from FILE if it is there.")
@click.option(
    "--paid",
    multiple=True,
    metavar="RP|FACILITY=RP",
    help="Capitation paid per member and month: one figure, or one for each facility (repeat it).",
)
@click.option("--by", metavar="COLUMNS", help="Strata, such as age_band,sex.  [default: found]")
@click.option(
    "--reference",
    metavar="pooled|FILE",
    help="Rates to adjust for the mix of members: all facilities of FILE, or another table.",
)
@click.option("--months", type=float, metavar="N", help="Months that the counts cover.")
@click.option(
    "--average/--total",
    "average",
    default=None,
    help="Whether visits are monthly averages or totals of these months.",
)
@click.option(
    "--period",
    type=click.Choice(["month", "year"]),
    default="month",
    show_default=True,
    help="What rates, tariffs and funds are stated for.",
)
@click.option("--marginal", is_flag=True, help="Each column of --by alone instead of crossed.")
@click.option(
    "--suppress",
    type=click.IntRange(min=0),
    metavar="N",
    help="Hide cells of 1 to N-1 visits or persons; 0 hides none.  [default: 5 for members]",
)
@click.option("--sheet", help="Read this sheet.")
@click.option("-o", "--out", metavar="DIR|OUT.xlsx", help="Write tables, figures and text.")
@LANG
@JSON
def capitation(
    file: str,
    out: str | None,
    lang: str,
    as_json: bool,  # noqa: FBT001 - a flag of the command line
    **options: Any,
) -> None:
    """Compute utilisation rates, tariffs and funds by age, sex …, against what is paid.

    FILE is a table of strata (xlsx, csv, …: age band, sex, members, visits, as people head them),
    or member records (.parquet or .csv, one row per member: age_years or age_band, sex,
    facility_id, visits, member_months, cost_rp), which are never loaded whole.

    With -o DIR the tables are written as capitation.xlsx and CSV, figures as SVG and PNG, and the
    text; small cells of member records are left empty and marked.

    Exit status: 0 when it ran, 2 on an error.

    \b
    Examples:
      kbk capitation strata.xlsx --unit-cost 51109 --paid 10000 --months 6 --average
      kbk capitation strata.csv --by age_band --unit-cost 51109 --paid klinik=10000 --paid dpp=8000
      kbk capitation members.parquet --by age_band,sex --months 12 --paid 6000 --reference pooled -o out
    """  # noqa: E501 - lines of help are not broken in an example
    from kbkresearch.reporting import capitation_output as output

    asked = _asked(file, options)
    run = _with_bar(asked, out, lang)
    if as_json:
        click.echo(output.as_json(run, lang))
        return
    output.print_run(run, lang)
    if out is not None:
        click.echo(f"\n{out}")


def _with_bar(asked: Asked, out: str | None, lang: str) -> Run:
    """Compute and write, with a progress bar on standard error."""
    from pathlib import Path

    from rich.console import Console
    from rich.progress import Progress

    from kbkresearch.reporting.capitation_output import check_place, write
    from kbkresearch.reporting.capitation_run import compute

    if out is not None:
        check_place(Path(out))
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def step(name: str) -> None:
            bar.update(task, description=name)

        run = compute(asked, step)
        if out is not None:
            write(run, Path(out), lang, step)
    return run


def _asked(file: str, options: dict[str, Any]) -> Asked:
    """Return the options as values, each refused by its name where it cannot be."""
    from kbkresearch.reporting.capitation_run import Asked

    average = options.pop("average")
    cost, by = options.pop("unit_cost"), options.pop("by")
    return Asked(
        file=file,
        unit_cost_rp=None if cost is None else _rupiah("--unit-cost", cost),
        paid_pmpm_rp=_paid(options.pop("paid")),
        by=_columns(by) if by else (),
        counts=None if average is None else ("average" if average else "total"),
        **options,
    )


def _columns(listed: str) -> tuple[str, ...]:
    """Return the columns meant by names such as ``umur, jenis kelamin``."""
    from kbkresearch.intake.names import read_headings

    names = [name.strip() for name in listed.split(",") if name.strip()]
    return tuple(one.name or one.printed for one in read_headings(names))


def _paid(given: Sequence[str]) -> float | dict[object, float] | None:
    from kbkresearch.errors import BadArgumentError

    parts = [part for one in given for part in one.split(",")] if "=" in "".join(given) else given
    if not parts:
        return None
    if len(parts) == 1 and "=" not in parts[0]:
        return _rupiah("--paid", parts[0])
    found: dict[object, float] = {}
    for part in parts:
        facility, equals, amount = part.rpartition("=")
        if not equals or not facility.strip():
            raise BadArgumentError(f"--paid {part!r}: write one figure, or FACILITY=RP for each.")
        if facility.strip() in found:
            raise BadArgumentError(f"--paid names {facility.strip()!r} twice.")
        found[facility.strip()] = _rupiah("--paid", amount)
    return found


def _rupiah(option: str, text: str) -> float:
    """Return an amount; separators before three digits are thousands, as in 51.109."""
    from kbkresearch.errors import BadArgumentError
    from kbkresearch.intake.numbers import read_numbers

    read = read_numbers([text.strip()])
    value = float((read.values if read.other is None else read.other)[0])
    if not value >= 0:
        raise BadArgumentError(f"{option} {text!r} is no amount of rupiah; write it as 51109.")
    return value
