"""Webhooks and deliveries, between the wire and the domain."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from footfall.v1 import webhook_service_pb2

from footfall_server.domain.outgoing_event import EventType
from footfall_server.domain.webhook import DeliveryState, Webhook, WebhookDelivery, WebhookHealth
from footfall_server.rpc.convert_values import plain_text, to_optional_id, to_timestamp
from footfall_server.rpc.update_masks import changed_fields, required
from footfall_server.services.webhooks import WebhookValues

_FIELDS = ("url", "description", "event_types", "site_ids", "enabled")
_TO_TYPE: Final = {
    each: getattr(webhook_service_pb2, f"WEBHOOK_EVENT_TYPE_{each.name}") for each in EventType
}
_FROM_TYPE: Final = {number: each for each, number in _TO_TYPE.items()}
_TO_STATE: Final = {
    DeliveryState.PENDING: webhook_service_pb2.WEBHOOK_DELIVERY_STATE_PENDING,
    DeliveryState.DELIVERED: webhook_service_pb2.WEBHOOK_DELIVERY_STATE_DELIVERED,
    DeliveryState.DEAD: webhook_service_pb2.WEBHOOK_DELIVERY_STATE_DEAD,
}
_FROM_STATE: Final = {number: each for each, number in _TO_STATE.items()}


def from_new_webhook(webhook: webhook_service_pb2.Webhook) -> WebhookValues:
    """What a webhook is to be. Raises INVALID_FIELD."""
    return _values(webhook, _FIELDS)


def from_webhook_update(request: webhook_service_pb2.UpdateWebhookRequest) -> tuple[UUID, WebhookValues]:
    """Which webhook, and what is to change. Raises INVALID_FIELD."""
    webhook_id = UUID(required(request.webhook.webhook_id, "webhook.webhook_id"))
    changed = changed_fields(request.webhook, request.update_mask, changeable=_FIELDS)
    if "url" in changed:
        required(request.webhook.url, "webhook.url")
    return webhook_id, _values(request.webhook, changed)


def _values(webhook: webhook_service_pb2.Webhook, told: Iterable[str]) -> WebhookValues:
    named = frozenset(told)
    return WebhookValues(
        url=webhook.url if "url" in named else None,
        description=(
            plain_text(webhook.description, "webhook.description") if "description" in named else None
        ),
        event_types=(
            frozenset(_FROM_TYPE[each] for each in webhook.event_types) if "event_types" in named else None
        ),
        site_ids=frozenset(map(UUID, webhook.site_ids)) if "site_ids" in named else None,
        enabled=webhook.enabled if "enabled" in named else None,
    )


def from_state(state: webhook_service_pb2.WebhookDeliveryState) -> DeliveryState | None:
    """The state that a list is filtered by; None for any."""
    return _FROM_STATE.get(state)


def to_webhook(webhook: Webhook) -> webhook_service_pb2.Webhook:
    until = webhook.secrets.previous_until
    return webhook_service_pb2.Webhook(
        webhook_id=str(webhook.webhook_id),
        url=webhook.url,
        description=webhook.description,
        event_types=sorted(_TO_TYPE[each] for each in webhook.event_types),
        site_ids=sorted(map(str, webhook.site_ids)),
        enabled=webhook.enabled,
        create_time=to_timestamp(webhook.created_at),
        update_time=to_timestamp(webhook.updated_at),
        health=_to_health(webhook.health),
        previous_secret_expire_time=None if until is None else to_timestamp(until),
    )


def to_delivery(delivery: WebhookDelivery) -> webhook_service_pb2.WebhookDelivery:
    event = delivery.event
    return webhook_service_pb2.WebhookDelivery(
        webhook_delivery_id=str(delivery.delivery_id),
        webhook_id=str(delivery.webhook_id),
        event_id=str(event.event_id),
        event_type=_TO_TYPE[event.event_type],
        site_id=to_optional_id(event.site_id),
        resource_id=to_optional_id(event.resource_id),
        event_time=to_timestamp(event.occurred_at),
        state=_TO_STATE[delivery.state],
        attempts=delivery.attempts,
        queue_time=to_timestamp(delivery.queued_at),
        next_attempt_time=None
        if delivery.next_attempt_at is None
        else to_timestamp(delivery.next_attempt_at),
        last_attempt_time=None
        if delivery.last_attempt_at is None
        else to_timestamp(delivery.last_attempt_at),
        last_status=delivery.last_status,
        last_failure=delivery.last_failure,
    )


def _to_health(health: WebhookHealth) -> webhook_service_pb2.WebhookHealth:
    last = health.last_success_at
    return webhook_service_pb2.WebhookHealth(
        last_success_time=None if last is None else to_timestamp(last),
        consecutive_failures=health.consecutive_failures,
        last_failure=health.last_failure,
    )
