"""Tables of staff: facilities and how many they have of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import column, numeric
from kbkresearch.analysis.standards import key, keys_of, lookup
from kbkresearch.errors import BadArgumentError, BadColumnError, MissingColumnsError
from kbkresearch.intake.names import read_headings
from kbkresearch.vocabulary import STAFF_LABELS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

_KIND = ("facility kind", "jenis puskesmas", "kategori puskesmas")
_STAFF_KIND = ("staff kind", "jenis tenaga", "tenaga", "kind of staff")
_STAFF = ("staff", "jumlah", "jumlah tenaga", "number", "n")
_FACILITY = ("facility_id", "facility_name")
_CANONICAL = {"doctors": "doctor", "dentists": "dentist"}
_NEEDED = (
    "A table of staff has a row per facility with a column per kind of staff (doctor, nurse,"
    " midwife …), or a row per kind with 'staff_kind' and 'staff'."
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Facilities and their staff.

    Attributes
    ----------
    facilities : list of object
        One per facility; one empty text where the table names none.
    named : bool
        Whether the table names facilities.
    kinds : list of str or None
        Kind of each facility, as written.
    counts : list of dict of str to float
        Number by kind of staff, NaN where the cell is empty.
    ignored : tuple of str
        Headings that were not read.
    """

    facilities: list[Any]
    named: bool
    kinds: list[Any] | None
    counts: list[dict[str, float]]
    ignored: tuple[str, ...] = ()


def read_staff(staff: pd.DataFrame | Mapping[str, Any]) -> Staff:
    """Return the facilities and staff of a table.

    Parameters
    ----------
    staff : DataFrame or mapping
        As in `staffing_gap`.

    Returns
    -------
    Staff

    Raises
    ------
    UnknownNameError, MissingColumnsError, BadArgumentError, BadColumnError
        As in `staffing_gap`.

    Examples
    --------
    >>> read_staff(pd.DataFrame({"Kode FKTP": ["a"], "Perawat": [4], "members": [900]}))
    Staff(facilities=['a'], named=True, kinds=None, counts=[{'nurse': 4.0}], ignored=('members',))
    """
    if isinstance(staff, Mapping):
        if not staff:
            raise BadArgumentError(f"staff is empty. {_NEEDED}")
        kinds = [_staff_kind(one) for one in staff]
        _once(kinds, list(staff))
        wide = pd.DataFrame(
            {kind: [n] for kind, n in zip(kinds, staff.values(), strict=True)}, dtype=object
        )
        return Staff(
            [""],
            named=False,
            kinds=None,
            counts=_counts(wide, dict(zip(kinds, kinds, strict=True))),
        )
    if not isinstance(getattr(staff, "columns", None), pd.Index):
        raise BadArgumentError(f"staff is a {type(staff).__name__}; {_NEEDED}")
    if staff.empty:
        raise BadArgumentError("The table of staff has no rows.")
    return _long(staff) if _find(staff, _STAFF_KIND) is not None else _wide(staff)


def _staff_kind(name: object) -> str:
    """Return the kind of staff that a name stands for; it must be one."""
    kinds = list(STAFF_LABELS)
    choices = [*kinds, *(text.id for text in STAFF_LABELS.values())]
    return _kind_of(name) or kinds[lookup(name, {}, "kind of staff", choices)]


def _kind_of(name: object) -> str | None:
    """Return the kind of staff that a name stands for, None if it is none."""
    canonical = read_headings([str(name)])[0].name
    return _CANONICAL.get(canonical or "") or _known_kinds().get(key(name))


@cache
def _known_kinds() -> dict[str, str]:
    """Return the kinds of staff by the keys of their names, singular and plural."""
    known: dict[str, str] = {}
    for kind, text in STAFF_LABELS.items():
        names = (kind, f"{kind}s", text.id, text.en, f"{text.en}s")
        known.update(dict.fromkeys(keys_of(names), kind))
    return known


def _find(staff: pd.DataFrame, names: Sequence[str]) -> Hashable | None:
    """Return the heading that is one of some names."""
    return next((head for head in staff.columns if key(head) in names), None)


def _facility(staff: pd.DataFrame) -> Hashable | None:
    """Return the heading of the facilities: their ids, else their names."""
    names = [one.name for one in read_headings([str(head) for head in staff.columns])]
    for wanted in _FACILITY:
        if wanted in names:
            return staff.columns[names.index(wanted)]
    return None


