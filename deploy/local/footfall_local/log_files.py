"""Keeps logs from filling the disk."""

import asyncio
import shutil
from pathlib import Path

LARGEST = 20 * 1024 * 1024
INTERVAL = 60.0


async def keep_logs_small(folder: Path) -> None:
    """Watch the logs for ever: one that grows too large is copied aside, and emptied in place.

    Emptied, not replaced: the processes hold the file open, and append to it.
    """
    while True:
        await asyncio.to_thread(_shrink, folder)
        await asyncio.sleep(INTERVAL)


def _shrink(folder: Path) -> None:
    for log in folder.glob("*.log"):
        if log.stat().st_size > LARGEST:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            with log.open("r+b") as file:
                file.truncate(0)
