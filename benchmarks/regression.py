"""How fast `kbk.regress` is, side by side with bare statsmodels, in one run.

The data are SYNTHETIC: drawn from a random generator with a fixed start. Coefficients and standard
errors of both are compared before a time is printed.

    uv run python benchmarks/regression.py [--rows 300000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import platform
from time import perf_counter

import numpy as np
import pandas as pd
import scipy
import statsmodels
import statsmodels.formula.api as smf

from kbkresearch.analysis.regression.regress import regress

START = 20_191_231
FORMULA = "score ~ doctors + infrastructure + distance + age + C(kind)"
SMALL = 100


def synthetic(n: int) -> pd.DataFrame:
    """Facilities with four numbers, one factor of three levels, and unequal variances."""
    rng = np.random.default_rng(START)
    frame = pd.DataFrame(
        rng.gamma(4, 1, (n, 4)), columns=["doctors", "infrastructure", "distance", "age"]
    )
    frame["kind"] = rng.choice(["blud", "klinik", "non_blud"], n)
    frame["score"] = 1 + 0.2 * frame["doctors"] + rng.normal(0, 1 + 0.1 * frame["doctors"])
    return frame


def ours(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    frame = regress(FORMULA, data, cov="HC3").frame
    return frame["estimate"].to_numpy(), frame["se"].to_numpy()


def theirs(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    fit = smf.ols(FORMULA, data).fit(cov_type="HC3")
    order = ["Intercept", "doctors", "infrastructure", "distance", "age"]
    order += ["C(kind)[T.klinik]", "C(kind)[T.non_blud]"]
    return fit.params[order].to_numpy(), fit.bse[order].to_numpy()


def best(rows: int, rounds: int, repeats: int) -> tuple[float, float]:
    """Return the best seconds of both, in interleaved rounds, after comparing their answers."""
    data = synthetic(rows)
    for one, other in zip(ours(data), theirs(data), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8)
    found = [float("inf"), float("inf")]
    for _ in range(rounds):
        for place, run in enumerate((ours, theirs)):
            start = perf_counter()
            for _ in range(repeats):
                run(data)
            found[place] = min(found[place], (perf_counter() - start) / repeats)
    return found[0], found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(
        f"SYNTHETIC data (start {START}), OLS with HC3, 7 coefficients, best of {options.rounds}"
        f" interleaved rounds, {os.cpu_count()} cores, {platform.machine()}, Python"
        f" {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, pandas"
        f" {pd.__version__}, statsmodels {statsmodels.__version__}. Estimates and standard errors"
        " agree to 1e-8.\n"
    )
    print("| rows | kbk.regress, ms | statsmodels, ms | times | more, ms |")
    print("|-----:|----------------:|----------------:|------:|---------:|")
    for rows, repeats in ((SMALL, 20), (options.rows, 1)):
        mine, bare = best(rows, options.rounds, repeats)
        print(
            f"| {rows:,} | {1000 * mine:.1f} | {1000 * bare:.1f} | {mine / bare:.2f}"
            f" | {1000 * (mine - bare):.1f} |"
        )


if __name__ == "__main__":
    main()
