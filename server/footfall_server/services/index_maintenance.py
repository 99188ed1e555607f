"""What an operator has done to the face index: compare it everywhere, or make it anew."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import Clock, FaceIndex, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import SETTLING, IndexReport, IndexVerification
from footfall_server.services.index_writer import IndexWriter
from footfall_server.services.tenant_models import TenantModels

MOST_FAILURES = 20
"""How often in a row the index may refuse faces before a rebuild gives up."""


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """`left` of the faces of a model that were there when the rebuild began are still to be carried."""

    model_id: str
    left: int


class IndexMaintenance:
    """Works while replicas serve, and needs none of them."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        models: TenantModels,
        recovery: IndexRecovery,
        writer: IndexWriter,
        clock: Clock,
        pause: timedelta = timedelta(milliseconds=500),
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._models = models
        self._recovery = recovery
        self._writer = writer
        self._clock = clock
        self._pause = pause.total_seconds()
        self._lenient = IndexVerification(transactions=transactions, index=index, clock=clock)
        self._strict = IndexVerification(
            transactions=transactions, index=index, clock=clock, settling=timedelta(0)
        )

    async def verify(
        self, tenant_id: UUID | None = None, *, repair: bool = False
    ) -> AsyncIterator[IndexReport]:
        """One report for each tenant and model. Faces that are put back are carried by the replicas.

        With `repair` a collection that is gone is made as well. Raises TENANT_NOT_FOUND, and UNAVAILABLE when
        a store cannot be reached.
        """
        for each, model in await self._looked_after(tenant_id):
            gone = not await self._index.exists(model.model_id)
            report = await self._lenient.verify(each, model.model_id, repair=repair and not gone)
            if gone and repair:
                await self._recovery.prepare_for(model)
                report = replace(report, repaired=report.drifted)
            yield report

    async def rebuild(self, tell: Callable[[RebuildProgress], None]) -> AsyncIterator[IndexReport]:
        """Drops each model's collection, makes it again, carries everybody's faces into it, and verifies.

        From when the new collection is there until they are carried, faces are found among the recent ones.
        Faces that come meanwhile are the replicas' business. Raises UNAVAILABLE when a store stays away: all
        that is not carried is in the outbox by then, and replicas go on with it.
        """
        models = await self._models.everywhere()
        await self._note_rebuild([each.model_id for each in models])
        for model in models:
            began = self._clock.now()
            await self._index.drop_model(model.model_id)
            await self._recovery.prepare_for(model)
            await self._carry(model.model_id, began, tell)
        for tenant_id, model in await self._looked_after(None):
            yield await self._settled(tenant_id, model.model_id)

    async def _note_rebuild(self, model_ids: Sequence[str]) -> None:
        entry = AuditEntry.by_operator(
            Action.INDEX_REBUILD,
            None,
            at=self._clock.now(),
            detail={"model_ids": model_ids},
            resource="index",
        )
        async with self._transactions.begin_platform() as platform:
            await platform.audit.append(entry)

    async def _looked_after(self, tenant_id: UUID | None) -> Sequence[tuple[UUID, RecognitionModel]]:
        async with self._transactions.begin_platform() as platform:
            if tenant_id is None:
                tenant_ids = await platform.tenant_ids()
            elif await platform.get_tenant(tenant_id) is None:
                raise not_found("tenant", tenant_id)
            else:
                tenant_ids = [tenant_id]
        return [
            (each, model)
            for each in tenant_ids
            for _, model in sorted((await self._models.of(each)).all.items())
        ]

    async def _carry(self, model_id: str, began: datetime, tell: Callable[[RebuildProgress], None]) -> None:
        """Until the outbox has none of the faces any more that were there in the beginning."""
        failures = 0
        told: int | None = None
        while left := sum([await self._waiting(each, model_id, began) for each in await self._tenant_ids()]):
            if left != told:
                tell(RebuildProgress(model_id, left))
                told = left
            try:
                carried = sum([await self._writer.carry_lot(each) for each in await self._tenant_ids()])
            except FootfallError as error:
                failures += 1
                if error.kind is not ErrorKind.UNAVAILABLE or failures == MOST_FAILURES:
                    raise
                carried = 0
            else:
                failures = 0
            if not carried:  # what is left is in a replica's hands, or waits after a failure
                await asyncio.sleep(self._pause)
        tell(RebuildProgress(model_id, 0))

    async def _waiting(self, tenant_id: UUID, model_id: str, created_before: datetime) -> int:
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.gallery.waiting(model_id, created_before)

    async def _tenant_ids(self) -> Sequence[UUID]:
        async with self._transactions.begin_platform() as platform:
            return await platform.tenant_ids()

    async def _settled(self, tenant_id: UUID, model_id: str) -> IndexReport:
        """What is so once the index has had its time to find what it took."""
        deadline = asyncio.get_running_loop().time() + SETTLING.total_seconds()
        while True:
            report = await self._strict.verify(tenant_id, model_id)
            if not report.drifted or asyncio.get_running_loop().time() > deadline:
                return report
            await asyncio.sleep(self._pause)
