"""Kinds of dirt that real files have, put into any sample; and the check that none deceives.

A kind of dirt changes the grid of a sample in place. `problems` then compares what was read with
the truth, cell by cell: a value may be right, or missing or wrong with a finding that names its
row and column, or its row may be rejected. Anything else is a misreading in silence.
"""

from __future__ import annotations

import copy
import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsb_writer import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sample_files import Grid, Sample

    from kbkresearch.findings import Finding
    from kbkresearch.intake.read import Reading

WORKBOOKS = {".xlsx", ".xls", ".xlsb", ".ods"}
TYPED = {".sav", ".dta", ".parquet"}
KEYS = ("facility_id", "facility_name")  # either names the facility
PARTNERS = {
    "contacts": "members", "nonspecialist_referrals": "referrals", "dm_controlled": "dm_diagnosed",
    "ht_controlled": "ht_diagnosed",
}  # fmt: skip
FIRST_OF_PAIR = {bottom: top for top, bottom in PARTNERS.items()}
COUNTS = [*PARTNERS, *FIRST_OF_PAIR, "doctors"]


def some(made: Sample, rng: np.random.Generator, share: float = 0.1) -> Iterator[tuple[Grid, int]]:
    """Yield some rows of data of a sample, at least two."""
    rows = [(one, place) for one in made.grids for place in range(len(one.rows))]
    chosen = rng.choice(len(rows), max(2, round(share * len(rows))), replace=False)
    yield from (rows[place] for place in sorted(chosen.tolist()))


def there(made: Sample, names: list[str]) -> list[str]:
    return [name for name in names if name in made.columns]


def has_text(made: Sample, name: str) -> bool:
    """Tell whether a column of numbers is typed as text."""
    place = made.columns.index(name)
    return any(isinstance(row[place], str) for one in made.grids for row in one.rows)


def add_column(made: Sample, heading: str, cells: Callable[[Any], Any], name: str | None) -> None:
    """Add a column to the right; `cells` gets the row of the truth that a row prints."""
    for one in made.grids:
        if not one.head:
            continue
        for line in one.head:
            line.append(None)
        one.head[0][-1] = heading
        for row, known in zip(one.rows, one.ids, strict=True):
            row.append(None if known is None else cells(made.truth.loc[known]))
    made.columns.append(name)


def insert(one: Grid, place: int, row: list[Any], known: int | None = None) -> None:
    one.rows.insert(place, row)
    one.ids.insert(place, known)


def set_truth(made: Sample, known: int | None, name: str, value: Any) -> None:
    """Change the truth where the file no longer holds the value."""
    made.truth = made.truth.copy()
    made.truth[name] = made.truth[name].astype(object)
    made.truth.loc[known, name] = value


# the kinds


def swapped_units(made: Sample, _: np.random.Generator) -> None:
    """The contact rate is in per cent under a heading that says per mil."""
    if "ak_permille" in made.columns:
        place = made.columns.index("ak_permille")
        for one in made.grids:
            for row, known in zip(one.rows, one.ids, strict=True):
                row[place] = round(made.truth.loc[known, "ak_permille"] / 10, 3)
        return
    add_column(made, "AK (‰)", lambda row: round(100 * row["contacts"] / row["members"], 3), None)
    made.columns[-1] = "ak_permille"
    truth = made.truth
    rounded = (100 * truth["contacts"] / truth["members"]).round(3)
    made.truth = truth.assign(ak_permille=10 * rounded)


def signs_of_cells(made: Sample, rng: np.random.Generator) -> None:
    """Some contact rates carry a percent sign and are in per cent; the others are per mil."""
    if "ak_permille" not in made.columns:
        swapped = [row["contacts"] / row["members"] for _, row in made.truth.iterrows()]
        made.truth = made.truth.assign(ak_permille=np.round(1000 * np.array(swapped), 2))
        add_column(made, "AK (‰)", lambda row: row["ak_permille"], "ak_permille")
    place = made.columns.index("ak_permille")
    for one, at in some(made, rng):
        known = one.ids[at]
        one.rows[at][place] = f"{made.truth.loc[known, 'ak_permille'] / 10:.3f}%".replace(".", ",")


