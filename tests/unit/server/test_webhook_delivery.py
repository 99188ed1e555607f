"""Deliveries on stores in memory: retries, dead letters, receivers that are gone, and slow ones."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from fakes.manual_clock import START, ManualClock
from fakes.memory_transactions import MemoryTransactions
from fakes.polling import until
from fakes.webhook_parts import FakeSecretSeal, FakeWebhookSender, Posted
from footfall_server.domain.audit import Action
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.places import Tenant
from footfall_server.domain.webhook import (
    MOST_ATTEMPTS,
    DeliveryState,
    SealedSecrets,
    SendFailure,
    Webhook,
    WebhookDelivery,
)
from footfall_server.domain.webhook_signature import signed_headers
from footfall_server.ports import EventReader, Receiver
from footfall_server.services.change_retention import ChangeRetention
from footfall_server.services.webhook_delivery import DeliveryLimits, WebhookDeliveries
from footfall_server.services.webhook_fan_out import WebhookFanOut

SECRET = b"k" * 32


class NoWord:
    """ChangedTenants that never hears of anything: every look is a sweep."""

    async def next(self, patience: timedelta) -> frozenset[UUID] | None:
        await asyncio.sleep(patience.total_seconds() * 0)
        return None


class World:
    """A tenant with what it has of webhooks, and the parts of a replica that carry events to them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.transactions = MemoryTransactions(clock=self.clock)
        self.sender = FakeWebhookSender()
        self.seal = FakeSecretSeal()
        self.tenant_id = self.add_tenant()
        self.site_id = new_id()
        self.fan_out = WebhookFanOut(
            transactions=self.transactions,
            changed=NoWord(),
            clock=self.clock,
            queued=lambda: None,
            lot=3,
        )
        self.deliveries = self.delivering()

    def delivering(self, limits: DeliveryLimits | None = None) -> WebhookDeliveries:
        return WebhookDeliveries(
            transactions=self.transactions,
            sender=self.sender,
            seal=self.seal,
            clock=self.clock,
            limits=limits,
            dice=random.Random(7),
        )

    def add_tenant(self) -> UUID:
        tenant = Tenant(new_id(), f"Tenant {new_id()}", START, START)
        self.transactions.platform.tenants[tenant.tenant_id] = tenant
        return tenant.tenant_id

    async def add(self, url: str = "https://a.example/", *, tenant_id: UUID | None = None) -> Webhook:
        of, webhook_id = tenant_id or self.tenant_id, new_id()
        async with self.transactions.begin(of) as tx:
            await tx.event_cursors.hold(EventReader.WEBHOOKS, (await tx.changes.horizon()).current)
            return await tx.webhooks.add(
                Webhook(
                    webhook_id=webhook_id,
                    url=url,
                    description="",
                    event_types=frozenset(),
                    site_ids=frozenset(),
                    enabled=True,
                    created_at=START,
                    updated_at=START,
                    since_revision=(await tx.changes.horizon()).current,
                    secrets=SealedSecrets(self.seal.seal(of, webhook_id, SECRET)),
                ),
                None,
            )

    async def happens(self, count: int = 1, *, tenant_id: UUID | None = None) -> None:
        changes = [NewChange(Topic.VISITS, ChangeKind.CREATED, self.site_id, new_id()) for _ in range(count)]
        async with self.transactions.begin(tenant_id or self.tenant_id) as tx:
            await tx.changes.append(changes)

    async def carried(self) -> None:
        """Everything that can be done now is done."""
        await self.fan_out.sweep()
        await self.deliveries.drain()

    async def states(self) -> Mapping[DeliveryState, int]:
        found = await self.listed()
        return {
            state: count for state in DeliveryState if (count := sum(each.state is state for each in found))
        }

    async def listed(self) -> list[WebhookDelivery]:
        async with self.transactions.begin(self.tenant_id) as tx:
            return list(
                await tx.webhook_deliveries.list(webhook_id=None, state=None, before=None, limit=1000)
            )

    async def webhook(self, webhook: Webhook) -> Webhook:
        async with self.transactions.begin(self.tenant_id) as tx:
            found = await tx.webhooks.get(webhook.webhook_id)
        assert found is not None
        return found


@pytest.fixture
def world() -> World:
    return World()


