"""The conversation about commands."""

from typing import Final, NoReturn
from uuid import UUID

import structlog
from footfall.v1 import camera_command_pb2, ingest_service_pb2

from footfall_edge import convert
from footfall_edge.commands.command import Command, CommandKind, CommandResult, CommandState
from footfall_edge.commands.desk import CommandDesk
from footfall_edge.link.outbox import Outbox

_KINDS: Final = {
    camera_command_pb2.COMMAND_KIND_START: CommandKind.START,
    camera_command_pb2.COMMAND_KIND_STOP: CommandKind.STOP,
    camera_command_pb2.COMMAND_KIND_RESTART: CommandKind.RESTART,
    camera_command_pb2.COMMAND_KIND_SNAPSHOT: CommandKind.SNAPSHOT,
    camera_command_pb2.COMMAND_KIND_RECONFIGURE: CommandKind.RECONFIGURE,
    camera_command_pb2.COMMAND_KIND_ASSIGN: CommandKind.ASSIGN,
    camera_command_pb2.COMMAND_KIND_RELEASE: CommandKind.RELEASE,
}
_STATES: Final = {
    CommandState.SUCCEEDED: camera_command_pb2.COMMAND_STATE_SUCCEEDED,
    CommandState.FAILED: camera_command_pb2.COMMAND_STATE_FAILED,
    CommandState.EXPIRED: camera_command_pb2.COMMAND_STATE_EXPIRED,
}
_MAX_DETAIL = 500
_log = structlog.get_logger(__name__)


class CommandDuty:
    """Brings commands to the desk and its answers to the core (a LinkDuty)."""

    def __init__(self, desk: CommandDesk) -> None:
        self._desk = desk

    def begin(self, welcome: ingest_service_pb2.Welcome, *, asked_at: float) -> None:
        """Nothing is said of commands in a Welcome."""

    async def run(self, outbox: Outbox) -> NoReturn:
        """Answer."""
        while True:
            await outbox.put(to_command_result(await self._desk.next_answer()))

    def receive(self, message: ingest_service_pb2.ConnectResponse) -> None:
        """Take a command."""
        if message.WhichOneof("message") != "command":
            return
        command = from_command(message.command)
        if command is None:
            _log.warning("command_without_id")
            return
        self._desk.take(command)


def from_command(message: camera_command_pb2.EdgeCommand) -> Command | None:
    """A command; None when its id could not be answered to."""
    try:
        command_id = str(UUID(message.command_id))
    except ValueError:
        return None
    return Command(
        command_id=command_id,
        camera_id=message.camera_id,
        kind=_KINDS.get(message.kind),
        expires=convert.from_timestamp(message.expire_time) if message.HasField("expire_time") else None,
    )


def to_command_result(result: CommandResult) -> ingest_service_pb2.ConnectRequest:
    """An answer."""
    return ingest_service_pb2.ConnectRequest(
        command_result=camera_command_pb2.CommandResult(
            command_id=result.command_id,
            state=_STATES[result.state],
            detail=result.detail[:_MAX_DETAIL],
            jpeg=result.jpeg,
            capture_time=convert.to_timestamp(result.captured) if result.captured else None,
            finish_time=convert.to_timestamp(result.finished),
        )
    )
