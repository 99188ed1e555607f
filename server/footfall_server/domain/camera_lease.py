"""Who may read a camera: one worker at a time, by a lease with a token that fences. Pure.

After C. Gray and D. Cheriton, Leases (SOSP 1989): a lease ends by itself, so a holder that died blocks nobody
for long. A token that grows tells late words of an earlier holder from those of the present one.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

TIME_TO_LIVE = timedelta(seconds=60)
"""After this long without word of its holder a camera is passed on. Twice the heartbeat."""
MARGIN = timedelta(seconds=2)
"""A holder is told so much less: closing a camera takes a moment."""
ALIVE = timedelta(seconds=45)
"""A worker that was heard of within this time may be expected to ask; one and a half heartbeats."""
SETTLING = timedelta(seconds=30)
"""After a link was made, holders that are silent are waited for so long: they may be on their way back."""
HEAD_START = timedelta(seconds=10)
"""Who gives a camera back lets others have it for this long before asking again counts."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One worker's time with a camera. `token` grows whenever the camera changes hands.

    It is over when it was given back (`released_at`), or at `expires_at` once somebody else takes the camera.
    `clock_offset` is the core's clock less the worker's, as the worker said last.
    """

    camera_id: UUID
    site_id: UUID
    token: int
    worker_id: UUID
    granted_at: datetime
    expires_at: datetime
    released_at: datetime | None = None
    clock_offset: timedelta | None = None

    def is_held(self, now: datetime) -> bool:
        """Whether nobody else may have the camera."""
        return self.released_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True)
class LeasedCamera:
    """A camera that is to be read, whom people chose for it, and its newest lease."""

    camera_id: UUID
    assigned_worker_id: UUID | None
    lease: Lease | None


@dataclass(frozen=True, slots=True)
class SiteWorker:
    """A worker of the site. `is_linked` as far as the core knows."""

    worker_id: UUID
    display_name: str
    connected_at: datetime
    last_seen_at: datetime
    is_linked: bool

    def is_alive(self, now: datetime) -> bool:
        """Whether it may be expected to ask for a camera soon."""
        return self.is_linked and now - self.last_seen_at < ALIVE

    def may_judge(self, now: datetime) -> bool:
        """Whether it was heard of all the time in which a silent holder was not.

        After an outage of the core nobody was: who comes back first does not know that the others are gone.
        """
        return self.is_alive(now) and now - self.connected_at >= SETTLING


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site's cameras are read at the moment `now` of the database's clock."""

    site_id: UUID
    now: datetime
    cameras: Sequence[LeasedCamera]
    workers: Mapping[UUID, SiteWorker]


@dataclass(frozen=True, slots=True)
class Said:
    """What a worker says when it asks: `held` are the tokens that it works under, by camera.

    None when it asks without saying: then it may work under any that it was given.
    """

    worker_id: UUID
    held: Mapping[UUID, int] | None = None
    clock_offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LeaseWord:
    """What a worker is told of a camera. `token` is 0 when it may not read it; `holder_id` is who may."""

    camera_id: UUID
    token: int
    time_to_live: timedelta
    holder_id: UUID | None
    holder_name: str = field(default="", repr=False)


@dataclass(slots=True)
class LeasePlan:
    """What is to be written for a worker that asks, and what it is told.

    `renewed` are its leases, with the new expiry; `granted` are new ones or such as it had given back;
    `ended` are given back. `look_again_at` is when asking anew may answer otherwise.
    """

    renewed: list[Lease] = field(default_factory=list)
    granted: list[Lease] = field(default_factory=list)
    ended: list[Lease] = field(default_factory=list)
    told: list[LeaseWord] = field(default_factory=list)
    look_again_at: datetime | None = None

    @property
    def changes_hands(self) -> bool:
        """Whether more is to be written than that leases go on."""
        return bool(self.granted or self.ended)


