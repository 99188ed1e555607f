"""Changes on their way to a broker: in their order, again when it did not confirm, and by one replica."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_transactions import MemoryTransactions
from fakes.polling import until
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import Tenant
from footfall_server.ports import BrokerAwayError, BrokerLink, EventReader
from footfall_server.services.backoff import Backoff
from footfall_server.services.event_publishing import EventPublishing


class FakeBroker:
    """Implements EventBroker. It confirms as many messages as `confirms` says; `away` lets nobody connect."""

    topic_prefix = "shop/events"

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.away = False
        self.confirms = 1_000_000

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[BrokerLink]:
        if self.away:
            raise BrokerAwayError
        yield self

    async def publish(self, topic: str, payload: bytes) -> None:
        await asyncio.sleep(0)
        if self.confirms <= 0:
            raise BrokerAwayError
        self.confirms -= 1
        self.messages.append((topic, payload))

    @property
    def revisions(self) -> list[int]:
        return [json.loads(payload)["data"]["revision"] for _, payload in self.messages]


class NoWord:
    async def next(self, _patience: timedelta) -> frozenset[UUID] | None:
        await asyncio.sleep(0.01)
        return None


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def transactions(clock: ManualClock) -> MemoryTransactions:
    return MemoryTransactions(clock=clock)


@pytest.fixture
def tenant_id(transactions: MemoryTransactions) -> UUID:
    tenant = Tenant(new_id(), "Kaufhaus Nord", START, START)
    transactions.platform.tenants[tenant.tenant_id] = tenant
    return tenant.tenant_id


def publishing(transactions: MemoryTransactions, broker: FakeBroker, clock: ManualClock) -> EventPublishing:
    return EventPublishing(
        transactions=transactions,
        broker=broker,
        changed=NoWord(),
        clock=clock,
        lot=4,
        backoff=Backoff(first=timedelta(milliseconds=1), limit=timedelta(milliseconds=5)),
    )


async def happens(transactions: MemoryTransactions, tenant_id: UUID, count: int) -> UUID:
    site_id = new_id()
    async with transactions.begin(tenant_id) as tx:
        await tx.changes.append(
            [NewChange(Topic.VISITS, ChangeKind.DELETED, site_id, new_id()) for _ in range(count)]
        )
    return site_id


async def test_all_that_is_kept_is_published_in_order_and_once(
    transactions: MemoryTransactions, tenant_id: UUID, clock: ManualClock
) -> None:
    broker = FakeBroker()
    part = publishing(transactions, broker, clock)
    site_id = await happens(transactions, tenant_id, 10)
    assert await part.sweep(broker) == 10
    assert await part.sweep(broker) == 0
    await happens(transactions, tenant_id, 1)
    assert await part.sweep(broker, frozenset({tenant_id})) == 1
    assert broker.revisions == list(range(1, 12))
    assert broker.messages[0][0] == f"shop/events/{tenant_id}/sites/{site_id}/visit.deleted"


async def test_what_the_broker_did_not_confirm_is_published_again(
    transactions: MemoryTransactions, tenant_id: UUID, clock: ManualClock
) -> None:
    broker = FakeBroker()
    part = publishing(transactions, broker, clock)
    await happens(transactions, tenant_id, 10)
    broker.confirms = 6
    with pytest.raises(BrokerAwayError):
        await part.sweep(broker)
    broker.confirms = 100
    assert await part.sweep(broker) == 6, "the lot that was not confirmed as a whole, and what follows"
    assert sorted(set(broker.revisions)) == list(range(1, 11))
    assert broker.revisions[6:] == list(range(5, 11))


async def test_nothing_is_lost_while_the_broker_is_away(
    transactions: MemoryTransactions, tenant_id: UUID, clock: ManualClock
) -> None:
    broker = FakeBroker()
    running = asyncio.create_task(publishing(transactions, broker, clock).run())
    for round_ in range(4):
        broker.away = round_ % 2 == 0
        broker.confirms = 0 if broker.away else 100
        await happens(transactions, tenant_id, 5)
        await asyncio.sleep(0.05)
    await until(lambda: set(broker.revisions) == set(range(1, 21)))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_tenant_is_one_replicas_at_a_time(
    transactions: MemoryTransactions, tenant_id: UUID, clock: ManualClock
) -> None:
    broker = FakeBroker()
    one, other = (publishing(transactions, broker, clock) for _ in range(2))
    await happens(transactions, tenant_id, 10)
    await asyncio.gather(one.sweep(broker), other.sweep(broker))
    assert broker.revisions == list(range(1, 11))
    async with transactions.begin(tenant_id) as tx:
        await tx.event_cursors.claim(EventReader.MQTT, new_id(), START, START + timedelta(minutes=1))
    await happens(transactions, tenant_id, 1)
    assert await one.sweep(broker) == 0, "somebody has it"
    clock.advance(timedelta(minutes=1))
    assert await one.sweep(broker) == 1, "and is gone"
