"""What-ifs: new frozen documents that say where they came from; the law itself never changes."""

from __future__ import annotations

import copy
import pickle
from contextlib import suppress
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

import kbkresearch as kbk
from kbkresearch.errors import RuleFileError, UnknownNameError
from kbkresearch.regulation.describe import difference
from kbkresearch.regulation.lookup import outcomes
from kbkresearch.regulation.reforms import flat, paths, thaw
from kbkresearch.scoring.engine import lookup, plan

SOFTER = {"indicators.ak.weight": "0.5", "indicators.rrns.weight": "0.4"}


def picture(document):
    """Return everything a document holds, as bytes."""
    values = {path: repr(one) for path, one in document.values.items()}
    return pickle.dumps((document.id, values, thaw(document.raw), str(document.provenance)))


@pytest.fixture(autouse=True)
def _the_law_stays_as_it_is():
    before = {name: picture(kbk.rules(name)) for name in kbk.rule_ids()}
    yield
    assert {name: picture(kbk.rules(name)) for name in kbk.rule_ids()} == before


@pytest.fixture
def law():
    return kbk.rules("kbk-2019")


def test_no_change_gives_the_same_rules(law):
    same = law.replace({})
    assert same is not law
    assert {p: repr(v) for p, v in same.values.items()} == {
        p: repr(v) for p, v in law.values.items()
    }
    assert outcomes(same) == outcomes(law)
    assert same.id == "kbk-2019+reform"
    assert same.provenance.baseline == "kbk-2019"
    assert same.provenance.changes == {}


def test_changed_weights_change_the_score_and_say_so(law):
    softer = law.replace(SOFTER, id="softer", title="Softer", author="A. Author", reference="doi:1")
    found = {one.levels: one.score for one in outcomes(softer)}
    assert found == {(a, b, c): Fraction(5 * a + 4 * b + c, 10) for a, b, c in found}
    changed = softer.values["indicators.ak.weight"]
    assert (changed.value, changed.unit, changed.status) == (Decimal("0.5"), "share", "reform")
    assert "Softer" in changed.citation
    assert "kbk-2019" in changed.citation
    assert softer.values["indicators.rppt.weight"] == law.values["indicators.rppt.weight"]
    assert softer.id == "softer"
    about = softer.provenance
    assert (about.baseline, about.changes) == ("kbk-2019", SOFTER)
    assert (about.title, about.author, about.reference) == ("Softer", "A. Author", "doi:1")
    assert law.provenance is None


def test_difference_shows_the_changes_and_nothing_else(law):
    frame = difference(law, law.replace(SOFTER)).frame
    assert frame.values.tolist() == [
        ["indicators.ak.weight", "0.4", "0.5"],
        ["indicators.rrns.weight", "0.5", "0.4"],
    ]


@pytest.mark.parametrize("value", ["0.1", Decimal("0.1"), 0.1])
def test_numbers_may_be_given_as_text_decimal_or_float(law, value):
    same = law.replace({"indicators.rppt.weight": value})
    assert same.indicators["rppt"].weight.value == Decimal("0.1")


def test_bands_and_payments_can_change(law):
    changed = law.replace(
        {
            "indicators.rppt.bands.4": "[6, 100]",
            "indicators.rppt.bands.3": "[4, 6)",
            "payment.puskesmas.by_score.[3, 4)": 94,
        }
    )
    assert changed.indicators["rppt"].target == 6
    paid = {one.levels: int(one.payment["puskesmas"].value) for one in outcomes(changed)}
    assert (paid[3, 4, 4], paid[2, 2, 2], paid[4, 4, 4]) == (94, 90, 100)


def test_an_indicator_may_have_one_band_only(law):
    """RPPT always met: every facility-month then has rating 4."""
    always = law.replace({"indicators.rppt.bands": {"4": "[0, 100]"}})
    assert {one.levels[2] for one in outcomes(always)} == {4}
    assert plan(always.indicators["rppt"]).edges == ()
    assert lookup(always).sizes == (5, 5, 2)


def test_a_reform_may_pay_a_type_that_the_law_does_not(law):
    table = {"[4, 4]": "100", "[1, 4)": "96"}
    paying = law.replace({"payment.dpp": {"by_score": table}}, title="Practices")
    assert {str(band): int(v.value) for band, v in paying.payment["dpp"].by_score} == {
        "[1, 4)": 96,
        "[4, 4]": 100,
    }
    assert {v.status for _, v in paying.payment["dpp"].by_score} == {"reform"}
    assert {v.unit for _, v in paying.payment["dpp"].by_score} == {"pct"}
    assert set(paying.payment) == {*law.payment, "dpp"}


