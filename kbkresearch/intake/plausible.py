"""Values that cannot be, and values that can hardly be, in a table of facility-months.

Nothing is changed here: what cannot be is an error, what can hardly be a warning with its reason.
The limits are no rules of any regulation; they are wide, named, and meant to catch a wrong unit, a
shifted column or a slip of the pen.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.findings import on_rows
from kbkresearch.vocabulary import COLUMNS, Text, label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from kbkresearch.findings import FindingGroup, Severity
    from kbkresearch.intake.keys import RowKeys

Floats: TypeAlias = "NDArray[np.float64]"
Bools: TypeAlias = "NDArray[np.bool_]"

EXACT = 2.0**53  # whole numbers beyond it are not exact in a float
JUMP = 10.0
_FEW, _MANY = 1000, 7  # numbers looked at first, decimals that no sheet prints
PARTS = (
    ("contacts", "members"),
    ("nonspecialist_referrals", "referrals"),
    ("dm_controlled", "dm_diagnosed"),
    ("ht_controlled", "ht_diagnosed"),
    ("dm_diagnosed", "members"),
    ("ht_diagnosed", "members"),
    ("prolanis_visiting", "prolanis_registered"),
    ("families_visited", "families"),
)
RATIOS = {
    "ak_permille": (1000, PARTS[:1]),
    "rrns_pct": (100, PARTS[1:2]),
    "rppt_pct": (100, PARTS[2:4]),
}
_FIRST_MONTH = np.datetime64("2014-01-01")  # the national insurance began
HIGHEST = {"ak_permille": 1000.0, "rrns_pct": 100.0, "rppt_pct": 100.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which values a column is believed.

    Attributes
    ----------
    low, high : float
        Values below or above are reported.
    why : Text
        What a value outside may mean.
    """

    low: float
    high: float
    why: Text


BELIEVED = {
    "members": Limits(
        100,
        200_000,
        Text(
            "FKTP biasanya punya ratusan sampai puluhan ribu peserta; mungkin kolom tertukar",
            "facilities have hundreds to tens of thousands of members; columns may be swapped",
        ),
    ),
    "ak_permille": Limits(
        30,
        800,
        Text(
            "mungkin satuan lain (% atau proporsi), atau kunjungan dihitung, bukan orang",
            "the unit may be another (% or share), or visits were counted instead of persons",
        ),
    ),
    "rrns_pct": Limits(0, 60, Text("mungkin kolom tertukar", "columns may be swapped")),
    "rppt_pct": Limits(
        0,
        80,
        Text(
            "penyebutnya semua peserta terdiagnosis, bukan peserta Prolanis",
            "its denominator is all members diagnosed, not those in Prolanis",
        ),
    ),
    "doctors": Limits(0, 50, Text("mungkin kolom tertukar", "columns may be swapped")),
    "dentists": Limits(0, 20, Text("mungkin kolom tertukar", "columns may be swapped")),
    "infrastructure_pct": Limits(0, 100, Text("satuannya persen", "the unit is per cent")),
    "tariff_rp": Limits(
        1_000,
        50_000,
        Text(
            "tarif adalah rupiah per peserta per bulan; mungkin total atau satuan ribuan",
            "the tariff is rupiah per member per month; this may be a total or in thousands",
        ),
    ),
}


def row_checks(table: pd.DataFrame) -> list[FindingGroup]:
    """Return what cannot be, and what can hardly be, in a table.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    list of FindingGroup
        By rule and column; empty if nothing is found.
    """
    counts = {
        name: table[name].to_numpy(dtype=float, na_value=np.nan)
        for name in map(str, table.columns)
        if name in COLUMNS and COLUMNS[name].kind in {"integer", "number", "rupiah"}
        if pd.api.types.is_numeric_dtype(table[name].dtype)
    }
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        found = [
            on_rows(table, np.flatnonzero(which), column, **finding)
            for check in (_impossible, _improbable)
            for column, which, finding in check(counts)
            if which.any()
        ]
        found += _disagreements(table, counts)
    return found + _months(table)


def _said(rule: str, severity: Severity, column: str, text: Text) -> dict[str, Any]:
    """Return rule, severity and messages of a finding, the column named first."""
    return {
        "rule": rule,
        "severity": severity,
        "message_id": f"{label(column, 'id')} {text.id}",
        "message_en": f"{column} {text.en}",
    }


