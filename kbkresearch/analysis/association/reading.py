"""Columns of the data as variables with a level of measurement, read once each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from kbkresearch.analysis.columns import column, groups, level_of, numeric
from kbkresearch.errors import BadArgumentError, BadColumnError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from kbkresearch.analysis.association.model import Codes, Floats
    from kbkresearch.analysis.columns import Level


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A column, ready for tests.

    Attributes
    ----------
    name : str
    level : {"numeric", "ordinal", "nominal", "binary"}
    values : array of float, shape (n,)
        Numbers, or positions of groups in their order; NaN where missing.
    labels : tuple of str
        The groups; empty for a numeric variable.
    """

    name: str
    level: Level
    values: Floats
    labels: tuple[str, ...] = ()

    @property
    def codes(self) -> Codes:
        """Return positions of groups; only for a variable without missing values."""
        return self.values.astype(np.intp)

    @property
    def varies(self) -> bool:
        """Tell whether there is more than one value."""
        return bool(self.values.size) and bool(self.values.min() < self.values.max())

    def on(self, rows: NDArray[np.bool_]) -> Variable:
        """Return the variable on some rows, with the groups that occur there."""
        values = self.values[rows]
        if not self.labels:
            return Variable(self.name, self.level, values)
        used, codes = np.unique(values, return_inverse=True)
        labels = tuple(self.labels[int(one)] for one in used)
        return Variable(self.name, self.level, codes.astype(np.float64), labels)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The data frame, its declared levels, and the variables read so far.

    Attributes
    ----------
    data : DataFrame
    declared : mapping of str to level or to values in order
    read : dict of name to Variable
    """

    data: pd.DataFrame
    declared: Mapping[Hashable, Any]
    read: dict[Hashable, Variable] = field(default_factory=dict)

    def variable(self, name: Hashable) -> Variable:
        """Return a column as a variable.

        Parameters
        ----------
        name : hashable

        Returns
        -------
        Variable
            All rows of the data.

        Raises
        ------
        MissingColumnsError, BadArgumentError, BadColumnError
            As `kbkresearch.analysis.columns` has them; and for a column without any value.
        """
        if name not in self.read:
            self.read[name] = self._variable(name)
        return self.read[name]

    def _variable(self, name: Hashable) -> Variable:
        declared = self.declared.get(name)
        if column(self.data, name).isna().all():
            raise BadColumnError(name, "has no value at all", "Leave it out, or read it again.")
        level = level_of(self.data, name, declared)
        if level == "numeric":
            return Variable(str(name), level, numeric(self.data, name))
        order = None if declared is None or isinstance(declared, str) else declared
        found = groups(self.data, name, order)
        values = found.codes.astype(np.float64)
        values[found.codes < 0] = np.nan
        return Variable(str(name), level, values, found.labels)


def names_of(given: Hashable | Sequence[Hashable], what: str) -> tuple[Hashable, ...]:
    """Return one name or several as a tuple.

    Parameters
    ----------
    given : hashable or sequence of hashable
    what : str
        The argument, for the message.

    Returns
    -------
    tuple of hashable

    Raises
    ------
    BadArgumentError
        If there is none, or one stands twice.

    Examples
    --------
    >>> names_of("doctors", "factors"), names_of(["doctors", "members"], "factors")
    (('doctors',), ('doctors', 'members'))
    """
    names = (given,) if isinstance(given, str) else _listed(given)
    if not names:
        raise BadArgumentError(f"{what} is empty; name at least one column.")
    twice = next((one for one in names if names.count(one) > 1), None)
    if twice is not None:
        raise BadArgumentError(f"{what} names {twice!r} more than once; name it once.")
    return names


def _listed(given: Any) -> tuple[Hashable, ...]:
    return tuple(given) if np.iterable(given) else (given,)
