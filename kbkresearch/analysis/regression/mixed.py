"""Linear mixed models: a random intercept by group, with a random slope where asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.estimates import Estimates
from kbkresearch.analysis.regression.mixed_likelihood import (
    Profile,
    Sums,
    deviance,
    minimise,
    profile,
    satterthwaite,
    sums_of,
    triangle_of,
)
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

_AT_LEAST = 2
_FLAT = 1e-6
_PERFECT = 1e-20


@dataclass(frozen=True, eq=False, slots=True)
class _Rows:
    """The rows as the likelihood takes them, and the way back.

    Attributes
    ----------
    sums : Sums
        Sums over rows, of orthonormal fixed columns and of what they leave of the outcome.
    z : array, shape (n, q)
        Columns with random effects, the slope's standardised.
    back : array, shape (q, q)
        Takes random effects of `z` to those of the raw columns.
    triangle : array, shape (k, k)
        The fixed columns are the orthonormal ones times this.
    base : array, shape (k,)
        Least squares coefficients that were taken out of the outcome.
    """

    sums: Sums
    z: Floats
    back: Floats
    triangle: Floats
    base: Floats


def mixed(design: Design, *, slope: str | None = None, reml: bool = True) -> Estimates:
    """Fit a linear mixed model with a random intercept by group.

    Parameters
    ----------
    design : Design
        Its clusters are the groups. Weights are precisions: the residual variance of a row is
        ``s2 / w``, as in R's ``lme4``.
    slope : str, optional
        A column of the design, one of `Design.names`, whose coefficient varies between groups,
        correlated with the intercept.
    reml : bool
        Restricted maximum likelihood (default), or maximum likelihood, which models with different
        fixed terms must be compared by.

    Returns
    -------
    Estimates
        `fitted` and `residuals` are conditional on the predicted group effects, `linear` is the
        fixed part. `df` are Satterthwaite's. `scores` are ``x (V^-1 r)`` row by row: only their
        sums by group, or by larger clusters, give a valid sandwich. `stats` holds the variance
        components and ``icc``, the share of the variance not explained by the fixed part that lies
        between groups (with a random slope: the mean of the group variance over the rows);
        ``r2_marginal`` and ``r2_conditional`` [3]_; ``lr_group`` and ``lr_group_p``, the
        likelihood-ratio test of no variance between groups (half the chi-square tail, as zero lies
        on the boundary).

    Raises
    ------
    BadArgumentError
        Without groups, with fewer than two, where every group has a single row, or where the
        outcome is fitted without residual.
    UnknownNameError
        For a slope that is no column of the design.

    Notes
    -----
    The profiled deviance of [1]_ is minimised; degrees of freedom follow [2]_. A variance whose
    estimate is zero is reported as zero, with a note: with a random intercept alone the model is
    then ordinary least squares with n - k degrees of freedom.

    References
    ----------
    .. [1] Bates, D., Maechler, M., Bolker, B., Walker, S. (2015). Fitting linear mixed-effects
       models using lme4. Journal of Statistical Software 67(1).
    .. [2] Giesbrecht, F. G., Burns, J. C. (1985). Two-stage analysis based on a mixed model.
       Biometrics 41, 477-486.
    .. [3] Nakagawa, S., Johnson, P. C. D., Schielzeth, H. (2017). The coefficient of determination
       R2 and intra-class correlation coefficient from generalized linear mixed-effects models
       revisited and expanded. Journal of the Royal Society Interface 14: 20170213.

    Examples
    --------
    >>> import pandas as pd
    >>> from kbkresearch.analysis.regression.design import build
    >>> data = pd.DataFrame({"score": [1, 2, 4, 5, 2, 3], "district": list("aabbcc")})
    >>> fit = mixed(build("score ~ 1", data, cluster="district"))
    >>> {name: round(fit.stats[name], 3) for name in ("var_group", "var_residual", "icc")}
    {'var_group': 2.083, 'var_residual': 0.5, 'icc': 0.806}
    """
    _check(design)
    rows = _rows(design, _slope_column(design, slope))
    ratios = minimise(rows.sums, rows.z.shape[1], reml=reml)
    at = profile(ratios, rows.sums)
    n, k = design.X.shape
    variance = at.rss / (n - k if reml else n)
    back = np.asarray(np.linalg.inv(rows.triangle), dtype=np.float64)
    covariance = variance * back @ np.linalg.inv(at.precision) @ back.T
    params = rows.base + back @ at.beta
    linear, effects, whitened = _predict(design, rows, ratios, params)
    flat = bool(np.abs(np.diagonal(triangle_of(ratios))).min() < _FLAT)
    plain = flat and len(ratios) == 1
    df = np.full(k, float(n - k))
    if not plain:
        df = satterthwaite(ratios, variance, rows.sums, back, reml=reml)
    return Estimates(
        params=params,
        covariance=covariance,
        model_covariance=covariance,
        df=df,
        fitted=linear + effects,
        linear=linear,
        residuals=design.y - linear - effects,
        scores=design.X * (whitened / variance)[:, None],
        bread=covariance,
        stats={
            **_components(rows, ratios, variance, linear),
            **_criteria(ratios, at, rows.sums, reml=reml),
            "n_groups": float(design.n_clusters),
            "n_dropped": float(design.n_dropped),
        },
        converged=True,
        notes=_notes(flat=flat, plain=plain, reml=reml),
    )


def _check(design: Design) -> None:
    """Raise where the groups cannot show a variance between them."""
    if design.clusters is None:
        raise BadArgumentError("A mixed model needs its groups: name their column as `group=`.")
    sizes = np.bincount(design.clusters)
    if len(sizes) < _AT_LEAST:
        raise BadArgumentError(
            f"Column {design.cluster_name!r} has one group only; a random effect needs two or more."
        )
    if sizes.max() < _AT_LEAST:
        raise BadArgumentError(
            f"Every group of {design.cluster_name!r} has a single row, so that variance between "
            "and within groups cannot be told apart. Use model='ols'."
        )


def _slope_column(design: Design, slope: str | None) -> int | None:
    """Return the column of the design that has a random slope."""
    if slope is None:
        return None
    if slope not in design.names or slope == "Intercept":
        choices = [name for name in design.names if name != "Intercept"]
        raise UnknownNameError("column for a random slope", slope, choices)
    return design.names.index(slope)


def _rows(design: Design, column: int | None) -> _Rows:
    """Return the rows on a basis in which the likelihood is computed without cancellation."""
    n = len(design.y)
    weights = np.ones(n) if design.weights is None else design.weights
    if not (weights > 0).all():
        raise BadArgumentError("Weights of a mixed model are precisions and must be positive.")
    root = np.sqrt(weights)
    basis, triangle = np.linalg.qr(design.X * root[:, None])
    outcome = design.y if design.offset is None else design.y - design.offset
    inner = basis.T @ (root * outcome)
    left = root * outcome - basis @ inner
    if left @ left <= _PERFECT * max(float(((root * outcome) ** 2).sum()), 1e-300):
        raise BadArgumentError("The fixed terms fit the outcome exactly; there is nothing random.")
    z, back = _random_columns(design.X, column)
    log_scale = 2 * float(np.log(np.abs(np.diagonal(triangle))).sum())
    codes = np.asarray(design.clusters)
    sums = sums_of(z * root[:, None], basis, left, codes, float(np.log(weights).sum()), log_scale)
    return _Rows(sums, z, back, triangle, np.linalg.solve(triangle, inner))


def _random_columns(x: Floats, column: int | None) -> tuple[Floats, Floats]:
    """Return the columns with random effects, standardised, and the way back to raw ones."""
    ones = np.ones(len(x))
    if column is None:
        return ones[:, None], np.eye(1)
    centre, spread = float(x[:, column].mean()), float(x[:, column].std())
    standardised = (x[:, column] - centre) / spread
    return np.column_stack([ones, standardised]), np.array([[1, -centre / spread], [0, 1 / spread]])


def _between(ratios: Floats) -> Floats:
    """Return the covariance of the random effects in units of the residual variance."""
    triangle = triangle_of(ratios)
    return triangle @ triangle.T


def _predict(
    design: Design, rows: _Rows, ratios: Floats, params: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the fixed part, the predicted group effects, and ``V^-1 r`` (residual variance 1)."""
    weights = np.ones(len(design.y)) if design.weights is None else design.weights
    linear = design.X @ params + (0.0 if design.offset is None else design.offset)
    codes, left = np.asarray(design.clusters), weights * (design.y - linear)
    n_groups = int(codes.max()) + 1
    sums = np.column_stack([np.bincount(codes, c * left, n_groups) for c in rows.z.T])
    between = _between(ratios)
    q = len(between)
    # b = L (I + L'Z'WZ L)^-1 L'Z'W r, written so that a variance of zero needs no inverse
    system = np.eye(q) + between @ rows.sums.zz
    predicted = np.linalg.solve(system, (sums @ between)[:, :, None])[:, :, 0]
    effects = (rows.z * predicted[codes]).sum(axis=1)
    return linear, effects, left - weights * effects


