"""The rule files: what they say, that values are cited, when they hold, how broken ones fail."""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from itertools import product

import pandas as pd
import pytest

import kbkresearch as kbk
from kbkresearch.errors import (
    BadArgumentError,
    KbkError,
    NoRulesInForceError,
    RuleFileError,
    UnknownNameError,
)
from kbkresearch.regulation.describe import difference, lookup_table
from kbkresearch.regulation.lookup import outcomes, payment_for_score
from kbkresearch.regulation.nodes import sources
from kbkresearch.regulation.parse import parse
from kbkresearch.regulation.registry import check_dates
from kbkresearch.regulation.values import STATUSES, UNITS, Document, RuleSet, Tariff
from kbkresearch.vocabulary import COLUMNS, FACILITY_TYPES

FOLDER = resources.files("kbkresearch.regulation")
RAW = {
    file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
    for file in FOLDER.iterdir()
    if file.name.endswith(".toml") and file.name != "sources.toml"
}
RULE_SETS = ["kbk-2019", "kbkp-2016", "kbkp-2017"]
DAY = timedelta(days=1)

# What the regulations say, typed from them and not from the rule files.
BANDS = {
    ("kbk-2019", "ak", "permille"): {
        4: "[150, 1000]",
        3: "(145, 150)",
        2: "(140, 145]",
        1: "[0, 140]",
    },
    ("kbk-2019", "rrns", "pct"): {4: "[0, 2]", 3: "(2, 2.5]", 2: "(2.5, 3]", 1: "(3, 100]"},
    ("kbk-2019", "rppt", "pct"): {4: "[5, 100]", 3: "[4, 5)", 2: "[3, 4)", 1: "[0, 3)"},
    ("kbkp-2016", "ak", "permille"): {
        "unsafe": "[0, 150)",
        "safe": "[150, 250)",
        "achievement": "[250, 1000]",
    },
    ("kbkp-2016", "rrns", "pct"): {
        "unsafe": "[5, 100]",
        "safe": "[1, 5)",
        "achievement": "[0, 1)",
    },
    ("kbkp-2016", "rppb", "pct"): {
        "unsafe": "[0, 50)",
        "safe": "[50, 90)",
        "achievement": "[90, 100]",
    },
    ("kbkp-2016", "rkr", "pct"): {"unsafe": "[0, 100)", "safe": "[100, 100]"},
    ("kbkp-2017", "ak", "permille"): {"unsafe": "[0, 150)", "safe": "[150, 1000]"},
    ("kbkp-2017", "rrns", "pct"): {"unsafe": "[5, 100]", "safe": "[0, 5)"},
    ("kbkp-2017", "rppb", "pct"): {"unsafe": "[0, 50)", "safe": "[50, 100]"},
    ("kbkp-2017", "rkr", "pct"): {"unsafe": "[0, 100)", "safe": "[100, 100]"},
}
PARTS = {
    "ak": (("contacts", "members"),),
    "rrns": (("nonspecialist_referrals", "referrals"),),
    "rppt": (("dm_controlled", "dm_diagnosed"), ("ht_controlled", "ht_diagnosed")),
    "rppb": (("prolanis_visiting", "prolanis_registered"),),
    "rkr": (("families_visited", "families"),),
}
WEIGHTS = {"ak": "0.4", "rrns": "0.5", "rppt": "0.1"}
PUSKESMAS = {"[4, 4]": 100, "[3, 4)": 95, "[2, 3)": 90, "[1, 2)": 85}
CLINIC = {"[4, 4]": 100, "[3, 4)": 97, "[2, 3)": 96, "[1, 2)": 95}
ZONES_2016 = {
    (3, 0, 0): "75",
    (2, 1, 0): "80",
    (1, 2, 0): "90",
    (0, 3, 0): "100",
    (0, 2, 1): "105",
    (0, 1, 2): "110",
    (0, 0, 3): "115",
    (2, 0, 1): "90",
    (1, 1, 1): "95",
    (1, 0, 2): "98",
}
ZONES_2017 = {(0, 3): "100", (1, 2): "95", (2, 1): "92.5", (3, 0): "90"}


