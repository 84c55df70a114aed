"""The columns that results hold and no file is read for: capitation, tests, next steps."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from kbkresearch.vocabulary.words import ColumnMeaning, Kind, Text, meanings

if TYPE_CHECKING:
    from collections.abc import Mapping


def _result_columns() -> dict[str, ColumnMeaning]:
    """Return the columns that results hold and no file is read for."""
    per_member = Text("Rp per peserta-bulan", "Rp per member-month")
    rows: list[tuple[str, Kind, str | Text, str, str, int]] = [
        ("member_months", "integer", "", "Bulan-peserta", "Member-months", 0),
        ("persons", "integer", "persons", "Peserta yang berkunjung", "Members with a visit", 0),
        ("stratum_kind", "text", "", "Pembagian", "Division", 0),
        ("share_pct", "number", "%", "Bagian dana", "Share of the fund", 1),
        ("tariff_ci_low_rp", "rupiah", "Rp", "Batas bawah tarif", "Tariff, CI low", 0),
        ("tariff_ci_high_rp", "rupiah", "Rp", "Batas atas tarif", "Tariff, CI high", 0),
        ("cost_rp", "rupiah", "Rp", "Biaya", "Cost", 0),
        ("difference_rp", "rupiah", "Rp", "Selisih", "Difference", 0),
        ("break_even_unit_cost_rp", "rupiah", "Rp", "Biaya impas", "Break-even unit cost", 0),
        ("rate_permille_if_average", "number", "‰", "Rate bila rata-rata", "Rate if averages", 1),
        ("ci_low_if_average", "number", "‰", "Batas bawah bila rata-rata",
         "CI low if averages", 1),
        ("ci_high_if_average", "number", "‰", "Batas atas bila rata-rata",
         "CI high if averages", 1),
        ("tariff_rp_if_average", "rupiah", "Rp", "Tarif bila rata-rata", "Tariff if averages", 0),
        ("fund_rp_if_average", "rupiah", "Rp", "Dana bila rata-rata", "Fund if averages", 0),
        ("statistic", "number", "", "Statistik uji", "Test statistic", 2),
        ("df", "integer", "", "db", "df", 0),
        ("p_value", "number", "", "p", "p", 3),
        ("p_lower", "number", "", "p (lebih rata)", "p (more even)", 3),
        ("method", "text", "", "Metode", "Method", 0),
        ("status", "text", "", "Keterangan", "Status", 0),
        ("expected_permille", "number", "‰", "Rate harapan", "Expected rate", 1),
        ("expected_pmpm_rp", "rupiah", per_member, "Biaya harapan", "Expected cost", 0),
        ("relative_weight", "number", "", "Bobot relatif", "Relative weight", 3),
        ("flat_pmpm_rp", "rupiah", per_member, "Kapitasi datar", "Flat capitation", 0),
        ("adjusted_pmpm_rp", "rupiah", per_member, "Kapitasi disesuaikan",
         "Adjusted capitation", 0),
        ("flat_rp", "rupiah", "Rp", "Datar", "Flat", 0),
        ("adjusted_rp", "rupiah", "Rp", "Disesuaikan", "Adjusted", 0),
        ("norm_pmpm_rp", "rupiah", per_member, "Tarif norma", "Norm tariff", 0),
        ("norm_rp", "rupiah", "Rp", "Menurut norma", "At the norm tariff", 0),
        ("norm_basis", "text", "", "Dasar norma", "Basis of the norm", 0),
        ("norm_status", "text", "", "Status norma", "Status of the norm", 0),
        ("reference_rate", "number", "", "Rate acuan per peserta-bulan",
         "Reference rate per member-month", 4),
        ("class_weight", "number", "", "Bobot kelas", "Class weight", 3),
        ("class_pmpm_rp", "rupiah", per_member, "Kapitasi kelas", "Class capitation", 0),
        ("grouping", "text", "", "Pengelompokan", "Grouping", 0),
        ("group", "text", "", "Kelompok", "Group", 0),
        ("payment_pmpm", "rupiah", per_member, "Pembayaran", "Payment", 0),
        ("cost_pmpm", "rupiah", per_member, "Biaya", "Cost", 0),
        ("under_compensation_pmpm", "rupiah", per_member, "Kekurangan bayar",
         "Under-compensation", 0),
        ("predictive_ratio", "number", "", "Rasio prediktif", "Predictive ratio", 3),
        ("predictive_ratio_ci_low", "number", "", "Batas bawah rasio", "Ratio, CI low", 3),
        ("predictive_ratio_ci_high", "number", "", "Batas atas rasio", "Ratio, CI high", 3),
        ("underpaid_pct", "number", "%", "Bulan-peserta dibayar kurang",
         "Member-months underpaid", 1),
        ("payment_share", "number", "", "Bagian pembayaran", "Share of payment", 3),
        ("cost_share", "number", "", "Bagian biaya", "Share of cost", 3),
        ("case_mix_index", "number", "", "Indeks campuran kasus", "Case-mix index", 3),
        ("r2", "number", "", "R²", "R²", 3),
        ("cpm", "number", "", "CPM", "CPM", 3),
        ("mape", "rupiah", per_member, "MAPE", "MAPE", 0),
        ("n_events", "integer", "visits", "Kejadian", "Events", 0),
        ("population", "integer", "", "Penduduk acuan rate", "Population", 0),
        ("crude", "number", "", "Rate kasar", "Crude rate", 4),
        ("expected", "number", "", "Harapan", "Expected", 1),
        ("estimate", "number", "", "Taksiran", "Estimate", 4),
        ("variance", "number", "", "Ragam", "Variance", 6),
    ]  # fmt: skip
    return meanings(rows)


RESULT_COLUMNS: Mapping[str, ColumnMeaning] = MappingProxyType(_result_columns())
"""Columns of capitation results."""


def _statistics() -> dict[str, ColumnMeaning]:
    rows: list[tuple[str, Kind, str, str, int]] = [
        ("outcome", "text", "Variabel terikat", "Outcome", 0),
        ("factor", "text", "Faktor", "Factor", 0),
        ("term", "text", "Suku", "Term", 0),
        ("variable", "text", "Variabel", "Variable", 0),
        ("what", "text", "Suku", "Term", 0),
        ("level", "text", "Kategori", "Category", 0),
        ("group_1", "text", "Kelompok 1", "Group 1", 0),
        ("group_2", "text", "Kelompok 2", "Group 2", 0),
        ("contrast", "text", "Perubahan", "Contrast", 0),
        ("method", "text", "Metode", "Method", 0),
        ("test", "text", "Pemeriksaan", "Check", 0),
        ("check", "text", "Pemeriksaan", "Check", 0),
        ("variant", "text", "Varian", "Variant", 0),
        ("direction", "text", "Arah", "Direction", 0),
        ("null", "text", "Hipotesis nol", "Null hypothesis", 0),
        ("estimate", "number", "Dugaan", "Estimate", 4),
        ("se", "number", "Galat baku", "SE", 4),
        ("statistic_name", "text", "Statistik", "Statistic", 0),
        ("statistic", "number", "Nilai statistik", "Value", 3),
        ("df", "number", "db", "df", 1),
        ("df2", "number", "db2", "df2", 1),
        ("p_value", "p_value", "Nilai p", "p-value", 3),
        ("p_adjusted", "p_value", "Nilai p terkoreksi", "Adjusted p-value", 3),
        ("wald_p", "p_value", "Nilai p Wald", "Wald p-value", 3),
        ("effect_name", "text", "Ukuran efek", "Effect size", 0),
        ("effect_size", "number", "Efek", "Effect", 3),
        ("ci_low", "number", "Batas bawah IK", "CI low", 3),
        ("ci_high", "number", "Batas atas IK", "CI high", 3),
        ("ci_method", "text", "Metode IK", "CI method", 0),
        ("n", "integer", "n", "n", 0),
        ("n_dropped", "integer", "Baris tidak dipakai", "Rows dropped", 0),
        ("exp_estimate", "number", "exp(dugaan)", "exp(estimate)", 3),
        ("exp_ci_low", "number", "exp, batas bawah IK", "exp, CI low", 3),
        ("exp_ci_high", "number", "exp, batas atas IK", "exp, CI high", 3),
        ("exp_name", "text", "Arti exp", "Meaning of exp", 0),
        ("beta", "number", "Beta", "Beta", 3),
        ("vif", "number", "VIF", "VIF", 2),
        ("gvif", "number", "GVIF", "GVIF", 2),
        ("gvif_scaled", "number", "GVIF^(1/(2 db))", "GVIF^(1/(2 df))", 2),
        ("tolerance", "number", "Toleransi", "Tolerance", 3),
        ("fit", "integer", "Model", "Model", 0),
        ("added", "text", "Ditambahkan", "Added", 0),
        ("formula", "text", "Rumus", "Formula", 0),
        ("k", "integer", "Koefisien", "Coefficients", 0),
        ("r2", "number", "R²", "R²", 4),
        ("adj_r2", "number", "R² disesuaikan", "Adjusted R²", 4),
        ("r2_change", "number", "Perubahan R²", "R² change", 4),
        ("mcfadden_r2", "number", "R² McFadden", "McFadden R²", 4),
        ("nagelkerke_r2", "number", "R² Nagelkerke", "Nagelkerke R²", 4),
        ("sigma", "number", "Galat baku regresi", "Residual SE", 4),
        ("loglik", "number", "Log-likelihood", "Log-likelihood", 2),
        ("aic", "number", "AIC", "AIC", 2),
        ("bic", "number", "BIC", "BIC", 2),
        ("step", "integer", "Langkah", "Step", 0),
        ("action", "text", "Tindakan", "Action", 0),
        ("reading", "text", "Bacaan", "Reading", 0),
        ("advice", "text", "Yang dapat dilakukan", "What to do", 0),
    ]
    return {
        name: ColumnMeaning(name, kind, Text("", ""), Text(label_id, label_en), decimals)
        for name, kind, label_id, label_en, decimals in rows
    }


STATISTICS: Mapping[str, ColumnMeaning] = MappingProxyType(_statistics())
"""Columns of tests and regressions."""

STEPS: Mapping[str, ColumnMeaning] = MappingProxyType(
    {
        one.name: one
        for one in (
            ColumnMeaning(
                "next_payment_pct", "number", Text("%", "%"),
                Text("Pembayaran berikutnya", "Next payment"), 1,
            ),
            ColumnMeaning(
                "total_joint", "integer", Text("", ""),
                Text("Jumlah perubahan tersedikit", "Fewest changes in all"),
            ),
            ColumnMeaning(
                "gain_rp", "rupiah", Text("Rp", "Rp"),
                Text("Tambahan kapitasi per bulan", "Capitation gained per month"),
            ),
        )
    }
)  # fmt: skip
WAYS = {
    "_alone": Text("Perubahan {}, bila hanya itu", "Change of {} if nothing else changes"),
    "_joint": Text("Perubahan {}, bersama yang lain", "Change of {} together with the others"),
}
