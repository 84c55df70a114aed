"""`assumptions`: every check of what a model assumes, one row each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch.analysis.assumptions.case import Case
from kbkresearch.analysis.assumptions.methods import method_of, null_of
from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.analysis.assumptions.readings import read
from kbkresearch.analysis.assumptions.reasons import PERFECT, reason
from kbkresearch.analysis.assumptions.registry import CHECKS
from kbkresearch.analysis.headings import headings
from kbkresearch.errors import UnknownNameError
from kbkresearch.results import Result, Table
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from matplotlib.axes import Axes

    from kbkresearch.analysis.regression.fit import Fit

_COLUMNS = (
    "test", "what", "statistic", "df", "df2", "p_value", "null", "method", "n", "reading", "advice",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Assumptions(Result):
    """Checks of what a model assumes.

    Attributes
    ----------
    frame : DataFrame
        One row per check: ``test``; ``what`` (the term it is about, empty for the model);
        ``statistic``, ``df``, ``df2``, ``p_value``; ``null``; ``method`` (the exact variant);
        ``n``; ``reading`` (how large the departure is) and ``advice``. Where a check does not
        apply, statistic and p-value are missing and the reading says why.
    notes : tuple of Text
        What a reader of many checks must know.
    fit : Fit
        The model checked.
    """

    fit: Fit = field(repr=False)

    @property
    def title(self) -> Text:
        """Return the title."""
        own = self.fit.title
        return Text(f"Pemeriksaan asumsi. {own.id}", f"Checks of assumptions. {own.en}")

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the checks as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame`; all by default.

        Returns
        -------
        Table
        """
        names = list(_COLUMNS) if columns is None else list(columns)
        shown = headings(names, self.frame)
        return Table("assumptions", self.title, shown, self.frame, self.notes, self.source)

    def plot(self, ax: Axes | None = None, lang: str = "id") -> Axes:
        """Draw four diagnostic panels that suit the model.

        Parameters
        ----------
        ax : Axes, optional
            The panels take its place; a new figure by default.
        lang : {"id", "en"}

        Returns
        -------
        Axes
            The first panel; all are in ``.figure.axes``.
        """
        from kbkresearch.analysis.assumptions.plots import diagnostic_plot

        return diagnostic_plot(self.fit, ax, lang)


def assumptions(fit: Fit, tests: Sequence[str] | None = None) -> Assumptions:
    """Check what a fitted model assumes.

    Parameters
    ----------
    fit : Fit
        From `kbkresearch.analysis.regression.regress.regress`.
    tests : sequence of str, optional
        Some of `kbkresearch.analysis.assumptions.registry.TESTS`; all by default.

    Returns
    -------
    Assumptions
        A row for every check, also for those that do not apply to the model.

    Raises
    ------
    UnknownNameError
        For an unknown check.

    Notes
    -----
    Tests of residuals take those of weighted least squares times the roots of the weights, and
    Pearson's for other models. No row gives a verdict: readings word the size of a departure by
    published rules of thumb, and p stands beside it.

    Examples
    --------
    >>> import pandas as pd
    >>> from kbkresearch.analysis.regression.regress import regress
    >>> data = pd.DataFrame({"score": [2.1, 2.9, 3.2, 3.8, 2.5, 3.1, 2.2, 3.6],
    ...                      "doctors": [1, 2, 3, 4, 1, 3, 2, 4]})
    >>> found = assumptions(regress("score ~ doctors", data), ["durbin_watson", "vif"])
    >>> found.frame[["test", "what", "statistic"]].round(3).to_dict("list")
    {'test': ['durbin_watson', 'vif'], 'what': ['', 'doctors'], 'statistic': [1.626, 1.0]}
    """
    chosen = list(CHECKS) if tests is None else list(tests)
    for name in chosen:
        if name not in CHECKS:
            raise UnknownNameError("check", name, CHECKS)
    case = Case(fit)
    rows = [(name, check) for name in CHECKS if name in chosen for check in checks_of(case, name)]
    return Assumptions(_frame(case, rows), _notes(case, rows), fit)


def checks_of(case: Case, test: str) -> list[Check]:
    """Run one check on a fit; where it does not apply, return why.

    Parameters
    ----------
    case : Case
    test : str

    Returns
    -------
    list of Check
    """
    entry = CHECKS[test]
    if case.model not in entry.models:
        return [Check(n=case.n, problem=reason(test, case.model))]
    if entry.of_residuals and case.model in {"ols", "mixed"} and case.perfect:
        return [Check(n=case.n, problem=PERFECT)]
    return [_finite(one) for one in entry.run(case)]


