"""Does a binary model's probability agree with what is found? Groups of like probability tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

GROUPS = 10
_LEAST, _DIGITS = 3, 12
_FEW_GROUPS = Text(
    "kurang dari 3 kelompok peluang yang berbeda", "fewer than 3 groups of different probability"
)


def hosmer_lemeshow(y: Floats, chance: Floats, g: int = GROUPS) -> Check:
    """Test calibration by Hosmer and Lemeshow's comparison in groups of fitted probability.

    Parameters
    ----------
    y : array, shape (n,)
        0 and 1.
    chance : array, shape (n,)
        Fitted probabilities.
    g : int
        Groups.

    Returns
    -------
    Check
        Chi-square with two degrees of freedom fewer than groups. `sizes` has the groups, the
        largest gap between the share found and the mean probability of a group, and the smallest
        expected number.

    Notes
    -----
    Groups end at the g-quantiles (type 7) of the probabilities, upper end included; equal
    probabilities (to 12 decimals) stay together, so that there may be fewer groups.

    References
    ----------
    Hosmer DW, Lemeshow S (1980). Goodness of fit tests for the multiple logistic regression model.
    Communications in Statistics - Theory and Methods 9:1043-1069.
    """
    from scipy.special import chdtrc

    like = chance.round(_DIGITS)
    edges = np.unique(np.quantile(like, np.linspace(0, 1, g + 1)).round(_DIGITS))
    place = np.maximum(np.searchsorted(edges, like, side="left"), 1) - 1
    groups = len(edges) - 1
    if groups < _LEAST:
        return Check(n=len(y), problem=_FEW_GROUPS)
    size = np.bincount(place, minlength=groups)
    used = size > 0
    ones = np.bincount(place, y, groups)[used]
    expected = np.bincount(place, chance, groups)[used]
    size, groups = size[used], int(used.sum())
    if groups < _LEAST:
        return Check(n=len(y), problem=_FEW_GROUPS)
    statistic = float(((ones - expected) ** 2 * (1 / expected + 1 / (size - expected))).sum())
    sizes = {
        "groups": float(groups),
        "gap_pct": float(100 * np.abs((ones - expected) / size).max()),
        "smallest": float(min(expected.min(), (size - expected).min())),
    }
    df = groups - 2
    return Check(statistic, float(df), p_value=float(chdtrc(df, statistic)), n=len(y), sizes=sizes)
