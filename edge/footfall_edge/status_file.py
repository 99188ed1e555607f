"""status.json: what the worker does now, for the stack's health check and for operators."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.worker_report import WorkerReport

_INTERVAL_S = 2.0
_LOOK_S = 0.2
_log = structlog.get_logger(__name__)


class StatusFile:
    """Rewritten every two seconds, and when the link's state changes; whole each time."""

    def __init__(
        self,
        *,
        path: Path,
        report: Callable[[], Awaitable[WorkerReport]],
        link_state: Callable[[], str],
    ) -> None:
        self._path = path
        self._report = report
        self._link_state = link_state

    async def run(self) -> None:
        """Write until cancelled; then say stopped."""
        try:
            while True:
                told = self._link_state()
                await self._write()
                for _ in range(round(_INTERVAL_S / _LOOK_S)):
                    await asyncio.sleep(_LOOK_S)
                    if self._link_state() != told:
                        break
        finally:
            await self._write(state="stopped", detail="")

    async def _write(self, **changes: Any) -> None:
        status = {**(await self._report()).to_json(), **changes}
        try:
            write_atomically(self._path, json.dumps(status, indent=1) + "\n")
        except OSError as error:
            _log.warning("status_unwritable", error=error.strerror)
