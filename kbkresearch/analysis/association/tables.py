"""Cross tables: chi-square with and without Yates, likelihood ratio, Fisher; V, phi, two by two."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association import exact_tables, two_by_two
from kbkresearch.analysis.association.concordance import concordance, tau_b
from kbkresearch.analysis.association.model import Effect, Options, Tested
from kbkresearch.analysis.association.noncentral import chi2_limits
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Codes, Floats

SMALL_CELL = 5.0
TOO_MANY_SMALL = 0.2
FOURFOLD = (2, 2)


def cross(factor: Codes, outcome: Codes) -> Floats:
    """Return the cross table of two columns of codes.

    Parameters
    ----------
    factor, outcome : array of int, shape (n,)

    Returns
    -------
    array of float, shape (r, c)
        Rows are groups of the factor, columns those of the outcome.

    Examples
    --------
    >>> cross(np.array([0, 1, 1]), np.array([0, 0, 1])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    rows, columns = int(factor.max()) + 1, int(outcome.max()) + 1
    cells = np.bincount(factor * columns + outcome, minlength=rows * columns)
    return cells.reshape(rows, columns).astype(np.float64)


def expected(counts: Floats) -> Floats:
    """Return the counts expected under independence.

    Parameters
    ----------
    counts : array, shape (r, c)

    Returns
    -------
    array, shape (r, c)

    Examples
    --------
    >>> expected(np.array([[1.0, 3], [3, 1]])).tolist()
    [[2.0, 2.0], [2.0, 2.0]]
    """
    return np.asarray(np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum())


def too_sparse(counts: Floats) -> bool:
    """Tell whether chi-square is not to be trusted, by Cochran's rule.

    Parameters
    ----------
    counts : array, shape (r, c)

    Returns
    -------
    bool
        More than a fifth of the cells expected below 5, or any below 1; two by two: any below 5.

    Examples
    --------
    >>> too_sparse(np.array([[18.0, 6], [5, 11]])), too_sparse(np.array([[8.0, 1], [2, 5]]))
    (False, True)
    """
    cells = expected(counts)
    return bool((cells < SMALL_CELL).mean() > TOO_MANY_SMALL or cells.min() < 1)


def pearson_chi2(counts: Floats) -> float:
    """Return Pearson's chi-square; empty rows and columns are passed over.

    Parameters
    ----------
    counts : array, shape (r, c)

    Returns
    -------
    float

    Examples
    --------
    >>> round(pearson_chi2(np.array([[18.0, 6], [5, 11]])), 4)
    7.5192
    """
    cells = expected(counts)
    used = cells > 0
    return float(((counts - cells)[used] ** 2 / cells[used]).sum())


def chi2(factor: Codes, outcome: Codes, options: Options) -> Tested:
    """Test independence with Pearson's chi-square, without correction.

    Parameters
    ----------
    factor, outcome : array of int, shape (n,)
        Codes from 0; every group occurs.
    options : Options

    Returns
    -------
    Tested
        Main effect: the odds ratio of a fourfold table, else Cramér's V.

    Examples
    --------
    >>> factor = np.repeat([0, 0, 1, 1], [18, 6, 5, 11])
    >>> outcome = np.repeat([0, 1, 0, 1], [18, 6, 5, 11])
    >>> found = chi2(factor, outcome, Options())
    >>> round(found.p_value, 4), found.df
    (0.0061, 1)
    """
    counts = cross(factor, outcome)
    return _by_chi2(counts, pearson_chi2(counts), "Pearson, without correction", options)


def chi2_yates(factor: Codes, outcome: Codes, options: Options) -> Tested:
    """Test independence in a fourfold table with Yates' continuity correction.

    Parameters
    ----------
    factor, outcome : array of int, shape (n,)
        0 or 1; both occur.
    options : Options

    Returns
    -------
    Tested
        Effects are not corrected.

    Examples
    --------
    >>> factor = np.repeat([0, 0, 1, 1], [18, 6, 5, 11])
    >>> outcome = np.repeat([0, 1, 0, 1], [18, 6, 5, 11])
    >>> round(chi2_yates(factor, outcome, Options()).p_value, 4)
    0.0157
    """
    counts = cross(factor, outcome)
    cells = expected(counts)
    distance = np.maximum(np.abs(counts - cells) - 0.5, 0.0)
    statistic = float((distance**2 / cells).sum())
    return _by_chi2(counts, statistic, "Pearson, Yates continuity correction", options)


def likelihood_ratio(factor: Codes, outcome: Codes, options: Options) -> Tested:
    """Test independence with the likelihood ratio (G).

    Parameters
    ----------
    factor, outcome, options
        As in `chi2`.

    Returns
    -------
    Tested

    Examples
    --------
    >>> factor = np.repeat([0, 0, 1, 1], [18, 6, 5, 11])
    >>> outcome = np.repeat([0, 1, 0, 1], [18, 6, 5, 11])
    >>> round(likelihood_ratio(factor, outcome, Options()).statistic, 4)
    7.6815
    """
    from scipy.special import xlogy

    counts = cross(factor, outcome)
    statistic = max(2 * float(xlogy(counts, counts / expected(counts)).sum()), 0.0)
    return _by_chi2(counts, statistic, "likelihood ratio, without correction", options)


def _by_chi2(counts: Floats, statistic: float, variant: str, options: Options) -> Tested:
    """Return a chi-square test with the effects of the table."""
    from scipy.special import chdtrc

    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    p = float(chdtrc(df, statistic))
    effects = table_effects(counts, options)
    return Tested("chi2", statistic, p, effects, variant, df=df, notes=_sparse(counts))


def fisher(factor: Codes, outcome: Codes, options: Options) -> Tested:
    """Test independence in a fourfold table with Fisher's exact test.

    Parameters
    ----------
    factor, outcome : array of int, shape (n,)
        0 or 1; both occur.
    options : Options

    Returns
    -------
    Tested
        Two-sided: tables as likely as the one seen, or less. The main effect is the conditional
        odds ratio with exact limits; under the SPSS convention that of the cells, by Woolf.

    Examples
    --------
    >>> factor = np.repeat([0, 0, 1, 1], [18, 6, 5, 11])
    >>> outcome = np.repeat([0, 1, 0, 1], [18, 6, 5, 11])
    >>> round(fisher(factor, outcome, Options()).p_value, 4)
    0.0095
    """
    from scipy.stats import fisher_exact

    counts = cross(factor, outcome)
    p = float(fisher_exact(counts.astype(np.int64)).pvalue)
    effects = table_effects(counts, options)
    if not options.spss:
        effects = tuple(sorted(effects, key=lambda one: one.ci_method != "exact_conditional"))
    return Tested("p", math.nan, min(p, 1.0), effects, "exact")


def fisher_freeman_halton(factor: Codes, outcome: Codes, options: Options) -> Tested:
    """Test independence in a table of any size with Fisher's exact test.

    Parameters
    ----------
    factor, outcome, options
        As in `chi2`.

    Returns
    -------
    Tested
        Exact, or, where the tables are too many, from seeded draws; `variant` says which.

    Examples
    --------
    >>> found = fisher_freeman_halton(np.repeat([0, 1, 2], 3), np.repeat([0, 1, 2], 3), Options())
    >>> round(found.p_value, 5), found.variant
    (0.00357, 'exact')
    """
    counts = cross(factor, outcome)
    p, how = exact_tables.freeman_halton(counts.astype(np.int64), options.seed)
    return Tested("p", math.nan, p, table_effects(counts, options), how)


def table_effects(counts: Floats, options: Options) -> tuple[Effect, ...]:
    """Return the effects of a table, the main one first.

    Parameters
    ----------
    counts : array, shape (r, c)
    options : Options

    Returns
    -------
    tuple of Effect

    Examples
    --------
    >>> [one.name for one in table_effects(np.array([[3.0, 4, 5], [5, 4, 3]]), Options())]
    ['cramers_v', 'cramers_v_bias_corrected']
    """
    v = cramers_v(counts, options.level)
    if counts.shape != FOURFOLD:
        return v
    rows, columns = np.indices(counts.shape)
    times = counts.astype(np.intp).ravel()
    pairs = concordance(*(np.repeat(one.ravel(), times).astype(float) for one in (rows, columns)))
    phi = tau_b(pairs, options.level)
    phi = Effect("phi", phi.estimate, phi.ci_low, phi.ci_high, phi.ci_method, phi.se)
    return (*two_by_two.effects(counts, options), phi, *v)


def cramers_v(counts: Floats, level: float) -> tuple[Effect, Effect]:
    """Return Cramér's V, plain and corrected for bias, with limits by the noncentral chi-square.

    Parameters
    ----------
    counts : array, shape (r, c)
        No empty row or column.
    level : float

    Returns
    -------
    plain, corrected : Effect
        Both estimate the same V, so they share its interval.

    References
    ----------
    .. [1] Bergsma W (2013). A bias-correction for Cramér's V and Tschuprow's T. Journal of the
       Korean Statistical Society 42:323-328.

    Examples
    --------
    >>> plain, corrected = cramers_v(np.array([[18.0, 6], [5, 11]]), 0.95)
    >>> round(plain.estimate, 4), round(corrected.estimate, 4)
    (0.4336, 0.4082)
    """
    n, (r, c) = float(counts.sum()), counts.shape
    statistic, df = pearson_chi2(counts), (r - 1) * (c - 1)
    least = min(r, c) - 1
    low, high = (min(math.sqrt(one / n / least), 1.0) for one in chi2_limits(statistic, df, level))
    phi2 = max(statistic / n - df / (n - 1), 0.0)
    rows, columns = (one - (one - 1) ** 2 / (n - 1) for one in (r, c))
    corrected = math.sqrt(phi2 / (min(rows, columns) - 1))
    plain = min(math.sqrt(statistic / n / least), 1.0)
    return (
        Effect("cramers_v", plain, low, high, "noncentral_chi2"),
        Effect("cramers_v_bias_corrected", corrected, low, high, "noncentral_chi2"),
    )


def _sparse(counts: Floats) -> tuple[Text, ...]:
    """Say so where the chi-square approximation is doubtful."""
    if not too_sparse(counts):
        return ()
    cells = expected(counts)
    small, every = int((cells < SMALL_CELL).sum()), cells.size
    return (
        Text(
            f"{small} dari {every} sel bernilai harapan di bawah 5: pakai uji eksak Fisher",
            f"{small} of {every} cells are expected below 5: use Fisher's exact test",
        ),
    )
