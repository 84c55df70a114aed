"""What a description says about its methods, in Indonesian and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch.formats import fill
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    import pandas as pd

_SHAPE = Text(
    "Angka diringkas sebagai rerata (SB) bila nilai mutlak kemencengan (tipe 2) tidak lebih dari"
    " {limit:1} pada setiap kelompok dengan sedikitnya tiga nilai, selain itu median (Q1–Q3);"
    " pilihan pengguna didahulukan.",
    "Numbers are summed up as mean (SD) where the absolute skewness (type 2) is at most {limit:1}"
    " in every group with at least three values, else as median (Q1–Q3); a choice of the user goes"
    " first.",
)
_QUARTILES = {
    7: Text("Kuartil tipe 7 (R, Excel).", "Quartiles of type 7 (R, Excel)."),
    6: Text("Kuartil tipe 6 (SPSS, HAVERAGE).", "Quartiles of type 6 (SPSS, HAVERAGE)."),
}
_SHARES = Text(
    "Persentase dari baris kelompok yang terisi pada kolom itu; yang kosong dihitung terpisah.",
    "Percentages are of the group's rows that have a value in the column; missing ones are counted"
    " apart.",
)
_DIFFERENCE = Text(
    "SMD: selisih baku terbesar di antara dua kelompok mana pun, tanpa tanda; rerata: |m1 − m2| /"
    " √((s1² + s2²) / 2) (Austin 2009), juga untuk kolom yang diringkas dengan median; kategori:"
    " jarak Mahalanobis proporsi (Yang dan Dalton 2012). Kosong bila tak terhingga atau satu"
    " kelompok tidak cukup.",
    "SMD: the largest standardised difference between any two groups, without sign; means:"
    " |m1 − m2| / √((s1² + s2²) / 2) (Austin 2009), also for columns summed up by the median;"
    " categories: Mahalanobis distance of the shares (Yang and Dalton 2012). Missing where it is"
    " infinite or a group has too few values.",
)
_NO_GROUP = Text(
    "{n} baris tanpa nilai pada {by} tidak dipakai.",
    "{n} rows without a value in {by} are left out.",
)
_ONE_GROUP = Text(
    "{by} hanya berisi satu kelompok: tidak ada selisih.",
    "{by} holds one group only: there is no difference.",
)
_EMPTY = Text("{name} tidak berisi satu nilai pun.", "{name} holds no value at all.")
_CONSTANT = Text("{name} berisi satu nilai saja.", "{name} holds one value only.")
_NORMALITY = Text(
    "Shapiro-Wilk per kelompok, H0: sampel berasal dari distribusi normal; hanya untuk 3 sampai"
    " 5.000 nilai yang tidak semuanya sama. Pada n besar penyimpangan kecil pun terdeteksi, pada n"
    " kecil penyimpangan besar dapat lolos: lihat juga bentuk dan grafiknya.",
    "Shapiro-Wilk by group, H0: the sample comes from a normal distribution; for 3 to 5,000 values"
    " that are not all the same. With large n it finds slight departures, with small n it can miss"
    " large ones: look at the shape and a figure as well.",
)


def notes_on(
    frame: pd.DataFrame,
    by: str | None,
    without_group: int,
    quantile_type: int,
    limit: float,
    *,
    normality: bool,
) -> tuple[Text, ...]:
    """Return the notes of a description.

    Parameters
    ----------
    frame : DataFrame
        As in `Description`.
    by : str or None
        Column of the groups.
    without_group : int
        Rows left out because they have no group.
    quantile_type : {6, 7}
    limit : float
        Skewness up to which the mean is taken.
    normality : bool

    Returns
    -------
    tuple of Text
    """
    notes: list[Text] = []
    if (frame["summary"] != "count").any():
        notes += [fill(_SHAPE, {"limit": limit}), _QUARTILES[quantile_type]]
    if (frame["summary"] == "count").any():
        notes.append(_SHARES)
    if by is not None:
        several = frame["group"].nunique() > 2  # noqa: PLR2004 - all rows and two groups
        notes.append(_DIFFERENCE if several else fill(_ONE_GROUP, {"by": by}))
    if by is not None and without_group:
        notes.append(fill(_NO_GROUP, {"n": without_group, "by": by}))
    if normality and (frame["summary"] != "count").any():
        notes.append(_NORMALITY)
    return (*notes, *_odd(frame))


def _odd(frame: pd.DataFrame) -> list[Text]:
    """Name the columns without values and with one only."""
    whole = frame.drop_duplicates("variable")
    empty = whole.loc[whole["n"] == 0, "variable"]
    levels = frame[frame["count"] > 0].drop_duplicates(["variable", "level"])["variable"]
    single = {name for name, k in levels.value_counts().items() if k == 1}
    same = set(whole.loc[(whole["n"] > 1) & (whole["min"] == whole["max"]), "variable"])
    constant = [name for name in whole["variable"] if name in single | same]
    return [
        *(fill(_EMPTY, {"name": name}) for name in empty),
        *(fill(_CONSTANT, {"name": name}) for name in constant),
    ]