def test_a_changed_value_does_not_keep_the_note_of_the_law(law):
    """The note of class D hospitals says that no source prints the value: not true of a reform."""
    changed = law.replace({"payment.rs_d_pratama.by_score.[3, 4)": "98"})
    assert changed.values["payment.rs_d_pratama.by_score.[3, 4)"].note == ""
    corrected = law.replace({"indicators.ak.bands.4": "[150, 1000]"})
    assert corrected.values["indicators.ak.bands.4"].note == ""


def test_a_reform_of_a_reform_knows_both(law):
    first = law.replace(SOFTER, id="first")
    second = first.replace({"payment.puskesmas.by_score.[3, 4)": "94"}, id="second")
    assert second.provenance.baseline == "first"
    assert second.indicators["ak"].weight.value == Decimal("0.5")
    assert first.payment["puskesmas"].by_score[2][1].value == 95


def test_tariffs_and_norms_can_be_reformed_too():
    dearer = kbk.rules("tariff-2023").replace({"ranges.dpp.high": 20000})
    assert next(o for o in dearer.ranges if o.facility_type == "dpp").high.value == 20000
    norm = kbk.rules("doctor-ratio-2023").replace({"values.members_per_doctor_max": 2500})
    assert norm.values["values.members_per_doctor_max"].value == 2500
    assert norm.values["values.members_per_doctor_max"].unit == "members_per_doctor"


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("indicators.ak.wieght", "indicators.ak.weight"),
        ("indicators.ak.bands.5", "indicators.ak.bands.4"),
        ("payment.puskesmas.by_score.[3, 5)", "payment.puskesmas.by_score.[3, 4)"),
        ("indicator.rrns.weight", "indicators.rrns.weight"),
        ("payment.dpp.by_score.[4, 4]", "payment."),
        ("indicators.ak.weight.value.more", ""),
        ("no.such.thing", ""),
        ("", ""),
        (".", ""),
    ],
)
def test_a_path_that_does_not_exist_is_refused_with_a_hint(law, path, hint):
    with pytest.raises(RuleFileError) as caught:
        law.replace({path: "1"}, id="mine")
    assert caught.value.where == "mine"
    assert repr(path) in caught.value.problem
    assert hint in caught.value.problem


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"indicators.ak.weight": "0.5"}, "mine: indicators", "add to 1"),
        ({"indicators.ak.weight": "much"}, "mine: indicators.ak.weight", "'much'"),
        ({"indicators.rrns.bands.4": "[0, 2)"}, "mine: indicators.rrns.bands", "in no band"),
        ({"payment.dpp": {"by_score": {"[2, 4]": "1"}}}, "mine: payment.dpp", "does not begin"),
        ({"payment.hotel": {"by_score": {"[1, 4]": "1"}}}, "mine: payment.hotel", "facility type"),
        ({"payment.puskesmas.by_score.[4, 4]": "many"}, "mine: payment.puskesmas", "'many'"),
    ],
)
def test_a_reform_that_does_not_hold_together_is_refused(law, changes, where, what):
    with pytest.raises(RuleFileError) as caught:
        law.replace(changes, id="mine")
    assert caught.value.where.startswith(where)
    assert what in caught.value.problem


@pytest.mark.parametrize(
    "path", ["id", "kind", "family", "regulation", "title", "indicators.rrns.zero_policy"]
)
def test_what_is_no_value_of_the_law_is_not_changed_by_a_path(law, path):
    with pytest.raises(RuleFileError) as caught:
        law.replace({path: "other"}, id="mine")
    assert path in str(caught.value)


def test_what_stays_in_force_can_be_dated_by_a_reform():
    longer = kbk.rules("kbkp-2017").replace({"validity.until": date(2018, 12, 31)})
    assert longer.valid_until.value == date(2018, 12, 31)


def test_later_edits_of_the_changes_do_not_reach_the_reform(law):
    changes = {"payment.dpp": {"by_score": {"[4, 4]": "100", "[1, 4)": "96"}}}
    given = copy.deepcopy(changes)
    paying = law.replace(changes)
    changes["payment.dpp"]["by_score"]["[1, 4)"] = "1"
    changes["indicators.ak.weight"] = "9"
    assert paying.provenance.changes == given
    assert paying.raw["payment"]["dpp"]["by_score"]["[1, 4)"] == "96"


