"""Commands to workers: who may send them, to whom they go, and what came of them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.camera_command import CameraCommand, CommandKind, CommandOutcome, CommandState
from footfall_server.domain.camera_settings import ImagePolicy
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.places import Camera
from footfall_server.domain.worker import WorkerState
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import (
    CameraAssignments,
    CameraHolders,
    Clock,
    Transaction,
    Transactions,
)
from footfall_server.services.relayed_pictures import RelayedPictures
from footfall_server.services.scope import begin_for

MOST_WAITING = 32
"""How many commands may wait for one worker."""
WORKER_RETRY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """What a caller asks for. `worker_id` is set for ASSIGN alone."""

    camera_id: UUID
    kind: CommandKind
    timeout: timedelta
    worker_id: UUID | None = None
    request_id: UUID | None = None
    wants_picture: bool = False


class CameraCommandService:
    """Keeps commands, finishes each once, and audits both.

    Sending and the end are audited where they are committed: a command that cannot be recorded is not sent.
    Of one that only fetches a picture, the look at the picture is audited.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        clock: Clock,
        holders: CameraHolders,
        assignments: CameraAssignments,
        pictures: RelayedPictures,
    ) -> None:
        self._transactions = transactions
        self._clock = clock
        self._holders = holders
        self._assignments = assignments
        self._pictures = pictures

    async def send(self, principal: Principal, asked: CommandRequest) -> CameraCommand:
        """Gives a command to the worker's replica; the answer is most often still WAITING.

        Raises NOT_FOUND, UNAVAILABLE / WORKER_OFFLINE, FAILED_PRECONDITION / IMAGES_NOT_ALLOWED, and
        RESOURCE_EXHAUSTED / RATE_LIMITED when too many commands wait for the worker.
        """
        async with begin_for(self._transactions, principal) as tx:
            camera = await tx.cameras.get(asked.camera_id)
            if camera is None or not principal.may_see(camera.site_id):
                raise not_found("camera", asked.camera_id)
            if asked.kind is CommandKind.SNAPSHOT:
                await require_images(tx, camera)
            worker = await self._addressee(tx, camera, asked)
            now = self._clock.now()
            command = CameraCommand(
                command_id=new_id(),
                site_id=camera.site_id,
                camera_id=camera.camera_id,
                worker_id=worker.worker_id,
                kind=asked.kind,
                created_at=now,
                expires_at=now + asked.timeout,
                sent_by=principal.subject_id,
                sent_by_role=principal.role.value,
                wants_picture=asked.wants_picture,
            )
            sent = await tx.commands.add(command, asked.request_id)
            if sent.command_id != command.command_id:
                return _as_asked(sent, asked)
            if len(await tx.commands.waiting_for(worker.worker_id, now)) > MOST_WAITING:
                raise _too_many_waiting(worker.worker_id)
            await _note(tx, command, Action.CAMERA_COMMAND)
            if asked.kind is CommandKind.ASSIGN:
                await self._assignments.assign(tx, camera, worker.worker_id)
            elif asked.kind is CommandKind.RELEASE:
                await self._assignments.release(tx, camera)
            return sent

    async def finish(self, principal: Principal, worker_id: UUID, outcome: CommandOutcome) -> bool:
        """Takes a worker's answer; False when nobody waits for it any more."""
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            finished = await tx.commands.finish(
                outcome.command_id, worker_id, outcome.state, outcome.detail, now
            )
            if finished is None:
                return False
            if finished.wants_picture and outcome.jpeg:
                await self._pictures.put(
                    tx, finished.command_id, finished.site_id, outcome.jpeg, finished.expires_at
                )
            await _note(tx, finished, Action.CAMERA_COMMAND_END)
            return True

    async def give_up(self, principal: Principal, command_id: UUID) -> CameraCommand:
        """A command whose time is over, as it is then: EXPIRED, unless it was finished in the last moment."""
        async with begin_for(self._transactions, principal) as tx:
            await expire_commands(tx, self._clock)
            found = await tx.commands.get(command_id)
        if found is None:
            raise not_found("camera", command_id)
        return found

    async def picture_of(self, principal: Principal, command: CameraCommand) -> bytes | None:
        """The frame that a SNAPSHOT brought, once: it is given out when the log says so, and then removed."""
        async with begin_for(self._transactions, principal) as tx:
            jpeg = await self._pictures.take(tx, command.command_id)
            if jpeg is None:
                return None
            await tx.audit.append(
                AuditEntry.of(
                    principal,
                    Action.CAMERA_SNAPSHOT,
                    command.camera_id,
                    at=self._clock.now(),
                    detail={"site_id": command.site_id, "command_id": command.command_id},
                    resource="camera",
                )
            )
            return jpeg

    async def _addressee(self, tx: Transaction, camera: Camera, asked: CommandRequest) -> WorkerState:
        """Who is to do it. Raises NOT_FOUND for a worker of another site, and WORKER_OFFLINE."""
        if asked.worker_id is None:
            holder = await self._holders.holder_of(tx, camera)
            if holder is None:
                raise worker_offline(camera)
            return holder
        worker = await tx.workers.get(asked.worker_id)
        if worker is None or worker.site_id != camera.site_id:
            raise not_found("worker", asked.worker_id)
        if not worker.as_of(self._clock.now()).is_linked:
            raise worker_offline(camera)
        return worker


