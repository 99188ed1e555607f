"""Leases of cameras, between the wire and the domain."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from footfall.v1 import ingest_service_pb2

from footfall_server.domain.camera_lease import LeaseWord
from footfall_server.rpc.convert_values import to_duration, to_optional_id


def from_held(cameras: Iterable[ingest_service_pb2.HeldCamera]) -> Mapping[UUID, int]:
    """Tokens by camera."""
    return {UUID(each.camera_id): each.lease_token for each in cameras}


def to_lease(word: LeaseWord) -> ingest_service_pb2.CameraLease:
    return ingest_service_pb2.CameraLease(
        camera_id=str(word.camera_id),
        lease_token=word.token,
        time_to_live=to_duration(word.time_to_live),
        holder_worker_id=to_optional_id(word.holder_id),
        holder_display_name=word.holder_name,
    )


def to_leases(words: Iterable[LeaseWord]) -> Sequence[ingest_service_pb2.CameraLease]:
    return [to_lease(word) for word in words]
