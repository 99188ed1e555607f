"""An index that lost its faces is filled again from the gallery, and nobody becomes a stranger meanwhile."""

import asyncio
from datetime import timedelta

import structlog

from footfall_server.errors import FootfallError
from footfall_server.ports import FaceIndex, Transactions

_log = structlog.get_logger()


class IndexRecovery:
    """Sees to it that the model has a collection, and that whatever a new one lacks is in the outbox.

    Faces go back to the outbox before the empty collection is made. Until then searches are refused and
    events wait; from then on every batch finds those faces among the recent ones, until an IndexWriter has
    carried them. A replica that stops between the two leaves the collection missing, so the next one does
    both again. Several at once do it twice, which costs only time.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        model_id: str,
        dimension: int,
        look_every: timedelta = timedelta(seconds=10),
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._model_id = model_id
        self._dimension = dimension
        self._look_every = look_every

    async def run(self) -> None:
        """Looks whether the collection is still there for as long as the process lives."""
        while True:
            await asyncio.sleep(self._look_every.total_seconds())
            try:
                if not await self._index.exists(self._model_id):
                    await self.prepare()
            except FootfallError as error:
                _log.warning("index_not_looked_after", reason=error.reason)

    async def prepare(self) -> int:
        """Makes the collection when there is none. Returns how many faces went back to the outbox.

        Raises UNAVAILABLE when a store cannot be reached; call it again then.
        """
        missing = not await self._index.exists(self._model_id)
        requeued = await self._requeue() if missing else 0
        made = await self._index.prepare(self._model_id, self._dimension)
        if made and not missing:  # it went between the two questions
            requeued = await self._requeue()
        if made or missing:
            _log.warning("face_index_was_empty", model_id=self._model_id, requeued=requeued)
        return requeued

    async def _requeue(self) -> int:
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        requeued = 0
        for tenant_id in tenant_ids:
            async with self._transactions.begin(tenant_id) as tx:
                requeued += await tx.gallery.requeue(self._model_id)
        return requeued
