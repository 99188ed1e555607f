"""Sites in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from footfall_server.domain.places import Site
from footfall_server.errors import ErrorKind, FootfallError, not_found
from footfall_server.ports import NameCursor
from footfall_server.storage.postgres.failures import name_taken
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import sites

COLUMNS = (
    sites.c.site_id,
    sites.c.display_name,
    sites.c.time_zone,
    sites.c.visit_gap,
    sites.c.business_day_start,
    sites.c.created_at,
    sites.c.updated_at,
)


class PostgresSites:
    """SiteRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, site: Site, request_id: UUID | None) -> Site:
        """See SiteRepository.add."""
        given = insert(sites).values(
            tenant_id=self._connection.tenant_id,
            site_id=site.site_id,
            display_name=site.display_name,
            time_zone=site.time_zone,
            visit_gap=site.visit_gap,
            business_day_start=site.business_day_start,
            request_id=request_id,
            created_at=site.created_at,
            updated_at=site.updated_at,
        )
        try:
            added = await self._connection.first(given.on_conflict_do_nothing().returning(*COLUMNS))
        except IntegrityError as error:  # the only foreign key is the tenant
            raise not_found("tenant", self._connection.tenant_id) from error
        if added is None and request_id is not None:
            added = await self._connection.first(select(*COLUMNS).where(sites.c.request_id == request_id))
        if added is None:
            raise name_taken("sites_name_key")
        return to_site(added)

    async def get(self, site_id: UUID) -> Site | None:
        """See SiteRepository.get."""
        row = await self._connection.first(select(*COLUMNS).where(sites.c.site_id == site_id))
        return None if row is None else to_site(row)

    async def list(
        self, *, only: Collection[UUID] | None, after: NameCursor | None, limit: int
    ) -> Sequence[Site]:
        """See SiteRepository.list."""
        page = select(*COLUMNS).order_by(sites.c.name_key, sites.c.site_id).limit(limit)
        if only is not None:
            page = page.where(one_of(sites.c.site_id, only))
        if after is not None:
            page = page.where(
                tuple_(sites.c.name_key, sites.c.site_id) > tuple_(func.lower(after.name), after.resource_id)
            )
        return [to_site(row) for row in await self._connection.rows(page)]

    async def save(self, site: Site) -> None:
        """See SiteRepository.save."""
        await self._connection.run(
            update(sites)
            .where(sites.c.site_id == site.site_id)
            .values(
                display_name=site.display_name,
                time_zone=site.time_zone,
                visit_gap=site.visit_gap,
                business_day_start=site.business_day_start,
                updated_at=site.updated_at,
            )
        )

    async def remove(self, site_id: UUID) -> bool:
        """See SiteRepository.remove."""
        try:
            return await self._connection.run(delete(sites).where(sites.c.site_id == site_id)) > 0
        except IntegrityError as error:
            raise FootfallError(
                ErrorKind.FAILED_PRECONDITION,
                "NOT_EMPTY",
                f"the site {site_id} still has cameras",
                metadata={"site_id": str(site_id), "holds": "cameras"},
            ) from error


def to_site(row: Row[Any]) -> Site:
    """A site from a row that has COLUMNS."""
    return Site(
        site_id=row.site_id,
        display_name=row.display_name,
        time_zone=row.time_zone,
        visit_gap=row.visit_gap,
        business_day_start=row.business_day_start,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