def _components(rows: _Rows, ratios: Floats, variance: float, linear: Floats) -> dict[str, float]:
    """Return variance components, the intraclass correlation and Nakagawa's R2."""
    scaled = variance * _between(ratios)
    between = rows.back @ scaled @ rows.back.T
    random = float(np.einsum("ni,ij,nj->n", rows.z, scaled, rows.z).mean())
    fixed = float(np.var(linear))
    total = fixed + random + variance
    found = {
        "var_group": float(between[0, 0]),
        "var_residual": variance,
        "icc": random / (random + variance),
        "r2_marginal": fixed / total,
        "r2_conditional": (fixed + random) / total,
    }
    if len(between) > 1:
        product = float(np.sqrt(between[0, 0] * between[1, 1]))
        found |= {
            "var_slope": float(between[1, 1]),
            "cov_intercept_slope": float(between[0, 1]),
            "cor_intercept_slope": float(np.clip(between[0, 1] / product, -1, 1))
            if product
            else np.nan,
        }
    return found


def _criteria(ratios: Floats, at: Profile, sums: Sums, *, reml: bool) -> dict[str, float]:
    """Return the likelihood and what is computed from it."""
    from scipy import stats

    value = deviance(ratios, sums, reml=reml)
    n_params = len(at.beta) + len(ratios) + 1
    found = {
        "n": float(sums.n),
        "reml": float(reml),
        "loglik": -value / 2,
        "aic": value + 2 * n_params,
        "bic": value + float(np.log(sums.n)) * n_params,
    }
    if len(ratios) == 1:
        ratio = max(deviance(np.zeros(1), sums, reml=reml) - value, 0.0)
        found |= {"lr_group": ratio, "lr_group_p": float(stats.chi2.sf(ratio, 1)) / 2}
    return found


