"""How long a user waits: wall times of the import and of commands, in fresh processes.

uv run python benchmarks/startup.py [--runs 5]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

KBK = str(Path(sys.executable).with_name("kbk"))
COMMANDS = {
    "python, nothing imported": [sys.executable, "-c", "pass"],
    "import kbkresearch": [sys.executable, "-c", "import kbkresearch"],
    "import numpy, pandas": [sys.executable, "-c", "import numpy, pandas"],
    "kbk --help": [KBK, "--help"],
    "kbk rules list": [KBK, "rules", "list"],
    "kbk reproduce": [KBK, "reproduce"],
}


def timed(command: list[str]) -> tuple[float, str]:
    """Run a command in an empty folder; return seconds, and what it said if it failed."""
    with tempfile.TemporaryDirectory() as folder:
        start = perf_counter()
        try:
            done = subprocess.run(  # noqa: S603 - the commands above
                command, cwd=folder, capture_output=True, text=True, check=False
            )
        except OSError as error:
            return perf_counter() - start, str(error)
        seconds = perf_counter() - start
    said = (done.stderr or done.stdout).strip().splitlines()
    return seconds, "" if done.returncode == 0 else f"exit {done.returncode}: {said[-1:]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print(f"| command, {runs} runs | best s | median s | |")
    print("|---|---:|---:|---|")
    for name, command in COMMANDS.items():
        times, said = zip(*(timed(command) for _ in range(runs)), strict=True)
        print(f"| {name} | {min(times):.3f} | {statistics.median(times):.3f} | {max(said)} |")


if __name__ == "__main__":
    main()
