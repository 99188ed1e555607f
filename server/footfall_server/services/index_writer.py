"""Carries gallery faces from the outbox into the face index, and out of it those that are gone."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from footfall_server.domain.person import GalleryFace
from footfall_server.errors import ErrorKind, FootfallError, reason_of
from footfall_server.ports import Clock, FaceIndex, Transactions
from footfall_server.services.backoff import Backoff
from footfall_server.services.rounds import each_tenant

POSTPONEMENT = timedelta(seconds=2)
"""How long faces that the index did not take stay where they are, for every replica."""

_log = structlog.get_logger()


class ChangedTenants(Protocol):
    """Tells in which tenants something happened; live.change_feed does."""

    async def next(self, patience: timedelta) -> frozenset[UUID] | None:
        """The tenants with changes since the last call, once there are any.

        None means to look at all of them: the time is over, or word was lost.
        """
        ...


class IndexWriter:
    """Runs on every replica; they share the work, since a face in the hands of one is not seen by others.

    When the index is away nothing is lost: faces stay in the outbox and are tried again.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        changed: ChangedTenants,
        clock: Clock,
        lot: int = 256,
        gather_for: timedelta = timedelta(seconds=1),
        sweep_every: timedelta = timedelta(seconds=10),
        backoff: Backoff | None = None,
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._changed = changed
        self._clock = clock
        self._lot = lot
        self._gather_for = gather_for
        self._sweep_every = sweep_every
        self._backoff = backoff or Backoff(first=timedelta(milliseconds=500), limit=timedelta(seconds=30))

    async def run(self) -> None:
        """Drains outboxes for as long as the process lives."""
        while True:
            try:
                changed = await self._changed.next(self._sweep_every)
                # The index likes lots, and until then recent faces are found in the database.
                await asyncio.sleep(self._gather_for.total_seconds())
                await self.sweep(changed)
            except Exception as error:  # noqa: BLE001 - whatever it was, the outbox is still there
                delay = self._backoff.failed()
                _log.warning(
                    "index_writer_waits", reason=reason_of(error), seconds=round(delay.total_seconds(), 1)
                )
                await asyncio.sleep(delay.total_seconds())
            else:
                self._backoff.succeeded()

    async def sweep(self, tenant_ids: frozenset[UUID] | None = None) -> int:
        """Drains the outboxes of these tenants, or of all. Returns how many faces went into the index.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        if tenant_ids is None:
            async with self._transactions.begin_platform() as platform:
                tenant_ids = frozenset(await platform.tenant_ids())
        return await each_tenant(sorted(tenant_ids), self.drain)

    async def drain(self, tenant_id: UUID) -> int:
        """Empties one tenant's outbox in lots. Raises UNAVAILABLE when the index cannot be reached."""
        carried = 0
        while True:
            count = await self.carry_lot(tenant_id)
            carried += count
            if count < self._lot:  # what is still there is not due, or in another replica's hands
                break
        while await self._remove_lot(tenant_id) == self._lot:
            pass
        return carried

    async def _remove_lot(self, tenant_id: UUID) -> int:
        """One lot of faces that are gone. They are searched for until the index is seen to lack them."""
        async with self._transactions.begin(tenant_id) as tx:
            removals = await tx.gallery.take_removals(self._lot)
            if not removals:
                return 0
            face_ids = [each.face_id for each in removals]
            by_model: defaultdict[str, list[UUID]] = defaultdict(list)
            for each in removals:
                by_model[each.model_id].append(each.face_id)
            try:
                for model_id, of_model in by_model.items():
                    if await self._index.exists(model_id):
                        await self._index.delete(tenant_id, model_id, of_model)
            except FootfallError as error:
                if error.kind is not ErrorKind.UNAVAILABLE:
                    raise
                failure = error
                await tx.gallery.postpone_removals(face_ids, self._clock.now() + POSTPONEMENT)
            else:
                await tx.gallery.confirm_removed(face_ids)
                return len(removals)
        raise failure

    async def carry_lot(self, tenant_id: UUID) -> int:
        """One lot of new faces; how many that were. Raises UNAVAILABLE as drain does.

        The faces stay locked until it is confirmed, so no replica carries them a second time.
        """
        async with self._transactions.begin(tenant_id) as tx:
            faces = await tx.gallery.take_unindexed(self._lot)
            if not faces:
                return 0
            face_ids = [face.face_id for face in faces]
            try:
                await self._insert(tenant_id, faces)
            except FootfallError as error:
                if error.kind is not ErrorKind.UNAVAILABLE:
                    raise
                failure = error
                await tx.gallery.postpone(face_ids, self._clock.now() + POSTPONEMENT)
            else:
                await tx.gallery.confirm_indexed(face_ids, self._clock.now())
                return len(faces)
        raise failure

    async def _insert(self, tenant_id: UUID, faces: Sequence[GalleryFace]) -> None:
        by_model: defaultdict[str, list[GalleryFace]] = defaultdict(list)
        for face in faces:
            by_model[face.model_id].append(face)
        for of_model in by_model.values():
            await self._index.insert(tenant_id, of_model)
