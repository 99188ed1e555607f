"""Keeps the places in the face index in order: each tenant's in each model's collection, and no others."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditFilter
from footfall_server.domain.jobs import JobResult
from footfall_server.errors import FootfallError
from footfall_server.ports import Clock, FaceIndex, Transactions
from footfall_server.services.index_recovery import IndexRecovery
from footfall_server.services.index_verification import IndexVerification
from footfall_server.services.model_registry import KnownModels
from footfall_server.services.tenant_models import TenantModels

SURVIVORS: Final = "SURVIVORS"
"""The failure of upkeep after which faces are still where nobody should have any."""

_log = structlog.get_logger()


class IndexPlaces:
    """Makes and loads the collections that a tenant's models need, and clears what is nobody's any more.

    Of the models that a tenant takes it clears nothing: IndexCheck does.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        models: TenantModels,
        known: KnownModels,
        recovery: IndexRecovery,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._models = models
        self._known = known
        self._recovery = recovery
        self._clock = clock
        self._verification = IndexVerification(
            transactions=transactions, index=index, clock=clock, settling=timedelta(0)
        )
        self._installation_kept_at: datetime | None = None

    async def keep(self, tenant_id: UUID) -> JobResult:
        """Counts the tenant's collections, how many had to be made, and faces of models left behind.

        `left` of those faces are still there, which is a failure. Raises UNAVAILABLE.
        """
        accepted = (await self._models.of(tenant_id)).all
        made = cleared = left = 0
        for model in accepted.values():
            made += not await self._index.exists(model.model_id)
            await self._recovery.prepare_for(model)
        for model_id in self._known.model_ids:
            if model_id not in accepted and await self._index.exists(model_id):
                found = await self._verification.verify(tenant_id, model_id, repair=True)
                after = await self._verification.verify(tenant_id, model_id)
                cleared += len(found.orphaned)
                left += len(frozenset(found.orphaned).intersection(after.orphaned))
                if tenant_id in await self._index.tenants_beside(model_id, ()):
                    await self._drop_empty(tenant_id, model_id)
        summary = {"collections": len(accepted), "made": made, "cleared": cleared, "left": left}
        if left:
            _log.error("index_survivors", tenant_id=str(tenant_id), **summary)
        return JobResult(summary, SURVIVORS if left else "")

    async def keep_installation(self, *, not_since: datetime) -> bool:
        """Drops the places of tenants that were removed, unless this replica did so since then.

        A place of whoever never was a tenant here is told of, and left alone.
        Every replica does this for itself: no tenant's jobs could claim it, and to do it twice is no harm.
        """
        if self._installation_kept_at is not None and self._installation_kept_at >= not_since:
            return False
        try:
            await self._drop_of_the_gone()
        except FootfallError as error:
            # The next look comes soon, and jobs do not wait for the index.
            _log.warning("index_places_wait", reason=error.reason)
            return False
        self._installation_kept_at = self._clock.now()
        return True

    async def _drop_empty(self, tenant_id: UUID, model_id: str) -> None:
        """Gives the place back: a collection takes a limited number."""
        # While nobody can begin to take the model, whose faces would come here.
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            if model_id in (await self._models.within(tx)).all:
                return
            if await tx.gallery.standing(model_id, None, 1):
                return
            if not await self._index.face_ids(tenant_id, model_id):
                await self._index.drop_tenant(tenant_id, model_id)

    async def _drop_of_the_gone(self) -> None:
        for model_id in self._known.model_ids:
            if not await self._index.exists(model_id):
                continue
            looked_at: set[UUID] = set()
            removed: set[UUID] = set()
            while beside := await self._beside(model_id) - looked_at:
                looked_at |= beside
                for tenant_id in sorted(beside):
                    if await self._was_removed(tenant_id):
                        await self._index.drop_tenant(tenant_id, model_id)
                        removed.add(tenant_id)
            if looked_at:
                left = len(removed & await self._beside(model_id))
                strangers = len(looked_at - removed)
                log = _log.error if left else _log.warning
                log("index_places", model_id=model_id, dropped=len(removed), left=left, strangers=strangers)

    async def _beside(self, model_id: str) -> frozenset[UUID]:
        """Whose place is there, but who is no tenant."""
        beside = await self._index.tenants_beside(model_id, await self._tenant_ids())
        # Asked again: a tenant that was made in between has a right to its place.
        return beside - await self._tenant_ids() if beside else beside

    async def _was_removed(self, tenant_id: UUID) -> bool:
        """Whether it was ours. Of others nothing is known: the index may be another installation's, too."""
        removals = AuditFilter(action=Action.TENANT_DELETE, resource_id=tenant_id)
        async with self._transactions.begin_platform() as platform:
            return bool(await platform.audit.count(matching=removals, most=1))

    async def _tenant_ids(self) -> frozenset[UUID]:
        async with self._transactions.begin_platform() as platform:
            return frozenset(await platform.tenant_ids())
