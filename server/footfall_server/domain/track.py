"""What a track's events together say of it. Pure."""

from dataclasses import replace
from uuid import UUID

from footfall_server.domain.face_event import FaceEvent, FaceOutcome
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.sighting import Sighting


def first_sighting(event: FaceEvent, *, site_id: UUID, worker_id: UUID | None) -> Sighting:
    """A track by its first event, before anybody was recognised in it."""
    return Sighting(
        track_id=event.track_id,
        site_id=site_id,
        camera_id=event.camera_id,
        worker_id=worker_id,
        first_seen_at=event.first_seen_at,
        last_seen_at=event.last_seen_at,
        final=event.final,
        outcome=FaceOutcome.UNRECOGNISABLE,
        customer_id=None,
        visit_id=None,
        score=None,
        quality_score=event.quality.score,
        female_probability=event.female_probability,
        image_id=None,
        model_id=event.model_id,
        visit_seed=new_id(),
        crossing=event.crossing,
    )


def with_event(sighting: Sighting, event: FaceEvent) -> Sighting:
    """The track after another of its events, in whatever order they come.

    Times only widen and quality only rises. What the newer event says of the person replaces what the
    older one said; an event that lags behind the final one adds nothing to that.
    """
    lags = sighting.final and not event.final
    female = sighting.female_probability
    if event.female_probability is not None and (female is None or not lags):
        female = event.female_probability
    crossing = sighting.crossing
    if event.crossing is not None and (crossing is None or not lags):
        crossing = event.crossing
    return replace(
        sighting,
        first_seen_at=min(sighting.first_seen_at, event.first_seen_at),
        last_seen_at=max(sighting.last_seen_at, event.last_seen_at),
        final=sighting.final or event.final,
        quality_score=max(sighting.quality_score, event.quality.score),
        model_id=sighting.model_id or event.model_id,
        female_probability=female,
        crossing=crossing,
    )
