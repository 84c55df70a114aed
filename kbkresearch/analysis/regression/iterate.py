"""The iteration of generalised linear models, and the proof that it converged.

statsmodels iterates; what is reported is computed here from where it ended, after one more step of
Fisher scoring that proves convergence.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.collinearity import basis
from kbkresearch.analysis.regression.linear import unscaled_covariance
from kbkresearch.analysis.regression.separation import SUSPICIOUS, directions, refuse_separation
from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_ITERATIONS = 200
_TOLERANCE = 1e-10
_STEPS = 25
_NEAR = 1e-6
_SMALLEST = 1e-6
_SETTLED = 1e-8


@dataclass(frozen=True, slots=True)
class Family:
    """A distribution with its link.

    Attributes
    ----------
    name : {"binomial", "poisson", "negbin"}
    link : {"logit", "probit", "cloglog", "log"}
    alpha : float
        Overdispersion of a negative binomial: variance mu + alpha mu squared.
    """

    name: str
    link: str
    alpha: float = 0.0

    def engine(self) -> Any:
        """Return the family of statsmodels."""
        from statsmodels.genmod import families

        link = {
            "logit": families.links.Logit,
            "probit": families.links.Probit,
            "cloglog": families.links.CLogLog,
            "log": families.links.Log,
        }[self.link]()
        if self.name == "binomial":
            return families.Binomial(link)
        if self.name == "poisson":
            return families.Poisson(link)
        return families.NegativeBinomial(link, alpha=self.alpha)

    def variance(self, mean: Floats) -> Floats:
        """Return the variance of an observation of weight 1."""
        if self.name == "binomial":
            return mean * (1 - mean)
        return mean + self.alpha * mean**2


@dataclass(frozen=True, slots=True, eq=False)
class Iterated:
    """Where an iteration ended.

    Attributes
    ----------
    params : array, shape (k,)
    linear, mean : array, shape (n,)
        Linear predictor with offset, and fitted mean.
    working, factors : array, shape (n,)
        Working weights W and score factors s.
    slope, leverage : array, shape (n,)
        Derivative of the mean by the linear predictor; diagonal of the weighted hat matrix.
    bread : array, shape (k, k)
        Inverse of the expected information.
    """

    params: Floats
    linear: Floats
    mean: Floats
    working: Floats
    factors: Floats
    slope: Floats
    leverage: Floats
    bread: Floats


def iterate(
    x: Floats,
    y: Floats,
    family: Family,
    offset: Floats | None,
    weights: Floats,
    start: Floats | None = None,
) -> Iterated | None:
    """Maximise the (quasi-)likelihood of a generalised linear model.

    Parameters
    ----------
    x : array, shape (n, k)
    y : array, shape (n,)
        Outcome; a proportion for a grouped binomial one.
    family : Family
    offset : array, shape (n,), or None
    weights : array, shape (n,)
        Prior weights; the denominators of proportions are among them.
    start : array, shape (k,), optional
        Coefficients to start from.

    Returns
    -------
    Iterated or None
        None where it did not converge.
    """
    from statsmodels.genmod.generalized_linear_model import GLM
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    engine = family.engine()

    def at(params: Floats) -> Iterated | None:
        return _at(params, x, y, family, engine, offset, weights)

    def misfit(found: Iterated) -> float:
        return float(engine.deviance(y, found.mean, var_weights=weights))

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            model = GLM(y, x, family=engine, offset=offset, var_weights=weights)
            params = model.fit(start, maxiter=_ITERATIONS, tol=_TOLERANCE).params
            found = _settled(np.asarray(params), x, at)
        except (ValueError, np.linalg.LinAlgError, PerfectSeparationError):
            found = None
        if found is None and start is not None:
            found = _settled(_damped(start, x, at, misfit), x, at)
    return found


def _settled(params: Floats, x: Floats, at: Callable[[Floats], Iterated | None]) -> Iterated | None:
    """Return where full steps end that have become small; None where they do not."""
    for _ in range(_STEPS):
        found = at(params)
        if found is None:
            return None
        step = found.bread @ (x.T @ found.factors)
        if (np.abs(step) <= _SETTLED * np.sqrt(np.diag(found.bread))).all():
            return found
        params = found.params + step
    return None


def _damped(
    params: Floats,
    x: Floats,
    at: Callable[[Floats], Iterated | None],
    misfit: Callable[[Iterated], float],
) -> Floats:
    """Return coefficients after scoring steps, each halved until the deviance falls."""
    found = at(params)
    for _ in range(_ITERATIONS):
        if found is None:
            break
        step, size = found.bread @ (x.T @ found.factors), 1.0
        if (np.abs(step) <= _NEAR * np.sqrt(np.diag(found.bread))).all():
            break
        nearer = at(params + step)
        while size > _SMALLEST and (nearer is None or not misfit(nearer) <= misfit(found)):
            size /= 2
            nearer = at(params + size * step)
        params, found = params + size * step, nearer
    return params


def _at(
    params: Floats,
    x: Floats,
    y: Floats,
    family: Family,
    engine: Any,
    offset: Floats | None,
    weights: Floats,
) -> Iterated | None:
    """Return everything at some coefficients; None where the arithmetic breaks down."""
    linear = x @ params + (0.0 if offset is None else offset)
    mean = engine.link.inverse(linear)
    slope = engine.link.inverse_deriv(linear)
    variance = family.variance(mean)
    working = weights * slope**2 / variance
    factors = weights * (y - mean) * slope / variance
    if not (np.isfinite(working).all() and np.isfinite(factors).all() and (working > 0).all()):
        return None
    found = basis(x, working)
    if (np.abs(np.diag(found.R)) < np.finfo(float).eps).any():
        return None
    leverage = np.einsum("ij,ij->i", found.Q, found.Q)
    bread = unscaled_covariance(found)
    return Iterated(params, linear, mean, working, factors, slope, leverage, bread)


def fitted(design: Design, y: Floats, family: Family, weights: Floats) -> Iterated:
    """Fit, and refuse separation and an iteration that did not converge.

    Parameters
    ----------
    design : Design
    y : array, shape (n,)
        Outcome; a proportion for a grouped binomial one.
    family : Family
    weights : array, shape (n,)

    Returns
    -------
    Iterated

    Raises
    ------
    BadArgumentError
    """
    found = iterate(design.X, y, family, design.offset, weights)
    if found is None or _suspicious(found, design.offset, family):
        refuse_separation(design, directions(y, upper=family.name == "binomial"))
    if found is None:
        raise BadArgumentError(
            f"{design.formula!r}: the fit did not converge. Look for columns of very different"
            " size (use scale(x)), levels with few rows, or a few extreme values."
        )
    return found


def _suspicious(found: Iterated, offset: Floats | None, family: Family) -> bool:
    """Tell whether fitted means are so near a boundary that they may have no end."""
    linear = found.linear if offset is None else found.linear - offset
    reach = np.abs(linear).max() if family.name == "binomial" else np.ptp(linear)
    return bool(reach > SUSPICIOUS)
