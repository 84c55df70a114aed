"""``kbk capitation`` as a user runs it."""

import json

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

import kbkresearch as kbk
from kbkresearch.cli.capitation import capitation
from kbkresearch.reporting.capitation_run import is_of_members

STUDY = ["--unit-cost", "51.109", "--months", "6", "--average"]
PAID = ["--paid", "klinik-hayana=10000", "--paid", "dpp-sri-wahyuni=8.000"]


def run(*arguments):
    return CliRunner().invoke(capitation, [str(one) for one in arguments], prog_name="kbk")


def said(*arguments):
    found = run(*arguments, "--json")
    assert found.exception is None, found.exception
    return json.loads(found.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("capitation")


@pytest.fixture(scope="module")
def study(folder):
    keys = ["facility_id", "stratum_kind", "stratum"]
    members, visits = (
        kbk.datasets.load(f"hayana-{name}") for name in ("participants", "utilisation")
    )
    path = folder / "hayana.csv"
    members.merge(visits, on=keys)[[*keys, "members", "visits"]].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def members(folder):
    path = folder / "anggota.parquet"
    kbk.synthetic_members(8000, facilities=6, seed=3).to_parquet(path)
    return path


@pytest.mark.parametrize("by", ["age_band", "Umur", "sex"])
def test_the_study_comes_out_to_the_rupiah(study, by):
    found = said(study, *STUDY, *PAID, "--by", by)
    totals = {one["facility_id"]: one for one in found["totals"]}
    assert round(totals["klinik-hayana"]["fund_rp"]) == 54_431_085
    assert round(totals["dpp-sri-wahyuni"]["fund_rp"]) == 21_925_761
    assert round(totals["klinik-hayana"]["difference_rp"]) == 51_838_915
    assert found["synthetic"] is False
    assert "Rp54.431.085" in found["text"]


@pytest.mark.parametrize(("lang", "amount"), [("id", "Rp54.431.085"), ("en", "Rp54,431,085")])
def test_tables_and_text_are_printed(study, lang, amount):
    done = run(study, *STUDY, *PAID, "--by", "age_band", "--lang", lang)
    assert done.exit_code == 0
    assert amount in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_an_indonesian_workbook(folder):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Nama FKTP", "Kelompok Umur", "Jenis Kelamin", "Jumlah Peserta", "Kunjungan"])
    for band, sex, people, visits in (
        ("0 – 4 th", "L", "1.000", 120), ("0 – 4 th", "P", "1.100", 130),
        ("≥ 5", "L", "9.000", 700), ("≥ 5", "P", "9.500", 900),
    ):  # fmt: skip
        sheet.append(["Klinik A", band, sex, people, visits])
    sheet.append(["Jumlah", None, None, 20600, 1850])
    book.save(folder / "kunjungan.xlsx")
    found = said(folder / "kunjungan.xlsx", "--unit-cost", "50.000")
    assert found["by"] == ["age_band", "sex"]
    assert [(one["age_band"], one["sex"]) for one in found["strata"]] == [
        ("0-4", "male"), ("0-4", "female"), ("5+", "male"), ("5+", "female"),
    ]  # fmt: skip
    assert found["totals"][0]["fund_rp"] == 1850 * 50_000
    each = said(folder / "kunjungan.xlsx", "--unit-cost", "50.000", "--marginal")
    assert {one["stratum_kind"] for one in each["strata"]} == {"age_band", "sex"}


def test_members_of_a_file_are_evaluated_and_written(members, folder):
    out = folder / "out"
    done = run(members, "--months", 12, "--paid", 6000, "--reference", "pooled", "-o", out)
    assert done.exception is None, done.exception
    assert "DATA SINTETIS" in done.stdout
    book = openpyxl.load_workbook(out / "capitation.xlsx")
    assert {"rates", "totals", "pooled_rates", "standardised", "adjusted", "evaluation",
            "adjusted_evaluation"} <= set(book.sheetnames)  # fmt: skip
    assert all("SINTETIS" in sheet["A1"].value for sheet in book)
    figures = {path.name for path in (out / "figures").iterdir()}
    for name in ("rates", "tariffs", "fund_against_paid", "gains_and_losses",
                 "predictive_ratio", "adjusted_under_compensation"):  # fmt: skip
        assert {f"{name}.svg", f"{name}.png"} <= figures
    assert "DATA SINTETIS" in (out / "capitation.md").read_text("utf-8")


def test_members_give_what_the_same_members_in_memory_give(members):
    found = said(members, "--months", 12, "--paid", 6000, "--reference", "pooled", "--by", "sex")
    frame = pd.read_parquet(members).astype({"facility_id": str})
    adjusted = kbk.adjusted_capitation(frame, ["sex"], 6000, months=12).frame
    by_facility = {one["facility_id"]: one["adjusted_rp"] for one in found["adjusted"]}
    for one in adjusted.itertuples():
        assert by_facility[one.facility_id] == pytest.approx(one.adjusted_rp)
    paid = kbk.evaluate_payment(frame.assign(paid_rp=6000.0 * frame["member_months"]), by="sex")
    flat = {one["group"]: one["predictive_ratio"] for one in found["evaluation"]}
    for group, ratio in zip(paid.frame["group"], paid.frame["predictive_ratio"], strict=True):
        assert flat[group] == pytest.approx(ratio)


def test_small_cells_of_members_are_missing_and_marked(folder):
    few = kbk.synthetic_members(300, facilities=3, seed=1)
    few.to_csv(folder / "few.csv", index=False)
    hidden, plain = (
        said(folder / "few.csv", "--months", 12, *more) for more in ([], ["--suppress", 0])
    )
    small = 0
    for one, true in zip(hidden["strata"], plain["strata"], strict=True):
        if 0 < true["persons"] < 5:
            small += 1
            assert one["visits"] is None
            assert one["persons"] is None
            assert one["rate_permille"] is None
            assert one["status"].startswith("suppressed: fewer than 5")
        assert true["status"] in {"", "nobody"}
    assert small > 10


def test_aggregates_are_not_suppressed_unless_asked(study):
    options = (study, *STUDY, "--by", "age_band")
    assert all(one["status"] == "" for one in said(*options)["strata"])
    few = said(*options, "--suppress", 200)["strata"]
    assert any(one["visits"] is None for one in few)


def test_the_period_is_never_guessed(study, members):
    assert "TIDAK DINYATAKAN" in said(members)["text"]
    both = said(study, "--unit-cost", 51109, "--months", 6)
    assert "TIDAK DINYATAKAN" in both["text"]
    assert "fund_rp_if_average" in both["strata"][0]


def test_another_table_as_reference(study, folder):
    path = folder / "nasional.csv"
    path.write_text("age_band,members,visits\n0-49,1000,80\n50+,500,90\n", encoding="utf-8")
    done = run(study, *STUDY, *PAID, "--by", "age_band", "--reference", path)
    assert "standard lacks 14 strata" in str(done.exception)
    text = "JK;Peserta;Kunjungan\nL;1.000;80\nP;1.000;120\n"
    path.write_text(text, encoding="utf-8")
    found = said(study, *STUDY, *PAID, "--by", "sex", "--reference", path)
    own = kbk.datasets.load("hayana-participants").query("stratum_kind == 'sex'")
    weights = []
    for name in ("klinik-hayana", "dpp-sri-wahyuni"):
        part = own[own["facility_id"] == name].set_index("stratum")["members"]
        weights.append((80 * part["male"] + 120 * part["female"]) / part.sum())
    found_weights = {one["facility_id"]: one["relative_weight"] for one in found["adjusted"]}
    ratio = found_weights["klinik-hayana"] / found_weights["dpp-sri-wahyuni"]
    assert ratio == pytest.approx(weights[0] / weights[1])


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("age_band,members,visits\n0-5,10,3\n5-9,20,4\n", [], "0-5 and 5-9 overlap"),
        ("age_band,members,visits\n0-4,10,3\n10+,20,4\n", [], "leave a gap"),
        ("age_band,members\n0-4,10\n", [], "lacks visits"),
        ("age_band,members,visits\n0-4,10,-3\n", [], "found -3.0 in row 2"),
        ("age_band,members,visits\n0-4,10,tiga\n", [], "'tiga' is no number"),
        ("sex,members,visits\nX,10,3\n", [], "sex 'X' is not known"),
        ("district,members,visits\nX,10,3\n", [], "--by"),
        ("sex,members,visits\nL,10,3\n", ["--by", "umur"], "lacks age_band"),
        ("sex,members,visits\nL,10,3\n", ["--months", "0"], "months must be above 0"),
        ("sex,members,visits\nL,10,3\n", ["--unit-cost", "abc"], "--unit-cost 'abc' is no amount"),
        ("sex,members,visits\nL,10,3\n", ["--unit-cost=-3"], "--unit-cost '-3' is no amount"),
        ("sex,members,visits\nL,10,3\n", ["--paid", "x=y"], "--paid 'y' is no amount"),
        ("sex,members,visits\nL,10,3\n", ["--paid", "A=1", "--paid", "2"], "write one figure"),
        ("facility_id,sex,members,visits\nA,L,10,3\n", ["--paid", "B=1"], "--paid 'B'"),
        ("FKTP,sex,members,visits\nA,L,10,3\nB,L,9,3\n", ["--paid", "B=1"], "no figure for A"),
        ("facility_id,sex,members,visits\nA,L,10,3\n", ["--paid", "A=1,A=2"], "'A' twice"),
        ("sex,members,visits\nL,10,3\n", ["--reference", "none.csv"], "none.csv does not exist"),
        ("sex,members,visits\nL,10,3\n", ["-o", "x.pdf"], "ends in .xlsx"),
        ("", [], "is empty"),
    ],
)  # fmt: skip
def test_errors_say_what_and_where_and_write_nothing(tmp_path, monkeypatch, text, options, says):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "strata.csv"
    path.write_text(text, encoding="utf-8")
    more = [] if any("--unit-cost" in one for one in options) else ["--unit-cost", "1"]
    out = [] if "-o" in options else ["-o", "out"]
    done = run(path, *more, *options, *out)
    assert isinstance(done.exception, kbk.KbkError)
    assert says in str(done.exception)
    assert [one.name for one in tmp_path.iterdir()] == ["strata.csv"]


