"""What plans of samples say about themselves, in Indonesian and English."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSUMPTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "exact": Text(
            "Kuasa uji-t korelasi Pearson dari distribusi eksak r pada sampel normal bivariat;"
            " untuk Spearman hanya pendekatan.",
            "Power of the t-test of Pearson's correlation from the exact distribution of r in"
            " bivariate normal samples; for Spearman an approximation only.",
        ),
        "fisher_z": Text(
            "Kuasa uji-t korelasi Pearson dengan pendekatan z Fisher beserta suku biasnya"
            " (Cohen 1988); untuk Spearman hanya pendekatan.",
            "Power of the t-test of Pearson's correlation by Fisher's z with its bias term"
            " (Cohen 1988); for Spearman an approximation only.",
        ),
        "two_means": Text(
            "Uji-t Student dua kelompok independen: data normal dengan satu ragam; efek d dalam"
            " simpangan baku.",
            "Student's t-test of two independent groups: normal data with one variance; effect d"
            " in standard deviations.",
        ),
        "two_proportions": Text(
            "Uji normal dua proporsi independen pada skala arcsinus (h Cohen), tanpa koreksi"
            " kontinuitas; untuk uji eksak Fisher diperlukan sampel lebih besar.",
            "Normal test of two independent proportions on the arcsine scale (Cohen's h), without"
            " continuity correction; Fisher's exact test needs more.",
        ),
        "chi2": Text(
            "Uji khi-kuadrat Pearson tanpa koreksi, distribusi khi-kuadrat tak sentral dengan"
            " parameter n × w².",
            "Pearson's chi-square without correction, non-central chi-square with parameter"
            " n × w².",
        ),
        "regression": Text(
            "Uji F regresi linear dengan galat normal dan ragam tetap; parameter tak sentral"
            " n × f², f² = (R² − R² tanpa yang diuji) / (1 − R²).",
            "F-test of a linear regression with normal errors of one variance; non-centrality"
            " n × f², f² = (R² − R² without the tested) / (1 − R²).",
        ),
        "ordinal_groups": Text(
            "Disimulasikan ({simulations} sampel): odds proporsional, dua kelompok, uji skor (sama"
            " dengan Mann-Whitney dengan nilai kembar); probabilities berlaku bagi kelompok"
            " pertama.",
            "Simulated ({simulations} samples): proportional odds, two groups, score test (the same"
            " as Mann-Whitney with ties); probabilities are those of the first group.",
        ),
        "ordinal_normal": Text(
            "Disimulasikan ({simulations} sampel): odds proporsional, satu prediktor normal baku,"
            " uji skor; efek per simpangan baku, probabilities berlaku pada rerata prediktor.",
            "Simulated ({simulations} samples): proportional odds, one standard normal predictor,"
            " score test; effect per standard deviation, probabilities are those at its mean.",
        ),
        "slovin": Text(
            "Slovin, N / (1 + N e²), dibulatkan ke atas: sama dengan menaksir satu proporsi dengan"
            " p = 0,5 dan z = 2 (kepercayaan 95,45%), koreksi populasi dengan N sebagai ganti"
            " N − 1.",
            "Slovin, N / (1 + N e²), rounded up: the same as estimating one proportion with p = 0.5"
            " and z = 2 (95.45% confidence), finite-population correction with N instead of"
            " N − 1.",
        ),
        "krejcie_morgan": Text(
            "Krejcie-Morgan (1970): menaksir satu proporsi; p = 0,5 bila tidak disebut lain,"
            " interval normal, populasi terhingga. Dibulatkan ke bilangan terdekat seperti tabel"
            " aslinya; n_exact adalah nilai sebelum dibulatkan.",
            "Krejcie-Morgan (1970): estimates one proportion; p = 0.5 unless told otherwise, normal"
            " interval, finite population. Rounded to the nearest as in the published table;"
            " n_exact is the value before.",
        ),
        "survey": Text(
            "Hanya menjamin lebar interval satu proporsi pada sampel acak sederhana yang semuanya"
            " menjawab. Tidak menjamin kuasa untuk korelasi, perbandingan kelompok atau regresi,"
            " dan tidak berlaku untuk sampel klaster atau sampel mudah: untuk itu rencanakan"
            " dengan rancangan ujinya.",
            "It only assures the width of the interval of one proportion in a simple random sample"
            " that answers in full. It does not assure power for correlations, comparisons of"
            " groups or regressions, nor hold for cluster or convenience samples: plan those by the"
            " design of their test.",
        ),
    }
)
PLANNING = (
    Text(
        "Efek ditetapkan sebelum data dilihat, dari apa yang berarti di lapangan; kuasa pada efek"
        " yang teramati tidak menambah apa pun pada nilai p.",
        "The effect is set before the data are seen, from what matters in the field; power at the"
        " effect observed adds nothing to the p-value.",
    ),
    Text(
        "Baris dianggap independen. FKTP dalam satu kabupaten, atau bulan dari satu FKTP, serupa:"
        " kalikan n dengan 1 + (m − 1) × ICC untuk m baris per klaster.",
        "Rows are taken as independent. Facilities of one district, or months of one facility, are"
        " alike: multiply n by 1 + (m − 1) × ICC for m rows per cluster.",
    ),
)
WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "correlation": Text("korelasi", "correlation"),
        "two_means": Text("dua rata-rata", "two means"),
        "two_proportions": Text("dua proporsi", "two proportions"),
        "chi2": Text("chi-square", "chi-square"),
        "regression": Text("regresi linear", "linear regression"),
        "ordinal": Text("regresi ordinal", "ordinal regression"),
        "slovin": Text("Slovin", "Slovin"),
        "krejcie_morgan": Text("Krejcie-Morgan", "Krejcie-Morgan"),
        "exact": Text("distribusi eksak r", "exact distribution of r"),
        "fisher_z": Text("z Fisher", "Fisher's z"),
        "student_t": Text("uji t", "t-test"),
        "arcsine": Text("arcsinus", "arcsine"),
        "f_test": Text("uji F", "F-test"),
        "proportional_odds_score": Text(
            "uji skor odds proporsional, simulasi", "proportional odds score test, simulated"
        ),
        "effect": Text("efek", "effect"),
        "power": Text("kuasa", "power"),
        "two-sided": Text("dua sisi", "two-sided"),
        "one-sided": Text("satu sisi", "one-sided"),
        "odds_ratio": Text("rasio odds", "odds ratio"),
        "f2": Text("f²", "f²"),
    }
)
HEADINGS: Mapping[str, Text] = MappingProxyType(
    {
        "design": Text("Rancangan", "Design"),
        "method": Text("Metode", "Method"),
        "solved_for": Text("Dicari", "Solved for"),
        "n1": Text("n kelompok 1", "n of group 1"),
        "n2": Text("n kelompok 2", "n of group 2"),
        "n_exact": Text("n sebelum dibulatkan", "n before rounding"),
        "effect_name": Text("Ukuran efek", "Effect measure"),
        "effect_size": Text("Efek", "Effect"),
        "power": Text("Kuasa", "Power"),
        "power_se": Text("SE simulasi", "SE of the simulation"),
        "alpha": Text("Alfa", "Alpha"),
        "alternative": Text("Alternatif", "Alternative"),
        "population": Text("Populasi", "Population"),
        "margin": Text("Batas galat", "Margin of error"),
        "share": Text("Proporsi dianggap", "Proportion assumed"),
    }
)
