"""What programs of others are told: an event per change, which names things and says nothing about them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from footfall_server.domain.change import Change, ChangeKind, Topic
from footfall_server.domain.identifiers import new_id


class EventType(StrEnum):
    """What an event tells, as it is written in its body."""

    VISIT_CREATED = "visit.created"
    VISIT_UPDATED = "visit.updated"
    VISIT_DELETED = "visit.deleted"
    SIGHTING_CREATED = "sighting.created"
    SIGHTING_UPDATED = "sighting.updated"
    SIGHTING_DELETED = "sighting.deleted"
    WORKER_CREATED = "worker.created"
    WORKER_UPDATED = "worker.updated"
    WORKER_DELETED = "worker.deleted"
    CAMERA_CREATED = "camera.created"
    CAMERA_UPDATED = "camera.updated"
    CAMERA_DELETED = "camera.deleted"
    CAMERA_HEALTH_UPDATED = "camera_health.updated"
    TEST = "webhook.test"


_NOUNS: Final = {
    Topic.VISITS: "visit",
    Topic.SIGHTINGS: "sighting",
    Topic.WORKERS: "worker",
    Topic.CAMERAS: "camera",
    Topic.CAMERA_HEALTH: "camera_health",
}
_ID_NAMES: Final = {
    "visit": "visit_id",
    "sighting": "track_id",
    "worker": "worker_id",
    "camera": "camera_id",
    "camera_health": "camera_id",
}


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """An event. `revision`, `site_id` and `resource_id` are None for a test, which is about nothing.

    `event_id` is the same for every receiver and every time that the event is sent.
    """

    event_id: UUID
    tenant_id: UUID
    event_type: EventType
    occurred_at: datetime
    revision: int | None = None
    site_id: UUID | None = None
    resource_id: UUID | None = None

    @classmethod
    def of(cls, tenant_id: UUID, change: Change) -> "OutgoingEvent":
        """The event of a committed change: whoever makes it, and when, it is the same."""
        return cls(
            event_id=uuid5(tenant_id, f"change {change.revision}"),
            tenant_id=tenant_id,
            event_type=event_type_of(change.topic, change.kind),
            occurred_at=change.committed_at,
            revision=change.revision,
            site_id=change.site_id,
            resource_id=change.resource_id,
        )

    @classmethod
    def test(cls, tenant_id: UUID, at: datetime) -> "OutgoingEvent":
        """An event that says nothing but that events arrive."""
        return cls(new_id(), tenant_id, EventType.TEST, at)

    def body(self) -> bytes:
        """UTF-8 JSON, the same bytes every time: ids, a kind, a time and the revision, and nothing else."""
        data: dict[str, object] = {"tenant_id": str(self.tenant_id)}
        if self.site_id is not None:
            data["site_id"] = str(self.site_id)
        if self.resource_id is not None:
            data[_ID_NAMES[self.event_type.partition(".")[0]]] = str(self.resource_id)
        if self.revision is not None:
            data["revision"] = self.revision
        said = {
            "id": str(self.event_id),
            "type": self.event_type.value,
            "timestamp": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "data": data,
        }
        return json.dumps(said, separators=(",", ":")).encode()


def event_type_of(topic: Topic, kind: ChangeKind) -> EventType:
    """The type of a change's event."""
    return EventType(f"{_NOUNS[topic]}.{kind.value}")
