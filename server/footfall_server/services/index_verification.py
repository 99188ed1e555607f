"""Compares the face index with the gallery that it is made of, and repairs what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from footfall_server.ports import Clock, FaceIndex, Transactions

PAGE = 5000

SETTLING = timedelta(seconds=30)
"""A face that the index took since is not missed yet: it finds things soon, not at once."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """One tenant's faces of one model.

    `missing` should be in the index and are not; `orphaned` are in it and nobody's any more; `waiting` are
    in the outbox. `repaired` says whether missing ones were put into the outbox and orphaned ones removed.
    """

    tenant_id: UUID
    model_id: str
    gallery: int
    indexed: int
    waiting: int
    missing: Sequence[UUID]
    orphaned: Sequence[UUID]
    repaired: bool = False

    @property
    def drifted(self) -> bool:
        """Whether the two differ."""
        return bool(self.missing or self.orphaned)


class IndexVerification:
    """Works beside whatever serves: a face that is missing is found among the recent ones once requeued."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        index: FaceIndex,
        clock: Clock,
        settling: timedelta = SETTLING,
    ) -> None:
        self._transactions = transactions
        self._index = index
        self._clock = clock
        self._settling = settling

    async def verify(self, tenant_id: UUID, model_id: str, *, repair: bool = False) -> IndexReport:
        """Compares, and with `repair` also repairs. Raises UNAVAILABLE when a store cannot be reached.

        The index is read before the gallery: what comes and goes meanwhile is waiting, not drift. A model
        without a collection has nothing in the index.
        """
        settled = self._clock.now() - self._settling
        indexed = frozenset[UUID]()
        if await self._index.exists(model_id):
            indexed = await self._index.face_ids(tenant_id, model_id)
        known: set[UUID] = set()
        missing: list[UUID] = []
        waiting = 0
        async with self._transactions.begin(tenant_id) as tx:
            after: UUID | None = None
            while page := await tx.gallery.standing(model_id, after, PAGE):
                after = page[-1].face_id
                known.update(each.face_id for each in page)
                waiting += sum(each.indexed_at is None for each in page)
                missing += [
                    each.face_id
                    for each in page
                    if each.indexed_at is not None
                    and each.indexed_at < settled
                    and each.face_id not in indexed
                ]
        orphaned = await self._orphaned(tenant_id, model_id, indexed - known)
        if repair and missing:
            async with self._transactions.begin(tenant_id) as tx:
                await tx.gallery.requeue_faces(missing)
        if repair and orphaned:
            await self._index.delete(tenant_id, model_id, orphaned)
        return IndexReport(
            tenant_id=tenant_id,
            model_id=model_id,
            gallery=len(known),
            indexed=len(indexed),
            waiting=waiting,
            missing=missing,
            orphaned=orphaned,
            repaired=repair and bool(missing or orphaned),
        )

    async def _orphaned(self, tenant_id: UUID, model_id: str, unknown: frozenset[UUID]) -> Sequence[UUID]:
        """Those that are still in the index and that nobody is about to remove: looked at once more."""
        if not unknown:
            return []
        async with self._transactions.begin(tenant_id) as tx:
            leaving = await tx.gallery.being_removed(unknown)
        still_there = await self._index.face_ids(tenant_id, model_id)
        return sorted((unknown - leaving) & still_there)
