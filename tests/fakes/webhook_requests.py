"""A webhook of a chain with a delivery, and one good request for every RPC about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fakes.manual_clock import START
from fakes.memory_tables import WebhookRow
from fakes.shop import Chain, Shop
from footfall.v1 import webhook_service_pb2
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent
from footfall_server.domain.webhook import DeliveryState, SealedSecrets, Webhook, WebhookDelivery
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

URL = "https://shop.example/events"
DEAF = 1 << 40
"""A revision after which a webhook hears of nothing in a test."""


@dataclass(frozen=True, slots=True)
class SeededWebhook:
    """A webhook that hears of nothing new, with one dead delivery."""

    webhook_id: str
    delivery_id: str

    @property
    def looked_up(self) -> Sequence[str]:
        return (self.webhook_id, self.delivery_id)


def seed_webhook(shop: Shop, chain: Chain) -> SeededWebhook:
    """As if it had been made long ago."""
    tenant_id, webhook_id = chain.tenant.tenant_id, new_id()
    tables = shop.transactions.tables(tenant_id)
    tables.webhooks[webhook_id] = Webhook(
        webhook_id=webhook_id,
        url=URL,
        description="Kasse",
        event_types=frozenset({EventType.VISIT_CREATED}),
        site_ids=frozenset({chain.site.site_id}),
        enabled=True,
        created_at=START,
        updated_at=START,
        since_revision=DEAF,
        secrets=SealedSecrets(shop.webhook_seal.seal(tenant_id, webhook_id, b"s" * 32)),
    )
    tables.webhook_rows[webhook_id] = WebhookRow()
    event = OutgoingEvent(
        new_id(), tenant_id, EventType.VISIT_CREATED, START, 1, chain.site.site_id, new_id()
    )
    delivery = replace(
        WebhookDelivery.of(webhook_id, event, START), state=DeliveryState.DEAD, next_attempt_at=None
    )
    tables.webhook_deliveries[delivery.delivery_id] = delivery
    return SeededWebhook(str(webhook_id), str(delivery.delivery_id))


def webhook_requests(site_id: str, seeded: SeededWebhook) -> Mapping[str, Sequence[Message]]:
    """By the method's name on the wire."""
    pb = webhook_service_pb2
    start, end = Timestamp(), Timestamp()
    start.FromDatetime(START)
    end.FromSeconds(start.seconds + 3600)
    values = {
        "url": URL,
        "description": "Kasse",
        "event_types": [pb.WEBHOOK_EVENT_TYPE_VISIT_CREATED],
        "site_ids": [site_id],
        "enabled": True,
    }
    dead = pb.WEBHOOK_DELIVERY_STATE_DEAD
    good: Mapping[str, Message] = {
        "CreateWebhook": pb.CreateWebhookRequest(webhook=pb.Webhook(**values), request_id=str(new_id())),
        "GetWebhook": pb.GetWebhookRequest(webhook_id=seeded.webhook_id),
        "ListWebhooks": pb.ListWebhooksRequest(page_size=1),
        "UpdateWebhook": pb.UpdateWebhookRequest(
            webhook=pb.Webhook(webhook_id=seeded.webhook_id, **values),
            update_mask=FieldMask(paths=list(values)),
        ),
        "DeleteWebhook": pb.DeleteWebhookRequest(webhook_id=seeded.webhook_id),
        "RotateWebhookSecret": pb.RotateWebhookSecretRequest(webhook_id=seeded.webhook_id),
        "TestWebhook": pb.TestWebhookRequest(webhook_id=seeded.webhook_id),
        "ListWebhookDeliveries": pb.ListWebhookDeliveriesRequest(
            webhook_id=seeded.webhook_id, state=dead, page_size=1
        ),
        "ReplayWebhookDelivery": pb.ReplayWebhookDeliveryRequest(webhook_delivery_id=seeded.delivery_id),
        "ReplayWebhookDeliveries": pb.ReplayWebhookDeliveriesRequest(
            webhook_id=seeded.webhook_id, state=dead, start_time=start, end_time=end
        ),
    }
    return {f"/footfall.v1.WebhookService/{method}": [request] for method, request in good.items()}
