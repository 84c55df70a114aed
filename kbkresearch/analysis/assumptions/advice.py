"""What to do about a departure."""

from __future__ import annotations

from kbkresearch.analysis.assumptions.methods import NEGBIN
from kbkresearch.vocabulary import Text

_NORMALITY = Text(
    "Lihat plot Q-Q. Dengan n besar koefisien tetap dapat dipakai; dengan n kecil pakai bootstrap,"
    " transformasi, atau model lain untuk variabel terikat (proporsi, cacahan, ordinal).",
    "Look at the Q-Q plot. In a large sample the coefficients still stand; in a small one use the"
    " bootstrap, a transformation, or another model of the outcome (fraction, count, ordinal).",
)
_VARIANCE = Text(
    "Pakai galat baku robust (cov='HC3', bawaan), jangan cov='model'; bila ragam mengikuti besarnya"
    " FKTP, pertimbangkan bobot atau logaritma.",
    "Use robust standard errors (cov='HC3', the default), not cov='model'; where variance follows"
    " the size of facilities, consider weights or a logarithm.",
)
_ORDER = Text(
    "Periksa apakah baris berurutan menurut waktu atau wilayah. Bila ya, pakai cluster= (misalnya"
    " FKTP), model='gee' atau 'mixed'; bila urutan tanpa makna, uji ini tidak bermakna.",
    "See whether rows stand in order of time or area. If so, use cluster= (the facility, say),"
    " model='gee' or 'mixed'; if the order means nothing, nor does this test.",
)
_FORM = Text(
    "Gambar residual terhadap tiap variabel; tambahkan kuadrat, logaritma, spline bs(x, df=4) atau"
    " interaksi yang masuk akal, dan laporkan bahwa bentuknya dipilih dari data.",
    "Plot residuals against each variable; add a square, a logarithm, a spline bs(x, df=4) or a"
    " sensible interaction, and report that the form was chosen from the data.",
)
_COLLINEAR = Text(
    "Selang koefisien melebar, tetapi tidak bias. Gabungkan atau pilih salah satu variabel yang"
    " mengukur hal sama; untuk kuadrat dan interaksi, pusatkan dengan center(x).",
    "Intervals widen, but there is no bias. Join or choose between variables that measure the same;"
    " for squares and interactions, use center(x).",
)
_DISPERSION = Text(
    "Galat baku model terlalu kecil bila ragam lebih besar: pakai model='negbin', atau cov='HC3'"
    " atau cluster=. Periksa dulu apakah ada variabel atau exposure= yang tertinggal.",
    "Where variance is larger the model's standard errors are too small: use model='negbin', or"
    " cov='HC3' or cluster=. First see whether a variable or exposure= was left out.",
)

_ADVICE: dict[str, Text] = {
    **dict.fromkeys(("shapiro_wilk", "lilliefors", "jarque_bera", "anderson_darling"), _NORMALITY),
    **dict.fromkeys(("breusch_pagan", "koenker", "white", "glejser"), _VARIANCE),
    **dict.fromkeys(("durbin_watson", "breusch_godfrey", "runs"), _ORDER),
    **dict.fromkeys(("reset", "linearity"), _FORM),
    **dict.fromkeys(("vif", "condition_number"), _COLLINEAR),
    "cooks_distance": Text(
        "Periksa baris itu pada sumbernya; hitung ulang tanpa baris itu dan laporkan keduanya."
        " Jangan membuang baris hanya karena jaraknya.",
        "Check that row at its source; fit again without it and report both. Do not drop a row for"
        " its distance alone.",
    ),
    "overdispersion": _DISPERSION,
    "zero_inflation": Text(
        "Cari tahu apa arti nol itu (FKTP tidak melapor?). Coba model='negbin'; nol karena"
        " tidak melapor adalah nilai kosong, bukan nol.",
        "Find out what those zeros are (facilities that did not report?). Try model='negbin'; a"
        " zero for want of a report is a missing value, not a zero.",
    ),
    "hosmer_lemeshow": Text(
        "Lihat gambar kalibrasi; periksa bentuk variabel numerik dan interaksi. Hasil uji"
        " bergantung pada banyaknya kelompok.",
        "Look at the calibration plot; check the form of numeric variables and interactions. The"
        " test depends on the number of groups.",
    ),
    "parallel_lines": Text(
        "Laporkan koefisien per ambang (model logit untuk setiap ambang) di samping model ordinal,"
        " atau baca efeknya sebagai rata-rata atas ambang.",
        "Report coefficients by threshold (a logit model of each) beside the ordinal model, or read"
        " its effect as an average over thresholds.",
    ),
}
_KEEP = Text(
    "Tidak perlu mengubah model; laporkan besarnya.",
    "No need to change the model; report the size.",
)
_POISSON_DOES = Text(
    "model='poisson' hampir sama baiknya; binomial negatif tidak merugikan.",
    "model='poisson' would do nearly as well; a negative binomial does no harm.",
)
_KEEP_NEGBIN = Text(
    "Ragam lebih dari Poisson, yang memang ditampung model binomial negatif.",
    "More variance than Poisson, which is what a negative binomial model is for.",
)
_USE_LILLIEFORS = Text(
    "Pakai dan laporkan baris lilliefors; baris ini hanya untuk mencocokkan keluaran SPSS lama.",
    "Use and report the row lilliefors; this one only serves to match output of older SPSS.",
)
_CHANCE = Text(
    "Dapat pula karena kebetulan (p besar); lihat gambar dulu. ",
    "It may as well be chance (p is large); look at the figure first. ",
)
_NONE = Text("Tidak ada.", "Nothing.")
_INSTEAD: dict[str, Text] = {
    **dict.fromkeys(("durbin_watson", "breusch_godfrey"), Text(
        "Bila baris berulang menurut waktu, pakai cluster=.",
        "Where rows repeat over time, use cluster=.",
    )),
    "shapiro_wilk": Text(
        "Lihat plot Q-Q di gambar, bila ada.", "Look at the Q-Q plot of the figure, if it has one."
    ),
}  # fmt: skip


def advise(test: str, variant: str, degree: int | None, *, by_chance: bool) -> Text:
    """Return what to do about a departure of some size.

    Parameters
    ----------
    test, variant : str
    degree : int or None
        0 slight, 1 moderate, 2 marked; None where it is not known.
    by_chance : bool
        Whether chance would give as much easily.

    Returns
    -------
    Text
    """
    if test == "ks_spss":
        return _USE_LILLIEFORS
    if variant == NEGBIN:
        return _KEEP_NEGBIN if degree else _POISSON_DOES
    if degree == 0:
        return _KEEP
    found = _ADVICE[test]
    return Text(_CHANCE.id + found.id, _CHANCE.en + found.en) if by_chance else found


def instead(test: str) -> Text:
    """Return what to do where a check does not apply.

    Parameters
    ----------
    test : str

    Returns
    -------
    Text
    """
    return _INSTEAD.get(test, _NONE)
