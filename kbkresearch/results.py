"""What every analysis returns, and the one table model that everything printed goes through.

A `Result` holds a tidy data frame and notes. `Result.to_table` turns it into a `Table`: titled,
labelled in Indonesian and English, with notes and a source line. Renderers (HTML, Markdown, xlsx,
CSV) live in `kbkresearch.reporting`, which is reached from here through `_reporting` only, when a
table is shown or saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kbkresearch.vocabulary import Kind, Text, check_lang, label, meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import ModuleType

    import pandas as pd
    from matplotlib.axes import Axes

SYNTHETIC = "synthetic"
_SYNTHETIC_IDS, _LOOKED_AT = "SYN-", 1000
_ID_COLUMNS = ("facility_id", "member_id", "group", "stratum")
_SYNTHETIC_MARK = Text("DATA SINTETIS", "SYNTHETIC DATA")


def is_synthetic(frame: pd.DataFrame) -> bool:
    """Tell whether data say that they are made up: by ``attrs`` or by identifiers ``SYN-…``.

    Parameters
    ----------
    frame : DataFrame

    Returns
    -------
    bool

    Examples
    --------
    >>> import pandas as pd
    >>> is_synthetic(pd.DataFrame({"facility_id": ["SYN-F001"]}))
    True
    """
    if frame.attrs.get(SYNTHETIC):
        return True
    ids = (frame[name].head(_LOOKED_AT).unique() for name in _ID_COLUMNS if name in frame)
    return any(str(value).startswith(_SYNTHETIC_IDS) for one in ids for value in one)


def marked(frame: pd.DataFrame, *, synthetic: bool) -> pd.DataFrame:
    """Return a frame that says of itself whether it is of synthetic data."""
    found = frame.copy(deep=False)
    found.attrs = {**frame.attrs, SYNTHETIC: True} if synthetic else dict(frame.attrs)
    return found


def marked_title(title: Text, *, synthetic: bool) -> Text:
    """Return a title that says so where the data are synthetic.

    Examples
    --------
    >>> marked_title(Text("Tarif", "Tariffs"), synthetic=True).en
    'Tariffs [SYNTHETIC DATA]'
    """
    if not synthetic:
        return title
    return Text(f"{title.id} [{_SYNTHETIC_MARK.id}]", f"{title.en} [{_SYNTHETIC_MARK.en}]")


def _reporting() -> ModuleType:
    """Return the renderers; imported here only, and only when something is shown or saved."""
    from kbkresearch import reporting

    return reporting


def source_line(ax: Axes, text: Text, lang: str) -> None:
    """Write where the numbers of a figure come from, under it.

    Parameters
    ----------
    ax : Axes
    text : Text
    lang : {"id", "en"}
    """
    _reporting().source_line(ax, text, lang)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a `Table`.

    Attributes
    ----------
    key : str
        Name of the column in the table's frame.
    label : Text
        Heading, with its unit.
    kind : {"text", "integer", "number", "p_value", "rupiah", "date", "boolean"}
        How values are shown; a number stays a number in xlsx.
    decimals : int
        Decimals shown, for ``kind="number"`` and ``"p_value"``.
    spanner : Text or None
        Heading above several neighbouring columns.
    """

    key: str
    label: Text
    kind: Kind = "text"
    decimals: int = 0
    spanner: Text | None = None


@dataclass(frozen=True)
class Table:
    """A table for people: what is shown, under which headings, with which notes and source.

    Attributes
    ----------
    name : str
        Short name, used for file names.
    title : Text
        Title, without a number.
    columns : tuple of Column
        Columns shown, in order.
    frame : DataFrame
        The values, one row per table row; columns not named in `columns` are not shown.
    notes : tuple of Text
        Lines under the table.
    source : Text
        Where the numbers come from.
    """

    name: str
    title: Text
    columns: tuple[Column, ...]
    frame: pd.DataFrame = field(repr=False)
    notes: tuple[Text, ...] = ()
    source: Text = field(default=Text("", ""))

    def to_html(self, lang: str = "id") -> str:
        """Return the table as an HTML fragment.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of headings, notes and numbers.

        Returns
        -------
        str
        """
        return str(_reporting().table_html(self, lang))

    def to_markdown(self, lang: str = "id") -> str:
        """Return the table as a Markdown pipe table with title, notes and source."""
        return str(_reporting().table_markdown(self, lang))

    def save(self, path: str | Path, lang: str = "id") -> Path:
        """Write the table to a file; the ending decides the format.

        Parameters
        ----------
        path : str or Path
            Ends in ``.html``, ``.md``, ``.xlsx`` or ``.csv``.
        lang : {"id", "en"}
            Language.

        Returns
        -------
        Path
            The file written. It is complete or not there: the table is written beside it first.

        Raises
        ------
        UnknownNameError
            For another ending.
        """
        written: Path = _reporting().save_tables([self], path, lang)
        return written

    def _repr_html_(self) -> str:
        return self.to_html()


