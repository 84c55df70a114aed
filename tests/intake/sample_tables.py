"""Invented facilities and their figures, and how people type them into the cells of a sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sample_files import Error, Grid, Sample

import kbkresearch as kbk

if TYPE_CHECKING:
    import datetime as dt

SEED = 20_190_007
BULAN = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
    "Oktober", "November", "Desember",
)  # fmt: skip
TYPES = {"puskesmas": "Puskesmas", "klinik_pratama": "Klinik Pratama", "dpp": "DPP"}
COUNTS = (
    "contacts", "members", "nonspecialist_referrals", "referrals", "dm_controlled",
    "dm_diagnosed", "ht_controlled", "ht_diagnosed",
)  # fmt: skip


# the invented facilities


def panel(seed: int, kinds: str, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return months of invented facilities, with the shape that real ones have.

    The contact rate is skewed to the right above its target, most facilities refer no case that
    they should have treated, and few of those diagnosed are controlled members of Prolanis.
    """
    rng = np.random.default_rng([SEED, seed])
    rows = []
    for number, letter in enumerate(kinds, start=1):
        kind = {"p": "puskesmas", "k": "klinik_pratama", "d": "dpp"}[letter]
        size = {"p": 14_000, "k": 5_200, "d": 2_600}[letter] * rng.lognormal(0, 0.35)
        rate, refers = 138 + rng.gamma(2.2, 11), rng.uniform(0.004, 0.016)
        leak, control = max(0.0, rng.normal(-0.002, 0.02)), rng.beta(0.7, 22, size=2)
        for month in months:
            members = round(size * rng.normal(1, 0.012))
            contacts = round(members * max(60.0, rate + rng.gamma(2, 4) - 6) / 1000)
            referrals = int(rng.poisson(members * refers))
            diagnosed = [round(members * share * rng.normal(1, 0.03)) for share in (0.012, 0.034)]
            controlled = [int(rng.binomial(n, p)) for n, p in zip(diagnosed, control, strict=True)]
            rows.append({
                "facility_id": f"0{900 + number:03}{'U' if letter == 'p' else 'B'}{number:03}",
                "facility_name": f"{TYPES[kind]} Sintetis {number:02}",
                "facility_type": kind, "district": "Kota Sintetis", "month": month,
                "members": members, "contacts": contacts, "referrals": referrals,
                "nonspecialist_referrals": int(rng.binomial(referrals, leak)),
                "dm_diagnosed": diagnosed[0], "dm_controlled": controlled[0],
                "ht_diagnosed": diagnosed[1], "ht_controlled": controlled[1],
            })  # fmt: skip
    return with_indicators(pd.DataFrame(rows))


def with_indicators(table: pd.DataFrame) -> pd.DataFrame:
    """Add the indicators as they are printed, with two decimals, and the score."""
    table = table.copy()
    table["ak_permille"] = (1000 * table["contacts"] / table["members"]).round(2)
    ratio = (
        100 * table["nonspecialist_referrals"] / table["referrals"].where(table["referrals"] > 0)
    )
    table["rrns_pct"] = ratio.round(2)
    dm, ht = (table[f"{one}_controlled"] / table[f"{one}_diagnosed"] for one in ("dm", "ht"))
    table["rppt_pct"] = (50 * (dm + ht)).round(2)
    scored = kbk.score(table.assign(facility_type="puskesmas"))
    table["score"] = scored["score"]
    return table


def months(first: str, n: int) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=n, freq="MS")


# how cells are typed


def plain(value: Any) -> Any:
    """Return a number as a spreadsheet holds it; a missing one as an empty cell."""
    if value is None or value != value:  # noqa: PLR0124
        return None
    if isinstance(value, np.generic):
        value = value.item()
    return int(value) if isinstance(value, float) and value.is_integer() else value


def dotted(value: Any) -> Any:
    """Return a whole number as Indonesian text: 12.345; nothing as a dash."""
    return "-" if plain(value) is None else f"{int(value):,}".replace(",", ".")


def comma(value: Any) -> Any:
    """Return a number as Indonesian text with two decimals: 151,20; nothing as a dash."""
    return "-" if plain(value) is None else f"{value:.2f}".replace(".", ",")


def failing(error: str) -> Callable[[Any], Any]:
    """Return what prints a number, and the error that its formula came to where there is none."""
    return lambda value: Error(error) if plain(value) is None else plain(value)


def day(value: pd.Timestamp) -> dt.date:
    return value.date()


def long_month(value: pd.Timestamp) -> str:
    return f"{BULAN[value.month - 1]} {value.year}"


def kind(value: str) -> str:
    return TYPES[value]


Column = tuple[str, str | None, Callable[[Any], Any]]


def grid(name: str, table: pd.DataFrame, columns: list[Column], **around: Any) -> Grid:
    """Print rows of the truth; a column without a canonical name numbers them."""
    rows = [
        [number if one is None else printed(row[one]) for _, one, printed in columns]
        for number, row in enumerate(table.to_dict("records"), start=1)
    ]
    head = around.pop("head", [[heading for heading, *_ in columns]])
    above = around.pop("above", [])
    return Grid(name, above, head, rows, list(table.index), **around)


def sample(file: str, grids: list[Grid], columns: list[Column], truth: pd.DataFrame) -> Sample:
    names = [one if one in truth else None for _, one, _ in columns]
    kept = [one for one in names if one]
    return Sample(file, grids, names, truth[[*dict.fromkeys([*kept, *_extra(truth, kept)])]])


def _extra(truth: pd.DataFrame, kept: list[str]) -> list[str]:
    """Return the month where no column prints it but the name of the sheet does."""
    return ["month"] if "month" in truth and "month" not in kept else []


def achieved(target: float, *, up: bool) -> Callable[[Any], str]:
    def say(value: Any) -> str:
        if plain(value) is None:
            return "-"
        return "Tercapai" if (value >= target if up else value <= target) else "Tidak Tercapai"

    return say


def recap_columns(month: Callable[[Any], Any], number: Callable[[Any], Any]) -> list[Column]:
    """Return the headings of a branch recap word for word, the misspelt ones too."""
    return [
        ("Bulan Kapitasi", "month", month),
        ("KAB/KOTA", "district", str.upper),
        ("Kode PPK", "facility_id", str),
        ("NAMA FKTP", "facility_name", str),
        ("TIPE FKTP", "facility_type", kind),
        ("JUMLAH KONTAK", "contacts", number),
        ("PESERTA TERDAFTAR", "members", number),
        ("Kasus Non Spesialistik", "nonspecialist_referrals", number),
        ("Jumlah Rujukan", "referrals", number),
        ("Prolanis DM Terkendali", "dm_controlled", number),
        ("Peserta Diangnosa DM", "dm_diagnosed", number),
        ("Prolanis HT Terkendali", "ht_controlled", number),
        ("Peserta Diangnosa HT", "ht_diagnosed", number),
        ("Capaian KBK BI", "score", plain),
    ]
