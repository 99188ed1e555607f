"""Keeps one component running for as long as the stack lives."""

import asyncio
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from footfall_local.component import Component, ComponentError, ProcessSpec
from footfall_local.processes import ProcessIdentity, stop_child
from footfall_local.readiness import until_ready
from footfall_local.spawning import spawn
from footfall_local.state import ComponentState, Condition

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
HEALTHY_AFTER = 60.0
"""Seconds of life after which an end counts as the first one again."""
STOP_PATIENCE = 20.0
WATCH_INTERVAL = 0.2

_log = structlog.get_logger(__name__)


class ComponentRunner:
    """Starts a component when what it requires is ready, and again whenever it ends."""

    def __init__(
        self,
        component: Component,
        *,
        log: Path,
        required: Sequence["ComponentRunner"],
        changed: Callable[[], None],
    ) -> None:
        """Nothing starts here.

        Args:
            component: to run.
            log: for its output.
            required: the runners of what must be ready first.
            changed: called after every change of `state`.

        """
        self.component = component
        self.required = tuple(required)
        self.state = ComponentState(log=str(log))
        self.ready = asyncio.Event()
        self._log_file = log
        self._changed = changed
        self._process: subprocess.Popen[bytes] | None = None
        self._spec: ProcessSpec | None = None

    async def run(self) -> None:
        """Run until cancelled.

        Raises:
            ComponentError: it could not be started the first time. Later ends are healed, for ever.

        """
        await asyncio.gather(*(runner.ready.wait() for runner in self.required))
        process = await self._start()
        pause = FIRST_PAUSE
        while True:
            born = time.monotonic()
            code = await _ended(process)
            if time.monotonic() - born > HEALTHY_AFTER:
                pause = FIRST_PAUSE
            _log.warning("component_ended", component=self.component.name, code=code, restart_in_s=pause)
            self.state.restarts += 1
            self._tell(Condition.RESTARTING, f"ended with code {code}")
            restarted = None
            while restarted is None:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                restarted = await self._start_again()
            process = restarted

    async def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._spec is not None:
            await stop_child(self._process, number=self._spec.stop_signal, patience=STOP_PATIENCE)
        self._process = None
        self.state.pid = self.state.create_time = None
        if self.state.condition is not Condition.FAILED:
            self._tell(Condition.STOPPED)

    async def _start_again(self) -> subprocess.Popen[bytes] | None:
        try:
            return await self._start()
        except ComponentError as error:
            _log.warning("component_restart_failed", component=self.component.name, reason=str(error))
            await self.stop()
            self._tell(Condition.RESTARTING, str(error).split("\n", 1)[0])
            return None

    async def _start(self) -> subprocess.Popen[bytes]:
        begun = time.monotonic()
        self._tell(Condition.PREPARING)
        try:
            self._spec = await self.component.prepare()
            self._process = process = spawn(self._spec, log=self._log_file)
            self._remember(process)
            self._tell(Condition.STARTING)
            await until_ready(self.component, process, log=self._log_file)
        except ComponentError as error:
            self._tell(Condition.FAILED, str(error))
            raise
        self.state.seconds_to_ready = round(time.monotonic() - begun, 2)
        self._tell(Condition.READY)
        self.ready.set()
        _log.info("component_ready", component=self.component.name, seconds=self.state.seconds_to_ready)
        return process

    def _remember(self, process: subprocess.Popen[bytes]) -> None:
        identity = ProcessIdentity.of(process.pid)
        if identity is not None and self._spec is not None:
            self.state.pid = identity.pid
            self.state.create_time = identity.create_time
            self.state.stop_signal = int(self._spec.stop_signal)

    def _tell(self, condition: Condition, detail: str = "") -> None:
        self.state.condition = condition
        self.state.detail = detail
        self._changed()


async def _ended(process: subprocess.Popen[bytes]) -> int:
    while (code := process.poll()) is None:  # noqa: ASYNC110 - a child's end is no event of the loop
        await asyncio.sleep(WATCH_INTERVAL)
    return code
