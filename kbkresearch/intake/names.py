"""Names: what a heading or a label printed in a file stands for in the canonical tables.

A heading is read when it says, but for case, spaces, punctuation, accents, the order of its words,
a unit or a date, what a known heading says. What only looks like one is suggested, never taken.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.intake.lexicon import CODED, STATUSES, ZONES, in_order, lexicon, undated
from kbkresearch.vocabulary import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_ORDINAL = re.compile(r"^\s*(?:[(\[]?\d{1,2}\s*[.)\]]|[a-z]\s*\))\s*(?=[^\W\d_])", re.IGNORECASE)
_NEAR, _SHORTEST = 0.84, 4
_YEARS = frozenset(("tahun", "thn", "th", "year"))
_SHAPES = {
    "phone": re.compile(r"(?:\+62\d{7,12}|(?:0|62)8\d{7,11})"),
    "nik": re.compile(r"\d{16}"),
    "card_number": re.compile(r"\d{13}"),
}
_SCALES = frozenset((
    "ribu", "ribuan", "rb", "juta", "jutaan", "jt", "miliar", "miliaran", "milyar", "milyaran",
    "thousand", "thousands", "million", "millions", "billion", "billions",
))  # fmt: skip
_THOUSANDS = frozenset(("000", "1000"))
_OF_PERSONS = frozenset(("nama", "name", "no", "nomor", "nik", "nip"))  # more words may follow
_PRINTED_UNITS = {"‰": "ratio", "%": "ratio", "Rp": "money", "per 5,000": "per_5000"}


@dataclass(frozen=True)
class Heading:
    """A heading of a file and the canonical column that it stands for.

    Attributes
    ----------
    printed : str
        The heading as it stands in the file.
    name : str or None
        The canonical column; None where the heading stands for none.
    how : {"canonical", "known", "mapped", "unit", "unknown"}
        It is the canonical name; a known heading; named by the caller's mapping; a known heading
        once the unit beside it is set aside; none of these.
    near : str or None
        For an unknown heading the canonical column that it may mean: to be asked, never taken.
    unit : str or None
        The unit printed with it, for instance ``"permille"``, ``"pct"`` or ``"rp_million"``. It
        can differ from the unit of the canonical column: the values then have to be converted.
    """

    printed: str
    name: str | None
    how: Literal["canonical", "known", "mapped", "unit", "unknown"]
    near: str | None = None
    unit: str | None = None


def _match(words: Sequence[str]) -> tuple[str | None, str | None]:
    """Return the column of a heading without brackets, and the unit at either end of it."""
    names = lexicon()
    for one in (list(words), undated(words)):
        name = names.columns.get("".join(one))
        for rest, unit in [*((one[:-k], one[-k:]) for k in (3, 2, 1)), (one[1:], one[:1])]:
            code = names.units.get("".join(unit))
            bare = names.columns.get("".join(rest))
            if bare and code and names.kinds[code] in {"ratio", "money"} and name in {None, bare}:
                return bare, code
        if name:
            return name, None
    return None, None


def _unnumbered(printed: str) -> str:
    """Return a heading without the number or letter that counts it.

    Examples
    --------
    >>> _unnumbered("1. Nama FKTP"), _unnumbered("a) AK"), _unnumbered("1.000 peserta")
    ('Nama FKTP', 'AK', '1.000 peserta')
    """
    return _ORDINAL.sub("", printed)


def _resolve(printed: str) -> tuple[str | None, str | None, list[str]]:
    """Return the column, the unit, and the words without unit and date."""
    found, bare = _resolve_whole(printed), _unnumbered(printed)
    return found if found[0] or bare == printed else _resolve_whole(bare)


def _resolve_whole(printed: str) -> tuple[str | None, str | None, list[str]]:
    """Return what `_resolve` does for a heading that is not numbered."""
    names, unit, others = lexicon(), None, []
    outside = _BRACKETS.sub(" ", printed)
    words = undated(names.words(outside))
    for inside in _BRACKETS.findall(printed):
        code = names.units.get(names.key(inside))
        unit = unit or code
        if code is None and not (_SCALES | _THOUSANDS).isdisjoint(names.words(inside)):
            return None, None, words  # by how much to multiply is not known
        if code is None and undated(names.words(inside)):
            others.append(inside)
    found = [_match(names.words(part)) for part in (outside, *others)]
    name, code = found[0]
    if any(other != name for other, _ in found):
        name, code = _match(names.words(" ".join((outside, *others))))
    if name is None:
        name, code = _match(names.words(printed))
    return name or names.shuffled.get(in_order(words)), unit or code, words


def _fits(name: str, unit: str | None) -> bool:
    """Tell whether values in a unit can be those of a column, converted or not."""
    meaning = COLUMNS[name]
    if unit is None or (meaning.kind == "number" and not meaning.unit):
        return True
    kind = lexicon().kinds[unit]
    if meaning.kind in {"text", "date", "boolean"}:
        return kind == "time"
    if meaning.unit.en in {"1–4", "1.0–4.0"}:
        return kind == "scale"
    return kind == _PRINTED_UNITS.get(meaning.unit.en, "count")


def _near(words: Sequence[str]) -> str | None:
    """Return the column that a heading may mean; failing that, the one its last words may mean."""
    known = lexicon()
    candidates = [one for one in known.columns if len(one) >= _SHORTEST]
    for start in range(max(len(words) - 1, 1)):
        key = "".join(words[start:])
        if len(key) < _SHORTEST or key in known.plain:
            return None
        found = difflib.get_close_matches(key, candidates, n=1, cutoff=_NEAR)
        if found:
            return known.columns[found[0]]
    return None


def _tidy(printed: object) -> str:
    return " ".join(str(printed).split())


def read_headings(
    printed: Sequence[str], mapping: Mapping[str, str] | None = None
) -> tuple[Heading, ...]:
    """Return what each heading stands for.

    Parameters
    ----------
    printed : sequence of str
        The headings as they stand in the file.
    mapping : mapping of str to str, optional
        Canonical names that the caller gives to headings; they go before everything known. An
        empty name says that the heading stands for no canonical column.

    Returns
    -------
    tuple of Heading
        One per heading, in order. Two headings can have the same name: see `repeated`.

    Raises
    ------
    UnknownNameError
        If the mapping names a column that does not exist.

    Examples
    --------
    >>> for one in read_headings(["PESERTA TERDAFTAR", "AK (%)", "Pesrta terdaftar"]):
    ...     print(one.name, one.how, one.near, one.unit)
    members known None None
    ak_permille unit None pct
    None unknown members None
    """
    given = {_tidy(key): name for key, name in (mapping or {}).items()}
    for name in given.values():
        if name and name not in COLUMNS:
            raise UnknownNameError("canonical column", name, COLUMNS)
    return tuple(_heading(str(one), given.get(_tidy(one))) for one in printed)


def column_of(printed: str, mapping: Mapping[str, str] | None = None) -> str | None:
    """Return the column that a heading stands for, as `read_headings` does, if it does for one.

    Examples
    --------
    >>> column_of("Diagnosa: DM"), column_of("AK (‰) Target")
    ('dm_diagnosed', None)
    """
    given = {_tidy(key): name for key, name in (mapping or {}).items()}.get(_tidy(printed))
    if given is not None:
        return given or None
    name, unit, _ = _resolve(printed)
    return printed if printed in COLUMNS else name if name and _fits(name, unit) else None


def is_year(printed: str) -> bool:
    """Tell whether a heading is that of the year of months that stand beside it."""
    words = lexicon().words(_unnumbered(printed))
    return 0 < len(words) <= len(("tahun", "kapitasi")) and words[0] in _YEARS


def is_plain(printed: str) -> bool:
    """Tell whether a heading is a known one that stands for no column, such as a running number."""
    names = lexicon()
    bare = _BRACKETS.sub(" ", _unnumbered(printed))
    return "".join(undated(names.words(bare))) in {*names.plain, ""}


def says_scale(text: str) -> bool:
    """Tell whether a text speaks of thousands or millions.

    Examples
    --------
    >>> says_scale("(dalam ribuan rupiah)"), says_scale("Angka kontak per 1000 peserta")
    (True, False)
    """
    return not _SCALES.isdisjoint(lexicon().words(text))


def _unit_in_name(column: str) -> str | None:
    """Return the unit that a canonical name ends in, if it is a ratio's."""
    unit = column.rsplit("_", 1)[-1]
    return unit if lexicon().kinds.get(unit) == "ratio" else None


