"""The rules of sessions: how long one lives, and what a refresh token is worth (RFC 9700, section 4.14)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long sessions last. `grace` is how long an answer to a refresh may be asked for again."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in, somewhere. `tenant_id` is the account's; `acting_tenant_id` a chosen one.

    `ends_at` is when it ends however much it is used; `idle_ends_at` when it ends unless it is used.
    """

    session_id: UUID
    user_id: UUID
    tenant_id: UUID | None
    method: str
    created_at: datetime
    last_used_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    acting_tenant_id: UUID | None = None
    revoked_at: datetime | None = None

    @property
    def refresh_ends_at(self) -> datetime:
        """When the session ends unless it is refreshed."""
        return min(self.idle_ends_at, self.ends_at)

    def is_live(self, now: datetime) -> bool:
        """Whether it may go on."""
        return self.revoked_at is None and now < self.refresh_ends_at


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """What is kept of a refresh token. Both hashes are SHA-256 in hexadecimal."""

    token_hash: str = field(repr=False)
    session_id: UUID
    issued_at: datetime
    used_at: datetime | None = None
    successor_hash: str | None = field(default=None, repr=False)


class Worth(Enum):
    """What a refresh token that was shown is worth."""

    SUCCESSOR = "it is used now, and a new one takes its place"
    SAME_SUCCESSOR = "it was used a moment ago, and its answer may have been lost: the same one again"
    THEFT = "it was used before, so two hold the session: it ends"
    NOTHING = "its session has ended"


def worth_of(
    session: Session, token: RefreshToken, successor: RefreshToken | None, *, now: datetime, grace: timedelta
) -> Worth:
    """Judges a token of the session. `successor` is the one that took its place, if one did."""
    if not session.is_live(now):
        return Worth.NOTHING
    if token.used_at is None:
        return Worth.SUCCESSOR
    lost = successor is not None and successor.used_at is None and now - token.used_at <= grace
    return Worth.SAME_SUCCESSOR if lost else Worth.THEFT
