"""Webhooks as administrators see them, on a core with receivers that are not there."""

import asyncio
import base64
from datetime import timedelta
from typing import Any

import grpc
import pytest
from fakes.rpc_failures import failure
from fakes.shop import Metadata, Replica, Shop
from fakes.webhook_parts import Posted
from fakes.wire_events import face_event
from footfall.v1 import audit_service_pb2, ingest_service_pb2, webhook_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Role
from footfall_server.domain.webhook_signature import signature
from google.protobuf.field_mask_pb2 import FieldMask

pb = webhook_service_pb2
URL = "https://shop.example/events"
DEAD, DELIVERED = pb.WEBHOOK_DELIVERY_STATE_DEAD, pb.WEBHOOK_DELIVERY_STATE_DELIVERED


@pytest.fixture
def admin(shop: Shop) -> Metadata:
    return shop.signed_in(Role.TENANT_ADMIN)


async def made(
    core: Replica, admin: Metadata, *, request_id: str = "", **values: Any
) -> webhook_service_pb2.CreateWebhookResponse:
    webhook = pb.Webhook(**{"url": URL, "enabled": True, **values})
    return await core.webhooks.CreateWebhook(
        pb.CreateWebhookRequest(webhook=webhook, request_id=request_id), metadata=admin
    )


async def deliveries(
    core: Replica, admin: Metadata, webhook_id: str = "", **values: Any
) -> webhook_service_pb2.ListWebhookDeliveriesResponse:
    request = pb.ListWebhookDeliveriesRequest(webhook_id=webhook_id, **values)
    return await core.webhooks.ListWebhookDeliveries(request, metadata=admin)


async def ended(
    core: Replica, admin: Metadata, count: int, *, of: int | None = None
) -> list[webhook_service_pb2.WebhookDelivery]:
    """All deliveries, once so many are delivered or dead, and so many there are."""
    async with asyncio.timeout(20):
        while True:
            found = list((await deliveries(core, admin)).deliveries)
            over = sum(each.state in {DEAD, DELIVERED} for each in found)
            if over == count and len(found) == (count if of is None else of):
                return found
            await asyncio.sleep(0.02)


async def a_visit(shop: Shop, core: Replica, person: int) -> str:
    event = face_event(shop.own.camera.camera_id, person=person)
    recorded = await core.ingest.RecordFace(
        ingest_service_pb2.RecordFaceRequest(event=event), metadata=shop.signed_in(Role.WORKER)
    )
    return recorded.visit_id


async def test_a_visit_is_posted_signed_and_listed(shop: Shop, core: Replica, admin: Metadata) -> None:
    await a_visit(shop, core, 1)
    created = await made(core, admin, description="Kasse", event_types=[pb.WEBHOOK_EVENT_TYPE_VISIT_CREATED])
    webhook = created.webhook
    assert (webhook.url, webhook.description, webhook.enabled) == (URL, "Kasse", True)
    assert created.secret.startswith("whsec_")
    visit_id = await a_visit(shop, core, 2)
    [delivery] = await ended(core, admin, 1)
    assert (delivery.webhook_id, delivery.resource_id) == (webhook.webhook_id, visit_id)
    assert delivery.event_type == pb.WEBHOOK_EVENT_TYPE_VISIT_CREATED
    assert delivery.site_id == str(shop.own.site.site_id)
    assert (delivery.state, delivery.attempts, delivery.last_status) == (DELIVERED, 1, 204)
    [posted] = shop.webhook_sender.posted
    assert posted.headers["webhook-id"] == delivery.event_id

    key = base64.b64decode(created.secret.removeprefix("whsec_"))
    assert len(key) == 32
    timestamp = int(posted.headers["webhook-timestamp"])
    assert posted.headers["webhook-signature"] == signature(key, delivery.event_id, timestamp, posted.body)
    told = await core.webhooks.GetWebhook(pb.GetWebhookRequest(webhook_id=webhook.webhook_id), metadata=admin)
    assert told.health.HasField("last_success_time")
    assert told.health.consecutive_failures == 0
    rows = shop.transactions.tables(shop.own.tenant.tenant_id).webhooks
    assert all(key not in row.secrets.current for row in rows.values()), "it is kept sealed"


async def test_a_repeated_create_makes_one_and_tells_no_secret(core: Replica, admin: Metadata) -> None:
    request_id = str(new_id())
    first = await made(core, admin, request_id=request_id)
    again = await made(core, admin, request_id=request_id)
    assert (again.webhook, again.secret) == (first.webhook, "")


