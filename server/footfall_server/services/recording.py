"""One batch of events inside its transaction: from what is known to what is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.batch import BatchRecords, SpoolMark
from footfall_server.domain.cannot_link import Presences
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.image import FaceImage, ImageState, object_key
from footfall_server.domain.matching import Thresholds, decide, is_recognisable, without
from footfall_server.domain.person import Candidate, GalleryFace
from footfall_server.domain.places import Site
from footfall_server.domain.recent_faces import RecentFaces
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.track import first_sighting, recognised, with_event
from footfall_server.ports import Transaction
from footfall_server.services.visit_book import VisitBook


@dataclass(frozen=True, slots=True)
class Face:
    """A fresh event with what was found out before the decision.

    `row` is the event's query in RecentFaces. `indexed` are the index's candidates who exist now.
    `stored` is the image of a crop that is in the object store already.
    """

    event: FaceEvent
    site: Site
    worker_id: UUID | None
    row: int
    indexed: Sequence[Candidate]
    stored: AnnouncedImage | None = None


@dataclass(slots=True)
class Recording:
    """Decides one face after the other, then writes all of it.

    `sightings` are the tracks, and `images` the images, that the faces refer to and that were known before;
    `rules` are those of their sites.
    """

    tx: Transaction
    thresholds: Thresholds
    now: datetime
    recents: RecentFaces
    presences: Presences
    sightings: dict[UUID, Sighting]
    images: dict[UUID, FaceImage]
    rules: Mapping[UUID, SiteRules]
    _touched: dict[UUID, Sighting] = field(default_factory=dict)
    _newcomers: list[UUID] = field(default_factory=list)
    _faces: list[GalleryFace] = field(default_factory=list)
    _announced: list[FaceImage] = field(default_factory=list)
    _decided: list[FaceEvent] = field(default_factory=list)

    def take(self, face: Face) -> None:
        """Decides a face, in the light of those before it."""
        event = face.event
        known = self.sightings.get(event.track_id)
        if known is None:
            sighting = first_sighting(event, site_id=face.site.site_id, worker_id=face.worker_id)
        else:
            sighting = with_event(known, event)
        candidates = self._candidates(face, sighting)
        if sighting.customer_id is None:
            sighting = recognised(sighting, decide(candidates, event.quality, self.thresholds), new_id())
            if sighting.outcome is FaceOutcome.NEW and sighting.customer_id is not None:
                self._newcomers.append(sighting.customer_id)
                self._learn(event, sighting.customer_id)
        elif known is not None and self._is_better_shot(known, event, candidates):
            self._learn(event, sighting.customer_id)
        sighting = replace(sighting, image_id=self._image_of(face, known))
        self._decided.append(event)
        self.presences.add(sighting)
        self.sightings[event.track_id] = sighting
        if sighting != known:
            self._touched[event.track_id] = sighting

    async def write(self, spools: Sequence[SpoolMark]) -> Sequence[Recorded]:
        """Writes what was decided and how far spools are. Returns what became of each face, in order."""
        sightings = list(self._touched.values())
        entry = await VisitBook(self.tx).enter(sightings, self.rules, frozenset(self._newcomers))
        outcomes = [self._outcome(event, entry.visit_of) for event in self._decided]
        await self.tx.batches.write(
            BatchRecords(
                at=self.now,
                spools=spools,
                newcomers=self._newcomers,
                faces=self._faces,
                visits=entry.visits,
                sightings=[
                    replace(each, visit_id=entry.visit_of.get(each.track_id), owner_id=each.customer_id)
                    for each in sightings
                ],
                images=self._announced,
                outcomes=outcomes,
                changes=entry.changes,
            )
        )
        return outcomes

    def _candidates(self, face: Face, sighting: Sighting) -> Sequence[Candidate]:
        taken = self.presences.elsewhere(
            sighting.track_id, sighting.camera_id, sighting.first_seen_at, sighting.last_seen_at
        )
        return without([*face.indexed, *self.recents.candidates(face.row)], taken)

    def _is_better_shot(self, known: Sighting, event: FaceEvent, candidates: Sequence[Candidate]) -> bool:
        """Whether the end of the track that made a customer shows the same face, and better."""
        return (
            known.outcome is FaceOutcome.NEW
            and event.final
            and not known.final
            and event.quality.score > known.quality_score
            and is_recognisable(event.quality, self.thresholds)
            and any(
                each.customer_id == known.customer_id and each.score >= self.thresholds.learn
                for each in candidates
            )
        )

    def _learn(self, event: FaceEvent, customer_id: UUID) -> None:
        face_id = new_id()
        face = GalleryFace(
            face_id=face_id,
            exemplar_id=face_id,
            track_id=event.track_id,
            customer_id=customer_id,
            model_id=event.model_id,
            embedding=event.embedding,
            quality_score=event.quality.score,
            event_id=event.event_id,
            created_at=self.now,
        )
        self._faces.append(face)
        self.recents.add(face)

    def _image_of(self, face: Face, known: Sighting | None) -> UUID | None:
        """The image of the track from now on.

        One that shows the face worse than the image that is there is not wanted. One that still has to be
        uploaded takes the place of a stored one only when it is in the store.
        """
        shown = known.image_id if known is not None else None
        image = face.stored or face.event.image
        if image is None or (
            known is not None and shown is not None and face.event.quality.score < known.quality_score
        ):
            return shown
        state = ImageState.ANNOUNCED if face.stored is None else ImageState.STORED
        row = self.images.get(image.image_id)
        if row is None:
            row = FaceImage(
                image_id=image.image_id,
                site_id=face.site.site_id,
                track_id=face.event.track_id,
                object_key=object_key(self.tx.tenant_id, face.site.site_id, image.image_id),
                content_type=image.content_type,
                size_bytes=image.size_bytes,
                state=state,
                captured_at=face.event.last_seen_at,
            )
            self.images[image.image_id] = row
            self._announced.append(row)
        there = self.images.get(shown) if shown is not None else None
        waits = there is not None and there.state is ImageState.STORED and row.state is ImageState.ANNOUNCED
        return shown if waits else image.image_id

    def _outcome(self, event: FaceEvent, visit_of: Mapping[UUID, UUID]) -> Recorded:
        sighting = self.sightings[event.track_id]
        return Recorded(
            event_id=event.event_id,
            outcome=sighting.outcome,
            customer_id=sighting.customer_id,
            visit_id=visit_of.get(event.track_id, sighting.visit_id),
            score=sighting.score,
        )