# What the law says -----------------------------------------------------------------------------


def test_there_are_documents():
    assert set(kbk.rule_ids()) == set(RAW)
    assert set(kbk.rule_ids("performance")) == set(RULE_SETS)
    assert kbk.rule_ids("no-such-family") == ()


@pytest.mark.parametrize(("name", "indicator", "unit"), BANDS)
def test_bands(name, indicator, unit):
    one = kbk.rules(name).indicators[indicator]
    assert {band.level: str(band.interval) for band in one.bands} == BANDS[name, indicator, unit]
    assert one.unit == unit
    assert one.scale == {"permille": 1000, "pct": 100}[unit]
    assert one.better == ("lower" if indicator == "rrns" else "higher")
    assert one.parts == PARTS[indicator]
    assert one.in_payment == (indicator != "rkr")


def test_no_rule_set_has_other_indicators():
    found = {(name, one) for name in RULE_SETS for one in kbk.rules(name).indicators}
    assert found == {key[:2] for key in BANDS}


def test_weights_and_targets_of_2019():
    law = kbk.rules("kbk-2019")
    assert {name: str(one.weight.value) for name, one in law.indicators.items()} == WEIGHTS
    targets = {name: one.target for name, one in law.indicators.items()}
    assert targets == {"ak": 150, "rrns": 2, "rppt": 5}
    assert all(one.target in one.best.interval for one in law.indicators.values())
    assert law.has_score
    assert str(law.score_domain) == "[1, 4]"


def test_payment_of_2019():
    payment = kbk.rules("kbk-2019").payment
    found = {
        kind: {str(band): int(value.value) for band, value in table.by_score}
        for kind, table in payment.items()
    }
    assert found == {"puskesmas": PUSKESMAS, "klinik_pratama": CLINIC, "rs_d_pratama": CLINIC}
    status = {kind: {v.status for _, v in table.by_score} for kind, table in payment.items()}
    assert status["puskesmas"] == status["klinik_pratama"] == {"sourced"}
    assert status["rs_d_pratama"] == {"unverified"}


@pytest.mark.parametrize(
    ("name", "zones", "levels"),
    [
        ("kbkp-2016", ZONES_2016, ("unsafe", "safe", "achievement")),
        ("kbkp-2017", ZONES_2017, ("unsafe", "safe")),
    ],
)
def test_payment_by_zones(name, zones, levels):
    law = kbk.rules(name)
    assert law.levels == levels
    assert not law.has_score
    assert list(law.payment) == ["any"]
    assert {key: str(one.value) for key, one in law.payment["any"].by_zones.items()} == zones


@pytest.mark.parametrize("name", RULE_SETS)
def test_payment_without_consequence_is_full_and_unverified(name):
    value = kbk.rules(name).without_consequence
    assert (value.value, value.unit, value.status) == (100, "pct", "unverified")


def test_misprints_are_marked_corrected_and_say_what_was_printed():
    values = kbk.rules("kbk-2019").values
    corrected = {path for path, one in values.items() if one.status == "corrected"}
    assert corrected == {f"indicators.ak.bands.{rating}" for rating in (1, 2, 3, 4)}
    for path in corrected:
        assert "140%" in values[path].note.en or "1" in values[path].note.en
        assert "Printed" in values[path].note.en
        assert "Tercetak" in values[path].note.id


TARIFFS = {
    "puskesmas": {
        ("[1, 5000]", True): 7000,
        ("[1, 5000]", False): 6300,
        ("above", True): 6000,
        ("above", False): 5300,
        ("none", True): 4300,
        ("none", False): 3600,
    },
    "klinik_pratama": {
        ("[1, 5000]", True): 12000,
        ("[1, 5000]", False): 10000,
        ("above", True): 11000,
        ("above", False): 9000,
    },
    "dpp": {("[1, 5000]", None): 8800, ("above", None): 8300},
    "dentist_practice": {("any", True): 3500},
}
TARIFFS["rs_d_pratama"] = TARIFFS["klinik_pratama"]


