"""`associate`: how an outcome goes with factors, one row per test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from kbkresearch.analysis.association import frames
from kbkresearch.analysis.association.choose import choose
from kbkresearch.analysis.association.clustered import clustered
from kbkresearch.analysis.association.model import Convention, Options
from kbkresearch.analysis.association.multiplicity import Adjust, adjusted
from kbkresearch.analysis.association.reading import Columns, Variable, names_of
from kbkresearch.analysis.association.registry import METHODS, Method
from kbkresearch.analysis.association.tables import FOURFOLD
from kbkresearch.analysis.association.usable import check_controls, check_fit, check_rows
from kbkresearch.analysis.columns import column
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text, label

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from kbkresearch.analysis.association.model import Codes, Floats, Tested
    from kbkresearch.analysis.columns import Level

SEED = 20_191_231
_MOST_NAMED = 8


@dataclass(frozen=True)
class Association(Result):
    """Tests of an outcome against factors.

    Attributes
    ----------
    frame : DataFrame
        One row per test: ``outcome, factor, method, variant, direction, null, statistic_name,
        statistic, df, df2, p_value, p_adjusted, effect_name, effect_size, ci_low, ci_high,
        ci_method, n, n_dropped``.
    notes : tuple of Text
        Why a method was chosen, the family of the adjustment, what was dropped, and what a reader
        of a row must know.
    effects : DataFrame
        Every effect size, the main one first: ``outcome, factor, method, effect_name, estimate,
        se, ci_low, ci_high, ci_method``.
    pairs : DataFrame
        Groups two by two after a test of several: ``outcome, factor, method, group_1, group_2,
        estimate, statistic, df, p_value, p_adjusted, ci_low, ci_high``; estimates are those of
        the first group minus the second.
    checks : DataFrame
        Levene's test beside t and ANOVA: ``outcome, factor, check, statistic, df, df2, p_value``.
    convention : {"recommended", "spss"}
    adjust : {"holm", "bonferroni", "fdr_bh", "none"}
    level : float
        Confidence level of the intervals.
    seed : int
        Start of the random numbers.
    """

    effects: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    checks: pd.DataFrame = field(repr=False)
    convention: Convention
    adjust: Adjust
    level: float
    seed: int

    @property
    def title(self) -> Text:
        """Return the title under which the result is shown."""
        names = list(dict.fromkeys(self.frame["outcome"]))
        id_, en = (", ".join(label(one, lang) for one in names) for lang in ("id", "en"))
        return Text(f"Hubungan faktor dengan {id_}", f"Association of factors with {en}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the tests as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; by default those that a reader needs.

        Returns
        -------
        Table
        """
        return frames.table_of(self, None if columns is None else list(columns))

    def plot(self, ax: Axes | None = None, lang: str = "id") -> Axes:
        """Draw the main effect size of every test with its interval.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        lang : {"id", "en"}

        Returns
        -------
        Axes
            The first panel; ratios stand in one of their own, on a logarithmic scale.
        """
        from kbkresearch.analysis.association.plots import forest

        return forest(self, ax, lang)


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """One test with its variables; `grouped` is the one whose groups are compared."""

    outcome: Variable
    factor: Variable
    method: Method
    tested: Tested
    direction: Text
    grouped: Variable
    n_dropped: int
    reason: Text | None


