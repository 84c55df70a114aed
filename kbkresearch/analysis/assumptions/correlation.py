"""Are residuals of neighbouring rows independent? Rows are taken in the order they stand in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check, least_squares
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

EXACT_BELOW = 100
SMALL_FOR_SPSS = 50
_LEAST_RUNS, _LEAST_SPARE = 10, 2


def neighbour_correlation(residuals: Floats) -> float:
    """Return the correlation of each residual with the one before.

    Parameters
    ----------
    residuals : array, shape (n,)

    Returns
    -------
    float
    """
    return float(residuals[1:] @ residuals[:-1] / (residuals @ residuals))


def durbin_watson(residuals: Floats, x: Floats) -> Check:
    """Test for correlation between neighbours by Durbin and Watson's d.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)
        Design matrix.

    Returns
    -------
    Check
        The p-value is against positive correlation: exact (`variant` ``"exact"``) below 100 rows,
        else by the mean and variance of d (``"normal"``). `sizes` has the p-value against both
        signs (``p_two_sided``) and the correlation (``rho``).

    References
    ----------
    Durbin J, Watson GS (1950, 1951). Biometrika 37:409-428; 38:159-178.

    Imhof JP (1961). Computing the distribution of quadratic forms in normal variables. Biometrika
    48:419-426.
    """
    n, k = x.shape
    if n - k < _LEAST_SPARE:
        return Check(n=n, problem=_FEW_SPARE)
    d = float((np.diff(residuals) ** 2).sum() / (residuals @ residuals))
    exact = n < EXACT_BELOW
    p = _exact(d, x) if exact else _normal(d, x)
    sizes = {"p_two_sided": 2 * min(p, 1 - p), "rho": neighbour_correlation(residuals)}
    return Check(d, p_value=p, n=n, variant="exact" if exact else "normal", sizes=sizes)


def _exact(d: float, x: Floats) -> float:
    """Return P(d* < d) of independent normal errors: a quadratic form below zero."""
    k = x.shape[1]
    rest = np.linalg.qr(x / np.sqrt((x**2).sum(axis=0)), mode="complete")[0][:, k:]
    roots = np.linalg.eigvalsh(np.diff(rest, axis=0).T @ np.diff(rest, axis=0)) - d
    return below_zero(roots)


def below_zero(roots: Floats) -> float:
    """Return the probability that a weighted sum of squared standard normals is negative.

    Parameters
    ----------
    roots : array, shape (m,)
        The weights.

    Returns
    -------
    float

    Notes
    -----
    Imhof's integral, on the scale of the largest weight.

    Examples
    --------
    >>> round(below_zero(np.array([1.0, 1.0, -1.0, -1.0])), 6)
    0.5
    """
    from scipy.integrate import quad

    weights = roots / np.abs(roots).max()
    if (weights >= 0).all() or (weights <= 0).all():
        return float((weights <= 0).all())

    def integrand(u: float) -> float:
        """Return what is integrated, at u."""
        angle = 0.5 * np.arctan(weights * u).sum()
        log_size = 0.25 * np.log1p((weights * u) ** 2).sum()
        return float(np.sin(angle) * np.exp(-log_size) / u)

    parts = [quad(integrand, low, high, epsabs=1e-12, limit=500)[0] for low, high in _PIECES]
    return float(np.clip(0.5 - sum(parts) / np.pi, 0.0, 1.0))


_PIECES = ((0.0, 1.0), (1.0, 10.0), (10.0, np.inf))


def _normal(d: float, x: Floats) -> float:
    """Return P(d* < d) from the mean and variance of d under independence."""
    from scipy.special import ndtr

    n, k = x.shape
    q = np.linalg.qr(x / np.sqrt((x**2).sum(axis=0)))[0]
    steps = np.diff(q, axis=0)
    second = np.vstack([-steps[:1], steps[:-1] - steps[1:], steps[-1:]])
    inner = steps.T @ steps
    p = 2 * (n - 1) - np.trace(inner)
    total = 2 * (3 * n - 4) - 2 * (second**2).sum() + (inner**2).sum()
    mean = p / (n - k)
    variance = 2 / ((n - k) * (n - k + 2)) * (total - p * mean)
    return float(ndtr((d - mean) / np.sqrt(variance)))


def breusch_godfrey(residuals: Floats, x: Floats) -> Check:
    """Test for correlation between neighbours by Breusch and Godfrey's test of order 1.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)

    Returns
    -------
    Check
        n times the (uncentred) R squared of residuals on `x` and the residual before, which is 0
        for the first row.

    References
    ----------
    Godfrey LG (1978). Econometrica 46:1293-1301.
    """
    from scipy.special import chdtrc

    n, k = x.shape
    if n - k < _LEAST_SPARE:
        return Check(n=n, problem=_FEW_SPARE)
    before = np.concatenate([[0.0], residuals[:-1]])
    found = least_squares(residuals, np.column_stack([x, before]))
    statistic = float(n * (1 - found.sse / (residuals @ residuals)))
    rho = {"rho": neighbour_correlation(residuals)}
    return Check(statistic, df=1.0, p_value=float(chdtrc(1, statistic)), n=n, sizes=rho)


def runs(residuals: Floats, *, corrected: bool = False) -> Check:
    """Test whether residuals above and below their median follow each other at random.

    Parameters
    ----------
    residuals : array, shape (n,)
    corrected : bool
        Correct for continuity below 50 rows, as SPSS does.

    Returns
    -------
    Check
        The statistic is z; `sizes` has the runs and how many would be expected. The median itself
        counts as above, as in SPSS.

    References
    ----------
    Wald A, Wolfowitz J (1940). Annals of Mathematical Statistics 11:147-162.
    """
    from scipy.special import ndtr

    n = len(residuals)
    above = residuals >= np.median(residuals)
    high = int(above.sum())
    both = 2 * high * (n - high)
    if n < _LEAST_RUNS or not both:
        return Check(n=n, problem=_FEW_RUNS)
    found, expected = 1 + int((above[1:] != above[:-1]).sum()), 1 + both / n
    spread = np.sqrt(both * (both - n) / (n**2 * (n - 1)))
    use = corrected and n < SMALL_FOR_SPSS
    gap = found - expected
    z = float(np.sign(gap) * max(abs(gap) - 0.5 * use, 0.0) / spread)
    sizes = {"runs": float(found), "expected": expected}
    p = float(2 * ndtr(-abs(z)))
    return Check(z, p_value=p, n=n, variant="corrected" if use else "plain", sizes=sizes)


_FEW_SPARE = Text(
    "terlalu sedikit baris untuk banyaknya koefisien", "too few rows for the coefficients"
)
_FEW_RUNS = Text(
    "perlu sedikitnya 10 baris, dengan residual di atas dan di bawah mediannya",
    "it needs 10 rows or more, with residuals above and below their median",
)
