"""The synthetic sample files of ``data/samples``: what people hold, with nobody real in it.

Write them again with ``uv run python tests/intake/make_samples.py``. Everything comes from one
seed; no name, code or figure stands for a real facility or person. Each sample is a grid of cells
as a person would have typed it, together with the truth: the canonical table that reading it must
give. The tests spoil the grid and hold the reading against the truth.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sample_files import MARK, Grid, Sample, write
from sample_tables import (
    BULAN,
    COUNTS,
    SEED,
    Column,
    achieved,
    comma,
    day,
    dotted,
    failing,
    grid,
    kind,
    long_month,
    months,
    panel,
    plain,
    recap_columns,
    sample,
    with_indicators,
)

import kbkresearch as kbk

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

FOLDER = Path(__file__).parents[2] / "data" / "samples"

# the samples


def branch_recap() -> Sample:
    """A workbook of a branch office: one sheet a month, sheets named as somebody felt that day."""
    truth = panel(1, "pppppkkkkddp", months("2023-01-01", 16))
    truth["district"] = "KOTA SINTETIS"
    names = (
        [f"{one} 23" for one in BULAN[:4]] + list(BULAN[4:]) + [*BULAN[:2], "Maret 24", "April 24"]
    )
    grids = []
    for place, (month, part) in enumerate(truth.groupby("month")):
        typed = day if place % 3 == 2 else long_month
        columns = [
            *recap_columns(typed, plain),
            ("Keterangan AK", "ak_permille", achieved(150, up=True)),
            ("Keterangan RNS", "rrns_pct", achieved(2, up=False)),
            ("Keterangan RPPT", "rppt_pct", achieved(5, up=True)),
        ]
        title = [["CAPAIAN KBK – " + MARK], [f"BULAN KAPITASI {long_month(month).upper()}"], []]
        sheet = grid(names[place], part, columns, above=title[: 1 + place % 3])
        sheet.head[0].append("Jumlah indikator tercapai")
        for row in sheet.rows:
            row.append(sum(cell == "Tercapai" for cell in row[-3:]))
        grids.append(sheet)
    made = sample("synthetic-capaian-kbk.xlsx", grids, recap_columns(day, plain), truth)
    made.columns += [None] * 4
    return made


def district_sheet() -> Sample:
    """A sheet of a district health office, laid out for print and typed as text."""
    truth = panel(2, "p" * 14, months("2023-12-01", 1)).drop(columns="facility_type")
    columns: list[Column] = [
        ("No", None, plain),
        ("Nama Puskesmas", "facility_name", str),
        ("Peserta Terdaftar", "members", dotted),
        ("Jumlah Kontak", "contacts", dotted),
        ("AK (‰)", "ak_permille", comma),
        ("Kasus Non Spesialistik", "nonspecialist_referrals", dotted),
        ("Jumlah Rujukan", "referrals", dotted),
        ("RRNS (%)", "rrns_pct", comma),
        ("Prolanis DM Terkendali", "dm_controlled", dotted),
        ("Peserta Diagnosa DM", "dm_diagnosed", dotted),
        ("Prolanis HT Terkendali", "ht_controlled", dotted),
        ("Peserta Diagnosa HT", "ht_diagnosed", dotted),
        ("RPPT (%)", "rppt_pct", comma),
    ]
    upper = ["No", "Nama Puskesmas", "Peserta Terdaftar", "ANGKA KONTAK", None, "RUJUKAN", None,
             None, "DIABETES MELITUS", None, "HIPERTENSI", None, "RPPT (%)"]  # fmt: skip
    lower = [None, None, None, *[heading for heading, *_ in columns[3:12]], None]
    total = ["JUMLAH", None, *[None] * 11]
    for place, (_, name, _) in enumerate(columns):
        if name in COUNTS:
            total[place] = dotted(truth[name].sum())
    blank: list[Any] = [None] * 13
    below = [
        total,
        blank,
        ["Sumber: data sintetis, dibuat oleh program"],
        ["Catatan: RRNS dan RPPT dalam persen"],
        blank,
        [*[None] * 9, "Kota Sintetis, 4 Januari 2024"],
        [*[None] * 9, "Kepala Bidang (contoh)"],
        blank,
        [*[None] * 9, "(nama sintetis)"],
    ]
    title = [["REKAPITULASI CAPAIAN KBK PUSKESMAS"], [f"KABUPATEN SINTETIS – {MARK}"], []]
    sheet = grid("Desember 2023", truth, columns, above=title, head=[upper, lower], below=below)
    return sample("synthetic-district-sheet.xlsx", [sheet], columns, truth)


def one_puskesmas() -> Sample:
    """Twelve months of one Puskesmas as in a thesis: only the title names the facility."""
    truth = panel(3, "p", months("2023-01-01", 12)).drop(
        columns=["facility_id", "facility_name", "facility_type", "district"]
    )
    columns: list[Column] = [
        ("Bulan", "month", lambda value: BULAN[value.month - 1]),
        ("Peserta Terdaftar", "members", plain),
        ("Jumlah Kontak", "contacts", plain),
        ("AK (‰)", "ak_permille", plain),
        ("Jumlah Rujukan", "referrals", plain),
        ("Rujukan Non Spesialistik", "nonspecialist_referrals", plain),
        ("RRNS (%)", "rrns_pct", plain),
        ("DM Terkendali", "dm_controlled", plain),
        ("Diagnosa DM", "dm_diagnosed", plain),
        ("HT Terkendali", "ht_controlled", plain),
        ("Diagnosa HT", "ht_diagnosed", plain),
        ("RPPT (%)", "rppt_pct", plain),
        ("Nilai Capaian KBK", "score", plain),
    ]
    title = [["Tabel 4.1 Capaian KBK Puskesmas Sintetis 01 Tahun 2023"], [MARK]]
    below = [["Rata-rata", None, None, float(truth["ak_permille"].mean().round(2))]]
    below += [["Sumber: data sintetis"]]
    sheet = grid("KBK 2023", truth, columns, above=title, below=below)
    return sample("synthetic-one-puskesmas.xlsx", [sheet], columns, truth)


def cross_section(seed: int, kinds: str) -> pd.DataFrame:
    """Return facilities of one month with what a study would explain their score by."""
    truth = panel(seed, kinds, months("2023-12-01", 1))
    rng = np.random.default_rng([SEED, seed, 1])
    n = len(truth)
    truth["doctors"] = 1 + rng.poisson(truth["members"] / 7_000)
    truth["infrastructure_pct"] = (100 * rng.beta(9, 3, n)).round(1)
    truth["funding_model"] = np.where(rng.random(n) < 0.4, "blud", "non_blud")
    truth["consequence"] = rng.random(n) < 0.7
    truth["service_scope"] = np.where(rng.random(n) < 0.3, "Rawat Inap", "Rawat Jalan")
    truth["tariff_rp"] = 6_000 + 500 * rng.integers(0, 3, n)
    return truth


def _explaining(yes: Callable[[Any], Any]) -> list[Column]:
    return [
        ("Jumlah Dokter", "doctors", plain),
        ("Kelengkapan Sarana Prasarana (%)", "infrastructure_pct", plain),
        ("Pola Keuangan", "funding_model", lambda one: "BLUD" if one == "blud" else "Non BLUD"),
        ("Konsekuensi", "consequence", yes),
        ("Lingkup Pelayanan", "service_scope", str),
    ]


def yes(value: Any) -> str:
    return "Ya" if value else "Tidak"


def explained() -> Sample:
    """A cross-section of Puskesmas: printed indicators without their counts, and explanations."""
    truth = cross_section(4, "p" * 60)
    columns: list[Column] = [
        ("No", None, plain),
        ("Kode Puskesmas", "facility_id", str),
        ("Nama Puskesmas", "facility_name", str),
        ("Kabupaten/Kota", "district", str),
        ("AK (‰)", "ak_permille", plain),
        ("RRNS (%)", "rrns_pct", plain),
        ("RPPT (%)", "rppt_pct", plain),
        ("Nilai Capaian", "score", plain),
        *_explaining(yes),
        ("Tarif Kapitasi (Rp)", "tariff_rp", plain),
    ]
    title = [[f"Data penelitian ({MARK})"]]
    printed = truth[["ak_permille", "rrns_pct", "rppt_pct"]]
    truth["score"] = kbk.score(printed, facility_type="puskesmas")["score"]
    sheet = grid("Data", truth, columns, above=title)
    made = sample("synthetic-cross-section.xlsx", [sheet], columns, truth)
    made.truth = made.truth.drop(columns="month")
    return made


def text_semicolon() -> Sample:
    """A recap saved as CSV by a spreadsheet in Indonesian: semicolons, dots for thousands."""
    truth = panel(5, "ppppkkdd", months("2023-10-01", 3))
    truth["facility_name"] = truth["facility_name"].str.replace("Klinik", "Klinik Désa")
    truth["district"] = "KOTA SINTETIS"
    columns = recap_columns(long_month, dotted)
    columns[-1] = ("Capaian KBK BI", "score", comma)
    sheet = grid("synthetic-recap-semicolon", truth, columns, above=[[MARK]])
    return sample("synthetic-recap-semicolon.csv", [sheet], columns, truth)


def text_tabs() -> Sample:
    """The "Unicode text" of a spreadsheet: UTF-16 with tabs."""
    truth = panel(6, "pppkkd", months("2024-01-01", 4))
    truth["district"] = "KOTA SINTETIS"
    columns = recap_columns(lambda value: value.strftime("%d/%m/%Y"), plain)
    sheet = grid("synthetic-recap-unicode", truth, columns, above=[[MARK]])
    return sample("synthetic-recap-unicode.txt", [sheet], columns, truth)


def _statistics(file: str, seed: int) -> Sample:
    truth = cross_section(seed, "p" * 20 + "k" * 12)
    short = {
        "facility_id": "kode_ppk", "facility_name": "nama_fktp", "facility_type": "tipe_fktp",
        "month": "bulan", "members": "peserta", "contacts": "kontak", "referrals": "jml_rujukan",
        "nonspecialist_referrals": "kasus_non_spesialistik", "dm_controlled": "dm_terkendali",
        "dm_diagnosed": "diagnosa_dm", "ht_controlled": "ht_terkendali",
        "ht_diagnosed": "diagnosa_ht", "doctors": "jml_dokter", "infrastructure_pct": "sarpras",
        "funding_model": "blud", "consequence": "konsekuensi", "service_scope": "lingkup_pelayanan",
    }  # fmt: skip
    typed = {"facility_type": kind, "month": day, "consequence": yes} | {
        name: printed for _, name, printed in _explaining(yes) if name == "funding_model"
    }
    columns = [(heading, name, typed.get(name, plain)) for name, heading in short.items()]
    return sample(file, [grid(Path(file).stem, truth, columns)], columns, truth)


def spss() -> Sample:
    """Data of a thesis in SPSS, with value labels."""
    return _statistics("synthetic-thesis.sav", 7)


def stata() -> Sample:
    """Data of a study in Stata, with value labels."""
    return _statistics("synthetic-study.dta", 8)


def opendocument() -> Sample:
    """A quarter of some clinics in LibreOffice."""
    truth = panel(9, "kkkkkkpp", months("2023-04-01", 3))
    columns: list[Column] = [
        ("Periode", "month", day),
        ("Kode Faskes", "facility_id", str),
        ("Nama Faskes", "facility_name", str),
        ("Jenis Faskes", "facility_type", kind),
        ("Jml Peserta", "members", plain),
        ("Jml Kontak", "contacts", plain),
        ("Jml Rujukan Non Spesialistik", "nonspecialist_referrals", plain),
        ("Jml Rujukan", "referrals", plain),
        ("Peserta Prolanis DM Terkendali", "dm_controlled", plain),
        ("Peserta Terdiagnosa DM", "dm_diagnosed", plain),
        ("Peserta Prolanis HT Terkendali", "ht_controlled", plain),
        ("Peserta Terdiagnosa HT", "ht_diagnosed", plain),
    ]
    below = [["Sumber: data sintetis"]]
    sheet = grid("Triwulan II", truth, columns, above=[[MARK], []], below=below)
    return sample("synthetic-quarter.ods", [sheet], columns, truth)


def old_workbook() -> Sample:
    """A recap with formulas, in the format of 1997; some divide by nothing."""
    truth = panel(12, "ppppkkkdd", months("2022-11-01", 3))
    truth.loc[[7, 16, 17], ["referrals", "nonspecialist_referrals"]] = 0
    truth.loc[[8, 26], ["dm_diagnosed", "dm_controlled"]] = 0
    truth = with_indicators(truth)
    by_zero = failing("#DIV/0!")
    columns: list[Column] = [
        ("No", None, plain),
        ("Kode PPK", "facility_id", str),
        ("NAMA FKTP", "facility_name", str),
        ("TIPE FKTP", "facility_type", kind),
        ("PESERTA TERDAFTAR", "members", plain),
        ("JUMLAH KONTAK", "contacts", plain),
        ("AK (‰)", "ak_permille", plain),
        ("Kasus Non Spesialistik", "nonspecialist_referrals", plain),
        ("Jumlah Rujukan", "referrals", plain),
        ("RRNS (%)", "rrns_pct", by_zero),
        ("Prolanis DM Terkendali", "dm_controlled", plain),
        ("Peserta Diagnosa DM", "dm_diagnosed", plain),
        ("Prolanis HT Terkendali", "ht_controlled", plain),
        ("Peserta Diagnosa HT", "ht_diagnosed", plain),
        ("RPPT (%)", "rppt_pct", by_zero),
        ("Capaian KBK BI", "score", by_zero),
    ]
    upper = ["No", "Kode PPK", "NAMA FKTP", "TIPE FKTP", "PESERTA TERDAFTAR", "ANGKA KONTAK", None,
             "RUJUKAN", None, None, "DIABETES MELITUS", None, "HIPERTENSI", None, "RPPT (%)",
             "Capaian KBK BI"]  # fmt: skip
    lower = [*[None] * 5, *[heading for heading, *_ in columns[5:14]], None, None]
    grids = []
    for name, (_, part) in zip(
        ("NOP 22", "Desember 2022", "Jan'23"), truth.groupby("month"), strict=True
    ):
        total = [None, "JUMLAH", *[None] * 14]
        for place, (_, column, _) in enumerate(columns):
            if column in COUNTS:
                total[place] = int(part[column].sum())
        below = [total, [], ["Sumber: data sintetis"]]
        head = [list(upper), list(lower)]
        above = [["REKAPITULASI CAPAIAN KBK – " + MARK], []]
        grids.append(grid(name, part, columns, above=above, head=head, below=below))
    return sample("synthetic-old-recap.xls", grids, columns, truth)


def binary_workbook() -> Sample:
    """A binary workbook that looks figures up in others, which it does not find any more."""
    truth = panel(13, "pppppkkkkd", months("2024-01-01", 2))
    truth.loc[[5, 18], ["referrals", "nonspecialist_referrals"]] = 0
    truth = with_indicators(truth)
    rng = np.random.default_rng([SEED, 13, 1])
    n = len(truth)
    truth["doctors"] = 1.0 + rng.poisson(truth["members"] / 7_000)
    truth["infrastructure_pct"] = (100 * rng.beta(9, 3, n)).round(1)
    truth.loc[[2, 11, 12], "doctors"] = np.nan
    truth.loc[[4, 14], "infrastructure_pct"] = np.nan
    columns: list[Column] = [
        ("Bulan", "month", day),
        ("Kode Faskes", "facility_id", str),
        ("Nama Faskes", "facility_name", str),
        ("Jenis Faskes", "facility_type", kind),
        ("Jml Peserta", "members", plain),
        ("Jml Kontak", "contacts", plain),
        ("Jml Rujukan Non Spesialistik", "nonspecialist_referrals", plain),
        ("Jml Rujukan", "referrals", plain),
        ("RRNS (%)", "rrns_pct", failing("#DIV/0!")),
        ("Peserta Prolanis DM Terkendali", "dm_controlled", plain),
        ("Peserta Terdiagnosa DM", "dm_diagnosed", plain),
        ("Peserta Prolanis HT Terkendali", "ht_controlled", plain),
        ("Peserta Terdiagnosa HT", "ht_diagnosed", plain),
        ("Jumlah Dokter", "doctors", failing("#N/A")),
        ("Kelengkapan Sarana Prasarana (%)", "infrastructure_pct", failing("#REF!")),
        ("Nilai Capaian", "score", failing("#VALUE!")),
    ]
    grids = [
        grid(name, part, columns, above=[["Monitoring KBK"], [MARK], []])
        for name, (_, part) in zip(("Januari", "Pébruari"), truth.groupby("month"), strict=True)
    ]
    note = Grid("Catatan", [["Rumus merujuk ke berkas lain (contoh)"]], [], [], [])
    return sample("synthetic-monitoring.xlsb", [*grids, note], columns, truth)


def parquet() -> Sample:
    """A panel as another program hands it on: canonical names, typed columns."""
    truth = panel(10, "pppppppkkkkd", months("2023-01-01", 6))
    names = ["facility_id", "facility_name", "facility_type", "district", "month", *COUNTS]
    columns: list[Column] = [(one, one, day if one == "month" else plain) for one in names]
    sheet = grid("synthetic-panel", truth, columns)
    return sample("synthetic-panel.parquet", [sheet], columns, truth)


def template() -> Sample:
    """The workbook of ``kbk template``, filled."""
    truth = cross_section(11, "pppppkkk")
    from kbkresearch.reporting.template import _FIELDS
    from kbkresearch.vocabulary import label

    typed = {
        "month": lambda value: value.strftime("%Y-%m"),
        "consequence": lambda one: yes(one).lower(),
    }
    columns = [(label(one, "id", unit=True), one, typed.get(one, plain)) for one in _FIELDS]
    sheet = grid("data", truth, columns)
    note = Grid("petunjuk - help", [[MARK]], [], [], [])
    return sample("synthetic-template.xlsx", [sheet, note], columns, truth)


SAMPLES: dict[str, Callable[[], Sample]] = {
    one.__name__: one
    for one in (
        branch_recap, district_sheet, one_puskesmas, explained, text_semicolon, text_tabs, spss,
        stata, opendocument, old_workbook, binary_workbook, parquet, template,
    )
}  # fmt: skip


def main() -> None:
    for make in SAMPLES.values():
        path = write(make(), FOLDER)
        sys.stdout.write(f"{path.name} {path.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