def test_tariffs_of_2023():
    def kind(rate):
        if rate.doctor is False:
            return "none"
        if rate.members_per_doctor is None:
            return "any"
        inside = [5000 in rate.members_per_doctor, 5001 in rate.members_per_doctor]
        return {(True, False): "[1, 5000]", (False, True): "above"}[tuple(inside)]

    tariff = kbk.rules("tariff-2023")
    assert isinstance(tariff, Tariff)
    found: dict = {}
    for rate in tariff.rates:
        assert rate.tariff.unit == "rp_pmpm"
        found.setdefault(rate.facility_type, {})[kind(rate), rate.dentist] = rate.tariff.value
    assert found == TARIFFS
    ranges = {one.facility_type: (one.low.value, one.high.value) for one in tariff.ranges}
    assert ranges == {
        "puskesmas": (3600, 9000),
        "klinik_pratama": (9000, 16000),
        "rs_d_pratama": (9000, 16000),
        "dpp": (8300, 15000),
        "dentist_practice": (3000, 4000),
    }
    for rate in tariff.rates:
        low, high = ranges[rate.facility_type]
        assert low <= rate.tariff.value <= high


@pytest.mark.parametrize(
    ("name", "path", "value", "unit"),
    [
        ("doctor-ratio-2020", "values.members_per_doctor_max", 4000, "members_per_doctor"),
        ("doctor-ratio-2023", "values.members_per_doctor_max", 5000, "members_per_doctor"),
        ("fund-use-2022", "values.services_min", 60, "pct"),
    ],
)
def test_norms(name, path, value, unit):
    found = kbk.rules(name).values[path]
    assert (found.value, found.unit) == (value, unit)


# Every value is cited --------------------------------------------------------------------------


@pytest.mark.parametrize("name", RAW)
def test_every_value_has_unit_citation_status_and_note(name):
    document = kbk.rules(name)
    assert document.id == name
    assert document.title.id
    assert document.title.en
    assert document.values["validity.from"] is document.valid_from
    for path, one in document.values.items():
        assert one.unit in UNITS, path
        assert one.status in STATUSES, path
        assert one.status != "reform", path
        source, _, where = one.citation.partition(": ")
        assert source, path
        assert where, path
        assert any(one.citation.startswith(known) for known in sources().values()), path
        if one.status == "corrected":
            assert one.note.id, path
            assert one.note.en, path
        if one.citation.startswith(sources()["none"]):
            assert one.status == "unverified", path


@pytest.mark.parametrize("name", RULE_SETS)
def test_no_number_of_the_law_escapes_the_values(name):
    law = kbk.rules(name)
    n = sum(len(one.bands) + (one.weight is not None) for one in law.indicators.values())
    n += sum(len(table.by_score) + len(table.by_zones) for table in law.payment.values())
    n += 1 + 1 + (law.valid_until is not None)
    assert len([path for path in law.values if not path.startswith("definitions.")]) == n


def test_documents_are_frozen():
    law = kbk.rules("kbk-2019")
    assert kbk.rules("kbk-2019") is law
    with pytest.raises(AttributeError):
        law.id = "other"
    with pytest.raises(AttributeError):
        law.indicators["ak"].scale = 100
    for mapping in (law.values, law.indicators, law.payment, law.raw):
        with pytest.raises(TypeError):
            mapping["ak"] = None


@pytest.mark.parametrize("name", RULE_SETS)
def test_columns_are_canonical(name):
    for one in kbk.rules(name).indicators.values():
        assert {one.column, one.level_column} <= set(COLUMNS)
        assert {column for part in one.parts for column in part} <= set(COLUMNS)


