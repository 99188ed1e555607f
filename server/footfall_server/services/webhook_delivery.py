"""Sends what waits for webhooks, each webhook from one replica at a time."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from footfall_server.domain.audit import Action, AuditEntry
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.webhook import (
    LONGEST_EFFORT,
    SendFailure,
    Webhook,
    WebhookDelivery,
    WebhookHealth,
    paused_until,
    retry_at,
)
from footfall_server.domain.webhook_signature import signed_headers
from footfall_server.errors import FootfallError
from footfall_server.ports import (
    Clock,
    Receiver,
    SecretSeal,
    SendFailedError,
    Transactions,
    WebhookSender,
)
from footfall_server.services.backoff import Backoff

GONE: Final = 410
_SUCCESS: Final = range(200, 300)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeliveryLimits:
    """How much one replica sends at once, and for how long a webhook is its own.

    `lease` is longer than an attempt takes. After `turn` deliveries a webhook goes back, so that others have
    their turn.
    """

    at_once: int = 32
    at_once_per_tenant: int = 8
    lease: timedelta = timedelta(minutes=1)
    turn: int = 100
    lot: int = 20
    look_every: timedelta = timedelta(seconds=1)


@dataclass(slots=True)
class _Turn:
    """A webhook in this replica's hands."""

    tenant_id: UUID
    webhook: Webhook
    token: UUID
    health: WebhookHealth