def test_costs_are_needed_or_come_from_the_file(tmp_path):
    path = tmp_path / "strata.csv"
    path.write_text("JK;Peserta;Kunjungan\nL;10;3\nP;20;4\n", encoding="utf-8")
    assert "--unit-cost is needed" in str(run(path).exception)
    text = "JK;Peserta;Kunjungan;Unit Cost\nL;10;3;100\nP;20;4;200\n"
    path.write_text(text, encoding="utf-8")
    assert said(path)["totals"][0]["fund_rp"] == 3 * 100 + 4 * 200


def test_a_workbook_alone_and_a_place_in_the_way(study, tmp_path):
    out = tmp_path / "hasil.xlsx"
    assert run(study, *STUDY, "--by", "sex", "-o", out).exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["hasil.xlsx"]
    assert openpyxl.load_workbook(out).sheetnames == ["rates", "totals"]
    (tmp_path / "file").write_text("in the way")
    assert "is a file" in str(run(study, *STUDY, "-o", tmp_path / "file").exception)


def test_members_are_known_by_their_columns(study, members, tmp_path):
    assert is_of_members(str(members))
    assert not is_of_members(str(study))
    assert not is_of_members(str(tmp_path / "none.csv"))


def test_help_has_examples():
    done = run("--help")
    assert done.exit_code == 0
    assert "kbk capitation strata.xlsx --unit-cost 51109" in done.stdout
