"""The RSA keys that tokens are signed with: PEM files named <kid>.pem in one folder.

The order of the names is the order of age, and all keys verify. Names made by `generate_key` begin with the
time, so that every replica agrees whatever the files' times say. The newest key signs once it has been there
for the signing delay: by then every replica and the gateway have read it, and nobody refuses what it signs.
"""

import base64
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from footfall_server.auth.private_files import (
    ExposedFileError,
    require_unexposed,
    write_new_private_file,
)

MIN_KEY_BITS = 2048
NEW_KEY_BITS = 3072
SIGNING_DELAY = timedelta(minutes=2)
"""Longer than any replica takes to read a new key and the gateway to fetch it."""

_NAME_TIME = "%Y%m%dT%H%M%SZ"
_KID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


class BadKeysError(Exception):
    """The signing keys cannot be used; the text is one line that names the file."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair."""

    kid: str
    private: rsa.RSAPrivateKey = field(repr=False)

    @property
    def public(self) -> rsa.RSAPublicKey:
        return self.private.public_key()


@dataclass(frozen=True, slots=True)
class PublicJwk:
    """The public half of a key as RFC 7517 and RFC 7518 (section 6.3) write it."""

    kid: str
    n: str
    e: str
    kty: str = "RSA"
    use: str = "sig"
    alg: str = "RS256"


def _now() -> datetime:
    return datetime.now(UTC)


class KeyRing:
    """The keys that are alive. One signs; any of them verifies."""

    def __init__(
        self,
        newest_first: tuple[SigningKey, ...],
        *,
        signing_delay: timedelta = SIGNING_DELAY,
        now: Callable[[], datetime] = _now,
    ) -> None:
        if not newest_first:
            raise BadKeysError("there is no signing key")
        self._signing_delay = signing_delay
        self._now = now
        self._fill(newest_first)

    @property
    def newest(self) -> SigningKey:
        return self._newest_first[0]

    @property
    def kids(self) -> tuple[str, ...]:
        """The names of the keys, newest first."""
        return tuple(key.kid for key in self._newest_first)

    @property
    def signing(self) -> SigningKey:
        """The newest key that everybody knows by now; the oldest while all are that new."""
        known_since = self._now() - self._signing_delay
        known = (key for key in self._newest_first if _made_at(key.kid) <= known_since)
        return next(known, self._newest_first[-1])

    def public(self, kid: str) -> rsa.RSAPublicKey | None:
        """The public half of the key with this name, if it is alive."""
        return self._public.get(kid)

    def jwks(self) -> tuple[PublicJwk, ...]:
        """The public halves, newest first."""
        return tuple(_jwk(key) for key in self._newest_first)

    def derived_secrets(self, purpose: str) -> tuple[bytes, ...]:
        """32 bytes per key, the signing one's first, for other signatures than tokens (HKDF, RFC 5869).

        Ask for them whenever they are needed: the keys may change while the process lives.
        """
        signing = self.signing
        keys = (signing, *(key for key in self._newest_first if key is not signing))
        return tuple(self._secret(key, purpose) for key in keys)

    def replace(self, other: "KeyRing") -> None:
        """Takes the keys of another ring: those that are not in it are dead from now on."""
        self._fill(other._newest_first)  # noqa: SLF001 - of its own kind

    def _fill(self, newest_first: tuple[SigningKey, ...]) -> None:
        self._newest_first = newest_first
        self._public = {key.kid: key.public for key in newest_first}
        self._secrets: dict[tuple[str, str], bytes] = {}

    def _secret(self, key: SigningKey, purpose: str) -> bytes:
        secret = self._secrets.get((key.kid, purpose))
        if secret is None:
            secret = self._secrets[key.kid, purpose] = _derived(key, purpose)
        return secret


def load_keys(folder: Path, *, signing_delay: timedelta = SIGNING_DELAY) -> KeyRing:
    """Reads every <kid>.pem of the folder. Raises BadKeysError for one that is weak or exposed."""
    return KeyRing(tuple(_load_key(file) for file in _key_files(folder)), signing_delay=signing_delay)


def kids_in(folder: Path) -> tuple[str, ...]:
    """The names of the keys in the folder, newest first, without reading them. Raises BadKeysError."""
    return tuple(file.stem for file in _key_files(folder))


def generate_key(folder: Path, *, at: datetime) -> Path:
    """Makes a new key, which signs once it is known everywhere. Older keys stay and verify."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{at.astimezone(UTC).strftime(_NAME_TIME)}-{secrets.token_hex(4)}.pem"
    pem = rsa.generate_private_key(public_exponent=65537, key_size=NEW_KEY_BITS).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_new_private_file(file, pem)
    return file


def _key_files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise BadKeysError(
            f"{folder} is not a folder of signing keys (make one: footfall-server generate-keys)"
        )
    files = sorted(folder.glob("*.pem"), key=lambda file: file.stem, reverse=True)
    if not files:
        raise BadKeysError(f"{folder} holds no signing key (make one: footfall-server generate-keys)")
    return files


def _made_at(kid: str) -> datetime:
    """The time that the name begins with; a key that was named otherwise has been there for ever."""
    try:
        return datetime.strptime(kid.partition("-")[0], _NAME_TIME).replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)


def _load_key(file: Path) -> SigningKey:
    if _KID.fullmatch(file.stem) is None:
        raise BadKeysError(f"{file}: the name of a signing key is letters, digits, '.', '_' and '-'")
    try:
        require_unexposed(file)
    except ExposedFileError:
        raise BadKeysError(f"{file}: others may read or write this signing key (chmod 600)") from None
    try:
        private = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise BadKeysError(f"{file}: not a readable, unencrypted PEM private key") from None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise BadKeysError(f"{file}: not an RSA key")
    if private.key_size < MIN_KEY_BITS:
        raise BadKeysError(f"{file}: {private.key_size} bits are too few; at least {MIN_KEY_BITS} are needed")
    return SigningKey(kid=file.stem, private=private)


def _jwk(key: SigningKey) -> PublicJwk:
    numbers = key.public.public_numbers()
    return PublicJwk(kid=key.kid, n=_base64url(numbers.n), e=_base64url(numbers.e))


def _base64url(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _derived(key: SigningKey, purpose: str) -> bytes:
    der = key.private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode()).derive(der)
