"""Binary files whose readers in native code would loop, crash or print: what is checked before.

A damaged file ends in one error of ours, never in the end of the process or in a page of another
language's messages.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from kbkresearch.intake.safety import MOST_CELLS, ROOMY, SPLIT, bad
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

_CELLS_PER_BYTE = 20
_AGAIN = Text(
    "Buka di SPSS atau PSPP, lalu simpan lagi.", "Open it in SPSS or PSPP and save it again."
)
_BOMB = Text(
    "Mungkin bom, jadi tidak dibuka; bila bukan, bagi berkasnya.",
    "It may be a bomb and was not opened; split it if it is not.",
)
_SAV_HEADER, _SAV_WIDEST = 176, 255
_SAV_VARIABLE, _SAV_LABELS, _SAV_LABELLED = 2, 3, 4  # kinds of records
_SAV_MISSING = (-3, -2, 0, 1, 2, 3)
_SAV_TEXT_FORMATS = (1, 2)


def check_sav(name: str, data: bytes) -> None:
    """Refuse an SPSS file whose variables do not hold together with each other and their labels.

    Parameters
    ----------
    name : str
        Of the file.
    data : bytes

    Raises
    ------
    BadArgumentError
        If so; its reader would read beyond its memory.
    """
    try:
        sound = _SavDictionary(data).holds_together()
    except IndexError:
        sound = False
    if not sound:
        problem = Text(
            "rusak: daftar variabelnya tidak utuh",
            "is damaged: its list of variables does not hold together",
        )
        raise bad(name, problem, _AGAIN)


def check_cells(name: str, n_cells: int, n_bytes: int) -> None:
    """Refuse a Parquet, SPSS or Stata file with too many cells, or far more than fit its size.

    Parameters
    ----------
    name : str
        Of the file.
    n_cells : int
        Rows times columns, as it declares them.
    n_bytes : int
        Size of the file.

    Raises
    ------
    BadArgumentError
        If so.
    """
    if n_cells > MOST_CELLS:
        many = f"{n_cells:,}"
        problem = Text(
            f"memuat {many.replace(',', '.')} sel, terlalu banyak untuk dibaca sekaligus",
            f"has {many} cells, too many to read at once",
        )
        raise bad(name, problem, SPLIT)
    if n_cells > ROOMY and n_cells > _CELLS_PER_BYTE * n_bytes:
        en = f"{n_cells:,} cells in {n_bytes:,} bytes"
        id_ = en.replace("cells in", "sel dalam").replace("bytes", "bita").replace(",", ".")
        raise bad(name, Text(f"menyatakan {id_}", f"declares {en}"), _BOMB)


@contextmanager
def without_panics() -> Iterator[None]:
    """Hold back what is written to standard error; drop it if native code panics.

    A panic prints itself to the file descriptor before it becomes an exception here, and nothing
    but the descriptor can be turned aside. What anybody else wrote meanwhile comes out at the end.
    """
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    panicked = False
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            panicked = type(error).__name__ == "PanicException"
            raise
        finally:
            with suppress(AttributeError, OSError, ValueError):
                sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            if not panicked:
                os.write(2, held.read())


class _SavDictionary:
    """The records of an SPSS file that describe its variables and their labels, in order."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.known, self.owed = data, _SAV_HEADER, 0, 0
        self.little = data[64:68] in {b"\2\0\0\0", b"\3\0\0\0"}

    def number(self, ahead: int = 0) -> int:
        """Return the number that stands so many bytes ahead."""
        part = self.data[self.at + ahead : self.at + ahead + 4]
        return int.from_bytes(part, "little" if self.little else "big", signed=True)

    def holds_together(self) -> bool:
        """Tell whether all records are what the reader in C takes them for."""
        while self.number() == _SAV_VARIABLE:
            if not self._variable():
                return False
        while self.number() == _SAV_LABELS:
            if not self._labels():
                return False
        return self.known > 0 and self.owed == 0

    def _variable(self) -> bool:
        """Take a variable, or the rest of a text: each 8 letters of it take a record."""
        width, labelled, missing = self.number(4), self.number(8), self.number(12)
        text = self.number(16) >> 16 & 0xFF in _SAV_TEXT_FORMATS
        sound = -1 <= width <= _SAV_WIDEST and labelled in {0, 1} and missing in _SAV_MISSING
        if not sound or (width >= 0 and (width > 0) != text) or (width < 0) != (self.owed > 0):
            return False
        self.owed = self.owed - 1 if width < 0 else max((width - 1) // 8, 0)
        self.known, self.at = self.known + 1, self.at + 32
        if labelled:
            length = self.number()
            if not 0 <= length <= len(self.data):
                return False
            self.at += 4 + (length + 3) // 4 * 4
        self.at += 8 * abs(missing)
        return True

    def _labels(self) -> bool:
        """Take labels of values, and the variables that they are of."""
        count, self.at = self.number(4), self.at + 8
        if not 0 <= count <= len(self.data):
            return False
        for _ in range(count):
            self.at += 16 + self.data[self.at + 8] // 8 * 8
        variables = self.number(4)
        if self.number() != _SAV_LABELLED or not 0 <= variables <= self.known:
            return False
        sound = all(1 <= self.number(8 + 4 * one) <= self.known for one in range(variables))
        self.at += 8 + 4 * variables
        return sound
