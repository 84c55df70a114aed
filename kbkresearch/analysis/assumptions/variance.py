"""Is the variance of the residuals the same everywhere? Four tests, and a measure of its size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import (
    Auxiliary,
    Check,
    least_squares,
    orthonormal,
    with_constant,
)
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.analysis.assumptions.model import Floats

_THIRDS, _LEAST = 3, 9
_ROWS_PER_COLUMN = 2
_HALF_NORMAL = 1 - 2 / np.pi
NO_COLUMN = Text(
    "model tidak memiliki variabel penjelas", "the model has no explanatory variable"
)  # fmt: skip


def spread_ratio(residuals: Floats, x: Floats) -> float:
    """Return how much larger the variance is where columns say that residuals spread most.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)

    Returns
    -------
    float
        Variance of residuals in the third of rows with the largest absolute residuals as regressed
        on `x`, over that in the third with the smallest; NaN for fewer than nine rows.
    """
    n = len(residuals)
    if n < _LEAST:
        return float("nan")
    along = least_squares(np.abs(residuals), with_constant(x)).fitted
    order, third = np.argsort(along, kind="stable"), n // _THIRDS
    below, above = (float(residuals[rows].var()) for rows in (order[:third], order[-third:]))
    return above / below if below > 0 else float("nan")


def breusch_pagan(residuals: Floats, x: Floats) -> Check:
    """Test for unequal variance by Breusch and Pagan's score test, which takes normal residuals.

    Parameters
    ----------
    residuals : array, shape (n,)
        Of least squares; multiplied by the roots of the weights where there are weights.
    x : array, shape (n, k)
        Columns that the variance may depend on.

    Returns
    -------
    Check
        Half the explained sum of squares of the scaled squared residuals.

    References
    ----------
    Breusch TS, Pagan AR (1979). Econometrica 47:1287-1294.
    """
    scaled = residuals**2 / np.mean(residuals**2)
    found = least_squares(scaled, with_constant(x))
    return _chi_square((found.total - found.sse) / 2, found.rank - 1, len(x))


def koenker(residuals: Floats, x: Floats) -> Check:
    """Test for unequal variance by Koenker's studentised Breusch-Pagan test.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)

    Returns
    -------
    Check
        n times R squared of the regression of squared residuals.

    References
    ----------
    Koenker R (1981). Journal of Econometrics 17:107-112.
    """
    found = least_squares(residuals**2, with_constant(x))
    return _chi_square(len(x) * found.explained, found.rank - 1, len(x))


def white(residuals: Floats, x: Floats, fitted: Floats) -> Check:
    """Test for unequal variance by White's test, with squares and cross products.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)
    fitted : array, shape (n,)

    Returns
    -------
    Check
        Where there are fewer than two rows per auxiliary column, the form with the fitted value
        and its square takes its place (`variant` is ``"fitted"``).

    References
    ----------
    White H (1980). Econometrica 48:817-838.

    Wooldridge JM (2013). Introductory Econometrics, 5th ed., section 8.3.
    """
    n, whole = len(x), with_constant(x)
    if whole.shape[1] == 1:
        return Check(n=n, problem=NO_COLUMN)
    variant, columns = "full", _products(whole)
    if n < _ROWS_PER_COLUMN * columns.shape[1]:
        centred = fitted - fitted.mean()
        variant, columns = "fitted", np.column_stack([np.ones(n), centred, centred**2])
    found = least_squares(residuals**2, columns)
    return replace(_chi_square(n * found.explained, found.rank - 1, n), variant=variant)


def _products(x: Floats) -> Floats:
    """Return the independent ones of all squares and cross products; the first column is one."""
    x = np.column_stack([x[:, 0], x[:, 1:] - x[:, 1:].mean(axis=0)])
    left, right = np.triu_indices(x.shape[1])
    return orthonormal(x[:, left] * x[:, right])


def glejser(residuals: Floats, x: Floats, names: Sequence[str]) -> list[Check]:
    """Test for unequal variance by Glejser's regression of absolute residuals, in four forms.

    Parameters
    ----------
    residuals : array, shape (n,)
    x : array, shape (n, k)
        At full rank, with or without its constant in front.
    names : sequence of str
        Names of the columns other than the constant.

    Returns
    -------
    list of Check
        One t test per column, as the teaching of SPSS has it (`variant` ``"t"``); the joint test
        as ``"f"``, as n times R squared (``"chi2"``), and as the explained sum of squares over the
        variance of an absolute normal residual (``"chi2_normal"``).

    References
    ----------
    Glejser H (1969). Journal of the American Statistical Association 64:316-323.

    Mittelhammer RC, Judge GG, Miller DJ (2000). Econometric Foundations, chapter 19.
    """
    x = with_constant(x)
    n, k = x.shape
    size = np.abs(residuals)
    found = least_squares(size, x)
    if k == 1:
        return [Check(n=n, problem=NO_COLUMN)]
    separate = _t_tests(size, x, found, names)
    return [*separate, *_joint(found, n, k, float(np.mean(residuals**2)))]


def _t_tests(size: Floats, x: Floats, found: Auxiliary, names: Sequence[str]) -> list[Check]:
    """Return the t test of each column but the first."""
    from scipy import stats

    n, k = x.shape
    scale = np.sqrt(np.einsum("ij,ij->j", x, x))
    q, r = np.linalg.qr(x / scale)
    inverse = np.linalg.inv(r)
    slopes = inverse @ (q.T @ size)
    t = slopes / np.sqrt((inverse**2).sum(axis=1) * found.sse / (n - k))
    change = slopes / scale * x.std(axis=0, ddof=1) / size.mean()
    return [
        Check(
            float(t[j]), df=float(n - k), p_value=float(2 * stats.t.sf(abs(t[j]), n - k)), n=n,
            variant="t", what=names[j - 1], sizes={"change": float(change[j])},
        )
        for j in range(1, k)
    ]  # fmt: skip


def _joint(found: Auxiliary, n: int, k: int, variance: float) -> list[Check]:
    """Return the three joint tests."""
    from scipy.special import fdtrc

    q, rest = k - 1, n - k
    explained = found.total - found.sse
    f = explained / q / (found.sse / rest)
    return [
        Check(f, float(q), float(rest), float(fdtrc(q, rest, f)), n, "f"),
        replace(_chi_square(n * found.explained, q, n), variant="chi2"),
        replace(_chi_square(explained / (variance * _HALF_NORMAL), q, n), variant="chi2_normal"),
    ]


def _chi_square(statistic: float, df: int, n: int) -> Check:
    """Return a chi-square test."""
    from scipy.special import chdtrc

    if df < 1:
        return Check(n=n, problem=NO_COLUMN)
    return Check(statistic, df=float(df), p_value=float(chdtrc(df, statistic)), n=n)
