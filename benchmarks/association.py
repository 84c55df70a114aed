"""How fast `associate` is, beside the bare SciPy calls, in one run.

The facilities are SYNTHETIC: drawn from a random generator with a fixed start.
The coefficients and p-values of both are compared before a time is printed.

    uv run python benchmarks/association.py [--rows 5000] [--factors 20] [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import platform
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy
from scipy import stats

from kbkresearch.analysis.association.associate import associate

if TYPE_CHECKING:
    from collections.abc import Callable

START = 20_191_231
OUTCOME = "score"
TARGET = 3.0


def synthetic(rows: int, factors: int) -> pd.DataFrame:
    """A discrete score, and factors of which every other one has ties."""
    rng = np.random.default_rng(START)
    columns = {OUTCOME: np.round(rng.uniform(1, 4, rows), 1)}
    for place in range(factors):
        smooth = rng.gamma(1.5, 2, rows) + 0.1 * place * columns[OUTCOME]
        columns[f"factor_{place:02}"] = np.round(smooth) if place % 2 else smooth
    return pd.DataFrame(columns)


def bare(data: pd.DataFrame, names: list[str]) -> list[tuple[float, float]]:
    return [tuple(stats.spearmanr(data[name], data[OUTCOME])) for name in names]


def best(runs: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The shortest time of each, in rounds that take turns."""
    found = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            start = perf_counter()
            run()
            found[name] = min(found[name], perf_counter() - start)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument("--factors", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    data = synthetic(options.rows, options.factors)
    names = [name for name in data.columns if name != OUTCOME]
    found = associate(data, OUTCOME, names, method="spearman").frame
    expected = np.array(bare(data, names))
    np.testing.assert_allclose(found[["effect_size", "p_value"]], expected, rtol=1e-9, atol=1e-300)
    times = best(
        {
            "bare scipy.stats.spearmanr": lambda: bare(data, names),
            "associate, method='auto'": lambda: associate(data, OUTCOME, names),
        },
        options.rounds,
    )
    base = times["bare scipy.stats.spearmanr"]
    print(
        f"{options.factors} factors on {options.rows:,} SYNTHETIC facilities (start {START}), best"
        f" of {options.rounds} rounds in turn, {os.cpu_count()} cores, {platform.machine()},"
        f" Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}\n"
    )
    for name, seconds in times.items():
        print(f"{name:30} {1000 * seconds:8.1f} ms  ratio {seconds / base:5.2f}")
    print(f"\nat most {TARGET:g} times the bare calls, which give no intervals, checks or notes")


if __name__ == "__main__":
    main()