# Dates -----------------------------------------------------------------------------------------


def _validity(raw):
    ends = raw["validity"].get("until")
    return raw["validity"]["from"]["value"], ends["value"] if ends else date.max


DATES = sorted(
    {
        (raw["family"], day)
        for raw in RAW.values()
        for edge in _validity(raw)
        for day in (
            edge - DAY,
            edge,
            min(edge, date.max - DAY) + DAY,
        )
    }
)


@pytest.mark.parametrize(("family", "day"), DATES)
def test_rules_on_and_around_every_first_and_last_day(family, day):
    covering = [
        name
        for name, raw in RAW.items()
        if raw["family"] == family and _validity(raw)[0] <= day <= _validity(raw)[1]
    ]
    assert len(covering) <= 1
    if covering:
        assert kbk.rules_on(day, family).id == covering[0]
        assert kbk.rules_on(day.isoformat(), family).id == covering[0]
    else:
        with pytest.raises(NoRulesInForceError, match=str(day)):
            kbk.rules_on(day, family)


def test_the_three_performance_rule_sets_follow_each_other_without_gap():
    found = [kbk.rules_on(date(2016, 1, 1) + DAY * n).id for n in range(0, 365 * 10, 1)]
    assert list(dict.fromkeys(found)) == ["kbkp-2016", "kbkp-2017", "kbk-2019"]


@pytest.mark.parametrize(
    ("day", "family", "nearest"),
    [
        ("2015-12-31", "performance", ["kbkp-2016 (2016-01-01 to 2016-12-31)"]),
        ("1999-01-01", "tariff", ["tariff-2016 (2016-01-01 to 2022-12-31)"]),
        ("2019-12-31", "doctor-ratio", ["doctor-ratio-2020"]),
    ],
)
def test_a_date_without_rules_names_the_nearest(day, family, nearest):
    with pytest.raises(NoRulesInForceError) as caught:
        kbk.rules_on(day, family)
    assert day in str(caught.value)
    assert all(one in str(caught.value) for one in nearest)
    others = set(RAW) - {one.split()[0] for one in nearest}
    assert not any(other in str(caught.value) for other in others)


@pytest.mark.parametrize(
    "day",
    [
        "2023-12-01",
        date(2023, 12, 1),
        datetime(2023, 12, 1, 23, 59, tzinfo=UTC),
        pd.Timestamp("2023-12-01"),
        pd.Timestamp("2023-12-01").to_datetime64().astype("datetime64[D]"),
    ],
)
def test_any_way_to_write_a_date(day):
    assert kbk.rules_on(day).id == "kbk-2019"


@pytest.mark.parametrize("day", ["2023-13-01", "2023-12", "01/12/2023", "", None, 2023, pd.NaT])
def test_what_is_no_date(day):
    with pytest.raises(BadArgumentError, match="not a date"):
        kbk.rules_on(day)


def test_unknown_names_list_the_choices():
    with pytest.raises(UnknownNameError, match="Did you mean 'kbk-2019'") as caught:
        kbk.rules("kbk2019")
    assert all(name in str(caught.value) for name in RAW)
    with pytest.raises(UnknownNameError, match="family") as caught:
        kbk.rules_on("2023-01-01", "tarif")
    assert "tariff" in str(caught.value)


# Broken files ----------------------------------------------------------------------------------


def edited(name, path, value):
    """Return a rule file's content with the value at a path changed, or gone if `value` is ...."""
    raw = copy.deepcopy(RAW[name])
    place = raw
    *steps, last = path
    for step in steps:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return raw


