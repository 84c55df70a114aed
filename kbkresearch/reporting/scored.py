"""A scored table for people: its summary, and the tables of the workbook that is written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.regulation.describe import describe
from kbkresearch.results import Column, Table, columns_of
from kbkresearch.vocabulary import COLUMNS, Text

if TYPE_CHECKING:
    import pandas as pd

    from kbkresearch.findings import Findings
    from kbkresearch.regulation.values import RuleSet

_FACILITY = ("facility_id", "facility_name")
_NEAREST = 10


def summary(scored: pd.DataFrame, steps: pd.DataFrame | None = None) -> dict[str, Any]:
    """Return the summary of a scored table as plain values.

    Parameters
    ----------
    scored : DataFrame
        As `kbkresearch.score` returns it.
    steps : DataFrame, optional
        As `kbkresearch.next_level` returns it.

    Returns
    -------
    dict
        ``rows``, ``facilities``, ``months``, ``mean_score`` and the number of rows it is of,
        ``payment_levels`` and ``ratings`` (counts by level), ``rupiah_lost`` against full payment,
        and ``nearest``: rows with the fewest changes to the next level. Unknown values are None.
    """
    facility = next((name for name in _FACILITY if name in scored), None)
    scores = scored["score"].dropna() if "score" in scored else None
    paid = scored["payment_pct"].value_counts().sort_index(ascending=False)
    levels = [name for name in scored.columns if str(name).endswith(("_rating", "_zone"))]
    lost = None
    if "paid_rp" in scored and scored["paid_rp"].notna().any():
        lost = float((scored["capitation_rp"] - scored["paid_rp"]).sum())
    return {
        "rows": len(scored),
        "facilities": int(scored[facility].nunique()) if facility else None,
        "months": int(scored["month"].nunique()) if "month" in scored else None,
        "mean_score": float(scores.mean()) if scores is not None and len(scores) else None,
        "scored_rows": len(scores) if scores is not None else None,
        "paid_rows": int(scored["payment_pct"].notna().sum()),
        "payment_levels": {f"{level:g}": int(n) for level, n in paid.items()},
        "ratings": {
            str(name): {
                str(level): int(n)
                for level, n in scored[name].value_counts().sort_index(ascending=False).items()
            }
            for name in levels
        },
        "rupiah_lost": lost,
        "nearest": _nearest(scored, steps, facility) if steps is not None else [],
    }


def _nearest(
    scored: pd.DataFrame, steps: pd.DataFrame, facility: str | None
) -> list[dict[str, Any]]:
    """Return the rows that are fewest changes away from the next level."""
    near = steps.dropna(subset=["total_joint"]).nsmallest(_NEAREST, "total_joint")
    joint = [name for name in steps.columns if name.endswith("_joint") and name != "total_joint"]
    found = []
    places = scored.index.get_indexer_for(near.index)
    for place, (row, one) in zip(places, near.iterrows(), strict=True):
        changes = {name.removesuffix("_joint"): int(one[name]) for name in joint if one[name]}
        entry: dict[str, Any] = {
            "row": str(row),
            "facility": str(scored[facility].iloc[place]) if facility else None,
            "payment_pct": float(one["payment_pct"]),
            "next_payment_pct": float(one["next_payment_pct"]),
            "changes": changes,
        }
        if "gain_rp" in one and one["gain_rp"] == one["gain_rp"]:
            entry["gain_rp"] = float(one["gain_rp"])
        found.append(entry)
    return found


def workbook(
    scored: pd.DataFrame,
    steps: pd.DataFrame | None,
    findings: Findings,
    law: RuleSet,
    lang: str = "id",
) -> list[Table]:
    """Return the tables of the workbook: scored rows, findings, next steps, dictionary, rules.

    Parameters
    ----------
    scored, steps : DataFrame
        As `kbkresearch.score` and `kbkresearch.next_level` return them.
    findings : Findings
        Of reading and of scoring.
    law : RuleSet
    lang : {"id", "en"}
        Language of the rule sheet's texts.

    Returns
    -------
    list of Table
    """
    plain = scored.reset_index() if scored.index.names != [None] else scored
    tables = [
        Table(
            "scored",
            Text("Nilai dan pembayaran per baris", "Score and payment by row"),
            columns_of(plain),
            plain,
            source=Text(f"Aturan: {law.id}", f"Rules: {law.id}"),
        ),
        _findings_table(findings),
    ]
    if steps is not None:
        shown = steps.reset_index() if steps.index.names != [None] else steps
        title = Text(
            "Perubahan tersedikit ke tingkat berikutnya", "Fewest changes to the next level"
        )
        tables.append(Table("next_steps", title, columns_of(shown), shown))
    return [*tables, _dictionary(plain), describe(law, lang).to_table()]


def _findings_table(findings: Findings) -> Table:
    columns = (
        Column("severity", Text("Bobot", "Severity")),
        Column("rule", Text("Aturan", "Rule")),
        Column("sheet", Text("Lembar", "Sheet")),
        Column("row", Text("Baris", "Row")),
        Column("column", Text("Kolom", "Column")),
        Column("value", Text("Nilai", "Value")),
        Column("message_id", Text("Penjelasan", "In Indonesian")),
        Column("message_en", Text("Dalam bahasa Inggris", "In English")),
    )
    return Table("findings", Text("Temuan", "Findings"), columns, findings.frame)


def _dictionary(scored: pd.DataFrame) -> Table:
    import pandas as pd

    rows = [
        (name, COLUMNS[name].label, COLUMNS[name].unit)
        for name in scored.columns
        if name in COLUMNS
    ]
    columns = (
        Column("column", Text("Kolom", "Column")),
        Column("label", Text("Arti", "Meaning")),
        Column("unit", Text("Satuan", "Unit")),
    )
    frame = pd.DataFrame(rows, columns=["column", "label", "unit"], dtype=object)
    return Table("dictionary", Text("Kamus kolom", "Dictionary of columns"), columns, frame)
