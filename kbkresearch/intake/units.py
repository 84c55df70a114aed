"""The unit that an indicator column is printed in, proved by its counts or named, never guessed.

AK is meant per mil and often printed with a percent sign; a spreadsheet hands a cell formatted as a
percentage over as a share. Where counts stand beside the column they decide. Where they do not,
and more than one unit fits, the column has two readings and the reader must be told the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PER_UNIT = {"permille": 1000.0, "pct": 100.0, "share": 1.0}
UNITS = tuple(_PER_UNIT)
_UNIT_OF_SIGN = ("", "pct", "permille")  # in the order of `SIGNS`
_AGREE = 0.9
_TOLERANCE = 0.02


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
    fitting = _fitting(values, canonical)
    # a percent sign beside AK is a known misprint, so it does not settle the unit
    if named is not None and named in fitting and not (named == "pct" and canonical == "permille"):
        return UnitDecision(named, "named", (named,), named)
    if len(fitting) == 1:
        return UnitDecision(fitting[0], "domain", fitting, named)
    return UnitDecision(None, "open", fitting, named)


def to_unit(values: NDArray[np.float64], unit: str, canonical: str) -> NDArray[np.float64]:
    """Return values in the canonical unit.

    Examples
    --------
    >>> import numpy as np
    >>> to_unit(np.array([15.0]), "pct", "permille")
    array([150.])
    """
    if unit == canonical:
        return values
    return values * (_PER_UNIT[canonical] / _PER_UNIT[unit])


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


def _fitting(values: NDArray[np.float64], canonical: str) -> tuple[str, ...]:
    """Return the units in which every value is possible."""
    highest = np.nanmax(values, initial=0.0)
    units = UNITS if canonical == "permille" else ("pct", "share")
    fitting = tuple(unit for unit in units if highest <= _PER_UNIT[unit])
    return fitting or (canonical,)
