"""API keys: "ffk_<prefix>_<secret>". The prefix finds the row; of the secret only a hash is kept."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

_PREFIX_BYTES = 6
_SECRET_BYTES = 32
_FORM = re.compile(r"^ffk_(?P<prefix>[0-9a-f]{12})_(?P<secret>[0-9a-f]{64})$")


@dataclass(frozen=True, slots=True)
class ApiKeyParts:
    """An API key taken apart."""

    prefix: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        return f"ffk_{self.prefix}_{self.secret}"


def new_api_key() -> ApiKeyParts:
    """A key that nobody can guess: 256 random bits."""
    return ApiKeyParts(prefix=secrets.token_hex(_PREFIX_BYTES), secret=secrets.token_hex(_SECRET_BYTES))


def parse_api_key(text: str) -> ApiKeyParts | None:
    """The parts of a key, or None for what is none."""
    match = _FORM.fullmatch(text)
    return None if match is None else ApiKeyParts(prefix=match["prefix"], secret=match["secret"])


def hash_secret(secret: str) -> str:
    """SHA-256: 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_matches(secret: str, secret_hash: str) -> bool:
    """Compares in constant time."""
    return hmac.compare_digest(hash_secret(secret), secret_hash)
