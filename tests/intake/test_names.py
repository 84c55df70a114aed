"""Headings and labels as people write them: what is read, what is suggested, what is refused."""

from __future__ import annotations

import copy
import tomllib
from importlib import resources

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kbkresearch.errors import BadArgumentError, RuleFileError, UnknownNameError
from kbkresearch.intake import lexicon, names
from kbkresearch.intake.names import (
    load_mapping,
    looks_personal,
    person_columns,
    read_headings,
    read_labels,
    repeated,
    save_mapping,
)
from kbkresearch.vocabulary import COLUMNS, FACILITY_LABELS, label

RAW = tomllib.loads(resources.files("kbkresearch.intake").joinpath("names.toml").read_text("utf-8"))
KNOWN = [(text, name) for name, several in RAW["columns"].items() for text in several]

RECAP = {
    "Bulan Kapitasi": "month",
    "KAB/KOTA": "district",
    "Kode PPK": "facility_id",
    "NAMA FKTP": "facility_name",
    "TIPE FKTP": "facility_type",
    "JUMLAH KONTAK": "contacts",
    "PESERTA TERDAFTAR": "members",
    "Kasus Non Spesialistik": "nonspecialist_referrals",
    "Jumlah Rujukan": "referrals",
    "Prolanis DM Terkendali": "dm_controlled",
    "Peserta Diangnosa DM": "dm_diagnosed",
    "Prolanis HT Terkendali": "ht_controlled",
    "Peserta Diangnosa HT": "ht_diagnosed",
    "Capaian KBK BI": "score",
    "Keterangan AK": "ak_status",
    "Keterangan RNS": "rrns_status",
    "Keterangan RPPT": "rppt_status",
    "Jumlah indikator tercapai": "targets_met",
}
ALIASES = {
    "AK": "ak_permille",
    "Angka Kontak": "ak_permille",
    "contact rate": "ak_permille",
    "Contact Number": "ak_permille",
    "CN": "ak_permille",
    "Angka Kontak Komunikasi": "ak_permille",
    "RRNS": "rrns_pct",
    "RNS": "rrns_pct",
    "NSRR": "rrns_pct",
    "Rasio Rujukan Non Spesialistik": "rrns_pct",
    "Rasio Rujukan (Rawat Jalan Kasus) Non Spesialistik": "rrns_pct",
    "Rasio Rujukan Non Spesialistik (RRNS)": "rrns_pct",
    "Outpatient Ratio for Non-Specialized Cases": "rrns_pct",
    "Rasio Peserta Prolanis Terkendali": "rppt_pct",
    "controlled prosthetic patients": "rppt_pct",
    "Rasio Peserta Prolanis rutin Berkunjung": "rppb_pct",
    "RPPRV": "rppb_pct",
    "Rasio Kunjungan Rumah": "rkr_pct",
    "Jumlah dokter gigi": "dentists",
    "Norma Kapitasi": "tariff_rp",
    "Nilai Capaian": "score",
    "Rating AK": "ak_rating",
    "Tercetak: Nilai capaian": "score_printed",
    "Tahap data": "stage",
}


def one(printed, mapping=None):
    return read_headings([printed], mapping)[0]


@pytest.mark.parametrize(("printed", "name"), [*RECAP.items(), *ALIASES.items()])
def test_headings_of_real_files_are_read(printed, name):
    heading = one(printed)
    assert (heading.name, heading.near) == (name, None)
    assert heading.how == ("known" if name else "unknown")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("1. Nama FKTP", "facility_name"),
        ("2. Peserta", "members"),
        ("(12) Angka Kontak (%)", "ak_permille"),
        ("3.RRNS", "rrns_pct"),
        ("a) AK", "ak_permille"),
        ("1.000 Peserta", None),
        ("D. Peserta", None),
        ("1) Kapitasi dibayar (x 10 ribu)", None),
    ],
)
def test_headings_may_be_numbered(printed, name):
    assert one(printed).name == name
    assert one(printed).unit == ("pct" if "%" in printed else None)


@pytest.mark.parametrize("name", COLUMNS)
def test_the_vocabulary_is_known(name):
    unit = name.split("_")[-1]
    unit = unit if unit in {"permille", "pct"} else None
    assert one(name) == names.Heading(name, name, "canonical", None, unit)
    for lang in ("id", "en"):
        assert one(label(name, lang)).name == name
        with_unit = one(label(name, lang, unit=True))
        assert with_unit.name == name
        assert (with_unit.unit is not None) == bool(COLUMNS[name].unit)


