"""Tells workers whose faces are staff's, as of now."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from footfall_server.domain.identity import Principal
from footfall_server.domain.staff_gallery import TOMBSTONES, HeldGallery, StaffGalleryDelta
from footfall_server.ports import Clock, Transactions
from footfall_server.services.scope import begin_for, tenant_of
from footfall_server.services.tenant_models import TenantModels
from footfall_server.services.threshold_policies import ThresholdPolicies

KEEP = timedelta(seconds=5)
"""For so long a replica goes by what it looked up for the tenant's other links."""
SLACK = timedelta(days=1)
FACES_PER_DELTA = 512
"""About a megabyte; a message may have five."""
GALLERIES_REMEMBERED = 1024

_log = structlog.get_logger()


@dataclass(slots=True)
class _Known:
    """What a replica knows of one gallery."""

    version: int = 0
    read_at: datetime | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class StaffGalleries:
    """Brings workers from the gallery that they hold to the present one, a delta at a time.

    The truth is who is staff and by which faces they are known; it changes in many ways (a change of kind,
    a merge, a learned or an erased face, another model). So it is compared with what was told, rather than
    told of by everything that changes it.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        models: TenantModels,
        policies: ThresholdPolicies,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._models = models
        self._policies = policies
        self._clock = clock
        self._known: OrderedDict[tuple[UUID, str], _Known] = OrderedDict()

    async def next_delta(self, principal: Principal, held: HeldGallery) -> StaffGalleryDelta | None:
        """What a worker is to be told next; None when it holds the newest, or embeds with another model."""
        tenant_id, model_id = tenant_of(principal), held.model_id
        accepted = await self._models.of(tenant_id)
        if model_id not in accepted.all:
            return None
        newest = await self._newest(tenant_id, model_id)
        if newest == held.version:
            return None
        after = held.version if self._goes_on(held.version, newest) else 0
        async with begin_for(self._transactions, principal) as tx:
            changed = await tx.staff_gallery.after(model_id, after, FACES_PER_DELTA)
            policy = self._policies.of(model_id, await tx.calibrations.get(model_id))
        return StaffGalleryDelta(
            model_id=model_id,
            from_version=after,
            version=changed[-1].version if changed else newest,
            faces=tuple(face for face in changed if face.staff_id is not None),
            removed_face_ids=tuple(face.face_id for face in changed if face.staff_id is None),
            # By few people: the core decides by all, so a worker may hint a little too often.
            threshold=policy.zones(0, "staff").match,
        )

    def _goes_on(self, version: int, newest: int) -> bool:
        """Whether all that changed since the version is known. Versions are times: see the repository."""
        oldest = (self._clock.now() - TOMBSTONES + SLACK).timestamp() * 1_000_000
        return oldest < version <= newest

    async def _newest(self, tenant_id: UUID, model_id: str) -> int:
        known = self._known.setdefault((tenant_id, model_id), _Known())
        self._known.move_to_end((tenant_id, model_id))
        if len(self._known) > GALLERIES_REMEMBERED:
            self._known.popitem(last=False)
        async with known.turn:
            now = self._clock.now()
            if known.read_at is not None and now - known.read_at < KEEP:
                return known.version
            async with self._transactions.begin(tenant_id) as tx:
                current = await tx.staff_gallery.is_current(model_id)
                known.version = await tx.staff_gallery.version(model_id)
            if not current:
                async with self._transactions.begin_exclusive(tenant_id) as tx:
                    changed = await tx.staff_gallery.refresh(model_id)
                    known.version = await tx.staff_gallery.version(model_id)
                _log.info("staff_gallery_changed", tenant_id=str(tenant_id), faces=changed)
            known.read_at = now
            return known.version
