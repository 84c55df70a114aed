"""Small cells made missing and marked before a table is given away; never set to zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence


def suppressed(
    frame: pd.DataFrame,
    counted: str,
    numbers: Sequence[str],
    groups: Sequence[str] = (),
    below: int = 5,
) -> pd.DataFrame:
    """Return a table whose small cells are missing, with a ``status`` that says so.

    Parameters
    ----------
    frame : DataFrame
        One row per cell.
    counted : str
        Column of counts; 1 to `below` - 1 is small. Zero is not: it tells of nobody.
    numbers : sequence of str
        Columns that are made missing.
    groups : sequence of str
        Columns within which totals are known. Where a total would tell a single hidden cell, the
        next smallest cell is hidden too.
    below : int

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"visits": [3, 0, 8, 40]})
    >>> suppressed(cells, "visits", ["visits"])["visits"].tolist()
    [nan, 0.0, nan, 40.0]
    """
    counts = frame[counted].to_numpy(float)
    small = (counts > 0) & (counts < below)
    codes = (
        pd.factorize(pd.MultiIndex.from_frame(frame[list(groups)]))[0]
        if groups
        else np.zeros(len(frame), dtype=int)
    )
    hidden = small.copy()
    for code in np.unique(codes[small]):
        others = np.flatnonzero((codes == code) & ~small & (counts > 0))
        if small[codes == code].sum() == 1 and len(others):
            hidden[others[counts[others].argmin()]] = True
    found = frame.copy()
    for name in numbers:
        found[name] = found[name].astype(float).mask(hidden)
    why = f"suppressed: fewer than {below}, or would tell one that is"
    status = found["status"] if "status" in found else pd.Series("", index=found.index)
    found["status"] = status.mask(hidden, why)
    return found