def associate(
    data: pd.DataFrame,
    outcome: Hashable | Sequence[Hashable],
    factors: Hashable | Sequence[Hashable],
    method: str = "auto",
    convention: Convention = "recommended",
    adjust: Adjust = "holm",
    control: Hashable | Sequence[Hashable] | None = None,
    cluster: Hashable | None = None,
    level: float = 0.95,
    levels: Mapping[Hashable, Level | Sequence[object]] | None = None,
    seed: int = SEED,
) -> Association:
    """Test an outcome against each of some factors.

    Parameters
    ----------
    data : DataFrame
        One row per unit. A test uses the rows in which none of its columns is missing.
    outcome : str or sequence of str
        Column, or several: every outcome is tested against every factor.
    factors : str or sequence of str
        Columns.
    method : str
        ``"auto"`` goes by the levels of measurement and says why in the notes. By name:
        ``spearman, pearson, kendall_tau_b, partial_pearson, partial_spearman,
        semipartial_pearson, semipartial_spearman, mann_whitney, kruskal_wallis, student_t,
        welch_t, anova, anova_welch, jonckheere, somers_d, gamma, cochran_armitage, chi2,
        chi2_yates, likelihood_ratio, fisher, fisher_freeman_halton``.
    convention : {"recommended", "spss"}
        ``"spss"`` computes what SPSS prints: Yates' correction in 2x2 tables (Fisher where a cell
        is expected below 5), approximations without continuity correction rather than exact
        tests, Woolf's and Fieller's intervals, Levene's test from means.
    adjust : {"holm", "bonferroni", "fdr_bh", "none"}
        Adjustment of the p-values; the family is all rows of the call.
    control : str or sequence of str, optional
        Columns to hold constant, for the partial and semi-partial methods.
    cluster : str, optional
        Column of clusters: p-values by permutation and intervals by bootstrap that respect them.
    level : float
        Confidence level.
    levels : mapping, optional
        Levels of measurement, ``{"service_scope": "ordinal"}``, or the values of an ordinal
        column in order, ``{"scope": ["basic", "full"]}``. A categorical dtype is honoured.
    seed : int
        Start of the random numbers, for Monte Carlo tests and for `cluster`.

    Returns
    -------
    Association

    Raises
    ------
    MissingColumnsError
        For a column that is not there.
    BadColumnError
        For a column that no test can use: constant, all missing, infinite, too few rows, too many
        groups, or text where numbers are needed.
    UnknownNameError
        For an unknown method, convention or adjustment.
    BadArgumentError
        For a method that does not fit the levels of measurement, and for other arguments.

    Notes
    -----
    Differences of two groups are those of the first group minus the second, as in R and SPSS. In a
    2x2 table the last group of the outcome is the event and the last group of the factor is
    compared with the first. The column `direction` says so for every row, and in which order the
    values of ordinal columns were taken. The prevalence ratio of
    a cross-section is the risk ratio of a cohort.

    Exact tests stand in for approximations where rows are few, with ties kept as they are; the
    column `variant` names what was computed.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({
    ...     "score": [2.1, 2.4, 3.0, 3.2, 3.9, 2.8, 3.6, 4.0, 2.2, 3.1, 3.5, 2.6],
    ...     "doctors": [1, 1, 2, 2, 4, 2, 3, 5, 1, 2, 3, 1],
    ...     "funding_model": ["blud", "non_blud"] * 6,
    ... })
    >>> found = associate(data, "score", ["doctors", "funding_model"])
    >>> found.frame[["factor", "method", "n"]]
              factor        method   n
    0        doctors      spearman  12
    1  funding_model  mann_whitney  12
    >>> round(float(found.frame["effect_size"][0]), 3)
    0.963
    """
    options = _options(convention, level, seed)
    _check_names(method, adjust)
    columns = Columns(data, _declared(data, levels))
    outcomes = [columns.variable(one) for one in names_of(outcome, "outcome")]
    tested = [columns.variable(one) for one in names_of(factors, "factors")]
    controls = [] if control is None else _controls(columns, control)
    codes = None if cluster is None else _cluster(columns, cluster)
    _check_roles(outcomes, tested, controls, codes)
    _check_control(method, controls)
    rows = [_row(y, x, controls, codes, method, options) for y in outcomes for x in tested]
    together = adjusted([one.tested.p_value for one in rows], adjust)
    missing = [*outcomes, *tested, *controls, *([codes] if codes else [])]
    return Association(
        frame=frames.tests(rows, together),
        notes=frames.notes(rows, missing, options, adjust),
        effects=frames.effects(rows),
        pairs=frames.pairs(rows),
        checks=frames.checks(rows),
        convention=convention,
        adjust=adjust,
        level=level,
        seed=seed,
    )


def _row(
    outcome: Variable,
    factor: Variable,
    controls: list[Variable],
    cluster: Variable | None,
    method: str,
    options: Options,
) -> _Row:
    """Return one test, on the rows in which nothing is missing."""
    used = np.ones(outcome.values.size, dtype=bool)
    for one in (outcome, factor, *controls, *([cluster] if cluster else [])):
        used &= ~np.isnan(one.values)
    y, x, others = outcome.on(used), factor.on(used), [one.on(used) for one in controls]
    check_rows(y, x, int(used.sum()))
    reason = None
    if method == "auto":
        method, reason = choose(y, x, options, controlled=bool(controls))
    chosen = METHODS[method]
    first, second = (y, x) if check_fit(chosen, y, x) else (x, y)
    parts: tuple[Floats, ...] = first.values, second.values
    if chosen.shape == "partial":
        parts = (*parts, check_controls(x, y, others, rank="spearman" in method))
    found = chosen.run(*_typed(chosen, parts), options)
    if cluster is not None:
        names = first.name, second.name
        found = clustered(found, chosen, parts, cluster.on(used).codes, names, options)
    dropped = int((~used).sum())
    return _Row(y, x, chosen, found, _direction(chosen, first, second), second, dropped, reason)


