"""Findings: what is wrong or worth knowing in rows of data, and in which of them.

A check that meets trouble in many rows at once records one `FindingGroup`: the rule, the column,
the rows and the values found. `Findings` keeps the groups together and shows them one row a line
(`Findings.frame`) or one rule a line (`Findings.summary`). Nothing is ever repaired or dropped
without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from kbkresearch.vocabulary import check_lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

Severity: TypeAlias = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


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

    @property
    def size(self) -> int:
        """Return how many single findings the group stands for."""
        return max(len(self.rows), 1)

    def expand(self) -> Iterator[Finding]:
        """Yield the findings one by one."""
        rows = self.rows or (None,)
        values = self.values or (None,) * len(rows)
        for row, value in zip(rows, values, strict=True):
            yield Finding(
                rule=self.rule,
                severity=self.severity,
                column=self.column,
                row=row,
                value=value,
                message_id=self.message_id,
                message_en=self.message_en,
                file=self.file,
                sheet=self.sheet,
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

    def describe(self, lang: str = "en", most: int = 5) -> str:
        """Return the findings as text, one group a line, at most `most` rows named in each.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of the messages.
        most : int
            How many rows of a group are named.

        Returns
        -------
        str
        """
        check_lang(lang)
        word = "baris" if lang == "id" else "rows"
        lines = []
        for group in self:
            message = group.message_id if lang == "id" else group.message_en
            shown = ", ".join(
                f"{one.row} ({one.value})" if one.value is not None else f"{one.row}"
                for one in islice(group.expand(), most if group.rows else 0)
            )
            more = f", … (+{len(group.rows) - most})" if len(group.rows) > most else ""
            place = f" [{word} {shown}{more}]" if shown else ""
            lines.append(f"{group.severity}: {group.column}: {message}{place}")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return self.summary.to_html(index=False)


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
