"""Who is signed in, and whose access was ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.identity import User
from footfall_server.domain.revocation import Revocation
from footfall_server.domain.session import RefreshToken, Session


class SessionRepository(Protocol):
    """Sessions of the tenant's people; in a platform transaction those of system administrators."""

    async def add(self, session: Session, token: RefreshToken) -> None:
        """A new session with its first refresh token."""
        ...

    async def lock(self, session_id: UUID) -> Session | None:
        """The session as it is now. Nobody else gets it until the transaction ends."""
        ...

    async def user_of(self, session: Session) -> User | None:
        """The account as it is now; None when it is gone."""
        ...

    async def token(self, token_hash: str) -> RefreshToken | None: ...

    async def rotate(self, used: RefreshToken, successor: RefreshToken) -> None:
        """Keeps that a token was used, and its successor. Lock the session first."""
        ...

    async def save(self, session: Session) -> None:
        """Keeps its times, its acting tenant and whether it was revoked. Lock it first."""
        ...

    async def revoke_of(self, user_id: UUID, at: datetime, *, but: UUID | None = None) -> Sequence[UUID]:
        """Revokes the user's sessions, all or all but one. Returns which were not revoked before."""
        ...


class RevocationRepository(Protocol):
    """Access that was ended. A platform transaction sees all and writes those that belong to no tenant."""

    async def add(self, revocation: Revocation) -> None:
        """Of several for one id Revocation.after says which counts.

        The commit notifies the ChangeSource of every replica.
        """
        ...

    async def about(self, ids: Collection[UUID]) -> Sequence[Revocation]:
        """Those that name one of these."""
        ...

    async def live(self, now: datetime) -> Sequence[Revocation]:
        """All that a living token may be about."""
        ...


@dataclass(frozen=True, slots=True)
class SessionHome:
    """A session, and the tenant of its account: None for a system administrator's."""

    session_id: UUID
    tenant_id: UUID | None


class SessionSearch(Protocol):
    """What is found of sessions before their tenant is known, and what is done about all of them."""

    async def of_refresh_token(self, token_hash: str) -> SessionHome | None: ...

    async def forget_ended(self, now: datetime) -> int:
        """Removes sessions and revocations that are over for good; returns how many."""
        ...
