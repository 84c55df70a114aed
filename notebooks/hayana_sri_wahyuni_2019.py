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
# # Kapitasi menurut umur dan jenis kelamin: Klinik Hayana dan DPP dr. Sri Wahyuni
#
# **Pertanyaan.** Berapa tarif kapitasi bila dihitung dari rate utilisasi dan biaya kunjungan per kelompok umur dan jenis kelamin, dan apa yang dapat disimpulkan darinya?
#
# *What is the capitation tariff from utilisation rates and the cost of a visit by age and sex, and what follows from it?*

# %%
import kbkresearch as kbk

studi = kbk.reproduce("hayana-sri-wahyuni-2019")
studi.summary

# %% [markdown]
# ## Tabel yang diterbitkan
#
# Peserta, kunjungan, tarif, dan dana, seperti tercetak.

# %%
peserta = kbk.datasets.load("hayana-participants")
kunjungan = kbk.datasets.load("hayana-utilisation")
dana = kbk.datasets.load("hayana-funds")
kunci = ["facility_id", "stratum_kind", "stratum"]
peserta.merge(kunjungan, on=kunci, suffixes=("_peserta", "_kunjungan")).merge(
    dana.drop(columns="members"), on=kunci
)

# %% [markdown]
# ## Penghitungan ulang

# %%
for tabel in studi.tables.values():
    display(tabel)

# %% [markdown]
# ## Yang cocok dan yang tidak
#
# Setiap pernyataan yang dapat diperiksa telah ditranskripsi dan dihitung ulang. Di bawah ini hanya
# yang bertentangan atau bermakna ganda; semuanya ada di `studi.frame`.

# %%
studi

# %% [markdown]
# ## Gambar

# %%
for nama in studi.figures:
    studi.plot(nama)

# %% [markdown]
# ## Coba sendiri
#
# Selisih antara dana yang dibayar dan biaya kunjungan tidak bergantung pada pengelompokan apa pun: jumlah atas kelompok mana pun sama dengan kunjungan × biaya.

# %%
gabungan = peserta.merge(kunjungan, on=kunci)
klinik = gabungan.query("facility_id == 'klinik-hayana' and stratum_kind == 'age_band'")
biaya = kbk.datasets.load("hayana-tariffs")["unit_cost_rp"].iloc[0]
muda = klinik["stratum"].isin(["0-4", "5-9", "10-14", "15-19"])
for kelompok in (muda, ~muda):
    bagian = klinik[kelompok]
    tarif = bagian["visits"].sum() / bagian["members"].sum() * biaya
    print(f"tarif Rp{tarif:,.0f} × {bagian['members'].sum():,} peserta")
print(f"jumlah Rp{klinik['visits'].sum() * biaya:,}")
