"""Workers and what they see of cameras, between the wire and the domain."""

import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from footfall.v1 import camera_control_service_pb2, ingest_service_pb2
from google.protobuf.message import Message

from footfall_server.domain.camera_health import CameraFault, CameraHealth, CameraState
from footfall_server.domain.worker import WorkerReport, WorkerState, WorkerStatus
from footfall_server.errors import FootfallError
from footfall_server.rpc.convert_values import (
    EARLIEST,
    LATEST,
    from_duration,
    from_optional_id,
    from_timestamp,
    to_duration,
    to_optional_id,
    to_timestamp,
)

_MOST = 2**63 - 1
"""What counts beyond this is cut: no worker counts so far."""

_UNKNOWN = {"UNSPECIFIED": "unknown"}


def _named(values: dict[str, int], prefix: str) -> dict[int, str]:
    """The numbers of a wire enum with the names that the domain has for them."""
    names = {number: name.removeprefix(prefix) for name, number in values.items()}
    return {number: _UNKNOWN.get(name, name.lower()) for number, name in names.items()}


_STATUSES = {
    number: WorkerStatus(name)
    for number, name in _named(dict(ingest_service_pb2.WorkerStatus.items()), "WORKER_STATUS_").items()
}
_STATES = {
    number: CameraState(name)
    for number, name in _named(dict(ingest_service_pb2.CameraState.items()), "CAMERA_STATE_").items()
}
_FAULTS = {
    number: CameraFault(name)
    for number, name in _named(dict(ingest_service_pb2.CameraFault.items()), "CAMERA_FAULT_").items()
}
_STATUS_NUMBERS = {status: number for number, status in _STATUSES.items()}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}
_FAULT_NUMBERS = {fault: number for number, fault in _FAULTS.items()}


def from_heartbeat(heartbeat: ingest_service_pb2.Heartbeat) -> tuple[WorkerStatus, WorkerReport]:
    """What a worker says of itself.

    Nothing in it is worth ending a link for, over which events come: a time that is none is left out. That
    a worker is OFFLINE is for the core to say.
    """
    status = _STATUSES[heartbeat.status]
    return WorkerStatus.UNKNOWN if status is WorkerStatus.OFFLINE else status, WorkerReport(
        detail=without_controls(heartbeat.detail),
        waiting_events=min(heartbeat.spooled_events, _MOST),
        dropped_events=min(heartbeat.dropped_events, _MOST),
        waiting_images=min(heartbeat.spooled_images, _MOST),
        waiting_bytes=min(heartbeat.spooled_bytes, _MOST),
        oldest_event_at=_time(heartbeat, "oldest_event_time"),
        clock_offset=_span(heartbeat, "clock_offset"),
        started_at=_time(heartbeat, "start_time"),
        free_disk_bytes=min(heartbeat.free_disk_bytes, _MOST),
        execution_provider=without_controls(heartbeat.execution_provider),
        # Of two words on one camera the later one counts.
        cameras=tuple({each.camera_id: _from_health(each) for each in heartbeat.cameras}.values()),
    )


def to_worker(worker: WorkerState) -> camera_control_service_pb2.Worker:
    report = worker.report
    message = camera_control_service_pb2.Worker(
        worker_id=str(worker.worker_id),
        site_id=str(worker.site_id),
        display_name=worker.display_name,
        software_version=worker.software_version,
        model_id=worker.model_id,
        capabilities=worker.capabilities,
        status=_STATUS_NUMBERS[worker.status],  # type: ignore[arg-type]
        detail=report.detail,
        connect_time=to_timestamp(worker.connected_at),
        last_seen_time=to_timestamp(worker.last_seen_at),
        queue=camera_control_service_pb2.WorkerQueue(
            waiting_events=report.waiting_events,
            dropped_events=report.dropped_events,
            waiting_images=report.waiting_images,
            bytes=report.waiting_bytes,
        ),
        free_disk_bytes=report.free_disk_bytes,
        execution_provider=report.execution_provider,
        cameras=map(to_health, report.cameras),
    )
    if report.started_at is not None:
        message.start_time.CopyFrom(to_timestamp(report.started_at))
    if report.oldest_event_at is not None:
        message.queue.oldest_event_time.CopyFrom(to_timestamp(report.oldest_event_at))
    if report.clock_offset is not None:
        message.clock_offset.CopyFrom(to_duration(report.clock_offset))
    return message


def to_health(health: CameraHealth) -> ingest_service_pb2.CameraHealth:
    message = ingest_service_pb2.CameraHealth(
        camera_id=str(health.camera_id),
        state=_STATE_NUMBERS[health.state],  # type: ignore[arg-type]
        detail=health.detail,
        frames_per_second=health.frames_per_second,
        fault=_FAULT_NUMBERS[health.fault],  # type: ignore[arg-type]
        dropped_frames=health.dropped_frames,
        holder_worker_id=to_optional_id(health.holder_worker_id),
        width=health.width,
        height=health.height,
    )
    if health.last_frame_at is not None:
        message.last_frame_time.CopyFrom(to_timestamp(health.last_frame_at))
    return message


def _from_health(health: ingest_service_pb2.CameraHealth) -> CameraHealth:
    return CameraHealth(
        camera_id=UUID(health.camera_id),
        state=_STATES[health.state],
        fault=_FAULTS[health.fault],
        detail=without_controls(health.detail),
        last_frame_at=_time(health, "last_frame_time"),
        frames_per_second=health.frames_per_second,
        dropped_frames=min(health.dropped_frames, _MOST),
        holder_worker_id=from_optional_id(health.holder_worker_id),
        width=health.width,
        height=health.height,
    )


def without_controls(text: str) -> str:
    """The text with a space for every control character."""
    return "".join(" " if unicodedata.category(each) == "Cc" else each for each in text)


def _time(message: Message, field: str) -> datetime | None:
    """The time in a field; None for one that is unset, or no time between the years 2000 and 2200."""
    if not message.HasField(field):
        return None
    try:
        return from_timestamp(getattr(message, field), field)
    except FootfallError:
        return None


def _span(message: Message, field: str) -> timedelta | None:
    """The span in a field; None for one that is unset, or longer than clocks can be apart."""
    if not message.HasField(field):
        return None
    try:
        span = from_duration(getattr(message, field), field)
    except (FootfallError, OverflowError):
        return None
    return span if abs(span) < LATEST - EARLIEST else None
