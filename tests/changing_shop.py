"""Changes what reports are counted from, at random and through the repositories, for tests of storage."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

from footfall_server.domain.batch import BatchRecords
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import CustomerKind
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit
from footfall_server.ports import Transaction
from storage_samples import NOON, a_sighting, a_visit

Visits = dict[UUID, Visit]
Sightings = dict[UUID, Sighting]


class Shop:
    """Changes what reports are counted from, at random and through the repositories."""

    def __init__(self, tx: Transaction, dice: Random, site_ids: list[UUID], people: list[UUID]) -> None:
        self._tx = tx
        self._dice = dice
        self._site_ids = site_ids
        self._people = people

    async def change(self, visits: Visits, sightings: Sightings) -> None:
        """One change; the rows as they are then are noted."""
        dice = self._dice
        at = NOON - timedelta(minutes=dice.randrange(8 * 24 * 60))
        match dice.randrange(7):
            case 0 | 1:
                made = [self._visit() for _ in range(dice.randrange(1, 4))]
                await self._save(visits, made)
            case 2 if visits:  # moved in time, to another person or to another site
                moved = dice.choice(list(visits.values()))
                person, site_id = dice.choice(self._people), dice.choice(self._site_ids)
                await self._save(visits, [replace(moved, customer_id=person, site_id=site_id)])
            case 3 if visits:
                moved = dice.choice(list(visits.values()))
                await self._save(visits, [replace(moved, first_seen_at=at, last_seen_at=at)])
            case 4 if visits:
                gone = dice.choice(list(visits))
                without = [
                    replace(each, visit_id=None) for each in sightings.values() if each.visit_id == gone
                ]
                await self._tx.sightings.save(without)
                sightings.update({each.track_id: each for each in without})
                await self._tx.visits.remove([gone])
                del visits[gone]
            case 5:
                visit = self._visit()
                seen = replace(
                    a_sighting(visit),
                    track_id=new_id(),
                    visit_id=dice.choice([None, None, *visits]),
                    customer_id=dice.choice([None, *self._people]),
                    outcome=FaceOutcome.PENDING,
                )
                sightings[seen.track_id] = seen
                await self._tx.sightings.save([seen])
            case _ if sightings:
                track = dice.choice(list(sightings.values()))
                seen = replace(track, customer_id=dice.choice([None, *self._people]), first_seen_at=at)
                sightings[seen.track_id] = seen
                await self._tx.sightings.save([seen])

    async def hire(self) -> None:
        """Somebody is found out to work here, or not to any more."""
        found = await self._tx.customers.find(self._people)
        person = found[self._dice.choice(self._people)]
        kind = CustomerKind.VISITOR if person.kind is CustomerKind.STAFF else CustomerKind.STAFF
        await self._tx.customers.save([replace(person, kind=kind)])

    def _visit(self) -> Visit:
        at = NOON - timedelta(minutes=self._dice.randrange(8 * 24 * 60))
        return a_visit(self._dice.choice(self._site_ids), self._dice.choice(self._people), at=at)

    async def _save(self, visits: Visits, made: list[Visit]) -> None:
        await self._tx.batches.write(BatchRecords(at=NOON, visits=made))
        visits.update({each.visit_id: each for each in made})
