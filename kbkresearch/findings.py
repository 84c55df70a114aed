"""Findings: what is wrong or worth knowing in rows of data, and in which of them.

A check that meets trouble in many rows at once records one `FindingGroup`: the rule, the column,
the rows and the values found. `Findings` keeps the groups together and shows them one row a line
(`Findings.frame`) or one rule a line (`Findings.summary`). Nothing is ever repaired or dropped
without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    import pandas as pd

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
SOURCE = ("sheet", "row")  # names of the index of a table read from several sheets


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding on one row (or on the table as a whole).

    Attributes
    ----------
    rule : str
        Short name of the check, for instance ``"numerator_above_denominator"``.
    severity : {"error", "warning", "info"}
        Error: the row was not used for what depends on the value. Warning: it was used, but look
        at it. Info: worth knowing.
    column : str
        Column concerned.
    row : object
        Label of the row in the table's index; None where the finding concerns the table.
    value : object
        The value found.
    message_id, message_en : str
        What is wrong, what is allowed and what to do, in Indonesian and English.
    file, sheet : str or None
        Where the row came from, when it was read from a file.
    """

    rule: str
    severity: Severity
    column: str
    row: object
    value: object
    message_id: str
    message_en: str
    file: str | None = None
    sheet: str | None = None


class FindingGroup(NamedTuple):
    """The same finding on any number of rows.

    Attributes
    ----------
    rule, severity, column, message_id, message_en, file, sheet
        As in `Finding`.
    rows : tuple of object
        Labels of the rows; empty where the finding concerns the table as a whole.
    values : tuple of object
        The values found, one per row.
    letter : str or None
        The column's letter in the sheet, where it is known: places are then shown as ``F12``.

    Notes
    -----
    What is wrong stands in a message before the first ``"; "``; what was done, or is to be done,
    after it. A row is a label of the table's index; one of two parts is a sheet and a row in it.
    """

    rule: str
    severity: Severity
    column: str
    message_id: str
    message_en: str
    rows: tuple[object, ...] = ()
    values: tuple[object, ...] = ()
    file: str | None = None
    sheet: str | None = None
    letter: str | None = None

    @property
    def size(self) -> int:
        """Return how many single findings the group stands for."""
        return max(len(self.rows), 1)

    def expand(self) -> Iterator[Finding]:
        """Yield the findings one by one."""
        rows = self.rows or (None,)
        values = self.values or (None,) * len(rows)
        for place, value in zip(rows, values, strict=True):
            sheet, row = place if isinstance(place, tuple) else (self.sheet, place)
            yield Finding(
                rule=self.rule,
                severity=self.severity,
                column=self.column,
                row=row,
                value=value,
                message_id=self.message_id,
                message_en=self.message_en,
                file=self.file,
                sheet=sheet,
            )