def _notes(*, flat: bool, plain: bool, reml: bool) -> tuple[Text, ...]:
    """Return how the model was fitted, and whether a variance is zero."""
    notes = [
        Text(
            f"Model campuran diduga dengan {'REML' if reml else 'ML'}; derajat bebas menurut "
            "Satterthwaite.",
            f"Mixed model fitted by {'REML' if reml else 'ML'}; Satterthwaite degrees of freedom.",
        )
    ]
    if plain:
        notes = [
            Text(
                f"Model campuran diduga dengan {'REML' if reml else 'ML'}. Dugaan ragam antar "
                "kelompok nol: model ini sama dengan regresi linear biasa, derajat bebas n - k. "
                "Itu tidak membuktikan bahwa kelompok tidak berbeda.",
                f"Mixed model fitted by {'REML' if reml else 'ML'}. The variance between groups is "
                "estimated as zero: the model is ordinary least squares, with n - k degrees of "
                "freedom. This does not show that groups do not differ.",
            )
        ]
    elif flat:
        notes.append(
            Text(
                "Ragam acak berada di batas (nol, atau korelasi satu): data terlalu sedikit untuk "
                "kemiringan acak. Pertimbangkan intersep acak saja.",
                "The random effects lie on the boundary (a variance of zero or a correlation of "
                "one): the data are too few for a random slope. Consider the intercept alone.",
            )
        )
    return tuple(notes)
