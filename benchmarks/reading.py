"""Reading a national year against what parsing its file costs anyway, side by side in one run.

uv run --group bench python benchmarks/reading.py [--facilities 24000] [--rounds 5]

The facility-months are drawn from a random generator with a fixed start; nothing in them is real.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS = 12
HEADINGS = [
    "Kode PPK", "NAMA FKTP", "TIPE FKTP", "KAB/KOTA", "Bulan Kapitasi", "PESERTA TERDAFTAR",
    "JUMLAH KONTAK", "Jumlah Rujukan", "Kasus Non Spesialistik", "Peserta Diangnosa DM",
    "Prolanis DM Terkendali", "Peserta Diangnosa HT", "Prolanis HT Terkendali",
    "Angka Kontak (‰)", "RRNS (%)", "RPPT (%)", "Tarif Kapitasi", "Keterangan",
]  # fmt: skip
THOUSANDS = {"PESERTA TERDAFTAR", "JUMLAH KONTAK", "Tarif Kapitasi"}
USED = ("polars", "pandas", "numpy", "python-calamine", "kbkresearch")


def columns(facilities: int) -> list[list[object]]:
    """Return the columns of the table, of text and numbers."""
    rng = np.random.default_rng(2019)
    each, n = np.repeat(np.arange(facilities), MONTHS), facilities * MONTHS
    types = np.array(["Puskesmas", "Klinik Pratama", "RS D Pratama"])
    members = np.repeat(rng.integers(800, 45_000, facilities), MONTHS) + rng.integers(-50, 50, n)
    contacts = (members * rng.uniform(0.08, 0.22, n)).astype(int)
    referrals = (members * rng.uniform(0.01, 0.03, n)).astype(int) + 1
    without = (referrals * rng.uniform(0, 0.05, n)).astype(int)
    dm, ht = (members * 0.02).astype(int) + 1, (members * 0.05).astype(int) + 1
    dm_good, ht_good = ((of * rng.uniform(0.01, 0.1, n)).astype(int) for of in (dm, ht))
    tariff = rng.choice([4_500, 5_500, 6_000, 8_300, 9_000], facilities)[each]
    texts = [
        [f"{one % 514:04}U{one // 514:03}" for one in each],
        [f"{'Puskesmas' if one % 2 else 'Klinik'} Sintetis {one}" for one in each],
        types[rng.choice(3, facilities, p=[0.45, 0.5, 0.05])][each].tolist(),
        [f"KAB. SINTETIS {one % 514}" for one in each],
        [f"{month:02}/2023" for month in range(1, MONTHS + 1)] * facilities,
    ]
    counts = [members, contacts, referrals, without, dm, dm_good, ht, ht_good]
    printed = [
        1000 * contacts / members, 100 * without / referrals, 50 * (dm_good / dm + ht_good / ht),
    ]  # fmt: skip
    numbers = [*counts, *(one.round(2) for one in printed), tariff]
    funding = ["BLUD" if one % 3 else "Non BLUD" for one in each]
    return [*texts, *(one.tolist() for one in numbers), funding]


def shown(heading: str, cell: object) -> str:
    """Return a cell as people write it in Indonesia."""
    if heading in THOUSANDS:
        return f"{cell:,}".replace(",", ".")
    return str(cell).replace(".", ",") if isinstance(cell, float) else str(cell)


def write(folder: Path, facilities: int) -> None:
    """Write the table as CSV and as xlsx."""
    import xlsxwriter

    table = columns(facilities)
    texts = [
        [shown(heading, cell) for cell in cells]
        for heading, cells in zip(HEADINGS, table, strict=True)
    ]
    with (folder / "year.csv").open("w", encoding="utf-8") as file:
        file.write(";".join(HEADINGS) + "\n")
        file.writelines(";".join(row) + "\n" for row in zip(*texts, strict=True))
    with xlsxwriter.Workbook(folder / "year.xlsx") as book:
        sheet = book.add_worksheet("2023")
        sheet.write_row(0, 0, HEADINGS)
        for place, cells in enumerate(table):
            sheet.write_column(1, place, cells)


def polars(folder: Path) -> object:
    import polars as pl

    return pl.read_csv(folder / "year.csv", separator=";").to_pandas()


def calamine(folder: Path) -> object:
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(folder / "year.xlsx").get_sheet_by_index(0).to_python()


def kbk_csv(folder: Path) -> object:
    import kbkresearch as kbk

    return kbk.score(kbk.read(folder / "year.csv").table)


def kbk_xlsx(folder: Path) -> object:
    import kbkresearch as kbk

    return kbk.score(kbk.read(folder / "year.xlsx").table)


ROUTES: dict[str, tuple[Callable[[Path], object], Callable[[Path], object]]] = {
    "CSV: polars, to pandas": (polars, polars),
    "CSV: kbk.read and kbk.score": (kbk_csv, polars),
    "xlsx: bare calamine": (calamine, calamine),
    "xlsx: kbk.read and kbk.score": (kbk_xlsx, calamine),
}


def seconds(route: Callable[[Path], object], folder: Path) -> float:
    """Return how long one call takes, its result thrown away included."""
    start = perf_counter()
    route(folder)
    return perf_counter() - start


def fresh(name: str, folder: Path, rounds: int) -> tuple[float, float]:
    """Return seconds, the best of some, and peak MiB of a fresh process that takes a route once."""
    command = [sys.executable, __file__, "--once", name, "--folder", str(folder)]
    best, peak = float("inf"), 0.0
    for _ in range(rounds):
        start = perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        best, peak = min(best, perf_counter() - start), max(peak, float(done.stdout))
    return best, peak


def once(name: str, folder: Path) -> None:
    """Take one route and print the process's peak memory, MiB (Linux: ru_maxrss is inherited)."""
    ROUTES[name][0](folder)
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    status = dict(line.split(":", 1) for line in lines)
    print(int(status["VmHWM"].split()[0]) / 1024)


def compare(folder: Path, rounds: int) -> None:
    """Take the routes in turn and print the best of each."""
    times: dict[str, list[float]] = {name: [] for name in ROUTES}
    for _ in range(rounds):
        for name, (route, _) in ROUTES.items():
            times[name].append(seconds(route, folder))
    best = {ROUTES[name][0]: min(times[name]) for name in ROUTES}
    alone = {ROUTES[name][0]: fresh(name, folder, rounds) for name in ROUTES}
    print("| route | seconds | times the parser | fresh process, s | times the parser | peak MiB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (route, base) in ROUTES.items():
        ratio, ratio_alone = best[route] / best[base], alone[route][0] / alone[base][0]
        print(
            f"| {name} | {best[route]:.3f} | {ratio:.2f} | {alone[route][0]:.2f}"
            f" | {ratio_alone:.2f} | {alone[route][1]:.0f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--facilities", type=int, default=24_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", choices=ROUTES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        once(asked.once, asked.folder)
        return
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in USED)
    print(f"Python {platform.python_version()}, {versions}\n")
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), asked.facilities)
        compare(Path(name), asked.rounds)


if __name__ == "__main__":
    main()
