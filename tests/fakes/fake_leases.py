"""Who holds which camera, as a faithful core has it."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from footfall.v1 import ingest_service_pb2


@dataclass
class FakeLeases:
    """One camera, one worker, as a faithful core has it. now: its clock, in seconds."""

    time_to_live_s: float = 60.0
    now: Callable[[], float] = time.monotonic
    names: dict[str, str] = field(default_factory=dict)
    _held: dict[str, tuple[str, int, float]] = field(default_factory=dict)
    _last_token: int = 0

    def give(self, worker_id: str, camera_id: str) -> ingest_service_pb2.CameraLease:
        """Let the worker have the camera, whoever has it now."""
        holder, token, _ = self._held.get(camera_id, ("", 0, 0.0))
        if holder != worker_id:
            self._last_token += 1
            token = self._last_token
        self._held[camera_id] = (worker_id, token, self.now() + self.time_to_live_s)
        return self.as_seen_by(worker_id, camera_id)

    def renew(self, worker_id: str, camera_ids: Sequence[str]) -> list[ingest_service_pb2.CameraLease]:
        """Prolong what the worker holds and give it what nobody does."""
        for camera_id in camera_ids:
            holder, _, ends_at = self._held.get(camera_id, ("", 0, 0.0))
            if holder in ("", worker_id) or self.now() >= ends_at:
                self.give(worker_id, camera_id)
        return [self.as_seen_by(worker_id, camera_id) for camera_id in camera_ids]

    def as_seen_by(self, worker_id: str, camera_id: str) -> ingest_service_pb2.CameraLease:
        """What a worker is told of a camera."""
        holder, token, _ = self._held.get(camera_id, ("", 0, 0.0))
        lease = ingest_service_pb2.CameraLease(
            camera_id=camera_id,
            lease_token=token if holder == worker_id else 0,
            holder_worker_id=holder,
            holder_display_name=self.names.get(holder, ""),
        )
        lease.time_to_live.FromNanoseconds(int(self.time_to_live_s * 1e9))
        return lease

    def release(self, worker_id: str, cameras: Iterable[ingest_service_pb2.HeldCamera]) -> None:
        for camera in cameras:
            holder, token, _ = self._held.get(camera.camera_id, ("", 0, 0.0))
            if (holder, token) == (worker_id, camera.lease_token):
                self._held[camera.camera_id] = ("", token, 0.0)
