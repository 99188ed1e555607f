"""Webhooks, their deliveries, and readers of the log of changes: claimed by one, noted once, nothing lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from footfall_server.domain.change import ChangeKind, NewChange, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent
from footfall_server.domain.webhook import (
    DeliveryState,
    SealedSecrets,
    SendFailure,
    Webhook,
    WebhookDelivery,
    WebhookHealth,
)
from footfall_server.ports import EventReader, TimeCursor, Transactions
from storage_samples import NOON, minutes

FAR = NOON + timedelta(days=1)


def a_webhook(*, at: datetime = NOON, sites: frozenset[UUID] = frozenset(), enabled: bool = True) -> Webhook:
    return Webhook(
        webhook_id=new_id(),
        url="https://shop.example/events",
        description="Till",
        event_types=frozenset({EventType.VISIT_CREATED, EventType.CAMERA_HEALTH_UPDATED}),
        site_ids=sites,
        enabled=enabled,
        created_at=at,
        updated_at=at,
        since_revision=3,
        secrets=SealedSecrets(b"sealed"),
    )


def a_delivery(
    tenant_id: UUID, webhook: Webhook, revision: int | None = 7, *, at: datetime = NOON
) -> WebhookDelivery:
    if revision is None:
        return WebhookDelivery.of(webhook.webhook_id, OutgoingEvent.test(tenant_id, at), at)
    event = OutgoingEvent(new_id(), tenant_id, EventType.VISIT_CREATED, at, revision, new_id(), new_id())
    return WebhookDelivery.of(webhook.webhook_id, event, at)


@pytest.fixture
async def webhook(transactions: Transactions, tenant_id: UUID) -> Webhook:
    async with transactions.begin(tenant_id) as tx:
        return await tx.webhooks.add(a_webhook(), None)


async def queue(transactions: Transactions, tenant_id: UUID, *deliveries: WebhookDelivery) -> None:
    async with transactions.begin(tenant_id) as tx:
        await tx.webhook_deliveries.queue(deliveries)


async def claimed(transactions: Transactions, tenant_id: UUID, token: UUID, now: datetime) -> list[UUID]:
    async with transactions.begin(tenant_id) as tx:
        return [each.webhook_id for each in await tx.webhooks.claim(token, now, now + minutes(1), 9)]


async def due_tenants(transactions: Transactions, now: datetime) -> set[UUID]:
    async with transactions.begin_platform() as platform:
        return set(await platform.tenants_with_webhooks_due(now))


async def test_a_webhook_is_kept_as_it_was_made(transactions: Transactions, tenant_id: UUID) -> None:
    whole = replace(
        a_webhook(sites=frozenset({new_id(), new_id()})), secrets=SealedSecrets(b"new", b"old", FAR)
    )
    request_id = new_id()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhooks.add(whole, request_id) == whole
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhooks.add(a_webhook(), request_id) == whole, "the same request makes one"
        assert await tx.webhooks.get(whole.webhook_id) == whole
        assert await tx.webhooks.get(new_id()) is None
        assert await tx.webhooks.count() == 1
        changed = replace(
            whole,
            url="https://other.example/",
            description="",
            event_types=frozenset(),
            site_ids=frozenset(),
            enabled=False,
            updated_at=FAR,
            since_revision=9,
            secrets=SealedSecrets(b"other"),
        )
        await tx.webhooks.save(changed)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhooks.get(whole.webhook_id) == changed
        assert await tx.webhooks.listening() == []
        assert await tx.webhooks.remove(whole.webhook_id)
        assert not await tx.webhooks.remove(whole.webhook_id)
        assert await tx.webhooks.count() == 0


async def test_webhooks_are_listed_newest_first_and_per_tenant(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    made = [a_webhook(at=NOON + minutes(number // 2), enabled=number != 1) for number in range(5)]
    async with transactions.begin(tenant_id) as tx:
        for each in made:
            await tx.webhooks.add(each, None)
    newest = sorted(made, key=lambda each: (each.created_at, each.webhook_id), reverse=True)
    async with transactions.begin(tenant_id) as tx:
        first = await tx.webhooks.list(before=None, limit=3)
        assert list(first) == newest[:3]
        cursor = TimeCursor(first[-1].created_at, first[-1].webhook_id)
        assert list(await tx.webhooks.list(before=cursor, limit=3)) == newest[3:]
        assert {each.webhook_id for each in await tx.webhooks.listening()} == {
            each.webhook_id for each in made if each.enabled
        }
    async with transactions.begin_platform() as platform:
        with_webhooks = await platform.tenants_with_webhooks()
    assert tenant_id in with_webhooks
    assert other_tenant_id not in with_webhooks
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.webhooks.list(before=None, limit=3) == []
        assert await tx.webhooks.get(made[0].webhook_id) is None


async def test_what_is_queued_makes_its_webhook_due_for_one(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    assert tenant_id not in await due_tenants(transactions, FAR)
    gone = replace(webhook, webhook_id=new_id())
    later = a_delivery(tenant_id, webhook, 9)
    sooner, test = a_delivery(tenant_id, webhook, 8), a_delivery(tenant_id, webhook, None)
    await queue(transactions, tenant_id, later, sooner, test, a_delivery(tenant_id, gone))
    assert tenant_id in await due_tenants(transactions, NOON)
    first, second = new_id(), new_id()
    assert await claimed(transactions, tenant_id, first, NOON) == [webhook.webhook_id]
    assert tenant_id not in await due_tenants(transactions, NOON)
    assert await claimed(transactions, tenant_id, second, NOON) == [], "it is the first one's"
    async with transactions.begin(tenant_id) as tx:
        assert list(await tx.webhook_deliveries.due(webhook.webhook_id, NOON, 9)) == [test, sooner, later]
        assert list(await tx.webhook_deliveries.due(webhook.webhook_id, NOON, 2)) == [test, sooner]
        assert await tx.webhook_deliveries.due(gone.webhook_id, NOON, 9) == []
    taken_over = NOON + minutes(1)
    assert tenant_id in await due_tenants(transactions, taken_over)
    assert await claimed(transactions, tenant_id, second, taken_over) == [webhook.webhook_id]


async def test_as_many_are_queued_at_once_as_a_tenant_can_have(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    """Of twenty webhooks and a lot of changes: more values than a statement has parameters."""
    await queue(
        transactions, tenant_id, *(a_delivery(tenant_id, webhook, number) for number in range(10_000))
    )
    async with transactions.begin(tenant_id) as tx:
        due = await tx.webhook_deliveries.due(webhook.webhook_id, NOON, 10_000)
    assert [each.event.revision for each in due] == list(range(10_000))


async def test_two_who_claim_at_once_do_not_wait_for_each_other(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    await queue(transactions, tenant_id, a_delivery(tenant_id, webhook))
    async with transactions.begin(tenant_id) as one, transactions.begin(tenant_id) as other:
        assert len(await one.webhooks.claim(new_id(), NOON, FAR, 9)) == 1
        assert await other.webhooks.claim(new_id(), NOON, FAR, 9) == []


async def test_an_attempt_is_noted_by_who_has_the_webhook(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    delivery = a_delivery(tenant_id, webhook)
    await queue(transactions, tenant_id, delivery)
    token, later = new_id(), NOON + minutes(5)
    await claimed(transactions, tenant_id, token, NOON)
    failed = delivery.failed(SendFailure.STATUS, 503, NOON, again_at=later)
    ill = WebhookHealth().after(SendFailure.STATUS, NOON)
    async with transactions.begin(tenant_id) as tx:
        settle = tx.webhook_deliveries.settle
        assert not await settle(failed, ill, token=new_id(), until=FAR), "it is another one's"
        assert await tx.webhook_deliveries.get(delivery.delivery_id) == delivery
        assert await settle(failed, ill, token=token, until=FAR)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhook_deliveries.get(delivery.delivery_id) == failed
        assert await tx.webhooks.get(webhook.webhook_id) == replace(webhook, health=ill)
        await tx.webhooks.release(webhook.webhook_id, new_id(), None)
    assert tenant_id not in await due_tenants(transactions, later), "it is not given back by others"
    async with transactions.begin(tenant_id) as tx:
        await tx.webhooks.release(webhook.webhook_id, token, NOON + minutes(7))
    assert tenant_id not in await due_tenants(transactions, later), "the webhook is paused"
    assert tenant_id in await due_tenants(transactions, NOON + minutes(7))
    await queue(transactions, tenant_id, a_delivery(tenant_id, webhook, at=later))
    assert tenant_id not in await due_tenants(transactions, later), "what is new waits with the others"
    async with transactions.begin(tenant_id) as tx:
        await tx.webhooks.save(replace(webhook, description="still here"))
        found = await tx.webhooks.get(webhook.webhook_id)
        assert found is not None
        assert found.health == ill, "who changes a webhook leaves its health alone"


async def test_when_all_is_delivered_nothing_is_due(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    delivery = a_delivery(tenant_id, webhook)
    await queue(transactions, tenant_id, delivery)
    token = new_id()
    await claimed(transactions, tenant_id, token, NOON)
    done, well = delivery.delivered(204, NOON), WebhookHealth().after(None, NOON)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhook_deliveries.settle(done, well, token=token, until=FAR)
        await tx.webhooks.release(webhook.webhook_id, token, None)
    assert tenant_id not in await due_tenants(transactions, FAR)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhook_deliveries.get(delivery.delivery_id) == done


async def test_a_webhook_that_is_off_is_not_due_until_it_is_on(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    await queue(transactions, tenant_id, a_delivery(tenant_id, webhook))
    async with transactions.begin(tenant_id) as tx:
        assert await tx.webhooks.disable(webhook.webhook_id, FAR)
        assert not await tx.webhooks.disable(webhook.webhook_id, FAR)
        off = await tx.webhooks.get(webhook.webhook_id)
    assert off == replace(webhook, enabled=False, updated_at=FAR)
    await queue(transactions, tenant_id, a_delivery(tenant_id, webhook, 8))
    assert tenant_id not in await due_tenants(transactions, FAR)
    async with transactions.begin(tenant_id) as tx:
        await tx.webhooks.save(webhook)
    assert tenant_id in await due_tenants(transactions, FAR)
    async with transactions.begin(tenant_id) as tx:
        await tx.webhooks.remove(webhook.webhook_id)
        assert await tx.webhook_deliveries.list(webhook_id=None, state=None, before=None, limit=9) == []


async def test_deliveries_are_listed_given_up_replayed_and_forgotten(
    transactions: Transactions, tenant_id: UUID, webhook: Webhook
) -> None:
    async with transactions.begin(tenant_id) as tx:
        other = await tx.webhooks.add(a_webhook(), None)
    old = [a_delivery(tenant_id, webhook, number, at=NOON + minutes(number)) for number in range(4)]
    foreign = a_delivery(tenant_id, other, 1)
    await queue(transactions, tenant_id, *old, foreign)
    async with transactions.begin(tenant_id) as tx:
        deliveries = tx.webhook_deliveries
        assert await deliveries.give_up(webhook.webhook_id, NOON + minutes(2)) == 2
        dead = [replace(each, state=DeliveryState.DEAD, next_attempt_at=None) for each in old[:2]]
        newest = [old[3], old[2], dead[1], dead[0]]

        async def listed(
            webhook_id: UUID | None, state: DeliveryState | None, before: TimeCursor | None = None
        ) -> list[WebhookDelivery]:
            return list(await deliveries.list(webhook_id=webhook_id, state=state, before=before, limit=9))

        assert await listed(webhook.webhook_id, None) == newest
        assert await listed(webhook.webhook_id, DeliveryState.DEAD) == newest[2:]
        assert {each.delivery_id for each in await listed(None, None)} == {
            each.delivery_id for each in (*old, foreign)
        }
        cursor = TimeCursor(newest[1].queued_at, newest[1].delivery_id)
        assert await listed(webhook.webhook_id, None, cursor) == newest[2:]
        again = replace(dead[0], state=DeliveryState.PENDING, next_attempt_at=FAR, queued_at=FAR)
        assert await deliveries.replay(dead[0].delivery_id, FAR) == again
        assert await deliveries.replay(old[3].delivery_id, FAR) == old[3], "it waits anyway"
        assert await deliveries.replay(new_id(), FAR) is None
        between = (webhook.webhook_id, DeliveryState.DEAD, NOON, NOON + minutes(9), FAR)
        assert await deliveries.replay_between(*between) == 1
        assert await deliveries.replay_between(*between) == 0
        assert await listed(None, DeliveryState.DEAD) == []
        assert await deliveries.forget(NOON + minutes(3)) == 2, "by when they were queued, or replayed"
        assert {each.delivery_id for each in await listed(webhook.webhook_id, None)} == {
            each.delivery_id for each in (old[0], old[1], old[3])
        }


async def test_a_reader_is_one_at_a_time_and_moves_when_it_says_so(
    transactions: Transactions, tenant_id: UUID, other_tenant_id: UUID
) -> None:
    reader, first, second = EventReader.MQTT, new_id(), new_id()
    async with transactions.begin(tenant_id) as tx:
        assert await tx.event_cursors.position(reader) is None
        assert await tx.event_cursors.claim(reader, first, NOON, FAR) is None, "it never began"
        await tx.event_cursors.hold(reader, 5)
        await tx.event_cursors.hold(reader, 9)
        assert await tx.event_cursors.position(reader) == 5
    async with transactions.begin(tenant_id) as tx:
        assert await tx.event_cursors.claim(reader, first, NOON, NOON + minutes(1)) == 5
    async with transactions.begin(tenant_id) as tx:
        assert await tx.event_cursors.claim(reader, second, NOON, FAR) is None
        assert not await tx.event_cursors.advance(reader, second, 6, FAR)
        assert await tx.event_cursors.advance(reader, first, 7, NOON)
        assert await tx.event_cursors.claim(reader, second, NOON, FAR) == 7
    async with transactions.begin(tenant_id) as tx:
        assert not await tx.event_cursors.advance(reader, first, 99, FAR), "it came too late"
        assert await tx.event_cursors.position(reader) == 7
        assert await tx.event_cursors.position(EventReader.WEBHOOKS) is None
    async with transactions.begin(other_tenant_id) as tx:
        assert await tx.event_cursors.position(reader) is None
        await tx.event_cursors.forget(reader)
    async with transactions.begin(tenant_id) as tx:
        await tx.event_cursors.forget(EventReader.WEBHOOKS)
        assert await tx.event_cursors.position(reader) == 7
        await tx.event_cursors.forget(reader)
    async with transactions.begin(tenant_id) as tx:
        assert await tx.event_cursors.position(reader) is None


async def test_nobody_reads_while_somebody_holds_the_place(
    transactions: Transactions, tenant_id: UUID
) -> None:
    reader = EventReader.WEBHOOKS
    async with transactions.begin(tenant_id) as tx:
        await tx.event_cursors.hold(reader, 5)
    async with transactions.begin(tenant_id) as one, transactions.begin(tenant_id) as other:
        await one.event_cursors.hold(reader, 5)
        assert await other.event_cursors.claim(reader, new_id(), NOON, FAR) is None
    async with transactions.begin(tenant_id) as one, transactions.begin(tenant_id) as other:
        assert await one.event_cursors.claim(reader, new_id(), NOON, NOON) == 5
        assert await other.event_cursors.claim(reader, new_id(), NOON, NOON) is None
    async with transactions.begin(tenant_id) as tx:
        assert await tx.event_cursors.claim(reader, new_id(), NOON, NOON) == 5


async def test_the_log_keeps_what_a_reader_has_not_read(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    change = NewChange(Topic.VISITS, ChangeKind.CREATED, site_id, new_id())
    async with transactions.begin(tenant_id) as tx:
        current = await tx.changes.append([change] * 5)
        await tx.event_cursors.hold(EventReader.WEBHOOKS, current - 3)
        await tx.event_cursors.hold(EventReader.MQTT, current)
    later = (await _last_commit(transactions, tenant_id)) + minutes(1)
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.changes.compact(later, unread_before=later - timedelta(days=6)) == 2
        assert (await tx.changes.horizon()).oldest == current - 3
    async with transactions.begin_exclusive(tenant_id) as tx:
        assert await tx.changes.compact(later, unread_before=later) == 3, "that long nothing is kept"
        assert await tx.event_cursors.position(EventReader.WEBHOOKS) is None, "it begins anew"
        assert await tx.event_cursors.position(EventReader.MQTT) == current


async def _last_commit(transactions: Transactions, tenant_id: UUID) -> datetime:
    async with transactions.begin(tenant_id) as tx:
        changes = await tx.changes.read_after(0, topics=frozenset(Topic), sites=None, limit=99)
    return changes[-1].committed_at


async def test_who_is_confined_to_sites_sees_their_webhooks_and_deliveries_alone(
    transactions: Transactions, tenant_id: UUID, site_id: UUID
) -> None:
    mine, everybodys = a_webhook(sites=frozenset({site_id})), a_webhook()
    async with transactions.begin(tenant_id) as tx:
        for each in (mine, everybodys):
            await tx.webhooks.add(each, None)
    await queue(transactions, tenant_id, a_delivery(tenant_id, mine), a_delivery(tenant_id, mine, None))
    async with transactions.begin(tenant_id, sites=[site_id]) as tx:
        assert await tx.webhooks.list(before=None, limit=9) == [mine]
        assert await tx.webhook_deliveries.list(webhook_id=None, state=None, before=None, limit=9) == []
