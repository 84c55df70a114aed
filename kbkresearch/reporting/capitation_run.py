"""What ``kbk capitation`` computes of a file: strata, rates, reference, evaluation, suppression."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kbkresearch.capitation.adjusted import AdjustedCapitation, adjusted_capitation
from kbkresearch.capitation.ages import read_bands, read_sexes
from kbkresearch.capitation.capitate import SMALL, Capitation, capitation
from kbkresearch.capitation.columns import needed
from kbkresearch.capitation.evaluate import Evaluation
from kbkresearch.capitation.files import evaluate_file, strata_of_file
from kbkresearch.capitation.standardise import StandardisedRates, standardise
from kbkresearch.capitation.strata import strata_of
from kbkresearch.capitation.suppress import suppressed
from kbkresearch.errors import BadArgumentError, MissingColumnsError, UnknownNameError
from kbkresearch.intake.strata import read_strata
from kbkresearch.results import is_synthetic, marked
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from kbkresearch.capitation.strata import Counts
    from kbkresearch.findings import Findings
    from kbkresearch.results import ShownResult

POOLED = "pooled"
FEW = 3
_FACILITY, _DIVISION, _STRATUM = "facility_id", "stratum_kind", "stratum"
_USUAL = ("age_band", "sex")
_OF_MEMBERS = {"member_id", "age_years"}
_YEAR = 12
_UNDECLARED = Text(
    "TIDAK DINYATAKAN berapa bulan yang dicakup berkas peserta: dianggap 12. Nyatakan --months.",
    "NOT DECLARED how many months the member file covers: taken as 12. Declare --months.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a user asked for.

    Attributes
    ----------
    file : str
    unit_cost_rp : float or None
    paid_pmpm_rp : float, dict of facility to float, or None
    by : tuple of str
        Empty for the columns that the file has.
    reference : str or None
        ``"pooled"`` or a file.
    months : float or None
    counts : {"total", "average"} or None
    period : {"month", "year"}
    marginal : bool
    suppress : int or None
    sheet : str or None
    """

    file: str
    unit_cost_rp: float | None = None
    paid_pmpm_rp: float | dict[object, float] | None = None
    by: tuple[str, ...] = ()
    reference: str | None = None
    months: float | None = None
    counts: Counts | None = None
    period: Any = "month"
    marginal: bool = False
    suppress: int | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """What was computed.

    Attributes
    ----------
    results : dict of str to ShownResult
        ``capitation``, and where they could be computed ``pooled`` (all facilities together),
        ``standardised``, ``adjusted``, ``evaluation``, ``evaluation_adjusted``.
    findings : Findings or None
        Of reading a table of strata.
    file : str
    """

    results: dict[str, ShownResult]
    findings: Findings | None = field(repr=False)
    file: str

    @property
    def capitation(self) -> Capitation:
        """Return rates, tariffs and funds by facility."""
        found = self.results["capitation"]
        if not isinstance(found, Capitation):
            raise TypeError(type(found))
        return found


@dataclass(frozen=True, slots=True)
class _Data:
    """Cells of a file and how they were counted."""

    cells: pd.DataFrame = field(repr=False)
    by: tuple[str, ...]
    months: float
    counts: Counts | None
    of_members: bool
    findings: Findings | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """Return the columns that make the groups."""
        return (_FACILITY,) if _FACILITY in self.cells else ()


def compute(asked: Asked, step: Callable[[str], None] = lambda _: None) -> Run:
    """Compute everything that a file and the options allow.

    Parameters
    ----------
    asked : Asked
    step : callable, optional
        Told what is being done.

    Returns
    -------
    Run

    Raises
    ------
    KbkError
    """
    step(Path(asked.file).name)
    data = _members(asked) if is_of_members(asked.file) else _aggregates(asked)
    data.cells.attrs["file"] = Path(asked.file).name
    if "synth" in Path(asked.file).stem.lower() or "sintet" in Path(asked.file).stem.lower():
        data.cells.attrs["synthetic"] = True
    step("capitation")
    results: dict[str, ShownResult] = {"capitation": _capitation(asked, data, data.groups)}
    if data.groups and data.cells[_FACILITY].nunique() > FEW:
        alone = replace(data, cells=data.cells.drop(columns="unit_cost_rp", errors="ignore"))
        if asked.unit_cost_rp is not None or "cost_rp" in data.cells:
            results["pooled"] = _capitation(asked, alone, (), paid=False)
    if asked.reference is not None:
        step(f"reference {asked.reference}")
        results |= _against_reference(asked, data)
    if data.of_members and asked.paid_pmpm_rp is not None:
        step("evaluation")
        results |= _evaluated(asked, data, results.get("adjusted"))
    below = asked.suppress if asked.suppress is not None else SMALL * data.of_members
    shown = {name: _hidden(one, data, below) for name, one in results.items()}
    sourced = {name: _sourced(name, one, data.cells) for name, one in shown.items()}
    return Run(sourced, data.findings, data.cells.attrs["file"])


