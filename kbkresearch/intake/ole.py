"""OLE files, in which old workbooks lie: their sectors, checked before anything follows them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kbkresearch.intake.safety import bad, damaged, locked
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.errors import BadArgumentError

_HEADER, _POWERS = 512, range(7, 17)  # sectors of 128 bytes to 64 KiB
_ENTRY, _SMALL, _SHORT = 128, 64, 4096  # bytes of an entry, a small sector, a stream in such
_END = 0xFFFFFFFE

_Entry: TypeAlias = tuple[str, int, int]


@dataclass(frozen=True)
class _Sectors:
    """Sectors of one size that lie side by side, and which of them follows each."""

    data: bytes
    start: int
    size: int
    after: Sequence[int]

    def chain(self, number: int, length: int) -> bytes:
        """Return the content of a chain of sectors, which ends, up to so many bytes."""
        parts: list[bytes] = []
        left = length
        while number != _END and left > 0:
            place = self.start + number * self.size
            if place >= len(self.data):
                raise IndexError(number)
            parts.append(self.data[place : place + min(self.size, left)])
            left -= self.size
            number = self.after[number] if left > 0 else _END
        return b"".join(parts)


class OleFile:
    """An OLE file whose chains of sectors all end.

    Parameters
    ----------
    name : str
        Of the file.
    data : bytes

    Raises
    ------
    BadArgumentError
        If it is protected by a password, its sectors run in a circle, which a reader would follow
        for ever, or are missing or fewer than it says, for which one would set memory aside.
    """

    def __init__(self, name: str, data: bytes) -> None:
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise locked(name)
        self.name, self.data = name, data
        power = int.from_bytes(data[30:32], "little")
        if len(data) < _HEADER or power not in _POWERS:
            raise self._damaged()
        self._size = 1 << power
        self._count = -(-len(data) // self._size) - 1  # the last one may be cut
        table = self._table()
        small = self._small_table(table)
        each = self._size // 4  # entries of a table in one sector
        claimed = self._number(44), self._number(64)
        there = claimed[0] <= self._count and (claimed[1] - 1) * each <= len(small)
        if not (table and there and _acyclic(table) and _acyclic(small)):
            raise self._damaged()
        self._sectors = _Sectors(data, self._size, self._size, table)
        self._small = small

    def stream(self, *names: str) -> bytes:
        """Return a stream.

        Parameters
        ----------
        *names : str
            Those it may have, the likeliest first.

        Returns
        -------
        bytes

        Raises
        ------
        BadArgumentError
            If there is none of them.
        """
        try:
            root, *entries = self._entries()
            listed = [entry for name in names for entry in entries if entry[0] == name]
            if listed:
                return self._content(listed[0], root)
        except (IndexError, ValueError, struct.error):
            raise self._damaged() from None
        advice = Text(
            "Simpan isinya sebagai buku kerja .xlsx, lalu baca itu.",
            "Save what it holds as a workbook, .xlsx, and read that.",
        )
        raise bad(self.name, Text("tidak memuat buku kerja", "holds no workbook"), advice)

    def _damaged(self) -> BadArgumentError:
        return damaged(
            self.name,
            "sektornya berputar atau hilang",
            "its sectors run in a circle or are missing",
        )

    def _number(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 4], "little")

    def _sector(self, number: int) -> tuple[int, ...]:
        part = self.data[(number + 1) * self._size : (number + 2) * self._size]
        return struct.unpack(f"<{len(part) // 4}I", part[: len(part) // 4 * 4])

    def _table(self) -> list[int]:
        """Return which sector follows each; nothing if the list of tables does not end."""
        count = self._count
        listed = [one for one in struct.unpack("<109I", self.data[76:512]) if one < count]
        more, left = self._number(68), count
        while more < count and left:  # the list goes on in sectors of its own
            *entries, after = self._sector(more)
            listed += [one for one in entries if one < count]
            more, left = after, left - 1
        return [after for number in listed for after in self._sector(number)] if left else []

    def _small_table(self, table: Sequence[int]) -> list[int]:
        """Return which small sector follows each."""
        if not _acyclic(table):
            return []
        small: list[int] = []
        at = self._number(60)
        while at < min(self._count, len(table)):  # the table is a chain itself
            small += self._sector(at)
            at = table[at]
        return small

    def _entries(self) -> list[_Entry]:
        """Return name, first sector and length of each stream; that of the small sectors first."""
        listed = self._sectors.chain(self._number(48), len(self.data))
        form = "<II" if self._size == _HEADER else "<IQ"
        return [
            (
                listed[at : at + 64].decode("utf-16-le", "replace").partition("\0")[0],
                *struct.unpack_from(form, listed, at + 116),
            )
            for at in range(0, len(listed), _ENTRY)
        ]

    def _content(self, entry: _Entry, root: _Entry) -> bytes:
        _, first, length = entry
        if length >= _SHORT:
            return self._sectors.chain(first, length)
        held = self._sectors.chain(*root[1:])
        return _Sectors(held, 0, _SMALL, self._small).chain(first, length)


def _acyclic(table: Sequence[int]) -> bool:
    """Tell whether following the entries of a table from any of them comes to an end."""
    done = bytearray(len(table))
    for start in range(len(table)):
        at, path = start, []
        while at < len(table) and not done[at]:
            done[at] = 2
            path.append(at)
            at = table[at]
        if at < len(table) and done[at] > 1:
            return False
        for one in path:
            done[one] = 1
    return True
