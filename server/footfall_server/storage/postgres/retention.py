"""How long a tenant and its sites keep things, in PostgreSQL."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.retention import RetentionRule
from footfall_server.errors import not_found
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import retention_rules

_COLUMNS = tuple(retention_rules.c[name] for name in ("site_id", "image_days", "template_days", "updated_at"))


class PostgresRetention:
    """RetentionRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def rules(self) -> Sequence[RetentionRule]:
        """See RetentionRepository.rules."""
        rows = await self._connection.rows(
            select(*_COLUMNS).order_by(retention_rules.c.site_id.nulls_first())
        )
        return [RetentionRule(row.site_id, row.image_days, row.template_days, row.updated_at) for row in rows]

    async def save(self, rule: RetentionRule) -> None:
        """See RetentionRepository.save."""
        said = {
            "image_days": rule.image_days,
            "template_days": rule.template_days,
            "updated_at": rule.updated_at,
        }
        given = insert(retention_rules).values(
            tenant_id=self._connection.tenant_id, site_id=rule.site_id, **said
        )
        try:
            await self._connection.run(
                given.on_conflict_do_update(constraint="retention_rules_site_key", set_=said)
            )
        except IntegrityError as error:  # the only foreign key is the site
            raise not_found("site", rule.site_id) from error
