"""Make the synthetic workbooks beside this file; nothing in them is real.

python make.py, with LibreOffice for the .xls and .ods and the package pyxlsbwriter (MIT licence)
for the .xlsb.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
HEADINGS = ["Kode PPK", "NAMA FKTP", "Bulan", "PESERTA TERDAFTAR", "JUMLAH KONTAK", "RRNS (%)"]


ROWS = [
    ["CAPAIAN KBK (DATA SINTETIS)"],
    [],
    HEADINGS,
    *(
        [f"0{i}U000", f"PKM SINTETIS {i}", "Jan 2023", 10_000 + i, 1_500 - i, i / 100]
        for i in range(1, 6)
    ),
    ["Jumlah", None, None, 50_015, 7_485],
    [],
    [None, None, None, "Medan, 5 Januari 2024"],
    [None, None, None, "Kepala Puskesmas"],
    [],
    [None, None, None, "dr. Sintetis"],
    [None, None, None, "NIP. 19750101 200001 1 001"],
]
ERROR = 5, 5  # row and column, from 0, of a cell that holds #DIV/0! (in the .xlsb nothing)


def main() -> None:
    target = HERE / "synthetic.xlsx"
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Januari 23")
        for place, row in enumerate(ROWS):
            sheet.write_row(place, 0, row)
        sheet.write_formula(*ERROR, "=1/0", None, "#DIV/0!")
    soffice = shutil.which("soffice")
    if soffice is None:
        raise SystemExit("LibreOffice is needed for synthetic.xls and .ods")
    for ending in ("xls", "ods"):
        command = [soffice, "--headless", "--convert-to", ending, "--outdir", HERE, target]
        subprocess.run(command, check=True, capture_output=True)
    write_xlsb(HERE / "synthetic.xlsb")


def write_xlsb(target: Path) -> None:
    from pyxlsbwriter import XlsbWriter

    rows = [[*row, *[None] * (len(HEADINGS) - len(row))] for row in ROWS]
    rows[ERROR[0]][ERROR[1]] = None
    with XlsbWriter(str(target)) as book:
        book.add_sheet("Januari 23")
        book.write_sheet(rows)


if __name__ == "__main__":
    main()
