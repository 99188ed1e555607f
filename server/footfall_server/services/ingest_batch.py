"""A batch of events inside its exclusive transaction: who may send what, what is known, what is new."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.batch import BatchAnswers, BatchQuestions, SpoolMark, TrackSpan
from footfall_server.domain.cannot_link import Presences
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, Recorded
from footfall_server.domain.matching import Thresholds
from footfall_server.domain.person import Candidate
from footfall_server.domain.recent_faces import RecentFaces, RecentGallery
from footfall_server.errors import FieldViolation, FootfallError, invalid_fields, not_found
from footfall_server.ports import IndexHit, Transaction
from footfall_server.services.recording import Face, Recording
from footfall_server.services.submission import Submission

RECENTS_SLACK = timedelta(seconds=30)
"""How long a face that was put into the index is still looked for beside it: covers the index's own delay
and clocks of replicas that differ."""


@dataclass(frozen=True, slots=True)
class SearchedBatch:
    """Events after the search. `refusals` has the reason of each event that is bad by itself.

    `queries` is float32 (n, d), L2-normalised; `hits` has a list per row of it and `row_of` the row of each
    event that was searched, by its place. `images` are crops that are in the object store, by event.
    `search_began` is when, so that what was indexed since is looked for as well.
    """

    submissions: Sequence[Submission]
    refusals: Sequence[FootfallError | None]
    queries: npt.NDArray[np.float32]
    row_of: Mapping[int, int]
    hits: Sequence[Sequence[IndexHit]]
    images: Mapping[UUID, AnnouncedImage]
    search_began: datetime


class IngestBatch:
    """Records one batch. Made for one transaction.

    `recents` is what this process holds of the tenant's recent faces; it is brought up to date here.
    """

    def __init__(
        self,
        tx: Transaction,
        batch: SearchedBatch,
        *,
        recents: RecentGallery,
        thresholds: Thresholds,
        model_id: str,
        now: datetime,
    ) -> None:
        self._tx = tx
        self._batch = batch
        self._recents = recents
        self._thresholds = thresholds
        self._model_id = model_id
        self._now = now
        self._refusals: dict[int, FootfallError] = {
            place: refusal for place, refusal in enumerate(batch.refusals) if refusal is not None
        }
        self._fresh: dict[UUID, int] = {}
        self._known: BatchAnswers | None = None

    async def sort(self) -> Mapping[int, FootfallError]:
        """Tells fresh events from known and from bad ones. Returns the bad ones' reasons by place."""
        sound = [(place, self._batch.submissions[place]) for place in self._batch.row_of]
        if not sound:
            return self._refusals
        known = self._known = await self._look_up([submission.event for _, submission in sound])
        camera_of = {track_id: each.camera_id for track_id, each in known.sightings.items()}
        track_of = {image_id: each.track_id for image_id, each in known.images.items()}
        for place, submission in sound:
            event = submission.event
            site = known.sites.get(event.camera_id)
            if site is None or not submission.principal.may_see(site.site_id):
                self._refusals[place] = not_found("camera", event.camera_id)
            elif event.event_id not in known.recorded:
                refusal = _claimed_elsewhere(event, camera_of, track_of)
                if refusal is not None:
                    self._refusals[place] = refusal
                else:
                    self._fresh.setdefault(event.event_id, place)
        return self._refusals

    async def record(self) -> Sequence[Recorded | FootfallError]:
        """Decides and writes the fresh events. Returns what became of each event of the batch."""
        outcomes = dict(self._known.recorded) if self._known is not None else {}
        recording = self._recording()
        if self._known is not None:
            for place in self._fresh.values():
                recording.take(self._face(place, self._known))
        outcomes.update((each.event_id, each) for each in await recording.write(self._spool_marks()))
        results: list[Recorded | FootfallError] = []
        for place, submission in enumerate(self._batch.submissions):
            event_id = submission.event.event_id
            if place in self._refusals:
                results.append(self._refusals[place])
            else:
                again = self._fresh.get(event_id) != place
                results.append(replace(outcomes[event_id], duplicate=again))
        return results

    async def _look_up(self, events: Sequence[FaceEvent]) -> BatchAnswers:
        known = await self._tx.batches.look_up(
            BatchQuestions(
                event_ids={event.event_id for event in events},
                spans=_spans(events),
                image_ids={event.image.image_id for event in events if event.image is not None},
                customer_ids={hit.customer_id for found in self._batch.hits for hit in found},
                model_id=self._model_id,
                indexed_after=self._batch.search_began - RECENTS_SLACK,
                known_recents=tuple(self._recents.face_ids),
            )
        )
        self._recents.apply(known.recents_added, known.recents_gone)
        return known

    def _spool_marks(self) -> Sequence[SpoolMark]:
        """How far each spool is done with: refused events are, too."""
        furthest: dict[tuple[UUID, UUID], int] = {}
        for submission in self._batch.submissions:
            if submission.place is not None:
                spool = (submission.place.worker_id, submission.place.spool_id)
                furthest[spool] = max(submission.place.sequence, furthest.get(spool, 0))
        return [SpoolMark(*spool, sequence) for spool, sequence in sorted(furthest.items())]

    def _recording(self) -> Recording:
        known = self._known
        return Recording(
            tx=self._tx,
            thresholds=self._thresholds,
            now=self._now,
            recents=RecentFaces(self._recents, self._batch.queries, floor=self._thresholds.match),
            presences=Presences(known.present if known is not None else ()),
            sightings=dict(known.sightings) if known is not None else {},
            images=dict(known.images) if known is not None else {},
            rules=known.rules if known is not None else {},
        )

    def _face(self, place: int, known: BatchAnswers) -> Face:
        submission = self._batch.submissions[place]
        row = self._batch.row_of[place]
        event = replace(submission.event, embedding=self._batch.queries[row])
        return Face(
            event=event,
            site=known.sites[event.camera_id],
            worker_id=submission.place.worker_id if submission.place is not None else None,
            row=row,
            indexed=[
                Candidate(hit.customer_id, hit.score)
                for hit in self._batch.hits[row]
                if hit.customer_id in known.existing
            ],
            stored=self._batch.images.get(event.event_id),
        )


def _spans(events: Sequence[FaceEvent]) -> Sequence[TrackSpan]:
    """When the tracks were on their cameras, as far as the batch says: one span each."""
    spans: dict[tuple[UUID, UUID], TrackSpan] = {}
    for event in events:
        earliest, latest = event.first_seen_at, event.last_seen_at
        if (before := spans.get((event.track_id, event.camera_id))) is not None:
            earliest, latest = min(earliest, before.earliest), max(latest, before.latest)
        spans[event.track_id, event.camera_id] = TrackSpan(event.track_id, event.camera_id, earliest, latest)
    return list(spans.values())


def _claimed_elsewhere(
    event: FaceEvent, camera_of: dict[UUID, UUID], track_of: dict[UUID, UUID]
) -> FootfallError | None:
    """INVALID_FIELD when the event's track is another camera's, or its image another track's."""
    violations = []
    if camera_of.get(event.track_id, event.camera_id) != event.camera_id:
        said = "belongs to a track of another camera"
        violations.append(FieldViolation("track_id", said, "face_event.track_camera"))
    if event.image is not None and track_of.get(event.image.image_id, event.track_id) != event.track_id:
        said = "belongs to another track"
        violations.append(FieldViolation("image.image_id", said, "face_event.image_track"))
    if violations:
        return invalid_fields(violations)
    camera_of[event.track_id] = event.camera_id
    if event.image is not None:
        track_of[event.image.image_id] = event.track_id
    return None