class LeaseTable:
    """Decides for one worker of a site what it may read."""

    def __init__(self, standing: Standing, said: Said) -> None:
        self._standing = standing
        self._said = said
        self._me = said.worker_id
        self._held = Counter(
            each.lease.worker_id
            for each in standing.cameras
            if each.lease is not None and each.lease.is_held(standing.now)
        )
        self._alive = {
            worker_id for worker_id, each in standing.workers.items() if each.is_alive(standing.now)
        } | {self._me}

    def plan(self) -> LeasePlan:
        """Every camera, in order."""
        plan = LeasePlan()
        for camera in self._standing.cameras:
            self._decide(camera, plan)
        return plan

    def _decide(self, camera: LeasedCamera, plan: LeasePlan) -> None:
        now, lease = self._standing.now, camera.lease
        chosen = camera.assigned_worker_id if camera.assigned_worker_id in self._alive else None
        if lease is not None and lease.is_held(now):
            if lease.worker_id != self._me:
                _earliest(plan, lease.expires_at)
                plan.told.append(self._held_by(camera, lease.worker_id))
            elif chosen in {None, self._me}:
                renewed = replace(
                    lease,
                    expires_at=max(lease.expires_at, now + TIME_TO_LIVE),
                    clock_offset=self._offset(lease),
                )
                plan.renewed.append(renewed)
                plan.told.append(self._mine(renewed))
            else:
                self._yield(camera, lease, chosen, plan)
        elif not self._may_be_held(lease) and (
            chosen == self._me or (chosen is None and not self._is_anothers_turn(lease))
        ):
            granted = self._granted(camera, lease)
            plan.granted.append(granted)
            self._held[self._me] += 1
            plan.told.append(self._mine(granted))
        else:
            _earliest(plan, now + HEAD_START)
            plan.told.append(self._held_by(camera, None))

    def _yield(self, camera: LeasedCamera, lease: Lease, to: UUID | None, plan: LeasePlan) -> None:
        """The camera is to be another worker's. This one's time with it ends when it reads it no more."""
        if self._said.held is not None and camera.camera_id not in self._said.held:
            plan.ended.append(replace(lease, released_at=self._standing.now))
        plan.told.append(self._held_by(camera, to))

    def _may_be_held(self, lease: Lease | None) -> bool:
        """Whether another worker may read the camera, though its lease ran out."""
        if lease is None or lease.released_at is not None or lease.worker_id == self._me:
            return False
        me = self._standing.workers.get(self._me)
        return me is None or not me.may_judge(self._standing.now)

    def _is_anothers_turn(self, lease: Lease | None) -> bool:
        """Whether a worker that has fewer cameras, or that this one made room for, may take it first."""
        others = self._alive - {self._me}
        mine = self._held[self._me]
        if lease is not None and lease.worker_id == self._me:
            if lease.released_at is None:
                # It ran out, and nobody took it: whoever had it goes on, so that nothing flaps.
                return False
            return bool(others) and self._standing.now - lease.released_at < HEAD_START
        return any(self._held[each] < mine for each in others)

    def _granted(self, camera: LeasedCamera, before: Lease | None) -> Lease:
        now = self._standing.now
        if before is not None and before.worker_id == self._me:
            return replace(
                before,
                expires_at=now + TIME_TO_LIVE,
                released_at=None,
                clock_offset=self._offset(before),
            )
        return Lease(
            camera_id=camera.camera_id,
            site_id=self._standing.site_id,
            token=next_token(now, before),
            worker_id=self._me,
            granted_at=now,
            expires_at=now + TIME_TO_LIVE,
            clock_offset=self._said.clock_offset,
        )

    def _offset(self, lease: Lease) -> timedelta | None:
        return lease.clock_offset if self._said.clock_offset is None else self._said.clock_offset

    def _mine(self, lease: Lease) -> LeaseWord:
        return LeaseWord(
            camera_id=lease.camera_id,
            token=lease.token,
            time_to_live=TIME_TO_LIVE - MARGIN,
            holder_id=self._me,
            holder_name=self._name_of(self._me),
        )

    def _held_by(self, camera: LeasedCamera, holder_id: UUID | None) -> LeaseWord:
        return LeaseWord(
            camera_id=camera.camera_id,
            token=0,
            time_to_live=timedelta(0),
            holder_id=holder_id,
            holder_name=self._name_of(holder_id),
        )

    def _name_of(self, worker_id: UUID | None) -> str:
        worker = None if worker_id is None else self._standing.workers.get(worker_id)
        return "" if worker is None else worker.display_name


def next_token(now: datetime, before: Lease | None) -> int:
    """A token that was never given, also by a database that was restored from a backup since.

    Milliseconds of the database's clock, or one more than the token before.
    """
    return max(int(now.timestamp() * 1000), 0 if before is None else before.token + 1)


def _earliest(plan: LeasePlan, at: datetime) -> None:
    plan.look_again_at = at if plan.look_again_at is None else min(plan.look_again_at, at)


@dataclass(frozen=True, slots=True)
class Fence:
    """What is known of a token: whose it was, and when the camera passed to somebody else.

    `worker_id` is None for a token that is not known. `clock_offset` as Lease has it.
    """

    worker_id: UUID | None
    passed_at: datetime | None
    clock_offset: timedelta | None = None


KNOWN_CLOCK_SLACK = timedelta(seconds=10)
UNKNOWN_CLOCK_SLACK = timedelta(minutes=2)
FARTHEST_CLOCK = timedelta(days=31)
"""A clock that is farther off is no clock: what it stamps is refused by its time already."""


def was_lost(
    fence: Fence, *, token: int, captured_at: datetime, worker_id: UUID | None, now: datetime
) -> bool:
    """Whether something was captured without the right to, under a token that somebody shows.

    `captured_at` is when a track began, by the worker's own clock. What began before the camera passed on is
    not lost, whenever it comes, and a doubt is in favour of the sender: a face that two workers saw is
    joined to one visit, one that is refused is gone.
    """
    if fence.worker_id is None:
        # A database that was restored knows nothing of the last leases before that. They are newer than all
        # that it knows, and no token is newer than the time.
        return fence.passed_at is not None or token > (now + UNKNOWN_CLOCK_SLACK).timestamp() * 1000
    if worker_id is not None and worker_id != fence.worker_id:
        return True
    if fence.passed_at is None:
        return False
    if fence.clock_offset is None or abs(fence.clock_offset) > FARTHEST_CLOCK:
        return captured_at > fence.passed_at + UNKNOWN_CLOCK_SLACK
    return captured_at + fence.clock_offset > fence.passed_at + KNOWN_CLOCK_SLACK
