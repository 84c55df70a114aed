"""`score`: a table of counts or indicators in, the same table with ratings and payment out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch import __version__
from kbkresearch.errors import BadArgumentError, BadRowsError, MissingColumnsError, UnknownNameError
from kbkresearch.findings import FindingGroup, Findings
from kbkresearch.regulation.registry import rules as rules_by_id
from kbkresearch.regulation.values import RuleSet
from kbkresearch.scoring.checks import ZERO_POLICIES, Repair, disagreement
from kbkresearch.scoring.columns import group, numbers
from kbkresearch.scoring.engine import (
    BLOCK,
    BandPlan,
    clean,
    codes_from_counts,
    codes_from_values,
    combined_code,
    lookup,
    plan,
    round_half_up,
)
from kbkresearch.vocabulary import FACILITY_TYPES, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.regulation.values import Indicator
    from kbkresearch.scoring.engine import Codes, Floats

Array: TypeAlias = np.ndarray[Any, Any]

_NO_TYPE = len(FACILITY_TYPES)


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
        never zero.

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
    policies = {
        "zero_referrals": zero_referrals,
        "zero_diagnosed": zero_diagnosed,
        "errors": errors,
    }
    _check_options(data, policies, round_to)
    found: list[FindingGroup] = []
    types = _facility_codes(data, facility_type, law, found)
    levels: dict[str, Codes] = {}
    new: dict[str, Any] = {}
    for indicator in law.indicators.values():
        source = _source(data, indicator, found)
        if source is None:
            continue
        codes, values = _rate(
            data, source, policies.get(indicator.zero_policy, ""), round_to, found
        )
        levels[indicator.name] = codes
        new[indicator.column] = values
    for name, codes in levels.items():
        new[law.indicators[name].level_column] = _levels(law.indicators[name], codes, law)
    new |= _payment(data, law, levels, types, found)
    return _finish(data, new, law, Findings(found), errors)


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
    error: ak_permille: ak_permille is outside its domain [0, 1000] [rows 1 (-1)]
    """
    return Findings(scored.attrs.get("kbk_findings", ()))


@dataclass(frozen=True)
class _Source:
    """Where an indicator comes from: counts, the indicator as given, or both."""

    indicator: Indicator
    bands: BandPlan
    parts: tuple[tuple[Array, Array], ...]
    given: Array | None


def _rule_set(rules: str | RuleSet) -> RuleSet:
    law = rules_by_id(rules) if isinstance(rules, str) else rules
    if not isinstance(law, RuleSet):
        raise BadArgumentError(f"{getattr(law, 'id', law)!r} is not a performance rule set.")
    return law


def _check_options(data: object, policies: dict[str, str], round_to: int | None) -> None:
    if not isinstance(data, pd.DataFrame):
        raise BadArgumentError(f"A pandas DataFrame is needed, found {type(data).__name__}.")
    for option, allowed in (*ZERO_POLICIES.items(), ("errors", ("report", "raise"))):
        if policies[option] not in allowed:
            raise UnknownNameError(f"{option} option", policies[option], allowed)
    if round_to is not None and round_to not in range(7):
        raise BadArgumentError(f"round_to={round_to!r}: a whole number from 0 to 6 is needed.")


def _source(data: pd.DataFrame, indicator: Indicator, found: list[FindingGroup]) -> _Source | None:
    needed = [column for part in indicator.parts for column in part]
    counted = all(column in data.columns for column in needed)
    given = indicator.column in data.columns
    if not counted and not given:
        if not indicator.in_payment:
            return None
        raise MissingColumnsError(
            f"{indicator.name.upper()} needs the counts {', '.join(needed)}"
            f" or the indicator {indicator.column}.",
            list(data.columns),
        )

    def read(column: str) -> Array:
        values, wrong = numbers(data, column)
        found.extend(wrong)
        return values

    return _Source(
        indicator=indicator,
        bands=plan(indicator),
        parts=tuple((read(top), read(bottom)) for top, bottom in indicator.parts)
        if counted
        else (),
        given=read(indicator.column) if given else None,
    )


def _in_blocks(work: Callable[[slice], None], n: int) -> None:
    """Run `work` on blocks of rows that fit the processor's cache, on all cores."""
    blocks = [slice(start, min(start + BLOCK, n)) for start in range(0, n, BLOCK)]
    if len(blocks) < 4:  # noqa: PLR2004 - not worth a thread
        for block in blocks:
            work(block)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for _ in pool.map(work, blocks):
            pass


