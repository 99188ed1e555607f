"""An index that lost its faces is filled again from the gallery, and nobody becomes a stranger meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from footfall_server.ports import FaceIndex, Transactions
from footfall_server.services.event_checks import RecognitionModel
from footfall_server.services.rounds import come_round

_log = structlog.get_logger()


class ModelsEverywhere(Protocol):
    """Tells which models need a collection; services.tenant_models does."""

    async def everywhere(self) -> Sequence[RecognitionModel]: ...


class IndexRecovery:
    """Sees to it that each model has a collection, and that whatever a new one lacks is in the outbox.

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
        models: ModelsEverywhere,
        look_every: timedelta = timedelta(seconds=10),
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._models = models
        self._look_every = look_every

    async def run(self) -> None:
        """Looks whether the collections are still there for as long as the process lives."""
        await come_round(self._look, every=self._look_every, failed="index_not_looked_after")

    async def _look(self) -> None:
        for model in await self._models.everywhere():
            if not await self._index.exists(model.model_id):
                await self.prepare_for(model)

    async def prepare(self) -> int:
        """Makes the collections that are not there. Returns how many faces went back to the outbox.

        Raises UNAVAILABLE when a store cannot be reached; call it again then.
        """
        return sum([await self.prepare_for(model) for model in await self._models.everywhere()])

    async def prepare_for(self, model: RecognitionModel) -> int:
        """As prepare, for one model, before a tenant takes it."""
        missing = not await self._index.exists(model.model_id)
        requeued = await self._requeue(model.model_id) if missing else 0
        made = await self._index.prepare(model.model_id, model.dimension)
        if made and not missing:  # it went between the two questions
            requeued = await self._requeue(model.model_id)
        if made or missing:
            _log.warning("face_index_was_empty", model_id=model.model_id, requeued=requeued)
        return requeued

    async def _requeue(self, model_id: str) -> int:
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        requeued = 0
        for tenant_id in tenant_ids:
            async with self._transactions.begin(tenant_id) as tx:
                requeued += await tx.gallery.requeue(model_id)
        return requeued
