"""The audit log in PostgreSQL."""

from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.audit import AuditEntry
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import audit_log


class PostgresAudit:
    """AuditRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def append(self, entry: AuditEntry) -> None:
        """See AuditRepository.append."""
        await self._connection.run(
            insert(audit_log).values(
                tenant_id=self._connection.tenant_id,
                audit_id=entry.audit_id,
                at=entry.at,
                actor_id=entry.actor_id,
                actor_role=entry.actor_role,
                action=entry.action,
                resource=entry.resource,
                resource_id=entry.resource_id,
                detail=entry.detail,
            )
        )
