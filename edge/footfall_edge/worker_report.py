"""What the worker does now, in one value: status.json, /status and /metrics are made of it.

Holds no address, no password and nobody's face.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from footfall_edge.camera_health import CameraHealth
from footfall_edge.link.core_link import LinkStatus
from footfall_edge.spool_file import SpoolDepth


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReport:
    """The worker at one moment. certificate_ends: None where it signs in by a key.

    clock_offset: the core's clock less this machine's; None while the core has not told its time.
    http: host:port of the pages on loopback; None while there are none.
    """

    time: datetime
    worker_id: str
    version: str
    model_id: str
    execution_provider: str
    link: LinkStatus
    certificate_ends: datetime | None
    clock_offset: timedelta | None
    http: str | None
    cameras: Sequence[CameraHealth]
    spool: SpoolDepth

    def to_json(self) -> dict[str, Any]:
        """As status.json has it; times are RFC 3339, UTC."""
        ends = {} if self.certificate_ends is None else {"certificate_ends": _text(self.certificate_ends)}
        return {
            "worker_id": self.worker_id,
            "state": str(self.link.state),
            "detail": self.link.detail,
            "since": _text(self.link.since),
            "last_ack_time": _text(self.link.last_ack_time),
            **ends,
            "time": _text(self.time),
            "pid": os.getpid(),
            "version": self.version,
            "model_id": self.model_id,
            "clock_offset_s": _seconds(self.clock_offset),
            "execution_provider": self.execution_provider,
            "http": self.http,
            "cameras": [_camera(camera, self.time) for camera in self.cameras],
            "spool": {
                "events": self.spool.events,
                "images": self.spool.images,
                "bytes": self.spool.stored_bytes,
                "max_bytes": self.spool.max_bytes,
                "oldest_seen": _text(self.spool.oldest_seen),
                "dropped_events": self.spool.dropped,
                "dropped_images": self.spool.dropped_images,
                "replaced_events": self.spool.replaced,
                "rejected_events": self.spool.rejected,
                "unreadable_events": self.spool.unreadable,
                "disk_full": self.spool.disk_full,
                "last_sequence": self.spool.last_sequence,
                "acked_through": self.spool.acked_through,
            },
        }


class WorkerReporter:
    """Asks those who know."""

    def __init__(
        self,
        *,
        version: str,
        model_id: str,
        execution_provider: str,
        worker_id: Callable[[], str],
        link: Callable[[], LinkStatus],
        certificate_ends: Callable[[], datetime | None],
        cameras: Callable[[], Sequence[CameraHealth]],
        spool: Callable[[], Awaitable[SpoolDepth]],
        clock_offset: Callable[[], timedelta | None],
        http: Callable[[], str | None],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._version = version
        self._model_id = model_id
        self._execution_provider = execution_provider
        self._worker_id = worker_id
        self._link = link
        self._certificate_ends = certificate_ends
        self._cameras = cameras
        self._spool = spool
        self._clock_offset = clock_offset
        self._http = http
        self._clock = clock

    async def report(self) -> WorkerReport:
        """The worker now. Waits for the spool's thread."""
        spool = await self._spool()
        return WorkerReport(
            time=self._clock(),
            worker_id=self._worker_id(),
            version=self._version,
            model_id=self._model_id,
            execution_provider=self._execution_provider,
            link=self._link(),
            certificate_ends=self._certificate_ends(),
            clock_offset=self._clock_offset(),
            http=self._http(),
            cameras=self._cameras(),
            spool=spool,
        )


def _camera(camera: CameraHealth, now: datetime) -> dict[str, Any]:
    return {
        "camera_id": camera.camera_id,
        "display_name": camera.display_name,
        "state": str(camera.state),
        "fault": str(camera.fault) if camera.fault else None,
        "detail": camera.detail,
        "frames_per_second": round(camera.frames_per_second, 1),
        "last_frame_time": _text(camera.last_frame_time),
        "last_frame_age_s": _age_s(camera.last_frame_time, now),
        "dropped_frames": camera.dropped_frames,
        "reader_kills": camera.reader_kills,
        "width": camera.width,
        "height": camera.height,
        "tracks": {
            "told": camera.counts.told,
            "split_in_two": camera.counts.splits,
            "pictures_left_out": camera.counts.pictures,
        },
    }


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)


def _text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="milliseconds") if time else None


def _age_s(time: datetime | None, now: datetime) -> float | None:
    return round(max((now - time).total_seconds(), 0.0), 1) if time else None
