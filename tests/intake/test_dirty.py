"""Dirty files: each is read right, or with findings, or refused; none is misread in silence."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
from dirt import KINDS, REPAIRABLE, problems
from make_samples import SAMPLES
from sample_files import write

import kbkresearch as kbk

SLOW = "template"  # to write; it is a workbook of one sheet, as others are
SHEETS = 2  # of the workbook of a branch, which has many of the same kind


def dirty(name, kind):
    """Return a sample with one kind of dirt, from a seed of its own."""
    made = SAMPLES[name]().copy()
    made.grids = made.grids[:SHEETS]
    there = [known for one in made.grids for known in one.ids]
    made.truth = made.truth.loc[there]
    KINDS[kind](made, np.random.default_rng(zlib.crc32(f"{name} {kind}".encode())))
    return made


def scored(reading, found):
    """Return the findings of reading and of scoring, and whether scoring was refused."""
    typed = None if "facility_type" in reading.table else "puskesmas"
    try:
        result = kbk.score(reading.table, facility_type=typed)
    except kbk.KbkError:
        return found, True
    return [*found, *kbk.findings_of(result).expand()], False


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name != SLOW])
def test_dirt_is_repaired_or_found_or_refused(tmp_path, name, kind):
    made = dirty(name, kind)
    path = write(made, tmp_path)
    try:
        reading = kbk.read(path)
    except kbk.KbkError as error:
        if kind in REPAIRABLE or path.name not in str(error):
            raise
        return
    found = list(reading.findings.expand())
    wrong = problems(made, reading, found, strict=kind in REPAIRABLE)
    if wrong or not found:
        found, refused = scored(reading, found)
        wrong = [] if refused else problems(made, reading, found, strict=kind in REPAIRABLE)
        assert found or refused or kind in {"junk_above", "totals_between"}
    assert not wrong, "\n".join([*wrong[:12], reading.report("en")])
    if kind == "persons":
        kept = f"{reading.table.to_csv()} {reading.rejected.to_csv()} {found}"
        assert not re.search(r"3501\d{12}|0812\d{8}|Orang Sintetis", kept)
