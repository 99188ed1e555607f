"""A tenant's people and programs."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.identity import ApiKey, User


class UserRepository(Protocol):
    """The tenant's people."""

    async def add(self, user: User) -> None:
        """Raises ALREADY_EXISTS for an address that is taken anywhere in the installation."""
        ...

    async def get(self, user_id: UUID) -> User | None: ...


class ApiKeyRepository(Protocol):
    """The tenant's programs."""

    async def add(self, key: ApiKey) -> None: ...

    async def get(self, api_key_id: UUID) -> ApiKey | None: ...

    async def touch(self, api_key_id: UUID, at: datetime) -> None:
        """Notes when the key was last used."""
        ...
