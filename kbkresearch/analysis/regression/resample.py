"""Refitting a regression on resampled rows or clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.analysis.regression.averages import average
from kbkresearch.errors import BadArgumentError, KbkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.analysis.regression.averages import Contrast, Responses
    from kbkresearch.analysis.regression.design import Design
    from kbkresearch.analysis.regression.fit import Fit

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"


def draw(design: Design, rng: np.random.Generator) -> tuple[Ints, Ints | None]:
    """Return resampled rows, whole clusters where there are any.

    Parameters
    ----------
    design : Design
        The fitted design.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    rows : array of int, shape (m,)
        Positions of the rows drawn.
    clusters : array of int, shape (m,), or None
        Their clusters; one drawn twice counts as two.
    """
    n = len(design.y)
    if design.clusters is None:
        return rng.integers(n, size=n), None
    order = np.argsort(design.clusters, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(design.clusters))[:-1])
    chosen = rng.integers(len(members), size=len(members))
    rows = np.concatenate([members[one] for one in chosen])
    return rows, np.repeat(np.arange(len(chosen)), [len(members[one]) for one in chosen])


def take(design: Design, rows: Ints, clusters: Ints | None) -> Design:
    """Return a design of some of the rows.

    Parameters
    ----------
    design : Design
        The fitted design.
    rows : array of int, shape (m,)
        Positions of rows.
    clusters : array of int, shape (m,), or None
        Their clusters.

    Returns
    -------
    Design
    """
    parts = {
        name: None if (values := getattr(design, name)) is None else values[rows]
        for name in ("weights", "offset", "denominator")
    }
    return replace(
        design,
        y=design.y[rows],
        X=np.asfortranarray(design.X[rows]),
        frame=design.frame.iloc[rows],
        index=design.index[rows],
        clusters=clusters,
        **parts,  # type: ignore[arg-type]
    )


def bootstrap(
    fit: Fit,
    contrasts: Sequence[Contrast],
    responses: Responses,
    grouping: Floats,
    n_boot: int,
    seed: int,
) -> tuple[Floats, int]:
    """Return averages of contrasts on bootstrap samples, each with its own fit.

    Parameters
    ----------
    fit : Fit
        A fitted regression.
    contrasts : sequence of Contrast
        What is averaged, on the rows of the fit.
    responses : Responses
        How means follow from parameters, on the rows of the fit.
    grouping : array, shape (L, r)
        Which responses are added up.
    n_boot : int
        Samples.
    seed : int
        Start of the random numbers.

    Returns
    -------
    draws : array, shape (n_boot - failed, contrasts x L)
        Averages.
    failed : int
        Samples without a fit: a level or category missing, or separation.

    Raises
    ------
    BadArgumentError
        For fewer than two samples, or where more than half have no fit.
    """
    from kbkresearch.analysis.regression.regress import MODELS

    if n_boot < 2:  # noqa: PLR2004 - a spread needs two
        raise BadArgumentError(f"n_boot must be 2 or more; found {n_boot!r}.")
    options = fit.options
    estimate, rng = MODELS[fit.model].estimator(), np.random.default_rng(seed)
    draws = []
    for _ in range(n_boot):
        rows, clusters = draw(fit.design, rng)
        design = take(fit.design, rows, clusters)
        if np.linalg.matrix_rank(design.X) < design.X.shape[1]:
            continue
        try:
            params = estimate(design, **options).params
        except KbkError:
            continue
        weights = responses.weights[rows]
        here = replace(responses, weights=weights / weights.sum(), offset=responses.offset[rows])
        values = [grouping @ average(one.rows(rows), params, here)[0] for one in contrasts]
        draws.append(np.concatenate(values))
    if len(draws) < n_boot / 2:
        raise BadArgumentError(
            f"Only {len(draws)} of {n_boot} bootstrap samples could be fitted: levels or "
            "categories with too few rows. Use method='delta'."
        )
    return np.array(draws), n_boot - len(draws)
