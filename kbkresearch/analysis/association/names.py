"""What effect sizes are called in tables and figures, and the scale they are on."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

EFFECT_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "spearman_rho": Text("rho Spearman", "Spearman's rho"),
        "pearson_r": Text("r Pearson", "Pearson's r"),
        "kendall_tau_b": Text("tau-b Kendall", "Kendall's tau-b"),
        "partial_r": Text("r parsial", "partial r"),
        "partial_spearman_rho": Text("rho parsial", "partial rho"),
        "semipartial_r": Text("r semiparsial (part)", "semi-partial (part) r"),
        "semipartial_spearman_rho": Text("rho semiparsial (part)", "semi-partial (part) rho"),
        "rank_biserial": Text("rank-biserial", "rank-biserial"),
        "hodges_lehmann": Text("beda Hodges-Lehmann", "Hodges-Lehmann difference"),
        "epsilon_squared": Text("epsilon kuadrat", "epsilon squared"),
        "cohens_d": Text("d Cohen", "Cohen's d"),
        "hedges_g": Text("g Hedges", "Hedges' g"),
        "mean_difference": Text("beda rata-rata", "difference of means"),
        "eta_squared": Text("eta kuadrat", "eta squared"),
        "omega_squared": Text("omega kuadrat", "omega squared"),
        "somers_d": Text("D Somers", "Somers' D"),
        "somers_d_outcome_given_factor": Text(
            "D Somers, variabel terikat menurut faktor", "Somers' D, outcome given factor"
        ),
        "somers_d_factor_given_outcome": Text(
            "D Somers, faktor menurut variabel terikat", "Somers' D, factor given outcome"
        ),
        "somers_d_symmetric": Text("D Somers simetris", "symmetric Somers' D"),
        "goodman_kruskal_gamma": Text("gamma Goodman-Kruskal", "Goodman-Kruskal gamma"),
        "risk_difference_per_step": Text(
            "selisih proporsi per tingkat", "difference of proportions per step"
        ),
        "cramers_v": Text("V Cramér", "Cramér's V"),
        "cramers_v_bias_corrected": Text("V Cramér terkoreksi bias", "bias-corrected Cramér's V"),
        "phi": Text("phi", "phi"),
        "odds_ratio": Text("rasio odds", "odds ratio"),
        "odds_ratio_conditional": Text("rasio odds bersyarat", "conditional odds ratio"),
        "prevalence_ratio": Text("rasio prevalensi", "prevalence ratio"),
        "risk_difference": Text("selisih risiko", "risk difference"),
    }
)
RATIOS = frozenset({"odds_ratio", "odds_ratio_conditional", "prevalence_ratio"})
UNSIGNED = frozenset(
    {
        "epsilon_squared",
        "eta_squared",
        "omega_squared",
        "cramers_v",
        "cramers_v_bias_corrected",
    }
)
