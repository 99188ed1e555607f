"""The core's own certificate authority: in one folder, PEM files <name>.pem of a key and its certificate.

As with signing keys, the order of the names is the order of age: the last name issues, and what any of them
issued is believed. Beside them lies `authority.crt`, the certificates alone, for the gateway to verify with.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from footfall_server.auth.private_files import (
    ExposedFileError,
    replace_public_file,
    require_unexposed,
    write_new_private_file,
)

BUNDLE_FILE = "authority.crt"
AUTHORITY_LIFETIME = timedelta(days=3650)
SKEW = timedelta(minutes=5)
"""How far clocks may be behind the core's: certificates begin so long before they are issued."""


class BadAuthorityError(Exception):
    """The certificate authority cannot be used; the text is one line that names the file."""


@dataclass(frozen=True, slots=True)
class Authority:
    """One key pair that issues certificates, and the certificate that vouches for it."""

    name: str
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


class Authorities:
    """The authorities that are alive. The first issues; what any of them issued is believed."""

    def __init__(self, newest_first: tuple[Authority, ...]) -> None:
        if not newest_first:
            raise BadAuthorityError("there is no certificate authority")
        self.all = newest_first

    @property
    def newest(self) -> Authority:
        return self.all[0]

    def bundle(self) -> bytes:
        """The certificates as PEM, newest first."""
        return b"".join(each.certificate.public_bytes(serialization.Encoding.PEM) for each in self.all)


def load_authorities(folder: Path) -> Authorities:
    """Reads every <name>.pem of the folder. Raises BadAuthorityError for what is none, or is exposed."""
    made = "(make one: footfall-server generate-authority)"
    if not folder.is_dir():
        raise BadAuthorityError(f"{folder} is not a folder of a certificate authority {made}")
    files = sorted(folder.glob("*.pem"), key=lambda file: file.stem, reverse=True)
    if not files:
        raise BadAuthorityError(f"{folder} holds no certificate authority {made}")
    return Authorities(tuple(_load(file) for file in files))


def generate_authority(folder: Path, *, at: datetime) -> Path:
    """Makes a new authority, which issues from the core's next start on, and writes the bundle anew.

    What older ones issued stays good as long as their files are here.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = ec.generate_private_key(ec.SECP256R1())
    name = f"{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ) + _self_signed(private, name, at).public_bytes(serialization.Encoding.PEM)
    file = folder / f"{name}.pem"
    write_new_private_file(file, pem)
    replace_public_file(folder / BUNDLE_FILE, load_authorities(folder).bundle())
    return file


def _self_signed(private: ec.EllipticCurvePrivateKey, name: str, at: datetime) -> x509.Certificate:
    """A root (RFC 5280) under which there are only end entities."""
    # The name is its own: a verifier that looks for an issuer by name finds one candidate, not two.
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Footfall"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Footfall edge workers {name}"),
        ]
    )
    public = private.public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - SKEW)
        .not_valid_after(at + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
        .sign(private, hashes.SHA256())
    )


def _load(file: Path) -> Authority:
    try:
        require_unexposed(file)
        content = file.read_bytes()
        private = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except ExposedFileError as error:
        raise BadAuthorityError(str(error)) from None
    except (OSError, ValueError, TypeError):
        raise BadAuthorityError(f"{file}: not an unencrypted private key and its certificate, PEM") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise BadAuthorityError(f"{file}: not a P-256 key")
    if certificate.public_key() != private.public_key():
        raise BadAuthorityError(f"{file}: the certificate is not the key's")
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError):
        raise BadAuthorityError(f"{file}: the certificate does not say that it is an authority's") from None
    if not constraints.ca:
        raise BadAuthorityError(f"{file}: the certificate says that it is no authority's")
    return Authority(name=file.stem, certificate=certificate, private=private)
