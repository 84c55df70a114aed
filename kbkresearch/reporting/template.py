"""An empty workbook to fill: drop-down choices, units in the headings, help in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kbkresearch.errors import UnknownNameError
from kbkresearch.intake.rows import EXAMPLE
from kbkresearch.reporting.files import replacing
from kbkresearch.vocabulary import COLUMNS, FACILITY_TYPES, Text, label

if TYPE_CHECKING:
    from pathlib import Path

_ROWS = 2_000
_LINE, _HELP_WIDTH = 15, 70
_FIELDS: dict[str, Any] = {
    "facility_id": EXAMPLE,
    "facility_name": "Puskesmas Contoh",
    "facility_type": "puskesmas",
    "month": "2023-12",
    "members": 10_000,
    "contacts": 1_520,
    "referrals": 100,
    "nonspecialist_referrals": 2,
    "dm_diagnosed": 120,
    "dm_controlled": 7,
    "ht_diagnosed": 300,
    "ht_controlled": 16,
    "consequence": "ya",
    "tariff_rp": 6_000,
}
_CHOICES = {"facility_type": list(FACILITY_TYPES), "consequence": ["ya", "tidak"]}
_WORDS = {
    "facility_id": Text("kode FKTP menurut BPJS", "code of the facility given by BPJS"),
    "facility_name": Text("nama; boleh dikosongkan", "name; may stay blank"),
    "facility_type": Text("pilih dari daftar", "choose from the list"),
    "month": Text("bulan pelayanan, seperti 2023-12", "month of service, as 2023-12"),
    "members": Text("terdaftar di FKTP pada bulan itu", "registered there in that month"),
    "contacts": Text(
        "orang (bukan kunjungan) yang kontak sekali atau lebih",
        "persons (not visits) with one contact or more",
    ),
    "referrals": Text("semua rujukan ke rumah sakit", "all referrals to hospitals"),
    "nonspecialist_referrals": Text(
        "di antaranya dengan diagnosis nonspesialistik tanpa TACC",
        "those of them with a non-specialist diagnosis and no TACC",
    ),
    "dm_diagnosed": Text("semua peserta dengan DM tipe 2", "all members with type 2 diabetes"),
    "dm_controlled": Text("peserta Prolanis, terkendali", "members in Prolanis, controlled"),
    "ht_diagnosed": Text("semua peserta dengan hipertensi", "all members with hypertension"),
    "ht_controlled": Text("peserta Prolanis, terkendali", "members in Prolanis, controlled"),
    "consequence": Text(
        "apakah nilai mengubah pembayaran", "whether the score changes the payment"
    ),
    "tariff_rp": Text("rupiah per peserta per bulan", "rupiah per member per month"),
}
_HELP = (
    Text(
        "Satu baris per FKTP dan bulan. Ganti baris contoh; jangan ubah baris judul.",
        "One row per facility and month. Replace the example row; leave the headings as they are.",
    ),
    Text(
        "Isi cacah sebagai bilangan bulat; yang tidak diketahui dikosongkan, bukan 0.",
        "Give counts as whole numbers; what is not known stays blank, it is not 0.",
    ),
    Text(
        "Bulan ditulis seperti 2023-12. Lalu jalankan: kbk score kbk.xlsx -o hasil.xlsx",
        "Write months as 2023-12. Then run: kbk score kbk.xlsx -o result.xlsx",
    ),
)


def write_template(path: str | Path) -> Path:
    """Write an empty workbook for facility-months.

    Parameters
    ----------
    path : str or Path
        Ends in ``.xlsx``.

    Returns
    -------
    Path

    Raises
    ------
    UnknownNameError
        For another ending.
    """
    from pathlib import Path

    import xlsxwriter

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise UnknownNameError("file ending", target.suffix, [".xlsx"])
    with replacing(target) as beside, xlsxwriter.Workbook(str(beside)) as book:
        _data_sheet(book)
        _help_sheet(book)
    return target


def _data_sheet(book: Any) -> None:
    sheet = book.add_worksheet("data")
    head = book.add_format(
        {"bold": True, "text_wrap": True, "bottom": 1, "valign": "top", "bg_color": "#E8EDF2"}
    )
    faint = {"italic": True, "font_color": "#777777"}
    # else a spreadsheet takes the zero from the code 02050012, and "Jan 23" for a day of this year
    typed, typed_example = (book.add_format({"num_format": "@"} | one) for one in ({}, faint))
    example = book.add_format(faint)
    sheet.freeze_panes(1, 2)
    _one_page(sheet)
    sheet.set_row(0, 3 * _LINE)
    for place, (name, value) in enumerate(_FIELDS.items()):
        text = label(name, "id", unit=True)
        sheet.write_string(0, place, text, head)
        as_text = COLUMNS[name].kind in {"text", "date"}
        sheet.set_column(place, place, max(18, len(text) // 2 + 4), typed if as_text else None)
        if isinstance(value, str):
            sheet.write_string(1, place, value, typed_example if as_text else example)
        else:
            sheet.write_number(1, place, value, example)
        if name in _CHOICES:
            choices = {"validate": "list", "source": _CHOICES[name]}
            sheet.data_validation(1, place, _ROWS, place, choices)
        elif COLUMNS[name].kind in {"integer", "rupiah"}:
            rule = {
                "validate": "integer",
                "criteria": ">=",
                "value": 0,
                "error_title": "kbk",
                "error_message": "Bilangan bulat, 0 atau lebih / whole number, 0 or more",
            }
            sheet.data_validation(1, place, _ROWS, place, rule)


def _help_sheet(book: Any) -> None:
    sheet = book.add_worksheet("petunjuk - help")
    wrap = book.add_format({"text_wrap": True, "valign": "top", "indent": 1, "align": "left"})
    sheet.set_column(0, 1, _HELP_WIDTH, wrap)
    _one_page(sheet)
    lines = [*_HELP, Text("", ""), *map(_explained, _FIELDS)]
    for line, text in enumerate(lines):
        longest = max(len(text.id), len(text.en))
        sheet.set_row(line, _LINE * max(1, -(-longest // (_HELP_WIDTH - 6))))
        sheet.write_string(line, 0, text.id, wrap)
        sheet.write_string(line, 1, text.en, wrap)


def _explained(name: str) -> Text:
    """Return what a column asks for; worded so that no line reads as the headings of a table."""
    choices = f" ({', '.join(_CHOICES[name])})" if name in _CHOICES else ""
    words = _WORDS[name]
    return Text(
        f"kolom {label(name, 'id', unit=True)}: {words.id}{choices}",
        f"column {label(name, 'en', unit=True)}: {words.en}{choices}",
    )


def _one_page(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
