"""What each caller, tenant and address may still ask of this replica."""

import math
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum

from footfall_server.domain.identity import Principal
from footfall_server.domain.limits import Limits
from footfall_server.domain.token_bucket import Rate, TokenBucket
from footfall_server.errors import ErrorKind, FootfallError
from footfall_server.ports import Clock

STREAM_RETRY = timedelta(seconds=5)
"""When to ask again for a stream: nobody knows when another one ends."""


class Currency(Enum):
    """What a call draws on."""

    CALLS = "calls"
    EVENTS = "events"


class BucketTable:
    """A bucket per key. Of more than `size` keys the one that was quiet for longest is forgotten."""

    def __init__(self, rate: Rate, *, size: int) -> None:
        self._rate = rate
        self._size = size
        self._buckets: OrderedDict[Hashable, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def bucket(self, key: Hashable, *, now: float) -> TokenBucket:
        """The key's bucket; a full one when it was not known."""
        found = self._buckets.get(key)
        if found is None:
            if len(self._buckets) >= self._size:
                self._buckets.popitem(last=False)
            found = self._buckets[key] = TokenBucket(self._rate, now=now)
        else:
            self._buckets.move_to_end(key)
        return found


class Shares:
    """Takes from the buckets of everybody concerned, or from none of them."""

    def __init__(self, *, limits: Limits, clock: Clock) -> None:
        self._clock = clock
        self._limits = limits
        size = limits.table_size
        self._principals: Mapping[Currency, BucketTable] = {
            Currency.CALLS: BucketTable(limits.principal_calls, size=size),
            Currency.EVENTS: BucketTable(limits.principal_events, size=size),
        }
        self._tenants: Mapping[Currency, BucketTable] = {
            Currency.CALLS: BucketTable(limits.tenant_calls, size=size),
            Currency.EVENTS: BucketTable(limits.tenant_events, size=size),
        }
        self._addresses = BucketTable(limits.address_calls, size=size)
        self._open_streams: Counter[tuple[str, Hashable]] = Counter()

    def take(self, principal: Principal, currency: Currency, cost: float) -> None:
        """Raises RATE_LIMITED, with the time to wait, and takes nothing then."""
        now = self._now()
        buckets = self._buckets(principal, currency, now)
        _require(buckets, cost, now=now)
        for _, bucket in buckets:
            bucket.take(cost, now=now)

    def take_for_address(self, address: str, cost: float) -> None:
        """For a call without a token. Raises RATE_LIMITED."""
        now = self._now()
        bucket = self._addresses.bucket(address, now=now)
        _require([("address_calls", bucket)], cost, now=now)
        bucket.take(cost, now=now)

    def reserve_event(self, principal: Principal) -> timedelta:
        """Takes one event and says how long to wait before it is handled. Those who wait are in a queue."""
        now = self._now()
        waits = [0.0]
        for _, bucket in self._buckets(principal, Currency.EVENTS, now):
            waits.append(bucket.delay(1, now=now))
            bucket.take(1, now=now)
        return timedelta(seconds=max(waits))

    @contextmanager
    def stream(self, principal: Principal) -> Iterator[None]:
        """Counts a stream of the caller while it is open. Raises RATE_LIMITED when there are too many."""
        keys: list[tuple[str, Hashable, int]] = [
            ("principal_streams", principal.subject_id, self._limits.principal_streams)
        ]
        if principal.tenant_id is not None:
            keys.append(("tenant_streams", principal.tenant_id, self._limits.tenant_streams))
        with self._counted(keys):
            yield

    @contextmanager
    def stream_for_address(self, address: str) -> Iterator[None]:
        """Counts a stream without a token while it is open. Raises RATE_LIMITED when there are too many."""
        with self._counted([("address_streams", address, self._limits.address_streams)]):
            yield

    @contextmanager
    def _counted(self, keys: Sequence[tuple[str, Hashable, int]]) -> Iterator[None]:
        for limit, key, most in keys:
            if self._open_streams[limit, key] >= most:
                raise FootfallError(
                    ErrorKind.RESOURCE_EXHAUSTED,
                    "RATE_LIMITED",
                    f"{most} streams are open already; close one",
                    metadata={"limit": limit},
                    retry_after=STREAM_RETRY,
                )
        for limit, key, _ in keys:
            self._open_streams[limit, key] += 1
        try:
            yield
        finally:
            for limit, key, _ in keys:
                self._open_streams[limit, key] -= 1
                if not self._open_streams[limit, key]:
                    del self._open_streams[limit, key]

    def _buckets(
        self, principal: Principal, currency: Currency, now: float
    ) -> Sequence[tuple[str, TokenBucket]]:
        mine = self._principals[currency].bucket(principal.subject_id, now=now)
        found = [(f"principal_{currency.value}", mine)]
        if principal.tenant_id is not None:
            ours = self._tenants[currency].bucket(principal.tenant_id, now=now)
            found.append((f"tenant_{currency.value}", ours))
        return found

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _require(buckets: Sequence[tuple[str, TokenBucket]], cost: float, *, now: float) -> None:
    limit, delay = max(
        ((limit, bucket.delay(cost, now=now)) for limit, bucket in buckets), key=lambda found: found[1]
    )
    if delay > 0:
        raise FootfallError(
            ErrorKind.RESOURCE_EXHAUSTED,
            "RATE_LIMITED",
            "more was asked of this replica than the caller's share; ask again later, and less often",
            metadata={"limit": limit},
            # In whole milliseconds and never too short, so that whoever waits as told is let in.
            retry_after=timedelta(milliseconds=math.ceil(delay * 1000)),
        )


def no_wait(_principal: Principal) -> timedelta:
    """In place of `Shares.reserve_event` where nothing is limited."""
    return timedelta(0)
