"""Customers and what is known of them, for tests of storage and of use cases."""

from datetime import datetime, timedelta
from uuid import UUID

from footfall_server.domain.customer import Customer
from footfall_server.domain.face_event import FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.merge import DistinctMark, Merge
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.suggestion import Suggestion, SuggestionKind
from footfall_server.domain.track_face import TrackFace
from storage_samples import MODEL, NOON, an_embedding


def a_customer(
    name: str = "",
    *,
    state: IdentityState = IdentityState.CONFIRMED,
    kind: CustomerKind = CustomerKind.VISITOR,
    customer_id: UUID | None = None,
) -> Customer:
    made = customer_id or new_id()
    return Customer(
        customer_id=made,
        number=None,
        created_at=NOON,
        root_id=made,
        updated_at=NOON,
        display_name=name,
        state=state,
        kind=kind,
        confirmed_at=NOON if state is IdentityState.CONFIRMED else None,
    )


def a_track(
    owner_id: UUID,
    site_id: UUID,
    *,
    at: datetime = NOON,
    lasting: timedelta = timedelta(seconds=5),
    camera_id: UUID | None = None,
    customer_id: UUID | None = None,
    outcome: FaceOutcome = FaceOutcome.KNOWN,
    quality: float = 0.5,
    image_id: UUID | None = None,
) -> Sighting:
    """A sighting that is in no visit yet."""
    return Sighting(
        track_id=new_id(),
        site_id=site_id,
        camera_id=camera_id or new_id(),
        worker_id=None,
        first_seen_at=at,
        last_seen_at=at + lasting,
        final=True,
        outcome=outcome,
        customer_id=customer_id or owner_id,
        visit_id=None,
        score=0.75,
        quality_score=quality,
        female_probability=None,
        image_id=image_id,
        model_id=MODEL,
        owner_id=owner_id,
        visit_seed=new_id(),
    )


def a_track_face(track_id: UUID, *, quality: float = 0.5, seed: int = 3) -> TrackFace:
    return TrackFace(track_id, MODEL, an_embedding(seed), quality, new_id(), NOON)


def a_merge(target_id: UUID, *source_ids: UUID, at: datetime = NOON) -> Merge:
    return Merge(
        merge_id=new_id(),
        target_id=target_id,
        source_ids=source_ids,
        reason="the same coat",
        forced=False,
        name_before="",
        name_after="Frau M.",
        visits_before=3,
        visits_after=2,
        created_at=at,
        created_by=new_id(),
    )


def a_mark(one: UUID, other: UUID) -> DistinctMark:
    return DistinctMark(min(one, other), max(one, other), "twins", NOON, new_id())


def a_suggestion(
    customer_id: UUID | None,
    *other_ids: UUID,
    score: float = 0.5,
    kind: SuggestionKind = SuggestionKind.MERGE,
) -> Suggestion:
    return Suggestion(
        suggestion_id=new_id(),
        kind=kind,
        customer_id=customer_id,
        other_ids=other_ids,
        score=score,
        threshold=0.45,
        evidence=("12 pairs of faces are alike",),
        created_at=NOON,
    )


def an_admin(tenant_id: UUID) -> Principal:
    return Principal(new_id(), Role.TENANT_ADMIN, tenant_id, NOON + timedelta(days=1))