AK, RRNS, RPPT = (("indicators", name) for name in ("ak", "rrns", "rppt"))
PAID = ("payment", "puskesmas", "by_score")
BROKEN = [
    # bands
    ("kbk-2019", (*RRNS, "bands", "2"), "(2.6, 3]", "indicators.rrns.bands", "gap"),
    ("kbk-2019", (*RRNS, "bands", "2"), "(2.4, 3]", "indicators.rrns.bands", "overlap"),
    ("kbk-2019", (*RRNS, "bands", "3"), "[2, 2.5]", "indicators.rrns.bands", "overlap"),
    ("kbk-2019", (*RRNS, "bands", "3"), "(2, 2.5)", "indicators.rrns.bands", "in no band"),
    ("kbk-2019", (*RRNS, "bands", "1"), "(3, 99]", "indicators.rrns.bands", "does not end"),
    ("kbk-2019", (*RRNS, "bands", "1"), ..., "indicators.rrns.bands", "does not end"),
    ("kbk-2019", (*RRNS, "bands", "1"), "(3; 100]", "indicators.rrns.bands.1", "not an interval"),
    ("kbk-2019", (*RRNS, "bands", "5"), "[0, 1]", "indicators.rrns.bands.5", "level '5'"),
    ("kbk-2019", (*AK, "bands", "1", "value"), "(140, 1000]", "indicators.ak.bands", "overlap"),
    ("kbk-2019", (*AK, "better"), "lower", "indicators.ak.bands", "do not rise"),
    ("kbk-2019", (*RRNS, "better"), "higher", "indicators.rrns.bands", "do not rise"),
    # units, citations, status, notes
    ("kbk-2019", (*AK, "scale"), 100, "indicators.ak", "scale 100"),
    ("kbk-2019", (*AK, "unit"), "pct", "indicators.ak", "scale 1000"),
    ("kbk-2019", (*AK, "unit"), "persons", "indicators.ak.unit", "'persons'"),
    ("kbk-2019", (*AK, "weight", "unit"), "pct", "indicators.ak.weight", "unit 'pct'"),
    ("kbk-2019", ("payment", "puskesmas", "unit"), "share", "payment.puskesmas", "unit 'share'"),
    ("kbk-2019", ("payment", "puskesmas", "unit"), ..., "payment.puskesmas", "'unit'"),
    ("kbk-2019", ("source",), ..., "indicators", "citation"),
    ("kbk-2019", (*RPPT, "where"), ..., "indicators.rppt", "citation"),
    ("kbk-2019", (*RPPT, "where"), "", "indicators.rppt", "citation"),
    ("kbk-2019", ("status",), ..., "indicators.ak.weight", "'status'"),
    ("kbk-2019", ("status",), "certain", "indicators.ak.weight", "status 'certain'"),
    ("kbk-2019", ("source",), "hearsay", "indicators.ak", "source 'hearsay'"),
    ("kbk-2019", (*AK, "bands", "4", "note"), ..., "indicators.ak.bands.4", "'note'"),
    ("kbk-2019", (*AK, "bands", "4", "note", "id"), ..., "indicators.ak.bands.4.note", "'id'"),
    # weights, score and payment
    ("kbk-2019", (*AK, "weight", "value"), "0.5", "indicators", "add to 1"),
    ("kbk-2019", (*AK, "weight"), ..., "indicators", "add to 1"),
    ("kbk-2019", (*AK, "weight", "value"), 0.4, "indicators.ak.weight", "written as text"),
    ("kbk-2019", (*AK, "weight", "value"), "NaN", "indicators", ""),
    ("kbk-2019", (*PAID, "[3, 4)"), ..., "payment.puskesmas", "gap"),
    ("kbk-2019", (*PAID, "[4, 4]"), ..., "payment.puskesmas", "does not end"),
    ("kbk-2019", (*PAID, "[1, 2]"), "85", "payment.puskesmas", "overlap"),
    ("kbk-2019", (*PAID, "[3, 4)"), "ninety", "payment.puskesmas.by_score.[3, 4)", "'ninety'"),
    ("kbk-2019", (*PAID, "[3, 4)"), "NaN", "payment.puskesmas.by_score.[3, 4)", ""),
    ("kbk-2019", (*PAID, "[3, 4)"), "-95", "payment.puskesmas.by_score.[3, 4)", ""),
    ("kbk-2019", ("score", "domain"), "[1, 5]", "payment.puskesmas", "does not end"),
    ("kbk-2019", ("payment", "hospital"), {}, "payment.hospital", "facility type"),
    ("kbkp-2016", ("payment", "any", "by_zones", "1,1,1"), ..., "payment.any", "(1, 1, 1)"),
    ("kbkp-2016", ("payment", "any", "by_zones", "2,2,0"), "90", "payment.any", "(2, 2, 0)"),
    ("kbkp-2017", ("payment", "any", "by_zones", "3,0"), ..., "payment.any", "(3, 0)"),
    ("kbkp-2017", ("payment", "any", "by_zones", "a,b"), "90", "payment.any", "a,b"),
    ("kbk-2019", ("consequence",), ..., "top level", "'consequence'"),
    # unknown and missing keys
    ("kbk-2019", ("colour",), "red", "top level", "'colour'"),
    ("kbk-2019", (*AK, "wieght"), "0.4", "indicators.ak", "'wieght'"),
    ("kbk-2019", ("payment", "puskesmas", "by_points"), {}, "payment.puskesmas", "'by_points'"),
    ("kbk-2019", ("validity", "to"), date(2030, 1, 1), "validity", "'to'"),
    ("tariff-2023", ("ranges", "dpp", "middle"), "9000", "ranges.dpp", "'middle'"),
    ("kbk-2019", ("kind",), ..., "top level", "'kind'"),
    ("kbk-2019", ("kind",), "law", "kind", "'law'"),
    ("kbk-2019", (*AK, "bands"), ..., "indicators.ak", "'bands'"),
    ("kbk-2019", (*AK, "parts"), ..., "indicators.ak", "'parts'"),
    ("kbk-2019", ("title", "id"), ..., "title", "'id'"),
    # what the engine would stumble over
    ("kbk-2019", (*AK, "parts"), [["contacts", "member"]], "indicators.ak", "member"),
    ("kbk-2019", (*AK, "parts"), [], "indicators.ak", ""),
    ("kbk-2019", (*RRNS, "zero_policy"), "zero_referral", "indicators.rrns", "zero_referral"),
    ("kbkp-2017", ("indicators", "rkr", "in_payment"), "no", "indicators.rkr", "no"),
    # dates and tariffs
    ("kbk-2019", ("validity", "from", "value"), "2020-01-01", "validity.from", "a date"),
    ("kbkp-2016", ("validity", "until", "value"), date(2015, 1, 1), "validity", "before it begins"),
    ("tariff-2023", ("ranges", "dpp", "low"), "16000", "ranges.dpp", "above its end"),
    ("tariff-2023", ("unit",), "pct", "rates.puskesmas", "unit 'pct'"),
]


