"""Pictures of faces go when their time is over, and somebody looks whether they did."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.image import FaceImage, StoredVersion, site_of, tenant_prefix
from footfall_server.domain.jobs import JobResult
from footfall_server.domain.retention import ImageCutoffs, Retention, RetentionLimits
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.services.customer_removal import delete_objects

SURVIVORS: Final = "SURVIVORS"
"""The failure of a purge that left something behind."""
RULES_NOT_SET: Final = "RULES_NOT_SET"
"""The failure of a purge after which the buckets' life cycle is not as the core wants it."""
_AT_ONCE: Final = 500

_log = structlog.get_logger()


class ImagePurge:
    """Deletes a tenant's pictures once they are older than they may be at their site.

    Twice over: what the database knows of, by when it was captured, and whatever lies under the tenant's
    prefix, by when it was stored, old versions and pictures that nothing names included. Then it looks again.
    Which rules hold is read once, at its start. The buckets' own life cycle is a net below, set for the most
    that any site may keep, and nothing here relies on it; but it is looked after.
    """

    def __init__(
        self, *, transactions: Transactions, images: ImageStore, clock: Clock, limits: RetentionLimits
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._clock = clock
        self._limits = limits

    async def purge(self, tenant_id: UUID) -> JobResult:
        """Deletes, and says how much of what, and what is there still. Raises UNAVAILABLE."""
        async with self._transactions.begin(tenant_id) as tx:
            retention = Retention(self._limits, await tx.retention.rules())
        before = retention.image_cutoffs(self._clock.now())
        forgotten = await self._forget(tenant_id, before)
        old = await self._old(tenant_id, before)
        for start in range(0, len(old), _AT_ONCE):
            await self._images.delete_versions(old[start : start + _AT_ONCE])
        survivors = await self._survivors(tenant_id, before)
        net = await self._images.keep_life_cycle()
        summary = {
            "images": forgotten,
            "objects": len(old),
            "survivors": survivors,
            "rules_restored": net.restored,
            "rules_missing": net.missing,
        }
        if net.restored:
            _log.warning("life_cycle_restored", rules=net.restored)
        if net.missing:
            _log.error("life_cycle_not_set", rules=net.missing)
        if survivors:
            # Names no key: that holds the ids of a site and a picture.
            _log.error("purge_survivors", tenant_id=str(tenant_id), **summary)
        return JobResult(summary, SURVIVORS if survivors else RULES_NOT_SET if net.missing else "")

    async def _forget(self, tenant_id: UUID, before: ImageCutoffs) -> int:
        """What the database names: objects first, so that nothing is forgotten that is still there."""
        forgotten = 0
        while images := await self._captured(tenant_id, before):
            await delete_objects(self._images, [each.object_key for each in images])
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                await tx.images.forget({each.image_id for each in images})
            forgotten += len(images)
        return forgotten

    async def _captured(self, tenant_id: UUID, before: ImageCutoffs) -> Sequence[FaceImage]:
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.images.captured_before(before, _AT_ONCE)

    async def _old(self, tenant_id: UUID, before: ImageCutoffs) -> Sequence[StoredVersion]:
        found = await self._images.versions(tenant_prefix(tenant_id))
        return [each for each in found if each.stored_at < before.of(site_of(each.key))]

    async def _survivors(self, tenant_id: UUID, before: ImageCutoffs) -> int:
        return len(await self._old(tenant_id, before)) + len(await self._captured(tenant_id, before))