def _rate(
    data: pd.DataFrame,
    source: _Source,
    policy: str,
    round_to: int | None,
    found: list[FindingGroup],
) -> tuple[Codes, Floats]:
    """Return band codes and values of one indicator for all rows."""
    n = len(data)
    codes = np.empty(n, np.uint8)
    values = np.empty(n)
    given = None if source.given is None else source.given.astype(np.float64)
    if not source.parts and given is not None:
        values[:] = _rounded(given, round_to)
        codes[:] = codes_from_values(values, source.bands)
        _outside(data, source, values, found)
        return codes, values
    fine = np.empty(n, bool)

    def work(block: slice) -> None:
        parts = [
            (top[block].astype(float), bottom[block].astype(float)) for top, bottom in source.parts
        ]
        fine[block] = clean(parts)
        codes[block], values[block] = codes_from_counts(parts, source.bands)

    _in_blocks(work, n)
    if not fine.all():
        _repair(data, source, policy, np.flatnonzero(~fine), codes, values, given, found)
    if given is not None:
        found.extend(disagreement(data, source.indicator, given, values))
    if round_to is not None:
        _round_counts(source, np.flatnonzero(fine), round_to, codes, values)
    return codes, values


def _repair(
    data: pd.DataFrame,
    source: _Source,
    policy: str,
    rows: Array,
    codes: Codes,
    values: Floats,
    given: Floats | None,
    found: list[FindingGroup],
) -> None:
    parts = [(top[rows].astype(float), bottom[rows].astype(float)) for top, bottom in source.parts]
    repair = Repair(data, source.indicator, source.bands, rows, parts, policy)
    repair.run()
    if given is not None:
        repair.from_values(given[rows])
    codes[rows], values[rows] = repair.codes, repair.values
    found.extend(repair.findings)


def _outside(
    data: pd.DataFrame, source: _Source, values: Floats, found: list[FindingGroup]
) -> None:
    low, high = source.bands.bounds
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero((values < low) | (values > high))
    if len(rows):
        name, domain = source.indicator.column, source.indicator.domain
        found.append(
            group(
                data,
                rows,
                name,
                rule="indicator_outside_domain",
                message_id=f"{label(name, 'id', unit=True)} di luar ranah {domain}",
                message_en=f"{name} is outside its domain {domain}",
            )
        )


def _rounded(values: Floats, round_to: int | None) -> Floats:
    if round_to is None:
        return values
    unique, inverse = np.unique(values, return_inverse=True)
    rounded = [
        round_half_up(*_ratio(one), 1, round_to) if np.isfinite(one) else one for one in unique
    ]
    return np.array(rounded, dtype=float)[inverse]


def _ratio(value: float) -> tuple[int, int]:
    """Return the decimal that `value` shows as a fraction of whole numbers."""
    from fractions import Fraction

    exact = Fraction(repr(float(value)))
    return exact.numerator, exact.denominator


def _round_counts(
    source: _Source, rows: Array, round_to: int, codes: Codes, values: Floats
) -> None:
    from kbkresearch.scoring.engine import combine

    as_integers = [
        tuple(side[rows].astype(np.int64).astype(object) for side in part) for part in source.parts
    ]
    top, bottom = combine(as_integers)  # type: ignore[arg-type]  # exact: Python's integers
    scale = source.bands.unit_scale
    values[rows] = [
        round_half_up(int(a), int(b), scale, round_to) for a, b in zip(top, bottom, strict=True)
    ]
    codes[rows] = codes_from_values(values[rows], source.bands)


def _levels(indicator: Indicator, codes: Codes, law: RuleSet) -> Any:
    """Return codes as ratings (nullable integers) or zones (ordered categories)."""
    missing = codes == len(indicator.bands)
    if law.has_score:
        ratings = np.array([*(int(band.level) for band in indicator.bands), 1], np.int8)
        return pd.arrays.IntegerArray(ratings.take(codes), missing)
    order = np.array([*(law.levels.index(band.level) for band in indicator.bands), -1], np.int8)
    return pd.Categorical.from_codes(
        order.take(codes), [str(one) for one in law.levels], ordered=True
    )


def _facility_codes(
    data: pd.DataFrame, default: str | None, law: RuleSet, found: list[FindingGroup]
) -> NDArray8:
    """Return each row's facility type as its place in `FACILITY_TYPES`."""
    if default is not None and default not in FACILITY_TYPES:
        raise UnknownNameError("facility type", default, FACILITY_TYPES)
    fallback = _NO_TYPE if default is None else FACILITY_TYPES.index(default)
    if "facility_type" not in data.columns:
        codes = np.full(len(data), fallback, np.uint8)
    else:
        series = data["facility_type"]
        places = pd.Categorical(series, categories=list(FACILITY_TYPES)).codes
        unnamed = places < 0
        if unnamed.any():
            unknown = series[unnamed].dropna()
            if len(unknown):
                rows = ", ".join(map(str, unknown.index[:5]))
                raise UnknownNameError(
                    f"facility type in rows {rows}:", unknown.iloc[0], FACILITY_TYPES
                )
        codes = places.astype(np.uint8)
        codes[unnamed] = fallback
    _report_types(data, codes, law, found)
    return codes


