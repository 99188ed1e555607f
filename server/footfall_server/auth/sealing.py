"""Seals bytes by a key of 32 bytes (AES-256-GCM, NIST SP 800-38D): a nonce, then what was encrypted."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def sealed_by(key: bytes, plain: bytes, *, bound_to: bytes) -> bytes:
    """Readable only with the key, and only as what it is bound to."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def opened_by(key: bytes, sealed: bytes, *, bound_to: bytes) -> bytes | None:
    """What was sealed; None for another key, for something else than it is bound to, or for damage."""
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, bound_to)
    except (InvalidTag, ValueError):
        return None