@pytest.mark.parametrize(
    ("printed", "name", "unit"),
    [
        ("AK (‰)", "ak_permille", "permille"),
        ("AK (per mil)", "ak_permille", "permille"),
        ("AK o/oo", "ak_permille", "permille"),
        ("ak per mil", "ak_permille", "permille"),
        ("Angka Kontak (AK) (‰)", "ak_permille", "permille"),
        ("AK (%)", "ak_permille", "pct"),
        ("% AK", "ak_permille", "pct"),
        ("RRNS (%)", "rrns_pct", "pct"),
        ("RPPT %", "rppt_pct", "pct"),
        ("Pembayaran (%)", "payment_pct", "pct"),
        ("Kapitasi dibayar (Rp)", "paid_rp", "rp"),
        ("Persentase RPPT", "rppt_pct", "pct"),
        ("RRNS Januari 2023 (%)", "rrns_pct", "pct"),
        ("Kapitasi (juta Rp)", "capitation_rp", "rp_million"),
        ("Kapitasi (ribuan)", "capitation_rp", "rp_thousand"),
        ("Kapitasi (x Rp1.000)", "capitation_rp", "rp_thousand"),
        ("Kapitasi dibayar (jutaan Rp)", "paid_rp", "rp_million"),
        ("Peserta terdaftar (jiwa)", "members", "persons"),
    ],
)
def test_a_unit_is_recorded(printed, name, unit):
    assert one(printed) == names.Heading(printed, name, "unit", None, unit)


@pytest.mark.parametrize(
    ("printed", "near"),
    [
        ("Peserta Terdaftar (%)", "members"),
        ("Prolanis DM terkendali (%)", "dm_controlled"),
        ("Nilai capaian (%)", "score"),
        ("Dokter per 1000", "doctors"),
        ("RRNS (orang)", "rrns_pct"),
        ("Angka Kontak (jumlah)", "ak_permille"),
        ("Peserta Terdaftar (ribuan)", "members"),
    ],
)
def test_a_unit_that_cannot_be_converted_is_only_a_suggestion(printed, near):
    heading = one(printed)
    assert (heading.name, heading.how, heading.near) == (None, "unknown", near)
    assert heading.unit


@pytest.mark.parametrize("scale", ["miliar", "Rp Milyar", "000", "dalam ribuan orang"])
def test_a_scale_that_is_not_known_is_never_passed_over(scale):
    heading = one(f"Kapitasi ({scale})")
    assert (heading.name, heading.near) == (None, "capitation_rp")


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("AK Januari 2023", "ak_permille"),
        ("AK Jan 23", "ak_permille"),
        ("AK 2023", "ak_permille"),
        ("AK (Des 2023)", "ak_permille"),
        ("RNS 2023-01", "rrns_pct"),
        ("Jumlah Kontak bulan Mei", "contacts"),
        ("Jumlah Kontak tahun 2023", "contacts"),
        ("Bulan Januari", None),
        ("Januari 2023", None),
        ("2023", None),
        ("AK 23", None),
        ("", None),
    ],
)
def test_a_date_after_a_heading_is_ignored(printed, name):
    assert one(printed).name == name


@settings(deadline=None)
@given(st.sampled_from(KNOWN), st.randoms(use_true_random=False))
def test_case_spaces_and_punctuation_do_not_matter(known, random):
    text, name = known
    words = lexicon.WORD.findall(text)
    marks = [" ", "  ", "_", "-", ".", "\n", "\u00a0", " / ", ": "]
    written = "".join(word + random.choice(marks) for word in words)
    written = "".join(random.choice((c.upper(), c.lower())) for c in written)
    heading = one(random.choice(["", " ", "\t"]) + written)
    assert heading.name == name


@settings(deadline=None)
@given(st.lists(st.text("bcdfghjqvwxz", min_size=2, max_size=9), min_size=1, max_size=4))
def test_words_of_no_language_never_map(words):
    heading = one("zq " + " ".join(words))
    assert (heading.name, heading.how, heading.near) == (None, "unknown", None)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_without_an_error(text):
    heading = one(text)
    assert heading.printed == text
    assert heading.near is None or heading.name is None
    assert read_labels("sex", [text])[1] in ([], [0])
    assert person_columns([text]) <= {0}


