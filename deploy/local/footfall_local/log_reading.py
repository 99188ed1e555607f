"""Shows logs on the terminal, each line with the name of its component."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from footfall_local.spawning import tail

POLL_INTERVAL = 0.3


def show(files: Iterable[Path], *, lines: int) -> dict[Path, int]:
    """Write the last lines of each; returns how far each was read, in bytes."""
    offsets = {}
    for file in files:
        offsets[file] = file.stat().st_size
        if lines > 0:
            _write(file, tail(file, lines=lines))
    return offsets


def follow(offsets: dict[Path, int]) -> None:
    """Write what is appended, for ever."""
    while True:
        for file, offset in offsets.items():
            size = file.stat().st_size
            if size < offset:  # it was emptied because it had grown too large
                offsets[file] = 0
            if size > offsets[file]:
                with file.open("rb") as log:
                    log.seek(offsets[file])
                    fresh = log.read(size - offsets[file])
                complete = fresh[: fresh.rfind(b"\n") + 1]
                offsets[file] += len(complete)
                _write(file, complete.decode(errors="replace").rstrip("\n"))
        time.sleep(POLL_INTERVAL)


def _write(file: Path, text: str) -> None:
    for line in text.splitlines():
        sys.stdout.write(f"{file.stem:<12} {line}\n")
    sys.stdout.flush()
