"""Rows whose counts cannot be used as they are: why, and what the zero policies make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch.errors import BadRowsError
from kbkresearch.scoring.columns import group
from kbkresearch.scoring.engine import EXACT, BandPlan, codes_from_counts, codes_from_values
from kbkresearch.vocabulary import label

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from kbkresearch.findings import FindingGroup
    from kbkresearch.regulation.values import Indicator
    from kbkresearch.scoring.engine import Bools, Codes, Floats

ZERO_POLICIES = {
    "zero_referrals": ("missing", "best", "error"),
    "zero_diagnosed": ("missing", "other", "error"),
}


@dataclass
class Repair:
    """The rows of one indicator that need a second look.

    Attributes
    ----------
    data : DataFrame
        The table scored.
    indicator : Indicator
    bands : BandPlan
    rows : array of int, shape (k,)
        Positions of the rows.
    parts : list of (array, array)
        Their numerators and denominators, shape (k,) each, float64.
    policy : str
        What to do with zero denominators.
    codes, values : array, shape (k,)
        Set here: band codes (missing unless repaired) and indicator values.
    findings : list of FindingGroup
        What was found.
    """

    data: pd.DataFrame
    indicator: Indicator
    bands: BandPlan
    rows: NDArray[np.intp]
    parts: list[tuple[Floats, Floats]]
    policy: str
    codes: Codes = field(init=False)
    values: Floats = field(init=False)
    findings: list[FindingGroup] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with everything missing."""
        self.codes = np.full(len(self.rows), self.bands.missing, np.uint8)
        self.values = np.full(len(self.rows), np.nan)

    def run(self) -> None:
        """Name what is wrong with each row, then apply the zero policy to the rest."""
        sound = ~self._bad_counts()
        missing = np.any([np.isnan(side) for part in self.parts for side in part], axis=0)
        self._missing(missing & sound)
        sound &= ~missing
        for (top_column, bottom_column), (top, bottom) in zip(
            self.indicator.parts, self.parts, strict=True
        ):
            over = sound & (top > bottom)
            self._report(
                over,
                top_column,
                rule="numerator_above_denominator",
                message_id=f"{label(top_column, 'id')} melebihi {label(bottom_column, 'id')}",
                message_en=f"{top_column} is above {bottom_column}, of which it is a part",
                severity="error",
            )
            sound &= ~over
        empty = [sound & (bottom == 0) for _, bottom in self.parts]
        if any(one.any() for one in empty):
            self._zero(empty)

    def from_values(self, given: Floats) -> None:
        """Use the indicator as given where the counts are missing.

        Parameters
        ----------
        given : array of float, shape (k,)
            The indicator as read.
        """
        usable = np.all([np.isnan(side) for part in self.parts for side in part], axis=0)
        usable &= ~np.isnan(given)
        self.values[usable] = given[usable]
        self.codes[usable] = codes_from_values(given[usable], self.bands)

    def _report(self, which: Bools, column: str, **finding: Any) -> None:
        if which.any():
            self.findings.append(group(self.data, self.rows[which], column, **finding))

    def _bad_counts(self) -> Bools:
        bad = np.zeros(len(self.rows), bool)
        for columns, sides in zip(self.indicator.parts, self.parts, strict=True):
            for column, side in zip(columns, sides, strict=True):
                shown = label(column, "id")
                negative = side < 0
                self._report(
                    negative,
                    column,
                    rule="negative_count",
                    message_id=f"{shown} negatif; cacah tidak boleh kurang dari 0",
                    message_en=f"{column} is negative; a count is 0 or more",
                )
                broken = (side >= 0) & (side != np.floor(side))
                self._report(
                    broken,
                    column,
                    rule="fractional_count",
                    message_id=f"{shown} pecahan; cacah adalah bilangan bulat",
                    message_en=f"{column} is fractional; a count is a whole number",
                )
                huge = side >= EXACT
                self._report(
                    huge,
                    column,
                    rule="impossible_count",
                    message_id=f"{shown} mustahil sebesar itu",
                    message_en=f"{column} is impossibly large",
                )
                bad |= negative | broken | huge
        return bad

    def _missing(self, which: Bools) -> None:
        name = self.indicator.name.upper()
        for columns, sides in zip(self.indicator.parts, self.parts, strict=True):
            for column, side in zip(columns, sides, strict=True):
                self._report(
                    which & np.isnan(side),
                    column,
                    rule="missing_count",
                    message_id=f"{label(column, 'id')} kosong, jadi {name} kosong",
                    message_en=f"{column} is missing, so {name} is too",
                    severity="info",
                )

    def _zero(self, empty: list[Bools]) -> None:
        name = self.indicator.name.upper()
        for (_, column), which in zip(self.indicator.parts, empty, strict=True):
            if not self.indicator.zero_policy:
                self._report(
                    which,
                    column,
                    rule="zero_denominator",
                    message_id=f"{label(column, 'id')} nol; {name} tidak terdefinisi",
                    message_en=f"{column} is zero, so {name} is undefined",
                )
                continue
            option = f"{self.indicator.zero_policy}={self.policy!r}"
            self._report(
                which,
                column,
                rule="zero_denominator",
                message_id=f"{label(column, 'id')} nol; diperlakukan menurut {option}",
                message_en=f"{column} is zero; treated as {option} says",
                severity="error" if self.policy == "error" else "warning",
            )
        if self.policy == "error":
            raise BadRowsError("\n".join(_lines(self.findings)))
        anywhere = np.any(empty, axis=0)
        if self.policy == "best":
            best = self.indicator.bands.index(self.indicator.best)
            self.codes[anywhere] = best
        if self.policy == "other":
            self._use_other(empty)

    def _use_other(self, empty: list[Bools]) -> None:
        """Take the ratio of the other disease alone where only one has no diagnosed members."""
        for one, part in enumerate(self.parts):
            others_empty = [which for other, which in enumerate(empty) if other != one]
            alone = (
                ~empty[one] & np.all(others_empty, axis=0) if others_empty else empty[one] & False
            )
            if alone.any():
                kept = [(part[0][alone], part[1][alone])]
                self.codes[alone], self.values[alone] = codes_from_counts(kept, self.bands)


