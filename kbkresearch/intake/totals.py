"""Rows that sum up others: what they are called where the name of a facility would stand."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kbkresearch.intake.coded import texts_of
from kbkresearch.intake.keys import KEYS
from kbkresearch.vocabulary import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FEW, _LARGE = 2, 100  # rows, and a count, up to which sums may come about by chance
_PLACES = (
    r"puskesmas|pkm|klinik|fktp|faskes|dokter|dpp|kabupaten|kab|kota|kecamatan|kec|provinsi|prov"
    r"|cabang|wilayah|zona|bulan|bln|tahun|thn|triwulan|semester|januari|februari|maret|april|mei|juni"
    r"|juli|agustus|september|oktober|november|desember|facilities|months?|district"
)
_SHORT_MONTH = (  # alone, or with a year or another month behind it
    r"(?:jan|feb|mar|apr|jun|jul|agt|agu|agus|sep|sept|okt|nov|des)\b\.?"
    r"(?:\s*(?:[-–/]|s\s*\.?\s*/?\s*d\b|\d).*)?"
)
_TOTAL = re.compile(
    r"(?:grand\s+|sub\s*-?\s*)?(?:jumlah|jml|total|subtotal|rata\s*[-–]?\s*rata|rata\s*2|rerata"
    r"|average|mean|median|target|standar|standard|min(?:imum|imal)?|ma(?:ks|x)(?:imum|imal)?"
    r"|simpangan\s+baku|std\.?\s*dev(?:iasi|iation)?)"
    r"(?:(?:\s+|\s*/\s*)(?:total|jumlah|keseluruhan|seluruh(?:nya)?|semua|umum|akhir|kbk|capaian"
    r"|rata\s*-?\s*rata))?"
    rf"\s*(?:[:=.(].*|\d+|(?:se-?|per\s*-?\s*|/\s*|\d+\s+)?(?:{_PLACES})\b.*|{_SHORT_MONTH})?"
    rf"|(?:semua|seluruh|all)\s+(?:{_PLACES}|health\b)\b.*|se-?\s*(?:{_PLACES})\b.*",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"(?:kab(?:upaten)?\b\.?|kota|kec(?:amatan)?\b\.?|prov(?:insi)?\b\.?|propinsi|(?:kantor\s+)?cabang"
    r"|kc|wilayah|kedeputian|indonesia|nasional)(?:\s.*)?",
    re.IGNORECASE,
)


def in_either_case(pairs: str) -> frozenset[str]:
    """Return pairs of letters, each letter small and capital.

    Examples
    --------
    >>> sorted(in_either_case("to"))
    ['TO', 'To', 'tO', 'to']
    """
    return frozenset(
        first + second
        for pair in pairs.split()
        for first in (pair[0], pair[0].upper())
        for second in (pair[1], pair[1].upper())
    )


_PAIR = itemgetter(slice(2))
TOTAL_BEGINS = in_either_case("gr su ju jm to ra re av me ta st mi ma si se al")
_REGION_BEGINS = in_either_case("ka ko ke kc pr ca wi in na")


def is_total(text: str) -> bool:
    """Tell whether a text says that its row sums others up, or is a target for them.

    Examples
    --------
    >>> is_total("Sub Total Kab. X"), is_total("Rata-rata"), is_total("Semua FKTP")
    (True, True, True)
    >>> is_total("Jumlah Kontak"), is_total("Target Jaya")
    (False, False)
    """
    return text[:2] in TOTAL_BEGINS and _TOTAL.fullmatch(text) is not None


def total_rows(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows that are no facility but the total, mean or target of some.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    array of bool, shape (n,)
        Where the facility is called so, or where several counts are the sums of all other rows.
    """
    return _named(_TOTAL, TOTAL_BEGINS, table) | _sums(table)


def region_rows(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows whose facility has the name of a region, of which they may be the total.

    Parameters
    ----------
    table : DataFrame
        Canonical.

    Returns
    -------
    array of bool, shape (n,)
    """
    return _named(_REGION, _REGION_BEGINS, table)


def _named(
    pattern: re.Pattern[str], begins: frozenset[str], table: pd.DataFrame
) -> NDArray[np.bool_]:
    """Return the rows whose facility has such a code or name; most begin with other letters."""
    found = np.zeros(len(table), np.bool_)
    for name in (one for one in KEYS if one in table):
        codes, printed = texts_of(table[name])
        texts = list(map(str.strip, printed))
        if not begins.intersection(map(_PAIR, texts)):
            continue
        some = [place for place, text in enumerate(texts) if text[:2] in begins]
        fit = [place for place in some if pattern.fullmatch(" ".join(texts[place].split()))]
        if fit:
            found |= np.isin(codes, fit)
    return found


def _sums(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the rows in which several counts are the sums of all other rows of their sheet."""
    index, sheet = table.index, np.zeros(len(table), np.intp)
    if isinstance(index, pd.MultiIndex):
        sheet = np.asarray(index.codes[0], dtype=np.intp)
    several = bool(sheet.any())
    rows = np.bincount(sheet) if several else np.array([len(table)])
    equal, large = np.zeros(len(table), np.intp), np.zeros(len(table), np.bool_)
    for name in map(str, table.columns):
        if name in COLUMNS and COLUMNS[name].kind == "integer":
            counts = table[name].to_numpy(dtype=float, na_value=np.nan)
            if several:
                total = np.bincount(sheet, np.nan_to_num(counts))[sheet]
            else:
                total = counts.sum() if np.isfinite(counts.sum()) else np.nansum(counts)
                if 2 * np.fmax.reduce(counts, initial=0) < total:
                    continue
            same = (counts > 0) & (2 * counts == total)
            equal += same
            large |= same & (counts >= _LARGE)
    found: NDArray[np.bool_] = large & (equal > 1) & (rows[sheet] > _FEW)
    return found
