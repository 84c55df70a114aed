"""`evaluate_payment`: who is paid too little or too much, and how well a payment fits cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.capitation.columns import amounts, filled, needed, refuse
from kbkresearch.capitation.fit_measures import measures, record_sums
from kbkresearch.capitation.lorenz import gains_and_losses
from kbkresearch.capitation.rates import tail_of
from kbkresearch.errors import BadArgumentError
from kbkresearch.results import ShownResult, is_synthetic, marked
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
OVERALL = "all"
_TENTHS = 10
_NOTES = (
    Text(
        "Kekurangan bayar = biaya − pembayaran, per peserta dan bulan: positif berarti dibayar"
        " kurang. Rasio prediktif = pembayaran ÷ biaya: di bawah 1 berarti dibayar kurang.",
        "Under-compensation = cost − payment per member and month: above 0 is paid too little."
        " Predictive ratio = payment ÷ cost: below 1 is paid too little.",
    ),
    Text(
        "R², CPM, dan MAPE berbobot bulan-peserta; MAPE adalah rata-rata selisih mutlak dalam"
        " rupiah per peserta dan bulan. Ketiganya menilai ramalan per catatan, bukan keadilan:"
        " baca kekurangan bayar per kelompok lebih dahulu.",
        "R², CPM and MAPE are weighted by member-months; MAPE is the mean absolute difference in"
        " rupiah per member and month. They judge prediction of single records, not fairness: read"
        " under-compensation by group first.",
    ),
)

_OF_CELLS = Text(
    "Untung dan rugi dihitung per sel, bukan per orang.",
    "Gains and losses are those of cells, not of persons.",
)


@dataclass(frozen=True)
class Evaluation(ShownResult):
    """How a payment fits cost.

    Attributes
    ----------
    frame : DataFrame
        One row for all records (``grouping`` is ``"all"``) and one per group of each column in
        `by`: ``grouping``, ``group``, ``n``, ``member_months``, ``payment_pmpm``, ``cost_pmpm``,
        ``under_compensation_pmpm`` (cost minus payment) with ``ci_low``, ``ci_high``,
        ``predictive_ratio`` (payment over cost) with limits, ``underpaid_pct`` (of member-months),
        ``payment_share``, ``cost_share`` (of 1), ``case_mix_index`` (payment per member-month
        against that of all), ``r2``, ``cpm``, ``mape`` (rupiah).
    deciles : DataFrame
        The same by tenths of member-months, from the lowest to the highest payment.
    curves : DataFrame
        Lorenz curves of gains and of losses.
    stats : dict of str to float
        Those of the first row, and ``gini_gain``, ``gini_loss``.
    """

    deciles: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    stats: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def title(self) -> Text:
        """Return the title under which the evaluation is shown."""
        return Text("Pembayaran terhadap biaya", "Payment against cost")


def evaluate_payment(
    data: pd.DataFrame,
    *,
    payment: str = "paid_rp",
    cost: str = "cost_rp",
    member_months: str | None = "member_months",
    by: str | Sequence[str] | None = None,
    unit: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> Evaluation:
    """Evaluate a payment against cost, over all records and by group.

    Parameters
    ----------
    data : DataFrame
        One row per person, or per facility.
    payment, cost : str
        Columns of rupiah, for all member-months of the row.
    member_months : str, optional
        Column of member-months; one for each row if None.
    by : str or sequence of str, optional
        Columns of groups; each is evaluated by itself. Cross two by joining them first.
    unit : str, optional
        Add rows up to this column first, for instance ``"facility_id"``. Columns of `by` must
        then be constant within it.
    cluster : str, optional
        Column of clusters that limits allow for; rows are independent otherwise.
    level : float
        Confidence level.

    Returns
    -------
    Evaluation

    Raises
    ------
    KbkError
        For columns that lack, values that are missing or negative, and member-months of zero.

    Notes
    -----
    Limits are those of a ratio of sums over independent rows (or clusters), with t quantiles; of
    the predictive ratio on the log scale. ``r2 = 1 - Σ(cost - payment)²/m ÷ Σ(cost - mean m)²/m``,
    ``cpm = 1 - Σ|cost - payment| ÷ Σ|cost - mean m|``, ``mape = Σ|cost - payment| ÷ Σm``, with
    member-months ``m`` and the group's mean cost.

    References
    ----------
    Van Veen SHCM, van Kleef RC, van de Ven WPMM, van Vliet RCJA (2015). Is there one measure-of-fit
    that fits all? A taxonomy and review of measures-of-fit for risk-equalization models. Medical
    Care Research and Review 72:220-243.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"age_band": ["0-64", "65+"], "paid_rp": [90_000.0, 10_000.0],
    ...                      "cost_rp": [72_000.0, 28_000.0], "member_months": [9.0, 1.0]})
    >>> found = evaluate_payment(data, by="age_band")
    >>> shown = ["group", "under_compensation_pmpm", "predictive_ratio"]
    >>> found.frame[shown].round(2).values.tolist()
    [['all', 0.0, 1.0], ['0-64', -2000.0, 1.25], ['65+', 18000.0, 0.36]]
    """
    columns = [by] if isinstance(by, str) else list(by or ())
    tail_of(level)
    rows = _rows(data, payment, cost, member_months, columns, unit, cluster)
    everyone = np.zeros(len(rows), dtype=np.intp)
    frame = _evaluated(rows, everyone, [OVERALL], OVERALL, level)
    tables = [frame]
    for name in columns:
        codes, labels = pd.factorize(rows[name], sort=False)
        tables.append(_evaluated(rows, codes, list(labels), name, level))
    gain = ((rows["payment"] - rows["cost"]) / rows["months"]).to_numpy()
    curves, coefficients = gains_and_losses(gain, rows["months"].to_numpy())
    tenths, notes = _tenths(rows, level)
    numbers = [str(name) for name in frame.columns[2:]]
    stats = {name: float(frame[name].iloc[0]) for name in numbers} | coefficients
    shown = marked(pd.concat(tables, ignore_index=True), synthetic=is_synthetic(data))
    return Evaluation(shown, (*_NOTES, *notes), tenths, curves, stats)


def evaluation_of_sums(
    cells: pd.DataFrame, keys: Sequence[str], by: Sequence[str], level: float
) -> Evaluation:
    """Return an evaluation from sums over the members of each cell.

    Parameters
    ----------
    cells : DataFrame
        One row per cell: the columns `keys`, the sums of
        `kbkresearch.capitation.fit_measures.record_sums`, of which ``cost_from_mean`` is against
        the mean of all and ``cost_from_mean_NAME`` against that of the group of column NAME.
    keys, by : sequence of str
        Columns that make the cells, and those that are evaluated.
    level : float
        Confidence level.

    Returns
    -------
    Evaluation
        Gains and losses, and deciles, are those of cells.
    """
    sums = [name for name in cells.columns if name not in keys and not str(name).startswith("_")]
    cells = cells.assign(all=OVERALL)
    total = cells[sums].sum()
    tables = []
    for name in (OVERALL, *by):
        added = cells.groupby(name, sort=False, observed=True)[sums].sum()
        if name != OVERALL:
            added["cost_from_mean"] = added[f"cost_from_mean_{name}"]
        found = measures(added, total, level).reset_index(names="group")
        found.insert(0, "grouping", name)
        tables.append(found.astype({"group": str}))
    rows = cells[["payment", "cost", "months"]]
    gain = ((rows["payment"] - rows["cost"]) / rows["months"]).to_numpy()
    curves, coefficients = gains_and_losses(gain, rows["months"].to_numpy())
    frame = marked(pd.concat(tables, ignore_index=True), synthetic=is_synthetic(cells))
    numbers = [str(name) for name in frame.columns[2:]]
    stats = {name: float(frame[name].iloc[0]) for name in numbers} | coefficients
    return Evaluation(frame, (*_NOTES, _OF_CELLS), pd.DataFrame(), curves, stats)


def _rows(
    data: pd.DataFrame,
    payment: str,
    cost: str,
    member_months: str | None,
    by: list[str],
    unit: str | None,
    cluster: str | None,
) -> pd.DataFrame:
    """Return payment, cost and months of every row, checked, with its groups."""
    keys = list(dict.fromkeys([*by, *([unit] if unit else []), *([cluster] if cluster else [])]))
    needed(data, [payment, cost, *([member_months] if member_months else []), *keys])
    if len(data) == 0:
        raise BadArgumentError("data has no rows; there is no payment to evaluate.")
    for name in keys:
        filled(data, name)
    months = amounts(data, member_months) if member_months else np.ones(len(data))
    if member_months:
        refuse(data, months == 0, member_months, "must be above 0")
    rows = pd.DataFrame(
        {
            "payment": amounts(data, payment),
            "cost": amounts(data, cost),
            "months": months,
            **{name: data[name].to_numpy() for name in keys},
        }
    )
    rows["_cluster"] = rows[cluster] if cluster else np.arange(len(rows))
    return _per_unit(rows, unit, by, cluster) if unit else rows


def _per_unit(rows: pd.DataFrame, unit: str, by: list[str], cluster: str | None) -> pd.DataFrame:
    """Add rows up to a unit, within which its groups must not vary."""
    kept = [*by, *([cluster] if cluster else [])]
    grouped = rows.groupby(unit, sort=False, observed=True)
    for name in kept:
        varies = grouped[name].agg(lambda values: (values != values.iloc[0]).any())
        if varies.any():
            raise BadArgumentError(
                f"{name} varies within {unit} {varies.idxmax()!r}; rows cannot be added up to"
                f" {unit} and grouped by {name}."
            )
    sums = grouped[["payment", "cost", "months"]].sum()
    firsts = grouped[[*kept, "_cluster"]].first()
    return sums.join(firsts.drop(columns=unit, errors="ignore")).reset_index()


def _evaluated(
    rows: pd.DataFrame, codes: NDArray[np.intp], labels: list[object], grouping: str, level: float
) -> pd.DataFrame:
    """Return the measures of groups."""
    payment, cost, months = (rows[name].to_numpy(float) for name in ("payment", "cost", "months"))
    k = len(labels)
    mean = np.bincount(codes, cost, k) / np.bincount(codes, months, k)
    sums = _summed(record_sums(payment, cost, months, mean[codes]), codes, k)
    total = sums.sum()
    found = measures(sums, total, level)
    if rows["_cluster"].nunique() < len(rows):
        by_cluster = _cluster_sums(rows, codes, k)
        wider = measures(by_cluster, total, level)
        limits = [str(name) for name in found.columns if "ci_" in str(name)]
        found[limits] = wider[limits]
    found.insert(0, "grouping", grouping)
    found.insert(1, "group", [str(label) for label in labels])
    return found


def _summed(parts: dict[str, Floats], codes: NDArray[np.intp], k: int) -> pd.DataFrame:
    return pd.DataFrame({name: np.bincount(codes, values, k) for name, values in parts.items()})


def _cluster_sums(rows: pd.DataFrame, codes: NDArray[np.intp], k: int) -> pd.DataFrame:
    """Return sums over clusters within groups, for limits only."""
    table = rows.assign(_group=codes).groupby(["_group", "_cluster"], sort=False)
    sums = table[["payment", "cost", "months"]].sum().reset_index()
    paid, cost, months = (sums[name].to_numpy(float) for name in ("payment", "cost", "months"))
    parts = record_sums(paid, cost, months, 0.0)
    return _summed(parts, sums["_group"].to_numpy(), k)


def _tenths(rows: pd.DataFrame, level: float) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Return the measures by tenths of member-months in order of payment; none if all are equal."""
    paid = (rows["payment"] / rows["months"]).to_numpy()
    distinct, codes = np.unique(paid, return_inverse=True)
    if len(distinct) == 1:
        note = Text(
            "Pembayaran per peserta sama untuk semua: tidak ada desil.",
            "Payment per member is the same for all: there are no deciles.",
        )
        return pd.DataFrame(), (note,)
    weights = np.bincount(codes, rows["months"].to_numpy())
    middle = (np.cumsum(weights) - weights / 2) / weights.sum()
    tenth = np.minimum((middle * _TENTHS).astype(np.intp), _TENTHS - 1)[codes]
    there, place = np.unique(tenth, return_inverse=True)
    labels: list[object] = [int(one) + 1 for one in there]
    found = _evaluated(rows, place.astype(np.intp), labels, "decile_of_payment", level)
    if len(there) == _TENTHS:
        return found, ()
    note = Text(
        f"Nilai pembayaran yang sama tidak dipisah: hanya {len(there)} dari 10 desil terisi.",
        f"Equal payments are not parted: only {len(there)} of 10 deciles are filled.",
    )
    return found, (note,)
