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
# # Capaian KBK Puskesmas Kampak: apa yang dimungkinkan oleh rata-rata
#
# **Pertanyaan.** Rata-rata AK, RRNS, RPPT, dan pembayaran tercetak; bulan-bulan seperti apa yang dapat menghasilkannya?
#
# *Four printed means: which months can stand behind them?*

# %%
import kbkresearch as kbk

studi = kbk.reproduce("puskesmas-kampak-2024")
studi.summary

# %% [markdown]
# ## Tabel yang diterbitkan
#
# Empat rata-rata, seperti tercetak.

# %%
kbk.datasets.load("kampak-means")

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
# Satu bulan dengan ketiga rata-rata itu sebagai nilainya: berapa nilai capaian dan pembayarannya?

# %%
import pandas as pd

bulan = pd.DataFrame(
    {
        "facility_type": ["puskesmas"],
        "ak_permille": [82.7425],
        "rrns_pct": [0.1025],
        "rppt_pct": [2.5967],
    }
)
kbk.score(bulan)
