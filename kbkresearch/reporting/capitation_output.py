"""What ``kbk capitation`` prints and writes of what it computed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pandas as pd
from rich.console import Console
from rich.markup import escape

from kbkresearch.errors import BadArgumentError
from kbkresearch.formats import MISSING, number
from kbkresearch.reporting.capitation import source_of, tables_of
from kbkresearch.reporting.capitation_text import FEW, narrate_result
from kbkresearch.reporting.figures import save_figure
from kbkresearch.reporting.files import save_tables, write_text
from kbkresearch.reporting.payment_figures import figures_of
from kbkresearch.reporting.terminal import print_table
from kbkresearch.results import Table, marked_title
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kbkresearch.reporting.capitation_run import Run

NAMES = {
    "capitation": Text("Utilisasi dan dana", "Utilisation and funds"),
    "pooled": Text("Semua FKTP bersama", "All facilities together"),
    "standardised": Text("Terhadap acuan", "Against the reference"),
    "adjusted": Text("Kapitasi disesuaikan", "Adjusted capitation"),
    "evaluation": Text("Pembayaran sekarang terhadap biaya", "Present payment against cost"),
    "evaluation_adjusted": Text(
        "Pembayaran disesuaikan terhadap biaya", "Adjusted payment against cost"
    ),
}
_DECIMALS, _SMALL_P = 2, 0.001
_RATES = ("members", "visits", "rate_permille", "ci_low", "ci_high", "tariff_rp", "fund_rp")
_TOTALS = ("members", "rate_permille", "fund_rp", "paid_rp", "difference_rp", "p_value")
_ADJUSTED = ("members", "relative_weight", "flat_pmpm_rp", "adjusted_pmpm_rp", "difference_rp")
_STANDARDISED = ("n_events", "expected", "estimate", "ci_low", "ci_high")
_EVALUATED = (
    "group", "member_months", "payment_pmpm", "cost_pmpm", "under_compensation_pmpm", "ci_low",
    "ci_high", "predictive_ratio",
)  # fmt: skip
_BRIEF = {
    "rate_permille": Text("Rate (‰)", "Rate (‰)"),
    "ci_low": Text("dari", "from"),
    "ci_high": Text("sampai", "to"),
    "tariff_rp": Text("Tarif", "Tariff"),
    "fund_rp": Text("Dana", "Fund"),
    "paid_rp": Text("Dibayar", "Paid"),
    "difference_rp": Text("Selisih", "Difference"),
    "members": Text("Peserta", "Members"),
    "visits": Text("Kunjungan", "Visits"),
    "flat_pmpm_rp": Text("Datar", "Flat"),
    "adjusted_pmpm_rp": Text("Disesuaikan", "Adjusted"),
    "relative_weight": Text("Bobot", "Weight"),
    "member_months": Text("Bulan-peserta", "Member-months"),
    "payment_pmpm": Text("Bayar", "Paid"),
    "cost_pmpm": Text("Biaya", "Cost"),
    "under_compensation_pmpm": Text("Kurang", "Under"),
    "predictive_ratio": Text("Rasio", "Ratio"),
    "facility_id": Text("FKTP", "Facility"),
    "age_band": Text("Umur", "Age"),
    "sex": Text("Jenis kelamin", "Sex"),
    "estimate": Text("Teramati/harapan", "Observed/expected"),
}


def print_run(run: Run, lang: str) -> None:
    """Print the tables that fit a terminal, and the text."""
    for table in _terminal_tables(run):
        print_table(table, lang)
        click.echo()
    console = Console(highlight=False)
    console.print(escape(source_of(run.capitation).to(lang)) + "\n", style="dim")
    for line in text_of(run, lang).splitlines():
        console.print(escape(line), style="bold" if line.startswith("# ") else None)
    if run.findings:
        click.echo("\n" + run.findings.describe(lang))


def _terminal_tables(run: Run) -> Iterator[Table]:
    found = run.capitation
    rates, totals = tables_of(found)
    crossed = len(found.by) > 1
    columns = (*found.by, *(name for name in _RATES if not (crossed and name == "visits")))
    if len(found.totals) <= FEW:
        for key, part in _by_group(rates.frame, found.groups):
            title = Text(*(f"{one}: {key}" if key else one for one in _both(rates.title)))
            yield _brief(replace(rates, frame=part, title=title), columns)
    elif "pooled" in run.results:
        pooled = tables_of(run.results["pooled"])[0]
        yield _brief(_named(pooled, "pooled"), columns)
    yield _brief(totals, (*found.groups, *_TOTALS))
    shown = {"standardised": _STANDARDISED, "adjusted": _ADJUSTED}
    for name, columns in shown.items():
        if name in run.results:
            table = tables_of(run.results[name])[0]
            yield _brief(table, (*found.groups, *columns))
    for name in ("evaluation", "evaluation_adjusted"):
        if name in run.results:
            table = tables_of(run.results[name])[0]
            classes = table.frame[table.frame["grouping"] != label("facility_id", "en")]
            yield _brief(_named(replace(table, frame=classes), name), _EVALUATED)


def _both(text: Text) -> tuple[str, str]:
    return text.id, text.en


def _by_group(frame: pd.DataFrame, groups: Sequence[str]) -> Iterator[tuple[str, pd.DataFrame]]:
    if not groups:
        yield "", frame
        return
    for key, part in frame.groupby(list(groups), sort=False):
        yield ", ".join(map(str, key)), part


def _named(table: Table, name: str) -> Table:
    synthetic = "SYNTHETIC" in table.title.en
    return replace(table, title=marked_title(NAMES[name], synthetic=synthetic))


def _p(value: float) -> Text:
    """Return a p value, small ones as below a thousandth."""
    low = value < _SMALL_P
    shown = [("<" if low else "") + number(max(value, _SMALL_P), lang, 3) for lang in ("id", "en")]
    return Text(*(MISSING if value != value else one for one in shown))  # noqa: PLR0124


def _brief(table: Table, names: Sequence[str]) -> Table:
    """Return a table with these columns only, under short headings, without notes."""
    known = {one.key: one for one in table.columns}
    columns = tuple(
        replace(
            known[name],
            label=_BRIEF.get(name, known[name].label),
            decimals=min(known[name].decimals, _DECIMALS),
            kind="text" if name == "p_value" else known[name].kind,
        )
        for name in names
        if name in known
    )
    if "p_value" in table.frame:
        words = [_p(value) for value in table.frame["p_value"]]
        table = replace(table, frame=table.frame.assign(p_value=pd.Series(words, dtype=object)))
    return replace(table, columns=columns, notes=(), source=Text("", ""))


def text_of(run: Run, lang: str) -> str:
    """Return all results as one text, each under its heading; what is said twice stands once."""
    said: set[str] = set()
    parts = []
    for name, result in run.results.items():
        if name == "pooled":
            continue
        lines = [one for one in narrate_result(result, lang).splitlines() if one not in said]
        said.update(lines)
        parts.append("\n".join([f"# {NAMES[name].to(lang)}", *lines]))
    return "\n\n".join(parts)


def as_json(run: Run, lang: str) -> str:
    """Return everything as one JSON object; suppressed and missing values are null."""

    def records(frame: pd.DataFrame) -> Any:
        return json.loads(frame.to_json(orient="records"))

    found: dict[str, Any] = {
        "version": __version__,
        "file": run.file,
        "synthetic": run.capitation.is_synthetic,
        "period": run.capitation.period,
        "by": list(run.capitation.by),
        "strata": records(run.capitation.frame),
        "totals": records(run.capitation.totals),
    }
    for name in ("standardised", "adjusted", "evaluation", "evaluation_adjusted"):
        if name in run.results:
            found[name] = records(run.results[name].frame)
    found["text"] = text_of(run, lang)
    return json.dumps(found, ensure_ascii=False, indent=2)


def check_place(out: Path) -> None:
    """Refuse a place that cannot be written to, before anything is computed.

    Raises
    ------
    BadArgumentError
    """
    if out.suffix.lower() not in {"", ".xlsx"} and not out.is_dir():
        raise BadArgumentError(f"-o {out}: name a folder, or a workbook that ends in .xlsx.")
    if not out.suffix and out.is_file():
        raise BadArgumentError(f"-o {out} is a file; name a folder, or a workbook (.xlsx).")


def write(run: Run, out: Path, lang: str, step: Callable[[str], None] = lambda _: None) -> None:
    """Write a workbook, or a folder with workbook, tables, figures and text.

    Parameters
    ----------
    run : Run
    out : Path
        Ends in ``.xlsx``, or is a folder.
    lang : {"id", "en"}
    step : callable, optional
        Told what is being written.
    """
    tables = _all_tables(run)
    if out.suffix.lower() == ".xlsx":
        step(out.name)
        save_tables(tables, out, lang)
        return
    step("capitation.xlsx")
    save_tables(tables, out / "capitation.xlsx", lang)
    for table in tables:
        save_tables([table], out / "tables" / f"{table.name}.csv", lang)
    for name, painter, size in _all_figures(run):
        step(name)
        save_figure(painter, size, out / "figures" / name, lang)
    write_text(out / "capitation.md", text_of(run, lang) + "\n")


def _all_tables(run: Run) -> list[Table]:
    found = []
    for name, result in run.results.items():
        tables = tables_of(result)
        if name == "evaluation_adjusted":
            tables = [replace(one, name=f"adjusted_{one.name}") for one in tables]
        elif name == "pooled":
            tables = [replace(one, name=f"pooled_{one.name}") for one in tables]
        found += tables
    return found


def _all_figures(run: Run) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, painter and size of every figure; curves of many facilities are drawn as one."""
    for name, result in run.results.items():
        prefix = "adjusted_" if name == "evaluation_adjusted" else ""
        for kind, (painter, size) in figures_of(result).items():
            curves = kind in {"rates", "tariffs"}
            if curves and (name == "capitation") == ("pooled" in run.results):
                continue
            yield prefix + kind, painter, size
