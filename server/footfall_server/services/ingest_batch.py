"""A batch of events inside its exclusive transaction: who may send what, what is known, what is new."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

import numpy as np
import numpy.typing as npt

from footfall_server.domain.batch import (
    BatchAnswers,
    BatchQuestions,
    BatchRecords,
    GalleryAnswers,
    GalleryQuestions,
    SpoolMark,
    TrackSpan,
)
from footfall_server.domain.camera_lease import was_lost
from footfall_server.domain.camera_settings import CameraSettings, ImagePolicy
from footfall_server.domain.cannot_link import Presences
from footfall_server.domain.erasure import TombstoneKind, TombstoneMaker
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, Recorded
from footfall_server.domain.gallery_view import FarHit, GalleryView
from footfall_server.domain.image import object_key
from footfall_server.domain.recent_faces import RecentFaces, RecentGallery
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.thresholds import ThresholdPolicy
from footfall_server.errors import ErrorKind, FieldViolation, FootfallError, invalid_fields, not_found
from footfall_server.ports import IndexHit, Transaction
from footfall_server.services.decision_records import Seen
from footfall_server.services.event_checks import RecognitionModel, model_mismatch
from footfall_server.services.identity_ledger import IdentityLedger
from footfall_server.services.opt_out_guard import OptOutGuard, tells_of_somebody
from footfall_server.services.recogniser import Recogniser
from footfall_server.services.recording import Face, Recording
from footfall_server.services.submission import Submission
from footfall_server.services.threshold_policies import calibrated

LEARNING_DAY = timedelta(days=1)
"""The time in which somebody learns so many exemplars at most."""

OPT_OUTS = "opt_outs"
"""Whose gallery it is that faces are compared with before any other."""

TRACK_ERASED = "TRACK_ERASED"
"""Why nothing of a track is taken whose person was erased."""

RECENTS_SLACK = timedelta(seconds=30)
"""How long a face that was put into the index is still looked for beside it: covers the index's own delay
and clocks of replicas that differ."""


@dataclass(frozen=True, slots=True)
class SearchedBatch:
    """Events after the search.

    `refusals` has the reason of each event that is bad by itself, `sound` the places of the others. `queries`
    is float32 (n, d), L2-normalised; `hits` has a list per row of it and `row_of` the row of each event that
    was searched, by its place: all that are sound and brought a face. `images` are crops that are in the
    object store, by event.
    `search_began` is when, so that what was indexed since is looked for as well.
    """

    submissions: Sequence[Submission]
    refusals: Sequence[FootfallError | None]
    model: RecognitionModel
    queries: npt.NDArray[np.float32]
    sound: Sequence[int]
    row_of: Mapping[int, int]
    hits: Sequence[Sequence[IndexHit]]
    images: Mapping[UUID, AnnouncedImage]
    search_began: datetime


class IngestBatch:
    """Records one batch. Made for one transaction.

    `recents` is what this process holds of the tenant's recent faces; it is brought up to date here.
    `withheld` is from how many events pictures were taken away that may not leave the shop, and
    `templates_refused` from how many the template, since nobody is recognised there. `unwanted_objects` are
    the keys of crops that were stored of tracks that were erased, or of people who are left out: `left_out`
    are the tracks of these, and `events_left_out` how many of their events there were.
    """

    def __init__(
        self,
        tx: Transaction,
        batch: SearchedBatch,
        *,
        recents: RecentGallery,
        policy: ThresholdPolicy,
        tombstones: TombstoneMaker,
        opt_outs: OptOutGuard,
        now: datetime,
    ) -> None:
        self._tx = tx
        self._batch = batch
        self._recents = recents
        self._policy = policy
        self._tombstones = tombstones
        self._opt_outs = opt_outs
        self._model_id = batch.model.model_id
        self._now = now
        self._refusals: dict[int, FootfallError] = {
            place: refusal for place, refusal in enumerate(batch.refusals) if refusal is not None
        }
        self._fresh: dict[UUID, int] = {}
        self.withheld = 0
        self.templates_refused = 0
        self.unwanted_objects: list[str] = []
        self.left_out: frozenset[UUID] = frozenset()
        self.events_left_out = 0
        self._known: BatchAnswers | None = None
        self._confined: Mapping[UUID, CameraSettings] = {}
        # Below this a known face cannot matter, whatever the size of the gallery.
        self._floor = policy.zones(0, "").new

    async def sort(self) -> Mapping[int, FootfallError]:
        """Tells fresh events from known and from bad ones. Returns the bad ones' reasons by place."""
        sound = [(place, self._batch.submissions[place]) for place in self._batch.sound]
        if not sound:
            return self._refusals
        known = self._known = await self._look_up([submission.event for _, submission in sound])
        self._confined = {
            camera_id: site.confine(known.cameras[camera_id], self._now)
            for camera_id, site in known.sites.items()
        }
        camera_of = {track_id: each.camera_id for track_id, each in known.sightings.items()}
        track_of = {image_id: each.track_id for image_id, each in known.images.items()}
        for place, submission in sound:
            event = submission.event
            site = known.sites.get(event.camera_id)
            if site is None or not submission.principal.may_see(site.site_id):
                self._refusals[place] = not_found("camera", event.camera_id)
            elif self._site_of_event(event.event_id, known) not in {None, site.site_id}:
                self._refusals[place] = _taken()
            elif event.event_id not in known.recorded:
                refusal = (
                    self._erased(event, known)
                    or self._lost(submission, known)
                    or _claimed_elsewhere(event, camera_of, track_of)
                )
                if refusal is not None:
                    self._refusals[place] = refusal
                    self._note_unwanted(event, site.site_id, refusal)
                else:
                    self._fresh.setdefault(event.event_id, place)
        return self._refusals

    def _erased(self, event: FaceEvent, known: BatchAnswers) -> FootfallError | None:
        """TRACK_ERASED for what a worker still had of somebody who was erased meanwhile.

        What was stored of a track before it was known as that of somebody who is left out was erased, too:
        such a person is counted all the same.
        """
        if not known.erased or self._stone(event.track_id) not in known.erased - known.left_out:
            return None
        return FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            TRACK_ERASED,
            "the track was erased: nothing of it is taken any more",
            metadata={"track_id": str(event.track_id)},
        )

    def _note_unwanted(self, event: FaceEvent, site_id: UUID, refusal: FootfallError) -> None:
        if refusal.reason == TRACK_ERASED:
            self._not_wanted(event, site_id)

    def _not_wanted(self, event: FaceEvent, site_id: UUID) -> None:
        if (stored := self._batch.images.get(event.event_id)) is not None:
            self.unwanted_objects.append(object_key(self._tx.tenant_id, site_id, stored.image_id))

    def _stone(self, track_id: UUID) -> bytes:
        return self._tombstones.of(self._tx.tenant_id, TombstoneKind.TRACK, track_id).digest

    def _lost(self, submission: Submission, known: BatchAnswers) -> FootfallError | None:
        """LEASE_LOST for what was captured when another worker read the camera, as far as tokens tell."""
        event = submission.event
        fence = known.fences.get((event.camera_id, event.lease_token))
        if fence is None or not was_lost(
            fence,
            token=event.lease_token,
            captured_at=event.first_seen_at,
            worker_id=None if submission.place is None else submission.place.worker_id,
            now=self._now,
        ):
            return None
        return FootfallError(
            ErrorKind.FAILED_PRECONDITION,
            "LEASE_LOST",
            "lease_token had ended when this was captured: another worker read the camera",
            metadata={"camera_id": str(event.camera_id)},
        )

    def _site_of_event(self, event_id: UUID, known: BatchAnswers) -> UUID | None:
        """Where the event was recorded before, or is about to be by this batch."""
        if (before := known.recorded.get(event_id)) is not None:
            return before.site_id
        first = self._fresh.get(event_id)
        return None if first is None else known.sites[self._event(first).camera_id].site_id

    async def record(self) -> Sequence[Recorded | FootfallError]:
        """Decides and writes the fresh events. Returns what became of each event of the batch."""
        outcomes = dict(self._known.recorded) if self._known is not None else {}
        if self._known is not None and self._fresh:
            recording = await self._recorded(self._known)
            outcomes.update((each.event_id, each) for each in await recording.write(self._spool_marks()))
        elif spools := self._spool_marks():
            await self._tx.batches.write(BatchRecords(at=self._now, spools=spools))
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
                model_id=self._model_id,
                indexed_after=self._batch.search_began - RECENTS_SLACK,
                known_recents=tuple(self._recents.face_ids),
                leases={(event.camera_id, event.lease_token) for event in events if event.lease_token},
                tombstones={self._stone(event.track_id) for event in events},
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

    async def _recorded(self, known: BatchAnswers) -> Recording:
        """The fresh events, decided."""
        alike, answers = await self._asked(known)
        if await self._leave_out(known, answers):
            # Whom these tracks were taken for is another one now, or gone.
            known = await self._look_up([self._event(place) for place in self._fresh.values()])
            alike, answers = await self._asked(known)
        recording = self._recording(known, answers)
        for place, found in alike.items():
            recording.take(self._face(place, known, answers, found))
            # A batch is many milliseconds of work: between its events the calls of others go on.
            await asyncio.sleep(0)
        return recording

    async def _asked(self, known: BatchAnswers) -> tuple[Mapping[int, Mapping[UUID, float]], GalleryAnswers]:
        """Known faces that resemble the fresh ones, by place, and who may be meant. Raises MODEL_MISMATCH."""
        recents = RecentFaces(self._recents, self._batch.queries, floor=self._floor)
        alike = {place: self._alike(place, recents) for place in self._fresh.values()}
        sites = {known.sites[self._event(place).camera_id].site_id for place in alike}
        answers = await self._tx.batches.gallery(
            GalleryQuestions(
                face_ids={face_id for found in alike.values() for face_id in found},
                near_ids={
                    face_id
                    for found in alike.values()
                    for face_id, score in found.items()
                    if self._near(score)
                },
                customer_ids={
                    each.customer_id for each in known.sightings.values() if each.customer_id is not None
                },
                site_ids=sites,
                model_id=self._model_id,
                since=self._now - LEARNING_DAY,
            )
        )
        if not answers.takes_model:
            # The tenant has moved to another model since the batch was looked at.
            raise model_mismatch(self._model_id, answers.model_in_use or self._model_id)
        return alike, answers

    async def _leave_out(self, known: BatchAnswers, answers: GalleryAnswers) -> bool:
        """Finds the tracks of people who are left out; whether anything had been stored of one.

        A track is as a whole: it was left out before, or one of the batch's faces of it is such a person's,
        whatever its quality. Where nobody is recognised, nothing is compared.
        """
        gallery = await self._opt_outs.current(self._tx, self._batch.model, known.opt_outs)
        if not gallery and not known.left_out:
            return False
        match = self._policy_of(answers).zones(len(gallery), OPT_OUTS).match
        tracks, marked = set[UUID](), set[UUID]()
        for place in self._fresh.values():
            event, row = self._event(place), self._batch.row_of.get(place)
            if self._stone(event.track_id) in known.left_out:
                marked.add(event.track_id)
            elif (
                row is not None
                and not self._confined[event.camera_id].anonymous
                and gallery.has(self._batch.queries[row], match=match)
            ):
                tracks.add(event.track_id)
        stored = [each for each in _of(known, tracks | marked) if tells_of_somebody(each)]
        if stored:
            gone = await self._opt_outs.take_back(self._tx, stored, answers.identities)
            # The same person was on other cameras.
            tracks.update(each.track_id for each in known.sightings.values() if each.customer_id in gone)
        await self._tx.opt_outs.mark_tracks({self._stone(each) for each in tracks}, self._now)
        self.left_out = frozenset(tracks | marked)
        return bool(stored)

    def _alike(self, place: int, recents: RecentFaces) -> Mapping[UUID, float]:
        """Known faces that resemble an event's, in the index or not yet, with their cosines."""
        row = self._batch.row_of.get(place)
        if row is None or self._confined[self._event(place).camera_id].anonymous:
            return {}
        found = {hit.face_id: hit.score for hit in self._batch.hits[row]}
        found.update(recents.near(row))
        return found

    def _near(self, score: float) -> bool:
        return score >= self._floor

    def _event(self, place: int) -> FaceEvent:
        return self._batch.submissions[place].event

    def _recording(self, known: BatchAnswers, answers: GalleryAnswers) -> Recording:
        policy = self._policy_of(answers)
        present = {each.track_id: each for each in known.present}
        waiting = {each.track_id: each for each in answers.waiting}
        recogniser = Recogniser(
            view=GalleryView(answers.identities, answers.apart),
            zones_of=cache(policy.zones),
            tenant_size=answers.tenant_size,
            site_sizes=answers.site_sizes,
            presences=Presences([*known.present, *answers.waiting]),
            sightings={**present, **waiting, **known.sightings},
            ledger=IdentityLedger(),
            now=self._now,
        )
        return Recording(
            tx=self._tx,
            recogniser=recogniser,
            now=self._now,
            images=dict(known.images),
            rules=known.rules,
        )

    def _policy_of(self, answers: GalleryAnswers) -> ThresholdPolicy:
        return self._policy if answers.tail is None else calibrated(answers.tail)

    def _face(
        self, place: int, known: BatchAnswers, answers: GalleryAnswers, alike: Mapping[UUID, float]
    ) -> Face:
        submission = self._batch.submissions[place]
        event = submission.event
        settings = self._confined[event.camera_id]
        stored = self._batch.images.get(event.event_id)
        # Where pictures or a template came that may not, the worker had not heard of it yet, or is an older
        # one. The person counts all the same.
        if settings.face_pictures is ImagePolicy.NONE and event.shows_a_face:
            event, stored = event.without_images(), None
            self.withheld += 1
        site = known.sites[event.camera_id]
        left_out = event.track_id in self.left_out
        if left_out:
            self._not_wanted(event, site.site_id)
            self.events_left_out += 1
            event, stored, alike = event.made_anonymous(), None, {}
        elif settings.anonymous:
            self.templates_refused += not event.is_anonymous
            event = event.made_anonymous()
        elif not event.is_anonymous:
            event = replace(event, embedding=self._batch.queries[self._batch.row_of[place]])
        owned = [(face_id, score) for face_id, score in alike.items() if face_id in answers.faces]
        return Face(
            seen=Seen(
                event=event,
                site_id=site.site_id,
                near={answers.faces[face_id].root_id for face_id, score in owned if self._near(score)},
                far=_far(owned, answers),
                left_out=left_out,
            ),
            site=site,
            worker_id=submission.place.worker_id if submission.place is not None else None,
            stored=stored,
        )


