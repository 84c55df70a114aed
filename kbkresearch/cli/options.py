"""What several commands share: options, rule documents by name, tables shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

LANG = click.option(
    "--lang",
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
