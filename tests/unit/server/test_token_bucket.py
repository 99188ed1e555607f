"""Buckets and shares: never more than was promised, never less, and nobody pays for another."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fakes.manual_clock import START, ManualClock
from footfall_server.domain.identity import Principal, Role
from footfall_server.domain.limits import Limits
from footfall_server.domain.token_bucket import Rate, TokenBucket
from footfall_server.errors import FootfallError
from footfall_server.services.shares import BucketTable, Currency, Shares
from hypothesis import given
from hypothesis import strategies as st

RATE = Rate(per_second=8, burst=16)
# Powers of two, so that sums of floats are exact and the assertions need no tolerance.
gaps = st.integers(min_value=-64, max_value=256).map(lambda sixteenths: sixteenths / 16)
costs = st.integers(min_value=0, max_value=20)
steps = st.lists(st.tuples(gaps, costs), max_size=60)


@given(steps)
def test_no_span_of_time_holds_more_than_the_burst_and_what_flowed_in(
    steps: Sequence[tuple[float, int]],
) -> None:
    now = clock = 1_000_000.0
    bucket = TokenBucket(RATE, now=now)
    taken: list[tuple[float, float]] = []
    for gap, cost in steps:
        now += gap
        clock += max(0.0, gap)  # time that runs backwards brings nothing
        if bucket.delay(cost, now=now) == 0:
            bucket.take(cost, now=now)
            taken.append((clock, min(cost, RATE.burst)))
    for first, (begin, _) in enumerate(taken):
        for last in range(first, len(taken)):
            spent = sum(cost for _, cost in taken[first : last + 1])
            flowed = RATE.per_second * (taken[last][0] - begin)
            assert spent <= RATE.burst + flowed, f"{spent} within {taken[last][0] - begin} s"


@given(steps, costs)
def test_whoever_waits_as_told_is_let_in_and_not_a_moment_earlier(
    steps: Sequence[tuple[float, int]], cost: int
) -> None:
    now = 1_000_000.0
    bucket = TokenBucket(RATE, now=now)
    for gap, each in steps:
        now += gap
        bucket.take(each, now=now)
    delay = bucket.delay(cost, now=now)
    if delay:
        assert bucket.delay(cost, now=now + delay - 1 / 16) > 0, "it was told to wait for too long"
    assert bucket.delay(cost, now=now + delay) == 0, "the time that it was told did not suffice"


@given(st.lists(gaps.map(abs), min_size=1, max_size=20))
def test_the_filling_does_not_depend_on_how_often_one_looks(waits: Sequence[float]) -> None:
    often, once = TokenBucket(RATE, now=0), TokenBucket(RATE, now=0)
    now = 0.0
    for bucket in (often, once):
        bucket.take(16, now=0)
    for wait in waits:
        now += wait
        often.delay(1, now=now)
    assert often.delay(16, now=now) == once.delay(16, now=now)


def test_a_cost_above_the_burst_can_be_paid() -> None:
    bucket = TokenBucket(RATE, now=0)
    assert bucket.delay(1000, now=0) == 0
    bucket.take(1000, now=0)
    assert bucket.delay(1000, now=0) == 2


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (1, 0), (-1, 1)])
def test_a_rate_is_above_zero(per_second: float, burst: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Rate(per_second, burst)


def test_a_table_forgets_whoever_was_quiet_for_longest() -> None:
    table = BucketTable(RATE, size=3)
    for key in ("a", "b", "c"):
        table.bucket(key, now=0).take(16, now=0)
    table.bucket("a", now=0)
    table.bucket("d", now=0)
    assert len(table) == 3
    assert table.bucket("a", now=0).delay(1, now=0) > 0, "it was used just now and is remembered"
    assert table.bucket("b", now=0).delay(1, now=0) == 0, "it was quiet for longest and is forgotten"


def principal(tenant_id: UUID | None) -> Principal:
    return Principal(uuid4(), Role.WORKER, tenant_id, START + timedelta(hours=1))


def refused(shares: Shares, caller: Principal, currency: Currency = Currency.CALLS, cost: float = 1) -> str:
    with pytest.raises(FootfallError) as caught:
        shares.take(caller, currency, cost)
    assert caught.value.reason == "RATE_LIMITED"
    assert caught.value.retry_after is not None
    return caught.value.metadata["limit"]


def shares_of(clock: ManualClock) -> Shares:
    rates = {"principal_calls": Rate(1, 4), "tenant_calls": Rate(2, 6)}
    events = {"principal_events": Rate(1, 4), "tenant_events": Rate(2, 6)}
    return Shares(limits=Limits(**rates, **events, principal_streams=2, tenant_streams=3), clock=clock)


def test_one_caller_cannot_spend_what_its_tenant_has_for_others() -> None:
    shares, tenant = shares_of(ManualClock()), uuid4()
    loud, quiet = principal(tenant), principal(tenant)
    shares.take(loud, Currency.CALLS, 4)
    assert refused(shares, loud) == "principal_calls"
    shares.take(quiet, Currency.CALLS, 2)
    assert refused(shares, quiet) == "tenant_calls"


def test_a_flood_of_one_tenant_costs_another_nothing() -> None:
    shares, flooding = shares_of(ManualClock()), uuid4()
    for _ in range(3):
        shares.take(principal(flooding), Currency.CALLS, 2)
    for _ in range(100):
        refused(shares, principal(flooding))
    shares.take(principal(uuid4()), Currency.CALLS, 4)


def test_what_is_refused_costs_nobody_anything() -> None:
    clock = ManualClock()
    shares, tenant = shares_of(clock), uuid4()
    shares.take(principal(tenant), Currency.CALLS, 4)
    newcomer = principal(tenant)
    for _ in range(10):
        assert refused(shares, newcomer, cost=3) == "tenant_calls"
    clock.advance(timedelta(milliseconds=500))
    shares.take(newcomer, Currency.CALLS, 3)


def test_events_and_calls_are_counted_apart() -> None:
    shares, caller = shares_of(ManualClock()), principal(uuid4())
    shares.take(caller, Currency.EVENTS, 4)
    refused(shares, caller, Currency.EVENTS)
    shares.take(caller, Currency.CALLS, 4)


def test_whoever_acts_for_no_tenant_is_limited_alone() -> None:
    shares, system = shares_of(ManualClock()), principal(None)
    shares.take(system, Currency.CALLS, 4)
    assert refused(shares, system) == "principal_calls"


def test_events_that_wait_stand_in_a_queue() -> None:
    clock = ManualClock()
    shares, tenant = shares_of(clock), uuid4()
    caller, other = principal(tenant), principal(tenant)
    waits = [shares.reserve_event(caller).total_seconds() for _ in range(6)]
    assert waits == [0, 0, 0, 0, 1, 2], "after the burst, one a second"
    assert shares.reserve_event(other).total_seconds() == 0.5, "the tenant's two a second, for both of them"
    clock.advance(timedelta(seconds=10))
    assert shares.reserve_event(caller).total_seconds() == 0


def test_streams_are_counted_while_they_are_open() -> None:
    shares, tenant = shares_of(ManualClock()), uuid4()
    caller, other = principal(tenant), principal(tenant)
    with shares.stream(caller), shares.stream(caller):
        with pytest.raises(FootfallError) as caught, shares.stream(caller):
            pass
        assert caught.value.metadata == {"limit": "principal_streams"}
        with shares.stream(other):
            with pytest.raises(FootfallError) as caught, shares.stream(other):
                pass
            assert caught.value.metadata == {"limit": "tenant_streams"}
        with shares.stream(other):
            pass
    with shares.stream(caller), shares.stream(caller):
        pass
    assert not shares._open_streams, "a key without a stream takes no memory"
