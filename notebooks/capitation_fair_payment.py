# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Kapitasi yang adil: siapa dibayar kurang? [DATA SINTETIS]
#
# **Pertanyaan.** Bila setiap peserta dibayar sama, kelompok mana dan FKTP mana yang dibayar kurang, dan apakah kapitasi menurut umur dan jenis kelamin memperbaikinya?
#
# *If every member is paid the same, who is paid too little, and does capitation by age and sex mend it?*
#
# **Semua peserta dan FKTP di sini SINTETIS**: dibuat oleh pembangkit acak dengan awal tetap, tidak satu pun nyata. Angkanya tidak berlaku untuk fasilitas mana pun; yang dipelajari adalah caranya.

# %%
import pandas as pd

import kbkresearch as kbk

peserta = kbk.synthetic_members(100_000, facilities=20).sort_values(["age_years", "member_id"])
batas = [0, 5, 15, 25, 35, 45, 55, 65, 200]
nama = ["0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65+"]
peserta["age_band"] = pd.cut(peserta["age_years"], batas, right=False, labels=nama).astype(str)
peserta.head()

# %% [markdown]
# ## Rate utilisasi menurut umur dan jenis kelamin
#
# Batasnya mengikuti ragam antarorang: sebagian orang datang berulang kali, sehingga batas Poisson akan terlalu sempit.

# %%
rate = kbk.capitation(peserta, by=["age_band", "sex"], groups=[], months=12, counts="total")
rate.to_table(
    ["age_band", "sex", "members", "visits", "rate_permille", "ci_low", "ci_high", "tariff_rp"]
)

# %%
gambar = rate.plot()

# %% [markdown]
# ## Tarif dari rate sendiri tidak membuktikan apa pun tentang jumlahnya
#
# Dua pembagian peserta yang sama menghasilkan dana yang sama sampai rupiah terakhir. Kesamaan itu berlaku untuk pembagian apa pun, juga yang sembarang; jadi ia tidak mendukung pembagian mana pun.

# %%
satu_biaya = {"unit_cost_rp": 60_000, "groups": [], "months": 12, "counts": "total"}
pembagian = ["age_band", "sex", "facility_type"]
dana = [
    kbk.capitation(peserta, by=[satu], **satu_biaya).totals["fund_rp"].sum() for satu in pembagian
]
pd.Series(dana, index=pembagian, name="dana (Rp per bulan)").round().astype(int).to_frame()

# %% [markdown]
# ## Yang perlu ditanyakan: siapa dibayar kurang?
#
# Anggaran dibuat sama dengan biaya, lalu dibagi rata per peserta. Kekurangan bayar = biaya − pembayaran, per peserta dan bulan.

# %%
datar = peserta["cost_rp"].sum() / peserta["member_months"].sum()
dibayar_datar = peserta.assign(paid_rp=datar * peserta["member_months"])
sekarang = kbk.evaluate_payment(dibayar_datar, by=["age_band", "sex"], cluster="facility_id")
sekarang.to_table(
    [
        "grouping",
        "group",
        "payment_pmpm",
        "cost_pmpm",
        "under_compensation_pmpm",
        "ci_low",
        "ci_high",
        "predictive_ratio",
    ]
)

# %%
gambar = sekarang.plot()

# %% [markdown]
# ## Kapitasi disesuaikan, dengan anggaran yang sama
#
# Rate acuan (semua FKTP bersama) diterapkan pada campuran peserta setiap FKTP. Anggarannya tetap; yang berubah hanya pembagiannya.

# %%
baru = kbk.adjusted_capitation(peserta, ["age_band", "sex"], datar, measure="cost_rp", months=12)
baru.to_table(
    [
        "facility_id",
        "members",
        "relative_weight",
        "flat_pmpm_rp",
        "adjusted_pmpm_rp",
        "difference_rp",
    ]
)

# %%
gambar = baru.plot()

# %% [markdown]
# Jumlahnya tetap:

# %%
baru.frame[["flat_rp", "adjusted_rp"]].sum().round().astype(int)

# %% [markdown]
# ## Apakah itu memperbaiki?
#
# Kapitasi per kelas berasal dari biaya peserta yang sama, sehingga per umur dan jenis kelamin ia tepat dengan sendirinya. Karena itu ujiannya dibuat pada paruh FKTP yang tidak dipakai menghitungnya.

# %%
nomor = peserta["facility_id"].astype(str).str[-3:].astype(int)
belajar, uji = peserta[nomor % 2 == 0], peserta[nomor % 2 == 1]
kelas = kbk.adjusted_capitation(
    belajar, ["age_band", "sex"], datar, measure="cost_rp", months=12
).classes
bayar = uji.merge(kelas[["age_band", "sex", "class_pmpm_rp"]], on=["age_band", "sex"])
bayar["paid_rp"] = bayar["class_pmpm_rp"] * bayar["member_months"]
diuji = kbk.evaluate_payment(bayar, by=["age_band"], cluster="facility_id")
gambar = diuji.plot(kind="predictive_ratio")

# %%
lama = kbk.evaluate_payment(dibayar_datar[nomor % 2 == 1], by=["age_band"], cluster="facility_id")
kolom = ["group", "under_compensation_pmpm", "predictive_ratio"]
lama.frame[kolom].merge(diuji.frame[kolom], on="group", suffixes=("_datar", "_disesuaikan")).round(
    2
)

# %% [markdown]
# Kekurangan bayar peserta tua jauh menyusut, juga di FKTP yang tidak ikut menentukan tarifnya. Yang tersisa kebanyakan searah untuk semua umur: FKTP uji memang lebih sering dikunjungi daripada FKTP belajar, sesuatu yang tidak dapat (dan tidak boleh begitu saja) ditutup oleh umur dan jenis kelamin.
#
# ## Bila kebutuhan tidak berbeda menurut umur
#
# Peserta sintetis lain, dengan pengaruh umur nol: penyesuaian tidak mengubah apa-apa yang berarti. Cara ini tidak menciptakan perbedaan.

# %%
tanpa = kbk.synthetic_members(100_000, facilities=20, age_effect=0)
tanpa["age_band"] = pd.cut(tanpa["age_years"], batas, right=False, labels=nama).astype(str)
tanpa_beda = kbk.adjusted_capitation(tanpa, ["age_band", "sex"], datar, months=12)
bobot = {
    "kebutuhan berbeda": baru.frame["relative_weight"].agg(["min", "max"]),
    "kebutuhan sama": tanpa_beda.frame["relative_weight"].agg(["min", "max"]),
}
pd.DataFrame(bobot).round(2)

# %% [markdown]
# ## Sel yang tipis
#
# Sel kecil (satu kelompok umur di satu FKTP) banyak berubah karena kebetulan. Kredibilitas menariknya ke rate acuan, sejauh sel itu sendiri tidak cukup memberi tahu.

# %%
kredibel = kbk.credibility(peserta, ["age_band"], months=12)
tipis = kredibel.frame.sort_values("member_months").head(5)
tipis[
    [
        "facility_id",
        "age_band",
        "member_months",
        "raw_permille",
        "reference_permille",
        "z",
        "credible_permille",
    ]
].round(2)

# %% [markdown]
# ## Dalam kata-kata

# %%
print(f"{baru.narrate('id')}\n\n{sekarang.narrate('id')}")

# %% [markdown]
# ## Dari baris perintah
#
# Berkas peserta yang besar tidak perlu dimuat seluruhnya:
#
# ```
# kbk capitation anggota.parquet --by age_band,sex --months 12 --paid 6000 --reference pooled -o hasil
# ```
