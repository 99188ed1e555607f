"""Receivers of events over HTTPS, and how far each event is on its way to one."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent

MOST_WEBHOOKS: Final = 20
"""How many a tenant may have."""
SECRET_BYTES: Final = 32
OLD_SECRET_SIGNS_FOR: Final = timedelta(hours=24)
DELIVERIES_KEPT: Final = timedelta(days=7)


class SendFailure(StrEnum):
    """Why an attempt failed."""

    STATUS = "STATUS"
    """The receiver answered, and not with success."""
    TIMEOUT = "TIMEOUT"
    CONNECTION = "CONNECTION"
    TLS = "TLS"
    ADDRESS_REFUSED = "ADDRESS_REFUSED"
    """The name leads to an address that nothing is sent to."""
    NOT_RESOLVED = "NOT_RESOLVED"
    SECRET_UNREADABLE = "SECRET_UNREADABLE"  # noqa: S105
    """The secret was sealed with a key that this core does not have."""


@dataclass(frozen=True, slots=True)
class WebhookHealth:
    """How attempts went: when the last one did that succeeded, and how many failed since."""

    last_success_at: datetime | None = None
    consecutive_failures: int = 0
    last_failure: str = ""

    def after(self, failure: SendFailure | None, at: datetime) -> "WebhookHealth":
        """After one more attempt; None is a success."""
        if failure is None:
            return replace(self, last_success_at=at, consecutive_failures=0)
        return replace(self, consecutive_failures=self.consecutive_failures + 1, last_failure=failure.value)


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    """What signs for a receiver, sealed. `previous` signs as well until `previous_until`."""

    current: bytes = field(repr=False)
    previous: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None

    def rotated(self, new: bytes, at: datetime) -> "SealedSecrets":
        """With another secret in use. Of two that were rotated within a day the older one signs no more."""
        return SealedSecrets(new, self.current, at + OLD_SECRET_SIGNS_FOR)

    def at(self, now: datetime) -> tuple[bytes, ...]:
        """Those that sign at a moment, the one in use first."""
        if self.previous is None or self.previous_until is None or self.previous_until <= now:
            return (self.current,)
        return (self.current, self.previous)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A receiver. Empty `event_types` or `site_ids` mean any. It hears of what is after `since_revision`."""

    webhook_id: UUID
    url: str = field(repr=False)
    """Some receivers' addresses are secrets by themselves."""
    description: str
    event_types: frozenset[EventType]
    site_ids: frozenset[UUID]
    enabled: bool
    created_at: datetime
    updated_at: datetime
    since_revision: int
    secrets: SealedSecrets = field(repr=False)
    health: WebhookHealth = WebhookHealth()

    def wants(self, event: OutgoingEvent) -> bool:
        """Whether the event of a change is for this receiver."""
        return (
            self.enabled
            and event.revision is not None
            and event.revision > self.since_revision
            and (not self.event_types or event.event_type in self.event_types)
            and (not self.site_ids or event.site_id in self.site_ids)
        )


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """One event on its way to one receiver. `next_attempt_at` is None unless it is pending."""

    delivery_id: UUID
    webhook_id: UUID
    event: OutgoingEvent
    queued_at: datetime
    state: DeliveryState
    next_attempt_at: datetime | None
    attempts: int = 0
    last_attempt_at: datetime | None = None
    last_status: int = 0
    last_failure: str = ""

    @classmethod
    def of(cls, webhook_id: UUID, event: OutgoingEvent, at: datetime) -> "WebhookDelivery":
        """A new one, to be sent at once."""
        return cls(new_id(), webhook_id, event, at, DeliveryState.PENDING, at)

    def delivered(self, status: int, at: datetime) -> "WebhookDelivery":
        """After the attempt that the receiver took."""
        return replace(
            self,
            state=DeliveryState.DELIVERED,
            next_attempt_at=None,
            attempts=self.attempts + 1,
            last_attempt_at=at,
            last_status=status,
            last_failure="",
        )

    def failed(
        self, failure: SendFailure, status: int, at: datetime, *, again_at: datetime | None
    ) -> "WebhookDelivery":
        """After an attempt in vain; it is dead when there is no other one."""
        return replace(
            self,
            state=DeliveryState.DEAD if again_at is None else DeliveryState.PENDING,
            next_attempt_at=again_at,
            attempts=self.attempts + 1,
            last_attempt_at=at,
            last_status=status,
            last_failure=failure.value,
        )


MOST_ATTEMPTS: Final = 10
LONGEST_EFFORT: Final = timedelta(hours=24)
_FIRST_DELAY: Final = timedelta(seconds=20)
_FACTOR: Final = 3
_LONGEST_DELAY: Final = timedelta(hours=16)
_LONGEST_PAUSE: Final = timedelta(minutes=5)


def retry_at(delivery: WebhookDelivery, now: datetime, dice: float) -> datetime | None:
    """When a delivery is sent again that failed at `now`; None when that was its last attempt.

    The longest delay triples from 20 seconds to 16 hours, and `dice`, from 0 to 1, says how much of it is
    waited (full jitter): ten attempts take about a day. One that was queued 24 hours ago has no other.
    """
    failed = delivery.attempts + 1
    if failed >= MOST_ATTEMPTS or now - delivery.queued_at >= LONGEST_EFFORT:
        return None
    longest: timedelta = min(_LONGEST_DELAY, _FIRST_DELAY * _FACTOR ** (failed - 1))
    return now + longest * dice


def paused_until(health: WebhookHealth, now: datetime, dice: float) -> datetime:
    """Until when a receiver is left alone after a failure: at most 5 minutes, `dice` as in retry_at.

    So that whatever waits is not tried, one after the other, on a receiver that is away.
    """
    longest: timedelta = min(_LONGEST_PAUSE, timedelta(seconds=1 << min(health.consecutive_failures, 9)))
    return now + longest * dice


def changed_values(webhook: Webhook) -> Mapping[str, object]:
    """What the audit log shows of a webhook: all but its address, which may be a secret."""
    return {
        "description": webhook.description,
        "event_types": sorted(webhook.event_types),
        "site_ids": sorted(map(str, webhook.site_ids)),
        "enabled": webhook.enabled,
    }
