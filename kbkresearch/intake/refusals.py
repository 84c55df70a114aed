"""Why the headings of a file cannot be used, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch.errors import BadArgumentError
from kbkresearch.intake.headers import SEARCHED, cell_text
from kbkresearch.intake.months import month_in_name
from kbkresearch.intake.names import repeated
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbkresearch.intake.layout import RawTable
    from kbkresearch.intake.names import Heading
    from kbkresearch.intake.sheets import RawSheet

_SEVERAL = 3  # months that stand side by side
MONTHS_BESIDE = Text(
    "bulan berjajar ke samping sebagai kolom; susun satu baris per FKTP dan bulan, dengan kolom"
    " 'Bulan', atau satu lembar per bulan",
    "months stand side by side as columns; write one row per facility and month, with a column"
    " 'Month', or one sheet per month",
)
_NO_TABLE = Text(
    "tidak ada lembar dengan tabel yang sedikitnya dua judul kolomnya dikenal, seperti 'PESERTA"
    " TERDAFTAR' dan 'JUMLAH KONTAK'; beri mapping= bila judulnya lain",
    "no sheet holds a table with at least two known headings such as 'PESERTA TERDAFTAR' and"
    " 'JUMLAH KONTAK'; give mapping= if yours have other names",
)
_OTHER_NAMES = Text(
    "beri mapping= untuk menyebut kolom yang dipakai", "give mapping= to name the one to use"
)
_SAME_NAME = Text(
    "ganti judul atau hapus salah satunya di berkas", "rename or delete one of them in the file"
)
_TABLES_BESIDE = Text(
    "bila ada dua tabel berdampingan, pindahkan satu ke lembar sendiri",
    "if two tables stand side by side, move one to a sheet of its own",
)


def months_beside(headings: Iterable[str]) -> bool:
    """Tell whether headings name several months.

    Examples
    --------
    >>> months_beside(["Jan", "Feb", "Mar"]), months_beside(["AK Jan 2023", "RNS Jan 2023", "Mei"])
    (True, False)
    """
    return len({month_in_name(one)[0] for one in headings} - {None}) >= _SEVERAL


def no_table(file: str, sheets: Sequence[RawSheet]) -> BadArgumentError:
    """Return the error for a file whose headings are not known.

    Parameters
    ----------
    file : str
    sheets : sequence of RawSheet

    Returns
    -------
    BadArgumentError
    """
    rows = (row for one in sheets for row in one.rows[:SEARCHED])
    beside = any(months_beside(cell for cell in map(cell_text, row) if cell) for row in rows)
    words = [_NO_TABLE, MONTHS_BESIDE] if beside else [_NO_TABLE]
    id_, en = ". ".join(one.id for one in words), ". ".join(one.en for one in words)
    return BadArgumentError(Text(f"{file}: {id_}.", f"{file}: {en}."))


def meant_twice(raw: RawTable, headings: Sequence[Heading]) -> BadArgumentError:
    """Return the error for a table in which several columns mean the same.

    Parameters
    ----------
    raw : RawTable
    headings : sequence of Heading

    Returns
    -------
    BadArgumentError
    """
    twice = repeated(headings)
    name, printed = next(iter(twice.items()))
    equal = [one for one, texts in twice.items() if len(set(texts)) == 1]
    places = [at for at, one in enumerate(headings) if one.name == name]
    letters = ", ".join(raw.letters[at] for at in places if raw.letters[at])
    if any(map(months_beside, twice.values())):
        advice = MONTHS_BESIDE
    elif len(equal) > 1:
        advice = _TABLES_BESIDE
    else:
        advice = _SAME_NAME if equal else _OTHER_NAMES
    where = f" ({letters})" if letters else ""
    id_, en = (word.join(map(repr, printed)) + where for word in (" dan ", " and "))
    return BadArgumentError(
        Text(
            f"{raw.file}, lembar {raw.sheet}: kolom {id_} sama-sama berarti {label(name, 'id')}"
            f" ({name}); {advice.id}.",
            f"{raw.file}, sheet {raw.sheet}: the columns {en} all mean {name}; {advice.en}.",
        )
    )
