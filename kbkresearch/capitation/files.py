"""Member files of any size: strata, adjusted capitation and its evaluation without loading them.

DuckDB reads the file twice: once for the sums of every cell, and once, for members with cost only,
for the sums of absolute differences that need the payment first.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kbkresearch.capitation.ages import (
    AgeBand,
    check_bands,
    five_year_bands,
    read_bands,
    read_sexes,
)
from kbkresearch.capitation.evaluate import Evaluation, evaluation_of_sums
from kbkresearch.errors import BadArgumentError, BadRowsError, MissingColumnsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from kbkresearch.capitation.adjusted import AdjustedCapitation

_READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv", ".gz": "read_csv"}
_AGE, _BAND, _SEX = "age_years", "age_band", "sex"
_YEARS = f"try_cast({_AGE} as double)"
_AMOUNTS = {"visits": "v", "member_months": "m", "cost_rp": "c"}
_SUMS = {
    "members": "count(*)",
    "member_months": "sum(m)",
    "visits": "sum(v)",
    "persons": "count_if(v > 0)",
    "visits_squared": "sum(v * v)",
    "visits_months": "sum(v * m)",
    "months_squared": "sum(m * m)",
    "cost_rp": "sum(c)",
    "cost_squared": "sum(c * c)",
    "cost_months": "sum(c * m)",
    "cost_squared_pm": "sum(c * c / m)",
    "months_without_cost": "sum(case when c = 0 then m else 0 end)",
    "_wrong": "count_if(not coalesce(v >= 0 and m > 0 and c >= 0 and c < 'inf'::double, false))",
}


class _Key(NamedTuple):
    """A column of the file that makes cells: how SQL writes its codes, and what they mean."""

    name: str
    sql: str
    labels: tuple[object, ...] | None = None

    def decoded(self, values: pd.Series) -> pd.Series:
        """Return what codes mean; missing stays missing."""
        if self.labels is None:
            return values
        return values.map(dict(enumerate(self.labels)))


def strata_of_file(
    path: str | Path,
    by: Sequence[str],
    *,
    groups: Sequence[str] = ("facility_id",),
    bands: Sequence[AgeBand] | None = None,
    months: float = 12,
) -> pd.DataFrame:
    """Return one row per cell of a file of members, as `kbkresearch.capitation` takes it.

    Parameters
    ----------
    path : str or Path
        Parquet or CSV with one row per member: ``visits``, ``member_months``, ``cost_rp``, the
        columns of `groups` and `by`; for ``age_band`` the file holds it or ``age_years``. That a
        member stands once is taken for granted.
    by, groups : sequence of str
        Columns that make the strata and the groups.
    bands : sequence of AgeBand, optional
        Bands that ages are put into; five years up to 65 by default.
    months : float
        Months that the file covers.

    Returns
    -------
    DataFrame
        As `kbkresearch.capitation.strata.strata_of`, and the sums of cost that `evaluate_file`
        needs.

    Raises
    ------
    KbkError
        For columns that lack, keys that are missing, values that are missing or negative,
        member-months of zero, ages outside the bands.
    """
    edges = check_bands(bands or five_year_bands())
    names = [*groups, *by]
    with _opened(path) as (con, source):
        keys = _keys(con, source, path, names, edges)
        sums = ", ".join(f'{how} as "{name}"' for name, how in _SUMS.items())
        query = f"select {_coded(keys)}, {sums} from {_rows(source, keys)} group by all"  # noqa: S608
        cells = con.sql(query).df()
    wrong = int(cells.pop("_wrong").sum())
    if wrong:
        raise BadRowsError(
            f"{Path(path).name}: {wrong} rows have visits, member_months or cost_rp that are"
            " missing, negative or infinite, or no months. Mend them, or leave them out knowingly."
        )
    for place, key in enumerate(keys):
        code = cells[f"k{place}"]
        if code.isna().any():
            raise BadRowsError(
                f"{Path(path).name}: {key.name} is missing or outside the bands in"
                f" {int(cells.loc[code.isna(), 'members'].sum())} rows, which would belong to no"
                " stratum."
            )
    cells = cells.sort_values([f"k{place}" for place in range(len(keys))], ignore_index=True)
    decoded = {key.name: key.decoded(cells[f"k{place}"]) for place, key in enumerate(keys)}
    amounts = cells[[name for name in _SUMS if name in cells]].astype(float)
    amounts["monthly_members"] = amounts["member_months"] / months
    return pd.DataFrame(decoded).join(amounts)


def evaluate_file(
    path: str | Path,
    strata: pd.DataFrame,
    adjusted: AdjustedCapitation,
    by: Sequence[str] = (),
    *,
    bands: Sequence[AgeBand] | None = None,
    level: float = 0.95,
) -> Evaluation:
    """Evaluate an adjusted capitation on the members of a file.

    Parameters
    ----------
    path : str or Path
        The file.
    strata : DataFrame
        What `strata_of_file` returned for it.
    adjusted : AdjustedCapitation
        What `kbkresearch.capitation.adjusted.adjusted_capitation` returned for these strata.
    by : sequence of str
        Groups of interest among the columns of the strata.
    bands : sequence of AgeBand, optional
        As for `strata_of_file`.
    level : float
        Confidence level.

    Returns
    -------
    Evaluation
        As `kbkresearch.capitation.evaluate.evaluate_payment` on the members themselves. Deciles
        do not part cells; gains and losses are those of cells.

    Raises
    ------
    BadArgumentError
        For a group that the strata do not part.
    """
    keys = [*adjusted.groups, *adjusted.by]
    for name in by:
        if name not in keys:
            raise BadArgumentError(f"by: the strata are parted by {', '.join(keys)}, not {name!r}.")
    cells = _with_payment(strata, adjusted)
    means = {"_mean": np.full(len(cells), cells["cost_rp"].sum() / cells["member_months"].sum())}
    for name in by:
        sums = cells.groupby(name, sort=False)[["cost_rp", "member_months"]].transform("sum")
        means[f"_mean_{name}"] = (sums["cost_rp"] / sums["member_months"]).to_numpy()
    cells = cells.assign(**means)
    absolute = _absolute_sums(path, cells, keys, list(means), bands)
    return evaluation_of_sums(_record_sums(cells, absolute), keys, list(by), level)


def _with_payment(strata: pd.DataFrame, adjusted: AdjustedCapitation) -> pd.DataFrame:
    """Add what a member-month of every cell is paid."""
    by, groups = list(adjusted.by), list(adjusted.groups)
    frame = adjusted.frame.assign(
        _per_weight=adjusted.frame["adjusted_pmpm_rp"] / adjusted.frame["relative_weight"]
    )
    cells = strata.merge(adjusted.classes[[*by, "class_weight"]], on=by, how="left", validate="m:1")
    cells = cells.merge(frame[[*groups, "_per_weight"]], on=groups, how="left", validate="m:1")
    return cells.assign(_pay=cells["class_weight"] * cells["_per_weight"])


def _absolute_sums(
    path: str | Path,
    cells: pd.DataFrame,
    names: list[str],
    means: list[str],
    bands: Sequence[AgeBand] | None,
) -> pd.DataFrame:
    """Return sums of absolute differences by cell, over members with cost."""
    wanted = [
        "sum(abs(c - _pay * m)) as loss",
        "sum(case when c > _pay * m then m else 0 end) as under",
        *(f'sum(abs(c - "{name}" * m)) as "{name}"' for name in means),
    ]
    with _opened(path) as (con, source):
        keys = _keys(con, source, path, names, check_bands(bands or five_year_bands()))
        small = cells[["_pay", *means]].assign(cell=np.arange(len(cells)))
        for place, key in enumerate(keys):
            codes = None if key.labels is None else {label: i for i, label in enumerate(key.labels)}
            small[f"k{place}"] = cells[key.name] if codes is None else cells[key.name].map(codes)
        con.register("small", small)
        query = (
            f"select cell, {', '.join(wanted)} from (select {_coded(keys)}, m, c"  # noqa: S608
            f" from {_rows(source, keys)} where c > 0) join small"
            f" using ({', '.join(f'k{place}' for place in range(len(keys)))}) group by all"
        )
        found: pd.DataFrame = con.sql(query).df().set_index("cell")
    return found.reindex(range(len(cells)), fill_value=0.0)


def _record_sums(cells: pd.DataFrame, absolute: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of `kbkresearch.capitation.fit_measures.record_sums`, by cell."""
    pay, idle = cells["_pay"], cells["months_without_cost"]
    months, squared = cells["member_months"], cells["months_squared"]
    sums = {
        "n": cells["members"],
        "months": months,
        "cost": cells["cost_rp"],
        "payment": pay * months,
        "months_squared": squared,
        "loss_squared": cells["cost_squared"] - 2 * pay * cells["cost_months"] + pay**2 * squared,
        "loss_months": cells["cost_months"] - pay * squared,
        "loss_absolute": absolute["loss"] + pay * idle,
        "loss_squared_pm": cells["cost_squared_pm"] - 2 * pay * cells["cost_rp"] + pay**2 * months,
        "cost_squared_pm": cells["cost_squared_pm"],
        "payment_squared": pay**2 * squared,
        "cost_squared": cells["cost_squared"],
        "payment_cost": pay * cells["cost_months"],
        "underpaid_months": absolute["under"],
    }
    for name in [name for name in cells.columns if str(name).startswith("_mean")]:
        sums[f"cost_from{name}"] = absolute[name] + cells[name] * idle
    kept = [name for name in cells.columns if name not in {*sums, *_SUMS}]
    return cells[kept].assign(**sums)


