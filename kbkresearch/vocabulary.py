"""The words of the field: canonical columns, their units, and labels in Indonesian and English."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

Lang: TypeAlias = Literal["id", "en"]
LANGS: tuple[Lang, ...] = ("id", "en")
Kind: TypeAlias = Literal["text", "integer", "number", "p_value", "rupiah", "date", "boolean"]

FACILITY_TYPES = ("puskesmas", "klinik_pratama", "rs_d_pratama", "dpp")


def check_lang(lang: str) -> Lang:
    """Return `lang` if it is a language of the package, else raise.

    Parameters
    ----------
    lang : str
        ``"id"`` (Indonesian) or ``"en"`` (English).

    Returns
    -------
    {"id", "en"}

    Raises
    ------
    UnknownNameError
        For any other value.

    Examples
    --------
    >>> check_lang("id")
    'id'
    """
    if lang not in LANGS:
        raise UnknownNameError("language", lang, LANGS)
    return lang


class Text(str):
    """One text in Indonesian and English; used as a plain string it is the English one.

    Parameters
    ----------
    id, en : str
        The text in each language.

    Examples
    --------
    >>> Text("peserta", "members").to("id")
    'peserta'
    >>> "registered " + Text("peserta", "members")
    'registered members'
    """

    __slots__ = ("id",)
    id: str

    def __new__(cls, id: str, en: str) -> Self:  # noqa: A002 - the language's own code
        """Make a text of its two wordings."""
        text = super().__new__(cls, en)
        text.id = id
        return text

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return self.id, self.en

    @property
    def en(self) -> str:
        """Return the English text."""
        return str(self)

    def to(self, lang: str) -> str:
        """Return the text in `lang`."""
        return self.id if check_lang(lang) == "id" else self.en


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a canonical column holds.

    Attributes
    ----------
    name : str
        Canonical column name.
    kind : {"text", "integer", "number", "p_value", "rupiah", "date", "boolean"}
        How values are stored and shown.
    unit : Text
        Unit of measure; empty where there is none.
    label : Text
        Short label for tables and figures.
    decimals : int
        Decimals shown by default.
    """

    name: str
    kind: Kind
    unit: Text
    label: Text
    decimals: int = 0


_UNITS = {
    "persons": Text("orang", "persons"),
    "referrals": Text("rujukan", "referrals"),
    "families": Text("keluarga", "families"),
    "visits": Text("kunjungan", "visits"),
    "score": Text("1,0–4,0", "1.0–4.0"),
    "per 5,000": Text("per 5.000", "per 5,000"),
}


def _columns() -> dict[str, ColumnMeaning]:
    rows: list[tuple[str, Kind, str, str, str, int]] = [
        ("facility_id", "text", "", "Kode FKTP", "Facility id", 0),
        ("facility_name", "text", "", "Nama FKTP", "Facility", 0),
        ("facility_type", "text", "", "Jenis FKTP", "Facility type", 0),
        ("district", "text", "", "Kabupaten/kota", "District", 0),
        ("province", "text", "", "Provinsi", "Province", 0),
        ("month", "date", "", "Bulan", "Month", 0),
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
    ]
    return {
        name: ColumnMeaning(
            name, kind, _UNITS.get(unit, Text(unit, unit)), Text(label_id, label_en), decimals
        )
        for name, kind, unit, label_id, label_en, decimals in rows
    }


COLUMNS: Mapping[str, ColumnMeaning] = MappingProxyType(_columns())


