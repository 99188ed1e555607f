"""Makes a backup: one moment of PostgreSQL, then the objects that it names."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Final

from footfall_server.backup.folder import BackupWriter
from footfall_server.backup.keys import BackupKey
from footfall_server.backup.manifest import Manifest, ObjectsEntry, TableEntry
from footfall_server.backup.objects import (
    RECEIPT_TYPE,
    NamedObject,
    SavedObject,
    to_record,
)
from footfall_server.domain.erasure import erasures_prefix
from footfall_server.domain.identifiers import new_id
from footfall_server.ports import Clock, ImageStore
from footfall_server.storage.postgres.snapshots import DatabaseSnapshot

Tell = Callable[[str], None]
OpenSnapshot = Callable[[], AbstractAsyncContextManager[DatabaseSnapshot]]

_AT_ONCE: Final = 16
"""How many objects are fetched side by side, and so in memory."""
_TELL_EVERY: Final = timedelta(seconds=5).total_seconds()


class BackupCreation:
    """Reads the database as a role that sees all of it, and the bucket."""

    def __init__(self, *, snapshot: OpenSnapshot, images: ImageStore, clock: Clock, tell: Tell) -> None:
        self._open_snapshot = snapshot
        self._images = images
        self._clock = clock
        self._tell = tell

    async def create(self, folder: Path, key: BackupKey) -> Manifest:
        """Makes the folder, or leaves nothing.

        Raises BackupError, SnapshotError, and UNAVAILABLE when the bucket cannot be reached.
        """
        backup_id = new_id()
        with BackupWriter(folder, key, backup_id) as writer:
            with tempfile.TemporaryFile("w+", dir=writer.scratch, encoding="utf-8") as names:
                async with self._open_snapshot() as snapshot:
                    created_at = self._clock.now()
                    tables = [entry async for entry in self._tables(snapshot, writer)]
                    # Noted, so that the moment need not be held for as long as the bucket takes.
                    async for key_and_type in snapshot.objects():
                        names.write(f"{json.dumps(key_and_type)}\n")
                names.seek(0)
                objects = await self._objects(names, snapshot, writer)
            manifest = Manifest(
                backup_id=backup_id,
                created_at=created_at,
                revision=snapshot.revision,
                key_id=key.key_id,
                tenant_ids=tuple(snapshot.tenant_ids),
                tables=tuple(tables),
                sequences=dict(snapshot.sequences),
                objects=objects,
            )
            writer.finish(manifest)
        return manifest

    async def _tables(self, snapshot: DatabaseSnapshot, writer: BackupWriter) -> AsyncIterator[TableEntry]:
        for number, shape in enumerate(snapshot.tables, start=1):
            self._tell(f"backup: table {number} of {len(snapshot.tables)}: {shape.name}")
            with writer.table(shape.name) as file:
                rows = await snapshot.copy(shape, file.write)
                stored = file.close()
            yield TableEntry(name=shape.name, columns=tuple(shape.columns), rows=rows, file=stored)

    async def _objects(
        self, names: IO[str], snapshot: DatabaseSnapshot, writer: BackupWriter
    ) -> ObjectsEntry:
        count = size = absent = 0
        told = asyncio.get_running_loop().time()
        with writer.objects() as file:
            async for saved in self._fetched(names, snapshot):
                if saved is None:
                    absent += 1
                    continue
                file.write(to_record(saved))
                count += 1
                size += len(saved.data)
                if asyncio.get_running_loop().time() - told > _TELL_EVERY:
                    told = asyncio.get_running_loop().time()
                    self._tell(f"backup: {count} objects")
            return ObjectsEntry(count=count, size=size, absent=absent, file=file.close())

    async def _fetched(self, names: IO[str], snapshot: DatabaseSnapshot) -> AsyncIterator[SavedObject | None]:
        """Each object, or None for one that is not there: purged meanwhile, or never uploaded."""
        for batch in _batches(NamedObject(*json.loads(line)) for line in names):
            for each in await self._get(batch):
                yield each
        # Receipts of erasures are read last, so that those of after the moment are here as well.
        for tenant_id in snapshot.tenant_ids:
            keys = await self._images.keys(erasures_prefix(tenant_id))
            for batch in _batches(NamedObject(key, RECEIPT_TYPE) for key in keys):
                for each in await self._get(batch):
                    yield each

    async def _get(self, batch: Sequence[NamedObject]) -> Sequence[SavedObject | None]:
        found = await asyncio.gather(*(self._images.get(each.key) for each in batch))
        return [
            None if data is None else SavedObject(each.key, each.content_type, data)
            for each, data in zip(batch, found, strict=True)
        ]


def _batches(named: Iterator[NamedObject]) -> Iterator[Sequence[NamedObject]]:
    while batch := list(islice(named, _AT_ONCE)):
        yield batch