async def test_every_change_is_sent_once_in_its_order_and_signed(world: World) -> None:
    await world.happens(4)
    webhook = await world.add()
    await world.happens(10)
    await world.carried()
    await world.carried()
    listed = sorted(await world.listed(), key=lambda each: each.event.revision or 0)
    assert [each.event.revision for each in listed] == list(range(5, 15)), "what was before is not told"
    assert [each.body for each in world.sender.posted] == [each.event.body() for each in listed]
    for posted, delivery in zip(world.sender.posted, listed, strict=True):
        assert posted.headers == signed_headers([SECRET], delivery.event.event_id, posted.body, START)
    assert await world.states() == {DeliveryState.DELIVERED: 10}
    assert (await world.webhook(webhook)).health.last_success_at == START


async def test_each_webhook_is_told_by_itself(world: World) -> None:
    first, second = await world.add("https://a.example/"), await world.add("https://b.example/")
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhooks.save(replace(second, site_ids=frozenset({new_id()})))
    await world.happens(2)
    await world.carried()
    assert {each.url for each in world.sender.posted} == {first.url}
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhooks.save(second)
    await world.happens(1)
    await world.carried()
    last = world.sender.posted[2:]
    assert {each.url for each in last} == {first.url, second.url}
    assert len({each.headers["webhook-id"] for each in last}) == 1, "an event is the same for everybody"


async def test_what_fails_is_tried_again_with_the_same_id_until_it_is_dead(world: World) -> None:
    webhook = await world.add()
    world.sender.answer = lambda _: 500
    await world.happens()
    await world.fan_out.sweep()
    tried = 0
    for _ in range(3000):
        await world.deliveries.drain()
        if await world.states() == {DeliveryState.DEAD: 1}:
            break
        world.clock.advance(timedelta(minutes=1))
        tried = len(world.sender.posted)
    assert tried <= MOST_ATTEMPTS
    [dead] = await world.listed()
    assert (dead.last_status, dead.last_failure, dead.attempts) == (500, "STATUS", len(world.sender.posted))
    assert len({each.headers["webhook-id"] for each in world.sender.posted}) == 1
    assert len({each.body for each in world.sender.posted}) == 1
    health = (await world.webhook(webhook)).health
    assert (health.consecutive_failures, health.last_failure) == (dead.attempts, "STATUS")
    world.sender.answer = lambda _: 200
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhook_deliveries.replay(dead.delivery_id, world.clock.now())
    await world.deliveries.drain()
    assert await world.states() == {DeliveryState.DELIVERED: 1}
    assert (await world.webhook(webhook)).health.consecutive_failures == 0


async def test_a_receiver_that_comes_back_gets_everything(world: World) -> None:
    await world.add()
    world.sender.answer = lambda _: SendFailure.CONNECTION
    await world.happens(20)
    await world.carried()
    assert len(world.sender.posted) == 1, "the others are not tried on a receiver that is away"
    for _ in range(10):
        world.clock.advance(timedelta(minutes=6))
        await world.deliveries.drain()
    assert await world.states() == {DeliveryState.PENDING: 20}
    world.sender.answer = lambda _: 204
    for _ in range(30):
        world.clock.advance(timedelta(hours=1))
        await world.deliveries.drain()
    assert await world.states() == {DeliveryState.DELIVERED: 20}


async def test_one_event_that_is_never_taken_does_not_hold_up_the_others(world: World) -> None:
    await world.add()
    await world.happens(5)
    await world.fan_out.sweep()
    poison = min(await world.listed(), key=lambda each: each.event.revision or 0)
    world.sender.answer = lambda posted: 400 if posted.body == poison.event.body() else 204
    for _ in range(3):
        await world.deliveries.drain()
        world.clock.advance(timedelta(seconds=3))
    assert (await world.states())[DeliveryState.DELIVERED] == 4


async def test_what_waited_for_a_day_is_dead_together(world: World) -> None:
    await world.add()
    world.sender.answer = lambda _: SendFailure.TIMEOUT
    await world.happens(50)
    await world.carried()
    world.clock.advance(timedelta(hours=25))
    await world.deliveries.drain()
    assert await world.states() == {DeliveryState.DEAD: 50}
    assert len(world.sender.posted) == 2


async def test_a_receiver_that_is_gone_is_switched_off(world: World) -> None:
    webhook = await world.add()
    world.sender.answer = lambda _: 410
    await world.happens(3)
    await world.carried()
    assert len(world.sender.posted) == 1
    found = await world.webhook(webhook)
    assert not found.enabled
    assert await world.states() == {DeliveryState.PENDING: 2, DeliveryState.DEAD: 1}
    audit = world.transactions.tables(world.tenant_id).audit.values()
    [entry] = [each for each in audit if each.action == Action.WEBHOOK_GONE]
    assert (entry.resource_id, entry.actor_id) == (webhook.webhook_id, None)
    world.clock.advance(timedelta(hours=1))
    await world.happens()
    await world.carried()
    assert len(world.sender.posted) == 1, "nothing is sent, and nothing is queued"
    assert len(await world.listed()) == 3


