"""`score`: a table of counts or indicators in, the same table with ratings and payment out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from kbkresearch.errors import BadArgumentError, BadRowsError, UnknownNameError
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.regulation.registry import rules as rules_by_id
from kbkresearch.regulation.values import RuleSet
from kbkresearch.scoring.checks import ZERO_POLICIES, count_findings
from kbkresearch.scoring.payment import facility_codes, payment
from kbkresearch.scoring.printed import compare
from kbkresearch.scoring.rating import levels, rate, source
from kbkresearch.version import __version__

if TYPE_CHECKING:
    from kbkresearch.scoring.engine import Codes


def score(
    data: pd.DataFrame,
    rules: str | RuleSet = "kbk-2019",
    *,
    facility_type: str | None = None,
    zero_referrals: Literal["missing", "best", "error"] = "missing",
    zero_diagnosed: Literal["missing", "other", "error"] = "missing",
    round_to: int | None = None,
    errors: Literal["report", "raise"] = "report",
) -> pd.DataFrame:
    """Rate, score and price facility-months.

    Parameters
    ----------
    data : DataFrame
        One row per facility and month with canonical counts (``contacts``, ``members``,
        ``nonspecialist_referrals``, ``referrals``, ``dm_controlled``, ``dm_diagnosed``,
        ``ht_controlled``, ``ht_diagnosed``) or indicators (``ak_permille``, ``rrns_pct``,
        ``rppt_pct``). Where a row has both, the counts win. ``facility_type`` decides the payment,
        ``consequence`` (boolean) whether the score changes it, and ``tariff_rp`` with ``members``
        the rupiah.
    rules : str or RuleSet
        Rule set or its id.
    facility_type : str, optional
        Type for rows that name none.
    zero_referrals : {"missing", "best", "error"}
        RRNS of a facility without referrals: missing, the best rating, or an error. The regulation
        at hand does not say.
    zero_diagnosed : {"missing", "other", "error"}
        RPPT where no member has one of the two diagnoses: missing, the other disease's ratio
        alone, or an error. Where neither was diagnosed RPPT is missing.
    round_to : int, optional
        Round the indicators half up to so many decimals before rating. By default they are not
        rounded: an AK of 149.996 is below 150.
    errors : {"report", "raise"}
        Collect findings (see `findings_of`), or raise if any row cannot be used.

    Returns
    -------
    DataFrame
        The columns, index and row order of `data`, and: the indicators (``ak_permille`` …, float),
        their levels (``ak_rating`` … nullable integers, or ``ak_zone`` … categories), ``score``
        (rule sets that have one), ``payment_pct``, and with ``tariff_rp`` and ``members`` also
        ``capitation_rp`` and ``paid_rp``. A missing indicator makes score and payment missing,
        never zero. Where `data` prints such a column and the rules give another value, the
        printed one is a finding and is kept as ``<column>_printed``.

    Raises
    ------
    MissingColumnsError
        If neither counts nor indicator are there for an indicator that the payment depends on.
    UnknownNameError
        For a rule set, option or facility type that does not exist.
    BadRowsError
        With ``errors="raise"`` or a zero policy ``"error"``, naming the rows.

    Notes
    -----
    Every comparison with a band edge is exact (``1000 * contacts >= 150 * members`` in whole
    numbers). Ratings, score and payment of all combinations of levels are worked out once per rule
    set and looked up; ``kbk.rules(...).describe()`` prints the rules they come from.

    Examples
    --------
    >>> import pandas as pd
    >>> import kbkresearch as kbk
    >>> months = pd.DataFrame({
    ...     "facility_type": ["puskesmas", "puskesmas"],
    ...     "members": [10_000, 10_000], "contacts": [1_500, 1_499],
    ...     "referrals": [100, 100], "nonspecialist_referrals": [2, 2],
    ...     "dm_diagnosed": [100, 100], "dm_controlled": [5, 5],
    ...     "ht_diagnosed": [200, 200], "ht_controlled": [10, 10],
    ... })
    >>> kbk.score(months)[["ak_permille", "ak_rating", "score", "payment_pct"]]
       ak_permille  ak_rating  score  payment_pct
    0        150.0          4    4.0        100.0
    1        149.9          3    3.6         95.0
    """
    law = _rule_set(rules)
    policies: dict[str, str] = {
        "zero_referrals": zero_referrals,
        "zero_diagnosed": zero_diagnosed,
        "errors": errors,
    }
    _check_options(data, policies, round_to)
    found: list[FindingGroup] = []
    round_to = None if round_to is None else int(round_to)
    _refuse_repeated_columns(data, law)
    types = facility_codes(data, facility_type, law, found)
    codes: dict[str, Codes] = {}
    new: dict[str, Any] = {}
    for name, indicator in law.indicators.items():
        origin = source(data, indicator, found)
        if origin is not None:
            policy = policies.get(indicator.zero_policy, "")
            codes[name], new[indicator.column] = rate(origin, policy, round_to, found)
    for name, code in codes.items():
        new[law.indicators[name].level_column] = levels(law.indicators[name], code, law)
    counted = {
        column
        for indicator in law.indicators.values()
        for part in indicator.parts
        for column in part
        if indicator.name in codes and all(name in data.columns for name in part)
    }
    new |= payment(data, law, codes, types, found)
    if "capitation_rp" in new and "members" not in counted:
        found.extend(count_findings(data, "members"))
    kept, differing = compare(data, law, new)
    found.extend(differing)
    new |= kept
    scored = _finish(data, new, Findings(found), errors)
    scored.attrs["kbk_rules"] = {
        "id": law.id,
        "changes": _plain(law.provenance.changes) if law.provenance else {},
        "facility_type": facility_type,
        "version": __version__,
    }
    return scored


def findings_of(scored: pd.DataFrame) -> Findings:
    """Return the findings of a table that `score` made.

    Parameters
    ----------
    scored : DataFrame
        As returned by `score`, or a copy of it.

    Returns
    -------
    Findings
        Empty if nothing was found.

    Examples
    --------
    >>> import pandas as pd
    >>> import kbkresearch as kbk
    >>> bad = pd.DataFrame({"ak_permille": [150, -1], "rrns_pct": [1, 1], "rppt_pct": [5, 5]})
    >>> print(kbk.findings_of(kbk.score(bad, facility_type="puskesmas")).describe("en"))
    ERRORS (value not used)
    - ak_permille is outside its domain [0, 1000] (1 row)
        row 1: -1
    """
    stored: Any = scored.attrs.get("kbk_findings", ())
    return Findings(FindingGroup(*(_tuples(part) for part in one)) for one in stored)


def _tuples(part: Any) -> Any:
    """Return lists, also within lists, as the tuples that they were before they were written."""
    return tuple(map(_tuples, part)) if isinstance(part, list) else part


def _rule_set(rules: str | RuleSet) -> RuleSet:
    law = rules_by_id(rules) if isinstance(rules, str) else rules
    if not isinstance(law, RuleSet):
        raise BadArgumentError(f"{getattr(law, 'id', law)!r} is not a performance rule set.")
    return law


def _refuse_repeated_columns(data: pd.DataFrame, law: RuleSet) -> None:
    used = {"facility_type", "consequence", "tariff_rp", "members"}
    for indicator in law.indicators.values():
        used |= {indicator.column, *(column for part in indicator.parts for column in part)}
    repeated = [name for name in data.columns[data.columns.duplicated()] if name in used]
    if repeated:
        count = int((data.columns == repeated[0]).sum())
        raise BadArgumentError(f"The table has {count} columns named {repeated[0]!r}; keep one.")


def _plain(changes: Any) -> Any:
    """Return changes as text, so that they can be written with the table."""
    if isinstance(changes, Mapping):
        return {key: _plain(value) for key, value in changes.items()}
    return str(changes)


def _check_options(data: object, policies: Mapping[str, str], round_to: int | None) -> None:
    if not isinstance(data, pd.DataFrame):
        raise BadArgumentError(f"A pandas DataFrame is needed, found {type(data).__name__}.")
    for option, allowed in (*ZERO_POLICIES.items(), ("errors", ("report", "raise"))):
        if policies[option] not in allowed:
            raise UnknownNameError(f"{option} option", policies[option], allowed)
    if round_to is not None and (isinstance(round_to, float) or round_to not in range(7)):
        raise BadArgumentError(f"round_to={round_to!r}: a whole number from 0 to 6 is needed.")


def _finish(data: pd.DataFrame, new: dict[str, Any], found: Findings, errors: str) -> pd.DataFrame:
    if errors == "raise" and found.total("error"):
        bad = Findings(one for one in found if one.severity == "error")
        raise BadRowsError(f"{bad.total()} values cannot be used:\n" + "\n".join(bad.lines()))
    scored = data.copy(deep=False)
    for name in [name for name in new if name in data.columns]:
        scored[name] = new.pop(name)
    # joining the new columns whole costs nothing; assigning them one by one copies each
    scored = pd.concat([scored, pd.DataFrame(new, index=data.index, copy=False)], axis=1)
    scored.attrs = {**data.attrs, "kbk_findings": found}
    return scored
