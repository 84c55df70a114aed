"""Rebuild the notebooks: pair each ``.py`` text with an executed ``.ipynb``.

Run ``uv run python notebooks/build.py`` after changing a notebook's text.
"""

from __future__ import annotations

import sys
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent


def texts() -> list[Path]:
    """Return the notebooks' text files."""
    return sorted(path for path in HERE.glob("*.py") if path.name != "build.py")


def execute(text: Path) -> nbformat.NotebookNode:
    """Run a notebook from its text and return it with outputs and steady cell ids."""
    notebook = jupytext.read(text)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(HERE)}}).execute()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
        cell.get("metadata", {}).pop("execution", None)
    notebook.metadata.pop("language_info", None)
    return notebook


def main() -> None:
    """Rebuild the notebooks named on the command line, or all."""
    chosen = [HERE / name for name in sys.argv[1:]] or texts()
    for text in chosen:
        nbformat.write(execute(text), text.with_suffix(".ipynb"))
        sys.stdout.write(f"{text.with_suffix('.ipynb').name}\n")


if __name__ == "__main__":
    main()
