"""Commands to workers, between the wire and the domain."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from footfall.v1 import camera_command_pb2, camera_control_service_pb2, ingest_service_pb2

from footfall_server.domain.camera_command import CameraCommand, CommandKind, CommandOutcome, CommandState
from footfall_server.errors import FieldViolation, invalid_fields
from footfall_server.rpc.convert_values import from_duration, from_optional_id, to_timestamp
from footfall_server.rpc.convert_workers import without_controls
from footfall_server.services.camera_commands import CommandRequest

DEFAULT_TIMEOUT = timedelta(seconds=10)

_KINDS: Mapping["camera_command_pb2.CommandKind", CommandKind] = {
    camera_command_pb2.COMMAND_KIND_START: CommandKind.START,
    camera_command_pb2.COMMAND_KIND_STOP: CommandKind.STOP,
    camera_command_pb2.COMMAND_KIND_RESTART: CommandKind.RESTART,
    camera_command_pb2.COMMAND_KIND_SNAPSHOT: CommandKind.SNAPSHOT,
    camera_command_pb2.COMMAND_KIND_RECONFIGURE: CommandKind.RECONFIGURE,
    camera_command_pb2.COMMAND_KIND_ASSIGN: CommandKind.ASSIGN,
    camera_command_pb2.COMMAND_KIND_RELEASE: CommandKind.RELEASE,
}
_STATES: Mapping["camera_command_pb2.CommandState", CommandState] = {
    camera_command_pb2.COMMAND_STATE_SUCCEEDED: CommandState.SUCCEEDED,
    camera_command_pb2.COMMAND_STATE_FAILED: CommandState.FAILED,
    camera_command_pb2.COMMAND_STATE_EXPIRED: CommandState.EXPIRED,
}
_KIND_NUMBERS = {kind: number for number, kind in _KINDS.items()}
_STATE_NUMBERS = {state: number for number, state in _STATES.items()}


def from_send_command(request: camera_control_service_pb2.SendCommandRequest) -> CommandRequest:
    """Raises INVALID_FIELD unless a worker is named for ASSIGN, and for nothing else."""
    kind, worker_id = _KINDS[request.kind], from_optional_id(request.worker_id)
    if (kind is CommandKind.ASSIGN) != (worker_id is not None):
        said = "is needed for COMMAND_KIND_ASSIGN, and for nothing else"
        raise invalid_fields([FieldViolation("worker_id", said, "send_command.worker_id")])
    has_timeout = request.HasField("timeout")
    return CommandRequest(
        camera_id=UUID(request.camera_id),
        kind=kind,
        timeout=from_duration(request.timeout, "timeout") if has_timeout else DEFAULT_TIMEOUT,
        worker_id=worker_id,
        request_id=from_optional_id(request.request_id),
    )


def snapshot_command(request: camera_control_service_pb2.GetSnapshotRequest) -> CommandRequest:
    return CommandRequest(
        camera_id=UUID(request.camera_id),
        kind=CommandKind.SNAPSHOT,
        timeout=DEFAULT_TIMEOUT,
        wants_picture=True,
    )


def to_camera_command(command: CameraCommand) -> camera_control_service_pb2.CameraCommand:
    """A command that is finished."""
    message = camera_control_service_pb2.CameraCommand(
        command_id=str(command.command_id),
        camera_id=str(command.camera_id),
        worker_id=str(command.worker_id),
        kind=_KIND_NUMBERS[command.kind],
        state=_STATE_NUMBERS[command.state],
        detail=command.detail,
        create_time=to_timestamp(command.created_at),
    )
    if command.finished_at is not None:
        message.finish_time.CopyFrom(to_timestamp(command.finished_at))
    return message


def to_edge_command(command: CameraCommand) -> ingest_service_pb2.ConnectResponse:
    return ingest_service_pb2.ConnectResponse(
        command=camera_command_pb2.EdgeCommand(
            command_id=str(command.command_id),
            camera_id=str(command.camera_id),
            kind=_KIND_NUMBERS[command.kind],
            expire_time=to_timestamp(command.expires_at),
        )
    )


def from_command_result(result: camera_command_pb2.CommandResult) -> CommandOutcome:
    return CommandOutcome(
        command_id=UUID(result.command_id),
        state=_STATES[result.state],
        detail=without_controls(result.detail),
        jpeg=result.jpeg,
    )
