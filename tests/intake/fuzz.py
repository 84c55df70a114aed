"""Damaged files by the thousand: each is read or refused, in little time and memory.

Run as a script it reads the damaged files of some seeds in a process of its own, whose memory is
limited and which ends when one file takes too long, and prints one line of JSON for each:
``python tests/intake/fuzz.py FIRST LAST FOLDER``. The parent names the file on which it ended.
"""

from __future__ import annotations

import io
import json
import resource
import signal
import sys
import time
import traceback
import warnings
import zipfile
from pathlib import Path

import numpy as np

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
MOST_SECONDS = 20
MOST_MEMORY = 4 << 30
ZIPPED = {".xlsx", ".xlsb", ".ods"}


def files() -> list[Path]:
    return sorted(path for path in SAMPLES.iterdir() if path.suffix != ".md")


# kinds of damage: bytes and a generator in, bytes out


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), int(rng.geometric(0.2))):
        changed[place] ^= 1 << int(rng.integers(0, 8))
    return bytes(changed)


def set_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    for place in rng.integers(0, len(data), int(rng.geometric(0.2))):
        changed[place] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF, rng.integers(0, 256)]))
    return bytes(changed)


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(0, len(data)))]


def chunk(data: bytes, rng: np.random.Generator) -> slice:
    start = int(rng.integers(0, len(data)))
    return slice(start, start + int(rng.integers(1, 1 + len(data) // 3)))


def duplicate_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    part, place = data[chunk(data, rng)], int(rng.integers(0, len(data)))
    return data[:place] + part * int(rng.integers(1, 4)) + data[place:]


def drop_chunk(data: bytes, rng: np.random.Generator) -> bytes:
    part = chunk(data, rng)
    return data[: part.start] + data[part.stop :]


def zero_run(data: bytes, rng: np.random.Generator) -> bytes:
    part = chunk(data, rng)
    return data[: part.start] + bytes(len(data[part])) + data[part.stop :]


def swap_halves(data: bytes, rng: np.random.Generator) -> bytes:
    place = int(rng.integers(0, len(data)))
    return data[place:] + data[:place]


TOKENS = (
    b"NaN", b"-1", b"1e308", b"99999999999999999999", b"\xff\xfe", b'"', b";", b"\t", b"\r\n",
    b"</row>", b"<row>", b't="s"', b't="e"', b'r="XFD1048576"', b"&amp;", b"&#0;", b"\0", b"=1+1",
    b"CONTOH", b"Jumlah", b"\xe2\x80\xb0", b"%", b"'",
)  # fmt: skip


def splice_tokens(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.integers(1, 9))):
        place, token = int(rng.integers(0, len(data))), TOKENS[int(rng.integers(0, len(TOKENS)))]
        data = data[:place] + token + data[place + int(rng.integers(0, 1 + len(token))) :]
    return data


DAMAGE = (
    flip_bits, set_bytes, truncate, duplicate_chunk, drop_chunk, zero_run, swap_halves,
    splice_tokens,
)  # fmt: skip


def inside_zip(data: bytes, rng: np.random.Generator) -> bytes:
    """Damage one part of a workbook, or drop, rename or repeat it; the archive itself is sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = [(entry.filename, old.read(entry)) for entry in old.infolist()]
    chosen = int(rng.integers(0, len(parts)))
    name, content = parts[chosen]
    what = int(rng.integers(0, 8))
    if what == 0:
        del parts[chosen]
    elif what == 1:
        parts[chosen] = (name.upper() if rng.random() < 0.5 else name + "x", content)
    elif what == 2:
        parts.append((name, parts[int(rng.integers(0, len(parts)))][1]))
    elif content:
        parts[chosen] = (name, DAMAGE[int(rng.integers(0, len(DAMAGE)))](content, rng))
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        warnings.simplefilter("ignore")  # names that stand twice are meant
        for entry, inner in parts:
            new.writestr(entry, inner)
    return out.getvalue()


def damaged(seed: int) -> tuple[str, bytes]:
    """Return name and bytes of the damaged file of a seed."""
    rng = np.random.default_rng(seed)
    path = files()[seed % len(files())]
    data = path.read_bytes()
    if path.suffix in ZIPPED and rng.random() < 0.7:
        return path.name, inside_zip(data, rng)
    return path.name, DAMAGE[int(rng.integers(0, len(DAMAGE)))](data, rng)


def survives(path: Path, data: bytes) -> None:
    """Read the sheets of a damaged file; only an error that names it may come of it."""
    from kbkresearch.errors import KbkError
    from kbkresearch.intake.sheets import RawSheet, read_sheets

    path.write_bytes(data)
    try:
        assert all(isinstance(one, RawSheet) for one in read_sheets(path))
    except KbkError as error:
        if path.name not in str(error):
            raise


# the process that reads them


def outcome(path: Path) -> str:
    """Read a file as the command does; return what became of it."""
    import kbkresearch as kbk

    try:
        reading = kbk.read(path)
    except kbk.KbkError as error:
        return "refused" if path.name in str(error) else f"names no file: {error}"
    if reading.n_rows != len(reading.table) + len(reading.rejected):
        return f"lost rows: {reading.n_rows}"
    if not reading.table.index.is_unique:
        return "a row stands twice"
    if not all(reading.report(lang) for lang in ("id", "en")):
        return "no report"
    try:
        scored = kbk.score(reading.table, facility_type="puskesmas")
    except kbk.KbkError:
        return "read"
    return "scored" if len(scored) == len(reading.table) else "lost rows in scoring"


def run(first: int, last: int, folder: Path) -> None:
    import kbkresearch.intake.read
    import kbkresearch.scoring.score  # noqa: F401 - loaded before memory is limited

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for seed in range(first, last):
        name, data = damaged(seed)
        path = folder / name
        path.write_bytes(data)
        sys.stdout.write(json.dumps({"seed": seed, "file": name}) + "\n")
        sys.stdout.flush()
        start = time.monotonic()
        signal.alarm(MOST_SECONDS)  # the default action ends the process, in native code too
        try:
            became = outcome(path)
        except BaseException:  # noqa: BLE001 - what must not happen is what is looked for
            became = traceback.format_exc(limit=-4)
        signal.alarm(0)
        line = {
            "seed": seed,
            "file": name,
            "outcome": became,
            "seconds": round(time.monotonic() - start, 3),
            "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        }
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