def _wide(staff: pd.DataFrame) -> Staff:
    """Return a table with a column per kind of staff."""
    found = {head: _kind_of(head) for head in staff.columns}
    kinds = {head: kind for head, kind in found.items() if kind}
    if not kinds:
        raise MissingColumnsError(_NEEDED, list(staff.columns))
    _once(list(kinds.values()), list(kinds))
    facility, kind = _facility(staff), _find(staff, _KIND)
    names = _named(staff, facility)
    again = [(row, one) for row, one, n in _repeats(staff, names) if n]
    if again:
        rows, values = zip(*again, strict=True)
        todo = "One row per facility is needed: choose a month, or average the months first."
        raise BadColumnError(facility, "names a facility twice", todo, rows, values)
    used = {*kinds, facility, kind}
    ignored = tuple(str(head) for head in staff.columns if head not in used)
    written = None if kind is None else column(staff, kind).tolist()
    return Staff(names, facility is not None, written, _counts(staff, kinds), ignored)


def _repeats(staff: pd.DataFrame, names: list[Any]) -> Iterator[tuple[Any, Any, bool]]:
    """Yield each row, its facility, and whether that stood in a row before."""
    seen: set[Any] = set()
    for row, name in zip(staff.index, names, strict=True):
        yield row, name, name in seen
        seen.add(name)


def _long(staff: pd.DataFrame) -> Staff:
    """Return a table with a row per facility and kind of staff."""
    head, number = _find(staff, _STAFF_KIND), _find(staff, _STAFF)
    if head is None or number is None:
        raise MissingColumnsError(_NEEDED, list(staff.columns))
    names = [_staff_kind(one) for one in column(staff, head)]
    values = _checked(staff, number)
    facility, kind = _facility(staff), _find(staff, _KIND)
    facilities = _named(staff, facility) if facility is not None else [""] * len(staff)
    kinds = column(staff, kind).tolist() if kind is not None else [None] * len(staff)
    counts: dict[Any, dict[str, float]] = {}
    of: dict[Any, Any] = {}
    for row, one, name, n, its in zip(staff.index, facilities, names, values, kinds, strict=True):
        if name in counts.setdefault(one, {}) or of.setdefault(one, its) != its:
            todo = "One row per facility and kind of staff is needed, with one kind of facility."
            raise BadColumnError(
                head, "repeats a kind of staff, or its facility", todo, [row], [name]
            )
        counts[one][name] = float(n)
    return Staff(
        list(counts),
        facility is not None,
        None if kind is None else list(of.values()),
        list(counts.values()),
    )


def _named(staff: pd.DataFrame, facility: Hashable | None) -> list[Any]:
    """Return the facility of each row; one row without a name is one facility."""
    if facility is None and len(staff) > 1:
        raise MissingColumnsError("Several facilities need 'facility_id'.", list(staff.columns))
    if facility is None:
        return [""]
    names = column(staff, facility)
    if names.isna().any():
        rows = names.index[names.isna()].tolist()
        raise BadColumnError(facility, "is empty", "Name the facility of every row.", rows, [None])
    return names.tolist()


def _counts(staff: pd.DataFrame, kinds: Mapping[Any, str]) -> list[dict[str, float]]:
    """Return the numbers of each row by kind of staff."""
    columns = {kind: _checked(staff, head) for head, kind in kinds.items()}
    return [{kind: float(v[row]) for kind, v in columns.items()} for row in range(len(staff))]


def _checked(staff: pd.DataFrame, head: Hashable) -> np.ndarray:
    """Return numbers of staff, refusing negative ones."""
    values = numeric(staff, head)
    wrong = np.flatnonzero(values < 0)
    if len(wrong):
        rows = staff.index.take(wrong).tolist()
        todo = "A number of staff is zero or more."
        raise BadColumnError(head, "is negative", todo, rows, values[wrong].tolist())
    return values


def _once(kinds: list[str], heads: list[Any]) -> None:
    """Refuse two names of one kind of staff."""
    for kind in kinds:
        same = [head for one, head in zip(kinds, heads, strict=True) if one == kind]
        if len(same) > 1:
            raise BadArgumentError(f"{' and '.join(map(repr, same))} both stand for {kind!r}.")
