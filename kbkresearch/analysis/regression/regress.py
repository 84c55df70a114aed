"""`regress`: a formula, a data frame and a model to a `Fit`."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from kbkresearch.analysis.regression.design import build
from kbkresearch.analysis.regression.fit import Fit, assemble
from kbkresearch.analysis.regression.glm import overdispersion_note
from kbkresearch.analysis.regression.inference import (
    Cov,
    bootstrap,
    choose_cov,
    notes_on,
    whole_model,
    with_covariance,
)
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.estimates import Estimates
    from kbkresearch.analysis.regression.outcomes import Kind
    from kbkresearch.analysis.regression.wild import Wild

Convention: TypeAlias = Literal["recommended", "spss"]

CONVENTIONS: tuple[Convention, ...] = get_args(Convention)
START = 20_191_231

_ROBUST: tuple[Cov, ...] = ("HC0", "HC1", "HC2", "HC3", "cluster", "CR2")


@dataclass(frozen=True, slots=True)
class Model:
    """A model that `regress` knows.

    Attributes
    ----------
    label : Text
        Its name.
    home : str
        Module and function of the estimator, ``(design, link=...) -> Estimates``.
    kind : str
        What the outcome must be; see `kbkresearch.analysis.regression.outcomes.outcome_of`.
    links : tuple of str
        Links, the default first.
    exp_name : Text or None
        What the exponential of a coefficient is, with the default link.
    default_cov : str
        Covariance without clusters.
    covs : tuple of str
        Covariances that may be asked for.
    roles : tuple of str
        Which of ``weights, cluster, exposure, denominator, group`` it takes.
    dispersed : bool
        Whether Pearson's chi-square can show more variance than the model allows.
    """

    label: Text
    home: str
    kind: Kind
    links: tuple[str, ...] = ("logit", "probit", "cloglog")
    exp_name: Text | None = None
    default_cov: Cov = "model"
    covs: tuple[Cov, ...] = ("model", *_ROBUST)
    roles: tuple[str, ...] = ("weights", "cluster")
    dispersed: bool = False

    def estimator(self) -> Callable[..., Estimates]:
        """Return the function that fits it."""
        module, name = self.home.split(":")
        found: Callable[..., Estimates] = getattr(
            import_module(f"kbkresearch.analysis.regression.{module}"), name
        )
        return found


_ODDS = Text("rasio odds", "odds ratio")
_RATES = Text("rasio laju", "rate ratio")
_LOG = ("log",)
_COUNTED = ("weights", "cluster", "exposure")

MODELS: dict[str, Model] = {
    "ols": Model(
        Text("Regresi linear", "Linear regression"), "linear:ols", "numeric", ("identity",),
        default_cov="HC3", covs=("model", *_ROBUST, "wild"),
    ),
    "logit": Model(
        Text("Regresi logistik", "Logistic regression"), "glm:logit", "binary", exp_name=_ODDS
    ),
    "binomial": Model(
        Text("Regresi binomial", "Binomial regression"), "glm:binomial", "grouped",
        exp_name=_ODDS, roles=("weights", "cluster", "denominator"), dispersed=True,
    ),
    "fractional": Model(
        Text("Regresi fraksional", "Fractional regression"), "glm:fractional", "fraction",
        exp_name=_ODDS, default_cov="HC3", covs=_ROBUST,
    ),
    "poisson": Model(
        Text("Regresi Poisson", "Poisson regression"), "counts:poisson", "count", _LOG,
        _RATES, roles=_COUNTED, dispersed=True,
    ),
    "negbin": Model(
        Text("Regresi binomial negatif", "Negative binomial regression"), "counts:negbin", "count",
        _LOG, _RATES, roles=_COUNTED,
    ),
    "robust_poisson": Model(
        Text("Regresi Poisson robust", "Robust Poisson regression"), "counts:robust_poisson",
        "binary", _LOG, Text("rasio prevalensi", "prevalence ratio"), "HC0", _ROBUST,
    ),
    "ordinal": Model(
        Text("Regresi ordinal", "Ordinal regression"), "ordinal:cumulative", "ordinal",
        ("logit", "probit"), _ODDS, covs=("model", "HC0", "HC1", "cluster"),
    ),
    "mixed": Model(
        Text("Model campuran linear", "Linear mixed model"), "mixed:mixed", "numeric",
        ("identity",), covs=("model",), roles=("group", "weights"),
    ),
    "gee": Model(
        Text("GEE (model rata-rata)", "GEE (marginal model)"), "gee:gee", "numeric",
        ("identity",), covs=("model",), roles=("group", "weights"),
    ),
}  # fmt: skip

_GEE = {
    "binomial": {"kind": "binary", "links": ("logit",), "exp_name": _ODDS},
    "poisson": {
        "kind": "count", "links": _LOG, "exp_name": _RATES,
        "roles": ("group", "weights", "exposure"),
    },
}  # fmt: skip


def regress(
    formula: str,
    data: pd.DataFrame,
    model: str = "ols",
    *,
    cov: str | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    exposure: str | None = None,
    denominator: str | None = None,
    level: float = 0.95,
    convention: Convention = "recommended",
    link: str | None = None,
    group: str | None = None,
    seed: int = START,
    **options: Any,
) -> Fit:
    """Fit a regression.

    Parameters
    ----------
    formula : str
        ``"outcome ~ x + C(kind)"``: columns of the data, arithmetic, and a few functions (``C``,
        ``log``, ``sqrt``, ``exp``, ``poly``, ``center``, ``scale``, ``bs``, ``cr`` …). A name with
        spaces or signs stands between backticks: ``"score ~ `AK (permil)`"``.
    data : DataFrame
        One row per observation. Rows with a missing value in a column used are left out and
        counted.
    model : str
        One of `MODELS`: ``"ols"``; ``"logit"``, ``"robust_poisson"`` (binary outcomes);
        ``"binomial"`` (counts out of ``denominator=``); ``"fractional"`` (0 to 1); ``"poisson"``,
        ``"negbin"`` (counts, over ``exposure=``); ``"ordinal"``; ``"mixed"``, ``"gee"``
        (``group=``).
    cov : {"model", "HC0", "HC1", "HC2", "HC3", "cluster", "CR2", "wild"}, optional
        Covariance of the coefficients. By default HC3 for ``ols`` and ``fractional``; HC0 for
        ``robust_poisson``; the model's own for the others; with ``cluster=`` CR2 below 40
        clusters, from 40 the cluster sandwich. ``convention="spss"`` takes the model's own for
        ``ols``.
    cluster : str, optional
        Column of clusters within which rows depend on each other.
    weights : str, optional
        Column of positive weights: of squared residuals, or of the log-likelihood.
    exposure, denominator : str, optional
        Column that counts are over (log offset), or out of.
    level : float
        Confidence level.
    convention : {"recommended", "spss"}
    link : str, optional
        Another link: ``"probit"``, ``"cloglog"``.
    group : str, optional
        Column of the groups of a mixed model or of GEE.
    seed : int
        Start of the wild bootstrap's random numbers.
    **options : object
        Further options of the model's estimator, such as ``slope=`` and ``reml=`` of ``"mixed"``,
        ``family=`` and ``corr=`` of ``"gee"``.

    Returns
    -------
    Fit
        One row per term in `frame`; fit statistics in `stats`.

    Raises
    ------
    MissingColumnsError
        For a name that is no column.
    BadColumnError
        For values a column may not hold, and for constant columns.
    BadArgumentError
        For dependent columns, separation, too few rows or clusters, no convergence, and arguments
        that do not go together.
    UnknownNameError
        For an unknown model, covariance, link, convention or option.

    Notes
    -----
    AIC and BIC count sigma (``ols``) and theta (``negbin``), as R does; without sigma they are
    ``aic_no_sigma`` and ``bic_no_sigma``. R squared of ``ols`` without an intercept is not centred.

    References
    ----------
    Long JS, Ervin LH (2000). Using heteroscedasticity consistent standard errors in the linear
    regression model. The American Statistician 54:217-224.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = [2.1, 2.9, 3.2, 3.8, 2.5, 3.1]
    >>> data = pd.DataFrame({"score": scores, "doctors": [1, 2, 3, 4, 1, 3]})
    >>> fit = regress("score ~ doctors", data, cov="model")
    >>> fit.frame[["term", "estimate", "se"]].round(3).to_dict("list")
    {'term': ['Intercept', 'doctors'], 'estimate': [1.841, 0.468], 'se': [0.169, 0.066]}
    >>> round(fit.stats["r2"], 3)
    0.927
    """
    kind = _model(model, options, denominator)
    _check(convention, level)
    named = {
        "weights": weights, "cluster": cluster, "exposure": exposure, "denominator": denominator,
        "group": group,
    }  # fmt: skip
    design = _design(formula, data, model, kind, {k: v for k, v in named.items() if v is not None})
    estimate = kind.estimator()
    used = _options(model, kind, estimate, link, options)
    found = estimate(design, **used)
    default: Cov = "model" if convention == "spss" and model == "ols" else kind.default_cov
    chosen = _covariance(cov, design, found, model, kind, default)
    found, drawn = _inferred(design, found, chosen, level, seed, linear=model == "ols")
    name = found.covariance_name if chosen == "model" and found.covariance_name else chosen
    return assemble(
        design, found, model=model, label=kind.label, cov=name, level=level, drawn=drawn,
        convention=convention, link=link or kind.links[0], options=used,
        exp_name=_exp_name(kind, link),
        notes=_notes(design, found, kind, chosen, cov, drawn),
    )  # fmt: skip


def _inferred(
    design: Design, found: Estimates, cov: Cov, level: float, seed: int, *, linear: bool
) -> tuple[Estimates, Wild | None]:
    """Return estimates with the covariance matrix in use and the tests of the whole model."""
    sandwich: Cov = "cluster" if cov == "wild" else cov
    found = with_covariance(design, found, sandwich, linear=linear)
    stats = dict(found.stats)
    if found.covariance_name:
        stats |= whole_model(design, found)
    if design.clusters is not None:
        stats["n_clusters"] = float(design.n_clusters)
    drawn = bootstrap(design, found, level, seed) if cov == "wild" else None
    return replace(found, stats=stats), drawn


def _model(name: str, options: dict[str, Any], denominator: str | None) -> Model:
    """Return a model by name; that of GEE by its family too."""
    if name not in MODELS:
        raise UnknownNameError("model", name, MODELS)
    if name != "gee":
        return MODELS[name]
    changes: dict[str, Any] = dict(_GEE.get(options.get("family", "gaussian"), {}))
    if denominator is not None and options.get("family") == "binomial":
        changes |= {"kind": "grouped", "roles": ("group", "weights", "denominator")}
    return replace(MODELS[name], **changes)


def _check(convention: str, level: float) -> None:
    """Refuse an unknown convention and a level outside (0, 1)."""
    if convention not in CONVENTIONS:
        raise UnknownNameError("convention", convention, CONVENTIONS)
    if not 0 < level < 1:
        raise BadArgumentError(f"level must lie between 0 and 1; found {level!r}.")


def _design(
    formula: str, data: pd.DataFrame, model: str, kind: Model, named: dict[str, str]
) -> Design:
    """Build the design, refusing roles that the model does not take or needs and lacks."""
    for role in named:
        if role not in kind.roles:
            takers = ", ".join(name for name, one in MODELS.items() if role in one.roles)
            raise BadArgumentError(f"model={model!r} takes no {role}=; these do: {takers}.")
    if "group" in kind.roles and "group" not in named:
        raise BadArgumentError(f"model={model!r} needs group=, the column of the groups.")
    if model == "binomial" and "denominator" not in named:
        raise BadArgumentError(
            f"model={model!r} needs denominator=, the column of what the counts are out of; for an"
            " outcome of 0 and 1 use model='logit', for fractions model='fractional'."
        )
    roles = {role: name for role, name in named.items() if role != "group"}
    if "group" in named:
        roles["cluster"] = named["group"]
    return build(formula, data, kind=kind.kind, **roles)


def _options(
    model: str,
    kind: Model,
    estimate: Callable[..., Estimates],
    link: str | None,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Return the options of an estimator, refusing those it does not have."""
    if link is not None and link not in kind.links:
        raise UnknownNameError(f"link of model {model!r}", link, kind.links)
    known = [name for name in inspect.signature(estimate).parameters if name != "design"]
    for name in options:
        if name not in known:
            raise UnknownNameError(f"option of model {model!r}", name, known)
    return options | ({"link": link} if link is not None and "link" in known else {})


