"""Publishes committed changes to a broker of messages, in their order."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.change import Change, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import OutgoingEvent
from footfall_server.errors import reason_of
from footfall_server.ports import BrokerAwayError, BrokerLink, Clock, EventBroker, EventReader, Transactions
from footfall_server.services.backoff import Backoff
from footfall_server.services.index_writer import ChangedTenants
from footfall_server.services.rounds import each_tenant

_READER: Final = EventReader.MQTT
_ANY_TOPIC: Final = frozenset(Topic)

_log = structlog.get_logger()


class EventPublishing:
    """Runs on every replica; a tenant's changes are published by whoever claimed them.

    The place in the log moves when the broker has confirmed: what it did not confirm is published again. The
    log of changes waits while the broker is away. A tenant begins with the oldest change that is kept.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        broker: EventBroker,
        changed: ChangedTenants,
        clock: Clock,
        lot: int = 100,
        lease: timedelta = timedelta(minutes=1),
        gather_for: timedelta = timedelta(milliseconds=200),
        sweep_every: timedelta = timedelta(seconds=10),
        backoff: Backoff | None = None,
    ) -> None:
        """lease: longer than a lot takes to be confirmed. gather_for: how long changes wait for others."""
        self._transactions = transactions
        self._broker = broker
        self._changed = changed
        self._clock = clock
        self._lot = lot
        self._lease = lease
        self._gather_for = gather_for
        self._sweep_every = sweep_every
        self._backoff = backoff or Backoff(first=timedelta(milliseconds=500), limit=timedelta(seconds=30))

    async def run(self) -> None:
        """Publishes for as long as the process lives."""
        while True:
            try:
                async with self._broker.connected() as link:
                    _log.info("event_broker_connected")
                    await self._publish_on(link)
            except Exception as error:  # noqa: BLE001 - whatever it was, the changes are still there
                delay = self._backoff.failed()
                _log.warning(
                    "event_publishing_waits", reason=reason_of(error), seconds=round(delay.total_seconds(), 1)
                )
                await asyncio.sleep(delay.total_seconds())

    async def _publish_on(self, link: BrokerLink) -> None:
        """Until the link or the database fails."""
        changed: frozenset[UUID] | None = None
        while True:
            await self.sweep(link, changed)
            self._backoff.succeeded()
            changed = await self._changed.next(self._sweep_every)
            await asyncio.sleep(self._gather_for.total_seconds())

    async def sweep(self, link: BrokerLink, tenant_ids: frozenset[UUID] | None = None) -> int:
        """Publishes what these tenants have, or all. Returns how many events.

        Raises what the last tenant failed with that failed: BrokerAwayError when the link is gone.
        """
        if tenant_ids is None:
            async with self._transactions.begin_platform() as platform:
                tenant_ids = frozenset(await platform.tenant_ids())
        return await each_tenant(sorted(tenant_ids), partial(self.publish, link))

    async def publish(self, link: BrokerLink, tenant_id: UUID) -> int:
        """Publishes what one tenant has. Returns how many events. Raises BrokerAwayError."""
        published, token = 0, new_id()
        while True:
            after, changes = await self._claim(tenant_id, token)
            if not changes:
                return published
            try:
                await self._publish_lot(link, tenant_id, changes)
            except BrokerAwayError:
                await self._advance(tenant_id, token, after)
                raise
            if not await self._advance(tenant_id, token, changes[-1].revision):
                return published
            published += len(changes)

    async def _claim(self, tenant_id: UUID, token: UUID) -> tuple[int, Sequence[Change]]:
        """The revision to go on after, and changes; none when there is nothing to do here."""
        now = self._clock.now()
        async with self._transactions.begin(tenant_id) as tx:
            horizon = await tx.changes.horizon()
            known = await tx.event_cursors.position(_READER)
            if known is None and horizon.current:
                await tx.event_cursors.hold(_READER, horizon.oldest)
                known = horizon.oldest
            if known is None or known >= horizon.current:
                return 0, ()
            after = await tx.event_cursors.claim(_READER, token, now, now + self._lease)
            if after is None:
                return 0, ()
            changes = await tx.changes.read_after(after, topics=_ANY_TOPIC, sites=None, limit=self._lot)
            if not changes:
                await tx.event_cursors.advance(_READER, token, after, now)
            return after, changes

    async def _advance(self, tenant_id: UUID, token: UUID, revision: int) -> bool:
        """Keeps the place and gives the claim back."""
        async with self._transactions.begin(tenant_id) as tx:
            return await tx.event_cursors.advance(_READER, token, revision, self._clock.now())

    async def _publish_lot(self, link: BrokerLink, tenant_id: UUID, changes: Sequence[Change]) -> None:
        """All of them, side by side: the broker gets them in this order and confirms them as it likes."""
        events = [OutgoingEvent.of(tenant_id, change) for change in changes]
        try:
            async with asyncio.TaskGroup() as group:
                for event in events:
                    place = f"{self._broker.topic_prefix}/{tenant_id}/sites/{event.site_id}"
                    group.create_task(link.publish(f"{place}/{event.event_type.value}", event.body()))
        except* BrokerAwayError:
            away = True
        else:
            away = False
        if away:
            raise BrokerAwayError
