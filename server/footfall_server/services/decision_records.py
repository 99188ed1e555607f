"""What is kept of a decision, so that it can be explained."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.decision import (
    CANDIDATES_KEPT,
    DecidedCandidate,
    DecidedGate,
    DecidedThresholds,
    DecisionRecord,
)
from footfall_server.domain.face_event import FaceEvent
from footfall_server.domain.gallery_view import FarHit, GalleryView, IdentityScore
from footfall_server.domain.matching import Verdict
from footfall_server.domain.quality_gates import readings
from footfall_server.domain.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Seen:
    """A face with what was found before the decision.

    `near` are the roots of known faces that are near enough to matter, `far` the closest others. `left_out`
    says that the person asked not to be known again; then the event is an anonymous one.
    """

    event: FaceEvent
    site_id: UUID
    near: Collection[UUID]
    far: Sequence[FarHit]
    left_out: bool = False


def decision_record(
    seen: Seen,
    sighting: Sighting,
    verdict: Verdict,
    scores: Sequence[IdentityScore],
    *,
    excluded: Collection[UUID],
    view: GalleryView,
    at: datetime,
) -> DecisionRecord:
    """The reasons of a verdict, by who people are once it was acted on."""
    event, zones = seen.event, verdict.zones
    candidates = [
        DecidedCandidate(
            customer_id=each.identity.root_id,
            score=round(each.score, 4),
            face_score=round(each.face_score, 4),
            face_id=each.face.face_id,
            provenance=each.face.provenance.value,
            is_waiting=each.identity.is_waiting,
            is_staff=each.identity.is_staff,
            seen_at_site=seen.site_id in each.identity.site_ids,
        )
        for each in scores[:CANDIDATES_KEPT]
    ]
    named = {each.customer_id for each in candidates}
    candidates += [_far(each, seen.site_id, view) for each in seen.far if each.root_id not in named]
    return DecisionRecord(
        event_id=event.event_id,
        track_id=event.track_id,
        site_id=seen.site_id,
        camera_id=event.camera_id,
        decided_at=at,
        outcome=sighting.outcome.value,
        rule=verdict.rule.value,
        model_id=event.model_id,
        gates=tuple(
            DecidedGate(each.name, each.purpose.value, round(each.value, 4), each.needed)
            for each in readings(event.quality)
        ),
        candidates=tuple(candidates[:CANDIDATES_KEPT]),
        margin=None if verdict.margin is None else round(verdict.margin, 4),
        thresholds=DecidedThresholds(
            match=round(zones.match, 4),
            new=round(zones.new, 4),
            margin=zones.margin,
            scope=zones.scope,
            gallery_size=zones.gallery_size,
            target_rate=zones.target_rate,
            source=zones.source,
        ),
        excluded=tuple(sorted(excluded)),
    )


def _far(hit: FarHit, site_id: UUID, view: GalleryView) -> DecidedCandidate:
    identity = view.get(hit.root_id)
    return DecidedCandidate(
        customer_id=hit.root_id,
        score=round(hit.score, 4),
        face_score=round(hit.score, 4),
        face_id=hit.face_id,
        provenance=hit.provenance.value,
        is_waiting=identity is not None and identity.is_waiting,
        is_staff=identity is not None and identity.is_staff,
        seen_at_site=identity is not None and site_id in identity.site_ids,
    )
