"""Proportions with confidence limits: persons among persons, such as members who came at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from kbkresearch.capitation.rates import tail_of
from kbkresearch.errors import BadArgumentError, UnknownNameError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"
ProportionMethod: TypeAlias = Literal["wilson", "exact"]
_STATSMODELS = {"wilson": "wilson", "exact": "beta"}


@dataclass(frozen=True, slots=True, eq=False)
class ProportionInterval:
    """Proportions with confidence limits.

    Attributes
    ----------
    proportion, ci_low, ci_high : array, shape (n,)
    method : str
    """

    proportion: Floats
    ci_low: Floats
    ci_high: Floats
    method: str


def proportion_interval(
    events: ArrayLike, n: ArrayLike, method: ProportionMethod = "wilson", level: float = 0.95
) -> ProportionInterval:
    """Return proportions with confidence limits.

    Parameters
    ----------
    events : array-like, shape (m,)
        Persons counted; whole numbers from 0 to `n`.
    n : array-like, shape (m,)
        Persons among whom they are counted; above 0.
    method : {"wilson", "exact"}
        Wilson's score limits, or those of Clopper and Pearson.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    ProportionInterval

    Raises
    ------
    BadArgumentError
        For counts that are missing, negative, not whole or above `n`. Visits may exceed members;
        they are a rate, see `rate_interval`.
    UnknownNameError
        For another method.

    References
    ----------
    Wilson EB (1927). Probable inference, the law of succession, and statistical inference. Journal
    of the American Statistical Association 22:209-212.

    Examples
    --------
    >>> found = proportion_interval([0, 15], [20, 100])
    >>> found.ci_low.round(4).tolist(), found.ci_high.round(4).tolist()
    ([0.0, 0.0931], [0.1611, 0.2328])
    """
    from statsmodels.stats.proportion import proportion_confint

    if method not in get_args(ProportionMethod):
        raise UnknownNameError("method", method, get_args(ProportionMethod))
    alpha = 2 * tail_of(level)
    counts, of = _counts(events, n)
    low, high = proportion_confint(counts, of, alpha=alpha, method=_STATSMODELS[method])
    return ProportionInterval(
        proportion=counts / of,
        ci_low=np.where(counts == 0, 0.0, low),
        ci_high=np.where(counts == of, 1.0, high),
        method=method,
    )


def _counts(events: ArrayLike, n: ArrayLike) -> tuple[Floats, Floats]:
    try:
        counts, of = np.broadcast_arrays(
            np.atleast_1d(np.asarray(events, np.float64)), np.atleast_1d(np.asarray(n, np.float64))
        )
    except (TypeError, ValueError) as error:
        raise BadArgumentError(f"events and n must be numbers, one each: {error}") from None
    wrong = ~((counts >= 0) & (counts <= of) & (of > 0) & (counts % 1 == 0) & (of % 1 == 0))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise BadArgumentError(
            "events must be whole numbers from 0 to n, and n above 0;"
            f" found {counts[at]:g} of {of[at]:g} at position {at}"
        )
    return counts, of
