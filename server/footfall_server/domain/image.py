"""Images of faces: announced by an event, then found in the object store."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ImageState(StrEnum):
    """Where an image is."""

    ANNOUNCED = "announced"
    STORED = "stored"


@dataclass(frozen=True, slots=True)
class FaceImage:
    """What is kept of an image; the bytes are in the object store under `object_key`."""

    image_id: UUID
    site_id: UUID
    track_id: UUID
    object_key: str
    content_type: str
    size_bytes: int
    state: ImageState
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version of an object, or what says that it was deleted. `version_id` is empty without versions.

    `place` is the store's own word for where it is.
    """

    key: str
    version_id: str
    stored_at: datetime
    place: str = ""


def tenant_prefix(tenant_id: UUID) -> str:
    """What all keys of a tenant begin with, and no other tenant's do."""
    return f"tenants/{tenant_id}/"


def site_of(key: str) -> UUID | None:
    """The site whose picture it is, by its key; None for a key that is not made by object_key."""
    match key.split("/"):
        case ["tenants", _, "sites", site, *_]:
            try:
                return UUID(site)
            except ValueError:
                return None
    return None


def object_key(tenant_id: UUID, site_id: UUID, image_id: UUID) -> str:
    """Where an image lies: a prefix per tenant, so that a policy or an erasure can name all of it."""
    return f"{tenant_prefix(tenant_id)}sites/{site_id}/faces/{image_id}.jpg"
