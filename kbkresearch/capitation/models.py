"""`rate_model`: visits or cost by a smooth curve of age for each sex, tried on other facilities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import numpy as np
import pandas as pd

from kbkresearch.capitation.ages import read_sexes
from kbkresearch.capitation.columns import amounts, filled, needed, refuse
from kbkresearch.capitation.curves import Family, Part, fit_parts
from kbkresearch.capitation.rates import tail_of
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import Result
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
FAMILIES: tuple[Family, ...] = get_args(Family)
OUTCOMES = ("visits", "cost_rp")
_COUNTS_ONLY = ("poisson", "negbin")
_CELLS = "cells"


@dataclass(frozen=True)
class RateModel(Result):
    """A curve of age for each sex.

    Attributes
    ----------
    frame : DataFrame
        One row per age in years and sex: ``age_years``, ``sex``, ``estimate`` per member-month
        (visits or rupiah), ``ci_low``, ``ci_high``, ``weight`` (over the mean of all members),
        ``method``.
    stats : dict of str to float
        ``n``, ``deviance``, ``dispersion``, ``alpha`` and the number of ``facilities``.
    family, outcome : str
    parts : tuple of Part
    """

    stats: dict[str, float] = field(default_factory=dict, repr=False)
    family: str = "poisson"
    outcome: str = "visits"
    parts: tuple[Part, ...] = field(default=(), repr=False)
    spec: Any = field(default=None, repr=False)

    @property
    def title(self) -> Text:
        """Return the title under which the curve is shown."""
        what = Text("Kunjungan", "Visits") if self.outcome == "visits" else Text("Biaya", "Cost")
        return Text(
            f"{what.id} per peserta dan bulan menurut umur", f"{what.en} per member-month by age"
        )

    def predict(self, data: pd.DataFrame) -> Floats:
        """Return expected visits or rupiah per member-month.

        Parameters
        ----------
        data : DataFrame
            ``age_years``, ``sex`` and ``member_months``.

        Returns
        -------
        array of float, shape (n,)
        """
        needed(data, ["member_months"])
        design = _matrix(self.spec, _covariates(data))
        return np.exp(_log_rates(self.parts, design, amounts(data, "member_months"))[0])


def rate_model(
    members: pd.DataFrame,
    family: Family = "poisson",
    outcome: str = "visits",
    *,
    df: int = 5,
    cluster: str | None = "facility_id",
    level: float = 0.95,
) -> RateModel:
    """Fit visits or cost of members on a smooth curve of age for each sex.

    Parameters
    ----------
    members : DataFrame
        One row per member: ``age_years``, ``sex``, ``member_months``, and the outcome.
    family : {"poisson", "negbin", "tweedie", "gamma", "two_part"}
        Poisson and negative binomial for visits; any but the negative binomial for cost.
    outcome : {"visits", "cost_rp"}
    df : int
        Degrees of freedom of the natural cubic spline of age.
    cluster : str, optional
        Column of clusters that limits allow for; members are independent if None.
    level : float
        Confidence level.

    Returns
    -------
    RateModel

    Raises
    ------
    KbkError
        For columns that lack, values that cannot be, and a family that does not fit the outcome.

    Notes
    -----
    Log mean with the logarithm of member-months as offset. Two-part: any cost (complementary
    log-log with the offset, so that the chance of any follows a rate) times cost if any (gamma,
    with the log of member-months as a term); its curve is that of a member who stays as long as
    the median.

    Examples
    --------
    >>> from kbkresearch.capitation.synthetic import synthetic_members
    >>> model = rate_model(synthetic_members(5000, facilities=8))
    >>> curve = model.frame.set_index(["sex", "age_years"])["estimate"]
    >>> bool(curve["male", 70] > curve["male", 1] > curve["male", 20])
    True
    """
    months, y = _checked(members, family, outcome)
    covariates = _covariates(members)
    spec, design = _design(covariates, df)
    clusters = np.arange(len(members))
    if cluster is not None:
        needed(members, [cluster])
        filled(members, cluster)
        clusters = pd.factorize(members[cluster])[0]
    parts = fit_parts(family, y, design, months, clusters.astype(np.intp))
    stats = {
        "n": float(len(members)),
        "facilities": float(len(np.unique(clusters))) if cluster else np.nan,
        "deviance": sum(part.deviance for part in parts),
        "dispersion": parts[-1].dispersion,
        "alpha": parts[0].alpha,
    }
    frame = _curve(parts, spec, covariates, months, level, cluster)
    return RateModel(frame, _notes(family, cluster), stats, family, outcome, parts, spec)


def compare_models(
    members: pd.DataFrame,
    families: Sequence[str] = ("cells", "poisson", "negbin"),
    outcome: str = "visits",
    *,
    by: Sequence[str] = ("age_band", "sex"),
    folds: int = 5,
    df: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare models on facilities that they have not seen.

    Parameters
    ----------
    members : DataFrame
        As for `rate_model`, with ``facility_id``; the columns `by` for ``"cells"``.
    families : sequence of str
        Families of `rate_model`, and ``"cells"``: mean rates of the strata `by`.
    outcome : {"visits", "cost_rp"}
    by : sequence of str
        Strata of ``"cells"``.
    folds : int
        Parts that facilities are put into at random; each is predicted from the others.
    df, seed : int

    Returns
    -------
    DataFrame
        One row per model: ``model``, ``calibration`` (predicted over observed, 1 is best), ``r2``,
        ``cpm``, ``mape`` per member-month, all on members left out, and ``facility_mape``, the mean
        absolute error of facilities' means.

    Raises
    ------
    KbkError
        For fewer facilities than folds, and as `rate_model`.
    """
    unknown = [one for one in families if one not in {*FAMILIES, _CELLS}]
    if unknown:
        raise UnknownNameError("model", unknown[0], [*FAMILIES, _CELLS])
    needed(members, ["facility_id", *(by if _CELLS in families else [])])
    codes, facilities = pd.factorize(members["facility_id"])
    if not 2 <= folds <= len(facilities):  # noqa: PLR2004 - one to learn from, one to try on
        raise BadArgumentError(f"folds must lie between 2 and {len(facilities)}; found {folds}")
    fold = np.random.default_rng(seed).permutation(len(facilities))[codes] % folds
    months, y = (
        _checked(members, "poisson", "visits")
        if outcome == "visits"
        else _checked(members, "tweedie", outcome)
    )
    rows = []
    for family in families:
        predicted = np.empty(len(members))
        for one in range(folds):
            out = fold == one
            predicted[out] = _predicted(members[~out], members[out], family, outcome, list(by), df)
        rows.append({"model": family, **_fit_of(y, predicted * months, months, codes)})
    return pd.DataFrame(rows)


