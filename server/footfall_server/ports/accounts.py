"""People and programs, and what keeps their credentials from being guessed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.identity import ApiKey, User
from footfall_server.domain.lockout import LoginAttempts
from footfall_server.domain.oidc import ExternalIdentity, OidcLogin
from footfall_server.domain.setup_token import SetupToken
from footfall_server.ports.paging import NameCursor, TimeCursor


class UserRepository(Protocol):
    """The tenant's people; in a platform transaction the installation's: its system administrators."""

    async def add(self, user: User, request_id: UUID | None = None) -> User:
        """Adds the account, or answers the one that the same request_id made before.

        Raises ALREADY_EXISTS for an address that is taken anywhere in the installation.
        """
        ...

    async def get(self, user_id: UUID) -> User | None: ...

    async def list(self, *, after: NameCursor | None, limit: int) -> Sequence[User]:
        """By address, which is the cursor's name."""
        ...

    async def administrators(self) -> Sequence[User]:
        """Everybody with the highest role that there is here, whether or not they can sign in."""
        ...

    async def confined_to(self, site_id: UUID) -> Sequence[User]:
        """The people whose site_ids hold the site."""
        ...

    async def save(self, user: User) -> None:
        """Overwrites display_name, role, site_ids and disabled_at of an account that exists."""
        ...

    async def link(self, user_id: UUID, identity: ExternalIdentity) -> None:
        """Lets the account sign in with this identity. Raises ALREADY_EXISTS for one that is taken."""
        ...

    async def set_password_hash(self, user_id: UUID, password_hash: str) -> None: ...

    async def signed_in(self, user_id: UUID, at: datetime) -> None:
        """Notes when the person last signed in."""
        ...

    async def remove(self, user_id: UUID) -> bool:
        """Removes the account with its setup token; False when there is none."""
        ...


class SetupTokenRepository(Protocol):
    """Setup tokens of the tenant's people; in a platform transaction of system administrators."""

    async def put(self, token: SetupToken) -> None:
        """Gives an account a token. The one that it had ends."""
        ...

    async def take(self, setup_token_id: UUID) -> SetupToken | None:
        """The token, which nobody can take again; None when there is none any more."""
        ...


class LoginAttemptRepository(Protocol):
    """Wrong passwords in a row, by a keyed hash of the address: of accounts, and of what is none."""

    async def hold(self, address_key: bytes, at: datetime) -> LoginAttempts:
        """What is known of the address; others who ask wait until this transaction ends."""
        ...

    async def save(self, address_key: bytes, attempts: LoginAttempts) -> None:
        """Overwrites what is known of an address that is held."""
        ...

    async def forget(self, address_key: bytes) -> None: ...

    async def purge(self, before: datetime) -> int:
        """Forgets the addresses whose last attempt was before; returns how many those were."""
        ...


class OidcLoginRepository(Protocol):
    """Sign-ins that browsers began at identity providers."""

    async def add(self, login: OidcLogin) -> None: ...

    async def take(self, state_hash: str) -> OidcLogin | None:
        """The sign-in, which nobody can take again; None when there is none any more."""
        ...

    async def purge(self, before: datetime) -> int:
        """Removes those that ended before; returns how many those were."""
        ...


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