async def expire_commands(tx: Transaction, clock: Clock) -> int:
    """Marks what waits for too long, and audits that. Returns how many commands those are."""
    expired = await tx.commands.expire(clock.now())
    for command in expired:
        await _note(tx, command, Action.CAMERA_COMMAND_END)
    return len(expired)


async def require_images(tx: Transaction, camera: Camera) -> None:
    """Raises FAILED_PRECONDITION / IMAGES_NOT_ALLOWED where the camera's picture stays in the shop."""
    site = await tx.sites.get(camera.site_id)
    ceiling = ImagePolicy.NONE if site is None else site.image_policy
    if camera.settings.image_policy.within(ceiling) is ImagePolicy.NONE:
        raise FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "IMAGES_NOT_ALLOWED",
            "the camera's image policy keeps every picture in the shop",
            metadata={"camera_id": str(camera.camera_id)},
        )


def worker_offline(camera: Camera) -> FootfallError:
    """What is said when nobody can do anything with a camera."""
    return FootfallError(
        ErrorKind.UNAVAILABLE,
        "WORKER_OFFLINE",
        "no worker that could do this has a link to the core",
        metadata={"camera_id": str(camera.camera_id)},
        retry_after=WORKER_RETRY,
    )


def _too_many_waiting(worker_id: UUID) -> FootfallError:
    return FootfallError(
        ErrorKind.RESOURCE_EXHAUSTED,
        "RATE_LIMITED",
        f"{MOST_WAITING} commands wait for the worker already",
        metadata={"limit": "worker_commands", "worker_id": str(worker_id)},
        retry_after=WORKER_RETRY,
    )


def _as_asked(sent: CameraCommand, asked: CommandRequest) -> CameraCommand:
    """What was sent with the same request_id. Raises ALREADY_EXISTS when that asked for something else."""
    if (sent.camera_id, sent.kind) != (asked.camera_id, asked.kind):
        raise FootfallError(
            ErrorKind.ALREADY_EXISTS, "ALREADY_EXISTS", "request_id was used for another command"
        )
    return sent


async def _note(tx: Transaction, command: CameraCommand, action: Action) -> None:
    """Audits a command's sending or end; both are the doing of who sent it."""
    if command.wants_picture:
        return
    detail: dict[str, object] = {
        "site_id": command.site_id,
        "command_id": command.command_id,
        "kind": command.kind.value,
        "worker_id": command.worker_id,
    }
    if command.state is not CommandState.WAITING:
        detail["outcome"] = command.state.value
    await tx.audit.append(
        AuditEntry.on_behalf_of(
            command.sent_by,
            command.sent_by_role,
            action,
            command.camera_id,
            at=command.finished_at or command.created_at,
            detail=detail,
            resource="camera",
        )
    )
