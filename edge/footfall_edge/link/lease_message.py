"""Leases as the core says them, and as they are given back. Pure functions."""

from collections.abc import Iterable, Sequence

from footfall.v1 import ingest_service_pb2

from footfall_edge.leases import HeldLease, Lease

_MAX_HELD = 256


def from_lease(message: ingest_service_pb2.CameraLease) -> Lease:
    """A lease; one of nobody, or of somebody else, has no token."""
    return Lease(
        camera_id=message.camera_id,
        token=max(message.lease_token, 0),
        time_to_live_s=max(message.time_to_live.ToTimedelta().total_seconds(), 0.0),
        holder_worker_id=message.holder_worker_id,
        holder_name=message.holder_display_name,
    )


def from_leases(messages: Iterable[ingest_service_pb2.CameraLease]) -> Sequence[Lease]:
    """Several."""
    return [from_lease(message) for message in messages]


def to_held(held: Iterable[HeldLease]) -> Sequence[ingest_service_pb2.HeldCamera]:
    """What the worker works under."""
    return [
        ingest_service_pb2.HeldCamera(camera_id=lease.camera_id, lease_token=lease.token) for lease in held
    ][:_MAX_HELD]


def to_release(held: Iterable[HeldLease]) -> ingest_service_pb2.ConnectRequest:
    """What the worker gives back; at least one."""
    return ingest_service_pb2.ConnectRequest(
        lease_release=ingest_service_pb2.LeaseRelease(cameras=to_held(held))
    )
