"""Seals the templates of people who are left out, by a key that follows from that of erasures.

The key is in no database and no backup: of a stolen dump nobody is recognised.
"""

from uuid import UUID

import numpy as np

from footfall_server.auth.sealing import opened_by, sealed_by
from footfall_server.domain.opt_out import Templates

_STORED = np.dtype("<f4")


class OptOutSeal:
    """TemplateSeal."""

    def __init__(self, key: bytes) -> None:
        """key: 32 bytes."""
        self._key = key

    def seal(self, tenant_id: UUID, opt_out_id: UUID, model_id: str, templates: Templates) -> bytes:
        """See TemplateSeal.seal."""
        plain = templates.astype(_STORED, copy=False).tobytes()
        return sealed_by(self._key, plain, bound_to=_bound_to(tenant_id, opt_out_id, model_id))

    def open(
        self, tenant_id: UUID, opt_out_id: UUID, model_id: str, sealed: bytes, *, dimension: int
    ) -> Templates | None:
        """See TemplateSeal.open."""
        plain = opened_by(self._key, sealed, bound_to=_bound_to(tenant_id, opt_out_id, model_id))
        if not plain or len(plain) % (dimension * _STORED.itemsize):
            return None
        return np.frombuffer(plain, _STORED).astype(np.float32, copy=False).reshape(-1, dimension)


def _bound_to(tenant_id: UUID, opt_out_id: UUID, model_id: str) -> bytes:
    return tenant_id.bytes + opt_out_id.bytes + model_id.encode()
