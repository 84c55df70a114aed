"""Capitation results as tables, figures and text: right numbers, both languages, marked."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.reporting.capitation import tables_of
from kbkresearch.reporting.figures import save_figure
from kbkresearch.reporting.payment_figures import figures_of

PAID = {"klinik-hayana": 10_000, "dpp-sri-wahyuni": 8_000}


@pytest.fixture(scope="module")
def strata():
    keys = ["facility_id", "stratum_kind", "stratum"]
    members, visits = (
        kbk.datasets.load(f"hayana-{name}") for name in ("participants", "utilisation")
    )
    both = members.merge(visits, on=keys)
    return both[both["stratum_kind"] == "age_band"].rename(columns={"stratum": "age_band"})


@pytest.fixture(scope="module")
def made(strata):
    options = {"months": 6, "counts": "average"}
    synthetic = kbk.synthetic_members(4000, facilities=5)
    synthetic["age_band"] = np.where(synthetic["age_years"] < 50, "0-49", "50+")
    paid = synthetic.assign(paid_rp=5000.0 * synthetic["member_months"])
    paid.loc[paid["sex"] == "male", "paid_rp"] *= 1.1
    return {
        "capitation": kbk.capitation(strata, ["age_band"], 51109, PAID, **options),
        "adjusted": kbk.adjusted_capitation(strata, ["age_band"], PAID, **options),
        "standardised": kbk.standardise(
            strata, by=["age_band"], groups=["facility_id"], method="indirect"
        ),
        "evaluation": kbk.evaluate_payment(paid, by=["age_band", "sex"]),
        "synthetic": kbk.capitation(synthetic, ["age_band"], groups=[], months=12),
    }


KINDS = ("capitation", "adjusted", "standardised", "evaluation", "synthetic")


def test_the_text_holds_the_study_to_the_rupiah(made):
    indonesian, english = (made["capitation"].narrate(lang) for lang in ("id", "en"))
    for amount in ("54.431.085", "21.925.761", "106.270.000", "51.838.915", "12.490.239"):
        assert f"Rp{amount}" in indonesian
        assert f"Rp{amount.replace('.', ',')}" in english
    assert "dua pembagian tidak dapat berbeda jumlahnya" in indonesian
    assert "What this method cannot show" in english


def test_the_text_says_when_payment_is_below_cost(strata):
    found = kbk.capitation(strata, ["age_band"], 51109, 4000, months=6, counts="average")
    assert "DI BAWAH biaya kunjungan" in found.narrate()
    assert "BELOW the cost" in found.narrate("en")
    assert "BELOW" not in kbk.capitation(strata, ["age_band"], 51109, PAID).narrate("en")


@pytest.mark.parametrize("kind", KINDS)
def test_no_place_of_a_text_is_left_unfilled(made, kind):
    for lang in ("id", "en"):
        said = made[kind].narrate(lang)
        assert said
        assert not re.search(r"[{}]|\bnan\b|–‰", said)
    assert made[kind].narrate("id") != made[kind].narrate("en")


@pytest.mark.parametrize("kind", KINDS)
def test_synthetic_data_say_so_everywhere(made, kind):
    synthetic = kind in {"evaluation", "synthetic"}
    result = made[kind]
    assert result.is_synthetic is synthetic
    assert ("SYNTHETIC DATA" in result.narrate("en")) is synthetic
    assert all(("SYNTHETIC" in one.title.en) is synthetic for one in tables_of(result))
    assert ("SINTETIS" in result.to_table().to_html()) is synthetic
    for name in figures_of(result):
        ax = result.plot(kind=name)
        assert ("SINTETIS" in ax.get_title("left")) is synthetic
        assert ("SINTETIS" in ax.get_figure().get_supxlabel()) is synthetic


@pytest.fixture(autouse=True)
def _closed():
    import matplotlib as mpl

    mpl.use("agg")
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_has_titles_units_and_a_source(made, kind, lang):
    for name in figures_of(made[kind]):
        ax = made[kind].plot(lang=lang, kind=name)
        assert ax.get_title("left")
        assert ax.get_xlabel()
        assert "kbkresearch" in ax.get_figure().get_supxlabel()


def test_an_unknown_figure_names_those_there_are(made):
    with pytest.raises(kbk.KbkError, match=r"rates, tariffs, fund_against_paid"):
        made["capitation"].plot(kind="pie")


def test_figures_are_the_same_bytes_each_time_and_draw_on_given_axes(made, tmp_path):
    import matplotlib.pyplot as plt

    for folder in "ab":
        for name, (painter, size) in figures_of(made["capitation"]).items():
            save_figure(painter, size, tmp_path / folder / name)
    files = sorted((tmp_path / "a").iterdir())
    assert len(files) == 6
    assert all(one.read_bytes() == (tmp_path / "b" / one.name).read_bytes() for one in files)
    _, ax = plt.subplots()
    assert made["capitation"].plot(ax) is ax


def test_curves_hold_the_rates_and_differ_by_marker(made):
    ax = made["capitation"].plot(kind="rates")
    assert len(ax.containers) == 2
    assert len({one[0].get_marker() for one in ax.containers}) == 2
    frame = made["capitation"].frame
    for container, (_, part) in zip(
        ax.containers, frame.groupby("facility_id", sort=False), strict=True
    ):
        assert container[0].get_ydata().tolist() == part["rate_permille"].tolist()


def test_too_many_curves_are_refused(strata):
    several = [strata.assign(facility_id=f"F{place}") for place in range(7)]
    found = kbk.capitation(pd.concat(several), ["age_band"], 51109)
    with pytest.raises(kbk.KbkError, match="7 curves cannot be told apart"):
        found.plot()


def test_sides_of_the_line_are_told_by_marker(made):
    ax = made["evaluation"].plot(kind="under_compensation")
    frame = made["evaluation"].frame
    groups = frame[frame["grouping"] != "all"]
    drawn = {
        line.get_marker(): len(line.get_xdata()) for line in ax.lines if line.get_marker() in "<>o"
    }
    expected = {
        ">": int((groups["ci_low"] > 0).sum()),
        "<": int((groups["ci_high"] < 0).sum()),
    }
    expected["o"] = len(groups) - sum(expected.values())
    assert drawn == {marker: n for marker, n in expected.items() if n}


def test_the_adjusted_text_names_the_largest_gain(made):
    frame = made["adjusted"].frame
    gainer = frame.loc[frame["difference_rp"].idxmax(), "facility_id"]
    assert f"Largest: {gainer} Rp" in made["adjusted"].narrate("en")
    assert "Largest under-compensation: 50+" in made["evaluation"].narrate("en")


@pytest.mark.parametrize(("kind", "lang"), list(itertools.product(KINDS, ["id", "en"])))
def test_tables_are_labelled_in_both_languages(made, kind, lang):
    for table in tables_of(made[kind]):
        labels = [one.label.to(lang) for one in table.columns]
        assert len(set(labels)) == len(labels)
        for column, shown in zip(table.columns, labels, strict=True):
            assert shown != column.key or shown in {"df", "n", "p"}


def test_a_suppressed_cell_is_not_drawn_and_has_no_mean(strata):
    few = strata.assign(visits=strata["visits"].where(strata["age_band"] != "0-4", 2))
    found = kbk.capitation(few, ["age_band"], 51109).suppressed(5)
    hidden = found.frame[found.frame["status"] != ""]
    assert len(hidden) == 4
    ax = found.plot()
    assert sum(np.isnan(one[0].get_ydata()).sum() for one in ax.containers) == 4
    assert not [line for line in ax.lines if line.get_linestyle() in {"--", ":"}]
