"""The unit that an indicator column is printed in, proved by its counts or named, never guessed.

AK is meant per mil and often printed with a percent sign; a spreadsheet hands a cell formatted as a
percentage over as a share. Where counts stand beside the column they decide. Where they do not,
and more than one unit fits, the column has two readings and the reader must be told the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PER_UNIT = {"permille": 1000.0, "pct": 100.0, "share": 1.0}
UNITS = tuple(_PER_UNIT)
_UNIT_OF_SIGN = ("", "pct", "permille")  # in the order of `SIGNS`
_SIGN = {"permille": "‰", "pct": "%"}
_NAMES = {
    "permille": Text("per mil (‰)", "per mil (‰)"),
    "pct": Text("persen (%)", "per cent (%)"),
    "share": Text("proporsi (0–1)", "shares (0–1)"),
}
_WHY = {
    "counts": Text("dibuktikan cacah di sampingnya", "the counts beside it prove it"),
    "domain": Text(
        "dengan satuan lain ada nilai yang mustahil", "in another unit some value could not be"
    ),
    "asked": Text("sesuai permintaan", "as asked for"),
    "named": Text("menurut judul atau selnya", "as the heading or the cells say"),
}
_AGREE = 0.9
_TOLERANCE = 0.02
_INDICATORS = frozenset(("ak", "rrns", "rppt"))  # those whose unit can be given
_DIGITS = 10
# below it a number of at most 1 is hardly a percentage (0.1 % is one referral in a thousand)
_LEAST_PCT = {"rrns_pct": 0.1, "rppt_pct": 0.2}
# from it on it is hardly a share (0.1 is one referral in ten)
_LEAST_SHARE = {"rrns_pct": 0.1}


@dataclass(frozen=True, slots=True)
class UnitDecision:
    """The unit of an indicator column.

    Attributes
    ----------
    unit : str or None
        ``"permille"``, ``"pct"`` or ``"share"``; None if more than one fits.
    why : {"asked", "counts", "named", "domain", "open"}
        Asked for by the caller; proved by counts; named in heading or cells; the only one in which
        all values are possible; or left open.
    candidates : tuple of str
        The units that fit.
    named : str or None
        The unit named in the heading or in the cells.
    """

    unit: str | None
    why: str
    candidates: tuple[str, ...]
    named: str | None

    @property
    def contradicts(self) -> bool:
        """Return whether the unit is another than the one printed."""
        return self.unit is not None and self.named not in {None, self.unit}


def decide_unit(
    values: NDArray[np.float64],
    *,
    canonical: str,
    ratio: NDArray[np.float64] | None = None,
    named: str | None = None,
    asked: str | None = None,
) -> UnitDecision:
    """Decide the unit of an indicator column.

    Parameters
    ----------
    values : array of float, shape (n,)
        As printed; NaN where missing.
    canonical : {"permille", "pct"}
        The unit that the column has in a canonical table.
    ratio : array of float, shape (n,), optional
        The share that the counts beside it give; NaN where they do not.
    named : str, optional
        Unit named in the heading or by most cells.
    asked : str, optional
        Unit given by the caller.

    Returns
    -------
    UnitDecision

    Examples
    --------
    >>> import numpy as np
    >>> printed, contacts, members = np.array([15.0, 14.2]), np.array([150, 142]), 1000
    >>> decide_unit(printed, canonical="permille", ratio=contacts / members, named="permille")
    UnitDecision(unit='pct', why='counts', candidates=('pct',), named='permille')
    >>> decide_unit(np.array([82.7]), canonical="permille", named="pct").unit is None
    True
    """
    if asked is not None:
        return UnitDecision(asked, "asked", (asked,), named)
    if ratio is not None:
        proved = _proved(values, ratio, canonical)
        if proved is not None:
            return UnitDecision(proved, "counts", (proved,), named)
    fitting = _fitting(values, canonical, named)
    # a percent sign beside AK is a known misprint, and one of per mil beside the others may be one
    misprint = {named, canonical} == {"pct", "permille"}
    # nor does one of per mil above shares, which cells formatted as percentages are
    misprint |= named == "permille" and bool(np.nanmax(values, initial=0.0) <= 1)
    if named is not None and named in fitting and not misprint:
        return UnitDecision(named, "named", (named,), named)
    if len(fitting) == 1:
        return UnitDecision(fitting[0], "domain", fitting, named)
    return UnitDecision(None, "open", fitting, named)


def to_unit(values: NDArray[np.float64], unit: str, canonical: str) -> NDArray[np.float64]:
    """Return values in the canonical unit, without digits that only the conversion brings in.

    Examples
    --------
    >>> import numpy as np
    >>> to_unit(np.array([15.0, 14.96]), "pct", "permille")
    array([150. , 149.6])
    """
    if unit == canonical:
        return values
    converted: NDArray[np.float64] = values * (_PER_UNIT[canonical] / _PER_UNIT[unit])
    return np.round(converted, _DIGITS)


def conversion(unit: str, decision: UnitDecision, canonical: str) -> tuple[str, str]:
    """Say in Indonesian and English that a column is in another unit than is printed or usual.

    Parameters
    ----------
    unit : str
        The unit decided on.
    decision : UnitDecision
    canonical : {"permille", "pct"}
        The unit that the values are brought to.

    Returns
    -------
    tuple of str
    """
    said, now, why = _NAMES[unit], _NAMES[canonical], _WHY[decision.why]
    printed = _NAMES[decision.named] if decision.named and decision.contradicts else None
    others = (f", bukan {printed.id}", f", not as {printed.en}") if printed else ("", "")
    return (
        f"dibaca sebagai {said.id}{others[0]}: {why.id}; nilai kini dalam {now.id}",
        f"read as {said.en}{others[1]}: {why.en}; values are now in {now.en}",
    )


def open_question(name: str, decision: UnitDecision, example: float | None) -> tuple[str, str]:
    """Ask in Indonesian and English for the unit of a column, with what each would make of a value.

    Parameters
    ----------
    name : str
        The column, such as ``"ak_permille"``.
    decision : UnitDecision
        One that leaves the unit open.
    example : float, optional
        A value of the column.

    Returns
    -------
    tuple of str
    """
    short, canonical = name.split("_")
    sign = _SIGN[canonical]
    options = [f"--unit {short}={unit}" for unit in decision.candidates]

    def asked(lang: str, words: tuple[str, str, str]) -> str:
        may, both, out = words
        units = both.join(_NAMES[unit].to(lang) for unit in decision.candidates)
        shown = ""
        if example is not None:
            values = [to_unit(np.array([example]), one, canonical) for one in decision.candidates]
            read = both.join(f"{value[0]:.6g} {sign}" for value in values)
            shown = f"{example:.6g} → {read}".replace(".", "," if lang == "id" else ".")
        lines = f"{may} {units}{f' ({shown})' if shown else ''}; {out} {both.join(options)}"
        return f"{lines} (Python: units={{'{short}': …}})"

    return (
        asked("id", ("satuan dapat berarti", " atau ", "kolom dikosongkan, beri")),
        asked("en", ("the unit may be", " or ", "the column is left out, give")),
    )


def hardly_per_cent(name: str, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which ratios of at most 1 are hardly meant as percentages.

    Parameters
    ----------
    name : str
        The column, such as ``"rrns_pct"``.
    values : array of float, shape (n,)
        NaN where missing.

    Returns
    -------
    array of bool, shape (n,)

    Examples
    --------
    >>> import numpy as np
    >>> hardly_per_cent("rrns_pct", np.array([0.8, 0.01])).tolist()
    [False, True]
    >>> hardly_per_cent("infrastructure_pct", np.array([0.8])).tolist()
    [True]
    """
    with np.errstate(invalid="ignore"):
        found: NDArray[np.bool_] = values < _LEAST_PCT.get(name, np.inf)
    return found


