"""When a delivery is tried again, who hears of what, and which secrets sign."""

from dataclasses import replace
from datetime import timedelta

from fakes.manual_clock import START
from footfall_server.domain.change import Change, ChangeKind, Topic
from footfall_server.domain.identifiers import new_id
from footfall_server.domain.outgoing_event import EventType, OutgoingEvent
from footfall_server.domain.webhook import (
    MOST_ATTEMPTS,
    DeliveryState,
    SealedSecrets,
    SendFailure,
    Webhook,
    WebhookDelivery,
    WebhookHealth,
    changed_values,
    paused_until,
    retry_at,
)
from hypothesis import given
from hypothesis import strategies as st

TENANT = new_id()


def a_webhook() -> Webhook:
    return Webhook(
        webhook_id=new_id(),
        url="https://shop.example/s3cr3t",
        description="Kasse",
        event_types=frozenset(),
        site_ids=frozenset(),
        enabled=True,
        created_at=START,
        updated_at=START,
        since_revision=10,
        secrets=SealedSecrets(b"sealed"),
    )


def an_event(revision: int = 11, topic: Topic = Topic.VISITS) -> OutgoingEvent:
    change = Change(revision, topic, ChangeKind.UPDATED, new_id(), new_id(), START)
    return OutgoingEvent.of(TENANT, change)


def waits(dice: float) -> list[timedelta]:
    """How long a delivery waits between its attempts, on a receiver that is away."""
    delivery, now, found = WebhookDelivery.of(new_id(), an_event(), START), START, []
    while (again := retry_at(delivery, now, dice)) is not None:
        found.append(again - now)
        delivery = delivery.failed(SendFailure.TIMEOUT, 0, now, again_at=again)
        now = again
    return found


def test_ten_attempts_take_about_a_day() -> None:
    assert [each.total_seconds() for each in waits(0.5)] == [
        10 * 3**number if number < 8 else 57600 / 2 for number in range(9)
    ][: len(waits(0.5))]
    assert timedelta(hours=12) < sum(waits(0.5), timedelta()) < timedelta(hours=24)
    assert len(waits(0.5)) == MOST_ATTEMPTS - 1
    assert len(waits(0.0)) == MOST_ATTEMPTS - 1, "no endless attempts whatever the dice say"


def test_what_waits_for_a_day_is_dead_at_its_next_failure() -> None:
    delivery = WebhookDelivery.of(new_id(), an_event(), START)
    assert retry_at(delivery, START + timedelta(hours=23), 0.5) is not None
    assert retry_at(delivery, START + timedelta(hours=24), 0.5) is None
    dead = delivery.failed(SendFailure.STATUS, 500, START, again_at=None)
    assert (dead.state, dead.next_attempt_at, dead.attempts) == (DeliveryState.DEAD, None, 1)


@given(st.floats(0, 1), st.integers(0, 1000))
def test_delays_are_within_their_bounds(dice: float, failures: int) -> None:
    for number, each in enumerate(waits(dice)):
        assert timedelta(0) <= each <= min(timedelta(hours=16), timedelta(seconds=20) * 3**number)
    pause = paused_until(WebhookHealth(None, failures), START, dice) - START
    assert timedelta(0) <= pause <= timedelta(minutes=5)


def test_a_webhook_hears_of_what_it_asked_for() -> None:
    webhook, event = a_webhook(), an_event()
    site_id = event.site_id
    assert site_id is not None
    assert webhook.wants(event)
    assert not webhook.wants(an_event(revision=10)), "that was before it was made"
    assert not replace(webhook, enabled=False).wants(event)
    assert replace(webhook, event_types=frozenset({EventType.VISIT_UPDATED})).wants(event)
    assert not replace(webhook, event_types=frozenset({EventType.VISIT_CREATED})).wants(event)
    assert replace(webhook, site_ids=frozenset({site_id, new_id()})).wants(event)
    assert not replace(webhook, site_ids=frozenset({new_id()})).wants(event)
    assert not webhook.wants(OutgoingEvent.test(TENANT, START)), "a test is for one webhook, not for all"


def test_the_old_secret_signs_for_a_day() -> None:
    secrets = SealedSecrets(b"first")
    assert secrets.at(START) == (b"first",)
    rotated = secrets.rotated(b"second", START)
    assert rotated.at(START + timedelta(hours=23, minutes=59)) == (b"second", b"first")
    assert rotated.at(START + timedelta(hours=24)) == (b"second",)
    assert rotated.rotated(b"third", START).at(START) == (b"third", b"second")


def test_health_counts_failures_until_a_success() -> None:
    health = WebhookHealth().after(SendFailure.TIMEOUT, START).after(SendFailure.STATUS, START)
    assert (health.consecutive_failures, health.last_failure, health.last_success_at) == (2, "STATUS", None)
    well = health.after(None, START)
    assert (well.consecutive_failures, well.last_success_at) == (0, START)


def test_neither_logs_nor_the_audit_log_see_addresses_and_secrets() -> None:
    webhook = a_webhook()
    assert "s3cr3t" not in repr(webhook)
    assert "sealed" not in repr(webhook)
    assert "s3cr3t" not in str(changed_values(webhook))
