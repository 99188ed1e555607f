"""Reporters of workers that stand still."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from fakes.edge_samples import CAMERA_ID, MODEL_ID, NOON
from footfall_edge.camera_health import CameraFault, CameraHealth, CameraState
from footfall_edge.link.core_link import LinkStatus
from footfall_edge.spool_file import SpoolDepth
from footfall_edge.worker_report import WorkerReporter


def camera(
    camera_id: str = CAMERA_ID, state: CameraState = CameraState.ONLINE, *, fps: float = 9.5, detail: str = ""
) -> CameraHealth:
    """A camera by the name of Door; one that failed was refused its password."""
    return CameraHealth(
        camera_id=camera_id,
        display_name="Door",
        state=state,
        last_frame_time=NOON,
        detail=detail,
        frames_per_second=fps,
        fault=CameraFault.AUTH if state is CameraState.FAILED else None,
        dropped_frames=12,
        reader_kills=2,
    )


async def some_depth() -> SpoolDepth:
    """A spool in which every number is another."""
    return SpoolDepth(
        events=3,
        images=2,
        stored_bytes=4711,
        dropped=5,
        dropped_images=6,
        rejected=7,
        last_sequence=40,
        acked_through=37,
        max_bytes=8192,
        replaced=8,
        unreadable=9,
        oldest_seen=NOON,
        disk_full=True,
    )


def reporter_of(
    *,
    link: LinkStatus | None = None,
    cameras: Sequence[CameraHealth] = (),
    spool: Callable[[], Awaitable[SpoolDepth]] = some_depth,
    certificate_ends: datetime | None = None,
) -> WorkerReporter:
    """A reporter that says so."""
    return WorkerReporter(
        version="0.1.0",
        execution_provider="cpu",
        model_id=MODEL_ID,
        worker_id=lambda: "0199aaaa-0000-7000-8000-00000000000e",
        link=lambda: link or LinkStatus(),
        certificate_ends=lambda: certificate_ends,
        cameras=lambda: cameras,
        spool=spool,
        clock_offset=lambda: timedelta(seconds=1.5),
        http=lambda: None,
        clock=lambda: NOON,
    )
