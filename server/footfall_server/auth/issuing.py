"""Certificates for edge workers (X.509, RFC 5280). Of a signing request only the key is believed."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from footfall_server.auth.authority import SKEW, Authorities, Authority, BadAuthorityError
from footfall_server.auth.worker_names import WorkerName
from footfall_server.domain.certificates import WorkerCertificate
from footfall_server.domain.identifiers import new_id

_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)


class BadSigningRequestError(Exception):
    """The signing request is not one that a certificate is issued for; the text says why."""


def read_signing_request(der: bytes) -> ec.EllipticCurvePublicKey:
    """The key that a request (PKCS #10, RFC 2986) is about, when its bearer has the private half.

    Raises BadSigningRequestError. Nothing else in the request is looked at.
    """
    try:
        request = x509.load_der_x509_csr(der)
        key = request.public_key()
        signed_with = request.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadSigningRequestError("must be a signing request (PKCS #10, DER)") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadSigningRequestError("must be about a P-256 key")
    if not isinstance(signed_with, _HASHES) or not request.is_signature_valid:
        raise BadSigningRequestError("must be signed by its own key, with SHA-256 or better")
    return key


def hash_of_key(key: ec.EllipticCurvePublicKey) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal."""
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def hash_of_certificate(der: bytes) -> str:
    """SHA-256 of a certificate, in hexadecimal: what Envoy and RFC 8705 know it by."""
    return hashlib.sha256(der).hexdigest()


class CertificateIssuer:
    """Issues with the newest authority. `lifetime` is how long certificates are good."""

    def __init__(self, *, authorities: Authorities, lifetime: timedelta) -> None:
        self._authorities = authorities
        self._lifetime = lifetime

    @property
    def authority_der(self) -> tuple[bytes, ...]:
        """The authorities' certificates, the issuer's first."""
        return tuple(each.der for each in self._authorities.all)

    def issue(
        self, key: ec.EllipticCurvePublicKey, name: WorkerName, *, display_name: str, at: datetime
    ) -> WorkerCertificate:
        """A certificate that is good from a little before `at`; no longer than its authority.

        Raises BadAuthorityError when that has ended.
        """
        issuer = self._authorities.newest
        now = at.replace(microsecond=0)
        not_before = max(now - SKEW, issuer.certificate.not_valid_before_utc)
        not_after = min(now + self._lifetime, issuer.certificate.not_valid_after_utc)
        if not_after <= now:
            raise BadAuthorityError(f"the certificate authority {issuer.name} has ended")
        certificate_id = new_id()
        made = _signed(
            issuer, key, name, certificate_id=certificate_id, not_before=not_before, not_after=not_after
        )
        der = made.public_bytes(serialization.Encoding.DER)
        return WorkerCertificate(
            certificate_id=certificate_id,
            tenant_id=name.tenant_id,
            site_id=name.site_id,
            worker_id=name.worker_id,
            display_name=display_name,
            fingerprint=hash_of_certificate(der),
            public_key_hash=hash_of_key(key),
            der=der,
            created_at=at,
            not_before=not_before,
            not_after=not_after,
        )


def _signed(
    issuer: Authority,
    key: ec.EllipticCurvePublicKey,
    name: WorkerName,
    *,
    certificate_id: UUID,
    not_before: datetime,
    not_after: datetime,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    issuer_key = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(name.worker_id))]))
        .issuer_name(issuer.certificate.subject)
        .public_key(key)
        .serial_number(certificate_id.int)
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(name.uri)]), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_key), critical=False
        )
        .sign(issuer.private, hashes.SHA256())
    )
