"""WebhookService."""

# ruff: noqa: N802 - the methods are named by the proto

from typing import Any
from uuid import UUID

from footfall.v1 import webhook_service_pb2, webhook_service_pb2_grpc
from google.protobuf.empty_pb2 import Empty

from footfall_server.rpc import convert_webhooks
from footfall_server.rpc.call_context import current_principal
from footfall_server.rpc.convert_values import from_optional_id, from_timestamp
from footfall_server.rpc.page_tokens import PageTokens, page_limit
from footfall_server.services.webhooks import WebhookService


class WebhookServicer(webhook_service_pb2_grpc.WebhookServiceServicer):
    """Manages where a tenant's events go."""

    def __init__(self, *, webhooks: WebhookService, page_tokens: PageTokens) -> None:
        self._webhooks = webhooks
        self._page_tokens = page_tokens

    async def CreateWebhook(
        self, request: webhook_service_pb2.CreateWebhookRequest, _context: Any
    ) -> webhook_service_pb2.CreateWebhookResponse:
        made = await self._webhooks.create(
            current_principal(),
            convert_webhooks.from_new_webhook(request.webhook),
            request_id=from_optional_id(request.request_id),
        )
        return webhook_service_pb2.CreateWebhookResponse(
            webhook=convert_webhooks.to_webhook(made.webhook), secret=made.secret
        )

    async def GetWebhook(
        self, request: webhook_service_pb2.GetWebhookRequest, _context: Any
    ) -> webhook_service_pb2.Webhook:
        return convert_webhooks.to_webhook(
            await self._webhooks.get(current_principal(), UUID(request.webhook_id))
        )

    async def ListWebhooks(
        self, request: webhook_service_pb2.ListWebhooksRequest, _context: Any
    ) -> webhook_service_pb2.ListWebhooksResponse:
        principal = current_principal()
        page = await self._webhooks.list(
            principal,
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return webhook_service_pb2.ListWebhooksResponse(
            webhooks=map(convert_webhooks.to_webhook, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def UpdateWebhook(
        self, request: webhook_service_pb2.UpdateWebhookRequest, _context: Any
    ) -> webhook_service_pb2.Webhook:
        webhook_id, values = convert_webhooks.from_webhook_update(request)
        return convert_webhooks.to_webhook(
            await self._webhooks.update(current_principal(), webhook_id, values)
        )

    async def DeleteWebhook(self, request: webhook_service_pb2.DeleteWebhookRequest, _context: Any) -> Empty:
        await self._webhooks.delete(current_principal(), UUID(request.webhook_id))
        return Empty()

    async def RotateWebhookSecret(
        self, request: webhook_service_pb2.RotateWebhookSecretRequest, _context: Any
    ) -> webhook_service_pb2.RotateWebhookSecretResponse:
        made = await self._webhooks.rotate_secret(current_principal(), UUID(request.webhook_id))
        return webhook_service_pb2.RotateWebhookSecretResponse(
            webhook=convert_webhooks.to_webhook(made.webhook), secret=made.secret
        )

    async def TestWebhook(
        self, request: webhook_service_pb2.TestWebhookRequest, _context: Any
    ) -> webhook_service_pb2.WebhookDelivery:
        return convert_webhooks.to_delivery(
            await self._webhooks.test(current_principal(), UUID(request.webhook_id))
        )

    async def ListWebhookDeliveries(
        self, request: webhook_service_pb2.ListWebhookDeliveriesRequest, _context: Any
    ) -> webhook_service_pb2.ListWebhookDeliveriesResponse:
        principal = current_principal()
        page = await self._webhooks.deliveries(
            principal,
            webhook_id=from_optional_id(request.webhook_id),
            state=convert_webhooks.from_state(request.state),
            before=self._page_tokens.open_time(request, principal),
            limit=page_limit(request.page_size),
        )
        return webhook_service_pb2.ListWebhookDeliveriesResponse(
            deliveries=map(convert_webhooks.to_delivery, page.items),
            next_page_token=self._page_tokens.seal_time(request, principal, page.next_after),
        )

    async def ReplayWebhookDelivery(
        self, request: webhook_service_pb2.ReplayWebhookDeliveryRequest, _context: Any
    ) -> webhook_service_pb2.WebhookDelivery:
        return convert_webhooks.to_delivery(
            await self._webhooks.replay(current_principal(), UUID(request.webhook_delivery_id))
        )

    async def ReplayWebhookDeliveries(
        self, request: webhook_service_pb2.ReplayWebhookDeliveriesRequest, _context: Any
    ) -> webhook_service_pb2.ReplayWebhookDeliveriesResponse:
        state = convert_webhooks.from_state(request.state)
        if state is None:
            raise AssertionError("the rules of the proto let no such request in")
        count = await self._webhooks.replay_between(
            current_principal(),
            UUID(request.webhook_id),
            state,
            from_timestamp(request.start_time, "start_time"),
            from_timestamp(request.end_time, "end_time"),
        )
        return webhook_service_pb2.ReplayWebhookDeliveriesResponse(count=count)
