"""What watchers are told: an entry per change, numbered by the tenant's revision."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Topic(StrEnum):
    """A kind of change."""

    VISITS = "visits"
    SIGHTINGS = "sightings"
    """Somebody was seen who is in no visit."""
    WORKERS = "workers"
    CAMERAS = "cameras"
    """What should be: cameras as people describe them."""
    CAMERA_HEALTH = "camera_health"
    """What is: a camera works otherwise than before. Apart, so that links are not told of it."""


class ChangeKind(StrEnum):
    """What happened to the resource."""

    CREATED = "created"
    UPDATED = "updated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class NewChange:
    """A change that a transaction makes; it gets its revision when the transaction commits."""

    topic: Topic
    kind: ChangeKind
    site_id: UUID
    resource_id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """A committed change. Revisions are unique and gapless within a tenant, in the order of commits."""

    revision: int
    topic: Topic
    kind: ChangeKind
    site_id: UUID
    resource_id: UUID
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Horizon:
    """Which revisions can be read: changes after `oldest` are kept, `current` is the newest."""

    oldest: int
    current: int


@dataclass(frozen=True, slots=True)
class TenantChanged:
    """Word that a tenant has a newer revision, and about what."""

    tenant_id: UUID
    revision: int
    topics: frozenset[Topic]


@dataclass(frozen=True, slots=True)
class WorkerConnected:
    """Word that a worker opened a link; every other link of that worker is to close."""

    tenant_id: UUID
    worker_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SourceReset:
    """Word that notifications may have been missed: whoever waits should look again."""


@dataclass(frozen=True, slots=True)
class AccessRevoked:
    """Word that somebody's access was ended. Whose, the rows say."""


@dataclass(frozen=True, slots=True)
class CommandSent:
    """Word that a command waits for a worker."""

    tenant_id: UUID
    worker_id: UUID


@dataclass(frozen=True, slots=True)
class CommandFinished:
    """Word that a command was answered, or expired."""

    tenant_id: UUID
    command_id: UUID


@dataclass(frozen=True, slots=True)
class PreviewWanted:
    """Word that something else is wanted of a site's cameras by those who watch."""

    tenant_id: UUID
    site_id: UUID


@dataclass(frozen=True, slots=True)
class FrameStored:
    """Word that a newer frame of a camera that is watched is there."""

    tenant_id: UUID
    camera_id: UUID


ControlWord = CommandSent | CommandFinished | PreviewWanted | FrameStored
"""Word that is for few: whoever waits for exactly this."""
