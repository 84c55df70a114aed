"""The rules of the house, checked by the tools themselves: one test per tool."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MODULES = sorted((ROOT / "kbkresearch").rglob("*.py"))
LONGEST = 450

TOOLS = {
    "ruff check": [BIN / "ruff", "check", "."],
    "ruff format": [BIN / "ruff", "format", "--check", "."],
    "mypy": [sys.executable, "-m", "mypy"],
    "lint-imports": [BIN / "lint-imports", "--no-logo"],
}


@pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="not in a checkout")
@pytest.mark.parametrize("command", TOOLS.values(), ids=TOOLS)
def test_the_tool_has_nothing_to_say(command):
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"\n{done.stdout}\n{done.stderr}"


def loaded_by(statement):
    """Return the names of all modules that a fresh interpreter has after a statement."""
    code = f"{statement}; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize(
    "statement",
    ["import kbkresearch", "import kbkresearch as kbk; kbk.rules('kbk-2019'); kbk.rule_ids()"],
)
def test_importing_the_package_loads_nothing_heavy(statement):
    heavy = {"numpy", "pandas", "scipy", "matplotlib", "seaborn", "babel", "jinja2"}
    assert not loaded_by(statement) & heavy


def test_the_public_names_are_there():
    code = "import kbkresearch as kbk\nfor name in kbk.__all__: getattr(kbk, name)\n"
    code += "assert set(kbk.__all__) == set(dir(kbk))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_can_be_read_in_one_sitting(module):
    assert len(module.read_text(encoding="utf-8").splitlines()) < LONGEST
