"""What a sign-in comes to, and what a failed one is told."""

from dataclasses import dataclass, field
from datetime import datetime

from footfall_server.auth.tokens import IssuedToken
from footfall_server.domain.identity import Principal
from footfall_server.errors import ErrorKind, FootfallError


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller with the names that the console greets with."""

    principal: Principal
    tenant_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RefreshGrant:
    """What goes on where an access token ends, and when the session ends unless it is used."""

    text: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """A token and whom it speaks for. Programs have no refresh token."""

    token: IssuedToken
    identity: Identity
    refresh: RefreshGrant | None = None


def unauthenticated() -> FootfallError:
    """What every access token that is not to be believed is answered with."""
    return FootfallError(
        ErrorKind.UNAUTHENTICATED, "UNAUTHENTICATED", "this needs a valid access token; sign in again"
    )


def bad_credentials() -> FootfallError:
    """What all wrong credentials are answered with, whichever part of them was wrong."""
    return FootfallError(ErrorKind.UNAUTHENTICATED, "BAD_CREDENTIALS", "the credentials are not right")
