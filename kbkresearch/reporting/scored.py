"""A scored table for people: its summary, and the tables of the workbook that is written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.findings import SOURCE
from kbkresearch.formats import MISSING
from kbkresearch.regulation.describe import describe
from kbkresearch.results import Column, Table, columns_of
from kbkresearch.vocabulary import Text, label, meaning_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
        and ``nearest``: the facilities whose latest month is the fewest changes away from the next
        level. Unknown values are None.
    """
    facility = next((name for name in _FACILITY if name in scored), None)
    scores = scored["score"].dropna() if "score" in scored else None
    levels = [str(name) for name in scored.columns if str(name).endswith(("_rating", "_zone"))]
    return {
        "rows": len(scored),
        "facilities": int(scored[facility].nunique()) if facility else None,
        "months": int(scored["month"].nunique()) if "month" in scored else None,
        "mean_score": float(scores.mean()) if scores is not None and len(scores) else None,
        "scored_rows": len(scores) if scores is not None else None,
        "paid_rows": int(scored["payment_pct"].notna().sum()),
        "payment_levels": _counts(scored["payment_pct"], "{:g}".format),
        "ratings": {name: _counts(scored[name], str) for name in levels},
        "rupiah_lost": _lost(scored),
        "nearest": _nearest(scored, steps, facility) if steps is not None else [],
    }


def _counts(values: pd.Series, shown: Callable[[Any], str]) -> dict[str, int]:
    """Return how often each level occurs, the best first."""
    found = values.value_counts().sort_index(ascending=False)
    return {shown(level): int(n) for level, n in found.items()}


def _lost(scored: pd.DataFrame) -> float | None:
    """Return the rupiah between full payment and payment, over the rows where both are known."""
    if not {"capitation_rp", "paid_rp"} <= set(scored.columns):
        return None
    gap = (scored["capitation_rp"] - scored["paid_rp"]).dropna()
    return float(gap.sum()) if len(gap) else None


def _nearest(
    scored: pd.DataFrame, steps: pd.DataFrame, facility: str | None
) -> list[dict[str, Any]]:
    """Return the facilities that are fewest changes away from the next level in their last month.

    Places, not labels, tie the two tables together: labels may stand twice.
    """
    total = steps["total_joint"].reset_index(drop=True).dropna()
    if facility and "month" in scored:
        last = scored[[facility, "month"]].reset_index(drop=True).dropna()
        last = last.sort_values("month", kind="stable").drop_duplicates(facility, keep="last")
        total = total[total.index.isin(last.index)]
    joint = [name for name in steps.columns if name.endswith("_joint") and name != "total_joint"]
    found = []
    for place in total.astype("int64").nsmallest(_NEAREST).index:
        row, one = scored.iloc[place], steps.iloc[place]
        entry: dict[str, Any] = {
            "row": _place(steps.index[place]),
            "facility": str(row[facility]) if facility else None,
            "name": _text(row.get("facility_name")),
            "month": f"{row['month']:%Y-%m}" if _known(row.get("month")) else None,
            "payment_pct": float(one["payment_pct"]),
            "next_payment_pct": float(one["next_payment_pct"]),
            "changes": {name.removesuffix("_joint"): int(one[name]) for name in joint if one[name]},
        }
        if _known(one.get("gain_rp")):
            entry["gain_rp"] = float(one["gain_rp"])
        found.append(entry)
    return found


def _place(row: Any) -> str:
    """Return the label of a row as text: ``8``, or ``April 24!8`` where it has a sheet."""
    return "!".join(map(str, row)) if isinstance(row, tuple) else str(row)


def _known(value: Any) -> bool:
    import pandas as pd

    return value is not None and not pd.isna(value)


def _text(value: Any) -> str | None:
    return str(value) if _known(value) else None