@pytest.mark.parametrize(("name", "path", "value", "where", "what"), BROKEN)
def test_a_broken_file_does_not_load_and_says_where(name, path, value, where, what):
    with pytest.raises(RuleFileError) as caught:
        parse(edited(name, path, value), "broken.toml")
    assert str(caught.value).startswith(f"broken.toml: {where}")
    assert what in caught.value.problem


def test_a_score_that_no_payment_covers_does_not_load():
    """A domain narrower than what ratings and weights can give leaves scores unpaid."""
    raw = edited("kbk-2019", ("score", "domain"), "[2, 4]")
    for table in raw["payment"].values():
        del table["by_score"]["[1, 2)"]
    with pytest.raises(RuleFileError, match="score"):
        parse(raw, "broken.toml")


def _places(raw, path=()):
    for key, value in raw.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from _places(value, (*path, key))


JUNK = (..., "x", 3.5, -1, [], ["x"], {}, {"value": "x"}, True)


@pytest.mark.parametrize("name", RAW)
def test_junk_anywhere_is_refused_by_name_or_harmless(name):
    """Whatever stands at whatever place: the file loads, or it says where it is wrong."""
    odd = []
    step = 1 if RAW[name]["kind"] == "performance" else 4
    for path, junk in product(list(_places(RAW[name]))[::step], JUNK):
        try:
            parse(edited(name, path, junk), "junk.toml")
        except RuleFileError:
            continue
        except Exception as error:  # noqa: BLE001 - every other error is the finding
            odd.append((".".join(path), junk, type(error).__name__, str(error)))
    assert not odd


