"""Seals pictures that go between replicas by way of the database (AES-256-GCM, NIST SP 800-38D)."""

import secrets
from collections.abc import Callable, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PURPOSE = "footfall pictures between replicas"
_NONCE_BYTES = 12


class PictureSeal:
    """What replicas share and the database has not: `keys` gives 32 bytes each, the one that seals first."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def seal(self, tenant_id: UUID, picture_id: UUID, picture: bytes) -> bytes:
        """The picture, readable only as this one of this tenant."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._keys()[0]).encrypt(nonce, picture, _bound_to(tenant_id, picture_id))

    def open(self, tenant_id: UUID, picture_id: UUID, sealed: bytes) -> bytes | None:
        """The picture; None when it was sealed with a key that is gone, or is another one."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for key in self._keys():
            try:
                return AESGCM(key).decrypt(nonce, rest, _bound_to(tenant_id, picture_id))
            except (InvalidTag, ValueError):
                continue
        return None


def _bound_to(tenant_id: UUID, picture_id: UUID) -> bytes:
    return tenant_id.bytes + picture_id.bytes
