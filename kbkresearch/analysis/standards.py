"""Standards of the law as the analyses use them: the document, its names, its remarks."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from kbkresearch.errors import BadArgumentError, UnknownNameError
from kbkresearch.regulation.registry import rules
from kbkresearch.regulation.values import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kbkresearch.vocabulary import Text

_WORD = re.compile(r"[^\W\d_]+")
_BRACKETS = re.compile(r"\([^()]*\)")


def standard_document(standard: str | Document, part: str) -> Document:
    """Return a norm that has a part.

    Parameters
    ----------
    standard : str or Document
        An id such as ``"puskesmas-standards-2019"``, or a document, reformed or not.
    part : str
        For instance ``"rooms"``.

    Returns
    -------
    Document

    Raises
    ------
    UnknownNameError
        For another id.
    BadArgumentError
        For a document without the part.
    """
    found = rules(standard) if isinstance(standard, str) else standard
    if not isinstance(found, Document) or not any(
        f"{p}.".startswith(f"values.{part}.") for p in found.values
    ):
        name = getattr(found, "id", repr(found))
        raise BadArgumentError(f"{name} holds no standard of {part}.")
    return found


def remarks(document: Document, part: str) -> tuple[Text, ...]:
    """Return what a document says about how a part of it is to be read."""
    start = f"definitions.{part}"
    return tuple(one.value for path, one in document.values.items() if path.startswith(start))


def key(text: object) -> str:
    """Return what two names share that differ only in case, accents, numbers and punctuation.

    Examples
    --------
    >>> key("4. Ruang KIA, KB, dan Imunisasi") == key("ruang KIA KB dan imunisasi")
    True
    """
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    bare = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(_WORD.findall(bare))


def keys_of(names: Iterable[str]) -> set[str]:
    """Return the keys under which a thing of several names is found, brackets kept and left out."""
    return {key(form) for name in names for form in (name, _BRACKETS.sub(" ", name))} - {""}


def lookup(text: object, known: Mapping[str, int], kind: str, choices: Iterable[str]) -> int:
    """Return the position of a name, or raise naming the near ones.

    Parameters
    ----------
    text : object
        The name as written.
    known : mapping of str to int
        Positions by `key`.
    kind : str
        What the name is meant to name, for the message.
    choices : iterable of str
        The names that exist.

    Returns
    -------
    int

    Raises
    ------
    UnknownNameError
    """
    found = known.get(key(text))
    if found is None:
        raise UnknownNameError(kind, text, choices)
    return found
