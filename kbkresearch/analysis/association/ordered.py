"""Tests for an order: Jonckheere-Terpstra, Somers' D, Goodman-Kruskal gamma, Cochran-Armitage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association import permutations
from kbkresearch.analysis.association.concordance import (
    Concordance,
    concordance,
    gamma,
    somers_d,
    tau_b,
)
from kbkresearch.analysis.association.correlations import kendall_se
from kbkresearch.analysis.association.model import (
    PERFECT,
    Effect,
    Options,
    Tested,
    two_sided,
    wald,
)

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Codes, Floats
    from kbkresearch.vocabulary import Text

TABLE_SE = "normal, standard error of the table under independence (ASE0)"


def jonckheere(values: Floats, codes: Codes, options: Options) -> Tested:
    """Test whether values rise, or fall, from group to group.

    Parameters
    ----------
    values : array, shape (n,)
        Not constant.
    codes : array of int, shape (n,)
        Groups in their order.
    options : Options

    Returns
    -------
    Tested
        J counts the pairs of rows in which the later group is larger, ties by half. Exact up to 9
        rows; beyond, and always under the SPSS convention, normal with the variance corrected for
        ties. Main effect: Somers' D of the values given the groups.

    References
    ----------
    .. [1] Jonckheere AR (1954). A distribution-free k-sample test against ordered alternatives.
       Biometrika 41:133-145.

    Examples
    --------
    >>> values = np.array([1.0, 3, 2, 5, 4, 8, 7, 6, 9, 10])
    >>> codes = np.repeat([0, 1, 2], [3, 3, 4])
    >>> found = jonckheere(values, codes, Options())
    >>> found.statistic, round(found.p_value, 4)
    (31.0, 0.0055)
    """
    given = codes.astype(np.float64)
    pairs = concordance(given, values)
    between = float(pairs.same_x.size**2 - pairs.same_x.sum()) / 2
    j = (pairs.difference / 2 + between) / 2
    p, variant = (
        two_sided(pairs.difference / 2 / kendall_se(pairs.same_x, pairs.same_y)),
        ("normal, variance corrected for ties"),
    )
    if values.size <= permutations.MOST_ROWS and not options.spss:
        p, variant = permutations.concordance_p(given, values), "exact permutation, ties kept"
    main = somers_d("somers_d", pairs, pairs.same_x, options.level)
    effects = (main, tau_b(pairs, options.level))
    return Tested("J", j, p, effects, variant, notes=_perfect(main))


def somers(x: Floats, y: Floats, options: Options) -> Tested:
    """Test Somers' D.

    Parameters
    ----------
    x, y : array, shape (n,)
        The factor and the outcome, not constant.
    options : Options

    Returns
    -------
    Tested
        Main effect: D of the outcome given the factor; then the other direction and the
        symmetric one. One test serves all three.

    References
    ----------
    .. [1] Somers RH (1962). A new asymmetric measure of association for ordinal variables.
       American Sociological Review 27:799-811.

    Examples
    --------
    >>> x, y = np.array([1.0, 1, 2, 2, 3, 3]), np.array([1.0, 2, 1, 2, 2, 2])
    >>> [round(one.estimate, 3) for one in somers(x, y, Options()).effects]
    [0.333, 0.5, 0.4]
    """
    pairs = concordance(x, y)
    outcome = somers_d("somers_d_outcome_given_factor", pairs, pairs.same_x, options.level)
    factor = somers_d("somers_d_factor_given_outcome", pairs, pairs.same_y, options.level)
    both = (pairs.same_x + pairs.same_y) / 2
    symmetric = somers_d("somers_d_symmetric", pairs, both, options.level)
    return _by_table(pairs, (outcome, factor, symmetric))


def goodman_kruskal(x: Floats, y: Floats, options: Options) -> Tested:
    """Test Goodman and Kruskal's gamma.

    Parameters
    ----------
    x, y : array, shape (n,)
        Not constant.
    options : Options

    Returns
    -------
    Tested

    References
    ----------
    .. [1] Goodman LA, Kruskal WH (1963). Measures of association for cross classifications III.
       Journal of the American Statistical Association 58:310-364.

    Examples
    --------
    >>> x, y = np.array([1.0, 1, 2, 2, 3, 3]), np.array([1.0, 2, 1, 2, 2, 2])
    >>> round(goodman_kruskal(x, y, Options()).effects[0].estimate, 3)
    0.667
    """
    pairs = concordance(x, y)
    return _by_table(pairs, (gamma(pairs, options.level), tau_b(pairs, options.level)))


def _by_table(pairs: Concordance, effects: tuple[Effect, ...]) -> Tested:
    """Return the test of concordant minus discordant pairs that goes with tables."""
    se = pairs.null_se
    z = pairs.difference / se if se > 0 else 0.0
    return Tested("z", z, two_sided(z), effects, TABLE_SE, notes=_perfect(effects[0]))


def _perfect(effect: Effect) -> tuple[Text, ...]:
    return (PERFECT,) if abs(effect.estimate) >= 1 else ()


def cochran_armitage(scores: Floats, event: Codes, options: Options) -> Tested:
    """Test whether a share rises, or falls, over ordered groups.

    Parameters
    ----------
    scores : array, shape (n,)
        Position of each row's group, or a score.
    event : array of int, shape (n,)
        0 or 1; both occur.
    options : Options

    Returns
    -------
    Tested
        Main effect: the change of the share per step of the scores, by least squares, with a
        standard error that lets every row have its own variance.

    References
    ----------
    .. [1] Armitage P (1955). Tests for linear trends in proportions and frequencies. Biometrics
       11:375-386.

    Examples
    --------
    >>> scores = np.repeat([0.0, 1, 2], 3)
    >>> event = np.array([0, 0, 0, 0, 1, 0, 1, 1, 0])
    >>> found = cochran_armitage(scores, event, Options())
    >>> round(found.statistic, 3), round(found.effects[0].estimate, 3)
    (1.732, 0.333)
    """
    share = float(event.mean())
    left = scores - scores.mean()
    spread = float(left @ left)
    slope = float(left @ event) / spread
    z = slope * math.sqrt(spread / (share * (1 - share)))
    rest = event - share - slope * left
    se = math.sqrt(float(((left * rest) ** 2).sum())) / spread
    pairs = concordance(scores, event.astype(np.float64))
    effects = (
        wald("risk_difference_per_step", slope, se, options.level, "wald_hc0"),
        somers_d("somers_d", pairs, pairs.same_x, options.level),
    )
    return Tested(
        "z", z, two_sided(z), effects, "normal; scores: the values, or positions of ordered groups"
    )