def _heading(printed: str, given: str | None) -> Heading:
    name, unit, words = _resolve(printed)
    if given is not None:
        return Heading(printed, given or None, "mapped", None, unit)
    if printed in COLUMNS:
        return Heading(printed, printed, "canonical", None, _unit_in_name(printed))
    if name and _fits(name, unit):
        return Heading(printed, name, "unit" if unit else "known", None, unit)
    return Heading(printed, None, "unknown", name or _near(words), unit)


def repeated(headings: Iterable[Heading]) -> dict[str, list[str]]:
    """Return the canonical names that more than one heading has, with those headings.

    Examples
    --------
    >>> repeated(read_headings(["AK", "Angka Kontak (‰)", "RNS"]))
    {'ak_permille': ['AK', 'Angka Kontak (‰)']}
    """
    found: dict[str, list[str]] = {}
    for one in headings:
        if one.name:
            found.setdefault(one.name, []).append(one.printed)
    return {name: printed for name, printed in found.items() if len(printed) > 1}


def load_mapping(path: str | Path) -> dict[str, str]:
    """Return the names that a file gives to headings: TOML, ``[columns] "printed" = "canonical"``.

    Raises
    ------
    BadArgumentError
        If the file is not there, is no TOML or holds anything else.
    UnknownNameError
        If it names a column that does not exist.
    """
    try:
        raw = tomllib.loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise BadArgumentError(f"{path}: cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadArgumentError(f"{path}: is no TOML file: {error}.") from None
    columns = raw.get("columns")
    wrong = sorted(set(raw) - {"columns"})
    if wrong or not isinstance(columns, dict):
        found = f"unknown key {wrong[0]!r}" if wrong else "no table [columns]"
        raise BadArgumentError(f"{path}: {found}; only [columns] is allowed and it is needed.")
    for printed, name in columns.items():
        if not isinstance(name, str):
            needed = "the name of a canonical column is needed"
            raise BadArgumentError(f"{path}: columns.{printed!r}: {needed}, found {name!r}.")
        if name and name not in COLUMNS:
            kind = f"canonical column ({path}: columns.{printed!r})"
            raise UnknownNameError(kind, name, COLUMNS)
    return columns


def save_mapping(path: str | Path, headings: Iterable[Heading]) -> None:
    """Write what headings stand for, to be completed by hand and read by `load_mapping`.

    A heading without a name is written as a comment with the suggestion, if there is one.

    Raises
    ------
    BadArgumentError
        If nothing can be written there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "columns.toml"
    >>> save_mapping(path, read_headings(["RNS", "Pesrta terdaftar"]))
    >>> print(path.read_text("utf-8"), end="")
    [columns]
    "RNS" = "rrns_pct"
    # "Pesrta terdaftar" = "members"
    >>> load_mapping(path)
    {'RNS': 'rrns_pct'}
    """
    lines = ["[columns]"]
    for one in {one.printed: one for one in headings}.values():
        quoted = json.dumps(one.printed, ensure_ascii=False).replace("\x7f", "\\u007F")
        name = one.name or ("" if one.how == "mapped" else one.near or "")
        mark = "" if one.name or one.how == "mapped" else "# "
        lines.append(f'{mark}{quoted} = "{name}"')
    target = Path(path)
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_text("\n".join(lines) + "\n", "utf-8")
        beside.replace(target)
    except OSError as error:
        raise BadArgumentError(f"Cannot write {target}: {error.strerror}.") from None


def _text(cell: Any) -> str:
    """Return a cell as text; a whole number without its decimals."""
    if isinstance(cell, Real) and float(cell).is_integer() and str(cell) not in {"True", "False"}:
        return str(int(float(cell)))
    return "" if cell is None else str(cell).strip()


def read_labels(column: str, cells: Iterable[object]) -> tuple[list[str | bool | None], list[int]]:
    """Return the canonical values of a coded column, and the positions that are not known.

    Parameters
    ----------
    column : str
        ``facility_type``, ``consequence``, ``funding_model``, ``sex``, ``stage``, a zone, or
        whether a target is met (``ak_status`` …: ``"met"`` or ``"not_met"``).
    cells : iterable of object
        The cells as read.

    Returns
    -------
    values : list of str, bool or None
        None for an empty cell and for one that is not known.
    unknown : list of int
        Positions of the cells that are neither empty nor known.

    Raises
    ------
    UnknownNameError
        If the column has no codes.

    Examples
    --------
    >>> read_labels("facility_type", ["PKM", "Klinik Polri", "Dokter Gigi", None])
    (['puskesmas', 'klinik_pratama', None, None], [2])
    """
    coded = (*CODED, *ZONES, *STATUSES)
    if column not in coded:
        raise UnknownNameError("coded column", column, coded)
    kind = "zone" if column in ZONES else "status" if column in STATUSES else column
    known = lexicon().labels[kind]
    values: list[str | bool | None] = []
    unknown = []
    for position, cell in enumerate(cells):
        text = re.sub(r"^(\d+)[.,]0+$", r"\1", _text(cell))
        value = "missing" if text in {"", "-", "–", "—"} else known.get(lexicon().key(text))
        if value is None:
            unknown.append(position)
        found = None if value == "missing" else value
        values.append(found == "true" if found and column == "consequence" else found)
    return values, unknown


def allowed_labels(column: str) -> tuple[str, ...]:
    """Return the canonical values of a coded column.

    Examples
    --------
    >>> allowed_labels("funding_model")
    ('blud', 'non_blud')
    """
    found = dict.fromkeys(lexicon().labels[column].values())
    return tuple(one for one in found if one != "missing")


def person_columns(printed: Sequence[str]) -> set[int]:
    """Return the positions of the headings that identify persons.

    Examples
    --------
    >>> sorted(person_columns(["No. Kartu", "NAMA FKTP", "NIK (16 digit)", "No HP/WA kader"]))
    [0, 2, 3]
    """
    names = lexicon()

    def personal(text: str) -> bool:
        words = undated(names.words(text))
        begins = range(1, len(words)) if words and words[0] in _OF_PERSONS else ()
        parts = ("".join(words[:end]) for end in (*begins, len(words)))
        return any(names.plain.get(part) == "person" for part in parts)

    plain = [{one, _unnumbered(one)} for one in map(str, printed)]
    forms = [{*some, *(_BRACKETS.sub(" ", one) for one in some)} for some in plain]
    return {place for place, some in enumerate(forms) if any(map(personal, some))}


def looks_personal(cells: Iterable[object]) -> str | None:
    """Tell whether most cells of a column are numbers that identify a person.

    Parameters
    ----------
    cells : iterable of object
        The cells as read; empty ones do not count.

    Returns
    -------
    {"nik", "card_number", "phone"} or None
        Population number (16 digits), card number (13 digits), telephone number (+62 or 08…).

    Examples
    --------
    >>> looks_personal(["0001234567890", "0009876543210", "", "?"])
    'card_number'
    >>> looks_personal([9950, 10627])
    """
    filled = [text for text in map(_text, cells) if text and text.lower() not in {"nan", "<na>"}]
    found: Counter[str] = Counter()
    for text in filled:
        digits, dialled = re.sub(r"[\s'’`-]", "", text), re.sub(r"[\s'’`().-]", "", text)
        for kind, shape in _SHAPES.items():
            if shape.fullmatch(dialled if kind == "phone" else digits):
                found[kind] += 1
                break
    return found.most_common(1)[0][0] if 2 * sum(found.values()) > len(filled) else None
