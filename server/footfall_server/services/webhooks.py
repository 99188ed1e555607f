"""A tenant's webhooks, and what became of what was sent to them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from footfall_server.domain.audit import Action, AuditEntry, changes_between
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.identity import Principal
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent
from footfall_server.domain.receiver_address import fault_of_url
from footfall_server.domain.webhook import (
    MOST_WEBHOOKS,
    SECRET_BYTES,
    DeliveryState,
    SealedSecrets,
    Webhook,
    WebhookDelivery,
    changed_values,
)
from footfall_server.domain.webhook_signature import secret_text
from footfall_server.errors import (
    ErrorKind,
    FieldViolation,
    FootfallError,
    invalid_fields,
    not_found,
)
from footfall_server.ports import Clock, EventReader, SecretSeal, TimeCursor, Transaction, Transactions
from footfall_server.services.paging import Page, page_of
from footfall_server.services.scope import begin_exclusive_for, begin_for, tenant_of

_RESOURCE = "webhook"


@dataclass(frozen=True, slots=True)
class WebhookValues:
    """What can be said of a webhook; None leaves it: as it is, or at its default for a new one."""

    url: str | None = field(default=None, repr=False)
    description: str | None = None
    event_types: frozenset[EventType] | None = None
    site_ids: frozenset[UUID] | None = None
    enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class WebhookWithSecret:
    """A webhook and its new secret, which is shown once. Empty for a webhook that was made before."""

    webhook: Webhook
    secret: str = field(repr=False)


class WebhookService:
    """Adds, lists, changes and removes webhooks, and sends again what was sent."""

    def __init__(
        self, *, transactions: Transactions, seal: SecretSeal, allow_private: bool, clock: Clock
    ) -> None:
        """allow_private: whether receivers may have private addresses, and speak HTTP without TLS."""
        self._transactions = transactions
        self._seal = seal
        self._allow_private = allow_private
        self._clock = clock

    async def create(
        self, principal: Principal, values: WebhookValues, *, request_id: UUID | None
    ) -> WebhookWithSecret:
        """A new webhook, which hears of what is committed from now on, and its secret.

        The same request_id makes one webhook and tells its secret once. Raises INVALID_FIELD, SITE_NOT_FOUND
        and FAILED_PRECONDITION / TOO_MANY_WEBHOOKS.
        """
        now, tenant_id, webhook_id = self._clock.now(), tenant_of(principal), new_id()
        secret = secrets.token_bytes(SECRET_BYTES)
        blank = Webhook(
            webhook_id=webhook_id,
            url="",
            description="",
            event_types=frozenset(),
            site_ids=frozenset(),
            enabled=False,
            created_at=now,
            updated_at=now,
            since_revision=0,
            secrets=SealedSecrets(self._seal.seal(tenant_id, webhook_id, secret)),
        )
        webhook = self._changed(blank, values)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            await _require_sites(tx, values)
            full = await tx.webhooks.count() >= MOST_WEBHOOKS
            webhook = replace(webhook, since_revision=await _held_at(tx))
            added = await tx.webhooks.add(webhook, request_id)
            if added.webhook_id != webhook_id:
                return WebhookWithSecret(added, "")
            if full:
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "TOO_MANY_WEBHOOKS",
                    f"a tenant has at most {MOST_WEBHOOKS} webhooks",
                    metadata={"most": str(MOST_WEBHOOKS)},
                )
            await self._note(tx, principal, Action.WEBHOOK_CREATE, webhook_id, changed_values(added))
        return WebhookWithSecret(added, secret_text(secret))

    async def get(self, principal: Principal, webhook_id: UUID) -> Webhook:
        async with begin_for(self._transactions, principal) as tx:
            return await _known(tx, webhook_id)

    async def list(
        self, principal: Principal, *, before: TimeCursor | None, limit: int
    ) -> Page[Webhook, TimeCursor]:
        """Webhooks, the newest first."""
        async with begin_for(self._transactions, principal) as tx:
            found = await tx.webhooks.list(before=before, limit=limit + 1)
        return page_of(found, limit, lambda each: TimeCursor(each.created_at, each.webhook_id))

    async def update(self, principal: Principal, webhook_id: UUID, values: WebhookValues) -> Webhook:
        """Raises INVALID_FIELD and SITE_NOT_FOUND. Enabled again, it hears of what comes from now on."""
        async with begin_exclusive_for(self._transactions, principal) as tx:
            await _require_sites(tx, values)
            # Held, so that no event is judged by the old filter once this is committed.
            revision = await _held_at(tx)
            webhook = await _known(tx, webhook_id)
            changed = self._changed(webhook, values)
            if changed == webhook:
                return webhook
            if changed.enabled and not webhook.enabled:
                changed = replace(changed, since_revision=revision)
            changed = replace(changed, updated_at=self._clock.now())
            await tx.webhooks.save(changed)
            detail: dict[str, object] = dict(
                changes_between(changed_values(webhook), changed_values(changed))
            )
            if changed.url != webhook.url:
                detail["url"] = "changed"
            await self._note(tx, principal, Action.WEBHOOK_UPDATE, webhook_id, detail)
            return changed

    async def delete(self, principal: Principal, webhook_id: UUID) -> None:
        """Removes it with its deliveries."""
        async with begin_exclusive_for(self._transactions, principal) as tx:
            webhook = await _known(tx, webhook_id)
            await tx.webhooks.remove(webhook_id)
            if not await tx.webhooks.count():
                await tx.event_cursors.forget(EventReader.WEBHOOKS)
            await self._note(tx, principal, Action.WEBHOOK_DELETE, webhook_id, changed_values(webhook))

    async def rotate_secret(self, principal: Principal, webhook_id: UUID) -> WebhookWithSecret:
        """A new secret. The one before signs as well for a day."""
        now, secret = self._clock.now(), secrets.token_bytes(SECRET_BYTES)
        sealed = self._seal.seal(tenant_of(principal), webhook_id, secret)
        async with begin_exclusive_for(self._transactions, principal) as tx:
            webhook = await _known(tx, webhook_id)
            rotated = replace(webhook, secrets=webhook.secrets.rotated(sealed, now), updated_at=now)
            await tx.webhooks.save(rotated)
            await self._note(tx, principal, Action.WEBHOOK_ROTATE, webhook_id, {})
        return WebhookWithSecret(rotated, secret_text(secret))

    async def test(self, principal: Principal, webhook_id: UUID) -> WebhookDelivery:
        """Queues an event that says nothing. Raises FAILED_PRECONDITION / WEBHOOK_DISABLED."""
        now = self._clock.now()
        async with begin_for(self._transactions, principal) as tx:
            webhook = await _known(tx, webhook_id)
            if not webhook.enabled:
                raise FootfallError(
                    ErrorKind.FAILED_PRECONDITION,
                    "WEBHOOK_DISABLED",
                    f"nothing is sent to the webhook {webhook_id} while it is not enabled",
                    metadata={"webhook_id": str(webhook_id)},
                )
            delivery = WebhookDelivery.of(webhook_id, OutgoingEvent.test(tenant_of(principal), now), now)
            await tx.webhook_deliveries.queue([delivery])
            await self._note(tx, principal, Action.WEBHOOK_TEST, webhook_id, {})
        return delivery

    async def deliveries(
        self,
        principal: Principal,
        *,
        webhook_id: UUID | None,
        state: DeliveryState | None,
        before: TimeCursor | None,
        limit: int,
    ) -> Page[WebhookDelivery, TimeCursor]:
        """Deliveries, the newest first. Raises WEBHOOK_NOT_FOUND for a filter by one that is not there."""
        async with begin_for(self._transactions, principal) as tx:
            if webhook_id is not None:
                await _known(tx, webhook_id)
            found = await tx.webhook_deliveries.list(
                webhook_id=webhook_id, state=state, before=before, limit=limit + 1
            )
        return page_of(found, limit, lambda each: TimeCursor(each.queued_at, each.delivery_id))

    async def replay(self, principal: Principal, delivery_id: UUID) -> WebhookDelivery:
        """Queues a delivery again, unless it waits to be sent."""
        async with begin_for(self._transactions, principal) as tx:
            before = await tx.webhook_deliveries.get(delivery_id)
            again = await tx.webhook_deliveries.replay(delivery_id, self._clock.now())
            if before is None or again is None:
                raise not_found("webhook_delivery", delivery_id)
            if before != again:
                detail = {"delivery_id": delivery_id, "state": before.state.value}
                await self._note(tx, principal, Action.WEBHOOK_REPLAY, before.webhook_id, detail)
        return again

    async def replay_between(
        self, principal: Principal, webhook_id: UUID, state: DeliveryState, start: datetime, end: datetime
    ) -> int:
        """Queues deliveries of a time again; how many. Raises INVALID_FIELD for an empty time."""
        if end <= start:
            said = "must be after start_time"
            raise invalid_fields([FieldViolation("end_time", said, "replay.range")])
        async with begin_for(self._transactions, principal) as tx:
            await _known(tx, webhook_id)
            count = await tx.webhook_deliveries.replay_between(
                webhook_id, state, start, end, self._clock.now()
            )
            detail = {"state": state.value, "start": start, "end": end, "count": count}
            await self._note(tx, principal, Action.WEBHOOK_REPLAY, webhook_id, detail)
        return count

    def _changed(self, webhook: Webhook, values: WebhookValues) -> Webhook:
        if values.url is not None:
            fault = fault_of_url(values.url, allow_private=self._allow_private)
            if fault is not None:
                raise invalid_fields([FieldViolation("webhook.url", fault, "webhook.url")])
        return replace(
            webhook,
            url=webhook.url if values.url is None else values.url,
            description=webhook.description if values.description is None else values.description,
            event_types=webhook.event_types if values.event_types is None else values.event_types,
            site_ids=webhook.site_ids if values.site_ids is None else values.site_ids,
            enabled=webhook.enabled if values.enabled is None else values.enabled,
        )

    async def _note(
        self,
        tx: Transaction,
        principal: Principal,
        action: Action,
        webhook_id: UUID,
        detail: Mapping[str, object],
    ) -> None:
        await tx.audit.append(
            AuditEntry.of(
                principal, action, webhook_id, at=self._clock.now(), detail=detail, resource=_RESOURCE
            )
        )


async def _held_at(tx: Transaction) -> int:
    """The present revision, while nothing is handed to webhooks until the transaction ends."""
    await tx.event_cursors.hold(EventReader.WEBHOOKS, (await tx.changes.horizon()).current)
    return (await tx.changes.horizon()).current


async def _known(tx: Transaction, webhook_id: UUID) -> Webhook:
    webhook = await tx.webhooks.get(webhook_id)
    if webhook is None:
        raise not_found(_RESOURCE, webhook_id)
    return webhook


async def _require_sites(tx: Transaction, values: WebhookValues) -> None:
    for site_id in sorted(values.site_ids or ()):
        if await tx.sites.get(site_id) is None:
            raise not_found("site", site_id)
