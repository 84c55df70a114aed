"""A small writer of binary workbooks (xlsb), after [MS-XLSB]: the same bytes every time.

Texts, whole and other numbers, truths, dates, errors that formulas came to, merged cells, hidden
sheets; no formatting but that of dates.
"""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO
from xml.sax.saxutils import quoteattr

if TYPE_CHECKING:
    from pathlib import Path

ERRORS = {
    "#NULL!": 0x00, "#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#NAME?": 0x1D, "#NUM!": 0x24,
    "#N/A": 0x2A, "#GETTING_DATA": 0x2B,
}  # fmt: skip
FIRST_DAY = dt.date(1899, 12, 30)  # of the serial numbers of dates
DATED = 1  # the second format of cells
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {  # content types and kinds of relations
    "sheets": ("application/vnd.ms-excel.worksheet", "worksheet"),
    "styles": ("application/vnd.ms-excel.styles", "styles"),
    "strings": ("application/vnd.ms-excel.sharedStrings", "sharedStrings"),
}


class Error(str):
    """A cell that holds an error, such as ``#DIV/0!``."""

    __slots__ = ()


@dataclass
class Sheet:
    """A sheet: its rows of cells, and ranges of merged cells as top, left, bottom and right."""

    name: str
    rows: list[list[Any]]
    hidden: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    formulas: bool = True  # whether errors are what formulas came to, or typed in
    short: bool = (
        False  # whether cells that follow another leave out their column; no formulas then
    )


def write_xlsb(path: Path | BinaryIO, sheets: list[Sheet]) -> None:
    """Write a workbook."""
    strings: dict[str, int] = {}
    names = [f"worksheets/sheet{number}.bin" for number, _ in enumerate(sheets, start=1)]
    kinds = dict.fromkeys(names, "sheets") | {
        "styles.bin": "styles",
        "sharedStrings.bin": "strings",
    }
    parts = {
        "xl/workbook.bin": _workbook(sheets),
        **{f"xl/{name}": _sheet(one, strings) for name, one in zip(names, sheets, strict=True)},
        "xl/styles.bin": _styles(),
        "xl/sharedStrings.bin": _strings(strings),
    }
    texts = {
        "[Content_Types].xml": _content_types(kinds),
        "_rels/.rels": _relations({"xl/workbook.bin": "officeDocument"}),
        "xl/_rels/workbook.bin.rels": _relations(
            {name: PARTS[kind][1] for name, kind in kinds.items()}
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**texts, **parts}.items():
            entry = zipfile.ZipInfo(name, (2024, 5, 2, 8, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def record(kind: int, *parts: bytes) -> bytes:
    """Return a record: its kind and its length, seven bits in a byte, and what it holds."""
    content = b"".join(parts)
    return _seven_bits(kind) + _seven_bits(len(content)) + content


def text(value: str) -> bytes:
    """Return a text behind the count of its letters."""
    letters = value.encode("utf-16-le")
    return struct.pack("<I", len(letters) // 2) + letters


def _seven_bits(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _workbook(sheets: list[Sheet]) -> bytes:
    listed = [
        record(156, struct.pack("<II", one.hidden, number), text(f"rId{number}"), text(one.name))
        for number, one in enumerate(sheets, start=1)
    ]
    return b"".join([record(131), record(143), *listed, record(144), record(132)])


def _sheet(one: Sheet, strings: dict[str, int]) -> bytes:
    last = max(len(one.rows) - 1, 0), max(map(len, one.rows), default=1) - 1
    records = [record(129), record(148, struct.pack("<4I", 0, last[0], 0, last[1])), record(145)]
    for number, row in enumerate(one.rows):
        filled = [(place, cell) for place, cell in enumerate(row) if cell is not None]
        if filled:
            span = struct.pack("<III", 1, filled[0][0], filled[-1][0])
            records.append(record(0, struct.pack("<IIH", number, 0, 300), bytes(3), span))
        for place, cell in filled:
            kind, style, value = _cell(cell, strings, formulas=one.formulas and not one.short)
            if one.short and place and row[place - 1] is not None:
                records.append(record(kind + 11, struct.pack("<I", style), value))
            else:
                records.append(record(kind, struct.pack("<II", place, style), value))
    records.append(record(146))
    if one.merged:
        ranges = [
            record(176, struct.pack("<4I", top, bottom, left, right))
            for top, left, bottom, right in one.merged
        ]
        records += [record(177, struct.pack("<I", len(ranges))), *ranges, record(178)]
    return b"".join([*records, record(130)])


def _cell(cell: Any, strings: dict[str, int], *, formulas: bool) -> tuple[int, int, bytes]:
    """Return the kind of record of a cell, its format and its value."""
    if isinstance(cell, Error):
        code = bytes([ERRORS[cell]])
        formula = struct.pack("<HI", 0, 2) + b"\x1c" + code + bytes(4)  # it names the error
        return (11, 0, code + formula) if formulas else (3, 0, code)
    if isinstance(cell, str):
        return 7, 0, struct.pack("<I", strings.setdefault(cell, len(strings)))
    if isinstance(cell, bool):
        return 4, 0, bytes([cell])
    style = 0
    if isinstance(cell, dt.date):
        style, cell = DATED, (cell - FIRST_DAY).days
    number = struct.pack("<d", cell)
    short = int.from_bytes(number[:4], "little") == 0 and number[4] & 3 == 0
    return (2, style, number[4:]) if short else (5, style, number)


def _strings(strings: dict[str, int]) -> bytes:
    count = struct.pack("<II", len(strings), len(strings))
    items = [record(19, b"\0", text(one)) for one in strings]
    return b"".join([record(159, count), *items, record(160)])


def _styles() -> bytes:
    """Return the font, fills and border that there must be, and two formats of cells."""
    one, two = (struct.pack("<I", number) for number in (1, 2))
    black = bytes.fromhex("0101 0000 000000ff")
    font = struct.pack("<HHHHBBBB", 220, 0, 400, 0, 0, 2, 0, 0) + black + b"\2" + text("Calibri")
    fills = [struct.pack("<I", pattern) + bytes(64) for pattern in (0, 17)]
    within = [struct.pack("<HHHHHHHH", 0, form, 0, 0, 0, 0, 0x1010, form > 0) for form in (0, 17)]
    outer = struct.pack("<HHHHHHHH", 0xFFFF, 0, 0, 0, 0, 0, 0x1010, 0)
    blocks = [
        (611, one, [record(43, font)]),
        (603, two, [record(45, fill) for fill in fills]),
        (613, one, [record(46, bytes(51))]),
        (626, one, [record(47, outer)]),
        (617, two, [record(47, form) for form in within]),
        (619, one, [record(48, struct.pack("<IHBB", 0, 1, 0, 0), text("Normal"))]),
    ]
    inner = [
        record(kind, count) + b"".join(items) + record(kind + 1) for kind, count, items in blocks
    ]
    return b"".join([record(278), *inner, record(279)])


def _content_types(kinds: dict[str, str]) -> str:
    main = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    listed = [("workbook.bin", main), *((name, PARTS[kind][0]) for name, kind in kinds.items())]
    overrides = "".join(
        f'<Override PartName="/xl/{name}" ContentType="{kind}"/>' for name, kind in listed
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>{overrides}</Types>'
    )


def _relations(targets: dict[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target={quoteattr(target)}/>'
        for number, (target, kind) in enumerate(targets.items(), start=1)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'
    )
