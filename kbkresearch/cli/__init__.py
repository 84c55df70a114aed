"""The command line: ``kbk``; one module per command."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from kbkresearch.cli.capitation import capitation
from kbkresearch.cli.options import LANG_ASKED, as_options
from kbkresearch.cli.reproduce import reproduce
from kbkresearch.cli.rules import rules
from kbkresearch.cli.score import score, template
from kbkresearch.errors import KbkError
from kbkresearch.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="kbk")
def cli() -> None:
    """Research toolkit for Indonesia's performance-based capitation (KBK).

    \b
    kbk reproduce                  recompute every published study and audit its claims
    kbk score capaian.xlsx         score a recap of facility-months, with findings
    kbk template kbk.xlsx          a workbook to fill
    kbk capitation strata.xlsx     rates, tariffs and funds by age, sex … against what is paid
    kbk rules show kbk-2019        the rules, with citation and status of every value
    """


for command in (reproduce, score, template, capitation, rules):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors of the package end it with their message and status 2.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the process by default.
    """
    told = {LANG_ASKED: "id"}
    try:
        given = None if arguments is None else list(arguments)
        cli.main(args=given, prog_name="kbk", obj=told)
    except KbkError as error:
        click.echo(f"kbk: {as_options(error.to(told[LANG_ASKED]))}", err=True)
        sys.exit(2)
