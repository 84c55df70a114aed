"""Names of totals and regions, each of which must pass the glance at its first letters too."""

from __future__ import annotations

import pandas as pd
import pytest

from kbkresearch.intake.totals import region_rows, total_rows

TOTALS = (
    "Grand Total", "Sub-total", "subtotal Kab. X", "Jumlah", "JML", " total", "Rata-rata", "rata 2",
    "Rerata", "Average", "Mean", "Median", "Target", "Standar", "standard", "Minimum", "min",
    "Maksimum", "max", "Simpangan  baku", "Std. Deviasi", "Semua FKTP", "Seluruh puskesmas",
    "Rata-rata / bulan", "Jumlah/bulan", "Rata - rata per FKTP", "Rata–rata perbulan",
    "Total / tahun", "Rata2/bln", "Rata-rata 12 bulan",
    "All facilities", "Se-kabupaten X", "sekota Medan", "Jumlah/Total", "Jumlah / Rata-rata",
    "Rata-rata Jan - Des", "Jumlah Jan-Des 2023", "Total Jan s/d Jun",
)  # fmt: skip
REGIONS = (
    "Kab. X", "Kabupaten Y", "Kota Medan", "Kec. A", "Kecamatan", "Prov. B", "Propinsi", "Provinsi",
    "Kantor Cabang Z", "Cabang", "KC Medan", "Wilayah I", "Kedeputian", "Indonesia", "Nasional",
)  # fmt: skip

FACILITIES = (
    "Puskesmas Target Jaya", "Klinik Mean", "0101", "Target Jaya", "Target Des Jaya",
)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "names"), [(total_rows, TOTALS), (region_rows, REGIONS)], ids=["totals", "regions"]
)
def test_names_of_sums_are_told_from_facilities(rows, names):
    table = pd.DataFrame({"facility_name": [*names, *FACILITIES]})
    assert rows(table).tolist() == [True] * len(names) + [False] * len(FACILITIES)