def _predicted(
    known: pd.DataFrame, new: pd.DataFrame, family: str, outcome: str, by: list[str], df: int
) -> Floats:
    """Return expected outcomes per member-month of new members."""
    if family != _CELLS:
        return rate_model(known, family, outcome, df=df).predict(new)  # type: ignore[arg-type]
    sums = known.groupby(by, observed=True)[[outcome, "member_months"]].sum()
    rate = sums[outcome] / sums["member_months"]
    overall = float(sums[outcome].sum() / sums["member_months"].sum())
    keys = pd.MultiIndex.from_frame(new[by]) if len(by) > 1 else new[by[0]]
    return rate.reindex(keys).fillna(overall).to_numpy(float)


def _fit_of(
    y: Floats, predicted: Floats, months: Floats, codes: NDArray[np.intp]
) -> dict[str, float]:
    """Return how predictions fit members, and facilities as wholes."""
    from kbkresearch.capitation.fit_measures import measures, record_sums

    mean = float(y.sum() / months.sum())
    sums = pd.DataFrame(record_sums(predicted, y, months, mean)).sum().to_frame().T
    row = measures(sums, sums.iloc[0]).iloc[0]
    exposure = np.bincount(codes, months)
    gap = np.abs(np.bincount(codes, y - predicted)) / exposure
    return {
        "calibration": float(row["predictive_ratio"]),
        "r2": float(row["r2"]),
        "cpm": float(row["cpm"]),
        "mape": float(row["mape"]),
        "facility_mape": float(np.average(gap, weights=exposure)),
    }


def _checked(members: pd.DataFrame, family: str, outcome: str) -> tuple[Floats, Floats]:
    """Return member-months and outcome."""
    if family not in FAMILIES:
        raise UnknownNameError("family", family, FAMILIES)
    if outcome not in OUTCOMES:
        raise UnknownNameError("outcome", outcome, OUTCOMES)
    if (family in _COUNTS_ONLY) != (outcome == "visits"):
        fitting = _COUNTS_ONLY if outcome == "visits" else ("tweedie", "gamma", "two_part")
        raise BadArgumentError(f"family for {outcome}: {', '.join(fitting)}; found {family!r}")
    needed(members, ["age_years", "sex", "member_months", outcome])
    months = amounts(members, "member_months")
    refuse(members, months == 0, "member_months", "must be above 0")
    return months, amounts(members, outcome)


