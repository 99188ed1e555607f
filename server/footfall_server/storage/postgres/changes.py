"""The tenant's log of changes, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Text, Uuid, bindparam, select, text

from footfall_server.domain.change import Change, ChangeKind, Horizon, NewChange, Topic
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import Instant, changes, tenant_revisions

CHANGES_CHANNEL = "footfall_changes"
"""Carries `tenant:revision:topic,topic` of every commit that changed something: no names, no payload."""

# The revision row stays locked until the commit, so revisions become visible in their own order. The clock
# is read after the lock is held, so times within a tenant follow the revisions.
_APPEND = text(
    """
    with bumped as (
      insert into tenant_revisions (tenant_id, revision) values (:tenant_id, :count)
      on conflict (tenant_id) do update set revision = tenant_revisions.revision + excluded.revision
      returning revision
    ), appended as (
      insert into changes (tenant_id, revision, topic, kind, site_id, resource_id, committed_at)
      select :tenant_id, bumped.revision - :count + given.position,
             given.topic, given.kind, given.site_id, given.resource_id, clock_timestamp()
      from bumped, unnest(:topics, :kinds, :site_ids, :resource_ids)
           with ordinality as given (topic, kind, site_id, resource_id, position)
      returning revision
    )
    select bumped.revision, pg_notify(:channel, concat_ws(':', :tenant_text, bumped.revision, :topic_names))
    from bumped
    """
).bindparams(
    bindparam("tenant_id", type_=Uuid()),
    bindparam("tenant_text", type_=Text()),
    bindparam("count", type_=BigInteger()),
    bindparam("topics", type_=ARRAY(Text())),
    bindparam("kinds", type_=ARRAY(Text())),
    bindparam("site_ids", type_=ARRAY(Uuid())),
    bindparam("resource_ids", type_=ARRAY(Uuid())),
    bindparam("channel", type_=Text()),
    bindparam("topic_names", type_=Text()),
)

_COMPACT = text(
    """
    with last as (
      select revision from changes
      where committed_at < :before
        and (revision <= all (select reader.revision from event_cursors reader)
             or committed_at < :unread_before)
      order by revision desc limit 1
    ), marked as (
      update tenant_revisions set compacted = greatest(compacted, last.revision) from last
    ), behind as (
      delete from event_cursors using last where event_cursors.revision < last.revision
    )
    delete from changes using last where changes.revision <= last.revision
    """
).bindparams(bindparam("before", type_=Instant), bindparam("unread_before", type_=Instant))


class PostgresChanges:
    """ChangeRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def append(self, changes: Sequence[NewChange]) -> int:
        """See ChangeRepository.append."""
        if not changes:
            return (await self.horizon()).current
        tenant_id = self._connection.tenant_id
        row = await self._connection.first(
            _APPEND,
            {
                "tenant_id": tenant_id,
                "tenant_text": str(tenant_id),
                "count": len(changes),
                "topics": [change.topic for change in changes],
                "kinds": [change.kind for change in changes],
                "site_ids": [change.site_id for change in changes],
                "resource_ids": [change.resource_id for change in changes],
                "channel": CHANGES_CHANNEL,
                "topic_names": ",".join(sorted({change.topic for change in changes})),
            },
        )
        if row is None:
            raise RuntimeError("the tenant's revision row was neither made nor raised")
        return int(row.revision)

    async def horizon(self) -> Horizon:
        """See ChangeRepository.horizon."""
        row = await self._connection.first(select(tenant_revisions.c.compacted, tenant_revisions.c.revision))
        return Horizon(0, 0) if row is None else Horizon(oldest=row.compacted, current=row.revision)

    async def read_after(
        self, revision: int, *, topics: Collection[Topic], sites: Collection[UUID] | None, limit: int
    ) -> Sequence[Change]:
        """See ChangeRepository.read_after."""
        page = (
            select(
                changes.c.revision,
                changes.c.topic,
                changes.c.kind,
                changes.c.site_id,
                changes.c.resource_id,
                changes.c.committed_at,
            )
            .where(changes.c.revision > revision, one_of(changes.c.topic, topics))
            .order_by(changes.c.revision)
            .limit(limit)
        )
        if sites is not None:
            page = page.where(one_of(changes.c.site_id, sites))
        return [
            Change(
                revision=row.revision,
                topic=Topic(row.topic),
                kind=ChangeKind(row.kind),
                site_id=row.site_id,
                resource_id=row.resource_id,
                committed_at=row.committed_at,
            )
            for row in await self._connection.rows(page)
        ]

    async def compact(self, before: datetime, *, unread_before: datetime | None = None) -> int:
        """See ChangeRepository.compact."""
        return await self._connection.run(
            _COMPACT, {"before": before, "unread_before": unread_before or before}
        )
