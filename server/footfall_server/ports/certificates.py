"""Join tokens and the certificates of a tenant's edge workers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.ports.paging import TimeCursor


class JoinTokenRepository(Protocol):
    """The tenant's join tokens."""

    async def add(self, token: JoinToken) -> None:
        """Raises NOT_FOUND for a site that is not there."""
        ...

    async def get(self, join_token_id: UUID) -> JoinToken | None: ...

    async def list_open(self, *, now: datetime, after: TimeCursor | None, limit: int) -> Sequence[JoinToken]:
        """Those that are neither used nor over, the newest first."""
        ...

    async def save(self, token: JoinToken) -> None:
        """Keeps what becomes of a token: that it was used or revoked."""
        ...


class CertificateRepository(Protocol):
    """The certificates of the tenant's edge workers."""

    async def add(self, certificate: WorkerCertificate) -> None:
        """Raises NOT_FOUND for a site that is not there."""
        ...

    async def get(self, certificate_id: UUID) -> WorkerCertificate | None: ...

    async def by_fingerprint(self, fingerprint: str) -> WorkerCertificate | None: ...

    async def of_worker(self, worker_id: UUID) -> Sequence[WorkerCertificate]:
        """All of a worker's, the newest first."""
        ...

    async def list(
        self, *, site_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Sequence[WorkerCertificate]:
        """The newest first; only those of the site, when one is named."""
        ...

    async def workers_of(self, site_id: UUID) -> Sequence[UUID]:
        """The workers that have certificates at the site, by their ids."""
        ...

    async def revoke_worker(self, worker_id: UUID, at: datetime) -> int:
        """Revokes all of a worker's that are not revoked yet; how many those were."""
        ...

    async def revoked(self, *, ending_after: datetime) -> Sequence[WorkerCertificate]:
        """Those that are revoked and would be good still, by their ids."""
        ...

    async def use_assertion(
        self, certificate_id: UUID, assertion_id: UUID, *, kept_until: datetime, now: datetime
    ) -> bool:
        """Notes that a signed statement was used; False when it was used before.

        Forgets the tenant's notes that were kept until before `now`.
        """
        ...
