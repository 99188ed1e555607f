"""Embeds the faces that people are recognised by again, when a tenant moves to another model."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.models import LackingFace, ModelChange, ModelChangeState
from footfall_server.errors import reason_of
from footfall_server.ports import Clock, CropEmbedder, Transactions
from footfall_server.services.backoff import Backoff
from footfall_server.services.rounds import each_tenant

REMOVED_AT_ONCE = 500
"""Faces of a forgotten model that go in one transaction."""
CHANGES_LOOKED_AT = 20
"""Changes, the newest, whose models are looked after when the tenant takes them no more."""

_log = structlog.get_logger()


class Reembedding:
    """Runs on every replica; of a tenant's change one of them at a time has the lease.

    A lot is read, embedded outside of any transaction in a thread, and then written in a short exclusive
    one, in which the change must still be running: a pause, the end of the change, a merge or a split holds
    for whatever is not written yet. Nothing is kept but what is in the database, so it goes on after a
    restart, on any replica.

    Both directions are served: while the change is open either model's events make new faces, and each of
    them gets one in the other model. Faces of a model that the tenant no longer takes are removed here too.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        embedder: CropEmbedder,
        clock: Clock,
        lot: int = 32,
        most_waiting: int = 2000,
        look_every: timedelta = timedelta(seconds=10),
        lease: timedelta = timedelta(seconds=60),
        backoff: Backoff | None = None,
    ) -> None:
        """Nothing is started here.

        Args:
            transactions: the way to the database.
            embedder: for the crops.
            clock: tells when leases end.
            lot: crops that are embedded between two writes.
            most_waiting: faces of a model that may wait for the index: more are not made, since until the
                index has them every batch of events carries them along.
            look_every: how often to look for work.
            lease: for how long a replica has a change to itself after its last lot.
            backoff: how long to wait after a failure.

        """
        self._transactions = transactions
        self._embedder = embedder
        self._clock = clock
        self._lot = lot
        self._most_waiting = most_waiting
        self._look_every = look_every
        self._lease = lease
        self._backoff = backoff or Backoff(first=timedelta(seconds=1), limit=timedelta(minutes=1))
        self._holder = new_id()
        self._bell = asyncio.Event()

    def wake(self) -> None:
        """Looks for work now: a change has begun, goes on or has ended."""
        self._bell.set()

    async def run(self) -> None:
        """Looks for work for as long as the process lives."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), self._look_every.total_seconds())
            self._bell.clear()
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - whatever it was, the work is still there
                delay = self._backoff.failed()
                _log.warning(
                    "reembedding_waits", reason=reason_of(error), seconds=round(delay.total_seconds(), 1)
                )
                await asyncio.sleep(delay.total_seconds())
            else:
                self._backoff.succeeded()

    async def sweep(self) -> int:
        """Works on every tenant's change. Returns how many faces were made.

        Raises what the last tenant failed with whose work failed; that of the others was done.
        """
        async with self._transactions.begin_platform() as platform:
            tenant_ids = await platform.tenant_ids()
        return await each_tenant(tenant_ids, self.work_on)

    async def work_on(self, tenant_id: UUID) -> int:
        """Embeds what there is to embed for one tenant. Returns how many faces were made.

        Raises MODEL_UNKNOWN when a model cannot be used on this machine, UNAVAILABLE without a database.
        """
        await self.forget(tenant_id)
        change = await self._claimed(tenant_id)
        if change is None:
            return 0
        made = await self._embed(tenant_id, change, change.to_model_id, having=change.from_model_id)
        return made + await self._embed(tenant_id, change, change.from_model_id, having=change.to_model_id)

    async def forget(self, tenant_id: UUID) -> int:
        """Removes the faces of models that changes left behind. Returns how many went."""
        removed = 0
        while True:
            async with self._transactions.begin(tenant_id) as tx:
                changes = await tx.model_changes.list(after=None, limit=CHANGES_LOOKED_AT)
                taken = {model.model_id for model in await tx.tenant_models.list()} if changes else set()
                named = {model_id for each in changes for model_id in (each.from_model_id, each.to_model_id)}
                count = sum(
                    [
                        await tx.model_faces.remove(model_id, limit=REMOVED_AT_ONCE, at=self._clock.now())
                        for model_id in sorted(named - taken)
                    ]
                )
            removed += count
            if not count:
                return removed

    async def _claimed(self, tenant_id: UUID) -> ModelChange | None:
        now = self._clock.now()
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.model_changes.claim(self._holder, now=now, until=now + self._lease)

    async def _embed(self, tenant_id: UUID, change: ModelChange, model_id: str, *, having: str) -> int:
        """Gives exemplars that have a face in one model a face in the other, lot by lot."""
        made, after = 0, None
        while True:
            if await self._claimed(tenant_id) is None:
                return made
            async with self._transactions.begin(tenant_id) as tx:
                if await tx.model_faces.waiting(model_id, self._most_waiting) >= self._most_waiting:
                    _log.info("reembedding_waits_for_the_index", model_id=model_id)
                    return made
                lot = await tx.model_faces.lacking(
                    model_id, having=having, change_id=change.model_change_id, after=after, limit=self._lot
                )
            if not lot:
                return made
            written = await self._write(tenant_id, change, model_id, having=having, lot=lot)
            if written is None:
                return made
            made += written
            after = lot[-1].exemplar_id

    async def _write(
        self, tenant_id: UUID, change: ModelChange, model_id: str, *, having: str, lot: Sequence[LackingFace]
    ) -> int | None:
        """Embeds a lot and keeps the result; None when the change is not running any more."""
        with_crop = [each for each in lot if each.jpeg]
        vectors = await self._embedder.embed(model_id, [each.jpeg for each in with_crop]) if with_crop else []
        embeddings = {
            each.exemplar_id: vector
            for each, vector in zip(with_crop, vectors, strict=True)
            if vector is not None
        }
        lost = [each.exemplar_id for each in lot if each.exemplar_id not in embeddings]
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            now = await tx.model_changes.get(change.model_change_id)
            if now is None or now.state is not ModelChangeState.RUNNING:
                return None
            if lost:
                await tx.model_changes.add_losses(change.model_change_id, lost)
            if not embeddings:
                return 0
            return await tx.model_faces.add(
                model_id, having=having, embeddings=embeddings, at=self._clock.now()
            )