def mixed_separators(made: Sample, rng: np.random.Generator) -> None:
    """Counts with dots, with commas and with neither for thousands, in one column."""
    for name in there(made, [*COUNTS, "tariff_rp"]):
        place = made.columns.index(name)
        for one, at in some(made, rng, 0.8):
            value = made.truth.loc[one.ids[at], name]
            if value == value and value is not None:  # noqa: PLR0124
                mark = rng.choice([".", ",", " "])
                one.rows[at][place] = f"{int(value):,}".replace(",", str(mark))


def duplicated_rows(made: Sample, rng: np.random.Generator) -> None:
    """Rows stand twice."""
    for one, at in [*some(made, rng)][::-1]:
        insert(one, at + 1, list(one.rows[at]), one.ids[at])


def conflicting_rows(made: Sample, rng: np.random.Generator) -> None:
    """Facility-months stand twice, with other values."""
    name = there(made, ["contacts", "ak_permille"])[0]
    place = made.columns.index(name)
    for one, at in [*some(made, rng)][::-1]:
        other = list(one.rows[at])
        value = made.truth.loc[one.ids[at], name] + 7
        other[place] = f"{int(value):,}".replace(",", ".") if has_text(made, name) else value
        insert(one, len(one.rows), other, one.ids[at])


def missing_key(made: Sample, _: np.random.Generator) -> None:
    """The columns that name the facility are not there; of one facility, the month."""
    keys = there(made, ["facility_id", "facility_name"]) or ["month"]
    for name in keys:
        place = made.columns.index(name)
        del made.columns[place]
        for one in made.grids:
            for row in [*one.head, *one.rows]:
                del row[place]
            for row in one.below:
                del row[place : place + 1]


def numerators_above(made: Sample, rng: np.random.Generator) -> None:
    """A part is larger than the whole; an indicator larger than it can be."""
    pairs = [(top, bottom) for top, bottom in PARTNERS.items() if top in made.columns]
    for number, (one, at) in enumerate(some(made, rng)):
        row = one.rows[at]
        if pairs:
            top, bottom = (made.columns.index(name) for name in pairs[number % len(pairs)])
            row[top], row[bottom] = row[bottom], row[top]
        else:
            name = ("ak_permille", "rrns_pct", "rppt_pct")[number % 3]
            row[made.columns.index(name)] = 1_512.0 if name == "ak_permille" else 151.2


BAD_CELLS = (
    Error("#DIV/0!"), "n/a", "1500/00", "15OO", "lihat lampiran", "± 20", "15%", "12 ribu", "",
)  # fmt: skip


def text_in_numbers(made: Sample, rng: np.random.Generator) -> None:
    """Words, errors, percent signs and misprints stand where numbers should."""
    names = there(made, [*COUNTS, "rrns_pct", "infrastructure_pct"])
    names = [name for name in names if "pct" not in name] or names
    for number, (one, at) in enumerate(some(made, rng, 0.3)):
        name, cell = names[number % len(names)], BAD_CELLS[number % len(BAD_CELLS)]
        one.rows[at][made.columns.index(name)] = cell or None
        if cell in {"n/a", ""}:
            set_truth(made, one.ids[at], name, np.nan)


def junk_above(made: Sample, rng: np.random.Generator) -> None:
    """The headings begin lower and further to the right, under lines that speak of them."""
    lines = [
        ["PEMERINTAH KABUPATEN SINTETIS"],
        [],
        ["Peserta terdaftar, jumlah kontak dan jumlah rujukan menurut FKTP"],
        ["Petunjuk:", "Peserta terdaftar", "= peserta pada akhir bulan"],
        ["Dicetak", dt.date(2024, 1, 4)],
        [None, None, "(1)", "(2)"],
    ]
    for one in made.grids:
        if not one.head:
            continue
        junk = lines[: int(rng.integers(3, 7))]
        if made.ending in TYPED:
            insert(one, 0, [None] * len(one.head[0]))
            continue
        one.above = [*copy.deepcopy(junk), *one.above, []]
        for row in [*one.head, *one.rows, *one.below]:
            row.insert(0, None)
    if made.ending not in TYPED:
        made.columns.insert(0, None)


def misspelt_headings(made: Sample, rng: np.random.Generator) -> None:
    """Two letters of some headings have changed places, or one letter is lost."""
    for name in rng.permutation([name for name in made.columns if name])[:3]:
        place = made.columns.index(str(name))
        for one in made.grids:
            for line in one.head:
                text = line[place]
                if not text or len(text) < 4:
                    continue
                at = int(rng.integers(1, len(text) - 2))
                swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
                line[place] = swapped if rng.random() < 0.5 else text[:at] + text[at + 1 :]


