"""From levels to score, payment and rupiah, for every facility type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from kbkresearch.errors import UnknownNameError
from kbkresearch.findings import FindingGroup, on_rows
from kbkresearch.intake.plausible import EXACT
from kbkresearch.scoring.columns import numbers
from kbkresearch.scoring.engine import combined_code, lookup
from kbkresearch.scoring.rating import in_blocks
from kbkresearch.vocabulary import FACILITY_TYPES, Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kbkresearch.regulation.values import RuleSet
    from kbkresearch.scoring.engine import Codes, Floats

_NO_TYPE = len(FACILITY_TYPES)
_KNOWN = ", ".join(FACILITY_TYPES)
_NO_PAYMENT = (
    (
        "no_facility_type",
        Text(
            "{} baris tanpa jenis FKTP: pembayaran kosong; isi kolomnya atau beri facility_type=",
            "{} rows without facility type: payment missing; fill the column or give"
            " facility_type=",
        ),
    ),
    (
        "unknown_facility_type",
        Text(
            f"{{}} baris dengan jenis FKTP yang tidak dikenal: pembayaran kosong; tulis salah satu"
            f" dari: {_KNOWN}",
            f"{{}} rows with a facility type that is not known: payment missing; write one of:"
            f" {_KNOWN}",
        ),
    ),
)


def facility_codes(
    data: pd.DataFrame, default: str | None, law: RuleSet, found: list[FindingGroup]
) -> Codes:
    """Return each row's facility type as its place in `FACILITY_TYPES`.

    Parameters
    ----------
    data : DataFrame
        With or without ``facility_type``.
    default : str or None
        Type of rows that name none; it is no answer for a type that is printed and not known.
    law : RuleSet
    found : list of FindingGroup
        Gets findings on types whose payment is not known, or not verified.

    Returns
    -------
    array of uint8, shape (n,)
        One past the last type where there is none.

    Raises
    ------
    UnknownNameError
        For a type that does not exist, naming rows and choices.
    """
    if default is not None and default not in FACILITY_TYPES:
        raise UnknownNameError(Text("jenis FKTP", "facility type"), default, FACILITY_TYPES)
    fallback = _NO_TYPE if default is None else FACILITY_TYPES.index(default)
    codes = np.full(len(data), fallback, np.uint8)
    if "facility_type" in data.columns:
        places, names = _factorize(data["facility_type"])
        unknown = [name for name in names if name not in FACILITY_TYPES]
        if unknown:
            rows = data.index[places == list(names).index(unknown[0])][:5]
            kind = f"facility type in rows {', '.join(map(str, rows))}:"
            raise UnknownNameError(kind, unknown[0], FACILITY_TYPES)
        order = [*(FACILITY_TYPES.index(name) for name in names), fallback]
        codes = np.array(order, np.uint8).take(places)
    if default is not None:
        codes[unknown_types(data)] = _NO_TYPE
    _report_types(codes, default, law, found)
    return codes


def unknown_types(data: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows for which a file prints a facility type that is not known.

    Parameters
    ----------
    data : DataFrame

    Returns
    -------
    array of bool, shape (n,)
    """
    if "facility_type_printed" not in data.columns:
        return np.zeros(len(data), np.bool_)
    unknown = data["facility_type_printed"].notna().to_numpy(np.bool_)
    if "facility_type" in data.columns:
        unknown = unknown & data["facility_type"].isna().to_numpy(np.bool_)
    return unknown


def _factorize(types: pd.Series) -> tuple[np.ndarray[Any, Any], Any]:
    """Return each row's place among the types that occur, -1 where there is none."""
    try:
        return pd.factorize(types)
    except TypeError:  # a cell that holds a list or a table
        return pd.factorize(types.where(types.isna(), types.astype(str)))


