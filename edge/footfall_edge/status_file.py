"""status.json: what the worker does now, for the stack's health check and for operators."""

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from footfall_edge.atomic_file import write_atomically
from footfall_edge.camera_health import CameraHealth
from footfall_edge.spool import Spool

_INTERVAL_S = 2.0
_LOOK_S = 0.2
_log = structlog.get_logger(__name__)


class StatusFile:
    """Rewritten every two seconds, and when the link's state changes; whole each time.

    Holds no address, no password and nobody's face.
    """

    def __init__(
        self,
        *,
        path: Path,
        version: str,
        spool: Spool,
        link_status: Callable[[], dict[str, Any]],
        camera_health: Callable[[], Sequence[CameraHealth]],
    ) -> None:
        self._path = path
        self._version = version
        self._spool = spool
        self._link_status = link_status
        self._camera_health = camera_health

    async def run(self) -> None:
        """Write until cancelled; then say stopped."""
        try:
            while True:
                link = self._link_status()
                await self._write(link)
                for _ in range(round(_INTERVAL_S / _LOOK_S)):
                    await asyncio.sleep(_LOOK_S)
                    if self._link_status().get("state") != link.get("state"):
                        break
        finally:
            await self._write({**self._link_status(), "state": "stopped", "detail": ""})

    async def _write(self, link: dict[str, Any]) -> None:
        depth = await self._spool.depth()
        status = {
            **link,
            "time": _text(datetime.now(UTC)),
            "pid": os.getpid(),
            "version": self._version,
            "cameras": [
                {
                    "camera_id": camera.camera_id,
                    "display_name": camera.display_name,
                    "state": str(camera.state),
                    "detail": camera.detail,
                    "frames_per_second": round(camera.frames_per_second, 1),
                    "last_frame_time": _text(camera.last_frame_time),
                }
                for camera in self._camera_health()
            ],
            "spool": {
                "events": depth.events,
                "images": depth.images,
                "bytes": depth.stored_bytes,
                "dropped_events": depth.dropped,
                "dropped_images": depth.dropped_images,
                "rejected_events": depth.rejected,
                "last_sequence": depth.last_sequence,
                "acked_through": depth.acked_through,
            },
        }
        try:
            write_atomically(self._path, json.dumps(status, indent=1) + "\n")
        except OSError as error:
            _log.warning("status_unwritable", error=error.strerror)


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="milliseconds") if time else None
