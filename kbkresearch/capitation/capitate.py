"""`capitation`: rates, tariffs and funds by any strata, against what is paid."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from kbkresearch.capitation import notes as say
from kbkresearch.capitation.keyed import keyed_values
from kbkresearch.capitation.strata import Counts, strata_of
from kbkresearch.capitation.suppress import suppressed
from kbkresearch.capitation.tariffs import tariffs
from kbkresearch.capitation.variation import strata_differ
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import ShownResult, is_synthetic, marked
from kbkresearch.vocabulary import Text, labels_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Period: TypeAlias = Literal["month", "year"]
_MONTHS_OF = {"month": 1, "year": 12}
_FACILITY = "facility_id"
SMALL = 5


@dataclass(frozen=True)
class Capitation(ShownResult):
    """Rates, tariffs and funds by stratum.

    Attributes
    ----------
    frame : DataFrame
        One row per stratum: groups, strata, ``members`` (in an average month), ``member_months``,
        ``visits`` (true counts over the member-months), ``rate_permille`` (visits per 1,000
        members and period) with ``ci_low``, ``ci_high`` and ``method``, ``tariff_rp`` (per member
        and period, from the unrounded rate) with ``tariff_ci_low_rp``, ``tariff_ci_high_rp``,
        ``fund_rp`` (per period), ``share_pct`` (of the group's fund), and ``status``.
    totals : DataFrame
        One row per group: sums, ``paid_rp``, ``difference_rp`` (paid minus fund),
        ``break_even_unit_cost_rp``, and whether its strata differ beyond chance: ``statistic``,
        ``df``, ``p_value``, ``method``.
    groups, by : tuple of str
        Columns that make the groups and the strata.
    period : {"month", "year"}
        What rates, tariffs and funds are stated for.
    level : float
        Confidence level.
    """

    totals: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    groups: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    period: Period = "month"
    level: float = 0.95

    @property
    def title(self) -> Text:
        """Return the title under which the rates are shown."""
        marginal = "stratum_kind" in self.by
        by = labels_of(list(self.frame["stratum_kind"].unique()) if marginal else self.by)
        return Text(
            f"Rate utilisasi, tarif, dan dana menurut {by.id}",
            f"Utilisation rates, tariffs and funds by {by.en}",
        )

    def sensitivity(self, unit_costs_rp: Sequence[float]) -> pd.DataFrame:
        """Return fund and difference of every group at other costs of a visit.

        Parameters
        ----------
        unit_costs_rp : sequence of float
            Costs to try; each replaces all unit costs.

        Returns
        -------
        DataFrame
            Groups, ``unit_cost_rp``, ``fund_rp``, and ``difference_rp`` where payment is known.

        Raises
        ------
        BadArgumentError
            For a cost that is negative or missing.
        """
        wrong = [cost for cost in unit_costs_rp if not cost >= 0]
        if wrong:
            raise BadArgumentError(f"unit_costs_rp must be 0 or more; found {wrong[0]!r}")
        tried = []
        for cost in unit_costs_rp:
            one = self.totals[list(self.groups)].assign(
                unit_cost_rp=cost, fund_rp=self.totals["fund_per_cost"] * cost
            )
            if "paid_rp" in self.totals:
                one["difference_rp"] = self.totals["paid_rp"] - one["fund_rp"]
            tried.append(one)
        return pd.concat(tried, ignore_index=True)

    def suppressed(self, below: int = SMALL) -> Capitation:
        """Return a copy to be given away: small cells are missing and marked, never zero.

        Parameters
        ----------
        below : int
            Cells of 1 to `below` - 1 visits (persons, where known) are small. Where a group has
            just one, its next smallest cell goes too, for the total would tell it.

        Returns
        -------
        Capitation
        """
        keep = {*self.groups, *self.by, "members", "member_months", "method", "status"}
        numbers = [name for name in self.frame.columns if name not in keep]
        counted = "persons" if "persons" in self.frame else "visits"
        frame = suppressed(self.frame, counted, numbers, self.groups, below)
        return replace(self, frame=frame)


def capitation(
    strata: pd.DataFrame,
    by: Sequence[str],
    unit_cost_rp: float | Mapping[object, float] | pd.DataFrame | None = None,
    paid_pmpm_rp: float | Mapping[object, float] | pd.DataFrame | None = None,
    months: float = 1,
    period: Period = "month",
    *,
    groups: Sequence[str] | None = None,
    counts: Counts | None = None,
    marginal: bool = False,
    unit_cost_se_rp: float = 0.0,
    trend: float = 0.0,
    years: float = 1.0,
    loading: float = 0.0,
    administration: float = 0.0,
    level: float = 0.95,
) -> Capitation:
    """Return utilisation rates, own-rate tariffs and funds by stratum, against what is paid.

    Parameters
    ----------
    strata : DataFrame
        Aggregates (`by`, ``visits``, ``members`` or ``member_months``) or one row per
        ``member_id``; see `kbkresearch.capitation.strata.strata_of`.
    by : sequence of str
        Columns that make the strata, such as ``["age_band", "sex"]``.
    unit_cost_rp : float, mapping or DataFrame, optional
        Cost of one visit: one figure, by value of the only column in `by`, or keyed by columns of
        groups and strata. From records with ``cost_rp``, their average cost by default.
    paid_pmpm_rp : float, mapping or DataFrame, optional
        Capitation paid per member and month: one figure, by group, or keyed by the groups.
    months : float
        Months that the counts cover.
    period : {"month", "year"}
        What rates, tariffs and funds are stated for.
    groups : sequence of str, optional
        Columns kept apart in the totals; ``["facility_id"]`` by default where it is there.
    counts : {"total", "average"}, optional
        Whether visits are totals of these months or monthly averages. If several months are not
        declared either way, they are taken as totals, and both readings are shown.
    marginal : bool
        One table per column of `by`, one under the other, instead of crossing them.
    unit_cost_se_rp : float
        Standard error of the unit cost; tariff limits then allow for it.
    trend, years : float
        Yearly growth of cost, and how many years on.
    loading, administration : float
        Shares added to cost, and kept of the tariff for administration.
    level : float
        Confidence level.

    Returns
    -------
    Capitation

    Raises
    ------
    KbkError
        For columns that lack and values that cannot be; nothing is dropped.

    Notes
    -----
    ``tariff = visits / member_months * unit cost * (1 + trend)**years * (1 + loading) / (1 -
    administration)``. Rates of a facility's own visits return its own cost: the funds add up to
    visits times unit cost for any division of its members, so two divisions cannot differ in total
    and the total proves neither. Limits: exact below 10 visits, else Byar's; from member records
    stretched by the variance between persons. Limits of tariffs combine rate and unit cost on the
    log scale (MOVER).

    References
    ----------
    Zou GY, Donner A (2008). Construction of confidence limits about effect measures: a general
    approach. Statistics in Medicine 27:1693-1702.

    Examples
    --------
    >>> import pandas as pd
    >>> strata = pd.DataFrame({"age_band": ["0-4", "5+"], "members": [867, 9760],
    ...                        "visits": [84, 981]})
    >>> found = capitation(strata, by=["age_band"], unit_cost_rp=51109, paid_pmpm_rp=10000,
    ...                    months=6, counts="average")
    >>> found.frame[["age_band", "tariff_rp", "fund_rp"]].round(0).values.tolist()
    [['0-4', 4952.0, 4293156.0], ['5+', 5137.0, 50137929.0]]
    >>> found.totals[["fund_rp", "paid_rp", "difference_rp"]].values.tolist()
    [[54431085.0, 106270000.0, 51838915.0]]
    """
    if period not in get_args(Period):
        raise UnknownNameError("period", period, get_args(Period))
    if counts not in {None, *get_args(Counts)}:
        raise UnknownNameError("counts", counts, get_args(Counts))
    kept = [_FACILITY] if groups is None and _FACILITY in strata else list(groups or ())
    kept = [name for name in kept if name not in by]
    factor = _factor(trend, years, loading, administration)
    if not (np.isfinite(unit_cost_se_rp) and unit_cost_se_rp >= 0):
        raise BadArgumentError(f"unit_cost_se_rp must be 0 or more; found {unit_cost_se_rp!r}")
    both = counts is None and months != 1 and "months_averaged" not in strata
    made = []
    for columns in [[name] for name in by] if marginal else [list(by)]:
        cells = strata_of(strata, [*kept, *columns], months, counts)
        cost = _unit_cost(cells, [*kept, *columns], unit_cost_rp)
        stated: dict[str, Any] = {"factor": factor, "months": _MONTHS_OF[period], "level": level}
        made.append(tariffs(cells, cost, cost_se=unit_cost_se_rp, **stated))
        if both:
            made[-1] = made[-1].join(_if_average(cells, cost, months, stated))
    frame = _stacked(made, list(by)) if marginal else made[0]
    shown = ("stratum_kind", "stratum") if marginal else tuple(by)
    frame["share_pct"] = _share(frame, [*kept, *(["stratum_kind"] if marginal else [])])
    paid = None
    if paid_pmpm_rp is not None:
        paid = keyed_values(paid_pmpm_rp, "paid_pmpm_rp", made[0], kept)
    totals = _totals(made[0], kept, paid, _MONTHS_OF[period])
    notes = say.of_capitation(
        months=months,
        counts="average" if "months_averaged" in strata else counts,
        by_person="visits_squared" in made[0],
        factors={"trend": trend, "loading": loading, "administration": administration},
        empty=int((frame["status"] != "").sum()),
    )
    first = [*kept, *shown, *_FIRST]
    hidden = {
        "visits_squared",
        "visits_months",
        "months_squared",
        "monthly_members",
        "fund_per_cost",
    }
    rest = [name for name in frame.columns if name not in {*first, *hidden, "status"}]
    frame = marked(frame[[*first, *rest, "status"]], synthetic=is_synthetic(strata))
    return Capitation(frame, notes, totals, tuple(kept), shown, period, level)


_FIRST = (
    "members", "member_months", "visits", "rate_permille", "ci_low", "ci_high", "method",
    "tariff_rp", "tariff_ci_low_rp", "tariff_ci_high_rp", "fund_rp", "share_pct",
)  # fmt: skip


def _factor(trend: float, years: float, loading: float, administration: float) -> float:
    """Return what one rupiah of cost becomes in the tariff."""
    for name, value, below in (
        ("trend", trend, np.inf),
        ("loading", loading, np.inf),
        ("administration", administration, 1.0),
    ):
        if not -1 < value < below or (name != "trend" and value < 0):
            raise BadArgumentError(f"{name} is a share such as 0.05; found {value!r}")
    return float((1 + trend) ** years * (1 + loading) / (1 - administration))


def _unit_cost(
    cells: pd.DataFrame,
    keys: list[str],
    given: float | Mapping[object, float] | pd.DataFrame | None,
) -> Floats:
    if given is not None:
        return keyed_values(given, "unit_cost_rp", cells, keys)
    if "cost_rp" not in cells:
        raise BadArgumentError("unit_cost_rp is needed: the strata hold no cost_rp.")
    average = float(cells["cost_rp"].sum() / cells["visits"].sum())
    return np.full(len(cells), average)


def _if_average(
    cells: pd.DataFrame, cost: Floats, months: float, stated: dict[str, Any]
) -> pd.DataFrame:
    """Return what rates, tariffs and funds would be if the counts were monthly averages."""
    average = cells.assign(visits=cells["visits"] * months)
    found = tariffs(average.drop(columns="visits_squared", errors="ignore"), cost, **stated)
    names = ("rate_permille", "ci_low", "ci_high", "tariff_rp", "fund_rp")
    return found[list(names)].add_suffix("_if_average")


def _stacked(made: list[pd.DataFrame], by: list[str]) -> pd.DataFrame:
    """Return tables of single columns one under the other."""
    named = [
        one.assign(stratum_kind=name).rename(columns={name: "stratum"})
        for name, one in zip(by, made, strict=True)
    ]
    return pd.concat(named, ignore_index=True)


def _ratio(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else np.nan


def _share(frame: pd.DataFrame, keys: list[str]) -> pd.Series:
    total = (
        frame.groupby(keys, sort=False)["fund_rp"].transform("sum")
        if keys
        else frame["fund_rp"].sum()
    )
    return 100 * frame["fund_rp"] / total


def _totals(
    frame: pd.DataFrame, groups: list[str], paid_pmpm: Floats | None, months: int
) -> pd.DataFrame:
    """Return sums, payment, break-even cost and the test of strata, one row per group."""
    cells = (
        frame if paid_pmpm is None else frame.assign(paid_rp=months * paid_pmpm * frame["members"])
    )
    sums = [
        name
        for name in ("members", "member_months", "visits", "fund_rp", "fund_per_cost", "paid_rp")
        if name in cells
    ]
    rows = []
    for key, part in cells.groupby(groups, sort=False) if groups else [((), cells)]:
        total = part[sums].sum()
        row = dict(zip(groups, key, strict=True)) | total.to_dict()
        row["rate_permille"] = 1000 * months * total["visits"] / total["member_months"]
        if "paid_rp" in total:
            row["difference_rp"] = total["paid_rp"] - total["fund_rp"]
            row["break_even_unit_cost_rp"] = _ratio(total["paid_rp"], total["fund_per_cost"])
        rows.append(row | strata_differ(part)._asdict())
    return pd.DataFrame(rows)
