"""What is known of images, and where their bytes are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from footfall_server.domain.image import FaceImage


class ImageRepository(Protocol):
    """What is known of images."""

    async def find(self, image_ids: Collection[UUID]) -> Mapping[UUID, FaceImage]: ...

    async def mark_stored(self, image_ids: Collection[UUID], at: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What the object store knows of an object."""

    size_bytes: int
    content_type: str


class ImageStore(Protocol):
    """Where the bytes of images are."""

    async def prepare(self) -> None:
        """Makes the bucket, private and with its life cycle, when there is none."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None: ...

    async def get(self, key: str) -> bytes | None: ...

    async def stat(self, key: str) -> StoredObject | None: ...

    async def presign_put(self, key: str, lifetime: timedelta, announced: StoredObject) -> str:
        """A URL that takes PUTs of this object, in the size and type announced, for its lifetime."""
        ...

    async def delete(self, key: str) -> None: ...
