"""Every study: its verdicts are those on record, and its claims and tables are worded twice."""

from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest

import kbkresearch as kbk

STUDIES = kbk.studies.ids()
NEED_WORDS = {"contradicted", "ambiguous", "not_recomputable"}
NUMBER = r"Rp ?\d|\d[.,]\d|\d‰|\d{5}|\d juta|\d million"
TYPED = {
    "hayana-sri-wahyuni-2019": (NUMBER, r"1[.,]000|6\(9\)|tabel 6\.6|table 6\.6"),
    "north-sumatra-2023": (r"\d", "Desember 2023|December 2023"),
    "puskesmas-kampak-2024": (r"\d", "(?!)"),
}
"""What an explanation may not hold outside its places, and what it may after all."""


@pytest.fixture(params=STUDIES)
def study(request):
    return kbk.reproduce(request.param)


def test_every_verdict_is_the_one_on_record(study):
    assert [(one.id, one.verdict) for one in study.changed] == []
    assert len(study.checks) == sum(study.summary.values())


def test_claims_explain_themselves_in_both_languages(study):
    for one in study.checks:
        assert one.statement.id
        assert one.statement.id != one.statement.en
        assert bool(one.explanation.id) == bool(one.explanation.en)
        if one.verdict in NEED_WORDS:
            assert min(len(one.explanation.id), len(one.explanation.en)) > 20, one.id
            assert one.explanation.id != one.explanation.en


def test_every_place_is_filled(study):
    empty = r"[{}]|\bnan\b|\binf\b|\bNone\b(?! of)|Fraction|Decimal|Rp–"
    for one in study.checks:
        for words in (one.statement.id, one.statement.en, one.explanation.id, one.explanation.en):
            assert not re.search(empty, words), one.id
        assert not re.search(r"–,", one.explanation.id), "a fact is missing"


@pytest.mark.parametrize("study", TYPED)
def test_numbers_of_explanations_are_computed_not_typed(study):
    typed, allowed = TYPED[study]
    folder = resources.files(f"kbkresearch.studies.{study.replace('-', '_')}")
    for claim in tomllib.loads(folder.joinpath("study.toml").read_text("utf-8"))["claims"]:
        for words in claim.get("explanation", {}).values():
            bare = re.sub(rf"\{{[^}}]*\}}|{allowed}", "", words)
            assert not re.search(typed, bare), claim["id"]


def test_tables_are_worded_twice_and_can_be_shown(study):
    for name, table in study.tables.items():
        assert table.name == name
        assert table.title.id != table.title.en
        assert table.source.id.startswith("Sumber: ")
        assert [one.key for one in table.columns] == list(table.frame.columns)
        assert all(one.label.id and one.label.en for one in table.columns)
        for lang in ("id", "en"):
            assert table.title.to(lang) in table.to_markdown(lang)
            assert "<table>" in table.to_html(lang)
