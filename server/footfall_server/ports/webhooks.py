"""Receivers of events, what is on its way to them, and how it gets there."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from footfall_server.domain.webhook import DeliveryState, SendFailure, Webhook, WebhookDelivery, WebhookHealth
from footfall_server.ports.paging import TimeCursor


class WebhookRepository(Protocol):
    """The tenant's webhooks."""

    async def add(self, webhook: Webhook, request_id: UUID | None) -> Webhook:
        """Adds a webhook, or gives the one that was added with the same request_id."""
        ...

    async def get(self, webhook_id: UUID) -> Webhook | None: ...

    async def list(self, *, before: TimeCursor | None, limit: int) -> Sequence[Webhook]:
        """The newest first."""
        ...

    async def listening(self) -> Sequence[Webhook]:
        """All that are enabled."""
        ...

    async def count(self) -> int: ...

    async def save(self, webhook: Webhook) -> None:
        """Everything but its health. One that is enabled is due when something waits for it."""
        ...

    async def disable(self, webhook_id: UUID, at: datetime) -> bool:
        """Switches it off; False when it was off, or is not there."""
        ...

    async def remove(self, webhook_id: UUID) -> bool:
        """With its deliveries."""
        ...

    async def claim(self, token: UUID, now: datetime, until: datetime, limit: int) -> Sequence[Webhook]:
        """Takes webhooks that are due and nobody's, so that one replica sends to each of them.

        Whoever has `token` is to be through with them, or to `settle` something, before `until`. What another
        replica is taking just now is left out.
        """
        ...

    async def release(self, webhook_id: UUID, token: UUID, not_before: datetime | None) -> None:
        """Gives it back: due when the next of its deliveries is, and not before a moment.

        Changes nothing when it is somebody else's by now.
        """
        ...


class WebhookDeliveryRepository(Protocol):
    """What was queued for the tenant's webhooks in the last days."""

    async def queue(self, deliveries: Sequence[WebhookDelivery]) -> None:
        """Adds deliveries, and makes their webhooks due."""
        ...

    async def due(self, webhook_id: UUID, now: datetime, limit: int) -> Sequence[WebhookDelivery]:
        """Those to be sent by now, in the order of revisions; tests first."""
        ...

    async def settle(
        self, delivery: WebhookDelivery, health: WebhookHealth, *, token: UUID, until: datetime
    ) -> bool:
        """Notes an attempt and how its webhook does, and renews the claim.

        False, and nothing is noted, when the webhook is gone or claimed by somebody else by now.
        """
        ...

    async def give_up(self, webhook_id: UUID, queued_before: datetime) -> int:
        """Makes those dead that wait for longer; how many."""
        ...

    async def get(self, delivery_id: UUID) -> WebhookDelivery | None: ...

    async def list(
        self,
        *,
        webhook_id: UUID | None,
        state: DeliveryState | None,
        before: TimeCursor | None,
        limit: int,
    ) -> Sequence[WebhookDelivery]:
        """The newest first, by when they were queued."""
        ...

    async def replay(self, delivery_id: UUID, at: datetime) -> WebhookDelivery | None:
        """Queues one again that is not pending; as it is then. None when there is no such delivery."""
        ...

    async def replay_between(
        self, webhook_id: UUID, state: DeliveryState, start: datetime, end: datetime, at: datetime
    ) -> int:
        """Queues those again that were committed from `start` to before `end`; how many."""
        ...

    async def forget(self, queued_before: datetime) -> int:
        """Removes those that were queued before a moment, whatever became of them; how many."""
        ...


class SecretSeal(Protocol):
    """Keeps receivers' secrets from whoever reads the database alone."""

    def seal(self, tenant_id: UUID, webhook_id: UUID, secret: bytes) -> bytes:
        """Readable only as a secret of this webhook. Raises UNAVAILABLE when there is no key to seal with."""
        ...

    def open(self, tenant_id: UUID, webhook_id: UUID, sealed: bytes) -> bytes | None:
        """The secret; None when it was sealed with another key, or as another webhook's."""
        ...


class SendFailedError(Exception):
    """Nothing was delivered. The text is the kind of failure, and quotes nothing."""

    def __init__(self, failure: SendFailure) -> None:
        super().__init__(failure.value)
        self.failure = failure


class Receiver(Protocol):
    """The receiver at one URL, for a few events one after the other."""

    async def post(self, headers: Mapping[str, str], body: bytes) -> int:
        """Posts JSON and returns the HTTP status. Raises SendFailedError when there is no answer."""
        ...


class WebhookSender(Protocol):
    """Speaks HTTP to receivers."""

    @property
    def allow_private(self) -> bool:
        """Whether receivers may have private addresses."""
        ...

    def to(self, url: str) -> AbstractAsyncContextManager[Receiver]:
        """Connects when the first event is posted; see domain.receiver_address for where it does."""
        ...
