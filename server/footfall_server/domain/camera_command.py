"""What workers are told to do with cameras, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CommandKind(StrEnum):
    """Something that a worker does with a camera."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    SNAPSHOT = "snapshot"
    RECONFIGURE = "reconfigure"
    ASSIGN = "assign"
    RELEASE = "release"


class CommandState(StrEnum):
    """How far a command got. All but WAITING are for good."""

    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class CameraCommand:
    """A command to one worker. Nobody begins it, and no answer counts, after `expires_at`.

    `wants_picture` says that whoever asked is to get the frame of a SNAPSHOT. `sent_by` and `sent_by_role`
    are the caller's, for the audit log.
    """

    command_id: UUID
    site_id: UUID
    camera_id: UUID
    worker_id: UUID
    kind: CommandKind
    created_at: datetime
    expires_at: datetime
    sent_by: UUID
    sent_by_role: str
    wants_picture: bool = False
    state: CommandState = CommandState.WAITING
    detail: str = ""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """What a worker says of a command that it did, or could not do. `jpeg` is empty without a picture."""

    command_id: UUID
    state: CommandState
    detail: str
    jpeg: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class SealedPicture:
    """A picture on its way from one replica to another. `sealed` is of no use without the replicas' key.

    `replica_id` is who put it there.
    """

    picture_id: UUID
    site_id: UUID
    replica_id: UUID
    sealed: bytes = field(repr=False)
    expires_at: datetime
