"""A module that names its PACKAGE gets the audited study, and the study with altered cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from kbkresearch import datasets
from kbkresearch.studies.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from kbkresearch.studies.model import StudyResult

LOAD = datasets.load


@pytest.fixture(scope="module")
def study(request: pytest.FixtureRequest) -> StudyResult:
    return audit(request.module.PACKAGE)


@pytest.fixture
def altered(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., StudyResult]:
    """Audit again with cells of a published table replaced: (column, value, {column: wanted})."""

    def with_cells(name: str, *cells: tuple[str, Any, dict[str, Any]]) -> StudyResult:
        def load(asked: str) -> pd.DataFrame:
            table = LOAD(asked)
            for column, value, where in cells if asked == name else ():
                rows = pd.Series(data=True, index=table.index)
                for key, wanted in where.items():
                    rows &= (table[key] == wanted).fillna(value=False).astype(bool)
                assert rows.any()
                table.loc[rows, column] = value
            return table

        monkeypatch.setattr(datasets, "load", load)
        return audit(request.module.PACKAGE)

    return with_cells


@pytest.fixture
def changed(altered: Callable[..., StudyResult]) -> Callable[..., dict[str, str]]:
    """Return the verdicts that change with cells of a published table."""

    def verdicts(name: str, *cells: tuple[str, Any, dict[str, Any]]) -> dict[str, str]:
        return {one.id: one.verdict for one in altered(name, *cells).changed}

    return verdicts
