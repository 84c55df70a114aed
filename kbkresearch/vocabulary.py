"""The words of the field: canonical columns, their units, and labels in Indonesian and English."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Lang: TypeAlias = Literal["id", "en"]
LANGS: tuple[Lang, ...] = ("id", "en")
Kind: TypeAlias = Literal["text", "integer", "number", "rupiah", "date", "boolean"]

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
    kind : {"text", "integer", "number", "rupiah", "date", "boolean"}
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


def _result_columns() -> dict[str, ColumnMeaning]:
    """Return the columns that results hold and no file is read for."""
    per_member = Text("Rp per peserta-bulan", "Rp per member-month")
    rows: list[tuple[str, Kind, str | Text, str, str, int]] = [
        ("member_months", "integer", "", "Bulan-peserta", "Member-months", 0),
        ("persons", "integer", "persons", "Peserta yang berkunjung", "Members with a visit", 0),
        ("stratum_kind", "text", "", "Pembagian", "Division", 0),
        ("share_pct", "number", "%", "Bagian dana", "Share of the fund", 1),
        ("tariff_ci_low_rp", "rupiah", "Rp", "Batas bawah tarif", "Tariff, CI low", 0),
        ("tariff_ci_high_rp", "rupiah", "Rp", "Batas atas tarif", "Tariff, CI high", 0),
        ("cost_rp", "rupiah", "Rp", "Biaya", "Cost", 0),
        ("difference_rp", "rupiah", "Rp", "Selisih", "Difference", 0),
        ("break_even_unit_cost_rp", "rupiah", "Rp", "Biaya impas", "Break-even unit cost", 0),
        ("rate_permille_if_average", "number", "‰", "Rate bila rata-rata", "Rate if averages", 1),
        ("ci_low_if_average", "number", "‰", "Batas bawah bila rata-rata",
         "CI low if averages", 1),
        ("ci_high_if_average", "number", "‰", "Batas atas bila rata-rata",
         "CI high if averages", 1),
        ("tariff_rp_if_average", "rupiah", "Rp", "Tarif bila rata-rata", "Tariff if averages", 0),
        ("fund_rp_if_average", "rupiah", "Rp", "Dana bila rata-rata", "Fund if averages", 0),
        ("statistic", "number", "", "Statistik uji", "Test statistic", 2),
        ("df", "integer", "", "db", "df", 0),
        ("p_value", "number", "", "p", "p", 3),
        ("p_lower", "number", "", "p (lebih rata)", "p (more even)", 3),
        ("method", "text", "", "Metode", "Method", 0),
        ("status", "text", "", "Keterangan", "Status", 0),
        ("expected_permille", "number", "‰", "Rate harapan", "Expected rate", 1),
        ("expected_pmpm_rp", "rupiah", per_member, "Biaya harapan", "Expected cost", 0),
        ("relative_weight", "number", "", "Bobot relatif", "Relative weight", 3),
        ("flat_pmpm_rp", "rupiah", per_member, "Kapitasi datar", "Flat capitation", 0),
        ("adjusted_pmpm_rp", "rupiah", per_member, "Kapitasi disesuaikan",
         "Adjusted capitation", 0),
        ("flat_rp", "rupiah", "Rp", "Datar", "Flat", 0),
        ("adjusted_rp", "rupiah", "Rp", "Disesuaikan", "Adjusted", 0),
        ("norm_pmpm_rp", "rupiah", per_member, "Tarif norma", "Norm tariff", 0),
        ("norm_rp", "rupiah", "Rp", "Menurut norma", "At the norm tariff", 0),
        ("norm_basis", "text", "", "Dasar norma", "Basis of the norm", 0),
        ("norm_status", "text", "", "Status norma", "Status of the norm", 0),
        ("reference_rate", "number", "", "Rate acuan per peserta-bulan",
         "Reference rate per member-month", 4),
        ("class_weight", "number", "", "Bobot kelas", "Class weight", 3),
        ("class_pmpm_rp", "rupiah", per_member, "Kapitasi kelas", "Class capitation", 0),
        ("grouping", "text", "", "Pengelompokan", "Grouping", 0),
        ("group", "text", "", "Kelompok", "Group", 0),
        ("payment_pmpm", "rupiah", per_member, "Pembayaran", "Payment", 0),
        ("cost_pmpm", "rupiah", per_member, "Biaya", "Cost", 0),
        ("under_compensation_pmpm", "rupiah", per_member, "Kekurangan bayar",
         "Under-compensation", 0),
        ("predictive_ratio", "number", "", "Rasio prediktif", "Predictive ratio", 3),
        ("predictive_ratio_ci_low", "number", "", "Batas bawah rasio", "Ratio, CI low", 3),
        ("predictive_ratio_ci_high", "number", "", "Batas atas rasio", "Ratio, CI high", 3),
        ("underpaid_pct", "number", "%", "Bulan-peserta dibayar kurang",
         "Member-months underpaid", 1),
        ("payment_share", "number", "", "Bagian pembayaran", "Share of payment", 3),
        ("cost_share", "number", "", "Bagian biaya", "Share of cost", 3),
        ("case_mix_index", "number", "", "Indeks campuran kasus", "Case-mix index", 3),
        ("r2", "number", "", "R²", "R²", 3),
        ("cpm", "number", "", "CPM", "CPM", 3),
        ("mape", "rupiah", per_member, "MAPE", "MAPE", 0),
        ("n_events", "integer", "visits", "Kejadian", "Events", 0),
        ("population", "integer", "", "Penduduk acuan rate", "Population", 0),
        ("crude", "number", "", "Rate kasar", "Crude rate", 4),
        ("expected", "number", "", "Harapan", "Expected", 1),
        ("estimate", "number", "", "Taksiran", "Estimate", 4),
        ("variance", "number", "", "Ragam", "Variance", 6),
    ]  # fmt: skip
    return {
        name: ColumnMeaning(
            name,
            kind,
            unit if isinstance(unit, Text) else _UNITS.get(unit, Text(unit, unit)),
            Text(label_id, label_en),
            decimals,
        )
        for name, kind, unit, label_id, label_en, decimals in rows
    }


RESULT_COLUMNS: Mapping[str, ColumnMeaning] = MappingProxyType(_result_columns())


def meaning_of(column: str) -> ColumnMeaning | None:
    """Return what a column of a file or of a result holds; None where it is not known.

    Examples
    --------
    >>> meaning_of("relative_weight").label.en, meaning_of("kolom_saya")
    ('Relative weight', None)
    """
    return COLUMNS.get(column) or RESULT_COLUMNS.get(column)


FACILITY_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "puskesmas": Text("Puskesmas", "Puskesmas"),
        "klinik_pratama": Text("Klinik Pratama", "Primary clinic"),
        "rs_d_pratama": Text("RS Kelas D Pratama", "Class D primary hospital"),
        "dpp": Text("Dokter praktik perorangan", "Individual doctor practice"),
    }
)

SEX_LABELS: Mapping[str, Text] = MappingProxyType(
    {"male": Text("laki-laki", "male"), "female": Text("perempuan", "female")}
)


def label(column: str, lang: str = "id", *, unit: bool = False) -> str:
    """Return the label of a known column; any other name is returned as it is.

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
    meaning = meaning_of(column)
    if meaning is None:
        return column
    suffix = f" ({meaning.unit.to(lang)})" if unit and meaning.unit else ""
    return meaning.label.to(lang) + suffix


def labels_of(columns: Sequence[str]) -> Text:
    """Return the labels of columns as they stand inside a sentence.

    Examples
    --------
    >>> labels_of(["age_band", "sex"]).id
    'kelompok umur, jenis kelamin'
    """

    def inside(text: str) -> str:
        return text[:1].lower() + text[1:]

    return Text(*(", ".join(inside(label(one, lang)) for one in columns) for lang in LANGS))
