"""`explanatory`: the explanatory variables of a facility table, derived and coded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.analysis.columns import column, is_number, numeric
from kbkresearch.analysis.standards import key, standard_document
from kbkresearch.errors import BadArgumentError, MissingColumnsError
from kbkresearch.findings import FindingGroup, merge, on_rows
from kbkresearch.intake.names import read_labels
from kbkresearch.regulation.registry import rule_ids, rules, rules_on
from kbkresearch.scoring.score import findings_of
from kbkresearch.vocabulary import COLUMNS, SERVICE_SCOPES, label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from kbkresearch.regulation.values import Document

_PER = 5000  # the unit that `doctors_per_5000` has in its name, no norm
_FAMILY = "doctor-ratio"
_MOST = "values.members_per_doctor_max"
_CODED = ("funding_model", "consequence")
_COUNTS = ("members", "doctors")
_NEEDED = (
    "Explanatory variables need 'members' and 'doctors', or one of 'funding_model', 'consequence',"
    " 'service_scope'."
)


def explanatory(
    data: pd.DataFrame,
    *,
    norm: str | Document | None = None,
    scopes: Mapping[str, Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return a facility table with its explanatory variables derived and coded.

    Parameters
    ----------
    data : DataFrame
        With ``members`` and ``doctors``, and whichever of ``funding_model``, ``consequence`` and
        ``service_scope`` there are, in Indonesian or English labels.
    norm : str or Document, optional
        Norm of members per doctor for all rows, such as ``"doctor-ratio-2023"``. Without it each
        row is held against the norm in force in its ``month``; without months, against the newest.
    scopes : mapping of str to sequence of str, optional
        Codes of ``service_scope`` and the labels of each. Without it the labels for care with and
        without beds are coded ``inpatient`` and ``outpatient``; others stay as they are written,
        with a finding, since no regulation at hand codes them.

    Returns
    -------
    DataFrame
        The table's columns, index and row order; ``doctors_per_5000``, ``members_per_doctor``
        (missing where there is no doctor), ``doctors_needed`` (fewest doctors that meet the norm)
        and ``doctor_norm_met`` are new, coded columns are replaced. A label that is not known
        becomes missing with a finding: see `findings_of`.

    Raises
    ------
    MissingColumnsError
        If there is nothing to derive or code.
    NoRulesInForceError
        For a month that no norm covers, naming the nearest ones.
    BadColumnError, BadArgumentError, UnknownNameError
        For counts that are no numbers, scopes that name a label twice, and another norm.

    Examples
    --------
    >>> table = explanatory(pd.DataFrame({
    ...     "members": [12_000, 9_000], "doctors": [2, 2],
    ...     "funding_model": ["PPK-BLUD", "belum BLUD"],
    ... }), norm="doctor-ratio-2023")
    >>> table["doctors_per_5000"].round(2).tolist(), table["members_per_doctor"].tolist()
    ([0.83, 1.11], [6000.0, 4500.0])
    >>> table["doctor_norm_met"].tolist(), table["funding_model"].tolist()
    ([False, True], ['blud', 'non_blud'])
    """
    heads = [] if not isinstance(getattr(data, "columns", None), pd.Index) else list(data.columns)
    coded = [name for name in (*_CODED, "service_scope") if name in heads]
    counted = all(name in heads for name in _COUNTS)
    if not counted and not coded:
        raise MissingColumnsError(_NEEDED, heads)
    found: list[FindingGroup] = []
    new: dict[str, Any] = {}
    if counted:
        new |= _doctors(data, norm, found)
    for name in coded:
        new[name] = (
            _scope(data, scopes, found) if name == "service_scope" else _coded(data, name, found)
        )
    return _finish(data, new, found)


def _finish(data: pd.DataFrame, new: dict[str, Any], found: list[FindingGroup]) -> pd.DataFrame:
    """Return the table with its new columns, and all findings."""
    table = data.copy(deep=False)
    for name, values in new.items():
        table[name] = values
    table.attrs = {**data.attrs, "kbk_findings": merge([findings_of(data), found])}
    return table


