"""How fast scoring is, side by side with other ways to get the same payments, in one run.

The facility-months are SYNTHETIC: drawn from a random generator with a fixed start, no facility in
them is real.
Every variant's payments are compared with those of `kbk.score` before its time is printed.

    uv run --group bench python benchmarks/scoring.py [--rows 3000000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import platform
from time import perf_counter
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl

import kbkresearch as kbk
from kbkresearch.scoring.engine import (
    BLOCK,
    clean,
    codes_from_counts,
    codes_from_values,
    combined_code,
    lookup,
    plan,
)
from kbkresearch.scoring.rating import in_blocks
from kbkresearch.vocabulary import FACILITY_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = np.ndarray[Any, np.dtype[np.float64]]

START = 20_191_231
APPLY_ROWS = 20_000
TYPES = ("puskesmas", "klinik_pratama")
LAW = kbk.rules("kbk-2019")
PLANS = [plan(one) for one in LAW.paying]
TABLE = lookup(LAW)
PUSKESMAS = np.array([85.0, 90.0, 95.0, 100.0])
CLINIC = np.array([95.0, 96.0, 97.0, 100.0])


def synthetic(n: int) -> pd.DataFrame:
    """Facility-months around the band edges, many exactly on them."""
    rng = np.random.default_rng(START)
    members = rng.integers(10, 150, n) * 100
    referrals = rng.integers(1, 20, n) * 20
    dm, ht = rng.integers(1, 15, n) * 20, rng.integers(1, 45, n) * 20
    return pd.DataFrame(
        {
            "facility_type": np.array(TYPES, dtype=object)[rng.integers(0, 2, n)],
            "members": members,
            "contacts": (members * rng.integers(130, 161, n)) // 1000,
            "referrals": referrals,
            "nonspecialist_referrals": (referrals * rng.integers(0, 9, n)) // 200,
            "dm_diagnosed": dm,
            "dm_controlled": (dm * rng.integers(0, 9, n)) // 100,
            "ht_diagnosed": ht,
            "ht_controlled": (ht * rng.integers(0, 9, n)) // 100,
        }
    ).astype({"facility_type": "str"})


# This package's engine -------------------------------------------------------------------------


def kernel_from_values(values: list[Floats], types: np.ndarray[Any, Any]) -> Floats:
    payment = np.empty(len(types))
    flat, width = TABLE.payment.reshape(-1), TABLE.payment.shape[1]

    def work(block: slice) -> None:
        codes = [
            codes_from_values(one[block], bands) for one, bands in zip(values, PLANS, strict=True)
        ]
        place = types[block].astype(np.intp) * width
        place += combined_code(codes, TABLE.sizes)
        flat.take(place, out=payment[block], mode="clip")

    in_blocks(work, len(types))
    return payment


def kernel_from_counts(counts: dict[str, Any], types: np.ndarray[Any, Any]) -> Floats:
    payment = np.empty(len(types))
    flat, width = TABLE.payment.reshape(-1), TABLE.payment.shape[1]

    def work(block: slice) -> None:
        codes = []
        for indicator, bands in zip(LAW.paying, PLANS, strict=True):
            parts = [
                (counts[top][block].astype(float), counts[bottom][block].astype(float))
                for top, bottom in indicator.parts
            ]
            if not clean(parts, whole=True).all():
                raise AssertionError("the synthetic counts are clean")
            codes.append(codes_from_counts(parts, bands)[0])
        place = types[block].astype(np.intp) * width
        place += combined_code(codes, TABLE.sizes)
        flat.take(place, out=payment[block], mode="clip")

    in_blocks(work, len(types))
    return payment


def scored(data: pd.DataFrame) -> Floats:
    return kbk.score(data)["payment_pct"].to_numpy()


# Others ----------------------------------------------------------------------------------------


def indicators_of(data: pd.DataFrame) -> pd.DataFrame:
    """One rounding per indicator, so that values on a band edge stay on it."""
    dm, ht = data["dm_diagnosed"], data["ht_diagnosed"]
    both = data["dm_controlled"] * ht + data["ht_controlled"] * dm
    return pd.DataFrame(
        {
            "ak_permille": 1000 * data["contacts"] / data["members"],
            "rrns_pct": 100 * data["nonspecialist_referrals"] / data["referrals"],
            "rppt_pct": 50 * both / (dm * ht),
            "facility_type": data["facility_type"],
        }
    )


def pandas_cut(data: pd.DataFrame) -> Floats:
    """`pandas.cut` per indicator; an open end below 150 needs the next float down."""
    ak = pd.cut(
        data["ak_permille"], [-np.inf, 140, 145, np.nextafter(150, 0), np.inf], labels=False
    )
    rrns = pd.cut(data["rrns_pct"], [-np.inf, 2, 2.5, 3, np.inf], labels=False)
    rppt = pd.cut(data["rppt_pct"], [-np.inf, 3, 4, 5, np.inf], right=False, labels=False)
    tenths = 4 * (ak + 1) + 5 * (4 - rrns) + (rppt + 1)
    level = pd.cut(tenths, [9, 19, 29, 39, 40], labels=False).to_numpy()
    first = (data["facility_type"] == "puskesmas").to_numpy()
    return np.where(first, PUSKESMAS[level], CLINIC[level])


def pandas_from_counts(data: pd.DataFrame) -> Floats:
    return pandas_cut(indicators_of(data))


def by_row(row: Any) -> float:
    a = (
        4
        if row.ak_permille >= 150
        else 3
        if row.ak_permille > 145
        else 2
        if row.ak_permille > 140
        else 1
    )
    b = 4 if row.rrns_pct <= 2 else 3 if row.rrns_pct <= 2.5 else 2 if row.rrns_pct <= 3 else 1
    c = 4 if row.rppt_pct >= 5 else 3 if row.rppt_pct >= 4 else 2 if row.rppt_pct >= 3 else 1
    tenths = 4 * a + 5 * b + c
    level = 3 if tenths == 40 else 2 if tenths >= 30 else 1 if tenths >= 20 else 0
    return float((PUSKESMAS if row.facility_type == "puskesmas" else CLINIC)[level])


def polars_lazy(frame: pl.DataFrame) -> Floats:
    ak, rrns, rppt = pl.col("ak_permille"), pl.col("rrns_pct"), pl.col("rppt_pct")

    def steps(*pairs: tuple[pl.Expr, float], last: float) -> pl.Expr:
        (first, value), *rest = pairs
        chain: Any = pl.when(first).then(value)
        for condition, then in rest:
            chain = chain.when(condition).then(then)
        return chain.otherwise(last)

    a = steps((ak >= 150, 4), (ak > 145, 3), (ak > 140, 2), last=1)
    b = steps((rrns <= 2, 4), (rrns <= 2.5, 3), (rrns <= 3, 2), last=1)
    c = steps((rppt >= 5, 4), (rppt >= 4, 3), (rppt >= 3, 2), last=1)
    score = pl.col("tenths")

    def paid(table: Floats) -> pl.Expr:
        low, mid, high, full = table.tolist()
        return steps((score == 40, full), (score >= 30, high), (score >= 20, mid), last=low)

    payment = (
        pl.when(pl.col("facility_type") == "puskesmas")
        .then(paid(PUSKESMAS))
        .otherwise(paid(CLINIC))
    )
    lazy = frame.lazy().with_columns(tenths=4 * a + 5 * b + c).select(payment.alias("payment"))
    return lazy.collect()["payment"].to_numpy()


def polars_from_counts(frame: pl.DataFrame) -> Floats:
    dm, ht = pl.col("dm_diagnosed"), pl.col("ht_diagnosed")
    both = pl.col("dm_controlled") * ht + pl.col("ht_controlled") * dm
    lazy = frame.lazy().select(
        "facility_type",
        ak_permille=1000 * pl.col("contacts") / pl.col("members"),
        rrns_pct=100 * pl.col("nonspecialist_referrals") / pl.col("referrals"),
        rppt_pct=50 * both / (dm * ht),
    )
    return polars_lazy(lazy)  # type: ignore[arg-type]  # lazy() of a lazy frame is itself


SQL = """
WITH rated AS (
  SELECT facility_type,
    4 * CASE WHEN ak_permille >= 150 THEN 4 WHEN ak_permille > 145 THEN 3
             WHEN ak_permille > 140 THEN 2 ELSE 1 END
    + 5 * CASE WHEN rrns_pct <= 2 THEN 4 WHEN rrns_pct <= 2.5 THEN 3
               WHEN rrns_pct <= 3 THEN 2 ELSE 1 END
    + CASE WHEN rppt_pct >= 5 THEN 4 WHEN rppt_pct >= 4 THEN 3
           WHEN rppt_pct >= 3 THEN 2 ELSE 1 END AS tenths
  FROM {source})
