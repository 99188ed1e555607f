"""What a batch does to people and their faces, gathered until it is written."""

from datetime import datetime
from uuid import UUID

from footfall_server.domain.batch import IdentityChanges, NewIdentity
from footfall_server.domain.face_event import FaceEvent
from footfall_server.domain.gallery_view import Exemplar
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.person import GalleryFace, IdentityState, Provenance
from footfall_server.domain.track_face import TrackFace


class IdentityLedger:
    """Made for one batch."""

    def __init__(self) -> None:
        self._made: dict[UUID, None] = {}
        self._numbered: dict[UUID, None] = {}
        self._resolved: dict[UUID, UUID] = {}
        self._faces: dict[UUID, GalleryFace] = {}
        self._crops: dict[UUID, bytes] = {}
        self._removed: set[UUID] = set()
        self._moved: dict[UUID, UUID] = {}
        self._track_faces: dict[UUID, TrackFace] = {}
        self._seen_at: dict[tuple[UUID, UUID], None] = {}

    @property
    def numbered(self) -> frozenset[UUID]:
        """Who became a customer in this batch."""
        return frozenset(self._numbered)

    def make(self, identity_id: UUID) -> None:
        """Somebody who was not known."""
        self._made[identity_id] = None

    def number(self, identity_id: UUID) -> None:
        """Somebody is a customer from now on."""
        self._numbered[identity_id] = None

    def resolve(self, identity_id: UUID, into: UUID) -> None:
        """Somebody who waited is part of another."""
        self._resolved[identity_id] = into

    def teach(self, owner_id: UUID, event: FaceEvent, provenance: Provenance, at: datetime) -> Exemplar:
        """The event's face becomes one that its owner is recognised by."""
        face_id = new_id()
        self._faces[face_id] = GalleryFace(
            face_id=face_id,
            customer_id=owner_id,
            model_id=event.model_id,
            embedding=event.embedding,
            quality_score=event.quality.score,
            event_id=event.event_id,
            created_at=at,
            exemplar_id=face_id,
            provenance=provenance,
            track_id=event.track_id,
        )
        if event.aligned_jpeg:
            self._crops[face_id] = event.aligned_jpeg
        self._track_faces.pop(event.track_id, None)
        return Exemplar(
            face_id=face_id,
            owner_id=owner_id,
            provenance=provenance,
            quality_score=event.quality.score,
            embedding=event.embedding,
            track_id=event.track_id,
            created_at=at,
        )

    def forget(self, face_id: UUID) -> None:
        """A face is no exemplar any more."""
        self._crops.pop(face_id, None)
        if self._faces.pop(face_id, None) is None:
            self._removed.add(face_id)

    def move(self, face_id: UUID, owner_id: UUID) -> None:
        """A face is somebody else's."""
        self._moved[face_id] = owner_id

    def remember(self, face: TrackFace) -> None:
        """The face of a recognised track that is no exemplar."""
        self._track_faces[face.track_id] = face

    def saw(self, site_id: UUID, customer_id: UUID) -> None:
        """Somebody was at a site."""
        self._seen_at[site_id, customer_id] = None

    def changes(self) -> IdentityChanges:
        """All of it, by who people are in the end."""
        made = [
            NewIdentity(
                customer_id=each,
                state=IdentityState.CONFIRMED if each in self._numbered else IdentityState.WAITING,
                root_id=self._root_of(each),
                merged_into=self._resolved.get(each),
            )
            for each in self._made
        ]
        return IdentityChanges(
            made=made,
            numbered=list(self._numbered),
            resolved={each: self._root_of(each) for each in self._resolved if each not in self._made},
            faces=list(self._faces.values()),
            crops=self._crops,
            removed_faces=self._removed,
            moved_faces=self._moved,
            track_faces=list(self._track_faces.values()),
            seen_at=sorted({(site_id, self._root_of(each)) for site_id, each in self._seen_at}),
        )

    def _root_of(self, identity_id: UUID) -> UUID:
        while identity_id in self._resolved:
            identity_id = self._resolved[identity_id]
        return identity_id
