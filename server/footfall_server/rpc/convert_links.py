"""The messages of IngestService.Connect, between the wire and the domain."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from footfall.v1 import ingest_service_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from footfall_server.domain.camera_lease import LeaseWord
from footfall_server.domain.places import DesiredCameras
from footfall_server.errors import FootfallError
from footfall_server.rpc.convert_camera_settings import to_settings
from footfall_server.rpc.convert_leases import to_lease, to_leases
from footfall_server.rpc.convert_values import plain_text, to_duration, to_timestamp
from footfall_server.services.workers import Introduction

_REASON_PREFIX = "ERROR_REASON_"


def from_hello(hello: ingest_service_pb2.Hello) -> Introduction:
    return Introduction(
        worker_id=UUID(hello.worker_id),
        spool_id=UUID(hello.spool_id),
        display_name=plain_text(hello.display_name, "hello.display_name").strip(),
        software_version=plain_text(hello.software_version, "hello.software_version").strip(),
        model_id=hello.model_id,
        capabilities=tuple(
            plain_text(each, f"hello.capabilities[{index}]") for index, each in enumerate(hello.capabilities)
        ),
    )


def to_welcome(
    *,
    acked_through: int,
    desired: DesiredCameras,
    leases: Mapping[UUID, LeaseWord],
    max_in_flight: int,
    heartbeat_interval: timedelta,
    now: datetime,
) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        welcome=ingest_service_pb2.Welcome(
            acked_through=acked_through,
            max_in_flight=max_in_flight,
            heartbeat_interval=to_duration(heartbeat_interval),
            desired_cameras=_desired_cameras(desired, leases),
            core_time=to_timestamp(now),
        )
    )


def to_desired_cameras(
    desired: DesiredCameras, leases: Mapping[UUID, LeaseWord]
) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(desired_cameras=_desired_cameras(desired, leases))


def to_camera_leases(words: Iterable[LeaseWord]) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        camera_leases=ingest_service_pb2.CameraLeases(leases=to_leases(words))
    )


def to_ack(
    acked_through: int, rejections: Sequence[ingest_service_pb2.EventRejection]
) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        ack=ingest_service_pb2.Ack(acked_through=acked_through, rejections=rejections)
    )


def to_rejection(sequence: int, event_id: str, error: FootfallError) -> ingest_service_pb2.EventRejection:
    """Why an event was not recorded. `event_id` is the sender's own text, shortened to an id's length."""
    return ingest_service_pb2.EventRejection(
        sequence=sequence,
        event_id=event_id[:36],
        reason=f"{_REASON_PREFIX}{error.reason}",
        description=error.message,
    )


def to_heartbeat_answer(
    sent_time: Timestamp, now: datetime, leases: Sequence[ingest_service_pb2.CameraLease]
) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        heartbeat=ingest_service_pb2.HeartbeatAnswer(
            sent_time=sent_time, core_time=to_timestamp(now), leases=leases
        )
    )


def _desired_cameras(
    desired: DesiredCameras, leases: Mapping[UUID, LeaseWord]
) -> ingest_service_pb2.DesiredCameras:
    """A camera that is not among the leases, new by a moment, waits for the word of who may read it."""
    return ingest_service_pb2.DesiredCameras(
        revision=desired.revision,
        cameras=[
            ingest_service_pb2.CameraSpec(
                camera_id=str(camera.camera_id),
                source_url=camera.source_url,
                display_name=camera.display_name,
                settings=to_settings(camera.settings),
                lease=(
                    to_lease(leases[camera.camera_id])
                    if camera.camera_id in leases
                    else ingest_service_pb2.CameraLease(camera_id=str(camera.camera_id))
                ),
            )
            for camera in desired.cameras
        ],
    )