def is_of_members(path: str) -> bool:
    """Tell whether a file holds one row per member: by its columns, without reading its rows."""
    ending = Path(path).suffix.lower()
    if ending not in {".parquet", ".csv", ".tsv", ".gz"} or not Path(path).is_file():
        return False
    import duckdb

    reader = "read_parquet" if ending == ".parquet" else "read_csv"
    quoted = path.replace("'", "''")
    try:
        with duckdb.connect() as con:
            there = con.sql(f"select * from {reader}('{quoted}') limit 0").columns  # noqa: S608
    except duckdb.Error:
        return False
    return bool(_OF_MEMBERS & set(there))


def _members(asked: Asked) -> _Data:
    """Add up a file of members."""
    by, months = asked.by or _USUAL, _YEAR if asked.months is None else asked.months
    cells = strata_of_file(asked.file, by, months=months)
    return _Data(cells, by, months, "total", of_members=True)


def _aggregates(asked: Asked) -> _Data:
    """Read a table of strata."""
    reading = read_strata(asked.file, sheet=asked.sheet)
    table = _one_spelling(_one_division(reading.table, asked))
    found = asked.by or tuple(name for name in _USUAL if name in table)
    by = found or ((_STRATUM,) if _STRATUM in table else ())
    if not by:
        raise MissingColumnsError(
            f"{reading.file} has no age band, sex or stratum; name the columns with --by.",
            list(table.columns),
        )
    needed(table, [*by, "visits"], reading.file)
    months = 1 if asked.months is None else asked.months
    return _Data(table, by, months, asked.counts, of_members=False, findings=reading.findings)


