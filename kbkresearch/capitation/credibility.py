"""Credibility: how far a thin cell's own rate is to be believed against that of all.

Two cases of one estimator, Bühlmann's and Straub's. With several periods the variance within cells
is estimated from them. With one, it is what chance gives: that of the visits (Poisson), or between
persons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from kbkresearch.capitation.dependent import visits_variance
from kbkresearch.capitation.reference import POOLED, as_multi, reference, reference_rates
from kbkresearch.capitation.strata import Counts, strata_of
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import Result
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Process: TypeAlias = Literal["auto", "poisson", "person"]


@dataclass(frozen=True, slots=True, eq=False)
class BuhlmannStraub:
    """Credibility of cells observed over periods.

    Attributes
    ----------
    collective : float
        Mean that thin cells are drawn to, weighted by credibility.
    within, between : float
        Variance per unit of weight inside a cell, and between cells (0 where the estimate is
        negative: cells differ no more than chance).
    z : array of float, shape (k,)
        Credibility of each cell, 0 to 1.
    estimate : array of float, shape (k,)
        ``z`` times the cell's mean plus ``1 - z`` times the collective one.
    """

    collective: float
    within: float
    between: float
    z: Floats
    estimate: Floats


def buhlmann_straub(means: Floats, weights: Floats, within: float) -> BuhlmannStraub:
    """Return credibility estimates of cells.

    Parameters
    ----------
    means, weights : array of float, shape (k,)
        Mean of each cell over its periods, and its weight (exposure), above zero.
    within : float
        Variance of one unit of weight inside a cell.

    Returns
    -------
    BuhlmannStraub

    References
    ----------
    Bühlmann H, Straub E (1970). Glaubwürdigkeit für Schadensätze. Mitteilungen der Vereinigung
    schweizerischer Versicherungsmathematiker 70:111-133.

    Examples
    --------
    >>> import numpy as np
    >>> found = buhlmann_straub(np.array([1.0, 3.0]), np.array([10.0, 10.0]), within=1.0)
    >>> round(found.between, 2), found.z.round(3).tolist(), found.estimate.round(2).tolist()
    (1.9, [0.95, 0.95], [1.05, 2.95])
    """
    total = float(weights.sum())
    mean = float(weights @ means / total)
    free = total - float((weights**2).sum()) / total
    spread = float(weights @ (means - mean) ** 2) - (len(means) - 1) * within
    between = max(spread / free, 0.0) if free > 0 else 0.0
    z = (
        weights * between / (weights * between + within)
        if within + between > 0
        else np.ones(len(means))
    )
    collective = float(z @ means / z.sum()) if between > 0 else mean
    return BuhlmannStraub(collective, within, between, z, z * means + (1 - z) * collective)


def within_periods(
    values: Floats, weights: Floats, cells: NDArray[np.intp]
) -> tuple[Floats, Floats, float]:
    """Return means and weights of cells, and the variance within them over periods.

    Parameters
    ----------
    values, weights : array of float, shape (n,)
        One per cell and period.
    cells : array of int, shape (n,)
        Cell of each, from 0 on.

    Returns
    -------
    means, sums : array of float, shape (k,)
    within : float

    Raises
    ------
    BadArgumentError
        If no cell has two periods.
    """
    sums: Floats = np.bincount(cells, weights).astype(np.float64)
    means = np.bincount(cells, weights * values) / sums
    free = len(values) - len(sums)
    if free < 1:
        raise BadArgumentError("no cell has two periods; leave period= out.")
    return means, sums, float((weights * (values - means[cells]) ** 2).sum() / free)


@dataclass(frozen=True)
class Credibility(Result):
    """Rates of cells drawn to those of their stratum.

    Attributes
    ----------
    frame : DataFrame
        One row per cell: groups, strata, ``member_months``, ``visits``, ``expected`` (visits at
        the reference rate), ``raw_permille``, ``reference_permille``, ``z``,
        ``credible_permille``, ``shrinkage_permille`` (credible minus raw).
    dispersion : float
        Variance of visits over their mean inside a cell.
    between : float
        Variance of the ratios of observed to expected visits between cells.
    """

    dispersion: float = 1.0
    between: float = 0.0

    @property
    def title(self) -> Text:
        """Return the title under which the rates are shown."""
        return Text("Rate dengan kredibilitas", "Credibility-weighted rates")


def credibility(
    strata: pd.DataFrame,
    by: Sequence[str],
    *,
    groups: Sequence[str] = ("facility_id",),
    rates: pd.DataFrame | str = POOLED,
    process: Process = "auto",
    period: str | None = None,
    months: float = 1,
    counts: Counts | None = None,
) -> Credibility:
    """Draw the rates of thin cells to those of their stratum, as far as chance alone suggests.

    Parameters
    ----------
    strata : DataFrame
        Aggregates or member records, as for `kbkresearch.capitation`.
    by : sequence of str
        Columns that make the strata, whose reference rates cells are drawn to.
    groups : sequence of str
        Columns that make the groups; a cell is a group's stratum.
    rates : DataFrame or "pooled"
        Reference rates.
    process : {"auto", "poisson", "person"}
        Variance inside a cell: of independent visits, or between persons (where records or
        ``visits_squared`` tell it; auto takes it then).
    period : str, optional
        Column of periods; the variance inside cells is then estimated from them.
    months, counts
        As for `kbkresearch.capitation`.

    Returns
    -------
    Credibility

    Raises
    ------
    KbkError
        As for `kbkresearch.capitation`, and for fewer than two cells with expected visits.

    Notes
    -----
    Bühlmann and Straub's estimator on ratios of observed to expected visits, weighted by expected
    visits. ``z`` is near 1 for a large cell and 0 where
    cells differ no more than chance.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"facility_id": list("ABCD"), "all": ["x"] * 4,
    ...                       "members": [20, 1000, 1000, 1000], "visits": [8, 100, 150, 60]})
    >>> found = credibility(cells, ["all"]).frame
    >>> found["raw_permille"].round().tolist(), found["credible_permille"].round().tolist()
    ([400.0, 100.0, 150.0, 60.0], [225.0, 101.0, 149.0, 63.0])
    """
    if process not in get_args(Process):
        raise UnknownNameError("process", process, get_args(Process))
    keys = [*groups, *by]
    timed = [*keys, period] if period else keys
    cells = strata_of(strata, timed, months, counts)
    numbers = ["visits", "member_months"]
    standard = rates if isinstance(rates, str) else strata_of(rates, by)
    keyed = reference(cells, standard, by, numbers, "member_months")
    rate = pd.Series(reference_rates(keyed, "visits", "member_months"), as_multi(keyed.index))
    here = rate.reindex(pd.MultiIndex.from_frame(cells[list(by)])).to_numpy()
    cells = cells.assign(expected=here * cells["member_months"], reference=here)
    cells = cells[cells["expected"] > 0].reset_index(drop=True)
    if len(cells) < 2:  # noqa: PLR2004 - one cell has nothing to differ from
        raise BadArgumentError("credibility needs at least two cells with expected visits.")
    ratio, expected = (cells["visits"] / cells["expected"]).to_numpy(), cells["expected"].to_numpy()
    if period:
        codes, _ = pd.factorize(pd.MultiIndex.from_frame(cells[keys]))
        means, weights, dispersion = within_periods(ratio, expected, codes)
        cells = cells.groupby(keys, sort=False).agg(
            {"member_months": "sum", "visits": "sum", "expected": "sum", "reference": "first"}
        ).reset_index()  # fmt: skip
    else:
        means, weights, dispersion = ratio, expected, _dispersion(cells, process)
    found = buhlmann_straub(means, weights, dispersion)
    reference_rate = cells["reference"].to_numpy()
    frame = cells[[*keys, "member_months", "visits", "expected"]].assign(
        raw_permille=1000 * means * reference_rate,
        reference_permille=1000 * reference_rate,
        z=found.z,
        credible_permille=1000 * found.estimate * reference_rate,
        shrinkage_permille=1000 * (found.estimate - means) * reference_rate,
    )
    return Credibility(frame, _notes(found, period), dispersion, found.between)


def _dispersion(cells: pd.DataFrame, process: str) -> float:
    """Return the variance of visits over their mean inside a cell."""
    variance = None if process == "poisson" else visits_variance(cells)
    if variance is None:
        if process == "person":
            raise BadArgumentError("process='person' needs member records or visits_squared.")
        return 1.0
    known = np.isfinite(variance)
    return float(variance[known].sum() / cells["visits"].to_numpy()[known].sum())


def _notes(found: BuhlmannStraub, period: str | None) -> tuple[Text, ...]:
    source = (
        Text("ragam di dalam sel dari periodenya", "variance inside cells from their periods")
        if period
        else Text("ragam di dalam sel dari satu periode", "variance inside cells from one period")
    )
    notes = [
        Text(
            f"Bühlmann-Straub; {source.id}: {found.within:.3g}, antarsel {found.between:.3g}.",
            f"Bühlmann-Straub; {source.en}: {found.within:.3g}, between cells {found.between:.3g}.",
        )
    ]
    if found.between == 0:
        notes.append(
            Text(
                "Sel tidak berbeda lebih dari kebetulan: semua memakai rate acuan.",
                "Cells differ no more than chance: all take the reference rate.",
            )
        )
    return tuple(notes)
