"""Labels of columns and codes in Indonesian and English."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.vocabulary.columns import COLUMNS
from kbkresearch.vocabulary.results import RESULT_COLUMNS, STEPS, WAYS
from kbkresearch.vocabulary.words import LANGS, ColumnMeaning, Text, check_lang

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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

SEX_LABELS: Mapping[str, Text] = MappingProxyType(
    {"male": Text("laki-laki", "male"), "female": Text("perempuan", "female")}
)


def meaning_of(column: str) -> ColumnMeaning | None:
    """Return what a column holds that a file can have or that the package makes.

    Parameters
    ----------
    column : str
        A canonical column, or one of a result.

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
    base, ending = COLUMNS.get(column[:-6]), WAYS.get(column[-6:])
    if base is None or ending is None:
        return STEPS.get(column) or RESULT_COLUMNS.get(column)
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


def labels_of(columns: Sequence[str]) -> Text:
    """Return the labels of columns as they stand inside a sentence.

    Examples
    --------
    >>> labels_of(["age_band", "sex"]).id
    'kelompok umur, jenis kelamin'
    """
    return Text(*(", ".join(_small(label(one, lang)) for one in columns) for lang in LANGS))