class Findings(tuple[FindingGroup, ...]):
    """All findings of one operation, in the order in which they were met.

    An immutable sequence of `FindingGroup`. A data frame may carry one in its ``attrs``: copying
    the frame does not copy the findings, and they can be written as JSON (so to Parquet).

    Examples
    --------
    >>> found = Findings([
    ...     FindingGroup("negative_count", "error", "members", "negatif", "is negative",
    ...                  rows=(3, 7), values=(-5, -1)),
    ... ])
    >>> found.total(), len(found.frame)
    (2, 2)
    >>> found.frame[["row", "column", "value"]].values.tolist()
    [[3, 'members', -5], [7, 'members', -1]]
    """

    __slots__ = ()

    def __deepcopy__(self, memo: dict[int, Any]) -> Findings:
        return self

    def total(self, severity: Severity | None = None) -> int:
        """Return how many single findings there are.

        Parameters
        ----------
        severity : {"error", "warning", "info"}, optional
            Count these only.

        Returns
        -------
        int
        """
        return sum(group.size for group in self if severity in {None, group.severity})

    def expand(self) -> Iterator[Finding]:
        """Yield the findings one by one.

        Yields
        ------
        Finding
        """
        for group in self:
            yield from group.expand()

    @property
    def frame(self) -> pd.DataFrame:
        """Return one row per finding, with the fields of `Finding` as columns."""
        import pandas as pd

        fields = list(Finding.__dataclass_fields__)
        records = [tuple(getattr(one, name) for name in fields) for one in self.expand()]
        return pd.DataFrame(records, columns=fields, dtype=object)

    @property
    def summary(self) -> pd.DataFrame:
        """Return one row per rule and column: severity, count, first row and value, message."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "rule": group.rule,
                    "severity": group.severity,
                    "column": group.column,
                    "n": group.size,
                    "first_row": group.rows[0] if group.rows else None,
                    "first_value": group.values[0] if group.values else None,
                    "message_id": group.message_id,
                    "message_en": group.message_en,
                }
                for group in self
            ],
            columns=[
                "rule",
                "severity",
                "column",
                "n",
                "first_row",
                "first_value",
                "message_id",
                "message_en",
            ],
            dtype=object,
        )

    def describe(self, lang: str = "en", most: int = 5, width: int | None = None) -> str:
        """Return the findings as text: gravest first, one rule a block, `most` places in each.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of the messages.
        most : int
            How many rows of a rule are named.
        width : int, optional
            Longest line; that of the terminal by default.

        Returns
        -------
        str
            Empty if nothing was found.

        Examples
        --------
        >>> found = Findings([
        ...     FindingGroup("negative_count", "error", "members", "negatif",
        ...                  "is negative; mend it", (3, 7), (-5, -1), sheet="Jan", letter="F"),
        ... ])
        >>> print(found.describe("en"))
        ERRORS (value not used)
        - Members: is negative (2 rows)
            Jan!F3: -5; Jan!F7: -1
          → mend it
        """
        from kbkresearch.listing import as_text

        return as_text(self, lang, most, width)

    def lines(self, lang: str = "en", most: int = 20) -> list[str]:
        """Return the findings one group a line, as the message of an error has them.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of the messages.
        most : int
            How many rows of a group are named.

        Returns
        -------
        list of str
        """
        from kbkresearch.listing import as_lines

        return as_lines(self, lang, most)

    def to_html(self, lang: str = "en", most: int = 5) -> str:
        """Return the findings as an HTML fragment: gravest first, one rule a line.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of the messages.
        most : int
            How many rows of a rule are named.

        Returns
        -------
        str
        """
        from kbkresearch.listing import as_html

        return as_html(self, lang, most)

    def _repr_html_(self) -> str:
        return self.to_html()


def on_rows(
    data: pd.DataFrame,
    positions: Iterable[int] | np.ndarray[Any, Any],
    column: str,
    *,
    rule: str,
    message_id: str,
    message_en: str,
    severity: Severity = "error",
    values: Iterable[object] | None = None,
) -> FindingGroup:
    """Return a finding on some rows, named by their labels in the data frame's index.

    Parameters
    ----------
    data : DataFrame
    positions : array of int
        Positions of the rows.
    column : str
        Column concerned.
    rule, message_id, message_en, severity
        As in `FindingGroup`.
    values : iterable of object, optional
        Values found; read from the column by default.

    Returns
    -------
    FindingGroup
    """
    import numpy as np

    places = np.asarray(
        list(positions) if not isinstance(positions, np.ndarray) else positions, dtype=np.intp
    )
    if values is None:
        values = data[column].iloc[places].tolist() if column in data.columns else []
    found = tuple(_plain(value) for value in values)
    labels = data.index.take(places).tolist()
    if list(data.index.names) != list(SOURCE):
        labels = [_plain(one) for one in labels]
    return FindingGroup(
        rule=rule,
        severity=severity,
        column=column,
        message_id=message_id,
        message_en=message_en,
        rows=tuple(labels),
        values=found if len(found) == len(places) else (None,) * len(places),
    )


def _plain(value: object) -> object:
    """Return a value as JSON can hold it."""
    return value if isinstance(value, int | float | str) else str(value)


def joined(*parts: Iterable[FindingGroup]) -> Findings:
    """Join collections of findings, in order, each rule on the same rows and column once.

    Parameters
    ----------
    *parts : iterables of FindingGroup
        For instance those of reading and those of scoring, which meet the same bad cells.

    Returns
    -------
    Findings
    """
    kept: dict[object, FindingGroup] = {}
    for place, group in enumerate(group for part in parts for group in part):
        rows = tuple(row[-1] if isinstance(row, tuple) else row for row in group.rows)
        key = (group.rule, group.column, group.sheet, rows) if rows else place
        kept.setdefault(key, group)
    return Findings(kept.values())


def merge(parts: Iterable[Iterable[FindingGroup]]) -> Findings:
    """Join several collections of findings, in order, into one.

    Parameters
    ----------
    parts : iterable of iterables of FindingGroup
        For instance several `Findings`.

    Returns
    -------
    Findings
    """
    return Findings(group for part in parts for group in part)
