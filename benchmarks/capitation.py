"""How fast member records become an evaluated adjusted capitation, beside a bare group-by.

The members are SYNTHETIC: made by `kbkresearch.synthetic_members`, nobody in them exists. The file
is written once; then each route runs in a fresh process of its own, in turn, so that all meet the
same machine, and peak memory is that of the route alone.

    uv run python benchmarks/capitation.py [--rows 10000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

START = 20_260_101
BLOCK = 1_000_000
FACILITIES = 400
BY = ["age_band", "sex"]
BARE = (
    "select facility_id, age_years // 5 as age_band, sex, count(*), sum(member_months),"
    " sum(visits), sum(cost_rp) from read_parquet('{}') group by all"
)
ROUTES = {
    "bare group-by in DuckDB": "bare",
    "strata, adjusted capitation, evaluation": "ours",
}


def write_members(path: Path, rows: int) -> None:
    """Write synthetic members, block by block."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    import kbkresearch as kbk

    writer = None
    for block, first in enumerate(range(0, rows, BLOCK)):
        n = min(BLOCK, rows - first)
        members = kbk.synthetic_members(n, facilities=min(FACILITIES, n), seed=START + block)
        members["member_id"] = [f"SYN-{place:09}" for place in range(first, first + n)]
        table = pa.Table.from_pandas(
            members.astype({"facility_id": str}), preserve_index=False
        ).replace_schema_metadata()
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def bare(path: str) -> float:
    """Group the members and nothing else; returns the sum of visits."""
    import duckdb

    found = duckdb.sql(BARE.format(path)).df()
    return float(found["sum(visits)"].sum())


def ours(path: str) -> float:
    """Members to strata, a payment adjusted for their mix, and who is underpaid by it."""
    import kbkresearch as kbk
    from kbkresearch.capitation.files import evaluate_file, strata_of_file

    strata = strata_of_file(path, BY)
    adjusted = kbk.adjusted_capitation(strata, BY, 6000, months=12)
    found = evaluate_file(path, strata, adjusted, by=BY)
    ratio = found.frame["predictive_ratio"].iloc[0]
    if not 0.5 < ratio < 2:
        raise AssertionError(ratio)
    return float(strata["visits"].sum())


def run_route(route: str, path: str) -> None:
    """Run one route and print its time, peak memory and sum of visits as JSON."""
    work = {"bare": bare, "ours": ours}[route]
    start = perf_counter()
    visits = work(path)
    seconds = perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak_gib": peak_gib(), "visits": visits}))


def peak_gib() -> float:
    """Peak memory of this process; what getrusage says includes that of the parent."""
    status = Path("/proc/self/status").read_text("utf-8")
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024**2


def measured(route: str, path: Path) -> dict[str, float]:
    """Run one route in a fresh process."""
    command = [sys.executable, __file__, "--route", route, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=10_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--route", choices=list(ROUTES.values()))
    asked.add_argument("--file")
    given = asked.parse_args()
    if given.route:
        run_route(given.route, given.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic-members.parquet"
        write_members(path, given.rows)
        size = path.stat().st_size / 1024**2
        print(f"{given.rows:,} SYNTHETIC members, {size:.0f} MiB of Parquet; Python", end=" ")
        print(f"{platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        rounds = [
            {name: measured(route, path) for name, route in ROUTES.items()}
            for _ in range(given.rounds)
        ]
    if len({one["visits"] for each in rounds for one in each.values()}) != 1:
        raise AssertionError("the routes count different visits")
    base = min(each[next(iter(ROUTES))]["seconds"] for each in rounds)
    print("| route | best s | worst s | times the bare group-by | peak GiB |")
    print("|---|---:|---:|---:|---:|")
    for name in ROUTES:
        times = [each[name]["seconds"] for each in rounds]
        peak = max(each[name]["peak_gib"] for each in rounds)
        ratio = min(times) / base
        print(f"| {name} | {min(times):.2f} | {max(times):.2f} | {ratio:.1f} | {peak:.2f} |")


if __name__ == "__main__":
    main()
