"""What a check says, by the size of the departure besides p, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from kbkresearch import formats
from kbkresearch.analysis.assumptions import advice
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbkresearch.analysis.assumptions.model import Check

Size: TypeAlias = "Callable[[Mapping[str, float]], float]"

_DEGREES = (
    Text("Kecil", "Slight"),
    Text("Sedang", "Moderate"),
    Text("Besar", "Marked"),
)
_UNKNOWN = Text("Besarnya tidak dapat diukur", "Its size cannot be measured")
_SMALLEST_P, _BY_CHANCE = 0.001, 0.1


@dataclass(frozen=True, slots=True)
class Scale:
    """How the size of a departure is measured and worded.

    Attributes
    ----------
    size : callable
        The size, from the statistic and the sizes of a check.
    limits : tuple of float
        From which size on it counts as moderate, and as marked.
    sentence : Text
        What is said, with places for the numbers.
    """

    size: Size
    limits: tuple[float, float]
    sentence: Text

    def degree(self, values: Mapping[str, float]) -> int | None:
        """Return 0, 1 or 2; None where the size is not known."""
        found = self.size(values)
        if found != found:  # noqa: PLR0124 - not a number
            return None
        return sum(found >= limit for limit in self.limits)


def _fold(ratio: float) -> float:
    """Return a ratio and its inverse as one size."""
    return ratio if ratio >= 1 or ratio != ratio else (1 / ratio if ratio else float("inf"))  # noqa: PLR0124


_SHAPE = Text(
    "kemencengan {skewness:2}, kurtosis berlebih {kurtosis:2} (normal: 0 dan 0)",
    "skewness {skewness:2}, excess kurtosis {kurtosis:2} (normal: 0 and 0)",
)
_SPREAD = Text(
    "ragam residual di sepertiga baris yang diduga paling menyebar {ratio:2} kali sepertiga yang"
    " paling rapat",
    "the variance of residuals in the third of rows where they should spread most is {ratio:2}"
    " times that where they should spread least",
)
_CORRELATION = Text(
    "korelasi dengan baris sebelumnya {rho:2}", "correlation with the row before {rho:2}"
)

# limits: skewness 0.5 and 1 (Bulmer 1979), kurtosis twice that and more
_NORMALITY = Scale(
    lambda v: max(abs(v["skewness"]), abs(v["kurtosis"]) / 2), (0.5, 1.0), _SHAPE
)  # fmt: skip
_VARIANCES = Scale(lambda v: _fold(v["ratio"]), (1.5, 4.0), _SPREAD)
_ROW_ORDER = Scale(lambda v: abs(v["rho"]), (0.1, 0.3), _CORRELATION)
_ADDED = Scale(
    lambda v: v["excess"],
    (0.01, 0.05),
    Text("R² (atau padanannya) naik {r2_rise:4}", "R² (or its like) rises by {r2_rise:4}"),
)
_DISPERSION = Scale(
    lambda v: _fold(v["ratio"]),
    (1.2, 1.5),
    Text(
        "ragam {ratio:2} kali yang dianggap model", "variance {ratio:2} times what the model says"
    ),
)
_ALPHA = Scale(
    _DISPERSION.size,
    _DISPERSION.limits,
    Text(
        "alpha = {alpha:4}; pada cacahan rata-rata ragam {ratio:2} kali Poisson",
        "alpha = {alpha:4}; at the mean count the variance is {ratio:2} times Poisson's",
    ),
)

SCALES: dict[str, Scale] = {
    **dict.fromkeys(("shapiro_wilk", "lilliefors", "jarque_bera", "anderson_darling"), _NORMALITY),
    "ks_spss": Scale(
        lambda _: float("nan"),
        (1.0, 1.0),
        Text(
            "D = {d:3}; p ini terlalu besar karena rata-rata dan ragam ditaksir, yang benar"
            " (Lilliefors) sekitar {lilliefors_p:3}",
            "D = {d:3}; this p is too large since mean and variance are estimated, the right one"
            " (Lilliefors) is about {lilliefors_p:3}",
        ),
    ),
    **dict.fromkeys(("breusch_pagan", "koenker", "white", "glejser"), _VARIANCES),
    "glejser:t": Scale(
        lambda v: abs(v["change"]),
        (0.1, 0.3),
        Text(
            "|residual| berubah {change_pct:1}% dari rata-ratanya per simpangan baku kolom",
            "|residual| changes by {change_pct:1}% of its mean per standard deviation of the"
            " column",
        ),
    ),
    "durbin_watson": Scale(
        _ROW_ORDER.size,
        _ROW_ORDER.limits,
        Text(
            "d = {statistic:2} (2 tanpa korelasi), korelasi dengan baris sebelumnya {rho:2}, p dua"
            " arah {p_two_sided:3}",
            "d = {statistic:2} (2 without correlation), correlation with the row before {rho:2},"
            " two-sided p {p_two_sided:3}",
        ),
    ),
    "breusch_godfrey": _ROW_ORDER,
    "runs": Scale(
        lambda v: abs(v["runs"] / v["expected"] - 1),
        (0.1, 0.3),
        Text("{runs} runs, diharapkan {expected:1}", "{runs} runs, {expected:1} expected"),
    ),
    "reset": _ADDED,
    "linearity": _ADDED,
    "vif": Scale(
        lambda v: v["scaled"],
        (5.0, 10.0),
        Text(
            "ragam koefisien {scaled:2} kali yang tanpa hubungan dengan suku lain (tolerance"
            " {tolerance:3})",
            "variance of the coefficient {scaled:2} times that without relation to other terms"
            " (tolerance {tolerance:3})",
        ),
    ),
    "condition_number": Scale(
        lambda v: v["statistic"],
        (10.0, 30.0),
        Text(
            "bilangan kondisi {statistic:1} (5-10 lemah, di atas 30 kuat)",
            "condition number {statistic:1} (5-10 weak, above 30 strong)",
        ),
    ),
    "cooks_distance": Scale(
        lambda v: v["statistic"],
        (0.5, 1.0),
        Text(
            "terbesar {statistic:3} pada baris {label}; {far} dari {n} baris ({share_pct:1}%) di"
            " atas 4/n",
            "largest {statistic:3} in row {label}; {far} of {n} rows ({share_pct:1}%) above 4/n",
        ),
    ),
    "cooks_distance:alone": Scale(
        lambda _: float("inf"),
        (0.5, 1.0),
        Text(
            "baris yang menentukan satu koefisien sendirian (leverage 1): {alone}; dari yang lain"
            " terbesar {statistic:3} pada baris {label}",
            "rows that determine a coefficient alone (leverage 1): {alone}; of the others the"
            " largest is {statistic:3} in row {label}",
        ),
    ),
    "overdispersion": _DISPERSION,
    "overdispersion:boundary_lr": _ALPHA,
    "overdispersion:boundary_negbin": _ALPHA,
    "zero_inflation": Scale(
        lambda v: _fold(v["ratio"]),
        (1.1, 1.33),
        Text(
            "{found} nol ditemukan, {expected:1} diharapkan (rasio {ratio:2})",
            "{found} zeros found, {expected:1} expected (ratio {ratio:2})",
        ),
    ),
    "hosmer_lemeshow": Scale(
        lambda v: v["gap_pct"],
        (5.0, 10.0),
        Text(
            "selisih terbesar antara bagian yang ditemukan dan peluang dugaan {gap_pct:1} poin"
            " persen ({groups} kelompok, nilai harapan terkecil {smallest:1})",
            "largest gap between share found and fitted probability {gap_pct:1} percentage points"
            " ({groups} groups, smallest expected number {smallest:1})",
        ),
    ),
    "parallel_lines": Scale(
        lambda v: v["excess"],
        (0.01, 0.05),
        Text(
            "koefisien per ambang menjelaskan {r2_rise:4} lagi (padanan R²)",
            "coefficients by threshold explain {r2_rise:4} more (an R² equivalent)",
        ),
    ),
}  # fmt: skip


def scale_of(test: str, variant: str) -> Scale:
    """Return how the size of a departure is measured.

    Parameters
    ----------
    test, variant : str

    Returns
    -------
    Scale
    """
    return SCALES.get(f"{test}:{variant}", SCALES[test])


def read(test: str, check: Check, label: object = "") -> tuple[Text, Text]:
    """Return what a check says and what to do.

    Parameters
    ----------
    test : str
    check : Check
    label : object
        Label of the row with the largest Cook's distance.

    Returns
    -------
    reading, advice : Text
    """
    if check.problem is not None:
        no = Text(f"tidak berlaku: {check.problem.id}", f"not applicable: {check.problem.en}")
        return no, advice.instead(test)
    scale, values = scale_of(test, check.variant), _values(check)
    degree = scale.degree(values)
    size = formats.fill(scale.sentence, values | {"label": str(label), "n": check.n})
    start = _start(test, degree)
    p = _p_text(check.p_value)
    reading = Text(
        f"{start.id}{_capital(size.id, start)}{p.id}.",
        f"{start.en}{_capital(size.en, start)}{p.en}.",
    )
    chance = check.p_value == check.p_value and check.p_value > _BY_CHANCE
    return reading, advice.advise(test, check.variant, degree, by_chance=chance)


def _start(test: str, degree: int | None) -> Text:
    """Return the words before the numbers."""
    if degree is None:
        return Text("", "") if test == "ks_spss" else Text(f"{_UNKNOWN.id}: ", f"{_UNKNOWN.en}: ")
    return Text(f"{_DEGREES[degree].id}: ", f"{_DEGREES[degree].en}: ")


def _capital(sentence: str, start: Text) -> str:
    """Begin with a capital letter where nothing stands before."""
    return sentence if start else sentence[:1].upper() + sentence[1:]


def _values(check: Check) -> dict[str, float]:
    """Return the numbers that sentences may hold."""
    values = {"statistic": check.statistic, **check.sizes}
    if "change" in values:
        values["change_pct"] = 100 * values["change"]
    if "scaled" in values:
        values["tolerance"] = 1 / values["scaled"]
    return values


def _p_text(p: float) -> Text:
    """Return a p-value as the end of a sentence."""
    if p != p:  # noqa: PLR0124 - not a number
        return Text("", "")
    if p < _SMALLEST_P:
        return Text("; p < 0,001", "; p < 0.001")
    return formats.fill(Text("; p = {p:3}", "; p = {p:3}"), {"p": p})
