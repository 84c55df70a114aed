"""The published tables: valid, typed, as printed, and consistent with what their sources say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from fractions import Fraction

import frictionless
import pandas as pd
import pytest

from kbkresearch import datasets
from kbkresearch.errors import KbkError, UnknownNameError

STRATUM = ["facility_id", "stratum_kind", "stratum"]
PACKAGE = json.loads((datasets.data_dir() / "datapackage.json").read_text(encoding="utf-8"))
NAMES = [resource["name"] for resource in PACKAGE["resources"]]


@pytest.fixture(scope="module")
def hayana() -> pd.DataFrame:
    tables = [datasets.load(f"hayana-{name}") for name in ("participants", "utilisation")]
    for name in ("rates", "tariffs", "funds"):
        table = datasets.load(f"hayana-{name}")
        known = {column for other in tables for column in other.columns if column not in STRATUM}
        tables.append(table.rename(columns={c: f"{c}_{name}" for c in known & {*table.columns}}))
    merged = tables[0]
    for table in tables[1:]:
        merged = merged.merge(table, on=STRATUM, validate="1:1", suffixes=("", "_visits"))
    assert len(merged) == 32
    return merged


def half_up(value: Fraction, digits: int = 0) -> Fraction:
    scale = 10**digits
    return Fraction((2 * value * scale + 1) // 2, scale)


# The package as a Data Package


def test_frictionless_accepts_the_package() -> None:
    report = frictionless.validate(str(datasets.data_dir() / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])
    assert {task.name for task in report.tasks} == {*NAMES}


def test_frictionless_would_refuse_a_wrong_cell(tmp_path) -> None:
    shutil.copytree(datasets.data_dir(), tmp_path, dirs_exist_ok=True)
    rates = tmp_path / "hayana-rates.csv"
    rates.write_text(rates.read_text(encoding="utf-8").replace("65+", "65-"), encoding="utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert {row[0] for row in report.flatten(["type"])} == {"constraint-error", "foreign-key"}


def test_every_csv_file_is_described_and_every_described_file_exists() -> None:
    files = {path.name for path in datasets.data_dir().glob("*.csv")}
    assert files == {resource["path"] for resource in PACKAGE["resources"]}


@pytest.mark.parametrize("file", ["datapackage.json", *(f"{name}.csv" for name in NAMES)])
def test_files_are_utf8_with_unix_line_ends(file) -> None:
    raw = (datasets.data_dir() / file).read_bytes()
    assert raw.decode("utf-8").endswith("\n")
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", NAMES)
def test_descriptors_say_what_and_whence(name) -> None:
    resource = datasets.describe(name)
    assert resource["path"] == f"{name}.csv"
    assert resource["title"] != resource["title_id"]
    assert resource["source"]["document"]
    assert resource["source"]["section"]
    assert all(field["description"] for field in resource["schema"]["fields"])
    for field in resource["schema"]["fields"]:
        if field["name"].endswith(("_rp", "_pct", "_permille")):
            assert field["unit"], field["name"]


# The loader


@pytest.mark.parametrize("name", NAMES)
def test_load_gives_the_declared_columns_types_and_key(name) -> None:
    schema = datasets.describe(name)["schema"]
    frame = datasets.load(name)
    assert [*frame.columns] == [field["name"] for field in schema["fields"]]
    for field in schema["fields"]:
        column = frame[field["name"]]
        if field["type"] == "integer":
            assert pd.api.types.is_integer_dtype(column)
        elif field["type"] == "number":
            assert pd.api.types.is_float_dtype(column)
        else:
            assert column.dropna().map(type).eq(str).all()
        if field.get("constraints", {}).get("required"):
            assert column.notna().all()
    assert not frame.duplicated(schema["primaryKey"]).any()


@pytest.mark.parametrize("name", NAMES)
def test_attrs_are_json_and_belong_to_the_caller(name) -> None:
    attrs = datasets.load(name).attrs
    assert {*attrs} == {"name", "title", "source", "notes"}
    assert json.loads(json.dumps(attrs)) == attrs
    attrs["notes"].append("mine")
    attrs["source"]["document"] = "mine"
    datasets.describe(name)["schema"].clear()
    assert "mine" not in json.dumps(datasets.load(name).attrs)
    assert datasets.describe(name)["schema"]["fields"]


def test_list_counts_the_rows_that_load_gives() -> None:
    listed = datasets.list()
    assert [*listed.columns] == ["name", "title", "rows", "source"]
    assert listed["name"].tolist() == NAMES
    assert listed["rows"].tolist() == [len(datasets.load(name)) for name in NAMES]
    assert listed["source"].str.len().gt(10).all()


@pytest.mark.parametrize("call", [datasets.load, datasets.describe])
@pytest.mark.parametrize("name", ["hayana-rate", "", "../pyproject", None, ["hayana-rates"]])
def test_unknown_names_are_refused_with_the_choices(call, name) -> None:
    with pytest.raises(UnknownNameError) as caught:
        call(name)
    assert caught.value.choices == tuple(NAMES)
    assert caught.value.kind == "dataset"
    assert "hayana-rates" in str(caught.value)


def test_the_copy_inside_an_installed_package_is_found_first(tmp_path, monkeypatch) -> None:
    package = tmp_path / "site" / "kbkresearch"
    (package / "_data").mkdir(parents=True)
    monkeypatch.setattr(datasets, "__file__", str(package / "datasets.py"))
    with pytest.raises(KbkError, match=r"datapackage\.json"):
        datasets.data_dir()
    (tmp_path / "site" / "data").mkdir()
    (tmp_path / "site" / "data" / "datapackage.json").touch()
    assert datasets.data_dir() == tmp_path / "site" / "data"
    (package / "_data" / "datapackage.json").touch()
    assert datasets.data_dir() == package / "_data"


def test_importing_the_module_does_not_import_pandas() -> None:
    code = "import sys, kbkresearch.datasets; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# The capitation tables of two facilities: what the document prints twice, and what follows


def test_what_is_printed_in_several_tables_agrees(hayana) -> None:
    assert hayana["members"].equals(hayana["members_funds"])
    assert hayana["rate_permille"].equals(hayana["rate_permille_tariffs"])
    assert hayana["tariff_rp"].equals(hayana["tariff_rp_funds"])


@pytest.mark.parametrize(
    ("count", "share"), [("members", "share_pct"), ("visits", "share_pct_visits")]
)
def test_printed_shares_follow_from_the_counts(hayana, count, share) -> None:
    for _, block in hayana.groupby(STRATUM[:2]):
        total = int(block[count].sum())
        expected = [float(half_up(Fraction(100 * int(n), total), 1)) for n in block[count]]
        assert block[share].tolist() == expected


def test_rates_tariffs_and_funds_follow_from_counts_and_unit_cost(hayana) -> None:
    for row in hayana.itertuples():
        rate = Fraction(row.visits, row.members)
        assert row.rate_permille == half_up(1000 * rate)
        assert row.tariff_rp == half_up(row.unit_cost_rp * rate)
        assert row.fund_rp == row.visits * row.unit_cost_rp


def test_the_notes_on_rounding_are_true(hayana) -> None:
    from_printed_rate = sum(
        row.tariff_rp == half_up(Fraction(row.rate_permille * row.unit_cost_rp, 1000))
        for row in hayana.itertuples()
    )
    assert from_printed_rate == 1
    assert "only 1 of the 32" in " ".join(datasets.load("hayana-tariffs").attrs["notes"])
    assert not hayana["fund_rp"].eq(hayana["tariff_rp"] * hayana["members"]).any()


def test_fund_totals_close() -> None:
    totals = datasets.load("hayana-fund-totals").set_index(STRATUM[:2])
    sums = datasets.load("hayana-funds").groupby(STRATUM[:2])[["members", "fund_rp"]].sum()
    pd.testing.assert_frame_equal(sums, totals[["members", "fund_rp"]].sort_index())
    assert totals["paid_rp"].eq(totals["members"] * totals["paid_pmpm_rp"]).all()
    assert totals["excess_rp"].eq(totals["paid_rp"] - totals["fund_rp"]).all()
    assert totals.groupby("facility_id").nunique().eq(1).all(axis=None)


# The chapter on Puskesmas Pasawahan: misprints stay


def test_bands_are_weight_times_rating_and_agree_with_the_lists() -> None:
    bands = datasets.load("pasawahan-bands")
    for row in bands.itertuples():
        assert Fraction(str(row.value_printed)) == Fraction(row.weight_pct * row.rating, 100)
    weights = datasets.load("pasawahan-weights").set_index("indicator")
    printed = bands.groupby("indicator", sort=False)[["weight_pct", "target_printed"]].first()
    assert weights["weight_pct"].equals(printed["weight_pct"])
    assert weights["weight_pct"].sum() == 100
    assert printed["target_printed"].str.lstrip("≥≤ ").equals(weights["target_printed"])


def test_the_misprinted_band_of_ak_is_kept() -> None:
    bands = datasets.load("pasawahan-bands").set_index(["indicator", "rating"])
    assert bands.loc[("ak", 1), "band_printed"] == "> 140%"


def test_payment_falls_with_the_score_and_never_below_for_a_clinic() -> None:
    payments = datasets.load("pasawahan-payments").pivot_table(
        index="score_band_printed", columns="facility_type", values="payment_pct", sort=False
    )
    assert payments.shape == (4, 2)
    assert payments.diff().dropna().lt(0).all(axis=None)
    assert payments["klinik_pratama"].ge(payments["puskesmas"]).all()


def test_staffing_totals_differ_from_their_rows_where_the_notes_say_so() -> None:
    staffing = datasets.load("pasawahan-staffing")
    total = staffing["staff_group"].eq("total")
    gap = (
        staffing[total].set_index("column_no")["staff"]
        - staffing[~total].groupby("column_no")["staff"].sum()
    )
    assert gap[gap.ne(0)].to_dict() == {1: 1, 3: 1, 4: 1}
    assert "columns 1, 3 and 4 differ by one" in " ".join(staffing.attrs["notes"])
    assert staffing.loc[staffing["area_printed"].isna(), "column_no"].unique().tolist() == [4, 5]
    assert staffing[staffing["row_no"].isna()].index.equals(staffing.index[total])


def test_rooms_are_numbered_through() -> None:
    rooms = datasets.load("pasawahan-rooms")
    sets = rooms.groupby("room_no", sort=False)["equipment_no"].apply(list)
    assert [*sets.index] == [*range(1, 11)]
    assert all(numbers == [*range(1, len(numbers) + 1)] for numbers in sets)
    assert rooms.groupby("room_no")["room_printed"].nunique().eq(1).all()


# Abstracts


def test_printed_numbers_and_their_text_agree() -> None:
    means = datasets.load("kampak-means")
    assert means["unit_printed"].eq("%").all()
    printed = means["mean_printed"].str.removesuffix("%")
    assert printed.str.replace(",", ".").astype(float).tolist() == means["mean"].tolist()
    assert means.loc[~printed.str.contains(","), "quantity"].tolist() == ["payment"]
    targets = datasets.load("makmur-jaya-targets")
    for row in targets.itertuples():
        assert row.target_printed.startswith(f"{row.comparison}{row.target}")
        assert row.target_printed.endswith("%") == (row.unit == "pct")
    assert (
        targets.groupby("indicator")[["comparison", "target", "unit"]]
        .nunique()
        .eq(1)
        .all(axis=None)
    )


def test_findings_separate_significance_from_silence() -> None:
    findings = datasets.load("north-sumatra-findings").set_index("item")
    factors = findings[findings["role"].eq("factor")]["printed"]
    assert {*factors.index[factors.eq("reported_significant")]} == {
        "doctor_ratio",
        "infrastructure",
    }
    assert factors.isin(["reported_significant", "not_mentioned_in_result"]).all()
    assert findings["value"].notna().eq(findings["printed"].eq("value_reported")).all()
    assert findings.loc["score", "value"] == 2.8
    assert findings.loc["score", "value_printed"] == "2,8"
    assert findings.loc["score", "month"] == "2023-12"


# Barriers


def test_barriers_refer_to_the_documents_of_the_package() -> None:
    barriers = datasets.load("barriers")
    assert {*barriers["study_id"]} == {source["study_id"] for source in PACKAGE["sources"]}
    documents = {source["study_id"]: source["title"] for source in PACKAGE["sources"]}
    for name in NAMES:
        source = datasets.describe(name)["source"]
        if source["study_id"] is not None:
            assert source["document"] == documents[source["study_id"]]


def test_barriers_are_complete_and_well_filed() -> None:
    barriers = datasets.load("barriers")
    steps = barriers["component"].isin(["planning", "organising", "implementation"])
    assert steps.equals(barriers["frame"].eq("process"))
    for _, block in barriers.groupby("study_id"):
        assert block["barrier_no"].tolist() == [*range(1, len(block) + 1)]
    assert not barriers.duplicated(["study_id", "barrier_en"]).any()
    assert not barriers.duplicated(["study_id", "barrier_id"]).any()
    counts = barriers.groupby(["study_id", "indicator"]).size()
    assert counts["puskesmas-kampak-2024"].to_dict() == {"ak": 3, "rppt": 2}
    assert counts["hayana-sri-wahyuni-2019"].to_dict() == {"fund": 6}
    assert counts["klinik-makmur-jaya"].to_dict() == {"all": 4, "rppt": 3, "rrns": 3}
    assert barriers.groupby("study_id")["kind"].unique().map(tuple).to_dict() == {
        "klinik-makmur-jaya": ("reported",),
        "north-sumatra-2023": ("recommended",),
        "puskesmas-kampak-2024": ("reported",),
        "puskesmas-pasawahan": ("cited",),
        "hayana-sri-wahyuni-2019": ("reported",),
    }
