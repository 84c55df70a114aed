"""Published tables row by row, and the barriers that each study names."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from kbkresearch import datasets
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pandas as pd

Row: TypeAlias = "Mapping[str, Any]"

FRAMES = {
    "input": Text("masukan", "input"),
    "process": Text("proses", "process"),
    "output": Text("keluaran", "output"),
}
COMPONENTS = {
    "man": Text("manusia", "man"),
    "money": Text("dana", "money"),
    "material": Text("bahan", "material"),
    "machine": Text("alat", "machine"),
    "method": Text("metode", "method"),
    "market": Text("peserta", "market"),
    "planning": Text("perencanaan", "planning"),
    "organising": Text("pengorganisasian", "organising"),
    "implementation": Text("pelaksanaan", "implementation"),
}


def records(name: str) -> tuple[Row, ...]:
    """Return a published table row by row."""
    return _records(datasets.load, name)


@lru_cache(maxsize=32)
def _records(load: Callable[[str], pd.DataFrame], name: str) -> tuple[Row, ...]:
    """Read a table once per way of loading it: the audit asks for the same few tables often."""
    rows: Any = load(name).to_dict("records")
    return tuple(MappingProxyType(row) for row in rows)


def barriers_of(study: str) -> list[Row]:
    """Return the barriers that a study reports or cites, and what it recommends."""
    return [row for row in records("barriers") if row["study_id"] == study]