def _doctors(
    data: pd.DataFrame, norm: str | Document | None, found: list[FindingGroup]
) -> dict[str, Any]:
    """Return the columns that members and doctors give."""
    members, doctors = (_count(data, name, found) for name in _COUNTS)
    members = np.where(members == 0, np.nan, members)
    most = _norms(data, norm, found)
    known = ~np.isnan(members) & ~np.isnan(doctors) & ~np.isnan(most)
    needed = np.ceil(members / most)
    per_doctor = members / np.where(doctors == 0, np.nan, doctors)
    none = np.flatnonzero((doctors == 0) & ~np.isnan(members))
    if len(none):
        found.append(_finding(data, none, "doctors", "no_doctor"))
    new: dict[str, Any] = {
        "doctors_per_5000": _PER * doctors / members,
        "members_per_doctor": per_doctor,
        "doctors_needed": pd.array(needed, dtype="Int64"),
        "doctor_norm_met": pd.Series(members <= most * doctors, data.index, dtype="boolean").mask(
            ~known
        ),
    }
    for name in ("doctors_per_5000", "members_per_doctor"):
        _compare(data, name, new[name], found)
    return new


def _count(data: pd.DataFrame, name: str, found: list[FindingGroup]) -> NDArray[np.float64]:
    """Return a count; a negative one, or zero members, is missing with a finding."""
    values = numeric(data, name)
    wrong = values <= 0 if name == "members" else values < 0
    if wrong.any():
        rule = "no_members" if name == "members" else "negative_count"
        found.append(_finding(data, np.flatnonzero(wrong), name, rule))
    return np.where(wrong, np.nan, values)


def _norms(
    data: pd.DataFrame, norm: str | Document | None, found: list[FindingGroup]
) -> NDArray[np.float64]:
    """Return the members per doctor that the norm of each row allows."""
    if norm is None and "month" in data.columns:
        return _dated(data, found)
    document = _newest() if norm is None else standard_document(norm, "members_per_doctor_max")
    _say(document, found, chosen=norm is not None)
    return np.full(len(data), float(document.values[_MOST].value))


def _dated(data: pd.DataFrame, found: list[FindingGroup]) -> NDArray[np.float64]:
    """Return the norm in force in each row's month."""
    months = column(data, "month")
    try:
        if isinstance(months.dtype, pd.PeriodDtype):
            months = months.dt.to_timestamp()
        months = pd.to_datetime(months, format="ISO8601")
    except (ValueError, TypeError) as error:
        raise BadArgumentError(
            f"month holds what is no date: {error}. Read it with kbk.read."
        ) from None
    most = np.full(len(data), np.nan)
    used: dict[str, Document] = {}
    for month in months.dropna().unique():
        document = rules_on(pd.Timestamp(month).date(), _FAMILY)
        used[document.id] = document
        most[(months == month).to_numpy()] = float(document.values[_MOST].value)
    for document in used.values():
        _say(document, found, chosen=True)
    undated = np.flatnonzero(months.isna())
    if len(undated):
        found.append(_finding(data, undated, "month", "no_month"))
    return most


def _newest() -> Document:
    """Return the norm that came into force last."""
    documents = [rules(one) for one in rule_ids(_FAMILY)]
    newest: Document = max(documents, key=lambda one: one.valid_from.value)
    return newest


def _say(document: Document, found: list[FindingGroup], *, chosen: bool) -> None:
    """Record which norm was used, its source and how sure it is."""
    value = document.values[_MOST]
    shown = f"{document.id}: 1 : {value.value}, {value.status}, {value.citation}"
    why = (
        ("", "")
        if chosen
        else (
            "; tanpa bulan dipakai norma terbaru, sebut norm= bila lain",
            "; without months the newest is taken, name norm= if another is meant",
        )
    )
    found.append(
        FindingGroup(
            "doctor_norm",
            "info",
            "doctor_norm_met",
            f"norma dokter {shown}{why[0]}",
            f"doctor norm {shown}{why[1]}",
        )
    )


