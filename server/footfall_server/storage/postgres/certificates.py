"""Join tokens and edge workers' certificates in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.certificates import JoinToken, WorkerCertificate
from footfall_server.errors import not_found
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import join_tokens, used_assertions, worker_certificates

_TOKEN = (
    "tenant_id",
    "join_token_id",
    "site_id",
    "display_name",
    "secret_hash",
    "created_at",
    "created_by",
    "expires_at",
    "revoked_at",
    "used_at",
    "certificate_id",
)
_CERTIFICATE = (
    "tenant_id",
    "certificate_id",
    "site_id",
    "worker_id",
    "display_name",
    "fingerprint",
    "public_key_hash",
    "der",
    "created_at",
    "not_before",
    "not_after",
    "revoked_at",
)
TOKEN_COLUMNS = tuple(join_tokens.c[name] for name in _TOKEN)
_CERTIFICATE_COLUMNS = tuple(worker_certificates.c[name] for name in _CERTIFICATE)


class PostgresJoinTokens:
    """JoinTokenRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, token: JoinToken) -> None:
        """See JoinTokenRepository.add."""
        given = insert(join_tokens).values({name: getattr(token, name) for name in _TOKEN})
        try:
            await self._connection.run(given)
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", token.site_id) from error

    async def get(self, join_token_id: UUID) -> JoinToken | None:
        """See JoinTokenRepository.get."""
        row = await self._connection.first(
            select(*TOKEN_COLUMNS).where(join_tokens.c.join_token_id == join_token_id)
        )
        return None if row is None else to_join_token(row)

    async def list_open(self, *, now: datetime, after: TimeCursor | None, limit: int) -> Sequence[JoinToken]:
        """See JoinTokenRepository.list_open."""
        place = (join_tokens.c.created_at, join_tokens.c.join_token_id)
        page = (
            select(*TOKEN_COLUMNS)
            .where(
                join_tokens.c.used_at.is_(None),
                join_tokens.c.revoked_at.is_(None),
                join_tokens.c.expires_at > now,
            )
            .order_by(*(column.desc() for column in place))
            .limit(limit)
        )
        if after is not None:
            page = page.where(tuple_(*place) < tuple_(after.at, after.resource_id))
        return [to_join_token(row) for row in await self._connection.rows(page)]

    async def save(self, token: JoinToken) -> None:
        """See JoinTokenRepository.save."""
        await self._connection.run(
            update(join_tokens)
            .where(join_tokens.c.join_token_id == token.join_token_id)
            .values(revoked_at=token.revoked_at, used_at=token.used_at, certificate_id=token.certificate_id)
        )


class PostgresCertificates:
    """CertificateRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, certificate: WorkerCertificate) -> None:
        """See CertificateRepository.add."""
        given = insert(worker_certificates).values(
            {name: getattr(certificate, name) for name in _CERTIFICATE}
        )
        try:
            await self._connection.run(given)
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", certificate.site_id) from error

    async def get(self, certificate_id: UUID) -> WorkerCertificate | None:
        """See CertificateRepository.get."""
        row = await self._connection.first(
            select(*_CERTIFICATE_COLUMNS).where(worker_certificates.c.certificate_id == certificate_id)
        )
        return None if row is None else _to_certificate(row)

    async def by_fingerprint(self, fingerprint: str) -> WorkerCertificate | None:
        """See CertificateRepository.by_fingerprint."""
        row = await self._connection.first(
            select(*_CERTIFICATE_COLUMNS).where(worker_certificates.c.fingerprint == fingerprint)
        )
        return None if row is None else _to_certificate(row)

    async def of_worker(self, worker_id: UUID) -> Sequence[WorkerCertificate]:
        """See CertificateRepository.of_worker."""
        rows = await self._connection.rows(
            select(*_CERTIFICATE_COLUMNS)
            .where(worker_certificates.c.worker_id == worker_id)
            .order_by(worker_certificates.c.created_at.desc(), worker_certificates.c.certificate_id.desc())
        )
        return [_to_certificate(row) for row in rows]

    async def list(
        self, *, site_id: UUID | None, after: TimeCursor | None, limit: int
    ) -> Sequence[WorkerCertificate]:
        """See CertificateRepository.list."""
        place = (worker_certificates.c.created_at, worker_certificates.c.certificate_id)
        page = select(*_CERTIFICATE_COLUMNS).order_by(*(column.desc() for column in place)).limit(limit)
        if site_id is not None:
            page = page.where(worker_certificates.c.site_id == site_id)
        if after is not None:
            page = page.where(tuple_(*place) < tuple_(after.at, after.resource_id))
        return [_to_certificate(row) for row in await self._connection.rows(page)]

    async def workers_of(self, site_id: UUID) -> Sequence[UUID]:
        """See CertificateRepository.workers_of."""
        rows = await self._connection.rows(
            select(worker_certificates.c.worker_id)
            .distinct()
            .where(worker_certificates.c.site_id == site_id)
            .order_by(worker_certificates.c.worker_id)
        )
        return [row.worker_id for row in rows]

    async def revoke_worker(self, worker_id: UUID, at: datetime) -> int:
        """See CertificateRepository.revoke_worker."""
        return await self._connection.run(
            update(worker_certificates)
            .where(worker_certificates.c.worker_id == worker_id, worker_certificates.c.revoked_at.is_(None))
            .values(revoked_at=at)
        )

    async def revoked(self, *, ending_after: datetime) -> Sequence[WorkerCertificate]:
        """See CertificateRepository.revoked."""
        rows = await self._connection.rows(
            select(*_CERTIFICATE_COLUMNS)
            .where(
                worker_certificates.c.revoked_at.is_not(None),
                worker_certificates.c.not_after > ending_after,
            )
            .order_by(worker_certificates.c.certificate_id)
        )
        return [_to_certificate(row) for row in rows]

    async def use_assertion(
        self, certificate_id: UUID, assertion_id: UUID, *, kept_until: datetime, now: datetime
    ) -> bool:
        """See CertificateRepository.use_assertion."""
        await self._connection.run(delete(used_assertions).where(used_assertions.c.kept_until < now))
        noted = await self._connection.run(
            insert(used_assertions)
            .values(
                tenant_id=self._connection.tenant_id,
                certificate_id=certificate_id,
                assertion_id=assertion_id,
                kept_until=kept_until,
            )
            .on_conflict_do_nothing()
        )
        return noted > 0


def to_join_token(row: Row[Any]) -> JoinToken:
    """A join token from a row that has TOKEN_COLUMNS."""
    return JoinToken(**{name: getattr(row, name) for name in _TOKEN})


def _to_certificate(row: Row[Any]) -> WorkerCertificate:
    return WorkerCertificate(**{name: getattr(row, name) for name in _CERTIFICATE})
