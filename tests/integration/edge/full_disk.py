"""Plays a spool on a small disk; started by test_full_disk.py in a mount namespace of its own.

Prints one JSON line of what was seen. argv: the folder to mount a tmpfs on, its size in MiB, who fills it.
"""

import ctypes
import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from footfall_edge.spool_file import SpoolError, SpoolFile
from footfall_edge.spooling.reserve import DiskReserve
from footfall_edge.spooling.rows import NewEvent

MIB = 1 << 20
EVENT = 7_000
IMAGE = 20_000


def main() -> None:
    folder, mebibytes, filler = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, b"size=%dm" % mebibytes) != 0:
        raise OSError(ctypes.get_errno(), "tmpfs cannot be mounted")
    play = {"itself": fill_by_itself, "others": fill_by_others, "before": fill_before_start}[filler]
    sys.stdout.write(f"{json.dumps(play(folder, mebibytes * MIB))}\n")


class Clock:
    """Seconds that the play lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def open_spool(folder: Path, clock: Clock) -> SpoolFile:
    return SpoolFile(
        folder / "spool.sqlite",
        max_bytes=1 << 30,
        reserve=DiskReserve(folder / "spool.reserve", size=4 * MIB, spare=8 * MIB, clock=clock),
    )


def events(first: int, count: int) -> Iterator[NewEvent]:
    for number in range(first, first + count):
        yield NewEvent(
            event_id=f"e{number}", payload=os.urandom(EVENT), image=(f"i{number}", os.urandom(IMAGE))
        )


def fill_by_itself(folder: Path, size: int) -> dict[str, object]:
    """Three times as much as the disk holds, for a spool that is allowed more than the disk."""
    spool = open_spool(folder, Clock())
    total = 3 * size // (EVENT + IMAGE)
    refused = 0
    for event in events(1, total):
        try:
            spool.append(event)
        except SpoolError:
            refused += 1
    return {"appended": total - refused, "refused": refused, **look(spool, folder)}


def fill_by_others(folder: Path, size: int) -> dict[str, object]:
    """A log file takes all that is free, and the reserve as soon as it is given back."""
    clock = Clock()
    spool = open_spool(folder, clock)
    total = size // 3 // (EVENT + IMAGE)
    for event in events(1, total):
        spool.append(event)
    refused = 0
    with (folder / "greedy.log").open("wb", buffering=0) as log:
        for event in events(total + 1, total):
            with suppress(OSError):
                while True:
                    log.write(b"x" * 4096)
            try:
                spool.append(event)
            except SpoolError:
                refused += 1
    full = spool.depth().disk_full
    half = spool.read_after(0, 10_000)[total // 4].sequence
    spool.acknowledge(half)
    spool.delete_images(spool.images_to_upload(10))
    (folder / "greedy.log").unlink()
    clock.now += 120
    spool.append(next(events(2 * total + 1, 1)))
    return {
        "appended": 2 * total + 1 - refused,
        "refused": refused,
        "acknowledged": total // 4 + 1,
        "said_full": full,
        "says_full_afterwards": spool.depth().disk_full,
        **look(spool, folder),
    }


def fill_before_start(folder: Path, size: int) -> dict[str, object]:
    """The worker was stopped, and starts again on a disk that others have filled meanwhile."""
    total = size // 3 // (EVENT + IMAGE)
    spool = open_spool(folder, Clock())
    for event in events(1, total):
        spool.append(event)
    spool.close()
    with (folder / "greedy.log").open("wb", buffering=0) as log, suppress(OSError):
        while True:
            log.write(b"x" * 4096)
    spool = open_spool(folder, Clock())
    refused = 0
    for event in events(total + 1, total):
        try:
            spool.append(event)
        except SpoolError:
            refused += 1
    return {"appended": 2 * total - refused, "refused": refused, **look(spool, folder)}


def look(spool: SpoolFile, folder: Path) -> dict[str, object]:
    """What is there after the spool was closed and opened again."""
    spool.close()
    database = sqlite3.connect(folder / "spool.sqlite")
    (verdict,) = database.execute("PRAGMA integrity_check").fetchone()
    database.close()
    spool = open_spool(folder, Clock())
    depth = spool.depth()
    here = [int(event.event_id[1:]) for event in spool.read_after(0, 1_000_000)]
    images = [number for number in here if spool.read_image(f"i{number}") is not None]
    spool.close()
    return {
        "verdict": verdict,
        "events": here,
        "images": images,
        "dropped": depth.dropped,
        "dropped_images": depth.dropped_images,
        "unreadable": depth.unreadable,
    }


main()