@settings(deadline=None)
@given(st.sampled_from([known for known in KNOWN if len(known[0]) > 12]), st.data())
def test_a_slip_of_the_pen_is_suggested_and_not_taken(known, data):
    text, _ = known
    place = data.draw(st.integers(1, len(text) - 2))
    heading = one(text[:place] + "q" + text[place:])
    assert heading.name is None
    assert heading.near in COLUMNS or heading.near is None


@pytest.mark.parametrize(
    ("printed", "near"),
    [
        ("Pesrta terdaftar", "members"),
        ("Peserta Diagonsa DM", "dm_diagnosed"),
        ("Jumlah rujukn", "referrals"),
        ("DIABETESM ELITUS Prloanis DM Terkendali", "dm_controlled"),
        ("RRN", None),
        ("NIK", None),
        ("Nama Peserta", None),
    ],
)
def test_near_misses(printed, near):
    heading = one(printed)
    assert (heading.name, heading.how, heading.near) == (None, "unknown", near)


def test_two_headings_of_one_name_are_both_named():
    headings = read_headings(["AK 2022", "RNS", "AK 2023", "x", "y"])
    assert repeated(headings) == {"ak_permille": ["AK 2022", "AK 2023"]}


def test_the_mapping_goes_before_what_is_known():
    mapping = {"Kolom  A": "members", "AK (%)": "rrns_pct", "Jumlah Kontak": ""}
    found = read_headings(["Kolom A ", "AK (%)", "Jumlah Kontak", "RNS"], mapping)
    assert [(h.name, h.how) for h in found] == [
        ("members", "mapped"),
        ("rrns_pct", "mapped"),
        (None, "mapped"),
        ("rrns_pct", "known"),
    ]
    assert found[1].unit == "pct"
    with pytest.raises(UnknownNameError, match="Did you mean 'members'"):
        read_headings(["a"], {"a": "member"})


@settings(deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), max_size=6))
def test_a_saved_mapping_is_read_back(tmp_path_factory, printed):
    path = tmp_path_factory.mktemp("map") / "columns.toml"
    headings = read_headings([*printed, "AK", 'a "quoted"\nname\x7f', "AK"], {"b": "members"})
    save_mapping(path, headings)
    assert load_mapping(path) == {h.printed: h.name for h in headings if h.name}
    assert [p.name for p in path.parent.iterdir()] == ["columns.toml"]


def test_a_heading_set_aside_stays_so(tmp_path):
    path = tmp_path / "columns.toml"
    save_mapping(path, read_headings(["AK"], {"AK": ""}))
    assert load_mapping(path) == {"AK": ""}


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[columns", BadArgumentError, r"bad\.toml: is no TOML file"),
        ("a = 1", BadArgumentError, r"bad\.toml: unknown key 'a'"),
        ("columns = 1", BadArgumentError, r"bad\.toml: no table \[columns\]"),
        ("", BadArgumentError, r"bad\.toml: no table \[columns\]"),
        ("[columns]\nx = 1", BadArgumentError, r"bad\.toml: columns\.'x': .* found 1"),
        ("[columns]\nx = 'scor'", UnknownNameError, r"bad\.toml: columns\.'x'\) 'scor'.*'score'"),
    ],
)
def test_a_bad_mapping_file_names_file_and_key(tmp_path, text, error, message):
    path = tmp_path / "bad.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(error, match=message):
        load_mapping(path)


def test_a_mapping_file_that_cannot_be_reached(tmp_path):
    with pytest.raises(BadArgumentError, match="cannot be read"):
        load_mapping(tmp_path / "none.toml")
    with pytest.raises(BadArgumentError, match="Cannot write"):
        save_mapping(tmp_path / "no" / "folder.toml", ())


@pytest.mark.parametrize(
    ("place", "meaning", "text", "message"),
    [
        ("columns", "contacts", "peserta-terdaftar", "'members' and 'contacts'"),
        ("columns", "contacts", "RRNS", "'rrns_pct' and 'contacts'"),
        ("columns", "contacts", "--", "says nothing"),
        ("headings", "person", "NAMA FKTP", "'facility_name' and 'person'"),
    ],
)
def test_no_heading_stands_for_two_things(place, meaning, text, message):
    raw = copy.deepcopy(RAW)
    raw[place][meaning].append(text)
    with pytest.raises(RuleFileError, match=f"{place}.{meaning}: .*{message}"):
        lexicon.build(raw)


