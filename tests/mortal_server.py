"""A server of a test's own that is killed and started again on the same data."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from footfall_local.component import Component
from footfall_local.processes import stop_child
from footfall_local.readiness import STOP_PATIENCE, until_ready
from footfall_local.spawning import spawn

if TYPE_CHECKING:
    from subprocess import Popen


class MortalServer:
    """One component, started by its own hands."""

    def __init__(self, component: Component, *, log: Path) -> None:
        self._component = component
        self._log = log
        self._process: Popen[bytes] | None = None

    async def start(self) -> None:
        """Returns once it serves."""
        self._process = spawn(await self._component.prepare(), log=self._log)
        await until_ready(self._component, self._process, log=self._log)

    async def kill(self) -> None:
        """SIGKILL for the server itself, which may be a child of the process that runs it."""
        assert self._process is not None
        running = psutil.Process(self._process.pid)
        for victim in running.children(recursive=True) or [running]:
            victim.kill()
        await asyncio.to_thread(self._process.wait, 30)

    async def stop(self) -> None:
        if self._process is not None:
            number = (await self._component.prepare()).stop_signal
            await stop_child(self._process, number=number, patience=STOP_PATIENCE)
