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
# # Nilai capaian KBK Puskesmas di Sumatera Utara, Desember 2023
#
# **Pertanyaan.** Apa yang dapat dan tidak dapat dibaca dari rata-rata nilai 2,8 dan dari kata «signifikan»?
#
# *What can and cannot be read from a mean score of 2.8 and from the word “significant”?*

# %%
import kbkresearch as kbk

studi = kbk.reproduce("north-sumatra-2023")
studi.summary

# %% [markdown]
# ## Tabel yang diterbitkan
#
# Temuan yang tercetak dalam abstrak.

# %%
kbk.datasets.load("north-sumatra-findings")

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
# Nilai 2,8 dapat berasal dari beberapa susunan rating yang sangat berbeda.

# %%
import pandas as pd

bulan = pd.DataFrame(
    {
        "facility_type": "puskesmas",
        "ak_permille": [82.7, 147.0, 160.0],
        "rrns_pct": [1.0, 2.3, 2.7],
        "rppt_pct": [6.0, 1.0, 3.5],
    }
)
kbk.score(bulan)
