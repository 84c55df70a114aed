"""What several commands share: options, rule documents by name, tables shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

LANG_ASKED = "lang"  # where `main` finds the language once the options have been read
_ARGUMENT = re.compile(r"(?<![\w-])(facility_type|mapping|sheet)=(?!\w)")


def _keep_lang(context: click.Context, _: click.Parameter, lang: str) -> str:
    context.ensure_object(dict)[LANG_ASKED] = lang
    return lang


def as_options(message: str) -> str:
    """Return a message that speaks of arguments in Python as one that speaks of options.

    Examples
    --------
    >>> as_options("fill the column or give facility_type=")
    'fill the column or give --facility-type'
    """
    return _ARGUMENT.sub(lambda found: f"--{found[1].replace('_', '-')}", message)


LANG = click.option(
    "--lang",
    callback=_keep_lang,
    type=click.Choice(["id", "en"]),
    default="id",
    show_default=True,
    help="Language of the output: Indonesian or English.",
)
JSON = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, and nothing else."
)


def document(name: str) -> Any:
    """Return a document by its id, or a reform by its file."""
    from kbkresearch.regulation.registry import reform
    from kbkresearch.regulation.registry import rules as rules_by_id

    return reform(name) if name.endswith(".toml") else rules_by_id(name)


def show(result: Any, lang: str, columns: Sequence[str] | None = None, *, as_json: bool) -> None:
    """Print a result as a table, or as JSON."""
    if as_json:
        click.echo(result.frame.to_json(orient="records", force_ascii=False, indent=2))
        return
    from kbkresearch.reporting import terminal

    terminal.print_table(result.to_table(columns), lang)