async def test_updates_change_what_they_name(shop: Shop, core: Replica, admin: Metadata) -> None:
    webhook = (await made(core, admin, description="Kasse")).webhook
    shop.clock.advance(timedelta(seconds=1))

    async def update(*paths: str, **values: Any) -> webhook_service_pb2.Webhook:
        wanted = pb.Webhook(webhook_id=webhook.webhook_id, **values)
        request = pb.UpdateWebhookRequest(webhook=wanted, update_mask=FieldMask(paths=paths))
        return await core.webhooks.UpdateWebhook(request, metadata=admin)

    changed = await update("enabled", "site_ids", site_ids=[str(shop.own.site.site_id)])
    assert (changed.url, changed.description, changed.enabled) == (URL, "Kasse", False)
    assert list(changed.site_ids) == [str(shop.own.site.site_id)]
    assert changed.update_time.ToDatetime() > webhook.update_time.ToDatetime()
    assert (await update("site_ids")).site_ids == []
    for path, values in (
        ("url", {"url": "http://shop.example"}),
        ("url", {"url": "https://10.0.0.1/"}),
        ("health", {}),
    ):
        failed = await failure(update(path, **values))
        assert (failed.code, failed.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
        assert "10.0.0.1" not in failed.message


async def test_nothing_is_sent_to_a_webhook_that_is_off(shop: Shop, core: Replica, admin: Metadata) -> None:
    webhook = (await made(core, admin, enabled=False)).webhook
    test = pb.TestWebhookRequest(webhook_id=webhook.webhook_id)
    failed = await failure(core.webhooks.TestWebhook(test, metadata=admin))
    assert (failed.code, failed.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "WEBHOOK_DISABLED")
    await a_visit(shop, core, 1)
    webhook.enabled = True
    await core.webhooks.UpdateWebhook(pb.UpdateWebhookRequest(webhook=webhook), metadata=admin)
    queued = await core.webhooks.TestWebhook(test, metadata=admin)
    [only] = await ended(core, admin, 1)
    assert only.webhook_delivery_id == queued.webhook_delivery_id, "what happened meanwhile is not told"
    assert only.event_type == pb.WEBHOOK_EVENT_TYPE_TEST
    assert (only.site_id, only.resource_id) == ("", "")


async def test_what_is_dead_is_sent_again_one_by_one_or_by_its_time(
    shop: Shop, core: Replica, admin: Metadata
) -> None:
    answers: list[int] = []

    def answer(_: Posted) -> int:
        return answers[-1]

    shop.webhook_sender.answer = answer
    answers.append(500)
    webhook = (await made(core, admin, event_types=[pb.WEBHOOK_EVENT_TYPE_VISIT_CREATED])).webhook
    for person in range(3):
        await a_visit(shop, core, person)
    await ended(core, admin, 0, of=3)
    shop.clock.advance(timedelta(hours=25))
    admin = shop.signed_in(Role.TENANT_ADMIN)
    dead = await ended(core, admin, 3)
    assert {each.state for each in dead} == {DEAD}
    answers.append(204)
    again = await core.webhooks.ReplayWebhookDelivery(
        pb.ReplayWebhookDeliveryRequest(webhook_delivery_id=dead[0].webhook_delivery_id), metadata=admin
    )
    assert (again.event_id, again.state) == (dead[0].event_id, pb.WEBHOOK_DELIVERY_STATE_PENDING)
    request = pb.ReplayWebhookDeliveriesRequest(
        webhook_id=webhook.webhook_id,
        state=DEAD,
        start_time=dead[0].event_time,
        end_time=dead[0].event_time,
    )
    failed = await failure(core.webhooks.ReplayWebhookDeliveries(request, metadata=admin))
    assert failed.reason == "INVALID_FIELD"
    request.end_time.seconds += 3600
    assert (await core.webhooks.ReplayWebhookDeliveries(request, metadata=admin)).count == 2
    shop.clock.advance(timedelta(minutes=5))
    delivered = await ended(core, shop.signed_in(Role.TENANT_ADMIN), 3)
    assert {each.state for each in delivered} == {DELIVERED}
    assert {each.event_id for each in delivered} == {each.event_id for each in dead}


async def test_lists_come_in_pages_and_by_state(core: Replica, admin: Metadata) -> None:
    ids = [(await made(core, admin, description=str(number))).webhook.webhook_id for number in range(3)]
    first = await core.webhooks.ListWebhooks(pb.ListWebhooksRequest(page_size=2), metadata=admin)
    rest = await core.webhooks.ListWebhooks(
        pb.ListWebhooksRequest(page_size=2, page_token=first.next_page_token), metadata=admin
    )
    assert [each.webhook_id for each in (*first.webhooks, *rest.webhooks)] == ids[::-1]
    assert not rest.next_page_token
    for webhook_id in (ids[0], ids[0], ids[1]):
        await core.webhooks.TestWebhook(pb.TestWebhookRequest(webhook_id=webhook_id), metadata=admin)
    newest = await ended(core, admin, 3)
    page = await deliveries(core, admin, page_size=2)
    last = await deliveries(core, admin, page_size=2, page_token=page.next_page_token)
    assert [*page.deliveries, *last.deliveries] == newest
    assert len((await deliveries(core, admin, ids[0])).deliveries) == 2
    assert not (await deliveries(core, admin, ids[0], state=DEAD)).deliveries


async def test_a_tenant_has_twenty_at_most(core: Replica, admin: Metadata) -> None:
    request_id = str(new_id())
    for number in range(20):
        await made(core, admin, request_id=request_id if number == 0 else "")
    failed = await failure(made(core, admin))
    assert (failed.reason, failed.metadata["most"]) == ("TOO_MANY_WEBHOOKS", "20")
    assert (await made(core, admin, request_id=request_id)).webhook.webhook_id, "that one is there already"
    listed = await core.webhooks.ListWebhooks(pb.ListWebhooksRequest(), metadata=admin)
    assert len(listed.webhooks) == 20


async def test_everything_is_in_the_audit_log_and_no_secret_is(
    shop: Shop, core: Replica, admin: Metadata
) -> None:
    created = await made(core, admin, url=f"{URL}?key=s3cr3t")
    webhook_id = created.webhook.webhook_id
    rotated = await core.webhooks.RotateWebhookSecret(
        pb.RotateWebhookSecretRequest(webhook_id=webhook_id), metadata=admin
    )
    assert rotated.secret not in {"", created.secret}
    until = rotated.webhook.previous_secret_expire_time.ToDatetime()
    assert until - shop.clock.now().replace(tzinfo=None) == timedelta(hours=24)
    await core.webhooks.TestWebhook(pb.TestWebhookRequest(webhook_id=webhook_id), metadata=admin)
    [delivery] = await ended(core, admin, 1)
    assert len(shop.webhook_sender.posted[0].headers["webhook-signature"].split(" ")) == 2
    await core.webhooks.ReplayWebhookDelivery(
        pb.ReplayWebhookDeliveryRequest(webhook_delivery_id=delivery.webhook_delivery_id), metadata=admin
    )
    update = pb.UpdateWebhookRequest(webhook=pb.Webhook(webhook_id=webhook_id, url=f"{URL}?key=0ther"))
    await core.webhooks.UpdateWebhook(update, metadata=admin)
    await core.webhooks.DeleteWebhook(pb.DeleteWebhookRequest(webhook_id=webhook_id), metadata=admin)
    log = await core.audit.ListAuditEntries(
        audit_service_pb2.ListAuditEntriesRequest(action="webhook."), metadata=admin
    )
    assert [each.action for each in log.entries][::-1] == [
        "webhook.create",
        "webhook.rotate",
        "webhook.test",
        "webhook.replay",
        "webhook.update",
        "webhook.delete",
    ]
    assert {each.resource_id for each in log.entries} == {webhook_id}
    for secret in ("s3cr3t", "0ther", created.secret, rotated.secret):
        assert secret not in str(log.entries)
    failed = await failure(
        core.webhooks.GetWebhook(pb.GetWebhookRequest(webhook_id=webhook_id), metadata=admin)
    )
    assert failed.reason == "WEBHOOK_NOT_FOUND"
    assert not (await deliveries(core, admin)).deliveries


async def test_managers_and_workers_have_no_webhooks(shop: Shop, core: Replica) -> None:
    for role in (Role.SITE_MANAGER, Role.WORKER):
        failed = await failure(made(core, shop.signed_in(role)))
        assert failed.code is grpc.StatusCode.PERMISSION_DENIED
