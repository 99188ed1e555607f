"""Whether the worker's loops turn. A camera or a core that is away is no fault of the worker's."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from footfall_edge.camera_health import CameraHealth

_LOOK_EVERY_S = 1.0
_LAG_WINDOW = 60
SPOOL_PATIENCE_S = 10.0
"""A spool that needs longer for an answer waits for a disk that is dying, or for nothing."""
ANALYSIS_PATIENCE_S = 120.0
"""A frame that is worked on for so long is worked on no more: a vision thread hangs. Waiting for a turn is
part of it, and many cameras on little processor wait for some seconds."""
_log = structlog.get_logger(__name__)


class Vitals:
    """Looks once a second at what must never stand still."""

    def __init__(
        self,
        *,
        ask_spool: Callable[[], Awaitable[object]],
        cameras: Callable[[], Sequence[CameraHealth]],
        say_alive: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """say_alive: called at each look that finds no fault. clock: seconds that never jump."""
        self._ask_spool = ask_spool
        self._cameras = cameras
        self._say_alive = say_alive
        self._clock = clock
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._question: asyncio.Task[None] | None = None
        self._asked_at = 0.0
        self._lags: deque[float] = deque([0.0], maxlen=_LAG_WINDOW)
        self._told: tuple[str, ...] = ()

    @property
    def loop_lag(self) -> float:
        """The longest that the event loop was late by in the last minute, seconds."""
        return max(self._lags)

    @property
    def spool_answers(self) -> bool:
        """Whether the spool may be asked: False once it has left a question open for too long."""
        return self._question is None or self._clock() - self._asked_at < SPOOL_PATIENCE_S

    def watch(self, loops: Mapping[str, "asyncio.Task[None]"]) -> None:
        """More tasks, by what people call them, that must go on for as long as the worker does."""
        self._loops.update(loops)

    async def run(self) -> None:
        """Look until cancelled."""
        try:
            while True:
                self.look()
                faults = self.faults()
                if faults != self._told:
                    log = _log.error if faults else _log.info
                    log("worker_unwell" if faults else "worker_well_again", faults=faults)
                    self._told = faults
                if not faults:
                    self._say_alive()
                due = self._clock() + _LOOK_EVERY_S
                await asyncio.sleep(_LOOK_EVERY_S)
                self._lags.append(max(self._clock() - due, 0.0))
        finally:
            if self._question is not None:
                self._question.cancel()

    def look(self) -> None:
        """Begin a question to the spool when none is open."""
        now = self._clock()
        if self._question is not None and self._question.done():
            self._question = None
        if self._question is None:
            self._question, self._asked_at = asyncio.ensure_future(self._ask()), now

    def faults(self) -> tuple[str, ...]:
        """What stands still, each in a sentence; empty when the worker is alive."""
        faults = [f"{name} has ended" for name, task in self._loops.items() if task.done()]
        if not self.spool_answers:
            faults.append(f"the spool has not answered for {SPOOL_PATIENCE_S:.0f} s")
        faults += [
            f"a frame of camera {camera.camera_id} has been worked on for {ANALYSIS_PATIENCE_S:.0f} s"
            for camera in self._cameras()
            if camera.analysis_s >= ANALYSIS_PATIENCE_S
        ]
        return tuple(faults)

    async def _ask(self) -> None:
        # What the answer is, or what error, is for those who work with the spool: it turns.
        with contextlib.suppress(Exception):
            await self._ask_spool()
