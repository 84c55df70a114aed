"""`adjusted_capitation`: reference rates on each facility's mix, as a budget-neutral payment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from kbkresearch.capitation.columns import needed
from kbkresearch.capitation.keyed import keyed_values
from kbkresearch.capitation.norms import norm_tariffs
from kbkresearch.capitation.reference import POOLED, by_group, reference, reference_rates
from kbkresearch.capitation.strata import Counts, strata_of
from kbkresearch.errors import BadArgumentError, BadRowsError, UnknownNameError
from kbkresearch.results import ShownResult, is_synthetic, marked
from kbkresearch.vocabulary import Text, labels_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from kbkresearch.regulation.values import Tariff

Floats: TypeAlias = "NDArray[np.float64]"
_MEASURES = ("visits", "cost_rp")
_NOTES = (
    Text(
        "Bobot relatif: kebutuhan yang diharapkan dari umur, jenis kelamin, dan pembagian lain"
        " pesertanya menurut rate acuan, dibagi rata-rata semua peserta (= 1). Kunjungan FKTP"
        " sendiri tidak menentukan bobotnya, kecuali lewat acuan gabungan.",
        "Relative weight: the need expected of its mix of members at the reference rates, over the"
        " mean of all members (= 1). A facility's own visits do not set its weight, except through"
        " a pooled reference.",
    ),
    Text(
        "Netral anggaran: jumlah pembayaran sama dengan pembayaran datar.",
        "Budget-neutral: payments add up to those of the flat capitation.",
    ),
)


@dataclass(frozen=True)
class AdjustedCapitation(ShownResult):
    """Capitation by the mix of members.

    Attributes
    ----------
    frame : DataFrame
        One row per group: ``members``, ``expected_permille`` (visits per 1,000 members and month,
        or ``expected_pmpm_rp``, at the reference rates), ``relative_weight``, ``flat_pmpm_rp``,
        ``adjusted_pmpm_rp``, ``flat_rp``, ``adjusted_rp``, ``difference_rp`` (adjusted minus
        flat); with facilities also ``norm_pmpm_rp``, ``norm_rp``, ``norm_basis``,
        ``norm_status``.
    classes : DataFrame
        One row per stratum, the community rate by class: ``members``, ``reference_rate``,
        ``class_weight``, ``class_pmpm_rp``. A facility is paid the sum of its members' class
        rates.
    groups, by : tuple of str
    """

    classes: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    groups: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def title(self) -> Text:
        """Return the title under which the payments are shown."""
        by = labels_of(self.by)
        return Text(f"Kapitasi disesuaikan menurut {by.id}", f"Capitation adjusted for {by.en}")


def adjusted_capitation(
    strata: pd.DataFrame,
    by: Sequence[str],
    base_pmpm_rp: float | Mapping[object, float] | pd.DataFrame,
    *,
    rates: pd.DataFrame | str = POOLED,
    measure: str = "visits",
    groups: Sequence[str] = ("facility_id",),
    months: float = 1,
    counts: Counts | None = None,
    facilities: pd.DataFrame | None = None,
    tariff: str | Tariff = "tariff-2023",
) -> AdjustedCapitation:
    """Return what each facility would be paid for its mix of members, within the same budget.

    Parameters
    ----------
    strata : DataFrame
        Aggregates or member records, as for `kbkresearch.capitation`.
    by : sequence of str
        Columns that make the strata (classes).
    base_pmpm_rp : float, mapping or DataFrame
        Flat capitation per member and month; it makes the budget.
    rates : DataFrame or "pooled"
        Reference: all groups together, or a table of `by` with members (or member-months) and
        `measure`, of the nation or of another period.
    measure : {"visits", "cost_rp"}
        What need is measured in.
    groups : sequence of str
        Columns that make the groups that are paid.
    months, counts
        As for `kbkresearch.capitation`.
    facilities : DataFrame, optional
        One row per group with ``facility_type``, ``doctors``, ``dentists``; adds norm tariffs.
    tariff : str or Tariff
        Norm tariffs to compare with.

    Returns
    -------
    AdjustedCapitation

    Raises
    ------
    KbkError
        For columns that lack, values that cannot be, strata that the reference lacks, and a
        reference without any need.

    Notes
    -----
    Weight of a class: its reference rate over the mean reference rate of all members of `strata`,
    so the member-weighted mean weight is 1. Payment of a group: base times members times its mean
    weight, scaled to the budget where the base differs between groups.

    Examples
    --------
    >>> import pandas as pd
    >>> strata = pd.DataFrame({
    ...     "facility_id": ["A", "A", "B", "B"], "age_band": ["0-64", "65+"] * 2,
    ...     "members": [900, 100, 500, 500], "visits": [90, 30, 50, 150]})
    >>> found = adjusted_capitation(strata, ["age_band"], base_pmpm_rp=8000)
    >>> found.frame[["facility_id", "relative_weight", "adjusted_rp"]].values.tolist()
    [['A', 0.75, 6000000.0], ['B', 1.25, 10000000.0]]
    """
    if measure not in _MEASURES:
        raise UnknownNameError("measure", measure, _MEASURES)
    cells = strata_of(strata, [*groups, *by], months, counts)
    needed(cells, [measure], "data")
    numbers = [measure, "member_months"]
    standard = rates
    if not isinstance(rates, str):
        standard = strata_of(rates.assign(visits=rates.get("visits", 0)), by)
    keyed = reference(cells, standard, by, numbers, "member_months")
    rate = reference_rates(keyed, measure, "member_months")
    keys, (people, exposure) = by_group(
        cells, groups, keyed.index, ["monthly_members", "member_months"]
    )
    weight = _class_weights(rate, exposure)
    frame = pd.DataFrame(keys, columns=list(groups))
    members = people.sum(axis=1)
    if (members == 0).any():
        raise BadRowsError(f"nobody is registered in {keys[int((members == 0).argmax())]}.")
    flat = keyed_values(base_pmpm_rp, "base_pmpm_rp", frame, groups)
    mean_weight = people @ weight / members
    scale = (flat @ members) / (flat * mean_weight @ members)
    adjusted = flat * mean_weight * scale
    expected = people @ rate / members
    name = "expected_permille" if measure == "visits" else "expected_pmpm_rp"
    frame = frame.assign(
        members=members,
        **{name: expected * (1000 if measure == "visits" else 1)},
        relative_weight=mean_weight,
        flat_pmpm_rp=flat,
        adjusted_pmpm_rp=adjusted,
        flat_rp=flat * members,
        adjusted_rp=adjusted * members,
        difference_rp=(adjusted - flat) * members,
    )
    if facilities is not None:
        frame = _with_norms(frame, facilities, list(groups), tariff)
    mean_flat = float(flat @ members / members.sum())
    classes = keyed.index.to_frame(index=False).assign(
        members=people.sum(axis=0),
        reference_rate=rate,
        class_weight=weight,
        class_pmpm_rp=weight * mean_flat,
    )
    frame = marked(frame, synthetic=is_synthetic(strata))
    return AdjustedCapitation(frame, _NOTES, classes, tuple(groups), tuple(by))


def _class_weights(rate: Floats, exposure: Floats) -> Floats:
    """Return rates over their mean, weighted by all members' exposure."""
    total = exposure.sum(axis=0)
    mean = float(rate @ total / total.sum())
    if mean <= 0:
        raise BadArgumentError("the reference rates are all zero, so no need can be told apart.")
    weights: Floats = rate / mean
    return weights


def _with_norms(
    frame: pd.DataFrame, facilities: pd.DataFrame, groups: list[str], tariff: str | Tariff
) -> pd.DataFrame:
    """Add the norm tariff of every facility; a facility without data has none."""
    needed(facilities, [*groups, "facility_type"], "facilities")
    if facilities.duplicated(subset=groups).any():
        raise BadRowsError(f"facilities: one row for each {', '.join(groups)}.")
    known = [
        *groups,
        *(name for name in ("facility_type", "doctors", "dentists") if name in facilities),
    ]
    merged = frame[[*groups, "members"]].merge(facilities[known], on=groups, how="left")
    if merged["facility_type"].isna().any():
        lacking = merged.loc[merged["facility_type"].isna(), groups].iloc[0].to_dict()
        raise BadRowsError(f"facilities: {lacking} has no facility_type.")
    norms = norm_tariffs(merged, tariff).set_axis(frame.index)
    return frame.assign(
        norm_pmpm_rp=norms["tariff_rp"],
        norm_rp=norms["tariff_rp"] * frame["members"],
        norm_basis=norms["tariff_basis"],
        norm_status=norms["tariff_status"],
    )
