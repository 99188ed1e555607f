"""Turns committed changes into deliveries: each one once for each webhook that wants it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.change import Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import OutgoingEvent
from footfall_server.domain.webhook import WebhookDelivery
from footfall_server.errors import reason_of
from footfall_server.ports import Clock, EventReader, Transaction, Transactions
from footfall_server.services.backoff import Backoff
from footfall_server.services.index_writer import ChangedTenants
from footfall_server.services.rounds import each_tenant

_READER: Final = EventReader.WEBHOOKS
_ANY_TOPIC: Final = frozenset(Topic)

_log = structlog.get_logger()


class WebhookFanOut:
    """Runs on every replica. One transaction reads changes, queues deliveries and keeps the place.

    So none is lost and none is queued twice, whoever goes away when. The log of changes waits for it.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        changed: ChangedTenants,
        clock: Clock,
        queued: Callable[[], None],
        lot: int = 500,
        gather_for: timedelta = timedelta(milliseconds=200),
        sweep_every: timedelta = timedelta(seconds=10),
        backoff: Backoff | None = None,
    ) -> None:
        """queued: is called when there is something to send. gather_for: how long changes wait for others."""
        self._transactions = transactions
        self._changed = changed
        self._clock = clock
        self._queued = queued
        self._lot = lot
        self._gather_for = gather_for
        self._sweep_every = sweep_every
        self._backoff = backoff or Backoff(first=timedelta(milliseconds=500), limit=timedelta(seconds=30))

    async def run(self) -> None:
        """Carries changes for as long as the process lives."""
        changed: frozenset[UUID] | None = None
        while True:
            try:
                await self.sweep(changed)
                changed = await self._changed.next(self._sweep_every)
                await asyncio.sleep(self._gather_for.total_seconds())
            except Exception as error:  # noqa: BLE001 - whatever it was, the changes are still there
                delay, changed = self._backoff.failed(), None
                _log.warning(
                    "webhook_fan_out_waits", reason=reason_of(error), seconds=round(delay.total_seconds(), 1)
                )
                await asyncio.sleep(delay.total_seconds())
            else:
                self._backoff.succeeded()

    async def sweep(self, tenant_ids: frozenset[UUID] | None = None) -> int:
        """Carries the changes of these tenants, or of all. Returns how many deliveries were queued.

        Raises what the last tenant failed with that failed; that of the others was done.
        """
        # Asked once for all: most tenants have no webhooks, and their changes cost nothing here.
        async with self._transactions.begin_platform() as platform:
            with_webhooks = frozenset(await platform.tenants_with_webhooks())
        wanted = with_webhooks if tenant_ids is None else with_webhooks & tenant_ids
        return await each_tenant(sorted(wanted), self.carry)

    async def carry(self, tenant_id: UUID) -> int:
        """All changes of one tenant that were not carried yet. Returns how many deliveries were queued."""
        queued = 0
        while True:
            async with self._transactions.begin(tenant_id) as tx:
                read, deliveries = await self._carry_lot(tx)
            queued += deliveries
            if deliveries:
                self._queued()
            if read < self._lot:
                return queued

    async def _carry_lot(self, tx: Transaction) -> tuple[int, int]:
        horizon = await tx.changes.horizon()
        known = await tx.event_cursors.position(_READER)
        if known is None:
            if not await tx.webhooks.listening():
                return 0, 0
            # It fell behind what is kept, and was forgotten.
            _log.error("webhook_events_missed", tenant_id=str(tx.tenant_id), before=horizon.oldest)
            await tx.event_cursors.hold(_READER, horizon.oldest)
        elif known >= horizon.current:
            return 0, 0
        token, now = new_id(), self._clock.now()
        after = await tx.event_cursors.claim(_READER, token, now, now)
        if after is None:  # another replica carries them
            return 0, 0
        changes = await tx.changes.read_after(after, topics=_ANY_TOPIC, sites=None, limit=self._lot)
        if not changes:
            return 0, 0
        webhooks = await tx.webhooks.listening()
        events = [OutgoingEvent.of(tx.tenant_id, change) for change in changes]
        deliveries = [
            WebhookDelivery.of(webhook.webhook_id, event, now)
            for event in events
            for webhook in webhooks
            if webhook.wants(event)
        ]
        await tx.webhook_deliveries.queue(deliveries)
        await tx.event_cursors.advance(_READER, token, changes[-1].revision, now)
        return len(changes), len(deliveries)
