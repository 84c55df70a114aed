"""p-values of a family of tests, adjusted for how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from kbkresearch.errors import UnknownNameError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Adjust: TypeAlias = Literal["holm", "bonferroni", "fdr_bh", "none"]

NAMES = {
    "holm": Text("Holm", "Holm"),
    "bonferroni": Text("Bonferroni", "Bonferroni"),
    "fdr_bh": Text("Benjamini-Hochberg (FDR)", "Benjamini-Hochberg (FDR)"),
    "none": Text("tanpa koreksi", "not adjusted"),
}


def adjusted(p_values: Sequence[float], adjust: str) -> NDArray[np.float64]:
    """Return p-values adjusted over their family.

    Parameters
    ----------
    p_values : sequence of float, shape (n,)
        One per test; all of them are the family.
    adjust : {"holm", "bonferroni", "fdr_bh", "none"}
        The names of statsmodels.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    UnknownNameError
        For another name.

    Examples
    --------
    >>> adjusted([0.01, 0.02, 0.04], "holm").tolist()
    [0.03, 0.04, 0.04]
    """
    if adjust not in get_args(Adjust):
        raise UnknownNameError("adjustment", adjust, get_args(Adjust))
    alone = np.asarray(p_values, dtype=np.float64)
    if adjust == "none" or not alone.size:
        return alone
    if adjust == "fdr_bh":
        from scipy.stats import false_discovery_control

        return np.asarray(false_discovery_control(alone), dtype=np.float64)
    if adjust == "bonferroni":
        return np.minimum(alone * alone.size, 1.0)
    return _holm(alone)


def _holm(alone: NDArray[np.float64]) -> NDArray[np.float64]:
    """Step down: here, as statsmodels collects garbage of the whole process on each call."""
    order = np.argsort(alone)
    stepped = np.maximum.accumulate(alone[order] * np.arange(alone.size, 0, -1))
    found = np.empty_like(alone)
    found[order] = np.minimum(stepped, 1.0)
    return found