def _lines(findings: list[FindingGroup]) -> list[str]:
    from kbkresearch.findings import Findings

    return Findings(findings).describe("en", most=20).splitlines()


def disagreement(
    data: pd.DataFrame, indicator: Indicator, given: Floats, computed: Floats
) -> list[FindingGroup]:
    """Compare an indicator as given with the one that the counts give.

    Parameters
    ----------
    data : DataFrame
    indicator : Indicator
    given, computed : array of float, shape (n,)

    Returns
    -------
    list of FindingGroup
        Rows where they differ by more than half a unit of the last decimal that the column shows.
    """
    both = ~np.isnan(given) & ~np.isnan(computed)
    shown = given[both]
    decimals = next((d for d in range(7) if np.array_equal(np.round(shown, d), shown)), None)
    tolerance = 0.5 * 10.0**-decimals if decimals is not None else 0.0
    with np.errstate(invalid="ignore"):
        gap = np.abs(given - computed)
        wrong = both & (gap > tolerance + 1e-9 * np.maximum(1.0, np.abs(computed)))
    if not wrong.any():
        return []
    rows = np.flatnonzero(wrong)
    name = indicator.column
    found = [f"{a:g} ({b:.4f})" for a, b in zip(given[rows], computed[rows], strict=True)]
    return [
        group(
            data,
            rows,
            name,
            rule="indicator_disagrees_with_counts",
            message_id=f"{label(name, 'id')} berbeda dari hasil cacah (dalam kurung); cacah dipakai",
            message_en=f"{name} differs from what the counts give (in brackets); counts are used",
            severity="warning",
            values=found,
        )
    ]
