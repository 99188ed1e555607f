"""What is on its way to receivers of events, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, tuple_, update

from footfall_server.domain.outgoing_event import EventType, OutgoingEvent
from footfall_server.domain.webhook import DeliveryState, WebhookDelivery, WebhookHealth
from footfall_server.ports import TimeCursor
from footfall_server.storage.postgres.statements import TenantConnection, insert_each
from footfall_server.storage.postgres.tables import webhook_deliveries as deliveries
from footfall_server.storage.postgres.webhooks import make_due, pending, settle_health

_NO_SITE = UUID(int=0)
"""Of a test: nobody who is confined to sites sees it."""

_COLUMNS = tuple(column for column in deliveries.c if column.name != "tenant_id")
_NAMES = tuple(column.name for column in _COLUMNS)
_INSERT = insert_each(deliveries, _NAMES)


class PostgresWebhookDeliveries:
    """WebhookDeliveryRepository."""

    def __init__(self, connection: TenantConnection) -> None:
        self._connection = connection

    async def queue(self, queued: Sequence[WebhookDelivery]) -> None:
        """See WebhookDeliveryRepository.queue."""
        if not queued:
            return
        found = await make_due(
            self._connection, sorted({each.webhook_id for each in queued}), queued[0].queued_at
        )
        rows = [_row(each) for each in queued if each.webhook_id in found]
        await self._connection.run_for_each(_INSERT, _NAMES, rows)

    async def due(self, webhook_id: UUID, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
        """See WebhookDeliveryRepository.due."""
        page = (
            select(*_COLUMNS)
            .where(pending(), deliveries.c.webhook_id == webhook_id, deliveries.c.next_attempt_at <= now)
            .order_by(deliveries.c.revision.nulls_first(), deliveries.c.delivery_id)
            .limit(limit)
        )
        return [self._to_delivery(row) for row in await self._connection.rows(page)]

    async def settle(
        self, delivery: WebhookDelivery, health: WebhookHealth, *, token: UUID, until: datetime
    ) -> bool:
        """See WebhookDeliveryRepository.settle."""
        if not await settle_health(self._connection, delivery.webhook_id, health, token, until):
            return False
        noted = update(deliveries).where(deliveries.c.delivery_id == delivery.delivery_id)
        await self._connection.run(
            noted.values(
                state=delivery.state.value,
                next_attempt_at=delivery.next_attempt_at,
                attempts=delivery.attempts,
                last_attempt_at=delivery.last_attempt_at,
                last_status=delivery.last_status,
                last_failure=delivery.last_failure,
            )
        )
        return True

    async def give_up(self, webhook_id: UUID, queued_before: datetime) -> int:
        """See WebhookDeliveryRepository.give_up."""
        old = (deliveries.c.webhook_id == webhook_id) & (deliveries.c.queued_at < queued_before)
        return await self._connection.run(
            update(deliveries)
            .where(pending(), old)
            .values(state=DeliveryState.DEAD.value, next_attempt_at=None)
        )

    async def get(self, delivery_id: UUID) -> WebhookDelivery | None:
        """See WebhookDeliveryRepository.get."""
        row = await self._connection.first(select(*_COLUMNS).where(deliveries.c.delivery_id == delivery_id))
        return None if row is None else self._to_delivery(row)

    async def list(
        self,
        *,
        webhook_id: UUID | None,
        state: DeliveryState | None,
        before: TimeCursor | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        """See WebhookDeliveryRepository.list."""
        page = (
            select(*_COLUMNS)
            .order_by(deliveries.c.queued_at.desc(), deliveries.c.delivery_id.desc())
            .limit(limit)
        )
        if webhook_id is not None:
            page = page.where(deliveries.c.webhook_id == webhook_id)
        if state is not None:
            page = page.where(deliveries.c.state == state.value)
        if before is not None:
            page = page.where(
                tuple_(deliveries.c.queued_at, deliveries.c.delivery_id)
                < tuple_(before.at, before.resource_id)
            )
        return [self._to_delivery(row) for row in await self._connection.rows(page)]

    async def replay(self, delivery_id: UUID, at: datetime) -> WebhookDelivery | None:
        """See WebhookDeliveryRepository.replay."""
        found = await self.get(delivery_id)
        if found is None or found.state is DeliveryState.PENDING:
            return found
        await self._again(deliveries.c.delivery_id == delivery_id, found.webhook_id, at)
        return await self.get(delivery_id)

    async def replay_between(
        self, webhook_id: UUID, state: DeliveryState, start: datetime, end: datetime, at: datetime
    ) -> int:
        """See WebhookDeliveryRepository.replay_between."""
        wanted = (
            (deliveries.c.webhook_id == webhook_id)
            & (deliveries.c.state == state.value)
            & (deliveries.c.occurred_at >= start)
            & (deliveries.c.occurred_at < end)
        )
        return await self._again(wanted, webhook_id, at)

    async def forget(self, queued_before: datetime) -> int:
        """See WebhookDeliveryRepository.forget."""
        return await self._connection.run(delete(deliveries).where(deliveries.c.queued_at < queued_before))

    async def _again(self, wanted: Any, webhook_id: UUID, at: datetime) -> int:
        await make_due(self._connection, [webhook_id], at)
        return await self._connection.run(
            update(deliveries)
            .where(wanted, ~pending())
            .values(state=DeliveryState.PENDING.value, next_attempt_at=at, queued_at=at, attempts=0)
        )

    def _to_delivery(self, row: Row[Any]) -> WebhookDelivery:
        return WebhookDelivery(
            delivery_id=row.delivery_id,
            webhook_id=row.webhook_id,
            event=OutgoingEvent(
                event_id=row.event_id,
                tenant_id=self._connection.tenant_id,
                event_type=EventType(row.event_type),
                occurred_at=row.occurred_at,
                revision=row.revision,
                site_id=None if row.site_id == _NO_SITE else row.site_id,
                resource_id=row.resource_id,
            ),
            queued_at=row.queued_at,
            state=DeliveryState(row.state),
            next_attempt_at=row.next_attempt_at,
            attempts=row.attempts,
            last_attempt_at=row.last_attempt_at,
            last_status=row.last_status,
            last_failure=row.last_failure,
        )


def _row(delivery: WebhookDelivery) -> SimpleNamespace:
    """A delivery by the names of its columns."""
    event = delivery.event
    return SimpleNamespace(
        delivery_id=delivery.delivery_id,
        webhook_id=delivery.webhook_id,
        event_id=event.event_id,
        event_type=event.event_type.value,
        occurred_at=event.occurred_at,
        revision=event.revision,
        site_id=event.site_id or _NO_SITE,
        resource_id=event.resource_id,
        queued_at=delivery.queued_at,
        state=delivery.state.value,
        next_attempt_at=delivery.next_attempt_at,
        attempts=delivery.attempts,
        last_attempt_at=delivery.last_attempt_at,
        last_status=delivery.last_status,
        last_failure=delivery.last_failure,
    )
