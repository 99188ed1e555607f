"""A worker's key and certificate."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_RENEW_AFTER_SHARE = 2 / 3


class BadIdentityError(Exception):
    """What should be a worker's identity is none. The text says why and quotes nothing of it."""


def new_private_key() -> ec.EllipticCurvePrivateKey:
    """A P-256 key, which never leaves this machine."""
    return ec.generate_private_key(ec.SECP256R1())


def key_to_pem(key: ec.EllipticCurvePrivateKey) -> str:
    """The key as PEM (PKCS #8, not encrypted)."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def key_from_pem(pem: str) -> ec.EllipticCurvePrivateKey:
    """Raises BadIdentityError."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise BadIdentityError("the private key cannot be read") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise BadIdentityError("the private key is not an elliptic curve's")
    return key


def signing_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A request (PKCS #10, RFC 2986) that says nothing but the key: the core decides all else."""
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class WorkerIdentity:
    """A key, its certificate, and whom the core named by it. Its repr does not show the key.

    `join_token_id` is the visible part of the token that the worker joined with.
    """

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)
    worker_id: str
    join_token_id: str

    @classmethod
    def issued(
        cls, key: ec.EllipticCurvePrivateKey, der: bytes, *, worker_id: str, join_token_id: str
    ) -> Self:
        """What the core answered. Raises BadIdentityError when that is not about this key."""
        try:
            certificate = x509.load_der_x509_certificate(der)
        except ValueError:
            raise BadIdentityError("the certificate cannot be read") from None
        if certificate.public_key() != key.public_key():
            raise BadIdentityError("the certificate is about another key")
        return cls(key, certificate, worker_id, join_token_id)

    @property
    def certificate_der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return key_to_pem(self.key).encode()

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate_der).hexdigest()

    @property
    def ends_at(self) -> datetime:
        return self.certificate.not_valid_after_utc

    @property
    def renew_at(self) -> datetime:
        """When two thirds of the certificate's life are over: a third is left for a core that is away."""
        began = self.certificate.not_valid_before_utc
        return began + (self.ends_at - began) * _RENEW_AFTER_SHARE

    def to_json(self) -> str:
        return json.dumps(
            {
                "worker_id": self.worker_id,
                "join_token_id": self.join_token_id,
                "private_key": key_to_pem(self.key),
                "certificate": base64.b64encode(self.certificate_der).decode(),
            },
            indent=1,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Raises BadIdentityError."""
        try:
            found = json.loads(text)
            der = base64.b64decode(found["certificate"], validate=True)
            worker_id, join_token_id = str(found["worker_id"]), str(found["join_token_id"])
            pem = str(found["private_key"])
        except (ValueError, KeyError, TypeError):
            raise BadIdentityError("it is not what a worker writes") from None
        return cls.issued(key_from_pem(pem), der, worker_id=worker_id, join_token_id=join_token_id)
