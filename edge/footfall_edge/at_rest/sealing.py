"""Authenticated encryption of what lies on the worker's disk.

ChaCha20-Poly1305 (RFC 8439) with random nonces of 96 bits. It is as fast on a small ARM board, which may have
no AES instructions, as on a PC, and takes the same time whatever the data is. A key is good for 2^32 sealings
(a collision of nonces is then less likely than 2^-32): more than three centuries of a busy shop.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

KEY_BYTES: Final = 32
SEAL_BYTES: Final = 28
"""What a sealed text is longer than the plain one: nonce and tag."""
_NONCE_BYTES: Final = 12


class UnsealError(Exception):
    """What should be sealed by this key, for this place, is not. Says nothing of the content."""


class Sealer:
    """Seals with one key. Its repr does not show it."""

    def __init__(self, key: bytes) -> None:
        """key: 32 random bytes."""
        self._aead = ChaCha20Poly1305(key)

    def seal(self, plain: bytes, *, place: bytes) -> bytes:
        """Nonce, ciphertext and tag. `place` says where it belongs: it opens nowhere else."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, plain, place)

    def open(self, sealed: bytes, *, place: bytes) -> bytes:
        """The plain text. Raises UnsealError for another key, another place, or a changed byte."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        if len(sealed) < SEAL_BYTES:
            raise UnsealError("too short to be sealed")
        try:
            return self._aead.decrypt(nonce, rest, place)
        except InvalidTag:
            raise UnsealError("sealed by another key or for another place, or changed since") from None


def place_of(*parts: str | int) -> bytes:
    """A place as associated data; no two lists of parts give the same bytes."""
    encoded = [str(part).encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
