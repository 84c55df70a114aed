"""Every notebook runs from its text, and its stored pair holds the same cells with outputs."""

import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
sys.path.insert(0, str(NOTEBOOKS))
import build  # noqa: E402


def test_there_is_one_notebook_per_study():
    import kbkresearch as kbk

    names = {path.stem.replace("_", "-") for path in build.texts()}
    assert set(kbk.studies.ids()) <= names


@pytest.mark.parametrize("text", build.texts(), ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_pair_is_in_step(text):
    executed = build.execute(text)
    stored = nbformat.read(text.with_suffix(".ipynb"), as_version=4)
    assert [cell.source for cell in stored.cells] == [
        cell.source for cell in jupytext.read(text).cells
    ]
    for new, old in zip(executed.cells, stored.cells, strict=True):
        if new.cell_type == "code":
            assert [_said(one) for one in new.outputs] == [_said(one) for one in old.outputs]


def _said(output):
    """Return what an output shows, without the bytes of pictures."""
    shown = output.get("data", {})
    return output.output_type, output.get("text"), sorted(shown), shown.get("text/html")


@pytest.mark.parametrize("text", build.texts(), ids=lambda path: path.stem)
def test_a_notebook_uses_public_names_only(text):
    imports = [line for line in text.read_text("utf-8").splitlines() if "kbkresearch" in line]
    assert imports == ["import kbkresearch as kbk"]
