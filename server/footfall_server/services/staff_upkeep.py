"""Sees to it once a night that cameras know the tenant's staff and nobody else as such."""

from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.jobs import JobResult
from footfall_server.ports import Clock, Transactions
from footfall_server.services.staff_leaving import StaffLeaving
from footfall_server.services.tenant_models import TenantModels

STALE: Final = "STALE"
"""The failure of upkeep after which somebody who left is still known, or a gallery is not whole."""
_MOST_ROUNDS: Final = 500
"""Of leavers, some at once. That many staff do not leave in a night; what is left is told."""

_log = structlog.get_logger()


class StaffUpkeep:
    """Ends leavers and brings the staff galleries up to date, also of models that nobody takes any more."""

    def __init__(
        self, *, transactions: Transactions, leaving: StaffLeaving, models: TenantModels, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._leaving = leaving
        self._models = models
        self._clock = clock

    async def refresh(self, tenant_id: UUID) -> JobResult:
        """Counts leavers who were forgotten, models, and faces that came or went. Raises UNAVAILABLE."""
        leavers = 0
        for _ in range(_MOST_ROUNDS):
            gone = await self._leaving.forget_leavers(tenant_id)
            leavers += gone
            if not gone:
                break
        async with self._transactions.begin(tenant_id) as tx:
            left_over = frozenset(await tx.staff_gallery.model_ids())
        model_ids = sorted(left_over.union((await self._models.of(tenant_id)).all))
        changed = stale = 0
        for model_id in model_ids:
            changes, is_current = await self._refresh(tenant_id, model_id)
            changed += changes
            stale += not is_current
        async with self._transactions.begin(tenant_id) as tx:
            still_known = len(await tx.staff.leavers(self._clock.now(), 1))
        summary = {"leavers": leavers, "models": len(model_ids), "faces_changed": changed, "stale": stale}
        wrong = bool(stale or still_known)
        if wrong:
            _log.error(
                "staff_gallery_stale", tenant_id=str(tenant_id), leavers_known=still_known, stale=stale
            )
        return JobResult(summary, STALE if wrong else "")

    async def _refresh(self, tenant_id: UUID, model_id: str) -> tuple[int, bool]:
        """How many faces changed, and whether the gallery is whole after that."""
        async with self._transactions.begin(tenant_id) as tx:
            if await tx.staff_gallery.is_current(model_id):
                return 0, True
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            changed = await tx.staff_gallery.refresh(model_id)
            return changed, await tx.staff_gallery.is_current(model_id)
