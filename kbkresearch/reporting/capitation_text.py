"""Capitation results in words: a short text in Indonesian and English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch import formats
from kbkresearch.reporting.capitation import CANNOT_SHOW, PER, SYNTHETIC_NOTE, shown
from kbkresearch.vocabulary import Text, labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kbkresearch.capitation.adjusted import AdjustedCapitation
    from kbkresearch.capitation.capitate import Capitation
    from kbkresearch.capitation.evaluate import Evaluation
    from kbkresearch.capitation.standardise import StandardisedRates
    from kbkresearch.results import ShownResult

FEW = 4
_USUAL_LEVEL = 0.05


def narrate_result(result: ShownResult, lang: str = "id") -> str:
    """Return a result as a short text, one paragraph per line.

    Parameters
    ----------
    result : Capitation, AdjustedCapitation, Evaluation or StandardisedRates
    lang : {"id", "en"}

    Returns
    -------
    str
    """
    said: list[Text] = [SYNTHETIC_NOTE] if result.is_synthetic else []
    said += _WORDS[type(result).__name__](result)
    return "\n".join(one.to(lang) for one in said)


def _capitation_words(result: Capitation) -> list[Text]:
    """Say what comes in, what is paid, whether strata differ, and what cannot be shown."""
    totals = result.totals
    several = len(totals) > FEW
    said = [_many(result)] if several else []
    for one in [] if several else totals.to_dict("records"):
        said.append(_one(result, one))
        if one.get("method"):
            said.append(_differ(result, one))
    if several and (totals["method"] != "").any():
        tested = totals[totals["method"] != ""]
        said.append(
            formats.fill(
                Text(
                    "Perbedaan rate antarkelompok melebihi kebetulan (p < 0,05) di {n} dari {of}"
                    " fasilitas; sekitar {false:1} diharapkan begitu tanpa perbedaan apa pun.",
                    "Rates differ between strata beyond chance (p < 0.05) in {n} of {of}"
                    " facilities; about {false:1} would if nothing differed.",
                ),
                {
                    "n": int((tested["p_value"] < _USUAL_LEVEL).sum()),
                    "of": len(tested),
                    "false": _USUAL_LEVEL * len(tested),
                },
            )
        )
    return [*said, *result.notes, *CANNOT_SHOW]


def _called(result: Capitation, one: Mapping[Any, Any]) -> Text:
    names = [str(one[name]) for name in result.groups]
    return Text(", ".join(names), ", ".join(names)) if names else Text("Semua", "All")


def _one(result: Capitation, one: Mapping[Any, Any]) -> Text:
    """Say what one group uses and is paid."""
    text = Text(
        "{group}: {members} peserta, {visits} kunjungan, rate utilisasi {rate:1}‰ per {per}. Dana"
        " menurut kunjungannya sendiri {fund:rp} per {per}",
        "{group}: {members} members, {visits} visits, utilisation rate {rate:1}‰ per {per}. Fund"
        " from its own visits {fund:rp} a {per}",
    )
    more = Text(".", ".")
    if "paid_rp" in one:
        over = one["difference_rp"] >= 0
        side = Text("di atas", "above") if over else Text("DI BAWAH", "BELOW")
        more = formats.fill(
            Text(
                "; dibayar {paid:rp}, yaitu {gap:rp} {side} biaya kunjungan. Impas pada biaya"
                " {even:rp} per kunjungan.",
                "; paid {paid:rp}, which is {gap:rp} {side} the cost of the visits. Break-even at"
                " a cost of {even:rp} per visit.",
            ),
            {
                "paid": one["paid_rp"],
                "gap": abs(one["difference_rp"]),
                "side": side,
                "even": one["break_even_unit_cost_rp"],
            },
        )
    said = formats.fill(
        text,
        {
            "group": _called(result, one),
            "members": one["members"],
            "visits": one["visits"],
            "rate": one["rate_permille"],
            "per": PER[result.period],
            "fund": one["fund_rp"],
        },
    )
    return Text(said.id + more.id, said.en + more.en)


def _differ(result: Capitation, one: Mapping[Any, Any]) -> Text:
    """Say whether the strata of a group differ beyond chance."""
    marginal = "stratum_kind" in result.by  # the first division is the one tested
    by = labels_of([result.frame["stratum_kind"].iloc[0]] if marginal else result.by)
    sure = one["p_value"] < _USUAL_LEVEL
    text = (
        Text(
            "Rate {group} berbeda menurut {by} melebihi kebetulan",
            "Rates of {group} differ by {by} beyond chance",
        )
        if sure
        else Text(
            "Perbedaan rate {group} menurut {by} tidak melebihi kebetulan",
            "Differences in rates of {group} by {by} are no larger than chance",
        )
    )
    tested = Text(
        " (khi-kuadrat {x:1}, db {df}, p = {p:3}; {method}).",
        " (chi-square {x:1}, df {df}, p = {p:3}; {method}).",
    )
    both = Text(text.id + tested.id, text.en + tested.en)
    return formats.fill(
        both,
        {
            "group": _called(result, one),
            "by": by,
            "x": one["statistic"],
            "df": one["df"],
            "p": one["p_value"],
            "method": one["method"],
        },
    )


def _many(result: Capitation) -> Text:
    """Say what many groups use and are paid together."""
    totals = result.totals
    values = {
        "n": len(totals),
        "members": totals["members"].sum(),
        "visits": totals["visits"].sum(),
        "low": totals["rate_permille"].min(),
        "high": totals["rate_permille"].max(),
        "fund": totals["fund_rp"].sum(),
        "per": PER[result.period],
    }
    text = Text(
        "{n} fasilitas, {members} peserta, {visits} kunjungan; rate utilisasi {low:1}–{high:1}‰ per"
        " {per}. Dana menurut kunjungan sendiri {fund:rp} per {per}.",
        "{n} facilities, {members} members, {visits} visits; utilisation rates of {low:1} to"
        " {high:1}‰ per {per}. Fund from own visits {fund:rp} a {per}.",
    )
    if "paid_rp" in totals:
        values |= {
            "paid": totals["paid_rp"].sum(),
            "short": int((totals["difference_rp"] < 0).sum()),
        }
        more = Text(
            " Dibayar {paid:rp}; {short} fasilitas dibayar kurang daripada biaya kunjungannya.",
            " Paid {paid:rp}; {short} facilities are paid less than their visits cost.",
        )
        text = Text(text.id + more.id, text.en + more.en)
    return formats.fill(text, values)


def _adjusted_words(result: AdjustedCapitation) -> list[Text]:
    """Say who gains and loses, and how much of the budget moves."""
    frame = result.frame
    gap = frame["difference_rp"]
    top, bottom = (frame.iloc[int(place)] for place in (gap.argmax(), gap.argmin()))

    def called(row: Any) -> str:
        return ", ".join(str(row[name]) for name in result.groups)

    moved = float(gap.clip(lower=0).sum())
    by = labels_of(result.by)
    said = formats.fill(
        Text(
            "Bila kapitasi mengikuti {by} peserta dengan anggaran sama ({budget:rp} per bulan),"
            " {up} fasilitas bertambah dan {down} berkurang; {moved:rp} ({share:1}%) berpindah."
            " Bobot relatif {low:2} sampai {high:2}. Terbesar: {top} {gain:rp}; {bottom}"
            " −{loss:rp} per bulan.",
            "If capitation follows {by} of members within the same budget ({budget:rp} a month),"
            " {up} facilities gain and {down} lose; {moved:rp} ({share:1}%) moves. Relative weights"
            " {low:2} to {high:2}. Largest: {top} {gain:rp}; {bottom} −{loss:rp} a month.",
        ),
        {
            "by": by,
            "budget": frame["flat_rp"].sum(),
            "up": int((gap > 0).sum()),
            "down": int((gap < 0).sum()),
            "moved": moved,
            "share": 100 * moved / frame["flat_rp"].sum(),
            "low": frame["relative_weight"].min(),
            "high": frame["relative_weight"].max(),
            "top": called(top),
            "gain": gap.max(),
            "bottom": called(bottom),
            "loss": -gap.min(),
        },
    )
    return [said, *result.notes]


def _evaluation_words(result: Evaluation) -> list[Text]:
    """Lead with who is underpaid; fit measures come last."""
    said = []
    groups = result.frame[result.frame["grouping"] != "all"].dropna(
        subset=["under_compensation_pmpm"]
    )
    for grouping, part in groups.groupby("grouping", sort=False):
        worst = part.iloc[int(part["under_compensation_pmpm"].argmax())]
        best = part.iloc[int(part["under_compensation_pmpm"].argmin())]
        said.append(
            formats.fill(
                Text(
                    "Menurut {by}: {n} dari {of} kelompok dibayar kurang dengan pasti (batas bawah"
                    " di atas nol). Kekurangan terbesar pada {worst}: {under:rp} per peserta dan"
                    " bulan ({low} sampai {high}), rasio prediktif {ratio:2}; kelebihan terbesar"
                    " pada {best}: rasio {other:2}.",
                    "By {by}: {n} of {of} groups are paid too little for certain (lower limit above"
                    " zero). Largest under-compensation: {worst}, {under:rp} per member and month"
                    " ({low} to {high}), predictive ratio {ratio:2}; largest over-compensation:"
                    " {best}, ratio {other:2}.",
                ),
                {
                    "by": labels_of([str(grouping)]),
                    "n": int((part["ci_low"] > 0).sum()),
                    "of": len(part),
                    "worst": shown(worst["group"], str(grouping)),
                    "under": worst["under_compensation_pmpm"],
                    "low": worst["ci_low"],
                    "high": worst["ci_high"],
                    "ratio": worst["predictive_ratio"],
                    "best": shown(best["group"], str(grouping)),
                    "other": best["predictive_ratio"],
                },
            )
        )
    said.append(
        formats.fill(
            Text(
                "Seluruhnya: pembayaran {paid:rp} dan biaya {cost:rp} per peserta dan bulan (rasio"
                " {predictive_ratio:2}); R² {r2:3}, CPM {cpm:3}.",
                "Over all: payment {paid:rp} and cost {cost:rp} per member and month (ratio"
                " {predictive_ratio:2}); R² {r2:3}, CPM {cpm:3}.",
            ),
            {
                "paid": result.stats["payment_pmpm"],
                "cost": result.stats["cost_pmpm"],
                **result.stats,
            },
        )
    )
    return [*said, *result.notes]


def _standardised_words(result: StandardisedRates) -> list[Text]:
    """Say how many groups differ from the standard, and by how much at the ends."""
    frame = result.frame
    told = frame[np.isfinite(frame["estimate"])]
    if result.method == "direct" or told.empty:
        return [result.title, *result.notes]
    said = formats.fill(
        Text(
            "Kunjungan teramati dibanding harapan menurut campuran peserta: {low:2} sampai"
            " {high:2}; {more} kelompok jelas di atas dan {less} jelas di bawah acuan.",
            "Observed over expected visits given the mix of members: {low:2} to {high:2}; {more}"
            " groups clearly above and {less} clearly below the standard.",
        ),
        {
            "low": told["estimate"].min(),
            "high": told["estimate"].max(),
            "more": int((told["ci_low"] > 1).sum()),
            "less": int((told["ci_high"] < 1).sum()),
        },
    )
    return [said, *result.notes]


_WORDS: dict[str, Callable[[Any], list[Text]]] = {
    "Capitation": _capitation_words,
    "AdjustedCapitation": _adjusted_words,
    "Evaluation": _evaluation_words,
    "StandardisedRates": _standardised_words,
}
