"""Generalised linear models of shares: logit, binomial, fractional; what counts share with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.estimates import Estimates
from kbkresearch.analysis.regression.iterate import Family, fitted
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.iterate import Iterated

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

LINKS = ("logit", "probit", "cloglog")
_OVERDISPERSED = 1.5


def estimates(
    design: Design,
    y: Floats,
    found: Iterated,
    stats: dict[str, float],
    notes: tuple[Text, ...] = (),
) -> Estimates:
    """Return a fitted generalised linear model as `Estimates`.

    Parameters
    ----------
    design : Design
    y : array, shape (n,)
        Outcome; a proportion for a grouped binomial one.
    found : Iterated
    stats : dict of str to float
    notes : tuple of Text

    Returns
    -------
    Estimates
    """
    n, k = design.X.shape
    pearson = found.factors**2 / found.working
    base = {"n": float(n), "n_dropped": float(design.n_dropped), "df_residual": float(n - k)}
    return Estimates(
        params=found.params,
        covariance=found.bread,
        model_covariance=found.bread,
        df=np.full(k, np.inf),
        fitted=found.mean,
        linear=found.linear,
        residuals=y - found.mean,
        scores=design.X * found.factors[:, None],
        bread=found.bread,
        stats=base | stats | {"dispersion": float(pearson.sum() / (n - k))},
        converged=True,
        leverage=found.leverage,
        working_weights=found.working,
        score_factors=found.factors,
        slope=found.slope,
        notes=notes,
    )


def check_link(link: str | None, allowed: tuple[str, ...]) -> str:
    """Return the link, the first allowed one by default.

    Parameters
    ----------
    link : str or None
    allowed : tuple of str

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
    """
    if link is not None and link not in allowed:
        raise UnknownNameError("link", link, allowed)
    return link or allowed[0]


def logit(design: Design, link: str | None = None) -> Estimates:
    """Fit a binary outcome (0 and 1) by maximum likelihood.

    Parameters
    ----------
    design : Design
        Built with ``kind="binary"``.
    link : {"logit", "probit", "cloglog"}, optional

    Returns
    -------
    Estimates
    """
    ones = np.ones(len(design.y)) if design.weights is None else design.weights
    family = Family("binomial", check_link(link, LINKS))
    found = fitted(design, design.y, family, ones)
    return estimates(design, design.y, found, _binomial_stats(design, design.y, ones, found))


def binomial(design: Design, link: str | None = None) -> Estimates:
    """Fit counts out of denominators by maximum likelihood.

    Parameters
    ----------
    design : Design
        Built with ``kind="grouped"`` and a denominator.
    link : {"logit", "probit", "cloglog"}, optional

    Returns
    -------
    Estimates
        The log-likelihood holds the binomial coefficients, as R's.
    """
    if design.denominator is None:
        raise BadArgumentError(
            "model='binomial' needs denominator=, the column of what the counts are out of; for an"
            " outcome of 0 and 1 use model='logit', for fractions model='fractional'."
        )
    share = design.y / design.denominator
    prior = design.denominator * (1.0 if design.weights is None else design.weights)
    family = Family("binomial", check_link(link, LINKS))
    found = fitted(design, share, family, prior)
    return estimates(design, share, found, _binomial_stats(design, share, prior, found))


def fractional(design: Design, link: str | None = None) -> Estimates:
    """Fit fractions between 0 and 1, both included, by quasi-likelihood.

    Parameters
    ----------
    design : Design
        Built with ``kind="fraction"``.
    link : {"logit", "probit", "cloglog"}, optional

    Returns
    -------
    Estimates
        Without a log-likelihood: only the mean is modelled, so the covariance should be robust.

    References
    ----------
    Papke LE, Wooldridge JM (1996). Econometric methods for fractional response variables. Journal
    of Applied Econometrics 11:619-632.
    """
    ones = np.ones(len(design.y)) if design.weights is None else design.weights
    family = Family("binomial", check_link(link, LINKS))
    found = fitted(design, design.y, family, ones)
    stats = {
        "deviance": binomial_deviance(design.y, found.mean, ones),
        "null_deviance": binomial_deviance(design.y, _null_share(design, design.y, ones), ones),
    }
    return estimates(design, design.y, found, stats)


def overdispersion_note(dispersion: float) -> tuple[Text, ...]:
    """Say that counts vary more than the model allows, where they do.

    Parameters
    ----------
    dispersion : float
        Pearson's chi-square by its degrees of freedom.

    Returns
    -------
    tuple of Text
    """
    if dispersion <= _OVERDISPERSED:
        return ()
    return (
        Text(
            f"Dispersi {dispersion:.2f} (chi-kuadrat Pearson per derajat bebas): ragam melebihi"
            " model, galat baku model terlalu kecil; pakai cov='HC3', cluster=, atau negbin.",
            f"Dispersion {dispersion:.2f} (Pearson chi-square by degrees of freedom): more variance"
            " than the model allows, its standard errors are too small; use cov='HC3', cluster=,"
            " or for counts model='negbin'.",
        ),
    )


def _null_share(design: Design, share: Floats, weights: Floats) -> Floats:
    """Return the fitted mean without any term: the overall share, or 1/2 without an intercept."""
    if not design.has_intercept:
        return np.full(len(share), 0.5)
    return np.full(len(share), np.average(share, weights=weights))


def binomial_deviance(share: Floats, mean: Floats, weights: Floats) -> float:
    """Return the deviance of shares.

    Parameters
    ----------
    share, mean, weights : array, shape (n,)

    Returns
    -------
    float
    """
    from scipy.special import xlogy

    own = xlogy(share, share) + xlogy(1 - share, 1 - share)
    return float(2 * (weights * (own - xlogy(share, mean) - xlogy(1 - share, 1 - mean))).sum())


def _binomial_stats(
    design: Design, share: Floats, weights: Floats, found: Iterated
) -> dict[str, float]:
    """Return fit statistics of a binomial likelihood."""
    from scipy.special import gammaln, xlogy

    def kernel(mean: Floats) -> float:
        return float((weights * (xlogy(share, mean) + xlogy(1 - share, 1 - mean))).sum())

    constant = 0.0
    if design.denominator is not None:
        n = design.denominator
        prior = 1.0 if design.weights is None else design.weights
        choose = gammaln(n + 1) - gammaln(design.y + 1) - gammaln(n - design.y + 1)
        constant = float((prior * choose).sum())
    null = _null_share(design, share, weights)
    stats = {
        "deviance": binomial_deviance(share, found.mean, weights),
        "null_deviance": binomial_deviance(share, null, weights),
    }
    grouped = design.denominator is not None
    logs = (kernel(found.mean) + constant, kernel(null) + constant)
    return stats | likelihood_stats(design, *logs, grouped=grouped)


def likelihood_stats(
    design: Design, loglik: float, null: float, *, extra: int = 0, grouped: bool = False
) -> dict[str, float]:
    """Return information criteria, the likelihood-ratio test of all terms, and pseudo R squares.

    Parameters
    ----------
    design : Design
    loglik, null : float
        Log-likelihood of the model, and with the intercept alone.
    extra : int
        Parameters beside the coefficients that `aic` and `bic` count.
    grouped : bool
        Whether rows hold many trials: then what depends on the number of observations is left out.

    Returns
    -------
    dict of str to float
    """
    from scipy.special import chdtrc

    n, k = design.X.shape
    stats = {
        "loglik": loglik,
        "aic": -2 * loglik + 2 * (k + extra),
        "bic": -2 * loglik + float(np.log(n)) * (k + extra),
    }
    if not design.has_intercept or k == 1:
        return stats
    chi2 = 2 * (loglik - null)
    stats |= {
        "loglik_null": null,
        "lr_chi2": chi2,
        "lr_df": float(k - 1),
        "lr_p": float(chdtrc(k - 1, max(chi2, 0.0))),
        "mcfadden_r2": 1 - loglik / null,
    }
    if not grouped:
        stats["cox_snell_r2"] = -np.expm1(-chi2 / n)
        stats["nagelkerke_r2"] = stats["cox_snell_r2"] / -np.expm1(2 * null / n)
    return {name: float(value) for name, value in stats.items()}
