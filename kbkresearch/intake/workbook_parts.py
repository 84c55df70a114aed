"""Which part of a zipped workbook holds which sheet, and which one its styles."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kbkresearch.intake import xlsb

if TYPE_CHECKING:
    import zipfile

XLSX = "xl/workbook.xml"
_LINKS, _BINARY_LINKS = "xl/_rels/workbook.xml.rels", "xl/_rels/workbook.bin.rels"
_STYLES = "xl/styles.xml"


def sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return the name of each sheet of an xlsx or xlsb workbook and of the part that holds it.

    Parameters
    ----------
    archive : ZipFile
        A workbook that has been found safe.

    Returns
    -------
    list of (str, str)
        In the order of the workbook; empty if it does not say.
    """
    if xlsb.WORKBOOK in archive.namelist():
        parts = _linked(archive, _BINARY_LINKS)
        listed = xlsb.sheets(archive.read(xlsb.WORKBOOK))
        return [(name, parts.get(relation, "")) for name, relation in listed]
    try:
        parts = _linked(archive, _LINKS)
        book = ET.fromstring(archive.read(XLSX))  # noqa: S314
    except KeyError:
        return []
    return [
        (sheet.get("name", ""), parts.get(_relation(sheet), ""))
        for sheet in book.iter()
        if sheet.tag.endswith("}sheet")
    ]


def styles_part(archive: zipfile.ZipFile) -> str:
    """Return the part of an xlsx workbook that holds the styles of its cells.

    Parameters
    ----------
    archive : ZipFile

    Returns
    -------
    str
        Where it should be, if the workbook does not say.
    """
    for link in ET.fromstring(archive.read(_LINKS)):  # noqa: S314
        if link.get("Type", "").endswith("/styles"):
            return _place(link)
    return _STYLES


def _linked(archive: zipfile.ZipFile, links: str) -> dict[str, str]:
    """Return the part that each relation of the workbook names."""
    return {link.get("Id", ""): _place(link) for link in ET.fromstring(archive.read(links))}  # noqa: S314


def _place(link: ET.Element) -> str:
    return posixpath.join("/xl", link.get("Target", "")).lstrip("/")


def _relation(sheet: ET.Element) -> str:
    """Return the relation that a sheet names, in whichever of the two namespaces there are."""
    return next((value for key, value in sheet.items() if key.endswith("}id")), "")
