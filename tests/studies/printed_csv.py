"""The published tables, read without the package's reader."""

import csv

from kbkresearch import datasets


def rows(name: str) -> list[dict[str, str]]:
    with (datasets.data_dir() / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
