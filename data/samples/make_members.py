"""Write a file of synthetic members: python data/samples/make_members.py [FILE.parquet]."""

from __future__ import annotations

import sys

import kbkresearch as kbk

DEFAULT = "synthetic-members.parquet"


def main(path: str) -> None:
    """Write about 300,000 members of 40 facilities; nobody in them exists."""
    members = kbk.synthetic_members()
    members.assign(facility_id=members["facility_id"].astype(str)).to_parquet(path)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else DEFAULT)
