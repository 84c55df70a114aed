"""How the study's tables are laid out: headings, the two readings of the counts, notes, source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.studies.hayana_sri_wahyuni_2019.published import FACILITIES, MONTHS
from kbkresearch.studies.layout import column
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.results import Column

SOURCE = Text(
    "Sumber: Rahmawati, doi:10.33846/2trik12115, Tabel 1–5; dihitung ulang dengan kbkresearch.",
    "Source: Rahmawati, doi:10.33846/2trik12115, Tables 1 to 5; recomputed with kbkresearch.",
)
READINGS = {
    1: Text("cacah satu bulan", "counts of one month"),
    MONTHS: Text("rata-rata enam bulan", "means of six months"),
}
POISSON = Text(
    "Kunjungan dianggap saling bebas (Poisson). Orang yang berkunjung berulang membuat interval"
    " sebenarnya lebih lebar dan nilai p sebenarnya lebih besar.",
    "Visits are taken as independent (Poisson). People who come repeatedly make the true intervals"
    " wider and the true p-values larger.",
)
EXPOSURE = Text(
    "Metode menyebut rata-rata per bulan dari enam bulan: maka cacah dan paparan keduanya dikalikan"
    " enam. Judul tabel tidak menyebutnya, jadi kedua bacaan ditampilkan. Rata-rata yang"
    " dibulatkan dapat meleset setengah kunjungan per bulan.",
    "The methods speak of monthly means over six months: counts and exposure are then both six"
    " times as large. The table titles do not say so, hence both readings. Rounded means may be"
    " half a visit a month off.",
)
FACILITY = column("facility", "FKTP", "Facility")


def who(name: str, group: Text) -> dict[str, Any]:
    """Return the first two cells of a row: the facility and one of its groups."""
    return {"facility": FACILITIES[name], "group": group}


def heads(id_: str, en: str) -> tuple[Column, Column]:
    """Return the first two columns of a table: the facility, and its groups under this heading."""
    return FACILITY, column("group", id_, en)
