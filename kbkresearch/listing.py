"""Findings as people read them: gravest first, one rule a block, a few places named in each."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from html import escape
from itertools import chain, islice
from typing import TYPE_CHECKING

from kbkresearch.vocabulary import COLUMNS, Text, check_lang, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kbkresearch.findings import Finding, FindingGroup, Findings, Severity

_WIDEST, _NARROWEST = 100, 40
_LONGEST_VALUE = 40
_MOST_BLOCKS = 20
_HEADS: dict[Severity, Text] = {
    "error": Text("KESALAHAN (nilai tidak dipakai)", "ERRORS (value not used)"),
    "warning": Text("PERINGATAN (dipakai, tetapi periksalah)", "WARNINGS (used, but look at it)"),
    "info": Text("CATATAN", "NOTES"),
}
_ROWS = Text("baris", "rows")
_ROW = Text("baris", "row")
_MORE = Text("dan {} lagi", "and {} more")
_KINDS = Text(
    "dan {} jenis lagi; semuanya ada di .summary dan di lembar temuan",
    "and {} more kinds; all of them are in .summary and in the sheet of findings",
)
_SIDES = ("left", "right")
_COLUMNS_HTML = (
    Text("Temuan", "Finding"),
    Text("Baris", "Rows"),
    Text("Tempat: nilai", "Place: value"),
    Text("Tindakan", "What to do"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """One rule on one column, over all sheets.

    Attributes
    ----------
    severity : {"error", "warning", "info"}
    what : str
        The rule in words, with the column.
    rows : int
        Rows concerned; 0 where it concerns a table or column as a whole.
    places : tuple of str
        The first places with the value found.
    more : int
        Places that are not named.
    advice : str
        What was done, or is to be done; may be empty.
    """

    severity: Severity
    what: str
    rows: int
    places: tuple[str, ...]
    more: int
    advice: str


def blocks(findings: Findings, lang: str = "en", most: int = 5) -> list[Block]:
    """Arrange findings for people.

    Parameters
    ----------
    findings : Findings
    lang : {"id", "en"}
    most : int
        Places named in each block.

    Returns
    -------
    list of Block
        Errors, then warnings, then notes; those of most rows first.
    """
    check_lang(lang)
    alike: dict[tuple[Severity, str, str], list[FindingGroup]] = {}
    for group in findings:
        alike.setdefault((group.severity, group.rule, group.column), []).append(group)
    arranged = [_block(groups, lang, most) for groups in alike.values()]
    order = list(_HEADS)
    return sorted(arranged, key=lambda one: (order.index(one.severity), -one.rows))


def _block(groups: list[FindingGroup], lang: str, most: int) -> Block:
    """Join the groups of one rule and column."""
    first = groups[0]
    message = first.message_id if lang == "id" else first.message_en
    what, _, advice = message.partition("; ")
    rows = sum(len(group.rows) for group in groups)
    singles = chain.from_iterable(_places(group, most + 1, lang) for group in groups)
    places = tuple(islice(singles, most))
    total = rows or (len(groups) if places else 0)
    return Block(
        first.severity, _named(first.column, what, lang), rows, places, total - len(places), advice
    )


def _named(column: str, what: str, lang: str) -> str:
    """Put the column before a message that does not begin with it."""
    name = label(column, lang) if column in COLUMNS else repr(column)
    known = (column, label(column, lang), label(column, "id"))
    return what if not column or what.startswith(known) else f"{name}: {what}"


def _places(group: FindingGroup, most: int, lang: str) -> Iterator[str]:
    for one in islice(group.expand(), most):
        where, value = _where(one, group.letter, lang), _shown(one.value)
        if where:
            yield f"{where}: {value}" if value else where


def _where(one: Finding, letter: str | None, lang: str) -> str:
    """Return a place: ``Januari 23!F12``, ``Januari 23 baris 12`` or ``baris 12``."""
    if one.row is None:
        return one.sheet or ""
    if letter:
        return f"{one.sheet}!{letter}{one.row}" if one.sheet else f"{letter}{one.row}"
    return " ".join(filter(None, (one.sheet, _ROW.to(lang), str(one.row))))


def _shown(value: object) -> str:
    """Return a value on one line, cut where it is long."""
    if value is None or value != value:  # noqa: PLR0124 - not a number
        return ""
    text = f"{value:.10g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def headline(findings: Findings, lang: str = "en") -> str:
    """Return how many findings there are of each severity.

    Examples
    --------
    >>> from kbkresearch.findings import FindingGroup, Findings
    >>> group = FindingGroup("r", "error", "members", "negatif", "is negative", (3, 7), (-5, -1))
    >>> headline(Findings([group]), "en")
    '2 errors, 0 warnings, 0 notes'
    """
    words = Text("{} kesalahan, {} peringatan, {} catatan", "{} errors, {} warnings, {} notes")
    counts = (findings.total(severity) for severity in _HEADS)
    return words.to(lang).format(*counts)


def as_text(findings: Findings, lang: str = "en", most: int = 5, width: int | None = None) -> str:
    """Return findings as text for a terminal.

    Parameters
    ----------
    findings : Findings
    lang : {"id", "en"}
    most : int
        Places named in each block.
    width : int, optional
        Longest line; that of the terminal by default.

    Returns
    -------
    str
        Empty if there are none.
    """
    arranged = blocks(findings, lang, most)
    if width is None:
        width = shutil.get_terminal_size().columns
    width = min(max(width, _NARROWEST), _WIDEST)
    lines: list[str] = []
    for severity, head in _HEADS.items():
        mine = [one for one in arranged if one.severity == severity]
        if not mine:
            continue
        lines += [""] * bool(lines) + [head.to(lang)]
        for one in mine[:_MOST_BLOCKS]:
            lines += _text_block(one, lang, width)
        if len(mine) > _MOST_BLOCKS:
            lines += _wrapped(_KINDS.to(lang).format(len(mine) - _MOST_BLOCKS), width, "- ")
    return "\n".join(lines)


def _text_block(one: Block, lang: str, width: int) -> list[str]:
    many = f" ({one.rows} {(_ROW if one.rows == 1 else _ROWS).to(lang)})" if one.rows else ""
    lines = _wrapped(one.what + many, width, "- ")
    if one.places:
        lines += _wrapped(_listed(one, lang), width, "    ")
    return lines + (_wrapped(one.advice, width, "  → ") if one.advice else [])


def _listed(one: Block, lang: str) -> str:
    more = [_MORE.to(lang).format(one.more)] if one.more else []
    return "; ".join([*one.places, *more])


def _wrapped(text: str, width: int, mark: str) -> list[str]:
    return textwrap.wrap(
        text, width, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False
    )


def as_lines(findings: Findings, lang: str = "en", most: int = 20) -> list[str]:
    """Return findings one group a line: severity, column, message, and rows with their values.

    Parameters
    ----------
    findings : Findings
    lang : {"id", "en"}
    most : int
        How many rows of a group are named.

    Returns
    -------
    list of str
    """
    check_lang(lang)
    lines = []
    for group in findings:
        message = group.message_id if lang == "id" else group.message_en
        named = ", ".join(
            f"{one.row} ({one.value})" if one.value is not None else f"{one.row}"
            for one in islice(group.expand(), most if group.rows else 0)
        )
        more = f", … (+{len(group.rows) - most})" if len(group.rows) > most else ""
        rows = f" [{_ROWS.to(lang)} {named}{more}]" if named else ""
        lines.append(f"{group.severity}: {group.column}: {message}{rows}")
    return lines


def as_html(findings: Findings, lang: str = "en", most: int = 5) -> str:
    """Return findings as an HTML fragment for a notebook.

    Parameters
    ----------
    findings : Findings
    lang : {"id", "en"}
    most : int
        Places named in each block.

    Returns
    -------
    str
    """
    arranged = blocks(findings, lang, most)
    parts = [f"<p>{escape(headline(findings, lang))}</p>"]
    for severity, head in _HEADS.items():
        mine = [one for one in arranged if one.severity == severity]
        if not mine:
            continue
        rest = len(mine) - _MOST_BLOCKS
        more = f"<p>{escape(_KINDS.to(lang).format(rest))}</p>" if rest > 0 else ""
        opened = "" if severity == "info" else " open"
        parts.append(
            f"<details{opened}><summary><b>{escape(head.to(lang))}</b></summary>"
            f"{_html_table(mine[:_MOST_BLOCKS], lang)}{more}</details>"
        )
    return f'<div class="kbk-findings" style="max-width:60em">{"".join(parts)}</div>'


def _html_table(mine: Iterable[Block], lang: str) -> str:
    left, right = (
        f'style="text-align:{side};vertical-align:top;padding:2px 10px"' for side in _SIDES
    )
    styles = (left, right, left, left)
    heads = "".join(
        f"<th {style}>{escape(name.to(lang))}</th>"
        for name, style in zip(_COLUMNS_HTML, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td {style}>{escape(text)}</td>"
            for text, style in zip(
                (one.what, str(one.rows or ""), _listed(one, lang), one.advice), styles, strict=True
            )
        )
        + "</tr>"
        for one in mine
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