def test_the_content_behind_the_law_cannot_be_changed_in_place(law):
    weight = law.raw["indicators"]["ak"]["weight"]
    try:
        with suppress(TypeError):
            weight["value"] = "0.9"
        assert law.raw["indicators"]["ak"]["weight"]["value"] == "0.4"
    finally:
        with suppress(TypeError):
            weight["value"] = "0.4"


def test_paths_are_those_of_the_values(law):
    known = set(paths(law.raw))
    assert {p for p in law.values if not p.startswith("definitions")} <= known
    assert dict(flat(law.raw))["indicators.ak.weight"] == "0.4"


# Reform files ----------------------------------------------------------------------------------

FILE = """
baseline = "kbk-2019"
title = "Payment of practices"
author = "A. Author"
reference = "doi:1"

[changes]
"indicators.ak.weight" = "0.5"
"indicators.rrns.weight" = "0.4"

[changes."payment.dpp".by_score]
"[4, 4]" = "100"
"[1, 4)" = "96"
"""


def written(folder, text, name="practices.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("as_type", [str, lambda path: path])
def test_a_file_says_what_replace_says(tmp_path, law, as_type):
    found = kbk.reform(as_type(written(tmp_path, FILE)))
    table = {"by_score": {"[4, 4]": "100", "[1, 4)": "96"}}
    same = law.replace({**SOFTER, "payment.dpp": table}, title="Payment of practices")
    assert [(o.levels, o.score) for o in outcomes(found)] == [
        (o.levels, o.score) for o in outcomes(same)
    ]
    assert found.id == "practices"
    about = found.provenance
    assert (about.baseline, about.author, about.reference) == ("kbk-2019", "A. Author", "doi:1")
    assert set(about.changes) == {*SOFTER, "payment.dpp"}


def test_a_file_may_name_the_reform(tmp_path):
    text = 'id = "mine"\nbaseline = "kbk-2019"\n[changes]\n'
    assert kbk.reform(written(tmp_path, text)).id == "mine"


def test_a_file_saved_by_a_windows_editor(tmp_path):
    path = tmp_path / "bom.toml"
    path.write_text(FILE, encoding="utf-8-sig")
    assert kbk.reform(path).provenance.title == "Payment of practices"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("baseline = ", "is no TOML file"),
        ('baseline = "kbk-2019"\n', "'baseline' and [changes] are needed"),
        ("[changes]\n", "'baseline' and [changes] are needed"),
        ('baseline = "kbk-2019"\nchanges = "none"\n', "'baseline' and [changes] are needed"),
        ('baseline = "kbk-2019"\ncolour = "red"\n[changes]\n', "unknown key 'colour'"),
        ('baseline = ["kbk-2019"]\n[changes]\n', "baseline"),
    ],
)
def test_a_file_that_is_no_reform(tmp_path, text, what):
    path = written(tmp_path, text)
    with pytest.raises(RuleFileError) as caught:
        kbk.reform(path)
    assert caught.value.where == str(path)
    assert what in caught.value.problem


def test_a_file_that_cannot_be_read(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(RuleFileError, match="cannot be read"):
            kbk.reform(path)
    path = tmp_path / "bytes.toml"
    path.write_bytes(b'title = "\xff\xfe"')
    with pytest.raises(RuleFileError, match="no TOML"):
        kbk.reform(path)


def test_a_file_with_an_unknown_baseline_or_path(tmp_path):
    with pytest.raises(UnknownNameError, match="kbk-2019"):
        kbk.reform(written(tmp_path, 'baseline = "kbk-2018"\n[changes]\n'))
    text = 'baseline = "kbk-2019"\n[changes]\n"indicators.ak.wieght" = "1"\n'
    with pytest.raises(RuleFileError, match=r"did you mean indicators\.ak\.weight"):
        kbk.reform(written(tmp_path, text, "typo.toml"))


def test_paths_without_quotes_mean_the_same(tmp_path, law):
    """TOML reads `indicators.ak.weight = ...` as nested tables; the reform is the same."""
    text = (
        'baseline = "kbk-2019"\n[changes]\n'
        'indicators.ak.weight = "0.5"\nindicators.rrns.weight = "0.4"\n'
    )
    found = kbk.reform(written(tmp_path, text))
    assert [o.score for o in outcomes(found)] == [o.score for o in outcomes(law.replace(SOFTER))]
