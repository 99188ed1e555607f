"""The key of erasures: signs receipts, makes tombstones of whom must not come back, and seals opt-outs.

One file per installation, which never changes: with another key, whoever was erased would be known again
after a backup is restored, whoever is left out would be counted as a person again, and old receipts could
not be verified. Keep a copy of it apart from backups.
"""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from footfall_server.auth.opt_out_seal import OptOutSeal
from footfall_server.auth.private_files import (
    ExposedFileError,
    require_unexposed,
    write_new_private_file,
)
from footfall_server.domain.erasure import TombstoneMaker

FILE_NAME = "erasures.key"
ALGORITHM = "EdDSA"
_TOMBSTONES = b"footfall tombstones"
_OPT_OUTS = b"footfall opt-outs"


class BadErasureKeyError(Exception):
    """The key of erasures cannot be used; the text is one line that names the file."""


class ErasureKey:
    """An Ed25519 key (RFC 8032), and what follows from it."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private

    @property
    def key_id(self) -> str:
        """The thumbprint of the public half (RFC 7638, RFC 8037 section 2)."""
        public = self._private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        members = f'{{"crv":"Ed25519","kty":"OKP","x":"{_base64url(public)}"}}'
        return _base64url(hashlib.sha256(members.encode()).digest())

    @property
    def public_pem(self) -> str:
        """The public half, for whoever verifies receipts."""
        return (
            self._private.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def sign(self, claims: Mapping[str, object]) -> str:
        """A compact JWS of the claims (RFC 7515, algorithm EdDSA of RFC 8037)."""
        return jwt.encode(dict(claims), self._private, algorithm=ALGORITHM, headers={"kid": self.key_id})

    def tombstones(self) -> TombstoneMaker:
        """Makes tombstones by a secret that follows from the key (HKDF, RFC 5869)."""
        return TombstoneMaker(self._derived(_TOMBSTONES))

    def opt_out_seal(self) -> OptOutSeal:
        """Seals templates by another such secret."""
        return OptOutSeal(self._derived(_OPT_OUTS))

    def _derived(self, purpose: bytes) -> bytes:
        secret = self._private.private_bytes(
            serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
        )
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret)


def generate_erasure_key(folder: Path) -> Path | None:
    """Makes the key when there is none; the file that it made. There is never a second one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / FILE_NAME
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        write_new_private_file(file, pem)
    except FileExistsError:
        return None
    return file


def load_erasure_key(folder: Path) -> ErasureKey:
    """Reads the key. Raises BadErasureKeyError for one that is not there, exposed, or none."""
    file = folder / FILE_NAME
    try:
        require_unexposed(file)
        private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except ExposedFileError as error:
        raise BadErasureKeyError(str(error)) from None
    except FileNotFoundError:
        raise BadErasureKeyError(
            f"{file} is not there (put it back from its copy; in a new installation make it: "
            "footfall-server generate-keys)"
        ) from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise BadErasureKeyError(f"{file}: not a readable, unencrypted PEM private key") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise BadErasureKeyError(f"{file}: not an Ed25519 key")
    return ErasureKey(private)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
