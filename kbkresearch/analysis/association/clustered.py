"""Tests and intervals for rows that come in clusters, such as facilities within districts.

The interval resamples whole clusters [1]_. The p-value permutes what the design lets change places:
whole clusters where a variable is constant within them, else rows within their cluster [2]_.

.. [1] Field CA, Welsh AH (2007). Bootstrapping clustered data. Journal of the Royal Statistical
   Society B 69:369-390.
.. [2] Good P (2005). Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., chapter 9.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from kbkresearch.analysis.association.model import Effect, Options, Tested
from kbkresearch.errors import BadArgumentError
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kbkresearch.analysis.association.model import Codes, Floats
    from kbkresearch.analysis.association.registry import Method

    Parts: TypeAlias = tuple[Floats, ...]

Scheme: TypeAlias = Literal["whole clusters", "within clusters"]

RESAMPLES = 1_999
FEWEST = 6
FEW = 40
_MOST_FAILED = 0.1
_SLACK = 1e-9

WHOLE = Text(
    "p dari permutasi seluruh klaster: {name} tetap di dalam klaster",
    "p by permuting whole clusters: {name} is constant within them",
)
WITHIN = Text(
    "p dari permutasi di dalam klaster: menguji hubungan di dalam klaster saja",
    "p by permuting within clusters: it tests the association within clusters only",
)
LEFT_OUT = Text(
    "statistik dan efek lain menganggap baris saling bebas: efek lain tanpa selang, perbandingan"
    " pasangan dan uji pendamping tidak ditampilkan",
    "statistic and other effects take rows as independent: other effects come without an interval,"
    " pairs and checks are left out",
)
NARROW = Text(
    "hanya {clusters} klaster: selang bootstrap cenderung terlalu sempit",
    "only {clusters} clusters: bootstrap intervals tend to be too narrow",
)
POSITIVE = Text(
    "efek tidak dapat negatif: selang bootstrap tidak mencapai nol; pakai nilai p",
    "the effect cannot be negative: the bootstrap interval does not reach zero, go by the p-value",
)


def clustered(
    tested: Tested,
    method: Method,
    parts: Parts,
    clusters: Codes,
    names: tuple[str, str],
    options: Options,
) -> Tested:
    """Return a test with p-value and interval that respect clusters.

    Parameters
    ----------
    tested : Tested
        The test as for independent rows.
    method : Method
    parts : tuple of array, shape (n,)
        What `method.effect` takes.
    clusters : array of int, shape (n,)
        0 to G - 1; all occur.
    names : tuple of str
        Names of the first two of `parts`.
    options : Options

    Returns
    -------
    Tested
        The statistic stays; the main effect has an interval by cluster bootstrap, the others none.

    Raises
    ------
    BadArgumentError
        For fewer than 6 clusters, where too few permutations are possible for the level, or where
            resamples of clusters often lack a group.
    """
    count = int(clusters.max()) + 1
    if count < FEWEST:
        raise BadArgumentError(
            f"cluster has {count} clusters among the rows of {names[0]!r} and {names[1]!r};"
            f" at least {FEWEST} are needed. Leave cluster out and say so, or test cluster means."
        )
    scheme, moved, ways = _scheme(parts, clusters)
    if ways < -math.log(1 - options.level) - _SLACK:
        raise BadArgumentError(
            f"{names[moved]!r} can be permuted ({scheme}) in {math.exp(ways):.0f} ways only, too"
            f" few for level {options.level:g}. More clusters, or rows that vary within them, are"
            " needed."
        )
    rng = np.random.default_rng(options.seed)
    main = _resampled(method, parts, clusters, rng, options)
    others = tuple(
        Effect(one.name, one.estimate) for one in tested.effects if one.name != main.name
    )
    said = Text(WHOLE.id.format(name=names[moved]), WHOLE.en.format(name=names[moved]))
    notes = [WITHIN if scheme == "within clusters" else said, LEFT_OUT]
    if count < FEW:
        notes.append(Text(NARROW.id.format(clusters=count), NARROW.en.format(clusters=count)))
    if not method.signed:
        notes.append(POSITIVE)
    return Tested(
        tested.statistic_name,
        tested.statistic,
        _permuted_p(method, parts, (scheme, moved), clusters, rng),
        (main, *dict.fromkeys(others)),
        f"permutation, {scheme}, {RESAMPLES} times, seed {options.seed}",
        notes=(*tested.notes, *notes),
    )


def _scheme(parts: Parts, clusters: Codes) -> tuple[Scheme, int, float]:
    """Return what is permuted, which variable is moved, and the log of the ways there are.

    Of two variables that could be moved it is the one with fewer ways: the others change nothing.
    """
    constant = [place for place in (0, 1) if _constant_within(parts[place], clusters)]
    scheme: Scheme = "whole clusters" if constant else "within clusters"
    ways, moved = min((_ways(scheme, parts[one], clusters), one) for one in constant or (0, 1))
    return scheme, moved, ways


def _constant_within(values: Floats, clusters: Codes) -> bool:
    first = np.unique(clusters, return_index=True)[1]
    return bool((values == values[first][clusters]).all())


def _ways(scheme: Scheme, values: Floats, clusters: Codes) -> float:
    """Return the log of how many orders of the values a scheme allows."""
    if scheme == "whole clusters":
        return _log_ways(values[np.unique(clusters, return_index=True)[1]])
    order = np.argsort(clusters, kind="stable")
    ends = np.cumsum(np.bincount(clusters))[:-1]
    return sum(_log_ways(one) for one in np.split(values[order], ends))


def _log_ways(values: Floats) -> float:
    """Return the log of how many different orders some values have."""
    counts = np.unique(values, return_counts=True)[1]
    return math.lgamma(values.size + 1) - math.fsum(math.lgamma(one + 1) for one in counts)


def _resampled(
    method: Method, parts: Parts, clusters: Codes, rng: np.random.Generator, options: Options
) -> Effect:
    """Return the main effect with percentile limits over resampled clusters."""
    seen = method.effect(*parts)
    order = np.argsort(clusters, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(clusters))[:-1])
    found = np.full(RESAMPLES, math.nan)
    for turn in range(RESAMPLES):
        drawn = rng.integers(0, len(members), len(members))
        rows = np.concatenate([members[one] for one in drawn])
        found[turn] = _effect(method, tuple(part[rows] for part in parts))
    usable = found[~np.isnan(found)]
    if usable.size < (1 - _MOST_FAILED) * RESAMPLES:
        raise BadArgumentError(
            f"{RESAMPLES - usable.size} of {RESAMPLES} resamples of clusters lack a group or all"
            " variation; the groups sit in too few clusters for an interval that respects them."
        )
    tail = (1 - options.level) / 2
    low, high = np.quantile(usable, [tail, 1 - tail], method="inverted_cdf")
    se = float(usable.std(ddof=1)) if np.isfinite(usable).all() else math.nan
    return Effect(
        seen.name, seen.estimate, float(low), float(high), "cluster_bootstrap_percentile", se
    )


def _effect(method: Method, parts: Parts) -> float:
    """Return the effect; NaN where a resample has lost the variation it needs."""
    if any(part.min() == part.max() for part in parts):
        return math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return method.effect(*parts).estimate


def _permuted_p(
    method: Method,
    parts: Parts,
    moves: tuple[Scheme, int],
    clusters: Codes,
    rng: np.random.Generator,
) -> float:
    """Return the p-value; twice the smaller tail for an effect with two directions."""
    scheme, moved = moves
    value = _evidence(method)
    seen = value(parts)
    shuffle = _whole if scheme == "whole clusters" else _within
    found = np.array([
        value((*parts[:moved], one, *parts[moved + 1 :]))
        for one in shuffle(parts[moved], clusters, rng)
    ])  # fmt: skip
    slack = _SLACK * max(1.0, abs(seen))
    above = (1 + int((found >= seen - slack).sum())) / (RESAMPLES + 1)
    if not method.signed:
        return above
    below = (1 + int((found <= seen + slack).sum())) / (RESAMPLES + 1)
    return min(2 * min(above, below), 1.0)


def _evidence(method: Method) -> Callable[[Parts], float]:
    """Return what is compared between permutations: the effect, or the chi-square of a table."""
    if method.shape != "table":
        return lambda parts: method.effect(*parts).estimate
    from kbkresearch.analysis.association.tables import cross, pearson_chi2

    return lambda parts: pearson_chi2(cross(*(part.astype(np.intp) for part in parts)))


def _whole(values: Floats, clusters: Codes, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield the values with whole clusters changing places."""
    of_cluster = values[np.unique(clusters, return_index=True)[1]]
    for _ in range(RESAMPLES):
        yield rng.permutation(of_cluster)[clusters]


def _within(values: Floats, clusters: Codes, rng: np.random.Generator) -> Iterator[Floats]:
    """Yield the values with the rows of each cluster changing places."""
    order = np.argsort(clusters, kind="stable")
    for _ in range(RESAMPLES):
        moved = np.empty_like(values)
        moved[order] = values[np.lexsort((rng.random(values.size), clusters))]
        yield moved
