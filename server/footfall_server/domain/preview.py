"""Who watches which camera, and how much of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PreviewLimits:
    """The most of a preview: its width in pixels, frames a second, and watchers per tenant at a time."""

    max_width: int = 960
    max_fps: float = 5.0
    watchers_per_tenant: int = 20


@dataclass(frozen=True, slots=True)
class PreviewSize:
    """What is asked of a camera: `max_width` in pixels, `max_fps` frames a second."""

    max_width: int
    max_fps: float

    def beside(self, other: "PreviewSize") -> "PreviewSize":
        """What serves both."""
        return PreviewSize(max(self.max_width, other.max_width), max(self.max_fps, other.max_fps))

    def within(self, limits: PreviewLimits) -> "PreviewSize":
        return PreviewSize(min(self.max_width, limits.max_width), min(self.max_fps, limits.max_fps))


@dataclass(frozen=True, slots=True)
class PreviewDemand:
    """What the watchers at one replica want of a camera, until `expires_at` unless it is said again."""

    site_id: UUID
    camera_id: UUID
    replica_id: UUID
    size: PreviewSize
    watchers: int
    expires_at: datetime


def wanted_of(demands: Iterable[PreviewDemand]) -> dict[UUID, PreviewSize]:
    """What each camera that is watched is to send, so that it serves all who watch."""
    found: dict[UUID, PreviewSize] = {}
    for demand in demands:
        known = found.get(demand.camera_id)
        found[demand.camera_id] = demand.size if known is None else known.beside(demand.size)
    return found
