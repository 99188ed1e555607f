"""A command and its answer, in the worker's own words."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CommandKind(StrEnum):
    """What is to be done; the words are those of footfall.v1.CommandKind."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"
    SNAPSHOT = "snapshot"
    RECONFIGURE = "reconfigure"
    ASSIGN = "assign"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """kind: None for one that is newer than this worker. expires: by the core's clock; None never."""

    command_id: str
    camera_id: str
    kind: CommandKind | None
    expires: datetime | None = None


class CommandState(StrEnum):
    """What became of a command; the words are those of footfall.v1.CommandState."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandResult:
    """detail: for people, when it failed; never holds a password. jpeg and captured: of a snapshot."""

    command_id: str
    state: CommandState
    finished: datetime
    detail: str = ""
    jpeg: bytes = b""
    captured: datetime | None = None

    def __repr__(self) -> str:
        """Without the picture."""
        return f"CommandResult(command_id={self.command_id!r}, state={self.state.value!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command that was done has to show."""

    jpeg: bytes = b""
    captured: datetime | None = None


class CommandFailedError(Exception):
    """It cannot be done. The text says why, for people, without a password."""
