"""Does one coefficient serve all thresholds? Tests of the parallel-lines assumption.

A cumulative model says that a factor shifts every threshold alike. The Brant test compares the
binary models of "above threshold j" with each other; the likelihood-ratio test compares the
proportional model with one whose coefficients differ between thresholds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.latent import fit_bounds
from kbkresearch.analysis.regression.links import link_of
from kbkresearch.errors import BadArgumentError, KbkError

if TYPE_CHECKING:
    import pandas as pd

    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.links import Link
    from kbkresearch.analysis.regression.ordinal import OrdinalLink

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_Row: TypeAlias = tuple[str, float, int, str, str]  # term, statistic, df, problem, remark

OVERALL = "all"
_NULL = "the coefficient is the same at every threshold"
_AT_LEAST = 3


def brant(design: Design, link: OrdinalLink = "logit") -> pd.DataFrame:
    """Test parallel lines by Wald tests on the binary models of each threshold.

    Parameters
    ----------
    design : Design
        An ordinal design of three or more categories, without intercept.
    link : {"logit", "probit"}
        Link of the cumulative model. Brant's test is the one for ``"logit"``; ``"probit"`` is the
        same construction on binary probit models.

    Returns
    -------
    DataFrame
        ``term`` (``"all"`` first, then each term of the formula), ``method``, ``statistic``,
        ``df``, ``p_value``, ``null``, ``problem`` (why there is no statistic, else empty) and
        ``remark`` (what is odd about one that is there, else empty).

    Raises
    ------
    BadArgumentError
        For fewer than three categories.

    Notes
    -----
    The J - 1 binary fits are joined by the expected covariance of their scores [1]_. A threshold
    whose binary model has no finite estimates leaves the test without a value, and says so.

    References
    ----------
    .. [1] Brant, R. (1990). Assessing proportionality in the proportional odds model for ordinal
       logistic regression. Biometrics 46, 1171-1178.

    Examples
    --------
    >>> import pandas as pd
    >>> from kbkresearch.analysis.regression.design import build
    >>> level, doctors = [1, 1, 2, 3, 2, 3, 1, 3], [1, 2, 1, 3, 2, 4, 3, 2]
    >>> data = pd.DataFrame({"level": level, "doctors": doctors})
    >>> found = brant(build("level ~ doctors", data, kind="ordinal"))
    >>> found[["term", "statistic", "df", "p_value"]].round(3).values.tolist()
    [['all', 3.28, 1.0, 0.07], ['doctors', 3.28, 1.0, 0.07]]
    """
    _check(design)
    blocks = _blocks(design)
    try:
        slopes, covariance = _binary_fits(design, link_of(link))
    except KbkError as error:
        return _table("brant", [(name, np.nan, 0, str(error), "") for name in blocks])
    rows = [
        (name, _wald(slopes, covariance, columns), _df(slopes, columns), "", "")
        for name, columns in blocks.items()
    ]
    return _table("brant", rows)


def likelihood_ratio(design: Design, link: OrdinalLink = "logit") -> pd.DataFrame:
    """Test parallel lines by the likelihood ratio against the non-proportional model.

    Parameters
    ----------
    design : Design
        An ordinal design of three or more categories, without intercept.
    link : {"logit", "probit"}
        Link of the cumulative model.

    Returns
    -------
    DataFrame
        As `brant`. The row ``"all"`` frees every term at once, each other row one term.

    Raises
    ------
    BadArgumentError
        For fewer than three categories.

    Notes
    -----
    A freed model that separates a category has no estimates; that row has no statistic and says
    why. Where freed lines cross within the data the statistic stands, with a remark: the freed
    model then gives some category of those rows a negative probability.
    """
    _check(design)
    latent = link_of(link)
    base = fit_bounds(design, latent).loglik
    n_cuts = int(design.y.max())

    def compare(name: str, columns: list[int]) -> _Row:
        try:
            freed = fit_bounds(design, latent, columns)
        except KbkError as error:
            return name, np.nan, 0, str(error), ""
        ratio = max(2 * (freed.loglik - base), 0.0)
        return (
            name,
            ratio,
            len(columns) * (n_cuts - 1),
            "",
            _crossing(design, freed.params, columns),
        )

    rows = [compare(name, columns) for name, columns in _blocks(design).items()]
    return _table("likelihood_ratio", rows)


def _crossing(design: Design, params: Floats, free: list[int]) -> str:
    """Return a remark on rows in which the freed lines cross; empty where there are none."""
    local = np.column_stack([np.ones(len(design.y)), -design.X[:, free]])
    own = params[design.X.shape[1] - len(free) :].reshape(-1, local.shape[1])
    rows = int((np.diff(local @ own.T, axis=1) < 0).any(axis=1).sum())
    return f"the freed lines cross in {rows} of {len(local)} rows" if rows else ""


def _check(design: Design) -> None:
    """Raise where there are no two thresholds to compare, or nothing to test."""
    n = int(design.y.max()) + 1
    if n < _AT_LEAST:
        raise BadArgumentError(
            f"Outcome {design.outcome!r} has {n} categories; parallel lines can be tested with "
            "three or more."
        )
    if not design.X.shape[1]:
        raise BadArgumentError("The model has no term, so there are no lines to compare.")


def _blocks(design: Design) -> dict[str, list[int]]:
    """Return the columns that are tested together: all of them, then term by term."""
    terms = {name: list(columns) for name, columns in design.terms.items() if len(columns)}
    return {OVERALL: list(range(design.X.shape[1])), **terms}


def _binary_fits(design: Design, link: Link) -> tuple[Floats, Floats]:
    """Return the slopes (J - 1, k) of the binary models, and their covariance (J-1, k, J-1, k)."""
    n_cuts, k = int(design.y.max()), design.X.shape[1]
    x = np.column_stack([design.X - design.X.mean(axis=0), -np.ones(len(design.y))])
    weights = np.ones(len(design.y)) if design.weights is None else design.weights
    offset = 0.0 if design.offset is None else design.offset
    above = [replace(design, y=(design.y > cut).astype(np.float64)) for cut in range(n_cuts)]
    fits = [fit_bounds(one, link) for one in above]
    linear = [design.X @ fit.params[:k] - fit.params[k] + offset for fit in fits]
    chance = [link.cdf(eta) for eta in linear]
    ratio = [link.pdf(eta) / (p * (1 - p)) for eta, p in zip(linear, chance, strict=True)]

    def scores(i: int, j: int) -> Floats:
        """Return the expected product of the scores of two thresholds, the lower one first."""
        spread = chance[j] * (1 - chance[i])
        product: Floats = x.T @ ((weights * ratio[i] * ratio[j] * spread)[:, None] * x)
        return product

    inverse = [np.linalg.inv(scores(i, i)) for i in range(n_cuts)]
    covariance = np.empty((n_cuts, k, n_cuts, k))
    for i in range(n_cuts):
        for j in range(i, n_cuts):
            block = (inverse[i] @ scores(i, j) @ inverse[j])[:k, :k]
            covariance[i, :, j, :], covariance[j, :, i, :] = block, block.T
    return np.array([fit.params[:k] for fit in fits]), covariance


def _wald(slopes: Floats, covariance: Floats, columns: list[int]) -> float:
    """Return the Wald statistic that some columns have equal slopes at all thresholds."""
    n_cuts, size = len(slopes), len(columns)
    contrast = np.kron(np.hstack([np.ones((n_cuts - 1, 1)), -np.eye(n_cuts - 1)]), np.eye(size))
    chosen = covariance[:, columns][:, :, :, columns].reshape(n_cuts * size, n_cuts * size)
    gap = contrast @ slopes[:, columns].ravel()
    return float(gap @ np.linalg.solve(contrast @ chosen @ contrast.T, gap))


def _df(slopes: Floats, columns: list[int]) -> int:
    """Return the number of equalities tested."""
    return (len(slopes) - 1) * len(columns)


def _table(method: str, rows: list[_Row]) -> pd.DataFrame:
    """Return the tests as a frame."""
    import pandas as pd
    from scipy import stats

    return pd.DataFrame(
        {
            "term": [row[0] for row in rows],
            "method": method,
            "statistic": [row[1] for row in rows],
            "df": [float(row[2]) if row[2] else np.nan for row in rows],
            "p_value": [float(stats.chi2.sf(row[1], row[2])) if row[2] else np.nan for row in rows],
            "null": _NULL,
            "problem": [row[3] for row in rows],
            "remark": [row[4] for row in rows],
        }
    )