def hardly_shares(name: str, values: NDArray[np.float64]) -> bool:
    """Tell whether ratios are too large to be shares.

    Parameters
    ----------
    name : str
        The column, such as ``"rrns_pct"``.
    values : array of float, shape (n,)
        NaN where missing.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> hardly_shares("rrns_pct", np.array([0.8, 0.0, 0.5]))
    True
    >>> hardly_shares("rrns_pct", np.array([0.008, 0.0, 0.005]))
    False
    """
    with np.errstate(invalid="ignore"):
        some = values[values > 0]
    return bool(len(some) and np.median(some) >= _LEAST_SHARE.get(name, np.inf))


def shown_as_percent(name: str, example: float, *, mixed: bool) -> tuple[str, str]:
    """Say in Indonesian and English that cells are formatted as percentages, so hold shares.

    Parameters
    ----------
    name : str
        The column, such as ``"rrns_pct"``.
    example : float
        What such a cell holds.
    mixed : bool
        Whether other cells of the column are not.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> shown_as_percent("ak_permille", 0.15, mixed=False)[1].partition("; ")[2]
    'read as shown (0.15 = 15 % = 150 ‰)'
    """
    units = dict.fromkeys(("pct", name.rsplit("_", 1)[1]))
    values = [f"{example * _PER_UNIT[unit]:.6g} {_SIGN[unit]}" for unit in units]
    equal = " = ".join([f"{example:.6g}", *values])
    if mixed:
        what = Text(
            "berformat persen, padahal sel lain di kolom ini tidak",
            "is formatted as a percentage where others in the column are not",
        )
        do = Text("; periksa satuan kolom ini", "; look at the unit of the column")
    else:
        what = Text(
            "sel-selnya berformat persen, jadi isinya proporsi",
            "its cells are formatted as percentages, so they hold shares",
        )
        do = Text("", "")
    return (
        f"{what.id}; dibaca seperti tampilannya ({equal.replace('.', ',')}){do.id}",
        f"{what.en}; read as shown ({equal}){do.en}",
    )