def columns_of(frame: pd.DataFrame, labels: Mapping[str, Text] | None = None) -> tuple[Column, ...]:
    """Describe the columns of a frame, from the vocabulary where it knows them.

    Parameters
    ----------
    frame : DataFrame
        The values.
    labels : mapping of str to Text, optional
        Headings for columns that the vocabulary does not know, or to be worded otherwise.

    Returns
    -------
    tuple of Column
    """
    labels = labels or {}

    def describe(key: Any) -> Column:
        name = str(key)
        heading = labels.get(name) or Text(label(name, unit=True), label(name, "en", unit=True))
        meaning = meaning_of(name)
        if meaning is not None:
            return Column(key, heading, meaning.kind, meaning.decimals)
        return Column(key, heading, *_shape(frame[key]))

    return tuple(describe(key) for key in frame.columns)


def _shape(values: pd.Series) -> tuple[Kind, int]:
    from pandas.api import types

    if types.is_bool_dtype(values):
        return "boolean", 0
    if types.is_integer_dtype(values):
        return "integer", 0
    if types.is_numeric_dtype(values):
        return "number", 2
    if types.is_datetime64_any_dtype(values):
        return "date", 0
    return "text", 0


@dataclass(frozen=True)
class Result:
    """Base of every result: a tidy frame, notes on what was assumed, and how to show it.

    Attributes
    ----------
    frame : DataFrame
        One row per test, term, rule value or check.
    notes : tuple of Text
        What a reader must know: assumptions, methods, statuses that are not verified.
    """

    frame: pd.DataFrame = field(repr=False)
    notes: tuple[Text, ...]

    @property
    def title(self) -> Text:
        """Return the title under which the result is shown."""
        return Text(type(self).__name__, type(self).__name__)

    @property
    def source(self) -> Text:
        """Return the source line."""
        return Text("", "")

    @property
    def is_synthetic(self) -> bool:
        """Return whether the data say that they are made up."""
        return is_synthetic(self.frame)

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the result as a `Table`.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        shown = self.frame if columns is None else self.frame[list(columns)]
        name = type(self).__name__.lower()
        title = marked_title(self.title, synthetic=self.is_synthetic)
        return Table(name, title, columns_of(shown), shown, self.notes, self.source)

    def _repr_html_(self) -> str:
        return self.to_table().to_html()


@dataclass(frozen=True)
class ShownResult(Result):
    """A result that can be drawn and put into words."""

    def to_table(self, columns: Iterable[str] | None = None) -> Table:
        """Return the result as a `Table`, its groups and strata in the words of each language.

        Parameters
        ----------
        columns : iterable of str, optional
            Columns of `frame` to show; all by default.

        Returns
        -------
        Table
        """
        table: Table = _reporting().tables_of(self)[0]
        if columns is None:
            return table
        known = {one.key: one for one in table.columns}
        return replace(table, columns=tuple(known[name] for name in columns))

    def plot(self, ax: Axes | None = None, lang: str = "id", kind: str | None = None) -> Axes:
        """Draw the result.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        lang : {"id", "en"}
        kind : str, optional
            Which of its figures; the first by default.

        Returns
        -------
        Axes

        Raises
        ------
        UnknownNameError
            For a kind of figure that the result does not have, naming those that it has.
        """
        check_lang(lang)
        drawn: Axes = _reporting().plot_result(self, ax, lang, kind)
        return drawn

    def narrate(self, lang: str = "id") -> str:
        """Return the result as a short text.

        Parameters
        ----------
        lang : {"id", "en"}

        Returns
        -------
        str
            One paragraph per line.
        """
        return str(_reporting().narrate_result(self, check_lang(lang)))