def test_the_files_themselves_parse():
    for name, raw in RAW.items():
        kind = {"performance": RuleSet, "tariff": Tariff, "norm": Document}[raw["kind"]]
        assert type(parse(raw, f"{name}.toml")) is kind


@pytest.mark.parametrize(
    ("first", "until", "second", "ok"),
    [
        (date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1), True),
        (date(2020, 1, 1), date(2021, 1, 1), date(2021, 1, 1), False),
        (date(2020, 1, 1), None, date(2021, 1, 1), False),
        (date(2020, 1, 1), None, date(2020, 1, 1), False),
        (date(2022, 1, 1), None, date(2021, 1, 1), False),
        (date(2030, 1, 1), date(2030, 1, 1), date(2030, 1, 1), False),
    ],
)
def test_dates_of_one_family_must_not_overlap(first, until, second, ok):
    def dated(name, start, end=None):
        raw = copy.deepcopy(RAW["fund-use-2022"])
        raw["id"] = name
        raw["validity"]["from"]["value"] = start
        if end:
            raw["validity"]["until"] = {"value": end}
        return parse(raw, f"{name}.toml")

    documents = [dated("one", first, until), dated("two", second)]
    if ok:
        check_dates(documents)
        check_dates(reversed(documents))
        return
    with pytest.raises(RuleFileError) as caught:
        check_dates(documents)
    assert "one" in str(caught.value)
    assert "two" in str(caught.value)
    assert "validity.from" in str(caught.value)


def test_documents_of_different_families_may_overlap():
    check_dates([kbk.rules("kbk-2019"), kbk.rules("tariff-2023")])


# The lookup table ------------------------------------------------------------------------------


def _payment_2019(score, table):
    if score == 4:
        return table["[4, 4]"]
    return table["[3, 4)" if score >= 3 else "[2, 3)" if score >= 2 else "[1, 2)"]


def test_all_64_triples_of_2019():
    found = lookup_table(kbk.rules("kbk-2019"))
    assert len(found) == 64
    by_triple = found.set_index(["ak_rating", "rrns_rating", "rppt_rating"])
    for a, b, c in product((1, 2, 3, 4), repeat=3):
        score = Fraction(4 * a + 5 * b + c, 10)
        row = by_triple.loc[(a, b, c)]
        assert row["score"] == float(score)
        assert row["payment_pct_puskesmas"] == _payment_2019(score, PUSKESMAS)
        assert row["payment_pct_klinik_pratama"] == _payment_2019(score, CLINIC)
        assert row["payment_pct_rs_d_pratama"] == _payment_2019(score, CLINIC)
        assert pd.isna(row["payment_pct_dpp"])


def test_structure_of_the_score():
    table = lookup_table(kbk.rules("kbk-2019"))
    tenths = (table["score"] * 10).round().astype(int)
    assert sorted(set(tenths)) == list(range(10, 41))
    assert Counter(table["payment_pct_puskesmas"]) == {100: 1, 95: 17, 90: 31, 85: 15}
    triples = table[["ak_rating", "rrns_rating", "rppt_rating"]].apply(tuple, axis=1)
    assert set(triples[tenths == 28]) == {(1, 4, 4), (3, 3, 1), (4, 2, 2)}
    assert set(triples[tenths == 30]) == {(2, 4, 2), (3, 3, 3), (4, 2, 4)}
    assert tenths[table["rrns_rating"] == 1].max() == 25


