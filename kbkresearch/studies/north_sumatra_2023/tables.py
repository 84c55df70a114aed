"""The recomputed tables of the abstract on Puskesmas of North Sumatra."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kbkresearch.formats import fill, number
from kbkresearch.regulation.intervals import Interval
from kbkresearch.scoring.lattice import mean_payment_range, triples_with_score
from kbkresearch.studies.layout import by_name, column, table
from kbkresearch.studies.north_sumatra_2023.published import (
    FACILITY,
    LEVEL,
    SIZES,
    law,
    score,
    smallest_correlation,
    within,
)
from kbkresearch.studies.words import both, shown
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kbkresearch.results import Table
    from kbkresearch.scoring.lattice import Part

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
    return by_name((_triples(), _payments(), _correlations()))


def _source() -> Text:
    return fill(SOURCE, {"rules": law().id})


def _triples() -> Table:
    paying = law().paying
    rows = []
    for one in triples_with_score(law(), score()):
        ratings = dict(zip((each.name for each in paying), one.levels, strict=True))
        missed = [each.name.upper() for each in paying if ratings[each.name] != each.best.level]
        rows.append(
            {
                **ratings,
                "score": float(one.score or 0),
                "payment": float(one.payment[FACILITY].value),
                "missed": ", ".join(missed),
            }
        )
    columns = (
        *(
            column(key, f"Rating {key.upper()}", f"{key.upper()} rating", "integer")
            for key in (one.name for one in paying)
        ),
        column("score", "Nilai capaian", "Score", "number", 1),
        column("payment", "Pembayaran (%)", "Payment (%)", "number"),
        column("missed", "Target yang tidak tercapai", "Targets missed"),
    )
    title = Text(
        "Susunan rating satu FKTP dengan nilai capaian {score:1}",
        "Ratings of a single facility with score {score:1}",
    )
    note = Text(
        "Rata-rata banyak FKTP dapat bernilai sama tanpa satu pun FKTP berating demikian.",
        "A mean over many facilities can have this value without any facility rated so.",
    )
    title = fill(title, {"score": score()})
    return table("ratings", title, columns, rows, note, source=_source())


def _payments() -> Table:
    columns = (
        column("reading", "Bacaan", "Reading"),
        column("mean_score", "Nilai capaian", "Score"),
        column("low", "Pembayaran terendah (%)", "Lowest payment (%)", "number", 2),
        column("low_mix", "dicapai oleh", "reached by"),
        column("high", "Pembayaran tertinggi (%)", "Highest payment (%)", "number", 2),
        column("high_mix", "dicapai oleh", "reached by"),
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
    return table("payments", title, columns, _payment_rows(), *notes, source=_source())


def _payment_rows() -> list[dict[str, Any]]:
    """Return the payments of a single facility with the score, and of many with this mean."""
    value = score()
    alone = {
        "reading": Text("satu FKTP", "a single facility"),
        "mean_score": shown(value, 1),
        "low_mix": "",
        "high_mix": "",
    }
    paid = {one.payment[FACILITY].value for one in triples_with_score(law(), value)}
    return [
        *({**alone, "low": float(one), "high": float(one)} for one in sorted(paid)),
        _payment_row(
            Text("rata-rata FKTP, tepat", "mean of facilities, exactly"),
            shown(value, 1),
            Interval(value, value, low_closed=True, high_closed=True),
        ),
        _payment_row(
            Text("rata-rata FKTP, dibulatkan", "mean of facilities, rounded"),
            Text(*(_ends(within(), lang) for lang in ("id", "en"))),
            within(),
        ),
    ]


def _ends(interval: Interval, lang: str) -> str:
    digits = -int(Decimal(interval.low).as_tuple().exponent)
    low, high = (number(end, lang, digits) for end in (interval.low, interval.high))
    return f"{low} – {'' if interval.high_closed else '< '}{high}"


def _payment_row(reading: Text, mean: Text, means: Interval) -> dict[str, Any]:
    found = mean_payment_range(law(), FACILITY, means)
    return {
        "reading": reading,
        "mean_score": mean,
        "low": float(found.low),
        "high": float(found.high),
        "low_mix": _mixture(found.low_mix, attained=found.low_attained),
        "high_mix": _mixture(found.high_mix, attained=found.high_attained),
    }


def _mixture(parts: Sequence[Part], *, attained: bool) -> Text:
    """Return a mixture of scores as a sum of shares times score."""
    numbers = [one for part in parts for one in (100 * part.share, shown(part.score, 1))]
    mixed = both(" + ".join("{}% × {}" for _ in parts), *numbers)
    return mixed if attained else both("< ({})", mixed)


def _correlations() -> Table:
    smallest = {n: smallest_correlation(n) for n in SIZES}
    rows = [{"n": n, "r": r, "explained": 100 * r**2} for n, r in smallest.items()]
    columns = (
        column("n", "Jumlah FKTP", "Facilities", "integer"),
        column("r", "|r| terkecil", "Smallest |r|", "number", 3),
        column("explained", "Ragam yang dijelaskan (%)", "Variance explained (%)", "number", 1),
    )
    title = Text(
        "Korelasi terkecil yang 'signifikan' (p < {level:2}) menurut jumlah FKTP",
        "Smallest 'significant' correlation (p < {level:2}) by number of facilities",
    )
    note = Text(
        "Ilustrasi: jumlah FKTP, uji dan koefisien tidak tercetak dalam abstrak. Dari sebaran t"
        " dengan n − 2 derajat bebas, dua sisi; eksak untuk Pearson, mendekati untuk Spearman.",
        "An illustration: the abstract prints neither the number of facilities nor test nor"
        " coefficient. By the t distribution with n − 2 degrees of freedom, two-sided; exact for"
        " Pearson, close for Spearman.",
    )
    title = fill(title, {"level": LEVEL})
    return table("correlations", title, columns, rows, note, source=_source())
