"""Associations and other results as people see them: tables, workbooks and the figure."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import openpyxl
import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.analysis.association.names import EFFECT_LABELS
from kbkresearch.analysis.association.registry import METHODS

mpl.use("Agg")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(20_191_231)
    n = 90
    doctors = rng.poisson(2, n)
    score = np.clip(np.round(2.5 + 0.3 * doctors + rng.normal(0, 0.4, n), 1), 1, 4)
    return pd.DataFrame(
        {
            "score": score,
            "doctors": doctors,
            "funding_model": rng.choice(["blud", "non_blud"], n),
            "district": rng.choice(list("abcd"), n),
            "reached": np.where(score >= 3, "ya", "tidak"),
        }
    )


@pytest.fixture
def close():
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("id", ("Nilai p", "Korelasi Spearman", "rho Spearman", "<\xa00,001", "IK 95%")),
        ("en", ("p-value", "Spearman correlation", "Spearman&#x27;s rho", "<\xa00.001", "95% CI")),
    ],
)
def test_a_table_names_everything_in_words(data, lang, words):
    html = kbk.associate(data, "score", ["doctors", "district"]).to_table().to_html(lang)
    for word in words:
        assert word in html.replace("&lt;", "<")
    table = html.partition('<div class="notes">')[0]
    assert "kruskal_wallis" not in table
    assert "epsilon_squared" not in table


def test_p_values_stay_numbers_in_a_workbook(data, tmp_path):
    found = kbk.associate(data, "score", ["doctors", "district"])
    sheet = openpyxl.load_workbook(found.to_table().save(tmp_path / "out.xlsx", "id")).active
    heads = [cell.value for cell in sheet[3]]
    cell = sheet.cell(4, heads.index("Nilai p") + 1)
    assert cell.value == pytest.approx(found.frame["p_value"][0])
    assert cell.number_format == '[<0.001]"<\xa00,001";#,##0.000'


def test_every_effect_has_a_name_for_people(data):
    wide = data.assign(control=np.arange(len(data)) % 7)
    for name, method in METHODS.items():
        for factor in ("doctors", "funding_model", "district"):
            for outcome in ("score", "reached"):
                try:
                    found = kbk.associate(
                        wide, outcome, factor, name,
                        control="control" if method.shape == "partial" else None,
                    )  # fmt: skip
                except kbk.KbkError:
                    continue
                assert set(found.effects["effect_name"]) <= set(EFFECT_LABELS)


@pytest.mark.usefixtures("close")
def test_the_figure_tells_kinds_apart_by_shape_and_has_a_source_line(data):
    found = kbk.associate(data, "score", ["doctors", "funding_model", "district"])
    ax = found.plot(lang="en")
    points = [line for line in ax.lines if line.get_marker() in "os"]
    assert [line.get_marker() for line in points] == ["o", "o", "s"]
    drawn = [float(line.get_xdata()[0]) for line in points]
    assert drawn == pytest.approx(found.frame["effect_size"].tolist())
    assert ax.figure.get_supxlabel().startswith("n = 90; Spearman correlation")
    assert kbk.__version__ in ax.figure.get_supxlabel()


@pytest.mark.usefixtures("close")
@pytest.mark.parametrize("given", [False, True])
def test_ratios_stand_in_a_panel_of_their_own(data, given):
    import matplotlib.pyplot as plt

    found = kbk.associate(data, "reached", ["doctors", "funding_model"])
    ax = found.plot(plt.subplots()[1] if given else None)
    scales = [one.get_xscale() for one in ax.figure.axes if one.axison]
    assert scales == ["linear", "log"]


@pytest.mark.usefixtures("close")
def test_a_mark_without_interval_is_hollow(data):
    found = kbk.associate(data.assign(double=2 * data["score"]), "score", "double")
    ax = found.plot()
    assert ax.lines[0].get_markerfacecolor() == "white"
    assert "tanpa selang" in ax.figure.get_supxlabel()


@pytest.mark.parametrize(
    "first",
    ["kbkresearch.regulation.describe", "kbkresearch.analysis.power", "kbkresearch.studies"],
)
def test_public_names_do_not_depend_on_what_was_imported_before(first):
    code = (
        f"import {first}\nimport kbkresearch as kbk\n"
        "from kbkresearch import compare, describe, power, select\n"
        "from kbkresearch.analysis.power import plan\n"
        "assert all(callable(one) for one in (compare, describe, power, select))\n"
        "assert kbk.describe is describe and kbk.power is plan.power\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_welch_explained_variance_lies_within_its_interval(data):
    for convention in ("recommended", "spss"):
        found = kbk.associate(data, "score", "district", "anova_welch", convention)
        for row in found.effects.itertuples():
            assert row.ci_low <= row.estimate <= row.ci_high


def test_two_labels_declared_ordinal_say_which_order_was_taken(data):
    found = kbk.associate(data, "score", "funding_model", levels={"funding_model": "ordinal"})
    row = found.frame.iloc[0]
    assert row["method"] == "jonckheere"
    assert row["direction"] == "funding_model: blud < non_blud"
