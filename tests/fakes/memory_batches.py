"""Fake of the repository that batches use, on top of the other fakes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from footfall_server.domain.batch import BatchAnswers, BatchQuestions, BatchRecords, VisitReach
from footfall_server.domain.image import ImageState
from footfall_server.domain.person import Customer
from footfall_server.domain.visit import Visit
from footfall_server.ports import CameraSpan

if TYPE_CHECKING:
    from uuid import UUID

    from fakes.memory_transactions import MemoryTransaction


class MemoryBatches:
    """Implements BatchRepository."""

    def __init__(self, tx: "MemoryTransaction") -> None:
        self._tx = tx

    async def look_up(self, questions: BatchQuestions) -> BatchAnswers:
        tx = self._tx
        sightings = await tx.sightings.by_track({span.track_id for span in questions.spans})
        spans: list[CameraSpan] = []
        for span in questions.spans:
            known = sightings.get(span.track_id)
            earliest, latest = span.earliest, span.latest
            if known is not None and known.camera_id == span.camera_id:
                earliest, latest = min(earliest, known.first_seen_at), max(latest, known.last_seen_at)
            spans.append(CameraSpan(span.camera_id, earliest, latest))
        shown = {each.image_id for each in sightings.values() if each.image_id is not None}
        recents = {
            face.face_id: face
            for face in await tx.gallery.recents(questions.model_id, questions.indexed_after)
        }
        held = set(questions.known_recents)
        return BatchAnswers(
            recorded=await tx.events.recorded(questions.event_ids),
            sites=await tx.cameras.sites_of({span.camera_id for span in questions.spans}),
            sightings=sightings,
            images=await tx.images.find(shown | set(questions.image_ids)),
            present=await tx.sightings.overlapping(spans),
            existing=await tx.customers.existing(questions.customer_ids),
            recents_added=[face for face_id, face in recents.items() if face_id not in held],
            recents_gone=held - recents.keys(),
        )

    async def visits_near(self, reaches: Sequence[VisitReach]) -> Sequence[Visit]:
        found: dict[UUID, Visit] = {}
        for reach in reaches:
            near = await self._tx.visits.around(
                [(reach.site_id, reach.customer_id)], earliest=reach.earliest, latest=reach.latest
            )
            first = (await self._tx.visits.first_of([reach.customer_id])).values()
            found.update((visit.visit_id, visit) for visit in (*near, *first))
        return list(found.values())

    async def write(self, records: BatchRecords) -> None:
        tx = self._tx
        for mark in records.spools:
            await tx.workers.advance(mark.worker_id, mark.spool_id, mark.sequence, records.at)
        await tx.customers.add(
            [Customer(each, await tx.customers.next_number(), records.at) for each in records.newcomers]
        )
        await tx.gallery.add(records.faces)
        await tx.visits.save(records.visits)
        await tx.sightings.save(records.sightings)
        await tx.images.announce(records.images)
        stored = {each.image_id for each in records.images if each.state is ImageState.STORED}
        await tx.images.mark_stored(stored, records.at)
        await tx.events.record(records.outcomes, records.at)
        if records.changes:
            await tx.changes.append(records.changes)
