"""What ``kbk score`` prints: the summary, the nearest facilities, the findings; or their JSON."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from kbkresearch import formats
from kbkresearch.listing import headline
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbkresearch.findings import Findings

_PATIENCE = 2.0  # seconds before a bar is shown
_WORDS = {
    "rules": Text("Aturan", "Rules"),
    "rows": Text("Baris dinilai", "Rows scored"),
    "facilities": Text("FKTP", "Facilities"),
    "months": Text("Bulan", "Months"),
    "mean": Text("Rata-rata nilai", "Mean score"),
    "payment": Text("Pembayaran", "Payment"),
    "lost": Text("Selisih ke bayar penuh", "Short of full payment"),
    "nearest": Text(
        "Terdekat ke tingkat pembayaran berikutnya (bulan terakhir tiap FKTP)",
        "Nearest to the next payment level (latest month of each facility)",
    ),
    "findings": Text("Temuan", "Findings"),
}
_NEAR_HEADS = (
    Text("FKTP", "Facility"),
    Text("Bulan", "Month"),
    Text("Dari → ke", "From → to"),
    Text("Yang diperlukan", "What it takes"),
    Text("Tambahan", "Gain"),
)


@contextmanager
def patient_progress(
    name: str,
) -> Iterator[Callable[[str], Callable[..., None]]]:
    """Give progress callbacks whose bar appears on standard error once the work takes long.

    Parameters
    ----------
    name : str
        What is worked on.

    Yields
    ------
    callable
        Given the name of a step, returns a callback of (done, total) for it.
    """
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(escape(name), total=None)
    late = threading.Timer(_PATIENCE, bar.start)
    late.daemon = True

    def step(what: str) -> Callable[..., None]:
        bar.update(task, description=escape(f"{name}: {what}"), completed=0, total=None)

        def tell(done: float = 0, total: float | None = None, *_: object) -> None:
            bar.update(task, completed=done, total=total or None)

        return tell

    if sys.stderr.isatty():
        late.start()
    try:
        yield step
    finally:
        late.cancel()
        if bar.live.is_started:
            bar.stop()


def print_score_json(reading: Any, found: dict[str, Any], findings: Findings, rules: str) -> None:
    """Print the summary of a scored file as one JSON object."""
    rules_met: dict[str, int] = {}
    for group in findings:
        rules_met[group.rule] = rules_met.get(group.rule, 0) + group.size
    result = {
        "version": __version__,
        "file": reading.file,
        "rules": rules,
        "rows_read": reading.n_rows,
        "rows_rejected": len(reading.rejected),
        **found,
        "findings": rules_met,
        "severities": {one: findings.total(one) for one in ("error", "warning", "info")},
    }
    click.echo(json.dumps(result, ensure_ascii=False, indent=2))


def print_score(found: dict[str, Any], rules: str, lang: str) -> None:
    """Print the summary of a scored file."""
    grid = Grid(box=None, show_header=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, value in _lines(found, rules, lang):
        grid.add_row(escape(name), escape(value))
    console = Console(highlight=False)
    console.print(grid)
    if found["nearest"]:
        console.print(f"\n[bold]{_WORDS['nearest'].to(lang)}[/bold]")
        console.print(_nearest(found["nearest"], lang))


def _lines(found: dict[str, Any], rules: str, lang: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of each line of the summary."""

    def number(key: str, decimals: int = 0) -> str:
        return formats.number(found[key], lang, decimals)

    yield _WORDS["rules"].to(lang), rules
    yield _WORDS["rows"].to(lang), number("rows")
    yield _WORDS["facilities"].to(lang), number("facilities")
    yield _WORDS["months"].to(lang), number("months")
    if found["scored_rows"] is not None:
        yield _WORDS["mean"].to(lang), f"{number('mean_score', 2)} (n = {number('scored_rows')})"
    for name, counts in found["ratings"].items():
        yield label(name, lang), _distribution(counts, "", lang)
    yield _WORDS["payment"].to(lang), _distribution(found["payment_levels"], "%", lang)
    if found["rupiah_lost"] is not None:
        yield _WORDS["lost"].to(lang), formats.rupiah(found["rupiah_lost"], lang)


def _distribution(counts: dict[str, int], unit: str, lang: str) -> str:
    """Return how many rows have each level, the best first."""
    shown = (f"{level}{unit}: {formats.number(n, lang)}" for level, n in counts.items())
    return "  ".join(shown) or formats.MISSING


def _nearest(nearest: list[dict[str, Any]], lang: str) -> Grid:
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0))
    with_gain = any("gain_rp" in one for one in nearest)
    for head in _NEAR_HEADS if with_gain else _NEAR_HEADS[:-1]:
        wide = head is _NEAR_HEADS[3] or head is _NEAR_HEADS[0]
        grid.add_column(head.to(lang), no_wrap=not wide, justify="left")
    for one in nearest:
        cells = [
            one["name"] or one["facility"] or one["row"],
            one["month"] or formats.MISSING,
            f"{one['payment_pct']:g}% → {one['next_payment_pct']:g}%",
            ", ".join(_change(name, n, lang) for name, n in one["changes"].items()),
        ]
        if with_gain:
            cells.append(formats.rupiah(one.get("gain_rp"), lang))
        grid.add_row(*map(escape, cells))
    return grid


def _change(name: str, n: int, lang: str) -> str:
    sign = "−" if name == "nonspecialist_referrals" else "+"
    return f"{label(name, lang)} {sign}{formats.number(n, lang)}"


def print_findings(findings: Findings, lang: str) -> None:
    """Print findings: how many, then one rule a block."""
    if not findings:
        return
    console = Console(highlight=False)
    counted = f"{_WORDS['findings'].to(lang)}: {headline(findings, lang)}"
    console.print(f"\n[bold]{escape(counted)}[/bold]\n")
    for line in findings.describe(lang, width=console.width).splitlines():
        head = line[:1] not in {"", " ", "-"}
        console.print(f"[bold]{escape(line)}[/bold]" if head else escape(line), soft_wrap=True)
