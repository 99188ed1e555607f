"""Forgets tracks, and leaves in peace whoever else they were taken for."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from footfall_server.domain.customer import Customer
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.sighting import Sighting
from footfall_server.ports import Transaction
from footfall_server.services.customer_removal import CustomerRemoval, ErasureOrder
from footfall_server.services.visit_rebuild import VisitRebuild


class TrackRemoval:
    """Erases some tracks of a person, with what is known of the person by them."""

    def __init__(self, *, removal: CustomerRemoval) -> None:
        self._removal = removal

    async def forget(
        self, tx: Transaction, person_id: UUID | None, sightings: Sequence[Sighting], *, made: Customer
    ) -> None:
        """Does it in an exclusive transaction that sees all sites. Raises UNAVAILABLE.

        `person_id` is whom the tracks were taken for, None for nobody. `made` is somebody new, who gets the
        tracks and the faces that came from them, and is erased.
        """
        await tx.report_days.because(ChangeCause.ERASURE)
        made = await tx.customers.add(made, None)
        await tx.sightings.save(
            [replace(each, owner_id=made.customer_id, customer_id=made.customer_id) for each in sightings]
        )
        if person_id is not None:
            family = [each.customer_id for each in await tx.customers.families([person_id])]
            tracks = [each.track_id for each in sightings]
            await tx.exemplars.move(tracks, owners=family, to=made.customer_id, at=made.created_at)
            await tx.changes.append(await VisitRebuild(tx).of([person_id, made.customer_id]))
        await self._removal.forget(tx, None, ErasureOrder(made.customer_id))
