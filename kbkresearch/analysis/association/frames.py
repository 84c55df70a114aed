"""Tests as tidy frames, notes and the table that people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from kbkresearch.analysis.association.multiplicity import NAMES
from kbkresearch.analysis.association.names import EFFECT_LABELS
from kbkresearch.analysis.association.registry import METHODS
from kbkresearch.analysis.headings import headings, in_words
from kbkresearch.results import Table
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kbkresearch.analysis.association.associate import Association, _Row
    from kbkresearch.analysis.association.model import Floats, Options
    from kbkresearch.analysis.association.reading import Variable

TESTS = (
    "outcome", "factor", "method", "variant", "direction", "null", "statistic_name", "statistic",
    "df", "df2", "p_value", "p_adjusted", "effect_name", "effect_size", "ci_low", "ci_high",
    "ci_method", "n", "n_dropped",
)  # fmt: skip
EFFECTS = (
    "outcome", "factor", "method", "effect_name", "estimate", "se", "ci_low", "ci_high",
    "ci_method",
)  # fmt: skip
PAIRS = (
    "outcome", "factor", "method", "group_1", "group_2", "estimate", "statistic", "df", "p_value",
    "p_adjusted", "ci_low", "ci_high",
)  # fmt: skip
CHECKS = ("outcome", "factor", "check", "statistic", "df", "df2", "p_value")

SHOWN = (
    "outcome", "factor", "method", "statistic_name", "statistic", "df", "df2", "p_value",
    "p_adjusted", "effect_name", "effect_size", "ci_low", "ci_high", "n", "n_dropped",
)  # fmt: skip
_WORDS = {
    "outcome": lambda name: Text(label(name), label(name, "en")),
    "factor": lambda name: Text(label(name), label(name, "en")),
    "method": lambda name: METHODS[name].label,
    "effect_name": lambda name: EFFECT_LABELS.get(name, Text(name, name)),
}
_LABELS = {"method": Text("Uji", "Test")}


def _frame(records: Sequence[Sequence[Any]], names: Sequence[str]) -> pd.DataFrame:
    """Return records as a frame; texts stay texts in both languages."""
    columns = list(zip(*records, strict=True)) if records else [()] * len(names)
    return pd.DataFrame({
        name: pd.Series(values, dtype=object if _worded(values) else None)
        for name, values in zip(names, columns, strict=True)
    })  # fmt: skip


def _worded(values: Sequence[Any]) -> bool:
    return not values or isinstance(values[0], Text)


def tests(rows: Sequence[_Row], together: Floats) -> pd.DataFrame:
    """Return one row per test.

    Parameters
    ----------
    rows : sequence of test rows
    together : array, shape (n,)
        Adjusted p-values.

    Returns
    -------
    DataFrame
        Columns `TESTS`.
    """
    records = []
    for row, p_adjusted in zip(rows, together, strict=True):
        found, main = row.tested, row.tested.effects[0]
        records.append((
            row.outcome.name, row.factor.name, row.method.name, found.variant, row.direction,
            row.method.null, found.statistic_name, found.statistic, float(found.df),
            float(found.df2), found.p_value, float(p_adjusted), main.name, main.estimate,
            main.ci_low, main.ci_high, main.ci_method, row.outcome.values.size, row.n_dropped,
        ))  # fmt: skip
    return _frame(records, TESTS)


def effects(rows: Sequence[_Row]) -> pd.DataFrame:
    """Return one row per effect size.

    Parameters
    ----------
    rows : sequence of test rows

    Returns
    -------
    DataFrame
        Columns `EFFECTS`.
    """
    return _frame(
        [
            (*_keys(row), one.name, one.estimate, one.se, one.ci_low, one.ci_high, one.ci_method)
            for row in rows
            for one in row.tested.effects
        ],
        EFFECTS,
    )


def pairs(rows: Sequence[_Row]) -> pd.DataFrame:
    """Return one row per pair of groups.

    Parameters
    ----------
    rows : sequence of test rows

    Returns
    -------
    DataFrame
        Columns `PAIRS`.
    """
    records = []
    for row in rows:
        labels = row.grouped.labels
        records += [
            (*_keys(row)[:2], one.method, labels[one.first], labels[one.second], one.estimate,
             one.statistic, one.df, one.p_value, one.p_adjusted, one.ci_low, one.ci_high)
            for one in row.tested.pairs
        ]  # fmt: skip
    return _frame(records, PAIRS)


def checks(rows: Sequence[_Row]) -> pd.DataFrame:
    """Return one row per check beside a test.

    Parameters
    ----------
    rows : sequence of test rows

    Returns
    -------
    DataFrame
        Columns `CHECKS`.
    """
    return _frame(
        [
            (*_keys(row)[:2], one.name, one.statistic, float(one.df), float(one.df2), one.p_value)
            for row in rows
            for one in row.tested.checks
        ],
        CHECKS,
    )


def _keys(row: _Row) -> tuple[str, str, str]:
    return row.outcome.name, row.factor.name, row.method.name


def notes(
    rows: Sequence[_Row], variables: Iterable[Variable], options: Options, adjust: str
) -> tuple[Text, ...]:
    """Return what a reader of the tests must know.

    Parameters
    ----------
    rows : sequence of test rows
    variables : iterable of Variable
        All columns used, on all rows of the data.
    options : Options
    adjust : str

    Returns
    -------
    tuple of Text
    """
    found = [row.reason for row in rows if row.reason is not None]
    found += [
        Text(f"{row.factor.name}: {one.id}", f"{row.factor.name}: {one.en}")
        for row in rows
        for one in row.tested.notes
    ]
    return (*found, _family(len(rows), adjust), *_missing(variables), *_convention(options))


def _family(size: int, adjust: str) -> Text:
    name = NAMES[adjust]
    return Text(
        f"p_adjusted: {name.id}, keluarga = semua {size} uji dalam tabel ini",
        f"p_adjusted: {name.en}, family = all {size} tests of this table",
    )


def _missing(variables: Iterable[Variable]) -> tuple[Text, ...]:
    """Say what is missing where; each test drops only the rows it cannot use."""
    counts = {one.name: int((one.values != one.values).sum()) for one in variables}
    listed = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    if not listed:
        return ()
    return (
        Text(
            f"Nilai hilang: {listed}; tiap uji hanya membuang baris yang tidak dapat dipakainya",
            f"Missing values: {listed}; each test drops only the rows it cannot use",
        ),
    )


def _convention(options: Options) -> tuple[Text, ...]:
    if not options.spss:
        return ()
    return (
        Text(
            "Varian mengikuti cetakan SPSS; convention='recommended' memberi pilihan yang baik",
            "Variants as SPSS prints them; convention='recommended' gives the sound choice",
        ),
    )


def table_of(result: Association, columns: list[str] | None) -> Table:
    """Return the tests as a table for people.

    Parameters
    ----------
    result : Association
    columns : list of str or None
        Columns to show; by default those that are not empty among `SHOWN`.

    Returns
    -------
    Table
    """
    frame = result.frame
    if columns is None:
        columns = [one for one in SHOWN if not frame[one].isna().all()]
    shown = headings(columns, frame, level=result.level, labels=_LABELS)
    worded = in_words(frame[columns], _WORDS)
    return Table("association", result.title, shown, worded, result.notes, result.source)
