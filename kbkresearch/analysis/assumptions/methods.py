"""Names of the exact variants, and null hypotheses."""

from __future__ import annotations

from kbkresearch.vocabulary import Text

NEGBIN = "boundary_negbin"

_METHODS: dict[str, dict[str, Text]] = {
    "shapiro_wilk": {"": Text("Shapiro-Wilk (Royston 1995)", "Shapiro-Wilk (Royston 1995)")},
    "lilliefors": {
        "": Text(
            "Kolmogorov-Smirnov dengan koreksi Lilliefors (p: Dallal-Wilkinson)",
            "Kolmogorov-Smirnov with Lilliefors' correction (p: Dallal-Wilkinson)",
        )
    },
    "ks_spss": {
        "": Text(
            "Kolmogorov-Smirnov satu sampel tanpa koreksi, Z = D√n, seperti SPSS lama; tidak sahih",
            "One-sample Kolmogorov-Smirnov without correction, Z = D√n, as older SPSS; not valid",
        )
    },
    "jarque_bera": {"": Text("Jarque-Bera, chi-kuadrat", "Jarque-Bera, chi-square")},
    "anderson_darling": {
        "": Text(
            "Anderson-Darling, rata-rata dan ragam ditaksir (D'Agostino-Stephens)",
            "Anderson-Darling, mean and variance estimated (D'Agostino-Stephens)",
        )
    },
    "breusch_pagan": {
        "": Text("Breusch-Pagan asli, LM = ESS/2", "Breusch-Pagan, original, LM = ESS/2")
    },
    "koenker": {
        "": Text(
            "Breusch-Pagan menurut Koenker (studentised), LM = nR²",
            "Breusch-Pagan studentised by Koenker, LM = nR²",
        )
    },
    "white": {
        "full": Text(
            "White, kuadrat dan hasil kali silang, LM = nR²",
            "White, squares and cross products, LM = nR²",
        ),
        "fitted": Text(
            "White, nilai dugaan dan kuadratnya (suku terlalu banyak untuk n ini), LM = nR²",
            "White, fitted value and its square (too many terms for this n), LM = nR²",
        ),
    },
    "glejser": {
        "t": Text(
            "Glejser, t per koefisien (regresi |e| pada X)",
            "Glejser, t per coefficient (|e| regressed on X)",
        ),
        "f": Text("Glejser, F bersama", "Glejser, joint F"),
        "chi2": Text("Glejser, chi-kuadrat bersama nR²", "Glejser, joint chi-square nR²"),
        "chi2_normal": Text(
            "Glejser, chi-kuadrat bersama ESS/(s²(1 - 2/π))",
            "Glejser, joint chi-square ESS/(s²(1 - 2/π))",
        ),
    },
    "durbin_watson": {
        "exact": Text(
            "Durbin-Watson d, p satu arah (korelasi positif), eksak",
            "Durbin-Watson d, p one-sided (positive correlation), exact",
        ),
        "normal": Text(
            "Durbin-Watson d, p satu arah (korelasi positif), hampiran normal",
            "Durbin-Watson d, p one-sided (positive correlation), normal approximation",
        ),
    },
    "breusch_godfrey": {
        "": Text("Breusch-Godfrey orde 1, LM = nR²", "Breusch-Godfrey of order 1, LM = nR²")
    },
    "runs": {
        "plain": Text(
            "Uji runs terhadap median, z tanpa koreksi kontinuitas",
            "Runs about the median, z without continuity correction",
        ),
        "corrected": Text(
            "Uji runs terhadap median, z dengan koreksi kontinuitas (SPSS, n < 50)",
            "Runs about the median, z with continuity correction (SPSS, n < 50)",
        ),
    },
    "reset": {
        "f": Text(
            "RESET, pangkat 2 dan 3 nilai dugaan, F", "RESET, fitted value squared and cubed, F"
        ),
        "lr": Text(
            "Uji link, kuadrat prediktor linear, rasio likelihood",
            "Link test, square of the linear predictor, likelihood ratio",
        ),
        "wald_robust": Text(
            "Uji link, kuadrat prediktor linear, Wald robust (HC0)",
            "Link test, square of the linear predictor, robust Wald (HC0)",
        ),
        "wald_cluster": Text(
            "Uji link, kuadrat prediktor linear, Wald robust per klaster",
            "Link test, square of the linear predictor, Wald robust by cluster",
        ),
        "wald": Text(
            "Uji link, kuadrat prediktor linear, Wald",
            "Link test, square of the linear predictor, Wald",
        ),
    },
    "vif": {
        "vif": Text("VIF", "VIF"),
        "gvif": Text("GVIF (suku dengan beberapa kolom)", "GVIF (term of several columns)"),
    },
    "condition_number": {
        "": Text(
            "Bilangan kondisi berskala, dengan konstanta (Belsley)",
            "Scaled condition number, constant included (Belsley)",
        )
    },
    "cooks_distance": {
        "cook": Text("Jarak Cook terbesar", "Largest Cook's distance"),
        "alone": Text(
            "Jarak Cook terbesar, tanpa baris dengan leverage 1",
            "Largest Cook's distance, rows of leverage 1 left out",
        ),
        "one_step": Text(
            "Jarak Cook satu langkah terbesar (Pregibon)",
            "Largest one-step Cook's distance (Pregibon)",
        ),
    },
    "linearity": {
        "f": Text("Kuadrat suku ditambahkan, F", "Square of the term added, F"),
        "lr": Text(
            "Kuadrat suku ditambahkan, rasio likelihood",
            "Square of the term added, likelihood ratio",
        ),
        "wald_robust": Text(
            "Kuadrat suku ditambahkan, Wald robust (HC0)",
            "Square of the term added, robust Wald (HC0)",
        ),
        "wald_cluster": Text(
            "Kuadrat suku ditambahkan, Wald robust per klaster",
            "Square of the term added, Wald robust by cluster",
        ),
        "wald": Text("Kuadrat suku ditambahkan, Wald", "Square of the term added, Wald"),
    },
    "overdispersion": {
        "pearson": Text("Chi-kuadrat Pearson terhadap df", "Pearson's chi-square against its df"),
        "cameron_trivedi": Text(
            "Cameron-Trivedi, ragam sebanding rata-rata, z satu arah",
            "Cameron-Trivedi, variance in proportion to the mean, z one-sided",
        ),
        "boundary_lr": Text(
            "Rasio likelihood Poisson v binomial negatif, p setengah (alpha = 0 di tepi)",
            "Likelihood ratio of Poisson v negative binomial, p halved (alpha = 0 at the edge)",
        ),
    },
    "zero_inflation": {
        "poisson": Text(
            "Uji skor van den Broek, dua arah", "van den Broek's score test, both directions"
        ),
        "negbin": Text(
            "Uji skor nol berlebih binomial negatif, dua arah",
            "Score test of extra zeros, negative binomial, both directions",
        ),
    },
    "hosmer_lemeshow": {
        "": Text(
            "Hosmer-Lemeshow, 10 kelompok menurut kuantil peluang, nilai sama tetap sekelompok",
            "Hosmer-Lemeshow, 10 groups by quantiles of the probability, ties kept together",
        )
    },
    "parallel_lines": {
        "brant": Text("Brant, Wald", "Brant, Wald"),
        "likelihood_ratio": Text(
            "Rasio likelihood terhadap koefisien per ambang",
            "Likelihood ratio against coefficients by threshold",
        ),
    },
}