def perhaps_shares(name: str, example: float) -> tuple[str, str]:
    """Say in Indonesian and English that percentages of at most 1 may be shares.

    Parameters
    ----------
    name : str
        The column, such as ``"rrns_pct"``.
    example : float
        A value of the column, 1 or less.

    Returns
    -------
    tuple of str
    """
    short, canonical = name.rsplit("_", 1)
    sign = _SIGN[canonical]
    read = f"{example:.6g} {sign}"
    means = f"{example:.6g} = {example * _PER_UNIT[canonical]:.6g} {sign}"
    option = (
        (f"beri --unit {short}=share", f"give --unit {short}=share")
        if short in _INDICATORS
        else ("kalikan 100 di berkas", "multiply by 100 in the file")
    )
    kept = Text(
        f"semua nilai paling besar 1 dan dibaca apa adanya ({read})".replace(".", ","),
        f"no value is above 1, and they are read as they are ({read})",
    )
    do = Text(
        f"bila sebenarnya proporsi, {means.replace('.', ',')}: {option[0]}; bila tidak, biarkan",
        f"if they are shares, {means}: {option[1]}; if not, leave them",
    )
    return f"{kept.id}; {do.id}", f"{kept.en}; {do.en}"


def named_unit(heading: str | None, signs: NDArray[np.uint8]) -> str | None:
    """Return the unit that a heading or most of the cells name.

    Parameters
    ----------
    heading : str or None
        Unit in the heading.
    signs : uint8 array, shape (n,)
        Sign printed in each cell, by its place in `SIGNS`.

    Returns
    -------
    str or None
    """
    if heading is not None or not signs.any():
        return heading
    counts = np.bincount(signs, minlength=len(_UNIT_OF_SIGN))[1:]
    return _UNIT_OF_SIGN[1 + int(counts.argmax())]


def other_signs(
    signs: NDArray[np.uint8], values: NDArray[np.float64], unit: str
) -> NDArray[np.bool_]:
    """Return the cells that print another unit than the one of their column, if they are few.

    Parameters
    ----------
    signs : uint8 array, shape (n,)
        Sign printed in each cell, by its place in `SIGNS`.
    values : array of float, shape (n,)
        NaN where missing.
    unit : str
        Unit of the column.

    Returns
    -------
    array of bool, shape (n,)
        None where half of the cells or more print it: then it is how the column is printed.

    Examples
    --------
    >>> import numpy as np
    >>> signs = np.array([0, 1, 0], dtype=np.uint8)
    >>> other_signs(signs, np.array([151.2, 15.3, 149.0]), "permille").tolist()
    [False, True, False]
    """
    if not signs.any():
        return np.zeros(len(signs), dtype=np.bool_)
    own = _UNIT_OF_SIGN.index(unit) if unit in _UNIT_OF_SIGN else 0
    odd = (signs > 0) & (signs != own) & np.isfinite(values)
    few = 2 * odd.sum() < np.isfinite(values).sum()
    return odd if few else np.zeros(len(signs), dtype=np.bool_)


def _proved(values: NDArray[np.float64], ratio: NDArray[np.float64], canonical: str) -> str | None:
    """Return the unit in which nearly all values agree with the counts: there is one at most."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        times = values / ratio
    times = times[np.isfinite(times) & (times > 0)]
    for unit in sorted(UNITS, key=lambda one: one != canonical):
        per = _PER_UNIT[unit]
        if len(times) and np.mean(np.abs(times - per) <= _TOLERANCE * per) >= _AGREE:
            return unit
    return None


def _fitting(values: NDArray[np.float64], canonical: str, named: str | None) -> tuple[str, ...]:
    """Return the units in which every value is possible."""
    highest = np.nanmax(values, initial=0.0)
    units = UNITS if "permille" in {canonical, named} else ("pct", "share")
    fitting = tuple(unit for unit in units if highest <= _PER_UNIT[unit])
    return fitting or (canonical,)
