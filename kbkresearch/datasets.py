"""The published tables that the package carries, as they were printed.

The tables are CSV files beside a Data Package descriptor (``datapackage.json``), which says what
each column is, where the table comes from and which misprints are known. This module adds nothing
to them: no name, type or source of a dataset stands in the code.
"""

from __future__ import annotations

import copy
import csv
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kbkresearch.errors import KbkError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["data_dir", "describe", "list", "load"]

_DESCRIPTOR = "datapackage.json"


def data_dir() -> Path:
    """Find the directory of the published tables.

    An installed package carries it inside itself; in a checkout it stands beside the package.

    Returns
    -------
    pathlib.Path
        The directory that holds ``datapackage.json`` and the CSV files.

    Raises
    ------
    KbkError
        If neither place holds the descriptor: an incomplete installation.

    Examples
    --------
    >>> from kbkresearch import datasets
    >>> (datasets.data_dir() / "datapackage.json").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    places = (package / "_data", package.parent / "data")
    for place in places:
        if (place / _DESCRIPTOR).is_file():
            return place
    looked = " and ".join(map(str, places))
    raise KbkError(f"The published tables are missing: no {_DESCRIPTOR} in {looked}. Reinstall.")


def list() -> pd.DataFrame:  # noqa: A001 - read as `datasets.list()`
    """List the published tables.

    Returns
    -------
    pandas.DataFrame
        One row per dataset: ``name``, ``title``, ``rows`` (number of rows), ``source`` (document
        and table).

    Examples
    --------
    >>> from kbkresearch import datasets
    >>> datasets.list().set_index("name").loc["hayana-rates", "rows"].item()
    32
    """
    import pandas as pd

    names = [*_resources()]
    return pd.DataFrame(
        {
            "name": names,
            "title": [_resources()[name]["title"] for name in names],
            "rows": [_count_rows(_path(name)) for name in names],
            "source": [_cite(_resources()[name]["source"]) for name in names],
        }
    )


def describe(name: str) -> dict[str, Any]:
    """Describe one dataset: its descriptor in the Data Package.

    Parameters
    ----------
    name : str
        Name of the dataset, as `list` gives it.

    Returns
    -------
    dict
        Title (``title`` English, ``title_id`` Indonesian), description, source, notes on known
        misprints, and the schema with the unit of each column. A copy: changing it changes nothing.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.

    Examples
    --------
    >>> from kbkresearch import datasets
    >>> [field["name"] for field in datasets.describe("hayana-rates")["schema"]["fields"]]
    ['facility_id', 'stratum_kind', 'stratum', 'rate_permille']
    """
    return copy.deepcopy(_resource(name))


def load(name: str) -> pd.DataFrame:
    """Load one published table, exactly as it was printed.

    Parameters
    ----------
    name : str
        Name of the dataset, as `list` gives it.

    Returns
    -------
    pandas.DataFrame
        The rows in printed order, with the types of the descriptor: ``int64`` (``Int64`` where a
        cell may be empty), ``float64``, and text. ``attrs`` holds ``name``, ``title``, ``source``
        and ``notes``.

    Raises
    ------
    UnknownNameError
        If there is no such dataset.

    Examples
    --------
    >>> from kbkresearch import datasets
    >>> bands = datasets.load("pasawahan-bands")
    >>> bands.loc[bands["indicator"] == "ak", "band_printed"].tolist()
    ['≥ 150%', '> 145% - < 150%', '> 140% - 145%', '> 140%']
    >>> bands.attrs["source"]["table"]
    'Tabel 2. 3'
    """
    import pandas as pd

    resource = _resource(name)
    schema = resource["schema"]
    frame = pd.read_csv(
        _path(name),
        encoding=resource["encoding"],
        dtype={field["name"]: _dtype(field) for field in schema["fields"]},
        keep_default_na=False,
        na_values=schema["missingValues"],
    )
    frame.attrs = copy.deepcopy(
        {key: resource[key] for key in ("name", "title", "source", "notes")}
    )
    return frame


@functools.cache
def _resources() -> dict[str, dict[str, Any]]:
    package = json.loads((data_dir() / _DESCRIPTOR).read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def _resource(name: str) -> dict[str, Any]:
    try:
        return _resources()[name]
    except (KeyError, TypeError):
        raise UnknownNameError("dataset", name, _resources()) from None


def _path(name: str) -> Path:
    return data_dir() / str(_resources()[name]["path"])


def _count_rows(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines)) - 1


def _cite(source: dict[str, str | None]) -> str:
    return ", ".join(filter(None, (source["document"], source["table"] or source["section"])))


def _dtype(field: dict[str, Any]) -> str:
    if field["type"] == "integer":
        return "int64" if field.get("constraints", {}).get("required") else "Int64"
    return {"number": "float64"}.get(field["type"], "str")
