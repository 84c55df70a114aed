"""`kbk.capitation` is the function and `kbkresearch.capitation` the package, however imported."""

import itertools
import subprocess
import sys

import pytest

STEPS = {
    "function": "import kbkresearch as kbk; f = kbk.capitation",
    "module": "import kbkresearch.capitation.capitate as m; assert m.capitation",
    "from package": "from kbkresearch.capitation import files; assert files.strata_of_file",
    "name": "from kbkresearch import capitation as g; assert callable(g)",
    "dotted": "import kbkresearch.capitation.rates; assert kbkresearch.capitation.rates.tail_of",
    "submodule by string": "import importlib; importlib.import_module('kbkresearch.capitation')",
}
USED = """
import inspect, pandas as pd, kbkresearch as kbk
from kbkresearch.capitation.capitate import capitation
strata = pd.DataFrame({"age_band": ["0-4", "5+"], "members": [10, 20], "visits": [1, 3]})
found = kbk.capitation(strata, ["age_band"], unit_cost_rp=7)
assert type(found) is type(capitation(strata, by=["age_band"], unit_cost_rp=7))
assert found.totals["fund_rp"].tolist() == [28.0]
assert inspect.signature(kbk.capitation) == inspect.signature(capitation)
import kbkresearch.capitation
assert kbkresearch.capitation.capitate.capitation is capitation
"""


def test_every_order_of_import_gives_both():
    start = "import sys\ndef again():\n"
    start += "    for name in [n for n in sys.modules if n.split('.')[0] == 'kbkresearch']:\n"
    start += "        del sys.modules[name]\n"
    orders = list(itertools.permutations(STEPS.values(), 2))
    code = start + "".join("\n".join(["again()", *order, USED]) for order in orders)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_package_is_light_until_it_is_called():
    code = "import sys, kbkresearch as kbk; kbk.capitation; assert 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_errors_pass_through_the_call():
    import pandas as pd

    import kbkresearch as kbk

    with pytest.raises(kbk.KbkError, match="lacks visits"):
        kbk.capitation(pd.DataFrame({"sex": ["L"], "members": [3]}), by=["sex"])
    with pytest.raises(TypeError, match="by"):
        kbk.capitation(pd.DataFrame())
