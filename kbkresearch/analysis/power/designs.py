"""The designs that can be planned: their options, and what is solved for each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kbkresearch.analysis.power import formulas
from kbkresearch.analysis.power.ordinal import OrdinalDesign
from kbkresearch.errors import BadArgumentError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPTIONS: Mapping[str, frozenset[str]] = {
    "correlation": frozenset({"method"}),
    "two_means": frozenset({"ratio"}),
    "two_proportions": frozenset({"ratio", "p1", "p2"}),
    "chi2": frozenset({"df"}),
    "regression": frozenset({"predictors", "tested"}),
    "ordinal": frozenset({"probabilities", "predictor", "ratio", "simulations", "seed"}),
    "slovin": frozenset({"population", "margin"}),
    "krejcie_morgan": frozenset({"population", "margin", "share"}),
}
SURVEYS = frozenset({"slovin", "krejcie_morgan"})
MOST_N = 10_000_000
_PREDICTORS = ("groups", "normal")
_METHODS = {
    "exact": formulas.correlation_exact,
    "fisher_z": formulas.correlation_fisher_z,
}


class Plannable(Protocol):
    """A design whose power is known for any sample size and effect.

    Attributes
    ----------
    method, effect_name : str
        Test whose power it is, and the scale of the effect.
    least : int
        Smallest sample for which there is a test.
    most : float
        Effects lie below it.
    ratio : float or None
        Size of the second group over that of the first; None without groups.
    simulated : int or None
        Samples drawn for each power; None where it is computed.
    """

    @property
    def method(self) -> str: ...  # noqa: D102 - see Attributes
    @property
    def effect_name(self) -> str: ...  # noqa: D102
    @property
    def least(self) -> int: ...  # noqa: D102
    @property
    def most(self) -> float: ...  # noqa: D102
    @property
    def ratio(self) -> float | None: ...  # noqa: D102
    @property
    def simulated(self) -> int | None: ...  # noqa: D102

    def power(self, n: float, effect: float, ratio: float | None = None) -> float:
        """Return the power; `ratio` is that of the groups as they are, in place of the planned."""

    def solve_n(self, effect: float, power: float) -> float | None:
        """Return the sample size that reaches a power; None if none does."""

    def solve_effect(self, n: float, power: float) -> float | None:
        """Return the effect that is found with a power; None if none is."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A design with a formula for its power; attributes as in `Plannable`."""

    method: str
    effect_name: str
    least: int
    most: float
    at: Callable[..., float]
    ratio: float | None = None
    simulated: int | None = None

    def power(self, n: float, effect: float, ratio: float | None = None) -> float:
        """Return the power."""
        return self.at(n, effect, **({} if ratio is None else {"ratio": ratio}))

    def solve_n(self, effect: float, power: float) -> float | None:
        """Return the sample size that reaches a power; None if none does."""
        return formulas.solve(power, self.least, MOST_N, lambda n: self.at(n, effect))

    def solve_effect(self, n: float, power: float) -> float | None:
        """Return the effect that is found with a power; None if none is."""
        return formulas.solve(power, 1e-9, self.most, lambda effect: self.at(n, effect))


@dataclass(frozen=True, slots=True)
class Simulated:
    """A design whose power is simulated; attributes as in `Plannable`."""

    design: OrdinalDesign
    ratio: float | None
    simulated: int | None
    least: int
    method: str = field(default="proportional_odds_score", init=False)
    effect_name: str = field(default="odds_ratio", init=False)
    most: float = field(default=1000.0, init=False)

    def power(self, n: float, effect: float, ratio: float | None = None) -> float:  # noqa: ARG002
        """Return the power."""
        self._check_side(effect)
        return self.design.power(round(n), effect)

    def solve_n(self, effect: float, power: float) -> float | None:
        """Return the sample size that reaches a power; None if none does."""
        self._check_side(effect)
        return self.design.solve_n(effect, power)

    def _check_side(self, effect: float) -> None:
        """Refuse an effect on the side that a one-sided test does not look at."""
        if self.design.tails == 1 and effect < 1:
            raise BadArgumentError(
                f"effect is {effect:g}; a one-sided test looks for odds ratios above 1. Turn the"
                " outcome's categories round, or test two-sided."
            )

    def solve_effect(self, n: float, power: float) -> float | None:
        """Return the effect that is found with a power; None if none is."""
        return self.design.solve_effect(round(n), power, self.most)


