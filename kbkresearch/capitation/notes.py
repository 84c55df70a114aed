"""What a reader of capitation results must know, in Indonesian and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbkresearch import formats
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_RATES = Text(
    "Tarif berasal dari rate kunjungan FKTP itu sendiri, sehingga jumlah dananya selalu sama"
    " dengan kunjungan × biaya, apa pun pembagian pesertanya:"
    " dua pembagian tidak dapat berbeda jumlahnya.",
    "Tariffs come from the facility's own visits, so the funds always add up to visits × cost,"
    " whatever the division of its members: two divisions cannot differ in total.",
)
INDEPENDENT = Text(
    "Batas menganggap kunjungan saling bebas (Poisson). Kunjungan berulang orang yang sama"
    " membuatnya terlalu sempit; dari catatan per peserta batasnya mengikuti ragam antarorang.",
    "Limits take visits as independent (Poisson). Repeat visits of one person make them too narrow;"
    " from one row per member they follow the variance between persons.",
)
BY_PERSON = Text(
    "Batas mengikuti ragam kunjungan antarorang.",
    "Limits follow the variance of visits between persons.",
)
_FACTORS = {
    "trend": Text("kenaikan biaya per tahun", "growth of cost a year"),
    "loading": Text("tambahan (loading)", "loading"),
    "administration": Text("bagian administrasi", "administration"),
}


def of_capitation(
    *,
    months: float,
    counts: str | None,
    by_person: bool,
    factors: Mapping[str, float],
    empty: int,
) -> tuple[Text, ...]:
    """Return the notes of a capitation result.

    Parameters
    ----------
    months : float
        Months that the counts cover.
    counts : {"total", "average"} or None
        What they were declared to be.
    by_person : bool
        Whether limits follow the variance between persons.
    factors : mapping of str to float
        Trend, loading, administration.
    empty : int
        Strata without members.

    Returns
    -------
    tuple of Text
    """
    found = [OWN_RATES, _period(months, counts), BY_PERSON if by_person else INDEPENDENT]
    for name, value in factors.items():
        if value:
            label = _FACTORS[name]
            found.append(
                Text(
                    f"Tarif memuat {label.id} {formats.number(100 * value, 'id', 1)}%.",
                    f"Tariffs include {label.en} of {formats.number(100 * value, 'en', 1)}%.",
                )
            )
    if empty:
        found.append(
            Text(
                f"{empty} kelompok tanpa peserta: tidak ada rate, bukan rate nol.",
                f"{empty} strata without members: no rate, not a rate of zero.",
            )
        )
    return tuple(found)


def _period(months: float, counts: str | None) -> Text:
    many = f"{months:g}"
    if counts == "average":
        return Text(
            "Kunjungan dinyatakan sebagai rata-rata bulanan; batas memakai seluruh kunjungannya.",
            "Visits are declared monthly averages; limits use all the visits behind them.",
        )
    if counts == "total":
        return Text(
            f"Kunjungan dinyatakan sebagai jumlah {many} bulan.",
            f"Visits are declared totals of {many} months.",
        )
    if months == 1:
        return Text(
            "Kunjungan dibaca sebagai hitungan satu bulan. Bila rata-rata beberapa bulan, nyatakan"
            " months= dan counts='average': tarif tetap, batas menjadi lebih sempit.",
            "Visits are read as one month's counts. If they are averages of several, declare"
            " months= and counts='average': tariffs stay, limits become narrower.",
        )
    return Text(
        f"TIDAK DINYATAKAN apakah kunjungan jumlah atau rata-rata {many} bulan. Dibaca sebagai"
        " jumlah; kolom '_if_average' memuat pembacaan lain. Nyatakan counts=.",
        f"NOT DECLARED whether visits are totals or averages of {many} months. Read as totals;"
        " columns '_if_average' hold the other reading. Declare counts=.",
    )
