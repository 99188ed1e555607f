"""Refresh tokens: "ffr_<secret>". Each has one successor, which is derived from it and kept by nobody."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence

PURPOSE = "footfall refresh tokens"
"""What KeyRing.derived_secrets is asked for."""

_SECRET_BYTES = 32
_FORM = re.compile(r"ffr_[0-9a-f]{64}")


class RefreshTokens:
    """Makes refresh tokens.

    `keys` tells the secrets that all replicas share, the one in use first. The successor of a token is an
    HMAC of it, so that whoever is asked twice answers the same, on any replica, while only hashes are stored.
    """

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def first(self) -> str:
        """A token that nobody can guess: 256 random bits."""
        return f"ffr_{secrets.token_hex(_SECRET_BYTES)}"

    def successor(self, text: str) -> str:
        """What takes the place of the token, by the key in use."""
        return _successor(self._keys()[0], text)

    def successor_with_hash(self, text: str, successor_hash: str) -> str | None:
        """The successor that was given before, by whichever key; None when that key is gone."""
        known = (_successor(key, text) for key in self._keys())
        return next((each for each in known if hash_refresh_token(each) == successor_hash), None)


def is_refresh_token(text: str) -> bool:
    """Whether the text has the form of a token."""
    return _FORM.fullmatch(text) is not None


def hash_refresh_token(text: str) -> str:
    """SHA-256 in hexadecimal: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _successor(key: bytes, text: str) -> str:
    return f"ffr_{hmac.digest(key, text.encode(), 'sha256').hex()}"
