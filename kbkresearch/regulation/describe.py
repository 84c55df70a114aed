"""Rule documents as tables for people: the law, the full lookup table, and differences."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import BadArgumentError
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.reforms import flat
from kbkresearch.regulation.registry import rule_ids, rules
from kbkresearch.regulation.values import RuleSet
from kbkresearch.results import Result, Table, columns_of
from kbkresearch.vocabulary import FACILITY_LABELS, Text, check_lang

if TYPE_CHECKING:
    import pandas as pd

    from kbkresearch.regulation.values import Document

_HEADINGS = {
    "path": Text("Aturan", "Rule"),
    "value": Text("Nilai", "Value"),
    "unit": Text("Satuan", "Unit"),
    "status": Text("Status", "Status"),
    "cited": Text("Ke-", "Cited"),
    "citation": Text("Sumber", "Citation"),
    "note": Text("Catatan", "Note"),
    "id": Text("Id", "Id"),
    "kind": Text("Jenis", "Kind"),
    "title": Text("Judul", "Title"),
    "valid_from": Text("Berlaku sejak", "In force from"),
    "valid_until": Text("Sampai", "Until"),
    "dates": Text("Status tanggal", "Status of dates"),
    "regulation": Text("Dasar hukum", "Legal text"),
    "baseline": Text("Semula", "Baseline"),
    "changed": Text("Menjadi", "Changed to"),
}
_UNVERIFIED = Text(
    "Nilai berstatus 'unverified' tidak ditemukan dalam dokumen mana pun yang tersedia.",
    "Values with status 'unverified' were found in no document at hand.",
)


@dataclass(frozen=True)
class RuleTable(Result):
    """A rule document as a table.

    Attributes
    ----------
    frame : DataFrame
        One row per value: ``path``, ``value``, ``unit``, ``status``, ``cited`` (number of
        the citation), ``citation``, ``note``.
    heading : Text
        Title of the document.
    regulation : str
        The legal text.
    """

    heading: Text = field(default=Text("", ""))
    regulation: str = ""

    @property
    def title(self) -> Text:
        """Return the title of the document."""
        return self.heading

    @property
    def source(self) -> Text:
        """Return the legal text as source line."""
        return Text(self.regulation, self.regulation)

    def to_table(self, columns: Any = None) -> Table:
        """Return the document as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        shown = self.frame if columns is None else self.frame[list(columns)]
        return Table(
            "rules", self.title, columns_of(shown, _HEADINGS), shown, self.notes, self.source
        )


def describe(document: Document, lang: str = "en") -> RuleTable:
    """Return a rule document as a table.

    Parameters
    ----------
    document : Document
        A rule set, tariff or norm.
    lang : {"id", "en"}
        Language of texts and notes.

    Returns
    -------
    RuleTable

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> law = kbk.rules("kbk-2019").describe().frame.set_index("path")
    >>> law.loc["indicators.ak.bands.4", ["value", "unit", "status"]].tolist()
    ['[150, 1000]', 'permille', 'corrected']
    """
    import pandas as pd

    check_lang(lang)
    citations = list(dict.fromkeys(one.citation for one in document.values.values()))
    rows = [
        {
            "path": path,
            "value": one.value.to(lang) if isinstance(one.value, Text) else _shown(one.value),
            "unit": one.unit,
            "status": one.status,
            "cited": 1 + citations.index(one.citation),
            "citation": one.citation,
            "note": one.note.to(lang),
        }
        for path, one in document.values.items()
    ]
    unverified = any(row["status"] == "unverified" for row in rows)
    return RuleTable(
        frame=pd.DataFrame(rows),
        notes=(_UNVERIFIED,) if unverified else (),
        heading=Text(f"{document.id}: {document.title.id}", f"{document.id}: {document.title.en}"),
        regulation=document.regulation,
    )