def _covariates(data: pd.DataFrame) -> pd.DataFrame:
    """Return age and whether female, as numbers."""
    needed(data, ["age_years", "sex"])
    filled(data, "sex")
    codes, distinct = pd.factorize(data["sex"])
    female = (read_sexes(list(distinct)) == "female")[codes]
    return pd.DataFrame({"age_years": amounts(data, "age_years"), "female": female.astype(float)})


def _design(covariates: pd.DataFrame, df: int) -> tuple[Any, Floats]:
    """Return a spline of age for each sex: its recipe, and its matrix for these members."""
    from formulaic import model_matrix

    curve = f"cr(age_years, df={df})"
    formula = curve if len(set(covariates["female"])) == 1 else f"{curve} + female + {curve}:female"
    made = model_matrix(f"1 + {formula}", covariates)
    kept = _independent(made.to_numpy(float))
    return (made.model_spec, kept), made.to_numpy(float)[:, kept]


def _independent(matrix: Floats) -> NDArray[np.intp]:
    """Return columns that are not sums of others: a natural spline repeats the intercept."""
    from scipy.linalg import qr

    _, r, order = qr(matrix[: 10 * matrix.shape[1] ** 2], mode="economic", pivoting=True)
    size = np.abs(np.diag(r))
    return np.sort(order[size > size[0] * 1e-10])


def _matrix(spec: Any, covariates: pd.DataFrame) -> Floats:
    recipe, kept = spec
    found: Floats = recipe.get_model_matrix(covariates).to_numpy(float)[:, kept]
    return found


def _log_rates(parts: Sequence[Part], design: Floats, months: Floats) -> tuple[Floats, Floats]:
    """Return log rates per member-month and their variances; parts are fitted apart, so add up."""
    each = [part.log_mean(design, np.log(months)) for part in parts]
    variance = [
        np.einsum("ij,jk,ik->i", slope, part.covariance, slope)
        for part, (_, slope) in zip(parts, each, strict=True)
    ]
    return np.sum([mean for mean, _ in each], axis=0) - np.log(months), np.sum(variance, axis=0)


def _curve(
    parts: tuple[Part, ...],
    spec: Any,
    covariates: pd.DataFrame,
    months: Floats,
    level: float,
    cluster: str | None,
) -> pd.DataFrame:
    from scipy.special import ndtri

    ages = np.arange(int(covariates["age_years"].min()), int(covariates["age_years"].max()) + 1)
    sexes = np.unique(covariates["female"])
    grid = pd.DataFrame(
        {
            "age_years": np.tile(ages, len(sexes)).astype(float),
            "female": np.repeat(sexes, len(ages)),
        }
    )
    usual = np.full(len(grid), np.median(months))
    mean, variance = _log_rates(parts, _matrix(spec, grid), usual)
    everyone = np.exp(_log_rates(parts, _matrix(spec, covariates), months)[0])
    margin = -float(ndtri(tail_of(level))) * np.sqrt(variance)
    return pd.DataFrame(
        {
            "age_years": grid["age_years"].astype(int),
            "sex": np.where(grid["female"] == 1, "female", "male"),
            "estimate": np.exp(mean),
            "ci_low": np.exp(mean - margin),
            "ci_high": np.exp(mean + margin),
            "weight": np.exp(mean) / np.average(everyone, weights=months),
            "method": f"robust, clusters of {cluster}" if cluster else "robust",
        }
    )


def _notes(family: str, cluster: str | None) -> tuple[Text, ...]:
    notes = [
        Text(
            f"Model {family}; kurva umur spline kubik alami per jenis kelamin.",
            f"{family} model; natural cubic spline of age for each sex.",
        )
    ]
    if cluster:
        notes.append(
            Text(
                f"Batas mengikuti ragam antar-{cluster}; dengan kurang dari 40 klaster terlalu"
                " sempit.",
                f"Limits follow the variance between {cluster}; with fewer than 40 clusters they"
                " are too narrow.",
            )
        )
    return tuple(notes)
