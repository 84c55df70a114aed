"""Generalised linear models of visits or cost on a smooth curve of age: fits on arrays.

Every model has a log mean with the logarithm of member-months as offset, so its prediction is a
rate per member-month.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Family: TypeAlias = Literal["poisson", "negbin", "tweedie", "gamma", "two_part"]
TWEEDIE_POWER = 1.5
_ALPHA_RANGE = (np.log(1e-4), np.log(50.0))


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One fitted equation.

    Attributes
    ----------
    params : array of float, shape (k,), or (k + 1,) with `free_months`
    covariance : array of float, the same twice
        Between clusters where there are some, else robust.
    link : {"log", "cloglog"}
    deviance, dispersion : float
        Dispersion is Pearson's chi-square over its degrees of freedom.
    free_months : bool
        Whether log member-months have a coefficient of their own, the last, and are no offset.
    alpha : float
        Of the negative binomial; NaN for other families.
    """

    params: Floats
    covariance: Floats
    link: str
    deviance: float
    dispersion: float
    free_months: bool = False
    alpha: float = np.nan

    def log_mean(self, design: Floats, log_months: Floats) -> tuple[Floats, Floats]:
        """Return log means over member-months, and the gradients of both in the parameters."""
        if self.free_months:
            design = np.column_stack([design, log_months])
            return design @ self.params, design
        linear = design @ self.params + log_months
        if self.link == "log":
            return linear, design
        hazard = np.exp(linear)
        share = -np.expm1(-hazard)
        return np.log(share), design * (hazard * np.exp(-hazard) / share)[:, None]


def fit_parts(
    family: Family, y: Floats, design: Floats, months: Floats, clusters: NDArray[np.intp]
) -> tuple[Part, ...]:
    """Fit a model.

    Parameters
    ----------
    family : {"poisson", "negbin", "tweedie", "gamma", "two_part"}
        Gamma takes rows above zero only. Two-part: whether there is any (complementary log-log),
        times how much there is if any (gamma, with the log of member-months among its terms: who
        stays longer and comes at all costs more, but not in proportion).
    y : array of float, shape (n,)
    design : array of float, shape (n, k)
    months : array of float, shape (n,)
        Member-months, above zero.
    clusters : array of int, shape (n,)

    Returns
    -------
    tuple of Part
        One; two for the two-part model. Their log means add up.

    References
    ----------
    Jørgensen B (1987). Exponential dispersion models. Journal of the Royal Statistical Society B
    49:127-162. Duan N, Manning WG, Morris CN, Newhouse JP (1983). A comparison of alternative
    models for the demand for medical care. Journal of Business & Economic Statistics 1:115-126.
    """
    from statsmodels.genmod import families

    log = families.links.Log()
    offset, some = np.log(months), y > 0
    if family == "two_part":
        any_ = families.Binomial(families.links.CLogLog())
        wider = np.column_stack([design, offset])[some]
        amount = _fit(families.Gamma(log), y[some], wider, 0 * offset[some], clusters[some])
        return (
            replace(_fit(any_, some.astype(float), design, offset, clusters), link="cloglog"),
            replace(amount, free_months=True),
        )
    if family == "gamma":
        return (_fit(families.Gamma(log), y[some], design[some], offset[some], clusters[some]),)
    if family == "negbin":
        alpha = _alpha(y, design, offset)
        kind = families.NegativeBinomial(log, alpha=alpha)
        return (replace(_fit(kind, y, design, offset, clusters), alpha=alpha),)
    kind = families.Tweedie(log, TWEEDIE_POWER) if family == "tweedie" else families.Poisson(log)
    return (_fit(kind, y, design, offset, clusters),)


def _fit(
    family: Any, y: Floats, design: Floats, offset: Floats, clusters: NDArray[np.intp]
) -> Part:
    from statsmodels.genmod.generalized_linear_model import GLM

    found = GLM(y, design, family=family, offset=offset).fit(tol=1e-10)
    mean = np.asarray(found.fittedvalues)
    weight = np.asarray(family.weights(mean))
    scores = design * (weight * family.link.deriv(mean) * (y - mean))[:, None]
    return Part(
        params=np.asarray(found.params),
        covariance=_sandwich(scores, design, weight, clusters),
        link="log",
        deviance=float(found.deviance),
        dispersion=float(found.pearson_chi2 / found.df_resid),
    )


def _sandwich(scores: Floats, design: Floats, weight: Floats, clusters: NDArray[np.intp]) -> Floats:
    """Return a covariance from scores by cluster, around the expected information."""
    bread = np.linalg.inv(design.T @ (design * weight[:, None]))
    codes = np.unique(clusters, return_inverse=True)[1]
    n, k, groups = len(scores), design.shape[1], int(codes.max()) + 1
    correction = 1.0
    if groups > 1:
        scores = np.column_stack([np.bincount(codes, scores[:, column]) for column in range(k)])
        correction = groups / (groups - 1) * (n - 1) / (n - k) if groups < n else 1.0
    found: Floats = correction * bread @ (scores.T @ scores) @ bread
    return found


def _alpha(y: Floats, design: Floats, offset: Floats) -> float:
    """Return the negative binomial's alpha of maximum likelihood; equal rows are taken together."""
    from scipy.optimize import minimize_scalar
    from statsmodels.genmod import families
    from statsmodels.genmod.generalized_linear_model import GLM

    rows, counts = np.unique(np.column_stack([y, offset, design]), axis=0, return_counts=True)

    def loss(log_alpha: float) -> float:
        family = families.NegativeBinomial(families.links.Log(), alpha=float(np.exp(log_alpha)))
        model = GLM(rows[:, 0], rows[:, 2:], family=family, offset=rows[:, 1], freq_weights=counts)
        return -float(model.fit().llf)

    found = minimize_scalar(loss, bounds=_ALPHA_RANGE, method="bounded", options={"xatol": 1e-7})
    return float(np.exp(found.x))
