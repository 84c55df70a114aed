"""The words of the field: canonical columns, their units, and labels in Indonesian and English."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self, TypeAlias

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    own = {
        name: ColumnMeaning(
            name, kind, _UNITS.get(unit, Text(unit, unit)), Text(label_id, label_en), decimals
        )
        for name, kind, unit, label_id, label_en, decimals in rows
    }
    return own | {f"{name}_printed": _printed(own[name]) for name in own if _is_result(name)}


def _is_result(name: str) -> bool:
    """Tell the columns that are computed, and that a file may print as well."""
    results = {"ak_permille", "rrns_pct", "rppt_pct", "score", "payment_pct"}
    return name in results | {"capitation_rp", "paid_rp"} or name.endswith(("_rating", "_zone"))


def _printed(meaning: ColumnMeaning) -> ColumnMeaning:
    """Return the column that keeps what a file printed beside what was computed."""
    text = Text(f"Tercetak: {meaning.label.id}", f"Printed: {meaning.label.en}")
    return replace(meaning, name=f"{meaning.name}_printed", label=text)


COLUMNS: Mapping[str, ColumnMeaning] = MappingProxyType(_columns())

_STEPS: Mapping[str, ColumnMeaning] = MappingProxyType(
    {
        one.name: one
        for one in (
            ColumnMeaning(
                "next_payment_pct", "number", Text("%", "%"),
                Text("Pembayaran berikutnya", "Next payment"), 1,
            ),
            ColumnMeaning(
                "total_joint", "integer", Text("", ""),
                Text("Jumlah perubahan tersedikit", "Fewest changes in all"),
            ),
            ColumnMeaning(
                "gain_rp", "rupiah", Text("Rp", "Rp"),
                Text("Tambahan kapitasi per bulan", "Capitation gained per month"),
            ),
        )
    }
)  # fmt: skip
_WAYS = {
    "_alone": Text("Perubahan {}, bila hanya itu", "Change of {} if nothing else changes"),
    "_joint": Text("Perubahan {}, bersama yang lain", "Change of {} together with the others"),
}

FACILITY_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        "puskesmas": Text("Puskesmas", "Puskesmas"),
        "klinik_pratama": Text("Klinik Pratama", "Primary clinic"),
        "rs_d_pratama": Text("RS Kelas D Pratama", "Class D primary hospital"),
        "dpp": Text("Dokter praktik perorangan", "Individual doctor practice"),
    }
)


def meaning_of(column: str) -> ColumnMeaning | None:
    """Return what a column holds that a file can have or that the package makes.

    Parameters
    ----------
    column : str
        A canonical column, or one of `kbkresearch.next_level`.

    Returns
    -------
    ColumnMeaning or None
        None for any other column.

    Examples
    --------
    >>> meaning_of("contacts_alone").label.id
    'Perubahan peserta yang kontak, bila hanya itu'
    """
    if column in COLUMNS:
        return COLUMNS[column]
    base, ending = COLUMNS.get(column[:-6]), _WAYS.get(column[-6:])
    if base is None or ending is None:
        return _STEPS.get(column)
    words = Text(ending.id.format(_small(base.label.id)), ending.en.format(_small(base.label.en)))
    return replace(base, name=column, label=words)


def _small(text: str) -> str:
    """Return a label as it stands within a sentence; abbreviations keep their capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def label(column: str, lang: str = "id", *, unit: bool = False) -> str:
    """Return the label of a column of the package; any other name is returned as it is.

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
