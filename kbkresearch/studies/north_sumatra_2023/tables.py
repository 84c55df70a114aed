"""The recomputed tables of the abstract on Puskesmas of North Sumatra."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kbkresearch.formats import fill, number
from kbkresearch.regulation.intervals import Interval
from kbkresearch.results import Column, Table
from kbkresearch.scoring.lattice import mean_payment_range, triples_with_score
from kbkresearch.studies.north_sumatra_2023.published import (
    FACILITY,
    LEVEL,
    SIZES,
    law,
    score,
    smallest_correlation,
    within,
)
from kbkresearch.vocabulary import Kind, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.scoring.lattice import MeanRange, Part

SOURCE = Text(
    "Sumber: abstrak studi Puskesmas Sumatera Utara 2023; aturan {rules}; dihitung dengan"
    " kbkresearch.",
    "Source: abstract of the study of Puskesmas in North Sumatra, 2023; rules {rules}; computed"
    " with kbkresearch.",
)


def tables() -> dict[str, Table]:
    """Return the recomputed tables by name.

    Returns
    -------
    dict of str to Table
    """
    made = (_triples(), _payments(), _correlations())
    return {one.name: one for one in made}


def _table(
    name: str,
    title: Text,
    columns: Sequence[Column],
    rows: Sequence[dict[str, Any]],
    notes: tuple[Text, ...] = (),
) -> Table:
    import pandas as pd

    def values(column: Column) -> Any:
        kind = object if column.kind == "text" else None
        return pd.Series([row[column.key] for row in rows], dtype=kind)

    frame = pd.DataFrame({one.key: values(one) for one in columns})
    return Table(name, title, tuple(columns), frame, notes, fill(SOURCE, {"rules": law().id}))


def _column(key: str, id_: str, en: str, kind: Kind = "number", decimals: int = 0) -> Column:
    return Column(key, Text(id_, en), kind, decimals)


def _triples() -> Table:
    rows = []
    for one in triples_with_score(law(), score()):
        missed = [
            indicator.name.upper()
            for indicator, level in zip(law().paying, one.levels, strict=True)
            if level != indicator.best.level
        ]
        rows.append(
            {
                **{
                    indicator.name: level
                    for indicator, level in zip(law().paying, one.levels, strict=True)
                },
                "score": float(one.score or 0),
                "payment": float(one.payment[FACILITY].value),
                "missed": ", ".join(missed),
            }
        )
    columns = (
        *(
            Column(
                one.name,
                Text(f"Rating {one.name.upper()}", f"{one.name.upper()} rating"),
                "integer",
            )
            for one in law().paying
        ),
        _column("score", "Nilai capaian", "Score", "number", 1),
        _column("payment", "Pembayaran (%)", "Payment (%)", "number"),
        _column("missed", "Target yang tidak tercapai", "Targets missed", "text"),
    )
    shown = {lang: number(score(), lang, 1) for lang in ("id", "en")}
    title = Text(
        f"Susunan rating satu FKTP dengan nilai capaian {shown['id']}",
        f"Ratings of a single facility with score {shown['en']}",
    )
    note = Text(
        "Rata-rata banyak FKTP dapat bernilai sama tanpa satu pun FKTP berating demikian.",
        "A mean over many facilities can have this value without any facility rated so.",
    )
    return _table("ratings", title, columns, rows, (note,))


def _payments() -> Table:
    value = score()
    point = Interval(value, value, True, True)  # noqa: FBT003 - the two ends are included
    rows = [
        {
            "reading": Text("satu FKTP", "a single facility"),
            "mean_score": Text(number(value, "id", 1), number(value, "en", 1)),
            "low": float(paid),
            "high": float(paid),
            "low_mix": Text("", ""),
            "high_mix": Text("", ""),
        }
        for paid in sorted(
            {one.payment[FACILITY].value for one in triples_with_score(law(), value)}
        )
    ]
    rows += [
        _payment_row(
            Text("rata-rata FKTP, tepat", "mean of facilities, exactly"),
            Text(number(value, "id", 1), number(value, "en", 1)),
            mean_payment_range(law(), FACILITY, point),
        ),
        _payment_row(
            Text("rata-rata FKTP, dibulatkan", "mean of facilities, rounded"),
            Text(*(_ends(within(), lang) for lang in ("id", "en"))),
            mean_payment_range(law(), FACILITY, within()),
        ),
    ]
    columns = (
        _column("reading", "Bacaan", "Reading", "text"),
        _column("mean_score", "Nilai capaian", "Score", "text"),
        _column("low", "Pembayaran terendah (%)", "Lowest payment (%)", "number", 2),
        _column("low_mix", "dicapai oleh", "reached by", "text"),
        _column("high", "Pembayaran tertinggi (%)", "Highest payment (%)", "number", 2),
        _column("high_mix", "dicapai oleh", "reached by", "text"),
    )
    title = Text(
        "Pembayaran yang mungkin di balik nilai capaian tercetak",
        "Payments that can stand behind the printed score",
    )
    notes = (
        Text(
            "Batas eksak atas semua campuran nilai; jumlah FKTP tidak diketahui. Berlaku juga untuk"
            " rata-rata tertimbang (misalnya menurut peserta) bila kedua rata-rata memakai bobot"
            " yang sama, dan hanya untuk FKTP dengan konsekuensi KBK.",
            "Exact limits over all mixtures of scores; the number of facilities is not known. They"
            " also hold for weighted means (by members, say) if both use the same weights, and only"
            " for facilities with payment consequence.",
        ),
        Text(
            "'<' : ujung rentang karena pembulatan tidak termasuk.",
            "'<': the end of the range is excluded by rounding.",
        ),
    )
    return _table("payments", title, columns, rows, notes)


def _ends(interval: Interval, lang: str) -> str:
    digits = -int(Decimal(interval.low).as_tuple().exponent)
    low, high = (number(end, lang, digits) for end in (interval.low, interval.high))
    return f"{low} – {'' if interval.high_closed else '< '}{high}"


def _payment_row(reading: Text, mean: Text, found: MeanRange) -> dict[str, Any]:
    def mixed(parts: tuple[Part, ...], lang: str, *, attained: bool) -> str:
        every = " + ".join(
            f"{number(float(100 * part.share), lang, 0)}% × {number(float(part.score), lang, 1)}"
            for part in parts
        )
        return every if attained else f"< ({every})"

    return {
        "reading": reading,
        "mean_score": mean,
        "low": float(found.low),
        "high": float(found.high),
        "low_mix": Text(
            *(mixed(found.low_mix, lang, attained=found.low_attained) for lang in ("id", "en"))
        ),
        "high_mix": Text(
            *(mixed(found.high_mix, lang, attained=found.high_attained) for lang in ("id", "en"))
        ),
    }


def _correlations() -> Table:
    rows = [
        {
            "n": n,
            "r": smallest_correlation(n),
            "explained": 100 * smallest_correlation(n) ** 2,
        }
        for n in SIZES
    ]
    columns = (
        _column("n", "Jumlah FKTP", "Facilities", "integer"),
        _column("r", "|r| terkecil", "Smallest |r|", "number", 3),
        _column("explained", "Ragam yang dijelaskan (%)", "Variance explained (%)", "number", 1),
    )
    level = {lang: number(LEVEL, lang, 2) for lang in ("id", "en")}
    title = Text(
        f"Korelasi terkecil yang 'signifikan' (p < {level['id']}) menurut jumlah FKTP",
        f"Smallest 'significant' correlation (p < {level['en']}) by number of facilities",
    )
    note = Text(
        "Ilustrasi: jumlah FKTP, uji dan koefisien tidak tercetak dalam abstrak. Dari sebaran t"
        " dengan n − 2 derajat bebas, dua sisi; eksak untuk Pearson, mendekati untuk Spearman.",
        "An illustration: the abstract prints neither the number of facilities nor test nor"
        " coefficient. By the t distribution with n − 2 degrees of freedom, two-sided; exact for"
        " Pearson, close for Spearman.",
    )
    return _table("correlations", title, columns, rows, (note,))