class WebhookDeliveries:
    """Runs on every replica. A webhook is sent to by whoever claimed it, one event after the other.

    So events come in the order of revisions, but for those that are tried again; and a receiver that is slow
    keeps nobody waiting but itself.
    """

    def __init__(
        self,
        *,
        transactions: Transactions,
        sender: WebhookSender,
        seal: SecretSeal,
        clock: Clock,
        limits: DeliveryLimits | None = None,
        dice: random.Random | None = None,
    ) -> None:
        self._transactions = transactions
        self._sender = sender
        self._seal = seal
        self._clock = clock
        self._limits = limits or DeliveryLimits()
        self._dice = dice or random.SystemRandom()
        self._backoff = Backoff(first=timedelta(milliseconds=500), limit=timedelta(seconds=30))
        self._turns: dict[asyncio.Task[None], UUID] = {}
        self._called = asyncio.Event()

    def call(self) -> None:
        """There may be something to send."""
        self._called.set()

    async def run(self) -> None:
        """Sends for as long as the process lives. What is under way then is tried again by others."""
        try:
            while True:
                try:
                    await self.begin_turns()
                except FootfallError as error:
                    delay = self._backoff.failed().total_seconds()
                    _log.warning("webhooks_wait", reason=error.reason, seconds=round(delay, 1))
                    await asyncio.sleep(delay)
                else:
                    self._backoff.succeeded()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._limits.look_every.total_seconds()):
                        await self._called.wait()
                self._called.clear()
        finally:
            for task in tuple(self._turns):
                task.cancel()
            await asyncio.gather(*self._turns, return_exceptions=True)

    async def drain(self) -> None:
        """Sends what is due until nothing is, or all that is left waits or is in others' hands."""
        while await self.begin_turns() or self._turns:
            await asyncio.gather(*self._turns)

    async def begin_turns(self) -> int:
        """Claims webhooks that are due, as many as there is room for, and begins to send; how many."""
        async with self._transactions.begin_platform() as platform:
            tenant_ids = list(await platform.tenants_with_webhooks_due(self._clock.now()))
        # Whoever came last would be last every time there is no room for all.
        self._dice.shuffle(tenant_ids)
        return sum([await self._begin_turns_of(tenant_id) for tenant_id in tenant_ids])

    async def _begin_turns_of(self, tenant_id: UUID) -> int:
        of_tenant = Counter(self._turns.values())[tenant_id]
        room = min(self._limits.at_once - len(self._turns), self._limits.at_once_per_tenant - of_tenant)
        if room <= 0:
            return 0
        token, now = new_id(), self._clock.now()
        async with self._transactions.begin(tenant_id) as tx:
            claimed = await tx.webhooks.claim(token, now, now + self._limits.lease, room)
        for webhook in claimed:
            turn = _Turn(tenant_id, webhook, token, webhook.health)
            task = asyncio.create_task(self._take(turn))
            self._turns[task] = tenant_id
            task.add_done_callback(self._over)
        return len(claimed)

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._turns[task]
        self.call()

    async def _take(self, turn: _Turn) -> None:
        log = _log.bind(tenant_id=str(turn.tenant_id), webhook_id=str(turn.webhook.webhook_id))
        failed = True  # unless it turns out otherwise, so that what goes wrong does so after a pause
        try:
            async with self._sender.to(turn.webhook.url) as receiver:
                failed = await self._send_what_is_due(turn, receiver)
        except FootfallError as error:
            # What was sent and could not be noted is sent again once the claim is over.
            log.warning("webhook_waits", reason=error.reason)
            return
        except Exception:  # of one webhook: the others go on, and this one is tried again
            log.exception("webhook_turn_failed")
            return
        finally:
            with suppress(FootfallError):
                await self._release(turn, failed=failed)

    async def _release(self, turn: _Turn, *, failed: bool) -> None:
        now = self._clock.now()
        pause = paused_until(turn.health, now, self._dice.random()) if failed else None
        async with self._transactions.begin(turn.tenant_id) as tx:
            await tx.webhooks.release(turn.webhook.webhook_id, turn.token, pause)

    async def _send_what_is_due(self, turn: _Turn, receiver: Receiver) -> bool:
        """Whether it ended by a failure."""
        sent = 0
        while sent < self._limits.turn:
            async with self._transactions.begin(turn.tenant_id) as tx:
                due = await tx.webhook_deliveries.due(
                    turn.webhook.webhook_id, self._clock.now(), self._limits.lot
                )
            if not due:
                break
            for delivery in due:
                status, failure = await self._attempt(turn, receiver, delivery)
                if not await self._settle(turn, delivery, status, failure):
                    return False
                if failure is not None:
                    return True
                sent += 1
        return False

    async def _attempt(
        self, turn: _Turn, receiver: Receiver, delivery: WebhookDelivery
    ) -> tuple[int, SendFailure | None]:
        """The HTTP status, 0 without an answer, and what went wrong."""
        now, webhook = self._clock.now(), turn.webhook
        opened = [
            self._seal.open(turn.tenant_id, webhook.webhook_id, each) for each in webhook.secrets.at(now)
        ]
        if opened[0] is None:
            return 0, SendFailure.SECRET_UNREADABLE
        body = delivery.event.body()
        signing = [each for each in opened if each is not None]
        headers = signed_headers(signing, delivery.event.event_id, body, now)
        try:
            status = await receiver.post(headers, body)
        except SendFailedError as error:
            return 0, error.failure
        return status, None if status in _SUCCESS else SendFailure.STATUS

    async def _settle(
        self, turn: _Turn, delivery: WebhookDelivery, status: int, failure: SendFailure | None
    ) -> bool:
        """Notes an attempt; False when the webhook is somebody else's by now, gone, or was changed."""
        now, webhook_id = self._clock.now(), turn.webhook.webhook_id
        turn.health = turn.health.after(failure, now)
        if failure is None:
            settled = delivery.delivered(status, now)
        else:
            again = None if status == GONE else retry_at(delivery, now, self._dice.random())
            settled = delivery.failed(failure, status, now, again_at=again)
            _log.info(
                "webhook_attempt_failed",
                tenant_id=str(turn.tenant_id),
                webhook_id=str(webhook_id),
                delivery_id=str(delivery.delivery_id),
                failure=failure.value,
                status=status,
                attempt=settled.attempts,
                dead=again is None,
            )
        async with self._transactions.begin(turn.tenant_id) as tx:
            noted = await tx.webhook_deliveries.settle(
                settled, turn.health, token=turn.token, until=now + self._limits.lease
            )
            if not noted:
                return False
            if failure is not None:
                await tx.webhook_deliveries.give_up(webhook_id, now - LONGEST_EFFORT)
            if status != GONE:
                current = await tx.webhooks.get(webhook_id)
                return current is not None and current.updated_at == turn.webhook.updated_at
            if await tx.webhooks.disable(webhook_id, now):
                entry = AuditEntry.by_nobody(
                    Action.WEBHOOK_GONE, webhook_id, at=now, detail={"status": status}, resource="webhook"
                )
                await tx.audit.append(entry)
        _log.warning("webhook_gone", tenant_id=str(turn.tenant_id), webhook_id=str(webhook_id))
        return False