def _covariance(
    cov: str | None, design: Design, found: Estimates, model: str, kind: Model, default: Cov
) -> Cov:
    """Return the covariance matrix to use, one that the model has."""
    if "group" in kind.roles and cov is None:
        return "model"  # or what the estimator gives in its place, under its own name
    chosen = choose_cov(cov, design, found, default)
    if chosen not in kind.covs:
        why = {
            "model": "its likelihood is not that of the outcome, so only robust ones are right",
            "wild": "the wild bootstrap is one of least squares",
        }.get(chosen, "the model has no such covariance")
        raise BadArgumentError(
            f"model={model!r} with cov={chosen!r}: {why}; allowed: {', '.join(kind.covs)}."
        )
    return chosen


def _exp_name(kind: Model, link: str | None) -> Text | None:
    """Return what the exponential of a coefficient is; nothing with another link."""
    return kind.exp_name if link in {None, kind.links[0]} else None


_WEIGHTED = Text(
    "Galat baku ini menganggap bobot sebagai frekuensi atau ketelitian; bila bobot berasal dari"
    " rancangan sampel, pakai cov='HC3' atau cluster=.",
    "These standard errors take the weights as frequencies or precisions; for sampling weights use"
    " cov='HC3' or cluster=.",
)


def _notes(
    design: Design,
    found: Estimates,
    kind: Model,
    chosen: Cov,
    asked: str | None,
    drawn: Wild | None,
) -> tuple[Text, ...]:
    """Return the notes on covariance; a model with groups says its own."""
    if "group" in kind.roles:
        return ()
    notes = notes_on(design, chosen, asked, drawn)
    if chosen == "model" and kind.dispersed:
        notes += overdispersion_note(found.stats["dispersion"])
    if chosen == "model" and design.weights is not None:
        notes += (_WEIGHTED,)
    return notes
