"""A heartbeat as the core takes it. Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from footfall.v1 import ingest_service_pb2
from google.protobuf import duration_pb2

from footfall_edge import convert
from footfall_edge.camera_health import CameraFault, CameraHealth, CameraState
from footfall_edge.leases import HeldLease
from footfall_edge.link.lease_message import to_held
from footfall_edge.worker_condition import WorkerCondition, WorkerStatus

_CAMERA_STATES: Final = {
    CameraState.CONNECTING: ingest_service_pb2.CAMERA_STATE_CONNECTING,
    CameraState.ONLINE: ingest_service_pb2.CAMERA_STATE_ONLINE,
    CameraState.FAILED: ingest_service_pb2.CAMERA_STATE_FAILED,
    CameraState.ENDED: ingest_service_pb2.CAMERA_STATE_ENDED,
    CameraState.STOPPED: ingest_service_pb2.CAMERA_STATE_STOPPED,
    CameraState.HELD_ELSEWHERE: ingest_service_pb2.CAMERA_STATE_HELD_ELSEWHERE,
}
_CAMERA_FAULTS: Final = {
    None: ingest_service_pb2.CAMERA_FAULT_UNSPECIFIED,
    CameraFault.AUTH: ingest_service_pb2.CAMERA_FAULT_AUTH,
    CameraFault.DNS: ingest_service_pb2.CAMERA_FAULT_DNS,
    CameraFault.REFUSED: ingest_service_pb2.CAMERA_FAULT_REFUSED,
    CameraFault.UNREACHABLE: ingest_service_pb2.CAMERA_FAULT_UNREACHABLE,
    CameraFault.NOT_FOUND: ingest_service_pb2.CAMERA_FAULT_NOT_FOUND,
    CameraFault.CODEC: ingest_service_pb2.CAMERA_FAULT_CODEC,
    CameraFault.STALL: ingest_service_pb2.CAMERA_FAULT_STALL,
    CameraFault.EOF: ingest_service_pb2.CAMERA_FAULT_EOF,
    CameraFault.DEVICE: ingest_service_pb2.CAMERA_FAULT_DEVICE,
}
_STATUSES: Final = {
    WorkerStatus.IDLE: ingest_service_pb2.WORKER_STATUS_IDLE,
    WorkerStatus.ONLINE: ingest_service_pb2.WORKER_STATUS_ONLINE,
    WorkerStatus.PROCESSING: ingest_service_pb2.WORKER_STATUS_PROCESSING,
    WorkerStatus.ERROR: ingest_service_pb2.WORKER_STATUS_ERROR,
}
_MAX_DETAIL = 500
_MAX_CAMERAS = 256
_MAX_PROVIDER = 64
_MAX_SIDE = 65535


def to_heartbeat(
    condition: WorkerCondition,
    *,
    at: datetime,
    clock_offset: timedelta | None,
    held: Sequence[HeldLease] = (),
) -> ingest_service_pb2.Heartbeat:
    """How the worker does. at: the worker's clock now; held: the leases that it wants to keep."""
    depth = condition.depth
    offset = None
    if clock_offset is not None:
        offset = duration_pb2.Duration()
        offset.FromTimedelta(clock_offset)
    return ingest_service_pb2.Heartbeat(
        sent_time=convert.to_timestamp(at),
        spooled_events=depth.events,
        dropped_events=depth.dropped,
        cameras=[to_camera_health(camera) for camera in condition.cameras[:_MAX_CAMERAS]],
        status=_STATUSES[condition.status],
        detail=condition.detail[:_MAX_DETAIL],
        spooled_bytes=depth.stored_bytes,
        spooled_images=depth.images,
        oldest_event_time=convert.to_timestamp(depth.oldest_seen) if depth.oldest_seen else None,
        clock_offset=offset,
        start_time=convert.to_timestamp(condition.started),
        held_cameras=to_held(held),
        free_disk_bytes=depth.free_disk_bytes,
        execution_provider=condition.execution_provider[:_MAX_PROVIDER],
    )


def to_camera_health(health: CameraHealth) -> ingest_service_pb2.CameraHealth:
    """One camera's state."""
    return ingest_service_pb2.CameraHealth(
        camera_id=health.camera_id,
        state=_CAMERA_STATES[health.state],
        last_frame_time=convert.to_timestamp(health.last_frame_time) if health.last_frame_time else None,
        detail=health.detail[:_MAX_DETAIL],
        frames_per_second=health.frames_per_second,
        fault=_CAMERA_FAULTS[health.fault],
        dropped_frames=health.dropped_frames,
        holder_worker_id=health.holder_worker_id,
        width=min(health.width, _MAX_SIDE),
        height=min(health.height, _MAX_SIDE),
    )