def _compare(
    data: pd.DataFrame, name: str, derived: NDArray[np.float64], found: list[FindingGroup]
) -> None:
    """Record where a ratio that the table has already says something else."""
    if name not in data.columns:
        return
    printed = numeric(data, name)
    unit = 0.5 * 10.0 ** -COLUMNS[name].decimals
    apart = np.flatnonzero(np.abs(printed - derived) > unit * (1 + 1e-9))
    if len(apart):
        found.append(_finding(data, apart, name, "ratio_and_counts_disagree"))


def _coded(data: pd.DataFrame, name: str, found: list[FindingGroup]) -> Any:
    """Return a coded column; labels that are not known are missing, with a finding."""
    series = column(data, name)
    values, unknown = read_labels(name, series.tolist())
    if unknown:
        found.append(_finding(data, np.array(unknown), name, "unknown_label"))
    if name == "consequence":
        return pd.Series(values, index=data.index, dtype="boolean")
    return pd.Series(values, index=data.index, dtype=object).infer_objects()


def _scope(
    data: pd.DataFrame, scopes: Mapping[str, Sequence[str]] | None, found: list[FindingGroup]
) -> Any:
    """Return the service scope, coded where its labels are known; numbers stay numbers."""
    series = column(data, "service_scope")
    if scopes is None and is_number(series):
        return series
    codes = _codes(SERVICE_SCOPES if scopes is None else scopes)
    cells = [None if pd.isna(one) or not str(one).strip() else str(one).strip() for one in series]
    values = [None if one is None else codes.get(_key(one)) for one in cells]
    other = [i for i, one in enumerate(values) if one is None and cells[i] is not None]
    if other:
        rule = "scope_as_written" if scopes is None else "unknown_label"
        found.append(_finding(data, np.array(other), "service_scope", rule))
    first: dict[str, str] = {}
    for i in other if scopes is None else ():
        written = str(cells[i])
        values[i] = first.setdefault(_key(written), written)
    return pd.Series(values, index=data.index, dtype=object).infer_objects()


def _key(text: str) -> str:
    """Return what two labels share that differ only in case and punctuation; digits count."""
    return f"{key(text)} {''.join(one for one in text if one.isdigit())}".strip()


def _codes(scopes: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the code of each label; one label cannot have two."""
    codes: dict[str, str] = {}
    for code, labels in scopes.items():
        if isinstance(labels, str):
            raise BadArgumentError(f"scopes[{code!r}] is {labels!r}; a list of labels is needed.")
        for one in (code, *labels):
            other = codes.setdefault(_key(str(one)), code)
            if other != code:
                raise BadArgumentError(f"scopes gives {one!r} two codes, {other!r} and {code!r}.")
    return codes


_MESSAGES = {
    "no_doctor": (
        "warning",
        "tidak ada dokter: peserta per dokter tidak terdefinisi; dokter per 5.000 adalah 0",
        "there is no doctor: members per doctor is not defined; doctors per 5,000 is 0",
    ),
    "no_members": ("error", "harus lebih dari 0", "must be above 0"),
    "negative_count": ("error", "tidak boleh negatif", "must not be negative"),
    "no_month": (
        "error",
        "bulan kosong: norma dokter tidak dapat ditentukan; sebut norm=",
        "no month: the doctor norm cannot be told; name norm=",
    ),
    "ratio_and_counts_disagree": (
        "warning",
        "berbeda dengan nilai dari peserta dan dokter; yang dihitung dipakai",
        "differs from what members and doctors give; the computed value is used",
    ),
    "unknown_label": (
        "error",
        "label tidak dikenal, dibiarkan kosong; perbaiki labelnya",
        "label not known, left missing; correct the label",
    ),
    "scope_as_written": (
        "info",
        "tidak ada kode baku; dibiarkan seperti tertulis, sebut scopes= untuk mengodekannya",
        "has no standard code; left as written, give scopes= to code it",
    ),
}


def _finding(data: pd.DataFrame, rows: NDArray[np.intp], name: str, rule: str) -> FindingGroup:
    """Return a finding on some rows of a column."""
    severity, message_id, message_en = _MESSAGES[rule]
    return on_rows(
        data,
        rows,
        name,
        rule=rule,
        message_id=f"{label(name, 'id')}: {message_id}",
        message_en=f"{name}: {message_en}",
        severity=severity,  # type: ignore[arg-type]
    )
