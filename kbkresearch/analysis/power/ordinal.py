"""Power for an ordinal outcome by simulation under proportional odds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CELLS = 2_000_000
_SEARCH = 24
MOST_SIMULATED = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalDesign:
    """What is simulated: an ordinal outcome and one predictor.

    Attributes
    ----------
    probabilities : array, shape (J,)
        Distribution of the outcome where the predictor is 0; sums to 1.
    ratio : float or None
        Two groups, coded 0 and 1: size of the second over the first. None: a standard normal
        predictor.
    alpha : float
    tails : {1, 2}
    simulations : int
        Samples drawn for each power.
    seed : int
        The same samples are drawn at each call, so that powers of two effects compare.
    """

    probabilities: NDArray[np.float64]
    ratio: float | None
    alpha: float
    tails: int
    simulations: int
    seed: int

    def power(self, n: int, odds_ratio: float) -> float:
        """Return the share of simulated samples of size `n` in which the test rejects."""
        from scipy import stats

        critical = stats.norm.isf(self.alpha / self.tails)
        random = np.random.default_rng(self.seed)
        chunk = max(1, _CELLS // n)
        rejected, left = 0, self.simulations
        while left:
            size = min(chunk, left)
            z = score_statistic(*self._draw(random, size, n, np.log(odds_ratio)))
            rejected += int(((np.abs(z) if self.tails > 1 else z) > critical).sum())
            left -= size
        return rejected / self.simulations

    def _draw(
        self, random: np.random.Generator, size: int, n: int, slope: float
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Draw predictors and outcome codes, each of shape (size, n)."""
        if self.ratio is None:
            x = random.standard_normal((size, n))
        else:
            first = round(n / (1 + self.ratio))
            x = np.tile(np.arange(n) >= first, (size, 1)).astype(float)
        latent = slope * x + random.logistic(size=(size, n))
        below = np.cumsum(self.probabilities)[:-1]
        return x, np.searchsorted(np.log(below / (1 - below)), latent)

    def formula_n(self, odds_ratio: float, power: float) -> float:
        """Return the sample size of Whitehead's formula.

        Notes
        -----
        ``3 (z_alpha + z_power)² / (b² v (1 - Σ p³))`` with b the log odds ratio, v the variance of
        the predictor and p the distribution of the outcome in the whole sample [1]_.

        References
        ----------
        .. [1] Whitehead J (1993). Sample size calculations for ordered categorical data.
           Statistics in Medicine 12:2257-2271.
        """
        from scipy import stats

        z = stats.norm.isf(self.alpha / self.tails) + stats.norm.ppf(power)
        slope = np.log(odds_ratio)
        if self.ratio is None:
            share, variance = self._shares(slope * np.linspace(-4, 4, 161)), 1.0
            weights = stats.norm.pdf(np.linspace(-4, 4, 161))
        else:
            share, weights = self._shares(slope * np.array([0.0, 1.0])), np.array([1, self.ratio])
            variance = self.ratio / (1 + self.ratio) ** 2
        whole = weights @ share / weights.sum()
        return float(3 * z**2 / (slope**2 * variance * (1 - (whole**3).sum())))

    def _shares(self, shift: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the distribution of the outcome at each shift of the log odds, shape (m, J)."""
        below = np.cumsum(self.probabilities)[:-1]
        odds = np.exp(np.log(below / (1 - below)) - shift[:, None])
        return np.diff(odds / (1 + odds), axis=1, prepend=0.0, append=1.0)

    def solve_n(self, odds_ratio: float, power: float) -> int | None:
        """Return the smallest sample size at which a search by halves finds the power."""
        least = len(self.probabilities) + 2
        high = max(least, round(self.formula_n(odds_ratio, power)))
        while high <= MOST_SIMULATED and self.power(high, odds_ratio) < power:
            high *= 2
        if high > MOST_SIMULATED:
            return None
        low = least
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.power(middle, odds_ratio) >= power else (middle, high)
        return high

    def solve_effect(self, n: int, power: float, most: float) -> float | None:
        """Return the smallest odds ratio up to `most` that is found with the power."""
        low, high = 0.0, float(np.log(most))
        if self.power(n, most) < power:
            return None
        for _ in range(_SEARCH):
            middle = (low + high) / 2
            enough = self.power(n, np.exp(middle)) >= power
            low, high = (low, middle) if enough else (middle, high)
        return float(np.exp(high))


def score_statistic(x: NDArray[np.float64], y: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the score statistic of proportional odds at no association.

    Parameters
    ----------
    x : array, shape (m, n)
        Predictor, one row per sample.
    y : array of int, shape (m, n)
        Outcome codes from 0.

    Returns
    -------
    array, shape (m,)
        Standard normal where there is no association; 0 where x or y is constant.

    Notes
    -----
    It is ``sqrt(n - 1)`` times the correlation of x with the mid-ranks of y: for two groups the
    Mann-Whitney test with ties, without continuity correction [1]_.

    References
    ----------
    .. [1] McCullagh P (1980). Regression models for ordinal data. JRSS B 42:109-142.

    Examples
    --------
    >>> score_statistic(np.array([[0.0, 0, 1, 1]]), np.array([[0, 0, 1, 1]])).round(3).tolist()
    [1.732]
    """
    n = x.shape[1]
    counts = np.stack([(y == code).sum(axis=1) for code in range(int(y.max()) + 1)], axis=1)
    ranks = np.take_along_axis(np.cumsum(counts, axis=1) - counts / 2, y, axis=1) - n / 2
    x = x - x.mean(axis=1, keepdims=True)
    scale = np.sqrt((x**2).sum(axis=1) * (ranks**2).sum(axis=1))
    product = (x * ranks).sum(axis=1)
    r = np.divide(product, scale, out=np.zeros_like(scale), where=scale > 0)
    z: NDArray[np.float64] = np.sqrt(n - 1) * r
    return z
