"""Seals pictures that go between replicas by way of the database."""

from collections.abc import Callable, Sequence
from uuid import UUID

from footfall_server.auth.sealing import opened_by, sealed_by

PURPOSE = "footfall pictures between replicas"


class PictureSeal:
    """What replicas share and the database has not: `keys` gives 32 bytes each, the one that seals first."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def seal(self, tenant_id: UUID, picture_id: UUID, picture: bytes) -> bytes:
        """The picture, readable only as this one of this tenant."""
        return sealed_by(self._keys()[0], picture, bound_to=_bound_to(tenant_id, picture_id))

    def open(self, tenant_id: UUID, picture_id: UUID, sealed: bytes) -> bytes | None:
        """The picture; None when it was sealed with a key that is gone, or is another one."""
        bound_to = _bound_to(tenant_id, picture_id)
        opened = (opened_by(key, sealed, bound_to=bound_to) for key in self._keys())
        return next((picture for picture in opened if picture is not None), None)


def _bound_to(tenant_id: UUID, picture_id: UUID) -> bytes:
    return tenant_id.bytes + picture_id.bytes
