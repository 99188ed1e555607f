"""Puts a backup back: rows; then who was erased since is erased again; then objects and the face index."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from footfall_server.backup.errors import BackupError
from footfall_server.backup.folder import BackupReader
from footfall_server.backup.objects import SavedObject
from footfall_server.backup.schema import Schema
from footfall_server.backup.tombstones import (
    TombstonesOfBackup,
    TombstonesOfBucket,
    TombstonesOfDatabase,
    TombstoneSource,
)
from footfall_server.backup.verification import faults_of
from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.domain.jobs import JobResult
from footfall_server.domain.staff import staff_prefix
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.storage.postgres.restoring import RestoreTarget
from footfall_server.storage.postgres.snapshots import TableShape

Sweep = Callable[[UUID], Awaitable[JobResult]]
"""Erases again whoever a tombstone of the tenant names; services.erasure_sweep does."""
RebuildIndex = Callable[[], Awaitable[bool]]
"""Makes the face index anew of the gallery; whether the two differ still."""

_AT_ONCE: Final = 16
"""How many objects are put side by side, and so in memory."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `objects` were put back; `unnamed` ones, which no row names any more, were not.

    `portraits_left` lie in the bucket and no row names them: of staff who were enrolled after the backup.
    """

    tables: int
    rows: int
    objects: int
    objects_there: int
    unnamed: int
    portraits_left: int
    tombstones: int
    swept: int


class Restoration:
    """Every step may be repeated: what was interrupted goes on where it was when it is called again."""

    def __init__(
        self,
        *,
        target: RestoreTarget,
        schema: Schema,
        transactions: Transactions,
        images: ImageStore,
        rebuild_index: RebuildIndex,
        sweep: Sweep | None,
        clock: Clock,
        tell: Callable[[str], None],
    ) -> None:
        """`sweep` is None in a release that knows of no tombstones."""
        self._target = target
        self._schema = schema
        self._transactions = transactions
        self._images = images
        self._rebuild_index = rebuild_index
        self._sweep = sweep
        self._clock = clock
        self._tell = tell

    async def restore(
        self, backup: BackupReader, *, newer: Sequence[BackupReader] = (), replace: bool = False
    ) -> Restored:
        """Restores the backup. Tombstones are carried over from `newer` backups as well.

        Raises BackupError, having changed nothing: for a backup that is damaged or of a later release, while
        replicas are connected, and for a database that holds something unless it may be replaced. Later on:
        when somebody who was erased is not erased again, or the index does not come to agree.
        """
        manifest = backup.manifest
        self._schema.require_known(manifest.revision)
        loaded = await self._may_go_on(backup, replace=replace)
        for each in (backup, *newer):
            faults = faults_of(each, self._tell)
            if faults:
                raise BackupError(f"the backup of {each.manifest.created_at} is damaged: {faults[0]}")
        await self._gather(
            TombstonesOfDatabase(self._target),
            await self._prepared_bucket(manifest.tenant_ids),
            *(TombstonesOfBackup(each) for each in (backup, *newer)),
        )
        if loaded:
            await self._target.keep(manifest.backup_id, loaded=True)
        else:
            await self._load(backup)
        carried = await self._target.carried()
        self._tell("restore: migrating")
        await self._schema.bring_to_head()
        swept = await self._erase_again()
        put, there, unnamed = await self._put_objects(backup)
        left = await self._portraits_left(manifest.tenant_ids)
        self._tell("restore: rebuilding the face index")
        if await self._rebuild_index():
            raise BackupError(
                "the rows and objects are restored; the face index still differs from the gallery"
            )
        await self._target.analyze()
        await self._note(backup)
        await self._target.finish()
        return Restored(len(manifest.tables), manifest.rows, put, there, unnamed, left, carried, swept)

    async def _may_go_on(self, backup: BackupReader, *, replace: bool) -> bool:
        """Whether the rows are in already, from an earlier try."""
        if others := await self._target.others():
            raise BackupError(f"stop the core first: it has {others} connections to the database")
        progress = await self._target.progress()
        if progress is not None and progress.backup_id == backup.manifest.backup_id:
            return progress.loaded
        if not replace and await self._target.holds_data():
            raise BackupError(
                "the database holds tenants or accounts; --replace gives them up for the backup"
            )
        return False

    async def _prepared_bucket(self, tenant_ids: Sequence[UUID]) -> TombstoneSource:
        await self._images.prepare()
        return TombstonesOfBucket(self._images, tenant_ids)

    async def _gather(self, *sources: TombstoneSource) -> None:
        """Before anything is replaced."""
        for source in sources:
            async for some in source.tombstones():
                await self._target.carry(some)

    async def _load(self, backup: BackupReader) -> None:
        manifest = backup.manifest
        if await self._schema.is_past(manifest.revision):
            await self._target.clear(manifest.backup_id)  # no migration down has to fit rows
        await self._schema.bring_to(manifest.revision)
        self._tell(f"restore: loading {manifest.rows} rows")
        tables = [(TableShape(each.name, each.columns), backup.rows(each)) for each in manifest.tables]
        await self._target.load(manifest.backup_id, tables, manifest.sequences)

    async def _erase_again(self) -> int:
        """Before their pictures are put back and their faces are in the index; how many tenants had any."""
        if not await self._target.knows_tombstones():
            return 0
        tenant_ids = await self._target.lay_down()
        for tenant_id in tenant_ids:
            if self._sweep is None:
                raise BackupError("there are tombstones of erased people, and nothing here erases them again")
            self._tell(f"restore: erasing again in tenant {tenant_id}")
            result = await self._sweep(tenant_id)
            if result.failure:
                raise BackupError(f"tenant {tenant_id}: not everybody is erased again: {result.failure}")
        return len(tenant_ids)

    async def _put_objects(self, backup: BackupReader) -> tuple[int, int, int]:
        """How many were put back, were there, and belong to nobody any more."""
        await self._target.note_objects()
        receipts = tuple(erasures_prefix(each) for each in backup.manifest.tenant_ids)
        put = there = unnamed = 0
        objects = backup.objects()
        while batch := list(islice(objects, _AT_ONCE)):
            named = await self._target.named([each.key for each in batch])
            wanted = [each for each in batch if each.key in named or each.key.startswith(receipts)]
            missing = sum(await asyncio.gather(*map(self._put_if_missing, wanted)))
            put += missing
            there += len(wanted) - missing
            unnamed += len(batch) - len(wanted)
            self._tell(f"restore: {put + there + unnamed} of {backup.manifest.objects.count} objects")
        return put, there, unnamed

    async def _portraits_left(self, tenant_ids: Sequence[UUID]) -> int:
        """Portraits that no row names are told, not deleted: another installation may use the bucket."""
        left = 0
        for tenant_id in tenant_ids:
            keys = iter(await self._images.keys(staff_prefix(tenant_id)))
            while batch := list(islice(keys, _AT_ONCE)):
                for key in sorted({*batch} - {*await self._target.named(batch)}):
                    self._tell(f"restore: no row names the portrait {key}")
                    left += 1
        return left

    async def _put_if_missing(self, saved: SavedObject) -> bool:
        if await self._images.stat(saved.key) is not None:
            return False
        await self._images.put(saved.key, saved.data, saved.content_type)
        return True

    async def _note(self, backup: BackupReader) -> None:
        manifest = backup.manifest
        entry = AuditEntry.by_operator(
            Action.BACKUP_RESTORE,
            manifest.backup_id,
            at=self._clock.now(),
            detail={"created_at": manifest.created_at.isoformat(), "revision": manifest.revision},
            resource="backup",
        )
        async with self._transactions.begin_platform() as platform:
            await platform.audit.append(entry)
