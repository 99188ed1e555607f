"""Fakes of the repositories of join tokens and certificates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import TenantTables
from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.errors import not_found
from footfall_server.ports import TimeCursor


class MemoryJoinTokens:
    """Implements JoinTokenRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, token: JoinToken) -> None:
        if token.site_id not in self._tables.sites:
            raise not_found("site", token.site_id)
        self._tables.join_tokens[token.join_token_id] = token

    async def get(self, join_token_id: UUID) -> JoinToken | None:
        return self._tables.join_tokens.get(join_token_id)

    async def list_open(self, *, now: datetime, after: TimeCursor | None, limit: int) -> Sequence[JoinToken]:
        newest_first = sorted(
            self._tables.join_tokens.values(),
            key=lambda each: (each.created_at, each.join_token_id),
            reverse=True,
        )
        return [
            each
            for each in newest_first
            if each.used_at is None
            and not each.is_over(now)
            and (after is None or (each.created_at, each.join_token_id) < (after.at, after.resource_id))
        ][:limit]

    async def save(self, token: JoinToken) -> None:
        self._tables.join_tokens[token.join_token_id] = token


class MemoryCertificates:
    """Implements CertificateRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def add(self, certificate: WorkerCertificate) -> None:
        if certificate.site_id not in self._tables.sites:
            raise not_found("site", certificate.site_id)
        self._tables.certificates[certificate.certificate_id] = certificate

    async def get(self, certificate_id: UUID) -> WorkerCertificate | None:
        return self._tables.certificates.get(certificate_id)

    async def by_fingerprint(self, fingerprint: str) -> WorkerCertificate | None:
        return next((each for each in self._newest_first() if each.fingerprint == fingerprint), None)

    async def of_worker(self, worker_id: UUID) -> Sequence[WorkerCertificate]:
        return [each for each in self._newest_first() if each.worker_id == worker_id]

    async def list(
        self, *, site_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Sequence[WorkerCertificate]:
        return [
            each
            for each in self._newest_first()
            if (site_id is None or each.site_id == site_id)
            and (after is None or (each.created_at, each.certificate_id) < (after.at, after.resource_id))
        ][:limit]

    async def workers_of(self, site_id: UUID) -> Sequence[UUID]:
        rows = self._tables.certificates.values()
        return sorted({each.worker_id for each in rows if each.site_id == site_id})

    async def revoke_worker(self, worker_id: UUID, at: datetime) -> int:
        ended = [each for each in await self.of_worker(worker_id) if each.revoked_at is None]
        for each in ended:
            self._tables.certificates[each.certificate_id] = replace(each, revoked_at=at)
        return len(ended)

    async def revoked(self, *, ending_after: datetime) -> Sequence[WorkerCertificate]:
        found = [
            each
            for each in self._tables.certificates.values()
            if each.revoked_at is not None and each.not_after > ending_after
        ]
        return sorted(found, key=lambda each: each.certificate_id)

    async def use_assertion(
        self, certificate_id: UUID, assertion_id: UUID, *, kept_until: datetime, now: datetime
    ) -> bool:
        used = self._tables.used_assertions
        for key in [key for key, until in used.items() if until < now]:
            del used[key]
        if (certificate_id, assertion_id) in used:
            return False
        used[(certificate_id, assertion_id)] = kept_until
        return True

    def _newest_first(self) -> Sequence[WorkerCertificate]:
        return sorted(
            self._tables.certificates.values(),
            key=lambda each: (each.created_at, each.certificate_id),
            reverse=True,
        )