def test_no_label_or_unit_stands_for_two_things():
    for place, text, message in [
        ("labels.sex.female", "Pria", "'male' and 'female'"),
        ("labels.sex.female", "missing", "'missing' and 'female'"),
        ("units.ratio.pct", "Rp", "'pct' and 'rp'"),
    ]:
        raw = copy.deepcopy(RAW)
        section, table, meaning = place.split(".")
        raw[section][table][meaning].append(text)
        with pytest.raises(RuleFileError, match=message):
            lexicon.build(raw)
    raw = copy.deepcopy(RAW)
    raw["columns"]["member"] = ["x"]
    with pytest.raises(RuleFileError, match=r"columns\.member: is no canonical column"):
        lexicon.build(raw)


@pytest.mark.parametrize("name", FACILITY_LABELS)
def test_labels_of_the_vocabulary_are_known(name):
    text = FACILITY_LABELS[name]
    assert read_labels("facility_type", [name, text.id, text.en.upper()]) == ([name] * 3, [])


@pytest.mark.parametrize(
    ("column", "cells", "values", "unknown"),
    [
        (
            "facility_type",
            ["PKM", "Klinik TNI", "RS D Pratama", "DLP", "Dokter Gigi", "Klinik Utama"],
            ["puskesmas", "klinik_pratama", "rs_d_pratama", "dpp", None, None],
            [4, 5],
        ),
        (
            "consequence",
            ["Ya", "TIDAK", "Non-Konsekuensi", "konsekuensi", 1, 0.0, "1,0", True, np.False_, "T"],
            [True, False, False, True, True, False, True, True, False, None],
            [9],
        ),
        ("consequence", [1.5, 2, "?"], [None, None, None], [0, 1, 2]),
        ("funding_model", ["BLUD", "non BLUD", "Non_BLUD"], ["blud", "non_blud", "non_blud"], []),
        (
            "sex",
            ["L", "P", "Laki-laki", "Male", 2.0],
            ["male", "female", "male", "male", "female"],
            [],
        ),
        ("ak_zone", ["Tidak Aman", "aman", "Prestasi"], ["unsafe", "safe", "achievement"], []),
        (
            "ak_status",
            ["Tercapai", "TIDAK TERCAPAI", "Aman", "?"],
            ["met", "not_met", "met", None],
            [3],
        ),
        ("stage", ["MID KBK", "Tengah bulan", "Final"], ["mid", "mid", "final"], []),
        ("sex", [None, "", " - ", float("nan"), pd.NA, pd.NaT, "Missing"], [None] * 7, []),
    ],
)
def test_labels(column, cells, values, unknown):
    assert read_labels(column, cells) == (values, unknown)


def test_a_column_without_codes_has_no_labels():
    with pytest.raises(UnknownNameError, match="coded column"):
        read_labels("members", [1])


def test_numbered_headings_of_no_column_are_known_as_such():
    assert names.is_plain("1. No")
    assert names.is_year("2) Tahun")
    assert person_columns(["1. NIK", "b) Nama Peserta", "3) No. Kartu (13 digit)", "4. RNS"]) == {
        *range(3)
    }


def test_headings_that_identify_persons():
    kept = [*RECAP, *COLUMNS, "Nama", "No"]
    dropped = [
        "NIK",
        "no_kartu",
        "Nokapst",
        "NAMA PESERTA",
        "Nomor HP",
        "No. HP/",
        "Alamat (rumah)",
    ]
    assert person_columns([*kept, *dropped]) == set(range(len(kept), len(kept) + len(dropped)))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["3201010101900001", "3201 0101 0190 0002", None], "nik"),
        ([3201010101900001.0, 3201010101900002.0, float("nan")], "nik"),
        (["'0001234567890", "0001234567891", "x"], "card_number"),
        (["0812-3456-7890", "+62 812 3456 789", "628123456789"], "phone"),
        (["(0812) 345 67890"], "phone"),
        ([9950, 10627, 99500000], None),
        (["1.234.567.890.123"], None),
        (["0205U012", "0138U020"], None),
        (["3201010101900001", "x", "y"], None),
        (["3201010101900001", "x"], None),
        ([], None),
    ],
)
def test_cells_that_look_personal(cells, kind):
    assert looks_personal(cells) == kind
