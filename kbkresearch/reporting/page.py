"""The report of all studies: one page that works offline, with its tables and figures beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kbkresearch.reporting.audits import checks_table, verdict_table
from kbkresearch.reporting.figures import save_figures
from kbkresearch.reporting.files import save_tables, write_text
from kbkresearch.reporting.render import table_html
from kbkresearch.studies.model import VERDICT_LABELS
from kbkresearch.version import __version__
from kbkresearch.vocabulary import Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kbkresearch.results import Table
    from kbkresearch.studies.model import StudyResult

_WORDS = {
    "title": Text(
        "Studi KBK dan kapitasi, dihitung ulang", "KBK and capitation studies, recomputed"
    ),
    "lead": Text(
        "Setiap pernyataan yang dapat diperiksa dari lima dokumen, dihitung ulang dari angka yang"
        " tercetak di dalamnya menurut aturan yang bertanggal.",
        "Every checkable statement of the documents, recomputed from the numbers printed in them,"
        " under dated rules.",
    ),
    "contents": Text("Isi", "Contents"),
    "meaning_title": Text("Arti putusan", "What the verdicts mean"),
    "disputed": Text("Yang bertentangan atau bermakna ganda", "What is contradicted or ambiguous"),
    "published": Text("Tercetak", "Published"),
    "recomputed": Text("Dihitung ulang", "Recomputed"),
    "none": Text("Tidak ada.", "None."),
    "recomputation": Text("Penghitungan ulang", "The recomputation"),
    "every": Text("Semua klaim", "All claims"),
    "footer": Text(
        f"Dibuat oleh kbkresearch {__version__} dengan kbk reproduce. Angka tercetak dikutip dari"
        " dokumen yang disebut; aturan dengan sumber dan statusnya: kbk rules show kbk-2019.",
        f"Made by kbkresearch {__version__} with kbk reproduce. Published numbers are quoted from"
        " the documents named; rules with citation and status: kbk rules show kbk-2019.",
    ),
}
_MEANINGS = {
    "reproduced": Text(
        "hitungan ulang, dibulatkan ke angka tercetak, sama; atau pernyataannya berlaku.",
        "the recomputed value, rounded to the printed digits, is the same; or the statement holds.",
    ),
    "rounding": Text(
        "sama hanya bila pembulatan bagiannya atau satu satuan angka terakhir diperhitungkan.",
        "the same only if rounding of the parts, or one unit of the last digit, is allowed for.",
    ),
    "contradicted": Text(
        "angka dokumen itu sendiri, atau aturan yang dikutipnya, menyatakan lain.",
        "the document's own numbers, or the rule it cites, say otherwise.",
    ),
    "ambiguous": Text(
        "ada dua cara membaca; keduanya dihitung.", "two readings are possible; both are computed."
    ),
    "not_recomputable": Text(
        "dokumen tidak memuat apa yang diperlukan.", "the document does not hold what is needed."
    ),
}


def write_report(
    studies: Sequence[StudyResult],
    folder: Path,
    lang: str = "id",
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write the report page, the tables and the figures of studies.

    Parameters
    ----------
    studies : sequence of StudyResult
    folder : Path
        Gets ``report.html``, ``tables/`` (a CSV each and one ``tables.xlsx``) and ``figures/``
        (SVG and PNG).
    lang : {"id", "en"}
    progress : callable
        Told the name of each step when it is done.

    Returns
    -------
    Path
        The page: one file that needs neither network nor the files beside it.
    """
    check_lang(lang)
    drawn = {}
    for name, path in save_figures(report_figures(studies), folder / "figures", lang):
        drawn[name] = _inline(path.read_text("utf-8"), name)
        progress(name)
    tables = report_tables(studies)
    for table in tables:
        save_tables([table], folder / "tables" / f"{table.name}.csv", lang)
    save_tables(tables, folder / "tables" / "tables.xlsx", lang)
    progress("tables")
    page = write_text(folder / "report.html", _page(studies, drawn, lang))
    progress("report.html")
    return page


def report_figures(studies: Sequence[StudyResult]) -> list[str]:
    """Return the names of the figures that a report of these studies holds."""
    mine = [name for study in studies for name in study.figures]
    return list(dict.fromkeys(["verdicts", "barrier_matrix", *mine]))


def shared_figures(studies: Sequence[StudyResult]) -> list[str]:
    """Return the figures that belong to several studies, shown once and before them."""
    mine = [name for study in studies for name in study.figures]
    several = [name for name in dict.fromkeys(mine) if mine.count(name) > 1]
    return list(dict.fromkeys(["verdicts", "barrier_matrix", *several]))


def report_tables(studies: Sequence[StudyResult]) -> list[Table]:
    """Return the tables of a report: verdicts, all claims and recomputed tables of each study."""
    tables = [verdict_table(studies)]
    for study in studies:
        tables.append(_all_claims(study))
        tables += [
            replace(table, name=f"{study.id}-{name}") for name, table in study.tables.items()
        ]
    return tables


def _all_claims(study: StudyResult) -> Table:
    title = Text(f"{study.heading.id}: semua klaim", f"{study.heading.en}: all claims")
    return checks_table(f"{study.id}-claims", title, study.checks, study.source)


def _inline(svg: str, name: str) -> str:
    """Return an SVG file as an element whose ids cannot clash with another figure's."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = re.sub(r'(xlink:href|href)="#', rf'\1="#{name}-', body)
    body = body.replace("url(#", f"url(#{name}-")
    return body.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)


def _page(studies: Sequence[StudyResult], figures: Mapping[str, str], lang: str) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("kbkresearch.reporting"), autoescape=True, undefined=StrictUndefined
    )
    return env.get_template("report.html.j2").render(
        lang=lang,
        t={key: text.to(lang) for key, text in _WORDS.items()},
        studies=studies,
        labels=VERDICT_LABELS,
        meanings=[
            (VERDICT_LABELS[verdict].to(lang), text.to(lang)) for verdict, text in _MEANINGS.items()
        ],
        overview=table_html(verdict_table(studies), lang),
        figures=figures,
        shared=shared_figures(studies),
        every={study.id: table_html(_all_claims(study), lang) for study in studies},
        render=lambda table: table_html(table, lang),
    )