def count_problems(column: str, counts: Floats) -> list[tuple[Bools, dict[str, Any]]]:
    """Say which counts cannot be counts.

    Parameters
    ----------
    column : str
    counts : array of float, shape (n,)

    Returns
    -------
    list of (array of bool, dict)
        The rows, and rule and messages for a finding; in every row at most one of them.
    """
    huge = counts >= EXACT
    with np.errstate(invalid="ignore"):
        broken = (counts >= 0) & ~huge & (counts != np.floor(counts))
    kinds = (
        (counts < 0, "negative_count", Text("negatif; cacah tidak boleh kurang dari 0",
                                            "is negative; a count is 0 or more")),
        (broken, "fractional_count", Text("pecahan; cacah adalah bilangan bulat",
                                          "is fractional; a count is a whole number")),
        (huge, "impossible_count", Text("mustahil sebesar itu; periksa selnya",
                                        "is impossibly large; look at the cell")),
    )  # fmt: skip
    return [(which, _said(rule, "error", column, text)) for which, rule, text in kinds]


def above_whole(part: str, whole: str) -> dict[str, Any]:
    """Return rule and messages of the finding that a part exceeds its whole."""
    words = Text(
        f"melebihi {label(whole, 'id')}, padahal bagiannya; perbaiki salah satu di berkas",
        f"is above {whole}, of which it is a part; mend one of them in the file",
    )
    return _said("numerator_above_denominator", "error", part, words)


def _impossible(counts: dict[str, Floats]) -> Iterator[tuple[str, Bools, dict[str, Any]]]:
    for column, values in counts.items():
        if COLUMNS[column].kind == "integer" and not column.endswith("_rating"):
            for which, finding in count_problems(column, values):
                yield column, which, finding
    for part, whole in PARTS:
        if part in counts and whole in counts:
            yield part, counts[part] > counts[whole], above_whole(part, whole)
    for column in RATIOS:
        if column in counts:
            top = HIGHEST[column]
            words = Text(f"di luar 0–{top:g}; mustahil", f"is outside 0–{top:g}; that cannot be")
            outside = (counts[column] < 0) | (counts[column] > top)
            yield column, outside, _said("indicator_outside_domain", "error", column, words)


def _improbable(counts: dict[str, Floats]) -> Iterator[tuple[str, Bools, dict[str, Any]]]:
    for column, limits in BELIEVED.items():
        values = _values(counts, column)
        if values is None:
            continue
        words = Text(
            f"di luar kisaran lazim {limits.low:g}–{limits.high:g}; {limits.why.id}",
            f"is outside the usual {limits.low:g}–{limits.high:g}; {limits.why.en}",
        )
        odd = ((values < limits.low) | (values > limits.high)) & (values >= 0)
        odd &= values <= HIGHEST.get(column, np.inf)
        finding = _said("improbable_value", "warning", column, words)
        yield column, odd, finding | {"values": np.round(values[odd], 2).tolist()}
    contacts, members = counts.get("contacts"), counts.get("members")
    if contacts is not None and members is not None:
        words = Text(
            "sama dengan seluruh peserta; mungkin kolom tersalin",
            "equals all members; the column may be a copy",
        )
        same = (contacts == members) & (members > 0)
        yield "contacts", same, _said("everybody_in_contact", "warning", "contacts", words)
    if contacts is not None and "referrals" in counts:
        words = Text(
            "melebihi peserta yang kontak; periksa kedua kolom",
            "is above the members with a contact; look at both columns",
        )
        more = counts["referrals"] > contacts
        yield (
            "referrals",
            more,
            _said("more_referrals_than_contacts", "warning", "referrals", words),
        )


def _values(counts: dict[str, Floats], column: str) -> Floats | None:
    """Return a column; an indicator from its counts where they are there."""
    computed = ratio_of(counts, column) if column in RATIOS else None
    return counts.get(column) if computed is None else computed


def ratio_of(counts: dict[str, Floats], column: str) -> Floats | None:
    """Return an indicator as its counts give it; None where the counts are not there.

    Parameters
    ----------
    counts : dict of str to array of float, shape (n,)
    column : {"ak_permille", "rrns_pct", "rppt_pct"}

    Returns
    -------
    array of float, shape (n,), or None
    """
    scale, parts = RATIOS[column]
    if any(name not in counts for part in parts for name in part):
        return None
    shares = [_share(counts[top], counts[bottom]) for top, bottom in parts]
    mean: Floats = functools.reduce(np.add, shares) / len(shares) * scale
    return mean


