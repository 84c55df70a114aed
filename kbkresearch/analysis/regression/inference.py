"""From coefficients to tests: which covariance matrix, which distribution, which interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np

from kbkresearch.analysis.regression.covariance import (
    LARGEST_CLUSTER,
    cluster,
    cr2,
    hc,
    wald,
)
from kbkresearch.analysis.regression.design import FEW_CLUSTERS
from kbkresearch.analysis.regression.wild import Wild, wild_bootstrap
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.estimates import Estimates

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Cov: TypeAlias = Literal["model", "HC0", "HC1", "HC2", "HC3", "cluster", "CR2", "wild"]

COVS: tuple[Cov, ...] = get_args(Cov)
_CLUSTERED = ("cluster", "CR2", "wild")
_FULL = 1 - 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Inference:
    """Tests and intervals of coefficients.

    Attributes
    ----------
    se, statistic, df, p_value, ci_low, ci_high : array, shape (p,)
        Infinite `df` is the normal distribution; NaN that of a bootstrap.
    """

    se: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    ci_low: Floats
    ci_high: Floats


def infer(params: Floats, covariance: Floats, df: Floats, level: float) -> Inference:
    """Return t (or normal) tests that each coefficient is zero, with intervals.

    Parameters
    ----------
    params, df : array, shape (p,)
    covariance : array, shape (p, p)
    level : float
        Confidence level.

    Returns
    -------
    Inference
    """
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    se = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = params / se
    normal = np.isinf(df)
    finite = np.where(normal, 1.0, df)
    p = 2 * np.where(normal, ndtr(-np.abs(statistic)), stdtr(finite, -np.abs(statistic)))
    tail = (1 + level) / 2
    half = np.where(normal, ndtri(tail), stdtrit(finite, tail)) * se
    return Inference(se, statistic, df, p, params - half, params + half)


def choose_cov(cov: str | None, design: Design, found: Estimates, default: Cov) -> Cov:
    """Return the covariance matrix to use, refusing one that does not fit the design.

    Parameters
    ----------
    cov : str or None
        What was asked for.
    design : Design
    found : Estimates
    default : str
        The model's own default without clusters.

    Returns
    -------
    str
        With clusters and nothing asked: CR2 below 40 clusters, else the cluster sandwich.

    Raises
    ------
    UnknownNameError, BadArgumentError
    """
    if cov is None:
        return _default(design, found, default)
    if cov not in COVS:
        raise UnknownNameError("covariance", cov, COVS)
    if cov in _CLUSTERED and design.clusters is None:
        raise BadArgumentError(f"cov={cov!r} needs cluster=, the column that names the clusters.")
    if cov not in _CLUSTERED and design.clusters is not None:
        raise BadArgumentError(
            f"cov={cov!r} ignores the clusters of {design.cluster_name!r}; use one of"
            f" {', '.join(_CLUSTERED)}, or leave cluster= out."
        )
    return cov


def _default(design: Design, found: Estimates, default: Cov) -> Cov:
    """Return the covariance matrix that is used where none is asked for."""
    if design.clusters is None:
        full = found.leverage is not None and bool((found.leverage > _FULL).any())
        return "HC1" if default in {"HC2", "HC3"} and full else default
    sizes = np.bincount(design.clusters)
    working = found.working_weights
    can = working is not None and bool((working == 1).all() or sizes.max() <= LARGEST_CLUSTER)
    return "CR2" if design.n_clusters < FEW_CLUSTERS and can else "cluster"


def with_covariance(design: Design, found: Estimates, cov: Cov, *, linear: bool) -> Estimates:
    """Return estimates with another covariance matrix and its degrees of freedom.

    Parameters
    ----------
    design : Design
    found : Estimates
        As the estimator gave them.
    cov : str
        One of `COVS`.
    linear : bool
        Whether the model is one of least squares: its degrees of freedom stay with HC0 to HC3, and
        the working variances of CR2 are equal; other models take those of the fit, on the scale
        of the outcome, as R's clubSandwich does.

    Returns
    -------
    Estimates
    """
    if cov == "model":
        return found
    if found.scores is None or found.bread is None:
        raise BadArgumentError(f"cov={cov!r} is not there for this model; leave cov= out.")
    if cov in {"HC0", "HC1", "HC2", "HC3"}:
        kind: Any = cov
        covariance, df = hc(found.scores, found.bread, kind, found.leverage), found.df
    elif design.clusters is not None and cov == "CR2":
        covariance, df = _cr2(design, found, linear=linear)
    elif design.clusters is not None:
        groups = design.n_clusters
        covariance = cluster(found.scores, found.bread, design.clusters, groups)
        df = np.full(len(found.params), groups - 1.0)
    return replace(found, covariance=covariance, df=df, covariance_name=cov)


def _cr2(design: Design, found: Estimates, *, linear: bool) -> tuple[Floats, Floats]:
    """Return the CR2 covariance matrix and its degrees of freedom."""
    working, factors = found.working_weights, found.score_factors
    if working is None or factors is None or found.bread is None or design.clusters is None:
        raise BadArgumentError("cov='CR2' is not there for this model; use cov='cluster'.")
    slope = np.ones(len(working)) if found.slope is None else found.slope
    x, weights = design.X * slope[:, None], working / slope**2
    target = np.ones(len(working)) if linear else 1 / weights
    groups = design.n_clusters
    return cr2(x, factors / slope, weights, target, found.bread, design.clusters, groups)


def bootstrap(design: Design, found: Estimates, level: float, seed: int) -> Wild:
    """Return the wild cluster bootstrap of a least-squares fit.

    Parameters
    ----------
    design : Design
    found : Estimates
    level : float
    seed : int

    Returns
    -------
    Wild
    """
    if design.clusters is None or found.bread is None:
        raise BadArgumentError("cov='wild' needs cluster= and least squares.")
    root = np.ones(len(design.y)) if design.weights is None else np.sqrt(design.weights)
    x, residuals = design.X * root[:, None], found.residuals * root
    return wild_bootstrap(
        x, residuals, found.params, found.bread, design.clusters, design.n_clusters,
        level=level, seed=seed,
    )  # fmt: skip


def whole_model(design: Design, found: Estimates) -> dict[str, float]:
    """Return the Wald test of all terms with the covariance matrix in use.

    Parameters
    ----------
    design : Design
    found : Estimates

    Returns
    -------
    dict of str to float
        `wald_f`, `wald_df1`, `wald_df2`, `wald_p`, or `wald_chi2`, `wald_df`, `wald_p` with the
        normal distribution. Empty where there is no term, or fewer clusters than terms.
    """
    places = list(range(int(design.has_intercept), design.X.shape[1]))
    tested = wald_test(design, found, places)
    if not np.isfinite(tested.statistic):
        return {}
    if np.isnan(tested.df2):
        names = ("wald_chi2", "wald_df", "wald_p")
        return dict(zip(names, (tested.statistic, tested.df, tested.p_value), strict=True))
    return {
        "wald_f": tested.statistic,
        "wald_df1": tested.df,
        "wald_df2": tested.df2,
        "wald_p": tested.p_value,
    }


@dataclass(frozen=True, slots=True)
class WaldTest:
    """A Wald test that several coefficients are zero.

    Attributes
    ----------
    method : {"wald_f", "wald_chi2"}
    statistic, df, df2, p_value : float
        `df2` is NaN for the chi-square. All but `df` are NaN where the covariance matrix of the
        coefficients has no full rank, as with fewer clusters than coefficients.
    """

    method: str
    statistic: float
    df: float
    df2: float
    p_value: float


def wald_test(design: Design, found: Estimates, places: list[int]) -> WaldTest:
    """Test that some coefficients are zero, with the covariance in use.

    Parameters
    ----------
    design : Design
    found : Estimates
    places : list of int
        Positions of the coefficients.

    Returns
    -------
    WaldTest
        F with the degrees of freedom of the coefficients (CR2: clusters minus one), or chi-square
        where these are normal.
    """
    from scipy.special import chdtrc, fdtrc

    chi2, q = wald(found.params, found.covariance, places)
    least = float(found.df[places].min()) if places else np.inf
    if np.isinf(least):
        return WaldTest("wald_chi2", chi2, float(q), np.nan, float(chdtrc(max(q, 1), chi2)))
    df2 = design.n_clusters - 1.0 if found.covariance_name == "CR2" else least
    f = chi2 / max(q, 1)
    return WaldTest("wald_f", f, float(q), df2, float(fdtrc(max(q, 1), df2, f)))


_NAMES = {
    "model": Text("dari modelnya sendiri", "the model's own"),
    "HC0": Text("sandwich HC0 (White)", "sandwich HC0 (White)"),
    "HC1": Text("sandwich HC1 (n / (n - k))", "sandwich HC1 (n / (n - k))"),
    "HC2": Text("sandwich HC2 (MacKinnon-White)", "sandwich HC2 (MacKinnon-White)"),
    "HC3": Text("sandwich HC3 (MacKinnon-White)", "sandwich HC3 (MacKinnon-White)"),
    "cluster": Text(
        "sandwich per klaster, CR1 (faktor G/(G-1) (n-1)/(n-k)), t dengan G-1 derajat bebas",
        "cluster sandwich, CR1 (factor G/(G-1) (n-1)/(n-k)), t with G-1 degrees of freedom",
    ),
    "CR2": Text(
        "sandwich per klaster, CR2 (Bell-McCaffrey), t dengan derajat bebas Satterthwaite",
        "cluster sandwich, CR2 (Bell-McCaffrey), t with Satterthwaite degrees of freedom",
    ),
    "wild": Text(
        "sandwich per klaster, CR1; nilai p dan interval dari bootstrap klaster liar",
        "cluster sandwich, CR1; p-values and intervals from the wild cluster bootstrap",
    ),
}


def notes_on(design: Design, cov: Cov, asked: str | None, drawn: Wild | None) -> tuple[Text, ...]:
    """Say which covariance matrix stands behind the tests, and what clusters allow.

    Parameters
    ----------
    design : Design
    cov : str
        One of `COVS`.
    asked : str or None
        What the caller asked for.
    drawn : Wild or None

    Returns
    -------
    tuple of Text
    """
    name = _NAMES[cov]
    notes = [Text(f"Galat baku: {name.id}.", f"Standard errors: {name.en}.")]
    if drawn is not None:
        notes.append(_on_draws(drawn))
    groups = design.n_clusters
    if design.clusters is not None and groups < FEW_CLUSTERS:
        notes.append(_on_few(design.cluster_name, groups, cov))
    if asked is None and cov == "HC1":
        notes.append(_FULL_LEVERAGE)
    return tuple(notes)


_FULL_LEVERAGE = Text(
    "HC3 tidak dapat dihitung karena ada baris yang sendirian menentukan satu koefisien (leverage"
    " 1); dipakai HC1.",
    "HC3 cannot be computed, as a row alone decides a coefficient (leverage 1); HC1 is used.",
)


def _on_draws(drawn: Wild) -> Text:
    """Say how the bootstrap was drawn."""
    return Text(
        f"Bootstrap klaster liar, hipotesis nol dikenakan: {drawn.draws} ulangan, bobot"
        f" {drawn.weights}; interval dari pembalikan uji.",
        f"Wild cluster bootstrap, null imposed: {drawn.draws} draws, {drawn.weights} weights;"
        " intervals by inverting the test.",
    )


def _on_few(name: str, groups: int, cov: Cov) -> Text:
    """Say that clusters are few."""
    if cov == "cluster":
        return Text(
            f"Hanya {groups} klaster ({name}): dengan kurang dari {FEW_CLUSTERS}, interval ini"
            " cenderung terlalu sempit; bandingkan dengan cov='CR2' atau cov='wild' bila ada.",
            f"Only {groups} clusters ({name}): below {FEW_CLUSTERS} these intervals tend to be too"
            " narrow; compare cov='CR2' or cov='wild' where there are.",
        )
    return Text(
        f"{groups} klaster ({name}), kurang dari {FEW_CLUSTERS}: derajat bebas lebih berarti"
        " daripada jumlah baris.",
        f"{groups} clusters ({name}), fewer than {FEW_CLUSTERS}: degrees of freedom matter more"
        " than the number of rows.",
    )