async def test_while_two_secrets_are_good_both_sign(world: World) -> None:
    webhook = await world.add()
    new = world.seal.seal(world.tenant_id, webhook.webhook_id, b"n" * 32)
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhooks.save(replace(webhook, secrets=webhook.secrets.rotated(new, START)))
    for _ in range(2):
        await world.happens()
        await world.carried()
        world.clock.advance(timedelta(hours=24))
    signatures = [each.headers["webhook-signature"].split(" ") for each in world.sender.posted]
    assert [len(each) for each in signatures] == [2, 1]


async def test_a_secret_that_cannot_be_opened_is_told_and_nothing_is_sent(world: World) -> None:
    webhook = await world.add()
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhooks.save(replace(webhook, secrets=SealedSecrets(b"of another key")))
    await world.happens()
    await world.carried()
    assert world.sender.posted == []
    [waiting] = await world.listed()
    assert (waiting.state, waiting.last_failure) == (DeliveryState.PENDING, "SECRET_UNREADABLE")


async def test_a_slow_receiver_keeps_nobody_waiting_but_itself(world: World) -> None:
    for _ in range(5):
        await world.add("https://slow.example/")
    other = world.add_tenant()
    await world.add("https://quick.example/", tenant_id=other)
    sender = SlowSender(world.sender)
    deliveries = WebhookDeliveries(
        transactions=world.transactions,
        sender=sender,
        seal=world.seal,
        clock=world.clock,
        limits=DeliveryLimits(at_once=4, at_once_per_tenant=2),
    )
    await world.happens(3)
    await world.happens(3, tenant_id=other)
    await world.fan_out.sweep()
    running = asyncio.create_task(deliveries.run())
    await until(lambda: len(world.sender.posted) == 3)
    assert {each.url for each in world.sender.posted} == {"https://quick.example/"}
    assert sender.waiting == 2, "no more of one tenant at once"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


class SlowSender:
    """A sender whose receiver at slow.example never answers."""

    def __init__(self, quick: FakeWebhookSender) -> None:
        self._quick = quick
        self.allow_private = False
        self.waiting = 0

    @asynccontextmanager
    async def to(self, url: str) -> AsyncIterator[Receiver]:
        if "slow" in url:
            yield self
            return
        async with self._quick.to(url) as receiver:
            yield receiver

    async def post(self, _headers: Mapping[str, str], _body: bytes) -> int:
        self.waiting += 1
        await asyncio.Event().wait()
        return 0


async def test_a_replica_that_dies_leaves_its_webhooks_to_others(world: World) -> None:
    await world.add()
    await world.happens(2)
    await world.fan_out.sweep()
    async with world.transactions.begin(world.tenant_id) as tx:
        await tx.webhooks.claim(new_id(), START, START + timedelta(minutes=1), 9)
    await world.deliveries.drain()
    assert world.sender.posted == []
    world.clock.advance(timedelta(minutes=1))
    await world.deliveries.drain()
    assert await world.states() == {DeliveryState.DELIVERED: 2}


async def test_a_webhook_that_was_changed_is_sent_to_as_it_is_now(world: World) -> None:
    webhook = await world.add("https://old.example/")
    await world.happens(3)
    await world.fan_out.sweep()
    changed = replace(webhook, url="https://new.example/", updated_at=START + timedelta(seconds=1))
    tables = world.transactions.tables(world.tenant_id)

    def answer(_: Posted) -> int:
        tables.webhooks[webhook.webhook_id] = changed
        return 204

    world.sender.answer = answer
    await world.deliveries.drain()
    assert [each.url for each in world.sender.posted] == [webhook.url, changed.url, changed.url]


async def test_deliveries_go_after_a_week_and_the_log_waits_for_who_reads_it(world: World) -> None:
    await world.add()
    retention = ChangeRetention(transactions=world.transactions, clock=world.clock)
    await world.happens(2)
    await world.carried()
    await world.happens(3)
    tables = world.transactions.tables(world.tenant_id)
    world.clock.advance(timedelta(days=2))
    assert await retention.compact() == 2, "what was not carried yet is kept for longer"
    assert len(await world.listed()) == 2
    world.clock.advance(timedelta(days=5, seconds=1))
    await retention.compact()
    assert await world.listed() == []
    assert not tables.changes
    await world.happens(1)
    await world.carried()
    assert [each.event.revision for each in await world.listed()] == [6], "the reader began anew"
