"""What recording a batch of events asks the database, is told, and gives it to keep."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from footfall_server.domain.camera_lease import Fence
from footfall_server.domain.camera_settings import CameraSettings
from footfall_server.domain.change import NewChange
from footfall_server.domain.decision import DecisionRecord
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.gallery_view import KnownIdentity
from footfall_server.domain.image import FaceImage
from footfall_server.domain.person import GalleryFace, IdentityState, Provenance
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
from footfall_server.domain.track_face import TrackFace
from footfall_server.domain.visit import Visit


@dataclass(frozen=True, slots=True)
class TrackSpan:
    """A stretch of capture time of a track on one camera, both ends included."""

    track_id: UUID
    camera_id: UUID
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class BatchQuestions:
    """What a batch has to know before it decides anything.

    `spans` are what the events say of their tracks; a track may come several times. `known_recents` are
    the recent faces that the asker holds already. `leases` are cameras with the tokens that events
    were captured under. `tombstones` are the digests that the tracks would have, had they been erased;
    by the same ones it is noted in which tracks somebody was seen who is left out.
    """

    event_ids: Collection[UUID]
    spans: Sequence[TrackSpan]
    image_ids: Collection[UUID]
    model_id: str
    indexed_after: datetime
    known_recents: Collection[UUID]
    leases: Collection[tuple[UUID, int]] = ()
    tombstones: Collection[bytes] = ()


@dataclass(frozen=True, slots=True)
class BatchAnswers:
    """What there is of it.

    `recorded` by event, with duplicate=True; `sites` by camera, and `rules` by site; `cameras` are each
    camera's own settings, as far as they say what may leave the shop;
    `sightings` of the tracks themselves, by track; `images` named by the questions or shown by those
    sightings, by image.
    `present` are recognised sightings that share a moment, ends included, with a track of the batch on its
    camera: with its span, widened by what was known of it. Recent faces are those that the index may not
    find yet, not indexed or confirmed at or after `indexed_after`: `recents_added` of them were not known,
    and `recents_gone` were and are recent no more. `erased` are those of the tombstones that are there,
    and `left_out` those of tracks of people who are left out. `opt_outs` are all that have templates of the
    model.
    """

    recorded: Mapping[UUID, Recorded]
    sites: Mapping[UUID, Site]
    sightings: Mapping[UUID, Sighting]
    images: Mapping[UUID, FaceImage]
    present: Sequence[Sighting]
    recents_added: Sequence[GalleryFace]
    recents_gone: Collection[UUID]
    rules: Mapping[UUID, SiteRules]
    cameras: Mapping[UUID, CameraSettings]
    fences: Mapping[tuple[UUID, int], Fence]
    erased: frozenset[bytes] = frozenset()
    left_out: frozenset[bytes] = frozenset()
    opt_outs: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class GalleryQuestions:
    """Who may be meant. `face_ids` were found alike, `near_ids` of them near enough to matter.

    `customer_ids` are whom tracks of the batch were recognised as before. `since` is when the day began
    that limits how many faces somebody may learn.
    """

    face_ids: Collection[UUID]
    near_ids: Collection[UUID]
    customer_ids: Collection[UUID]
    site_ids: Collection[UUID]
    model_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class KnownFace:
    """Whose a gallery face is, after merges."""

    root_id: UUID
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class TailOfTenant:
    """A calibration that the tenant decides by: its own impostors' tail, and the target rate."""

    target_rate: float
    cosines: tuple[float, ...]
    false_match_rates: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class GalleryAnswers:
    """Who they are.

    `faces` tells whose each face is; one that is not there is nobody's any more.
    `identities` has all of these people, those who are near or named with all of their exemplars.
    `waiting` are the sightings of those who wait. `apart` are pairs of roots who cannot be one person.
    `tenant_size` and `site_sizes` are how many people are known. `takes_model` says whether the tenant takes
    the model's embeddings still, and `model_in_use` which it uses, None when it never chose one.
    """

    faces: Mapping[UUID, KnownFace]
    identities: Sequence[KnownIdentity]
    waiting: Sequence[Sighting]
    apart: Collection[frozenset[UUID]]
    tenant_size: int
    site_sizes: Mapping[UUID, int]
    tail: TailOfTenant | None = None
    takes_model: bool = True
    model_in_use: str | None = None


@dataclass(frozen=True, slots=True)
class NewIdentity:
    """Somebody who was not known. `merged_into` is set for one whom the same batch resolved."""

    customer_id: UUID
    state: IdentityState
    root_id: UUID
    merged_into: UUID | None


@dataclass(frozen=True, slots=True)
class IdentityChanges:
    """What a batch does to people and their faces.

    `made` are new; `numbered` are customers from now on, new or not, and get the tenant's next numbers in
    their order; `resolved` become part of another, by whom. `faces` join the gallery and the outbox,
    `crops` are kept of them by exemplar, `removed_faces` leave the gallery and the index (of the batch's
    model), `moved_faces` get another owner. `seen_at` are (site, root) pairs.
    """

    made: Sequence[NewIdentity] = ()
    numbered: Sequence[UUID] = ()
    resolved: Mapping[UUID, UUID] = field(default_factory=dict)
    faces: Sequence[GalleryFace] = ()
    crops: Mapping[UUID, bytes] = field(default_factory=dict)
    removed_faces: Collection[UUID] = ()
    moved_faces: Mapping[UUID, UUID] = field(default_factory=dict)
    track_faces: Sequence[TrackFace] = ()
    seen_at: Collection[tuple[UUID, UUID]] = ()


@dataclass(frozen=True, slots=True)
class VisitReach:
    """A time in which a visit of a customer at a site would be joined."""

    site_id: UUID
    customer_id: UUID
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True)
class SpoolMark:
    """How far a worker's spool is done with."""

    worker_id: UUID
    spool_id: UUID
    sequence: int


@dataclass(frozen=True, slots=True)
class BatchRecords:
    """What a batch leaves behind, written at `at`.

    `spools` raise acknowledged sequences, one mark per spool. `visits` and `sightings` are inserted or
    replace the ones with the same id, one of each. `images` are new. `outcomes` are of events that were
    never recorded, and `decisions` explain them. `changes` get the next revisions.
    """

    at: datetime
    spools: Sequence[SpoolMark] = ()
    people: IdentityChanges = field(default_factory=IdentityChanges)
    visits: Sequence[Visit] = ()
    sightings: Sequence[Sighting] = ()
    images: Sequence[FaceImage] = ()
    outcomes: Sequence[Recorded] = ()
    decisions: Sequence[DecisionRecord] = ()
    changes: Sequence[NewChange] = ()
