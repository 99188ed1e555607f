"""Pictures of faces go when their time is over, and somebody looks whether they did."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.image import FaceImage, StoredVersion, tenant_prefix
from footfall_server.domain.jobs import JobResult
from footfall_server.ports import Clock, ImageStore, Transactions
from footfall_server.services.customer_removal import delete_objects

SURVIVORS: Final = "SURVIVORS"
"""The failure of a purge that left something behind."""
_AT_ONCE: Final = 500

_log = structlog.get_logger()


class ImagePurge:
    """Deletes a tenant's pictures once they are older than they may be.

    Twice over: what the database knows of, by when it was captured, and whatever lies under the tenant's
    prefix, by when it was stored, old versions and pictures that nothing names included. Then it looks again.
    The bucket's own life cycle is a net below, and nothing here relies on it.
    """

    def __init__(
        self, *, transactions: Transactions, images: ImageStore, clock: Clock, keep: timedelta
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._clock = clock
        self._keep = keep

    async def purge(self, tenant_id: UUID) -> JobResult:
        """Deletes, and says how much of what, and what is there still. Raises UNAVAILABLE."""
        before = self._clock.now() - self._keep
        forgotten = await self._forget(tenant_id, before)
        old = await self._old(tenant_id, before)
        for start in range(0, len(old), _AT_ONCE):
            await self._images.delete_versions(old[start : start + _AT_ONCE])
        survivors = await self._survivors(tenant_id, before)
        summary = {"images": forgotten, "objects": len(old), "survivors": survivors}
        if survivors:
            # Names no key: that holds the ids of a site and a picture.
            _log.error("purge_survivors", tenant_id=str(tenant_id), **summary)
        return JobResult(summary, SURVIVORS if survivors else "")

    async def _forget(self, tenant_id: UUID, before: datetime) -> int:
        """What the database names: objects first, so that nothing is forgotten that is still there."""
        forgotten = 0
        while images := await self._captured(tenant_id, before):
            await delete_objects(self._images, [each.object_key for each in images])
            async with self._transactions.begin_exclusive(tenant_id) as tx:
                await tx.images.forget({each.image_id for each in images})
            forgotten += len(images)
        return forgotten

    async def _captured(self, tenant_id: UUID, before: datetime) -> Sequence[FaceImage]:
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.images.captured_before(before, _AT_ONCE)

    async def _old(self, tenant_id: UUID, before: datetime) -> Sequence[StoredVersion]:
        found = await self._images.versions(tenant_prefix(tenant_id))
        return [each for each in found if each.stored_at < before]

    async def _survivors(self, tenant_id: UUID, before: datetime) -> int:
        return len(await self._old(tenant_id, before)) + len(await self._captured(tenant_id, before))
