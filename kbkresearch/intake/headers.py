"""Headings: the row, or rows, of a sheet that say what stands in its columns."""

from __future__ import annotations

import itertools
import re
import string
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from kbkresearch.intake.cells import Rows

SEARCHED = 100
LEAST_KNOWN = 2
_HEADER_LINES = 3
_COUNTED = 3
_LETTERS = string.ascii_lowercase
_UNIT = re.compile(
    r"[(\[]?\s*(?:%|‰|o/oo|per\s*mil+e?|permil|persen|orang|jiwa|peserta|kali|kasus|kunjungan"
    r"|rujukan|rp\.?|rupiah|rp\.?\s*/\s*(?:peserta|kapita|jiwa)|n|people|visits|cases|percent)"
    r"\s*[)\]]?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"[(\[]\s*(?:\d{1,2}|[a-z])\s*[)\]]|[(\[]?\s*\d{1,2}\s*[)\]]?\s*=[\s\d()+\-*/:x×%=]+",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:rp\.?)?\s*[-+(]?\s*\d[\d.,\s]*(?:\)|%|‰)?|[-–—]|n/?a", re.IGNORECASE)
_Choice: TypeAlias = tuple[int, int, list[str]]


def find_header(rows: Rows, known: Callable[[str], bool]) -> tuple[int, int, list[str]] | None:
    """Return the first header row, the number of its lines and the headings."""
    best: tuple[int, int, int, list[str]] | None = None
    head = rows[: SEARCHED + _HEADER_LINES]
    for place in range(min(len(rows), SEARCHED)):
        lines = head[place : place + _HEADER_LINES]
        if best is not None and _most(lines) < best[0]:
            continue
        choice = _header_at(lines, known)
        if choice[0] >= LEAST_KNOWN and (best is None or _better(choice, place, best, head)):
            best = choice[0], place, *choice[1:]
    return None if best is None else best[1:]


def cell_text(cell: object) -> str:
    """Return a cell as text in one line; empty for an empty cell."""
    return "" if cell is None else " ".join(str(cell).split())


def row_texts(row: Sequence[object]) -> tuple[str, ...]:
    """Return the texts of a row, case set aside."""
    return tuple(cell_text(cell).casefold() for cell in row)


def opening(row: Sequence[object]) -> str:
    """Return the first text of a row; empty if the row is blank."""
    return next(filter(None, map(cell_text, row)), "")


def is_number(cell: object) -> bool:
    """Tell whether a filled cell is a number, a date or a dash, not a word."""
    return not isinstance(cell, str) or _NUMBER.fullmatch(cell.strip()) is not None


def any_number(row: Sequence[object]) -> bool:
    """Tell whether a row has a number, a date or a dash in it."""
    return any(cell_text(cell) and is_number(cell) for cell in row)


def only_units(row: Sequence[object], n_headings: int = 0) -> bool:
    """Tell whether a row holds nothing but units, or nothing but the numbers of the columns.

    Few numbers are those of the columns only if each heading has one.

    Examples
    --------
    >>> only_units(["orang", "(%)"]), only_units([1.0, 2.0, 3.0], 3), only_units([1.0, 2.0, 3.0], 9)
    (True, True, False)
    """
    texts = [text for text in map(cell_text, row) if text]
    if all(_UNIT.fullmatch(text) or _NUMBERED.fullmatch(text) for text in texts):
        return bool(texts)
    plain = [text.removesuffix(".0").casefold() for text in texts]
    counted = [[str(number) for number, _ in enumerate(texts, start=1)], [*_LETTERS[: len(texts)]]]
    return plain in counted and (len(plain) > _COUNTED or len(plain) == n_headings == _COUNTED)


def _better(
    choice: _Choice, place: int, best: tuple[int, int, int, list[str]], head: Sequence[list[object]]
) -> bool:
    """Tell whether headings are more than those above, or as many and nearer to the numbers."""
    count, above, lines, _ = best
    between = head[above + lines : place]
    nearer = place >= above + lines and not any(map(any_number, between))
    return choice[0] > count or (choice[0] == count and nearer)


def _most(lines: Sequence[Sequence[object]]) -> int:
    """Return how many headings lines can have at most: the columns with a word in them."""
    return sum(
        any(cell_text(cell) and not is_number(cell) for cell in column)
        for column in zip(*lines, strict=True)
    )


def _header_at(rows: Sequence[Sequence[object]], known: Callable[[str], bool]) -> _Choice:
    """Return how many headings are known if a header starts here, its lines and the headings."""
    texts = [list(map(cell_text, row)) for row in rows]
    alone = _joined(texts[:1], known)
    choice = _count(alone, known), 1, alone
    if not any(alone):
        return choice
    for lines in range(2, len(rows) + 1):
        lower = texts[lines - 1]
        if not any(lower) or any_number(rows[lines - 1]) or only_units(lower):
            break
        both = _joined(texts[:lines], known)
        count = _count(both, known)
        below = max(_count(_joined(texts[start:lines], known), known) for start in range(1, lines))
        one_more = choice[1] == lines - 1 and _spanned(_joined(texts[: lines - 1], known), lower)
        if count > max(choice[0], below) or one_more:
            choice = count, lines, both
    return choice


def _count(texts: Iterable[str], known: Callable[[str], bool]) -> int:
    return sum(known(text) for text in texts if text and not is_number(text))


def _spanned(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether a lower line stands only under merged cells, some other cells having none."""
    under = list(zip(upper, lower, strict=True))
    spans = any(
        above and below and not right and under_right
        for (above, below), (right, under_right) in itertools.pairwise(under)
    )
    first = next((below for above, below in under if above), "")
    return spans and not first


def _joined(lines: Sequence[Sequence[str]], known: Callable[[str], bool]) -> list[str]:
    """Join lines of headings; a merged cell above stands for the empty cells to its right."""
    if len(lines) == 1:
        return list(lines[0])
    pairs, span = [], ""
    for above, below in zip(lines[0], _joined(lines[1:], known), strict=True):
        span = (above or span) if below else ""
        pairs.append((f"{span} {below}" if span and below else above or below, below))
    times = Counter(below for _, below in pairs)
    return [
        below if times[below] == 1 and known(below) and not known(both) else both
        for both, below in pairs
    ]
