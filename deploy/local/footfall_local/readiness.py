"""Waits until a started component serves."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from footfall_local.component import Component, ComponentError, NotReadyError
from footfall_local.processes import stop_child
from footfall_local.spawning import spawn, tail

POLL_INTERVAL = 0.1
STOP_PATIENCE = 15.0


async def until_ready(component: Component, process: subprocess.Popen[bytes], *, log: Path) -> float:
    """Wait until the component serves; returns the seconds that it took.

    Raises:
        ComponentError: it ended, or does not serve in time. The text holds the end of its log.

    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    while True:
        try:
            await component.check()
        except NotReadyError as error:
            lack = str(error)
        else:
            return loop.time() - started
        code = process.poll()
        if code is not None:
            raise ComponentError(
                f"{component.name} ended with code {code}. Its log {log} ends so:\n{tail(log)}"
            )
        if loop.time() - started > component.start_timeout:
            raise ComponentError(
                f"{component.name} is not ready after {component.start_timeout:.0f} s: {lack}. "
                f"Its log {log} ends so:\n{tail(log)}"
            )
        await asyncio.sleep(POLL_INTERVAL)


@contextmanager
def running(component: Component, *, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run one component for as long as the context lasts. For tests and one-off jobs, outside a loop.

    Raises:
        ComponentError: it cannot be started.

    """
    spec = asyncio.run(component.prepare())
    process = spawn(spec, log=log)
    try:
        asyncio.run(until_ready(component, process, log=log))
        yield process
    finally:
        asyncio.run(stop_child(process, number=spec.stop_signal, patience=STOP_PATIENCE))
