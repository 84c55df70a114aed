"""How a sheet of an xlsx workbook shows its cells, looked up in the file when it is asked for."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from kbkresearch.intake.hidden import hidden_columns, hidden_rows
from kbkresearch.intake.number_formats import percent_cells, percent_styles
from kbkresearch.intake.workbook_parts import XLSX, sheet_parts, styles_part

if TYPE_CHECKING:
    from collections.abc import Collection, Container

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, ET.ParseError, LookupError, ValueError, EOFError,
    OSError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Looks:
    """How a sheet shows its cells; what a damaged file does not say is not known.

    Attributes
    ----------
    data : bytes
        The workbook, found safe.
    part : str
        The part that holds the sheet.
    hides : bool
        Whether the sheet may have hidden rows or columns.
    """

    data: bytes = field(repr=False)
    part: str
    hides: bool

    def percent_cells(self, letters: Collection[str]) -> dict[str, dict[int, bool]]:
        """Return for the cells with numbers in some columns whether they show percentages.

        Parameters
        ----------
        letters : collection of str
            Those of the columns.

        Returns
        -------
        dict of str to dict of int to bool
            By column and row, counted from 1, as far as it is known.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                part = styles_part(archive)
                there = part in archive.namelist()
                styles = percent_styles(archive.read(part)) if there else [False]
                return percent_cells(archive.read(self.part), letters, styles)
        except _DAMAGED:
            return {}

    def hidden(self) -> tuple[list[int], list[range]]:
        """Return the hidden rows and columns, counted from 1, as far as they are known."""
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                sheet = archive.read(self.part)
        except _DAMAGED:
            return [], []
        return hidden_rows(sheet), hidden_columns(sheet)


def looks_of(data: bytes, hiding: Container[str]) -> dict[str, Looks]:
    """Return how the sheets of a workbook can be looked at.

    Parameters
    ----------
    data : bytes
        A zipped workbook that has been found safe.
    hiding : container of str
        The parts that may have hidden rows or columns.

    Returns
    -------
    dict of str to Looks
        By name of sheet; empty unless it is xlsx.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = sheet_parts(archive) if XLSX in archive.namelist() else []
    except _DAMAGED:
        return {}
    return {name: Looks(data, part, part in hiding) for name, part in listed}
