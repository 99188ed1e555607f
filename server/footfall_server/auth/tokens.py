"""Access tokens: JWTs signed with RS256 (RFC 7519), verified strictly."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from footfall_server.auth.keys import KeyRing
from footfall_server.domain.identity import Principal, Role
from footfall_server.ports import Clock

ALGORITHM = "RS256"
LEEWAY = timedelta(seconds=30)
MAX_TOKEN_CHARS = 8192

_THUMBPRINT = "x5t#S256"
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
        certificate_hash: str = "",
    ) -> IssuedToken:
        """Signs a token that is good from now on for its lifetime, in whole seconds.

        `certificate_hash` (SHA-256, hexadecimal) binds it to connections of that certificate (RFC 8705).
        """
        now = self._clock.now().replace(microsecond=0)
        expires_at = now + max(lifetime, timedelta(seconds=1))
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
        if certificate_hash:
            claims["cnf"] = {_THUMBPRINT: _base64url(bytes.fromhex(certificate_hash))}
        key = self._keys.newest
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
        expires_at = _time(claims["exp"])
        if now >= expires_at + LEEWAY:
            raise BadTokenError("expired")
        if max(_time(claims["nbf"]), _time(claims["iat"])) > now + LEEWAY:
            raise BadTokenError("not yet valid")
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
            issued_at=_time(claims["iat"]),
            certificate_hash=_certificate_hash(claims),
        )


def _certificate_hash(claims: Mapping[str, Any]) -> str:
    """The certificate that the token is bound to; empty when there is none. Unknown bindings are refused."""
    if "cnf" not in claims:
        return ""
    binding = claims["cnf"]
    if not isinstance(binding, dict) or binding.keys() != {_THUMBPRINT}:
        raise BadTokenError("bound to what is not known")
    return base64.urlsafe_b64decode(binding[_THUMBPRINT] + "=").hex()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _time(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadTokenError("a time is not a number")
    return datetime.fromtimestamp(value, UTC)
