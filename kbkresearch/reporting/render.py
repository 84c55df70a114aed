"""A `Table` as HTML and as Markdown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from kbkresearch import formats
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kbkresearch.results import Column, Table

_NUMERIC = {"integer", "number", "p_value", "rupiah"}
_ALIGNED = (
    'class="text" style="text-align:left"',
    'class="num" style="text-align:right"',
)
_YES_NO = (Text("ya", "yes"), Text("tidak", "no"))


def cell(value: Any, column: Column, lang: str) -> str:  # noqa: PLR0911 - one per kind
    """Return one value as it is shown.

    Parameters
    ----------
    value : object
        Missing values give a dash.
    column : Column
    lang : {"id", "en"}

    Returns
    -------
    str

    Examples
    --------
    >>> from kbkresearch.results import Column
    >>> cell(1234.5, Column("x", Text("x", "x"), "number", 1), "id")
    '1.234,5'
    """
    import pandas as pd

    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return formats.MISSING
    if isinstance(value, Text):
        return value.to(lang)
    if column.kind == "rupiah":
        return formats.rupiah(value, lang)
    if column.kind == "p_value":
        return formats.p_value(value, lang, column.decimals)
    if column.kind in _NUMERIC:
        return formats.number(value, lang, column.decimals if column.kind == "number" else 0)
    if column.kind == "boolean":
        return _YES_NO[0 if value else 1].to(lang)
    if column.kind == "date":
        return f"{value:%Y-%m-%d}"
    return str(value)


def rows(table: Table, lang: str) -> Iterator[list[str]]:
    """Yield the rows of a table as text.

    Parameters
    ----------
    table : Table
    lang : {"id", "en"}

    Yields
    ------
    list of str
    """
    keys = [column.key for column in table.columns]
    for record in table.frame[keys].itertuples(index=False, name=None):
        yield [cell(v, column, lang) for v, column in zip(record, table.columns, strict=True)]


def table_html(table: Table, lang: str = "id") -> str:
    """Return a table as an HTML fragment.

    Parameters
    ----------
    table : Table
    lang : {"id", "en"}

    Returns
    -------
    str
        A ``<figure class="kbk-table">`` with caption, table, notes and source line.
    """
    check_lang(lang)
    # the alignment stands in the cell itself, since notebooks have a style of their own
    kinds = [_ALIGNED[column.kind in _NUMERIC] for column in table.columns]
    heads = "".join(
        f'<th scope="col" {kind}>{escape(column.label.to(lang))}</th>'
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f"<td {kind}>{escape(value)}</td>" for value, kind in zip(row, kinds, strict=True)
        )
        + "</tr>"
        for row in rows(table, lang)
    )
    under = [*table.notes, *([table.source] if table.source else [])]
    notes = "".join(f"<p>{escape(line.to(lang))}</p>" for line in under)
    return (
        f'<figure class="kbk-table"><figcaption>{escape(table.title.to(lang))}</figcaption>'
        f'<div class="scroll"><table>{_spanners(table, lang)}<thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
        f'<div class="notes">{notes}</div></figure>'
    )


def _spanners(table: Table, lang: str) -> str:
    if not any(column.spanner for column in table.columns):
        return ""
    groups: list[tuple[str, int]] = []
    for column in table.columns:
        name = column.spanner.to(lang) if column.spanner else ""
        if groups and groups[-1][0] == name:
            groups[-1] = (name, groups[-1][1] + 1)
        else:
            groups.append((name, 1))
    heads = "".join(f'<th colspan="{width}">{escape(name)}</th>' for name, width in groups)
    return f'<thead class="spanners"><tr>{heads}</tr></thead>'


def table_markdown(table: Table, lang: str = "id") -> str:
    """Return a table as Markdown.

    Parameters
    ----------
    table : Table
    lang : {"id", "en"}

    Returns
    -------
    str
        Title, pipe table, notes and source line.
    """
    check_lang(lang)

    def line(values: list[str]) -> str:
        return (
            "| "
            + " | ".join(value.replace("|", "\\|").replace("\n", " ") for value in values)
            + " |"
        )

    rules = ["---:" if column.kind in _NUMERIC else "---" for column in table.columns]
    heads = [column.label.to(lang) for column in table.columns]
    under = [*table.notes, *([table.source] if table.source else [])]
    parts = [
        f"**{table.title.to(lang)}**",
        "\n".join([line(heads), line(rules), *(line(row) for row in rows(table, lang))]),
        *(text.to(lang) for text in under),
    ]
    return "\n\n".join(parts) + "\n"
