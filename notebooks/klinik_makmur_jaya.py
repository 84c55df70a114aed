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
# # RRNS dan RPPT di Klinik Pratama Makmur Jaya
#
# **Pertanyaan.** Dua dari tiga indikator tidak tercapai: apa akibatnya bagi nilai dan pembayaran, dan apa yang tidak dapat diketahui dari dokumennya?
#
# *Two of three indicators missed: what follows for score and payment, and what cannot be known?*

# %%
import kbkresearch as kbk

studi = kbk.reproduce("klinik-makmur-jaya")
studi.summary

# %% [markdown]
# ## Tabel yang diterbitkan
#
# Target seperti tercetak, dalam dua bahasa, dan hambatan yang dilaporkan.

# %%
kbk.datasets.load("makmur-jaya-targets")

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
# Pada batasnya, 150‰, 2%, dan 5% mencapai target:

# %%
import pandas as pd

batas = pd.DataFrame({"ak_permille": [150, 149.99], "rrns_pct": [2, 2.01], "rppt_pct": [5, 4.99]})
kbk.score(batas, facility_type="klinik_pratama")
