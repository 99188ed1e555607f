"""Commands to workers, and pictures between replicas, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.camera_command import CameraCommand, CommandState, SealedPicture
from footfall_server.domain.change import (
    CommandFinished,
    CommandSent,
    ControlWord,
    FrameStored,
    PreviewWanted,
)
from footfall_server.domain.preview import PreviewDemand
from footfall_server.errors import not_found


class MemoryCommands:
    """Implements CommandRepository. `words` are said when the transaction commits."""

    def __init__(
        self, tenant_id: UUID, tables: TenantTables, hidden: TenantTables, words: list[ControlWord]
    ) -> None:
        self._tenant_id = tenant_id
        self._tables = tables
        self._hidden = hidden
        self._words = words

    async def add(self, command: CameraCommand, request_id: UUID | None) -> CameraCommand:
        if request_id is not None:
            known_id = self._tables.requests.setdefault(request_id, command.command_id)
            if known_id in self._hidden.commands:
                raise not_found("camera", command.camera_id)
            if (known := self._tables.commands.get(known_id)) is not None:
                return known
        self._tables.commands[command.command_id] = command
        self._words.append(CommandSent(self._tenant_id, command.worker_id))
        return command

    async def get(self, command_id: UUID) -> CameraCommand | None:
        return self._tables.commands.get(command_id)

    async def waiting_for(self, worker_id: UUID, now: datetime) -> Sequence[CameraCommand]:
        return [
            command
            for _, command in sorted(self._tables.commands.items())
            if command.worker_id == worker_id
            and command.state is CommandState.WAITING
            and command.expires_at > now
        ]

    async def finish(
        self, command_id: UUID, worker_id: UUID, state: CommandState, detail: str, at: datetime
    ) -> CameraCommand | None:
        waiting = {each.command_id: each for each in await self.waiting_for(worker_id, at)}
        if command_id not in waiting:
            return None
        return self._end(replace(waiting[command_id], state=state, detail=detail, finished_at=at))

    async def expire(self, now: datetime) -> Sequence[CameraCommand]:
        return [
            self._end(replace(command, state=CommandState.EXPIRED, finished_at=now))
            for command in list(self._tables.commands.values())
            if command.state is CommandState.WAITING and command.expires_at <= now
        ]

    def _end(self, command: CameraCommand) -> CameraCommand:
        self._tables.commands[command.command_id] = command
        self._words.append(CommandFinished(self._tenant_id, command.command_id))
        return command


class MemoryPictures:
    """Implements PictureRepository."""

    def __init__(self, tenant_id: UUID, tables: TenantTables, words: list[ControlWord]) -> None:
        self._tenant_id = tenant_id
        self._tables = tables
        self._words = words

    async def show(self, frame: SealedPicture) -> None:
        await self.put(frame)
        self._words.append(FrameStored(self._tenant_id, frame.picture_id))

    async def put(self, picture: SealedPicture) -> None:
        self._tables.pictures[picture.picture_id] = picture

    async def get(self, picture_id: UUID, now: datetime) -> SealedPicture | None:
        found = self._tables.pictures.get(picture_id)
        return found if found is not None and found.expires_at > now else None

    async def remove(self, picture_id: UUID) -> None:
        self._tables.pictures.pop(picture_id, None)


class MemoryPreviews:
    """Implements PreviewRepository."""

    def __init__(self, tenant_id: UUID, tables: TenantTables, words: list[ControlWord]) -> None:
        self._tenant_id = tenant_id
        self._tables = tables
        self._words = words

    async def want(self, demand: PreviewDemand) -> None:
        key = (demand.camera_id, demand.replica_id)
        before = self._tables.previews.get(key)
        self._tables.previews[key] = demand
        if before is None or before.size != demand.size:
            self._words.append(PreviewWanted(self._tenant_id, demand.site_id))

    async def unwant(self, camera_id: UUID, replica_id: UUID, site_id: UUID) -> None:
        if self._tables.previews.pop((camera_id, replica_id), None) is not None:
            self._words.append(PreviewWanted(self._tenant_id, site_id))

    async def wanted_at(self, site_id: UUID, now: datetime) -> Sequence[PreviewDemand]:
        return [
            demand
            for _, demand in sorted(self._tables.previews.items())
            if demand.site_id == site_id and demand.expires_at > now
        ]

    async def watchers(self, now: datetime) -> int:
        return sum(each.watchers for each in self._tables.previews.values() if each.expires_at > now)
