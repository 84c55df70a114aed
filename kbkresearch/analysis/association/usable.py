"""What a test refuses: columns that do not vary, too few rows, levels that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.association.correlations import ranks, residuals
from kbkresearch.analysis.association.moments import moments
from kbkresearch.analysis.association.registry import METHODS
from kbkresearch.errors import BadArgumentError, BadColumnError

if TYPE_CHECKING:
    from kbkresearch.analysis.association.model import Floats
    from kbkresearch.analysis.association.reading import Variable
    from kbkresearch.analysis.association.registry import Method

FEWEST_ROWS = 4
_ROWS_PER_GROUP = 2
_DEPENDENT = 1e-10
_BY_MEANS = ("student_t", "welch_t", "anova", "anova_welch")


def check_rows(outcome: Variable, factor: Variable, n: int) -> None:
    """Refuse two variables that no test can use.

    Parameters
    ----------
    outcome, factor : Variable
        Complete rows only.
    n : int
        How many there are.

    Raises
    ------
    BadColumnError
        For too few rows, a variable that does not vary, and more groups than rows allow.
    """
    if n < FEWEST_ROWS:
        raise BadColumnError(
            factor.name,
            f"and {outcome.name!r} have {n} rows in which nothing is missing",
            f"At least {FEWEST_ROWS} are needed: fill in what is missing, or leave it out.",
        )
    for one in (outcome, factor):
        if not one.varies:
            raise BadColumnError(
                one.name,
                f"has only one value in the {n} rows that can be used",
                "What does not vary goes with nothing: leave it out, or look for lost values.",
            )
        if len(one.labels) * _ROWS_PER_GROUP > n and one.level == "nominal":
            raise BadColumnError(
                one.name,
                f"has {len(one.labels)} groups in {n} rows",
                "Each group needs two rows or more on average: join groups, or is it a name?",
            )


def check_fit(method: Method, outcome: Variable, factor: Variable) -> bool:
    """Refuse a method that does not fit.

    Parameters
    ----------
    method : Method
    outcome, factor : Variable

    Returns
    -------
    bool
        Whether the outcome is the first of what the method takes: the values, the scores. False
        where the factor is, as in correlations and tables.

    Raises
    ------
    BadArgumentError
        For levels of measurement or a number of groups that the method is not for; the message
        names methods that fit.
    BadColumnError
        For values without the variation the method needs.
    """
    straight = outcome.level in method.first and factor.level in method.second
    if not method.fits(outcome.level, factor.level):
        raise BadArgumentError(
            f"{method.name} does not fit {outcome.name!r} ({outcome.level}) and"
            f" {factor.name!r} ({factor.level}). These fit: {_fitting(outcome, factor)}."
            " Or declare another level of measurement with levels={...}."
        )
    first, second = (outcome, factor) if straight else (factor, outcome)
    grouped = (second,) if method.either_way else (outcome, factor)
    for one in grouped:
        if len(one.labels) > method.most_groups:
            raise BadArgumentError(
                f"{method.name} compares two groups; {one.name!r} has {len(one.labels)}:"
                f" {', '.join(one.labels[:5])}. These fit: {_fitting(outcome, factor)}."
            )
    if method.name in _BY_MEANS:
        _check_spread(method, first, second)
    return straight and method.either_way


def _fitting(outcome: Variable, factor: Variable) -> str:
    """Return the methods that fit two variables."""
    groups = max(len(outcome.labels), len(factor.labels))
    fits = (
        one.name
        for one in METHODS.values()
        if one.fits(outcome.level, factor.level) and groups <= one.most_groups
    )
    return ", ".join(fits) or "none"


def _check_spread(method: Method, values: Variable, groups: Variable) -> None:
    """Refuse groups without the rows or the variation that means and variances need."""
    found = moments(values.values, groups.codes)
    each = method.name not in {"student_t", "anova"}
    small = [label for label, n in zip(groups.labels, found.n, strict=True) if n < _ROWS_PER_GROUP]
    if small and (each or len(small) == len(groups.labels)):
        raise BadColumnError(
            groups.name,
            f"has a single row in the group {small[0]!r}",
            f"{method.name} needs two rows in every group: join groups, or use ranks.",
        )
    flat = [
        label for label, one in zip(groups.labels, found.variance, strict=True) if one == 0
    ]  # fmt: skip
    if flat and (method.name == "anova_welch" or not np.nansum(found.variance)):
        raise BadColumnError(
            values.name,
            f"does not vary in the group {flat[0]!r} of {groups.name!r}",
            f"{method.name} divides by that variance: use ranks (mann_whitney, kruskal_wallis).",
        )


def check_controls(
    factor: Variable, outcome: Variable, controls: list[Variable], *, rank: bool
) -> Floats:
    """Return the controls as columns, refusing those that leave nothing over.

    Parameters
    ----------
    factor, outcome : Variable
    controls : list of Variable
    rank : bool
        Whether ranks are used.

    Returns
    -------
    array, shape (n, k)

    Raises
    ------
    BadArgumentError
        For a partial method without controls, and for more controls than rows allow.
    BadColumnError
        For a control that does not vary or follows from the others, and for a factor or an
        outcome that follows from the controls.
    """
    if not controls:
        raise BadArgumentError("Partial correlations need control=: name what is held constant.")
    n = factor.values.size
    if n - 2 - len(controls) < 1:
        raise BadArgumentError(
            f"{len(controls)} controls leave no degrees of freedom in {n} rows; use fewer."
        )
    for place, one in enumerate(controls):
        if not one.varies:
            raise BadColumnError(one.name, "is a control with only one value", "Leave it out.")
        _check_free(one, controls[:place], rank=rank)
    for one in (factor, outcome):
        _check_free(one, controls, rank=rank)
    return np.column_stack([one.values for one in controls])


def _check_free(variable: Variable, others: list[Variable], *, rank: bool) -> None:
    """Refuse a variable that others determine."""
    if not others:
        return
    form = ranks if rank else np.asarray
    values = form(variable.values)
    left = residuals(values, np.column_stack([form(one.values) for one in others]))
    if left @ left <= _DEPENDENT**2 * ((values - values.mean()) ** 2).sum():
        raise BadColumnError(
            variable.name,
            f"follows from {', '.join(repr(one.name) for one in others)}",
            "Nothing of it is left to correlate: leave one of them out.",
        )
