"""Norm tariffs of facilities by kind, doctor ratio and dentist, from the dated tariff documents."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from kbkresearch.capitation.columns import amounts, needed
from kbkresearch.errors import UnknownNameError
from kbkresearch.regulation.registry import rule_ids, rules

if TYPE_CHECKING:
    from kbkresearch.regulation.values import Tariff, TariffRate

_FAMILY = "tariff"


def norm_tariffs(facilities: pd.DataFrame, tariff: str | Tariff = "tariff-2023") -> pd.DataFrame:
    """Return the norm tariff of each facility.

    Parameters
    ----------
    facilities : DataFrame
        ``facility_type`` and ``members``; ``doctors`` and ``dentists`` where the tariff depends on
        them (missing means not known, which is not none).
    tariff : str or Tariff
        ``"tariff-2023"``, ``"tariff-2016"``, or a reform of one.

    Returns
    -------
    DataFrame
        Indexed as `facilities`: ``tariff_rp`` per member and month, missing where it cannot be
        told; ``tariff_basis``, the line of the tariff or why there is none; ``tariff_status``
        (sourced, corrected, unverified); ``range_low_rp``, ``range_high_rp`` of its kind.

    Raises
    ------
    MissingColumnsError, UnknownNameError

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"facility_type": ["puskesmas", "klinik_pratama"],
    ...                     "members": [9000, 12000], "doctors": [2, 2], "dentists": [0, 1]})
    >>> norm_tariffs(one)["tariff_rp"].tolist()
    [6300.0, 11000.0]
    """
    needed(facilities, ["facility_type", "members"], "facilities")
    law = _tariff(tariff)
    kinds = sorted(
        {one.facility_type for one in law.rates}.union(one.facility_type for one in law.ranges)
    )
    unknown = [one for one in facilities["facility_type"].unique() if one not in kinds]
    if unknown:
        raise UnknownNameError(f"facility type for {law.id}", unknown[0], kinds)
    amounts(facilities, "members", "facilities")
    ranges = {one.facility_type: one for one in law.ranges}
    paths = {id(value): path for path, value in law.values.items()}
    rows = []
    for row in facilities.to_dict("records"):
        span = ranges.get(row["facility_type"])
        found, why = _rate(law, row)
        rows.append(
            {
                "tariff_rp": float(found.tariff.value) if found else float("nan"),
                "tariff_basis": paths[id(found.tariff)].partition(".")[2] if found else why,
                "tariff_status": found.tariff.status if found else "",
                "range_low_rp": float(span.low.value) if span else float("nan"),
                "range_high_rp": float(span.high.value) if span else float("nan"),
            }
        )
    return pd.DataFrame(rows, index=facilities.index)


def _tariff(given: str | Tariff) -> Tariff:
    if not isinstance(given, str):
        return given
    if given not in rule_ids(_FAMILY):
        raise UnknownNameError("tariff", given, rule_ids(_FAMILY))
    found: Tariff = rules(given)
    return found


def _rate(law: Tariff, row: dict[Any, Any]) -> tuple[TariffRate | None, str]:
    """Return the one line of a tariff that a facility meets, or why there is none."""
    of_kind = [one for one in law.rates if one.facility_type == row["facility_type"]]
    if not of_kind:
        return None, f"{law.id} has a range but no tariff for {row['facility_type']}"
    doctors, dentists = _count(row, "doctors"), _count(row, "dentists")
    open_questions = [
        name
        for name, known, asked in (
            ("doctors", doctors, any(_needs_doctors(one) for one in of_kind)),
            ("dentists", dentists, any(one.dentist is not None for one in of_kind)),
        )
        if asked and known is None
    ]
    if open_questions and len(of_kind) > 1:
        return None, f"{' and '.join(open_questions)} not known"
    fitting = [one for one in of_kind if _fits(one, row["members"], doctors, dentists)]
    return (fitting[0], "") if fitting else (None, f"{law.id} has no line for such a facility")


def _count(row: dict[Any, Any], name: str) -> Fraction | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else Fraction(str(value))


def _needs_doctors(one: TariffRate) -> bool:
    return one.members_per_doctor is not None or one.doctor is not None


def _fits(
    one: TariffRate, members: float, doctors: Fraction | None, dentists: Fraction | None
) -> bool:
    """Tell whether a facility meets a line of a tariff, the ratio compared exactly."""
    if one.dentist is not None and one.dentist != bool(dentists):
        return False
    if one.doctor is not None and one.doctor != bool(doctors):
        return False
    if one.members_per_doctor is None:
        return True
    return bool(doctors) and Fraction(str(members)) / (doctors or 1) in one.members_per_doctor
