"""People whom a picture resembles, as whoever asks may see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from footfall_server.domain.customer import Customer
from footfall_server.domain.gallery_view import IdentityScore
from footfall_server.domain.identity import Principal
from footfall_server.domain.staff import StaffDetails
from footfall_server.ports import Transaction
from footfall_server.services.known_staff import reaches

CANDIDATES: Final = 5
"""How many are shown."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody whom a picture resembles. `enrolled_id` is the closest face when it was enrolled."""

    person: Customer
    score: IdentityScore
    enrolled_id: UUID | None
    image_id: UUID | None


async def shown_candidates(
    tx: Transaction, principal: Principal, scores: Sequence[IdentityScore]
) -> Sequence[Candidate]:
    """Those of the people whom the caller may see, as they are."""
    roots = [each.identity.root_id for each in scores]
    people = await tx.customers.find(roots)
    hidden = await _hidden(tx, principal, scores)
    enrolled = await tx.enrolments.behind([each.face.face_id for each in scores])
    images = await tx.customer_sightings.best_images(roots, sites=principal.site_ids)
    return [
        Candidate(people[root], each, enrolled.get(each.face.face_id), images.get(root))
        for root, each in zip(roots, scores, strict=True)
        if root not in hidden
    ]


async def _hidden(tx: Transaction, principal: Principal, scores: Sequence[IdentityScore]) -> Collection[UUID]:
    if principal.site_ids is None:
        return ()
    roots = [each.identity.root_id for each in scores]
    seen = await tx.customers.seen_at(roots, principal.site_ids)
    details = await tx.staff.find(roots)
    return {
        root
        for root in roots
        if root not in seen and not reaches(principal, details.get(root, StaffDetails(root)))
    }
