"""What recording a batch of events asks the database, is told, and gives it to keep."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from footfall_server.domain.change import NewChange
from footfall_server.domain.face_event import Recorded
from footfall_server.domain.image import FaceImage
from footfall_server.domain.person import GalleryFace
from footfall_server.domain.places import Site
from footfall_server.domain.sighting import Sighting
from footfall_server.domain.site_rules import SiteRules
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

    `spans` are what the events say of their tracks; a track may come several times. `customer_ids` are
    those whom the index names. `known_recents` are the recent faces that the asker holds already.
    """

    event_ids: Collection[UUID]
    spans: Sequence[TrackSpan]
    image_ids: Collection[UUID]
    customer_ids: Collection[UUID]
    model_id: str
    indexed_after: datetime
    known_recents: Collection[UUID]


@dataclass(frozen=True, slots=True)
class BatchAnswers:
    """What there is of it.

    `recorded` by event, with duplicate=True; `sites` by camera, and their `rules` by site; `sightings` of
    the tracks themselves, by track; `images` named by the questions or shown by those sightings, by image.
    `present` are recognised sightings that share a moment, ends included, with a track of the batch on its
    camera: with its span, widened by what was known of it. `existing` are the customers who exist. Recent
    faces are those that the index may not find yet, not indexed or confirmed at or after `indexed_after`:
    `recents_added` of them were not known, and `recents_gone` were and are recent no more.
    """

    recorded: Mapping[UUID, Recorded]
    sites: Mapping[UUID, Site]
    sightings: Mapping[UUID, Sighting]
    images: Mapping[UUID, FaceImage]
    present: Sequence[Sighting]
    existing: frozenset[UUID]
    recents_added: Sequence[GalleryFace]
    recents_gone: Collection[UUID]
    rules: Mapping[UUID, SiteRules]


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

    `spools` raise acknowledged sequences, one mark per spool. `newcomers` become customers and get the
    tenant's next numbers in their order. `faces` join the gallery and the outbox. `visits` and `sightings`
    are inserted or replace the ones with the same id, one of each. `images` are new. `outcomes` are of
    events that were never recorded. `changes` get the next revisions.
    """

    at: datetime
    spools: Sequence[SpoolMark] = ()
    newcomers: Sequence[UUID] = ()
    faces: Sequence[GalleryFace] = ()
    visits: Sequence[Visit] = ()
    sightings: Sequence[Sighting] = ()
    images: Sequence[FaceImage] = ()
    outcomes: Sequence[Recorded] = ()
    changes: Sequence[NewChange] = ()
