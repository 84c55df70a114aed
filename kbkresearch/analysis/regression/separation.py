"""Separation: terms that predict some outcomes perfectly, so that a coefficient is infinite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.errors import BadArgumentError

if TYPE_CHECKING:
    from kbkresearch.analysis.regression.design import Design

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"

SUSPICIOUS = 9.0
_FREE = 1e-6


def directions(y: Floats, *, upper: bool) -> Floats:
    """Say where each row lets the linear predictor go without losing likelihood.

    Parameters
    ----------
    y : array, shape (n,)
        Outcome: shares if `upper`, else counts.
    upper : bool
        Whether 1 is a boundary as 0 is.

    Returns
    -------
    array, shape (n,)
        1 up without end, -1 down without end, 0 nowhere.
    """
    return np.where(y == 0, -1.0, np.where(y == 1, 1.0, 0.0) if upper else 0.0)


def ordinal_rows(x: Floats, codes: Floats, n_levels: int) -> tuple[Floats, Floats]:
    """Return the rows and directions whose separation is that of an ordinal model.

    Parameters
    ----------
    x : array, shape (n, k)
        Design matrix without an intercept.
    codes : array, shape (n,)
        Levels 0 to J - 1.
    n_levels : int
        J.

    Returns
    -------
    rows : array, shape (m, k + J - 1)
        Coefficients, then thresholds.
    sign : array, shape (m,)
    """
    steps = -np.eye(n_levels - 1)
    above, below = codes > 0, codes < n_levels - 1
    level = codes.astype(int)
    rows = np.vstack(
        [
            np.hstack([x[above], steps[level[above] - 1]]),
            np.hstack([x[below], steps[level[below]]]),
        ]
    )
    return rows, np.repeat([1.0, -1.0], [above.sum(), below.sum()])


def separating(x: Floats, sign: Floats) -> list[int]:
    """Return columns along which the likelihood rises without end.

    Parameters
    ----------
    x : array, shape (n, k)
    sign : array, shape (n,)
        See `directions`.

    Returns
    -------
    list of int
        Empty without separation. Where one column (with an intercept) is enough, that one.

    Notes
    -----
    Data are separated if some b moves no row against its direction and at least one row along it:
    ``sign x'b >= 0``, and ``x'b = 0`` where the sign is 0. The largest sum of ``sign x'b`` over a
    box is a linear program; it is 0 without separation.

    References
    ----------
    Albert A, Anderson JA (1984). On the existence of maximum likelihood estimates in logistic
    regression models. Biometrika 71:1-10.

    Konis K (2007). Linear programming algorithms for detecting separated data in binary logistic
    regression models. DPhil thesis, University of Oxford.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [1, 2, 3, 4, 5, 6]])
    >>> separating(x, np.array([-1.0, -1, -1, 1, 1, 1])), separating(x, np.array([-1.0, 1] * 3))
    ([1], [])
    """
    constant = np.flatnonzero((x == x[:1]).all(axis=0))
    for column in np.setdiff1d(np.arange(x.shape[1]), constant):
        if any(_splits(side * x[:, column], sign, len(constant) > 0) for side in (1, -1)):
            return [int(column)]
    found = _program(*_distinct(x / np.abs(x).max(axis=0), sign))
    return [int(one) for one in found if one not in constant]


def _splits(values: Floats, sign: Floats, free: bool) -> bool:  # noqa: FBT001 - private
    """Tell whether one column, cut at some point (at 0 unless free), separates."""
    fixed = values[sign == 0]
    low = max(values[sign < 0].max(initial=-np.inf), fixed.max(initial=-np.inf))
    high = min(values[sign > 0].min(initial=np.inf), fixed.min(initial=np.inf))
    if not free:
        low, high = max(low, 0.0), min(high, 0.0)
    if low > high:
        return False
    cut = low if np.isfinite(low) else high
    return bool((values[sign != 0] != cut).any())


def _distinct(x: Floats, sign: Floats) -> tuple[Floats, Floats]:
    """Return the distinct rows."""
    both = np.unique(np.column_stack([x, sign]), axis=0)
    return both[:, :-1], both[:, -1]


def _program(x: Floats, sign: Floats) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return the coefficients that are not zero in the direction of the linear program."""
    from scipy.optimize import linprog

    moved = x[sign != 0] * sign[sign != 0, None]
    fixed = x[sign == 0]
    solved = linprog(
        -moved.sum(axis=0) / len(moved),
        A_ub=-moved,
        b_ub=np.zeros(len(moved)),
        A_eq=fixed if len(fixed) else None,
        b_eq=np.zeros(len(fixed)) if len(fixed) else None,
        bounds=(-1, 1),
        method="highs",
    )
    if solved.x is None or (moved @ solved.x).max() <= _FREE:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero(np.abs(solved.x) > _FREE)


def refuse_separation(design: Design, sign: Floats) -> None:
    """Raise if the outcome is separated, naming the columns.

    Parameters
    ----------
    design : Design
    sign : array, shape (n,)
        See `directions`.

    Raises
    ------
    BadArgumentError
    """
    if not (sign != 0).any():
        return
    found = separating(design.X, sign)
    if found:
        raise separation_error(design, [design.names[column] for column in found])


def separation_error(design: Design, names: list[str]) -> BadArgumentError:
    """Return the error that names what separates the outcome.

    Parameters
    ----------
    design : Design
    names : list of str
        Columns.

    Returns
    -------
    BadArgumentError
    """
    return BadArgumentError(
        f"{design.formula!r}: {', '.join(map(repr, names))} predicts {design.outcome!r} perfectly"
        " for some rows (separation), so its coefficient is infinite. Cross-tabulate it with the"
        " outcome; group its levels or take it out of the formula, or use an exact test"
        " (kbk.associate)."
    )