SELECT CASE WHEN facility_type = 'puskesmas'
  THEN CASE WHEN tenths = 40 THEN 100.0 WHEN tenths >= 30 THEN 95.0
            WHEN tenths >= 20 THEN 90.0 ELSE 85.0 END
  ELSE CASE WHEN tenths = 40 THEN 100.0 WHEN tenths >= 30 THEN 97.0
            WHEN tenths >= 20 THEN 96.0 ELSE 95.0 END END::DOUBLE AS payment
FROM rated
"""
FROM_COUNTS = """(
  SELECT facility_type,
    1000 * contacts / members AS ak_permille,
    100 * nonspecialist_referrals / referrals AS rrns_pct,
    50 * (dm_controlled * ht_diagnosed + ht_controlled * dm_diagnosed)
      / (dm_diagnosed * ht_diagnosed) AS rppt_pct
  FROM counts)"""


def duckdb_case(connection: duckdb.DuckDBPyConnection, source: str) -> Floats:
    found = connection.execute(SQL.format(source=source)).fetchnumpy()["payment"]
    return np.asarray(found)


# The run ---------------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    n = options.rows
    data = synthetic(n)
    given = indicators_of(data)
    names = ["ak_permille", "rrns_pct", "rppt_pct"]
    values = [given[name].to_numpy() for name in names]
    counts = {name: data[name].to_numpy() for name in data.columns if name != "facility_type"}
    types = np.array([FACILITY_TYPES.index(kind) for kind in TYPES], np.uint8)[
        (data["facility_type"] == TYPES[1]).to_numpy().astype(int)
    ]
    given_pl, data_pl = pl.from_pandas(given), pl.from_pandas(data)
    connection = duckdb.connect()
    connection.register("given_frame", given)
    connection.register("count_frame", data)
    connection.execute("CREATE TABLE given AS SELECT * FROM given_frame")
    connection.execute("CREATE TABLE counts AS SELECT * FROM count_frame")
    sample = given.iloc[:APPLY_ROWS]
    source, target = np.concatenate(values), np.empty(3 * n)

    def copy_bytes() -> None:
        def work(block: slice) -> None:
            np.copyto(target[block], source[block])

        in_blocks(work, 3 * n)

    expected = scored(data)
    variants: dict[str, tuple[int, Callable[[], Any]]] = {
        "from indicators: copying the three columns": (n, copy_bytes),
        "from indicators: kernel (codes, lookup)": (n, lambda: kernel_from_values(values, types)),
        "from indicators: kbk.score, all checks and columns": (n, lambda: scored(given)),
        "from indicators: polars, lazy when/then": (n, lambda: polars_lazy(given_pl)),
        "from indicators: DuckDB, CASE": (n, lambda: duckdb_case(connection, "given")),
        "from indicators: pandas.cut": (n, lambda: pandas_cut(given)),
        "from indicators: pandas apply, row by row (*)": (
            len(sample),
            lambda: sample.apply(by_row, axis=1).to_numpy(),
        ),
        "from counts: kernel (checks, exact codes, lookup)": (
            n,
            lambda: kernel_from_counts(counts, types),
        ),
        "from counts: kbk.score, all checks and columns": (n, lambda: scored(data)),
        "from counts: polars, lazy when/then": (n, lambda: polars_from_counts(data_pl)),
        "from counts: DuckDB, CASE": (n, lambda: duckdb_case(connection, FROM_COUNTS)),
        "from counts: pandas.cut": (n, lambda: pandas_from_counts(data)),
    }
    best = dict.fromkeys(variants, float("inf"))
    for turn in range(options.rounds):
        for name, (rows, run) in variants.items():
            start = perf_counter()
            found = run()
            best[name] = min(best[name], perf_counter() - start)
            if turn == 0 and found is not None and not np.array_equal(found, expected[:rows]):
                raise AssertionError(f"{name}: payments differ")
    print(
        f"{n:,} SYNTHETIC facility-months (start {START}), best of {options.rounds} interleaved"
        f" rounds, blocks of {BLOCK:,} rows, {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__},"
        f" polars {pl.__version__}, DuckDB {duckdb.__version__}"
    )
    print(f"(*) on {len(sample):,} rows, scaled. Payments of all variants are equal.\n")
    print(f"| {'variant':52} | seconds | million rows/s | times pandas.cut |")
    print(f"|{'-' * 54}|--------:|---------------:|-----------------:|")
    for name, (rows, _) in variants.items():
        rate = rows / best[name]
        part = name.partition(":")[0]
        base = n / best[f"{part}: pandas.cut"]
        print(f"| {name:52} | {n / rate:7.3f} | {rate / 1e6:14.2f} | {rate / base:16.2f} |")


if __name__ == "__main__":
    main()