def totals_between(made: Sample, rng: np.random.Generator) -> None:
    """Blank rows, a blank column, and subtotals whose label is not in the first cell."""
    if made.ending not in TYPED:
        place = int(rng.integers(1, len(made.columns)))
        for one in made.grids:
            for row in [*one.head, *one.rows, *(line for line in one.below if len(line) > place)]:
                row.insert(place, None)
        made.columns.insert(place, None)
    label = made.columns.index(there(made, ["facility_name", "month"])[0])
    for one in made.grids:
        if not one.rows:
            continue
        sums = list(one.rows[0])
        for name in there(made, COUNTS):
            place = made.columns.index(name)
            value = int(
                made.truth.loc[[known for known in one.ids if known is not None], name].sum()
            )
            sums[place] = f"{value:,}".replace(",", ".") if isinstance(sums[place], str) else value
        for name in there(made, ["facility_id"]):
            sums[made.columns.index(name)] = None
        middle = len(one.rows) // 2
        for text in ("Jumlah", "TOTAL", "Sub Total"):
            row = list(sums)
            row[label] = text
            insert(one, middle, row)
        insert(one, middle, [None] * len(sums))


def negative_counts(made: Sample, rng: np.random.Generator) -> None:
    """Counts are below zero, as numbers, with a minus and in brackets."""
    names = there(made, COUNTS)
    for number, (one, at) in enumerate(some(made, rng)):
        place = made.columns.index(names[number % len(names)])
        cell = (-12, "-12", "(12)")[number % 3]
        one.rows[at][place] = str(cell) if isinstance(one.rows[at][place], str) else cell


def persons(made: Sample, _: np.random.Generator) -> None:
    """Columns of numbers, telephones and names of persons."""
    add_column(made, "NIK", lambda row: f"35010{10_000_000_000 + int(row.name)}", None)
    add_column(made, "No HP", lambda row: f"0812{10_000_000 + int(row.name)}", None)
    add_column(made, "Nama Kepala", lambda row: f"{3_501_000_000_000_000 + int(row.name)}", None)
    add_column(made, "Nama Pasien", lambda row: f"Orang Sintetis {row.name}", None)


def unreadable_months(made: Sample, rng: np.random.Generator) -> None:
    """Months that cannot be read, or that the name of the sheet no longer tells."""
    if "month" not in made.columns:
        made.truth = made.truth.assign(month=pd.NaT)
        for number, one in enumerate(made.grids):
            one.name = f"Rekap {'ABCD'[number]}"
        add_column(made, "Bulan", lambda _: "kapan-kapan", "month")
        return
    place = made.columns.index("month")
    for number, (one, at) in enumerate(some(made, rng)):
        one.rows[at][place] = ("Triwulan I", "2023-13", "Jan-Feb 2023", "31/31/2023")[number % 4]


def hidden_sheet(made: Sample, _: np.random.Generator) -> None:
    """A hidden sheet holds older numbers; without sheets, they stand beneath the table."""
    one = made.grids[0]
    stale = copy.deepcopy(one)
    name = there(made, ["contacts", "ak_permille"])[0]
    for row, known in zip(stale.rows, stale.ids, strict=True):
        value = made.truth.loc[known, name] + 11
        row[made.columns.index(name)] = int(value) if name == "contacts" else value
    if made.ending in WORKBOOKS:
        stale.name, stale.hidden = "lama", True
        made.grids.append(stale)
        return
    if made.ending not in TYPED:
        insert(one, len(one.rows), [])
        insert(one, len(one.rows), list(one.head[-1]))
    for row, known in zip(stale.rows, stale.ids, strict=True):
        insert(one, len(one.rows), row, known)


KINDS: dict[str, Callable[[Sample, np.random.Generator], None]] = {
    one.__name__: one
    for one in (
        swapped_units, signs_of_cells, mixed_separators, duplicated_rows, conflicting_rows,
        missing_key, numerators_above, text_in_numbers, junk_above, misspelt_headings,
        totals_between, negative_counts, persons, unreadable_months, hidden_sheet,
    )
}  # fmt: skip
REPAIRABLE = {"mixed_separators", "duplicated_rows", "junk_above", "totals_between", "persons"}


# the check