def plan(design: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    """Return a design with its options, ready to be solved.

    Parameters
    ----------
    design : str
        A key of `OPTIONS` that is none of `SURVEYS`.
    alpha : float
    tails : {1, 2}
    options : mapping of str to object
        Options given.

    Returns
    -------
    Plannable

    Raises
    ------
    BadArgumentError, UnknownNameError
        For options that are lacking or out of range.
    """
    builders = {
        "correlation": _correlation,
        "two_means": _two_groups,
        "two_proportions": _two_groups,
        "chi2": _chi_square,
        "regression": _regression,
        "ordinal": _ordinal,
    }
    return builders[design](design, alpha, tails, options)


def _correlation(_: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    method = options.get("method", "exact")
    if method not in _METHODS:
        raise UnknownNameError("method for a correlation", method, _METHODS)
    at = partial(_METHODS[method], alpha=alpha, tails=tails)
    return Curve(method, "r", 4, 1 - 1e-9, at)


def _two_groups(design: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    ratio = _ratio(options)
    if design == "two_means":
        at = partial(formulas.two_means, alpha=alpha, tails=tails, ratio=ratio)
        return Curve("student_t", "d", 4, 100.0, at, ratio)
    at = partial(formulas.two_proportions, alpha=alpha, tails=tails, ratio=ratio)
    return Curve("arcsine", "h", 4, math.pi, at, ratio)


def _chi_square(_: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    _two_sided(tails, "chi2")
    df = whole("df", options.get("df"), 1)
    return Curve("chi2", "w", 2, 100.0, partial(formulas.chi_square, alpha=alpha, df=df))


def _regression(_: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    _two_sided(tails, "regression")
    predictors = whole("predictors", options.get("predictors"), 1)
    tested = whole("tested", options.get("tested", predictors), 1)
    if tested > predictors:
        raise BadArgumentError(f"tested is {tested}; the model has {predictors} predictors only.")
    at = partial(formulas.regression, alpha=alpha, tested=tested, predictors=predictors)
    return Curve("f_test", "f2", predictors + 2, 1000.0, at)


def _ordinal(_: str, alpha: float, tails: int, options: Mapping[str, Any]) -> Plannable:
    predictor = options.get("predictor", "groups")
    if predictor not in _PREDICTORS:
        raise UnknownNameError("predictor", predictor, _PREDICTORS)
    if predictor == "normal" and "ratio" in options:
        raise BadArgumentError("ratio is for predictor='groups'; a normal predictor has no groups.")
    ratio = _ratio(options) if predictor == "groups" else None
    simulations = whole("simulations", options.get("simulations", 2000), 100)
    seed = whole("seed", options.get("seed", 1), 0)
    shares = _shares(options.get("probabilities"))
    design = OrdinalDesign(shares, ratio, alpha, tails, simulations, seed)
    return Simulated(design, ratio, simulations, len(shares) + 2)


def _shares(given: Any) -> np.ndarray:
    """Return the probabilities of the outcome's categories."""
    shares = np.atleast_1d(np.asarray([] if given is None else given, dtype=float))
    proper = shares.ndim == 1 and len(shares) > 1 and bool((shares > 0).all())
    if not proper or not math.isclose(shares.sum(), 1, abs_tol=1e-6):
        raise BadArgumentError(
            f"probabilities is {given!r}; positive shares of at least two ordered categories that"
            " add up to 1 are needed, for instance (0.15, 0.31, 0.54)."
        )
    found: np.ndarray = shares / shares.sum()
    return found


def _ratio(options: Mapping[str, Any]) -> float:
    return number("ratio", options.get("ratio", 1.0), 0, math.inf)


def _two_sided(tails: int, design: str) -> None:
    if tails == 1:
        raise BadArgumentError(f"The test of {design} has no sides: leave alternative as it is.")


def number(name: str, value: Any, low: float, high: float) -> float:
    """Return an argument that is a number inside an open interval, else raise."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = math.nan
    if not low < found < high:
        raise BadArgumentError(f"{name} is {value!r}; a number between {low:g} and {high:g}.")
    return found


def whole(name: str, value: Any, least: int) -> int:
    """Return an argument that is a whole number, else raise."""
    if isinstance(value, bool) or value is None or value != int(value) or value < least:
        raise BadArgumentError(f"{name} is {value!r}; a whole number from {least} is needed.")
    return int(value)
