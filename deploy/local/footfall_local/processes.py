"""Processes by identity: a pid alone may be somebody else's by now."""

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import psutil

KILLED_WITHIN = 5.0  # seconds that the system may take to remove a killed process
POLL_INTERVAL = 0.05


@dataclass(frozen=True)
class ProcessIdentity:
    """A pid together with the time at which its process was made, in seconds since the epoch."""

    pid: int
    create_time: float

    @classmethod
    def of(cls, pid: int) -> Self | None:
        """The identity of a running process, or None when there is none."""
        try:
            return cls(pid=pid, create_time=psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def is_running(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.create_time) < 0.01  # noqa: PLR2004 - one clock tick
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def send(self, number: signal.Signals) -> None:
        """Signal it, if it still runs."""
        if self.is_running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


async def stop_child(process: subprocess.Popen[bytes], *, number: signal.Signals, patience: float) -> None:
    """End a child of ours with everything in its session: politely, then after `patience` seconds not."""
    if process.poll() is None:
        process.send_signal(number)
    if not await _until(lambda: process.poll() is not None, patience):
        process.kill()
        await _until(lambda: process.poll() is not None, KILLED_WITHIN)
    # What it had started itself shares its session and process group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def stop_stranger(identity: ProcessIdentity, *, number: signal.Signals, patience: float) -> None:
    """End a process that an earlier supervisor of ours left behind."""
    identity.send(number)
    if not await _until(lambda: not identity.is_running(), patience):
        identity.send(signal.SIGKILL)
        await _until(lambda: not identity.is_running(), KILLED_WITHIN)


async def _until(condition: Callable[[], bool], seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        if loop.time() >= deadline:
            return False
        await asyncio.sleep(POLL_INTERVAL)
    return True