def problems(made: Sample, reading: Reading, found: list[Finding], *, strict: bool) -> list[str]:
    """Return what was misread in silence; with `strict`, what was not read right as well.

    Parameters
    ----------
    made : Sample
        The grid that the file holds, and the truth.
    reading : Reading
        What was read.
    found : list of Finding
        Findings of reading and of scoring.
    strict : bool
        Whether the dirt can be repaired, so that every row of the truth must be there and right.
    """
    told = _told(found)
    rows = {
        (one.name, one.place(at)): known
        for one in made.grids
        if not one.hidden
        for at, known in enumerate(one.ids)
    }
    bad: list[str] = []
    accepted: list[int] = []
    for place, known in _places(reading, made):
        if place not in rows or rows[place] is None:
            bad += [] if (*place, None) in told else [f"{place} is accepted and is no data"]
            continue
        accepted.append(rows[place])
        for name in made.truth:
            right, got = made.truth.loc[rows[place], name], known.get(name, "no such column")
            if same(right, got) or (not strict and _noted(told, place, name, made)):
                continue
            bad.append(f"{place} {name}: {got!r} is read where the truth is {right!r}")
    twice = {one for one in accepted if accepted.count(one) > 1}
    bad += [f"row {one} of the truth is accepted twice" for one in twice]
    rejected = {rows.get(place) for place in _rejected(reading)}
    lost = set(made.truth.index) - set(accepted) - (set() if strict else rejected)
    bad += [f"row {one} of the truth is lost" for one in sorted(lost)]
    if reading.n_rows != len(reading.table) + len(reading.rejected):
        bad.append(f"{reading.n_rows} rows are not accepted + rejected")
    return bad


def same(right: Any, got: Any) -> bool:
    """Tell whether two cells hold the same value."""
    if right is None or right is pd.NaT or right != right:  # noqa: PLR0124
        return got is None or got is pd.NaT or got != got  # noqa: PLR0124
    if isinstance(right, str | bool | np.bool_ | pd.Timestamp):
        return bool(right == got)
    number = isinstance(got, int | float | np.number) and not isinstance(got, bool)
    return number and bool(np.isclose(float(got), float(right), rtol=1e-9, atol=1e-9))


def _places(reading: Reading, made: Sample) -> Iterator[tuple[tuple[str, int], dict[str, Any]]]:
    """Yield sheet, row and values of each accepted row."""
    visible = [one.name for one in made.grids if one.head and not one.hidden]
    for index, values in zip(reading.table.index, reading.table.to_dict("records"), strict=True):
        place = index if isinstance(index, tuple) else (visible[0], index)
        yield (str(place[0]), int(place[1])), values


def _rejected(reading: Reading) -> list[tuple[str, int]]:
    table = reading.rejected
    return list(zip(table["sheet"].astype(str), table["row"].astype(int), strict=True))


def _told(found: list[Finding]) -> set[tuple[str | None, int | None, str | None]]:
    """Return sheet, row and column of each finding; None where it concerns them all.

    Each row with a finding stands there with column None as well if the finding is on the row.
    """
    told: set[tuple[str | None, int | None, str | None]] = set()
    for one in found:
        sheet, row = one.sheet, one.row
        if isinstance(row, str) and (both := re.fullmatch(r"\('?(.*?)'?, (\d+)\)", row)):
            sheet, row = both[1], int(both[2])
        column = one.column or None
        told.add((sheet, row if isinstance(row, int) else None, column))
    return told


def _noted(told: set[Any], place: tuple[str, int], name: str, made: Sample) -> bool:
    """Tell whether a finding names the cell: its row and column, or either as a whole."""
    columns = {name, PARTNERS.get(name), FIRST_OF_PAIR.get(name), *_headings(made, name)} - {None}
    if name in KEYS:
        columns |= set(KEYS)
    for sheet in (place[0], None):
        if (sheet, place[1], None) in told:
            return True
        for row in (place[1], None):
            if any((sheet, row, column) in told for column in columns):
                return True
    return False


def _headings(made: Sample, name: str) -> set[str]:
    """Return the headings under which a column stands, as printed."""
    if name not in made.columns:
        return set()
    place = made.columns.index(name)
    texts: set[str] = set()
    for one in made.grids:
        span = ""
        for line in one.head[:1]:
            span = next((str(text) for text in line[place::-1] if text), "")
        lower = one.head[-1][place] if one.head else None
        texts |= {str(lower or span), span, f"{span} {lower}"}
    return texts
