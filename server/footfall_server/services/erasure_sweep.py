"""Sees to it that nobody who was erased is back: after a backup was restored, and once a night."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.customer import Customer, new_customer
from footfall_server.domain.erasure import SubjectKind, TombstoneKind, TombstoneMaker
from footfall_server.domain.jobs import JobResult
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import Clock, ImageStore, Transaction, Transactions
from footfall_server.ports.images import LONGEST_GRANT
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.track_removal import TrackRemoval
from footfall_server.services.visit_rebuild import VisitRebuild

RETURNED: Final = "RETURNED"
"""The failure of a sweep that found somebody."""
_PAGE: Final = 5000

_log = structlog.get_logger()


class ErasureSweep:
    """Compares everybody who is known with the tombstones, and erases again who should not be there.

    It also deletes what came by an address for an upload that was handed out before its track was erased.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        images: ImageStore,
        removal: CustomerRemoval,
        tombstones: TombstoneMaker,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._images = images
        self._removal = removal
        self._tracks = TrackRemoval(removal=removal)
        self._tombstones = tombstones
        self._clock = clock

    async def sweep(self, tenant_id: UUID) -> JobResult:
        """Erases, and says how many people and tracks were back: none, but after a restore.

        Raises UNAVAILABLE.
        """
        objects = await self._late_objects(tenant_id)
        people = frozenset(await self._returned(tenant_id, TombstoneKind.PERSON))
        for person_id in sorted(people):
            await self._erase_person(tenant_id, person_id, people)
        tracks = await self._erase_tracks(tenant_id, await self._returned(tenant_id, TombstoneKind.TRACK))
        summary = {"people": len(people), "tracks": tracks, "objects": objects}
        if people or tracks:
            _log.error("erased_people_returned", tenant_id=str(tenant_id), **summary)
        return JobResult(summary, RETURNED if people or tracks else "")

    async def _late_objects(self, tenant_id: UUID) -> int:
        """How many keys were looked at once more."""
        async with self._transactions.begin(tenant_id) as tx:
            erasures = await tx.erasures.uploads_over(self._clock.now() - LONGEST_GRANT)
            keys = [key for each in erasures for key in each.object_keys]
            if left := await self._images.erase(keys):
                _log.error("erasure_survivors", tenant_id=str(tenant_id), objects=left)
                return len(keys)
            await tx.erasures.forget_keys([each.erasure_id for each in erasures])
        return len(keys)

    async def _returned(self, tenant_id: UUID, kind: TombstoneKind) -> Sequence[UUID]:
        async with self._transactions.begin(tenant_id) as tx:
            if not await tx.erasures.has_tombstones():
                return []
            pages: dict[TombstoneKind, Callable[[UUID | None, int], Awaitable[Sequence[UUID]]]] = {
                TombstoneKind.PERSON: tx.erasures.person_ids,
                TombstoneKind.TRACK: tx.erasures.track_ids,
            }
            found: list[UUID] = []
            after: UUID | None = None
            while ids := await pages[kind](after, _PAGE):
                stones = {self._tombstones.of(tenant_id, kind, each): each for each in ids}
                there = await tx.erasures.among(list(stones))
                found += [each for stone, each in stones.items() if stone.digest in there]
                after = ids[-1]
            return found

    async def _erase_person(self, tenant_id: UUID, person_id: UUID, erased: Collection[UUID]) -> None:
        """With those of the family who were erased as well, and nobody else.

        Since the backup was made, people may have been merged and unmerged: of a family that is back as it
        was then, some may be known rightly.
        """
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            person = (await tx.customers.find([person_id])).get(person_id)
            if person is None:  # went with somebody of the same family
                return
            now = self._clock.now()
            family = await tx.customers.families([person.root_id])
            gone = _rooted([each for each in family if each.customer_id in erased], now)
            rest = _rooted([each for each in family if each.customer_id not in erased], now)
            if rest:
                await tx.report_days.because(ChangeCause.ERASURE)
                await self._part(tx, person.root_id, [*gone, *rest])
            kind = SubjectKind.STAFF if person.kind is CustomerKind.STAFF else SubjectKind.CUSTOMER
            await self._removal.forget(tx, None, ErasureOrder(gone[0].root_id, kind))

    async def _part(self, tx: Transaction, root_id: UUID, people: Sequence[Customer]) -> None:
        """Makes two families of one; `people` are all of it, as they are to be."""
        names_before = {
            each.target_id: each.name_before
            for each in await tx.merges.list(customer_id=root_id, sites=None, after=None, limit=_PAGE)
            if each.undone_at is None
        }
        # A name that came by a merge may be that of whom it was merged with.
        await tx.customers.save(
            [
                replace(each, display_name=names_before.get(each.customer_id, each.display_name))
                for each in people
            ]
        )
        root_of = {each.customer_id: each.root_id for each in people}
        sightings = await tx.sightings.of_customers([root_id])
        await tx.sightings.save(
            [
                replace(each, customer_id=root_of[each.owner_id])
                for each in sightings
                if each.owner_id in root_of and root_of[each.owner_id] != each.customer_id
            ]
        )
        await tx.changes.append(await VisitRebuild(tx).of(list(root_of)))

    async def _erase_tracks(self, tenant_id: UUID, track_ids: Collection[UUID]) -> int:
        """Tracks of somebody who was erased after they were split from a person who is known rightly.

        How many. Nobody was recognised in the others: they are counted, and lead to nobody.
        """
        async with self._transactions.begin_exclusive(tenant_id) as tx:
            by_person = defaultdict[UUID, list[Sighting]](list)
            for sighting in (await tx.sightings.by_track(track_ids)).values():
                if sighting.customer_id is not None:
                    by_person[sighting.customer_id].append(sighting)
            for person_id, sightings in by_person.items():
                made = new_customer(self._clock.now())
                await self._tracks.forget(tx, person_id, sightings, made=made)
            return sum(map(len, by_person.values()))


def _rooted(people: Sequence[Customer], now: datetime) -> Sequence[Customer]:
    """Some of a family as a family of their own, the one in front first: its root when it is among them."""
    if not people:
        return ()
    front, *others = sorted(people, key=lambda each: (not each.is_root, each.customer_id))
    root_id = front.customer_id
    return [
        replace(front, root_id=root_id, merged_into=None, updated_at=now),
        *(replace(each, root_id=root_id, merged_into=root_id, updated_at=now) for each in others),
    ]