def _direction(method: Method, first: Variable, second: Variable) -> Text:
    """Return what is compared with what, where a test compares two groups."""
    if method.shape == "groups" and method.most_groups == FOURFOLD[0]:
        apart = " − ".join(second.labels)
        return Text(apart, apart)
    if method.shape != "table":
        return _orders(first, second)
    if (len(first.labels), len(second.labels)) != FOURFOLD:
        return Text("", "")
    event, (reference, compared) = second.labels[1], first.labels
    return Text(
        f"'{event}': {compared} terhadap {reference}", f"'{event}': {compared} versus {reference}"
    )


def _orders(*variables: Variable) -> Text:
    """Return the order in which the values of ordinal columns were taken."""
    orders = [
        f"{one.name}: {' < '.join(one.labels)}"
        for one in variables
        if one.level == "ordinal" and len(one.labels) <= _MOST_NAMED
    ]
    return Text("; ".join(orders), "; ".join(orders))


def _typed(method: Method, parts: tuple[Floats, ...]) -> tuple[Floats | Codes, ...]:
    """Return codes as integers where a test takes codes."""
    if method.shape == "table":
        return tuple(one.astype(np.intp) for one in parts)
    if method.shape in {"groups", "trend"}:
        return parts[0], parts[1].astype(np.intp)
    return parts


def _options(convention: str, level: Any, seed: Any) -> Options:
    if convention not in get_args(Convention):
        raise UnknownNameError("convention", convention, get_args(Convention))
    if not isinstance(level, float) or not 0 < level < 1:
        raise BadArgumentError(f"level must lie between 0 and 1; found {level!r}")
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise BadArgumentError(f"seed must be a whole number, 0 or more; found {seed!r}")
    return Options(float(level), convention == "spss", int(seed))


def _check_names(method: str, adjust: str) -> None:
    if method != "auto" and method not in METHODS:
        raise UnknownNameError("method", method, ["auto", *METHODS])
    adjusted([], adjust)


def _declared(data: pd.DataFrame, levels: Mapping[Hashable, Any] | None) -> Mapping[Hashable, Any]:
    """Return the declared levels; each must name a column."""
    for name in levels or {}:
        column(data, name)
    return levels or {}


def _controls(columns: Columns, control: Hashable | Sequence[Hashable]) -> list[Variable]:
    found = [columns.variable(one) for one in names_of(control, "control")]
    for one in found:
        if one.level == "nominal":
            raise BadArgumentError(
                f"control {one.name!r} is nominal; a control needs an order. Declare it with"
                " levels, or use kbk.regress with it as a term."
            )
    return found


def _check_control(method: str, controls: list[Variable]) -> None:
    """Refuse controls that a method would pass over."""
    if controls and method != "auto" and METHODS[method].shape != "partial":
        able = ", ".join(one.name for one in METHODS.values() if one.shape == "partial")
        raise BadArgumentError(
            f"{method} cannot hold control constant; these can: {able}. Or use kbk.regress."
        )


def _cluster(columns: Columns, cluster: Hashable) -> Variable:
    """Return the clusters as groups, whatever their dtype."""
    own = Columns(columns.data, {cluster: "nominal"})
    return own.variable(cluster)


def _check_roles(
    outcomes: list[Variable],
    factors: list[Variable],
    controls: list[Variable],
    cluster: Variable | None,
) -> None:
    """Refuse a column that stands in two roles."""
    roles = {"outcome": outcomes, "factors": factors, "control": controls}
    roles["cluster"] = [cluster] if cluster else []
    seen: dict[str, str] = {}
    for role, variables in roles.items():
        for one in variables:
            if one.name in seen:
                raise BadArgumentError(
                    f"{one.name!r} is both {seen[one.name]} and {role}; give it one role."
                )
        seen |= {one.name: role for one in variables}
    if controls and cluster:
        raise BadArgumentError(
            "control and cluster cannot go together: no permutation keeps both."
            " Use kbk.regress with cluster= and the controls as terms."
        )
