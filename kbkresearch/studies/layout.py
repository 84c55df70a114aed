"""How the tables of the studies are made: rows are mappings by column key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.results import Column, Table
from kbkresearch.vocabulary import Kind, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd


def column(
    key: str,
    id_: str,
    en: str,
    kind: Kind = "text",
    decimals: int = 0,
    spanner: Text | None = None,
) -> Column:
    """Return a column with its heading in both languages."""
    return Column(key, Text(id_, en), kind, decimals, spanner)


def table(
    name: str,
    title: Text,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *notes: Text,
    source: Text,
) -> Table:
    """Return a table of rows.

    Parameters
    ----------
    name : str
        Short name of the table.
    title : Text
    columns : sequence of Column
    rows : sequence of mapping
        Values by column key; keys without a column are left out.
    *notes : Text
        Lines under the table.
    source : Text
        Where the numbers come from.

    Returns
    -------
    Table
    """
    import pandas as pd

    def values(one: Column) -> pd.Series[Any]:
        kind = object if one.kind == "text" else None  # a text keeps both its languages
        return pd.Series([row[one.key] for row in rows], dtype=kind)

    frame = pd.DataFrame({one.key: values(one) for one in columns})
    return Table(name, title, tuple(columns), frame, notes, source)


def by_name(tables: Iterable[Table]) -> dict[str, Table]:
    """Return tables by their names."""
    return {one.name: one for one in tables}
