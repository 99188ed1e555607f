"""Who was erased, without saying whom, and the proof that nothing is left."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SubjectKind(StrEnum):
    """What the person was to the tenant."""

    CUSTOMER = "customer"
    STAFF = "staff"


class TombstoneKind(StrEnum):
    """What must not come back."""

    PERSON = "person"
    TRACK = "track"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Stands for an id that was erased. `digest` is 32 bytes, and says nothing without the key."""

    kind: TombstoneKind
    digest: bytes = field(repr=False)


class TombstoneMaker:
    """Makes tombstones: HMAC-SHA-256 (RFC 2104) of kind, tenant and id, by a key that is in no database."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, tenant_id: UUID, kind: TombstoneKind, subject_id: UUID) -> Tombstone:
        """The one of a person or a track; always the same."""
        # The kinds differ in length and ids do not: no two subjects are written the same way.
        subject = kind.value.encode() + tenant_id.bytes + subject_id.bytes
        return Tombstone(kind, hmac.digest(self._key, subject, "sha256"))


@dataclass(frozen=True, slots=True)
class ErasureCounts:
    """How much is known of a person, or was. Portraits count among the images."""

    faces: int
    tracks: int
    visits: int
    images: int

    def as_mapping(self) -> Mapping[str, int]:
        """By what it is."""
        return {"faces": self.faces, "tracks": self.tracks, "visits": self.visits, "images": self.images}


@dataclass(frozen=True, slots=True)
class Erasure:
    """One person who was erased.

    `subject_id` is whom the caller named, as it was after merges; it leads to nothing any more. `ticket` is
    the number under which the person asked for it, empty when there was none. The rows are gone with the
    transaction that adds this; `completed_at` is when the vectors and the objects were seen to be gone too,
    and `receipt` what proves it: a compact JWS (RFC 7515), empty before.

    `person_ids` (the subject's, and whoever was merged into it), `face_ids` and `object_keys` are what is
    looked for until then.
    """

    erasure_id: UUID
    kind: SubjectKind
    subject_id: UUID
    ticket: str
    requested_by: UUID | None
    erased_at: datetime
    counts: ErasureCounts
    person_ids: tuple[UUID, ...] = field(default=(), repr=False)
    face_ids: tuple[UUID, ...] = field(default=(), repr=False)
    object_keys: tuple[str, ...] = field(default=(), repr=False)
    completed_at: datetime | None = None
    receipt: str = field(default="", repr=False)


def erasures_prefix(tenant_id: UUID) -> str:
    """Where a tenant's receipts and tombstones lie, so that a restored database learns of them.

    Not among its pictures: these go after 30 days, and nobody may come back later.
    """
    return f"erasures/{tenant_id}/"


def receipt_key(tenant_id: UUID, erasure_id: UUID) -> str:
    """Where the receipt of an erasure lies."""
    return f"{erasures_prefix(tenant_id)}{erasure_id}.json"
