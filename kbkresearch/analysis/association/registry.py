"""The methods by name: what each tests, the levels of measurement it fits, what computes it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial as bound
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.association import correlations, moments, ordered, ranks, tables
from kbkresearch.analysis.association.concordance import concordance, difference
from kbkresearch.analysis.association.model import Effect, Tested
from kbkresearch.analysis.association.two_by_two import risks_of
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.analysis.association.model import Floats
    from kbkresearch.analysis.columns import Level

Shape: TypeAlias = Literal["pair", "partial", "groups", "table", "trend"]

ANY_NUMBER = 10**9
_NUMBERS = frozenset({"numeric", "binary"})
_RANKED = frozenset({"numeric", "ordinal", "binary"})
_GROUPED = frozenset({"binary", "nominal", "ordinal"})


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """One method.

    Attributes
    ----------
    name : str
    label, null : Text
        What it is called, and the null hypothesis in words.
    shape : {"pair", "partial", "groups", "table", "trend"}
        What `run` takes: ``pair`` the factor and the outcome; ``partial`` the controls as well;
        ``groups`` values and codes of groups, whichever of the two variables is which; ``table``
        codes of factor and outcome; ``trend`` scores and codes of an event.
    first, second : frozenset of levels
        Levels of outcome and factor (pair, partial, table), of values and groups (groups), of
        scores and event (trend).
    run : callable
        ``run(*parts, options) -> Tested``.
    effect : callable
        ``effect(*parts) -> Effect``: the main effect alone, fast, for resampling.
    signed : bool
        Whether the effect has two directions.
    most_groups : int
        Most groups that a grouped variable may have.
    least : int
        Fewest rows.
    """

    name: str
    label: Text
    null: Text
    shape: Shape
    first: frozenset[str]
    second: frozenset[str]
    run: Callable[..., Tested]
    effect: Callable[..., Effect]
    signed: bool = True
    most_groups: int = ANY_NUMBER
    least: int = 4

    def fits(self, outcome: Level, factor: Level) -> bool:
        """Tell whether the method fits the levels of outcome and factor."""
        straight = outcome in self.first and factor in self.second
        return straight or (self.either_way and factor in self.first and outcome in self.second)

    @property
    def either_way(self) -> bool:
        """Tell whether outcome and factor may change places."""
        return self.shape in {"groups", "trend"}


def _pearson(x: Floats, y: Floats) -> Effect:
    return Effect("pearson_r", correlations.correlation(x, y))


def _spearman(x: Floats, y: Floats) -> Effect:
    rho = correlations.correlation(correlations.ranks(x), correlations.ranks(y))
    return Effect("spearman_rho", rho)


def _free(values: Floats) -> float:
    """Return the ordered pairs of rows that differ in a variable."""
    counts = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float(values.size**2 - (counts**2).sum())


def _tau_b(x: Floats, y: Floats) -> Effect:
    return Effect("kendall_tau_b", difference(x, y) / math.sqrt(_free(x) * _free(y)))


def _somers(x: Floats, y: Floats) -> Effect:
    return Effect("somers_d_outcome_given_factor", difference(x, y) / _free(x))


def _gamma(x: Floats, y: Floats) -> Effect:
    pairs = concordance(x, y)
    total = float((pairs.concordant + pairs.discordant).sum())
    return Effect("goodman_kruskal_gamma", pairs.difference / total if total else math.nan)


def _jonckheere(values: Floats, codes: Floats) -> Effect:
    return Effect("somers_d", difference(codes, values) / _free(codes))


def _biserial(values: Floats, codes: Floats) -> Effect:
    placed, first = correlations.ranks(values), codes == 0
    apart = placed[first].mean() - placed[~first].mean()
    return Effect("rank_biserial", 2 * float(apart) / values.size)


def _epsilon(values: Floats, codes: Floats) -> Effect:
    h = ranks.h_statistic(correlations.ranks(values), codes.astype(np.intp))
    return Effect("epsilon_squared", h / (values.size - 1))


def _standardised(values: Floats, codes: Floats, *, pooled: bool) -> Effect:
    groups = moments.moments(values, codes.astype(np.intp))
    variance = groups.within / (values.size - 2) if pooled else groups.variance.mean()
    apart = float(groups.mean[0] - groups.mean[1])
    return Effect("cohens_d", apart / math.sqrt(variance) if variance > 0 else math.nan)


def _eta(values: Floats, codes: Floats) -> Effect:
    left = values - values.mean()
    counts = np.maximum(np.bincount(codes.astype(np.intp)), 1)
    between = float((np.bincount(codes.astype(np.intp), left) ** 2 / counts).sum())
    return Effect("eta_squared", between / float(left @ left))


def _of_table(factor: Floats, outcome: Floats) -> Effect:
    counts = tables.cross(factor.astype(np.intp), outcome.astype(np.intp))
    if counts.shape == tables.FOURFOLD:
        return Effect("odds_ratio", risks_of(counts).odds_ratio)
    least = min((counts.sum(axis=0) > 0).sum(), (counts.sum(axis=1) > 0).sum()) - 1
    share = tables.pearson_chi2(counts) / counts.sum() / max(int(least), 1)
    return Effect("cramers_v", math.sqrt(share))


def _slope(scores: Floats, event: Floats) -> Effect:
    left = scores - scores.mean()
    return Effect("risk_difference_per_step", float(left @ event) / float(left @ left))


def _partial(x: Floats, y: Floats, controls: Floats) -> Effect:
    left = (correlations.residuals(one, controls) for one in (x, y))
    return Effect("partial_r", correlations.correlation(*left))


def _left_out(*, rank: bool, semi: bool) -> Callable[..., Tested]:
    return bound(correlations.partial, rank=rank, semi=semi)


_NO_CORRELATION = Text("korelasi populasi nol", "the correlation in the population is zero")
_NO_PARTIAL = Text(
    "korelasi populasi nol bila variabel kontrol tetap",
    "the correlation in the population is zero with the controls held constant",
)
_SAME_PLACE = Text(
    "tidak ada kelompok yang cenderung bernilai lebih besar",
    "no group tends to larger values than another",
)
_SAME_MEAN = Text("rata-rata semua kelompok sama", "all groups have the same mean")
_INDEPENDENT = Text("kedua variabel saling bebas", "the two variables are independent")
_NO_TREND = Text(
    "tidak ada kecenderungan naik atau turun menurut urutan kelompok",
    "no rise or fall along the order of the groups",
)

_ROWS = (
    Method(
        "spearman", Text("Korelasi Spearman", "Spearman correlation"), _NO_CORRELATION,
        "pair", _RANKED, _RANKED, correlations.spearman, _spearman,
    ),
    Method(
        "pearson", Text("Korelasi Pearson", "Pearson correlation"), _NO_CORRELATION,
        "pair", _NUMBERS, _NUMBERS, correlations.pearson, _pearson,
    ),
    Method(
        "kendall_tau_b", Text("Kendall tau-b", "Kendall's tau-b"), _NO_CORRELATION,
        "pair", _RANKED, _RANKED, correlations.kendall_tau_b, _tau_b,
    ),
    Method(
        "partial_pearson", Text("Korelasi parsial Pearson", "Partial Pearson correlation"),
        _NO_PARTIAL, "partial", _NUMBERS, _NUMBERS, _left_out(rank=False, semi=False), _partial,
    ),
    Method(
        "partial_spearman", Text("Korelasi parsial Spearman", "Partial Spearman correlation"),
        _NO_PARTIAL, "partial", _RANKED, _RANKED, _left_out(rank=True, semi=False), _partial,
    ),
    Method(
        "semipartial_pearson",
        Text("Korelasi semiparsial Pearson (part)", "Semi-partial (part) Pearson correlation"),
        _NO_PARTIAL, "partial", _NUMBERS, _NUMBERS, _left_out(rank=False, semi=True), _partial,
    ),
    Method(
        "semipartial_spearman",
        Text("Korelasi semiparsial Spearman (part)", "Semi-partial (part) Spearman correlation"),
        _NO_PARTIAL, "partial", _RANKED, _RANKED, _left_out(rank=True, semi=True), _partial,
    ),
    Method(
        "mann_whitney", Text("Mann-Whitney", "Mann-Whitney"), _SAME_PLACE,
        "groups", frozenset({"numeric", "ordinal"}), _GROUPED, ranks.mann_whitney, _biserial,
        most_groups=2,
    ),
    Method(
        "kruskal_wallis", Text("Kruskal-Wallis", "Kruskal-Wallis"), _SAME_PLACE,
        "groups", frozenset({"numeric", "ordinal"}), _GROUPED, ranks.kruskal_wallis, _epsilon,
        signed=False,
    ),
    Method(
        "student_t", Text("Uji t (varians sama)", "Student's t"), _SAME_MEAN,
        "groups", frozenset({"numeric"}), _GROUPED, moments.student_t,
        bound(_standardised, pooled=True), most_groups=2,
    ),
    Method(
        "welch_t", Text("Uji t Welch", "Welch's t"), _SAME_MEAN,
        "groups", frozenset({"numeric"}), _GROUPED, moments.welch_t,
        bound(_standardised, pooled=False), most_groups=2,
    ),
    Method(
        "anova", Text("ANOVA", "Analysis of variance"), _SAME_MEAN,
        "groups", frozenset({"numeric"}), _GROUPED, moments.anova, _eta, signed=False,
    ),
    Method(
        "anova_welch", Text("ANOVA Welch", "Welch's analysis of variance"), _SAME_MEAN,
        "groups", frozenset({"numeric"}), _GROUPED, moments.anova_welch, _eta, signed=False,
    ),
    Method(
        "jonckheere", Text("Jonckheere-Terpstra", "Jonckheere-Terpstra"), _NO_TREND,
        "groups", frozenset({"numeric", "ordinal"}), frozenset({"ordinal", "binary"}),
        ordered.jonckheere, _jonckheere,
    ),
    Method(
        "somers_d", Text("Somers' D", "Somers' D"), _INDEPENDENT,
        "pair", _RANKED, _RANKED, ordered.somers, _somers,
    ),
    Method(
        "gamma", Text("Gamma Goodman-Kruskal", "Goodman-Kruskal gamma"), _INDEPENDENT,
        "pair", _RANKED, _RANKED, ordered.goodman_kruskal, _gamma,
    ),
    Method(
        "cochran_armitage", Text("Tren Cochran-Armitage", "Cochran-Armitage trend"), _NO_TREND,
        "trend", _RANKED, frozenset({"binary"}), ordered.cochran_armitage, _slope,
    ),
    Method(
        "chi2", Text("Chi-square Pearson", "Pearson chi-square"), _INDEPENDENT,
        "table", _GROUPED, _GROUPED, tables.chi2, _of_table, signed=False,
    ),
    Method(
        "chi2_yates", Text("Chi-square dengan koreksi Yates", "Chi-square with Yates' correction"),
        _INDEPENDENT, "table", _GROUPED, _GROUPED, tables.chi2_yates, _of_table,
        signed=False, most_groups=2,
    ),
    Method(
        "likelihood_ratio", Text("Rasio likelihood (G)", "Likelihood ratio (G)"), _INDEPENDENT,
        "table", _GROUPED, _GROUPED, tables.likelihood_ratio, _of_table, signed=False,
    ),
    Method(
        "fisher", Text("Uji eksak Fisher", "Fisher's exact test"), _INDEPENDENT,
        "table", _GROUPED, _GROUPED, tables.fisher, _of_table, signed=False, most_groups=2,
    ),
    Method(
        "fisher_freeman_halton", Text("Uji eksak Fisher-Freeman-Halton", "Fisher-Freeman-Halton"),
        _INDEPENDENT, "table", _GROUPED, _GROUPED, tables.fisher_freeman_halton, _of_table,
        signed=False,
    ),
)  # fmt: skip

METHODS = {one.name: one for one in _ROWS}
