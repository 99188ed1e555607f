"""Who may read which camera: one worker at a time, by leases that the core gives.

A lease ends by this machine's steady clock, counted from when the worker asked, which is before the core
answered: the worker is never the last to know. That holds while there is a link. Without one the worker goes
on under the lease that it has: the core may be away for a day, and no visitor of that day may be lost. When
another worker was given the camera meanwhile, the core refuses by the token what this one captured after
that, and the other one told it: nothing is counted twice.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

_GRACE_S = 15.0
"""A lease of before the link was made that nobody holds by the core's word is given anew within this time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What the core says of a camera. token: 0 when another worker holds it, or nobody does.

    holder_worker_id and holder_name: who holds it, empty when nobody does.
    """

    camera_id: str
    token: int
    time_to_live_s: float = 0.0
    holder_worker_id: str = ""
    holder_name: str = ""


@dataclass(frozen=True, slots=True)
class HeldLease:
    """A lease that the worker works under."""

    camera_id: str
    token: int


@dataclass(frozen=True, slots=True)
class _Entry:
    lease: Lease
    ends_at: float


class LeaseBook:
    """The leases of the cameras that are wanted. A camera that the core gives no lease for may be read.

    on_change is called when a camera may be read, may not any more, or is held by somebody else.
    """

    def __init__(self, *, steady: Callable[[], float] = time.monotonic) -> None:
        """steady: seconds that never jump."""
        self._steady = steady
        self._entries: dict[str, _Entry] = {}
        self._linked = False
        self._is_new_link = False
        self._asked_at = steady()
        self._given_back: dict[str, float] = {}
        self._waiting: set[asyncio.Future[None]] = set()
        self.on_change: Callable[[], None] = lambda: None

    def link_up(self, *, asked_at: float) -> None:
        """There is a link now; what the core says next answers what was asked then."""
        self._linked = self._is_new_link = True
        self._asked_at = asked_at

    def link_down(self) -> None:
        """There is no link any more: what is held now is held on."""
        self.expire()
        self._linked = False

    def asked(self, at: float) -> None:
        """A heartbeat goes out that asks to keep the leases."""
        self._asked_at = at

    def restore(self, leases: Iterable[Lease]) -> None:
        """Take what was known before a restart; it holds until there is a link."""
        self._entries = {lease.camera_id: _Entry(lease, self._asked_at) for lease in leases}

    def replace(self, leases: Iterable[Lease]) -> None:
        """Take the leases of all wanted cameras, as they came with a wanted set."""
        before = self._entries
        self._entries = {}
        for lease in leases:
            entry = self._entry(lease, self._asked_at)
            old = before.get(lease.camera_id)
            if self._is_new_link and old and old.lease.token and not (lease.token or lease.holder_worker_id):
                # Nobody took it while the link was away; the heartbeat that follows asks for it again.
                entry = replace(old, ends_at=self._steady() + _GRACE_S)
            self._entries[lease.camera_id] = entry
        self._is_new_link = False
        self._tell(before)

    def update(self, leases: Iterable[Lease], *, asked_at: float | None = None) -> None:
        """Take what the core says of some cameras; asked_at: of the heartbeat that it answers, if it does."""
        before, asked = dict(self._entries), self._asked_at if asked_at is None else asked_at
        for lease in leases:
            # What was asked for before the camera was given back is answered as if it had not been.
            if not lease.token or asked > self._given_back.get(lease.camera_id, float("-inf")):
                self._entries[lease.camera_id] = self._entry(lease, asked)
        self._tell(before)

    def give_back(self, camera_id: str) -> HeldLease | None:
        """Hold a camera no more; what was held, to be told to the core."""
        entry = self._entries.get(camera_id)
        if entry is None or not entry.lease.token:
            return None
        before = dict(self._entries)
        self._entries[camera_id] = _without_token(entry)
        self._given_back[camera_id] = self._steady()
        self._tell(before)
        return HeldLease(camera_id, entry.lease.token)

    def expire(self) -> None:
        """Let go what was not heard of for too long while there was a link."""
        if not self._linked:
            return
        before, now = dict(self._entries), self._steady()
        for camera_id, entry in before.items():
            if entry.lease.token and now >= entry.ends_at:
                self._entries[camera_id] = _without_token(entry)
        self._tell(before)

    async def changed(self) -> None:
        """Return when something has changed from now on."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)

    def of(self, camera_id: str) -> Lease | None:
        """What is known of a camera; None when no leases are given for it: it may be read."""
        entry = self._entries.get(camera_id)
        return entry.lease if entry else None

    def all(self) -> Sequence[Lease]:
        """What is known of every camera."""
        return [entry.lease for entry in self._entries.values()]

    def held(self) -> Sequence[HeldLease]:
        """The leases that the worker works under."""
        return [
            HeldLease(camera_id, entry.lease.token)
            for camera_id, entry in self._entries.items()
            if entry.lease.token
        ]

    def next_end_in_s(self) -> float | None:
        """Seconds until the next lease ends; None when none is about to."""
        ends = [entry.ends_at for entry in self._entries.values() if entry.lease.token]
        return max(min(ends) - self._steady(), 0.0) if self._linked and ends else None

    def _entry(self, lease: Lease, asked_at: float) -> _Entry:
        return _Entry(lease, asked_at + lease.time_to_live_s)

    def _tell(self, before: dict[str, _Entry]) -> None:
        if {one: entry.lease for one, entry in before.items()} != {
            one: entry.lease for one, entry in self._entries.items()
        }:
            self.on_change()
            for waiting in self._waiting:
                if not waiting.done():
                    waiting.set_result(None)


def _without_token(entry: _Entry) -> _Entry:
    return replace(entry, lease=replace(entry.lease, token=0, holder_worker_id="", holder_name=""))