def _of(known: BatchAnswers, track_ids: Collection[UUID]) -> Sequence[Sighting]:
    return [each for track_id, each in known.sightings.items() if track_id in track_ids]


def _far(owned: Sequence[tuple[UUID, float]], answers: GalleryAnswers) -> Sequence[FarHit]:
    """The closest face of each person, best first."""
    best: dict[UUID, FarHit] = {}
    for face_id, score in sorted(owned, key=lambda each: (-each[1], each[0])):
        face = answers.faces[face_id]
        best.setdefault(face.root_id, FarHit(face_id, face.root_id, score, face.provenance))
    return list(best.values())


def _spans(events: Sequence[FaceEvent]) -> Sequence[TrackSpan]:
    """When the tracks were on their cameras, as far as the batch says: one span each."""
    spans: dict[tuple[UUID, UUID], TrackSpan] = {}
    for event in events:
        earliest, latest = event.first_seen_at, event.last_seen_at
        if (before := spans.get((event.track_id, event.camera_id))) is not None:
            earliest, latest = min(earliest, before.earliest), max(latest, before.latest)
        spans[event.track_id, event.camera_id] = TrackSpan(event.track_id, event.camera_id, earliest, latest)
    return list(spans.values())


def _taken() -> FootfallError:
    """INVALID_FIELD for the id of another site's event, of which nothing is told."""
    said = "is taken by another event: every event has an id of its own"
    return invalid_fields([FieldViolation("event_id", said, "face_event.event_id_taken")])


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
