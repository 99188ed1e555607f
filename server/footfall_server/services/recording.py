"""One batch of events inside its transaction: from what is known to what is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.batch import BatchRecords, SpoolMark
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import AnnouncedImage, FaceEvent, FaceOutcome, Recorded
from footfall_server.domain.image import FaceImage, ImageState, object_key
from footfall_server.domain.person import CustomerKind, IdentityState
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.track import first_sighting, with_event
from footfall_server.ports import Transaction
from footfall_server.services.decision_records import Seen
from footfall_server.services.recogniser import Recogniser
from footfall_server.services.visit_book import VisitBook
from footfall_server.services.visit_rebuild import VisitRebuild


@dataclass(frozen=True, slots=True)
class Face:
    """A fresh event with what was found out before the decision.

    `stored` is the image of a crop that is in the object store already.
    """

    seen: Seen
    site: Site
    worker_id: UUID | None
    stored: AnnouncedImage | None = None

    @property
    def event(self) -> FaceEvent:
        """The event itself."""
        return self.seen.event


@dataclass(slots=True)
class Recording:
    """Decides one face after the other, then writes all of it.

    `images` are those that the faces refer to and that were known before; `rules` are those of their sites.
    """

    tx: Transaction
    recogniser: Recogniser
    now: datetime
    images: dict[UUID, FaceImage]
    rules: Mapping[UUID, SiteRules]
    _announced: list[FaceImage] = field(default_factory=list)
    _decided: list[FaceEvent] = field(default_factory=list)
    _decisions: list[DecisionRecord] = field(default_factory=list)
    _before: dict[UUID, FaceOutcome] = field(init=False)

    def __post_init__(self) -> None:
        """Keeps what tracks were before the batch: the recogniser brings them up to date."""
        self._before = {track_id: each.outcome for track_id, each in self.recogniser.sightings.items()}

    def take(self, face: Face) -> None:
        """Decides a face, in the light of those before it."""
        event = face.event
        known = self.recogniser.sightings.get(event.track_id)
        if known is None:
            sighting = first_sighting(event, site_id=face.site.site_id, worker_id=face.worker_id)
        else:
            sighting = with_event(known, event)
        sighting = replace(sighting, image_id=self._image_of(face, known))
        self._decisions.append(self.recogniser.take(face.seen, sighting, known))
        self._decided.append(event)

    async def write(self, spools: Sequence[SpoolMark]) -> Sequence[Recorded]:
        """Writes what was decided and how far spools are. Returns what became of each face, in order."""
        recogniser = self.recogniser
        touched = [recogniser.settled(track_id) for track_id in sorted(recogniser.touched)]
        counted = [each for each in touched if self._is_counted(each)]
        entry = await VisitBook(self.tx).enter(counted, self.rules, recogniser.ledger.numbered)
        sightings = [replace(each, visit_id=entry.visit_of.get(each.track_id)) for each in touched]
        visit_of = {each.track_id: each.visit_id for each in sightings}
        outcomes = [self._outcome(event, visit_of) for event in self._decided]
        await self.tx.batches.write(
            BatchRecords(
                at=self.now,
                spools=spools,
                people=recogniser.ledger.changes(),
                visits=entry.visits,
                sightings=sightings,
                images=self._announced,
                outcomes=outcomes,
                decisions=self._decisions,
                changes=[*entry.changes, *self._uncounted(touched)],
            )
        )
        if recogniser.left:
            await self.tx.changes.append(await VisitRebuild(self.tx).of(recogniser.left))
        return outcomes

    def _uncounted(self, touched: Sequence[Sighting]) -> Sequence[NewChange]:
        """A change per sighting that is in no visit, or was in none before; visits have their own."""
        changes = []
        for each in touched:
            before = self._before.get(each.track_id)
            if not each.outcome.is_counted or (before is not None and not before.is_counted):
                kind = ChangeKind.CREATED if before is None else ChangeKind.UPDATED
                changes.append(NewChange(Topic.SIGHTINGS, kind, each.site_id, each.track_id))
        return changes

    def _is_counted(self, sighting: Sighting) -> bool:
        identity = self.recogniser.identity_of(sighting)
        return (
            identity is not None
            and identity.state is IdentityState.CONFIRMED
            and identity.kind is CustomerKind.VISITOR
        )

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

    def _outcome(self, event: FaceEvent, visit_of: Mapping[UUID, UUID | None]) -> Recorded:
        """What is answered. Whom a face may be is not told while it waits."""
        sighting = self.recogniser.settled(event.track_id)
        waits = sighting.outcome is FaceOutcome.PENDING
        return Recorded(
            event_id=event.event_id,
            site_id=sighting.site_id,
            outcome=sighting.outcome,
            customer_id=None if waits else sighting.customer_id,
            visit_id=visit_of.get(event.track_id, sighting.visit_id),
            score=sighting.score,
        )
