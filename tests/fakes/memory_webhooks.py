"""Receivers of events, what is on its way to them, and readers of the log of changes, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from fakes.memory_tables import CursorRow, TenantStore, TenantTables, WebhookRow
from footfall_server.domain.webhook import DeliveryState, Webhook, WebhookDelivery, WebhookHealth
from footfall_server.ports import EventReader, TimeCursor


class MemoryWebhooks:
    """Implements WebhookRepository. `close` gives back what others were kept from."""

    def __init__(self, tables: TenantTables, store: TenantStore) -> None:
        self._tables = tables
        self._store = store
        self._taken: set[UUID] = set()

    async def add(self, webhook: Webhook, request_id: UUID | None) -> Webhook:
        if request_id is not None:
            known_id = self._tables.webhook_requests.setdefault(request_id, webhook.webhook_id)
            if known_id in self._tables.webhooks:
                return self._whole(known_id)
        self._tables.webhooks[webhook.webhook_id] = webhook
        self._tables.webhook_rows[webhook.webhook_id] = WebhookRow()
        return webhook

    async def get(self, webhook_id: UUID) -> Webhook | None:
        return self._whole(webhook_id) if webhook_id in self._tables.webhooks else None

    async def list(self, *, before: TimeCursor | None, limit: int) -> Sequence[Webhook]:
        found = sorted(
            map(self._whole, self._tables.webhooks),
            key=lambda each: (each.created_at, each.webhook_id),
            reverse=True,
        )
        if before is not None:
            found = [
                each for each in found if (each.created_at, each.webhook_id) < (before.at, before.resource_id)
            ]
        return found[:limit]

    async def listening(self) -> Sequence[Webhook]:
        return [
            self._whole(key) for key in sorted(self._tables.webhooks) if self._tables.webhooks[key].enabled
        ]

    async def count(self) -> int:
        return len(self._tables.webhooks)

    async def save(self, webhook: Webhook) -> None:
        if webhook.webhook_id in self._tables.webhooks:
            self._tables.webhooks[webhook.webhook_id] = replace(webhook, health=WebhookHealth())
            self._reschedule(webhook.webhook_id, None)

    async def disable(self, webhook_id: UUID, at: datetime) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        if webhook is None or not webhook.enabled:
            return False
        await self.save(replace(webhook, enabled=False, updated_at=at))
        return True

    async def remove(self, webhook_id: UUID) -> bool:
        deliveries = self._tables.webhook_deliveries
        for key in [key for key, each in deliveries.items() if each.webhook_id == webhook_id]:
            del deliveries[key]
        self._tables.webhook_rows.pop(webhook_id, None)
        return self._tables.webhooks.pop(webhook_id, None) is not None

    async def claim(self, token: UUID, now: datetime, until: datetime, limit: int) -> Sequence[Webhook]:
        # As of now: what somebody claimed since this transaction began is seen, as in a real database.
        rows = {**self._tables.webhook_rows, **self._store.tables.webhook_rows}
        due = [
            (row.due_at, key)
            for key, row in rows.items()
            if key in self._tables.webhooks
            and key not in self._store.taken_webhooks
            and row.due_at is not None
            and row.due_at <= now
            and (row.claimed_until is None or row.claimed_until <= now)
        ]
        claimed = [key for _, key in sorted(due)[:limit]]
        self._taken.update(claimed)
        self._store.taken_webhooks.update(claimed)
        for key in claimed:
            self._tables.webhook_rows[key] = replace(rows[key], claimed_by=token, claimed_until=until)
        return [self._whole(key) for key in claimed]

    async def release(self, webhook_id: UUID, token: UUID, not_before: datetime | None) -> None:
        row = self._tables.webhook_rows.get(webhook_id)
        if row is not None and row.claimed_by == token:
            self._tables.webhook_rows[webhook_id] = replace(row, claimed_by=None, claimed_until=None)
            self._reschedule(webhook_id, not_before)

    def close(self) -> None:
        self._store.taken_webhooks -= self._taken

    def _reschedule(self, webhook_id: UUID, not_before: datetime | None) -> None:
        waiting = [
            each.next_attempt_at
            for each in self._tables.webhook_deliveries.values()
            if each.webhook_id == webhook_id and each.next_attempt_at is not None
        ]
        due_at = min(waiting) if waiting and self._tables.webhooks[webhook_id].enabled else None
        if due_at is not None and not_before is not None:
            due_at = max(due_at, not_before)
        row = self._tables.webhook_rows[webhook_id]
        self._tables.webhook_rows[webhook_id] = replace(row, due_at=due_at)

    def _whole(self, webhook_id: UUID) -> Webhook:
        return replace(self._tables.webhooks[webhook_id], health=self._tables.webhook_rows[webhook_id].health)


class MemoryWebhookDeliveries:
    """Implements WebhookDeliveryRepository."""

    def __init__(self, tables: TenantTables) -> None:
        self._tables = tables

    async def queue(self, deliveries: Sequence[WebhookDelivery]) -> None:
        for each in deliveries:
            if self._make_due(each.webhook_id, deliveries[0].queued_at):
                self._tables.webhook_deliveries[each.delivery_id] = each

    async def due(self, webhook_id: UUID, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
        found = [
            each
            for each in self._tables.webhook_deliveries.values()
            if each.webhook_id == webhook_id
            and each.next_attempt_at is not None
            and each.next_attempt_at <= now
        ]
        return sorted(found, key=lambda each: (each.event.revision or 0, each.delivery_id))[:limit]

    async def settle(
        self, delivery: WebhookDelivery, health: WebhookHealth, *, token: UUID, until: datetime
    ) -> bool:
        row = self._tables.webhook_rows.get(delivery.webhook_id)
        if row is None or row.claimed_by != token:
            return False
        self._tables.webhook_rows[delivery.webhook_id] = replace(row, health=health, claimed_until=until)
        if delivery.delivery_id in self._tables.webhook_deliveries:
            self._tables.webhook_deliveries[delivery.delivery_id] = delivery
        return True

    async def give_up(self, webhook_id: UUID, queued_before: datetime) -> int:
        old = [
            each
            for each in self._tables.webhook_deliveries.values()
            if each.webhook_id == webhook_id
            and each.state is DeliveryState.PENDING
            and each.queued_at < queued_before
        ]
        for each in old:
            self._tables.webhook_deliveries[each.delivery_id] = replace(
                each, state=DeliveryState.DEAD, next_attempt_at=None
            )
        return len(old)

    async def get(self, delivery_id: UUID) -> WebhookDelivery | None:
        return self._tables.webhook_deliveries.get(delivery_id)

    async def list(
        self,
        *,
        webhook_id: UUID | None,
        state: DeliveryState | None,
        before: TimeCursor | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        found = [
            each
            for each in self._tables.webhook_deliveries.values()
            if webhook_id in {None, each.webhook_id}
            and state in {None, each.state}
            and (before is None or (each.queued_at, each.delivery_id) < (before.at, before.resource_id))
        ]
        return sorted(found, key=lambda each: (each.queued_at, each.delivery_id), reverse=True)[:limit]

    async def replay(self, delivery_id: UUID, at: datetime) -> WebhookDelivery | None:
        found = self._tables.webhook_deliveries.get(delivery_id)
        if found is not None and found.state is not DeliveryState.PENDING:
            self._again(found, at)
        return self._tables.webhook_deliveries.get(delivery_id)

    async def replay_between(
        self, webhook_id: UUID, state: DeliveryState, start: datetime, end: datetime, at: datetime
    ) -> int:
        wanted = [
            each
            for each in self._tables.webhook_deliveries.values()
            if each.webhook_id == webhook_id
            and each.state is state
            and state is not DeliveryState.PENDING
            and start <= each.event.occurred_at < end
        ]
        for each in wanted:
            self._again(each, at)
        return len(wanted)

    async def forget(self, queued_before: datetime) -> int:
        rows = self._tables.webhook_deliveries
        old = [key for key, each in rows.items() if each.queued_at < queued_before]
        for key in old:
            del rows[key]
        return len(old)

    def _again(self, delivery: WebhookDelivery, at: datetime) -> None:
        self._make_due(delivery.webhook_id, at)
        self._tables.webhook_deliveries[delivery.delivery_id] = replace(
            delivery, state=DeliveryState.PENDING, next_attempt_at=at, queued_at=at, attempts=0
        )

    def _make_due(self, webhook_id: UUID, at: datetime) -> bool:
        webhook = self._tables.webhooks.get(webhook_id)
        if webhook is None:
            return False
        row = self._tables.webhook_rows[webhook_id]
        if webhook.enabled and row.due_at is None:
            self._tables.webhook_rows[webhook_id] = replace(row, due_at=at)
        return True


class MemoryEventCursors:
    """Implements EventCursorRepository. `close` gives back what others were kept from."""

    def __init__(self, tables: TenantTables, store: TenantStore) -> None:
        self._tables = tables
        self._store = store
        self._held: set[str] = set()

    async def hold(self, reader: EventReader, revision: int) -> None:
        await self._lock(reader)
        self._tables.event_cursors.setdefault(reader.value, CursorRow(revision))

    async def forget(self, reader: EventReader) -> None:
        await self._lock(reader)
        self._tables.event_cursors.pop(reader.value, None)

    async def position(self, reader: EventReader) -> int | None:
        row = self._tables.event_cursors.get(reader.value)
        return None if row is None else row.revision

    async def claim(self, reader: EventReader, token: UUID, now: datetime, until: datetime) -> int | None:
        lock = self._store.cursors[reader.value]
        if lock.locked() and reader.value not in self._held:
            return None
        await self._lock(reader)
        row = self._tables.event_cursors.get(reader.value)
        if row is None or (row.claimed_until is not None and row.claimed_until > now):
            return None
        self._tables.event_cursors[reader.value] = replace(row, claimed_by=token, claimed_until=until)
        return row.revision

    async def advance(self, reader: EventReader, token: UUID, revision: int, until: datetime) -> bool:
        await self._lock(reader)
        row = self._tables.event_cursors.get(reader.value)
        if row is None or row.claimed_by != token:
            return False
        self._tables.event_cursors[reader.value] = CursorRow(revision, token, until)
        return True

    async def _lock(self, reader: EventReader) -> None:
        if reader.value not in self._held:
            await self._store.cursors[reader.value].acquire()
            self._held.add(reader.value)
            # As of now: what was committed while this waited is seen, as in a real database.
            committed = self._store.tables.event_cursors.get(reader.value)
            if committed is not None:
                self._tables.event_cursors[reader.value] = committed

    def close(self) -> None:
        for reader in self._held:
            self._store.cursors[reader].release()
        self._held.clear()