def _report_types(
    data: pd.DataFrame, codes: NDArray8, law: RuleSet, found: list[FindingGroup]
) -> None:
    """Say for which facility types no payment is known, or only an unverified one."""
    present = np.bincount(codes, minlength=_NO_TYPE + 1)
    if present[_NO_TYPE] and "any" not in law.payment:
        found.append(
            FindingGroup(
                "no_facility_type",
                "warning",
                "facility_type",
                f"{present[_NO_TYPE]} baris tanpa jenis FKTP: pembayaran kosong; isi kolomnya"
                " atau beri facility_type=",
                f"{present[_NO_TYPE]} rows without facility type: payment missing; fill the column"
                " or give facility_type=",
            )
        )
    for place, name in enumerate(FACILITY_TYPES):
        table = law.payment.get(name) or law.payment.get("any")
        if not present[place]:
            continue
        if table is None:
            found.append(
                FindingGroup(
                    "no_payment_table",
                    "warning",
                    "payment_pct",
                    f"{present[place]} baris {name}: {law.id} tidak memuat tabel pembayarannya;"
                    " nilai dihitung, pembayaran kosong (lihat rules.replace)",
                    f"{present[place]} rows of {name}: {law.id} holds no payment table for it;"
                    " score computed, payment missing (see rules.replace)",
                )
            )
        elif any(value.status == "unverified" for _, value in table.by_score):
            found.append(
                FindingGroup(
                    "unverified_rule",
                    "warning",
                    "payment_pct",
                    f"{present[place]} baris {name}: tabel pembayarannya dalam {law.id} belum"
                    " terverifikasi",
                    f"{present[place]} rows of {name}: their payment table in {law.id} is unverified",
                )
            )


NDArray8: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"


def _payment(
    data: pd.DataFrame,
    law: RuleSet,
    levels: dict[str, Codes],
    types: NDArray8,
    found: list[FindingGroup],
) -> dict[str, Any]:
    """Return score, payment and rupiah."""
    table = lookup(law)
    flat, width = table.payment.reshape(-1), table.payment.shape[1]
    if "any" in law.payment:
        types = np.zeros_like(types)
    n = len(data)
    scores, payment = np.empty(n), np.empty(n)

    def work(block: slice) -> None:
        code = combined_code([levels[one.name][block] for one in law.paying], table.sizes)
        table.score.take(code, out=scores[block], mode="clip")
        place = types[block].astype(np.intp) * width
        place += code
        flat.take(place, out=payment[block], mode="clip")

    _in_blocks(work, n)
    new: dict[str, Any] = {"score": scores} if law.has_score else {}
    if "consequence" in data.columns:
        _consequence(data, law, payment, found)
    new["payment_pct"] = payment
    if "tariff_rp" in data.columns and "members" in data.columns:
        new |= _rupiah(data, payment, found)
    return new


def _consequence(
    data: pd.DataFrame, law: RuleSet, payment: Floats, found: list[FindingGroup]
) -> None:
    """Pay in full where the score has no consequence; leave missing where that is not known."""
    column = data["consequence"]
    truth = column.isin([True, 1]).to_numpy()
    falsehood = column.isin([False, 0]).to_numpy()
    payment[falsehood] = float(law.without_consequence.value)
    unknown = np.flatnonzero(~truth & ~falsehood)
    if len(unknown):
        payment[unknown] = np.nan
        found.append(
            group(
                data,
                unknown,
                "consequence",
                rule="unknown_consequence",
                message_id="status konsekuensi bukan benar/salah; pembayaran kosong",
                message_en="consequence is neither true nor false; payment missing",
            )
        )


def _rupiah(data: pd.DataFrame, payment: Floats, found: list[FindingGroup]) -> dict[str, Floats]:
    tariff, wrong = numbers(data, "tariff_rp")
    found.extend(wrong)
    members, _ = numbers(data, "members")
    tariff, members = tariff.astype(float), members.astype(float)
    negative = np.flatnonzero(tariff < 0)
    if len(negative):
        found.append(
            group(
                data,
                negative,
                "tariff_rp",
                rule="negative_tariff",
                message_id="tarif negatif; rupiah dikosongkan",
                message_en="tariff_rp is negative; the rupiah are left missing",
            )
        )
    with np.errstate(invalid="ignore"):
        usable = (tariff >= 0) & (members >= 0) & (members == np.floor(members))
    capitation = np.where(usable, members * tariff, np.nan)
    return {"capitation_rp": capitation, "paid_rp": capitation * payment / 100}


def _finish(
    data: pd.DataFrame, new: dict[str, Any], law: RuleSet, found: Findings, errors: str
) -> pd.DataFrame:
    if errors == "raise" and found.total("error"):
        bad = Findings(one for one in found if one.severity == "error")
        raise BadRowsError(f"{bad.total()} values cannot be used:\n{bad.describe('en', most=20)}")
    scored = data.copy(deep=False)
    for name, values in new.items():
        scored[name] = values
    changes = dict(law.provenance.changes) if law.provenance else {}
    scored.attrs = {
        **data.attrs,
        "kbk_findings": found,
        "kbk_rules": {"id": law.id, "changes": changes, "version": __version__},
    }
    return scored
