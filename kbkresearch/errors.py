"""The errors of the package: what was wrong, where, what was found, what is allowed.

Every error that a user can cause derives from `KbkError`; the command line prints its message and
exits with status 2. The messages are part of the public interface.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class KbkError(Exception):
    """Base of every error that `kbkresearch` raises on purpose; as a string it is English."""

    def to(self, lang: str) -> str:
        """Return the message in a language, in English where there is no other.

        Parameters
        ----------
        lang : {"id", "en"}

        Returns
        -------
        str

        Examples
        --------
        >>> from kbkresearch.vocabulary import Text
        >>> BadArgumentError(Text("berkas kosong", "the file is empty")).to("id")
        'berkas kosong'
        """
        words = getattr(self.args[0], "to", None) if self.args else None
        return str(words(lang)) if words else str(self)


class UnknownNameError(KbkError, LookupError):
    """A name (rule set, study, dataset, facility type, option) that does not exist.

    Parameters
    ----------
    kind : str or Text
        What the name was meant to name, for instance ``"rule set"``.
    name : object
        The name that was given.
    choices : iterable of str
        The names that exist; the nearest ones are suggested.

    Examples
    --------
    >>> print(UnknownNameError("rule set", "kbk-2018", ["kbk-2019", "kbkp-2017"]))
    Unknown rule set 'kbk-2018'. Did you mean 'kbk-2019'? Choices: kbk-2019, kbkp-2017.
    """

    def __init__(self, kind: str, name: object, choices: Iterable[str]) -> None:
        self.kind, self.name, self.choices = kind, name, tuple(choices)
        near = difflib.get_close_matches(str(name), self.choices, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        self._near, self._listed = near, ", ".join(self.choices)
        listed = self._listed or "none"
        super().__init__(f"Unknown {kind} {name!r}.{hint} Choices: {listed}.")

    def to(self, lang: str) -> str:
        """Return the message in a language; what `kind` is may be English only."""
        kind = getattr(self.kind, "id", None)
        if lang != "id" or kind is None:
            return super().to(lang)
        hint = f" Mungkin maksud Anda {self._near[0]!r}?" if self._near else ""
        return f"Tidak ada {kind} {self.name!r}.{hint} Pilihan: {self._listed or '-'}."


class NoRulesInForceError(KbkError, LookupError):
    """No rule set covers the date that was asked for."""


class RuleFileError(KbkError, ValueError):
    """A rule file or a reform that does not hold together.

    Parameters
    ----------
    where : str
        The file and the place in it, for instance ``"kbk-2019.toml: indicators.ak.bands"``.
    problem : str
        What is wrong, with the value found and what is allowed.
    """

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"{where}: {problem}")


class MissingColumnsError(KbkError, ValueError):
    """A table that lacks the columns an operation needs.

    Parameters
    ----------
    needed : str or Text
        What is needed, in words and column names.
    found : sequence of object
        The columns that the table has.
    """

    def __init__(self, needed: object, found: Sequence[object]) -> None:
        self.needed, self.found = needed, tuple(found)
        self._listed = ", ".join(map(str, self.found))
        super().__init__(f"{needed} Columns found: {self._listed or 'none'}.")

    def to(self, lang: str) -> str:
        """Return the message in a language; what is needed may be English only."""
        needed = getattr(self.needed, "id", None)
        if lang != "id" or needed is None:
            return super().to(lang)
        return f"{needed} Kolom yang ada: {self._listed or 'tidak ada'}."


class BadRowsError(KbkError, ValueError):
    """Rows that were refused because the caller asked for an error instead of findings.

    Parameters
    ----------
    message : str
        The rows, what is wrong with each and what is allowed.
    """


class BadArgumentError(KbkError, ValueError):
    """An argument with a value that is not allowed."""


class BadColumnError(KbkError, ValueError):
    """A column whose values an analysis cannot use.

    Parameters
    ----------
    column : object
        Its name.
    problem : str
        What is wrong with it.
    todo : str
        What to do about it, as a sentence.
    rows, values : sequence of object, optional
        Labels of the rows concerned and what stands there; the first ones are shown.

    Examples
    --------
    >>> print(BadColumnError("doctors", "holds text", "Turn it into numbers.", [4, 9], ["x", "-"]))
    Column 'doctors' holds text: row 4 ('x'), row 9 ('-'). Turn it into numbers.
    """

    _SHOWN = 3

    def __init__(
        self,
        column: object,
        problem: str,
        todo: str,
        rows: Sequence[object] = (),
        values: Sequence[object] = (),
    ) -> None:
        self.column, self.rows, self.values = column, tuple(rows), tuple(values)
        shown = zip(self.rows[: self._SHOWN], self.values, strict=False)
        places = ", ".join(f"row {row} ({value!r})" for row, value in shown)
        more = len(self.rows) - self._SHOWN
        where = f": {places}" if places else ""
        rest = f" and {more} more" if more > 0 else ""
        super().__init__(f"Column {column!r} {problem}{where}{rest}. {todo}")