def _report_types(
    codes: Codes, default: str | None, law: RuleSet, found: list[FindingGroup]
) -> None:
    """Say for which facility types no payment is known, or only an unverified one."""
    present = np.bincount(codes, minlength=_NO_TYPE + 1).tolist()
    if present[_NO_TYPE] and "any" not in law.payment:
        rule, words = _NO_PAYMENT[default is not None]
        n = present[_NO_TYPE]
        messages = words.id.format(n), words.en.format(n)
        found.append(FindingGroup(rule, "warning", "facility_type", *messages))
    for name, n in zip(FACILITY_TYPES, present, strict=False):
        table = law.payment.get(name) or law.payment.get("any")
        if n and table is None:
            found.append(
                FindingGroup(
                    "no_payment_table",
                    "warning",
                    "payment_pct",
                    f"{n} baris {name}: {law.id} tidak memuat tabel pembayarannya; nilai dihitung,"
                    " pembayaran kosong (lihat rules.replace)",
                    f"{n} rows of {name}: {law.id} holds no payment table for it; score computed,"
                    " payment missing (see rules.replace)",
                )
            )
        elif n and table and any(value.status == "unverified" for _, value in table.by_score):
            found.append(
                FindingGroup(
                    "unverified_rule",
                    "warning",
                    "payment_pct",
                    f"{n} baris {name}: tabel pembayarannya dalam {law.id} belum terverifikasi",
                    f"{n} rows of {name}: their payment table in {law.id} is unverified",
                )
            )


def payment(
    data: pd.DataFrame,
    law: RuleSet,
    codes: dict[str, Codes],
    types: Codes,
    found: list[FindingGroup],
) -> dict[str, Any]:
    """Return the columns of score, payment and rupiah.

    Parameters
    ----------
    data : DataFrame
    law : RuleSet
    codes : dict of str to array of uint8, shape (n,)
        Band codes by indicator.
    types : array of uint8, shape (n,)
        As `facility_codes` gives them.
    found : list of FindingGroup
        Gets the findings.

    Returns
    -------
    dict of str to array, shape (n,)
    """
    table = lookup(law)
    flat, width = table.payment.reshape(-1), table.payment.shape[1]
    n = len(data)
    scores, pct = np.empty(n), np.empty(n)

    def work(block: slice) -> None:
        code = combined_code([codes[one.name][block] for one in law.paying], table.sizes)
        table.score.take(code, out=scores[block], mode="clip")
        place = types[block].astype(np.intp) * width
        place += code
        flat.take(place, out=pct[block], mode="clip")

    in_blocks(work, n)
    new: dict[str, Any] = {"score": scores} if law.has_score else {}
    if "consequence" in data.columns:
        _consequence(data, law, pct, found)
    new["payment_pct"] = pct
    if "tariff_rp" in data.columns and "members" in data.columns:
        new |= _rupiah(data, pct, found)
    return new


def _consequence(data: pd.DataFrame, law: RuleSet, pct: Floats, found: list[FindingGroup]) -> None:
    """Pay in full where the score has no consequence; leave missing where that is not known."""
    column = data["consequence"].astype(object)
    truth = column.isin([True, 1]).to_numpy()
    falsehood = column.isin([False, 0]).to_numpy()
    pct[falsehood] = float(law.without_consequence.value)
    unknown = np.flatnonzero(~truth & ~falsehood)
    if len(unknown):
        pct[unknown] = np.nan
        found.append(
            on_rows(
                data,
                unknown,
                "consequence",
                rule="unknown_consequence",
                message_id="status konsekuensi bukan benar/salah; pembayaran kosong",
                message_en="consequence is neither true nor false; payment missing",
                severity="warning",
            )
        )


def _rupiah(data: pd.DataFrame, pct: Floats, found: list[FindingGroup]) -> dict[str, Floats]:
    tariff, wrong = numbers(data, "tariff_rp")
    found.extend(wrong)
    members, _ = numbers(data, "members")
    negative = np.flatnonzero(tariff < 0)
    if len(negative):
        found.append(
            on_rows(
                data,
                negative,
                "tariff_rp",
                rule="negative_tariff",
                message_id="tarif negatif; rupiah dikosongkan",
                message_en="tariff_rp is negative; the rupiah are left missing",
            )
        )
    capitation, paid = np.empty(len(data)), np.empty(len(data))

    def work(block: slice) -> None:
        price, persons = tariff[block].astype(float), members[block].astype(float)
        usable = (price >= 0) & (persons >= 0) & (persons < EXACT) & (persons == np.floor(persons))
        price[~usable] = np.nan
        capitation[block] = np.where(usable, persons, 0) * price
        paid[block] = capitation[block] * pct[block] / 100

    in_blocks(work, len(data))
    return {"capitation_rp": capitation, "paid_rp": paid}
