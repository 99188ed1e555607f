"""What an edge worker proves itself with: a short-lived JWT that its certificate's key signed.

The form is that of RFC 7523 (section 2.2 and 3) with ES256, and the certificate in the header (`x5c`,
RFC 7515, section 4.1.6). Strict: one way to write it, and every claim is needed.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from footfall_server.auth.authority import Authorities
from footfall_server.auth.issuing import hash_of_certificate
from footfall_server.auth.worker_names import WorkerName
from footfall_server.ports import Clock

MAX_LIFETIME = timedelta(seconds=60)
LEEWAY = timedelta(seconds=30)
MAX_ASSERTION_CHARS = 8192

_ALGORITHM = "ES256"
_REQUIRED_CLAIMS = ("iss", "sub", "aud", "exp", "jti")


class BadAssertionError(Exception):
    """The assertion is not to be believed. Why is for nobody to know but the log."""


@dataclass(frozen=True, slots=True)
class WorkerAssertion:
    """What an assertion says, once its signature and its certificate's are right.

    It is not said yet whether the certificate was revoked, or the assertion used before; it cannot be used
    from `kept_until` on.
    """

    name: WorkerName
    certificate_id: UUID
    fingerprint: str
    assertion_id: UUID
    kept_until: datetime


class AssertionVerifier:
    """Verifies assertions that are meant for `audience`."""

    def __init__(self, *, authorities: Authorities, audience: str, clock: Clock) -> None:
        self._store = Store([each.certificate for each in authorities.all])
        self._audience = audience
        self._clock = clock

    def verify(self, text: str) -> WorkerAssertion:
        """Raises BadAssertionError, whose text says why and quotes nothing."""
        if len(text) > MAX_ASSERTION_CHARS:
            raise BadAssertionError("too long")
        try:
            certificate = _certificate_of(jwt.get_unverified_header(text))
            name = self._name_of(certificate)
            key = certificate.public_key()
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
                raise BadAssertionError("not a P-256 key")
            claims = jwt.decode(
                text,
                key,
                algorithms=[_ALGORITHM],
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
            expires_at = self._expiry(claims)
            if claims["sub"] != str(name.worker_id) or claims["iss"] != claims["sub"]:
                raise BadAssertionError("about another worker")
            return WorkerAssertion(
                name=name,
                certificate_id=UUID(int=certificate.serial_number),
                fingerprint=hash_of_certificate(certificate.public_bytes(serialization.Encoding.DER)),
                assertion_id=UUID(claims["jti"]),
                kept_until=expires_at + LEEWAY,
            )
        except VerificationError:
            # Its text quotes the certificate.
            raise BadAssertionError("not a certificate of this authority that is good now") from None
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError, OverflowError) as error:
            raise BadAssertionError(type(error).__name__) from None

    def _name_of(self, certificate: x509.Certificate) -> WorkerName:
        """Who the certificate is for; it is one of ours, a client's, and good now."""
        now = self._clock.now().astimezone(UTC).replace(tzinfo=None)
        verifier = PolicyBuilder().store(self._store).time(now).max_chain_depth(0).build_client_verifier()
        subjects = verifier.verify(certificate, []).subjects or []
        if len(subjects) != 1 or not isinstance(subjects[0], x509.UniformResourceIdentifier):
            raise BadAssertionError("the certificate names no worker")
        name = WorkerName.parse(subjects[0].value)
        if name is None:
            raise BadAssertionError("the certificate names no worker")
        return name

    def _expiry(self, claims: Mapping[str, Any]) -> datetime:
        told = claims["exp"]
        if isinstance(told, bool) or not isinstance(told, int | float):
            raise BadAssertionError("a time is not a number")
        now, expires_at = self._clock.now(), datetime.fromtimestamp(told, UTC)
        if now >= expires_at + LEEWAY:
            raise BadAssertionError("expired")
        if expires_at > now + MAX_LIFETIME + LEEWAY:
            raise BadAssertionError("good for too long")
        return expires_at


def _certificate_of(header: Mapping[str, Any]) -> x509.Certificate:
    chain = header.get("x5c")
    if not isinstance(chain, list) or len(chain) != 1 or not isinstance(chain[0], str):
        raise BadAssertionError("not one certificate in the header")
    try:
        return x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True))
    except (binascii.Error, ValueError):
        raise BadAssertionError("the header's certificate cannot be read") from None