def _finite(check: Check) -> Check:
    """Turn a statistic that arithmetic did not give into a problem."""
    if check.problem is not None or np.isfinite(check.statistic):
        return check
    return replace(check, statistic=np.nan, p_value=np.nan, problem=_NO_NUMBER)


_NO_NUMBER = Text(
    "statistik tidak dapat dihitung pada data ini",
    "the statistic has no finite value on these data",
)


def _frame(case: Case, rows: Sequence[tuple[str, Check]]) -> pd.DataFrame:
    """Return checks as rows."""
    import pandas as pd

    records = [_record(case, test, check) for test, check in rows]
    texts = {"null", "method", "reading", "advice"}
    return pd.DataFrame({
        name: pd.Series([one[name] for one in records], dtype=object if name in texts else None)
        for name in _COLUMNS
    })  # fmt: skip


def _record(case: Case, test: str, check: Check) -> dict[str, Any]:
    """Return a check as a row."""
    place = check.sizes.get("row")
    label = "" if place is None else case.design.index[int(place)]
    reading, advice = read(test, check, label)
    return {
        "test": test, "what": check.what, "statistic": check.statistic, "df": check.df,
        "df2": check.df2, "p_value": check.p_value, "null": null_of(test, check.variant),
        "method": method_of(test, check.variant), "n": check.n, "reading": reading,
        "advice": advice,
    }  # fmt: skip


def _notes(case: Case, rows: Sequence[tuple[str, Check]]) -> tuple[Text, ...]:
    """Say what many checks, their size, the order of rows and clusters mean for p-values."""
    tested = [check for _, check in rows if check.p_value == check.p_value]
    notes = [_many(len(tested)), _power(case.n), _THUMB]
    if any(test in _ORDERED and check.problem is None for test, check in rows):
        notes.append(_ORDER)
    if case.design.clusters is not None:
        notes.append(_clusters(case.design.cluster_name))
    if case.model in {"ols", "mixed"} and case.design.weights is not None:
        notes.append(_WEIGHTS)
    return tuple(notes)


_ORDERED = ("durbin_watson", "breusch_godfrey", "runs")
_THUMB = Text(
    "Kata kecil, sedang dan besar mengikuti patokan ukuran (misalnya VIF 5 dan 10, rasio ragam 1,5"
    " dan 4, jarak Cook 0,5 dan 1), bukan nilai p; patokan itu kebiasaan, bukan hukum.",
    "Slight, moderate and marked follow rules of thumb on size (VIF 5 and 10, ratio of variances"
    " 1.5 and 4, Cook's distance 0.5 and 1, for example), not p; such rules are custom, not law.",
)
_ORDER = Text(
    "Durbin-Watson, Breusch-Godfrey dan runs memakai baris dalam urutan seperti adanya dalam data;"
    " urutkan menurut waktu dulu bila itu yang dimaksud.",
    "Durbin-Watson, Breusch-Godfrey and runs take rows in the order in which they stand in the"
    " data; sort by time first where that is meant.",
)
_WEIGHTS = Text(
    "Residual dikalikan akar bobot sebelum diperiksa.",
    "Residuals were multiplied by the roots of the weights before they were checked.",
)


def _many(tested: int) -> Text:
    """Say that some of many tests fail by chance."""
    expected = f"{0.05 * tested:.1f}"
    return Text(
        f"{tested} nilai p dihitung; bila semua asumsi benar, sekitar {expected.replace('.', ',')}"
        " di antaranya tetap di bawah 0,05 karena kebetulan.",
        f"{tested} p-values were computed; with all assumptions true about {expected} of them would"
        " still fall below 0.05 by chance.",
    )


def _power(n: int) -> Text:
    """Say what n does to tests."""
    return Text(
        f"n = {n}: dalam sampel kecil uji tidak peka, dalam sampel besar uji menolak penyimpangan"
        " yang tidak berarti. Baca besarnya penyimpangan dan gambar, bukan p saja.",
        f"n = {n}: in small samples tests have no power, in large ones they reject trifles. Read"
        " the size of the departure and the figure, not p alone.",
    )


def _clusters(name: str) -> Text:
    """Say that the tests do not know of clusters."""
    return Text(
        f"Baris dalam {name} yang sama saling bergantung; uji residual menganggap baris bebas,"
        " sehingga p-nya terlalu kecil.",
        f"Rows of one {name} depend on each other; tests of residuals take rows as independent, so"
        " that their p-values are too small.",
    )
