"""Receivers of events in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql import Select
from sqlalchemy.types import Uuid

from footfall_server.domain.outgoing_event import EventType
from footfall_server.domain.webhook import DeliveryState, SealedSecrets, Webhook, WebhookHealth
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection, one_of
from footfall_server.storage.postgres.tables import Instant, webhook_deliveries, webhooks

COLUMNS = (
    webhooks.c.webhook_id,
    webhooks.c.url,
    webhooks.c.description,
    webhooks.c.event_types,
    webhooks.c.site_ids,
    webhooks.c.enabled,
    webhooks.c.created_at,
    webhooks.c.updated_at,
    webhooks.c.since_revision,
    webhooks.c.secret,
    webhooks.c.previous_secret,
    webhooks.c.previous_secret_until,
    webhooks.c.last_success_at,
    webhooks.c.consecutive_failures,
    webhooks.c.last_failure,
)

_LOCK = select(webhooks.c.webhook_id).with_for_update()

# Run after the row is locked: what was queued by whoever had it is seen then, and whoever comes later raises
# due_at again.
_RESCHEDULE = text(
    """
    update webhooks set due_at = case when enabled then (
      select greatest(min(next_attempt_at), cast(:not_before as timestamptz)) from webhook_deliveries
      where webhook_deliveries.tenant_id = webhooks.tenant_id
        and webhook_deliveries.webhook_id = webhooks.webhook_id and webhook_deliveries.state = 'pending'
      having min(next_attempt_at) is not null
    ) end
    where tenant_id = :tenant_id and webhook_id = :webhook_id
    """
).bindparams(
    bindparam("not_before", type_=Instant),
    bindparam("tenant_id", type_=Uuid()),
    bindparam("webhook_id", type_=Uuid()),
)


class PostgresWebhooks:
    """WebhookRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def add(self, webhook: Webhook, request_id: UUID | None) -> Webhook:
        """See WebhookRepository.add."""
        given = insert(webhooks).values(
            tenant_id=self._connection.tenant_id,
            webhook_id=webhook.webhook_id,
            created_at=webhook.created_at,
            request_id=request_id,
            **_values(webhook),
        )
        added = await self._connection.first(given.on_conflict_do_nothing().returning(*COLUMNS))
        if added is None:
            added = await self._connection.first(select(*COLUMNS).where(webhooks.c.request_id == request_id))
        if added is None:
            raise RuntimeError("a webhook was neither added nor known")
        return _to_webhook(added)

    async def get(self, webhook_id: UUID) -> Webhook | None:
        """See WebhookRepository.get."""
        row = await self._connection.first(select(*COLUMNS).where(webhooks.c.webhook_id == webhook_id))
        return None if row is None else _to_webhook(row)

    async def list(self, *, before: TimeCursor | None, limit: int) -> Sequence[Webhook]:
        """See WebhookRepository.list."""
        page = select(*COLUMNS).order_by(webhooks.c.created_at.desc(), webhooks.c.webhook_id.desc())
        if before is not None:
            page = page.where(
                tuple_(webhooks.c.created_at, webhooks.c.webhook_id) < tuple_(before.at, before.resource_id)
            )
        return await self._found(page.limit(limit))

    async def listening(self) -> Sequence[Webhook]:
        """See WebhookRepository.listening."""
        return await self._found(select(*COLUMNS).where(webhooks.c.enabled).order_by(webhooks.c.webhook_id))

    async def count(self) -> int:
        """See WebhookRepository.count."""
        row = await self._connection.first(select(func.count().label("count")).select_from(webhooks))
        return 0 if row is None else int(row._mapping["count"])  # noqa: SLF001 - `count` is a method of rows

    async def save(self, webhook: Webhook) -> None:
        """See WebhookRepository.save."""
        changed = update(webhooks).where(webhooks.c.webhook_id == webhook.webhook_id)
        values = dict(_values(webhook))
        if not webhook.enabled:
            values["due_at"] = None
        if await self._connection.run(changed.values(values)):
            await self._reschedule(webhook.webhook_id, None)

    async def disable(self, webhook_id: UUID, at: datetime) -> bool:
        """See WebhookRepository.disable."""
        switched = (
            update(webhooks)
            .where(webhooks.c.webhook_id == webhook_id, webhooks.c.enabled)
            .values(enabled=False, due_at=None, updated_at=at)
        )
        return await self._connection.run(switched) == 1

    async def remove(self, webhook_id: UUID) -> bool:
        """See WebhookRepository.remove. Its row goes first: who queues something waits, and finds it gone."""
        removed = await self._connection.run(delete(webhooks).where(webhooks.c.webhook_id == webhook_id))
        await self._connection.run(
            delete(webhook_deliveries).where(webhook_deliveries.c.webhook_id == webhook_id)
        )
        return removed == 1

    async def claim(self, token: UUID, now: datetime, until: datetime, limit: int) -> Sequence[Webhook]:
        """See WebhookRepository.claim."""
        free = or_(webhooks.c.claimed_until.is_(None), webhooks.c.claimed_until <= now)
        taken = (
            select(webhooks.c.webhook_id)
            .where(webhooks.c.due_at <= now, free)
            .order_by(webhooks.c.due_at, webhooks.c.webhook_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        ids = [row.webhook_id for row in await self._connection.rows(taken)]
        claimed = (
            update(webhooks)
            .where(one_of(webhooks.c.webhook_id, ids))
            .values(claimed_by=token, claimed_until=until)
            .returning(*COLUMNS)
        )
        return [_to_webhook(row) for row in await self._connection.rows(claimed)]

    async def release(self, webhook_id: UUID, token: UUID, not_before: datetime | None) -> None:
        """See WebhookRepository.release."""
        mine = (webhooks.c.webhook_id == webhook_id) & (webhooks.c.claimed_by == token)
        freed = update(webhooks).where(mine).values(claimed_by=None, claimed_until=None)
        if await self._connection.run(freed):
            await self._reschedule(webhook_id, not_before)

    async def _reschedule(self, webhook_id: UUID, not_before: datetime | None) -> None:
        await self._connection.run(
            _RESCHEDULE,
            {
                "not_before": not_before,
                "tenant_id": self._connection.tenant_id,
                "webhook_id": webhook_id,
            },
        )

    async def _found(self, page: Select[Any]) -> Sequence[Webhook]:
        return [_to_webhook(row) for row in await self._connection.rows(page)]


async def make_due(connection: TenantConnection, webhook_ids: Sequence[UUID], at: datetime) -> Sequence[UUID]:
    """Locks webhooks for who queues something for them, and makes them due; those that are there.

    One that is due already keeps its time: it may be paused.
    """
    rows = await connection.rows(
        _LOCK.where(one_of(webhooks.c.webhook_id, webhook_ids)).order_by(webhooks.c.webhook_id)
    )
    found = [row.webhook_id for row in rows]
    await connection.run(
        update(webhooks)
        .where(one_of(webhooks.c.webhook_id, found), webhooks.c.enabled, webhooks.c.due_at.is_(None))
        .values(due_at=at)
    )
    return found


async def settle_health(
    connection: TenantConnection, webhook_id: UUID, health: WebhookHealth, token: UUID, until: datetime
) -> bool:
    """Notes how a webhook does, for who has it, and renews the claim."""
    noted = (
        update(webhooks)
        .where(webhooks.c.webhook_id == webhook_id, webhooks.c.claimed_by == token)
        .values(
            claimed_until=until,
            last_success_at=health.last_success_at,
            consecutive_failures=health.consecutive_failures,
            last_failure=health.last_failure,
        )
    )
    return await connection.run(noted) == 1


def pending() -> Any:
    """The condition for deliveries that wait."""
    return webhook_deliveries.c.state == DeliveryState.PENDING.value


def _values(webhook: Webhook) -> Mapping[str, object]:
    return {
        "url": webhook.url,
        "description": webhook.description,
        "event_types": sorted(each.value for each in webhook.event_types),
        "site_ids": sorted(webhook.site_ids),
        "enabled": webhook.enabled,
        "updated_at": webhook.updated_at,
        "since_revision": webhook.since_revision,
        "secret": webhook.secrets.current,
        "previous_secret": webhook.secrets.previous,
        "previous_secret_until": webhook.secrets.previous_until,
    }


def _to_webhook(row: Row[Any]) -> Webhook:
    return Webhook(
        webhook_id=row.webhook_id,
        url=row.url,
        description=row.description,
        event_types=frozenset(map(EventType, row.event_types)),
        site_ids=frozenset(row.site_ids),
        enabled=row.enabled,
        created_at=row.created_at,
        updated_at=row.updated_at,
        since_revision=row.since_revision,
        secrets=SealedSecrets(row.secret, row.previous_secret, row.previous_secret_until),
        health=WebhookHealth(row.last_success_at, row.consecutive_failures, row.last_failure),
    )
