"""What is known of images, and where their bytes are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from footfall_server.domain.image import FaceImage, StoredVersion
from footfall_server.domain.retention import ImageCutoffs

LONGEST_GRANT: Final = timedelta(minutes=10)


class ImageRepository(Protocol):
    """What is known of images."""

    async def find(self, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]: ...

    async def mark_stored(self, image_ids: Collection[UUID], at: datetime) -> None: ...

    async def captured_before(self, before: ImageCutoffs, limit: int) -> Sequence[FaceImage]:
        """The oldest ones of those that were captured before the moment of their site."""
        ...

    async def forget(self, image_ids: Collection[UUID]) -> int:
        """Removes what is known of images; the sightings that show one show none from now on. How many."""
        ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the object store knows of an object."""

    size_bytes: int
    content_type: str


@dataclass(frozen=True, slots=True)
class LifeCycleCheck:
    """How many rules of buckets were not as they were set: `restored` ones are again, `missing` ones not."""

    restored: int = 0
    missing: int = 0


class ImageStore(Protocol):
    """Where the bytes of images are."""

    async def prepare(self) -> None:
        """Makes the buckets, private and with their life cycle, when there are none."""
        ...

    async def keep_life_cycle(self) -> LifeCycleCheck:
        """Reads the life cycle of the buckets, and sets again what is not as prepare set it."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def stat(self, key: str) -> StoredObject | None: ...

    async def presign_put(self, key: str, lifetime: timedelta, announced: StoredObject) -> str:
        """A URL that takes PUTs of this object, in the size and type announced, for its lifetime.

        Raises ValueError for a lifetime over LONGEST_GRANT: whoever has the URL needs no other right.
        """
        ...

    async def delete(self, key: str) -> None: ...

    async def erase(self, keys: Sequence[str]) -> int:
        """Deletes objects with all their versions, and looks again; how many of them are still there."""
        ...

    async def keys(self, prefix: str) -> Sequence[str]:
        """The keys that begin with this, in the order of their characters.

        Raises ValueError as delete_all does.
        """
        ...

    async def versions(self, prefix: str) -> Sequence[StoredVersion]:
        """Every version of every object whose key begins with this, deletions included.

        Raises ValueError as delete_all does.
        """
        ...

    async def delete_versions(self, versions: Sequence[StoredVersion]) -> int:
        """Deletes these for good; how many of them the store refused to."""
        ...

    async def delete_all(self, prefix: str) -> int:
        """Deletes every object whose key begins with this; how many. Harmless when there are none.

        Raises ValueError for a prefix that is empty or does not end with a slash: it would reach further
        than it says.
        """
        ...


def checked_prefix(prefix: str) -> str:
    """The prefix, if it names a folder. Raises ValueError."""
    if not prefix.endswith("/") or prefix.startswith("/"):
        raise ValueError("a prefix of objects names a folder and ends with a slash")
    return prefix


def checked_lifetime(lifetime: timedelta) -> timedelta:
    """The lifetime, if it is short enough for a URL that is a secret. Raises ValueError."""
    if not timedelta(0) < lifetime <= LONGEST_GRANT:
        raise ValueError(f"a presigned URL lives at most {LONGEST_GRANT}")
    return lifetime
