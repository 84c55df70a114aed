"""Results for people: tables in HTML, Markdown, xlsx and CSV, figures, and the report page.

`kbkresearch.results` and the studies reach this room lazily, through the names below.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "table_html": "kbkresearch.reporting.render",
    "table_markdown": "kbkresearch.reporting.render",
    "save_tables": "kbkresearch.reporting.files",
    "disputed_table": "kbkresearch.reporting.audits",
    "study_html": "kbkresearch.reporting.audits",
    "draw": "kbkresearch.reporting.figures",
    "tables_of": "kbkresearch.reporting.capitation",
    "plot_result": "kbkresearch.reporting.payment_figures",
    "narrate_result": "kbkresearch.reporting.capitation_text",
    "source_line": "kbkresearch.reporting.figures",
    "write_report": "kbkresearch.reporting.page",
}
__all__ = [
    "disputed_table",
    "draw",
    "narrate_result",
    "plot_result",
    "save_tables",
    "source_line",
    "study_html",
    "table_html",
    "table_markdown",
    "tables_of",
    "write_report",
]

if TYPE_CHECKING:
    from kbkresearch.reporting.audits import disputed_table, study_html
    from kbkresearch.reporting.capitation import tables_of
    from kbkresearch.reporting.capitation_text import narrate_result
    from kbkresearch.reporting.figures import draw, source_line
    from kbkresearch.reporting.files import save_tables
    from kbkresearch.reporting.page import write_report
    from kbkresearch.reporting.payment_figures import plot_result
    from kbkresearch.reporting.render import table_html, table_markdown


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'kbkresearch.reporting' has no attribute {name!r}")
