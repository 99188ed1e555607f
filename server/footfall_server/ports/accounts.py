"""A tenant's people and programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.identity import ApiKey, User
from footfall_server.ports.paging import TimeCursor


class UserRepository(Protocol):
    """The tenant's people."""

    async def add(self, user: User) -> None:
        """Raises ALREADY_EXISTS for an address that is taken anywhere in the installation."""
        ...

    async def get(self, user_id: UUID) -> User | None: ...


class ApiKeyRepository(Protocol):
    """The tenant's programs."""

    async def add(self, key: ApiKey, request_id: UUID | None = None) -> ApiKey:
        """Adds the key, or returns the one that this request added before. Raises SITE_NOT_FOUND."""
        ...

    async def get(self, api_key_id: UUID) -> ApiKey | None: ...

    async def list(self, *, site_id: UUID | None, after: TimeCursor | None, limit: int) -> Sequence[ApiKey]:
        """Keys of the site, or of all, by the time that they were made at: the newest first."""
        ...

    async def of_site(self, site_id: UUID) -> Sequence[UUID]:
        """All keys of a site."""
        ...

    async def revoke(self, api_key_id: UUID, at: datetime) -> ApiKey | None:
        """The key as it is now. One that was revoked before keeps its time."""
        ...

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        """Notes when the key was last used."""
        ...
