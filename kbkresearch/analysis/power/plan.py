"""`power`: how many rows a study needs, what it can find, with which chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from kbkresearch.analysis.headings import in_words
from kbkresearch.analysis.power import surveys
from kbkresearch.analysis.power.designs import (
    MOST_N,
    OPTIONS,
    SURVEYS,
    Plannable,
    number,
    plan,
    whole,
)
from kbkresearch.analysis.power.texts import ASSUMPTIONS, HEADINGS, PLANNING, WORDS
from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.formats import fill
from kbkresearch.results import Result, Table, columns_of
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Design: TypeAlias = Literal[
    "correlation",
    "two_means",
    "two_proportions",
    "chi2",
    "regression",
    "ordinal",
    "slovin",
    "krejcie_morgan",
]
Alternative: TypeAlias = Literal["two-sided", "one-sided"]
_TAILS = {"two-sided": 2, "one-sided": 1}
_USUAL = 0.8
_UNSIGNED = frozenset({"r", "d", "h"})


@dataclass(frozen=True)
class Plan(Result):
    """Sample size, effect and power of a design, one of them solved for.

    Attributes
    ----------
    frame : DataFrame
        One row: ``design``, ``method``, ``solved_for``, ``n`` (whole sample, rounded so that the
        power is reached), ``n1`` and ``n2`` (groups), ``n_exact`` (before rounding),
        ``effect_name``, ``effect_size``, ``power`` (at ``n``), ``power_se`` (of a simulation),
        ``alpha``, ``alternative``. Samples for a proportion have ``population``, ``margin`` and
        ``share`` instead of effect and power.
    """

    @property
    def title(self) -> Text:
        """Return the title."""
        return Text("Perencanaan besar sampel", "Planning of the sample")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the plan as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        shown = self.frame if columns is None else self.frame[list(columns)]
        heads = columns_of(shown, HEADINGS)
        texts = [one.key for one in heads if one.kind == "text"]
        worded = in_words(shown, dict.fromkeys(texts, lambda name: WORDS.get(name, name)))
        return Table("plan", self.title, heads, worded, self.notes)


def power(
    design: Design,
    *,
    n: int | None = None,
    effect: float | None = None,
    power: float | None = None,
    alpha: float = 0.05,
    alternative: Alternative = "two-sided",
    method: Literal["exact", "fisher_z"] | None = None,
    ratio: float | None = None,
    p1: float | None = None,
    p2: float | None = None,
    df: int | None = None,
    predictors: int | None = None,
    tested: int | None = None,
    probabilities: Sequence[float] | None = None,
    predictor: Literal["groups", "normal"] | None = None,
    simulations: int | None = None,
    seed: int | None = None,
    population: int | None = None,
    margin: float | None = None,
    share: float | None = None,
) -> Plan:
    """Return sample size, detectable effect or power of a design, whichever is left out.

    Parameters
    ----------
    design : str
        ``"correlation"`` (effect: r), ``"two_means"`` (Cohen's d, t-test), ``"two_proportions"``
        (Cohen's h, or `p1` and `p2`), ``"chi2"`` (Cohen's w; `df`), ``"regression"`` (Cohen's f²;
        `predictors`, `tested`), ``"ordinal"`` (odds ratio under proportional odds, simulated;
        `probabilities`), ``"slovin"`` and ``"krejcie_morgan"`` (`population`).
    n : int, optional
        Whole sample, both groups together.
    effect : float, optional
        Effect on the scale of the design; the sign of r, d and h does not matter.
    power : float, optional
        Wanted chance to find the effect. 0.8 where only one of `n` and `effect` is given.
    alpha : float
        Significance level; for `slovin` and `krejcie_morgan` one minus the confidence level.
    alternative : {"two-sided", "one-sided"}
        Sides of the test.
    method : {"exact", "fisher_z"}, optional
        For a correlation: its exact distribution (default), or Fisher's z as in Cohen's tables.
    ratio : float, optional
        Size of the second group over that of the first; 1 by default.
    p1, p2 : float, optional
        Proportions in the groups. With `p1` alone the detectable effect is given as `p2` too.
    df : int, optional
        Degrees of freedom of the table: (rows - 1) (columns - 1).
    predictors, tested : int, optional
        Predictors of the regression, and how many of them are tested together (all by default).
    probabilities : sequence of float, optional
        Shares of the outcome's ordered categories where the predictor is 0.
    predictor : {"groups", "normal"}, optional
        Two groups (default), or a standard normal predictor: the effect is per standard deviation.
    simulations, seed : int, optional
        Samples drawn (2000 by default) and the seed of the draws.
    population : int, optional
        Size of the finite population.
    margin : float, optional
        Margin of error; 0.05 by default.
    share : float, optional
        Proportion assumed in the population; 0.5, the most cautious, by default.

    Returns
    -------
    Plan
        Its notes say what is assumed and what the number does not assure.

    Raises
    ------
    BadArgumentError
        If not exactly one of `n`, `effect` and `power` is to be solved, for values out of range,
        options of another design, and effects that no sample or no sample of the size finds.
    UnknownNameError
        For another design, alternative or method.

    Notes
    -----
    Power belongs to the planning of a study: the effect is one of interest, set before the data
    are seen. The power at the effect that was observed says no more than its p-value [1]_.

    References
    ----------
    .. [1] Hoenig JM, Heisey DM (2001). The abuse of power. The American Statistician 55:19-24.
    .. [2] Cohen J (1988). Statistical Power Analysis for the Behavioral Sciences, 2nd ed.

    Examples
    --------
    >>> plan = power("correlation", effect=0.3)
    >>> plan.frame[["n", "effect_name", "method"]].values.tolist()
    [[84, 'r', 'exact']]
    >>> power("two_means", effect=0.5, power=0.9).frame[["n", "n1", "n2"]].values.tolist()
    [[172, 86, 86]]
    >>> round(power("regression", n=100, predictors=5).frame["effect_size"].item(), 4)
    0.136
    >>> power("krejcie_morgan", population=1000).frame["n"].tolist()
    [278]
    """
    if design not in OPTIONS:
        raise UnknownNameError("design", design, OPTIONS)
    if alternative not in _TAILS:
        raise UnknownNameError("alternative", alternative, _TAILS)
    alpha = number("alpha", alpha, 0, 1)
    options = _given(
        design,
        method=method,
        ratio=ratio,
        p1=p1,
        p2=p2,
        df=df,
        predictors=predictors,
        tested=tested,
        probabilities=probabilities,
        predictor=predictor,
        simulations=simulations,
        seed=seed,
        population=population,
        margin=margin,
        share=share,
    )
    if design in SURVEYS:
        return _survey(design, alpha, options, (n, effect, power))
    effect = _from_shares(effect, options)
    solvable = plan(design, alpha, _TAILS[alternative], options)
    asked = _asked(n, effect, power, alpha, solvable)
    row = {"design": design, "method": solvable.method, **_solve(solvable, asked)}
    row.update(_second_share(row, options))
    frame = pd.DataFrame([{**row, "alpha": alpha, "alternative": alternative}])
    return Plan(frame, (*_notes(design, options, solvable), *PLANNING))


def _given(design: str, **options: Any) -> dict[str, Any]:
    """Return the options that were given; one of another design is an error."""
    given = {name: value for name, value in options.items() if value is not None}
    wrong = sorted(set(given) - OPTIONS[design])
    if wrong:
        allowed = ", ".join(sorted(OPTIONS[design]))
        raise BadArgumentError(f"{wrong[0]} is no option of {design}; its options: {allowed}.")
    return given


def _from_shares(effect: float | None, options: dict[str, Any]) -> float | None:
    """Return the effect h of two proportions where these are given."""
    shares = [number(key, options[key], 0, 1) for key in ("p1", "p2") if key in options]
    if not shares or (len(shares) == 1 and "p1" in options and effect is None):
        return effect
    if len(shares) == 1 or effect is not None:
        raise BadArgumentError("Give effect, or p1 and p2, or p1 alone to solve for the effect.")
    return abs(_angle(shares[0]) - _angle(shares[1]))


def _angle(share: float) -> float:
    return 2 * math.asin(math.sqrt(share))


def _second_share(row: dict[str, Any], options: dict[str, Any]) -> dict[str, float]:
    """Return p1 and p2 where p1 is known; p2 is missing where none is that far above."""
    if "p1" not in options:
        return {}
    end = _angle(options["p1"]) + row["effect_size"]
    above = math.sin(end / 2) ** 2 if end <= math.pi else math.nan
    return {"p1": options["p1"], "p2": options.get("p2", above)}


def _asked(
    n: int | None, effect: float | None, power: float | None, alpha: float, design: Plannable
) -> dict[str, float]:
    """Return the two of n, effect and power that are known."""
    if power is None and (n is None) != (effect is None):
        power = _USUAL
    given = {"n": n, "effect": effect, "power": power}
    known = {name: value for name, value in given.items() if value is not None}
    if len(known) != len(given) - 1:
        raise BadArgumentError(
            f"Two of n, effect and power are needed to solve for the third; given:"
            f" {', '.join(known) or 'none'}."
        )
    if "n" in known:
        whole("n", n, design.least)
    if "power" in known:
        number("power", power, alpha, 1)
    if effect is not None:
        size = abs(effect) if design.effect_name in _UNSIGNED else effect
        known["effect"] = number("effect", size, 0, design.most)
    if known.get("effect") == 1 and design.effect_name == "odds_ratio":
        raise BadArgumentError("effect is 1: an odds ratio of 1 is no effect.")
    return known


def _solve(design: Plannable, known: dict[str, float]) -> dict[str, Any]:
    """Solve for what is not known, and return the columns of the result."""
    solved = next(name for name in ("n", "effect", "power") if name not in known)
    if solved == "n":
        found = design.solve_n(known["effect"], known["power"])
        _reached(found, f"No sample up to {MOST_N:,} rows finds", known)
        exact = float(found or 0)
    else:
        exact = float(known["n"])
    effect = known.get("effect")
    if effect is None:
        effect = design.solve_effect(exact, known["power"])
        _reached(effect, f"No effect below {design.most:g} is found by", known)
    groups = _groups(exact, design.ratio, rounding=solved == "n")
    total = sum(groups) if groups else math.ceil(exact - 1e-6)
    actual = groups[1] / groups[0] if groups else None
    chance = design.power(total, float(effect or 0), actual)
    row = {"solved_for": solved, "n": total, "n_exact": exact}
    row |= dict(zip(("n1", "n2"), groups, strict=False))
    row |= {"effect_name": design.effect_name, "effect_size": effect, "power": chance}
    if design.simulated:
        row["power_se"] = float(np.sqrt(chance * (1 - chance) / design.simulated))
    return row


def _groups(n: float, ratio: float | None, *, rounding: bool) -> tuple[int, ...]:
    """Return the sizes of the two groups; rounded up where n was solved for."""
    if ratio is None:
        return ()
    if not rounding:
        first = round(n / (1 + ratio))
        if not 0 < first < round(n):
            raise BadArgumentError(f"n is {n:g}; with ratio {ratio:g} one group would be empty.")
        return first, round(n) - first
    first = math.ceil(n / (1 + ratio) - 1e-6)
    return first, math.ceil(ratio * first - 1e-6)


def _reached(found: float | None, problem: str, known: dict[str, float]) -> None:
    """Raise where there is no solution."""
    if found is None:
        asked = ", ".join(f"{name} {value:g}" for name, value in known.items())
        raise BadArgumentError(f"{problem} it ({asked}); ask for a larger effect or less power.")


def _notes(design: str, options: dict[str, Any], solvable: Plannable) -> tuple[Text, ...]:
    """Return what the numbers of a design rest on."""
    key = solvable.method if design == "correlation" else design
    if design == "ordinal":
        key = f"ordinal_{options.get('predictor', 'groups')}"
    return (fill(ASSUMPTIONS[key], {"simulations": solvable.simulated}),)


def _survey(
    design: str, alpha: float, options: dict[str, Any], wanted: tuple[float | None, ...]
) -> Plan:
    """Return the sample of a formula for one proportion."""
    if any(one is not None for one in wanted):
        raise BadArgumentError(
            f"{design} knows no n, effect or power: it only gives a sample size."
        )
    population = whole("population", options.get("population"), 1)
    margin = number("margin", options.get("margin", 0.05), 0, 1)
    if design == "slovin":
        share, exact = 0.5, surveys.slovin(population, margin)
        n = math.ceil(exact)
    else:
        share = number("share", options.get("share", 0.5), 0, 1)
        exact = surveys.krejcie_morgan(population, margin, 1 - alpha, share)
        n = surveys.half_up(exact)
    row = {"design": design, "method": design, "solved_for": "n", "n": n, "n_exact": exact}
    row |= {"population": population, "margin": margin, "share": share}
    row |= {} if design == "slovin" else {"alpha": alpha}
    return Plan(pd.DataFrame([row]), (ASSUMPTIONS[design], ASSUMPTIONS["survey"]))
