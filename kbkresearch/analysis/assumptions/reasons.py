"""Why a check does not apply to a model."""

from __future__ import annotations

from kbkresearch.vocabulary import Text

_NORMAL = Text(
    "model ini tidak menganggap residual normal", "the model does not take residuals to be normal"
)
_VARIANCE = Text(
    "ragam mengikuti rata-rata dalam model ini; lihat overdispersi",
    "in this model the variance follows from the mean; see overdispersion",
)
_GROUPED = Text(
    "uji ini untuk baris yang saling bebas; model ini memuat ketergantungan dalam grup, lihat"
    " gambar",
    "the test is for independent rows; this model has rows of a group depend, see the figure",
)
_SERIAL = Text(
    "uji ini untuk kuadrat terkecil; runs, bila ada, memeriksa urutan baris",
    "the test is for least squares; runs, where it applies, looks at the order of rows",
)
_SIGN = Text(
    "tanda residual hanya mengulang nilai variabel terikat",
    "the sign of a residual only repeats the outcome",
)
_INFLUENCE = Text(
    "pengaruh di sini ada pada grup, bukan pada baris; coba tanpa satu grup setiap kali",
    "what counts here are groups, not rows; fit again without one group at a time",
)
_NOT_COUNTS = Text(
    "variabel terikat bukan cacahan tanpa batas", "the outcome is not an open-ended count"
)
_OWN_SCALE = Text(
    "ragam residual ditaksir dari data", "the variance of residuals is estimated from the data"
)
_BINARY_SCALE = Text(
    "variabel terikat 0/1 per baris tidak dapat menunjukkan overdispersi",
    "an outcome of 0 and 1 by row cannot show overdispersion",
)
_ROBUST_SCALE = Text(
    "hanya rata-rata yang dimodelkan; galat baku robust tidak memakai ragam model",
    "only the mean is modelled; robust standard errors do not use the model's variance",
)
_NOT_LOGIT = Text(
    "uji ini untuk model logit dengan variabel terikat 0/1 per baris",
    "the test is for binary models with an outcome of 0 and 1 by row",
)
_NOT_ORDINAL = Text("hanya untuk model ordinal", "for ordinal models only")
_TWO_CATEGORIES = Text(
    "perlu tiga kategori atau lebih dan sedikitnya satu suku",
    "it needs three categories or more, and a term",
)
_GENERAL = Text("uji ini tidak dibuat untuk model ini", "the test is not made for this model")

PERFECT = Text(
    "model cocok sempurna, tidak ada residual untuk diperiksa",
    "the fit is perfect, there are no residuals to check",
)
WEIGHTED = Text(
    "model memakai bobot, sehingga nilai harapan uji ini tidak diketahui",
    "the model has weights, so what the test should expect is not known",
)
NO_NUMERIC = Text(
    "model tidak memiliki suku numerik dengan lebih dari dua nilai",
    "the model has no numeric term of more than two values",
)

_BY_GROUP = {"mixed": _GROUPED, "gee": _GROUPED}
_REASONS: dict[str, dict[str, Text]] = {
    "shapiro_wilk": {"*": _NORMAL},
    "lilliefors": {"*": _NORMAL},
    "ks_spss": {"*": _NORMAL},
    "jarque_bera": {"*": _NORMAL},
    "anderson_darling": {"*": _NORMAL},
    "breusch_pagan": {**_BY_GROUP, "*": _VARIANCE},
    "koenker": {**_BY_GROUP, "*": _VARIANCE},
    "white": {**_BY_GROUP, "*": _VARIANCE},
    "glejser": {**_BY_GROUP, "*": _VARIANCE},
    "durbin_watson": {**_BY_GROUP, "*": _SERIAL},
    "breusch_godfrey": {**_BY_GROUP, "*": _SERIAL},
    "runs": {**_BY_GROUP, "*": _SIGN},
    "cooks_distance": {"*": _INFLUENCE},
    "overdispersion": {
        "ols": _OWN_SCALE, "mixed": _OWN_SCALE, "gee": _OWN_SCALE, "logit": _BINARY_SCALE,
        "ordinal": _BINARY_SCALE, "*": _ROBUST_SCALE,
    },
    "zero_inflation": {"*": _NOT_COUNTS},
    "hosmer_lemeshow": {"*": _NOT_LOGIT},
    "parallel_lines": {"two_categories": _TWO_CATEGORIES, "*": _NOT_ORDINAL},
}  # fmt: skip


def reason(test: str, model: str) -> Text:
    """Return why a check does not apply.

    Parameters
    ----------
    test, model : str

    Returns
    -------
    Text
    """
    known = _REASONS.get(test, {})
    return known.get(model, known.get("*", _GENERAL))