_NORMAL = Text("residual berdistribusi normal", "residuals follow a normal distribution")
_EQUAL = Text("ragam residual sama di mana-mana", "residuals have one variance everywhere")
_FREE = Text(
    "residual baris berurutan tidak berkorelasi", "residuals of successive rows do not correlate"
)
_NONE = Text("", "")

_NULLS: dict[str, Text] = {
    **dict.fromkeys(
        ("shapiro_wilk", "lilliefors", "ks_spss", "jarque_bera", "anderson_darling"), _NORMAL
    ),
    **dict.fromkeys(("breusch_pagan", "koenker", "white", "glejser"), _EQUAL),
    **dict.fromkeys(("durbin_watson", "breusch_godfrey"), _FREE),
    "runs": Text(
        "tanda residual mengikuti urutan acak", "signs of residuals follow each other at random"
    ),
    "reset": Text(
        "pangkat prediktor tidak menambah apa pun", "powers of the predictor add nothing"
    ),
    "vif": _NONE,
    "condition_number": _NONE,
    "cooks_distance": _NONE,
    "linearity": Text("kuadrat suku tidak menambah apa pun", "the square of the term adds nothing"),
    "overdispersion": Text(
        "ragam seperti yang dianggap model", "the variance is what the model says"
    ),
    "zero_inflation": Text(
        "nol sebanyak yang diharapkan model", "there are as many zeros as the model expects"
    ),
    "hosmer_lemeshow": Text(
        "peluang dugaan sesuai dengan yang ditemukan",
        "fitted probabilities agree with what is found",
    ),
    "parallel_lines": Text(
        "koefisien sama pada semua ambang", "the coefficient is the same at every threshold"
    ),
}
_POISSON = Text("ragam sama dengan rata-rata (alpha = 0)", "variance equals mean (alpha = 0)")


def method_of(test: str, variant: str) -> Text:
    """Return the name of the exact variant of a check.

    Parameters
    ----------
    test, variant : str

    Returns
    -------
    Text
        Empty where a check with several variants was not run.
    """
    known = _METHODS[test]
    if variant == NEGBIN:
        return known["boundary_lr"]
    return known.get(variant, next(iter(known.values())) if len(known) == 1 else _NONE)


def null_of(test: str, variant: str) -> Text:
    """Return the null hypothesis of a check; empty where it is no test.

    Parameters
    ----------
    test, variant : str

    Returns
    -------
    Text
    """
    return _POISSON if variant in {"boundary_lr", NEGBIN} else _NULLS[test]