def test_outcomes_are_exact():
    for one in outcomes(kbk.rules("kbk-2019")):
        a, b, c = one.levels
        assert one.score == Fraction(4 * a + 5 * b + c, 10)
        assert set(one.payment) == {"puskesmas", "klinik_pratama", "rs_d_pratama"}


@pytest.mark.parametrize(("name", "zones"), [("kbkp-2016", ZONES_2016), ("kbkp-2017", ZONES_2017)])
def test_all_zone_combinations(name, zones):
    law = kbk.rules(name)
    table = lookup_table(law)
    assert len(table) == len(law.levels) ** 3
    assert "score" not in table
    for _, row in table.iterrows():
        chosen = [row["ak_zone"], row["rrns_zone"], row["rppb_zone"]]
        paid = float(zones[tuple(chosen.count(level) for level in law.levels)])
        assert all(row[f"payment_pct_{kind}"] == paid for kind in FACILITY_TYPES)


@pytest.mark.parametrize(
    ("score", "paid"), [("1", 85), ("1.9", 85), ("2", 90), ("2.9", 90), ("3.9", 95), ("4", 100)]
)
def test_payment_for_a_score(score, paid):
    law = kbk.rules("kbk-2019")
    assert payment_for_score(law, "puskesmas", Fraction(score)).value == paid
    assert payment_for_score(law, "puskesmas", Decimal(score)).value == paid


# Tables for people -----------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("name", RAW)
def test_describe_lists_every_value(name, lang):
    document = kbk.rules(name)
    shown = document.describe(lang)
    frame = shown.frame.set_index("path")
    assert list(frame.index) == list(document.values)
    assert {"value", "unit", "status", "citation", "note"} <= set(frame.columns)
    for path, one in document.values.items():
        assert frame.loc[path, "note"] == getattr(one.note, lang)
        assert frame.loc[path, "citation"] == one.citation
        assert frame.loc[path, "value"]
    assert name in shown.title.to(lang)
    assert shown.source == document.regulation
    unverified = any(one.status == "unverified" for one in document.values.values())
    assert any("unverified" in note for note in shown.notes) == unverified


def test_describe_shows_values_as_the_law_writes_them():
    law = kbk.rules("kbk-2019").describe("id").frame.set_index("path")
    assert law.loc["indicators.rrns.bands.3", "value"] == "(2, 2.5]"
    assert law.loc["indicators.ak.weight", "value"] == "0.4"
    assert law.loc["payment.puskesmas.by_score.[3, 4)", ["value", "unit"]].tolist() == ["95", "pct"]
    assert law.loc["validity.from", "value"] == "2020-01-01"
    assert law.loc["definitions.ak_kinds", "value"].startswith("Jenis pelayanan")
    paid = kbk.rules("kbkp-2017").describe().frame.set_index("path")
    assert paid.loc["payment.any.by_zones.2,1", "value"] == "92.5"


def test_describe_needs_a_known_language():
    with pytest.raises(KbkError, match="language"):
        kbk.rules("kbk-2019").describe("fr")


def test_difference_of_the_two_commitment_rules():
    frame = difference(kbk.rules("kbkp-2016"), kbk.rules("kbkp-2017")).frame.set_index("path")
    assert frame.loc["indicators.ak.bands.safe"].tolist() == ["[150, 250)", "[150, 1000]"]
    assert frame.loc["indicators.ak.bands.achievement", "baseline"] == "[250, 1000]"
    assert pd.isna(frame.loc["indicators.ak.bands.achievement", "changed"])
    assert pd.isna(frame.loc["payment.any.by_zones.2,1", "baseline"])
    assert frame.loc["payment.any.by_zones.2,1", "changed"] == "92.5"
    assert "indicators.ak.bands.unsafe" not in frame.index
    assert "indicators.rkr.bands.safe" not in frame.index


@pytest.mark.parametrize("name", RAW)
def test_nothing_differs_from_itself(name):
    assert len(difference(kbk.rules(name), kbk.rules(name)).frame) == 0
