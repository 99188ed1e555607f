"""The ledger of merges, in PostgreSQL."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert

from footfall_server.domain.merge import Merge
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection
from footfall_server.storage.postgres.tables import Instant, merges

_COLUMNS = (
    "merge_id",
    "target_id",
    "source_ids",
    "reason",
    "forced",
    "name_before",
    "name_after",
    "visits_before",
    "visits_after",
    "created_at",
    "created_by",
    "undone_at",
    "undone_by",
)
_SELECTED = tuple(merges.c[name] for name in _COLUMNS)

SOMEBODY_UNSEEN = """
exists (
  select from unnest({everybody}) as party (customer_id)
  where not exists (
    select from customers
    join sightings on sightings.tenant_id = customers.tenant_id
      and sightings.customer_id = customers.root_id
    where customers.customer_id = party.customer_id
      and sightings.site_id = any(cast(:sites as uuid[]))))
"""
"""Whether one of `everybody`, an array of ids, was never seen at one of `:sites`."""

_LIST = text(f"""
select {", ".join(_COLUMNS)} from merges
where (cast(:customer_id as uuid) is null or target_id = :customer_id or :customer_id = any(source_ids))
  and (cast(:at as timestamptz) is null or (created_at, merge_id) < (:at, :merge_id))
  and (cast(:sites as uuid[]) is null or not {SOMEBODY_UNSEEN.format(everybody="target_id || source_ids")})
order by created_at desc, merge_id desc
limit :limit
""").bindparams(  # noqa: S608 - made of constants
    bindparam("customer_id", type_=Uuid()),
    bindparam("at", type_=Instant),
    bindparam("merge_id", type_=Uuid()),
    bindparam("sites", type_=ARRAY(Uuid())),
)


class PostgresMerges:
    """MergeRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, merge: Merge, request_id: UUID | None) -> None:
        """See MergeRepository.add."""
        await self._connection.run(
            insert(merges).values(
                tenant_id=self._connection.tenant_id,
                request_id=request_id,
                **{name: getattr(merge, name) for name in _COLUMNS if name != "source_ids"},
                source_ids=list(merge.source_ids),
            )
        )

    async def get(self, merge_id: UUID) -> Merge | None:
        """See MergeRepository.get."""
        row = await self._connection.first(select(*_SELECTED).where(merges.c.merge_id == merge_id))
        return None if row is None else _to_merge(row)

    async def requested(self, request_id: UUID) -> Merge | None:
        """See MergeRepository.requested."""
        row = await self._connection.first(select(*_SELECTED).where(merges.c.request_id == request_id))
        return None if row is None else _to_merge(row)

    async def list(
        self,
        *,
        customer_id: UUID | None,
        sites: Collection[UUID] | None,
        after: TimeCursor | None,
        limit: int,
    ) -> Sequence[Merge]:
        """See MergeRepository.list."""
        rows = await self._connection.rows(
            _LIST,
            {
                "customer_id": customer_id,
                "sites": None if sites is None else list(sites),
                "at": None if after is None else after.at,
                "merge_id": None if after is None else after.resource_id,
                "limit": limit,
            },
        )
        return [_to_merge(row) for row in rows]

    async def save(self, merge: Merge) -> None:
        """See MergeRepository.save."""
        await self._connection.run(
            update(merges)
            .where(merges.c.merge_id == merge.merge_id)
            .values(undone_at=merge.undone_at, undone_by=merge.undone_by)
        )


def _to_merge(row: Row[Any]) -> Merge:
    return Merge(
        merge_id=row.merge_id,
        target_id=row.target_id,
        source_ids=tuple(row.source_ids),
        reason=row.reason,
        forced=row.forced,
        name_before=row.name_before,
        name_after=row.name_after,
        visits_before=row.visits_before,
        visits_after=row.visits_after,
        created_at=row.created_at,
        created_by=row.created_by,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )
