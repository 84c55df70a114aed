"""Published studies: what they print, recomputed, and whether the two agree.

One folder per study. ``study.toml`` transcribes what the document states, ``recompute.py``
recomputes it from the published tables in ``data/`` and the dated rules.
"""

from __future__ import annotations

import builtins
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from kbkresearch.studies.model import StudyResult

__all__ = ["ids", "list", "reproduce"]


@cache
def ids() -> tuple[str, ...]:
    """Return the names of the studies.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> ids()
    ('hayana-sri-wahyuni-2019', 'klinik-makmur-jaya', 'north-sumatra-2023',
     'puskesmas-kampak-2024', 'puskesmas-pasawahan')
    """
    folder = resources.files("kbkresearch.studies")
    found = [
        entry.name.replace("_", "-")
        for entry in folder.iterdir()
        if entry.is_dir() and entry.joinpath("study.toml").is_file()
    ]
    return tuple(sorted(found))


def list() -> pd.DataFrame:  # noqa: A001 - kbk.studies.list() reads as it should
    """Return the studies: id, title, citation and number of checks by verdict.

    Returns
    -------
    DataFrame
        One row per study.
    """
    import pandas as pd

    results = [reproduce(study) for study in ids()]
    return pd.DataFrame(
        [
            {"id": one.id, "title": one.heading.id, "citation": one.citation, **one.summary}
            for one in results
        ]
    )


@cache
def reproduce(study: str) -> StudyResult:
    """Recompute a published study and say what agrees and what does not.

    Parameters
    ----------
    study : str
        One of `ids`.

    Returns
    -------
    StudyResult

    Raises
    ------
    UnknownNameError
        Naming the studies that exist.
    """
    if study not in ids():
        raise UnknownNameError("study", study, builtins.list(ids()))
    from kbkresearch.studies.audit import audit

    return audit(study.replace("-", "_"))
