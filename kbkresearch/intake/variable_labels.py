"""Labels of variables in SPSS and Stata files, which say what short names such as v1 do not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from kbkresearch.findings import FindingGroup
from kbkresearch.intake.names import column_of, is_year, person_columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kbkresearch.intake.layout import RawTable


def telling_labels(
    labels: Mapping[str, str], mapping: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the labels that are headings in the place of their variables' names.

    Parameters
    ----------
    labels : mapping of str to str
        The label of each variable by its name; empty for one without.
    mapping : mapping of str to str, optional
        Canonical names by heading, as the caller gives them.

    Returns
    -------
    dict of str to str
        By name. A name that is known, or mapped, needs no label; a label that means a column which
        another variable means too is none to rely on.

    Examples
    --------
    >>> telling_labels({"v1": "Nama FKTP", "AK": "Peserta", "v2": "RNS", "v3": "RRNS", "v4": "NIK"})
    {'v1': 'Nama FKTP', 'v4': 'NIK'}
    """
    own = {name: column_of(name, mapping) for name in labels}
    mute = [name for name in labels if own[name] is None and name not in (mapping or {})]
    meant = {name: column_of(labels[name], mapping) for name in mute if not person_columns([name])}
    times = Counter([*own.values(), *meant.values()])
    return {
        name: labels[name]
        for name, column in meant.items()
        if (
            times[column] == 1
            if column
            else is_year(labels[name]) or person_columns([labels[name]])
        )
    }


def with_labels(table: RawTable, labels: Mapping[str, str]) -> tuple[RawTable, FindingGroup]:
    """Return a table with labels as headings, and the finding that says so.

    Parameters
    ----------
    table : RawTable
    labels : mapping of str to str
        The `telling_labels` by name.

    Returns
    -------
    table : RawTable
    finding : FindingGroup
    """
    taken = ", ".join(f"{name} = {text}" for name, text in labels.items())
    finding = FindingGroup(
        "labels_as_headings", "info", "",
        f"label variabel dipakai sebagai judul: {taken}",
        f"labels of variables were taken as headings: {taken}",
        file=table.file, sheet=table.sheet,
    )  # fmt: skip
    return replace(table, headings=[labels.get(one, one) for one in table.headings]), finding