def _shown(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def lookup_table(law: RuleSet) -> pd.DataFrame:
    """Return every combination of levels with its score and payment.

    Parameters
    ----------
    law : RuleSet

    Returns
    -------
    DataFrame
        One row per combination: the level of each paying indicator, ``score`` (where the rule set
        has one) and ``payment_pct`` per facility type, missing where there is no payment table.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> table = lookup_table(kbk.rules("kbk-2019"))
    >>> len(table), int((table["payment_pct_puskesmas"] == 95).sum())
    (64, 17)
    """
    import pandas as pd

    rows = []
    for one in outcomes(law):
        row: dict[str, Any] = {
            indicator.level_column: level
            for indicator, level in zip(law.paying, one.levels, strict=True)
        }
        if one.score is not None:
            row["score"] = float(one.score)
        for facility_type in FACILITY_LABELS:
            paid = one.payment.get(facility_type)
            row[f"payment_pct_{facility_type}"] = float(paid.value) if paid else float("nan")
        rows.append(row)
    return pd.DataFrame(rows)


def lookup_result(document: Document) -> RuleTable:
    """Return `lookup_table` as a result that shows itself.

    Parameters
    ----------
    document : Document
        A performance rule set.

    Returns
    -------
    RuleTable

    Raises
    ------
    BadArgumentError
        For a tariff or a norm.
    """
    if not isinstance(document, RuleSet):
        raise BadArgumentError(
            f"{document.id!r} is not a performance rule set: nothing to look up."
        )
    heading = Text(f"{document.id}: semua kombinasi", f"{document.id}: every combination")
    return RuleTable(lookup_table(document), (), heading, document.regulation)


def overview() -> RuleTable:
    """Return the rule documents of the package with their dates.

    Returns
    -------
    RuleTable
        One row per document: ``id, kind, title, valid_from, valid_until, dates, regulation``.

    Examples
    --------
    >>> overview().frame.set_index("id").loc["kbk-2019", "valid_from"]
    '2020-01-01'
    """
    import pandas as pd

    rows = []
    for name in rule_ids():
        one = rules(name)
        rows.append(
            {
                "id": name,
                "kind": one.kind,
                "title": one.title,
                "valid_from": str(one.valid_from.value),
                "valid_until": str(one.valid_until.value) if one.valid_until else "",
                "dates": one.valid_from.status,
                "regulation": one.regulation,
            }
        )
    frame = pd.DataFrame(rows, dtype=object)
    return RuleTable(frame, (_UNVERIFIED,), Text("Aturan dalam paket", "Rules in the package"))


def difference(baseline: Document, changed: Document) -> RuleTable:
    """Return what differs between two rule documents.

    Parameters
    ----------
    baseline, changed : Document
        The documents compared.

    Returns
    -------
    RuleTable
        One row per path that differs: ``path``, ``baseline``, ``changed``; a missing value where
        only one of the two has the path.

    Examples
    --------
    >>> import kbkresearch as kbk
    >>> one, other = kbk.rules("kbkp-2016"), kbk.rules("kbkp-2017")
    >>> "indicators.rrns.bands.achievement" in set(difference(one, other).frame["path"])
    True
    """
    import pandas as pd

    left, right = dict(flat(baseline.raw)), dict(flat(changed.raw))
    ignored = {"id", *(path for path in {*left, *right} if path.rsplit(".", 1)[-1] in _CITING)}
    rows = [
        {"path": path, "baseline": _raw(left, path), "changed": _raw(right, path)}
        for path in dict.fromkeys([*left, *right])
        if path not in ignored and left.get(path) != right.get(path)
    ]
    frame = pd.DataFrame(rows, columns=["path", "baseline", "changed"]).astype(object)
    heading = f"{baseline.id} → {changed.id}"
    return RuleTable(
        frame, (), Text(heading, heading), f"{baseline.regulation} → {changed.regulation}"
    )


def _raw(values: dict[str, Any], path: str) -> str | None:
    return str(values[path]) if path in values else None


_CITING = {"source", "where", "status", "unit"}
