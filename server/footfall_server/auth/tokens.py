"""Access tokens: JWTs signed with RS256 (RFC 7519), verified strictly."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from footfall_server.auth.keys import KeyRing
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.revocation import MAX_TOKEN_LIFETIME, TOKEN_LEEWAY
from footfall_server.ports import Clock

ALGORITHM = "RS256"
MAX_TOKEN_CHARS = 8192

_SHA256_BYTES = 32
_REQUIRED_CLAIMS = ("iss", "aud", "sub", "iat", "nbf", "exp", "jti", "role")


class BadTokenError(Exception):
    """The token is not to be believed. Why is for nobody to know but the log."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and when it ends."""

    text: str = field(repr=False)
    expires_at: datetime


class AccessTokens:
    """Makes and verifies access tokens."""

    def __init__(self, *, keys: KeyRing, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    def issue(
        self,
        *,
        subject_id: UUID,
        role: Role,
        tenant_id: UUID | None,
        site_ids: frozenset[UUID] | None,
        lifetime: timedelta,
        session_id: UUID | None = None,
        certificate_hash: str = "",
        issued_at: datetime | None = None,
    ) -> IssuedToken:
        """Signs a token that is good from now on for its lifetime, in whole seconds: an hour at most.

        `certificate_hash` binds it to a certificate (RFC 8705): SHA-256 of its DER in hexadecimal.
        `issued_at` dates it. Give the time before the account was read, so that what ends the account's
        access meanwhile ends this token as well; or Revocation.first_good after such an end.
        """
        now = (issued_at or self._clock.now()).replace(microsecond=0)
        expires_at = now + min(max(lifetime, timedelta(seconds=1)), MAX_TOKEN_LIFETIME)
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(subject_id),
            "iat": now,
            "nbf": now,
            "exp": expires_at,
            "jti": str(uuid4()),
            "role": role.value,
        }
        if tenant_id is not None:
            claims["tenant_id"] = str(tenant_id)
        if site_ids is not None:
            claims["site_ids"] = sorted(str(site_id) for site_id in site_ids)
        if session_id is not None:
            claims["sid"] = str(session_id)
        if certificate_hash:
            claims["cnf"] = {"x5t#S256": _thumbprint(certificate_hash)}
        key = self._keys.signing
        text = jwt.encode(claims, key.private, algorithm=ALGORITHM, headers={"kid": key.kid})
        return IssuedToken(text=text, expires_at=expires_at.replace(microsecond=0))

    def verify(self, text: str) -> Principal:
        """Who the token speaks for. Raises BadTokenError, whose text says why and quotes nothing."""
        if len(text) > MAX_TOKEN_CHARS:
            raise BadTokenError("too long")
        try:
            kid = jwt.get_unverified_header(text).get("kid")
            public = self._keys.public(kid) if isinstance(kid, str) else None
            if public is None:
                raise BadTokenError("unknown key")
            claims = jwt.decode(
                text,
                public,
                algorithms=[ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                options={
                    "require": list(_REQUIRED_CLAIMS),
                    "strict_aud": True,
                    # Times are compared with the clock that the core was given, below.
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            return self._principal(claims)
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise BadTokenError(type(error).__name__) from None

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        now = self._clock.now()
        issued_at, expires_at = _time(claims["iat"]), _time(claims["exp"])
        if now >= expires_at + TOKEN_LEEWAY:
            raise BadTokenError("expired")
        if max(_time(claims["nbf"]), issued_at) > now + TOKEN_LEEWAY:
            raise BadTokenError("not yet valid")
        if expires_at - issued_at > MAX_TOKEN_LIFETIME:
            # Revocations are forgotten after this time: a longer life would outlast them.
            raise BadTokenError("lives too long")
        role = Role(claims["role"])
        tenant_id = UUID(claims["tenant_id"]) if "tenant_id" in claims else None
        site_ids = (
            frozenset(UUID(site_id) for site_id in claims["site_ids"]) if "site_ids" in claims else None
        )
        if tenant_id is None and role is not Role.SYSTEM_ADMIN:
            raise BadTokenError("no tenant")
        if site_ids is None and role in {Role.SITE_MANAGER, Role.WORKER}:
            raise BadTokenError("no sites")
        return Principal(
            subject_id=UUID(claims["sub"]),
            role=role,
            tenant_id=tenant_id,
            expires_at=expires_at,
            site_ids=site_ids,
            session_id=UUID(claims["sid"]) if "sid" in claims else None,
            issued_at=issued_at,
            certificate_hash=_certificate_hash(claims["cnf"]) if "cnf" in claims else "",
        )


def _thumbprint(certificate_hash: str) -> str:
    return base64.urlsafe_b64encode(bytes.fromhex(certificate_hash)).rstrip(b"=").decode()


def _certificate_hash(confirmation: object) -> str:
    """The hash that a token is bound to. Any other kind of confirmation is refused, never ignored."""
    if not isinstance(confirmation, Mapping) or confirmation.keys() != {"x5t#S256"}:
        raise BadTokenError("unknown confirmation")
    thumbprint = confirmation["x5t#S256"]
    try:
        digest = base64.b64decode(f"{thumbprint}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != _SHA256_BYTES:
        raise BadTokenError("bad confirmation")
    return digest.hex()


def _time(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadTokenError("a time is not a number")
    return datetime.fromtimestamp(value, UTC)
