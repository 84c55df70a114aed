"""Models with a log link: Poisson, negative binomial, and Poisson for prevalence ratios."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.glm import check_link, estimates, likelihood_stats
from kbkresearch.analysis.regression.iterate import Family, Iterated, fitted, iterate
from kbkresearch.errors import BadArgumentError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.estimates import Estimates

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_ROUNDS = 100
_CLOSE = 1e-11
_LOG_THETA = (-12.0, 14.0)


def poisson(design: Design, link: str | None = None) -> Estimates:
    """Fit counts by Poisson maximum likelihood.

    Parameters
    ----------
    design : Design
        Built with ``kind="count"``; its offset is the log of the exposure.
    link : {"log"}, optional

    Returns
    -------
    Estimates
    """
    y, weights = design.y, _weights(design)
    family = Family("poisson", check_link(link, ("log",)))
    found = fitted(design, y, family, weights)
    null = _null_mean(design, family, weights)
    logs = _poisson_loglik(y, found.mean, weights), _poisson_loglik(y, null, weights)
    stats = _poisson_deviances(y, found.mean, null, weights)
    return estimates(design, y, found, stats | likelihood_stats(design, *logs))


def robust_poisson(design: Design, link: str | None = None) -> Estimates:
    """Fit a binary outcome with a log link, for prevalence (risk) ratios.

    Parameters
    ----------
    design : Design
        Built with ``kind="binary"``.
    link : {"log"}, optional

    Returns
    -------
    Estimates
        Without a log-likelihood: that of a Poisson is not one of a binary outcome, so the
        covariance must be robust.

    References
    ----------
    Zou G (2004). A modified Poisson regression approach to prospective studies with binary data.
    American Journal of Epidemiology 159:702-706.
    """
    weights = _weights(design)
    family = Family("poisson", check_link(link, ("log",)))
    found = fitted(design, design.y, family, weights)
    null = _null_mean(design, family, weights)
    stats = _poisson_deviances(design.y, found.mean, null, weights)
    over = int((found.mean > 1).sum())
    notes = (_above_one(over, len(design.y)),) if over else ()
    return estimates(design, design.y, found, stats, notes)


def negbin(design: Design, link: str | None = None) -> Estimates:
    """Fit counts by negative binomial maximum likelihood, variance mu + alpha mu squared (NB2).

    Parameters
    ----------
    design : Design
        Built with ``kind="count"``; its offset is the log of the exposure.
    link : {"log"}, optional

    Returns
    -------
    Estimates
        `alpha`, `theta` (1 / alpha) and `theta_se` are in the statistics.

    Raises
    ------
    BadArgumentError
        Where the counts vary no more than Poisson counts, so that alpha is zero.

    Notes
    -----
    Coefficients and theta are maximised in turn. Standard errors of coefficients come from the
    expected information, in which coefficients and alpha are orthogonal: they take theta as known,
    as R's MASS::glm.nb does. Estimates are the joint maximum-likelihood ones; standard errors from
    the joint observed Hessian, as statsmodels prints, differ slightly. AIC and BIC count theta.

    References
    ----------
    Lawless JF (1987). Negative binomial and mixed Poisson regression. Canadian Journal of
    Statistics 15:209-225.

    Venables WN, Ripley BD (2002). Modern Applied Statistics with S, 4th ed., section 7.4.
    """
    check_link(link, ("log",))
    y, weights = design.y, _weights(design)
    found, theta = _alternate(design, design.X, weights)
    ones = np.ones((len(y), 1))
    null_ml, null_theta = _alternate(design, ones, weights) if design.has_intercept else (None, 0.0)
    loglik = _negbin_loglik(y, found.mean, theta, weights)
    null = _negbin_loglik(y, null_ml.mean, null_theta, weights) if null_ml else np.nan
    information = -_theta_score(y, found.mean, theta, weights)[1]
    family = Family("negbin", "log", 1 / theta)
    flat = _null_mean(design, family, weights)
    stats = {
        "alpha": 1 / theta,
        "theta": theta,
        "theta_se": float(1 / np.sqrt(information)) if information > 0 else np.nan,
        "deviance": _negbin_deviance(y, found.mean, theta, weights),
        "null_deviance": _negbin_deviance(y, flat, theta, weights),
    }
    stats |= likelihood_stats(design, loglik, null, extra=1)
    return estimates(design, y, found, stats, (_THETA_NOTE,))


_THETA_NOTE = Text(
    "Binomial negatif (NB2, ragam mu + alpha mu²): galat baku koefisien menganggap theta diketahui,"
    " seperti MASS::glm.nb di R.",
    "Negative binomial (NB2, variance mu + alpha mu²): standard errors of coefficients take theta"
    " as known, as R's MASS::glm.nb.",
)


def _above_one(over: int, n: int) -> Text:
    """Say that some fitted prevalences pass 1."""
    return Text(
        f"{over} dari {n} prevalensi dugaan melebihi 1; rasio prevalensi tetap dapat dibaca, tetapi"
        " jangan memakai nilai dugaan itu.",
        f"{over} of {n} fitted prevalences are above 1; the ratios can still be read, those fitted"
        " values cannot.",
    )


def _weights(design: Design) -> Floats:
    """Return the weights, or ones."""
    return np.ones(len(design.y)) if design.weights is None else design.weights


def _null_mean(design: Design, family: Family, weights: Floats) -> Floats:
    """Return the fitted mean with the intercept alone (exp of the offset without one)."""
    exposure = np.ones(len(design.y)) if design.offset is None else np.exp(design.offset)
    if not design.has_intercept:
        return exposure
    if family.name == "negbin" and design.offset is not None:
        ones = np.ones((len(design.y), 1))
        found = iterate(ones, design.y, family, design.offset, weights)
        if found is not None:
            return found.mean
    return np.asarray(exposure * (weights @ design.y / (weights @ exposure)))


def _poisson_loglik(y: Floats, mean: Floats, weights: Floats) -> float:
    """Return the Poisson log-likelihood."""
    from scipy.special import gammaln, xlogy

    return float((weights * (xlogy(y, mean) - mean - gammaln(y + 1))).sum())


def _poisson_deviances(y: Floats, mean: Floats, null: Floats, weights: Floats) -> dict[str, float]:
    """Return the deviances of the model and with the intercept alone."""
    from scipy.special import xlogy

    def deviance(at: Floats) -> float:
        return float(2 * (weights * (xlogy(y, y) - xlogy(y, at) - (y - at))).sum())

    return {"deviance": deviance(mean), "null_deviance": deviance(null)}


def _alternate(design: Design, x: Floats, weights: Floats) -> tuple[Iterated, float]:
    """Maximise over coefficients and theta in turn."""
    poisson_family = Family("poisson", "log")
    found = (
        fitted(design, design.y, poisson_family, weights)
        if x is design.X
        else iterate(x, design.y, poisson_family, design.offset, weights)
    )
    last = -np.inf
    for _ in range(_ROUNDS):
        if found is None:
            break
        theta = _best_theta(design, found.mean, weights)
        family = Family("negbin", "log", 1 / theta)
        found = iterate(x, design.y, family, design.offset, weights, found.params)
        if found is None:
            break
        now = _negbin_loglik(design.y, found.mean, theta, weights)
        if abs(now - last) <= _CLOSE * abs(now):
            return found, theta
        last = now
    raise BadArgumentError(
        f"{design.formula!r}: the negative binomial fit did not converge. Look for a few extreme"
        " counts, or use model='poisson' with cov='HC3' or cluster=."
    )


def _best_theta(design: Design, mean: Floats, weights: Floats) -> float:
    """Return the theta that maximises the likelihood at some means."""
    from scipy.optimize import brentq

    y = design.y

    def slope(log_theta: float) -> float:
        return _theta_score(y, mean, float(np.exp(log_theta)), weights)[0]

    low, high = _LOG_THETA
    if slope(high) >= 0 or slope(low) <= 0:
        raise BadArgumentError(
            f"{design.formula!r}: the counts of {design.outcome!r} vary no more than Poisson counts"
            " would, so a negative binomial has no overdispersion to estimate (alpha is 0). Use"
            " model='poisson'."
        )
    return float(np.exp(brentq(slope, low, high, xtol=1e-13, rtol=1e-14)))


def _theta_score(y: Floats, mean: Floats, theta: float, weights: Floats) -> tuple[float, float]:
    """Return first and second derivative of the log-likelihood in theta."""
    from scipy.special import polygamma, psi

    total = theta + mean
    first = psi(y + theta) - psi(theta) - np.log1p(mean / theta) + (mean - y) / total
    second = polygamma(1, y + theta) - polygamma(1, theta) + 1 / theta
    second = second - 2 / total + (y + theta) / total**2
    return float((weights * first).sum()), float((weights * second).sum())


def _negbin_loglik(y: Floats, mean: Floats, theta: float, weights: Floats) -> float:
    """Return the negative binomial log-likelihood."""
    from scipy.special import gammaln, xlogy

    terms = gammaln(theta + y) - gammaln(theta) - gammaln(y + 1)
    terms = terms - theta * np.log1p(mean / theta) + xlogy(y, mean / (theta + mean))
    return float((weights * terms).sum())


def _negbin_deviance(y: Floats, mean: Floats, theta: float, weights: Floats) -> float:
    """Return the negative binomial deviance at a given theta."""
    from scipy.special import xlogy

    own = xlogy(y, y / mean) - (y + theta) * np.log((y + theta) / (mean + theta))
    return float(2 * (weights * own).sum())
