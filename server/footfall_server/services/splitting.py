"""Takes sightings out of a customer who is two people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.customer import Customer, CustomerView, new_customer
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.merge import DistinctMark
from footfall_server.domain.person import GalleryFace, Provenance
from footfall_server.domain.restatement import ChangeCause
from footfall_server.domain.sighting import Sighting
from footfall_server.errors import FieldViolation, invalid_fields, not_found
from footfall_server.ports import Clock, Transaction, Transactions
from footfall_server.services.known_customers import current_customer, viewed
from footfall_server.services.scope import begin_exclusive_for
from footfall_server.services.visit_rebuild import VisitRebuild


@dataclass(frozen=True, slots=True)
class SplitOrder:
    """Which sightings are somebody else's: all of these visits, and these tracks."""

    customer_id: UUID
    visit_ids: Sequence[UUID]
    track_ids: Sequence[UUID]
    reason: str = field(default="", repr=False)
    request_id: UUID | None = None


class Splitting:
    """A split is undone by a merge, which has to be forced: the two are marked distinct."""

    def __init__(self, *, transactions: Transactions, clock: Clock) -> None:
        self._transactions = transactions
        self._clock = clock

    async def split(self, principal: Principal, order: SplitOrder) -> CustomerView:
        """Makes a new customer, a visitor, of some sightings. The same request_id makes one.

        Faces that were learned from the tracks go with them. Where one side is left without any, the best
        face that is still kept of its tracks becomes one; after 30 days there may be none, and then the
        one without faces is not recognised again.

        Raises NOT_FOUND for a customer or a visit that is not there, INVALID_ARGUMENT for a track that is
        not the customer's, when nothing is named and when nothing would remain.
        """
        if not order.visit_ids and not order.track_ids:
            raise _refused("", "name at least one visit or track", "split_customer.named")
        async with begin_exclusive_for(self._transactions, principal) as tx:
            if order.request_id is not None:
                known = await tx.customers.requested(order.request_id)
                if known is not None:
                    return await viewed(tx, principal, known.root_id)
            root = await current_customer(tx, principal, order.customer_id)
            sightings = await tx.sightings.of_customers([root.customer_id])
            moved = _chosen(order, sightings)
            left = [each for each in sightings if each not in moved]
            if not left:
                raise _refused("", "at least one sighting has to remain", "split_customer.rest")
            await tx.report_days.because(ChangeCause.SPLIT)
            made_id = await self._part(tx, principal, order, root=root, moved=moved, left=left)
            changes = await VisitRebuild(tx).of([root.customer_id, made_id])
            view = await viewed(tx, principal, made_id)
            await tx.changes.append(changes)
            return view

    async def _part(
        self,
        tx: Transaction,
        principal: Principal,
        order: SplitOrder,
        *,
        root: Customer,
        moved: Sequence[Sighting],
        left: Sequence[Sighting],
    ) -> UUID:
        now = self._clock.now()
        made = await tx.customers.add(new_customer(now), order.request_id)
        tracks = [each.track_id for each in moved]
        await tx.sightings.save(
            [replace(each, owner_id=made.customer_id, customer_id=made.customer_id) for each in moved]
        )
        family = [each.customer_id for each in await tx.customers.families([root.customer_id])]
        faces = await tx.exemplars.move(tracks, owners=family, to=made.customer_id, at=now)
        await self._give_face(tx, [made.customer_id], dict.fromkeys(tracks, made.customer_id))
        await self._give_face(tx, family, {each.track_id: each.owner_id or root.customer_id for each in left})
        await tx.customers.note_sites(made.customer_id, {each.site_id for each in moved})
        low, high = sorted((root.customer_id, made.customer_id))
        await tx.distinct.mark(DistinctMark(low, high, order.reason, now, principal.subject_id))
        detail = {
            "new_customer_id": made.customer_id,
            "tracks": len(tracks),
            "faces": faces,
            "reason": order.reason,
        }
        await tx.audit.append(
            AuditEntry.of(principal, Action.CUSTOMER_SPLIT, root.customer_id, at=now, detail=detail)
        )
        return made.customer_id

    async def _give_face(self, tx: Transaction, people: Collection[UUID], owner_of: dict[UUID, UUID]) -> None:
        """Makes the best face of their tracks one that they are recognised by, when there is no other."""
        if await tx.exemplars.owners(people):
            return
        best = await tx.exemplars.best_left(owner_of.keys())
        if best is None:
            return
        face_id = new_id()
        await tx.exemplars.promote(
            GalleryFace(
                face_id=face_id,
                customer_id=owner_of[best.track_id],
                model_id=best.model_id,
                embedding=best.embedding,
                quality_score=best.quality_score,
                event_id=best.event_id,
                created_at=self._clock.now(),
                exemplar_id=face_id,
                provenance=Provenance.CONFIRMED,
                track_id=best.track_id,
            )
        )


def _chosen(order: SplitOrder, sightings: Sequence[Sighting]) -> Sequence[Sighting]:
    visits = {each.visit_id for each in sightings}
    for visit_id in order.visit_ids:
        if visit_id not in visits:
            raise not_found("visit", visit_id)
    tracks = {each.track_id for each in sightings}
    violations = [
        FieldViolation(f"track_ids[{index}]", "is no track of the customer", "split_customer.track")
        for index, track_id in enumerate(order.track_ids)
        if track_id not in tracks
    ]
    if violations:
        raise invalid_fields(violations)
    return [
        each for each in sightings if each.visit_id in order.visit_ids or each.track_id in order.track_ids
    ]


def _refused(field: str, description: str, rule_id: str) -> Exception:
    return invalid_fields([FieldViolation(field, description, rule_id)])
