"""An edge worker with a key and a certificate, as a client of the core sees itself."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from footfall_server.auth.issuing import hash_of_certificate
from footfall_server.auth.tokens import AccessTokens
from footfall_server.auth.worker_names import WorkerName
from footfall_server.domain.identity import Role

Metadata = Sequence[tuple[str, str]]


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signing_request(
    key: Any, *, name: str = "whoever it says it is", digest: Any = None, extension: Any = None
) -> bytes:
    """A signing request (PKCS #10), DER."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    if extension is not None:
        builder = builder.add_extension(extension, critical=True)
    signed = builder.sign(key, digest or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class EnrolledWorker:
    """What a worker holds after it joined."""

    key: ec.EllipticCurvePrivateKey
    der: bytes

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_der_x509_certificate(self.der)

    @property
    def name(self) -> WorkerName:
        names = self.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        [uri] = names.get_values_for_type(x509.UniformResourceIdentifier)
        name = WorkerName.parse(uri)
        assert name is not None, f"no worker is named {uri}"
        return name

    @property
    def fingerprint(self) -> str:
        return hash_of_certificate(self.der)

    @property
    def certificate_id(self) -> UUID:
        return UUID(int=self.certificate.serial_number)

    @property
    def presented(self) -> tuple[str, str]:
        """What the gateway adds to calls on this worker's connections."""
        return ("x-forwarded-client-cert", f"Hash={self.fingerprint}")

    def assertion(
        self,
        at: datetime,
        *,
        key: Any = None,
        algorithm: str = "ES256",
        x5c: object = None,
        **changes: object,
    ) -> str:
        """A statement of who it is; `changes` of None leave a claim out."""
        worker_id = str(self.name.worker_id)
        good: dict[str, object] = {
            "iss": worker_id,
            "sub": worker_id,
            "aud": "footfall",
            "exp": int((at + timedelta(seconds=60)).timestamp()),
            "jti": str(uuid4()),
        }
        claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
        header = {"x5c": [base64.b64encode(self.der).decode()] if x5c is None else x5c}
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers=header)

    def signed_in(self, tokens: AccessTokens, *, lifetime: timedelta) -> Metadata:
        """The metadata of its calls as they reach the core."""
        token = tokens.issue(
            subject_id=self.name.worker_id,
            role=Role.WORKER,
            tenant_id=self.name.tenant_id,
            site_ids=frozenset({self.name.site_id}),
            lifetime=lifetime,
            certificate_hash=self.fingerprint,
        )
        return (("authorization", f"Bearer {token.text}"), self.presented)
