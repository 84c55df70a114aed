"""`funds`: what the payment level does to the capitation received, and how it may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from kbkresearch.capitation.columns import amounts, filled, needed
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.registry import rules as document
from kbkresearch.results import Result
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.regulation.values import RuleSet

_WHOLE = 100.0


@dataclass(frozen=True)
class Funds(Result):
    """Capitation at every payment level.

    Attributes
    ----------
    frame : DataFrame
        One row per facility and payment level of its kind: ``capitation_rp`` (norm),
        ``payment_pct``, ``is_actual`` (whether the facility has that level; missing where it is
        not known), ``paid_rp``, ``lost_rp``, ``services_rp`` (at least, or the share given) and
        ``operations_rp`` (the rest).
    """

    @property
    def title(self) -> Text:
        """Return the title under which the funds are shown."""
        return Text("Kapitasi dan kinerja", "Capitation and performance")


def funds(
    data: pd.DataFrame,
    rules: str | RuleSet = "kbk-2019",
    *,
    services_pct: float | None = None,
    use: str = "fund-use-2022",
) -> Funds:
    """Return what each facility is paid at every payment level, and how it may be used.

    Parameters
    ----------
    data : DataFrame
        ``facility_id``, ``facility_type`` and ``capitation_rp`` (or ``members`` and ``tariff_rp``);
        ``payment_pct`` where it is known, for instance from `kbkresearch.score`.
    rules : str or RuleSet
        Rules that hold the payment levels.
    services_pct : float, optional
        Share for payment of services; the least that the document `use` allows by default.
    use : str
        Document on the use of funds.

    Returns
    -------
    Funds

    Raises
    ------
    KbkError
        For columns that lack, values that cannot be, a facility type without payment table, and a
        share for services below the least allowed.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"facility_id": ["A"], "facility_type": ["puskesmas"],
    ...                     "members": [9950], "tariff_rp": [10000], "payment_pct": [95.0]})
    >>> found = funds(one).frame
    >>> found[["payment_pct", "is_actual", "paid_rp", "services_rp"]].values.tolist()[:2]
    [[100.0, False, 99500000.0, 59700000.0], [95.0, True, 94525000.0, 56715000.0]]
    """
    law: RuleSet = document(rules) if isinstance(rules, str) else rules
    least = float(document(use).values["values.services_min"].value)
    share = least if services_pct is None else services_pct
    if not least <= share <= _WHOLE:
        raise BadArgumentError(
            f"services_pct must lie between {least:g} ({use}) and 100; found {share!r}"
        )
    needed(data, ["facility_id", "facility_type"])
    for name in ("facility_id", "facility_type"):
        filled(data, name)
    norm = _norm(data)
    actual = data["payment_pct"] if "payment_pct" in data else pd.Series(pd.NA, index=data.index)
    levels = {kind: _levels(law, str(kind)) for kind in data["facility_type"].unique()}
    rows = [
        {
            "facility_id": facility,
            "facility_type": kind,
            "capitation_rp": capitation,
            "payment_pct": level,
            "is_actual": pd.NA if pd.isna(has) else bool(has == level),
            "paid_rp": capitation * level / _WHOLE,
            "lost_rp": capitation * (_WHOLE - level) / _WHOLE,
            "services_rp": capitation * level / _WHOLE * share / _WHOLE,
            "operations_rp": capitation * level / _WHOLE * (_WHOLE - share) / _WHOLE,
        }
        for facility, kind, capitation, has in zip(
            data["facility_id"], data["facility_type"], norm, actual, strict=True
        )
        for level in levels[kind]
    ]
    frame = pd.DataFrame(rows).astype({"is_actual": "boolean"})
    return Funds(frame, _notes(law, use, share, least))


def _norm(data: pd.DataFrame) -> list[float]:
    """Return the norm capitation of each row."""
    if "capitation_rp" in data:
        return [float(one) for one in amounts(data, "capitation_rp")]
    needed(data, ["members", "tariff_rp"], "data without capitation_rp")
    both = amounts(data, "members") * amounts(data, "tariff_rp")
    return [float(one) for one in both]


def _levels(law: RuleSet, kind: str) -> list[float]:
    """Return the payment levels of a kind of facility, the highest first."""
    table = kind if kind in law.payment else "any"
    if table not in law.payment:
        raise UnknownNameError(f"facility type with a payment table in {law.id}", kind, law.payment)
    return sorted({float(one.payment[table].value) for one in outcomes(law)}, reverse=True)


def _notes(law: RuleSet, use: str, share: float, least: float) -> tuple[Text, ...]:
    return (
        Text(
            f"Tingkat pembayaran menurut {law.id}; jasa pelayanan {share:g}%"
            f" (sekurang-kurangnya {least:g}% menurut {use}), sisanya biaya operasional.",
            f"Payment levels of {law.id}; services {share:g}% (at least {least:g}% by {use}), the"
            " rest operating costs.",
        ),
    )