@contextmanager
def _opened(path: str | Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """Yield a connection and the file as a table of SQL."""
    import duckdb

    place = Path(path)
    reader = _READERS.get(place.suffix.lower())
    if reader is None:
        raise BadArgumentError(f"{place.name}: member files are {', '.join(_READERS)}.")
    if not place.is_file():
        raise BadArgumentError(f"{place} does not exist. Check the path.")
    quoted = str(place).replace("'", "''")
    con = duckdb.connect()
    try:
        yield con, f"{reader}('{quoted}')"
    except duckdb.Error as error:
        reason = " ".join(str(error).split())[:200]
        raise BadArgumentError(f"{place.name} cannot be read as a table: {reason}") from None
    finally:
        con.close()


def _keys(
    con: duckdb.DuckDBPyConnection,
    source: str,
    path: str | Path,
    names: Sequence[str],
    edges: Sequence[AgeBand],
) -> list[_Key]:
    """Return how each column of cells is written in SQL; refuse a file that lacks one."""
    there = list(con.sql(f"select * from {source} limit 0").columns)  # noqa: S608
    lacking = [name for name in [*names, *_AMOUNTS] if name not in there]
    if _BAND in lacking and _AGE in there:
        lacking.remove(_BAND)
    if lacking:
        raise MissingColumnsError(f"{Path(path).name} lacks {', '.join(lacking)}.", there)
    return [_key(con, source, name, edges, aged=_BAND not in there) for name in names]


def _key(
    con: duckdb.DuckDBPyConnection, source: str, name: str, edges: Sequence[AgeBand], *, aged: bool
) -> _Key:
    quoted = '"' + name.replace('"', '""') + '"'
    if name == _BAND and aged:
        last = edges[-1].last
        within = f"{_YEARS} >= {edges[0].first}"
        within += "" if last is None else f" and {_YEARS} < {last + 1}"
        codes = " ".join(
            f"when {_YEARS} < {band.first} then {place}" for place, band in enumerate(edges[1:])
        )
        sql = f"case when {within} then (case {codes} else {len(edges) - 1} end) end"
        return _Key(name, sql, tuple(map(str, edges)))
    if name in {_BAND, _SEX}:
        values = [row[0] for row in con.sql(f"select distinct {quoted} from {source}").fetchall()]  # noqa: S608
        known = [value for value in values if value is not None]
        read = (
            read_sexes(known).tolist() if name == _SEX else [str(one) for one in read_bands(known)]
        )
        bands = map(str, check_bands(read_bands(known))) if name == _BAND else ("male", "female")
        labels = tuple(bands)
        whens = " ".join(
            f"when {_literal(value)} then {labels.index(meant)}"
            for value, meant in zip(known, read, strict=True)
        )
        return _Key(name, f"case {quoted} {whens} end" if whens else "null", labels)
    return _Key(name, quoted)


def _literal(value: object) -> str:
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(value)


def _coded(keys: Sequence[_Key]) -> str:
    return ", ".join(f"k{place}" for place in range(len(keys)))


def _rows(source: str, keys: Sequence[_Key]) -> str:
    """Return the members as SQL: codes of their cell, visits, months, cost."""
    codes = ", ".join(f"{key.sql} as k{place}" for place, key in enumerate(keys))
    numbers = ", ".join(
        f"try_cast({name} as double) as {short}" for name, short in _AMOUNTS.items()
    )
    return f"(select {codes}, {numbers} from {source})"  # noqa: S608