def sourced(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, the place in the file, has become columns with names of its own.

    Parameters
    ----------
    table : DataFrame

    Returns
    -------
    DataFrame
        With ``source_sheet`` and ``source_row`` in front, where the index held them and the table
        has no such columns yet.
    """
    own = dict(zip(SOURCE, ("source_sheet", "source_row"), strict=True))
    names: Any = [own.get(str(name), name) for name in table.index.names]
    if names == [None] or any(name in table.columns for name in names):
        return table.reset_index(drop=True)
    return table.rename_axis(index=names).reset_index()


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
    plain = sourced(scored)
    tables = [
        Table(
            "scored",
            Text(
                f"Nilai dan pembayaran per baris, menurut {law.id}",
                f"Score and payment by row, by {law.id}",
            ),
            columns_of(plain),
            plain,
        ),
        _findings_table(findings),
    ]
    if steps is not None:
        tables.append(_steps_table(scored, steps))
    return [*tables, _dictionary(plain, steps, law), describe(law, lang).to_table()]


def _findings_table(findings: Findings) -> Table:
    """Return every finding, gravest first, in the language that the workbook is written in."""
    import pandas as pd

    columns = (
        Column("severity", Text("Bobot", "Severity")),
        Column("rule", Text("Aturan", "Rule")),
        Column("sheet", Text("Lembar", "Sheet")),
        Column("row", Text("Baris", "Row")),
        Column("column", Text("Kolom", "Column")),
        Column("value", Text("Isi", "Found")),
        Column("message", Text("Penjelasan dan tindakan", "What it means and what to do")),
    )
    order = {"error": 0, "warning": 1, "info": 2}
    frame = findings.frame.sort_values("severity", key=lambda one: one.map(order), kind="stable")
    messages = zip(frame["message_id"], frame["message_en"], strict=True)
    texts = {
        "column": [_with_label(one) for one in frame["column"]],
        "message": [Text(*one) for one in messages],
    }
    frame = frame.assign(
        **{name: pd.Series(one, frame.index, dtype=object) for name, one in texts.items()}
    )
    notes = (
        Text(
            "error: nilai tidak dipakai; warning: dipakai, tetapi periksalah; info: catatan.",
            "error: value not used; warning: used, but look at it; info: a note.",
        ),
    )
    return Table("findings", Text("Temuan", "Findings"), columns, frame, notes)


def _with_label(column: str) -> Text:
    """Return a column's name and its label, in one cell that is no heading of a table."""
    if meaning_of(column) is None:
        return Text(column, column)
    return Text(f"{column}: {label(column, 'id')}", f"{column}: {label(column, 'en')}")


def _steps_table(scored: pd.DataFrame, steps: pd.DataFrame) -> Table:
    """Return the next steps of the rows that have one, each with its facility and month."""
    who = [name for name in (*_FACILITY, "month") if name in scored]
    named = steps.reset_index(drop=True)
    # one text, not three known columns: the sheet is a result, not a table to be read again
    named.insert(0, "who", _joined(scored[who]))
    named = named[named["next_payment_pct"].notna()]
    labels = {
        "who": Text("FKTP dan bulan", "Facility and month"),
        "payment_pct": Text("Pembayaran sekarang (%)", "Payment now (%)"),
    }
    title = Text("Perubahan tersedikit ke tingkat berikutnya", "Fewest changes to the next level")
    notes = (
        Text(
            "Sel kosong: tingkat berikutnya tidak tercapai dengan cara itu.",
            "Blank: the next level cannot be reached that way.",
        ),
    )
    return Table("next_steps", title, columns_of(named, labels), named, notes)


def _joined(columns: pd.DataFrame) -> list[str]:
    """Return the cells of each row as one text."""
    shown = [
        (one.dt.strftime("%Y-%m") if one.dtype.kind == "M" else one.astype(object))
        .where(one.notna(), "")
        .tolist()
        for _, one in columns.items()
    ]
    rows = zip(*shown, strict=True) if shown else [()] * len(columns)
    return [", ".join(str(part) for part in row if part) or MISSING for row in rows]


def _dictionary(scored: pd.DataFrame, steps: pd.DataFrame | None, law: RuleSet) -> Table:
    """Say of every column of the workbook what it holds, its unit and where it comes from."""
    import pandas as pd

    own = [("scored", str(name)) for name in scored.columns]
    own += [("next_steps", str(name)) for name in (steps.columns if steps is not None else ())]
    ours = _computed(scored, law)
    rows = [
        (sheet, name, *_line(name, law, computed=sheet == "next_steps" or name in ours))
        for sheet, name in own
    ]
    columns = (
        Column("sheet", Text("Lembar", "Sheet")),
        Column(
            "column", Text("Nama di Python, CSV dan Parquet", "Name in Python, CSV and Parquet")
        ),
        Column("label", Text("Arti", "Meaning")),
        Column("unit", Text("Satuan", "Unit")),
        Column("origin", Text("Asal", "Origin")),
    )
    frame = pd.DataFrame(rows, columns=[one.key for one in columns], dtype=object)
    return Table("dictionary", Text("Kamus kolom", "Dictionary of columns"), columns, frame)


def _computed(scored: pd.DataFrame, law: RuleSet) -> set[str]:
    """Return the columns that the rules gave; an indicator without its counts was read."""
    ours = {"score", "payment_pct"}
    for one in law.indicators.values():
        ours.add(one.level_column)
        if all(column in scored for part in one.parts for column in part):
            ours.add(one.column)
    return ours | (
        {"capitation_rp", "paid_rp"} if {"tariff_rp", "members"} <= set(scored) else set()
    )


def _line(name: str, law: RuleSet, *, computed: bool) -> tuple[Text, Text, Text]:
    """Return meaning, unit and origin of one column, worded so that no line reads as headings."""
    meaning = meaning_of(name)
    if meaning is None:
        kept = Text("kolom berkas, dibiarkan apa adanya", "column of the file, left as it is")
        return kept, Text("", ""), Text("berkas", "file")
    words = Text(f"Kolom: {label(name, 'id')}", f"Column: {label(name, 'en')}")
    if name.endswith("_printed"):
        origin = Text("tercetak di berkas", "printed in the file")
    elif computed:
        origin = Text(f"dihitung menurut {law.id}", f"computed by {law.id}")
    elif name.startswith("source_"):
        origin = Text("tempat di berkas", "place in the file")
    else:
        origin = Text("berkas", "file")
    unit = meaning.unit
    within = Text(f"dalam {unit.id}", f"in {unit.en}") if unit else unit
    return words, within, origin
