"""ID tokens, verified as OpenID Connect Core 1.0 (sections 3.1.3.6 and 3.1.3.7) asks, and no less."""

import base64
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures by a key that only the provider has. Neither "none" nor a secret that we know, too, is among
them."""

LEEWAY = timedelta(seconds=60)
MAX_TOKEN_CHARS = 64 * 1024
MAX_SUBJECT_CHARS = 255

_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "nonce")


class BadIdTokenError(Exception):
    """The ID token is not to be believed. The text says why and quotes nothing."""


def named_key(text: str) -> tuple[str, str | None]:
    """The algorithm and the key that a token names. Raises BadIdTokenError for an algorithm not allowed."""
    if len(text) > MAX_TOKEN_CHARS:
        raise BadIdTokenError("too long")
    try:
        header = jwt.get_unverified_header(text)
    except jwt.PyJWTError as error:
        raise BadIdTokenError(type(error).__name__) from None
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise BadIdTokenError("its algorithm is not allowed")
    if "crit" in header:
        raise BadIdTokenError("it has critical headers")
    return str(algorithm), kid if isinstance(kid, str) else None


def verified_claims(
    text: str,
    key: jwt.PyJWK,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims of a token that is good. Raises BadIdTokenError."""
    algorithm, _ = named_key(text)
    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            key.key,
            algorithms=[algorithm],
            issuer=issuer,
            audience=client_id,
            options={
                "require": list(_REQUIRED),
                # Times are compared with the clock that the core was given, below.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError) as error:
        raise BadIdTokenError(type(error).__name__) from None
    _require_audience(claims, client_id)
    _require_times(claims, now)
    if not isinstance(claims["nonce"], str) or not hmac.compare_digest(
        claims["nonce"].encode(), nonce.encode()
    ):
        raise BadIdTokenError("its nonce is another sign-in's")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= MAX_SUBJECT_CHARS:
        raise BadIdTokenError("its subject is malformed")
    if "at_hash" in claims:
        _require_hash(claims["at_hash"], access_token, algorithm)
    return claims


def _require_audience(claims: Mapping[str, Any], client_id: str) -> None:
    audience, presenter = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and presenter is None:
        raise BadIdTokenError("it is for several and does not say for whom")
    if presenter is not None and presenter != client_id:
        raise BadIdTokenError("it was given to another client")


def _require_times(claims: Mapping[str, Any], now: datetime) -> None:
    if now >= _time(claims["exp"]) + LEEWAY:
        raise BadIdTokenError("expired")
    if max(_time(claims["iat"]), _time(claims.get("nbf", claims["iat"]))) > now + LEEWAY:
        raise BadIdTokenError("not yet valid")


def _time(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadIdTokenError("a time is not a number")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadIdTokenError("a time is out of range") from None


def _require_hash(told: object, access_token: str, algorithm: str) -> None:
    """Section 3.1.3.6: the left half of the access token's hash ties the two tokens together."""
    digest = jwt.get_algorithm_by_name(algorithm).compute_hash_digest(access_token.encode())
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=")
    if not isinstance(told, str) or not hmac.compare_digest(told.encode(), half):
        raise BadIdTokenError("it belongs to another access token")