def _statistics() -> dict[str, ColumnMeaning]:
    rows: list[tuple[str, Kind, str, str, int]] = [
        ("outcome", "text", "Variabel terikat", "Outcome", 0),
        ("factor", "text", "Faktor", "Factor", 0),
        ("term", "text", "Suku", "Term", 0),
        ("variable", "text", "Variabel", "Variable", 0),
        ("what", "text", "Suku", "Term", 0),
        ("level", "text", "Kategori", "Category", 0),
        ("group_1", "text", "Kelompok 1", "Group 1", 0),
        ("group_2", "text", "Kelompok 2", "Group 2", 0),
        ("contrast", "text", "Perubahan", "Contrast", 0),
        ("method", "text", "Metode", "Method", 0),
        ("test", "text", "Pemeriksaan", "Check", 0),
        ("check", "text", "Pemeriksaan", "Check", 0),
        ("variant", "text", "Varian", "Variant", 0),
        ("direction", "text", "Arah", "Direction", 0),
        ("null", "text", "Hipotesis nol", "Null hypothesis", 0),
        ("estimate", "number", "Dugaan", "Estimate", 4),
        ("se", "number", "Galat baku", "SE", 4),
        ("statistic_name", "text", "Statistik", "Statistic", 0),
        ("statistic", "number", "Nilai statistik", "Value", 3),
        ("df", "number", "db", "df", 1),
        ("df2", "number", "db2", "df2", 1),
        ("p_value", "p_value", "Nilai p", "p-value", 3),
        ("p_adjusted", "p_value", "Nilai p terkoreksi", "Adjusted p-value", 3),
        ("wald_p", "p_value", "Nilai p Wald", "Wald p-value", 3),
        ("effect_name", "text", "Ukuran efek", "Effect size", 0),
        ("effect_size", "number", "Efek", "Effect", 3),
        ("ci_low", "number", "Batas bawah IK", "CI low", 3),
        ("ci_high", "number", "Batas atas IK", "CI high", 3),
        ("ci_method", "text", "Metode IK", "CI method", 0),
        ("n", "integer", "n", "n", 0),
        ("n_dropped", "integer", "Baris tidak dipakai", "Rows dropped", 0),
        ("exp_estimate", "number", "exp(dugaan)", "exp(estimate)", 3),
        ("exp_ci_low", "number", "exp, batas bawah IK", "exp, CI low", 3),
        ("exp_ci_high", "number", "exp, batas atas IK", "exp, CI high", 3),
        ("exp_name", "text", "Arti exp", "Meaning of exp", 0),
        ("beta", "number", "Beta", "Beta", 3),
        ("vif", "number", "VIF", "VIF", 2),
        ("gvif", "number", "GVIF", "GVIF", 2),
        ("gvif_scaled", "number", "GVIF^(1/(2 db))", "GVIF^(1/(2 df))", 2),
        ("tolerance", "number", "Toleransi", "Tolerance", 3),
        ("fit", "integer", "Model", "Model", 0),
        ("added", "text", "Ditambahkan", "Added", 0),
        ("formula", "text", "Rumus", "Formula", 0),
        ("k", "integer", "Koefisien", "Coefficients", 0),
        ("r2", "number", "R²", "R²", 4),
        ("adj_r2", "number", "R² disesuaikan", "Adjusted R²", 4),
        ("r2_change", "number", "Perubahan R²", "R² change", 4),
        ("mcfadden_r2", "number", "R² McFadden", "McFadden R²", 4),
        ("nagelkerke_r2", "number", "R² Nagelkerke", "Nagelkerke R²", 4),
        ("sigma", "number", "Galat baku regresi", "Residual SE", 4),
        ("loglik", "number", "Log-likelihood", "Log-likelihood", 2),
        ("aic", "number", "AIC", "AIC", 2),
        ("bic", "number", "BIC", "BIC", 2),
        ("step", "integer", "Langkah", "Step", 0),
        ("action", "text", "Tindakan", "Action", 0),
        ("reading", "text", "Bacaan", "Reading", 0),
        ("advice", "text", "Yang dapat dilakukan", "What to do", 0),
    ]
    return {
        name: ColumnMeaning(name, kind, Text("", ""), Text(label_id, label_en), decimals)
        for name, kind, label_id, label_en, decimals in rows
    }


STATISTICS: Mapping[str, ColumnMeaning] = MappingProxyType(_statistics())

FACILITY_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "puskesmas": Text("Puskesmas", "Puskesmas"),
        "klinik_pratama": Text("Klinik Pratama", "Primary clinic"),
        "rs_d_pratama": Text("RS Kelas D Pratama", "Class D primary hospital"),
        "dpp": Text("Dokter praktik perorangan", "Individual doctor practice"),
    }
)

SERVICE_SCOPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "outpatient": (
            "Rawat jalan",
            "RJTP",
            "Non rawat inap",
            "Tanpa rawat inap",
            "Non ranap",
            "Outpatient",
            "Outpatient only",
            "Without inpatient care",
        ),
        "inpatient": (
            "Rawat inap",
            "RITP",
            "Ranap",
            "Dengan rawat inap",
            "Rawat jalan dan rawat inap",
            "RJTP dan RITP",
            "RJTP RITP",
            "Inpatient",
            "Outpatient and inpatient",
            "With inpatient care",
        ),
    }
)

STAFF_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "doctor": Text("Dokter", "Doctor"),
        "dentist": Text("Dokter gigi", "Dentist"),
        "nurse": Text("Perawat", "Nurse"),
        "midwife": Text("Bidan", "Midwife"),
        "health_promotion": Text("Tenaga promkes", "Health promotion"),
        "environmental_health": Text("Tenaga sanitasi lingkungan", "Environmental health"),
        "nutritionist": Text("Nutrisionis", "Nutritionist"),
        "pharmacist": Text("Apoteker", "Pharmacist"),
        "medical_laboratory": Text("Ahli teknologi lab medik", "Medical laboratory technologist"),
        "information_system": Text("Tenaga sistem informasi", "Information system"),
        "finance_administration": Text("Tenaga administrasi keuangan", "Finance administration"),
        "administration": Text("Tenaga ketatausahaan", "Administration"),
        "general_worker": Text("Pekarya", "General worker"),
    }
)


def label(column: str, lang: str = "id", *, unit: bool = False) -> str:
    """Return the label of a canonical column; any other name is returned as it is.

    Parameters
    ----------
    column : str
        Column name.
    lang : {"id", "en"}
        Language.
    unit : bool
        Whether the unit is added in brackets.

    Returns
    -------
    str

    Examples
    --------
    >>> label("ak_permille", "id", unit=True)
    'Angka Kontak (‰)'
    >>> label("kolom_saya")
    'kolom_saya'
    """
    check_lang(lang)
    if column not in COLUMNS:
        return column
    meaning = COLUMNS[column]
    suffix = f" ({meaning.unit.to(lang)})" if unit and meaning.unit else ""
    return meaning.label.to(lang) + suffix
