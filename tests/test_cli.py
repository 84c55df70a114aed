"""The command line, run as a user runs it."""

import json
import subprocess
import sys

import pytest

import kbkresearch as kbk
from kbkresearch import cli
from kbkresearch.studies import model


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "kbkresearch", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        **options,
    )


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return folder, run("reproduce", "--lang", "en", cwd=folder, env=None)


def test_reproduce_prints_verdicts_and_disputes_and_writes_the_report(reproduced):
    folder, done = reproduced
    assert done.returncode == 0, done.stderr
    for study in kbk.studies.ids():
        result = kbk.reproduce(study)
        for check in result.disputed:
            assert check.id in done.stdout
    assert (folder / "kbk-report" / "report.html").is_file()


def test_json_is_one_object_of_the_agreed_shape(tmp_path):
    done = run("reproduce", "--json", "--study", "puskesmas-kampak-2024", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"version", "studies", "summary"}
    (study,) = found["studies"]
    assert set(study) == {"id", "title", "citation", "checks"}
    for check in study["checks"]:
        assert set(check) == {
            "id", "statement", "where", "published", "recomputed", "verdict", "explanation",
        }  # fmt: skip
        assert set(check["explanation"]) == {"id", "en"}
    assert sum(found["summary"].values()) == len(study["checks"])
    assert set(found["summary"]) == set(model.VERDICTS)
    assert list(tmp_path.iterdir()) == []


def test_several_studies_may_follow_one_option(tmp_path):
    names = ["north-sumatra-2023", "klinik-makmur-jaya"]
    done = run("reproduce", "--json", "--study", *names, cwd=tmp_path)
    assert [one["id"] for one in json.loads(done.stdout)["studies"]] == names


def test_a_changed_verdict_ends_with_status_1(monkeypatch, capsys):
    from dataclasses import replace

    real = kbk.reproduce("puskesmas-kampak-2024")
    other = replace(real.checks[0], expected="ambiguous", verdict="reproduced")
    changed = replace(real, checks=(other, *real.checks[1:]))
    monkeypatch.setattr("kbkresearch.studies.reproduce", lambda _: changed)
    with pytest.raises(SystemExit) as ended:
        cli.main(["reproduce", "--json", "--study", "puskesmas-kampak-2024"])
    assert ended.value.code == 1
    assert other.id in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["reproduce", "--study", "kampak"], "puskesmas-kampak-2024"),
        (["rules", "show", "kbk-2018"], "kbk-2019"),
        (["rules", "show", "tariff-2023", "--lookup"], "tariff-2023"),
        (["rules", "diff", "kbk-2019", "missing.toml"], "missing.toml"),
        (["reproduce", "--lang", "fr"], "--lang"),
        (["nothing"], "nothing"),
    ],
)
def test_errors_name_the_choices_without_a_traceback(arguments, words, tmp_path):
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_output_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run("reproduce", "--study", "klinik-makmur-jaya", "--out", "file", cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["reproduce", "--help"], ["rules", "--help"], ["rules", "show", "-h"]]
)
def test_help_has_an_example(arguments):
    done = run(*arguments)
    assert done.returncode == 0
    assert "kbk " in done.stdout


