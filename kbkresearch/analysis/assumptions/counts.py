"""Do counts vary more than the model lets them? Are there more zeros? Two kinds of tests.

Each test is a function of counts, fitted means and residuals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

_FEW_ZEROS = 0.01
NO_ZEROS = Text(
    "nol tidak diharapkan dan tidak ditemukan", "zeros are neither expected nor found"
)  # fmt: skip
RARE_ZEROS = Text(
    "model hampir tidak mengharapkan nol pada baris yang bernilai nol; lihat baris-baris itu",
    "the model expects next to no zeros where there are some; look at those rows",
)


def pearson_dispersion(pearson: Floats, df: int) -> Check:
    """Compare Pearson's chi-square with its degrees of freedom.

    Parameters
    ----------
    pearson : array, shape (n,)
        Pearson residuals.
    df : int
        Rows less coefficients.

    Returns
    -------
    Check
        `sizes` has the ratio, which is about 1 where the variance is as the model says. Small
        p-values are for more variance than that.
    """
    from scipy.special import chdtrc

    statistic = float(pearson @ pearson)
    p = float(chdtrc(df, statistic))
    ratio = {"ratio": statistic / df}
    return Check(statistic, df=float(df), p_value=p, n=len(pearson), variant="pearson", sizes=ratio)


def cameron_trivedi(y: Floats, mean: Floats) -> Check:
    """Test Poisson counts for a variance in proportion to the mean by Cameron and Trivedi's test.

    Parameters
    ----------
    y, mean : array, shape (n,)
        Counts and fitted means.

    Returns
    -------
    Check
        The statistic is z against more variance; `sizes` has the ratio of variance to mean.

    References
    ----------
    Cameron AC, Trivedi PK (1990). Regression-based tests for overdispersion in the Poisson model.
    Journal of Econometrics 46:347-364.
    """
    from scipy.special import ndtr

    excess = ((y - mean) ** 2 - y) / mean
    z = float(np.sqrt(len(y)) * excess.mean() / excess.std(ddof=1))
    ratio = {"ratio": float(excess.mean() + 1)}
    return Check(z, p_value=float(ndtr(-z)), n=len(y), variant="cameron_trivedi", sizes=ratio)


def boundary_ratio(negbin: float, poisson: float, alpha: float, n: int) -> Check:
    """Compare negative binomial and Poisson fits by the likelihood ratio, alpha = 0 at the edge.

    Parameters
    ----------
    negbin, poisson : float
        Log-likelihoods.
    alpha : float
        Estimate of the negative binomial.
    n : int

    Returns
    -------
    Check
        Half the p-value of a chi-square with one degree of freedom; 1 where alpha is 0.

    References
    ----------
    Self SG, Liang KY (1987). Asymptotic properties of maximum likelihood estimators and likelihood
    ratio tests under nonstandard conditions. Journal of the American Statistical Association
    82:605-610.
    """
    from scipy.special import chdtrc

    statistic = max(2 * (negbin - poisson), 0.0)
    p = float(chdtrc(1, statistic)) / 2 if statistic > 0 else 1.0
    return Check(
        statistic, df=1.0, p_value=p, n=n, variant="boundary_lr", sizes={"alpha": alpha}
    )  # fmt: skip


def zero_inflation(
    y: Floats, x: Floats, mean: Floats, alpha: float = 0.0, theta_se: float = 0.0
) -> Check:
    """Test for more (or fewer) zeros than a Poisson or negative binomial model expects, by a score.

    Parameters
    ----------
    y : array, shape (n,)
        Counts.
    x : array, shape (n, k)
        Design matrix.
    mean : array, shape (n,)
        Fitted means, of a log link.
    alpha : float
        Of a negative binomial model; 0 for Poisson.
    theta_se : float
        Standard error of theta = 1 / alpha.

    Returns
    -------
    Check
        `sizes` has zeros found and expected, and their ratio.

    Notes
    -----
    Score of the probability of an extra zero, at none. Its covariance with the other scores is what
    those are where the count is zero. For Poisson this is van den Broek's test.

    References
    ----------
    van den Broek J (1995). A score test for zero inflation in a Poisson distribution. Biometrics
    51:738-743.

    Jansakul N, Hinde JP (2008). Score tests for extra-zero models in zero-inflated negative
    binomial models. Communications in Statistics - Simulation and Computation 38:92-108.
    """
    from scipy.special import chdtrc

    chance = np.exp(-mean if not alpha else -np.log1p(alpha * mean) / alpha)
    sizes = _zeros(y, chance)
    if not sizes["found"] and sizes["expected"] < _FEW_ZEROS:
        return Check(n=len(y), sizes=sizes, problem=NO_ZEROS)
    with np.errstate(all="ignore"):
        score = float((((y == 0) - chance) / chance).sum())
        information = float(((1 - chance) / chance).sum()) - _shared(x, mean, alpha, theta_se)
        statistic = score**2 / information
    if not np.isfinite(statistic) or information <= 0:
        return Check(n=len(y), sizes=sizes, problem=RARE_ZEROS)
    p = float(chdtrc(1, statistic))
    variant = "negbin" if alpha else "poisson"
    return Check(statistic, df=1.0, p_value=p, n=len(y), variant=variant, sizes=sizes)


def _zeros(y: Floats, chance: Floats) -> dict[str, float]:
    """Return how many zeros there are, and how many are expected."""
    found, expected = float((y == 0).sum()), float(chance.sum())
    return {
        "found": found,
        "expected": expected,
        "ratio": found / expected if expected else float("inf"),
    }


def _shared(x: Floats, mean: Floats, alpha: float, theta_se: float) -> float:
    """Return the information that coefficients (and theta) take from the score of extra zeros."""
    weight = mean / (1 + alpha * mean)
    with_slopes = x.T @ weight
    taken = float(with_slopes @ np.linalg.solve(x.T @ (x * weight[:, None]), with_slopes))
    if not alpha:
        return taken
    share = alpha * mean / (1 + alpha * mean)
    with_theta = float((np.log1p(-share) + share).sum())
    return taken + (with_theta * theta_se) ** 2
