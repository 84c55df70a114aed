"""Rows whose counts cannot be used as they are: why, and what the zero policies make of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch.errors import BadRowsError
from kbkresearch.findings import Findings, on_rows
from kbkresearch.intake.plausible import above_whole, count_problems
from kbkresearch.scoring.columns import numbers
from kbkresearch.scoring.engine import BandPlan, codes_from_counts, codes_from_values
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

    def run(self, given: Floats | None = None) -> None:
        """Name what is wrong with each row, use what can be used, then apply the zero policy.

        Parameters
        ----------
        given : array of float, shape (k,), optional
            The indicator as read, used where counts are missing.
        """
        bad = [self._bad(part, sides) for part, sides in self._pairs()]
        blank = [self._blank(columns) for columns, _ in self._pairs()]
        sound = ~np.any(bad, axis=0)
        zero = np.any([bottom == 0 for _, bottom in self.parts], axis=0)
        missing = sound & ~zero & np.any(blank, axis=0)
        if given is not None:
            usable = missing & ~np.isnan(given)
            self.values[usable] = given[usable]
            self.codes[usable] = codes_from_values(given[usable], self.bands)
            missing &= ~usable
            sound &= ~usable
        self._missing(missing)
        for (columns, (top, bottom)), wrong in zip(self._pairs(), bad, strict=True):
            over = ~wrong & (top > bottom)
            self._report(over, columns[0], **above_whole(*columns))
            sound &= ~over
        empty = [sound & (bottom == 0) for _, bottom in self.parts]
        if any(one.any() for one in empty):
            self._zero(empty)

    def _pairs(self) -> list[tuple[tuple[str, str], tuple[Floats, Floats]]]:
        return list(zip(self.indicator.parts, self.parts, strict=True))

    def _blank(self, columns: tuple[str, str]) -> Bools:
        """Return the rows in which one of two cells is empty (not merely unreadable)."""
        first, second = (self.data[name].iloc[self.rows].isna().to_numpy() for name in columns)
        blank: Bools = first | second
        return blank

    def _report(self, which: Bools, column: str, **finding: Any) -> None:
        if which.any():
            self.findings.append(on_rows(self.data, self.rows[which], column, **finding))

    def _bad(self, columns: tuple[str, str], sides: tuple[Floats, Floats]) -> Bools:
        bad = np.zeros(len(self.rows), bool)
        for column, side in zip(columns, sides, strict=True):
            for which, finding in count_problems(column, side):
                self._report(which, column, **finding)
                bad |= which
        return bad

    def _missing(self, which: Bools) -> None:
        name = self.indicator.name.upper()
        for columns, _ in self._pairs():
            for column in columns:
                empty = self.data[column].iloc[self.rows].isna().to_numpy()
                self._report(
                    which & empty,
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
            raise BadRowsError("\n".join(Findings(self.findings).lines()))
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


def count_findings(data: pd.DataFrame, column: str) -> list[FindingGroup]:
    """Return the findings on one column of counts.

    Parameters
    ----------
    data : DataFrame
    column : str

    Returns
    -------
    list of FindingGroup
    """
    values, found = numbers(data, column)
    for which, finding in count_problems(column, values.astype(float)):
        if which.any():
            found.append(on_rows(data, np.flatnonzero(which), column, **finding))
    return found