def _share(part: Floats, whole: Floats) -> Floats:
    """Return a part of a whole; NaN where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        share: Floats = part / whole
    none = ~(whole > 0)
    share[none] = np.nan
    return share


def apart(printed: Floats, computed: Floats) -> Bools:
    """Tell where printed numbers are not the computed ones, as far as they are printed.

    Parameters
    ----------
    printed, computed : array of float, shape (n,)

    Returns
    -------
    array of bool, shape (n,)
        Where they differ by more than half a unit of the last decimal that the column shows;
        False where one is missing.

    Examples
    --------
    >>> apart(np.array([2.5, 3.1]), np.array([2.54, 3.2])).tolist()
    [False, True]
    """
    finite = np.isfinite(printed)
    half_a_unit = 0.5 * 10.0 ** -_decimals(printed if finite.all() else printed[finite])
    with np.errstate(invalid="ignore"):
        gap = np.abs(printed - computed)
        wrong: Bools = gap > half_a_unit
    rows = np.flatnonzero(wrong)
    noise = 1e-9 * np.maximum(1.0, np.abs(computed[rows]))
    wrong[rows] = gap[rows] > half_a_unit + noise
    return wrong


def _decimals(shown: Floats) -> int:
    """Return how many decimals numbers show; 16 if they are many."""
    decimals = 0
    for some in (shown[:_FEW], shown):
        while decimals < _MANY and not np.array_equal(np.round(some, decimals), some):
            decimals += 1
    return decimals if decimals < _MANY else 16


def disagreement(
    table: pd.DataFrame, column: str, printed: Floats, computed: Floats
) -> list[FindingGroup]:
    """Compare an indicator as printed with the one that the counts give.

    Parameters
    ----------
    table : DataFrame
    column : str
    printed, computed : array of float, shape (n,)

    Returns
    -------
    list of FindingGroup
    """
    rows = np.flatnonzero(apart(printed, computed))
    if not len(rows):
        return []
    pairs = zip(printed[rows].tolist(), computed[rows].tolist(), strict=True)
    words = Text(
        "berbeda dari cacahnya (dalam kurung); cacah dipakai",
        "differs from what the counts give (in brackets); counts are used",
    )
    finding = _said("indicator_disagrees_with_counts", "warning", column, words)
    return [on_rows(table, rows, column, values=[f"{a:g} ({b:.4f})" for a, b in pairs], **finding)]


def _disagreements(table: pd.DataFrame, counts: dict[str, Floats]) -> list[FindingGroup]:
    found = []
    for column, (_, parts) in RATIOS.items():
        computed = ratio_of(counts, column)
        if computed is not None and column in counts:
            for top, bottom in parts:
                computed[counts[top] > counts[bottom]] = np.nan
            found += disagreement(table, column, counts[column], computed)
    return found


def _months(table: pd.DataFrame) -> list[FindingGroup]:
    """Report months before the insurance began, and months to come."""
    if "month" not in table or not pd.api.types.is_datetime64_any_dtype(table["month"].dtype):
        return []
    months = table["month"]
    dates = months.to_numpy()
    odd = (dates < _FIRST_MONTH) | (dates > np.datetime64("now"))
    if not odd.any():
        return []
    words = Text(
        "sebelum JKN dimulai (2014) atau di masa depan; periksa tahunnya",
        "is before the insurance began (2014) or in the future; look at the year",
    )
    shown = months[odd].dt.strftime("%Y-%m").tolist()
    finding = _said("improbable_month", "warning", "month", words)
    return [on_rows(table, np.flatnonzero(odd), "month", values=shown, **finding)]


def jumps(table: pd.DataFrame, keys: RowKeys) -> list[FindingGroup]:
    """Report members that grow or shrink tenfold from one month of a facility to the next.

    Parameters
    ----------
    table : DataFrame
    keys : RowKeys
        Those of the table.

    Returns
    -------
    list of FindingGroup
    """
    if "members" not in table or not pd.api.types.is_numeric_dtype(table["members"].dtype):
        return []
    members = table["members"].to_numpy(dtype=float, na_value=np.nan)
    facility, order = keys.facility, keys.in_order[members[keys.in_order] > 0]
    now, before = order[1:], order[:-1]
    with np.errstate(over="ignore"):
        ratio = members[now] / members[before]
    jump = (facility[now] == facility[before]) & ((ratio >= JUMP) | (ratio <= 1 / JUMP))
    if not jump.any():
        return []
    pairs = zip(members[before[jump]].tolist(), members[now[jump]].tolist(), strict=True)
    words = Text(
        "naik atau turun sepuluh kali lipat sejak bulan sebelumnya; mungkin salah ketik angka nol",
        "grows or shrinks tenfold since the month before; a zero may be too many or too few",
    )
    finding = _said("members_jump", "warning", "members", words)
    return [
        on_rows(table, now[jump], "members", values=[f"{a:g} → {b:g}" for a, b in pairs], **finding)
    ]
