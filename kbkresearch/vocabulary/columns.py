"""The canonical columns that a file may have and the package computes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.vocabulary.words import ColumnMeaning, Kind, Text, meanings

if TYPE_CHECKING:
    from collections.abc import Mapping

FACILITY_TYPES = ("puskesmas", "klinik_pratama", "rs_d_pratama", "dpp")


def _columns() -> dict[str, ColumnMeaning]:
    rows: list[tuple[str, Kind, str | Text, str, str, int]] = [
        ("facility_id", "text", "", "Kode FKTP", "Facility id", 0),
        ("facility_name", "text", "", "Nama FKTP", "Facility", 0),
        ("facility_type", "text", "", "Jenis FKTP", "Facility type", 0),
        ("district", "text", "", "Kabupaten/kota", "District", 0),
        ("province", "text", "", "Provinsi", "Province", 0),
        ("month", "date", "", "Bulan", "Month", 0),
        ("stage", "text", "", "Tahap data", "Stage of the data", 0),
        ("members", "integer", "persons", "Peserta terdaftar", "Members", 0),
        ("contacts", "integer", "persons", "Peserta yang kontak", "Members with a contact", 0),
        ("referrals", "integer", "referrals", "Rujukan", "Referrals", 0),
        (
            "nonspecialist_referrals",
            "integer",
            "referrals",
            "Rujukan non spesialistik",
            "Non-specialist referrals",
            0,
        ),
        ("dm_diagnosed", "integer", "persons", "Peserta terdiagnosis DM", "Diagnosed DM", 0),
        ("dm_controlled", "integer", "persons", "Prolanis DM terkendali", "Controlled DM", 0),
        ("ht_diagnosed", "integer", "persons", "Peserta terdiagnosis HT", "Diagnosed HT", 0),
        ("ht_controlled", "integer", "persons", "Prolanis HT terkendali", "Controlled HT", 0),
        (
            "prolanis_registered",
            "integer",
            "persons",
            "Peserta Prolanis terdaftar",
            "Prolanis members",
            0,
        ),
        (
            "prolanis_visiting",
            "integer",
            "persons",
            "Peserta Prolanis rutin berkunjung",
            "Prolanis members visiting routinely",
            0,
        ),
        ("families", "integer", "families", "Keluarga di wilayah kerja", "Families in the area", 0),
        ("families_visited", "integer", "families", "Keluarga dikunjungi", "Families visited", 0),
        ("ak_permille", "number", "‰", "Angka Kontak", "Contact rate (AK)", 2),
        ("rrns_pct", "number", "%", "RRNS", "Non-specialist referral ratio (RRNS)", 2),
        ("rppt_pct", "number", "%", "RPPT", "Controlled Prolanis ratio (RPPT)", 2),
        ("rppb_pct", "number", "%", "RPPB", "Routine Prolanis visit ratio (RPPB)", 2),
        ("rkr_pct", "number", "%", "RKR", "Home visit ratio (RKR)", 2),
        ("ak_rating", "integer", "1–4", "Rating AK", "AK rating", 0),
        ("rrns_rating", "integer", "1–4", "Rating RRNS", "RRNS rating", 0),
        ("rppt_rating", "integer", "1–4", "Rating RPPT", "RPPT rating", 0),
        ("ak_zone", "text", "", "Zona AK", "AK zone", 0),
        ("rrns_zone", "text", "", "Zona RRNS", "RRNS zone", 0),
        ("rppb_zone", "text", "", "Zona RPPB", "RPPB zone", 0),
        ("rkr_zone", "text", "", "Zona RKR", "RKR zone", 0),
        ("ak_status", "text", "", "Keterangan AK", "AK target met", 0),
        ("rrns_status", "text", "", "Keterangan RRNS", "RRNS target met", 0),
        ("rppt_status", "text", "", "Keterangan RPPT", "RPPT target met", 0),
        ("rppb_status", "text", "", "Keterangan RPPB", "RPPB target met", 0),
        ("targets_met", "integer", "", "Jumlah indikator tercapai", "Targets met", 0),
        ("score", "number", "score", "Nilai capaian", "Score", 1),
        ("payment_pct", "number", "%", "Pembayaran kapitasi", "Payment", 1),
        ("consequence", "boolean", "", "KBK konsekuensi", "Payment consequence", 0),
        ("doctors", "integer", "persons", "Dokter", "Doctors", 0),
        ("dentists", "integer", "persons", "Dokter gigi", "Dentists", 0),
        ("infrastructure_pct", "number", "%", "Kelengkapan sarana", "Infrastructure", 1),
        ("funding_model", "text", "", "Pola pengelolaan keuangan", "Funding model", 0),
        ("service_scope", "text", "", "Lingkup pelayanan", "Service scope", 0),
        (
            "doctors_per_5000",
            "number",
            "per 5,000",
            "Dokter per 5.000 peserta",
            "Doctors per 5,000 members",
            2,
        ),
        ("members_per_doctor", "number", "", "Peserta per dokter", "Members per doctor", 0),
        ("doctor_norm_met", "boolean", "", "Norma dokter terpenuhi", "Doctor norm met", 0),
        ("doctors_needed", "integer", "persons", "Dokter menurut norma", "Doctors by the norm", 0),
        ("tariff_rp", "rupiah", "Rp", "Tarif per peserta", "Tariff per member", 0),
        ("capitation_rp", "rupiah", "Rp", "Kapitasi norma", "Norm capitation", 0),
        ("paid_rp", "rupiah", "Rp", "Kapitasi dibayar", "Capitation paid", 0),
        ("age_band", "text", "", "Kelompok umur", "Age band", 0),
        ("sex", "text", "", "Jenis kelamin", "Sex", 0),
        ("stratum", "text", "", "Kelompok", "Stratum", 0),
        ("visits", "integer", "visits", "Kunjungan", "Visits", 0),
        ("rate_permille", "number", "‰", "Rate utilisasi", "Utilisation rate", 0),
        ("unit_cost_rp", "rupiah", "Rp", "Biaya per kunjungan", "Cost per visit", 0),
        ("fund_rp", "rupiah", "Rp", "Dana", "Fund", 0),
        ("ci_low", "number", "", "Batas bawah IK", "CI low", 2),
        ("ci_high", "number", "", "Batas atas IK", "CI high", 2),
        ("n", "integer", "", "n", "n", 0),
        ("source_sheet", "text", "", "Lembar asal", "Source sheet", 0),
        ("source_row", "integer", "", "Baris asal", "Source row", 0),
    ]
    own = meanings(rows)
    return own | {f"{name}_printed": _printed(own[name]) for name in own if _may_differ(name)}


def _may_differ(name: str) -> bool:
    """Tell the columns that may hold something else than what a file prints."""
    results = {"facility_type", "ak_permille", "rrns_pct", "rppt_pct", "score", "payment_pct"}
    return name in results | {"capitation_rp", "paid_rp"} or name.endswith(("_rating", "_zone"))


def _printed(meaning: ColumnMeaning) -> ColumnMeaning:
    """Return the column that keeps what a file printed beside what was computed."""
    text = Text(f"Tercetak: {meaning.label.id}", f"Printed: {meaning.label.en}")
    return replace(meaning, name=f"{meaning.name}_printed", label=text)


COLUMNS: Mapping[str, ColumnMeaning] = MappingProxyType(_columns())
