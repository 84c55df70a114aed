"""``kbk rules``."""

from __future__ import annotations

import click

from kbkresearch.cli.options import JSON, LANG, document, show


@click.group()
def rules() -> None:
    """Show the rules as dated, cited values.

    \b
    Examples:
      kbk rules list
      kbk rules show kbk-2019 --lang id
      kbk rules diff kbkp-2016 kbkp-2017
    """


@rules.command("list")
@LANG
@JSON
def rules_list(lang: str, as_json: bool) -> None:  # noqa: FBT001
    """List the rule sets, tariffs and norms with their dates.

    \b
    Example:
      kbk rules list --json
    """
    from kbkresearch.regulation.describe import overview

    shown = ("id", "title", "valid_from", "valid_until", "dates")
    show(overview(), lang, shown, as_json=as_json)


@rules.command("show")
@click.argument("id")
@click.option("--lookup", is_flag=True, help="Every combination of ratings with score and payment.")
@LANG
@JSON
def rulesshow(id: str, lookup: bool, lang: str, as_json: bool) -> None:  # noqa: A002, FBT001
    """Show every value of rule set ID with its unit, citation and status.

    ID may also be the path of a reform file (it ends in .toml).

    \b
    Examples:
      kbk rules show kbk-2019
      kbk rules show kbk-2019 --lookup
    """
    from kbkresearch.regulation.describe import describe, lookup_result

    law = document(id)
    if lookup:
        show(lookup_result(law), lang, as_json=as_json)
        return
    described = describe(law, lang)
    if as_json:
        show(described, lang, as_json=True)
        return
    from dataclasses import replace

    from kbkresearch.reporting import terminal

    in_words = described.frame["unit"] == "text"
    columns = ("path", "value", "unit", "status", "cited")
    show(replace(described, frame=described.frame[~in_words]), lang, columns, as_json=False)
    terminal.print_words(described.frame[in_words], described.frame)


@rules.command("diff")
@click.argument("baseline")
@click.argument("changed")
@LANG
@JSON
def rules_diff(baseline: str, changed: str, lang: str, as_json: bool) -> None:  # noqa: FBT001
    """Show what differs between two rule sets (ids, or paths of reform files).

    \b
    Example:
      kbk rules diff kbkp-2016 kbkp-2017
    """
    from kbkresearch.regulation.describe import difference

    show(difference(document(baseline), document(changed)), lang, as_json=as_json)
