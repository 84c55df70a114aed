"""``method="auto"``: which method the levels of measurement ask for, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch.analysis.association.tables import FOURFOLD, cross, too_sparse
from kbkresearch.errors import BadArgumentError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Options
    from kbkresearch.analysis.association.reading import Variable

LEVEL_NAMES = {
    "numeric": Text("numerik", "numeric"),
    "ordinal": Text("ordinal", "ordinal"),
    "nominal": Text("nominal", "nominal"),
    "binary": Text("biner", "binary"),
}
_BY_LEVELS = {
    ("numeric", "numeric"): "spearman",
    ("numeric", "ordinal"): "jonckheere",
    ("ordinal", "numeric"): "spearman",
    ("ordinal", "ordinal"): "kendall_tau_b",
    ("numeric", "binary"): "mann_whitney",
    ("binary", "numeric"): "mann_whitney",
    ("ordinal", "binary"): "mann_whitney",
    ("binary", "ordinal"): "cochran_armitage",
    ("numeric", "nominal"): "kruskal_wallis",
    ("nominal", "numeric"): "kruskal_wallis",
    ("ordinal", "nominal"): "kruskal_wallis",
    ("nominal", "ordinal"): "kruskal_wallis",
}
_WHY = {
    "spearman": Text(
        "peringkat tahan kemencengan dan pencilan", "ranks withstand skew and outliers"
    ),
    "jonckheere": Text("kelompok berurutan", "the groups have an order"),
    "kendall_tau_b": Text("kedua variabel berurutan", "both variables have an order"),
    "mann_whitney": Text("dua kelompok, tanpa asumsi normal", "two groups, no normality assumed"),
    "kruskal_wallis": Text(
        "beberapa kelompok, tanpa asumsi normal", "several groups, no normality assumed"
    ),
    "cochran_armitage": Text(
        "proporsi menurut kelompok berurutan", "a share along groups with an order"
    ),
    "partial_spearman": Text("ada variabel kontrol", "there are controls"),
    "chi2": Text(
        "tabel silang, nilai harapan cukup besar", "a cross table, expected counts large enough"
    ),
    "chi2_spss": Text(
        "tabel silang lebih dari 2x2: SPSS membaca Pearson",
        "a cross table beyond 2x2: SPSS users read Pearson's",
    ),
    "chi2_yates": Text(
        "tabel 2x2, semua nilai harapan >= 5: SPSS membaca koreksi kontinuitas",
        "a 2x2 table, all expected counts >= 5: SPSS users read the continuity correction",
    ),
    "fisher": Text("tabel 2x2 dengan nilai harapan < 5", "a 2x2 table with an expected count < 5"),
    "fisher_freeman_halton": Text(
        "tabel silang dengan terlalu banyak nilai harapan < 5",
        "a cross table with too many expected counts < 5",
    ),
}


def choose(
    outcome: Variable, factor: Variable, options: Options, *, controlled: bool = False
) -> tuple[str, Text]:
    """Return the method for an outcome and a factor, and the reason.

    Parameters
    ----------
    outcome, factor : Variable
        Complete rows only.
    options : Options
    controlled : bool
        Whether other variables are held constant.

    Returns
    -------
    method : str
    reason : Text
        A sentence that names both levels.

    Raises
    ------
    BadArgumentError
        If there are controls and a variable has no order.

    Examples
    --------
    >>> import numpy as np
    >>> from kbkresearch.analysis.association.model import Options
    >>> from kbkresearch.analysis.association.reading import Variable
    >>> score = Variable("score", "numeric", np.array([3.1, 2.5]))
    >>> model = Variable("blud", "binary", np.array([0.0, 1.0]), ("no", "yes"))
    >>> name, why = choose(score, model, Options())
    >>> print(why)
    score (numeric) and blud (binary): mann_whitney, two groups, no normality assumed
    """
    if controlled:
        name = key = _with_controls(outcome, factor)
    elif (outcome.level, factor.level) in _BY_LEVELS:
        name = key = _BY_LEVELS[outcome.level, factor.level]
    else:
        name = _table_method(outcome, factor, options)
        key = "chi2_spss" if name == "chi2" and options.spss else name
    return name, _reason(outcome, factor, name, _WHY[key])


def _with_controls(outcome: Variable, factor: Variable) -> str:
    if "nominal" in {outcome.level, factor.level}:
        raise BadArgumentError(
            f"control needs variables with an order; {outcome.name!r} is {outcome.level} and"
            f" {factor.name!r} is {factor.level}. Use kbk.regress with the controls as terms."
        )
    return "partial_spearman"


def _table_method(outcome: Variable, factor: Variable, options: Options) -> str:
    """Return the test of a cross table, by its size and its expected counts."""
    counts = cross(factor.codes, outcome.codes)
    fourfold = counts.shape == FOURFOLD
    if fourfold and too_sparse(counts):
        return "fisher"
    if options.spss:
        return "chi2_yates" if fourfold else "chi2"
    return "fisher_freeman_halton" if too_sparse(counts) else "chi2"


def _reason(outcome: Variable, factor: Variable, method: str, why: Text) -> Text:
    y, x = LEVEL_NAMES[outcome.level], LEVEL_NAMES[factor.level]
    return Text(
        f"{outcome.name} ({y.id}) dan {factor.name} ({x.id}): {method}, {why.id}",
        f"{outcome.name} ({y.en}) and {factor.name} ({x.en}): {method}, {why.en}",
    )
