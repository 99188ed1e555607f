"""Fake of the repository that batches use, over the same tables as the other fakes."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fakes.memory_people import MemoryPeople
from footfall_server.domain.batch import (
    BatchAnswers,
    BatchQuestions,
    BatchRecords,
    GalleryAnswers,
    GalleryQuestions,
    TrackSpan,
    VisitReach,
)
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.image import ImageState
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.visit import Visit

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from fakes.memory_transactions import MemoryTransaction


class MemoryBatches:
    """Implements BatchRepository. What the database's constraints refuse is an AssertionError here."""

    def __init__(self, tx: "MemoryTransaction", *, exclusive: bool) -> None:
        self._tx = tx
        self._exclusive = exclusive

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers:
        tx, tables = self._tx, self._tx.tables
        sightings = await tx.sightings.by_track({span.track_id for span in questions.spans})
        spans = [_widened(span, sightings.get(span.track_id)) for span in questions.spans]
        shown = {each.image_id for each in sightings.values() if each.image_id is not None}
        recents = {
            face_id: row.face
            for face_id, row in tables.gallery.items()
            if row.face.model_id == questions.model_id
            and (row.indexed_at is None or row.indexed_at >= questions.indexed_after)
        }
        held = set(questions.known_recents)
        sites = await tx.cameras.sites_of({span.camera_id for span in questions.spans})
        return BatchAnswers(
            recorded=await tx.events.recorded(questions.event_ids),
            sites=sites,
            sightings=sightings,
            images=await tx.images.find(shown | set(questions.image_ids)),
            present=[each for each in tables.sightings.values() if _is_present(each, spans)],
            recents_added=[face for face_id, face in recents.items() if face_id not in held],
            recents_gone=held - recents.keys(),
            rules=await tx.sites.rules({site.site_id for site in sites.values()}),
            cameras={each.camera_id: each.settings for each in await tx.cameras.find(sites)},
            fences=tx.leases.fences(questions.leases),
            erased=frozenset(tables.tombstones.keys() & set(questions.tombstones)),
            left_out=frozenset(tables.opt_out_tracks.keys() & set(questions.tombstones)),
            opt_outs=await tx.opt_outs.of_model(questions.model_id),
        )

    async def gallery(self, questions: GalleryQuestions) -> GalleryAnswers:
        return MemoryPeople(self._tx.tables).known(questions)

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        found: dict[UUID, Visit] = {}
        for reach in reaches:
            theirs = [
                each for each in self._tx.tables.visits.values() if each.customer_id == reach.customer_id
            ]
            near = [
                each
                for each in theirs
                if each.site_id == reach.site_id
                and each.first_seen_at <= reach.latest
                and each.last_seen_at >= reach.earliest
            ]
            first = sorted(theirs, key=lambda each: (each.first_seen_at, each.visit_id))[:1]
            found.update((visit.visit_id, visit) for visit in (*near, *first))
        return list(found.values())

    async def write(self, records: BatchRecords) -> None:
        if not self._exclusive:
            raise AssertionError("batches are written only inside an exclusive transaction")
        tx, tables = self._tx, self._tx.tables
        for mark in records.spools:
            await tx.workers.advance(mark.worker_id, mark.spool_id, mark.sequence, records.at)
        MemoryPeople(tables).change(records.people, records.at)
        tables.visits.update((visit.visit_id, visit) for visit in records.visits)
        await tx.sightings.save(records.sightings)
        for image in records.images:
            if image.image_id not in tables.images:
                tables.images[image.image_id] = image
                if image.state is ImageState.STORED:
                    tables.image_times[image.image_id] = records.at
        tables.track_faces.update((each.track_id, each) for each in records.people.track_faces)
        tables.decisions.update((each.event_id, each) for each in records.decisions)
        self._record(records.outcomes, records.at)
        if records.changes:
            await tx.changes.append(records.changes)

    def _record(self, outcomes: Sequence[Recorded], at: "datetime") -> None:
        tables = self._tx.tables
        for outcome in outcomes:
            if outcome.event_id in tables.recorded:
                raise AssertionError(f"event {outcome.event_id} is recorded twice")
            tables.recorded[outcome.event_id] = outcome
            tables.recorded_at[outcome.event_id] = at


def _widened(span: TrackSpan, known: Sighting | None) -> TrackSpan:
    """The span, from what was known of its track on."""
    if known is None or known.camera_id != span.camera_id:
        return span
    earliest, latest = min(span.earliest, known.first_seen_at), max(span.latest, known.last_seen_at)
    return replace(span, earliest=earliest, latest=latest)


def _is_present(sighting: Sighting, spans: Collection[TrackSpan]) -> bool:
    return sighting.customer_id is not None and any(
        span.camera_id == sighting.camera_id
        and sighting.first_seen_at <= span.latest
        and span.earliest <= sighting.last_seen_at
        for span in spans
    )
