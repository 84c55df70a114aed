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
# # Aturan KBK dalam dokumen Puskesmas Pasawahan
#
# **Pertanyaan.** Apakah tabel pita, bobot, pembayaran, dan standar tenaga yang tercetak konsisten dengan dirinya sendiri?
#
# *Are the printed tables of bands, weights, payments and staffing consistent in themselves?*

# %%
import kbkresearch as kbk

studi = kbk.reproduce("puskesmas-pasawahan")
studi.summary

# %% [markdown]
# ## Tabel yang diterbitkan
#
# Pita penilaian dan standar ketenagaan, seperti tercetak.

# %%
kbk.datasets.load("pasawahan-bands")

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
# Aturan yang dipakai paket ini, setiap nilai dengan sumber dan statusnya:

# %%
kbk.rules("kbk-2019").describe("id")