def test_rules_in_the_terminal(capsys):
    for arguments in (
        ["rules", "list"],
        ["rules", "show", "kbk-2019"],
        ["rules", "diff", "kbkp-2016", "kbkp-2017"],
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
    shown = capsys.readouterr().out
    for piece in ("kbk-2019", "unverified", "indicators.ak.bands"):
        assert piece in shown
    with pytest.raises(SystemExit):
        cli.main(["rules", "show", "kbk-2019", "--lookup", "--json"])
    assert len(json.loads(capsys.readouterr().out)) == 64


@pytest.fixture
def recap(tmp_path):
    headings = (
        "Kode PPK;NAMA FKTP;TIPE FKTP;JUMLAH KONTAK;PESERTA TERDAFTAR;Kasus Non Spesialistik;"
        "Jumlah Rujukan;Prolanis DM Terkendali;Peserta Diangnosa DM;Prolanis HT Terkendali;"
        "Peserta Diangnosa HT"
    )
    lines = [
        headings,
        "0101U01;=SINTETIS A;Puskesmas;1500;10000;2;100;5;100;10;200",
        "0101U02;SINTETIS B;Klinik Pratama;1160;8000;5;200;8;100;0;200",
    ]
    path = tmp_path / "recap.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_file_is_scored_and_written(recap, tmp_path):
    import openpyxl

    done = run("score", str(recap), "-o", "out.xlsx", "--lang", "en", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "100%: 1  96%: 1" in done.stdout
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames == ["scored", "findings", "next_steps", "dictionary", "rules"]
    cells = [cell for row in book["scored"].iter_rows() for cell in row]
    (unsafe,) = [cell for cell in cells if cell.value == "=SINTETIS A"]
    assert unsafe.data_type == "s"


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_scored_file_is_the_same_table_read_again(recap, tmp_path, name):
    import pandas as pd

    done = run("score", str(recap), "-o", name, "--json", cwd=tmp_path)
    found = json.loads(done.stdout)
    assert (found["rows_read"], found["rows_rejected"], found["mean_score"]) == (2, 0, 3.3)
    again = kbk.read(tmp_path / name)
    rescored = kbk.score(again.table)
    once = kbk.score(kbk.read(recap).table)
    columns = ["ak_permille", "ak_rating", "score", "payment_pct"]
    pd.testing.assert_frame_equal(
        rescored[columns].reset_index(drop=True), once[columns].reset_index(drop=True)
    )


def test_a_file_that_cannot_be_read_or_units_that_are_none(recap, tmp_path):
    for arguments in (["missing.xlsx"], [str(recap), "--unit", "ak"], [str(recap), "-o", "x.pdf"]):
        done = run("score", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.startswith("kbk: ")
        assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["recap.csv"]


def refusal(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_refusals_speak_the_language_of_the_output(tmp_path, capsys):
    missing = str(tmp_path / "a.xlsx")
    assert "tidak ada. Periksa tempat" in refusal(["score", missing], capsys)
    assert "does not exist. Check" in refusal(["score", missing, "--lang", "en"], capsys)


def test_an_ending_that_cannot_be_written_is_refused_with_all_that_can(recap, capsys):
    said = refusal(["score", str(recap), "-o", "x.txt"], capsys)
    assert "Tidak ada akhiran berkas '.txt'" in said
    assert ".xlsx, .csv, .html, .md, .parquet" in said


def test_advice_names_options_and_not_arguments_in_python(recap, tmp_path, capsys):
    unknown = tmp_path / "a.csv"
    unknown.write_text("satu;dua\n1;2\n", encoding="utf-8")
    assert "beri --mapping bila" in refusal(["score", str(unknown)], capsys)
    recap.write_text(recap.read_text("utf-8").replace("Klinik Pratama", ""), encoding="utf-8")
    with pytest.raises(SystemExit):
        cli.main(["score", str(recap)])
    shown = capsys.readouterr().out
    assert "--facility-type" in shown
    assert "facility_type=" not in shown


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_finished_workbook_is_read_again_as_the_same_table(recap, tmp_path, lang):
    import pandas as pd

    done = run("score", str(recap), "-o", "out.xlsx", "--lang", lang, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    reading = kbk.read(tmp_path / "out.xlsx")
    assert (reading.n_rows, len(reading.rejected)) == (2, 0)
    assert not [one.printed for one in reading.headings if one.name is None]
    once = kbk.score(kbk.read(recap).table)
    again = kbk.score(reading.table)
    assert kbk.findings_of(again).total("warning") == 0
    pd.testing.assert_frame_equal(
        again[once.columns].reset_index(drop=True),
        once.reset_index(drop=True),
        check_dtype=False,
        rtol=1e-9,
    )


def test_the_workbook_explains_every_column(recap, tmp_path):
    import openpyxl

    run("score", str(recap), "-o", "out.xlsx", "--lang", "en", cwd=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    lines = [[one.value for one in row] for row in book["dictionary"].iter_rows(min_row=4)]
    scored = [line for line in lines if line[0] == "scored"]
    heads = [one.value for one in book["scored"][3]]
    assert len(scored) == len(heads)
    for (_, name, words, unit, origin), head in zip(scored, heads, strict=True):
        assert head != name
        assert words.startswith("Column: ")
        assert origin
        assert bool(unit) == ("(" in head.removesuffix("(AK)").removesuffix("(RRNS)"))
    assert book["scored"].freeze_panes == "A4"
    assert book["scored"].conditional_formatting


def test_text_that_begins_like_a_formula_is_defused_in_csv(recap, tmp_path):
    run("score", str(recap), "-o", "out.csv", cwd=tmp_path)
    assert "'=SINTETIS A" in (tmp_path / "out.csv").read_text("utf-8")


def test_a_mapping_is_saved_to_be_corrected_and_given_again(recap, tmp_path):
    text = recap.read_text("utf-8").replace("JUMLAH KONTAK", "Jumlah Kontakk")
    recap.write_text(text, encoding="utf-8")
    done = run("score", str(recap), "--save-mapping", "map.toml", cwd=tmp_path)
    assert done.returncode == 2  # the contacts are lacking, and nothing was guessed
    assert "'Jumlah Kontakk': judul tak dikenal" in done.stderr
    mapping = (tmp_path / "map.toml").read_text("utf-8")
    assert '# "Jumlah Kontakk" = "contacts"' in mapping
    (tmp_path / "map.toml").write_text(mapping.replace('# "Jumlah', '"Jumlah'), "utf-8")
    done = run("score", str(recap), "--mapping", "map.toml", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["mean_score"] == 3.3
    assert done.stderr == ""


def test_a_file_without_a_usable_row_ends_with_status_2(tmp_path):
    run("template", "kbk.xlsx", cwd=tmp_path)
    done = run("score", "kbk.xlsx", "-o", "out.xlsx", cwd=tmp_path)
    assert done.returncode == 2
    assert "Tidak ada baris yang dapat dipakai" in done.stderr
    assert "baris contoh" in done.stderr
    assert not (tmp_path / "out.xlsx").exists()


def test_a_template_is_written(tmp_path):
    done = run("template", "kbk.xlsx", cwd=tmp_path)
    assert done.returncode == 0
    assert (tmp_path / "kbk.xlsx").is_file()
