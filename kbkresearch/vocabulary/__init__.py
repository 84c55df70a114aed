"""The words of the field: canonical columns, their units, and labels in Indonesian and English."""

from __future__ import annotations

from kbkresearch.vocabulary.columns import COLUMNS, FACILITY_TYPES
from kbkresearch.vocabulary.labels import (
    FACILITY_LABELS,
    SERVICE_SCOPES,
    SEX_LABELS,
    STAFF_LABELS,
    label,
    labels_of,
    meaning_of,
)
from kbkresearch.vocabulary.results import RESULT_COLUMNS, STATISTICS
from kbkresearch.vocabulary.words import LANGS, ColumnMeaning, Kind, Lang, Text, check_lang

__all__ = [
    "COLUMNS",
    "FACILITY_LABELS",
    "FACILITY_TYPES",
    "LANGS",
    "RESULT_COLUMNS",
    "SERVICE_SCOPES",
    "SEX_LABELS",
    "STAFF_LABELS",
    "STATISTICS",
    "ColumnMeaning",
    "Kind",
    "Lang",
    "Text",
    "check_lang",
    "label",
    "labels_of",
    "meaning_of",
]
