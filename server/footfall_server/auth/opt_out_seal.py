"""Seals the templates of people who are left out (AES-256-GCM), by a key that follows from that of erasures.

The key is in no database and no backup: of a stolen dump nobody is recognised.
"""

import secrets
from uuid import UUID

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from footfall_server.domain.opt_out import Templates

_NONCE_BYTES = 12
_STORED = np.dtype("<f4")


class OptOutSeal:
    """TemplateSeal."""

    def __init__(self, key: bytes) -> None:
        """key: 32 bytes."""
        self._cipher = AESGCM(key)

    def seal(self, tenant_id: UUID, opt_out_id: UUID, model_id: str, templates: Templates) -> bytes:
        """See TemplateSeal.seal."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = templates.astype(_STORED, copy=False).tobytes()
        return nonce + self._cipher.encrypt(nonce, plain, _bound_to(tenant_id, opt_out_id, model_id))

    def open(
        self, tenant_id: UUID, opt_out_id: UUID, model_id: str, sealed: bytes, *, dimension: int
    ) -> Templates | None:
        """See TemplateSeal.open."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            plain = self._cipher.decrypt(nonce, rest, _bound_to(tenant_id, opt_out_id, model_id))
        except (InvalidTag, ValueError):
            return None
        if not plain or len(plain) % (dimension * _STORED.itemsize):
            return None
        return np.frombuffer(plain, _STORED).astype(np.float32, copy=False).reshape(-1, dimension)


def _bound_to(tenant_id: UUID, opt_out_id: UUID, model_id: str) -> bytes:
    return tenant_id.bytes + opt_out_id.bytes + model_id.encode()