def _one_division(table: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Take one division of members from a table that holds several, each of the same members."""
    if _DIVISION not in table or _STRATUM not in table:
        return table
    kinds = list(table[_DIVISION].unique())
    wanted = [name for name in asked.by if name in kinds] or kinds[:1]
    if len(wanted) > 1:
        raise BadArgumentError(
            f"--by {','.join(wanted)}: the file divides the same members by each alone"
            f" ({_DIVISION}); ask for one."
        )
    one = table[table[_DIVISION] == wanted[0]]
    return one.drop(columns=_DIVISION).rename(columns={_STRATUM: wanted[0]})


def _one_spelling(table: pd.DataFrame) -> pd.DataFrame:
    """Return strata with ages and sexes in one spelling, whatever keys them later."""
    table = table.copy()
    if "age_band" in table:
        table["age_band"] = [str(one) for one in read_bands(table["age_band"].tolist())]
    if "sex" in table:
        table["sex"] = read_sexes(table["sex"].tolist())
    return table


def _capitation(
    asked: Asked, data: _Data, groups: tuple[str, ...], *, paid: bool = True
) -> Capitation:
    """Return rates, tariffs and funds."""
    found = capitation(
        data.cells,
        by=data.by,
        unit_cost_rp=_unit_cost(asked, data),
        paid_pmpm_rp=_paid(asked, data) if paid else None,
        months=data.months,
        counts=data.counts,
        period=asked.period,
        groups=groups,
        marginal=asked.marginal,
    )
    if data.of_members and asked.months is None:
        found = replace(found, notes=(*found.notes, _UNDECLARED))
    return found


def _unit_cost(asked: Asked, data: _Data) -> float | pd.DataFrame | None:
    """Return the cost of a visit: asked for, a column of the file, or from its costs."""
    if asked.unit_cost_rp is not None:
        return asked.unit_cost_rp
    if "unit_cost_rp" in data.cells:
        return data.cells[[*data.groups, *data.by, "unit_cost_rp"]].drop_duplicates()
    if "cost_rp" in data.cells:
        return None
    raise BadArgumentError("--unit-cost is needed: the file has no unit_cost_rp and no cost_rp.")


def _paid(asked: Asked, data: _Data) -> float | dict[object, float] | None:
    """Return what is paid, by facility as the file writes it."""
    paid = asked.paid_pmpm_rp
    if not isinstance(paid, dict):
        return paid
    there = list(data.cells[_FACILITY].unique()) if data.groups else []
    names = [str(one) for one in there]
    for name in paid:
        if name not in names:
            raise UnknownNameError("facility in --paid", name, names)
    lacking = [name for name in names if name not in paid]
    if lacking:
        raise BadArgumentError(f"--paid has no figure for {', '.join(lacking[:5])}.")
    return {one: paid[str(one)] for one in there}


def _against_reference(asked: Asked, data: _Data) -> dict[str, ShownResult]:
    """Return visits against those expected, and the payment adjusted for the mix of members."""
    standard: Any = POOLED
    if asked.reference is not None and asked.reference != POOLED:
        other = replace(asked, file=asked.reference, by=data.by)
        read = _members(other) if is_of_members(other.file) else _aggregates(other)
        standard = strata_of(read.cells, data.by, read.months, read.counts)
    counted = strata_of(data.cells, [*data.groups, *data.by], data.months, data.counts)
    counted.attrs = data.cells.attrs
    columns: dict[str, Any] = {"by": data.by, "groups": data.groups, "standard": standard}
    found: dict[str, ShownResult] = {
        "standardised": standardise(
            counted, population="member_months", method="indirect", **columns
        )
    }
    if asked.paid_pmpm_rp is not None and data.groups:
        found["adjusted"] = _adjusted(asked, data, standard)
    return found


def _adjusted(asked: Asked, data: _Data, rates: pd.DataFrame | str) -> AdjustedCapitation:
    base = _paid(asked, data)
    return adjusted_capitation(
        data.cells,
        data.by,
        0.0 if base is None else base,
        rates=rates,
        groups=data.groups,
        months=data.months,
        counts=data.counts,
    )


def _evaluated(asked: Asked, data: _Data, adjusted: ShownResult | None) -> dict[str, ShownResult]:
    """Return how what is paid fits cost, and how the adjusted payment would."""
    one_rate = data.cells[list(data.by)].drop_duplicates()
    flat = _adjusted(asked, data, one_rate.assign(members=1.0, member_months=1.0, visits=1.0))
    by = [*data.by, *data.groups]
    found: dict[str, ShownResult] = {
        "evaluation": evaluate_file(asked.file, data.cells, flat, by=by)
    }
    if isinstance(adjusted, AdjustedCapitation):
        found["evaluation_adjusted"] = evaluate_file(asked.file, data.cells, adjusted, by=by)
    return found


def _hidden(result: ShownResult, data: _Data, below: int) -> ShownResult:
    """Return a result whose small cells are missing and marked."""
    if below < 2:  # noqa: PLR2004 - a cell of one is the smallest
        return result
    if isinstance(result, Capitation):
        return result.suppressed(below)
    if isinstance(result, Evaluation):
        kept = {"grouping", "group"}
        numbers = [str(name) for name in result.frame.columns if name not in kept]
        frame = suppressed(result.frame, "n", numbers, ["grouping"], below)
        return replace(result, frame=frame)
    if isinstance(result, AdjustedCapitation):
        return replace(result, classes=_hidden_classes(result, data, below))
    if isinstance(result, StandardisedRates):
        numbers = ["n_events", "crude", "estimate", "variance", "ci_low", "ci_high"]
        return replace(result, frame=suppressed(result.frame, "n_events", numbers, (), below))
    return result


def _hidden_classes(result: AdjustedCapitation, data: _Data, below: int) -> pd.DataFrame:
    counted = "persons" if "persons" in data.cells else "visits"
    counts = strata_of(data.cells, data.by, data.months, data.counts)[[*data.by, counted]]
    classes = result.classes.merge(counts, on=list(data.by), how="left", validate="1:1")
    hidden = suppressed(classes, counted, ["reference_rate", "class_weight"], (), below)
    return hidden.drop(columns=counted)


def _sourced(name: str, result: ShownResult, cells: pd.DataFrame) -> ShownResult:
    """Return a result whose frame names the file, and says if it is synthetic."""
    frame = marked(result.frame, synthetic=is_synthetic(cells))
    frame.attrs["file"], frame.attrs["payment"] = cells.attrs["file"], name
    return replace(result, frame=frame)
