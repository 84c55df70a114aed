"""What a sheet prints, its ratings, score and payment, against what the rules make of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.findings import on_rows
from kbkresearch.intake.lexicon import STATUSES
from kbkresearch.intake.names import read_labels
from kbkresearch.scoring.columns import numbers
from kbkresearch.vocabulary import COLUMNS, label

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.findings import FindingGroup
    from kbkresearch.intake.plausible import Floats
    from kbkresearch.regulation.values import Indicator, RuleSet

_HALF = 0.05  # of a tenth, in scores and per cents; whole numbers on show do not excuse a tenth
_HALF_RUPIAH = 0.5
_SHARES_UP_TO = 2.0  # a printed payment that is nowhere above it is a share, not per cent


def compare(
    data: pd.DataFrame, law: RuleSet, new: dict[str, Any]
) -> tuple[dict[str, Any], list[FindingGroup]]:
    """Compare what a table prints with what was computed.

    Parameters
    ----------
    data : DataFrame
        As read. A table that `kbkresearch.score` made prints nothing: its columns were computed.
    law : RuleSet
    new : dict of str to array, shape (n,)
        The computed columns.

    Returns
    -------
    kept : dict of str to array, shape (n,)
        Printed values that differ from the computed ones or that could not be checked, under
        ``<column>_printed``.
    findings : list of FindingGroup
        Rows that disagree, with the printed value and the computed one in brackets.
    """
    if "kbk_rules" in data.attrs:
        return {}, []
    kept: dict[str, Any] = {}
    found: list[FindingGroup] = []
    indicators = {one.column for one in law.indicators.values()}
    for name, computed in _computed(data, new).items():
        for column in (name, f"{name}_printed"):
            if column in data.columns and name not in indicators:
                odd = _compare_column(data, column, computed, found)
                if odd and column == name and name in new:
                    kept.setdefault(f"{name}_printed", data[name].array)
    for column, computed in _targets(data, law, new).items():
        _compare_column(data, column, computed, found)
    return {name: one for name, one in kept.items() if name not in data.columns}, found


def _targets(data: pd.DataFrame, law: RuleSet, new: dict[str, Any]) -> dict[str, Floats]:
    """Return whether targets are met, for the columns of the table that say so."""
    there = {name: f"{name}_status" in data.columns for name in law.indicators}
    if not any(there.values()) and "targets_met" not in data.columns:
        return {}
    met = {
        name: _met(one, new[one.level_column], law)
        for name, one in law.indicators.items()
        if one.level_column in new
    }
    said = {f"{name}_status": one for name, one in met.items() if there[name]}
    if "targets_met" in data.columns:
        said["targets_met"] = np.sum([met[one.name] for one in law.paying], axis=0)
    return {column: one for column, one in said.items() if column in COLUMNS}


def _computed(data: pd.DataFrame, new: dict[str, Any]) -> dict[str, Any]:
    """Return the computed columns, and the rupiah that a printed capitation gives."""
    if "paid_rp" in new or "capitation_rp" not in data.columns:
        return new
    capitation = numbers(data, "capitation_rp")[0]
    return new | {"paid_rp": capitation * np.asarray(new["payment_pct"], float) / 100}


def _met(indicator: Indicator, levels: Any, law: RuleSet) -> Floats:
    """Return 1 where the target is met, 0 where not, NaN where the level is missing.

    Under zones the target is the lowest safe zone, under ratings the best rating.
    """
    if law.has_score:
        best = int(indicator.best.level)
        met: Floats = (levels.to_numpy(dtype=float, na_value=-1) == best).astype(float)
        met[levels.isna()] = np.nan
    else:
        met = np.where(levels.codes < 0, np.nan, levels.codes > 0)
    return met


def _compare_column(
    data: pd.DataFrame, column: str, computed: Any, found: list[FindingGroup]
) -> bool:
    """Add what differs in one column to the findings; tell if anything does or is unchecked."""
    base = column.removesuffix("_printed")
    there = data[column].notna().to_numpy()
    printed, ours, shown = _sides(data, column, base, computed)
    wrong = _apart(printed, ours, _HALF_RUPIAH if base.endswith("_rp") else _HALF)
    known = ~np.isnan(printed) & ~np.isnan(ours)
    if wrong.any():
        found.append(_finding(data, np.flatnonzero(wrong), column, shown))
    if (there & ~known).any():
        found.append(_unchecked(data, np.flatnonzero(there & ~known), column))
    return bool(wrong.any() or (there & ~known).any())


def _apart(printed: Floats, computed: Floats, tolerance: float) -> NDArray[np.bool_]:
    """Tell where two numbers are not the same."""
    allowed = tolerance + 1e-9 * np.abs(computed)
    wrong: NDArray[np.bool_] = np.abs(printed - computed) > allowed
    return wrong


def _sides(
    data: pd.DataFrame, column: str, base: str, computed: Any
) -> tuple[Floats, Floats, pd.Series]:
    """Return the printed and the computed values as numbers, and the computed ones as shown."""
    if base.endswith("_zone"):
        return *_zones(data[column], computed), pd.Series(computed).astype(object)
    ours: Floats = pd.array(computed).to_numpy(dtype=float, na_value=np.nan)
    if base in STATUSES:
        return _statuses(data[column]), ours, _words(ours)
    return _numbers(data, column, base), ours, pd.Series(ours)


def _numbers(data: pd.DataFrame, column: str, base: str) -> Floats:
    values = numbers(data, column)[0].astype(float)
    share = base == "payment_pct" and np.nanmax(values, initial=0.0) <= _SHARES_UP_TO
    return values * 100 if share else values


def _zones(printed: pd.Series, computed: Any) -> tuple[Floats, Floats]:
    """Return the places of printed and computed zones among the zones, NaN for none."""
    labels, _ = read_labels("ak_zone", printed.astype(object))
    order = [str(one) for one in computed.categories]
    places = pd.Categorical(pd.Series(labels, dtype=object), categories=order).codes
    both = (side.astype(float) for side in (places, computed.codes))
    first, second = (np.where(side < 0, np.nan, side) for side in both)
    return first, second


def _statuses(printed: pd.Series) -> Floats:
    """Return 1 for a target printed as met, 0 for one printed as not met, NaN for any other."""
    places, several = pd.factorize(printed.astype(object))
    labels, _ = read_labels(STATUSES[0], several)
    values = {"met": 1.0, "not_met": 0.0}
    return np.array([*(values.get(str(one), np.nan) for one in labels), np.nan])[places]


def _words(met: Floats) -> pd.Series:
    return pd.Series(np.where(met > 0, "tercapai / met", "tidak tercapai / not met"))


def _finding(
    data: pd.DataFrame, rows: NDArray[np.intp], column: str, computed: pd.Series
) -> FindingGroup:
    pairs = zip(data[column].iloc[rows].tolist(), computed.iloc[rows].tolist(), strict=True)
    return on_rows(
        data,
        rows,
        column,
        rule="printed_disagrees",
        severity="warning",
        message_id=f"{label(column, 'id')} yang tercetak berbeda dari hitungan menurut aturan"
        " (dalam kurung); hitungan dipakai, periksa satuan, tanggal aturan, dan cacahnya",
        message_en=f"{column} as printed differs from what the rules give (in brackets); the"
        " computed value is used, look at units, the date of the rules and the counts",
        values=[f"{_plain(one)} ({_plain(other)})" for one, other in pairs],
    )


def _unchecked(data: pd.DataFrame, rows: NDArray[np.intp], column: str) -> FindingGroup:
    return on_rows(
        data,
        rows,
        column,
        rule="printed_not_checked",
        severity="info",
        message_id=f"{label(column, 'id')} tercetak, tetapi tidak dapat dihitung ulang dari baris"
        " itu; yang tercetak disimpan terpisah, hasilnya tetap kosong",
        message_en=f"{column} is printed and cannot be computed from the row; what is printed is"
        " kept apart, the result stays missing",
    )


def _plain(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)
